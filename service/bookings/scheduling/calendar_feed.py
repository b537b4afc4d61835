"""A room's times as iCalendar (RFC 5545): when it is taken, and nothing about by whom."""

from collections.abc import Iterable
from datetime import UTC, datetime

from icalendar import Calendar, Event

from service.domain.premises import Booking, BookingStatus


def calendar(name: str, taken: str, held: str, bookings: Iterable[Booking], *, made: int) -> bytes:
    """A calendar of when the room is taken; `taken` and `held` are the two words shown, `made` UTC seconds."""
    found = Calendar()
    found.add("prodid", "-//Granska//premises//SV")
    found.add("version", "2.0")
    found.add("x-wr-calname", name)
    for one in bookings:
        event = Event()
        # Says nothing to anyone without the database, and stays the same when the booking moves.
        event.add("uid", f"{one.id}@granska")
        event.add("dtstamp", datetime.fromtimestamp(made, UTC))
        event.add("dtstart", datetime.fromtimestamp(one.span.start, UTC))
        event.add("dtend", datetime.fromtimestamp(one.span.end, UTC))
        confirmed = one.status is BookingStatus.CONFIRMED
        event.add("summary", taken if confirmed else held)
        event.add("status", "CONFIRMED" if confirmed else "TENTATIVE")
        found.add_component(event)
    return bytes(found.to_ical())
