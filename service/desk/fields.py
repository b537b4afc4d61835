"""What a person typed, read or refused with the name of the field."""

import contextlib
import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from service.domain.errors import InvalidInput, Problem
from service.domain.premises import minutes
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
    if any(sign == "\x00" or 0xD800 <= ord(sign) <= 0xDFFF for sign in kept):
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


def check_amount(pointer: str, text: str) -> int | None:
    """An amount as people write it (`25 000`, `1 250,50`, `300 kr`) in whole öre; None where there is none."""
    written = re.sub(r"[\s\u00a0]|kr$", "", text.strip())
    if not written:
        return None
    amount = re.fullmatch(r"(\d{1,12})(?:[,.](\d{2}))?", written)
    if amount is None:
        raise InvalidInput([Problem(pointer, "input.amount")])
    return int(amount[1]) * 100 + int(amount[2] or 0)


def check_number(pointer: str, text: str) -> int:
    """A whole number, not negative, or a complaint that names its field."""
    if not text.strip():
        raise InvalidInput([Problem(pointer, "input.missing")])
    if not re.fullmatch(r"[0-9]{1,15}", text.strip()):
        raise InvalidInput([Problem(pointer, "input.type_integer")])
    return int(text)


def as_clock(text: str) -> str:
    """A time of day as people write it (18, 18.30, 1830, 9:30) as HH:MM; what is none is left as it is."""
    written = text.strip()
    time = re.fullmatch(r"(\d{1,2})(?:[.:]?(\d{2}))?", written)
    return f"{int(time[1]):02d}:{time[2] or '00'}" if time else written


def check_clock(pointer: str, text: str) -> int:
    """A time of day as local minutes after midnight (24:00 is 1440), or a complaint that names its field."""
    try:
        return minutes(as_clock(text))
    except ValueError as error:
        raise InvalidInput([Problem(pointer, "input.clock")]) from error


def check_not_later(pointer: str, day: date, today: date) -> None:
    """A day that has come, or a complaint that names its field."""
    if day > today:
        raise InvalidInput([Problem(pointer, "input.not_now_or_earlier")])
