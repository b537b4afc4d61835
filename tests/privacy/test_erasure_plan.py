"""What may be erased, of what cases: never before legal force, never a class that is preserved or undecided."""

import pytest

from service.bookings import clearance_steps
from service.casework.decision import delivery, reopen
from service.desk.ports.desk import Desk
from service.domain.clock import local_day
from service.domain.errors import InvalidInput, NotAllowed
from service.privacy import erasure_plan
from service.proof.verification import verify_log
from tests.booking_steps import asked, cleared, petter
from tests.builders import a_grant_document
from tests.fakes import Clock
from tests.steps import decided_case, do, employed_officer, legal_force, screened, unbiased

WHO = [{"name": "Rakel Försvinn", "role": "ordförande"}, {"name": "Henning Ekdal", "role": "kassör"}]


async def test_a_dry_run_lists_and_takes_nothing(desk: Desk, clock: Clock) -> None:
    case_id, number = await decided_case(desk, representatives=WHO)
    await legal_force(desk, clock, case_id)
    clock.forward(days=3 * 366)

    plan = await erasure_plan.plan_due(desk)

    assert [one.diary_number for one in plan.cases] == [number]
    assert plan.counts()["representatives"] == 1
    assert "decision" not in plan.counts(), "the decision is preserved"
    assert "declaration" not in plan.counts(), "its ten years are not over"
    assert "application" in plan.unset
    async with desk.store.reading() as reading:
        assert [one async for one in reading.value_rows()]
    assert (await verify_log(desk)).value_faults == []


async def test_nothing_is_due_a_day_too_early(desk: Desk, clock: Clock) -> None:
    case_id, _ = await decided_case(desk)
    await legal_force(desk, clock, case_id)
    clock.forward(days=2 * 365 - 1 - 40)

    assert (await erasure_plan.plan_due(desk)).cases == []


async def test_a_case_is_over_with_its_last_decision_and_not_before_an_appeal_is(desk: Desk, clock: Clock) -> None:
    case_id, number = await decided_case(desk)
    clock.forward(days=3 * 366)
    assert (await erasure_plan.plan_due(desk)).cases == [], "nobody has written down that it has legal force"
    await legal_force(desk, clock, case_id)
    assert [one.diary_number for one in (await erasure_plan.plan_due(desk)).cases] == [number]
    officer = await employed_officer(desk, "Anna")
    await unbiased(desk, case_id, officer)
    await do(desk, reopen.Reopen, case_id, officer, ground="change", text="Nya uppgifter.")

    assert (await erasure_plan.plan_due(desk)).cases == [], "it is open again"


async def test_a_booking_that_was_executed_is_over_though_nobody_decided_on_it(desk: Desk, clock: Clock) -> None:
    officer = await petter(desk)
    await cleared(desk, officer)
    case_id = await asked(desk, date="2027-02-22")
    await unbiased(desk, case_id, officer)
    await do(desk, clearance_steps.Execute, case_id, officer)
    clock.forward(days=3 * 366)

    plan = await erasure_plan.plan_due(desk)

    assert {"contact", "representatives"} <= next(one for one in plan.cases if one.case_id == case_id).counts().keys()


@pytest.mark.parametrize(
    ("document_class", "ground", "why"),
    [
        ("decision", "retention", "preserved"),
        ("letters", "gdpr-17", "preserved"),
        ("application", "retention", "undecided"),
        ("secrecy", "gdpr-17", "undecided"),
        ("contact", "retention", "too_early"),
        ("declaration", "gdpr-17", "too_early"),
        ("enclosures", "retention", "too_early"),
    ],
)
async def test_a_class_that_may_not_go_does_not_whatever_the_ground(
    desk: Desk, clock: Clock, document_class: str, ground: str, why: str
) -> None:
    case_id, number = await decided_case(desk)
    await legal_force(desk, clock, case_id)

    with pytest.raises(NotAllowed, match=why):
        await erasure_plan.plan_cases(desk, [number], [document_class], ground)
    with pytest.raises(NotAllowed, match=why):
        await erasure_plan.plan_cases(desk, [number], ["representatives", document_class], "retention")


async def test_nothing_goes_before_the_decision_has_legal_force_though_the_person_asks(
    desk: Desk, clock: Clock
) -> None:
    """Ten minutes after the decision, when it has been posted, when the time for appeal is over: not yet."""
    case_id, number = await decided_case(desk)
    officer = await employed_officer(desk, "Anna")
    await unbiased(desk, case_id, officer)
    for step in ("decided", "posted", "time over"):
        if step == "posted":
            posted = local_day(desk.outside.now()).isoformat()
            await do(desk, delivery.PostNotice, case_id, officer, posted=posted, adjusted="")
        if step == "time over":
            clock.forward(days=900)
        for ground in erasure_plan.GROUNDS:
            with pytest.raises(NotAllowed, match="case_open"):
                await erasure_plan.plan_cases(desk, [number], ["contact"], ground)


async def test_what_the_person_asks_for_goes_once_the_decision_has_legal_force(desk: Desk, clock: Clock) -> None:
    case_id, number = await decided_case(desk)
    await legal_force(desk, clock, case_id)

    assert (await erasure_plan.plan_cases(desk, [number], ["contact"], "gdpr-17")).values == 1
    with pytest.raises(InvalidInput):
        await erasure_plan.plan_cases(desk, [number], ["contact"], "other")
    with pytest.raises(InvalidInput):
        await erasure_plan.plan_cases(desk, [number], [], "gdpr-17")


async def test_an_open_case_keeps_what_it_is_about(desk: Desk) -> None:
    case_id = await screened(desk, a_grant_document())
    async with desk.store.reading() as reading:
        number = (await reading.case(case_id)).diary_number
    with pytest.raises(NotAllowed, match="case_open"):
        await erasure_plan.plan_cases(desk, [number], ["contact"], "gdpr-17")
