"""What the steps on rooms and bookings need from the store; instants of a slot are UTC epoch seconds."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, Protocol

from service.domain.case import Case
from service.domain.clock import Instant, Second
from service.domain.events.bookings import (
    AllocationMade,
    BookingAsked,
    BookingCancelled,
    BookingMoved,
    BookingRestored,
    BookingSettled,
    ClearanceGiven,
    ClearanceRevoked,
    FeedMade,
    FeedRevoked,
    KeyAccessSettled,
    RoomClosed,
    RoomDescribed,
    RoomReopened,
    SiteDescribed,
    SlotHeld,
)
from service.domain.events.event import Event
from service.domain.events.fields import ListRef
from service.domain.events.support import ReassessmentSettled
from service.domain.premises import Booking, Estate, Span


@dataclass(frozen=True)
class Occupied:
    """A booking as the calendar shows it: whose it is, where there is a case, and when it was asked for."""

    booking: Booking
    case: str | None
    diary_number: str | None
    name: str | None
    number: str | None
    hirer: str | None
    made_at: Instant


class TakenTime(NamedTuple):
    """When a room is taken."""

    room: str
    span: Span


@dataclass(frozen=True)
class GivenClearance:
    """A standing clearance as it was given; `data` is a keyed digest of what it was given on."""

    id: str
    organisation: str
    case: str
    until: date
    data: str
    declaration: str
    rules: str
    lists: tuple[ListRef, ...]
    given_by: str
    given_at: Instant
    revoked_by: str | None


@dataclass(frozen=True)
class Feed:
    """A room's shared calendar, by the digest of its address."""

    id: str
    room: str
    revoked: bool


@dataclass(frozen=True)
class Allocation:
    """A season's times as they stand; `body` is what they were made from and what came of it."""

    id: str
    season: str
    body: Mapping[str, Any]
    sha256: str
    made_by: str
    made_at: Instant


class PremisesReading(Protocol):
    """Questions about rooms and bookings."""

    async def estate(self) -> Estate:
        """All sites, rooms and closings that have not been lifted."""
        ...

    async def busy(
        self, rooms: Collection[str], within: Sequence[Span], *, but: Collection[str] = ()
    ) -> list[TakenTime]:
        """When these rooms are taken at any of these times, each once; `but` are bookings to leave out."""
        ...

    async def occupied(self, rooms: Collection[str], within: Span) -> list[Occupied]:
        """The bookings that take these rooms at some time within the span, by when they begin.

        A room within another counts by itself.
        """
        ...

    async def spans_of(self, room: str, within: Span) -> list[Span]:
        """The times for which the room itself is booked within the span, whoever by."""
        ...

    async def booking(self, booking_id: str) -> Booking:
        """A booking; raises NotFound for one that is not there."""
        ...

    async def holds_of(self, actor: str, now: Second) -> list[Booking]:
        """The running holds without a case that this actor made; `now` is UTC epoch seconds."""
        ...

    async def bookings_of(self, case_ids: Sequence[str]) -> dict[str, list[Booking]]:
        """By case, its bookings in the order in which they were asked for; a case without any is left out."""
        ...

    async def lapsed_holds(self, now: Second) -> list[Booking]:
        """The holds whose time is over; `now` is UTC epoch seconds."""
        ...

    async def clearances(self, organisation: str) -> list[GivenClearance]:
        """An association's clearances, revoked or not, newest first."""
        ...

    async def feeds(self, room: str) -> list[Feed]:
        """A room's calendar feeds, revoked or not."""
        ...

    async def feed_room(self, digest: str) -> str | None:
        """The room whose calendar this address shows, by its digest; None where it has been revoked."""
        ...

    async def allocations(self, season: str) -> list[Allocation]:
        """A season's allocations, newest first; the newest is the one that stands."""
        ...

    async def cases_of_organisation(self, organisation: str, *, limit: int) -> list[Case]:
        """An association's cases, newest first, at most so many."""
        ...


class PremisesWriting(Protocol):
    """Changes to rooms and bookings, each with its event; a time that is taken raises SlotTaken."""

    async def site_described(self, event: Event[SiteDescribed], *, body: str) -> None:
        """A house as it is from now on; `body` is the JSON of it."""
        ...

    async def room_described(self, event: Event[RoomDescribed], *, body: str) -> None:
        """A room as it is from now on; `body` is the JSON of it."""
        ...

    async def room_closed(self, event: Event[RoomClosed]) -> None:
        """A room that cannot be had during a time."""
        ...

    async def room_reopened(self, event: Event[RoomReopened]) -> None:
        """A closure is lifted."""
        ...

    async def feed_made(self, event: Event[FeedMade]) -> None:
        """A calendar address of a room, known by its digest."""
        ...

    async def feed_revoked(self, event: Event[FeedRevoked]) -> None:
        """A calendar address that no longer answers."""
        ...

    async def bookings_made(self, event: Event[SlotHeld | BookingAsked]) -> None:
        """Times of a case, held or asked for: all of them, or none where one is taken."""
        ...

    async def bookings_settled(self, event: Event[BookingSettled]) -> None:
        """What became of times: let, refused, given back, or lapsed, with their fee in öre."""
        ...

    async def booking_moved(
        self, event: Event[BookingMoved], case: Case, *, when: str, event_on: date, screen: bool
    ) -> Case:
        """A time of a case is moved, and the case's label of when (`when`) and its event's day with it.

        Raises SlotTaken where the time is taken, Conflict where someone changed the case meanwhile.
        """
        ...

    async def booking_step(
        self, event: Event[BookingCancelled | BookingRestored], case: Case, *, screen: bool = False
    ) -> Case:
        """A step of a case that changes its bookings: moved, cancelled or executed."""
        ...

    async def names_settled(self, event: Event[KeyAccessSettled | ReassessmentSettled], case: Case) -> Case:
        """A step of a case in which names are held apart from listed ones; returns the case as it is after it."""
        ...

    async def clearance_step(self, event: Event[ClearanceGiven | ClearanceRevoked], case: Case) -> Case:
        """A step of a case that gives or takes back a standing clearance; returns the case as it is after it."""
        ...

    async def allocation_made(self, event: Event[AllocationMade], *, body: str) -> None:
        """A season's times shared out; `body` is the JSON of question and grants, so that it can be made again."""
        ...
