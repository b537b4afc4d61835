"""What is proposed has what the rules demand, and a second person has read it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from service.casework.decision import appeal, delivery, proposal, record_page, sign
from service.casework.review import correspondence, inquiry
from service.desk.form import read_form
from service.desk.ports.desk import Desk
from service.desk.step import dossier_of
from service.domain.case import State
from service.domain.decision import BoardMinute, DecisionOutcome, OwnCondition
from service.domain.errors import InvalidInput
from service.proof.verification import verify_log
from tests.builders import DEMOCRACY, a_proposal
from tests.fakes import Clock
from tests.steps import TEXT, a_grave_act, assess_all, codes, do, minuted, ruled, searched, taken_grant, three


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

    minute = await minuted(desk, case_id, alva)
    signing = {"delegation_point": "N1", "board_minute": minute}
    assert await codes(do(desk, sign.Sign, case_id, disa, **signing)) == {"decision.needs_second"}
    yes = dict.fromkeys(("facts_not_views", "written_rule", "own_act", "answered"), True)
    assert await codes(do(desk, proposal.Second, case_id, alva, answers=yes, text=TEXT)) == {"proposal.own_second"}
    no = await codes(do(desk, proposal.Second, case_id, bo, answers=yes | {"own_act": False}, text=TEXT))
    assert no == {"proposal.second_disagrees"}
    await do(desk, proposal.Second, case_id, bo, answers=yes, text=TEXT)
    without = {"delegation_point": "N1", "board_minute": None}
    assert await codes(do(desk, sign.Sign, case_id, disa, **without)) == {"decision.board_minute_missing"}
    older = BoardMinute(minute.day - timedelta(days=330), "§ 3")
    before = await codes(do(desk, sign.Sign, case_id, disa, **(signing | {"board_minute": older})))
    assert before == {"decision.minute_before_package"}, "minutes of another matter"
    await do(desk, sign.Sign, case_id, disa, **signing)

    record = await record_page.read_record(desk, case_id, by=disa)
    people = record.leaf["data"]["people"]
    assert (people["proposer"], people["co_approvers"]) == (alva.pseudonym, [bo.pseudonym])
    assert {one["who"] for one in people["conflict_of_interest"]} == {alva.pseudonym, bo.pseudonym, disa.pseudonym}
    result = await verify_log(desk)
    assert result.ok, (result.value_faults, result.table_faults, result.report.faults, result.reading)

    clock.forward(days=1)
    await do(desk, delivery.SendLetter, case_id, alva, channel="post", language="sv", sent="")
    without_minutes = do(desk, delivery.PostNotice, case_id, alva, posted="2026-11-23")
    assert await codes(without_minutes) == {"decision.minutes_not_adjusted"}
    await do(desk, delivery.PostNotice, case_id, alva, posted="2026-11-23", adjusted="2026-11-23")
    await do(desk, appeal.ReceiveAppeal, case_id, alva, received="2026-11-23", text="Vi överklagar.")
    await do(desk, appeal.CheckAppealInTime, case_id, alva, in_time=True, text="Kom i tid.")
    await do(desk, appeal.ForwardAppeal, case_id, alva, on="2026-11-23")
    await ruled(desk, case_id, bo)
    await do(desk, appeal.SettleAppeal, case_id, alva, outcome="annulled", on="2026-11-23", text="Upphävt.")
    async with desk.store.reading() as reading:
        case = await reading.case(case_id)
        dossier = await dossier_of(reading, case_id)
    assert (case.state, case.owner) == (State.IN_REVIEW, alva.id)
    assert (dossier.proposal, dossier.communications, dossier.assessed) == (None, [], {})
    assert act in dossier.acts, "what has been documented remains"
    result = await verify_log(desk)
    assert result.ok, (result.value_faults, result.table_faults, result.report.faults, result.reading)


async def test_a_live_application_is_not_written_off_by_one_person(desk: Desk) -> None:
    alva, *_ = await three(desk)
    case_id = await taken_grant(desk, alva)
    off = a_proposal(DecisionOutcome.WRITE_OFF, clauses=("3.1",), reasons="Vi orkar inte.")

    assert {"requires.finding", "decision.not_communicated"} <= await codes(
        do(desk, sign.decide, case_id, alva, proposal=off)
    )


def wrong_with(read: Callable[[], object]) -> set[tuple[str, str]]:
    with pytest.raises(InvalidInput) as refused:
        read()
    return {(problem.pointer, problem.code) for problem in refused.value.problems}


def filled(**changed: list[str]) -> proposal.ProposalForm:
    return read_form(proposal.ProposalForm, {"outcome": ["approval"], **changed})


def test_no_condition_that_was_written_is_thrown_away() -> None:
    many = filled(condition=["Villkor"] * (proposal.MOST_CONDITIONS + 1))
    day_alone = filled(condition=["", "Redovisa", ""], condition_due=["", "2027-01-31", "2027-02-28"])
    kept = proposal.tidied(filled(condition=["", "Redovisa"], condition_due=["", "2027-01-31"]).proposal)

    assert wrong_with(lambda: proposal.tidied(many.proposal)) == {("/conditions", "input.too_many")}
    assert wrong_with(lambda: proposal.tidied(day_alone.proposal)) == {("/conditions/2/text", "input.missing")}
    assert kept.conditions == (OwnCondition("Redovisa", date(2027, 1, 31)),)


@pytest.mark.parametrize(
    ("given", "missing"),
    [({"minute_date": ["2026-11-20"]}, "/minute_paragraph"), ({"minute_paragraph": ["§ 12"]}, "/minute_date")],
)
def test_half_a_minute_of_the_board_says_which_half_is_missing(given: dict[str, list[str]], missing: str) -> None:
    assert wrong_with(lambda: filled(**given).proposal) == {(missing, "input.missing")}
    assert filled().proposal.board_minute is None
