"""A confirmed sanctions listing is a bar in law: it carries a refusal and a revocation by itself, and nothing less does."""

from typing import Any

import pytest

from service.casework.decision import proposal, reopen, sign
from service.casework.intake.receive import receive
from service.casework.review import correspondence, inquiry
from service.casework.review.findings import ask_rescreening, resolve, take
from service.demo.district import demo_list
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.domain.case import State
from service.domain.decision import DecisionOutcome
from service.domain.finding import Resolution
from service.domain.people import User
from service.proof.verification import verify_log
from service.screening.run_checks import run_waiting_checks
from tests.builders import FIXTURES, KEY, QUIET, a_grant_document, a_premises_document, a_proposal
from tests.fakes import Clock
from tests.steps import TEXT, answers_to, brought_in, codes, do, settle_all, someone, unbiased

LISTED = [{"name": "Tarkvin Vossberg", "role": "ordförande"}, {"name": "Henning Ekdal", "role": "kassör"}]
YES = dict.fromkeys(("facts_not_views", "written_rule", "answered"), True)


async def officers(desk: Desk, kind: str) -> tuple[User, User, User, str]:
    """Who handles, who reads after, who signs, and by which point."""
    role = "role:association_officer" if kind == "grant" else "role:premises_officer"
    points = ("delegation:F1", "F2") if kind == "grant" else ("delegation:L1", "L2")
    one, other = await someone(desk, "Alva", role, points[0]), await someone(desk, "Bo", role)
    return one, other, await someone(desk, "Disa", "role:decision_maker", f"delegation:{points[1]}"), points[1]


async def in_review(desk: Desk, kind: str, people: Any, *who: User) -> str:
    document = a_grant_document() if kind == "grant" else a_premises_document(**QUIET)
    received = await receive(desk, document | {"representatives": people}, by=KEY, channel="e_service")
    await run_waiting_checks(desk)
    await unbiased(desk, received.case_id, *who)
    await do(desk, take, received.case_id, who[0])
    return received.case_id


async def named(desk: Desk, case_id: str) -> str:
    """The finding that names the listed person."""
    async with desk.store.reading() as reading:
        findings = await reading.findings(case_id, (await reading.case(case_id)).check_round)
    return next(stored.id for stored in findings if stored.case_finding.finding.check == "party_names")


async def told(desk: Desk, clock: Clock, case_id: str, by: User, outcome: str, clause: str) -> None:
    await do(
        desk, correspondence.Communicate, case_id, by, outcome=outcome, clauses=[clause], text="Vad säger ni?", due="",
        channel="post", language="sv",
    )  # fmt: skip
    clock.forward(days=16)


@pytest.mark.parametrize("kind", ["grant", "premises"])
async def test_a_listing_that_two_persons_confirmed_carries_a_refusal_without_an_act(
    desk: Desk, clock: Clock, kind: str
) -> None:
    alva, bo, disa, point = await officers(desk, kind)
    case_id = await in_review(desk, kind, LISTED, alva, bo, disa)
    finding = await named(desk, case_id)
    refusal = a_proposal(
        DecisionOutcome.REFUSAL, clauses=("4.3",), delegation_point=point, circumstances="Ordföranden är listad.",
        based_on=(finding,),
    )  # fmt: skip
    by_itself = await codes(do(desk, proposal.Propose, case_id, alva, proposal=refusal))
    assert {"requires.listing", "decision.not_communicated"} <= by_itself, "a resemblance is no listing"

    answers = await answers_to(desk, case_id, finding, "document")
    found = {"resolution": Resolution.OBSTACLE, "reason": "Samma födelseår.", "answers": answers}
    await do(desk, resolve, case_id, alva, finding_id=finding, **found)
    unconfirmed = await codes(do(desk, proposal.Propose, case_id, alva, proposal=refusal))
    assert {"requires.listing", "decision.match_not_confirmed"} <= unconfirmed, "one person's view is no listing"
    await do(desk, inquiry.ConfirmMatch, case_id, bo, finding=finding, agrees=True, text=TEXT)
    await told(desk, clock, case_id, alva, "refusal", "4.3")

    await do(desk, proposal.Propose, case_id, alva, proposal=refusal)
    assert await codes(do(desk, sign.Sign, case_id, disa, delegation_point=point)) == {"decision.needs_second"}
    await do(desk, proposal.Second, case_id, bo, answers=YES, text=TEXT)
    await do(desk, sign.Sign, case_id, disa, delegation_point=point)

    async with desk.store.reading() as reading:
        assert (await reading.case(case_id)).state is State.DECIDED
    assert (await verify_log(desk)).ok


async def test_what_a_listed_hirer_already_has_is_withdrawn_on_the_same_ground(desk: Desk, clock: Clock) -> None:
    alva, bo, disa, point = await officers(desk, "premises")
    case_id = await in_review(desk, "premises", [{"name": "Ylva Granfors", "role": "ordförande"}], alva, bo, disa)
    await settle_all(desk, case_id, alva)
    await do(
        desk, sign.decide, case_id, alva, proposal=a_proposal(clauses=("5.1",), delegation_point="L1", amount_ore=None)
    )
    head, _, rows = demo_list(desk, FIXTURES).decode().rstrip("\n").partition("\n")
    count = int(head.rpartition(",")[2]) + 1
    renewed = f"{head.rpartition(',')[0]},{count}\n{rows}\nDEMO-X-999,person,Ylva Granfors,,,,XX,\n"
    await brought_in(desk, "demo", renewed.encode(), by=person(await someone(desk, "Sam", "role:coordinator")))
    await do(desk, reopen.Reopen, case_id, alva, ground="revocation", text="Listan namnger ordföranden.")
    await do(desk, ask_rescreening, case_id, alva)
    await run_waiting_checks(desk)
    finding = await named(desk, case_id)
    revocation = a_proposal(
        DecisionOutcome.REVOCATION, clauses=("6.4",), delegation_point=point, circumstances="Ordföranden är listad.",
        based_on=(finding,),
    )  # fmt: skip
    assert "requires.listing" in await codes(do(desk, proposal.Propose, case_id, alva, proposal=revocation))
    answers = await answers_to(desk, case_id, finding, "document")
    found = {"resolution": Resolution.OBSTACLE, "reason": "Samma person.", "answers": answers}
    await do(desk, resolve, case_id, alva, finding_id=finding, **found)
    await do(desk, inquiry.ConfirmMatch, case_id, bo, finding=finding, agrees=True, text=TEXT)
    await told(desk, clock, case_id, alva, "revocation", "6.4")
    await do(desk, proposal.Propose, case_id, alva, proposal=revocation)
    await do(desk, proposal.Second, case_id, bo, answers=YES, text=TEXT)

    await do(desk, sign.Sign, case_id, disa, delegation_point=point)

    assert (await verify_log(desk)).ok
