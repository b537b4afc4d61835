"""What kind of file this is, by its content and never by its name."""

import io
import zipfile

import pytest

from service.domain.errors import InvalidInput
from service.web.file_types import DOCX, JPEG, ODT, PDF, PNG, TEXT, XLSX, media_type


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
