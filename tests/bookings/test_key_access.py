"""The key: accepted terms, a look at the lists within a day, and a room that can be used."""

from datetime import date
from typing import Any

import pytest

from service.bookings import (
    availability,
    key_access,
    move_or_cancel,
    rooms,
)
from service.casework.decision import follow_up
from service.casework.views.case_page import case_view
from service.demo.district import demo_list
from service.desk.actors import person
from service.desk.candidates import APART, candidates_in
from service.desk.ports.desk import Desk
from service.domain.errors import InvalidInput, NotAllowed
from service.domain.people import User
from tests.booking_steps import (
    approved,
    described_anew,
    holds_true,
    petter,
    times,
)
from tests.builders import FIXTURES
from tests.fakes import Clock
from tests.steps import brought_in, do, listed_too


async def test_the_key_needs_accepted_terms_and_a_look_at_the_lists_within_a_day(desk: Desk, clock: Clock) -> None:
    officer = await petter(desk)
    case_id = await approved(desk, officer, date="2026-12-01")
    one = (await times(desk, case_id))[0]

    async def why() -> set[str]:
        _, listed = await key_access.of_day(desk, date(2026, 12, 1), None)
        assert [entry.occupied.case for entry in listed] == [case_id]
        return set(listed[0].missing)

    assert await why() == {"key_access.terms", "key_access.not_screened"}
    with pytest.raises(NotAllowed, match=r"access\.terms"):
        await do(desk, key_access.GiveKey, case_id, officer, booking_id=one.id)
    await do(desk, follow_up.AcceptTerms, case_id, officer, terms="2026-1", on="2026-11-22", text="I mejl.")
    assert await do(desk, key_access.ScreenForKey, case_id, officer) == "met"
    assert await why() == {"key_access.screening_old"}, "nine days before the booking is not within a day of it"
    clock.forward(days=9)
    assert await do(desk, key_access.ScreenForKey, case_id, officer) == "met"
    assert await why() == set()
    await do(desk, key_access.GiveKey, case_id, officer, booking_id=one.id)
    with pytest.raises(NotAllowed, match="given_already"):
        await do(desk, key_access.GiveKey, case_id, officer, booking_id=one.id)
    clock.forward(days=40)
    assert await do(desk, key_access.ScreenForKey, case_id, officer) == "unknown", "an aged list cannot say no"
    await holds_true(desk)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_listed_name_stops_at_the_door(desk: Desk) -> None:
    officer = await petter(desk)
    case_id = await approved(desk, officer, date="2026-12-01")
    await do(desk, follow_up.AcceptTerms, case_id, officer, terms="2026-1", on="2026-11-22", text="I mejl.")
    assert await do(desk, key_access.ScreenForKey, case_id, officer) == "met"
    listed = demo_list(desk, FIXTURES).decode().rstrip("\n")
    head, _, rows = listed.partition("\n")
    count = int(head.rpartition(",")[2])
    renewed_list = f"{head.rpartition(',')[0]},{count + 1}\n{rows}\nDEMO-X-999,person,Ylva Granfors,,,,XX,\n"
    async with desk.store.reading() as reading:
        known = await reading.user_by_email("Samir@x.example")
    assert known is not None
    await brought_in(desk, "demo", renewed_list.encode(), by=person(known.user))
    assert await do(desk, key_access.ScreenForKey, case_id, officer) == "needs_inquiry"
    booking_id = (await times(desk, case_id))[0].id
    with pytest.raises(NotAllowed, match=r"access\.(not_clean|screening_old)"):
        await do(desk, key_access.GiveKey, case_id, officer, booking_id=booking_id)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_key_is_for_the_time_it_was_given_for(desk: Desk, clock: Clock) -> None:
    officer = await petter(desk)
    case_id = await approved(desk, officer, date="2026-11-29")
    one = (await times(desk, case_id))[0]
    await do(desk, follow_up.AcceptTerms, case_id, officer, terms="2026-1", on="2026-11-22", text="I mejl.")
    clock.forward(days=7)
    await do(desk, key_access.ScreenForKey, case_id, officer)
    await do(desk, key_access.GiveKey, case_id, officer, booking_id=one.id)
    moved = {"booking": one.id, "room": "tallen", "day": "2027-04-12", "start": "10:00", "end": "12:00"}
    await do(desk, move_or_cancel.Move, case_id, officer, **moved, text="De blev sena.")
    _, listed = await key_access.of_day(desk, date(2027, 4, 12), None)
    assert [(entry.given, entry.missing) for entry in listed] == [(False, ("key_access.screening_old",))]
    clock.forward(days=200)
    with pytest.raises(NotAllowed, match=r"access\.over"):
        await do(desk, key_access.GiveKey, case_id, officer, booking_id=one.id)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_no_key_to_a_room_that_is_closed_and_whoever_keeps_rooms_sees_whom_it_hits(
    desk: Desk, clock: Clock
) -> None:
    officer = await petter(desk)
    case_id = await approved(desk, officer, date="2026-11-29")
    one = (await times(desk, case_id))[0]
    await do(desk, follow_up.AcceptTerms, case_id, officer, terms="2026-1", on="2026-11-22", text="I mejl.")
    clock.forward(days=7)
    await do(desk, key_access.ScreenForKey, case_id, officer)
    assert await rooms.in_the_way(desk, "tallen") == []
    await rooms.close_room(desk, "tallen", first="2026-11-29", last="2026-11-29", ground="danger", by=officer)

    with pytest.raises(NotAllowed, match=r"access\.room_shut"):
        await do(desk, key_access.GiveKey, case_id, officer, booking_id=one.id)
    _, listed = await key_access.of_day(desk, date(2026, 11, 29), None)
    assert [entry.missing for entry in listed] == [("key_access.room_shut",)]
    grid = await availability.grid(desk, site=None, room="tallen", first=date(2026, 11, 29), days=1, late=True)
    assert grid.cells["tallen"][0].state == "shut", "closed is not the same as full"
    estate = (await rooms.estate(desk))[0]
    await rooms.lift_closure(desk, estate.closures[0].id, by=officer)
    await described_anew(desk, "tallen", officer, hours={"mon": ["08:00-08:30"]})
    assert [each.case for each in await rooms.in_the_way(desk, "tallen")] == [case_id]
    await do(desk, key_access.GiveKey, case_id, officer, booking_id=one.id)


async def at_the_door(desk: Desk, officer: User, clock: Clock, **changed: Any) -> tuple[str, str]:
    """A case whose hirer waits for the key this evening, and the booking."""
    case_id = await approved(desk, officer, date="2026-11-29", **changed)
    await do(desk, follow_up.AcceptTerms, case_id, officer, terms="2026-1", on="2026-11-22", text="I mejl.")
    clock.forward(days=7)
    return case_id, (await times(desk, case_id))[0].id


async def asked_of(desk: Desk, case_id: str, officer: User) -> dict[str, str]:
    """By name, the pairs that the step at the door asks about, as its page shows them."""
    view = await case_view(desk, case_id, by=officer)
    pieces: list[Any] = []
    for answer in key_access.unsettled(view.dossier):
        pieces += view.values[answer.detail]["evidence"] + view.values.get(answer.speakers, [])
    return {candidate.name: candidate.pair for candidate in candidates_in(pieces) if candidate.open}


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_resemblances_at_the_door_are_named_and_settled_there_each_by_itself(desk: Desk, clock: Clock) -> None:
    """Who, which entry and why, the speakers too; and no new decision for what a person can see at a counter."""
    officer = await petter(desk)
    case_id, booking = await at_the_door(desk, officer, clock, speakers=("Torkel Vindspår",))
    await listed_too(
        desk, "DEMO-X-998,person,Ylva Granfors,,,,XX,", "DEMO-X-999,person,Torkel Vindspår,,,,XX,"
    )  # fmt: skip
    assert await do(desk, key_access.ScreenForKey, case_id, officer) == "needs_inquiry"
    _, [entry] = await key_access.of_day(desk, date(2026, 11, 29), None)
    assert entry.missing == ("key_access.not_clean",)
    pairs = await asked_of(desk, case_id, officer)
    assert set(pairs) == {"Ylva Granfors", "Torkel Vindspår"}

    with pytest.raises(InvalidInput) as left:
        answers = {pairs["Ylva Granfors"]: APART}
        await do(desk, key_access.SettleForKey, case_id, officer, answers=answers, reason="Legitimation.")
    assert [problem.code for problem in left.value.problems] == ["finding.candidate_unanswered"]
    with pytest.raises(InvalidInput):
        answers = dict.fromkeys(pairs.values(), "org_number")
        await do(desk, key_access.SettleForKey, case_id, officer, answers=answers, reason="Fel slag.")
    with pytest.raises(NotAllowed, match="not_clean"):
        await do(desk, key_access.GiveKey, case_id, officer, booking_id=booking)

    answers = dict.fromkeys(pairs.values(), APART)
    await do(desk, key_access.SettleForKey, case_id, officer, answers=answers, reason="Legitimation vid disken.")
    await do(desk, key_access.GiveKey, case_id, officer, booking_id=booking)
    assert await do(desk, key_access.ScreenForKey, case_id, officer) == "met", "what is held apart is not asked again"
    with pytest.raises(NotAllowed, match="nothing_to_settle"):
        await do(desk, key_access.SettleForKey, case_id, officer, answers={}, reason="Igen.")
    await holds_true(desk)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_whoever_is_the_listed_one_gets_no_key_and_what_was_not_checked_is_settled_by_nobody(
    desk: Desk, clock: Clock
) -> None:
    officer = await petter(desk)
    case_id, booking = await at_the_door(desk, officer, clock)
    await listed_too(desk, "DEMO-X-998,person,Ylva Granfors,,,,XX,")
    await do(desk, key_access.ScreenForKey, case_id, officer)
    answers = dict.fromkeys((await asked_of(desk, case_id, officer)).values(), "document")
    await do(desk, key_access.SettleForKey, case_id, officer, answers=answers, reason="Passet.")
    with pytest.raises(NotAllowed, match="not_clean"):
        await do(desk, key_access.GiveKey, case_id, officer, booking_id=booking)

    clock.forward(days=40)
    assert await do(desk, key_access.ScreenForKey, case_id, officer) == "unknown", "the list is past its age"
    with pytest.raises(NotAllowed, match="nothing_to_settle"):
        await do(desk, key_access.SettleForKey, case_id, officer, answers=answers, reason="Ändå.")
    await holds_true(desk)
