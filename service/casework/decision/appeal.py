"""An appeal comes in, is tried in time, is forwarded, and comes back; or nobody appealed and the decision is final."""

from datetime import date
from typing import Any

from service.casework.decision.decided import check_since, decision_of, new_due
from service.desk.fields import check_day, check_text, one_of
from service.desk.ports.desk import Desk
from service.desk.step import step
from service.domain.case import State
from service.domain.dossier.dossier import Dossier
from service.domain.errors import InvalidInput, NotAllowed, Problem
from service.domain.events.decision import AppealForwarded, AppealReceived, AppealSettled, AppealTested, DecisionFinal
from service.domain.people import User

#: How a court ends an appeal.
APPEAL_OUTCOMES = ("upheld", "annulled", "dismissed", "withdrawn")


async def receive_appeal(desk: Desk, case_id: str, *, received: str, text: str, by: User, seen: int) -> None:
    """An appeal has come in to the City; whether in time is tested by a person (rättidsprövning)."""
    text, day = check_text("/text", text), check_day("/received", received)
    async with step(desk, case_id, AppealReceived, by=by, seen=seen) as scene:
        decided = decision_of(scene)
        check_since(decided, day, scene.today, "/received")
        await scene.take(
            AppealReceived(
                appeal=desk.outside.new_id(),
                decision=decided.id,
                received=day.isoformat(),
                text=scene.keep("applicant", text),
            )
        )


def appeal_in_time(dossier: Dossier) -> bool | None:
    """Whether the last appeal came in time by the dates of the case; None where nothing has been posted yet.

    Before a notice is posted the time has not begun to run, and an appeal cannot be late (KL 13:5).
    """
    appeal = dossier.appeal
    last = next((one.last_day for one in dossier.decisions if appeal and one.id == appeal.decision), None)
    return None if appeal is None or last is None else appeal.received <= last


async def check_appeal(desk: Desk, case_id: str, *, in_time: bool, text: str, by: User, seen: int) -> None:
    """A person tests whether the appeal came in time; the dates of the case decide which answer can be given."""
    text = check_text("/text", text)
    async with step(desk, case_id, AppealTested, by=by, seen=seen) as scene:
        appeal, decided = scene.dossier.appeal, decision_of(scene)
        if appeal is None or appeal.in_time is not None:
            raise NotAllowed("appeal.tested_already")
        computed = appeal_in_time(scene.dossier)
        if in_time != (True if computed is None else computed):
            raise InvalidInput([Problem("/in_time", "appeal.dates_say_other", {"day": decided.last_day or "-"})])
        data = AppealTested(
            appeal=appeal.id,
            in_time=in_time,
            last_day=decided.last_day,
            text=scene.keep("resolution", text),
        )
        await scene.take(data)


async def forward_appeal(desk: Desk, case_id: str, *, on: str, by: User, seen: int) -> None:
    """The appeal, with the case, has been sent on to the court."""
    async with step(desk, case_id, AppealForwarded, by=by, seen=seen) as scene:
        appeal = scene.dossier.appeal
        if appeal is None or appeal.in_time is None:
            raise NotAllowed("appeal.test_first")
        day = check_day("/on", on)
        if not appeal.received <= day.isoformat() <= scene.today.isoformat():
            raise InvalidInput([Problem("/on", "input.not_now_or_earlier")])
        await scene.take(AppealForwarded(appeal=appeal.id, on=day.isoformat()))


async def settle_appeal(desk: Desk, case_id: str, *, outcome: str, on: str, text: str, by: User, seen: int) -> None:
    """How the appeal ended. A decision that the court annuls is void, and the case is open again (KL 13:15)."""
    text, day = check_text("/text", text), check_day("/on", on)
    one_of("/outcome", outcome, APPEAL_OUTCOMES)
    async with step(desk, case_id, AppealSettled, by=by, seen=seen) as scene:
        appeal = scene.dossier.appeal
        if appeal is None or appeal.in_time is None:
            raise NotAllowed("appeal.test_first")
        if appeal.outcome is not None:
            raise NotAllowed("appeal.settled_already")
        if appeal.forwarded is None and outcome in ("upheld", "annulled"):
            raise NotAllowed("appeal.forward_first")
        if day > scene.today:
            raise InvalidInput([Problem("/on", "input.not_now_or_earlier")])
        left = len(scene.dossier.open_appeals) - 1
        annulled = outcome == "annulled"
        data = AppealSettled(
            appeal=appeal.id,
            outcome=outcome,
            on=day.isoformat(),
            left=left,
            text=scene.keep("resolution", text),
            owner=scene.by.id if annulled else None,
            due=new_due(scene) if annulled else None,
        )
        changed: dict[str, Any] = {"state": State.APPEALED} if left else {}
        if annulled:
            changed = {"state": State.IN_REVIEW, "owner": data.owner, "due_on": data.due}
        await scene.take(data, **changed)


async def declare_final(desk: Desk, case_id: str, *, by: User, seen: int) -> None:
    """The decision has gained legal force (laga kraft): its time for appeal is over and nobody has appealed in time."""
    async with step(desk, case_id, DecisionFinal, by=by, seen=seen) as scene:
        decided = decision_of(scene)
        if decided.last_day is None:
            raise NotAllowed("decision.not_posted")
        if scene.dossier.open_appeals:
            raise NotAllowed("appeal.test_first")
        if scene.today <= date.fromisoformat(decided.last_day):
            raise NotAllowed("decision.still_appealable", day=decided.last_day)
        await scene.take(DecisionFinal(decision=decided.id, last_day=decided.last_day))
