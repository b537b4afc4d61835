"""What every case of a kind has, and what is left of the frame: leaving the one out, or going beyond the other."""

from typing import Any

import pytest

from service.casework.decision import proposal, sign
from service.casework.decision.grant_rounds import Wish, propose_all
from service.casework.intake.receive import receive
from service.casework.review.findings import take
from service.casework.views.case_page import case_view
from service.desk.ports.desk import Desk
from service.domain.decision import DecisionOutcome
from service.domain.people import User
from service.proof.verification import verify_log
from service.screening.run_checks import run_waiting_checks
from tests.builders import KEY, a_grant_document, a_proposal, association
from tests.steps import codes, do, minuted, searched, seen, settle_all, someone, unbiased, withdrawn

ROUND = "2026-autumn"


async def people(desk: Desk) -> tuple[User, User, User]:
    """An officer, a head of unit whose point stops at the frame, and whoever records what the board decides."""
    alva = await someone(desk, "Alva", "role:association_officer", "delegation:F1")
    disa = await someone(desk, "Disa", "role:decision_maker", "delegation:F2")
    return alva, disa, await someone(desk, "Nils", "role:decision_maker", "delegation:N1")


async def applied(desk: Desk, name: str, amount_ore: int, by: User, *others: User) -> str:
    document = a_grant_document(organisation=association(name))
    document["grant"] |= {"amount_ore": amount_ore}
    received = await receive(desk, document, by=KEY, channel="e_service")
    await run_waiting_checks(desk)
    await unbiased(desk, received.case_id, by, *others)
    await do(desk, take, received.case_id, by)
    await settle_all(desk, received.case_id, by)
    return received.case_id


async def decided(desk: Desk, case_id: str, by: User, **changed: Any) -> Any:
    return await do(desk, sign.decide, case_id, by, proposal=a_proposal(**changed))


async def test_a_search_that_the_kind_always_has_is_made_or_left_out_for_a_reason(desk: Desk) -> None:
    """Done for one and not for its neighbour: for the neighbour somebody says why, and it stands in the record."""
    alva, *_ = await people(desk)
    one, neighbour = await applied(desk, "Ett", 1_000_000, alva), await applied(desk, "Granne", 1_000_000, alva)
    await searched(desk, one, alva)
    await decided(desk, one, alva, amount_ore=1_000_000, search_left_out="")

    unsaid = {"amount_ore": 1_000_000, "search_left_out": " "}
    assert await codes(decided(desk, neighbour, alva, **unsaid)) == {"decision.search_left_out"}
    wanted = a_proposal(**unsaid)
    assert await codes(do(desk, proposal.Propose, neighbour, alva, proposal=wanted)) == {"decision.search_left_out"}
    of_ones_own = unsaid | {"search_left_out": "Det behövs inte."}
    assert await codes(decided(desk, neighbour, alva, **of_ones_own)) == {"decision.search_left_out"}
    await decided(desk, neighbour, alva, amount_ore=1_000_000, search_left_out="searched_lately")
    view = await case_view(desk, neighbour, by=alva)
    assert view.record is not None
    assert view.record.search_left_out == "searched_lately"
    assert (await verify_log(desk)).ok


async def test_what_does_not_end_on_the_merits_needs_no_search(desk: Desk) -> None:
    alva, *_ = await people(desk)
    case_id = await withdrawn(desk, alva)

    written_off = {"clauses": ("3.1",), "amount_ore": None, "search_left_out": ""}
    await decided(desk, case_id, alva, outcome=DecisionOutcome.WRITE_OFF, **written_off)


async def test_a_round_is_proposed_with_one_reason_for_the_searches_that_were_not_made(desk: Desk) -> None:
    alva, *_ = await people(desk)
    case_id = await applied(desk, "I omgången", 1_000_000, alva)
    version = await seen(desk, case_id)
    _, failed = await propose_all(desk, ROUND, {case_id: Wish(1_000_000, "Ja.", version)}, by=alva)
    assert {problem.code for problem in failed[case_id].problems} == {"decision.search_left_out"}

    done, _ = await propose_all(desk, ROUND, {case_id: Wish(1_000_000, "Ja.", version, "no_cause")}, by=alva)
    assert done == [case_id]


async def test_what_is_left_of_the_frame_is_shown_and_is_not_passed_without_a_reason_and_the_point_that_may(
    desk: Desk,
) -> None:
    """Two of 300,000 kr in a frame of 400,000: the second takes a reason, and whoever may go beyond it."""
    alva, disa, nils = await people(desk)
    large = 30_000_000
    first = await applied(desk, "Den första", large, alva, disa)
    second = await applied(desk, "Den andra", large, alva, disa, nils)
    assert (await case_view(desk, first, by=alva)).basis.frame.left_ore == 40_000_000
    await do(desk, proposal.Propose, first, alva, proposal=a_proposal(amount_ore=large, delegation_point=""))
    await do(desk, sign.Sign, first, disa, delegation_point="F2", board_minute=None)
    assert (await case_view(desk, second, by=alva)).basis.frame.left_ore == 10_000_000

    wanted = a_proposal(amount_ore=large, delegation_point="")
    assert await codes(do(desk, proposal.Propose, second, alva, proposal=wanted)) == {"decision.beyond_frame"}
    wanted = a_proposal(amount_ore=large, delegation_point="", beyond_frame="Nämnden har lovat mer.")
    await do(desk, proposal.Propose, second, alva, proposal=wanted)
    unit = {"delegation_point": "F2", "board_minute": None}
    assert await codes(do(desk, sign.Sign, second, disa, **unit)) == {"decision.beyond_frame_point"}
    minute = await minuted(desk, second, alva)
    await do(desk, sign.Sign, second, nils, delegation_point="N1", board_minute=minute)
    view = await case_view(desk, second, by=alva)
    assert view.record is not None
    assert view.values[view.record.beyond_frame]["text"] == "Nämnden har lovat mer."
    assert (await verify_log(desk)).ok


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_part_within_what_is_left_passes_and_one_beyond_it_does_not(desk: Desk) -> None:
    alva, disa, _ = await people(desk)
    first = await applied(desk, "Stor", 38_000_000, alva, disa)
    await do(desk, proposal.Propose, first, alva, proposal=a_proposal(amount_ore=38_000_000, delegation_point=""))
    await do(desk, sign.Sign, first, disa, delegation_point="F2", board_minute=None)
    second = await applied(desk, "Liten", 3_000_000, alva)
    part = {"outcome": DecisionOutcome.PARTIAL_APPROVAL, "clauses": ("2.1", "2.2")}
    assert "decision.beyond_frame" in await codes(decided(desk, second, alva, **part, amount_ore=2_500_000))

    await decided(desk, second, alva, **part, amount_ore=2_000_000)
