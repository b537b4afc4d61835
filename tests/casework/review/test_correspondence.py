"""The applicant is asked, and told all there is, before anything goes against them."""

from dataclasses import replace

from service.casework.decision import proposal, sign
from service.casework.intake.enclosures import add_enclosure
from service.casework.review import correspondence
from service.casework.review.findings import ask_rescreening, resolve
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.domain.application import Kind
from service.domain.case import State
from service.domain.decision import DecisionOutcome
from service.domain.finding import Resolution
from service.screening.run_checks import run_waiting_checks
from tests.builders import a_proposal
from tests.fakes import Clock
from tests.steps import TEXT, assess_all, codes, do, taken_grant, three


async def test_a_dismissal_rests_on_what_was_asked_for_and_did_not_come(desk: Desk, clock: Clock) -> None:
    alva, bo, disa = await three(desk)
    case_id = await taken_grant(desk, alva, bo, disa)
    async with desk.store.reading() as reading:
        findings = await reading.findings(case_id, 1)
    missing = next(one.id for one in findings if one.case_finding.finding.check == "completeness")
    dismissal = a_proposal(
        DecisionOutcome.DISMISSAL,
        clauses=("3.1",),
        delegation_point="F2",
        circumstances="Det som begärdes har inte kommit in.",
        based_on=(missing,),
    )
    assert await codes(do(desk, proposal.Propose, case_id, alva, proposal=dismissal)) == {"decision.not_communicated"}
    await do(desk, correspondence.AskCompletion, case_id, alva, text="", due="", language="sv")
    clock.forward(days=10)
    assert "decision.not_communicated" in await codes(do(desk, proposal.Propose, case_id, alva, proposal=dismissal))
    await do(desk, correspondence.Remind, case_id, alva, language="sv")

    # Silence makes a dismissal possible; nothing happens by itself.
    clock.forward(days=20)
    async with desk.store.reading() as reading:
        assert (await reading.case(case_id)).state is State.IN_REVIEW
    bare = replace(dismissal, based_on=())
    assert await codes(do(desk, proposal.Propose, case_id, alva, proposal=bare)) == {"requires.finding"}
    await do(desk, proposal.Propose, case_id, alva, proposal=dismissal)
    yes = dict.fromkeys(("written_rule", "answered"), True)
    await do(desk, proposal.Second, case_id, bo, answers=yes, text=TEXT)
    await do(desk, sign.Sign, case_id, disa, delegation_point="F2", board_minute=None)


async def test_an_answer_is_not_silence_and_what_was_found_harmless_carries_nothing(desk: Desk, clock: Clock) -> None:
    alva, *_ = await three(desk)
    case_id = await taken_grant(desk, alva)
    asked = await do(desk, correspondence.AskCompletion, case_id, alva, text="", due="", language="sv")
    await do(
        desk, correspondence.AnswerCompletion, case_id, alva, completion=asked, text="Kommer.", received="2026-11-22"
    )
    await run_waiting_checks(desk)
    async with desk.store.reading() as reading:
        findings = await reading.findings(case_id, 2)
    missing = next(one.id for one in findings if one.case_finding.finding.check == "completeness")
    dismissal = a_proposal(
        DecisionOutcome.DISMISSAL, clauses=("3.1",), circumstances="Saknas.", based_on=(missing,), delegation_point="F2"
    )
    clock.forward(days=30)
    assert await codes(do(desk, proposal.Propose, case_id, alva, proposal=dismissal)) == {"decision.not_communicated"}
    harmless = {"resolution": Resolution.NO_OBSTACLE, "reason": "Fanns sedan förra året."}
    await do(desk, resolve, case_id, alva, finding_id=missing, **harmless)
    assert "decision.finding_carries_nothing" in await codes(
        do(desk, proposal.Propose, case_id, alva, proposal=dismissal)
    )


async def test_what_came_after_the_letter_must_be_told_too(desk: Desk) -> None:
    alva, bo, _ = await three(desk)
    case_id = await taken_grant(desk, alva, bo)
    await assess_all(desk, case_id, alva, "purpose")
    told = {"outcome": "refusal", "clauses": ["2.3"], "text": "Svara.", "due": "", "channel": "mail", "language": "sv"}
    sent = await do(desk, correspondence.Communicate, case_id, alva, **told)
    answer = {"communication": sent, "text": "Nej.", "received": "2026-11-22"}
    await do(desk, correspondence.AnswerCommunication, case_id, alva, **answer)
    refusal = a_proposal(DecisionOutcome.REFUSAL, clauses=("2.3",), circumstances="Så.", response="Läst.")

    async def enclose(kind: str) -> None:
        await add_enclosure(
            desk, case_id, kind=kind, name="a.txt", media_type="text/plain", body=kind.encode(), by=person(alva),
            kinds=frozenset(Kind),
        )  # fmt: skip
        await run_waiting_checks(desk)

    await enclose("svar")  # the applicant's own paper
    await enclose("ovrigt")  # a report that they have not seen
    assert await codes(do(desk, proposal.Propose, case_id, alva, proposal=refusal)) == {"decision.communicated_less"}

    # A finding of a later round is another finding, unless it carries on the same answer.
    async with desk.store.reading() as reading:
        findings = await reading.findings(case_id, (await reading.case(case_id)).check_round)
    missing = next(one.id for one in findings if one.case_finding.finding.check == "completeness")
    sent = await do(desk, correspondence.Communicate, case_id, alva, **told)
    await do(desk, correspondence.AnswerCommunication, case_id, alva, **(answer | {"communication": sent}))
    on = replace(refusal, based_on=(missing,))
    await do(desk, ask_rescreening, case_id, alva)
    await run_waiting_checks(desk)
    assert "decision.finding_carries_nothing" in await codes(do(desk, proposal.Propose, case_id, alva, proposal=on))
    await do(desk, proposal.Propose, case_id, alva, proposal=refusal)
