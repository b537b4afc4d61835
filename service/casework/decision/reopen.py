"""A decided case is taken up again, and support is stopped or released meanwhile."""

from dataclasses import dataclass

from service.casework.decision.decided import decision_of, new_due
from service.desk import form, letter_sheet
from service.desk.applicant_told import News, tell
from service.desk.step import Scene
from service.desk.step_form import CaseNow, StepForm, unless
from service.domain.basis import confirmed_listing
from service.domain.errors import InvalidInput, NotAllowed, Problem
from service.domain.events.decision import CaseReopened, SupportReleased, SupportStopped
from service.domain.finding import Resolution
from service.domain.letter import ApplicantNews

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
        )
        await scene.take(data, owner=scene.by.id, due_on=due)


@dataclass(frozen=True)
class StopSupport(StepForm):
    """Stop all support to the association on a confirmed sanctions listing: nothing is awaited (2025:327, 3 §).

    While it stands no case of the association gives, executes or hands out anything; it is told at once, and how to
    answer.
    Only a listing that two persons have confirmed can stop them; the decision on the case is made as always.
    """

    name = "stop"
    event = SupportStopped

    finding: str = form.code()
    text: str = form.text()
    language: str = form.choice(letter_sheet.LANGUAGES)

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        obstacle = any(finding.resolution is Resolution.OBSTACLE for finding in case.basis.findings)
        return unless(obstacle and case.dossier.stopped is None, "step.nothing_to_stop")

    async def work(self, scene: Scene) -> None:
        if scene.dossier.stopped:
            raise NotAllowed("support.stopped_already")
        basis = await scene.basis()
        if not any(finding.id == self.finding and confirmed_listing(basis, finding) for finding in basis.findings):
            raise InvalidInput([Problem("/finding", "support.not_confirmed")])
        await scene.take(SupportStopped(finding=self.finding, text=scene.keep("resolution", self.text)))
        news = News(ApplicantNews.SUPPORT_STOPPED, {"text": self.text}, language=self.language)
        scene.case = await tell(scene.desk, scene.writing, scene.case, news, by=scene.actor)


@dataclass(frozen=True)
class ReleaseSupport(StepForm):
    """Payment and access may go on."""

    name = "release-support"
    event = SupportReleased

    text: str = form.text()
    language: str = form.choice(letter_sheet.LANGUAGES)

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        return unless(case.dossier.stopped, "support.not_stopped")

    async def work(self, scene: Scene) -> None:
        if scene.dossier.stopped is None:
            raise NotAllowed("support.not_stopped")
        await scene.take(SupportReleased(text=scene.keep("resolution", self.text)))
        news = News(ApplicantNews.SUPPORT_RELEASED, {"text": self.text}, language=self.language)
        scene.case = await tell(scene.desk, scene.writing, scene.case, news, by=scene.actor)
