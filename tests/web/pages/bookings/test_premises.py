"""Rooms over HTTP: one slot and fifty who want it, the phone, the feed, and what another system reads."""

import asyncio

from service import app
from service.domain.events.event import SYSTEM_ACTOR, Event
from service.domain.events.log import ValueErased
from service.privacy.erasure_plan import CLASS_OF
from service.privacy.retention import AFTER_EVENT
from service.settings import Settings
from tests.builders import a_premises_document
from tests.servers import Service

SLOT = {"room": "tallen", "from": "10:00", "to": "12:00"}
CLUB = {"name": "Granvikens Bokcirkel", "org_number": "802999-0093"}


async def name_erased(service: Service, case_id: str) -> None:
    """The hirer's name goes beside the running service: what has legal force takes weeks, which a test has not."""
    async with app.opened_desk(Settings(data=str(service.folder))) as desk, desk.store.writing() as writing:
        kept = await writing.values_of_cases([case_id])
        gone = tuple(sorted(value.commitment for value in kept if CLASS_OF.get(value.field) == "contact"))
        data = ValueErased(
            values=gone, enclosures=(), ground=AFTER_EVENT, document=None, classes=("contact",), proposal=None
        )
        await writing.values_erased(Event(data, SYSTEM_ACTOR, desk.outside.now(), case=case_id))


def test_a_case_whose_hirer_has_been_erased_still_has_its_pages(lite: Service) -> None:
    document = a_premises_document(room="linden", date="2027-06-28", hirer="person", use="fest", expected_number=8)
    document["organisation"] = {"name": "Kristina Privatsson"}
    del document["declaration"], document["representatives"]
    received = lite.api().post("/api/v1/applications", json=document).json()
    case_id = received["id"]
    lite.screened(case_id)
    petter = lite.signed_in("petter")
    petter.opened(case_id)
    assert petter.act(case_id, "steps/withdrawal", received="2026-11-22", text="Det blev inget.").status_code in (
        303,
        422,
    )
    assert petter.act(case_id, "take").status_code == 303
    given = {"outcome": "write_off", "delegation_point": "L1", "clauses": "3.1", "reasons": "Återkallad."}
    assert petter.act(case_id, "decision", **given).status_code == 303
    asyncio.run(name_erased(lite, case_id))
    for name in ("petter", "ronja", "samir"):
        person = lite.signed_in(name)
        for page in ("", "/bundle", "/steps/addendum", "/steps/reopen", "/letters/preview"):
            if page and name != "petter":
                continue
            answer = person.get(f"/cases/{case_id}{page}")
            assert answer.status_code in (200, 404), (name, page, answer.status_code)
            assert "Kristina" not in answer.text
        assert person.get(f"/records/{case_id}").status_code == 200
        assert "Namnet är gallrat" in person.get("/queue?kind=premises&state=decided").text
