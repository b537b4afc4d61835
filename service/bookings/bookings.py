"""Bookings: asked for with an application, held by phone, and settled by what is decided.

Times are looked up first so that every one that cannot be had is kept with its reason and alternatives; that no room is
let twice does not rest on it but on the database, for every writer (`storage/piccolo_migrations/m0002_premises.py`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from service.bookings.clearance import application_of, clearance_of, data_key
from service.bookings.rooms import room_in
from service.bookings.scheduling import series
from service.desk import form, free_times
from service.desk.actors import acting, check_came_by
from service.desk.form import read_form
from service.desk.missed_times import MissedNow, missed_now
from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading, Writing
from service.desk.rulebook import rulebook, today
from service.desk.step import Scene
from service.domain.application import Application, Premises
from service.domain.case import Case
from service.domain.clock import Second, second_of
from service.domain.errors import InvalidInput, NotAllowed, NotFound, Problem, SlotTaken
from service.domain.events.bookings import (
    BookingAlternative,
    BookingAsked,
    BookingSettled,
    NewBooking,
    SettledBooking,
    SlotHeld,
)
from service.domain.events.event import SYSTEM_ACTOR, Actor, ActorKind, Event
from service.domain.people import Role
from service.domain.premises import (
    YEARS,
    Alternative,
    Booking,
    BookingStatus,
    Estate,
    Hirer,
    Span,
    day_span,
    days_on,
    label,
    local,
    minutes,
)
from service.domain.premises_rules import PremisesRules

#: Why a time could not be had, where another room or time may help.
_MAY_BE_HAD_OTHERWISE = frozenset(
    {"room.taken", "room.closed", "room.outside_hours", "room.not_in_use", "room.too_late", "room.too_long"}
)


@dataclass(frozen=True)
class Asked:
    """A time as it is asked for; `reason` is why it could not even be looked up."""

    span: Span
    reason: str | None = None


def now_of(desk: Desk) -> Second:
    """Now, as bookings tell it."""
    return second_of(desk.outside.now())


def times_of(premises: Premises, rules: PremisesRules) -> list[Asked]:
    """The times an application asks for; raises InvalidInput for a series that cannot be read."""
    start, end = minutes(premises.time_from), minutes(premises.time_to)
    if premises.date.year not in YEARS:
        raise InvalidInput([Problem("/premises/date", "input.year", {"first": YEARS[0], "last": YEARS[-1]})])
    if premises.season is not None:
        return []
    if premises.series is None:
        try:
            return [Asked(series.span_of(premises.date, start, end))]
        except ValueError as error:
            raise InvalidInput([Problem("/premises/from", "series.no_such_time")]) from error
    left_out = rules.free_days if premises.series.leave_out_free_days else ()
    try:
        found = series.occurrences(
            premises.series.rule, premises.date, start, end, free_days=left_out, most=rules.longest_series
        )
    except series.BadRule as error:
        problem = Problem("/premises/series/rule", error.code, {"most": rules.longest_series})
        raise InvalidInput([problem]) from error
    return [Asked(one.span, one.reason) for one in found]


async def ask(
    desk: Desk, writing: Writing, case: Case, application: Application, times: Sequence[Asked], *, by: Actor
) -> None:
    """Hold what can be had of the times an application asks for, and keep the rest with its reason and alternatives."""
    premises = application.premises
    if premises is None or not times:
        return
    await release_lapsed(desk, writing)
    if premises.room not in (await writing.estate()).rooms:
        return  # the check says so; there is nothing to hold
    if premises.hold:
        await _take_over(desk, writing, premises.hold, by)
    wanted = [(premises.room, one) for one in times]
    await ask_rooms(desk, writing, case, wanted, by=by, hirer=premises.hirer, persons=premises.expected_number or 0)


async def ask_rooms(
    desk: Desk,
    writing: Writing,
    case: Case,
    wanted: Sequence[tuple[str, Asked]],
    *,
    by: Actor,
    hirer: Hirer = Hirer.ASSOCIATION,
    persons: int = 0,
    until: date | None = None,
) -> None:
    """Hold these times in these rooms, in a fixed number of questions however many they are.

    `until` is the last day of the holds, where not that of the rule set.
    """
    estate = await writing.estate()
    rules = (await rulebook(desk, writing)).procedure(today(desk)).premises
    now, late = now_of(desk), by.kind is ActorKind.PERSON
    rooms = {room for room, _ in wanted}
    parts = frozenset(part for room in rooms for part in estate.room_parts(room))
    busy = free_times.Busy(await writing.busy(parts, [free_times.window(asked.span for _, asked in wanted)]))
    reasons = [_taken_or_why_not(estate, busy, room, asked, now=now, late=late) for room, asked in wanted]
    missed = [asked.span for (_, asked), why in zip(wanted, reasons, strict=True) if why in _MAY_BE_HAD_OTHERWISE]
    busy.also(await writing.busy(set(estate.rooms) - parts, free_times.nearby(missed)))
    last = days_on(now, rules.application_hold_days) if until is None else day_span(until).end
    made = []
    for position, ((room_id, asked), why) in enumerate(zip(wanted, reasons, strict=True)):
        room, span, instead = estate.rooms[room_id], asked.span, list[Alternative]()
        if why in _MAY_BE_HAD_OTHERWISE:
            instead = free_times.alternatives(estate, room, span, busy, free_times.Wanted(persons), now=now, late=late)
        price = rules.price(room, span, hirer)
        made.append(
            booking_data(
                desk,
                room.id,
                span,
                room.taken(span) if why is None else span,
                position=position,
                status=BookingStatus.MISSED if why else BookingStatus.HELD,
                hold_until=None if why else min(span.start, last),
                reason=why,
                alternatives=instead,
                tariff=price.tariff,
                price_ore=price.ore,
            )
        )
    await writing.bookings_made(Event(BookingAsked(bookings=tuple(made)), by, desk.outside.now(), case.id))


def _taken_or_why_not(
    estate: Estate, busy: free_times.Busy, room_id: str, asked: Asked, *, now: Second, late: bool
) -> str | None:
    """Why the time cannot be had, as a code; where it can, it is taken from what is free to those that follow."""
    room = estate.rooms[room_id]
    why = asked.reason or free_times.why_not(estate, room, asked.span, busy, now=now, late=late)
    if why is None:
        busy.add(estate.room_parts(room.id), room.taken(asked.span))
    return why


async def check_had(reading: Reading, case_id: str) -> None:
    """Raise SlotTaken, with what could be had instead, where a time of this case was missed."""
    for one in await bookings(reading, case_id):
        if one.status is BookingStatus.MISSED:
            others = [(each.room, each.span.start, each.span.end) for each in one.alternatives]
            raise SlotTaken(one.reason or "room.taken", others)


def booking_data(
    desk: Desk,
    room: str,
    span: Span,
    taken: Span,
    *,
    status: BookingStatus,
    position: int = 0,
    hold_until: Second | None = None,
    reason: str | None = None,
    alternatives: Iterable[Alternative] = (),
    tariff: str | None = None,
    price_ore: int | None = None,
) -> NewBooking:
    """A new booking as its event says it."""
    return NewBooking(
        booking=desk.outside.new_id(),
        room=room,
        position=position,
        starts=span.start,
        ends=span.end,
        taken_from=taken.start,
        taken_to=taken.end,
        status=status.value,
        hold_until=hold_until,
        why=reason,
        alternatives=tuple(BookingAlternative(one.room, one.span.start, one.span.end) for one in alternatives),
        tariff=tariff,
        price_ore=price_ore,
    )


async def release_lapsed(desk: Desk, writing: Writing) -> int:
    """Free what was held until now at most, before anything else is looked up; says nothing about any case."""
    lapsed = await writing.lapsed_holds(now_of(desk))
    by_case: dict[str | None, list[Booking]] = {}
    for one in lapsed:
        by_case.setdefault(one.case, []).append(one)
    for case_id, ones in by_case.items():
        data = settled("lapsed", None, {one.id: (BookingStatus.LAPSED, None) for one in ones})
        event = Event(data, SYSTEM_ACTOR, desk.outside.now(), case=case_id)
        await writing.bookings_settled(event)
    return len(lapsed)


async def free_lapsed_holds(desk: Desk) -> int:
    """Free the holds whose time is over; returns how many."""
    async with desk.store.reading() as reading:
        if not await reading.lapsed_holds(now_of(desk)):
            return 0
    async with desk.store.writing() as writing:
        return await release_lapsed(desk, writing)


def settled(
    ground: str, decision: str | None, changes: Mapping[str, tuple[BookingStatus, int | None]]
) -> BookingSettled:
    """What became of bookings, as the event says it."""
    bookings = tuple(SettledBooking(booking, status.value, fee) for booking, (status, fee) in changes.items())
    return BookingSettled(ground=ground, decision=decision, bookings=bookings)


async def free_held_times(desk: Desk, writing: Writing, case_id: str, *, by: Actor) -> None:
    """Free what a case only holds, at once: whoever withdrew no longer wants it, and someone else may."""
    held = [time for time in await bookings(writing, case_id) if time.status is BookingStatus.HELD]
    if held:
        data = settled("withdrawn", None, {time.id: (BookingStatus.RELEASED, None) for time in held})
        await writing.bookings_settled(Event(data, by, desk.outside.now(), case=case_id))


async def _take_over(desk: Desk, writing: Writing, hold: str, by: Actor) -> None:
    """The application takes the place of the hold that was made for it."""
    try:
        held = await writing.booking(hold)
    except NotFound:
        return
    if held.case is None and held.status is BookingStatus.HELD and held.made_by == by.id:
        data = settled("taken_over", None, {held.id: (BookingStatus.RELEASED, None)})
        await writing.bookings_settled(Event(data, by, desk.outside.now()))


async def hold(desk: Desk, room_id: str, *, day: str, start: str, end: str, by: Actor) -> NewBooking:
    """Hold a room for as long as it takes to ask for it; raises SlotTaken with alternatives where it is taken.

    `day` is a local day, `start` and `end` HH:MM. Nobody is named by a hold.
    """
    span = read_span(day, start, end)
    async with desk.store.writing() as writing:
        await acting(writing, by, Role.PREMISES_OFFICER)
        await release_lapsed(desk, writing)
        found = await writing.estate()
        room = room_in(found, room_id)
        rules = (await rulebook(desk, writing)).procedure(today(desk)).premises
        now = now_of(desk)
        busy = free_times.Busy(await writing.busy(found.rooms, [free_times.window([span])]))
        late = by.kind is ActorKind.PERSON
        why = free_times.why_not(found, room, span, busy, now=now, late=late)
        if why is not None:
            others = free_times.alternatives(
                found, room, span, busy, free_times.Wanted(room.capacity), now=now, late=late
            )
            raise SlotTaken(why, [(one.room, one.span.start, one.span.end) for one in others])
        until = Second(now + 60 * rules.hold_minutes)
        data = booking_data(
            desk, room.id, span, room.taken(span), status=BookingStatus.HELD, hold_until=min(until, span.start)
        )
        await writing.bookings_made(Event(SlotHeld(bookings=(data,)), by, desk.outside.now()))
        return data


async def held_by(desk: Desk, *, by: Actor) -> list[Booking]:
    """This person's own holds that still take their rooms, the first to run out first."""
    async with desk.store.reading() as reading:
        found = await reading.holds_of(by.id, now_of(desk))
    return sorted(found, key=lambda one: one.hold_until or 0)


async def give_up_hold(desk: Desk, booking_id: str, *, by: Actor) -> None:
    """Free a hold that was not needed."""
    async with desk.store.writing() as writing:
        await acting(writing, by, Role.PREMISES_OFFICER)
        held = await writing.booking(booking_id)
        if held.case is not None or held.status is not BookingStatus.HELD or held.made_by != by.id:
            raise NotFound("booking.not_found")
        data = settled("given_up", None, {held.id: (BookingStatus.RELEASED, None)})
        await writing.bookings_settled(Event(data, by, desk.outside.now()))


def read_span(day: str, start: str, end: str) -> Span:
    """A local day and two times of it as instants; raises InvalidInput."""
    asked = read_form(TimeForm, {"date": [day], "from": [start], "to": [end]})
    return span_of(asked.day, asked.start, asked.end)


@dataclass(frozen=True)
class TimeForm:
    """A local day, and two times of it as minutes after midnight."""

    day: date = form.day(sent_as="date")
    start: int = form.clock(sent_as="from")
    end: int = form.clock(sent_as="to")


def span_of(day: date, start: int, end: int) -> Span:
    """A local day and two times of it (minutes after midnight) as instants; raises InvalidInput."""
    if day.year not in YEARS:
        raise InvalidInput([Problem("/date", "input.not_a_date")])
    if end <= start:
        raise InvalidInput([Problem("/to", "input.ends_before_it_begins")])
    try:
        return series.span_of(day, start, end)
    except ValueError as error:
        raise InvalidInput([Problem("/from", "series.no_such_time")]) from error


async def settle(
    scene: Scene, ground: str, decision: str, changes: Mapping[str, tuple[BookingStatus, int | None]]
) -> None:
    """Carry out on the bookings what has been decided or executed, in the same transaction."""
    if changes:
        data = settled(ground, decision, changes)
        now = scene.desk.outside.now()
        await scene.writing.bookings_settled(Event(data, scene.actor, now, scene.case.id))


async def bookings(reading: Reading, case_id: str) -> list[Booking]:
    """The times of a case."""
    return (await reading.bookings_of([case_id])).get(case_id, [])


async def check_usable(scene: Scene, given: Iterable[Booking]) -> None:
    """Nothing is let in a room that has been closed, or taken out of use, since the time was asked for."""
    estate = await scene.writing.estate()
    for one in given:
        room = estate.rooms[one.room]
        if free_times.shut(estate, room, one.span) or free_times.outside_hours(room, [one.span]):
            raise NotAllowed("booking.room_shut", room=room.name, time=label(one.span))


async def check_same_day(scene: Scene, spans: Iterable[Span]) -> None:
    """What is to begin today takes a standing clearance where the rule set says so."""
    if not scene.procedure.premises.same_day_needs_clearance:
        return
    if any(local(one.start).date() == scene.today for one in spans):
        data = data_key(scene.desk, await application_of(scene.writing, scene.case))
        organisation = scene.case.organisation_id
        if not (await clearance_of(scene.desk, scene.writing, organisation, scene.procedure, data=data)).clear:
            raise NotAllowed("booking.same_day")


async def for_applicant(desk: Desk, case_id: str, *, by: Actor) -> tuple[list[Booking], Mapping[str, MissedNow]]:
    """The times of an application that this key handed in, and how those that could not be had stand now."""
    async with desk.store.reading() as reading:
        await check_came_by(reading, case_id, by)
        found = await bookings(reading, case_id)
        estate = await reading.estate()
        return found, await missed_now(reading, estate, found, now=now_of(desk), late=False)
