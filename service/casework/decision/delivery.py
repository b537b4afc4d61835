"""The decision reaches those it is for: the letter, the notice board, the report to the board."""

from dataclasses import dataclass
from datetime import date

from service.casework.decision.decided import check_since, decision_of
from service.casework.letters.decision_letter import confirmation, decision_letter, decision_values, record_of
from service.desk import form, letter_sheet
from service.desk.fields import check_not_later
from service.desk.letter_sheet import CHANNELS
from service.desk.ports.desk import Desk
from service.desk.rulebook import rulebook, today
from service.desk.step import Scene, dossier_of
from service.desk.step_form import CaseNow, LetterForm, StepForm, unless
from service.domain import policy
from service.domain.clock import local_day
from service.domain.dossier.dossier import Decided
from service.domain.errors import InvalidInput, NotAllowed, NotFound, Problem
from service.domain.events.decision import (
    DecisionPosted,
    DecisionReported,
    LetterDispatched,
    LetterSent,
    PostingCorrected,
)
from service.domain.events.fields import SentLetter
from service.domain.letter import Recipient
from service.domain.people import User
from service.rules.calendar import last_day


@dataclass(frozen=True)
class SendLetter(LetterForm):
    """Send the decision with how to appeal, and write down how and when (expediering)."""

    name = "letter"
    event = LetterSent

    channel: str = form.choice(CHANNELS)
    language: str = form.choice(letter_sheet.LANGUAGES)
    sent: date | None = form.day(required=False)

    async def work(self, scene: Scene) -> None:
        decided = decision_of(scene)
        day = self.sent or scene.today
        check_since(decided, day, scene.today, "/sent")
        template = "booking" if decided is scene.dossier.executed else "decision"
        if template == "booking":
            written = await confirmation(scene.desk, scene.writing, scene.case, decided, scene.procedure, self.language)
        else:
            written = await decision_letter(
                scene.desk, scene.writing, scene.case, decided, scene.criteria, scene.procedure, self.language
            )
        await scene.take(
            LetterSent(
                decision=decided.id,
                channel=self.channel,
                sent=day,
                letter=letter_sheet.keep(
                    scene.desk, scene.writing, scene.case, template, written, as_code_points=self.as_code_points
                ),
            )
        )


@dataclass(frozen=True)
class PostNotice(StepForm):
    """Note the day on which the decision was posted on the notice board: from it runs the time for appeal (KL 13:5).

    A decision of the board is posted with its adjusted minutes, so both days are noted (KL 8:12).
    """

    name = "notice"
    event = DecisionPosted

    posted: date = form.day()
    adjusted: date | None = form.day(required=False)

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        return unless(case.dossier.decision and not case.dossier.decision.posted, "decision.posted_already")

    async def work(self, scene: Scene) -> None:
        decided = decision_of(scene)
        if decided.posted:
            raise NotAllowed("decision.posted_already")
        last = _last_day_of_appeal(scene, decided, self.posted, self.adjusted)
        data = DecisionPosted(
            decision=decided.id,
            posted=self.posted,
            adjusted=self.adjusted,
            last_day=last,
            letter=await _notice(scene, decided, last),
        )
        await scene.take(data)


@dataclass(frozen=True)
class CorrectNotice(StepForm):
    """Correct the days that were noted of the posting; the time for appeal runs anew from the right day."""

    name = "notice-correction"
    event = PostingCorrected

    posted: date = form.day()
    adjusted: date | None = form.day(required=False)
    text: str = form.text()

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        decided = case.dossier.decision
        return unless(decided and decided.posted and not decided.final, "decision.not_posted")

    async def work(self, scene: Scene) -> None:
        decided = decision_of(scene)
        if decided.posted is None:
            raise NotAllowed("decision.not_posted")
        if decided.final:
            raise NotAllowed("decision.final_already")
        last = _last_day_of_appeal(scene, decided, self.posted, self.adjusted)
        data = PostingCorrected(
            decision=decided.id,
            posted=self.posted,
            adjusted=self.adjusted,
            last_day=last,
            text=scene.keep("resolution", self.text),
            letter=await _notice(scene, decided, last),
        )
        await scene.take(data)


def _last_day_of_appeal(scene: Scene, decided: Decided, posted: date, adjusted: date | None) -> date:
    """The last day for an appeal of what was posted then; raises InvalidInput for days that cannot be so."""
    check_since(decided, posted, scene.today, "/posted")
    if decided.by_board and adjusted is None:
        raise InvalidInput([Problem("/adjusted", "decision.minutes_not_adjusted")])
    if adjusted is not None and adjusted > posted:
        raise InvalidInput([Problem("/adjusted", "decision.posted_before_adjusted")])
    return last_day(posted, scene.procedure.routine.appeal_days)


async def _notice(scene: Scene, decided: Decided, last: date) -> SentLetter:
    values = await decision_values(scene.desk, scene.writing, record_of(decided), scene.criteria, "sv")
    values |= {"decided_on": local_day(decided.at).isoformat(), "last_day": last.isoformat()}
    notice = letter_sheet.sheet(
        scene.desk, scene.procedure, "notice", "sv", values, case=scene.case, recipient=Recipient("")
    )
    return letter_sheet.keep(scene.desk, scene.writing, scene.case, "notice", notice)


@dataclass(frozen=True)
class Report(StepForm):
    """Note the meeting at which the delegated decision was reported to the board (KL 6:40)."""

    name = "reported"
    event = DecisionReported

    meeting: date = form.day()

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        return unless(case.dossier.decision and not case.dossier.decision.by_board, "step.decided_by_board")

    async def work(self, scene: Scene) -> None:
        decided = decision_of(scene)
        check_since(decided, self.meeting, scene.today, "/meeting")
        await scene.take(DecisionReported(decision=decided.id, meeting=self.meeting))


@dataclass(frozen=True)
class Dispatch(StepForm):
    """Write down how and when a letter that waited was sent."""

    name = "dispatch"
    event = LetterDispatched

    notice: str = form.code()
    channel: str = form.choice(CHANNELS)
    sent: date = form.day()

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        return unless(case.dossier.unsent, "step.nothing_to_send")

    async def work(self, scene: Scene) -> None:
        letter = next((one for one in scene.dossier.unsent if one.id == self.notice), None)
        if letter is None:
            raise NotFound("letter.not_found")
        check_not_later("/sent", self.sent, scene.today)
        if self.sent < local_day(letter.at):
            raise InvalidInput([Problem("/sent", "letter.sent_before_made")])
        await scene.take(LetterDispatched(notice=letter.id, channel=self.channel, sent=self.sent))


async def preview(desk: Desk, case_id: str, language: str, *, by: User) -> tuple[str, bytes]:
    """The letter (PDF) as it would go out now, and the case's diary number."""
    async with desk.store.reading() as reading:
        case = await reading.case(case_id)
        policy.check_can_see(case, by)
        dossier = await dossier_of(reading, case_id)
        if policy.acts_on(case, by):
            policy.check_unbiased(by, dossier)
        book = await rulebook(desk, reading)
        procedure = book.procedure(today(desk))
        if dossier.decision is not None:
            decided, criteria = dossier.decision, book.of(case)
            written = await decision_letter(desk, reading, case, decided, criteria, procedure, language)
        elif dossier.executed is not None:
            written = await confirmation(desk, reading, case, dossier.executed, procedure, language)
        else:
            raise NotFound("decision.not_found")
    return case.diary_number, desk.typesetter.typeset(written).pdf
