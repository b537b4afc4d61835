"""A name that was damaged on its way: read in the wrong encoding, or with signs that could not be written."""

import re
from enum import StrEnum


class Damage(StrEnum):
    """What was found of it."""

    NONE = "none"
    REPAIRED = "repaired"
    LEFT = "left"


#: UTF-8 that was read as Latin-1 or Windows-1252: a lead byte's sign followed by a continuation byte's.
_MISREAD = re.compile(
    "[\u00c2-\u00df][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)
#: Signs that stand for one that was lost; a question mark between letters is one too.
_LOST = re.compile("\ufffd|(?<=[^\\W\\d_])\\?+(?=[^\\W\\d_])")


def mended(text: str) -> tuple[str, Damage]:
    """The text with its damage undone where that is certain, and what was found of it.

    `Ã…ke` is UTF-8 read as another encoding, and going back gives `Åke` or nothing. A sign that was lost is lost.
    """
    if _LOST.search(text):
        return text, Damage.LEFT
    if not _MISREAD.search(text):
        return text, Damage.NONE
    for encoding in ("cp1252", "latin-1"):
        try:
            undone = text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        if not _MISREAD.search(undone):
            return undone, Damage.REPAIRED
    return text, Damage.LEFT


def damaged(text: str) -> bool:
    """Whether there is damage in a text that cannot be undone for certain."""
    return mended(text)[1] is Damage.LEFT
