"""Events of support as a whole: stops of all that an association has."""

from typing import Annotated

from service.domain.events.event import COLLEAGUES, HANDLERS, RoutineStep, event
from service.domain.events.fields import Code, Commitment, Day, Uuid


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
