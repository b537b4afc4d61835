"""A time is moved or cancelled: by the hirer at the tariff, by the City by a decision alone."""

import json
from collections.abc import Sequence

import pytest

from service.bookings import (
    clearance_steps,
    move_or_cancel,
    rooms,
)
from service.casework.decision import proposal as proposals
from service.casework.decision import reopen, sign
from service.casework.review import correspondence, inquiry
from service.desk.ports.desk import Desk
from service.domain.decision import DecisionOutcome, Proposal
from service.domain.errors import GranskaError, InvalidInput, NotAllowed, NotFound, SlotTaken
from service.domain.events.bookings import BookingMoved
from service.domain.events.event import Actor, ActorKind
from service.domain.premises import BookingStatus, label
from service.screening.run_checks import run_waiting_checks
from tests.booking_steps import (
    approved,
    asked,
    cleared,
    do_decide,
    holds_true,
    petter,
    statuses,
    taken,
    times,
)
from tests.builders import KEY, OTHER_NUMBER
from tests.fakes import Clock
from tests.steps import (
    TEXT,
    a_grave_act,
    assess_all,
    do,
    minuted,
    put_in,
    searched,
    settle_all,
    someone,
    three,
    unbiased,
)


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
    await do(desk, move_or_cancel.Move, case_id, officer, **given)
    await run_waiting_checks(desk)

    moved = (await times(desk, case_id))[0]
    assert (moved.status, moved.span, moved.room) == (BookingStatus.HELD, to.span, to.room)
    await settle_all(desk, case_id, officer)
    await do_decide(desk, case_id, officer)

    # A confirmed one moves too, within the class of room, onto itself if it likes, and never onto another.
    same = {"booking": moved.id, "text": "De blev sena."}
    await do(desk, move_or_cancel.Move, case_id, officer, **same, room=to.room, day=day, start=start, end=end)
    with pytest.raises(InvalidInput) as wrong:
        await do(
            desk,
            move_or_cancel.Move,
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
            move_or_cancel.Move,
            case_id,
            officer,
            **same,
            room="tallen",
            day="2027-02-01",
            start="18:00",
            end="21:00",
        )
    async with desk.store.reading() as reading:
        moves = [json.loads(one.leaf) for one in await reading.entries_of_type(BookingMoved, limit=9)]
    assert len(moves) == 2
    await holds_true(desk)


async def test_the_hirer_calls_off_with_what_the_tariff_says(desk: Desk, clock: Clock) -> None:
    officer = await petter(desk)
    case_id = await approved(desk, officer)
    one = (await times(desk, case_id))[0]
    assert one.price_ore == 3 * 4000
    for days, percent in ((30, 0), (7, 0), (3, 50), (1, 100)):
        now = one.span.start - days * 86_400
        assert move_or_cancel.fee_of(one, (await rooms.estate(desk))[1], now, {}) == 12_000 * percent // 100

    await do(
        desk,
        move_or_cancel.Cancel,
        case_id,
        officer,
        chosen=[one.id],
        received="2026-11-22",
        how="phone",
        language="sv",
        text="De ringde.",
    )
    assert await statuses(desk, case_id) == ["cancelled"]
    assert (await times(desk, case_id))[0].fee_ore == 0
    assert await statuses(desk, await asked(desk, OTHER_NUMBER)) == ["held"]
    with pytest.raises(NotAllowed, match=r"booking\.ended"):
        await do(
            desk,
            move_or_cancel.Cancel,
            case_id,
            officer,
            chosen=[one.id],
            received="2026-11-22",
            how="phone",
            language="sv",
            text="Igen.",
        )
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
    await do(desk, reopen.Reopen, case_id, officer, ground="revocation", text="Vi har fått in uppgifter.")

    def revoking(clause: str, acts: Sequence[str] = (), response: str = "") -> Proposal:
        return Proposal(
            DecisionOutcome.REVOCATION, "N1", (clause,), "De har åsikter vi inte delar.", circumstances="Oro.",
            acts=tuple(acts), response=response,
        )  # fmt: skip

    with pytest.raises(InvalidInput) as wrong:
        await do(desk, proposals.Propose, case_id, officer, proposal=revoking("5.3"))
    assert {one.code for one in wrong.value.problems} >= {
        "requires.act", "requires.consultation", "requires.assessment", "decision.not_communicated",
    }  # fmt: skip
    assert await statuses(desk, case_id) == ["confirmed"]

    act = (await searched(desk, case_id, officer, (a_grave_act(), "decision", False)))[0]
    await do(desk, inquiry.VerifyAct, case_id, second, act=act)
    given = {"consultee": "police", "circumstances": "Hotet den 1 september."}
    asked_id = await do(desk, inquiry.AskConsultee, case_id, officer, **given)
    answer = {
        "consultation": asked_id, "answer": "risk_described", "answered_on": "2026-11-22", "enclosure": await put_in(desk, case_id, second),
        "disclosed": True, "provision": "",
    }  # fmt: skip
    await do(desk, inquiry.RecordConsultation, case_id, officer, **answer)
    await assess_all(desk, case_id, officer, "proportionality")
    letter = {"outcome": "revocation", "clauses": ["5.3"], "text": "Svara.", "due": "", "channel": "mail"}
    sent = await do(desk, correspondence.Communicate, case_id, officer, **letter, language="sv")
    reply = {"communication": sent, "text": "Vi har talat med honom.", "received": "2026-11-22"}
    await do(desk, correspondence.AnswerCommunication, case_id, officer, **reply)
    proposal = revoking("5.3", [act], "Det räcker inte.")
    await do(desk, proposals.Propose, case_id, officer, proposal=proposal)
    with pytest.raises(GranskaError):
        await do(desk, sign.Sign, case_id, boss, delegation_point="N1", board_minute=None)
    assert await statuses(desk, case_id) == ["confirmed"]

    minute = await minuted(desk, case_id, officer)
    questions = ("facts_not_views", "written_rule", "answered")
    await do(desk, proposals.Second, case_id, second, answers=dict.fromkeys(questions, True), text=TEXT)
    await do(desk, sign.Sign, case_id, boss, delegation_point="N1", board_minute=minute)
    assert await statuses(desk, case_id) == ["cancelled"]
    assert (await times(desk, case_id))[0].fee_ore == 0
    await holds_true(desk)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_confirmed_time_moves_only_where_it_would_have_been_given(desk: Desk) -> None:
    officer = await petter(desk)
    nina = await someone(desk, "Nina", "role:premises_officer")
    await cleared(desk, officer)
    case_id = await asked(desk, date="2027-02-22", room="vikhallen", use="traning")
    await unbiased(desk, case_id, officer, nina)
    await do(desk, clearance_steps.Execute, case_id, officer)
    one = (await times(desk, case_id))[0]
    late = {"booking": one.id, "room": "vikhallen", "day": "2027-02-23", "start": "21:00", "end": "22:30"}
    with pytest.raises(NotAllowed, match="out_of_hours"):
        await do(desk, move_or_cancel.Move, case_id, officer, **late, text="De vill.")
    day = {**late, "start": "10:00", "end": "12:00"}
    with pytest.raises(NotAllowed, match="no_delegation"):
        await do(desk, move_or_cancel.Move, case_id, nina, **day, text="De vill.")
    await do(desk, move_or_cancel.Move, case_id, officer, **day, text="De vill.")
    meeting = await asked(desk, date="2027-02-22")
    await taken(desk, meeting, officer)
    small = {"booking": (await times(desk, meeting))[0].id, "room": "linden", "day": "2027-02-23"}
    with pytest.raises(InvalidInput) as wrong:
        await do(desk, move_or_cancel.Move, meeting, officer, **small, start="10:00", end="12:00", text="De vill.")
    assert wrong.value.problems[0].code == "booking.room_too_small"


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_no_officer_calls_off_while_a_revocation_is_looked_into(desk: Desk) -> None:
    officer = await petter(desk)
    case_id = await approved(desk, officer)
    await do(desk, reopen.Reopen, case_id, officer, ground="revocation", text="Åsikter.")
    one = (await times(desk, case_id))[0]
    with pytest.raises(NotAllowed, match="taken_up"):
        await do(
            desk,
            move_or_cancel.Cancel,
            case_id,
            officer,
            chosen=[one.id],
            received="2026-11-22",
            how="phone",
            language="sv",
            text="De ringde.",
        )
    with pytest.raises(NotFound):
        await move_or_cancel.cancel_by_hirer(desk, case_id, one.id, by=Actor(ActorKind.KEY, "k-bbbbbbbbbb"))
    assert await statuses(desk, case_id) == ["confirmed"]
    assert await move_or_cancel.cancel_by_hirer(desk, case_id, one.id, by=KEY) == 0, "the hirer can"


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_moving_to_today_takes_what_asking_for_today_takes(desk: Desk) -> None:
    officer = await petter(desk)
    case_id = await approved(desk, officer, date="2027-02-08")
    one = (await times(desk, case_id))[0]
    to = {"booking": one.id, "room": "tallen", "day": "2026-11-22", "start": "19:00", "end": "20:00", "text": "I dag."}
    with pytest.raises(NotAllowed, match="same_day"):
        await do(desk, move_or_cancel.Move, case_id, officer, **to)
    with pytest.raises(InvalidInput) as wrong:
        await do(desk, move_or_cancel.Move, case_id, officer, **(to | {"room": ""}))
    assert wrong.value.problems[0].pointer == "/room"
    await do(desk, clearance_steps.GiveClearance, case_id, officer)
    await do(desk, move_or_cancel.Move, case_id, officer, **to)


async def fee_after(desk: Desk, case_id: str) -> int | None:
    return (await times(desk, case_id))[0].fee_ore


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_the_fee_counts_from_when_the_hirer_called_off(desk: Desk, clock: Clock) -> None:
    officer = await petter(desk)
    case_id = await approved(desk, officer, date="2026-12-10")
    one = (await times(desk, case_id))[0]
    clock.forward(days=16)
    with pytest.raises(InvalidInput) as wrong:
        early = {"chosen": [one.id], "received": "2026-11-01", "how": "phone", "language": "sv", "text": "De ringde."}
        await do(desk, move_or_cancel.Cancel, case_id, officer, **early)
    assert wrong.value.problems[0].code == "input.not_before_application"
    await do(
        desk,
        move_or_cancel.Cancel,
        case_id,
        officer,
        chosen=[one.id],
        received="2026-11-25",
        how="phone",
        language="sv",
        text="De ringde då.",
    )
    assert await fee_after(desk, case_id) == 0


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_late_cancellation_costs_the_same_by_way_of_a_move(desk: Desk, clock: Clock) -> None:
    officer = await petter(desk)
    late, early = await approved(desk, officer, date="2026-12-10"), await approved(desk, officer, date="2027-01-11")
    clock.forward(days=17)
    for case_id, day in ((late, "2027-03-01"), (early, "2027-03-02")):
        one = (await times(desk, case_id))[0]
        to = {"booking": one.id, "room": "tallen", "day": day, "start": "18:00", "end": "21:00", "text": "Senare."}
        await do(desk, move_or_cancel.Move, case_id, officer, **to)
        await do(
            desk,
            move_or_cancel.Cancel,
            case_id,
            officer,
            chosen=[one.id],
            received="2026-12-09",
            how="phone",
            language="sv",
            text="Nej.",
        )
    assert await fee_after(desk, late) == 12_000
    assert await fee_after(desk, early) == 0
    await holds_true(desk)
