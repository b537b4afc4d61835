"""What bookings and keys leave behind in a case."""

from service.domain.decision import DecisionOutcome
from service.domain.dossier.dossier import Decided, Dossier
from service.domain.dossier.review import done
from service.domain.events.bookings import BookingExecuted, BookingMoved, KeyAccessGiven, KeyAccessScreened
from service.domain.events.event import Entry
from service.domain.events.folds import Folds

FOLDS = Folds[Dossier]()


@FOLDS.of(BookingExecuted)
def booking_executed(dossier: Dossier, data: BookingExecuted, entry: Entry) -> None:
    """Not a decision, but what was given all the same."""
    dossier.executed = Decided(
        id=data.execution,
        seq=entry.seq,
        at=entry.at,
        by=entry.actor,
        outcome=DecisionOutcome.APPROVAL,
        amount_ore=None,
        bookings=data.bookings,
        conditions=data.conditions,
        terms=data.terms,
        record=None,
    )


@FOLDS.of(BookingMoved)
def booking_moved(dossier: Dossier, data: BookingMoved, _: Entry) -> None:
    """The key was for another time, and what was sent says the time before."""
    dossier.key_access_given.pop(data.booking, None)
    for decided in (dossier.grant, dossier.executed):
        if decided is not None:
            decided.letters.clear()


@FOLDS.of(KeyAccessScreened)
def key_access_screened(dossier: Dossier, data: KeyAccessScreened, entry: Entry) -> None:
    """The last asking of the lists."""
    dossier.key_access_screened = done(data, entry)


@FOLDS.of(KeyAccessGiven)
def key_access_given(dossier: Dossier, data: KeyAccessGiven, entry: Entry) -> None:
    """The key for a time."""
    dossier.key_access_given[data.booking] = done(data, entry)
