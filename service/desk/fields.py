"""What a person typed, read or refused with the name of the field."""

import contextlib
import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from service.domain.errors import InvalidInput, Problem
from service.domain.text import visible

MAX_TEXT = 8000


def check_text(pointer: str, text: str, *, required: bool = True, most: int = MAX_TEXT) -> str:
    """A free text as it will be kept, or a complaint that names its field; signs that nobody sees are no text."""
    kept = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    if not visible(kept):
        kept = ""
    if required and not kept:
        raise InvalidInput([Problem(pointer, "input.missing")])
    if len(kept) > most:
        raise InvalidInput([Problem(pointer, "input.too_long", {"max": most})])
    if any(one == "\x00" or 0xD800 <= ord(one) <= 0xDFFF for one in kept):
        raise InvalidInput([Problem(pointer, "input.nul")])
    return kept


def check_day(pointer: str, text: str) -> date:
    """A date written YYYY-MM-DD, or a complaint that names its field."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        with contextlib.suppress(ValueError):
            return date.fromisoformat(text)
    raise InvalidInput([Problem(pointer, "input.not_a_date")])


def one_of(pointer: str, value: str, choices: Iterable[str]) -> str:
    """The value, if it is one of these."""
    if value not in set(choices):
        raise InvalidInput([Problem(pointer, "input.missing" if not value else "input.choice_unknown")])
    return value
