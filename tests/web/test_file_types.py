"""What kind of file this is, by its content and never by its name."""

import io
import zipfile

import pytest

from service.domain.enclosure import Condition, named_as_it_is
from service.domain.errors import InvalidInput
from service.web.file_types import DOCX, JPEG, ODT, PDF, PNG, TEXT, XLSX, look, media_type


def archive(**files: str) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as written:
        for name, text in files.items():
            written.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"), text)
    return kept.getvalue()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"%PDF-1.7\n", PDF),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", PNG),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", JPEG),
        ("Årsmöte\n".encode(), TEXT),
        (archive(word__document_xml="<w/>"), DOCX),
        (archive(xl__workbook_xml="<x/>"), XLSX),
        (archive(mimetype=ODT), ODT),
    ],
    ids=["pdf", "png", "jpeg", "text", "docx", "xlsx", "odt"],
)
def test_kinds_that_an_officer_can_read_are_known_by_their_content(body: bytes, kind: str) -> None:
    assert media_type(body) == kind


@pytest.mark.parametrize(
    "body",
    [
        b"\x00\x01",
        b"<html>",
        "\ufeff <script>".encode(),
        b"#!/bin/sh",
        b"\xff\xfe\xfd",
        b"PK\x03\x04broken",
        archive(word__document_xml="<w/>", word__vbaProject_bin="macro"),
    ],
    ids=["control", "page", "page-behind-a-mark", "script", "no-utf8", "broken-archive", "macro"],
)
def test_what_is_not_taken_is_refused_with_the_kinds_that_are(body: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        media_type(body)

    [problem] = refused.value.problems
    assert (problem.pointer, problem.code) == ("/file", "enclosure.type")
    assert ".pdf" in str(problem.params["choices"])


def pdf(inner: bytes) -> bytes:
    return b"%PDF-1.7\n1 0 obj\n" + inner + b"\nendobj\n" + b" " * 400 + b"\nstartxref\n9\n%%EOF\n"


@pytest.mark.parametrize(
    ("body", "condition"),
    [
        (pdf(b"<< /Type /Catalog >>"), Condition.WHOLE),
        (pdf(b"trailer << /Encrypt 5 0 R >>"), Condition.ENCRYPTED),
        (pdf(b"<< /Type /Catalog >>")[:-20], Condition.TRUNCATED),
        (b"%PDF-1.7\n", Condition.TRUNCATED),
        (b"%PDF-1.7\n1 0 obj\nstartxref\n%%EOF", Condition.EMPTY),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(30), Condition.TRUNCATED),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(30) + b"\x00\x00\x00\x00IEND\xaeB`\x82", Condition.WHOLE),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(30), Condition.TRUNCATED),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(30) + b"\xff\xd9", Condition.WHOLE),
        ("Stadgar för Kanalföreningen".encode(), Condition.WHOLE),
        (b" \n-", Condition.EMPTY),
        (archive(word__document_xml="<w:t>Stadgar</w:t>"), Condition.WHOLE),
        (archive(word__document_xml="<w:t></w:t>"), Condition.EMPTY),
    ],
)
async def test_a_file_that_nobody_can_read_is_known(body: bytes, condition: Condition) -> None:
    assert (await look(body)).condition is condition


async def test_a_locked_part_of_an_archive_is_known() -> None:
    body = bytearray(archive(word__document_xml="<w:t>Stadgar</w:t>"))
    for start in (body.find(b"PK\x03\x04") + 6, body.find(b"PK\x01\x02") + 8):
        body[start] |= 1
    assert (await look(bytes(body))).condition is Condition.ENCRYPTED


async def test_an_archive_of_too_many_parts_is_of_no_kind() -> None:
    with pytest.raises(InvalidInput):
        await look(archive(word__document_xml="<w/>", **{f"x{number}": "" for number in range(6000)}))


@pytest.mark.parametrize(
    ("name", "kind", "kept"),
    [
        ("protokoll.pdf.vbs", TEXT, "protokoll.pdf.vbs.txt"),
        ("protokoll.pdf.exe", PDF, "protokoll.pdf.exe.pdf"),
        ("protokoll.PDF", PDF, "protokoll.PDF"),
        ("bild.jpeg", JPEG, "bild.jpeg"),
        ("stadgar", DOCX, "stadgar.docx"),
    ],
)
def test_the_ending_follows_what_the_file_is(name: str, kind: str, kept: str) -> None:
    assert named_as_it_is(name, kind) == kept
