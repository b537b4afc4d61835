"""What a round of checks was answered from: kept with the round, so that it can be run again years later."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from service.desk.ports.desk import Desk
from service.domain.check import Need
from service.pipeline.runner import Sources, Unavailable
from service.screening.material import Material
from service.screening.needs import NEEDS
from service.screening.recorded import FORM

#: How a fetch that ended in nothing is told apart from one that told why.
BROKE = "broke"


def sources_of(desk: Desk, material: Material) -> Sources:
    """How each thing that a check may need is fetched; whatever cannot be had says why."""
    return {need: partial(kept.fetch, desk, material) for need, kept in NEEDS.items()}


@dataclass
class Inputs:
    """The answers from outside the checks, as they were."""

    today: date
    rooms: tuple[str, ...] = ()
    deadline: date | None = None
    fetched: dict[Need, Any] = field(default_factory=dict)
    missing: dict[Need, tuple[str, dict[str, str | int]]] = field(default_factory=dict)

    def recorded(self, sources: Sources) -> Sources:
        """The same sources; what they say is remembered here."""
        return {need: self._remembering(need, fetch) for need, fetch in sources.items()}

    def _remembering(self, need: Need, fetch: Callable[[], Awaitable[Any]]) -> Callable[[], Awaitable[Any]]:
        async def remembered() -> Any:
            try:
                answer = await fetch()
            except Unavailable as why:
                self.missing[need] = (why.code, dict(why.params))
                raise
            except BaseException:
                self.missing[need] = (BROKE, {})
                raise
            self.fetched[need] = answer
            return answer

        return remembered

    def document(self) -> dict[str, Any]:
        """As it is committed to and kept."""
        missing = {need.value: {"code": code, "params": params} for need, (code, params) in self.missing.items()}
        kept = {need.value: NEEDS[need].keep(answer) for need, answer in self.fetched.items()}
        return {
            "form": FORM,
            "today": self.today.isoformat(),
            "rooms": list(self.rooms),
            "deadline": self.deadline.isoformat() if self.deadline else None,
            "missing": missing,
            **kept,
        }
