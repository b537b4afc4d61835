// Improves pages that work without it: starts GOV.UK Frontend's components, and keeps the draft of a decision.
import { initAll } from "/static/vendor/govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

// What an officer has begun to write in the decision form survives a reload, such as after settling a finding. It is kept
// by the browser for this tab only, and forgotten when the decision is made or the person signs out.
const form = document.querySelector("form[data-draft]");
const key = (name) => `draft:${form.dataset.draft}:${name}`;

if (form) {
  const fields = [...form.querySelectorAll("textarea, input[type=text]")];
  for (const field of fields) {
    const kept = sessionStorage.getItem(key(field.name));
    if (kept && !field.value && !("draftPosted" in form.dataset)) field.value = kept;
    field.addEventListener("input", () => sessionStorage.setItem(key(field.name), field.value));
  }
} else if (!document.querySelector("form[action='/sign-out']")) {
  sessionStorage.clear();
}
