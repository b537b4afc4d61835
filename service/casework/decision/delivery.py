"""The decision reaches those it is for: the letter, the notice board, the report to the board."""

from service.casework.decision.decided import check_since, decision_of
from service.casework.letters import compose
from service.casework.letters.compose import CHANNELS
from service.casework.letters.decision_letter import confirmation, decision_letter, decision_values, record_of
from service.desk.fields import check_day, one_of
from service.desk.ports.desk import Desk
from service.desk.step import step
from service.domain.clock import local_day
from service.domain.errors import NotAllowed
from service.domain.events.decision import DecisionPosted, DecisionReported, LetterSent
from service.domain.people import User
from service.rules.calendar import last_day


async def send_letter(desk: Desk, case_id: str, *, channel: str, language: str, sent: str, by: User, seen: int) -> None:
    """Send the decision with how to appeal, and write down how and when (expediering)."""
    one_of("/channel", channel, CHANNELS)
    one_of("/language", language, compose.LANGUAGES)
    async with step(desk, case_id, LetterSent, by=by, seen=seen) as scene:
        decided = decision_of(scene)
        day = check_day("/sent", sent) if sent else scene.today
        check_since(decided, day, scene.today, "/sent")
        template = "booking" if decided is scene.dossier.executed else "decision"
        if template == "booking":
            written = await confirmation(desk, scene.writing, scene.case, decided, scene.procedure, language)
        else:
            written = await decision_letter(
                desk, scene.writing, scene.case, decided, scene.criteria, scene.procedure, language
            )
        await scene.take(
            LetterSent(
                decision=decided.id,
                channel=channel,
                sent=day.isoformat(),
                letter=compose.keep(desk, scene.writing, scene.case, template, written),
            )
        )


async def post_notice(desk: Desk, case_id: str, *, posted: str, by: User, seen: int) -> None:
    """Note the day on which the decision was posted on the notice board: from it runs the time for appeal (KL 13:5)."""
    async with step(desk, case_id, DecisionPosted, by=by, seen=seen) as scene:
        decided = decision_of(scene)
        if decided.posted:
            raise NotAllowed("decision.posted_already")
        day = check_day("/posted", posted)
        check_since(decided, day, scene.today, "/posted")
        last = last_day(day, scene.procedure.routine.appeal_days)
        values = await decision_values(desk, scene.writing, record_of(decided), scene.criteria, "sv")
        values |= {"decided_on": local_day(decided.at).isoformat(), "last_day": last.isoformat()}
        notice = compose.sheet(desk, scene.procedure, "notice", "sv", values, case=scene.case, recipient="")
        await scene.take(
            DecisionPosted(
                decision=decided.id,
                posted=day.isoformat(),
                last_day=last.isoformat(),
                letter=compose.keep(desk, scene.writing, scene.case, "notice", notice),
            )
        )


async def report(desk: Desk, case_id: str, *, meeting: str, by: User, seen: int) -> None:
    """Note the meeting at which the delegated decision was reported to the board (KL 6:40)."""
    async with step(desk, case_id, DecisionReported, by=by, seen=seen) as scene:
        decided = decision_of(scene)
        day = check_day("/meeting", meeting)
        check_since(decided, day, scene.today, "/meeting")
        await scene.take(DecisionReported(decision=decided.id, meeting=day.isoformat()))
