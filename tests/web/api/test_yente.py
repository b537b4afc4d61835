"""The official client of yente, unmodified, against Granska: whatever it can send is obeyed, or refused by name."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yente_client
from yente_client.exceptions import APIError, AuthenticationError, NotFoundError, ServerError

from tests.builders import a_grant_document
from tests.list_files import a_list
from tests.servers import PATIENCE, Service, granska

TARKVIN = yente_client.Person(firstName="Tarkvin", lastName="Vosberg", birthDate="1971-04-21", nationality="Sweden")


@pytest.fixture(scope="module")
def key(lite: Service) -> str:
    made = granska(
        "keys", "add", "Registret", "--right", "match", "--by", "adam@demo.example", environment=lite.environment
    )
    return made.stdout.strip()


@pytest.fixture(scope="module")
def case(lite: Service) -> str:
    with lite.api() as api:
        answer = api.post("/api/v1/applications", json=a_grant_document()).json()
    lite.screened(answer["id"])
    return str(answer["diary_number"])


def base(lite: Service, case: str) -> str:
    return f"{lite.url}/cases/{case.replace(' ', '-').replace('/', '-')}"


@pytest.fixture
def client(lite: Service, key: str, case: str) -> Iterator[yente_client.Client]:
    with yente_client.Client(api_key=key, base_url=base(lite, case), timeout=PATIENCE) as opened:
        yield opened


def ask(lite: Service, key: str, case: str, queries: Any, **parameters: Any) -> httpx.Response:
    headers = {"Authorization": f"ApiKey {key}"}
    with httpx.Client(timeout=PATIENCE, headers=headers) as http:
        return http.post(f"{base(lite, case)}/match/default", json={"queries": queries}, params=parameters)


def test_the_official_client_matches_unchanged(client: yente_client.Client) -> None:
    answer = client.match(TARKVIN, algorithm=yente_client.BEST_ALGORITHM, limit=3)

    assert answer.top is not None
    assert (answer.top.caption, answer.top.match, answer.top.datasets) == ("Tarquin Vossberg", True, ["demo"])
    assert answer.matches
    assert answer.limit == 3
    assert answer.query["properties"]["firstName"] == ["Tarkvin"]
    assert any("Födelseåret stämmer" in (why.detail or "") for why in answer.top.explanations.values())
    assert client.match(yente_client.Person(name="Ylva Granfors")).results == []


def test_its_command_matches_unchanged(lite: Service, key: str, case: str) -> None:
    asked = ["-s", "Person", "-p", "name=Tarkvin Vosberg", "-p", "birthDate=1971", "--format", "json"]
    environment = os.environ | {"YENTE_BASE_URL": base(lite, case), "OPENSANCTIONS_API_KEY": key}
    command = Path(sys.executable).with_name("yente-cli")

    done = subprocess.run([command, "match", *asked], capture_output=True, text=True, check=False, env=environment)

    assert done.returncode == 0, done.stderr
    assert "Tarquin Vossberg" in done.stdout


def test_it_streams_over_many(client: yente_client.Client) -> None:
    asked = [(str(number), yente_client.Person(name=f"Ylva Granfors{number}")) for number in range(5)]
    asked.append(("hit", TARKVIN))

    answers = dict(client.match_iter(asked, workers=3, on_error="collect"))

    assert {name: len(getattr(answer, "results", [1, 1])) for name, answer in answers.items()} == {
        **dict.fromkeys(map(str, range(5)), 0), "hit": 1,
    }  # fmt: skip


@pytest.mark.parametrize("schema", ["LegalEntity", "Company", "Organization", "PublicBody"])
def test_every_schema_that_may_be_an_organisation(client: yente_client.Client, schema: str) -> None:
    wanted = getattr(yente_client, schema)(name="Järnvargarnas Stridsförbund")

    top = client.match(wanted).top

    assert top is not None
    assert (top.caption, top.schema_) == ("Järnvargarnas Stridsförbund", "Organization")


def test_what_may_be_either_is_asked_as_both(client: yente_client.Client, lite: Service, key: str, case: str) -> None:
    top = client.match(yente_client.LegalEntity(name="Tarquin Vossberg")).top
    assert top is not None
    assert top.schema_ == "Person"
    thing = {"q": {"schema": "Thing", "properties": {"name": ["Tarquin Vossberg"]}}}
    assert ask(lite, key, case, thing).json()["responses"]["q"]["results"]


def test_cutoff_threshold_and_what_is_left_out_are_obeyed(client: yente_client.Client) -> None:
    everything = client.match(TARKVIN)
    assert everything.top is not None
    assert client.match(TARKVIN, cutoff=1.0).results == []
    assert client.match(TARKVIN, threshold=1.0).matches == []
    assert client.match(TARKVIN, threshold=1.0).results, "a threshold removes nothing"
    assert client.match(TARKVIN, exclude_entities=[everything.top.id]).results == []
    assert client.match(TARKVIN, exclude_schemata=["Person"]).results == []
    assert client.match(TARKVIN, datasets=["demo"]).results
    with pytest.raises(APIError):
        client.match(TARKVIN, datasets=["default"], exclude_datasets=["demo"])


@pytest.mark.parametrize(
    ("how", "named"),
    [
        ({"topics": ["sanction"]}, "topics"), ({"changed_since": "2026-01-01"}, "changed_since"),
        ({"algorithm": "logic-v2"}, "algorithm"), ({"weights": {"name_match": 0.5}}, "weights"),
        ({"config": {"nm_number_mismatch": 0.3}}, "config"), ({"limit": 0}, "1"),
    ],
)  # fmt: skip
def test_what_is_not_obeyed_is_refused_by_its_name(
    client: yente_client.Client, how: dict[str, Any], named: str
) -> None:
    with pytest.raises(APIError) as refused:
        client.match(TARKVIN, **how)

    assert named in refused.value.detail


def test_several_lists_are_all_searched(lite: Service, client: yente_client.Client) -> None:
    assert client.match(TARKVIN, datasets=["demo", "demo"]).results
    with pytest.raises(NotFoundError) as refused:
        client.match(TARKVIN, datasets=["demo", "okänd"])
    assert "okänd" in refused.value.detail
    with pytest.raises(ServerError) as missing:
        client.match(TARKVIN, datasets=["demo", "un"])
    assert "un" in missing.value.detail, "half the search is no search"


def test_a_value_that_cannot_be_read_is_dropped_and_named(lite: Service, key: str, case: str) -> None:
    query = {
        "id": "min-egen", "schema": "Person",
        "properties": {"name": ["Tarkvin Vosberg", 7], "birthDate": ["igår", "1971"], "country": ["Ingenstans", "Sverige"],
                       "address": ["Ekby"]},
    }  # fmt: skip

    answer = ask(lite, key, case, {"q": query}).json()["responses"]["q"]

    assert answer["status"] == 200
    assert answer["results"]
    assert {(one["property"], one["value"]) for one in answer["dropped"]} == {
        ("name", "7"), ("birthDate", "igår"), ("country", "Ingenstans"),
    }  # fmt: skip
    assert answer["not_compared"] == ["address"]
    assert answer["query"] == {
        "id": "min-egen", "schema": "Person",
        "properties": {"name": ["Tarkvin Vosberg"], "birthDate": ["1971"], "country": ["Sverige"]},
    }  # fmt: skip


def test_a_query_without_a_readable_name_is_an_error_of_its_own(lite: Service, key: str, case: str) -> None:
    good = {"schema": "Person", "properties": {"name": ["Ylva Granfors"]}}
    wrong = {
        "nameless": {"schema": "Person", "properties": {"birthDate": ["1971"]}},
        "unreadable": {"schema": "Person", "properties": {"name": ["..."]}},
        "damaged": {"schema": "Person", "properties": {"name": ["Bj?rn Granl?f"]}},
        "vessel": {"schema": "Vessel", "properties": {"name": ["Snö"]}},
        "shapeless": 7,
    }

    answers = ask(lite, key, case, {"good": good} | wrong).json()["responses"]

    assert answers["good"]["results"] == []
    for name in wrong:
        assert answers[name]["status"] == 422, name
        assert answers[name]["detail"], name
        assert "results" not in answers[name], "never to be taken for nothing found"
    assert ask(lite, key, case, wrong).status_code == 422, "nothing could be asked at all"


def test_a_list_that_is_too_old_cannot_say_that_nobody_is_on_it(lite: Service, key: str) -> None:
    with lite.api() as api:
        answer = api.post("/api/v1/applications", json=a_grant_document()).json()
    old = a_list(["X-1,person,Tarquin Vossberg,,,,,"], "2020-01-01")
    samir = lite.signed_in("samir")
    where = samir.send("/lists/versions", list="demo", files=[("file", ("a.csv", old))]).headers["location"]
    assert samir.send(f"{where}/activate", text="För provet.").status_code == 303

    with (
        yente_client.Client(api_key=key, base_url=base(lite, answer["diary_number"]), timeout=PATIENCE) as client,
        pytest.raises(ServerError) as refused,
    ):
        client.match(TARKVIN)

    assert refused.value.status_code == 503
    assert client.datasets is not None


def test_the_catalogue_the_algorithms_and_the_pulse(client: yente_client.Client) -> None:
    datasets = {dataset.name: dataset for dataset in client.datasets().datasets}
    algorithms = client.algorithms()

    assert datasets["demo"].load
    assert datasets["default"].children == ["demo"]
    assert algorithms.best == algorithms.default == algorithms.algorithms[0].name
    assert client.healthz().status == client.readyz().status == "ok"


def test_there_is_no_search_for_people_and_no_register_of_them(client: yente_client.Client) -> None:
    for ask_for in (
        lambda: client.search("Tarquin Vossberg"),
        lambda: client.fetch("DEMO-P-001"),
        lambda: client.adjacent("DEMO-P-001"),
    ):
        with pytest.raises(NotFoundError) as refused:
            ask_for()
        assert "ingen sökning efter personer" in refused.value.detail
    with pytest.raises(NotFoundError):
        client.statements(entity_id="DEMO-P-001")


def test_no_question_without_an_open_case_and_a_key(lite: Service, key: str, case: str) -> None:
    for address, api_key, error in (
        (base(lite, case), "fel-nyckel", AuthenticationError),
        (base(lite, "HV 1999/1"), key, APIError),
        (lite.url, key, APIError),
    ):
        with (
            yente_client.Client(api_key=api_key, base_url=address, timeout=PATIENCE) as client,
            pytest.raises(error) as refused,
        ):
            client.match(TARKVIN)
        assert "<html" not in refused.value.detail
    with httpx.Client(timeout=PATIENCE, headers={"Accept": "application/json"}) as http:
        lost = http.get(f"{lite.url}/nowhere")
    assert lost.headers["content-type"].startswith("application/problem+json")
