"""Which day a period ends on: Swedish holidays, and what happens when the last day is one."""

from datetime import date, timedelta
from functools import cache

import holidays

_SATURDAY = 5


@cache
def _closed(year: int) -> frozenset[date]:
    """Public holidays, and the three eves that count as such (lag 1930:173, 2 §): Midsummer, Christmas, New Year."""
    return frozenset(holidays.country_holidays("SE", years=year, categories=("public", "de_facto")))


def is_working_day(day: date) -> bool:
    """Whether the offices are open: not a Saturday, Sunday, holiday or one of the three eves."""
    return day.weekday() < _SATURDAY and day not in _closed(day.year)


def next_working_day(day: date) -> date:
    """This day, or the first working day after it (lag 1930:173, 2 §)."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def last_day(start: date, days: int) -> date:
    """The last day of a period of so many days from this one, which does not count itself."""
    return next_working_day(start + timedelta(days=days))


def working_days_after(start: date, count: int) -> date:
    """The day that so many working days after this one fall on."""
    day = start
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day
