"""Sites and rooms: described, closed and reopened by a named person."""

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from service.audit.canonical import canonical
from service.bookings.hirer_told import tell_of_rooms
from service.bookings.room_document import SLUG, read_room, read_site, what_changed
from service.desk import free_times
from service.desk.actors import acting, person
from service.desk.fields import as_clock, as_day
from service.desk.ports.desk import Desk
from service.desk.ports.premises import Feed, Occupied
from service.desk.ports.store import Reading, Writing
from service.desk.rulebook import rulebook, today
from service.domain.clock import Second, second_of
from service.domain.errors import Conflict, InvalidInput, NotFound, Problem
from service.domain.events.bookings import RoomClosed, RoomDescribed, RoomReopened, SiteDescribed
from service.domain.events.event import Actor, Event
from service.domain.people import Role, User
from service.domain.premises import WEEKDAYS, Estate, Room, Span, day_of, day_span, days_on, instant, minutes
from service.domain.premises_rules import PremisesRules

#: Who keeps the rooms: the premises unit, and the coordinator who owns the lists.
KEEPERS = (Role.PREMISES_OFFICER, Role.COORDINATOR)


async def estate(desk: Desk) -> tuple[Estate, PremisesRules]:
    """All rooms, and what the rules in force say of them."""
    async with desk.store.reading() as reading:
        return await reading.estate(), (await rulebook(desk, reading)).procedure(today(desk)).premises


def room_in(found: Estate, room_id: str) -> Room:
    """The room; raises NotFound."""
    if room_id not in found.rooms:
        raise NotFound("room.not_found")
    return found.rooms[room_id]


async def describe_site(desk: Desk, site: str, given: Mapping[str, Any], *, by: Actor) -> None:
    """Describe a site, new or known."""
    async with desk.store.writing() as writing:
        await acting(writing, by, *KEEPERS)
        await _describe_site(desk, writing, site, given, by)


async def _describe_site(desk: Desk, writing: Writing, site: str, given: Mapping[str, Any], by: Actor) -> None:
    if not SLUG.fullmatch(site) or "." in site:
        raise InvalidInput([Problem("/id", "room.slug")])
    body = canonical(read_site(given))
    event = Event(SiteDescribed(site=site, sha256=_digest(body)), by, desk.outside.now())
    await writing.site_described(event, body=body)


async def describe_room(
    desk: Desk, room: str, given: Mapping[str, Any], *, site: str, parent: str | None, by: Actor, seen: str = ""
) -> None:
    """Describe a room, new or known; it keeps its place in the tree, and a part has its room's id before a dot.

    `seen` is the version of the room that its writer saw; raises Conflict, with what differs, where it is another now.
    """
    async with desk.store.writing() as writing:
        await acting(writing, by, *KEEPERS)
        known = (await writing.estate()).rooms.get(room)
        if known is not None and known.version != seen:
            raise Conflict("room.changed_meanwhile")
        await _describe_room(desk, writing, room, given, site, parent, by)


async def _describe_room(
    desk: Desk, writing: Writing, room: str, given: Mapping[str, Any], site: str, parent: str | None, by: Actor
) -> None:
    if not SLUG.fullmatch(room) or room == "new" or (parent or "") != room.rpartition(".")[0]:
        raise InvalidInput([Problem("/id", "room.slug")])
    document = read_room(given, await _rules(desk, writing))
    body = canonical(document)
    found = await writing.estate()
    if site not in found.sites:
        raise InvalidInput([Problem("/site", "room.site_unknown")])
    if parent is not None and (parent not in found.rooms or found.rooms[parent].site != site):
        raise InvalidInput([Problem("/parent", "room.parent_unknown")])
    changed = what_changed(found.rooms.get(room), document)
    data = RoomDescribed(room=room, site=site, parent=parent, sha256=_digest(body), changed=changed)
    await writing.room_described(Event(data, by, desk.outside.now()), body=body)
    if room in found.rooms:
        now = second_of(desk.outside.now())
        coming = Span(now, days_on(now, found.rooms[room].ahead_days + 1))
        said = desk.words.say("sv", "letter.room_changed", {})
        await tell_of_rooms(desk, writing, found, [room], coming, said=said, by=by)


async def load(desk: Desk, document: Mapping[str, Any], *, by: Actor) -> int:
    """Describe all sites and rooms of a file, or none; returns how many rooms. Hours may be one text for every day."""
    async with desk.store.writing() as writing:
        await acting(writing, by, *KEEPERS)
        for one in document["sites"]:
            await _describe_site(desk, writing, one["id"], one, by)
        for one in document["rooms"]:
            hours = one["hours"]
            if isinstance(hours, str):
                hours = {day: [one["hours"]] for day in WEEKDAYS}
            room = {**one, "hours": hours}
            await _describe_room(desk, writing, one["id"], room, one["site"], one.get("parent"), by)
    return len(document["rooms"])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def close_room(desk: Desk, room: str, *, first: str, last: str, ground: str, by: User) -> list[Occupied]:
    """Close a room, with its parts; returns the bookings that stand in that time: they do, and their hirers are told.

    `first` and `last` are local days, or days and times (YYYY-MM-DDTHH:MM).
    """
    span = _closing(first, last)
    async with desk.store.writing() as writing:
        await acting(writing, person(by), *KEEPERS)
        found = await writing.estate()
        room_in(found, room)
        rules = (await rulebook(desk, writing)).procedure(today(desk)).premises
        if ground not in rules.closures:
            raise InvalidInput([Problem("/ground", "input.choice", {"choices": ", ".join(rules.closures)})])
        data = RoomClosed(
            closure=desk.outside.new_id(),
            room=room,
            starts=span.start,
            ends=span.end,
            ground=ground,
        )
        await writing.room_closed(Event(data, person(by), desk.outside.now()))
        said = rules.closures[ground].title["sv"]
        return await tell_of_rooms(desk, writing, found, _touching(found, room), span, said=said, by=person(by))


def _touching(found: Estate, room: str) -> set[str]:
    """The room, its parts, and those that it is a part of."""
    return {*found.room_parts(room), *found.above(room)}


def _instant_of(day: date, clock: str, *, last: bool) -> Second:
    """A day and a time of it; without one, when the day begins, or for the last day when it ends."""
    if clock:
        return instant(day, minutes(clock), last=last)
    return day_span(day).end if last else instant(day, 0)


#: A day, and after it a time of it: 2027-02-01T18:30, 2027-02-01 18.30, 1/2 2027 kl. 18.
_DAY_AND_CLOCK = re.compile(r"(.+?)(?:T|\s+(?:kl\.?\s*)?)(\d{1,2}(?:[.:]?\d{2})?)", re.IGNORECASE)


def _day_and_clock(text: str) -> tuple[str, str]:
    """The day, and the time of it where one was written."""
    written = text.strip()
    found = _DAY_AND_CLOCK.fullmatch(written)
    if found is None or as_day(written) != written:
        return written, ""
    return found[1], found[2]


def _closing(first: str, last: str) -> Span:
    problems = []
    found = []
    for pointer, text, ends in (("/first", first, False), ("/last", last, True)):
        try:
            day, clock = _day_and_clock(text)
            found.append(_instant_of(day_of(as_day(day)), as_clock(clock) if clock else "", last=ends))
        except ValueError:
            problems.append(Problem(pointer, "input.not_a_date"))
    if not problems and found[0] >= found[1]:
        problems.append(Problem("/last", "input.ends_before_it_begins"))
    if problems:
        raise InvalidInput(problems)
    return Span(*found)


async def lift_closure(desk: Desk, closure: str, *, by: User) -> None:
    """A closed room can be used again."""
    async with desk.store.writing() as writing:
        await acting(writing, person(by), *KEEPERS)
        found = await writing.estate()
        lifted = next((one for one in found.closures if one.id == closure), None)
        if lifted is None:
            raise NotFound("room.closure_not_found")
        event = Event(RoomReopened(closure=closure), person(by), desk.outside.now())
        await writing.room_reopened(event)
        touching = _touching(found, lifted.room)
        await tell_of_rooms(desk, writing, found, touching, lifted.span, said="", by=person(by))


async def in_the_way(desk: Desk, room_id: str) -> list[Occupied]:
    """The bookings to come for which the room is closed, out of use or not open: each is seen to in its own case."""
    now = second_of(desk.outside.now())
    async with desk.store.reading() as reading:
        found = await reading.estate()
        room = room_in(found, room_id)
        coming = Span(now, days_on(now, room.ahead_days + 1))
        spans = await reading.spans_of(room_id, coming)
        hit = set(free_times.outside_hours(room, spans) if room.in_use else spans)
        own = await reading.occupied([room_id], coming) if hit else []
        related = found.room_parts(room_id) | set(found.above(room_id))
        standing = {one.booking.id: one for one in own if one.booking.span in hit}
        for closed in found.closed(room_id):
            if closed.end > now:
                standing |= {one.booking.id: one for one in await reading.occupied(related, closed)}
    return [one for one in standing.values() if one.booking.span.end > now]


async def room_view(desk: Desk, room_id: str) -> tuple[Estate, Room, PremisesRules, list[Feed]]:
    """A room with all that is known of it."""
    async with desk.store.reading() as reading:
        found = await reading.estate()
        room = room_in(found, room_id)
        rules = await _rules(desk, reading)
        return found, room, rules, [one for one in await reading.feeds(room_id) if not one.revoked]


async def _rules(desk: Desk, reading: Reading) -> PremisesRules:
    return (await rulebook(desk, reading)).procedure(today(desk)).premises


async def all_rooms(desk: Desk) -> Estate:
    """The sites and their rooms."""
    async with desk.store.reading() as reading:
        return await reading.estate()
