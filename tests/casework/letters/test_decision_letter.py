"""The decision as a letter: what, why, by whom, what next, how to appeal."""

import pytest

from service.casework.decision import delivery, follow_up
from service.desk.ports.desk import Desk
from service.domain.decision import DecisionOutcome, OwnCondition
from tests.casework.letters.reading import check_pdf, golden, letters
from tests.steps import approved, do, three


async def test_a_decision_says_what_why_by_whom_what_next_and_how_to_appeal(desk: Desk) -> None:
    alva, *_ = await three(desk)
    condition = (OwnCondition("Lägret ska hållas i stadsdelen.", "2027-06-30"),)
    case_id = await approved(
        desk, alva, outcome=DecisionOutcome.PARTIAL_APPROVAL, clauses=("2.1", "2.2"), amount_ore=3_000_050,
        reasons="Det har sökts mer än det finns. Barn och unga går före.", conditions=condition,
    )  # fmt: skip
    for language in ("sv", "en"):
        await do(desk, delivery.SendLetter, case_id, alva, channel="mail", language=language, sent="")
    await do(desk, delivery.PostNotice, case_id, alva, posted="2026-11-22")

    found = await letters(desk, case_id)
    for template, language, value in found:
        golden(f"{template}.partial.{language}", value["text"])
        check_pdf(value, language)
    assert [one[0] for one in found] == ["decision", "decision", "notice"]
    assert "Förvaltningsrätten" in found[0][2]["text"]


@pytest.mark.parametrize(
    ("kind", "court"),
    [("disclosure", "Kammarrätten"), ("data_subject", "Förvaltningsrätten"), ("decision", "Förvaltn")],
)
async def test_each_of_the_three_ways_of_appeal_has_its_own_text(desk: Desk, kind: str, court: str) -> None:
    alva, *_ = await three(desk)
    case_id = await approved(desk, alva)
    if kind == "decision":
        await do(desk, delivery.SendLetter, case_id, alva, channel="mail", language="sv", sent="")
    else:
        await do(
            desk, follow_up.DecideAside, case_id, alva, kind=kind, text="Uppgiften skyddas av 21 kap. 3 §.",
            delegation_point="F1", language="sv",
        )  # fmt: skip

    [(_, _, value)] = await letters(desk, case_id)

    appeal = value["text"].split("Så här gör")[1]
    assert court in appeal
    golden(f"appeal.{kind}.sv", appeal)
