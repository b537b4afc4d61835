"""Letters word for word, as archivable and accessible PDF, with the right way of appeal."""

import base64
import io
import os
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pypdf import PdfReader

from service.casework.decision import board_papers, delivery, follow_up, sign
from service.casework.decision.appeal import CheckAppealInTime, DeclareFinal, ReceiveAppeal, SettleAppeal
from service.casework.decision.proposal import Propose, Second
from service.casework.letters import edit_texts
from service.casework.review import assignment, correspondence, inquiry
from service.desk.ports.desk import Desk
from service.desk.step import dossier_of
from service.domain.decision import BoardMinute, DecisionOutcome, OwnCondition
from service.domain.errors import InvalidInput, NotAllowed
from service.domain.people import User
from service.rules.calendar import is_working_day, last_day, working_days_after
from tests.builders import DEMOCRACY, a_proposal
from tests.fakes import Clock
from tests.steps import a_grave_act, assess_all, codes, do, searched, settle_all, taken_grant, three

GOLDEN = Path(__file__).parent / "golden"
#: Golden files are written anew with GRANSKA_GOLDEN=write, and then read by a person.
WRITE = os.environ.get("GRANSKA_GOLDEN") == "write"


async def letters(desk: Desk, case_id: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Every letter of the case as it was kept: template, language, value."""
    async with desk.store.reading() as reading:
        rows = await reading.entries_of_case(case_id)
        found = []
        for one in rows:
            import json

            data = json.loads(one.leaf)["data"]
            if "letter" in data:
                [value] = (await reading.values([data["letter"]["body"]])).values()
                found.append((data["letter"]["template"], data["letter"]["language"], value))
    return found


def golden(name: str, text: str) -> None:
    path = GOLDEN / f"{name}.txt"
    if WRITE:
        path.write_text(text + "\n", "utf-8")
    assert path.read_text("utf-8") == text + "\n", name


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.replace("\u00ad", ""))


def check_pdf(value: dict[str, Any], language: str) -> None:
    """PDF/A-2a by its marks and parts (pikepdf), and the same words in the same order as the letter."""
    body = base64.b64decode(value["pdf"])
    with pikepdf.open(io.BytesIO(body)) as pdf:
        with pdf.open_metadata() as meta:
            assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("2", "A")
            assert meta["pdfuaid:part"] == "1"
            assert value["title"] in str(meta["dc:title"])
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == language
        assert pdf.Root.OutputIntents[0].S == "/GTS_PDFA1"
        assert not pdf.is_encrypted
        kinds = {str(one.S) for one in _structure(pdf.Root.StructTreeRoot)}
        assert {"/Document", "/H1", "/P"} <= kinds
        for page in pdf.pages:
            for font in page.Resources.Font.values():
                descriptor = (
                    font.DescendantFonts[0].FontDescriptor if "/DescendantFonts" in font else font.FontDescriptor
                )
                assert any(f"/FontFile{n}" in descriptor for n in ("", "2", "3")), "every font is in the file"
        assert "/JavaScript" not in str(pdf.Root.get("/Names", ""))
    text = "\n".join(one.extract_text() for one in PdfReader(io.BytesIO(body)).pages)
    said = words(text)
    wanted = iter(said)
    assert all(any(word == one for one in wanted) for word in words(value["text"])), "word for word, in order"


def _structure(node: Any) -> list[Any]:
    kids = node.get("/K", [])
    found = []
    for one in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(one, pikepdf.Dictionary) and "/S" in one:
            found += [one, *_structure(one)]
    return found


async def approved(desk: Desk, officer: User, **changed: Any) -> str:
    case_id = await taken_grant(desk, officer)
    await settle_all(desk, case_id, officer)
    await do(desk, sign.decide, case_id, officer, proposal=a_proposal(**changed))
    return case_id


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
    assert [one.due for one in asked] == ["2026-12-07", "2026-12-07"], "14 days are a Sunday: the Monday after"


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
    await do(desk, board_papers.Package, case_id, alva, language="sv")
    yes = dict.fromkeys(("facts_not_views", "written_rule", "own_act", "answered"), True)
    await do(desk, Second, case_id, bo, answers=yes, text="Läst.")
    number, body = await board_papers.packaged(desk, case_id, by=disa)
    assert number == "HV 2026/1"
    assert body[:2] == b"PK"
    minute = BoardMinute("2026-11-20", "§ 12")
    await do(desk, sign.Sign, case_id, disa, delegation_point="N1", board_minute=minute)
    await do(desk, delivery.SendLetter, case_id, alva, channel="post", language="sv", sent="")

    for template, language, value in await letters(desk, case_id):
        golden(f"{template}.refusal.{language}", value["text"])
        check_pdf(value, language)


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


@pytest.mark.parametrize(
    ("posted", "last"),
    [
        ("2026-03-13", "2026-04-07"),  # Good Friday: the Tuesday after Easter
        ("2026-03-16", "2026-04-07"),  # Easter Monday
        ("2026-05-29", "2026-06-22"),  # Midsummer Eve, a Friday: the Monday
        ("2026-05-16", "2026-06-08"),  # the National Day, a Saturday
        ("2026-12-03", "2026-12-28"),  # Christmas Eve, a Thursday: the Monday after Boxing Day's weekend
        ("2026-12-10", "2027-01-04"),  # New Year's Eve, a Thursday; New Year's Day; a weekend
        ("2026-12-16", "2027-01-07"),  # Epiphany, a Wednesday
        ("2026-11-14", "2026-12-07"),  # 5 December is a Saturday
        ("2026-11-02", "2026-11-23"),  # an ordinary Monday
    ],
)
def test_the_last_day_of_appeal_is_three_weeks_from_posting_and_never_a_holiday(posted: str, last: str) -> None:
    found = last_day(date.fromisoformat(posted), 21)

    assert found.isoformat() == last
    assert is_working_day(found)


def test_three_working_days_before_a_near_booking_are_counted_without_holidays() -> None:
    assert working_days_after(date(2026, 12, 22), 3) == date(2026, 12, 29)
    assert working_days_after(date(2026, 4, 2), 3) == date(2026, 4, 9)


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


async def test_a_letters_text_is_edited_without_touching_the_rest_and_wrong_places_are_named(desk: Desk) -> None:
    texts = {"sv": "Hej.\n\n## Varför\n\n{reasons}", "en": "Hello.\n\n## Why\n\n{reasons}"}
    sheet = await edit_texts.preview(desk, "decision", texts, language="sv")
    assert [one.kind for one in sheet.blocks] == ["paragraph", "heading", "paragraph"]

    with pytest.raises(InvalidInput) as caught:
        await edit_texts.preview(desk, "decision", {"sv": "Hej {namn}.", "en": "  "}, language="sv")
    assert [(one.pointer, one.code) for one in caught.value.problems] == [
        ("/sv", "letter.unknown_place"), ("/en", "input.missing"),
    ]  # fmt: skip
    new = {"id": "x-2027", "valid_from": date(2027, 3, 1), "diary_number": "HV 2026/99"}
    text = await edit_texts.changed(desk, "decision", texts, **new)
    rules, before = desk.parse_rules(text), (await edit_texts.newest(desk))[0]
    assert rules.letters["decision"].body["sv"].strip() == texts["sv"]
    assert (rules.adopted_on, rules.diary_number) == (date(2026, 11, 22), "HV 2026/99"), "adopted anew"
    kept = ("id", "sha256", "valid_from", "letters", "adopted_on", "diary_number")
    assert replace(rules, **{name: getattr(before, name) for name in kept}) == before


async def test_paused_days_are_added_to_the_day_an_answer_is_due(desk: Desk, clock: Clock) -> None:
    alva, *_ = await three(desk)
    case_id = await taken_grant(desk, alva)
    async with desk.store.reading() as reading:
        before = (await reading.case(case_id)).due_on
    await do(desk, assignment.Pause, case_id, alva, ground="awaits_applicant", until="", note="")
    with pytest.raises(NotAllowed):
        await do(desk, assignment.Pause, case_id, alva, ground="awaits_applicant", until="", note="")
    clock.forward(days=10)
    await do(desk, assignment.Resume, case_id, alva)

    async with desk.store.reading() as reading:
        after = (await reading.case(case_id)).due_on
    assert (date.fromisoformat(after) - date.fromisoformat(before)).days in range(10, 14)
    assert is_working_day(date.fromisoformat(after))
