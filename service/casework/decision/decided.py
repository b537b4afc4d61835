"""The decision that a later step is about."""

from datetime import date, timedelta

from service.desk.step import Scene
from service.domain.clock import local_day
from service.domain.dossier.dossier import Decided
from service.domain.errors import InvalidInput, NotFound, Problem
from service.domain.events.decision import CaseReopened, LetterSent

#: What can be done about a booking that was executed rather than decided.
_OF_EXECUTIONS = frozenset({LetterSent, CaseReopened})


def decision_of(scene: Scene) -> Decided:
    """The decision that stands; of a booking that was executed, the execution where the step can be taken on one."""
    found = scene.dossier.decision or (scene.dossier.executed if scene.event in _OF_EXECUTIONS else None)
    if found is None:
        raise NotFound("decision.not_found")
    return found


def check_since(decided: Decided, day: date, now: date, pointer: str) -> None:
    """A day from the decision's own to today."""
    if day > now:
        raise InvalidInput([Problem(pointer, "input.not_now_or_earlier")])
    if day < local_day(decided.at):
        raise InvalidInput([Problem(pointer, "input.not_earlier", {"day": local_day(decided.at).isoformat()})])


def new_due(scene: Scene) -> date:
    """The day by which a case taken up again is to be answered."""
    days = scene.criteria.kinds[scene.case.kind].answer_days
    return scene.today + timedelta(days=days)
