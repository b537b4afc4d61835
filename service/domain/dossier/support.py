"""What follows from events of support as a whole, in the case where they were set down."""

from service.domain.dossier.dossier import Dossier, Reassessment
from service.domain.dossier.review import done
from service.domain.events.event import Entry
from service.domain.events.folds import Folds
from service.domain.events.support import (
    AssociationJoined,
    AssociationSeparated,
    ReassessmentProposed,
    ReassessmentSettled,
    StopAnswered,
    StopConsidered,
    StopEnded,
    SupportReleased,
    SupportStopped,
)
from service.domain.stops import follow_stop

FOLDS = Folds[Dossier]()
#: What an officer may make of what has turned up, beside that the support stands.
TAKE_UP = "take_up"


@FOLDS.of(StopConsidered)
def stop_considered(dossier: Dossier, data: StopConsidered, entry: Entry) -> None:
    """A stop that waits for an answer and a second person."""
    follow_stop(dossier.stops, data, entry)


@FOLDS.of(StopAnswered)
def stop_answered(dossier: Dossier, data: StopAnswered, entry: Entry) -> None:
    """The association's answer."""
    follow_stop(dossier.stops, data, entry)


@FOLDS.of(SupportStopped)
def support_stopped(dossier: Dossier, data: SupportStopped, entry: Entry) -> None:
    """The stop."""
    follow_stop(dossier.stops, data, entry)


@FOLDS.of(SupportReleased)
def support_released(dossier: Dossier, data: SupportReleased, entry: Entry) -> None:
    """It is lifted."""
    follow_stop(dossier.stops, data, entry)


@FOLDS.of(StopEnded)
def stop_ended(dossier: Dossier, data: StopEnded, entry: Entry) -> None:
    """Its time is over."""
    follow_stop(dossier.stops, data, entry)


@FOLDS.of(ReassessmentProposed)
def reassessment_proposed(dossier: Dossier, data: ReassessmentProposed, entry: Entry) -> None:
    """What has turned up."""
    dossier.reassessments[data.proposal] = Reassessment(done(data, entry))


@FOLDS.of(ReassessmentSettled)
def reassessment_settled(dossier: Dossier, data: ReassessmentSettled, entry: Entry) -> None:
    """What an officer made of it."""
    dossier.reassessments[data.proposal].settled = done(data, entry)
    dossier.to_take_up = data.outcome == TAKE_UP


@FOLDS.of(AssociationJoined)
def association_joined(dossier: Dossier, data: AssociationJoined, entry: Entry) -> None:
    """Another association that is the same."""
    dossier.joined[data.joined] = done(data, entry)


@FOLDS.of(AssociationSeparated)
def association_separated(dossier: Dossier, data: AssociationSeparated, _: Entry) -> None:
    """One that was not."""
    dossier.joined.pop(data.joined, None)
