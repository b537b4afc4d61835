"""What happens to times that stand reaches their hirer: a letter made at once, and a task until it is sent."""

from typing import Any

import pytest

from service.bookings import bookings, hirer_told, move_or_cancel, rooms
from service.casework.decision import delivery, reopen
from service.casework.views.case_page import case_view
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.domain.errors import InvalidInput, NotAllowed, SlotTaken
from service.domain.letter import ApplicantNews
from service.domain.people import User
from service.domain.premises import WEEKDAYS
from tests.booking_steps import approved, asked, holds_true, petter, statuses, taken, times
from tests.builders import KEY, OTHER_NUMBER
from tests.casework.letters.reading import check_pdf, golden, letters
from tests.fakes import Clock
from tests.steps import do

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
SAID = {"received": "2026-11-22", "how": "phone", "language": "sv", "text": "Kassören ringde."}


async def left_to_do(desk: Desk, case_id: str, by: User) -> list[str]:
    return [task.code for task in (await case_view(desk, case_id, by=by)).tasks if not task.done]


async def sent(desk: Desk, case_id: str, officer: User) -> None:
    """Every letter that waits is sent, and written down as sent."""
    for letter in (await case_view(desk, case_id, by=officer)).dossier.unsent:
        await do(
            desk, delivery.Dispatch, case_id, officer, notice=letter.id, channel="mail", sent="2026-11-22"
        )  # fmt: skip


async def called_off(desk: Desk, case_id: str, officer: User, **changed: Any) -> str:
    [time, *_] = await times(desk, case_id)
    await do(desk, move_or_cancel.Cancel, case_id, officer, chosen=[time.id], **(SAID | changed))
    return time.id


async def test_a_call_off_says_how_it_came_and_is_told_to_the_hirer_who_can_have_the_time_back(desk: Desk) -> None:
    officer = await petter(desk)
    case_id = await approved(desk, officer)
    with pytest.raises(InvalidInput) as wrong:
        await called_off(desk, case_id, officer, how="rykte")
    assert [problem.pointer for problem in wrong.value.problems] == ["/how"]

    time = await called_off(desk, case_id, officer)
    assert "task.send.called_off" in await left_to_do(desk, case_id, officer)
    [*_, (template, language, letter)] = await letters(desk, case_id)
    assert template == "called_off"
    golden("called_off.sv", letter["text"])
    check_pdf(letter, language)
    with pytest.raises(InvalidInput):
        await do(
            desk, delivery.Dispatch, case_id, officer, channel="mail", sent="2026-11-21",
            notice=(await case_view(desk, case_id, by=officer)).dossier.unsent[0].id,
        )  # fmt: skip
    await sent(desk, case_id, officer)
    assert "task.send.called_off" not in await left_to_do(desk, case_id, officer)

    protest = {"received": "2026-11-22", "text": "Ordföranden: vi har inte avbokat."}
    await do(desk, move_or_cancel.Restore, case_id, officer, chosen=[time], **protest)
    assert await statuses(desk, case_id) == ["confirmed"]
    with pytest.raises(NotAllowed, match=r"booking\.not_called_off"):
        await do(desk, move_or_cancel.Restore, case_id, officer, chosen=[time], **protest)
    await holds_true(desk)


async def test_what_someone_else_has_got_since_is_not_taken_back(desk: Desk) -> None:
    officer = await petter(desk)
    case_id = await approved(desk, officer)
    time = await called_off(desk, case_id, officer)
    await asked(desk, OTHER_NUMBER)

    with pytest.raises(SlotTaken):
        await do(desk, move_or_cancel.Restore, case_id, officer, chosen=[time], received="2026-11-22", text="Nej.")
    assert await statuses(desk, case_id) == ["cancelled"]
    await holds_true(desk)


async def test_only_what_had_been_let_can_be_restored(desk: Desk) -> None:
    officer = await petter(desk)
    case_id = await asked(desk)
    await taken(desk, case_id, officer)
    time = await called_off(desk, case_id, officer)

    with pytest.raises(NotAllowed, match=r"booking\.not_called_off"):
        await do(desk, move_or_cancel.Restore, case_id, officer, chosen=[time], received="2026-11-22", text="Jo.")
    await holds_true(desk)


async def test_what_the_hirer_cancelled_itself_is_not_anybodys_to_restore(desk: Desk) -> None:
    officer = await petter(desk)
    case_id = await approved(desk, officer)
    [time] = await times(desk, case_id)
    await move_or_cancel.cancel_by_hirer(desk, case_id, time.id, by=KEY)

    with pytest.raises(NotAllowed, match=r"booking\.not_called_off|step\.no_times"):
        await do(desk, move_or_cancel.Restore, case_id, officer, chosen=[time.id], received="2026-11-22", text="Jo.")
    assert await statuses(desk, case_id) == ["cancelled"]
    await holds_true(desk)


async def test_a_closed_room_is_told_to_each_hirer_and_stays_a_task_until_there_is_something_else(desk: Desk) -> None:
    officer = await petter(desk)
    case_id, untouched = await approved(desk, officer), await approved(desk, officer, date="2027-02-08")
    await rooms.close_room(desk, "tallen", first="2027-02-01", last="2027-02-03", ground="maintenance", by=officer)

    todo = await left_to_do(desk, case_id, officer)
    assert {"task.closed_over", "task.send.room_closed"} <= set(todo)
    assert not {"task.closed_over", "task.send.room_closed"} & set(await left_to_do(desk, untouched, officer))
    [*_, (template, language, letter)] = await letters(desk, case_id)
    assert template == "room_closed"
    golden("room_closed.sv", letter["text"])
    check_pdf(letter, language)
    await sent(desk, case_id, officer)
    assert "task.closed_over" in await left_to_do(desk, case_id, officer), "a letter offers nothing else"

    [time] = await times(desk, case_id)
    to = {"booking": time.id, "room": "tallen", "day": "2027-02-10", "start": "18:00", "end": "21:00"}
    await do(desk, move_or_cancel.Move, case_id, officer, **to, text="Det passade dem.")
    assert "task.closed_over" not in await left_to_do(desk, case_id, officer)
    await holds_true(desk)


async def test_a_closure_that_is_lifted_is_told_too_to_those_who_had_been_told_of_it(desk: Desk) -> None:
    officer = await petter(desk)
    case_id = await approved(desk, officer)
    await rooms.close_room(desk, "tallen", first="2027-02-01", last="2027-02-03", ground="maintenance", by=officer)
    [closure] = (await rooms.estate(desk))[0].closures
    await rooms.lift_closure(desk, closure.id, by=officer)

    assert [template for template, *_ in await letters(desk, case_id)] == ["room_closed", "room_reopened"]
    assert "task.closed_over" not in await left_to_do(desk, case_id, officer)
    await holds_true(desk)


async def test_new_hours_and_a_room_no_longer_let_are_closures_too(desk: Desk) -> None:
    officer = await petter(desk)
    case_id = await approved(desk, officer)
    room = (await rooms.estate(desk))[0].rooms["tallen"]
    as_now = {
        "name": room.name, "kind": room.kind, "capacity": room.capacity, "before": room.before, "after": room.after,
        "longest": room.longest, "ahead_hours": room.ahead_hours, "ahead_days": room.ahead_days,
        "equipment": sorted(room.equipment), "hours": {day: ["08:00-22:00"] for day in WEEKDAYS},
    }  # fmt: skip

    async def described(**changed: Any) -> list[str]:
        changed = as_now | changed
        seen = (await rooms.estate(desk))[0].rooms["tallen"].version
        await rooms.describe_room(
            desk, "tallen", changed, site=room.site, parent=room.parent, by=person(officer), seen=seen
        )
        return [template for template, *_ in await letters(desk, case_id)]

    assert await described() == []
    assert await described(hours={day: ["08:00-17:00"] for day in WEEKDAYS}) == ["room_closed"]
    assert await described() == ["room_closed", "room_reopened"]
    assert await described(in_use=False) == ["room_closed", "room_reopened", "room_closed"]
    assert "task.closed_over" in await left_to_do(desk, case_id, officer)
    await holds_true(desk)


async def test_a_time_closed_over_stays_a_task_while_a_decision_is_prepared(desk: Desk) -> None:
    officer = await petter(desk)
    case_id = await approved(desk, officer)
    await rooms.close_room(desk, "tallen", first="2027-02-01", last="2027-02-03", ground="danger", by=officer)
    await do(desk, reopen.Reopen, case_id, officer, ground="revocation", text="Lokalen är stängd.")
    assert "task.closed_over" in await left_to_do(desk, case_id, officer), "as long as nothing is decided"
    assert await statuses(desk, case_id) == ["confirmed"]


async def test_a_hold_that_runs_out_is_a_task_until_the_hirer_has_been_told(desk: Desk, clock: Clock) -> None:
    officer = await petter(desk)
    case_id = await asked(desk)
    await taken(desk, case_id, officer)
    assert "task.tell_lapsed" not in await left_to_do(desk, case_id, officer)
    clock.forward(days=40)
    await bookings.free_lapsed_holds(desk)

    assert "task.tell_lapsed" in await left_to_do(desk, case_id, officer)
    await do(desk, hirer_told.TellOfLapsed, case_id, officer, language="sv")
    todo = await left_to_do(desk, case_id, officer)
    assert "task.tell_lapsed" not in todo
    assert f"task.send.{ApplicantNews.HOLD_LAPSED}" in todo
    [(_, language, letter)] = await letters(desk, case_id)
    golden("hold_lapsed.sv", letter["text"])
    check_pdf(letter, language)
    with pytest.raises(NotAllowed):
        await do(desk, hirer_told.TellOfLapsed, case_id, officer, language="sv")
    await holds_true(desk)
