"""An appeal is tried in time, forwarded and settled; every one of them."""

from datetime import date

import pytest

from service.casework.decision import appeal, board_papers, delivery, follow_up, proposal, reopen, sign
from service.casework.decision.appeal import CheckAppealInTime, DeclareFinal, ReceiveAppeal, SettleAppeal
from service.casework.review import correspondence, inquiry
from service.desk.ports.desk import Desk
from service.desk.step import dossier_of
from service.domain.case import State
from service.domain.decision import DecisionOutcome
from service.domain.errors import InvalidInput
from service.proof.verification import verify_log
from tests.builders import a_proposal
from tests.fakes import Clock
from tests.steps import TEXT, a_grave_act, approved, assess_all, codes, do, minuted, ruled, searched, three


async def test_every_appeal_is_seen_to_before_the_case_leaves_the_court(desk: Desk, clock: Clock) -> None:
    alva, bo, _ = await three(desk)
    case_id = await approved(desk, alva)
    await do(desk, delivery.PostNotice, case_id, alva, posted="2026-11-22")
    for text in ("En granne överklagar.", "En annan också."):
        await do(desk, appeal.ReceiveAppeal, case_id, alva, received="2026-11-22", text=text)
    for left in (State.APPEALED, State.DECIDED):
        await do(desk, appeal.CheckAppealInTime, case_id, alva, in_time=True, text="I tid.")
        await do(desk, appeal.ForwardAppeal, case_id, alva, on="2026-11-22")
        ruling = {"outcome": "upheld", "on": "2026-11-22", "text": "Mål 1-26."}
        if left is State.APPEALED:
            assert await codes(do(desk, appeal.SettleAppeal, case_id, alva, **ruling)) == {"appeal.ruling_missing"}
            await ruled(desk, case_id, alva)
            assert await codes(do(desk, appeal.SettleAppeal, case_id, alva, **ruling)) == {"appeal.ruling_missing"}
            await ruled(desk, case_id, bo)
            early = ruling | {"on": "2026-11-21"}
            assert await codes(do(desk, appeal.SettleAppeal, case_id, alva, **early)) == {"input.not_earlier"}
        await do(desk, appeal.SettleAppeal, case_id, alva, **ruling)
        async with desk.store.reading() as reading:
            assert (await reading.case(case_id)).state is left
    clock.forward(days=30)
    await do(desk, appeal.DeclareFinal, case_id, alva)
    assert (await verify_log(desk)).ok


async def test_an_annulled_revocation_leaves_what_it_revoked(desk: Desk) -> None:
    alva, bo, disa = await three(desk)
    case_id = await approved(desk, alva, bo, disa)
    await do(desk, reopen.Reopen, case_id, alva, ground="revocation", text="Falska kvitton.")
    [act] = await searched(desk, case_id, alva, (a_grave_act(what="lämnade falska kvitton"), "own", False))
    await do(desk, inquiry.VerifyAct, case_id, bo, act=act)
    await assess_all(desk, case_id, alva, "proportionality")
    await do(desk, correspondence.ExceptCommunication, case_id, alva, exception="urgent", text="Pengarna försvinner.")
    revocation = a_proposal(
        DecisionOutcome.REVOCATION, clauses=("6.1",), circumstances="Kvittona var falska.", acts=(act,)
    )
    await do(desk, proposal.Propose, case_id, alva, proposal=revocation)
    minute = await minuted(desk, case_id, alva)
    yes = dict.fromkeys(("facts_not_views", "written_rule", "answered"), True)
    await do(desk, proposal.Second, case_id, bo, answers=yes, text=TEXT)
    await do(desk, sign.Sign, case_id, disa, delegation_point="N1", board_minute=minute)
    terms = {"terms": "2026-1", "on": "2026-11-22", "text": "Per post."}
    assert await codes(do(desk, follow_up.AcceptTerms, case_id, alva, **terms)) == {"decision.not_favourable"}
    await do(desk, appeal.ReceiveAppeal, case_id, alva, received="2026-11-22", text="Fel.")
    await do(desk, appeal.CheckAppealInTime, case_id, alva, in_time=True, text="Ja.")
    await do(desk, appeal.ForwardAppeal, case_id, alva, on="2026-11-22")
    await ruled(desk, case_id, bo)
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


async def test_an_appeal_is_in_time_by_the_dates_of_the_case_whatever_anyone_says(desk: Desk, clock: Clock) -> None:
    alva, *_ = await three(desk)
    case_id = await approved(desk, alva)
    await do(desk, delivery.PostNotice, case_id, alva, posted="2026-11-22")
    assert await codes(do(desk, DeclareFinal, case_id, alva)) == {"decision.still_appealable"}
    clock.forward(days=30)
    await do(desk, ReceiveAppeal, case_id, alva, received="2026-12-15", text="Fel.")

    early = do(desk, CheckAppealInTime, case_id, alva, in_time=True, text="Jag tycker det.")
    assert await codes(early) == {"appeal.dates_say_other"}
    await do(desk, CheckAppealInTime, case_id, alva, in_time=False, text="Sista dag var 14 december.")
    await do(desk, SettleAppeal, case_id, alva, outcome="dismissed", on="2026-12-20", text="Avvisat.")
    await do(desk, DeclareFinal, case_id, alva)
