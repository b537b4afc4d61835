"""What kind of file this is, by its content; only kinds that an officer can read safely are taken."""

import io
import lzma
import zipfile
import zlib

import puremagic

from service.domain.enclosure import DOCX, ENDINGS, JPEG, ODT, PDF, PNG, TEXT, XLSX
from service.domain.errors import InvalidInput, Problem

_BY_ENDING = {".pdf": PDF, ".png": PNG, ".jpg": JPEG, ".jpeg": JPEG, ".jfif": JPEG}


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
