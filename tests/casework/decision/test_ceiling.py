"""A ceiling counts what the same association has got under the same point: six grants of 9,000 are one of 54,000."""

import pytest

from service.casework.decision import proposal, sign
from service.casework.intake.receive import receive
from service.casework.review.findings import take
from service.desk.ports.desk import Desk
from service.domain.decision import DecisionOutcome
from service.domain.people import User
from service.proof.verification import verify_log
from service.screening.run_checks import run_waiting_checks
from tests.builders import KEY, OTHER_NUMBER, a_grant_document, a_proposal
from tests.fakes import Clock
from tests.steps import codes, do, settle_all, three, unbiased

EACH = 900_000


async def applied(desk: Desk, by: User, *others: User, amount_ore: int = EACH, number: str | None = None) -> str:
    document = a_grant_document()
    document["grant"] |= {"amount_ore": amount_ore}
    if number:
        document["organisation"] |= {"org_number": number}
    received = await receive(desk, document, by=KEY, channel="e_service")
    await run_waiting_checks(desk)
    await unbiased(desk, received.case_id, by, *others)
    await do(desk, take, received.case_id, by)
    await settle_all(desk, received.case_id, by)
    return received.case_id


async def granted(desk: Desk, case_id: str, by: User, amount_ore: int = EACH) -> set[str]:
    return await codes(do(desk, sign.decide, case_id, by, proposal=a_proposal(amount_ore=amount_ore)))


async def test_grants_that_were_split_are_counted_together(desk: Desk) -> None:
    alva, bo, disa = await three(desk)
    for _ in range(5):
        case_id = await applied(desk, alva)
        await do(desk, sign.decide, case_id, alva, proposal=a_proposal(amount_ore=EACH))
    sixth = await applied(desk, alva, bo, disa)

    assert await granted(desk, sixth, alva) == {"decision.beyond_ceiling_together"}

    # Proposing is anyone's; who signs has a point that reaches what it comes to together.
    wanted = a_proposal(amount_ore=EACH, delegation_point="")
    await do(desk, proposal.Propose, sixth, alva, proposal=wanted)
    unit = {"delegation_point": "F1", "board_minute": None}
    assert await codes(do(desk, sign.Sign, sixth, alva, **unit)) == {"decision.beyond_ceiling_together"}
    await do(desk, sign.Sign, sixth, disa, **(unit | {"delegation_point": "F2"}))
    assert (await verify_log(desk)).ok


async def test_so_is_a_part_and_what_another_officer_gave(desk: Desk) -> None:
    alva, bo, _ = await three(desk)
    first = await applied(desk, bo, amount_ore=4_500_000)
    await do(desk, sign.decide, first, bo, proposal=a_proposal())
    second = await applied(desk, alva)
    part = a_proposal(DecisionOutcome.PARTIAL_APPROVAL, clauses=("2.1", "2.2"), amount_ore=EACH * 3 // 4)

    assert await codes(do(desk, sign.decide, second, alva, proposal=part)) == {"decision.beyond_ceiling_together"}


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_another_association_and_what_was_long_ago_are_not_counted(desk: Desk, clock: Clock) -> None:
    alva, *_ = await three(desk)
    first = await applied(desk, alva, amount_ore=4_500_000)
    await do(desk, sign.decide, first, alva, proposal=a_proposal())

    other = await applied(desk, alva, amount_ore=4_500_000, number=OTHER_NUMBER)
    await do(desk, sign.decide, other, alva, proposal=a_proposal())

    clock.forward(days=366)
    later = await applied(desk, alva)
    await do(desk, sign.decide, later, alva, proposal=a_proposal(amount_ore=EACH))
