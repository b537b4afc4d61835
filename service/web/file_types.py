"""What kind of file this is, by its content; only kinds that an officer can read safely are taken."""

import asyncio
import io
import lzma
import re
import zipfile
import zlib
from dataclasses import dataclass

import puremagic

from service.domain.enclosure import DOCX, ENDINGS, JPEG, ODT, PDF, PNG, TEXT, XLSX, Condition
from service.domain.errors import InvalidInput, Problem

_BY_ENDING = {".pdf": PDF, ".png": PNG, ".jpg": JPEG, ".jpeg": JPEG, ".jfif": JPEG}


@dataclass(frozen=True)
class Looked:
    """What a file's content was found to be, and whether it can be read."""

    media_type: str
    condition: Condition


async def look(body: bytes) -> Looked:
    """What a file is and whether it can be read, found in a thread; raises as `media_type`. No bytes are no kind."""
    return await asyncio.to_thread(_look, body) if body else Looked("", Condition.EMPTY)


def _look(body: bytes) -> Looked:
    found = media_type(body)
    return Looked(found, _CONDITION.get(found, _of_office)(body))


def _of_pdf(body: bytes) -> Condition:
    """By its trailer: a file that was cut lacks its end, and one that is locked says so there (ISO 32000-2, 7.5.5)."""
    if b"%%EOF" not in body[-2048:] or b"startxref" not in body:
        return Condition.TRUNCATED
    if re.search(rb"/Encrypt\s+\d+\s+\d+\s+R|/Encrypt\s*<<", body):
        return Condition.ENCRYPTED
    return Condition.WHOLE if b"obj" in body and len(body) > SMALLEST_PDF else Condition.EMPTY


def _of_png(body: bytes) -> Condition:
    return Condition.WHOLE if b"IEND" in body[-64:] else Condition.TRUNCATED


def _of_jpeg(body: bytes) -> Condition:
    return Condition.WHOLE if b"\xff\xd9" in body[-4096:] else Condition.TRUNCATED


def _of_text(body: bytes) -> Condition:
    words = re.findall(r"\w+", body.decode("utf-8", "replace"))
    return Condition.WHOLE if len(words) >= FEWEST_WORDS else Condition.EMPTY


def _of_office(body: bytes) -> Condition:
    """An archive with a locked part is encrypted; one whose texts hold hardly a word is empty."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        parts = archive.infolist()
        if any(one.flag_bits & 1 for one in parts):
            return Condition.ENCRYPTED
        texts = [one for one in parts if one.filename in _TEXTS or one.filename.startswith("xl/worksheets/")]
        for one in texts:
            try:
                with archive.open(one) as part:
                    read = part.read(MOST_READ)
            except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
                return Condition.TRUNCATED
            if len(re.findall(rb">[^<>]*\w[^<>]*<", read)) > 0:
                return Condition.WHOLE
    return Condition.EMPTY


_TEXTS = ("word/document.xml", "content.xml", "xl/sharedStrings.xml")
#: A page of PDF takes more; fewer words say nothing that could be asked for.
SMALLEST_PDF, FEWEST_WORDS = 300, 3
#: So much of a part is unpacked at most, and so many parts an archive may have.
MOST_READ, MOST_PARTS = 1 << 20, 5000
_CONDITION = {PDF: _of_pdf, PNG: _of_png, JPEG: _of_jpeg, TEXT: _of_text}


def media_type(body: bytes) -> str:
    """The media type, from the content alone; raises InvalidInput for a kind that is not taken."""
    found = _office(body) or _magic(body) or _text(body)
    if found is None:
        raise InvalidInput([Problem("/file", "enclosure.type", {"choices": ", ".join(sorted(ENDINGS.values()))})])
    return found


def _magic(body: bytes) -> str | None:
    try:
        ending = puremagic.from_string(body[:65536])
    except (puremagic.PureError, ValueError):
        return None
    return _BY_ENDING.get(ending.casefold())


def _office(body: bytes) -> str | None:
    """Office documents are archives; what is in them says which."""
    if not body.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = set(archive.namelist())
            if len(names) > MOST_PARTS:
                return None
            if any(one.casefold().endswith(("vbaproject.bin", ".exe", ".js")) for one in names):
                return None
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                return ODT if archive.read("mimetype") == ODT.encode() else None
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        NotImplementedError,
        RuntimeError,
        OSError,
        EOFError,
        ValueError,
    ):
        return None
    if "word/document.xml" in names:
        return DOCX
    return XLSX if "xl/workbook.xml" in names else None


def _text(body: bytes) -> str | None:
    """Plain text in UTF-8 without control signs, and not a page or a script in disguise."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if any(ord(one) < 32 and one not in "\t\r\n\f" for one in text) or text.lstrip("\ufeff \t\r\n").startswith(
        ("<", "#!")
    ):
        return None
    return TEXT
