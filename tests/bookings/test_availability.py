"""What is free is what is open less what is taken."""

from datetime import date
from typing import Any

import pytest

from service.bookings import availability, bookings, rooms
from service.desk.ports.desk import Desk
from service.domain.errors import InvalidInput
from service.domain.premises import instant
from service.storage.engine import SafeSQLite
from tests.booking_steps import asked, petter
from tests.builders import KEY


async def test_free_times_are_what_is_open_less_what_is_taken_with_the_time_around_it(desk: Desk) -> None:
    await asked(desk, room="granen", expected_number=60)
    grid = await availability.grid(desk, site="granviks-gard", room=None, first=date(2027, 2, 1), days=7, late=True)
    free = {one.id: grid.cells[one.id][0].free for one in grid.rooms}
    day = date(2027, 2, 1)
    assert [(one.start, one.end) for one in free["granen"]] == [
        (instant(day, 8 * 60), instant(day, 17 * 60)),
        (instant(day, 22 * 60), instant(day, 23 * 60)),
    ], "half an hour of theirs and half an hour of the next"
    assert [one.seconds for one in free["tallen"]] == [14 * 3600]
    week = await availability.grid(desk, site=None, room="vikhallen", first=date(2027, 2, 1), days=7, late=True)
    assert all(cell.hours == 16 for cell in week.cells["vikhallen"])


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_the_calendar_asks_as_many_questions_whatever_it_holds(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No question for each room, day or booking."""
    asked_questions: list[str] = []
    real = SafeSQLite._run_in_existing_connection

    async def counted(self: Any, connection: Any, query: str, *args: Any, **kwargs: Any) -> Any:
        asked_questions.append(query)
        return await real(self, connection, query, *args, **kwargs)

    monkeypatch.setattr(SafeSQLite, "_run_in_existing_connection", counted)

    async def questions(**given: Any) -> int:
        asked_questions.clear()
        await availability.grid(desk, first=date(2027, 2, 1), days=7, late=True, **given)
        return len(asked_questions)

    before = await questions(site=None, room=None, names=True), await questions(site=None, room="tallen", names=True)
    for day in range(1, 8):
        await asked(desk, room="vikhallen.a", use="traning", date=f"2027-02-{day:02}")
        await asked(desk, date=f"2027-02-{day:02}")
    after = await questions(site=None, room=None, names=True), await questions(site=None, room="tallen", names=True)
    assert before == after
    assert len(set(after)) == 1
    assert after[0] < 10


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("day", "start", "end"),
    [
        ("2027-01-11", "10:75", "12:00"),
        ("2027-01-11", "１０:００", "12:00"),
        ("9999-12-31", "10:00", "24:00"),
        ("0001-01-01", "00:00", "12:00"),
        ("2027-W01-1", "10:00", "12:00"),
        ("2027-03-28", "02:30", "04:00"),
    ],
)
async def test_a_time_that_does_not_exist_is_named_and_never_taken_for_another(
    desk: Desk, day: str, start: str, end: str
) -> None:
    with pytest.raises(InvalidInput):
        await bookings.hold(desk, "tallen", day=day, start=start, end=end, by=KEY)
    officer = await petter(desk)
    with pytest.raises(InvalidInput):
        await rooms.close_room(desk, "tallen", first=f"{day}T{start}", last=day, ground="danger", by=officer)
