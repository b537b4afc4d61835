"""Rooms are described, closed and opened again; their calendars name nobody."""

import pytest

from service.bookings import (
    clearance_steps,
    room_feed,
    rooms,
)
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.domain.errors import InvalidInput, NotAllowed, NotFound
from service.domain.premises import Estate
from tests.booking_steps import (
    approved,
    asked,
    cleared,
    described_anew,
    do_decide,
    holds_true,
    petter,
    statuses,
    taken,
    times,
)
from tests.builders import NUMBER, OTHER_NUMBER
from tests.steps import do, settle_all, someone, unbiased


async def test_a_closure_stops_new_bookings_names_those_that_stand_and_can_be_lifted(desk: Desk) -> None:
    officer = await petter(desk)
    case_id = await approved(desk, officer)
    standing = await rooms.close_room(
        desk, "tallen", first="2027-02-01", last="2027-02-03", ground="danger", by=officer
    )
    assert [one.case for one in standing] == [case_id]
    assert await statuses(desk, case_id) == ["confirmed"], "a closure decides nothing about a booking"
    other = await asked(desk, OTHER_NUMBER, date="2027-02-02")
    assert [one.reason for one in await times(desk, other)] == ["room.closed"]
    estate: Estate = (await rooms.estate(desk))[0]
    await rooms.lift_closure(desk, estate.closures[0].id, by=officer)
    assert await statuses(
        desk, await asked(desk, OTHER_NUMBER, date="2027-02-02", **{"from": "12:00", "to": "13:00"})
    ) == ["held"]
    with pytest.raises(InvalidInput):
        await rooms.close_room(desk, "tallen", first="i morgon", last="", ground="", by=officer)
    await holds_true(desk)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_rooms_calendar_names_nobody_and_its_address_can_be_revoked(desk: Desk) -> None:
    officer = await petter(desk)
    await approved(desk, officer, room="vikhallen.a", use="traning")
    secret = await room_feed.make_feed(desk, "vikhallen", by=officer)
    text = (await room_feed.feed(desk, secret)).decode()
    assert text.startswith("BEGIN:VCALENDAR")
    assert "DTSTART:20270201T170000Z" in text, "a third takes the hall"
    for hidden in ("Granvikens", "Ylva", NUMBER, "HV 2026"):
        assert hidden not in text
    async with desk.store.reading() as reading:
        feed = (await reading.feeds("vikhallen"))[0]
    with pytest.raises(NotFound):
        await room_feed.feed(desk, "gissning")
    await room_feed.revoke_feed(desk, "vikhallen", feed.id, by=officer)
    with pytest.raises(NotFound):
        await room_feed.feed(desk, secret)
    await holds_true(desk)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_only_those_who_keep_rooms_describe_them_and_what_is_wrong_is_named(desk: Desk) -> None:
    officer, stranger = await petter(desk), await someone(desk, "Alva", "role:association_officer")
    good = {
        "name": "Nya salen", "kind": "sal", "capacity": 80, "before": 0, "after": 0, "longest": 480, "ahead_hours": 0,
        "ahead_days": 365, "hours": {"mon": ["08:00-12:00", "13:00-22:00"]}, "equipment": ["projector"],
    }  # fmt: skip
    with pytest.raises(NotAllowed):
        await rooms.describe_room(desk, "nya", good, site="vikhallen", parent=None, by=person(stranger))
    bad = good | {"capacity": 0, "hours": {"mon": ["12:00-08:00"]}, "equipment": ["altar"], "kind": "kyrka"}
    with pytest.raises(InvalidInput) as wrong:
        await rooms.describe_room(desk, "nya", bad, site="vikhallen", parent=None, by=person(officer))
    assert {one.pointer for one in wrong.value.problems} == {"/capacity", "/hours/mon", "/equipment", "/kind"}
    await rooms.describe_room(desk, "nya", good, site="vikhallen", parent=None, by=person(officer))
    await rooms.describe_room(
        desk,
        "nya",
        good | {"name": "Sal"},
        site="vikhallen",
        parent=None,
        by=person(officer),
        seen=(await rooms.estate(desk))[0].rooms["nya"].version,
    )
    found = (await rooms.estate(desk))[0].rooms["nya"]
    assert (found.name, found.hours[0], found.hours[1]) == ("Sal", ((480, 720), (780, 1320)), ())
    await holds_true(desk)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize("how", ["closed", "out of use", "other hours"])
async def test_nothing_is_let_in_a_room_that_cannot_be_used_any_longer(desk: Desk, how: str) -> None:
    officer = await petter(desk)
    await cleared(desk, officer)
    decided, executed = await asked(desk, date="2027-02-08"), await asked(desk, date="2027-02-09")
    await taken(desk, decided, officer)
    await settle_all(desk, decided, officer)
    await unbiased(desk, executed, officer)
    if how == "closed":
        await rooms.close_room(desk, "tallen", first="2027-02-08", last="2027-02-09", ground="danger", by=officer)
    elif how == "out of use":
        await described_anew(desk, "tallen", officer, in_use=False)
    else:
        await described_anew(desk, "tallen", officer, hours={"mon": ["08:00-08:30"]})

    with pytest.raises(NotAllowed, match="room_shut"):
        await do_decide(desk, decided, officer)
    with pytest.raises(NotAllowed, match="room_shut"):
        await do(desk, clearance_steps.Execute, executed, officer)
    assert await statuses(desk, decided) == await statuses(desk, executed) == ["held"]
    await holds_true(desk)
