"""Names of an open case for the City's other systems, and the coordinator's workbench, over HTTP."""

import json
import re
from typing import Any

import httpx

from tests.builders import a_grant_document
from tests.servers import PATIENCE, Service, granska

QUERY = {
    "schema": "Person",
    "properties": {"name": ["Tarkvin Vosberg"], "birthDate": ["1971-04-21"], "nationality": ["se"]},
}


def a_match_key(service: Service) -> str:
    made = granska(
        "keys", "add", "Föreningsregistret", "--right", "match", "--by", "adam@demo.example",
        environment=service.environment,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


def ask(service: Service, key: str, queries: Any, *, list_key: str = "demo", case: str = "") -> httpx.Response:
    headers = {"Authorization": f"Bearer {key}"} | ({"Granska-Case": case} if case else {})
    with httpx.Client(base_url=service.url, timeout=PATIENCE) as client:
        return client.post(f"/match/{list_key}?limit=3&algorithm=best", json={"queries": queries}, headers=headers)


def a_case(service: Service, **changed: Any) -> dict[str, str]:
    with service.api() as api:
        answer = api.post("/api/v1/applications", json=a_grant_document(**changed)).json()
    service.screened(answer["id"])
    return answer  # type: ignore[no-any-return]


def test_answers_in_the_shape_an_existing_client_reads_and_logs_what_was_asked(service: Service) -> None:
    case, key = a_case(service), a_match_key(service)

    answer = ask(service, key, {"q1": QUERY, "q2": {"schema": "Person", "properties": {"name": ["Ylva Granfors"]}}},
                 case=case["diary_number"])  # fmt: skip

    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["limit"] == 3
    assert body["responses"]["q2"]["results"] == []
    hit = body["responses"]["q1"]["results"][0]
    assert {"id", "caption", "schema", "properties", "datasets", "score", "match", "explanations"} <= set(hit)
    assert (hit["datasets"], hit["match"], hit["needs_identifier"]) == (["demo"], True, False)
    assert 0 < hit["score"] < 1
    assert "Födelseåret stämmer" in json.dumps(hit["explanations"], ensure_ascii=False)
    assert body["responses"]["q1"]["query"] == {"id": None} | QUERY

    entry = granska("log", "show", "--case", case["id"], "--json", environment=service.environment).stdout
    asked = [json.loads(json.loads(line)["leaf"]) for line in entry.splitlines()]
    told = [one for one in asked if one["type"] == "match:asked"]
    assert [one["data"]["queries"] for one in told] == [2]
    assert "Tarkvin" not in json.dumps(told), "the log holds a commitment, not the name"
    assert granska("log", "verify", environment=service.environment).returncode == 0


def test_nothing_is_answered_without_the_right_the_case_or_a_readable_question(service: Service) -> None:
    case, key = a_case(service), a_match_key(service)
    number = case["diary_number"]

    assert ask(service, service.key, {"q": QUERY}, case=number).status_code == 403, "the e-service hands in, no more"
    assert ask(service, "nyckel", {"q": QUERY}, case=number).status_code == 401
    assert ask(service, key, {"q": QUERY}).status_code == 422
    assert ask(service, key, {"q": QUERY}, case="HV 2020-1").status_code == 422
    assert ask(service, key, {"q": QUERY}, case=number, list_key="okänd").status_code == 404
    for wrong in (
        {}, [], {"q": {"schema": "Vessel", "properties": {"name": ["Snö"]}}}, {"q": {"schema": "Person"}},
        {"q": {"schema": "Person", "properties": {"name": []}}}, {"q": {"schema": "Person", "properties": {"name": [7]}}},
    ):  # fmt: skip
        refused = ask(service, key, wrong, case=number)
        assert refused.status_code == 422, wrong
        assert refused.json()["errors"][0]["pointer"].startswith("/queries")
    half = {"q": {"schema": "Person", "properties": {"name": ["A \ud800 Vosberg"]}}}
    with httpx.Client(base_url=service.url, timeout=PATIENCE) as client:
        headers = {"Authorization": f"Bearer {key}", "Granska-Case": number, "Content-Type": "application/json"}
        assert client.post("/match/demo", content=json.dumps({"queries": half}), headers=headers).status_code == 422
        for limit in ("0", "501", "000001" + "0" * 5000, "²"):
            sent = client.post(f"/match/demo?limit={limit}", json={"queries": {"q": QUERY}}, headers=headers)
            assert sent.status_code == 422, limit
    second = {"q": {"schema": "Person", "properties": {"name": ["Qwert Zuiop"], "alias": ["Tarkvin Vosberg"]}}}
    assert ask(service, key, second, case=number).json()["responses"]["q"]["results"], (
        "every name it gives is asked for"
    )
    many = {str(one): QUERY for one in range(101)}
    assert ask(service, key, many, case=number).status_code == 422
    with service.api() as api:
        assert api.post("/api/v1/applications", json={}, headers={"Authorization": f"Bearer {key}"}).status_code == 403


def test_the_coordinator_sees_how_names_are_compared_and_how_the_lists_are(lite: Service) -> None:
    siv = lite.signed_in("siv")
    page = siv.get("/workbench").text

    assert "Listornas hälsa" in page
    assert "Ekby Idrottsklubb" in page
    assert "Stavas olika men låter lika: Christofer / Kristoffer." in page or "Två sätt att stava samma namn" in page
    assert 'name="name"' not in page, "there is no field to search for a person"
    wrong = siv.send("/workbench", diary_number="HV 1999-1")
    assert wrong.status_code == 422
    assert "HV 1999-1" in wrong.text


def test_the_comparison_of_a_case_shows_reasons_and_weights_to_the_coordinator_alone(lite: Service) -> None:
    case = a_case(lite, representatives=[{"name": "Tarkvin Vosberg", "role": "ordförande"}])
    siv = lite.signed_in("siv")

    there = siv.send("/workbench", diary_number=case["diary_number"])
    page = siv.get(there.headers["location"]).text

    assert there.status_code == 303
    assert "Nästa steg: födelseår saknas i ansökan" in page
    assert "vikt 0." in page or "vikt 1." in page, page
    assert "basandel" in page
    assert lite.signed_in("alva").get(there.headers["location"]).status_code == 403


def test_a_name_that_cannot_be_compared_is_never_said_to_resemble_nobody(lite: Service) -> None:
    case = a_case(lite, representatives=[{"name": "...", "role": "ordförande"}])["id"]

    [party] = [
        one
        for one in lite.signed_in("siv").get(f"/cases/{case}/matching").text.split("<section")
        if "<bdi>...</bdi>" in one
    ]
    assert "Namnet kan inte jämföras: det kunde inte kontrolleras." in party
    assert "Ingen på listan har ett liknande namn" not in party
    assert "kunde inte kontrolleras" in lite.signed_in("alva").opened(case)


def test_a_person_is_confirmed_only_with_something_beside_the_name(lite: Service) -> None:
    case = a_case(lite, representatives=[{"name": "Tarkvin Vosberg", "role": "ordförande"}])["id"]
    alva = lite.signed_in("alva")
    alva.act(case, "take")
    page = alva.get(f"/cases/{case}").text
    assert "födelseår saknas i ansökan; listan anger 1971. Fråga efter födelseår" in page
    article = next(
        one for one in page.split('<article class="granska-check') if "står på en lista" in one or "på en lista?" in one
    )
    finding = article.split('id="finding-')[1].split('"')[0]

    refused = alva.act(case, f"findings/{finding}", resolution="obstacle", reason="Samma namn.")
    assert refused.status_code == 422
    assert "inte samma, eller vad utöver namnet" in refused.text
    assert "Samma namn." in refused.text, "nothing that was written is lost"

    [candidate] = set(re.findall(r'name="(candidate-[0-9a-f]{64})"', refused.text))
    said = {"resolution": "obstacle", "reason": "Passnumret.", candidate: "document"}
    done = alva.act(case, f"findings/{finding}", **said)
    assert done.status_code == 303
