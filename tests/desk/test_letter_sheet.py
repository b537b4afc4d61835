"""Letters word for word, as archivable and accessible PDF, with the right way of appeal."""

from dataclasses import replace
from datetime import date

from service.casework.decision import board_papers, delivery, sign
from service.casework.decision.proposal import Propose, Second
from service.casework.review import correspondence, inquiry
from service.desk.ports.desk import Desk
from service.desk.step import dossier_of
from tests.builders import DEMOCRACY
from tests.casework.letters.reading import check_pdf, golden, letters
from tests.steps import a_grave_act, assess_all, do, minuted, searched, taken_grant, three


async def test_what_is_missing_is_asked_for_in_plain_words_with_a_day_and_what_may_follow(desk: Desk) -> None:
    alva, *_ = await three(desk)
    case_id = await taken_grant(desk, alva)
    for language in ("sv", "en"):
        await do(
            desk, correspondence.AskCompletion, case_id, alva, text="Ring gärna om något är oklart.", due="",
            language=language,
        )  # fmt: skip

    for template, language, value in await letters(desk, case_id):
        golden(f"{template}.{language}", value["text"])
        check_pdf(value, language)
    async with desk.store.reading() as reading:
        asked = (await dossier_of(reading, case_id)).completions
    assert [request.due for request in asked] == [date(2026, 12, 7)] * 2, "14 days are a Sunday: the Monday after"


async def test_a_refusal_and_the_boards_report_carry_acts_answer_and_assessment(desk: Desk) -> None:
    alva, bo, disa = await three(desk)
    case_id = await taken_grant(desk, alva, bo, disa)
    [act] = await searched(desk, case_id, alva, (a_grave_act(), "decision", False))
    await do(desk, inquiry.VerifyAct, case_id, bo, act=act)
    await assess_all(desk, case_id, alva, "purpose", "heads", "special_reasons", "proportionality")
    sent = await do(
        desk, correspondence.Communicate, case_id, alva, outcome="refusal", clauses=["4.1"], text="Vad säger ni om det?",
        due="", channel="post", language="sv",
    )  # fmt: skip
    await do(
        desk, correspondence.AnswerCommunication, case_id, alva, communication=sent, text="Vi tar avstånd.",
        received="2026-11-22",
    )  # fmt: skip
    proposal = replace(DEMOCRACY, acts=(act,), response="Avståndstagandet kom först efter domen.")
    await do(desk, Propose, case_id, alva, proposal=proposal)
    minute = await minuted(desk, case_id, alva)
    yes = dict.fromkeys(("facts_not_views", "written_rule", "own_act", "answered"), True)
    await do(desk, Second, case_id, bo, answers=yes, text="Läst.")
    number, body = await board_papers.packaged(desk, case_id, by=disa)
    assert number == "HV 2026/1"
    assert body[:2] == b"PK"
    await do(desk, sign.Sign, case_id, disa, delegation_point="N1", board_minute=minute)
    await do(desk, delivery.SendLetter, case_id, alva, channel="post", language="sv", sent="")

    for template, language, value in await letters(desk, case_id):
        golden(f"{template}.refusal.{language}", value["text"])
        check_pdf(value, language)
