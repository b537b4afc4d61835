"""From screening to a decision that stands, on both databases."""

from dataclasses import replace
from datetime import date

import pytest

from service.casework.decision import appeal, board_papers, delivery, follow_up, proposal, record_page, reopen, sign
from service.casework.intake.enclosures import add_enclosure
from service.casework.intake.receive import receive
from service.casework.review import assignment, correspondence, inquiry
from service.casework.review.findings import ask_rescreening, resolve, take
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.desk.step import dossier_of
from service.domain.application import Kind
from service.domain.case import State
from service.domain.decision import BoardMinute, DecisionOutcome
from service.domain.errors import InvalidInput
from service.domain.finding import Resolution
from service.domain.people import User
from service.proof.verification import verify_log
from service.screening.run_checks import run_waiting_checks
from tests.builders import DEMOCRACY, KEY, a_grant_document, a_premises_document, a_proposal
from tests.fakes import Clock
from tests.steps import TEXT, a_grave_act, assess_all, codes, do, searched, settle_all, taken_grant, three, unbiased


async def test_a_refusal_on_democracy_grounds_takes_act_answer_second_person_and_board(
    desk: Desk, clock: Clock
) -> None:
    alva, bo, disa = await three(desk)
    case_id = await taken_grant(desk, alva, bo, disa)
    assert await codes(do(desk, proposal.Propose, case_id, alva, proposal=DEMOCRACY)) == {
        "requires.act", "requires.assessment", "decision.not_communicated",
    }  # fmt: skip

    [act] = await searched(desk, case_id, alva, (a_grave_act(), "decision", False))
    wanted = replace(DEMOCRACY, acts=(act,))
    assert "requires.act_verified" in await codes(do(desk, proposal.Propose, case_id, alva, proposal=wanted))
    assert await codes(do(desk, inquiry.VerifyAct, case_id, alva, act=act)) == {"act.verified_by_another"}
    await do(desk, inquiry.VerifyAct, case_id, bo, act=act)
    await assess_all(desk, case_id, alva, "heads", "special_reasons", "proportionality")
    sent = await do(
        desk, correspondence.Communicate, case_id, alva,
        outcome="refusal", clauses=["4.1"], text="Vad säger ni om det?", due="", channel="mail", language="sv",
    )  # fmt: skip
    assert await codes(do(desk, proposal.Propose, case_id, alva, proposal=wanted)) == {"decision.communication_open"}
    await do(
        desk, correspondence.AnswerCommunication, case_id, alva,
        communication=sent, text="Vi tar avstånd.", received="2026-11-22",
    )  # fmt: skip
    assert await codes(do(desk, proposal.Propose, case_id, alva, proposal=wanted)) == {"decision.response_missing"}
    wanted = replace(wanted, response="Avståndstagandet kom först efter domen.")
    await do(desk, proposal.Propose, case_id, alva, proposal=wanted)

    minute = BoardMinute("2026-11-20", "§ 12")
    signing = {"delegation_point": "N1", "board_minute": minute}
    assert await codes(do(desk, sign.Sign, case_id, disa, **signing)) == {"decision.needs_second"}
    yes = dict.fromkeys(("facts_not_views", "written_rule", "own_act", "answered"), True)
    assert await codes(do(desk, proposal.Second, case_id, alva, answers=yes, text=TEXT)) == {"proposal.own_second"}
    no = await codes(do(desk, proposal.Second, case_id, bo, answers=yes | {"own_act": False}, text=TEXT))
    assert no == {"proposal.second_disagrees"}
    await do(desk, proposal.Second, case_id, bo, answers=yes, text=TEXT)
    without = {"delegation_point": "N1", "board_minute": None}
    assert await codes(do(desk, sign.Sign, case_id, disa, **without)) == {"decision.board_minute_missing"}
    await do(desk, sign.Sign, case_id, disa, **signing)

    record = await record_page.read_record(desk, case_id, by=disa)
    people = record.leaf["data"]["people"]
    assert (people["proposer"], people["co_approvers"]) == (alva.pseudonym, [bo.pseudonym])
    assert {one["who"] for one in people["conflict_of_interest"]} == {alva.pseudonym, bo.pseudonym, disa.pseudonym}
    result = await verify_log(desk)
    assert result.ok, (result.value_faults, result.table_faults, result.report.faults, result.reading)

    clock.forward(days=1)
    await do(desk, delivery.SendLetter, case_id, alva, channel="post", language="sv", sent="")
    await do(desk, delivery.PostNotice, case_id, alva, posted="2026-11-23")
    await do(desk, appeal.ReceiveAppeal, case_id, alva, received="2026-11-23", text="Vi överklagar.")
    await do(desk, appeal.CheckAppealInTime, case_id, alva, in_time=True, text="Kom i tid.")
    await do(desk, appeal.ForwardAppeal, case_id, alva, on="2026-11-23")
    await do(desk, appeal.SettleAppeal, case_id, alva, outcome="annulled", on="2026-11-23", text="Upphävt.")
    async with desk.store.reading() as reading:
        case = await reading.case(case_id)
        dossier = await dossier_of(reading, case_id)
    assert (case.state, case.owner) == (State.IN_REVIEW, alva.id)
    assert (dossier.proposal, dossier.communications, dossier.assessed) == (None, [], {})
    assert act in dossier.acts, "what has been documented remains"
    result = await verify_log(desk)
    assert result.ok, (result.value_faults, result.table_faults, result.report.faults, result.reading)


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


async def test_what_the_applicant_may_not_see_carries_nothing(desk: Desk) -> None:
    alva, *_ = await three(desk)
    received = await receive(desk, a_premises_document(), by=KEY, channel="e_service")
    await run_waiting_checks(desk)
    case_id = received.case_id
    await unbiased(desk, case_id, alva)
    await do(desk, take, case_id, alva)
    [act] = await searched(desk, case_id, alva, (a_grave_act(), "decision", False))
    await assess_all(desk, case_id, alva, "proportionality")
    asked = await do(
        desk, inquiry.AskConsultee, case_id, alva, consultee="police", circumstances="Hotet den 1 september."
    )
    answer = {"answer": "risk_described", "answered_on": "2026-11-22", "enclosure": ""}
    hidden = {"disclosed": False, "provision": "35 kap. 1 § OSL"}
    without = do(
        desk, inquiry.RecordConsultation, case_id, alva, consultation=asked, **answer, disclosed=False, provision=""
    )  # fmt: skip
    assert await codes(without) == {"input.missing"}
    await do(desk, inquiry.RecordConsultation, case_id, alva, consultation=asked, **answer, **hidden)
    await do(
        desk, correspondence.Communicate, case_id, alva, outcome="refusal", clauses=["5.3"], text="Vad säger ni?", due="",
        channel="mail", language="sv",
    )  # fmt: skip

    refusal = a_proposal(
        DecisionOutcome.REFUSAL, clauses=("5.3",), delegation_point="L2", circumstances="Hot.", acts=(act,)
    )
    assert "requires.consultation" in await codes(do(desk, proposal.Propose, case_id, alva, proposal=refusal))


async def test_a_confirmed_listing_stops_support_at_once_and_a_person_still_decides(desk: Desk) -> None:
    alva, bo, disa = await three(desk)
    people = [{"name": "Tarkvin Vossberg", "role": "ordförande"}, {"name": "Henning Ekdal", "role": "kassör"}]
    received = await receive(desk, a_grant_document(representatives=people), by=KEY, channel="e_service")
    await run_waiting_checks(desk)
    case_id = received.case_id
    await unbiased(desk, case_id, alva, bo, disa)
    await do(desk, take, case_id, alva)
    async with desk.store.reading() as reading:
        findings = await reading.findings(case_id, 1)
    named = next(one.id for one in findings if one.case_finding.finding.check == "party_names")
    given = {"resolution": Resolution.OBSTACLE, "reason": "Samma födelseår.", "identifier": "document"}
    await do(desk, resolve, case_id, alva, finding_id=named, **given)
    stop = {"finding": named, "text": "Ingen utbetalning."}
    assert await codes(do(desk, reopen.StopSupport, case_id, alva, **stop)) == {"support.not_confirmed"}
    own = do(desk, inquiry.ConfirmMatch, case_id, alva, finding=named, agrees=True, text=TEXT)
    assert await codes(own) == {"finding.confirmed_by_another"}
    await do(desk, inquiry.ConfirmMatch, case_id, bo, finding=named, agrees=True, text=TEXT)

    await do(desk, reopen.StopSupport, case_id, alva, **stop)

    async with desk.store.reading() as reading:
        case, dossier = await reading.case(case_id), await dossier_of(reading, case_id)
    assert dossier.stopped is not None
    assert dossier.stopped.actor == alva.pseudonym
    assert case.state is State.IN_REVIEW, "nothing has been decided"
    assert await codes(do(desk, sign.decide, case_id, alva, proposal=a_proposal())) == {"decision.support_stopped"}
    await do(desk, reopen.ReleaseSupport, case_id, disa, text="Listningen är hävd.")


async def test_a_grant_is_revoked_and_recovered_the_whole_way_again(desk: Desk, clock: Clock) -> None:
    alva, bo, disa = await three(desk)
    case_id = await taken_grant(desk, alva, bo, disa)
    await settle_all(desk, case_id, alva)
    await do(desk, sign.decide, case_id, alva, proposal=a_proposal())
    await do(desk, reopen.Reopen, case_id, alva, ground="revocation", text="Redovisningen var påhittad.")
    recovery = a_proposal(
        DecisionOutcome.RECOVERY, clauses=("6.1",), delegation_point="N1", amount_ore=4_500_100, response="Läst.",
        circumstances="Kvittona var förfalskade.",
    )  # fmt: skip
    assert {"requires.act", "decision.not_communicated", "decision.amount_not_paid"} <= await codes(
        do(desk, proposal.Propose, case_id, alva, proposal=recovery)
    )
    [act] = await searched(desk, case_id, alva, (a_grave_act(what="lämnade falska kvitton"), "own", False))
    await do(desk, inquiry.VerifyAct, case_id, bo, act=act)
    await assess_all(desk, case_id, alva, "proportionality")
    await do(
        desk, correspondence.Communicate, case_id, alva, outcome="recovery", clauses=["6.1"], text="Vad säger ni?",
        due="", channel="post", language="sv",
    )  # fmt: skip
    clock.forward(days=16)
    await do(desk, proposal.Propose, case_id, alva, proposal=replace(recovery, acts=(act,), amount_ore=4_000_000))
    yes = dict.fromkeys(("facts_not_views", "written_rule", "answered"), True)
    await do(desk, proposal.Second, case_id, bo, answers=yes, text=TEXT)
    unit = {"delegation_point": "F2", "board_minute": None}
    assert await codes(do(desk, sign.Sign, case_id, disa, **unit)) == {"decision.beyond_delegation"}
    minute = BoardMinute("2026-12-07", "§ 9")
    await do(desk, sign.Sign, case_id, disa, delegation_point="N1", board_minute=minute)

    data = (await record_page.read_record(desk, case_id, by=disa)).leaf["data"]
    async with desk.store.reading() as reading:
        first, second = (await dossier_of(reading, case_id)).decisions
    assert data["links"] == {"supersedes": None, "corrects": None, "revokes": first.id, "caused_by": first.id}
    assert (second.outcome, second.amount_ore) == ("recovery", 4_000_000)
    result = await verify_log(desk)
    assert result.ok, (result.value_faults, result.table_faults, result.report.faults)


async def granted(desk: Desk, officer: User, *others: User) -> str:
    case_id = await taken_grant(desk, officer, *others)
    await settle_all(desk, case_id, officer)
    await do(desk, sign.decide, case_id, officer, proposal=a_proposal())
    return case_id


async def test_what_was_given_is_not_taken_by_another_name(desk: Desk) -> None:
    alva, *_ = await three(desk)
    case_id = await granted(desk, alva)
    await do(desk, reopen.Reopen, case_id, alva, ground="change", text="Vi har ångrat oss.")
    less = a_proposal(DecisionOutcome.PARTIAL_APPROVAL, clauses=("2.2",), amount_ore=100)
    assert await codes(do(desk, sign.decide, case_id, alva, proposal=less)) == {"decision.only_by_revocation"}
    refusal = a_proposal(DecisionOutcome.REFUSAL, clauses=("2.3",), circumstances="Så.")
    assert await codes(do(desk, proposal.Propose, case_id, alva, proposal=refusal)) == {"decision.only_by_revocation"}

    # That nothing is changed leaves the decision standing, with its terms and conditions.
    await do(desk, sign.decide, case_id, alva, proposal=a_proposal(DecisionOutcome.WRITE_OFF, clauses=("6.3",)))
    await do(desk, follow_up.AcceptTerms, case_id, alva, terms="2026-1", on="2026-11-22", text="Per post.")
    await do(desk, follow_up.ReportCondition, case_id, alva, position=2, on="2026-11-22", met=True, text="Ja.")
    await do(desk, reopen.Reopen, case_id, alva, ground="revocation", text="Nytt.")


async def test_a_live_application_is_not_written_off_by_one_person(desk: Desk) -> None:
    alva, *_ = await three(desk)
    case_id = await taken_grant(desk, alva)
    off = a_proposal(DecisionOutcome.WRITE_OFF, clauses=("3.1",), reasons="Vi orkar inte.")

    assert {"requires.finding", "decision.not_communicated"} <= await codes(
        do(desk, sign.decide, case_id, alva, proposal=off)
    )


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


async def test_every_appeal_is_seen_to_before_the_case_leaves_the_court(desk: Desk, clock: Clock) -> None:
    alva, *_ = await three(desk)
    case_id = await granted(desk, alva)
    await do(desk, delivery.PostNotice, case_id, alva, posted="2026-11-22")
    for text in ("En granne överklagar.", "En annan också."):
        await do(desk, appeal.ReceiveAppeal, case_id, alva, received="2026-11-22", text=text)
    for left in (State.APPEALED, State.DECIDED):
        await do(desk, appeal.CheckAppealInTime, case_id, alva, in_time=True, text="I tid.")
        await do(desk, appeal.ForwardAppeal, case_id, alva, on="2026-11-22")
        await do(desk, appeal.SettleAppeal, case_id, alva, outcome="upheld", on="2026-11-22", text="Mål 1-26.")
        async with desk.store.reading() as reading:
            assert (await reading.case(case_id)).state is left
    clock.forward(days=30)
    await do(desk, appeal.DeclareFinal, case_id, alva)
    assert (await verify_log(desk)).ok


async def test_an_annulled_revocation_leaves_what_it_revoked(desk: Desk) -> None:
    alva, bo, disa = await three(desk)
    case_id = await granted(desk, alva, bo, disa)
    await do(desk, reopen.Reopen, case_id, alva, ground="revocation", text="Falska kvitton.")
    [act] = await searched(desk, case_id, alva, (a_grave_act(what="lämnade falska kvitton"), "own", False))
    await do(desk, inquiry.VerifyAct, case_id, bo, act=act)
    await assess_all(desk, case_id, alva, "proportionality")
    await do(desk, correspondence.ExceptCommunication, case_id, alva, exception="urgent", text="Pengarna försvinner.")
    revocation = a_proposal(
        DecisionOutcome.REVOCATION, clauses=("6.1",), circumstances="Kvittona var falska.", acts=(act,)
    )
    await do(desk, proposal.Propose, case_id, alva, proposal=revocation)
    yes = dict.fromkeys(("facts_not_views", "written_rule", "answered"), True)
    await do(desk, proposal.Second, case_id, bo, answers=yes, text=TEXT)
    minute = BoardMinute("2026-11-20", "§ 9")
    await do(desk, sign.Sign, case_id, disa, delegation_point="N1", board_minute=minute)
    terms = {"terms": "2026-1", "on": "2026-11-22", "text": "Per post."}
    assert await codes(do(desk, follow_up.AcceptTerms, case_id, alva, **terms)) == {"decision.not_favourable"}
    await do(desk, appeal.ReceiveAppeal, case_id, alva, received="2026-11-22", text="Fel.")
    await do(desk, appeal.CheckAppealInTime, case_id, alva, in_time=True, text="Ja.")
    await do(desk, appeal.ForwardAppeal, case_id, alva, on="2026-11-22")
    await do(desk, appeal.SettleAppeal, case_id, alva, outcome="annulled", on="2026-11-22", text="Upphävt.")

    async with desk.store.reading() as reading:
        dossier = await dossier_of(reading, case_id)
    assert dossier.turn == "revocation"
    assert dossier.grant is dossier.decisions[0]
    await do(desk, sign.decide, case_id, alva, proposal=a_proposal(DecisionOutcome.WRITE_OFF, clauses=("6.3",)))
    await do(desk, follow_up.AcceptTerms, case_id, alva, **terms)
    listed = await board_papers.delegated(desk, date(2026, 11, 1), date(2026, 11, 30), by=alva)
    assert [one.outcome for one in listed] == ["approval", "write_off"], "the board's own is not delegated"
    with pytest.raises(InvalidInput):
        await board_papers.delegated(desk, date(1, 1, 1), date(9999, 12, 31), by=alva)
