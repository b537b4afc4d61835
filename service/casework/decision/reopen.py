"""A decided case is taken up again."""

from dataclasses import dataclass

from service.casework.decision.decided import decision_of, new_due
from service.desk import form
from service.desk.step import Scene
from service.desk.step_form import StepForm
from service.domain.errors import NotAllowed
from service.domain.events.decision import CaseReopened

#: Why a decided case is taken up again.
REOPENING = ("revocation", "change")


@dataclass(frozen=True)
class Reopen(StepForm):
    """Take a decided case up again: to revoke or recover, or to change it; everything adverse starts anew."""

    name = "reopen"
    event = CaseReopened

    ground: str = form.choice(REOPENING)
    text: str = form.text()

    async def work(self, scene: Scene) -> None:
        await self.take_up(scene, withdrawal=None)

    async def take_up(self, scene: Scene, *, withdrawal: str | None) -> None:
        """Take the case up, by itself or in a proceeding with other decisions of the association."""
        decided = decision_of(scene)
        if self.ground == "revocation" and scene.dossier.given is None:
            raise NotAllowed("decision.nothing_to_revoke")
        due = new_due(scene)
        data = CaseReopened(
            ground=self.ground,
            decision=decided.id,
            text=scene.keep("resolution", self.text),
            owner=scene.by.id,
            due=due,
            withdrawal=withdrawal,
        )
        # What the lists and registers say now is what the case is judged by when it is open again.
        await scene.take(data, screen=True, owner=scene.by.id, due_on=due)
