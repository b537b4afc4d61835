"""When someone was born, as far as a source knows: a day, a month, a year, a range of years, or about a year.

Written as in ISO 8601-2 (EDTF): `1970-05-21`, `1970-05`, `1970`, `1970~` for about 1970, `1968/1972` for a range.
"""

import re
from dataclasses import dataclass
from datetime import date

_WRITTEN = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(~?)")
ABOUT_YEARS = 2


@dataclass(frozen=True, slots=True)
class Birth:
    """The years it may have been, both included, and month and day where they are known."""

    first_year: int
    last_year: int
    month: int | None = None
    day: int | None = None

    @property
    def exact_year(self) -> bool:
        """Whether one year is meant, without "about"."""
        return self.first_year == self.last_year


def read_birth(text: str) -> Birth | None:
    """The birth date a text says, or None where it says none; 1 January is taken as the year only, as lists use it."""
    first, slash, last = text.strip().partition("/")
    return _one_of(first, last) if slash else _written(first)


def _one_of(first: str, last: str) -> Birth | None:
    """Some time between these two."""
    start, end = _written(first), _written(last)
    if start is None or end is None or start.first_year > end.last_year:
        return None
    return Birth(start.first_year, end.last_year)


def _written(text: str) -> Birth | None:
    date = _WRITTEN.fullmatch(text.strip())
    if not date:
        return None
    year, month, day = int(date[1]), int(date[2] or 0), int(date[3] or 0)
    if not 1800 <= year <= 2200 or not _possible(year, month, day):
        return None
    if date[4]:
        return Birth(year - ABOUT_YEARS, year + ABOUT_YEARS)
    if (month, day) == (1, 1):
        return Birth(year, year)
    return Birth(year, year, month or None, day or None)


def _possible(year: int, month: int, day: int) -> bool:
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        return False
    return True
