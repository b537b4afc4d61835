"""A stop concerns the association: while one stands in any of its cases, none of them gives what it halts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from service.audit.leaf import data_of
from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading
from service.desk.rulebook import today
from service.domain.clock import Instant
from service.domain.errors import GranskaError
from service.domain.events.event import SYSTEM_ACTOR, Entry, Event
from service.domain.events.support import StopEnded, SupportReleased, SupportStopped
from service.domain.stops import STOP_EVENTS, Stop, StopScope, follow_stop

#: How many of the newest stops are looked through for those whose time is over.
MOST_STOPS = 10_000


@dataclass(frozen=True)
class StandingStop:
    """A stop of support of an association, in the case where it was set; `since` is UTC milliseconds."""

    id: str
    case_id: str
    ground: str
    clause: str
    scope: frozenset[str]
    until: date | None
    since: Instant


@dataclass(frozen=True)
class StopOfCase:
    """A stop, whatever has become of it, and the case it is in."""

    case_id: str
    stop: Stop


async def stops_of(reading: Reading, organisations: Collection[str]) -> dict[str, list[StopOfCase]]:
    """By association, every stop that was ever considered or set in any of its cases, oldest first."""
    stops: dict[tuple[str, str], dict[str, Stop]] = {}
    for organisation, row in await reading.entries_of_associations(organisations, *STOP_EVENTS):
        data = data_of(row.leaf)
        entry = Entry(row.seq, row.at, row.actor, row.case_id, data)
        follow_stop(stops.setdefault((organisation, row.case_id or ""), {}), data, entry)
    by_association: dict[str, list[StopOfCase]] = {}
    for (organisation, case_id), of_case in stops.items():
        by_association.setdefault(organisation, []).extend(StopOfCase(case_id, stop) for stop in of_case.values())
    return by_association


async def standing_stops(reading: Reading, organisations: Collection[str]) -> dict[str, list[StandingStop]]:
    """By association, the stops that stand in any of its cases; one without any is left out."""
    standing: dict[str, list[StandingStop]] = {}
    for organisation, stops in (await stops_of(reading, organisations)).items():
        set_ones = [stop for stop in stops if stop.stop.standing]
        if set_ones:
            standing[organisation] = [_standing(stop) for stop in set_ones]
    return standing


def _standing(stop: StopOfCase) -> StandingStop:
    known = stop.stop
    assert known.since is not None
    return StandingStop(known.id, stop.case_id, known.ground, known.clause, known.scope, known.until, known.since)


def halts(stops: Sequence[StandingStop], *scopes: StopScope) -> bool:
    """Whether one of these halts any of this."""
    return any(not stop.scope.isdisjoint(scopes) for stop in stops)


async def stopped(reading: Reading, organisation: str, *scopes: StopScope) -> bool:
    """Whether any of these is halted for the association."""
    standing = (await standing_stops(reading, [organisation])).get(organisation, [])
    return halts(standing, *scopes)


async def end_stops(desk: Desk) -> int:
    """Write down that stops have ended whose last day is over; returns how many."""
    ended = 0
    async with desk.store.reading() as reading:
        over = await _cases_with_stops_over(reading, today(desk))
    for case_id in over:
        try:
            ended += await _end_in(desk, case_id)
        except GranskaError:
            continue  # someone changed the case meanwhile: it is looked at again at the next turn
    return ended


async def _cases_with_stops_over(reading: Reading, day: date) -> list[str]:
    """The cases in which a stop that was set has had its last day, and nothing says that it has ended."""
    ended: set[str] = set()
    for kind in (SupportReleased, StopEnded):
        for row in await reading.entries_of_type(kind, limit=MOST_STOPS):
            data = data_of(row.leaf)
            assert isinstance(data, (SupportReleased, StopEnded))
            ended.add(data.stop)
    cases = []
    for row in await reading.entries_of_type(SupportStopped, limit=MOST_STOPS):
        data = data_of(row.leaf)
        assert isinstance(data, SupportStopped)
        if data.until is not None and data.until < day and data.stop not in ended:
            cases.append(row.case_id or "")
    return list(dict.fromkeys(cases))


async def _end_in(desk: Desk, case_id: str) -> int:
    async with desk.store.writing() as writing:
        case = await writing.case(case_id)
        known = (await stops_of(writing, [case.organisation_id])).get(case.organisation_id, [])
        day = today(desk)
        own = [of_case.stop for of_case in known if of_case.case_id == case_id and of_case.stop.standing]
        over = [stop for stop in own if stop.until is not None and stop.until < day]
        for stop in over:
            event = Event(StopEnded(stop=stop.id), SYSTEM_ACTOR, desk.outside.now(), case=case_id)
            case = await writing.step_taken(event, case.after(StopEnded))
    return len(over)
