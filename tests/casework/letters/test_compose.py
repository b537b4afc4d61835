"""Letters word for word, as archivable and accessible PDF, with the right way of appeal."""

import base64
import io
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
from pypdf import PdfReader

from service.casework.decision import board_papers, delivery, sign
from service.casework.decision.proposal import Propose, Second
from service.casework.review import correspondence, inquiry
from service.desk.ports.desk import Desk
from service.desk.step import dossier_of
from service.domain.decision import BoardMinute
from tests.builders import DEMOCRACY
from tests.steps import a_grave_act, assess_all, do, searched, taken_grant, three

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
