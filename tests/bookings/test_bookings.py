"""Bookings: asked for, held, moved, cancelled, executed and decided, on both databases, and the log tells it all."""

from typing import Any

import pytest

from service.bookings import bookings
from service.casework.intake.receive import receive
from service.desk.ports.desk import Desk
from service.domain.application import Kind
from service.domain.errors import Conflict, InvalidInput, NotFound, SlotTaken
from service.domain.events.event import Actor, ActorKind
from service.domain.premises import BookingStatus, label
from service.screening.run_checks import run_waiting_checks
from service.storage.engine import SafeSQLite
from tests.booking_steps import asked, do_decide, holds_true, petter, renewed, statuses, taken, times
from tests.builders import KEY, OTHER_NUMBER, QUIET, a_premises_document
from tests.fakes import Clock


async def test_the_first_to_ask_holds_the_room_and_the_next_has_alternatives_and_is_received_all_the_same(
    desk: Desk,
) -> None:
    first, second = await asked(desk), await asked(desk, OTHER_NUMBER)

    assert await statuses(desk, first) == ["held"]
    missed = (await times(desk, second))[0]
    assert (missed.status, missed.reason) == (BookingStatus.MISSED, "room.taken")
    assert 1 <= len(missed.alternatives) <= 3
    async with desk.store.reading() as reading:
        found = {one.case_finding.finding.check: one for one in await reading.findings(second, 1)}
        estate = await reading.estate()
    assert found["room_and_times"].case_finding.finding.result.code == "room_and_times.none_free"
    for one in missed.alternatives:
        assert estate.rooms[one.room].capacity >= 20
    await holds_true(desk)


async def test_a_hall_takes_its_thirds_through_the_whole_service(desk: Desk) -> None:
    third = await asked(desk, room="vikhallen.b", use="traning")
    hall = await asked(desk, OTHER_NUMBER, room="vikhallen", use="traning")
    other = await asked(desk, OTHER_NUMBER, room="vikhallen.c", use="traning")
    assert [await statuses(desk, one) for one in (third, hall, other)] == [["held"], ["missed"], ["held"]]


async def test_a_series_keeps_every_time_with_what_became_of_it(desk: Desk) -> None:
    await asked(desk, OTHER_NUMBER, date="2027-02-16")
    rule = {"rule": "FREQ=WEEKLY;BYDAY=TU;UNTIL=20270309", "leave_out_free_days": True}
    case_id = await asked(desk, date="2027-02-02", series=rule)

    found = await times(desk, case_id)

    assert [(label(one.span)[:10], one.status.value, one.reason) for one in found] == [
        ("2027-02-02", "held", None),
        ("2027-02-09", "held", None),
        ("2027-02-16", "missed", "room.taken"),
        ("2027-02-23", "missed", "series.free_day"),
        ("2027-03-02", "held", None),
        ("2027-03-09", "held", None),
    ]
    assert found[2].alternatives
    assert found[3].alternatives == ()
    async with desk.store.reading() as reading:
        finding = next(
            one for one in await reading.findings(case_id, 1) if one.case_finding.finding.check == "room_and_times"
        )
        detail = (await reading.values([finding.detail_ref]))[finding.detail_ref]
    assert detail["params"] == {"count": 1, "of": 5}, "the holiday was left out as asked"
    await holds_true(desk)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_series_that_cannot_be_read_names_its_field_and_saves_nothing(desk: Desk) -> None:
    with pytest.raises(InvalidInput) as wrong:
        await asked(desk, series={"rule": "FREQ=WEEKLY"})
    assert [(one.pointer, one.code) for one in wrong.value.problems] == [("/premises/series/rule", "series.no_end")]
    async with desk.store.reading() as reading:
        assert await reading.case_count() == 0


async def test_a_private_person_leaves_no_number_is_not_screened_and_is_not_found_by_name(desk: Desk) -> None:
    document = a_premises_document(**{**QUIET, "hirer": "person", "use": "fest"})
    document["organisation"] = {"name": "Kristina Vall", "org_number": "811218-9876"}
    with pytest.raises(InvalidInput) as wrong:
        await receive(desk, document, by=KEY, channel="e_service")
    assert wrong.value.problems[0].code == "intake.no_number_of_person"

    document["organisation"] = {"name": "Kristina Vall"}
    del document["declaration"], document["representatives"]
    received = await receive(desk, document, by=KEY, channel="e_service")
    await run_waiting_checks(desk)
    async with desk.store.reading() as reading:
        findings = {
            one.case_finding.finding.check: one.case_finding for one in await reading.findings(received.case_id, 1)
        }
        assert await reading.search("Kristina Vall", [], None, [Kind.PREMISES]) == []
        assert await reading.cases_naming("kristina  vall") == [received.case_id], "but she can have what is hers"
    for check in ("declaration", "organisation_number", "prior_incidents", "completeness", "repeated"):
        assert findings[check].outcome == "not_applicable", check
    assert findings["party_names"].finding.result.code != "party_names.candidates"
    assert (await times(desk, received.case_id))[0].tariff == "normal"
    await holds_true(desk)


SLOT = {"day": "2027-03-01", "start": "10:00", "end": "12:00"}


async def test_a_hold_takes_the_room_until_its_time_is_over_and_then_frees_it_by_itself(
    desk: Desk, clock: Clock
) -> None:
    made = await bookings.hold(desk, "tallen", **SLOT, by=KEY)
    with pytest.raises(SlotTaken) as wrong:
        await bookings.hold(desk, "tallen", **SLOT, by=KEY)
    assert wrong.value.code == "room.taken"
    assert len(wrong.value.alternatives) == 3
    clock.forward(minutes=16)
    again = await bookings.hold(desk, "tallen", **SLOT, by=KEY)
    async with desk.store.reading() as reading:
        assert (await reading.booking(made.booking)).status is BookingStatus.LAPSED
    clock.forward(minutes=16)
    assert await bookings.free_lapsed_holds(desk) == 1
    assert await bookings.free_lapsed_holds(desk) == 0
    async with desk.store.reading() as reading:
        assert (await reading.booking(again.booking)).status is BookingStatus.LAPSED
    await holds_true(desk)


async def test_an_application_takes_over_the_hold_that_was_made_for_it_and_nobody_elses(desk: Desk) -> None:
    made = await bookings.hold(desk, "tallen", day="2027-02-01", start="18:00", end="21:00", by=KEY)
    stranger = await receive(
        desk,
        a_premises_document(**QUIET, hold=made.booking),
        by=Actor(ActorKind.KEY, "k-bbbbbbbbbb"),
        channel="e_service",
    )
    assert await statuses(desk, stranger.case_id) == ["missed"]
    assert await statuses(desk, await asked(desk, hold=made.booking)) == ["held"]
    with pytest.raises(NotFound):
        await bookings.give_up_hold(desk, made.booking, by=KEY)
    await holds_true(desk)


async def test_the_hold_of_an_application_lapses_and_can_still_be_approved_while_the_room_is_free(
    desk: Desk, clock: Clock
) -> None:
    officer = await petter(desk)
    case_id = await asked(desk)
    await taken(desk, case_id, officer)
    clock.forward(days=31)
    assert await bookings.free_lapsed_holds(desk) == 1
    assert await statuses(desk, case_id) == ["lapsed"]
    await renewed(desk, officer, case_id)
    await do_decide(desk, case_id, officer)
    assert await statuses(desk, case_id) == ["confirmed"]

    other = await asked(desk, OTHER_NUMBER, date="2027-02-08")
    await taken(desk, other, officer)
    clock.forward(days=31)
    await bookings.free_lapsed_holds(desk)
    rival = await asked(desk, date="2027-02-08")
    assert await statuses(desk, rival) == ["held"]
    await renewed(desk, officer, other)
    with pytest.raises(Conflict) as wrong:
        await do_decide(desk, other, officer)
    assert isinstance(wrong.value, SlotTaken)
    assert await statuses(desk, other) == ["lapsed"], "nothing of it was saved"
    await holds_true(desk)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_series_asks_as_many_questions_however_many_collide(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []
    real = SafeSQLite._run_in_existing_connection

    async def counting(self: Any, connection: Any, query: str, *args: Any, **kwargs: Any) -> Any:
        counted.append(query)
        return await real(self, connection, query, *args, **kwargs)

    monkeypatch.setattr(SafeSQLite, "_run_in_existing_connection", counting)

    async def receiving(count: int) -> int:
        counted.clear()
        document = a_premises_document(**QUIET, date="2027-01-12", series={"rule": f"FREQ=WEEKLY;COUNT={count}"})
        document["organisation"] = {"name": f"Förening {count}", "org_number": None}
        received = await receive(desk, document, by=KEY, channel="e_service")
        assert len(await times(desk, received.case_id)) == count
        return len(counted)

    first, colliding = await receiving(4), await receiving(50)
    assert abs(colliding - first) <= 2, "the log's tree may have a node or two more to write"


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_series_over_the_night_when_the_clock_changes_is_received(desk: Desk) -> None:
    rule = {"rule": "FREQ=WEEKLY;COUNT=2", "leave_out_free_days": False}
    night = {"date": "2027-03-28", "from": "01:30", "to": "02:30"}
    case_id = await asked(desk, series=rule, **night)
    assert [one.reason for one in await times(desk, case_id)] == ["series.no_such_time", "room.outside_hours"]
    with pytest.raises(InvalidInput) as wrong:
        await asked(desk, date="9999-12-31")
    assert wrong.value.problems[0].pointer == "/premises/date"
