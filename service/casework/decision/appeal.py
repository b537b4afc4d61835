"""An appeal comes in, is tried in time, is forwarded, and comes back; or nobody appealed and the decision is final."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from service.casework.decision.decided import check_since, decision_of, new_due
from service.desk import form
from service.desk.fields import check_not_later
from service.desk.step import Scene
from service.desk.step_form import CaseNow, StepForm, unless
from service.domain.case import State
from service.domain.dossier.dossier import Appeal, Dossier
from service.domain.enclosure import EnclosureKind
from service.domain.errors import InvalidInput, NotAllowed, Problem
from service.domain.events.decision import AppealForwarded, AppealReceived, AppealSettled, AppealTested, DecisionFinal

#: How an appeal ends by a court's ruling.
OF_A_COURT = ("upheld", "annulled")
APPEAL_OUTCOMES = (*OF_A_COURT, "dismissed", "withdrawn")


@dataclass(frozen=True)
class ReceiveAppeal(StepForm):
    """An appeal has come in to the City; whether in time is tested by a person (rättidsprövning)."""

    name = "appeal"
    event = AppealReceived

    received: date = form.day()
    text: str = form.text()

    async def work(self, scene: Scene) -> None:
        decided = decision_of(scene)
        check_since(decided, self.received, scene.today, "/received")
        await scene.take(
            AppealReceived(
                appeal=scene.desk.outside.new_id(),
                decision=decided.id,
                received=self.received,
                text=scene.keep("applicant", self.text),
            )
        )


def appeal_in_time(dossier: Dossier) -> bool | None:
    """Whether the last appeal came in time by the dates of the case; None where nothing has been posted yet.

    Before a notice is posted the time has not begun to run, and an appeal cannot be late (KL 13:5).
    """
    appeal = dossier.appeal
    last = next((one.last_day for one in dossier.decisions if appeal and one.id == appeal.decision), None)
    return None if appeal is None or last is None else appeal.received <= last


@dataclass(frozen=True)
class CheckAppealInTime(StepForm):
    """A person tests whether the appeal came in time; the dates of the case decide which answer can be given."""

    name = "appeal-test"
    event = AppealTested

    in_time: bool = form.yes_no()
    text: str = form.text()

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        return unless(case.dossier.appeal and case.dossier.appeal.in_time is None, "appeal.tested_already")

    async def work(self, scene: Scene) -> None:
        appeal, decided = scene.dossier.appeal, decision_of(scene)
        if appeal is None or appeal.in_time is not None:
            raise NotAllowed("appeal.tested_already")
        computed = appeal_in_time(scene.dossier)
        if self.in_time != (True if computed is None else computed):
            last_day = decided.last_day.isoformat() if decided.last_day else "-"
            raise InvalidInput([Problem("/in_time", "appeal.dates_say_other", {"day": last_day})])
        data = AppealTested(
            appeal=appeal.id,
            in_time=self.in_time,
            last_day=decided.last_day,
            text=scene.keep("resolution", self.text),
        )
        await scene.take(data)


@dataclass(frozen=True)
class ForwardAppeal(StepForm):
    """The appeal, with the case, has been sent on to the court."""

    name = "appeal-forward"
    event = AppealForwarded

    on: date = form.day()

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        appeal = case.dossier.appeal
        return unless(appeal and appeal.in_time is not None and not appeal.forwarded, "step.no_appeal_to_forward")

    async def work(self, scene: Scene) -> None:
        appeal = scene.dossier.appeal
        if appeal is None or appeal.in_time is None:
            raise NotAllowed("appeal.test_first")
        if not appeal.received <= self.on <= scene.today:
            raise InvalidInput([Problem("/on", "input.not_now_or_earlier")])
        await scene.take(AppealForwarded(appeal=appeal.id, on=self.on))


@dataclass(frozen=True)
class SettleAppeal(StepForm):
    """How the appeal ended. A decision that the court annuls is void, and the case is open again (KL 13:15)."""

    name = "appeal-settle"
    event = AppealSettled

    outcome: str = form.choice(APPEAL_OUTCOMES)
    on: date = form.day()
    text: str = form.text()

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        appeal = case.dossier.appeal
        return unless(appeal and appeal.in_time is not None, "appeal.test_first")

    async def work(self, scene: Scene) -> None:
        appeal = scene.dossier.appeal
        if appeal is None or appeal.in_time is None:
            raise NotAllowed("appeal.test_first")
        if appeal.outcome is not None:
            raise NotAllowed("appeal.settled_already")
        if appeal.forwarded is None and self.outcome in OF_A_COURT:
            raise NotAllowed("appeal.forward_first")
        check_not_later("/on", self.on, scene.today)
        if self.outcome in OF_A_COURT:
            _check_ruling(scene, appeal, self.on)
        left = len(scene.dossier.open_appeals) - 1
        annulled = self.outcome == "annulled"
        data = AppealSettled(
            appeal=appeal.id,
            outcome=self.outcome,
            on=self.on,
            left=left,
            text=scene.keep("resolution", self.text),
            owner=scene.by.id if annulled else None,
            due=new_due(scene) if annulled else None,
        )
        changed: dict[str, Any] = {"state": State.APPEALED} if left else {}
        if annulled:
            changed = {"state": State.IN_REVIEW, "owner": data.owner, "due_on": data.due, "withdrawn": False}
        await scene.take(data, **changed)


def _check_ruling(scene: Scene, appeal: Appeal, on: date) -> None:
    """A court's ruling is of a day after the appeal came to it, and enclosed by another than who records it."""
    assert appeal.forwarded is not None
    if on < appeal.forwarded:
        raise InvalidInput([Problem("/on", "input.not_earlier", {"day": appeal.forwarded.isoformat()})])
    if not scene.dossier.enclosed_by_another(EnclosureKind.COURT_RULING, scene.by.pseudonym):
        raise InvalidInput([Problem("/outcome", "appeal.ruling_missing")])


@dataclass(frozen=True)
class DeclareFinal(StepForm):
    """The decision has gained legal force (laga kraft): its time for appeal is over and nobody has appealed in time."""

    name = "final"
    event = DecisionFinal

    async def work(self, scene: Scene) -> None:
        decided = decision_of(scene)
        if decided.last_day is None:
            raise NotAllowed("decision.not_posted")
        if scene.dossier.open_appeals:
            raise NotAllowed("appeal.test_first")
        if scene.today <= decided.last_day:
            raise NotAllowed("decision.still_appealable", day=decided.last_day.isoformat())
        await scene.take(DecisionFinal(decision=decided.id, last_day=decided.last_day))
