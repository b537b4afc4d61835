"""Rooms, times and bookings: what can be had, by whom, and what it costs. Instants are whole UTC epoch seconds.

A span is half-open, [start, end): one that begins when another ends does not meet it. What a booking takes is its span
and the room's time before and after it (for setting up and clearing away); both neighbours' times are kept in full.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import NamedTuple

from service.domain.clock import STOCKHOLM, Second

HOUR, DAY = 3600, 86_400
#: The longest that a booking may take a room, by the clock: a longer let is a lease, not a booking. The database
#: enforces it, with the hour that an autumn day has more.
LONGEST_MINUTES = 3 * 24 * 60
LONGEST_SECONDS = 3 * DAY + HOUR
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

#: What a room may have, as codes with words.
EQUIPMENT = ("projector", "sound", "whiteboard", "piano", "stage", "kitchen", "sports", "tables", "hearing_loop")
#: What is known of how a room can be reached and used.
ACCESSIBILITY = ("step_free", "lift", "accessible_toilet", "parking", "automatic_door")


class Hirer(StrEnum):
    """Who hires (hyresgäst): it decides the tariff, and which checks the rule set has a basis for."""

    ASSOCIATION = "association"
    COMPANY = "company"
    PERSON = "person"


class BookingStatus(StrEnum):
    """What became of a time that was asked for."""

    HELD = "held"  # preliminärbokad: taken, nothing decided
    CONFIRMED = "confirmed"
    MISSED = "missed"  # could not be had; kept with its reason and alternatives
    LAPSED = "lapsed"  # a hold whose time ran out
    RELEASED = "released"  # given back before it was confirmed
    CANCELLED = "cancelled"  # confirmed, then cancelled


#: The statuses in which a booking takes its room.
TAKING = frozenset({BookingStatus.HELD, BookingStatus.CONFIRMED})
#: The statuses in which a time can be given by a decision.
GIVEABLE = frozenset({BookingStatus.HELD, BookingStatus.LAPSED})
#: The statuses from which nothing becomes of a time.
ENDED = frozenset({BookingStatus.CANCELLED, BookingStatus.RELEASED})


class Span(NamedTuple):
    """A time, half-open."""

    start: Second
    end: Second

    def meets(self, other: "Span") -> bool:
        """Whether the two overlap."""
        return self.start < other.end and other.start < self.end

    def within(self, other: "Span") -> bool:
        """Whether all of this lies in the other."""
        return other.start <= self.start and self.end <= other.end

    def shared(self, other: "Span") -> int:
        """How many seconds the two have in common."""
        return max(0, min(self.end, other.end) - max(self.start, other.start))

    def widened(self, before: int, after: int) -> "Span":
        """The same with so many seconds more at each end."""
        return Span(Second(self.start - before), Second(self.end + after))

    @property
    def seconds(self) -> int:
        """How long it is."""
        return self.end - self.start

    @property
    def minutes_by_the_clock(self) -> int:
        """How long it is as the clock on the wall shows it: a whole day is 24 hours on every day of the year."""
        between = local(self.end).replace(tzinfo=None) - local(self.start).replace(tzinfo=None)
        return int(between.total_seconds()) // 60


#: Opening hours of a day: local minutes after midnight, from and to (at most 24:00).
OpenHours = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Site:
    """A house with rooms."""

    id: str
    name: str
    address: str


@dataclass(frozen=True)
class Room:
    """A room that can be booked, or a part of one (`parent`); `kind` is the rule set's class of room.

    `before` and `after` are minutes that belong to every booking; `longest` is minutes; `ahead_hours` and `ahead_days`
    say how late and how early one may ask. `version` names the description: nobody writes over another's unseen.
    """

    id: str
    site: str
    parent: str | None
    name: str
    kind: str
    open_room: bool
    capacity: int
    equipment: frozenset[str]
    accessibility: frozenset[str]
    hours: tuple[OpenHours, ...]
    exceptions: Mapping[str, OpenHours]
    before: int
    after: int
    longest: int
    ahead_hours: int
    ahead_days: int
    note: str = ""
    in_use: bool = True
    version: str = ""

    def hours_on(self, day: date) -> OpenHours:
        """The opening hours of a day, exceptions first."""
        return self.exceptions.get(day.isoformat(), self.hours[day.weekday()])

    def taken(self, span: Span) -> Span:
        """What a booking of this span takes, with the time before and after."""
        return span.widened(60 * self.before, 60 * self.after)


@dataclass(frozen=True)
class Closure:
    """A time in which a room, with its parts, cannot be used."""

    id: str
    room: str
    span: Span
    ground: str
    lifted: bool = False


@dataclass(frozen=True)
class Estate:
    """All sites, rooms and closures, and which rooms lie within which."""

    sites: Mapping[str, Site]
    rooms: Mapping[str, Room]
    closures: tuple[Closure, ...] = ()

    def room_parts(self, room: str) -> frozenset[str]:
        """The room and all that lie within it."""
        return self._within.get(room, frozenset())

    @cached_property
    def _within(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {one: {one} for one in self.rooms}
        for one in self.rooms:
            for above in self.above(one):
                found[above].add(one)
        return {one: frozenset(parts) for one, parts in found.items()}

    def above(self, room: str) -> tuple[str, ...]:
        """What a room is a part of, nearest first."""
        found: list[str] = []
        at = self.rooms[room].parent if room in self.rooms else None
        while at is not None and at in self.rooms:
            found.append(at)
            at = self.rooms[at].parent
        return tuple(found)

    def closed(self, room: str) -> list[Span]:
        """When a room cannot be used: its own closures, those of its parts and of what it is a part of."""
        related = self.room_parts(room) | set(self.above(room))
        return [one.span for one in self.closures if one.room in related and not one.lifted]


@dataclass(frozen=True)
class Alternative:
    """A time that could be had instead."""

    room: str
    span: Span


@dataclass(frozen=True)
class Booking:
    """One time in one room that was asked for; without a case it is a mere hold."""

    id: str
    case: str | None
    room: str
    position: int
    span: Span
    taken: Span
    status: BookingStatus
    hold_until: Second | None
    reason: str | None
    alternatives: tuple[Alternative, ...]
    tariff: str | None
    price_ore: int | None
    fee_ore: int | None
    made_by: str

    @property
    def takes(self) -> bool:
        """Whether it takes its room."""
        return self.status in TAKING


def to_be_had(bookings: Iterable[Booking]) -> frozenset[str]:
    """The times a decision can give: those held, and those whose hold ran out while the case waited."""
    return frozenset(time.id for time in bookings if time.status in GIVEABLE and time.reason != LEFT_OUT)


def lapsed(bookings: Iterable[Booking]) -> frozenset[str]:
    """Those of the times a decision can give whose hold ran out while the case waited."""
    return frozenset(time.id for time in bookings if time.status is BookingStatus.LAPSED and time.reason != LEFT_OUT)


@lru_cache(maxsize=8192)  # a calendar asks the same of every room
def instant(day: date, after_midnight: int, *, last: bool = False) -> Second:
    """The second of a local wall-clock time, in minutes after midnight (1440 is the next midnight).

    Where the clock shows the time twice, the first is meant, or the `last` for an end: nobody loses an hour. A time the
    clock never shows raises ValueError.
    """
    day, at = day + timedelta(days=after_midnight // 1440), after_midnight % 1440
    local = datetime.combine(day, time(at // 60, at % 60), STOCKHOLM).replace(fold=int(last))
    seen = local.astimezone(UTC)
    if seen.astimezone(STOCKHOLM).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise ValueError("the clock never shows this time")
    return Second(int(seen.timestamp()))


def wall_time(day: date, after_midnight: int, *, last: bool = False) -> Second:
    """The same, where a time that the clock leaps over is when it shows again."""
    try:
        return instant(day, after_midnight, last=last)
    except ValueError:
        return instant(day, after_midnight + 60, last=last)


def days_on(second: Second, days: int) -> Second:
    """The same time by the clock so many days of the calendar later."""
    at = local(second)
    return Second(wall_time(at.date() + timedelta(days=days), at.hour * 60 + at.minute) + at.second)


def local(second: int) -> datetime:
    """The wall-clock time in Stockholm."""
    return datetime.fromtimestamp(second, STOCKHOLM)


def day_span(day: date, days: int = 1) -> Span:
    """So many local days from this one: 23, 24 or 25 hours each."""
    return Span(instant(day, 0), instant(day + timedelta(days=days), 0))


#: The years in which anything can be booked: far enough from where calendars end.
YEARS = range(2000, 2201)
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")


def minutes(clock: str) -> int:
    """HH:MM, or 24:00, as minutes after midnight; raises ValueError."""
    if not _CLOCK.fullmatch(clock):
        raise ValueError("not a time of day")
    return int(clock[:2]) * 60 + int(clock[3:])


def day_of(text: str) -> date:
    """YYYY-MM-DD, in a year in which something can be booked; raises ValueError."""
    day = date.fromisoformat(text)
    if day.isoformat() != text or day.year not in YEARS:
        raise ValueError("not a day that can be booked")
    return day


def clock_label(after_midnight: int) -> str:
    """Minutes after midnight as HH:MM."""
    return f"{after_midnight // 60:02d}:{after_midnight % 60:02d}"


def label(span: Span) -> str:
    """A span as people write it: day and from–to, with the end's day where it is another."""
    start, end = local(span.start), local(span.end)
    if end.date() == start.date():
        return f"{start:%Y-%m-%d %H:%M}–{end:%H:%M}"
    if (end.hour, end.minute) == (0, 0) and end.date() == start.date() + timedelta(days=1):
        return f"{start:%Y-%m-%d %H:%M}–24:00"
    return f"{start:%Y-%m-%d %H:%M} – {end:%Y-%m-%d %H:%M}"


#: Left out because the applicant asked for it, so not something that could not be had.
LEFT_OUT = "series.free_day"
