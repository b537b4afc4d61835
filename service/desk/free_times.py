"""When a room is open and free, why a time cannot be had, and what could be had instead."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from service.desk.ports.premises import TakenTime
from service.domain.clock import Second
from service.domain.premises import (
    DAY,
    HOUR,
    LONGEST_MINUTES,
    Alternative,
    Estate,
    Room,
    Span,
    instant,
    local,
    wall_time,
)

#: The steps in which another hour of the same day is looked for.
STEP_MINUTES = 30
#: How many days onwards the same time is looked for.
DAYS_ON = 14
#: More than a room may need before or after a booking, in seconds.
MARGIN = 8 * HOUR


@dataclass(frozen=True)
class Wanted:
    """What a room must have."""

    persons: int = 0
    equipment: frozenset[str] = frozenset()
    accessibility: frozenset[str] = frozenset()

    def met_by(self, room: Room) -> bool:
        """Whether the room has it."""
        return (
            room.capacity >= self.persons
            and self.equipment <= room.equipment
            and self.accessibility <= room.accessibility
        )


class Busy:
    """What is taken in each room, as spans that do not overlap, in order."""

    def __init__(self, taken: Iterable[TakenTime]) -> None:
        self._taken: dict[str, list[Span]] = {}
        for room, span in taken:
            self._taken.setdefault(room, []).append(span)
        for spans in self._taken.values():
            spans.sort()

    def of(self, room: str) -> Sequence[Span]:
        """The taken spans of a room."""
        return self._taken.get(room, ())

    def meets(self, rooms: Collection[str], span: Span) -> bool:
        """Whether any of these rooms is taken at any of this time."""
        return any(self._one(room, span) for room in rooms)

    def _one(self, room: str, span: Span) -> bool:
        spans = self._taken.get(room, ())
        at = bisect_left(spans, Span(span.start, span.start))
        return (at > 0 and spans[at - 1].end > span.start) or (at < len(spans) and spans[at].start < span.end)

    def also(self, taken: Iterable[TakenTime]) -> None:
        """More that is taken, in rooms of which nothing was known."""
        more = Busy(taken)
        self._taken = more._taken | self._taken

    def add(self, rooms: Collection[str], span: Span) -> None:
        """Take this time too."""
        for room in rooms:
            spans = self._taken.setdefault(room, [])
            spans.insert(bisect_left(spans, span), span)


def open_spans(room: Room, first: date, days: int) -> list[Span]:
    """When the room is open from this day on, joined where one ends as the next begins."""
    found: list[Span] = []
    for number in range(days):
        day = first + timedelta(days=number)
        for start, end in room.hours_on(day):
            span = _span(day, start, end)
            if span is None:
                continue
            if found and found[-1].end >= span.start:
                found[-1] = Span(found[-1].start, span.end)
            else:
                found.append(span)
    return found


def _span(day: date, start: int, end: int) -> Span | None:
    """Opening hours as instants; an hour that the clock leaps over moves to when it shows again."""
    span = Span(wall_time(day, start), wall_time(day, end, last=True))
    return span if span.start < span.end else None


def shut(estate: Estate, room: Room, span: Span) -> str | None:
    """Why the room cannot be used at this time, whoever has it, as a code, or None."""
    if not room.in_use:
        return "room.not_in_use"
    if any(span.meets(one) for one in estate.closed(room.id)):
        return "room.closed"
    return None


def outside_hours(room: Room, spans: Sequence[Span]) -> list[Span]:
    """Those of these times of which some lies outside the room's opening hours; the hours are reckoned once for all."""
    if not spans:
        return []
    first = local(min(one.start for one in spans)).date()
    hours = open_spans(room, first, (local(max(one.end for one in spans)).date() - first).days + 1)
    starts = [one.start for one in hours]
    found = []
    for one in spans:
        at = bisect_right(starts, one.start) - 1
        if at < 0 or not one.within(hours[at]):
            found.append(one)
    return found


def earliest(room: Room, now: Second, *, late: bool) -> Second:
    """From when a time of the room can be had; `late` lets an officer book nearer than the room allows."""
    return now if late else Second(now + HOUR * room.ahead_hours)


def last_day(room: Room, now: Second) -> date:
    """The last day on which a time of the room can be had."""
    return local(now).date() + timedelta(days=room.ahead_days)


def why_not(estate: Estate, room: Room, span: Span, busy: Busy, *, now: Second, late: bool = False) -> str | None:
    """Why this time cannot be had, as a code, or None. `late` lets an officer book nearer than the room allows."""
    closed = shut(estate, room, span)
    if closed == "room.not_in_use":
        return closed
    if span.minutes_by_the_clock > room.longest or room.taken(span).minutes_by_the_clock > LONGEST_MINUTES:
        return "room.too_long"
    if span.start < now:
        return "room.passed"
    if span.start < earliest(room, now, late=late):
        return "room.too_late"
    if local(span.start).date() > last_day(room, now):
        return "room.too_early"
    if outside_hours(room, [span]):
        return "room.outside_hours"
    if closed:
        return closed
    if busy.meets(estate.room_parts(room.id), room.taken(span)):
        return "room.taken"
    return None


def alternatives(
    estate: Estate,
    room: Room,
    span: Span,
    busy: Busy,
    wanted: Wanted,
    *,
    now: Second,
    most: int = 3,
    late: bool = False,
) -> list[Alternative]:
    """The first free ones: other rooms at that time, this room at other hours of the day, this room on other days."""
    found: list[Alternative] = []
    others = [one for one in estate.rooms.values() if one.id != room.id and wanted.met_by(one)]
    others.sort(key=lambda one: (one.site != room.site, one.kind != room.kind, one.capacity, one.id))
    candidates = [Alternative(one.id, span) for one in others]
    for candidate in candidates:
        if why_not(estate, estate.rooms[candidate.room], candidate.span, busy, now=now, late=late) is None:
            found.append(candidate)
            break
    for spans in (_same_day(room, span), _other_days(span)):
        for one in spans:
            if len(found) == most:
                return found
            if why_not(estate, room, one, busy, now=now, late=late) is None:
                found.append(Alternative(room.id, one))
                break
    for candidate in candidates:
        if len(found) == most:
            break
        free = why_not(estate, estate.rooms[candidate.room], candidate.span, busy, now=now, late=late) is None
        if free and candidate not in found:
            found.append(candidate)
    return found


def _same_day(room: Room, span: Span) -> list[Span]:
    """The same length at other hours of the day, nearest first."""
    found = []
    for hours in open_spans(room, local(span.start).date(), 1):
        start = hours.start
        while start + span.seconds <= hours.end:
            found.append(Span(start, Second(start + span.seconds)))
            start = Second(start + 60 * STEP_MINUTES)
    return sorted((one for one in found if one != span), key=lambda one: (abs(one.start - span.start), one.start))


def _other_days(span: Span) -> list[Span]:
    """The same hours by the clock on the days that follow."""
    start, end = local(span.start), local(span.end)
    length = (end.date() - start.date()).days
    found = []
    for number in range(1, DAYS_ON + 1):
        day = start.date() + timedelta(days=number)
        try:
            found.append(
                Span(
                    instant(day, start.hour * 60 + start.minute),
                    instant(day + timedelta(days=length), end.hour * 60 + end.minute, last=True),
                )
            )
        except ValueError:
            continue
    return found


def window(spans: Iterable[Span]) -> Span:
    """All the time within which something may have to be known of a room for these spans and their alternatives."""
    listed = list(spans)
    first, last = min(one.start for one in listed), max(one.end for one in listed)
    return Span(first, last).widened(DAY + MARGIN, (DAYS_ON + 1) * DAY + MARGIN)


def nearby(spans: Iterable[Span]) -> list[Span]:
    """The time within which something has to be known of other rooms, at these very times."""
    return [span.widened(MARGIN, MARGIN) for span in spans]


def find(
    estate: Estate, busy: Busy, wanted: Wanted, span: Span, *, now: Second, late: bool = False
) -> list[tuple[Room, str | None]]:
    """The rooms that have what is wanted, free ones first, each with why it cannot be had at that time."""
    fitting = [one for one in estate.rooms.values() if wanted.met_by(one)]
    judged = [(one, why_not(estate, one, span, busy, now=now, late=late)) for one in fitting]
    return sorted(judged, key=lambda one: (one[1] is not None, one[0].capacity, one[0].id))
