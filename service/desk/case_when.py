"""When what a case is about takes place, and by when its applicant is answered: one source for queue and log."""

import hashlib
from collections.abc import Collection
from datetime import date, timedelta

from service.audit.canonical import canonical
from service.domain.premises import Span, label, local


def when_of(times: Collection[Span]) -> tuple[str, date]:
    """What the queue shows of when a room is wanted, and the day: the first of the times, and that there are more."""
    first = min(times)
    again = " …" if len(times) > 1 else ""
    return f"{label(first)}{again}", local(first.start).date()


def due_before(event_on: date, received: date, usual: date) -> date:
    """When an answer on a room is due: as usual, but the day before it is wanted; never before it was asked for."""
    return max(received, min(usual, event_on - timedelta(days=1)))


def lookup_digest(repeat_key: str, event_day: str | None, when_label: str) -> str:
    """A digest of what later questions look the case up by, so that nobody moves it out of their sight unseen."""
    return hashlib.sha256(canonical([repeat_key, event_day, when_label]).encode()).hexdigest()
