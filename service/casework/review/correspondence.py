"""Writing to the applicant before a decision: what is missing (komplettering), and all there is (kommunicering)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from service.bookings.bookings import free_held_times
from service.casework.review.communicated import TakenUp, communicated_material
from service.desk import form, letter_sheet
from service.desk.actors import check_came_by
from service.desk.fields import check_not_later, check_text, one_of
from service.desk.letter_sheet import CHANNELS
from service.desk.ports.cases import CaseDetails
from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading
from service.desk.rulebook import today
from service.desk.step import Scene, dossier_of
from service.desk.step_form import CaseNow, LetterForm, StepForm, unless
from service.domain.case import STEPS, Case
from service.domain.decision import DecisionOutcome
from service.domain.dossier.dossier import Asked
from service.domain.errors import InvalidInput, NotAllowed, NotFound, Problem
from service.domain.events.event import Actor, Event
from service.domain.events.fields import SentLetter
from service.domain.events.review import (
    ApplicationWithdrawn,
    CommunicationAnswered,
    CommunicationExcepted,
    CommunicationSent,
    CompletionAnswered,
    CompletionAsked,
    CompletionReminded,
)
from service.domain.finding import Outcome
from service.domain.letter import Recipient
from service.domain.routine import Routine
from service.rules.calendar import next_working_day, working_days_after


async def missing_of(desk: Desk, reading: Reading, case: Case, language: str) -> list[str]:
    """What the checks say is missing, as sentences the applicant understands."""
    findings = await reading.findings(case.id, case.check_round)
    lacking = [
        one for one in findings if one.case_finding.finding.curable and one.case_finding.outcome is Outcome.NOT_MET
    ]
    values = await reading.values([one.detail_ref for one in lacking])
    sentences: list[str] = []
    for one in lacking:
        detail = values.get(one.detail_ref)
        pieces = (detail or {}).get("evidence") or ([detail] if detail else [])
        sentences += [desk.words.say(language, piece["code"], piece["params"]) for piece in pieces]
    return list(dict.fromkeys(sentences))


@dataclass(frozen=True)
class AskCompletion(LetterForm):
    """Write to the applicant what is missing, by when, and what may follow; returns the request's id."""

    name = "completion"
    event = CompletionAsked

    text: str = form.text(required=False)
    due: date | None = form.day(required=False)
    language: str = form.choice(letter_sheet.LANGUAGES)

    async def work(self, scene: Scene) -> str:
        missing = await missing_of(scene.desk, scene.writing, scene.case, self.language)
        if not missing and not self.text:
            raise InvalidInput([Problem("/text", "completion.nothing_asked")])
        day = _due(scene, self.due, scene.procedure.routine.completion_days)
        findings = await scene.writing.findings(scene.case.id, scene.case.check_round)
        asked = scene.desk.outside.new_id()
        await scene.take(
            CompletionAsked(
                completion=asked,
                missing=tuple(
                    one.case_finding.finding.result.code
                    for one in findings
                    if one.case_finding.finding.curable and one.case_finding.outcome is Outcome.NOT_MET
                ),
                text=scene.keep("letter-text", self.text),
                due=day,
                letter=await _completion_letter(
                    scene, missing, self.text, day, self.language, as_code_points=self.as_code_points
                ),
            )
        )
        return asked


async def _completion_letter(
    scene: Scene, missing: Sequence[str], text: str, day: date, language: str, *, as_code_points: bool
) -> SentLetter:
    details = await scene.writing.details(scene.case.id)
    values = {
        "matter": letter_sheet.matter(scene.desk, details, scene.case, language),
        "missing": letter_sheet.listed(missing),
        "text": text,
        "deadline": day.isoformat(),
    }
    recipient = await letter_sheet.recipient_of(scene.writing, scene.case)
    written = letter_sheet.sheet(
        scene.desk, scene.procedure, "completion", language, values, case=scene.case, recipient=recipient
    )
    return letter_sheet.keep(
        scene.desk, scene.writing, scene.case, "completion", written, as_code_points=as_code_points
    )


def _due(scene: Scene, given: date | None, days: int) -> date:
    """The day asked for, or the routine's; a working day that is not over."""
    if given is None:
        return next_working_day(scene.today + timedelta(days=days))
    if given <= scene.today:
        raise InvalidInput([Problem("/due", "input.not_later")])
    return next_working_day(given)


@dataclass(frozen=True)
class Remind(LetterForm):
    """Remind the applicant of what is missing, with as many days again as half of the routine's."""

    name = "reminder"
    event = CompletionReminded

    language: str = form.choice(letter_sheet.LANGUAGES)

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        return unless(_waiting(case.dossier.completions), "step.nothing_asked")

    async def work(self, scene: Scene) -> None:
        waiting = [asked for asked in scene.dossier.completions if asked.answered_on is None]
        if not waiting:
            raise NotAllowed("completion.nothing_open")
        asked = waiting[-1]
        day = next_working_day(scene.today + timedelta(days=max(1, scene.procedure.routine.completion_days // 2)))
        day = max(day, asked.due)
        missing = await missing_of(scene.desk, scene.writing, scene.case, self.language)
        text = (await scene.writing.values([asked.data.text])).get(asked.data.text, {}).get("text", "")
        letter = await _completion_letter(scene, missing, text, day, self.language, as_code_points=self.as_code_points)
        await scene.take(CompletionReminded(completion=asked.id, due=day, letter=letter))


@dataclass(frozen=True)
class AnswerCompletion(StepForm):
    """The applicant's answer lands in the case, and the checks are asked again."""

    name = "completion-answer"
    event = CompletionAnswered

    completion: str = form.code()
    text: str = form.text()
    received: date = form.day()

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        return unless(_waiting(case.dossier.completions), "step.nothing_asked")

    async def work(self, scene: Scene) -> None:
        _check_open(scene.dossier.completions, self.completion, "completion.not_found")
        check_not_later("/received", self.received, scene.today)
        await scene.take(
            CompletionAnswered(
                completion=self.completion,
                answer=scene.keep("applicant", self.text),
                received=self.received,
            ),
            screen=True,
        )


def _check_open(asked: Sequence[Asked[Any]], id: str, code: str) -> None:
    if not any(letter.id == id and letter.answered_on is None for letter in asked):
        raise NotFound(code)


def _waiting(asked: Sequence[Asked[Any]]) -> bool:
    return any(letter.answered_on is None for letter in asked)


def event_day(details: CaseDetails) -> date | None:
    """The day of the event that a room is asked for, if any."""
    return details.event_on if details.event_on else None


def communication_due(routine: Routine, today: date, event_on: date | None) -> date:
    """When an answer is due at the earliest: after the routine's days, or working days where the event is near."""
    usual = next_working_day(today + timedelta(days=routine.communication_days))
    if event_on is not None and (event_on - today).days <= routine.near_booking_days:
        return min(usual, working_days_after(today, routine.near_booking_working_days))
    return usual


@dataclass(frozen=True)
class Communicate(LetterForm):
    """Send the applicant everything there is, and what is being considered; returns the communication's id.

    The letter takes up every act, every finding that does not hold and every answer to a consultation that may be
    shown: nothing can be left out, and what comes later has to be communicated too.
    """

    name = "communication"
    event = CommunicationSent

    outcome: DecisionOutcome = form.member(DecisionOutcome)
    clauses: tuple[str, ...] = form.several(required=True)
    text: str = form.text()
    due: date | None = form.day(required=False)
    channel: str = form.choice(CHANNELS)
    language: str = form.choice(letter_sheet.LANGUAGES)

    async def work(self, scene: Scene) -> str:
        return (await self.work_together([scene]))[0]

    async def work_together(self, scenes: Sequence[Scene]) -> list[str]:
        """One letter on all of them: what each would be decided on, case by case."""
        parts = [await self._part(scene) for scene in scenes]
        several = len(parts) > 1
        matters = [f"{part.matter} ({part.scene.case.diary_number})" if several else part.matter for part in parts]
        material = [f"{part.scene.case.diary_number}:\n{part.material}" if several else part.material for part in parts]
        shared = {
            "number": ", ".join(part.scene.case.diary_number for part in parts),
            "matter": ", ".join(matters),
            "material": "\n\n".join(material),
        }
        return [await self._send(part, shared) for part in parts]

    async def _part(self, scene: Scene) -> "_Part":
        """What the letter says of one case, and by when it is answered at the earliest."""
        if any(clause not in scene.criteria.clauses for clause in self.clauses):
            raise InvalidInput([Problem("/clauses", "decision.clause_missing")])
        details = await scene.writing.details(scene.case.id)
        earliest = communication_due(scene.procedure.routine, scene.today, event_day(details))
        day = next_working_day(self.due) if self.due else earliest
        if day < earliest:
            raise InvalidInput([Problem("/due", "communication.too_short", {"day": earliest.isoformat()})])
        material, told = await communicated_material(
            scene.desk, scene.writing, scene.case, scene.dossier, scene.procedure, self.language
        )
        matter = letter_sheet.matter(scene.desk, details, scene.case, self.language)
        recipient = await letter_sheet.recipient_of(scene.writing, scene.case)
        return _Part(scene, recipient, matter, material, told, day)

    async def _send(self, part: "_Part", shared: Mapping[str, str]) -> str:
        scene, told = part.scene, part.told
        values = {
            **shared,
            "outcome": scene.desk.words.say(self.language, f"term.decision.{self.outcome}", {}),
            "clauses": letter_sheet.clause_lines(scene.criteria, self.clauses, self.language),
            "text": self.text,
            "deadline": part.day.isoformat(),
        }
        written = letter_sheet.sheet(
            scene.desk,
            scene.procedure,
            "communication",
            self.language,
            values,
            case=scene.case,
            recipient=part.recipient,
        )
        sent = scene.desk.outside.new_id()
        await scene.take(
            CommunicationSent(
                communication=sent,
                outcome=self.outcome.value,
                clauses=self.clauses,
                act_ids=told.acts,
                findings=told.findings,
                enclosures=told.enclosures,
                consultations=told.consultations,
                text=scene.keep("letter-text", self.text),
                due=part.day,
                channel=self.channel,
                letter=letter_sheet.keep(
                    scene.desk, scene.writing, scene.case, "communication", written, as_code_points=self.as_code_points
                ),
            )
        )
        return sent


@dataclass(frozen=True)
class _Part:
    """What a communication says of one case: to whom, what was applied for, all there is, and the last day."""

    scene: Scene
    recipient: Recipient
    matter: str
    material: str
    told: TakenUp
    day: date


@dataclass(frozen=True)
class AnswerCommunication(StepForm):
    """What the applicant says to it lands in the case."""

    name = "communication-answer"
    event = CommunicationAnswered

    communication: str = form.code()
    text: str = form.text()
    received: date = form.day()

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        return unless(_waiting(case.dossier.communications), "step.nothing_asked")

    async def work(self, scene: Scene) -> None:
        _check_open(scene.dossier.communications, self.communication, "communication.not_found")
        check_not_later("/received", self.received, scene.today)
        await scene.take(
            CommunicationAnswered(
                communication=self.communication,
                answer=scene.keep("applicant", self.text),
                received=self.received,
            )
        )


@dataclass(frozen=True)
class ExceptCommunication(StepForm):
    """Decide without having asked the applicant: only for a reason of the closed list, and with why it holds here."""

    name = "exception"
    event = CommunicationExcepted

    exception: str = form.code()
    text: str = form.text()

    async def work(self, scene: Scene) -> None:
        one_of("/exception", self.exception, scene.procedure.routine.exceptions)
        await scene.take(CommunicationExcepted(exception=self.exception, text=scene.keep("communication", self.text)))


async def received_from_applicant(desk: Desk, case_id: str, *, kind: str, text: str, by: Actor) -> None:
    """The applicant's own words through the e-service: an answer to what was asked last, or a withdrawal.

    Raises NotFound where nothing of the kind is open: what comes then is an enclosure.
    """
    text = check_text("/text", text)
    async with desk.store.writing() as writing:
        case = await writing.case(case_id)
        await check_came_by(writing, case_id, by)
        dossier = await dossier_of(writing, case_id)
        day = today(desk)
        kept = writing.keep("applicant", {"text": text}, case=case_id)
        data: ApplicationWithdrawn | CompletionAnswered | CommunicationAnswered
        if kind == "withdrawal":
            data = ApplicationWithdrawn(received=day, text=kept)
        elif kind == "completion":
            asked = _last_open(dossier.completions, "completion.not_found")
            data = CompletionAnswered(completion=asked, answer=kept, received=day)
        elif kind == "communication":
            asked = _last_open(dossier.communications, "communication.not_found")
            data = CommunicationAnswered(communication=asked, answer=kept, received=day)
        else:
            raise InvalidInput([Problem("/kind", "input.missing")])
        if case.state not in STEPS[type(data)].at:
            raise NotAllowed("case.already_decided")
        event = Event(data, by, desk.outside.now(), case=case_id)
        await writing.step_taken(event, case.after(type(data)), screen=isinstance(data, CompletionAnswered))
        if kind == "withdrawal":
            await free_held_times(desk, writing, case_id, by=by)


def _last_open(asked: Sequence[Any], code: str) -> str:
    open_ones = [one for one in asked if one.answered_on is None]
    if not open_ones:
        raise NotFound(code)
    return str(open_ones[-1].id)
