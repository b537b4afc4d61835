"""A system that goes wrong is slowed and counted, by its key; what it may say of the past and of our numbers is bounded."""

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from service.domain.people import ServiceKey
from service.web import quotas
from service.web.quotas import Refusals
from service.web.throttle import Throttle
from tests.builders import a_grant_document
from tests.servers import Service


def test_one_key_goes_no_faster_than_its_pace_and_no_other_key_waits() -> None:
    throttle, pace = Throttle(), quotas.HOLDS
    read = 0
    for _ in range(5_000):
        if not throttle.wait_ms("key:k-a:holds", pace, 1_000):
            throttle.count("key:k-a:holds", pace, 1_000)
            read += 1

    assert read == pace.burst
    assert throttle.wait_ms("key:k-a:holds", pace, 1_000) == pace.every_ms
    assert throttle.wait_ms("key:k-b:holds", pace, 1_000) == 0


def test_refusals_are_counted_by_key_and_status() -> None:
    counted = Refusals()
    key = ServiceKey("1", "k-aaaaaaaaaa", "e", "intake")
    counted.add(key, 422)
    counted.add(key, 422)
    counted.add(key, 429)
    assert counted.counted == {("k-aaaaaaaaaa", 422): 2, ("k-aaaaaaaaaa", 429): 1}


def test_holds_beyond_the_pace_are_answered_429_with_when_to_try_again(lite: Service) -> None:
    wrong = {"room": "no-such-room", "date": "2027-03-01", "from": "10:00", "to": "12:00"}
    with lite.api() as api:
        answers = [api.post("/api/v1/holds", json=wrong) for _ in range(quotas.HOLDS.burst + 30)]
    last = answers[-1]
    assert {one.status_code for one in answers[:50]} == {404}
    assert last.status_code == 429
    assert 1 <= int(last.headers["retry-after"]) <= 3
    assert last.json()["type"] == "urn:granska:problem:key.too_many"

    made = lite.run("keys", "add", "övervakning", "--right", "metrics", "--by", "adam@demo.example")
    told = httpx.get(f"{lite.url}/metrics", headers={"Authorization": f"Bearer {made.stdout.strip()}"}).text
    families = {one.name: one for one in text_string_to_metric_families(told)}
    by_status = {one.labels["status"]: one.value for one in families["granska_key_refused"].samples}
    assert by_status["429"] >= 1
    assert by_status["404"] >= 50


@pytest.mark.parametrize("days", ["2001-01-01T00:00:00Z", "2020-06-30T12:00:00Z"])
def test_an_application_cannot_have_come_in_long_before_it_is_registered(lite: Service, days: str) -> None:
    with lite.api() as api:
        answer = api.post("/api/v1/applications", json=a_grant_document(received_at=days))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/received_at"


@pytest.mark.parametrize("number", ["HV 2026/999", "HV 2027/1"])
def test_a_number_of_our_own_series_is_given_by_nobody_outside(lite: Service, number: str) -> None:
    with lite.api() as api:
        answer = api.post("/api/v1/applications", json=a_grant_document(diary_number=number))
    assert answer.status_code == 422
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [
        ("/diary_number", "intake.own_series")
    ]
    with lite.api() as api:
        assert (
            api.post("/api/v1/applications", json=a_grant_document(diary_number=f"FN 2026/{number[-1]}")).status_code
            == 201
        )
