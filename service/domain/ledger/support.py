"""What follows from events of support as a whole."""

from service.domain.clock import local_day
from service.domain.events.event import Entry
from service.domain.events.folds import Folds
from service.domain.events.support import (
    AssociationJoined,
    AssociationSeparated,
    ReassessmentSettled,
    StopAnswered,
    StopConsidered,
    StopEnded,
    SupportReleased,
    SupportStopped,
)
from service.domain.finding import Resolution
from service.domain.ledger.facts import DistinctionFact
from service.domain.ledger.tables import Tables
from service.domain.stops import Stop, follow_stop

FOLDS = Folds[Tables]()


@FOLDS.of(StopConsidered)
def stop_considered(tables: Tables, data: StopConsidered, entry: Entry) -> None:
    """A stop that waits, whatever becomes of it."""
    follow_stop(tables.stops_in(entry), data, entry)


@FOLDS.of(StopAnswered)
def stop_answered(tables: Tables, data: StopAnswered, entry: Entry) -> None:
    """The association's answer."""
    follow_stop(tables.stops_in(entry), data, entry)


@FOLDS.of(SupportStopped)
def support_stopped(tables: Tables, data: SupportStopped, entry: Entry) -> None:
    """A stop on a listing, or one that another put forward and that the association was heard on, or ValueError."""
    stops = tables.stops_in(entry)
    if data.finding is None:
        _check_two_and_heard(stops.get(data.stop), data, entry)
    else:
        _check_listing(tables, data, entry)
    follow_stop(stops, data, entry)


def _check_listing(tables: Tables, data: SupportStopped, entry: Entry) -> None:
    finding = tables.finding.get(data.finding or "")
    if finding is None or finding.case != entry.case or finding.resolution != Resolution.OBSTACLE:
        raise ValueError("stopped on a finding that no person found an obstacle in the case")
    if data.until is not None:
        raise ValueError("a bar in law with an end")


def _check_two_and_heard(stop: Stop | None, data: SupportStopped, entry: Entry) -> None:
    if stop is None or not stop.waiting:
        raise ValueError("stopped without having been put forward")
    if stop.considered_by == entry.actor:
        raise ValueError("stopped by the one who put it forward")
    if not stop.heard(local_day(entry.at)):
        raise ValueError("stopped before the association was heard")
    if (data.ground, data.clause, data.until) != (stop.ground, stop.clause, stop.until):
        raise ValueError("stopped otherwise than was put forward")


@FOLDS.of(SupportReleased)
def support_released(tables: Tables, data: SupportReleased, entry: Entry) -> None:
    """It is lifted; other stops stand."""
    follow_stop(tables.stops_in(entry), data, entry)


@FOLDS.of(StopEnded)
def stop_ended(tables: Tables, data: StopEnded, entry: Entry) -> None:
    """Its last day is over, or ValueError: the service ends none before."""
    stops = tables.stops_in(entry)
    until = stops[data.stop].until
    if until is None or local_day(entry.at) <= until:
        raise ValueError("a stop ended before its time")
    follow_stop(stops, data, entry)


@FOLDS.of(ReassessmentSettled)
def reassessment_settled(tables: Tables, data: ReassessmentSettled, entry: Entry) -> None:
    """The pairs that are held apart from now on."""
    for pair in data.held_apart:
        tables.distinction[pair] = DistinctionFact(entry.case or "", data.proposal, entry.actor, entry.at)


@FOLDS.of(AssociationJoined)
def association_joined(tables: Tables, data: AssociationJoined, entry: Entry) -> None:
    """All cases of the other are of this one; ValueError where they were of neither."""
    if tables.case_of(entry).organisation != data.into:
        raise ValueError("joined to an association that the case is not of")
    _move(tables, data.cases, data.joined, data.into)


@FOLDS.of(AssociationSeparated)
def association_separated(tables: Tables, data: AssociationSeparated, entry: Entry) -> None:
    """The cases are of the association that they were of before."""
    _move(tables, data.cases, tables.case_of(entry).organisation, data.joined)


def _move(tables: Tables, cases: tuple[str, ...], before: str, after: str) -> None:
    """These cases, with the clearances given in them, are of another association; ValueError where they were not."""
    for case in cases:
        if tables.case[case].organisation != before:
            raise ValueError("a case that was of another association")
        tables.move_case(case, after)
    for clearance in tables.clearance.values():
        if clearance.case in cases:
            clearance.organisation = after
