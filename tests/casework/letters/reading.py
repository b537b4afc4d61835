"""Letters as they were kept, their golden texts, and what an archivable and accessible PDF is."""

import base64
import io
import json
import os
import re
from pathlib import Path
from typing import Any

import pikepdf
from pypdf import PdfReader

from service.desk.ports.desk import Desk

GOLDEN = Path(__file__).parent / "golden"
#: Golden files are written anew with GRANSKA_GOLDEN=write, and then read by a person.
WRITE = os.environ.get("GRANSKA_GOLDEN") == "write"


async def letters(desk: Desk, case_id: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Every letter of the case as it was kept: template, language, value."""
    async with desk.store.reading() as reading:
        rows = await reading.entries_of_case(case_id)
        found = []
        for one in rows:
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
