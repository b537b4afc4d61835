"""Rooms for the e-service."""

import asyncio
from collections import Counter
from typing import Any

import httpx

from tests.builders import a_premises_document
from tests.servers import PATIENCE, Service

SLOT = {"room": "tallen", "from": "10:00", "to": "12:00"}


def at_once(service: Service, calls: list[tuple[str, dict[str, Any]]]) -> list[httpx.Response]:
    """All of these posted at the same moment."""

    async def everyone() -> list[httpx.Response]:
        headers = {"Authorization": f"Bearer {service.key}"}
        async with httpx.AsyncClient(base_url=service.url, timeout=PATIENCE, headers=headers) as client:
            return list(await asyncio.gather(*[client.post(path, json=body) for path, body in calls]))

    return asyncio.run(everyone())


def test_of_fifty_simultaneous_holds_exactly_one_is_made_twenty_times_over(service: Service) -> None:
    for round_ in range(20):
        day = f"2027-04-{round_ + 1:02}"
        answers = at_once(service, [("/api/v1/holds", {**SLOT, "date": day})] * 50)
        assert Counter(one.status_code for one in answers) == {201: 1, 409: 49}
        for one in answers:
            if one.status_code == 409:
                assert one.headers["content-type"] == "application/problem+json"
                assert len(one.json()["alternatives"]) == 3


def test_fifty_simultaneous_applications_are_all_received_and_one_holds_the_room(service: Service) -> None:
    calls = []
    for number in range(50):
        document = a_premises_document(room="linden", date="2027-05-03", expected_number=8)
        document["organisation"] = {"name": f"Förening {number}", "org_number": None}
        calls.append(("/api/v1/applications", document))
    answers = at_once(service, calls)
    assert [one.status_code for one in answers] == [201] * 50

    api = service.api()
    found = [api.get(f"/api/v1/applications/{one.json()['id']}/bookings").json()["bookings"][0] for one in answers]
    assert Counter(one["status"] for one in found) == {"held": 1, "missed": 49}
    assert all(one["reason"] == "room.taken" and one["alternatives"] for one in found if one["status"] == "missed")
    assert service.run("log", "verify").returncode == 0


def test_another_system_reads_what_is_free_and_wrong_questions_name_their_field(lite: Service) -> None:
    api = lite.api()
    answer = api.get("/api/v1/availability", params={"from": "2027-06-14", "days": "2", "room": "vikhallen"}).json()
    assert answer["rooms"][0]["free"] == {"2027-06-14": [["07:00", "23:00"]], "2027-06-15": [["07:00", "23:00"]]}
    for params, pointer in (({"from": "snart"}, "/from"), ({"days": "0"}, "/days"), ({"days": "-1"}, "/days")):
        wrong = api.get("/api/v1/availability", params=params)
        assert wrong.status_code == 422
        assert wrong.json()["errors"][0]["pointer"] == pointer
    assert api.get("/api/v1/availability", params={"room": "finns-inte"}).status_code == 404
    wrong = api.post("/api/v1/holds", json={"room": "tallen", "date": "2027-02-30", "from": "10:00", "to": "nio"})
    assert [one["pointer"] for one in wrong.json()["errors"]] == ["/date", "/to"]
    assert (
        api.post("/api/v1/holds", json={**SLOT, "date": "2027-03-28", "from": "02:30", "to": "04:00"}).status_code
        == 422
    )
