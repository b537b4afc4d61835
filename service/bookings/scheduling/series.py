"""A recurring time (RFC 5545, by python-dateutil) as single times, by the local clock and without the days left out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

from dateutil.rrule import rrule, rrulestr

from service.domain.clock import Second
from service.domain.premises import Span, instant
from service.domain.premises_rules import FreeDays

#: The parts of a rule that a recurring booking needs, and how each is written; others could be looked through for ever.
_LONGEST_DAYS = 3 * 366
_DAY = "(MO|TU|WE|TH|FR|SA|SU)"
_PARTS = {
    "FREQ": r"DAILY|WEEKLY|MONTHLY",
    "INTERVAL": r"[1-9]|[1-4]\d|5[0-2]",
    "BYDAY": rf"[+-]?[1-5]?{_DAY}(,[+-]?[1-5]?{_DAY}){{0,6}}",
    "BYMONTHDAY": r"-?([1-9]|[12]\d|3[01])",
    "UNTIL": r"\d{8}(T\d{6}Z?)?",
    "COUNT": r"[1-9]\d{0,5}",
    "WKST": _DAY,
}


class BadRule(ValueError):
    """The rule cannot be used; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Occurrence:
    """One time of a series; `reason` is why it is left out, as a code."""

    day: date
    span: Span
    reason: str | None = None


def occurrences(
    rule: str, first: date, start: int, end: int, *, free_days: Sequence[FreeDays], most: int
) -> list[Occurrence]:
    """Every time of the series, from the first day on; `start` and `end` are local minutes after midnight.

    A day that is left out (lov) and a time that the clock never shows are kept, with their reason. Raises BadRule for a
    rule that cannot be read, that does not end, or that has more than `most` times.
    """
    days = _days(rule, first, most)
    found = []
    for day in days:
        reason = "series.free_day" if any(one.first <= day <= one.last for one in free_days) else None
        try:
            found.append(Occurrence(day, span_of(day, start, end), reason))
        except ValueError:
            found.append(Occurrence(day, nearest(day, start, end), "series.no_such_time"))
    return found


def span_of(day: date, start: int, end: int) -> Span:
    """A time of a day by the local clock; an end at or before the start is the next day's."""
    return Span(instant(day, start), instant(day, end if end > start else end + 1440, last=True))


def nearest(day: date, start: int, end: int) -> Span:
    """A time of a day that the clock leaps over in part: each end that is not shown is an hour later."""
    found = []
    for at, last in ((start, False), (end, True)):
        try:
            found.append(instant(day, at, last=last))
        except ValueError:
            found.append(instant(day, at + 60, last=last))
    return Span(found[0], max(found[1], Second(found[0] + 60)))


def _days(rule: str, first: date, most: int) -> list[date]:
    parts = _parts_of(rule)
    count = int(parts.pop("COUNT", most + 1))
    # RFC 5545 wants UNTIL as a date where the start is one; ours are local days. A rule that never comes true would be
    # looked through to the end of the calendar, so there is a last day whatever it says.
    bound = f"{first + timedelta(days=_LONGEST_DAYS):%Y%m%d}"
    parts["UNTIL"] = min(parts.get("UNTIL", bound)[:8], bound)
    text = ";".join(f"{name}={value}" for name, value in parts.items())
    try:
        every = rrulestr(text, dtstart=datetime.combine(first, time()))
        assert isinstance(every, rrule)
        days = [moment.date() for moment in islice(every, min(count, most + 1))]
    except (ValueError, TypeError, AssertionError, OverflowError, IndexError) as error:
        raise BadRule("series.rule_unknown") from error
    if len(days) > most:
        raise BadRule("series.too_many")
    if not days:
        raise BadRule("series.empty")
    return days


def _parts_of(rule: str) -> dict[str, str]:
    """The parts of a recurrence rule, each once and each of its own form; raises BadRule."""
    text = rule.strip().removeprefix("RRULE:").upper()
    pairs = [part.partition("=")[::2] for part in text.split(";") if part]
    parts: dict[str, str] = dict(pairs)
    if len(parts) < len(pairs) or "FREQ" not in parts:
        raise BadRule("series.rule_unknown")
    for name, value in parts.items():
        if name not in _PARTS or not re.fullmatch(_PARTS[name], value):
            raise BadRule("series.rule_unknown")
    if parts["FREQ"] != "MONTHLY" and re.search(r"\d", parts.get("BYDAY", "")):
        raise BadRule("series.numbered_day")  # RFC 5545 3.3.10: the second Tuesday of a week means nothing
    ends = {"UNTIL", "COUNT"} & set(parts)
    if len(ends) == 2:
        raise BadRule("series.rule_unknown")  # RFC 5545: one or the other
    if not ends:
        raise BadRule("series.no_end")
    return parts
