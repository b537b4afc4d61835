"""Rooms at their edges: the hour before closing, the day of 25 hours, the time that is free again, the second writer."""

from dataclasses import replace
from datetime import date

import pytest

from service.bookings import availability, move_or_cancel, rooms
from service.casework.views.case_page import case_view
from service.desk import free_times
from service.desk.actors import person
from service.desk.case_search import queue
from service.desk.ports.desk import Desk
from service.desk.ports.queue import QueueQuery
from service.domain.application import Kind
from service.domain.clock import second_of
from service.domain.errors import Conflict, NotAllowed
from service.domain.events.bookings import RoomDescribed
from service.domain.premises import BookingStatus, Span, instant, local
from service.screening.run_checks import run_waiting_checks
from tests.booking_steps import approved, asked, described_anew, holds_true, petter, statuses, taken, times
from tests.builders import OTHER_NUMBER
from tests.fakes import Clock
from tests.steps import do

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
MONDAY, SATURDAY, AUTUMN = date(2027, 2, 1), date(2027, 2, 6), date(2026, 10, 25)


def at(day: date, start: int, end: int) -> Span:
    return Span(instant(day, start), instant(day, end))


async def moved(desk: Desk, case_id: str, officer: object, day: str, start: str, end: str, **more: str) -> None:
    [booking] = await times(desk, case_id)
    given = {
        "booking": booking.id,
        "room": booking.room,
        "day": day,
        "start": start,
        "end": end,
        "text": "De bad om det.",
    }
    await do(desk, move_or_cancel.Move, case_id, officer, **(given | more))  # type: ignore[arg-type]


async def label_and_due(desk: Desk, case_id: str) -> tuple[str, date]:
    page = await queue(desk, QueueQuery(kinds=tuple(Kind)))
    [row] = [one for one in page.rows if one.case.id == case_id]
    return row.when_label, row.case.due_on


# --- Moving ---


async def test_an_undecided_time_that_is_moved_gets_its_own_lapse_label_and_due_day(desk: Desk, clock: Clock) -> None:
    officer = await petter(desk)
    case_id = await asked(desk, date="2026-11-26")
    await taken(desk, case_id, officer)
    before = (await times(desk, case_id))[0]
    assert await label_and_due(desk, case_id) == ("2026-11-26 18:00–21:00", date(2026, 11, 25))

    await moved(desk, case_id, officer, "2027-02-11", "17:00", "19:00")

    [after] = await times(desk, case_id)
    assert after.hold_until is not None
    assert before.hold_until is not None
    assert after.hold_until > before.hold_until, "it does not lapse when the old time would have begun"
    label, due = await label_and_due(desk, case_id)
    assert label == "2027-02-11 17:00–19:00"
    assert due > date(2026, 11, 25)
    await holds_true(desk)
    clock.forward(days=6)
    await moved(desk, case_id, officer, "2026-11-30", "17:00", "19:00")
    assert await label_and_due(desk, case_id) == ("2026-11-30 17:00–19:00", date(2026, 11, 27))
    await holds_true(desk)


async def test_a_time_that_was_taken_is_free_again_for_the_case_that_waits_and_for_the_e_service(
    desk: Desk,
) -> None:
    officer = await petter(desk)
    first = await asked(desk, OTHER_NUMBER)
    waiting = await asked(desk)
    await taken(desk, waiting, officer)
    await taken(desk, first, officer)
    [missed] = await times(desk, waiting)
    assert missed.status is BookingStatus.MISSED
    view = await case_view(desk, waiting, by=officer)
    assert view.room is not None
    assert view.room.missed[missed.id].why == "room.taken"

    [held] = await times(desk, first)
    gone = {"chosen": [held.id], "received": "2026-11-22", "how": "phone", "language": "sv", "text": "Av."}
    await do(desk, move_or_cancel.Cancel, first, officer, **gone)

    view = await case_view(desk, waiting, by=officer)
    assert view.room is not None
    assert view.room.missed[missed.id].why is None
    from service.casework.review.findings import ask_rescreening

    await do(desk, ask_rescreening, waiting, officer)
    await run_waiting_checks(desk)
    view = await case_view(desk, waiting, by=officer)
    codes = [stored.case_finding.finding.result.code for stored in view.findings]
    assert "room_and_times.free_again" in codes
    await moved(desk, waiting, officer, "2027-02-01", "18:00", "21:00")
    assert await statuses(desk, waiting) == ["held"]
    await holds_true(desk)


@pytest.mark.parametrize(
    ("day", "start", "end", "code"),
    [
        ("2027-02-08", "14:00", "22:00", "booking.longer_than_decided"),
        ("2027-02-08", "20:00", "22:45", "booking.dearer_than_decided"),
        ("2027-02-08", "19:00", "22:00", None),
        ("2027-02-08", "18:00", "19:00", None),
    ],
)
async def test_what_was_let_is_moved_but_longer_or_dearer_than_decided_is_a_new_decision(
    desk: Desk, day: str, start: str, end: str, code: str | None
) -> None:
    officer = await petter(desk)
    await described_anew(desk, "tallen", officer, hours={name: ["00:00-24:00"] for name in ("mon", "tue", "wed")})
    case_id = await approved(desk, officer, room="tallen")
    if code is None:
        await moved(desk, case_id, officer, day, start, end)
        return
    with pytest.raises(NotAllowed, match=code.replace(".", r"\.")):
        await moved(desk, case_id, officer, day, start, end)


async def test_a_shortened_time_can_be_as_long_as_decided_again(desk: Desk) -> None:
    officer = await petter(desk)
    case_id = await approved(desk, officer)
    await moved(desk, case_id, officer, "2027-02-08", "18:00", "19:00")
    await moved(desk, case_id, officer, "2027-02-08", "18:00", "21:00")
    with pytest.raises(NotAllowed, match=r"longer_than_decided"):
        await moved(desk, case_id, officer, "2027-02-08", "17:00", "21:00")


# --- What can be had ---


async def test_what_is_shown_as_free_can_be_had(desk: Desk) -> None:
    """For the e-service not nearer than the room allows, for nobody farther; and what is past is past."""
    estate, _ = await rooms.estate(desk)
    room = estate.rooms["tallen"]
    now = second_of(desk.outside.now())
    today = local(now).date()
    for late in (False, True):
        grid = await availability.grid(desk, site=None, room="tallen", first=date(2026, 11, 16), days=14, late=late)
        states = dict(zip(grid.days, [cell.state for cell in grid.cells["tallen"]], strict=True))
        assert all(state == "past" for day, state in states.items() if day < today)
        starts = [span.start for cell in grid.cells["tallen"] for span in cell.free]
        assert min(starts) >= free_times.earliest(room, now, late=late)
    last = free_times.last_day(room, now)
    grid = await availability.grid(desk, site=None, room="tallen", first=last.replace(day=1), days=31, late=True)
    by_day = dict(zip(grid.days, grid.cells["tallen"], strict=True))
    assert all(not cell.free and cell.state in ("early", "shut") for day, cell in by_day.items() if day > last)


# --- Two who write ---


async def test_the_second_writer_of_a_rooms_form_is_told_and_the_log_says_what_was_changed(desk: Desk) -> None:
    officer = await petter(desk)
    seen = (await rooms.estate(desk))[0].rooms["tallen"]
    await described_anew(desk, "tallen", officer, capacity=31, after=20)
    async with desk.store.reading() as reading:
        from service.desk.step import entries

        [newest] = entries(await reading.entries_of_type(RoomDescribed, limit=1))
    assert isinstance(newest.data, RoomDescribed)
    assert set(newest.data.changed) >= {"capacity", "after"}
    assert "name" not in newest.data.changed
    now = (await rooms.estate(desk))[0].rooms["tallen"]
    assert now.version != seen.version
    document = {
        "name": "Min sal", "kind": now.kind, "capacity": 5, "before": 0, "after": 0, "longest": 60, "ahead_hours": 0,
        "ahead_days": 9, "hours": {"mon": ["08:00-12:00"]},
    }  # fmt: skip
    with pytest.raises(Conflict):
        await rooms.describe_room(
            desk, "tallen", document, site=now.site, parent=None, by=person(officer), seen=seen.version
        )
    assert replace(now) == (await rooms.estate(desk))[0].rooms["tallen"], "nothing was written over"
