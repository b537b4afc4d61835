"""Takes bookings where a test wants them, by the steps that their users take."""

from collections.abc import Sequence
from typing import Any

from service.bookings import (
    bookings,
    clearance_steps,
    rooms,
)
from service.casework.decision import sign
from service.casework.intake.receive import receive
from service.casework.review.findings import ask_rescreening, take
from service.demo.district import demo_list
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.domain.decision import DecisionOutcome, Proposal
from service.domain.people import User
from service.domain.premises import WEEKDAYS, Booking
from service.proof.verification import verify_log
from service.screening.run_checks import run_waiting_checks
from tests.builders import FIXTURES, KEY, NUMBER, QUIET, a_premises_document
from tests.steps import brought_in, do, seen, settle_all, someone, unbiased


async def petter(desk: Desk, name: str = "Petter") -> User:
    return await someone(desk, name, "role:premises_officer", "delegation:L1", "delegation:L2")


async def asked(desk: Desk, number: str = NUMBER, **changed: Any) -> str:
    document = a_premises_document(**{**QUIET, **changed})
    document["organisation"]["org_number"] = number
    received = await receive(desk, document, by=KEY, channel="e_service")
    await run_waiting_checks(desk)
    return received.case_id


async def times(desk: Desk, case_id: str) -> list[Booking]:
    async with desk.store.reading() as reading:
        return await bookings.bookings(reading, case_id)


async def statuses(desk: Desk, case_id: str) -> list[str]:
    return [one.status.value for one in await times(desk, case_id)]


async def taken(desk: Desk, case_id: str, officer: User) -> None:
    await unbiased(desk, case_id, officer)
    await do(desk, take, case_id, officer)


async def approved(desk: Desk, officer: User, outcome: str = "approval", **changed: Any) -> str:
    case_id = await asked(desk, **changed)
    await taken(desk, case_id, officer)
    await settle_all(desk, case_id, officer)
    await do_decide(desk, case_id, officer, outcome)
    return case_id


async def do_decide(desk: Desk, case_id: str, by: User, outcome: str = "approval", given: Sequence[str] = ()) -> None:
    clauses = {"approval": "5.1", "partial_approval": "5.1", "write_off": "3.1", "refusal": "5.2"}
    proposal = Proposal(DecisionOutcome(outcome), "L1", (clauses[outcome],), "Lokalen passar.", bookings=tuple(given))
    await sign.decide(desk, case_id, proposal, by=by, seen=await seen(desk, case_id))


async def holds_true(desk: Desk) -> None:
    """The log and the tables say the same."""
    assert (await verify_log(desk)).ok


async def renewed(desk: Desk, officer: User, case_id: str) -> None:
    """The list is imported anew, the checks are run again and settled."""
    async with desk.store.reading() as reading:
        known = await reading.user_by_email("Samir@x.example")
    assert known is not None
    await brought_in(desk, "demo", demo_list(desk, FIXTURES), by=person(known.user))
    await do(desk, ask_rescreening, case_id, officer)
    await run_waiting_checks(desk)
    await settle_all(desk, case_id, officer)


async def cleared(desk: Desk, officer: User, **changed: Any) -> str:
    """An association with a standing clearance, given in a case that a person has approved."""
    case_id = await approved(desk, officer, **changed)
    await do(desk, clearance_steps.GiveClearance, case_id, officer)
    return case_id


async def described_anew(desk: Desk, room_id: str, officer: User, **changed: Any) -> None:
    room = (await rooms.estate(desk))[0].rooms[room_id]
    document = {
        "name": room.name, "kind": room.kind, "capacity": room.capacity, "before": room.before, "after": room.after,
        "longest": room.longest, "ahead_hours": room.ahead_hours, "ahead_days": room.ahead_days,
        "hours": {day: ["08:00-22:00"] for day in WEEKDAYS},
    }  # fmt: skip
    await rooms.describe_room(
        desk,
        room_id,
        document | changed,
        site=room.site,
        parent=room.parent,
        by=person(officer),
        seen=room.version,
    )
