"""Stops of support: the grounds a rule set knows, what each stop has come to, and which of them stand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from service.domain.clock import Instant
from service.domain.events.event import Entry, EventData
from service.domain.events.support import StopAnswered, StopConsidered, StopEnded, SupportReleased, SupportStopped


class StopScope(StrEnum):
    """What a stop can halt, in every case of the association."""

    PAYMENT = "payment"
    DECISIONS = "decisions"
    KEYS = "keys"
    BOOKINGS = "bookings"


#: Who sets a stop that another has put forward.
SECONDS = ("colleague", "decision_maker")


@dataclass(frozen=True)
class StopGround:
    """A ground for a stop, with the clause it rests on, for how long it can stand, and what it halts.

    `days` is None for a legal bar alone. `exception_days` is how long it can stand where the association was not heard
    first. `second` is who sets it after another has put it forward.
    """

    id: str
    title: Mapping[str, str]
    clause: str
    scope: frozenset[StopScope]
    second: str
    days: int | None
    exception_days: int


@dataclass
class Stop:
    """A stop from when it is considered until it has ended; instants are UTC milliseconds."""

    id: str
    ground: str
    clause: str
    until: date | None
    considered_by: str | None = None
    considered_at: Instant | None = None
    due: date | None = None
    exception: str | None = None
    text: str | None = None
    answer: str | None = None
    scope: frozenset[str] = frozenset()
    set_by: str | None = None
    since: Instant | None = None
    reason: str | None = None
    ended_at: Instant | None = None

    @property
    def standing(self) -> bool:
        """Whether it has been set and has not ended; one whose last day is over stands until that is written down."""
        return self.set_by is not None and self.ended_at is None

    @property
    def waiting(self) -> bool:
        """Whether it is considered and neither set nor dropped."""
        return self.set_by is None and self.ended_at is None

    def heard(self, today: date) -> bool:
        """Whether it can be set: the association has answered or had its time, or an exception holds."""
        return self.exception is not None or self.answer is not None or (self.due is not None and today > self.due)


def follow_stop(stops: dict[str, Stop], data: EventData, entry: Entry) -> None:
    """Change the stops by an event; raises KeyError where it answers or ends one that there is not."""
    match data:
        case StopConsidered():
            stops[data.stop] = Stop(
                id=data.stop,
                ground=data.ground,
                clause=data.clause,
                until=data.until,
                considered_by=entry.actor,
                considered_at=entry.at,
                due=data.due,
                exception=data.exception,
                text=data.text,
            )
        case StopAnswered():
            stops[data.stop].answer = data.answer
        case SupportStopped():
            stop = stops.setdefault(data.stop, Stop(data.stop, data.ground, data.clause, data.until))
            stop.set_by, stop.since, stop.scope, stop.reason = entry.actor, entry.at, frozenset(data.scope), data.text
        case SupportReleased() | StopEnded():
            stops[data.stop].ended_at = entry.at


#: The events that stops come from.
STOP_EVENTS = (StopConsidered, StopAnswered, SupportStopped, SupportReleased, StopEnded)


def halting(stops: Iterable[Stop], scope: StopScope) -> list[Stop]:
    """Those that stand and halt this."""
    return [stop for stop in stops if stop.standing and scope in stop.scope]
