"""A decision on a booking: what it confirms, gives back, and cannot give."""

import pytest

from service.casework.review import assignment
from service.desk.ports.desk import Desk
from service.domain.errors import InvalidInput, NotAllowed
from tests.booking_steps import approved, asked, do_decide, holds_true, petter, statuses, taken, times
from tests.builders import OTHER_NUMBER
from tests.steps import do, settle_all


async def test_an_approval_confirms_and_a_write_off_gives_back(desk: Desk) -> None:
    officer = await petter(desk)
    assert await statuses(desk, await approved(desk, officer)) == ["confirmed"]
    other = await asked(desk, OTHER_NUMBER, date="2027-02-08")
    await taken(desk, other, officer)
    await do(desk, assignment.Withdraw, other, officer, received="2026-11-20", text="Nej.")
    await do_decide(desk, other, officer, "write_off")
    assert await statuses(desk, other) == ["released"]
    assert await statuses(desk, await asked(desk, date="2027-02-08")) == ["held"]
    await holds_true(desk)


async def test_nothing_is_approved_that_has_no_room_and_a_partial_approval_says_which_times(desk: Desk) -> None:
    officer = await petter(desk)
    await asked(desk, OTHER_NUMBER)
    nothing = await asked(desk)
    await taken(desk, nothing, officer)
    await settle_all(desk, nothing, officer)
    with pytest.raises(InvalidInput) as wrong:
        await do_decide(desk, nothing, officer)
    assert wrong.value.problems[0].code == "booking.not_all_had"
    with pytest.raises(NotAllowed, match=r"booking\.none_to_give"):
        await do_decide(desk, nothing, officer, "partial_approval")

    series = await asked(desk, date="2027-03-02", series={"rule": "FREQ=WEEKLY;COUNT=3"})
    await taken(desk, series, officer)
    await settle_all(desk, series, officer)
    chosen = [one.id for one in await times(desk, series)][:2]
    await do_decide(desk, series, officer, "partial_approval", chosen)
    assert await statuses(desk, series) == ["confirmed", "confirmed", "released"]
    await holds_true(desk)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_nothing_is_approved_where_no_time_was_ever_held(desk: Desk) -> None:
    officer = await petter(desk)
    case_id = await asked(desk, room="okänd")
    await taken(desk, case_id, officer)
    await settle_all(desk, case_id, officer)
    with pytest.raises(NotAllowed, match="none_to_give"):
        await do_decide(desk, case_id, officer)
