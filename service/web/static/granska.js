// Improves pages that work without it: starts GOV.UK Frontend's components, keeps drafts, fills in phrases, takes keys.
import { initAll } from "/static/vendor/govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

// What is being written in a form is kept by the service, for the writer alone, a moment after each change.
for (const form of document.querySelectorAll("form[data-draft]")) {
  let waiting;
  let sent = false;
  const keep = async () => {
    waiting = undefined;
    if (sent) return;
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string" && name !== "version") body.append(name, value);
    body.set("_form", form.dataset.form);
    const answer = await fetch(`/cases/${form.dataset.draft}/draft`, { method: "POST", body, keepalive: true }).catch(() => ({}));
    if (answer.status === 204) localStorage.setItem("granska-seen", String(Date.now()));
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(keep, 800);
  });
  form.addEventListener("submit", () => {
    clearTimeout(waiting);
    sent = true;
  });
  if (document.querySelector(".govuk-error-summary")) keep();
  window.addEventListener("pagehide", () => waiting && keep());
  // Another form of the page is sent before the moment has passed: first the draft, then that form.
  document.addEventListener("submit", (event) => {
    if (event.target === form || !waiting || sent) return;
    clearTimeout(waiting);
    waiting = undefined;
    event.preventDefault();
    keep().then(() => event.target.requestSubmit(event.submitter));
  });
}

// Five minutes before the session ends of itself it is said, in every window: being there is enough for it to go on.
const ending = document.getElementById("session-ending");
if (ending) {
  const idle = Number(ending.dataset.idle) * 1000;
  const [soon, over, stay] = [ending.querySelector("[data-soon]"), ending.querySelector("[data-over]"), ending.querySelector("button")];
  const seen = () => localStorage.setItem("granska-seen", String(Date.now()));
  const look = () => {
    const left = Number(localStorage.getItem("granska-seen")) + idle - Date.now();
    ending.hidden = left > Math.min(5 * 60 * 1000, idle / 2);
    soon.hidden = left <= 0;
    over.hidden = left > 0;
    stay.hidden = left <= 0;
  };
  stay.addEventListener("click", async () => {
    const answer = await fetch("/session", { redirect: "manual" }).catch(() => ({}));
    if (answer.status === 204) seen();
    look();
  });
  seen();
  look();
  setInterval(look, 5000);
}

// A usual text into its field, after what is there.
for (const button of document.querySelectorAll("button[data-phrase]")) {
  button.addEventListener("click", () => {
    const field = document.getElementById(button.dataset.into);
    field.value = field.value.trim() ? `${field.value.trim()}\n\n${button.dataset.phrase}` : button.dataset.phrase;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
}

// Keys: j and k between rows, Enter opens, a takes the row's case, / searches, ? tells. None of them decides anything,
// and they can be switched off (WCAG 2.1.4).
const dialog = document.getElementById("keys");
const off = () => localStorage.getItem("granska-keys") === "off";
if (dialog) {
  const box = dialog.querySelector("input[type=checkbox]");
  box.checked = !off();
  box.addEventListener("change", () => localStorage.setItem("granska-keys", box.checked ? "on" : "off"));
  document.querySelector("[data-keys]")?.addEventListener("click", () => dialog.showModal());
}
const rows = [...document.querySelectorAll("tr[data-case]")];
let at = -1;
const go = (step) => {
  if (!rows.length) return;
  at = Math.min(rows.length - 1, Math.max(0, at + step));
  rows.forEach((row, n) => row.classList.toggle("granska-row-here", n === at));
  rows[at].querySelector("a").focus();
};
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (off() || typing || event.ctrlKey || event.metaKey || event.altKey || dialog?.open) return;
  if (event.key === "j") go(1);
  else if (event.key === "k") go(-1);
  else if (event.key === "a" && rows[at]?.querySelector("input[type=checkbox]")) {
    for (const row of rows) row.querySelector("input[type=checkbox]").checked = row === rows[at];
    document.querySelector("button[value=assign]")?.click();
  } else if (event.key === "/" && document.getElementById("q")) document.getElementById("q").focus();
  else if (event.key === "?" && dialog) dialog.showModal();
  else return;
  event.preventDefault();
});
