"""The phone books in one go, and says why where it cannot."""

import asyncio

import pytest

from service.bookings import (
    availability,
)
from service.casework.intake import phone_booking
from service.casework.intake.receive import receive
from service.desk.ports.desk import Desk
from service.domain.errors import NotAllowed, SlotTaken
from service.domain.premises import Hirer
from service.screening.run_checks import run_waiting_checks
from tests.booking_steps import (
    cleared,
    holds_true,
    petter,
    statuses,
)
from tests.builders import KEY, NUMBER, OTHER_NUMBER, QUIET, a_premises_document


async def test_the_phone_books_in_one_go_and_says_why_where_it_cannot(desk: Desk) -> None:
    officer = await petter(desk)
    await cleared(desk, officer)
    call = availability.Call(
        "tallen", "2027-03-08", "18:00", "20:00", number=NUMBER, use="mote", persons=12, public=False
    )
    look = await availability.look(desk, call)
    assert look.why_not is None
    assert look.clearance is not None
    assert look.clearance.clear
    assert look.decision is None
    assert look.price.ore == 8000

    booked = await phone_booking.book(desk, call, purpose="Styrelsemöte", hold=None, by=officer)
    assert booked.error is None
    assert await statuses(desk, booked.case_id) == ["confirmed"]

    look = await availability.look(desk, call)
    assert look.why_not == "room.taken"
    assert len(look.alternatives) == 3
    party = availability.Call(
        "tallen", "2027-03-09", "18:00", "20:00", number=NUMBER, use="fest", persons=12, public=False
    )
    booked = await phone_booking.book(desk, party, purpose="Fest", hold=None, by=officer)
    assert booked.error is not None
    assert booked.error.code == "execution.purpose"
    assert await statuses(desk, booked.case_id) == ["held"]
    with pytest.raises(NotAllowed, match=r"clearance\.unknown"):
        stranger = availability.Call(
            "tallen", "2027-03-10", "18:00", "20:00", number=OTHER_NUMBER, use="mote", persons=12, public=False
        )
        await phone_booking.book(desk, stranger, purpose="Möte", hold=None, by=officer)
    await holds_true(desk)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_the_phone_does_not_build_on_what_the_association_no_longer_is(desk: Desk) -> None:
    officer = await petter(desk)
    await cleared(desk, officer)
    changed = a_premises_document(**QUIET, date="2027-05-03")
    changed["representatives"] = [{"name": "Nya Ordföranden", "role": "ordförande"}]
    await receive(desk, changed, by=KEY, channel="e_service")
    await run_waiting_checks(desk)
    call = availability.Call(
        "tallen", "2027-03-08", "18:00", "20:00", number=NUMBER, use="mote", persons=12, public=False
    )
    with pytest.raises(NotAllowed, match="data_changed"):
        await phone_booking.book(desk, call, purpose="Möte", hold=None, by=officer)
    company = availability.Call(
        "tallen",
        "2027-03-08",
        "18:00",
        "20:00",
        number=NUMBER,
        use="mote",
        persons=12,
        public=False,
        hirer=Hirer.COMPANY,
    )
    with pytest.raises(NotAllowed, match="only_associations"):
        await phone_booking.book(desk, company, purpose="Möte", hold=None, by=officer)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_the_phone_that_comes_second_leaves_no_case_behind(desk: Desk) -> None:
    officer = await petter(desk)
    await cleared(desk, officer)
    call = availability.Call(
        "tallen", "2027-03-08", "18:00", "20:00", number=NUMBER, use="mote", persons=12, public=False
    )

    async def book() -> phone_booking.Booked | SlotTaken:
        try:
            return await phone_booking.book(desk, call, purpose="Styrelsemöte", hold=None, by=officer)
        except SlotTaken as taken_already:
            return taken_already

    async with desk.store.reading() as reading:
        before = await reading.case_count()
    done = await asyncio.gather(*[book() for _ in range(4)])
    async with desk.store.reading() as reading:
        assert await reading.case_count() == before + 1
    assert sum(isinstance(one, phone_booking.Booked) for one in done) == 1
    assert all(one.alternatives for one in done if isinstance(one, SlotTaken))
    await holds_true(desk)
