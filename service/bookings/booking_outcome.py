"""What a decision does to the times of its case: confirmed, given back or cancelled, in the decision's transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from service.domain.clock import Second
from service.domain.decision import FAVOURABLE, DecisionOutcome, Proposal
from service.domain.dossier.dossier import Dossier
from service.domain.errors import InvalidInput, NotAllowed, Problem
from service.domain.events.bookings import BookingAsked, BookingCancelled, BookingMoved, BookingSettled, NewBooking
from service.domain.events.event import Entry
from service.domain.premises import LEFT_OUT, Booking, BookingStatus, Span

Changes = dict[str, tuple[BookingStatus, int | None]]


@dataclass(frozen=True)
class Settled:
    """A time as it stood when something was decided about it."""

    room: str
    span: Span
    status: BookingStatus
    why: str | None
    price_ore: int


def as_settled(events: Iterable[Entry], decision: str) -> list[Settled]:
    """The times of a case as this decision or execution left them, in order of when they are."""
    return sorted(settled_times(events, decision).values(), key=lambda one: (one.span, one.room))


def settled_times(events: Iterable[Entry], decision: str) -> dict[str, Settled]:
    """The same by id, from the case's events in order.

    What happened to them afterwards is not part of what was decided.
    """
    at: dict[str, Settled] = {}
    for event in events:
        match event.data:
            case BookingMoved() as moved:
                span = Span(moved.starts, moved.ends)
                at[moved.booking] = Settled(
                    moved.room, span, BookingStatus(moved.status), why=None, price_ore=moved.price_ore or 0
                )
            case BookingAsked(bookings=bookings):
                at |= {booking.booking: _as_asked(booking) for booking in bookings}
            case BookingSettled(bookings=settled) | BookingCancelled(bookings=settled):
                for booking in settled:
                    if booking.booking in at:
                        at[booking.booking] = replace(at[booking.booking], status=BookingStatus(booking.status))
        if isinstance(event.data, BookingSettled) and event.data.decision == decision:
            break
    return at


def _as_asked(booking: NewBooking) -> Settled:
    span, status = Span(booking.starts, booking.ends), BookingStatus(booking.status)
    return Settled(booking.room, span, status, why=booking.why, price_ore=booking.price_ore or 0)


def could_not_be_had(bookings: Sequence[Booking]) -> list[Booking]:
    """The times that were asked for and are not held, by nobody's wish."""
    gone = (BookingStatus.MISSED, BookingStatus.LAPSED)
    return [one for one in bookings if one.status in gone and one.reason != LEFT_OUT]


def changes(bookings: Sequence[Booking], proposal: Proposal, dossier: Dossier, *, now: Second) -> Changes:
    """What becomes of each time if this is decided; raises InvalidInput or NotAllowed where it does not fit them.

    A hold that has run out is confirmed where the room is still free; the database says no where it is not.
    """
    if not bookings and proposal.outcome in FAVOURABLE:
        raise NotAllowed("booking.none_to_give")
    known = {one.id for one in bookings}
    if set(proposal.bookings) - known:
        raise InvalidInput([Problem("/bookings", "booking.unknown")])
    if proposal.outcome in FAVOURABLE:
        return _given(bookings, proposal, now)
    if proposal.outcome is DecisionOutcome.REVOCATION:
        return _called_off(bookings, proposal, now)
    if dossier.grant is not None:
        return {}  # written off after a new look: what was given stands
    return {
        one.id: (BookingStatus.RELEASED if one.status is BookingStatus.HELD else BookingStatus.CANCELLED, None)
        for one in bookings
        if one.takes and one.span.end > now
    }


def _given(bookings: Sequence[Booking], proposal: Proposal, now: Second) -> Changes:
    to_be_had = [time for time in bookings if time.status in (BookingStatus.HELD, BookingStatus.LAPSED)]
    chosen = _chosen(bookings, proposal, to_be_had)
    if not chosen and not any(time.status is BookingStatus.CONFIRMED for time in bookings):
        raise NotAllowed("booking.none_to_give")
    if any(time.span.end <= now for time in chosen):
        raise NotAllowed("booking.passed")
    given: Changes = {time.id: (BookingStatus.CONFIRMED, None) for time in chosen}
    released: Changes = {time.id: (BookingStatus.RELEASED, None) for time in to_be_had if time.takes}
    return released | given


def _chosen(bookings: Sequence[Booking], proposal: Proposal, to_be_had: list[Booking]) -> list[Booking]:
    """The times that are given: all of them, those that were chosen, or those that are still held."""
    if proposal.outcome is DecisionOutcome.APPROVAL:
        _check_whole(bookings, proposal, to_be_had)
        return to_be_had
    if proposal.bookings:
        return [time for time in to_be_had if time.id in proposal.bookings]
    return [time for time in to_be_had if time.takes]


def _check_whole(bookings: Sequence[Booking], proposal: Proposal, to_be_had: Sequence[Booking]) -> None:
    """An approval gives all that was asked for: what leaves something out is approval in part."""
    if proposal.bookings and set(proposal.bookings) != {time.id for time in to_be_had}:
        raise InvalidInput([Problem("/bookings", "booking.approval_is_all")])
    if any(time.status is BookingStatus.MISSED for time in could_not_be_had(bookings)):
        raise InvalidInput([Problem("/outcome", "booking.not_all_had")])


def _called_off(bookings: Sequence[Booking], proposal: Proposal, now: Second) -> Changes:
    wanted = set(proposal.bookings)
    return {
        one.id: (BookingStatus.CANCELLED, 0)
        for one in bookings
        if one.status is BookingStatus.CONFIRMED and one.span.end > now and (not wanted or one.id in wanted)
    }
