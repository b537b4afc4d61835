"""What is free: days and rooms side by side, a search by what is needed, and one time looked at for the phone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from service.bookings.bookings import now_of, read_span
from service.bookings.clearance import Clearance, clearance_of
from service.bookings.rooms import room_in
from service.desk import free_times
from service.desk.case_search import search as cases_found
from service.desk.ports.desk import Desk
from service.desk.ports.premises import Occupied
from service.desk.ports.store import Reading
from service.desk.rulebook import rulebook, today
from service.domain.application import Kind
from service.domain.clock import Second
from service.domain.errors import InvalidInput, Problem
from service.domain.organisation import looks_personal, normal_form
from service.domain.people import User
from service.domain.premises import (
    Alternative,
    Booking,
    Closure,
    Estate,
    Hirer,
    Room,
    Span,
    clock_label,
    day_span,
    local,
)
from service.domain.premises_rules import PremisesRules, Price
from service.domain.ruleset import RuleSet

#: How many days each view shows; a month is shown from its first day.
DAYS = {"day": 1, "week": 7}
MOST_DAYS = 31
_MOST_NAMED = 6


@dataclass(frozen=True)
class Cell:
    """A room on a day: when it is free, and where it never is, why: past, not to be booked yet, shut or full."""

    free: tuple[Span, ...]
    state: str

    @property
    def hours(self) -> int:
        """How many whole hours are free."""
        return sum(one.seconds for one in self.free) // 3600


@dataclass(frozen=True)
class Grid:
    """Rooms by days."""

    estate: Estate
    rules: PremisesRules
    rooms: tuple[Room, ...]
    days: tuple[date, ...]
    cells: Mapping[str, tuple[Cell, ...]]
    closures: tuple[Closure, ...] = ()
    occupied: tuple[Occupied, ...] = ()


def first_day(view: str, day: date) -> date:
    """The first day that a view shows which holds this day."""
    if view == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if view == "month" else day


def days_of(view: str, first: date) -> int:
    """How many days a view shows."""
    if view == "month":
        return ((first.replace(day=28) + timedelta(days=4)).replace(day=1) - first).days
    return DAYS[view]


async def grid(
    desk: Desk, *, site: str | None, room: str | None, first: date, days: int, late: bool, names: bool = False
) -> Grid:
    """The free times of a site's rooms, of one room or of all; two questions to the calendar, whatever it holds.

    What is free is what can be had: `late` is an officer's calendar, who may book nearer than the room allows others.
    """
    days = min(days, MOST_DAYS)
    span = day_span(first, days)
    async with desk.store.reading() as reading:
        estate = await reading.estate()
        rules = (await rulebook(desk, reading)).procedure(today(desk)).premises
        rooms = _shown(estate, site, room)
        parts = {shown.id: estate.room_parts(shown.id) for shown in rooms}
        wanted = frozenset(part for room_parts in parts.values() for part in room_parts)
        wide = span.widened(free_times.MARGIN, free_times.MARGIN)
        busy = free_times.Busy(await reading.busy(wanted, [wide]))
        related = wanted | {above for shown in rooms for above in estate.above(shown.id)}
        occupied = tuple(await reading.occupied(related, span)) if names else ()
    listed = tuple(first + timedelta(days=n) for n in range(days))
    bounds = [day_span(day) for day in listed]
    now = now_of(desk)
    cells = {shown.id: _cells(estate, shown, parts[shown.id], busy, first, bounds, now, late=late) for shown in rooms}
    standing = [closure for closure in estate.closures if closure.room in related and not closure.lifted]
    closures = tuple(closure for closure in standing if closure.span.meets(span))
    return Grid(estate, rules, rooms, listed, cells, closures, occupied)


def _shown(estate: Estate, site: str | None, room: str | None) -> tuple[Room, ...]:
    """The rooms that are let, of this site, or this one alone; raises NotFound for a room there is not."""
    if room is not None:
        room_in(estate, room)
    in_use = [known for known in estate.rooms.values() if known.in_use]
    return tuple(known for known in in_use if site in (None, known.site) and room in (None, known.id))


def _cells(
    found: Estate,
    room: Room,
    parts: frozenset[str],
    busy: free_times.Busy,
    first: date,
    bounds: Sequence[Span],
    now: Second,
    *,
    late: bool,
) -> tuple[Cell, ...]:
    before, after = 60 * room.before, 60 * room.after
    taken = [one for part in parts for one in busy.of(part)]
    if before or after:
        taken = [span.widened(after, before) for span in taken]
    closed = sorted(found.closed(room.id))
    taken = sorted([*taken, *closed])
    opened = free_times.open_spans(room, first, len(bounds))
    usable = _subtract(opened, closed, Second(0))
    left = _subtract(opened, taken, free_times.earliest(room, now, late=late))
    last = free_times.last_day(room, now)
    cells = []
    for number, day in enumerate(bounds):
        too_early = first + timedelta(days=number) > last
        mine = () if too_early else _of_day(left, day)
        is_open = any(one.meets(day) for one in usable)
        cells.append(Cell(mine, _state(day, now, too_early=too_early, is_open=is_open, free=bool(mine))))
    return tuple(cells)


def _of_day(free: Sequence[Span], day: Span) -> tuple[Span, ...]:
    """What of the free time lies on this day."""
    return tuple(Span(max(one.start, day.start), min(one.end, day.end)) for one in free if one.meets(day))


def _state(day: Span, now: Second, *, too_early: bool, is_open: bool, free: bool) -> str:
    if free:
        return "free"
    if day.end <= now:
        return "past"
    if not is_open:
        return "shut"
    return "early" if too_early else "full"


def _subtract(opened: Sequence[Span], taken: Sequence[Span], now: Second) -> list[Span]:
    """What is left of the open time, from now on."""
    left, at = [], 0
    for one in opened:
        start = max(one.start, Second(-(-now // 900) * 900))
        while at < len(taken) and taken[at].end <= one.start:
            at += 1
        for each in taken[at:]:
            if each.start >= one.end:
                break
            if each.start > start:
                left.append(Span(start, each.start))
            start = max(start, each.end)
        if start < one.end:
            left.append(Span(start, one.end))
    return left


@lru_cache(maxsize=8192)  # a week of a house shows the same hours some thousand times
def clock(second: int, *, end: bool = False) -> str:
    """An instant's wall-clock time; midnight at the end of a day is 24:00."""
    at = local(second)
    return clock_label(1440) if end and at.hour == at.minute == 0 else clock_label(at.hour * 60 + at.minute)


@dataclass(frozen=True)
class Found:
    """A room that has what was wanted, and whether that time can be had."""

    room: Room
    why_not: str | None
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True)
class Searched:
    """What a search found, with all rooms for their names."""

    estate: Estate
    span: Span
    found: tuple[Found, ...] = ()


async def search(desk: Desk, wanted: free_times.Wanted, *, day: str, start: str, end: str, late: bool) -> Searched:
    """Rooms with what is wanted at that time, the free ones first, the smallest that will do before larger ones."""
    span = read_span(day, start, end)
    async with desk.store.reading() as reading:
        found = await reading.estate()
        busy = free_times.Busy(await reading.busy(found.rooms, [free_times.window([span])]))
    now = now_of(desk)
    judged = []
    for room, why in free_times.find(found, busy, wanted, span, now=now, late=late):
        others = free_times.alternatives(found, room, span, busy, wanted, now=now, late=late) if why else []
        judged.append(Found(room, why, tuple(one for one in others if one.room == room.id)))
    return Searched(found, span, tuple(judged))


@dataclass(frozen=True)
class Look:
    """Everything the officer on the phone needs of one time: free or not, cleared or not, why, and what is missing.

    `decision` is why the booking would be a decision rather than mere execution, or None.
    """

    estate: Estate
    rules: PremisesRules
    room: Room
    span: Span
    why_not: str | None
    alternatives: tuple[Alternative, ...]
    price: Price
    organisation: str | None
    name: str | None
    clearance: Clearance | None
    decision: str | None
    same_day: bool
    near_days: int | None
    too_small: bool


@dataclass(frozen=True)
class Call:
    """What the caller wants; None where they have not said."""

    room: str
    day: str
    start: str
    end: str
    number: str = ""
    hirer: Hirer = Hirer.ASSOCIATION
    use: str = ""
    persons: int | None = None
    public: bool | None = None
    wanted: free_times.Wanted = field(default_factory=free_times.Wanted)


async def look(desk: Desk, call: Call) -> Look:
    """One time, for the phone; changes nothing."""
    span = read_span(call.day, call.start, call.end)
    async with desk.store.reading() as reading:
        found = await reading.estate()
        room = room_in(found, call.room)
        procedure = (await rulebook(desk, reading)).procedure(today(desk))
        rules = procedure.premises
        busy = free_times.Busy(await reading.busy(found.rooms, [free_times.window([span])]))
        number = normal_form(call.number) if call.number else None
        if looks_personal(call.number):
            raise InvalidInput([Problem("/number", "search.not_persons")])
        if call.number and not number:
            raise InvalidInput([Problem("/number", "book.number")])
        organisation = await reading.organisation_by_number(number) if number else None
        clearance, name = None, None
        if number:
            clearance = Clearance(None, (("clearance.unknown", {}),))
        if organisation:
            clearance = await clearance_of(desk, reading, organisation, procedure)
            name = await _name(reading, organisation)
    now = now_of(desk)
    why = free_times.why_not(found, room, span, busy, now=now, late=True)
    others = free_times.alternatives(found, room, span, busy, call.wanted, now=now, late=True) if why else []
    return Look(
        found,
        rules,
        room,
        span,
        why,
        tuple(others),
        rules.price(room, span, call.hirer),
        organisation,
        name,
        clearance,
        rules.executed(call.hirer, [room], call.use, call.persons, public=call.public, spans=[span]),
        rules.same_day_needs_clearance and local(span.start).date() == today(desk),
        _near(procedure, local(span.start).date(), today(desk)),
        call.persons is not None and call.persons > room.capacity,
    )


async def _name(reading: Reading, organisation: str) -> str:
    newest = await reading.cases_of_organisation(organisation, limit=1)
    return (await reading.details(newest[0].id)).org_name


async def association_of(desk: Desk, number: str) -> str:
    """What the association with this number called itself last, or nothing."""
    known = normal_form(number)
    async with desk.store.reading() as reading:
        organisation = await reading.organisation_by_number(known) if known else None
        return await _name(reading, organisation) if organisation else ""


async def associations_named(desk: Desk, name: str, *, by: User) -> dict[str, str]:
    """The associations and companies with a number that have applied under such a name, number to name; never persons.

    Of cases that this person may see, the newest first, a handful.
    """
    found: dict[str, str] = {}
    for row in await cases_found(desk, name, by=by):
        if row.org_number and not looks_personal(row.org_number) and len(found) < _MOST_NAMED:
            found.setdefault(row.org_number, row.org_name)
    return found


def _near(procedure: RuleSet, day: date, now: date) -> int | None:
    """The days before that the rule set asks for, where this day is nearer: then a person assesses it."""
    asked = (one.params.get("days_before") for one in procedure.kinds[Kind.PREMISES].checks)
    return next((days for days in asked if isinstance(days, int) and day - timedelta(days=days) < now), None)


def shut(estate: Estate, bookings: Iterable[Booking]) -> frozenset[str]:
    """Those of these bookings whose room is closed or out of use at their time."""
    return frozenset(one.id for one in bookings if free_times.shut(estate, estate.rooms[one.room], one.span))


async def plan(desk: Desk, *, site: str, first: date, days: int) -> tuple[Estate, list[tuple[date, list[Occupied]]]]:
    """The caretaker's plan: each day's bookings of a site in order."""
    async with desk.store.reading() as reading:
        found = await reading.estate()
        rooms = [one.id for one in found.rooms.values() if one.site == site]
        occupied = await reading.occupied(rooms, day_span(first, days))
    by_day: list[tuple[date, list[Occupied]]] = []
    for number in range(days):
        bounds = day_span(first + timedelta(days=number))
        by_day.append((first + timedelta(days=number), [one for one in occupied if one.booking.span.meets(bounds)]))
    return found, by_day
