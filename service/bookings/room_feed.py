"""A room's shared calendar: an address that is shown once, and what it tells whoever has it."""

import hashlib
import secrets
from collections.abc import Sequence

from service.bookings.rooms import KEEPERS, room_in
from service.bookings.scheduling import calendar_feed
from service.bookings.scheduling.calendar_feed import FeedEntry
from service.desk.actors import acting, person
from service.desk.ports.desk import Desk
from service.desk.ports.premises import Occupied
from service.desk.ports.store import Reading
from service.desk.rulebook import rulebook, today
from service.desk.step import entries
from service.domain.clock import Instant, second_of
from service.domain.errors import NotFound
from service.domain.events.bookings import (
    BookingMoved,
    BookingRestored,
    BookingSettled,
    FeedMade,
    FeedRevoked,
    RoomClosed,
)
from service.domain.events.event import Event
from service.domain.people import User
from service.domain.premises import BookingStatus, Closure, Estate, Room, Span, day_span, days_on, local

#: How far back a shared calendar goes, in days; ahead it goes as far as the room can be booked.
FEED_BACK = 7
#: More closings than a house has in the years that a calendar shows.
_MOST_CLOSINGS = 2000


async def make_feed(desk: Desk, room: str, *, by: User) -> str:
    """Make an address for a room's calendar; returns its secret, which is shown once and kept as a digest."""
    secret = secrets.token_urlsafe(32)
    async with desk.store.writing() as writing:
        await acting(writing, person(by), *KEEPERS)
        room_in(await writing.estate(), room)
        data = FeedMade(feed=desk.outside.new_id(), room=room, digest=_digest(secret))
        await writing.feed_made(Event(data, person(by), desk.outside.now()))
    return secret


async def revoke_feed(desk: Desk, room: str, feed: str, *, by: User) -> None:
    """The address of a room's calendar leads nowhere any more."""
    async with desk.store.writing() as writing:
        await acting(writing, person(by), *KEEPERS)
        if feed not in {one.id for one in await writing.feeds(room) if not one.revoked}:
            raise NotFound("room.feed_not_found")
        await writing.feed_revoked(Event(FeedRevoked(feed=feed), person(by), desk.outside.now()))


async def feed(desk: Desk, secret: str) -> bytes:
    """A room's calendar by its secret address, without anybody's name; raises NotFound."""
    now = second_of(desk.outside.now())
    async with desk.store.reading() as reading:
        room_id = await reading.feed_room(_digest(secret))
        if room_id is None:
            raise NotFound("http.404")
        estate = await reading.estate()
        room = room_in(estate, room_id)
        shown = Span(days_on(now, -FEED_BACK), day_span(local(now).date(), room.ahead_days + 4).end)
        listed = await _bookings(desk, reading, estate, room, shown)
        listed += await _closures(desk, reading, estate, room, shown)
    site = estate.sites[room.site]
    listed.sort(key=lambda entry: (entry.span, entry.id))
    return calendar_feed.calendar(room.name, f"{room.name}, {site.name}, {site.address}", listed)


async def _bookings(desk: Desk, reading: Reading, estate: Estate, room: Room, shown: Span) -> list[FeedEntry]:
    """The times that take the room: its own, those of its parts and of what it is a part of."""
    say = desk.words.say
    occupied = await reading.occupied(_related(estate, room), shown)
    moved, changed = await _history(reading, occupied)
    found = []
    for one in occupied:
        confirmed = one.booking.status is BookingStatus.CONFIRMED
        id = one.booking.id
        summary = say("sv", "feed.taken" if confirmed else "feed.held", {})
        last = changed.get(id, one.made_at)
        found.append(FeedEntry(id, one.booking.span, summary, confirmed, moved.get(id, 0), last))
    return found


async def _history(reading: Reading, occupied: Sequence[Occupied]) -> tuple[dict[str, int], dict[str, Instant]]:
    """Of each booking how often it has been moved, and when anything became of it last."""
    moved: dict[str, int] = {}
    changed: dict[str, Instant] = {}
    cases = sorted({one.case for one in occupied if one.case})
    for entry in entries(await reading.entries_of_cases(cases, BookingMoved, BookingSettled, BookingRestored)):
        match entry.data:
            case BookingMoved(booking=booking):
                moved[booking] = moved.get(booking, 0) + 1
                changed[booking] = entry.at
            case BookingSettled(bookings=settled) | BookingRestored(bookings=settled):
                changed |= {one.booking: entry.at for one in settled}
    return moved, changed


async def _closures(desk: Desk, reading: Reading, estate: Estate, room: Room, shown: Span) -> list[FeedEntry]:
    related = _related(estate, room)
    standing = [one for one in estate.closures if one.room in related and one.span.meets(shown)]
    if not standing:
        return []
    rules = (await rulebook(desk, reading)).procedure(today(desk)).premises
    at = {
        entry.data.closure: entry.at
        for entry in entries(await reading.entries_of_type(RoomClosed, limit=_MOST_CLOSINGS))
        if isinstance(entry.data, RoomClosed)
    }

    def summary(closure: Closure) -> str:
        ground = rules.closures.get(closure.ground)
        return desk.words.say("sv", "feed.closed", {"ground": ground.title["sv"] if ground else closure.ground})

    return [
        FeedEntry(one.id, one.span, summary(one), confirmed=True, sequence=0, changed=at.get(one.id, Instant(0)))
        for one in standing
    ]


def _related(estate: Estate, room: Room) -> set[str]:
    """Whatever lies within the room or around it takes it too."""
    return {*estate.room_parts(room.id), *estate.above(room.id)}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
