"""A decided case is taken up again, and support stopped meanwhile."""

from dataclasses import replace

from service.casework.decision import follow_up, proposal, record_page, reopen, sign, stops
from service.casework.intake.receive import receive
from service.casework.review import correspondence, inquiry
from service.casework.review.findings import resolve, take
from service.desk.ports.desk import Desk
from service.desk.step import dossier_of
from service.domain.case import State
from service.domain.decision import DecisionOutcome
from service.domain.finding import Resolution
from service.proof.verification import verify_log
from service.screening.run_checks import run_waiting_checks
from tests.builders import KEY, a_grant_document, a_proposal
from tests.fakes import Clock
from tests.steps import (
    TEXT,
    a_grave_act,
    answers_to,
    approved,
    assess_all,
    codes,
    do,
    minuted,
    searched,
    settle_all,
    taken_grant,
    three,
    unbiased,
)


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
    answers = await answers_to(desk, case_id, named, "document")
    given = {"resolution": Resolution.OBSTACLE, "reason": "Samma födelseår.", "answers": answers}
    await do(desk, resolve, case_id, alva, finding_id=named, **given)
    stop = {"finding": named, "text": "Ingen utbetalning.", "language": "sv"}
    assert await codes(do(desk, stops.StopSupport, case_id, alva, **stop)) == {"support.not_confirmed"}
    own = do(desk, inquiry.ConfirmMatch, case_id, alva, finding=named, agrees=True, text=TEXT)
    assert await codes(own) == {"finding.confirmed_by_another"}
    await do(desk, inquiry.ConfirmMatch, case_id, bo, finding=named, agrees=True, text=TEXT)

    await do(desk, stops.StopSupport, case_id, alva, **stop)

    async with desk.store.reading() as reading:
        case, dossier = await reading.case(case_id), await dossier_of(reading, case_id)
    assert [stop.set_by for stop in dossier.standing_stops] == [alva.pseudonym]
    assert case.state is State.IN_REVIEW, "nothing has been decided"
    assert await codes(do(desk, sign.decide, case_id, alva, proposal=a_proposal())) == {"decision.support_stopped"}
    await do(desk, stops.ReleaseSupport, case_id, disa, text="Listningen är hävd.", language="sv")


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
    minute = await minuted(desk, case_id, alva)
    yes = dict.fromkeys(("facts_not_views", "written_rule", "answered"), True)
    await do(desk, proposal.Second, case_id, bo, answers=yes, text=TEXT)
    unit = {"delegation_point": "F2", "board_minute": None}
    assert await codes(do(desk, sign.Sign, case_id, disa, **unit)) == {"decision.beyond_delegation"}
    await do(desk, sign.Sign, case_id, disa, delegation_point="N1", board_minute=minute)

    data = (await record_page.read_record(desk, case_id, by=disa)).leaf["data"]
    async with desk.store.reading() as reading:
        first, second = (await dossier_of(reading, case_id)).decisions
    assert data["links"] == {"supersedes": None, "corrects": None, "revokes": first.id, "caused_by": first.id}
    assert (second.outcome, second.amount_ore) == ("recovery", 4_000_000)
    result = await verify_log(desk)
    assert result.ok, (result.value_faults, result.table_faults, result.report.faults)


async def test_what_was_given_is_not_taken_by_another_name(desk: Desk) -> None:
    alva, *_ = await three(desk)
    case_id = await approved(desk, alva)
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
