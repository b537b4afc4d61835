"""What an inquiry finds, who has verified it, and what cannot be used."""

from dataclasses import replace

from service.casework.decision import proposal
from service.casework.intake.receive import receive
from service.casework.review import assignment, correspondence, inquiry
from service.casework.review.findings import take
from service.desk.ports.desk import Desk
from service.domain.decision import DecisionOutcome
from service.screening.run_checks import run_waiting_checks
from tests.builders import DEMOCRACY, KEY, a_premises_document, a_proposal
from tests.steps import a_grave_act, assess_all, codes, do, put_in, searched, taken_grant, three, unbiased


async def test_what_the_applicant_may_not_see_carries_nothing(desk: Desk) -> None:
    alva, bo, _ = await three(desk)
    received = await receive(desk, a_premises_document(), by=KEY, channel="e_service")
    await run_waiting_checks(desk)
    case_id = received.case_id
    await unbiased(desk, case_id, alva, bo)
    await do(desk, take, case_id, alva)
    [act] = await searched(desk, case_id, alva, (a_grave_act(), "decision", False))
    await assess_all(desk, case_id, alva, "proportionality")
    asked = await do(
        desk, inquiry.AskConsultee, case_id, alva, consultee="police", circumstances="Hotet den 1 september."
    )
    paper, own = await put_in(desk, case_id, bo), await put_in(desk, case_id, alva)
    answer = {"answer": "risk_described", "answered_on": "2026-11-22", "enclosure": paper}
    hidden = {"disclosed": False, "provision": "35 kap. 1 § OSL"}
    without = do(
        desk, inquiry.RecordConsultation, case_id, alva, consultation=asked, **answer, disclosed=False, provision=""
    )  # fmt: skip
    assert await codes(without) == {"input.missing"}
    for enclosed, why in (("", "consultation.opinion_enclosed"), (own, "consultation.opinion_by_another")):
        alone = {"consultation": asked, **answer, "enclosure": enclosed, **hidden}
        assert await codes(do(desk, inquiry.RecordConsultation, case_id, alva, **alone)) == {why}, "seen by two"
    await do(desk, inquiry.RecordConsultation, case_id, alva, consultation=asked, **answer, **hidden)
    await do(
        desk, correspondence.Communicate, case_id, alva, outcome="refusal", clauses=["5.3"], text="Vad säger ni?", due="",
        channel="mail", language="sv",
    )  # fmt: skip

    refusal = a_proposal(
        DecisionOutcome.REFUSAL, clauses=("5.3",), delegation_point="L2", circumstances="Hot.", acts=(act,)
    )
    assert "requires.consultation" in await codes(do(desk, proposal.Propose, case_id, alva, proposal=refusal))


async def test_a_verifier_who_turns_out_to_have_a_conflict_has_verified_nothing(desk: Desk) -> None:
    alva, bo, disa = await three(desk)
    case_id = await taken_grant(desk, alva, bo, disa)
    [act] = await searched(desk, case_id, alva, (a_grave_act(), "decision", False))
    await do(desk, inquiry.VerifyAct, case_id, bo, act=act)
    assert await codes(do(desk, inquiry.VerifyAct, case_id, disa, act=act)) == {"act.verified_already"}
    await do(desk, assignment.DeclareConflict, case_id, bo, conflict=True, text="")
    wanted = replace(DEMOCRACY, acts=(act,))
    assert "requires.act_verified" in await codes(do(desk, proposal.Propose, case_id, alva, proposal=wanted))

    await do(desk, inquiry.VerifyAct, case_id, disa, act=act)
