"""The case page: two at once, forms that keep what was written, paper applications, English."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.browser import hand_in
from tests.builders import a_grant_document, a_premises_document
from tests.servers import Browserlike, Service


def a_case(service: Service, **changed: object) -> str:
    with service.api() as api:
        case_id = str(api.post("/api/v1/applications", json=a_grant_document(**changed)).json()["id"])
    service.screened(case_id)
    return case_id


def settle(officer: Browserlike, case_id: str) -> None:
    page = officer.opened(case_id)
    for finding in re.findall(r'action="/cases/[^/]+/findings/([0-9a-f-]+)"', page):
        answer = officer.act(
            case_id, f"findings/{finding}", resolution="no_obstacle", reason="Kontrollerat per telefon."
        )
        assert answer.status_code == 303, answer.text


APPROVAL = {
    "outcome": "approval",
    "amount": "45 000",
    "clauses": "2.1",
    "reasons": "Till nytta.",
    "delegation_point": "F1",
}


def test_from_application_to_decision_and_record(service: Service) -> None:
    case_id, alva = a_case(service), service.signed_in("alva")
    assert alva.act(case_id, "take").status_code == 303
    settle(alva, case_id)

    assert alva.act(case_id, "decision", **APPROVAL).status_code == 303

    assert "Bifall" in alva.get(f"/cases/{case_id}").text
    sheet = service.signed_in("ronja").get(f"/records/{case_id}").text
    assert "granvik-2026-1" in sheet
    assert "Till nytta." not in sheet
    assert service.run("log", "verify").returncode == 0


def test_a_decision_with_something_missing_keeps_what_was_written(lite: Service) -> None:
    case_id, alva = a_case(lite), lite.signed_in("alva")
    alva.act(case_id, "take")

    answer = alva.act(case_id, "decision", **APPROVAL | {"reasons": "Skälen <b>finns</b> kvar."})

    assert answer.status_code == 403
    assert "som någon måste titta på först" in answer.text
    assert "Skälen &lt;b&gt;finns&lt;/b&gt; kvar." in answer.text
    assert re.search(r'value="approval"[^>]* checked', answer.text)
    missing = alva.act(case_id, "decision", **APPROVAL | {"clauses": ""})
    assert missing.status_code == 422
    assert 'href="#clauses"' in missing.text


@pytest.mark.parametrize("amount", ["-1", "1e9", "hej", "9" * 30, "45000,5"])
def test_an_amount_that_is_none_is_said_to_be_none(lite: Service, amount: str) -> None:
    case_id, alva = a_case(lite), lite.signed_in("alva")
    alva.act(case_id, "take")

    answer = alva.act(case_id, "decision", **APPROVAL | {"amount": amount})

    assert answer.status_code == 422
    assert "Skriv ett belopp i kronor" in answer.text


def test_of_two_officers_with_the_same_page_open_the_second_is_told(service: Service) -> None:
    case_id = a_case(service)
    alva, other = service.signed_in("alva"), service.signed_in("alva")
    seen = alva.version(case_id)
    assert alva.send(f"/cases/{case_id}/take", version=seen).status_code == 303

    answer = other.send(f"/cases/{case_id}/take", version=seen)

    assert answer.status_code == 409
    assert "Ärendet har ändrats sedan du öppnade sidan" in answer.text


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 40])
def test_a_form_with_a_spoilt_version_is_refused(lite: Service, version: str) -> None:
    case_id, alva = a_case(lite), lite.signed_in("alva")
    alva.opened(case_id)

    assert alva.send(f"/cases/{case_id}/take", version=version).status_code in (409, 422)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"resolution": "no_obstacle"},
        {"resolution": "guilty", "reason": "x"},
        {"resolution": "no_obstacle", "reason": "\x00"},
        {"resolution": "obstacle", "reason": "x" * 9000},
    ],
)
def test_settling_a_finding_needs_an_answer_and_a_reason(lite: Service, fields: dict[str, str]) -> None:
    case_id, alva = a_case(lite), lite.signed_in("alva")
    alva.act(case_id, "take")
    finding = alva.get(f"/cases/{case_id}").text.split("/findings/")[1][:36]

    assert alva.act(case_id, f"findings/{finding}", **fields).status_code == 422


def test_an_auditor_reads_a_case_without_personal_data(lite: Service) -> None:
    case_id = a_case(lite)

    page = lite.signed_in("ronja").get(f"/cases/{case_id}").text

    for personal in ("Granfors", "Ekdal", "forening.example", "Teater för barn"):
        assert personal not in page
    assert "Granvikens Teaterförening" in page


def test_an_officer_cannot_refuse_without_the_delegation(lite: Service) -> None:
    case_id, alva = a_case(lite), lite.signed_in("alva")
    alva.act(case_id, "take")

    refusal = {
        "outcome": "refusal",
        "clauses": "2.3",
        "reasons": "Nej.",
        "circumstances": "Så.",
        "delegation_point": "F2",
    }

    answer = alva.act(case_id, "decision", **refusal)
    assert answer.status_code == 422
    assert "Den sökande har inte fått materialet" in answer.text
    disa = lite.signed_in("disa")
    assert disa.act(case_id, "decision", **refusal).status_code == 422, "nor can the decision maker alone"


def test_a_paper_application_is_registered_with_its_errors(lite: Service) -> None:
    alva = lite.signed_in("alva")
    fields = {
        "org_name": "Pappersföreningen", "org_number": "802999-0003", "type": "lovaktivitet", "amount": "9 500,50",
        "purpose": "Läger", "period_from": "2027-02-01", "period_to": "2027-02-07", "received_on": "2026-11-20",
        "person_0_name": "Maj Wiklund", "person_0_role": "ordförande",
    }  # fmt: skip

    wrong = alva.send("/register/grant", **fields | {"period_to": "2027-01-01", "purpose": ""})
    assert wrong.status_code == 422
    assert 'href="#grant-purpose"' in wrong.text
    assert "Pappersföreningen" in wrong.text, "what was written is kept"

    answer = alva.send("/register/grant", **fields)
    assert answer.status_code == 303
    page = alva.opened(answer.headers["location"].rsplit("/", 1)[-1])
    assert "9\u00a0500,50\u00a0kr" in page
    assert "Papper" in page


def test_a_premises_officer_registers_a_room(lite: Service) -> None:
    petter = lite.signed_in("petter")

    answer = petter.send(
        "/register/premises", org_name="Bokcirkeln", type="booking", room="tallen", date="2027-03-01", time_from="18:00",
        time_to="20:00", purpose="Bokcirkel", organiser="Bokcirkeln", open_to_public="yes", expected_number="12",
        speakers="Inga Norén\n", co_organisers="Granens vänner",
    )  # fmt: skip

    assert answer.status_code == 303
    page = petter.opened(answer.headers["location"].rsplit("/", 1)[-1])
    assert "Tallen, mötesrum" in page
    assert "Granens vänner" in page


def test_english_by_a_switch_with_the_same_findings(lite: Service) -> None:
    case_id, alva = a_case(lite), lite.signed_in("alva")

    back = alva.send("/language", language="en", back=f"/cases/{case_id}")

    assert back.headers["location"] == f"/cases/{case_id}"
    page = alva.opened(case_id)
    assert '<html lang="en"' in page
    assert "Has the association attested the four statements?" in page
    assert "All four statements are attested" in page
    assert "Kontroller" not in page


def test_a_secrecy_marking_says_provision_date_and_authority(lite: Service) -> None:
    case_id, alva = a_case(lite), lite.signed_in("alva")

    assert alva.act(case_id, "secrecy", provision="", authority="Nämnden").status_code == 422
    assert alva.act(case_id, "secrecy", provision="21 kap. 3 § OSL", authority="Nämnden").status_code == 303

    assert "21 kap. 3 § OSL" in alva.get(f"/cases/{case_id}").text


def test_an_enclosure_added_by_hand_is_only_ever_saved_by_the_browser(lite: Service) -> None:
    case_id, alva = a_case(lite), lite.signed_in("alva")
    files = {"file": ("<script>.pdf", b"%PDF-1.7 x", "text/html")}

    assert alva.act(case_id, "enclosures", kind="stadgar", files=files).status_code == 303
    lite.screened(case_id)

    page = alva.get(f"/cases/{case_id}").text
    assert "<script>.pdf" not in page
    link = re.findall(r'href="(/cases/[^"]+/enclosures/[^"]+)"', page)[0]
    answer = alva.get(link)
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.content == b"%PDF-1.7 x"
    assert lite.signed_in("ronja").get(link).status_code == 404
    empty = alva.act(case_id, "enclosures", kind="stadgar", files={"file": ("a.pdf", b"")})
    assert (empty.status_code, "Filen är tom" in empty.text) == (422, True)


def test_paper_that_came_in_today_is_received_also_in_the_morning(lite: Service) -> None:
    alva = lite.signed_in("alva")
    fields = {
        "org_name": "Dagens",
        "type": "lovaktivitet",
        "amount": "1",
        "purpose": "x",
        "period_from": "2027-02-01",
        "period_to": "2027-02-07",
    }
    today = datetime.now(ZoneInfo("Europe/Stockholm")).date().isoformat()

    assert alva.send("/register/grant", **fields, received_on=today).status_code == 303
    assert alva.send("/register/grant", **fields, received_on="2026-02-31").status_code == 422
    assert alva.send("/register/grant", **fields, received_on="igår").status_code == 422


def test_a_personal_number_is_masked_but_where_its_finding_is_settled(lite: Service) -> None:
    number, of_partner = "19121212-1212", "850709-9805"
    document = a_premises_document(co_organisers=[{"name": "Medarrangören", "org_number": of_partner}])
    document["organisation"] = {"name": "Nummerlösa Föreningen", "org_number": number}
    case_id = hand_in(lite, document)
    petter, ronja = lite.signed_in("petter"), lite.signed_in("ronja")
    petter.act(case_id, "take")

    page = petter.get(f"/cases/{case_id}").text
    assert page.count("121212-1212") == 1, "in the form that settles it"
    assert f"Nummer som det angavs: {number}" in " ".join(page.split())
    assert page.count("••••••-••••") == 2, "in the head of the case, and of whoever arranges it with them"
    assert of_partner not in page
    for elsewhere in ("/queue?kind=premises&state=open", "/calendar", "/door"):
        assert "121212-1212" not in petter.get(elsewhere).text
    assert "1212-1212" not in ronja.opened(case_id), "an auditor settles nothing"
