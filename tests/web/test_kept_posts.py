"""What is sent after the session has ended waits for its writer, for nobody else."""

import html
import re

from tests.browser import hand_in
from tests.builders import a_grant_document, association
from tests.servers import Browserlike, Service, let_sessions_end

PAPER = {
    "org_name": "Papperets Förening", "org_number": "", "contact_name": "Ylva Granfors",
    "contact_email": "ylva@forening.example", "type": "verksamhetsbidrag", "amount": "12 000:-",
    "purpose": "Kören sjunger på torget & läser <högt>.", "period_from": "2027-01-01", "period_to": "2027-06-30",
}  # fmt: skip


def sign_in_again(who: Browserlike, name: str) -> str:
    answer = who.send("/sign-in", email=f"{name}@demo.example", password="lindarna-vid-kanalen")
    assert answer.status_code == 303
    return str(answer.headers["location"])


def hidden_of(page: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, text in re.findall(r'<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', page, re.DOTALL):
        found.setdefault(name, []).append(html.unescape(text))
    return found


def test_a_paper_form_that_was_sent_too_late_is_sent_again_by_its_writer(lite: Service) -> None:
    alva = lite.signed_in("alva")
    token = alva.token()
    let_sessions_end(lite)
    answer = alva.client.post("/register/grant", data={"_csrf_token": token, **PAPER})
    assert answer.headers["location"].startswith("/sign-in")

    assert sign_in_again(alva, "alva") == "/kept"

    page = alva.get("/kept").text
    assert "Kören sjunger på torget &amp; läser &lt;högt&gt;." in page
    fields = hidden_of(page)
    assert {name: values[0] for name, values in fields.items()} == PAPER
    sent = alva.client.post("/kept/0/send", data={"_csrf_token": alva.token(), **PAPER})
    assert (sent.status_code, sent.headers["location"]) == (307, "/register/grant")
    again = alva.client.post("/register/grant", data={"_csrf_token": alva.token(), **PAPER})
    assert again.headers["location"].startswith("/cases/")
    assert alva.get("/kept").headers["location"] == "/", "it is there once"


def test_another_person_at_the_same_browser_sees_nothing_of_it(lite: Service) -> None:
    alva = lite.signed_in("alva")
    token = alva.token()
    let_sessions_end(lite)
    alva.client.post("/register/grant", data={"_csrf_token": token, **PAPER})

    assert sign_in_again(alva, "bo") == "/queue"

    assert alva.get("/kept").status_code == 303
    alva.send("/sign-out")
    assert sign_in_again(alva, "alva") == "/queue", "nor is it there afterwards"


def test_who_never_signed_in_has_nothing_kept(lite: Service) -> None:
    stranger = lite.visitor()
    stranger.client.post("/register/grant", data={"_csrf_token": stranger.token(), **PAPER})
    assert sign_in_again(stranger, "alva") == "/queue"


def test_a_draft_that_was_kept_too_late_is_in_its_case_after_signing_in(lite: Service) -> None:
    case_id = hand_in(lite, a_grant_document(organisation=association("Sent Utkast")))
    alva = lite.signed_in("alva")
    alva.act(case_id, "take")
    token = alva.token()
    let_sessions_end(lite)
    for text in ("Börjar", "Börjar skriva om kören"):
        draft = {"_csrf_token": token, "_form": "note:written", "text": text}
        alva.client.post(f"/cases/{case_id}/draft", data=draft)

    assert sign_in_again(alva, "alva") == "/queue"

    assert "Börjar skriva om kören" in alva.get(f"/cases/{case_id}/steps/note").text


def test_a_step_and_a_round_are_kept_with_every_field_and_can_be_thrown_away(lite: Service) -> None:
    case_id = hand_in(lite, a_grant_document(organisation=association("Kvar Står")))
    alva = lite.signed_in("alva")
    alva.act(case_id, "take")
    version, token = alva.version(case_id), alva.token()
    let_sessions_end(lite)
    note = {"_csrf_token": token, "version": version, "text": "Ringde kassören."}
    alva.client.post(f"/cases/{case_id}/steps/note", data=note)
    rows = {"_csrf_token": token, "amount-x": "5 000", "reasons": "Ramen räcker."}
    alva.client.post("/grant-rounds/2026-autumn/proposals", data=rows)
    alva.client.post("/password", data={"_csrf_token": token, "new_password": "hemligt-hemligt"})

    assert sign_in_again(alva, "alva") == "/kept"

    page = alva.get("/kept").text
    assert "Ringde kassören." in page
    assert "Ramen räcker." in page
    assert "hemligt" not in page, "a password is never kept"
    assert hidden_of(page)["version"] == [version]
    alva.send("/kept/1/drop")
    alva.send("/kept/0/drop")
    assert alva.get("/kept").headers["location"] == "/"
