"""What bookings and keys leave behind in a case."""

from service.domain.decision import DecisionOutcome
from service.domain.dossier.dossier import Decided, Dossier, ToldApplicant
from service.domain.dossier.review import done
from service.domain.events.bookings import (
    BookingCancelled,
    BookingExecuted,
    BookingMoved,
    BookingRestored,
    BookingSettled,
    KeyAccessGiven,
    KeyAccessScreened,
    KeyAccessSettled,
)
from service.domain.events.decision import ApplicantTold
from service.domain.events.event import Entry
from service.domain.events.folds import Folds
from service.domain.letter import ApplicantNews
from service.domain.people import is_person
from service.domain.premises import BookingStatus

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
    dossier.closed_over.discard(data.booking)
    dossier.lapsed_untold.discard(data.booking)
    for decided in (dossier.grant, dossier.executed):
        if decided is not None:
            decided.letters.clear()


@FOLDS.of(BookingSettled)
def booking_settled(dossier: Dossier, data: BookingSettled, _: Entry) -> None:
    """What has been decided of a time is told with the decision; a hold that ran out has to be told by itself."""
    for time in data.bookings:
        dossier.lapsed_untold.discard(time.booking)
        if time.status == BookingStatus.LAPSED:
            dossier.lapsed_untold.add(time.booking)
        if time.status == BookingStatus.CONFIRMED:
            dossier.let.add(time.booking)
        else:
            dossier.let.discard(time.booking)
            dossier.closed_over.discard(time.booking)


@FOLDS.of(BookingCancelled)
def booking_cancelled(dossier: Dossier, data: BookingCancelled, entry: Entry) -> None:
    """Times that the hirer no longer wants; what it cancelled itself stands by its own word."""
    times = {time.booking for time in data.bookings}
    if is_person(entry.actor):
        dossier.called_off |= times & dossier.let
    dossier.let -= times
    dossier.closed_over -= times
    dossier.lapsed_untold -= times


@FOLDS.of(BookingRestored)
def booking_restored(dossier: Dossier, data: BookingRestored, _: Entry) -> None:
    """They stand again."""
    times = {time.booking for time in data.bookings}
    dossier.called_off -= times
    dossier.let |= times


@FOLDS.of(ApplicantTold)
def applicant_told(dossier: Dossier, data: ApplicantTold, entry: Entry) -> None:
    """A letter to send, and what follows from what it tells."""
    why, times = ApplicantNews(data.why), set(data.bookings)
    dossier.told[data.notice] = ToldApplicant(data.notice, why, entry.at, entry.seq)
    if why is ApplicantNews.ROOM_CLOSED:
        dossier.closed_over |= times
    elif why is ApplicantNews.ROOM_REOPENED:
        dossier.closed_over -= times
    elif why is ApplicantNews.HOLD_LAPSED:
        dossier.lapsed_untold -= times


@FOLDS.of(KeyAccessScreened)
def key_access_screened(dossier: Dossier, data: KeyAccessScreened, entry: Entry) -> None:
    """The last asking of the lists."""
    dossier.key_access_screened = done(data, entry)
    dossier.key_access_apart = set()


@FOLDS.of(KeyAccessSettled)
def key_access_settled(dossier: Dossier, data: KeyAccessSettled, _: Entry) -> None:
    """Whom a person has held apart since."""
    dossier.key_access_apart |= set(data.held_apart)


@FOLDS.of(KeyAccessGiven)
def key_access_given(dossier: Dossier, data: KeyAccessGiven, entry: Entry) -> None:
    """The key for a time."""
    dossier.key_access_given[data.booking] = done(data, entry)
