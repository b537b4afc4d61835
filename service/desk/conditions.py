"""The conditions that stand for a case."""

from datetime import timedelta
from typing import Any

from service.desk.step import Scene


def conditions_in_force(scene: Scene) -> list[dict[str, Any]]:
    """The routine's own conditions, among them the reservation of revocation (D9)."""
    return [
        {
            "id": one.id,
            "text": scene.writing.keep("condition", {"text": one.text["sv"]}, case=scene.case.id),
            "due": None if one.due_days is None else (scene.today + timedelta(days=one.due_days)).isoformat(),
        }
        for one in scene.procedure.routine.conditions
        if scene.case.kind in one.kinds
    ]
