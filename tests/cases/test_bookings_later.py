"""What becomes of bookings, fees, keys and shared-out times when something changes after they were asked for."""

import asyncio
import json
from dataclasses import replace
from datetime import date

import pytest

from service.bookings import (
    availability,
    bookings,
    clearance_steps,
    key_access,
    move_or_cancel,
    rooms,
    season_allocation,
)
from service.casework.decision import follow_up
from service.casework.intake import enclosures, phone_booking
from service.casework.intake.receive import receive, repeat_key
from service.casework.letters import decision_letter
from service.casework.review import correspondence
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.desk.step import dossier_of
from service.domain.application import Kind, from_document
from service.domain.errors import Conflict, GranskaError, InvalidInput, NotAllowed, NotFound, SlotTaken
from service.domain.events import Actor, ActorKind
from service.office import users_and_keys
from service.screening.run_checks import work_off
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
from tests.builders import FIXTURES, KEY, NUMBER, OTHER_NUMBER, a_premises_document
from tests.fakes import Clock
from tests.steps import do, settle_all, someone, unbiased

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


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
        await do(desk, clearance_steps.execute, executed, officer)
    assert await statuses(desk, decided) == await statuses(desk, executed) == ["held"]
    await holds_true(desk)


async def test_no_key_to_a_room_that_is_closed_and_whoever_keeps_rooms_sees_whom_it_hits(
    desk: Desk, clock: Clock
) -> None:
    officer = await petter(desk)
    case_id = await approved(desk, officer, date="2026-11-29")
    one = (await times(desk, case_id))[0]
    await do(desk, follow_up.accept_terms, case_id, officer, terms="2026-1", on="2026-11-22", text="I mejl.")
    clock.forward(days=7)
    await do(desk, key_access.screen, case_id, officer)
    assert await rooms.in_the_way(desk, "tallen") == []
    await rooms.close_room(desk, "tallen", first="2026-11-29", last="2026-11-29", ground="danger", by=officer)

    with pytest.raises(NotAllowed, match=r"access\.room_shut"):
        await do(desk, key_access.give, case_id, officer, booking_id=one.id)
    _, listed = await key_access.of_day(desk, date(2026, 11, 29), None)
    assert [entry.missing for entry in listed] == [("access.room_shut",)]
    grid = await availability.grid(desk, site=None, room="tallen", first=date(2026, 11, 29), days=1)
    assert not grid.cells["tallen"][0].open, "closed is not the same as full"
    estate = (await rooms.estate(desk))[0]
    await rooms.lift_closure(desk, estate.closures[0].id, by=officer)
    await described_anew(desk, "tallen", officer, hours={"mon": ["08:00-08:30"]})
    assert [each.case for each in await rooms.in_the_way(desk, "tallen")] == [case_id]
    await do(desk, key_access.give, case_id, officer, booking_id=one.id)


async def test_moving_to_today_takes_what_asking_for_today_takes(desk: Desk) -> None:
    officer = await petter(desk)
    case_id = await approved(desk, officer, date="2027-02-08")
    one = (await times(desk, case_id))[0]
    to = {"booking": one.id, "room": "tallen", "day": "2026-11-22", "start": "19:00", "end": "20:00", "text": "I dag."}
    with pytest.raises(NotAllowed, match="same_day"):
        await do(desk, move_or_cancel.move, case_id, officer, **to)
    with pytest.raises(InvalidInput) as wrong:
        await do(desk, move_or_cancel.move, case_id, officer, **(to | {"room": ""}))
    assert wrong.value.problems[0].pointer == "/room"
    await do(desk, clearance_steps.give, case_id, officer)
    await do(desk, move_or_cancel.move, case_id, officer, **to)


async def fee_after(desk: Desk, case_id: str) -> int | None:
    return (await times(desk, case_id))[0].fee_ore


async def test_the_fee_counts_from_when_the_hirer_called_off(desk: Desk, clock: Clock) -> None:
    officer = await petter(desk)
    case_id = await approved(desk, officer, date="2026-12-10")
    one = (await times(desk, case_id))[0]
    clock.forward(days=16)
    with pytest.raises(InvalidInput) as wrong:
        early = {"chosen": [one.id], "received": "2026-11-01", "text": "De ringde."}
        await do(desk, move_or_cancel.cancel, case_id, officer, **early)
    assert wrong.value.problems[0].code == "input.not_before_application"
    await do(
        desk, move_or_cancel.cancel, case_id, officer, chosen=[one.id], received="2026-11-25", text="De ringde då."
    )
    assert await fee_after(desk, case_id) == 0


async def test_a_late_cancellation_costs_the_same_by_way_of_a_move(desk: Desk, clock: Clock) -> None:
    officer = await petter(desk)
    late, early = await approved(desk, officer, date="2026-12-10"), await approved(desk, officer, date="2027-01-11")
    clock.forward(days=17)
    for case_id, day in ((late, "2027-03-01"), (early, "2027-03-02")):
        one = (await times(desk, case_id))[0]
        to = {"booking": one.id, "room": "tallen", "day": day, "start": "18:00", "end": "21:00", "text": "Senare."}
        await do(desk, move_or_cancel.move, case_id, officer, **to)
        await do(desk, move_or_cancel.cancel, case_id, officer, chosen=[one.id], received="2026-12-09", text="Nej.")
    assert await fee_after(desk, late) == 12_000
    assert await fee_after(desk, early) == 0
    await holds_true(desk)


async def test_the_phone_that_comes_second_leaves_no_case_behind(desk: Desk) -> None:
    officer = await petter(desk)
    await cleared(desk, officer)
    call = availability.Call("tallen", "2027-03-08", "18:00", "20:00", number=NUMBER, use="mote", persons=12)

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


async def test_another_system_reaches_no_case_but_its_own(desk: Desk) -> None:
    adam = await someone(desk, "Adam", "role:administrator")

    async def key(label: str) -> Actor:
        known = await users_and_keys.service_key(
            desk, await users_and_keys.create_key(desk, label=label, by=person(adam))
        )
        assert known is not None
        return Actor(ActorKind.KEY, known.pseudonym)

    mine, stranger, renewed = await key("e-tjänst"), await key("annan"), await key("e-tjänst")
    received = await receive(desk, a_premises_document(), by=mine, channel="e_service")

    async def enclose(by: Actor) -> None:
        await enclosures.add_enclosure(
            desk, received.case_id, kind="stadgar", name="s.txt", media_type="text/plain", body=b"S", by=by,
            kinds=frozenset(Kind),
        )  # fmt: skip

    with pytest.raises(NotFound):
        await correspondence.received_from_applicant(
            desk, received.case_id, kind="withdrawal", text="Nej.", by=stranger
        )
    with pytest.raises(NotFound):
        await enclose(stranger)
    with pytest.raises(NotFound):
        await bookings.for_applicant(desk, received.case_id, by=stranger)
    await enclose(mine)
    await enclose(renewed)
    await holds_true(desk)


async def test_what_the_log_looks_a_case_up_by_cannot_be_guessed_from_the_log(desk: Desk) -> None:
    case_id = await asked(desk)
    async with desk.store.reading() as reading:
        case, details = await reading.case(case_id), await reading.details(case_id)
    document = a_premises_document(room="tallen", open_to_public=False, expected_number=20, use="mote")
    application = from_document(document)
    other_key = replace(desk, keyed=lambda text: f"another key's digest of {len(text)} signs")
    assert repeat_key(desk, case, application) == details.repeat_key
    assert repeat_key(other_key, case, application) != details.repeat_key, "it takes the service's own key"


# --- Seasons ----------------------------------------------------------------------------------------------------------


async def asked_for(desk: Desk) -> None:
    for number in (15, 16, 17):
        [file] = (FIXTURES / "applications").glob(f"{number}-*.json")
        document = json.loads(file.read_text("utf-8")) | {"received_at": "2026-11-02T12:00:00+01:00"}
        document.pop("declaration", None)
        await receive(desk, document, by=KEY, channel="e_service")
    await work_off(desk)


async def test_only_one_lot_is_ever_drawn(desk: Desk) -> None:
    officer = await petter(desk)
    await asked_for(desk)

    async def share() -> GranskaError | None:
        try:
            await season_allocation.share_out(desk, "2027-varen", by=officer)
        except GranskaError as error:
            return error
        return None

    done = await asyncio.gather(*[share() for _ in range(5)])
    assert sum(one is None for one in done) == 1
    assert all(isinstance(one, (Conflict, InvalidInput)) for one in done if one)
    async with desk.store.reading() as reading:
        assert len(await reading.allocations("2027-varen")) == 1
    with pytest.raises(InvalidInput) as wrong:
        await season_allocation.share_out(desk, "2027-varen", by=officer)
    assert wrong.value.problems[0].pointer == "/reason", "what was edited is not undone without a reason"
    before = (await season_allocation.view(desk, "2027-varen")).seed
    await season_allocation.share_out(desk, "2027-varen", by=officer, text="En ansökan till har avslutats.")
    assert (await season_allocation.view(desk, "2027-varen")).seed == before
    await holds_true(desk)


async def test_an_allocation_is_redone_with_the_rooms_it_was_made_with(desk: Desk) -> None:
    officer = await petter(desk)
    await asked_for(desk)
    await season_allocation.share_out(desk, "2027-varen", by=officer)
    for part in ("vikhallen", "vikhallen.a", "vikhallen.b", "vikhallen.c"):
        await described_anew(desk, part, officer, hours={"mon": ["20:00-22:00"]})
    assert await season_allocation.again(desk, "2027-varen")


async def test_a_room_that_is_closed_all_the_season_is_not_shared_out(desk: Desk) -> None:
    officer = await petter(desk)
    await asked_for(desk)
    await rooms.close_room(desk, "vikhallen", first="2026-12-01", last="2027-12-31", ground="danger", by=officer)
    made = await season_allocation.share_out(desk, "2027-varen", by=officer)
    assert not [one for one in made.body["given"] if one["room"].startswith("vikhallen")]


# --- Letters ----------------------------------------------------------------------------------------------------------


async def test_the_letter_tells_what_was_decided_what_was_not_given_and_what_changed_since(desk: Desk) -> None:
    officer = await petter(desk)
    await asked(desk, OTHER_NUMBER, date="2027-02-16")
    rule = {"rule": "FREQ=WEEKLY;BYDAY=TU;UNTIL=20270309", "leave_out_free_days": False}
    case_id = await asked(desk, date="2027-02-09", series=rule)
    await taken(desk, case_id, officer)
    struck = (await times(desk, case_id))[-1]
    await do(desk, move_or_cancel.cancel, case_id, officer, chosen=[struck.id], received="2026-11-22", text="Inte den.")
    await work_off(desk)
    await settle_all(desk, case_id, officer)
    held = [one for one in await times(desk, case_id) if one.takes]
    await do_decide(desk, case_id, officer, "partial_approval", [one.id for one in held])
    to = {"booking": held[0].id, "room": "tallen", "day": "2027-02-10", "start": "18:00", "end": "21:00"}
    await do(desk, move_or_cancel.move, case_id, officer, **to, text="De bad om det.")
    await do(desk, move_or_cancel.cancel, case_id, officer, chosen=[held[1].id], received="2026-11-22", text="Avbokat.")
    async with desk.store.reading() as reading:
        case = await reading.case(case_id)
        decided = (await dossier_of(reading, case_id)).decision
        assert decided is not None
        told = (await decision_letter.booking_values(desk, reading, case, decided, "sv"))["times"]
    given, _, rest = told.partition("Det här fick ni inte:")
    missed, _, since = rest.partition("Nu gäller:")
    assert given.count("- 2027") == len(held)
    assert "2027-02-09 18:00" in given
    assert missed.count("- 2027") == 1
    assert "2027-03-09" not in told, "what the hirer struck was not refused"
    assert "2027-02-16 18:00–21:00" in missed
    assert "redan bokad" in missed
    assert since.count("- 2027") == len(held) - 1
    assert "2027-02-10 18:00" in since
