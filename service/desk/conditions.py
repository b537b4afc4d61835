"""The conditions that stand for a case."""

from datetime import timedelta

from service.desk.step import Scene
from service.domain.events.fields import Condition


def conditions_in_force(scene: Scene) -> tuple[Condition, ...]:
    """The routine's own conditions, among them the reservation of revocation (D9)."""
    conditions = []
    for condition in scene.procedure.routine.conditions:
        if scene.case.kind not in condition.kinds:
            continue
        text = scene.writing.keep("condition", {"text": condition.text["sv"]}, case=scene.case.id)
        days = condition.due_days
        due = None if days is None else scene.today + timedelta(days=days)
        conditions.append(Condition(condition.id, text, due))
    return tuple(conditions)
