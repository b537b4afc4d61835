"""Whose case it is: conflict of interest, pauses."""

import pytest

from service.casework.intake.receive import receive
from service.casework.review import assignment
from service.casework.review.findings import take
from service.desk.ports.desk import Desk
from service.domain.case import State
from service.domain.errors import NotAllowed
from service.proof.verification import verify_log
from service.rules.calendar import is_working_day
from service.screening.run_checks import run_waiting_checks
from tests.builders import KEY, a_grant_document
from tests.fakes import Clock
from tests.steps import codes, do, taken_grant, three, unbiased


async def test_whoever_has_a_conflict_of_interest_is_locked_out_and_the_case_goes_back(desk: Desk) -> None:
    alva, bo, _ = await three(desk)
    received = await receive(desk, a_grant_document(), by=KEY, channel="e_service")
    await run_waiting_checks(desk)
    assert await codes(do(desk, take, received.case_id, alva)) == {"conflict.declare_first"}
    await unbiased(desk, received.case_id, alva, bo)
    await do(desk, take, received.case_id, alva)

    await do(desk, assignment.DeclareConflict, received.case_id, alva, conflict=True, text="Min syster är kassör.")

    async with desk.store.reading() as reading:
        case = await reading.case(received.case_id)
    assert (case.state, case.owner) == (State.SCREENED, None)
    assert await codes(do(desk, take, received.case_id, alva)) == {"conflict.locked_out"}
    again = do(desk, assignment.DeclareConflict, received.case_id, alva, conflict=False, text="")
    assert await codes(again) == {"conflict.locked_out"}
    await do(desk, assignment.Assign, received.case_id, bo, to=bo.id, note="")
    result = await verify_log(desk)
    assert result.ok, (result.value_faults, result.table_faults, result.report.faults, result.reading)


async def test_paused_days_are_added_to_the_day_an_answer_is_due(desk: Desk, clock: Clock) -> None:
    alva, *_ = await three(desk)
    case_id = await taken_grant(desk, alva)
    async with desk.store.reading() as reading:
        before = (await reading.case(case_id)).due_on
    await do(desk, assignment.Pause, case_id, alva, ground="awaits_applicant", until="", note="")
    with pytest.raises(NotAllowed):
        await do(desk, assignment.Pause, case_id, alva, ground="awaits_applicant", until="", note="")
    clock.forward(days=10)
    await do(desk, assignment.Resume, case_id, alva)

    async with desk.store.reading() as reading:
        after = (await reading.case(case_id)).due_on
    assert (after - before).days in range(10, 14)
    assert is_working_day(after)
