"""The routine over HTTP: two at once, drafts, JSON."""

import asyncio
import io
import re
from typing import Any

import httpx
import pytest
from pypdf import PdfReader

from service.casework.views.steps import STEPS
from tests.browser import hand_in
from tests.builders import NOT_SEARCHED, a_grant_document, a_premises_document, association
from tests.servers import PATIENCE, Service


def test_of_fifty_simultaneous_decisions_exactly_one_stands(service: Service) -> None:
    case_id = hand_in(service, a_grant_document(organisation=association("Femtio Beslut")))
    alva, disa = service.signed_in("alva"), service.signed_in("disa")
    alva.act(case_id, "take")
    version = disa.version(case_id)
    form = {"outcome": "approval", "clauses": "2.1", "amount": "45 000", "reasons": "Till nytta."}
    form |= {"search_left_out": NOT_SEARCHED}
    people = ((alva, "F1"), (disa, "F2"))

    async def all_at_once() -> list[int]:
        async with httpx.AsyncClient(base_url=service.url, timeout=PATIENCE) as client:
            calls = []
            for n in range(50):
                who, point = people[n % 2]
                headers = {"cookie": "; ".join(f"{name}={value}" for name, value in who.client.cookies.items())}
                data = {**form, "delegation_point": point, "version": version, "_csrf_token": who.token()}
                calls.append(client.post(f"/cases/{case_id}/decision", data=data, headers=headers))
            return [one.status_code for one in await asyncio.gather(*calls)]

    statuses = asyncio.run(all_at_once())

    assert statuses.count(303) == 1, statuses
    assert set(statuses) <= {303, 403, 409}
    assert service.run("log", "verify").returncode == 0


def test_two_who_write_in_one_case_see_each_other(lite: Service) -> None:
    case_id = hand_in(lite, a_grant_document(organisation=association("Två Skriver")))
    alva, bo = lite.signed_in("alva"), lite.signed_in("bo")
    alva.act(case_id, "take")
    bo.opened(case_id)
    answer = alva.send(f"/cases/{case_id}/draft", _form="note:written", text="Börjar skriva")
    assert answer.status_code == 204

    assert "Alva Handläggare har börjat skriva" in bo.get(f"/cases/{case_id}").text
    assert "Börjar skriva" not in bo.get(f"/cases/{case_id}/steps/note").text
    assert "Börjar skriva" in alva.get(f"/cases/{case_id}/steps/note").text, "hers is still there"
    alva.step(case_id, "note", text="Klart.")
    assert "Börjar skriva" not in alva.get(f"/cases/{case_id}/steps/note").text


@pytest.mark.parametrize("document", [a_grant_document(), a_premises_document()], ids=["grant", "premises"])
def test_a_step_that_cannot_be_taken_now_says_why_and_is_no_fault_of_ours(
    lite: Service, document: dict[str, Any]
) -> None:
    case_id = hand_in(lite, document | {"organisation": association("Inte Nu")})
    officer = lite.signed_in("alva" if document["kind"] == "grant" else "petter")
    officer.act(case_id, "take")
    addresses = [f"/cases/{case_id}/steps/{step.name}" for step in STEPS.values() if not step.on_case_page]
    answers = {address.rpartition("/")[2]: officer.get(address) for address in addresses}

    assert {name: answer.status_code for name, answer in answers.items() if answer.status_code not in (200, 403)} == {}
    assert answers["note"].status_code == 200
    assert answers["appeal-forward"].status_code == 403
    assert "Det finns något att rätta" in answers["appeal-forward"].text


def test_json_gets_the_same_complaints_as_a_form(lite: Service) -> None:
    case_id = hand_in(lite, a_grant_document(organisation=association("Jason")))
    alva = lite.signed_in("alva")
    alva.act(case_id, "take")
    problem = alva.step(case_id, "note", text="  ").json()
    assert [one["pointer"] for one in problem["errors"]] == ["/text"]
    assert alva.step(case_id, "note", text={"a": 1}).status_code == 422
    assert alva.step(case_id, "note", text=5).status_code == 422
    assert alva.step(case_id, "nothing").status_code == 404
    headers = {"x-csrftoken": alva.token(), "content-type": "application/json"}
    path = f"/cases/{case_id}/steps/note"
    assert alva.client.post(path, content=b"[1]", headers=headers).status_code == 400
    assert alva.client.post(path, json={"text": "x", "version": 1}).status_code == 403, "without the token"


def test_a_cut_is_not_signed_with_the_words_of_an_approval(lite: Service) -> None:
    case_id = hand_in(lite, a_grant_document(organisation=association("Nedskurna")))
    alva = lite.signed_in("alva")
    alva.act(case_id, "take")
    usual = alva.get(f"/cases/{case_id}").text.split('name="reasons"')[1].split(">")[1].split("<")[0].strip()
    assert usual.startswith("Verksamheten är till nytta")
    cut = {"outcome": "partial_approval", "clauses": "2.2", "amount": "25 000", "delegation_point": "F1"}

    refused = alva.act(case_id, "decision", **cut, reasons=usual)
    assert refused.status_code == 422
    assert "den vanliga texten för en annan utgång" in refused.text
    without_point = alva.act(case_id, "decision", **(cut | {"delegation_point": ""}), reasons="Ramen räcker inte.")
    assert "Välj den delegationspunkt" in without_point.text
    assert alva.act(case_id, "decision", **cut, reasons="Ramen räcker inte till allt.").status_code == 303


def test_a_step_that_does_not_fit_leads_back_to_the_case(lite: Service) -> None:
    case_id = hand_in(lite, a_grant_document(organisation=association("Fel Steg")))
    alva = lite.signed_in("alva")
    alva.act(case_id, "take")

    answer = alva.get(f"/cases/{case_id}/steps/letter")

    assert answer.status_code == 403
    assert "Det går inte att göra nu. Ärendets läge: Handläggs." in answer.text
    assert "Att göra" in answer.text


def test_every_way_into_a_case_leads_to_the_question_first(lite: Service) -> None:
    case_id = hand_in(lite, a_grant_document(organisation=association("Bara En Väg In")))
    bo = lite.signed_in("bo")
    for path in ("history", "bundle", "steps/note", "precedents", "package", "checks"):
        answer = bo.get(f"/cases/{case_id}/{path}")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{case_id}"), path
    assert bo.get(f"/records/{case_id}").status_code == 303
    page = bo.get(f"/cases/{case_id}").text
    assert "Är du jävig?" in page
    assert "Teater för barn" not in page

    bo.send(f"/cases/{case_id}/steps/conflict", conflict="yes", version="1", text="")
    assert "stängt för dig" in bo.get(f"/cases/{case_id}").text
    for path in ("history", "bundle", "steps/note", "precedents"):
        assert bo.get(f"/cases/{case_id}/{path}").status_code == 403, path


def test_a_letter_is_had_for_ever_from_its_own_case_alone_and_by_no_auditor(lite: Service) -> None:
    cases = [hand_in(lite, a_grant_document(organisation=association(f"Brev {n}"))) for n in range(2)]
    alva = lite.signed_in("alva")
    for one in cases:
        alva.act(one, "take")
    alva.step(cases[0], "completion", text='Hej <b>#read("/etc/passwd")</b> $x$', due="", language="sv")
    [seq] = re.findall(rf"/cases/{cases[0]}/letters/(\d+)", alva.get(f"/cases/{cases[0]}").text)
    for n in range(205):
        assert alva.step(cases[0], "note", text=f"Anteckning {n}").status_code == 200

    letter = alva.get(f"/cases/{cases[0]}/letters/{seq}")
    assert letter.content[:5] == b"%PDF-"
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(letter.content)).pages)
    assert '#read("/etc/passwd")' in text, "what a person writes is text, never markup"
    assert alva.get(f"/cases/{cases[1]}/letters/{seq}").status_code == 404
    assert alva.get(f"/cases/{cases[0]}/letters/{10**30}").status_code == 404
    assert lite.signed_in("ronja").get(f"/cases/{cases[0]}/letters/{seq}").status_code == 404
    page = alva.get(f"/cases/{cases[0]}").text
    assert "äldre händelser" in page
    assert f"/letters/{seq}" not in page
    assert f"/letters/{seq}" in alva.get(f"/cases/{cases[0]}?events=all").text
