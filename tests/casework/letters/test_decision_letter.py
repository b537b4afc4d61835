"""The decision as a letter: what, why, by whom, what next, how to appeal."""

import base64
import io
import os
import re
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pypdf import PdfReader

from service.casework.decision import delivery, follow_up, sign
from service.desk.ports.desk import Desk
from service.domain.decision import DecisionOutcome, OwnCondition
from service.domain.people import User
from tests.builders import a_proposal
from tests.steps import do, settle_all, taken_grant, three

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
