"""A room's times as iCalendar (RFC 5545, 7986): when it is taken or closed, and nothing about by whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

from service.domain.clock import Instant, utc_time
from service.domain.premises import Span

#: How often a client is asked to look again.
EVERY = timedelta(minutes=15)


@dataclass(frozen=True)
class FeedEntry:
    """A time in the calendar; `sequence` is how often it has been moved, `changed` when it was last changed."""

    id: str
    span: Span
    summary: str
    confirmed: bool
    sequence: int
    changed: Instant


def calendar(name: str, location: str, entries: Iterable[FeedEntry]) -> bytes:
    """A calendar of when the room cannot be had; the same entries give the same bytes."""
    listed = list(entries)
    found = Calendar()
    found.add("prodid", "-//Granska//premises//SV")
    found.add("version", "2.0")
    found.add("name", name)
    found.add("x-wr-calname", name)
    found.add("x-wr-timezone", "Europe/Stockholm")
    found.add("refresh-interval", EVERY, parameters={"VALUE": "DURATION"})
    found.add("x-published-ttl", "PT15M")
    if listed:
        found.add("last-modified", utc_time(max(entry.changed for entry in listed)))
    for entry in listed:
        found.add_component(_event(entry, location))
    return bytes(found.to_ical())


def _event(entry: FeedEntry, location: str) -> Event:
    event = Event()
    # Says nothing to anyone without the database, and stays the same when the booking moves.
    event.add("uid", f"{entry.id}@granska")
    # RFC 5545 3.8.7.2: where no METHOD is given, when the information was last revised.
    event.add("dtstamp", utc_time(entry.changed))
    event.add("last-modified", utc_time(entry.changed))
    event.add("sequence", entry.sequence)
    event.add("dtstart", datetime.fromtimestamp(entry.span.start, UTC))
    event.add("dtend", datetime.fromtimestamp(entry.span.end, UTC))
    event.add("summary", entry.summary)
    event.add("location", location)
    event.add("status", "CONFIRMED" if entry.confirmed else "TENTATIVE")
    event.add("transp", "OPAQUE")
    return event
