"""What a withdrawn application held or claimed is free at once, and everybody sees that it is withdrawn."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.bookings import season_allocation
from service.casework.decision import grant_rounds, sign
from service.casework.decision.reopen import Reopen
from service.casework.intake.receive import receive
from service.casework.review.assignment import Withdraw
from service.casework.review.correspondence import received_from_applicant
from service.desk import case_search
from service.desk.ports.desk import Desk
from service.desk.ports.queue import QueueQuery, QueueRow
from service.domain.application import Kind
from service.domain.case import STEPS, State
from service.domain.decision import DecisionOutcome
from service.domain.events.decision import CaseReopened
from service.domain.events.review import ApplicationWithdrawn
from service.screening.run_checks import run_waiting_checks
from tests.booking_steps import approved, asked, holds_true, petter, statuses, taken
from tests.builders import FIXTURES, KEY, a_case, a_proposal
from tests.steps import do, employed_officer, in_review, seen

SERIES = {"rule": "FREQ=WEEKLY;COUNT=3", "leave_out_free_days": False}


async def queued(desk: Desk, case_id: str, kind: Kind = Kind.PREMISES) -> QueueRow:
    page = await case_search.queue(desk, QueueQuery(kinds=(kind,)))
    [row] = [row for row in page.rows if row.case.id == case_id]
    return row


@pytest.mark.parametrize("way", ["the officer", "the e-service"])
async def test_a_withdrawn_application_frees_its_times_and_shows_it_in_the_queue(desk: Desk, way: str) -> None:
    officer = await petter(desk)
    case_id = await asked(desk, series=SERIES)
    await taken(desk, case_id, officer)
    assert not (await queued(desk, case_id)).case.withdrawn
    assert await statuses(desk, case_id) == ["held"] * 3

    if way == "the officer":
        await do(desk, Withdraw, case_id, officer, received="2026-11-22", text="De ringde.")
    else:
        await received_from_applicant(desk, case_id, kind="withdrawal", text="Vi drar oss ur.", by=KEY)

    assert await statuses(desk, case_id) == ["released"] * 3
    assert (await queued(desk, case_id)).case.withdrawn
    others = await asked(desk, "802999-0010", series=SERIES)
    assert await statuses(desk, others) == ["held"] * 3, "somebody else gets them the same minute"
    await holds_true(desk)


async def test_what_was_confirmed_before_is_not_taken_by_withdrawing_what_was_taken_up_again(desk: Desk) -> None:
    officer = await petter(desk)
    case_id = await approved(desk, officer)
    await do(desk, Reopen, case_id, officer, ground="change", text="Ny uppgift.")

    await do(desk, Withdraw, case_id, officer, received="2026-11-22", text="De ringde.")

    assert await statuses(desk, case_id) == ["confirmed"], "that takes a cancellation or a decision"


async def test_a_withdrawn_application_is_neither_counted_nor_weighed(desk: Desk) -> None:
    officer = await employed_officer(desk)
    stays, goes = await in_review(desk, officer), await in_review(desk, officer)
    async with desk.store.reading() as reading:
        file = await reading.case_with_details(stays)
        assert [other.diary_number for other in await reading.other_cases(file.details.repeat_key, stays)]

    await do(desk, Withdraw, goes, officer, received="2026-11-20", text="Vi drar oss ur.")

    async with desk.store.reading() as reading:
        assert await reading.other_cases(file.details.repeat_key, stays) == []
    for grant_round in (await grant_rounds.rounds(desk))[0]:
        view = await grant_rounds.view(desk, grant_round.id, by=officer)
        assert goes not in [line.row.case.id for line in view.lines]
    assert (await queued(desk, goes, Kind.GRANT)).case.withdrawn
    proposal = a_proposal(DecisionOutcome.WRITE_OFF, clauses=("3.1",))
    await sign.decide(desk, goes, proposal, by=officer, seen=await seen(desk, goes))
    await do(desk, Reopen, goes, officer, ground="change", text="De vill ändå.")
    assert not (await queued(desk, goes, Kind.GRANT)).case.withdrawn, "a new turn begins anew"
    await holds_true(desk)


async def test_a_withdrawn_wish_is_shared_no_time_of_a_season(desk: Desk) -> None:
    officer = await petter(desk)
    for number in (15, 16):
        [file] = (FIXTURES / "applications").glob(f"{number}-*.json")
        document = json.loads(file.read_text("utf-8")) | {"received_at": "2026-11-02T12:00:00+01:00"}
        document.pop("declaration")
        received = await receive(desk, document, by=KEY, channel="e_service")
    await run_waiting_checks(desk)
    await taken(desk, received.case_id, officer)
    assert received.case_id in [line.ask.id for line in (await season_allocation.view(desk, "2027-varen")).lines]

    await do(desk, Withdraw, received.case_id, officer, received="2026-11-20", text="Vi drar oss ur.")

    assert received.case_id not in [line.ask.id for line in (await season_allocation.view(desk, "2027-varen")).lines]


@given(st.lists(st.sampled_from(sorted(STEPS, key=lambda event: event.declared.type)), max_size=6))
def test_withdrawn_is_what_was_withdrawn_last_in_this_turn(path: list[type]) -> None:
    case = a_case(state=State.IN_REVIEW)
    withdrawn = False
    for event in path:
        if case.state not in STEPS[event].at:
            continue
        case = case.after(event)
        withdrawn = event is ApplicationWithdrawn or (withdrawn and event is not CaseReopened)
        assert case.withdrawn is withdrawn
