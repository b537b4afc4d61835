"""What a person typed, read or refused with the name of the field."""

import contextlib
import re
import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta

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


#: A date as people write it: 2027-02-01, 20270201, 27-02-01, 2027/2/1, 1/2 2027, 1.2.2027.
_YEAR_FIRST = re.compile(r"(\d{4}|\d{2})[-/. ](\d{1,2})[-/. ](\d{1,2})|(\d{4})(\d{2})(\d{2})")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.](\d{1,2})[/. -] ?(\d{4})")
#: A hyphen as Word, a telephone or a foreign keyboard writes it.
HYPHENS = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")


def as_day(text: str) -> str:
    """A date as people write it as YYYY-MM-DD; what is none is left as it is."""
    written = " ".join(text.translate(HYPHENS).split())
    if found := _YEAR_FIRST.fullmatch(written):
        year, month, day = found.groups()[:3] if found[1] else found.groups()[3:]
    elif found := _DAY_FIRST.fullmatch(written):
        day, month, year = found.groups()
    else:
        return text.strip()
    return f"{int(year) + (2000 if len(year) == 2 else 0):04d}-{int(month):02d}-{int(day):02d}"


def check_day(pointer: str, text: str) -> date:
    """A date as people write it, or a complaint that names its field."""
    written = as_day(text)
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", written):
        with contextlib.suppress(ValueError):
            return date.fromisoformat(written)
    raise InvalidInput([Problem(pointer, "input.not_a_date")])


def one_of(pointer: str, value: str, choices: Iterable[str]) -> str:
    """The value, if it is one of these."""
    if value not in set(choices):
        raise InvalidInput([Problem(pointer, "input.missing" if not value else "input.choice_unknown")])
    return value


def check_amount(pointer: str, text: str) -> int | None:
    """An amount as people write it (`25 000`, `1 250,50`, `300 kr`, `1 500:-`, `25.000`) in whole öre, or None."""
    written = re.sub(r"\s", "", text.translate(HYPHENS)).lower()
    written = _NO_ORE.sub("", _CURRENCY.sub("", written))
    if not written:
        return None
    amount = re.fullmatch(r"(\d{1,12}|\d{1,3}(?:[.']\d{3})+)(?:[,.:](\d{2}))?", written)
    if amount is None:
        raise InvalidInput([Problem(pointer, "input.amount")])
    return int(re.sub(r"[.']", "", amount[1])) * 100 + int(amount[2] or 0)


#: What is written before or after an amount and says nothing more; `:-` and `,-` say that there are no öre.
_CURRENCY = re.compile(r"^(?:kr|sek)\.?|(?:kr\.?|sek|kronor)$")
_NO_ORE = re.compile(r"[:,.]-+$")


def check_number(pointer: str, text: str) -> int:
    """A whole number, not negative, or a complaint that names its field."""
    if not text.strip():
        raise InvalidInput([Problem(pointer, "input.missing")])
    number = as_number(text)
    if not re.fullmatch(r"[0-9]{1,15}", number):
        raise InvalidInput([Problem(pointer, "input.type_integer")])
    return int(number)


_NUMBER = re.compile(r"(\d{1,3}(?:\s\d{3})+|\d+)\s*(?:st|pers|personer|min|minuter|tim|timmar|dagar)?\.?")


def as_number(text: str) -> str:
    """A number as people write it (`1 200`, `40 st`) with its digits alone; what is none is left as it is."""
    found = re.fullmatch(
        r"(\d{1,3}(?:\s\d{3})+|\d+)\s*(?:st|pers|personer|min|minuter|tim|timmar|dagar)?\.?", text.strip()
    )
    return re.sub(r"\s", "", found[1]) if found else text.strip()


def as_clock(text: str) -> str:
    """A time of day as people write it (18, 18.30, 1830, 9:30, kl. 18) as HH:MM; what is none is left as it is."""
    written = text.strip()
    time = re.fullmatch(r"(?:kl\.?\s*)?(\d{1,2})(?:[.:,]?(\d{2}))?", written, re.IGNORECASE)
    return f"{int(time[1]):02d}:{time[2] or '00'}" if time else written


#: What says that a day has no hours.
_SHUT = frozenset({"", "stängt", "stangt", "closed", "-"})


def as_hours(text: str) -> list[str]:
    """Hours as people write them (`8-12, 13.00–22`, `stängt`) as HH:MM-HH:MM each; none where it is shut.

    What cannot be read is left as it is, for whoever reads the hours to name.
    """
    written = text.translate(HYPHENS).strip().lower()
    if written in _SHUT:
        return []
    found = []
    for part in re.split(r"[,;]| och | and ", written):
        start, hyphen, end = part.partition("-")
        found.append(f"{as_clock(start)}-{as_clock(end)}" if hyphen else part.strip())
    return [part for part in found if part]


def check_clock(pointer: str, text: str) -> int:
    """A time of day as local minutes after midnight (24:00 is 1440), or a complaint that names its field."""
    try:
        return minutes(as_clock(text))
    except ValueError as error:
        raise InvalidInput([Problem(pointer, "input.clock")]) from error


#: A day, or the first and last of several, and after them what holds: 2026-12-24 8-12, 2026-12-24–2026-12-26 stängt.
_ONE_DAY = r"(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.]\d{1,2}[/. ]\d{4})"
_DAYS = re.compile(rf"{_ONE_DAY}(?:\s*(?:-|till|to|\.\.)\s*{_ONE_DAY})?\s*:?\s*(.*)")
#: More days than this in one line are a slip.
_MOST_IN_A_LINE = 400


def as_exceptions(text: str) -> dict[str, list[str]]:
    """Days with hours of their own, a day or a range of days on each line; hours that cannot be read are left as is."""
    found: dict[str, list[str]] = {}
    for line in filter(None, (line.translate(HYPHENS).strip() for line in text.splitlines())):
        for day, hours in _days_in(line):
            found[day] = as_hours(hours)
    return found


def _days_in(line: str) -> list[tuple[str, str]]:
    days = _DAYS.fullmatch(line)
    if days is None:
        day, _, hours = line.partition(" ")
        return [(as_day(day), hours)]
    first, last, hours = as_day(days[1]), as_day(days[2] or days[1]), days[3]
    try:
        begins, ends = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return [(f"{first}-{last}", hours)]
    count = (ends - begins).days + 1
    if not 1 <= count <= _MOST_IN_A_LINE:
        return [(f"{first}-{last}", hours)]
    return [((begins + timedelta(days=number)).isoformat(), hours) for number in range(count)]


def check_not_later(pointer: str, day: date, today: date) -> None:
    """A day that has come, or a complaint that names its field."""
    if day > today:
        raise InvalidInput([Problem(pointer, "input.not_now_or_earlier")])
