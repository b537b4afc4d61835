"""Events of support as a whole: stops of all that an association has, and what is compared again while it has it."""

from typing import Annotated

from service.domain.events.event import COLLEAGUES, HANDLERS, EventData, RoutineStep, event
from service.domain.events.fields import (
    Code,
    Commitment,
    Day,
    Digest,
    ListRef,
    Part,
    RenewedAnswer,
    RuleSetRef,
    SameAsListed,
    Uuid,
    Whole,
)


@event("stop:considered", persons=HANDLERS)
class StopConsidered(RoutineStep, frozen=True):
    """A stop of the association's support is put forward; it is told and may answer, or is told with the stop."""

    stop: Annotated[Uuid, "the stop"]
    ground: Annotated[Code, "on which ground of the rule set"]
    clause: Annotated[Code, "by which clause"]
    until: Annotated[Day, "the last day that it would stand"]
    due: Annotated[Day | None, "the last day for an answer; none where nothing is awaited"]
    exception: Annotated[Code | None, "why nothing is awaited, from the closed list"]
    text: Annotated[Commitment, "what has happened, as the association is told"]
    exception_text: Annotated[Commitment | None, "why the exception holds here"]


@event("stop:answered", persons=HANDLERS, material=True)
class StopAnswered(RoutineStep, frozen=True):
    """The association has answered."""

    stop: Annotated[Uuid, "the stop that is considered"]
    answer: Annotated[Commitment, "the answer"]
    received: Annotated[Day, "the day it came"]


@event("support:stopped", persons=COLLEAGUES)
class SupportStopped(RoutineStep, frozen=True):
    """Support is stopped: at once on a confirmed listing (2025:327, 3 §), else by a second person."""

    stop: Annotated[Uuid, "the stop"]
    ground: Annotated[Code, "on which ground of the rule set"]
    clause: Annotated[Code, "by which clause"]
    scope: Annotated[tuple[Code, ...], "what is stopped"]
    until: Annotated[Day | None, "the last day that it stands; none for a legal bar"]
    finding: Annotated[Uuid | None, "the confirmed listing, where it is a legal bar"]
    text: Annotated[Commitment, "why"]


@event("support:released", persons=COLLEAGUES)
class SupportReleased(RoutineStep, frozen=True):
    """A stop is lifted, or one that was considered is not set."""

    stop: Annotated[Uuid, "the stop"]
    text: Annotated[Commitment, "why"]


@event("stop:ended", service=True)
class StopEnded(RoutineStep, frozen=True):
    """The last day of a stop has gone by."""

    stop: Annotated[Uuid, "the stop"]


class Affected(Part, frozen=True):
    """Support that an association has, which a proposal would concern."""

    kind: Annotated[Code, "what it is: a grant, conditions, bookings ahead, a clearance, keys"]
    case: Annotated[Uuid, "in which case it was given"]
    count: Annotated[Whole, "how many there are"]


@event("reassessment:proposed", persons=HANDLERS, service=True)
class ReassessmentProposed(RoutineStep, frozen=True):
    """Something has turned up about an association that has support: somebody is to look; nothing follows of itself."""

    proposal: Annotated[Uuid, "the proposal"]
    answers: Annotated[tuple[RenewedAnswer, ...], "what the checks say now"]
    matters: Annotated[tuple[Digest, ...], "what is new in that, each once"]
    support: Annotated[tuple[Affected, ...], "the support of the association that it concerns"]
    owner: Annotated[Uuid | None, "whose it is to look; none where the case has nobody"]
    due: Annotated[Day, "by which day"]
    model: Annotated[Code, "the name comparison's version"]
    inputs: Annotated[Commitment, "all that the checks were given"]
    procedure: Annotated[RuleSetRef, "the rule set"]


@event("reassessment:settled", persons=HANDLERS)
class ReassessmentSettled(RoutineStep, frozen=True):
    """An officer has looked at what had turned up."""

    proposal: Annotated[Uuid, "the proposal"]
    outcome: Annotated[Code, "whether the support stands, or the case is to be taken up"]
    held_apart: Annotated[tuple[Digest, ...], "the pairs of name and list entry that are not the same"]
    same: Annotated[tuple[SameAsListed, ...], "the pairs that are the same, and by what"]
    reason: Annotated[Commitment, "why"]


@event("support:swept", service=True)
class SupportSwept(EventData, frozen=True):
    """All support that the change can touch has been compared again (re-screening); what came out is proposed."""

    sweep: Annotated[Uuid, "this sweep"]
    whole: Annotated[bool, "whether everything was compared, or what a change can touch"]
    causes: Annotated[tuple[Code, ...], "what had changed, or that it was night"]
    lists: Annotated[tuple[ListRef, ...], "the lists as they were asked"]
    procedure: Annotated[RuleSetRef, "the rule set"]
    model: Annotated[Code, "the name comparison's version"]
    cases: Annotated[Whole, "in how many cases there was support"]
    parties: Annotated[Whole, "how many names were compared"]
    compared: Annotated[Digest, "of what was compared"]
    proposals: Annotated[Whole, "how many proposals came of it"]
    unknown: Annotated[Whole, "of how many cases something could not be checked"]


@event("association:joined", persons=HANDLERS)
class AssociationJoined(RoutineStep, frozen=True):
    """An officer has recorded, with a document, that two associations are one: a new number, or a merger."""

    kind: Annotated[Code, "a changed number, or a merger"]
    into: Annotated[Uuid, "the association that both are from now on: that of the case"]
    joined: Annotated[Uuid, "the association that the other cases were of"]
    cases: Annotated[tuple[Uuid, ...], "those cases"]
    enclosure: Annotated[Uuid, "the document that shows it, in the case"]
    text: Annotated[Commitment, "what it says"]


@event("association:separated", persons=HANDLERS)
class AssociationSeparated(RoutineStep, frozen=True):
    """It was not so: the cases are of the association that they were of before."""

    joined: Annotated[Uuid, "that association"]
    cases: Annotated[tuple[Uuid, ...], "those cases"]
    text: Annotated[Commitment, "why"]
