"""Letters as PDF: archivable (PDF/A-2a), tagged for screen readers (PDF/UA-1), and set without any system library.

Typst sets them, and not WeasyPrint: it needs no system libraries, tags what it sets, checks PDF/A itself and refuses
what does not conform, and takes 10 ms for a page. A sign that no font has is set as its code point: a letter that
cannot be sent would keep whoever has such a name from ever getting an answer.
"""

import json
import re
import unicodedata
from collections import defaultdict
from dataclasses import asdict
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typst

from service.domain.letter import Sheet, TypesetLetter

if TYPE_CHECKING:
    import pikepdf

#: What Word's bullets and arrows, signs of its own fonts alone (private use), stand for.
_OF_WORD = str.maketrans(
    {"\uf0b7": "•", "\uf0a7": "▪", "\uf0d8": "➢", "\uf0fc": "✓", "\uf0e0": "→", "\uf02d": "–", "\uf020": " "}
)
_CONTROLS = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), " ")
#: Not for any font: private use, halves of signs, unassigned; and what turns the order of reading.
_NEVER = frozenset({"Co", "Cs", "Cn"})
_TURNING = frozenset("\u202d\u202e")
_NO_FONT = re.compile(r'the text `"(.*)"` could not be displayed', re.DOTALL)
_ESCAPED = re.compile(r"\\u\{([0-9a-f]{1,6})\}")
#: After so many signs without a font, all beyond Latin go: a text in a script that no font has is not set sign by sign.
_MOST_ROUNDS = 40
_LATIN_ENDS = 0x250


class Typesetter:
    """Sets a letter with the template that lies beside the others, in its own fonts and those of a folder."""

    def __init__(self, template: Path, fonts: Path) -> None:
        self._template = template
        self._folder = fonts

    @cached_property
    def _fonts(self) -> typst.Fonts:
        """Looked through when the first letter is set."""
        folders = [str(self._folder)] if self._folder.is_dir() else []
        return typst.Fonts(include_system_fonts=False, font_paths=folders)

    def typeset(self, sheet: Sheet) -> TypesetLetter:
        """The letter; the same sheet gives the same bytes. Whatever signs it has, it is set."""
        text = json.dumps(_printable(asdict(sheet)), ensure_ascii=False)
        left = {sign for sign in text if _is_never_set(sign)}
        for _ in range(_MOST_ROUNDS):
            try:
                return TypesetLetter(self._pdf(_with_code_points(text, left)), tuple(sorted(left)))
            except typst.TypstError as error:
                missing = _missing(str(error))
                if not missing - left:
                    break
                left |= missing
        left |= {sign for sign in text if ord(sign) >= _LATIN_ENDS}
        return TypesetLetter(self._pdf(_with_code_points(text, left)), tuple(sorted(left)))

    def _pdf(self, letter: str) -> bytes:
        body = typst.compile(
            str(self._template),
            format="pdf",
            sys_inputs={"letter": letter},
            pdf_standards=["a-2a", "ua-1"],
            ignore_system_fonts=True,
            font_paths=self._fonts,
        )
        return each_sign_once(body)


def _printable(value: Any) -> Any:
    """The same value with control codes as spaces in its texts, and the signs of Word's own fonts as what they show."""
    if isinstance(value, str):
        return value.translate(_CONTROLS).translate(_OF_WORD)
    if isinstance(value, dict):
        return {name: _printable(part) for name, part in value.items()}
    return [_printable(part) for part in value]


def _is_never_set(sign: str) -> bool:
    return unicodedata.category(sign) in _NEVER or sign in _TURNING


def _with_code_points(text: str, left: set[str]) -> str:
    return text.translate({ord(sign): f"[{code_point(sign)}]" for sign in left})


def code_point(sign: str) -> str:
    """A sign as its code point, U+F0B7."""
    return f"U+{ord(sign):04X}"


def _missing(complaint: str) -> set[str]:
    """The signs that the typesetter found no font for."""
    told = _NO_FONT.search(complaint)
    signs = _ESCAPED.sub(lambda escape: chr(int(escape[1], 16)), told[1]) if told else ""
    return {sign for sign in signs if ord(sign) >= 0x80}


_MAPPED = re.compile(rb"<([0-9A-F]{4})> <((?:[0-9A-F]{4})+)>")
_NO_WIDTH = "\u200b"


def each_sign_once(body: bytes) -> bytes:
    """The PDF with each sign in its text as often as it was written (ISO 32000-1, 9.10.3, ToUnicode).

    Where the font sets a letter and its mark as two glyphs, the typesetter says of each that it is both, so whoever
    copies the text or has it read aloud gets it twice.
    """
    import pikepdf  # a sixth of a second that a command or a service without letters does not wait for

    with pikepdf.open(BytesIO(body)) as pdf:
        maps = [
            thing.ToUnicode for thing in pdf.objects if isinstance(thing, pikepdf.Dictionary) and "/ToUnicode" in thing
        ]
        changed = [_map_once(stream) for stream in maps]
        if not any(changed):
            return body
        written = BytesIO()
        pdf.save(written, deterministic_id=True)
        return written.getvalue()


def _map_once(stream: "pikepdf.Object") -> bool:
    """Share each text that several glyphs stand for out among them; returns whether there was any."""
    given = stream.read_bytes()
    glyphs: dict[str, list[bytes]] = defaultdict(list)
    for glyph, mapped in _MAPPED.findall(given):
        glyphs[bytes.fromhex(mapped.decode()).decode("utf-16-be")].append(glyph)
    shared: dict[bytes, str] = {}
    for text, drawn in glyphs.items():
        if len(drawn) > 1 and len(text) > 1 and any(unicodedata.combining(sign) or _is_mark(sign) for sign in text):
            shared |= zip(drawn, _shares(text, len(drawn)), strict=True)

    def once(found: re.Match[bytes]) -> bytes:
        text = shared.get(found[1])
        return found[0] if text is None else b"<%s> <%s>" % (found[1], text.encode("utf-16-be").hex().upper().encode())

    if shared:
        stream.write(_MAPPED.sub(once, given))
    return bool(shared)


def _is_mark(sign: str) -> bool:
    return unicodedata.category(sign).startswith("M")


def _shares(text: str, glyphs: int) -> list[str]:
    """A text for each glyph in the order they are drawn, which together are the text and nothing that is seen."""
    first = max(1, len(text) - glyphs + 1)
    parts = [text[:first], *text[first:]]
    parts += [_NO_WIDTH] * (glyphs - len(parts))
    from_right = unicodedata.bidirectional(text[0]) in ("R", "AL")
    return parts[::-1] if from_right else parts
