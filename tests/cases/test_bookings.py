"""Bookings: asked for, held, moved, called off, executed and decided, on both databases, and the log tells it all."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from service.bookings import availability, bookings, clearance_steps, key_access, move_or_cancel, rooms
from service.casework.decision import delivery, follow_up, reopen, sign
from service.casework.decision import proposal as proposals
from service.casework.intake import phone_booking
from service.casework.intake.receive import receive
from service.casework.review import assignment, correspondence, inquiry
from service.casework.review.findings import ask_rescreening
from service.demo import demo_list
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.desk.rulebook import rulebook
from service.domain.application import Kind
from service.domain.case import State
from service.domain.decision import DecisionOutcome, Proposal
from service.domain.errors import Conflict, GranskaError, InvalidInput, NotAllowed, NotFound, SlotTaken
from service.domain.events import Actor, ActorKind
from service.domain.ledger import Ledger
from service.domain.premises import BookingStatus, Estate, Hirer, instant, label
from service.proof.verification import verify_log
from service.screening.list_import import import_list
from service.screening.run_checks import work_off
from service.settings import Settings
from service.storage.engine import SafeSQLite
from tests.booking_steps import approved, asked, cleared, do_decide, holds_true, petter, renewed, statuses, taken, times
from tests.builders import FIXTURES, KEY, NUMBER, OTHER_NUMBER, QUIET, a_premises_document
from tests.fakes import Clock
from tests.steps import TEXT, a_grave_act, assess_all, do, searched, settle_all, someone, three, unbiased

# --- Asking -----------------------------------------------------------------------------------------------------------


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
    assert found["room"].case_finding.finding.result.code == "room_check.none_free"
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
        finding = next(one for one in await reading.findings(case_id, 1) if one.case_finding.finding.check == "room")
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
    await work_off(desk)
    async with desk.store.reading() as reading:
        findings = {
            one.case_finding.finding.check: one.case_finding for one in await reading.findings(received.case_id, 1)
        }
        assert await reading.search("Kristina Vall", None, [Kind.PREMISES]) == []
        assert await reading.cases_naming("kristina  vall") == [received.case_id], "but she can have what is hers"
    for check in ("declaration", "organisation_number", "prior_incidents", "completeness", "repeated"):
        assert findings[check].outcome == "not_applicable", check
    assert findings["party_names"].finding.result.code != "party_names.candidates"
    assert (await times(desk, received.case_id))[0].tariff == "normal"
    await holds_true(desk)


# --- Holding ----------------------------------------------------------------------------------------------------------

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
        assert (await reading.booking(made["booking"])).status is BookingStatus.LAPSED
    clock.forward(minutes=16)
    assert await bookings.work_off(desk) == 1
    assert await bookings.work_off(desk) == 0
    async with desk.store.reading() as reading:
        assert (await reading.booking(again["booking"])).status is BookingStatus.LAPSED
    await holds_true(desk)


async def test_an_application_takes_over_the_hold_that_was_made_for_it_and_nobody_elses(desk: Desk) -> None:
    made = await bookings.hold(desk, "tallen", day="2027-02-01", start="18:00", end="21:00", by=KEY)
    stranger = await receive(
        desk,
        a_premises_document(**QUIET, hold=made["booking"]),
        by=Actor(ActorKind.KEY, "k-bbbbbbbbbb"),
        channel="e_service",
    )
    assert await statuses(desk, stranger.case_id) == ["missed"]
    assert await statuses(desk, await asked(desk, hold=made["booking"])) == ["held"]
    with pytest.raises(NotFound):
        await bookings.give_up_hold(desk, made["booking"], by=KEY)
    await holds_true(desk)


async def test_the_hold_of_an_application_lapses_and_can_still_be_approved_while_the_room_is_free(
    desk: Desk, clock: Clock
) -> None:
    officer = await petter(desk)
    case_id = await asked(desk)
    await taken(desk, case_id, officer)
    clock.forward(days=31)
    assert await bookings.work_off(desk) == 1
    assert await statuses(desk, case_id) == ["lapsed"]
    await renewed(desk, officer, case_id)
    await do_decide(desk, case_id, officer)
    assert await statuses(desk, case_id) == ["confirmed"]

    other = await asked(desk, OTHER_NUMBER, date="2027-02-08")
    await taken(desk, other, officer)
    clock.forward(days=31)
    await bookings.work_off(desk)
    rival = await asked(desk, date="2027-02-08")
    assert await statuses(desk, rival) == ["held"]
    await renewed(desk, officer, other)
    with pytest.raises(Conflict) as wrong:
        await do_decide(desk, other, officer)
    assert isinstance(wrong.value, SlotTaken)
    assert await statuses(desk, other) == ["lapsed"], "nothing of it was saved"
    await holds_true(desk)


# --- Deciding ---------------------------------------------------------------------------------------------------------


async def test_an_approval_confirms_and_a_write_off_gives_back(desk: Desk) -> None:
    officer = await petter(desk)
    assert await statuses(desk, await approved(desk, officer)) == ["confirmed"]
    other = await asked(desk, OTHER_NUMBER, date="2027-02-08")
    await taken(desk, other, officer)
    await do(desk, assignment.withdraw, other, officer, received="2026-11-20", text="Nej.")
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


async def test_moving_to_an_alternative_is_one_step_and_keeps_its_history(desk: Desk) -> None:
    officer = await petter(desk)
    await asked(desk, OTHER_NUMBER)
    case_id = await asked(desk)
    await taken(desk, case_id, officer)
    missed = (await times(desk, case_id))[0]
    to = next(one for one in missed.alternatives if one.room == "tallen")
    day, _, rest = label(to.span).partition(" ")
    start, end = rest.split("–")
    given = {"booking": missed.id, "room": to.room, "day": day, "start": start, "end": end, "text": "Per telefon."}
    await do(desk, move_or_cancel.move, case_id, officer, **given)
    await work_off(desk)

    moved = (await times(desk, case_id))[0]
    assert (moved.status, moved.span, moved.room) == (BookingStatus.HELD, to.span, to.room)
    await settle_all(desk, case_id, officer)
    await do_decide(desk, case_id, officer)

    # A confirmed one moves too, within the class of room, onto itself if it likes, and never onto another.
    same = {"booking": moved.id, "text": "De blev sena."}
    await do(desk, move_or_cancel.move, case_id, officer, **same, room=to.room, day=day, start=start, end=end)
    with pytest.raises(InvalidInput) as wrong:
        await do(
            desk,
            move_or_cancel.move,
            case_id,
            officer,
            **same,
            room="vikhallen",
            day="2027-04-05",
            start=start,
            end=end,
        )
    assert wrong.value.problems[0].code == "booking.other_kind"
    with pytest.raises(SlotTaken):
        await do(
            desk,
            move_or_cancel.move,
            case_id,
            officer,
            **same,
            room="tallen",
            day="2027-02-01",
            start="18:00",
            end="21:00",
        )
    async with desk.store.reading() as reading:
        moves = [json.loads(one.leaf) for one in await reading.entries_of_type("booking:moved", limit=9)]
    assert len(moves) == 2
    await holds_true(desk)


async def test_a_booking_for_the_same_day_takes_a_clearance(desk: Desk) -> None:
    officer = await petter(desk)
    case_id = await asked(desk, date="2026-11-22", **{"from": "18:00", "to": "20:00"})
    await taken(desk, case_id, officer)
    await settle_all(desk, case_id, officer)
    with pytest.raises(NotAllowed, match="same_day"):
        await do_decide(desk, case_id, officer)
    await cleared(desk, officer)
    await do_decide(desk, case_id, officer)
    assert await statuses(desk, case_id) == ["confirmed"]


async def test_the_hirer_calls_off_with_what_the_tariff_says(desk: Desk, clock: Clock) -> None:
    officer = await petter(desk)
    case_id = await approved(desk, officer)
    one = (await times(desk, case_id))[0]
    assert one.price_ore == 3 * 4000
    for days, percent in ((30, 0), (7, 0), (3, 50), (1, 100)):
        now = one.span.start - days * 86_400
        assert move_or_cancel.fee_of(one, (await rooms.estate(desk))[1], now, {}) == 12_000 * percent // 100

    await do(desk, move_or_cancel.cancel, case_id, officer, chosen=[one.id], received="2026-11-22", text="De ringde.")
    assert await statuses(desk, case_id) == ["cancelled"]
    assert (await times(desk, case_id))[0].fee_ore == 0
    assert await statuses(desk, await asked(desk, OTHER_NUMBER)) == ["held"]
    with pytest.raises(NotAllowed, match=r"booking\.ended"):
        await do(desk, move_or_cancel.cancel, case_id, officer, chosen=[one.id], received="2026-11-22", text="Igen.")
    await holds_true(desk)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_the_hirer_calls_off_in_the_e_service_and_only_their_own(desk: Desk) -> None:
    case_id, other = await asked(desk), await asked(desk, OTHER_NUMBER, date="2027-02-08")
    mine = (await times(desk, case_id))[0]
    with pytest.raises(NotFound):
        await move_or_cancel.cancel_by_hirer(desk, other, mine.id, by=KEY)
    assert await move_or_cancel.cancel_by_hirer(desk, case_id, mine.id, by=KEY) == 0
    assert await statuses(desk, case_id) == ["cancelled"]
    await holds_true(desk)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_the_city_cannot_call_off_a_confirmed_booking_but_by_a_whole_decision(desk: Desk, clock: Clock) -> None:
    """Not for "the views held": only a revocation, with act, police view, assessment, hearing and a second person."""
    officer, second, boss = await three(desk)
    unit = await petter(desk)
    case_id = await approved(desk, unit)
    await unbiased(desk, case_id, officer, second, boss)
    await do(desk, reopen.reopen, case_id, officer, ground="revocation", text="Vi har fått in uppgifter.")

    def revoking(clause: str, acts: Sequence[str] = (), response: str = "") -> Proposal:
        return Proposal(
            DecisionOutcome.REVOCATION, "N1", (clause,), "De har åsikter vi inte delar.", circumstances="Oro.",
            acts=tuple(acts), response=response,
        )  # fmt: skip

    with pytest.raises(InvalidInput) as wrong:
        await do(desk, proposals.propose, case_id, officer, proposal=revoking("5.3"))
    assert {one.code for one in wrong.value.problems} >= {
        "requires.act", "requires.consultation", "requires.assessment", "decision.not_communicated",
    }  # fmt: skip
    assert await statuses(desk, case_id) == ["confirmed"]

    act = (await searched(desk, case_id, officer, (a_grave_act(), "decision", False)))[0]
    await do(desk, inquiry.verify_act, case_id, second, act=act)
    given = {"consultee": "police", "circumstances": "Hotet den 1 september."}
    asked_id = await do(desk, inquiry.ask_consultee, case_id, officer, **given)
    answer = {
        "consultation": asked_id, "answer": "risk_described", "answered_on": "2026-11-22", "enclosure": "",
        "disclosed": True, "provision": "",
    }  # fmt: skip
    await do(desk, inquiry.record_consultation, case_id, officer, **answer)
    await assess_all(desk, case_id, officer, "proportionality")
    letter = {"outcome": "revocation", "clauses": ["5.3"], "text": "Svara.", "due": "", "channel": "mail"}
    sent = await do(desk, correspondence.communicate, case_id, officer, **letter, language="sv")
    reply = {"communication": sent, "text": "Vi har talat med honom.", "received": "2026-11-22"}
    await do(desk, correspondence.answer_communication, case_id, officer, **reply)
    proposal = revoking("5.3", [act], "Det räcker inte.")
    await do(desk, proposals.propose, case_id, officer, proposal=proposal)
    with pytest.raises(GranskaError):
        await do(desk, sign.sign, case_id, boss, delegation_point="N1", board_minute=None)
    assert await statuses(desk, case_id) == ["confirmed"]

    questions = ("facts_not_views", "written_rule", "answered")
    await do(desk, proposals.second, case_id, second, answers=dict.fromkeys(questions, True), text=TEXT)
    minute = sign.BoardMinute("2026-11-20", "§ 5")
    await do(desk, sign.sign, case_id, boss, delegation_point="N1", board_minute=minute)
    assert await statuses(desk, case_id) == ["cancelled"]
    assert (await times(desk, case_id))[0].fee_ore == 0
    await holds_true(desk)


# --- Clearance, execution, access -------------------------------------------------------------------------------------


async def test_a_clearance_is_given_by_a_person_on_a_clean_case_and_executes_the_next_booking(desk: Desk) -> None:
    officer = await petter(desk)
    first = await asked(desk, date="2027-02-15")
    await unbiased(desk, first, officer)
    with pytest.raises(NotAllowed, match=r"standing\.none"):
        await do(desk, clearance_steps.execute, first, officer)

    await cleared(desk, officer)
    nobody = await someone(desk, "Nina", "role:premises_officer")
    await unbiased(desk, first, nobody)
    case_id = await asked(desk, date="2027-02-22")
    await unbiased(desk, case_id, officer)
    await do(desk, clearance_steps.execute, case_id, officer)

    assert await statuses(desk, case_id) == ["confirmed"]
    async with desk.store.reading() as reading:
        case = await reading.case(case_id)
        assert await reading.decision(case_id) is None, "an execution is no decision"
    assert case.state is State.EXECUTED
    await do(desk, delivery.send_letter, case_id, officer, channel="mail", language="sv", sent="")
    await holds_true(desk)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"room": "granen"}, "execution.room_kind"),
        ({"use": "fest"}, "execution.purpose"),
        ({"use": None}, "execution.purpose"),
        ({"open_to_public": True}, "execution.public"),
        ({"room": "vikhallen", "use": "traning", "expected_number": 61}, "execution.persons"),
        ({"room": "vikhallen", "use": "traning", "from": "21:00", "to": "22:30"}, "execution.out_of_hours"),
        ({"hirer": "company"}, "execution.hirer"),
    ],
)
@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_what_the_rule_set_calls_a_decision_is_never_executed(
    desk: Desk, changed: dict[str, Any], code: str
) -> None:
    officer = await petter(desk)
    await cleared(desk, officer)
    wanted = {name: value for name, value in {**QUIET, "date": "2027-03-01", **changed}.items() if value is not None}
    document = a_premises_document(**wanted)
    if "use" in changed and changed["use"] is None:
        document["premises"].pop("use", None)
    received = await receive(desk, document, by=KEY, channel="e_service")
    await work_off(desk)
    await unbiased(desk, received.case_id, officer)
    with pytest.raises(NotAllowed) as wrong:
        await do(desk, clearance_steps.execute, received.case_id, officer)
    assert wrong.value.code == code
    assert await statuses(desk, received.case_id) == ["held"]


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_clearance_ends_with_what_it_rests_on(desk: Desk, clock: Clock) -> None:
    officer = await petter(desk)
    given = await cleared(desk, officer)

    async def missing(**changed: Any) -> set[str]:
        case_id = await asked(desk, **{"date": f"2027-04-{12 + len(used):02}", **changed})
        used.append(case_id)
        await unbiased(desk, case_id, officer)
        async with desk.store.reading() as reading:
            case = await reading.case(case_id)
            findings = await reading.findings(case_id, case.round)
            procedure = (await rulebook(desk, reading)).procedure(date(2026, 11, 22))
            why = await clearance_steps.why_not_executed(desk, reading, case, findings, procedure)
        if not why:
            return set()
        with pytest.raises(NotAllowed):
            await do(desk, clearance_steps.execute, case_id, officer)
        return {code for code, _ in why}

    used: list[str] = []
    assert await missing() == set()
    changed = a_premises_document(**QUIET, date="2027-05-03")
    changed["representatives"] = [{"name": "Nya Ordföranden", "role": "ordförande"}]
    received = await receive(desk, changed, by=KEY, channel="e_service")
    await work_off(desk)
    await unbiased(desk, received.case_id, officer)
    with pytest.raises(NotAllowed, match="data_changed"):
        await do(desk, clearance_steps.execute, received.case_id, officer)
    await do(desk, clearance_steps.withdraw, given, officer, text="Vi behöver se stadgarna.")
    assert await missing() == {"standing.withdrawn"}
    await holds_true(desk)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_list_that_is_newer_is_searched_by_the_bookings_own_checks(desk: Desk) -> None:
    officer = await petter(desk)
    await cleared(desk, officer)
    case_id = await asked(desk, date="2027-02-22")
    await unbiased(desk, case_id, officer)
    async with desk.store.reading() as reading:
        known = await reading.user_by_email("Samir@x.example")
    assert known is not None
    await import_list(desk, "demo", demo_list(desk, FIXTURES), by=person(known[0]))
    with pytest.raises(NotAllowed, match="checks_outdated"):
        await do(desk, clearance_steps.execute, case_id, officer)
    await do(desk, ask_rescreening, case_id, officer)
    await work_off(desk)
    await do(desk, clearance_steps.execute, case_id, officer)


async def test_the_phone_books_in_one_go_and_says_why_where_it_cannot(desk: Desk) -> None:
    officer = await petter(desk)
    await cleared(desk, officer)
    call = availability.Call("tallen", "2027-03-08", "18:00", "20:00", number=NUMBER, use="mote", persons=12)
    look = await availability.look(desk, call)
    assert look.why_not is None
    assert look.clearance is not None
    assert look.clearance.clear
    assert look.decision is None
    assert look.price_ore == 8000

    booked = await phone_booking.book(desk, call, purpose="Styrelsemöte", hold=None, by=officer)
    assert booked.error is None
    assert await statuses(desk, booked.case_id) == ["confirmed"]

    look = await availability.look(desk, call)
    assert look.why_not == "room.taken"
    assert len(look.alternatives) == 3
    party = availability.Call("tallen", "2027-03-09", "18:00", "20:00", number=NUMBER, use="fest", persons=12)
    booked = await phone_booking.book(desk, party, purpose="Fest", hold=None, by=officer)
    assert booked.error is not None
    assert booked.error.code == "execution.purpose"
    assert await statuses(desk, booked.case_id) == ["held"]
    with pytest.raises(NotAllowed, match=r"standing\.unknown"):
        stranger = availability.Call("tallen", "2027-03-10", "18:00", "20:00", number=OTHER_NUMBER, use="mote")
        await phone_booking.book(desk, stranger, purpose="Möte", hold=None, by=officer)
    await holds_true(desk)


async def test_the_key_needs_accepted_terms_and_a_look_at_the_lists_within_a_day(desk: Desk, clock: Clock) -> None:
    officer = await petter(desk)
    case_id = await approved(desk, officer, date="2026-12-01")
    one = (await times(desk, case_id))[0]

    async def why() -> set[str]:
        _, listed = await key_access.of_day(desk, date(2026, 12, 1), None)
        assert [entry.occupied.case for entry in listed] == [case_id]
        return set(listed[0].missing)

    assert await why() == {"access.terms", "access.not_screened"}
    with pytest.raises(NotAllowed, match=r"access\.terms"):
        await do(desk, key_access.give, case_id, officer, booking_id=one.id)
    await do(desk, follow_up.accept_terms, case_id, officer, terms="2026-1", on="2026-11-22", text="I mejl.")
    assert await do(desk, key_access.screen, case_id, officer) == "met"
    assert await why() == {"access.screening_old"}, "nine days before the booking is not within a day of it"
    clock.forward(days=9)
    assert await do(desk, key_access.screen, case_id, officer) == "met"
    assert await why() == set()
    await do(desk, key_access.give, case_id, officer, booking_id=one.id)
    with pytest.raises(NotAllowed, match="given_already"):
        await do(desk, key_access.give, case_id, officer, booking_id=one.id)
    clock.forward(days=40)
    assert await do(desk, key_access.screen, case_id, officer) == "unknown", "an aged list cannot say no"
    await holds_true(desk)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_listed_name_stops_at_the_door(desk: Desk) -> None:
    officer = await petter(desk)
    case_id = await approved(desk, officer, date="2026-12-01")
    await do(desk, follow_up.accept_terms, case_id, officer, terms="2026-1", on="2026-11-22", text="I mejl.")
    assert await do(desk, key_access.screen, case_id, officer) == "met"
    listed = demo_list(desk, FIXTURES).decode().rstrip("\n")
    head, _, rows = listed.partition("\n")
    count = int(head.rpartition(",")[2])
    renewed_list = f"{head.rpartition(',')[0]},{count + 1}\n{rows}\nDEMO-X-999,person,Ylva Granfors,,,,XX,\n"
    async with desk.store.reading() as reading:
        known = await reading.user_by_email("Samir@x.example")
    assert known is not None
    await import_list(desk, "demo", renewed_list.encode(), by=person(known[0]))
    assert await do(desk, key_access.screen, case_id, officer) == "needs_inquiry"
    booking_id = (await times(desk, case_id))[0].id
    with pytest.raises(NotAllowed, match=r"access\.(not_clean|screening_old)"):
        await do(desk, key_access.give, case_id, officer, booking_id=booking_id)


# --- Rooms ------------------------------------------------------------------------------------------------------------


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
    secret = await rooms.make_feed(desk, "vikhallen", by=officer)
    text = (await rooms.feed(desk, secret)).decode()
    assert text.startswith("BEGIN:VCALENDAR")
    assert "DTSTART:20270201T170000Z" in text, "a third takes the hall"
    for hidden in ("Granvikens", "Ylva", NUMBER, "HV 2026"):
        assert hidden not in text
    async with desk.store.reading() as reading:
        feed = (await reading.feeds("vikhallen"))[0]
    with pytest.raises(NotFound):
        await rooms.feed(desk, "gissning")
    await rooms.revoke_feed(desk, "vikhallen", feed.id, by=officer)
    with pytest.raises(NotFound):
        await rooms.feed(desk, secret)
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
    await rooms.describe_room(desk, "nya", good | {"name": "Sal"}, site="vikhallen", parent=None, by=person(officer))
    found = (await rooms.estate(desk))[0].rooms["nya"]
    assert (found.name, found.hours[0], found.hours[1]) == ("Sal", ((480, 720), (780, 1320)), ())
    await holds_true(desk)


async def test_free_times_are_what_is_open_less_what_is_taken_with_the_time_around_it(desk: Desk) -> None:
    await asked(desk, room="granen", expected_number=60)
    grid = await availability.grid(desk, site="granviks-gard", room=None, first=date(2027, 2, 1), days=7)
    free = {one.id: grid.cells[one.id][0].free for one in grid.rooms}
    day = date(2027, 2, 1)
    assert [(one.start, one.end) for one in free["granen"]] == [
        (instant(day, 8 * 60), instant(day, 17 * 60)),
        (instant(day, 22 * 60), instant(day, 23 * 60)),
    ], "half an hour of theirs and half an hour of the next"
    assert [one.seconds for one in free["tallen"]] == [14 * 3600]
    week = await availability.grid(desk, site=None, room="vikhallen", first=date(2027, 2, 1), days=7)
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
        await availability.grid(desk, first=date(2027, 2, 1), days=7, **given)
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
@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("UPDATE booking SET status = 'confirmed' WHERE status = 'held'", "booking"),
        ("UPDATE booking SET room_id = 'linden'", "booking"),
        ("UPDATE booking SET price_ore = 0", "booking"),
        ("UPDATE booking SET starts_at = starts_at + 60", "booking"),
        ("DELETE FROM booking WHERE status = 'held'", "booking"),
        ("DELETE FROM booking_slot", "slot"),
        ("UPDATE booking_slot SET taken_to = taken_to - 60", "slot"),
        ("DELETE FROM room_part WHERE room_id <> part_id", "part"),
        ("UPDATE room SET body = replace(body, '30', '300')", "room"),
        ("UPDATE standing_clearance SET until = '2099-01-01'", "standing"),
        ("UPDATE standing_clearance SET data_key = 'x'", "standing"),
        ("UPDATE closure SET lifted = 1", "closure"),
        ("UPDATE feed SET room_id = 'linden'", "feed"),
    ],
)
async def test_what_is_changed_beside_the_log_is_found(
    desk: Desk, settings: Settings, statement: str, table: str
) -> None:
    officer = await petter(desk)
    await cleared(desk, officer)
    await asked(desk, date="2027-03-15")
    await rooms.close_room(desk, "tallen", first="2027-07-01", last="2027-07-01", ground="own_use", by=officer)
    await rooms.make_feed(desk, "tallen", by=officer)
    await holds_true(desk)
    with sqlite3.connect(settings.folder / "granska.sqlite") as database:
        assert database.execute(statement).rowcount > 0
    found = await verify_log(desk)
    assert table in str(found.table_faults)


def test_an_outsider_sees_a_booking_that_nobody_decided() -> None:
    """The log's own verification refuses it, whatever wrote the entry."""
    case, one, other = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))
    made = {
        "booking": one, "room": "tallen", "position": 0, "starts": 1, "ends": 2, "taken_from": 1, "taken_to": 2,
        "status": "held", "hold_until": None, "why": None, "alternatives": [], "tariff": None, "price_ore": None,
    }  # fmt: skip

    def settled(actor: str, status: str, decision: str | None) -> None:
        ledger = Ledger()
        add = {"at": "2026-11-22T11:00:00.000Z", "case": case}
        ledger.add(seq=0, type="booking:asked", actor="k-aaaaaaaaaa", data={"bookings": [made]}, **add)
        data = {
            "ground": "decision",
            "decision": decision,
            "bookings": [{"booking": one, "status": status, "fee_ore": None}],
        }
        ledger.add(seq=1, type="booking:settled", actor=actor, data=data, **add)

    settled("system", "lapsed", None)
    for actor, status, decision in (
        ("system", "confirmed", None),
        ("system", "cancelled", None),
        ("u-aaaaaaaaaa", "confirmed", None),
        ("u-aaaaaaaaaa", "confirmed", other),
    ):
        with pytest.raises(ValueError, match=r"settled by nobody|without a decision"):
            settled(actor, status, decision)


# --- What a hostile tester found --------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_the_phone_does_not_build_on_what_the_association_no_longer_is(desk: Desk) -> None:
    officer = await petter(desk)
    await cleared(desk, officer)
    changed = a_premises_document(**QUIET, date="2027-05-03")
    changed["representatives"] = [{"name": "Nya Ordföranden", "role": "ordförande"}]
    await receive(desk, changed, by=KEY, channel="e_service")
    await work_off(desk)
    call = availability.Call("tallen", "2027-03-08", "18:00", "20:00", number=NUMBER, use="mote", persons=12)
    with pytest.raises(NotAllowed, match="data_changed"):
        await phone_booking.book(desk, call, purpose="Möte", hold=None, by=officer)
    company = availability.Call(
        "tallen", "2027-03-08", "18:00", "20:00", number=NUMBER, use="mote", persons=12, hirer=Hirer.COMPANY
    )
    with pytest.raises(NotAllowed, match="only_associations"):
        await phone_booking.book(desk, company, purpose="Möte", hold=None, by=officer)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_withdrawn_clearance_leaves_no_older_one_and_an_execution_renews_none(desk: Desk) -> None:
    officer = await petter(desk)
    given = await cleared(desk, officer)
    case_id = await asked(desk, date="2027-02-22")
    await unbiased(desk, case_id, officer)
    await do(desk, clearance_steps.execute, case_id, officer)
    with pytest.raises(NotAllowed, match="needs_approval"):
        await do(desk, clearance_steps.give, case_id, officer)
    await do(desk, clearance_steps.give, given, officer)
    await do(desk, clearance_steps.withdraw, given, officer, text="Vi behöver se stadgarna.")
    other = await asked(desk, date="2027-03-01")
    await unbiased(desk, other, officer)
    with pytest.raises(NotAllowed, match=r"standing\.withdrawn"):
        await do(desk, clearance_steps.execute, other, officer)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_confirmed_time_moves_only_where_it_would_have_been_given(desk: Desk) -> None:
    officer = await petter(desk)
    nina = await someone(desk, "Nina", "role:premises_officer")
    await cleared(desk, officer)
    case_id = await asked(desk, date="2027-02-22", room="vikhallen", use="traning")
    await unbiased(desk, case_id, officer, nina)
    await do(desk, clearance_steps.execute, case_id, officer)
    one = (await times(desk, case_id))[0]
    late = {"booking": one.id, "room": "vikhallen", "day": "2027-02-23", "start": "21:00", "end": "22:30"}
    with pytest.raises(NotAllowed, match="out_of_hours"):
        await do(desk, move_or_cancel.move, case_id, officer, **late, text="De vill.")
    day = {**late, "start": "10:00", "end": "12:00"}
    with pytest.raises(NotAllowed, match="no_delegation"):
        await do(desk, move_or_cancel.move, case_id, nina, **day, text="De vill.")
    await do(desk, move_or_cancel.move, case_id, officer, **day, text="De vill.")
    meeting = await asked(desk, date="2027-02-22")
    await taken(desk, meeting, officer)
    small = {"booking": (await times(desk, meeting))[0].id, "room": "linden", "day": "2027-02-23"}
    with pytest.raises(InvalidInput) as wrong:
        await do(desk, move_or_cancel.move, meeting, officer, **small, start="10:00", end="12:00", text="De vill.")
    assert wrong.value.problems[0].code == "room_check.too_small"


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_no_officer_calls_off_while_a_revocation_is_looked_into(desk: Desk) -> None:
    officer = await petter(desk)
    case_id = await approved(desk, officer)
    await do(desk, reopen.reopen, case_id, officer, ground="revocation", text="Åsikter.")
    one = (await times(desk, case_id))[0]
    with pytest.raises(NotAllowed, match="taken_up"):
        await do(
            desk, move_or_cancel.cancel, case_id, officer, chosen=[one.id], received="2026-11-22", text="De ringde."
        )
    with pytest.raises(NotFound):
        await move_or_cancel.cancel_by_hirer(desk, case_id, one.id, by=Actor(ActorKind.KEY, "k-bbbbbbbbbb"))
    assert await statuses(desk, case_id) == ["confirmed"]
    assert await move_or_cancel.cancel_by_hirer(desk, case_id, one.id, by=KEY) == 0, "the hirer can"


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_key_is_for_the_time_it_was_given_for(desk: Desk, clock: Clock) -> None:
    officer = await petter(desk)
    case_id = await approved(desk, officer, date="2026-11-29")
    one = (await times(desk, case_id))[0]
    await do(desk, follow_up.accept_terms, case_id, officer, terms="2026-1", on="2026-11-22", text="I mejl.")
    clock.forward(days=7)
    await do(desk, key_access.screen, case_id, officer)
    await do(desk, key_access.give, case_id, officer, booking_id=one.id)
    moved = {"booking": one.id, "room": "tallen", "day": "2027-04-12", "start": "10:00", "end": "12:00"}
    await do(desk, move_or_cancel.move, case_id, officer, **moved, text="De blev sena.")
    _, listed = await key_access.of_day(desk, date(2027, 4, 12), None)
    assert [(entry.given, entry.missing) for entry in listed] == [(False, ("access.screening_old",))]
    clock.forward(days=200)
    with pytest.raises(NotAllowed, match=r"access\.over"):
        await do(desk, key_access.give, case_id, officer, booking_id=one.id)


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


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_series_over_the_night_when_the_clock_changes_is_received(desk: Desk) -> None:
    rule = {"rule": "FREQ=WEEKLY;COUNT=2", "leave_out_free_days": False}
    night = {"date": "2027-03-28", "from": "01:30", "to": "02:30"}
    case_id = await asked(desk, series=rule, **night)
    assert [one.reason for one in await times(desk, case_id)] == ["series.no_such_time", "room.outside_hours"]
    with pytest.raises(InvalidInput) as wrong:
        await asked(desk, date="9999-12-31")
    assert wrong.value.problems[0].pointer == "/premises/date"


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_nothing_is_approved_where_no_time_was_ever_held(desk: Desk) -> None:
    officer = await petter(desk)
    case_id = await asked(desk, room="okänd")
    await taken(desk, case_id, officer)
    await settle_all(desk, case_id, officer)
    with pytest.raises(NotAllowed, match="none_to_give"):
        await do_decide(desk, case_id, officer)
