"""Writing to the applicant before a decision: what is missing (komplettering), and all there is (kommunicering)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from service.casework.letters import compose
from service.casework.letters.compose import CHANNELS
from service.desk.actors import check_came_by
from service.desk.fields import check_day, check_text, one_of
from service.desk.ports.cases import CaseDetails, StoredFinding
from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading
from service.desk.rulebook import today
from service.desk.step import Scene, dossier_of, step
from service.domain.case import STEPS, Case
from service.domain.decision import DecisionOutcome
from service.domain.dossier.dossier import Dossier
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
from service.domain.finding import METHOD, Outcome
from service.domain.people import User
from service.domain.routine import Routine
from service.domain.ruleset import RuleSet
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


async def ask_completion(desk: Desk, case_id: str, *, text: str, due: str, language: str, by: User, seen: int) -> str:
    """Write to the applicant what is missing, by when, and what may follow; returns the request's id."""
    text = check_text("/text", text, required=False)
    one_of("/language", language, compose.LANGUAGES)
    async with step(desk, case_id, CompletionAsked, by=by, seen=seen) as scene:
        missing = await missing_of(desk, scene.writing, scene.case, language)
        if not missing and not text:
            raise InvalidInput([Problem("/text", "completion.nothing_asked")])
        day = _due(scene, due, scene.procedure.routine.completion_days)
        findings = await scene.writing.findings(case_id, scene.case.check_round)
        asked = desk.outside.new_id()
        await scene.take(
            CompletionAsked(
                completion=asked,
                missing=tuple(
                    one.case_finding.finding.result.code
                    for one in findings
                    if one.case_finding.finding.curable and one.case_finding.outcome is Outcome.NOT_MET
                ),
                text=scene.keep("letter-text", text),
                due=day.isoformat(),
                letter=await _completion_letter(scene, missing, text, day, language),
            )
        )
    return asked


async def _completion_letter(scene: Scene, missing: Sequence[str], text: str, day: date, language: str) -> SentLetter:
    details = await scene.writing.details(scene.case.id)
    values = {
        "matter": compose.matter(scene.desk, details, scene.case, language),
        "missing": compose.listed(missing),
        "text": text,
        "deadline": day.isoformat(),
    }
    written = compose.sheet(
        scene.desk, scene.procedure, "completion", language, values, case=scene.case, recipient=details.org_name
    )
    return compose.keep(scene.desk, scene.writing, scene.case, "completion", written)


def _due(scene: Scene, given: str, days: int) -> date:
    """The day asked for, or the routine's; a working day that is not over."""
    if not given:
        return next_working_day(scene.today + timedelta(days=days))
    day = check_day("/due", given)
    if day <= scene.today:
        raise InvalidInput([Problem("/due", "input.not_later")])
    return next_working_day(day)


async def remind(desk: Desk, case_id: str, *, language: str, by: User, seen: int) -> None:
    """Remind the applicant of what is missing, with as many days again as half of the routine's."""
    async with step(desk, case_id, CompletionReminded, by=by, seen=seen) as scene:
        open_ones = [one for one in scene.dossier.completions if one.answered_on is None]
        if not open_ones:
            raise NotAllowed("completion.nothing_open")
        asked = open_ones[-1]
        day = next_working_day(scene.today + timedelta(days=max(1, scene.procedure.routine.completion_days // 2)))
        day = max(day, date.fromisoformat(asked.due))
        missing = await missing_of(desk, scene.writing, scene.case, language)
        text = (await scene.writing.values([asked.data.text])).get(asked.data.text, {}).get("text", "")
        letter = await _completion_letter(scene, missing, text, day, language)
        await scene.take(CompletionReminded(completion=asked.id, due=day.isoformat(), letter=letter))


async def answer_completion(
    desk: Desk, case_id: str, *, completion: str, text: str, received: str, by: User, seen: int
) -> None:
    """The applicant's answer lands in the case, and the checks are asked again."""
    text, day = check_text("/text", text), check_day("/received", received)
    async with step(desk, case_id, CompletionAnswered, by=by, seen=seen) as scene:
        _check_open(scene.dossier.completions, completion, "completion.not_found")
        _check_not_later(day, scene.today)
        await scene.take(
            CompletionAnswered(completion=completion, answer=scene.keep("applicant", text), received=day.isoformat()),
            screen=True,
        )


def _check_open(asked: Sequence[Any], id: str, code: str) -> None:
    if not any(one.id == id and one.answered_on is None for one in asked):
        raise NotFound(code)


def _check_not_later(day: date, now: date) -> None:
    if day > now:
        raise InvalidInput([Problem("/received", "input.not_now_or_earlier")])


def event_day(details: CaseDetails) -> date | None:
    """The day of the event that a room is asked for, if any."""
    return date.fromisoformat(details.event_on) if details.event_on else None


def communication_due(routine: Routine, today: date, event_on: date | None) -> date:
    """When an answer is due at the earliest: after the routine's days, or working days where the event is near."""
    usual = next_working_day(today + timedelta(days=routine.communication_days))
    if event_on is not None and (event_on - today).days <= routine.near_booking_days:
        return min(usual, working_days_after(today, routine.near_booking_working_days))
    return usual


async def communicate(
    desk: Desk,
    case_id: str,
    *,
    outcome: str,
    clauses: Sequence[str],
    text: str,
    due: str,
    channel: str,
    language: str,
    by: User,
    seen: int,
) -> str:
    """Send the applicant everything there is, and what is being considered; returns the communication's id.

    The letter takes up every act, every finding that does not hold and every answer to a consultation that may be
    shown: nothing can be left out, and what comes later has to be communicated too.
    """
    wanted = (
        ("/outcome", outcome in set(DecisionOutcome)),
        ("/clauses", bool(clauses)),
        ("/text", bool(text.strip())),
        ("/channel", channel in CHANNELS),
        ("/language", language in compose.LANGUAGES),
    )
    lacking = [Problem(pointer, "input.missing") for pointer, there in wanted if not there]
    if lacking:
        raise InvalidInput(lacking)
    text = check_text("/text", text)
    async with step(desk, case_id, CommunicationSent, by=by, seen=seen) as scene:
        if not clauses or any(one not in scene.criteria.clauses for one in clauses):
            raise InvalidInput([Problem("/clauses", "decision.clause_missing")])
        details = await scene.writing.details(case_id)
        earliest = communication_due(scene.procedure.routine, scene.today, event_day(details))
        day = next_working_day(check_day("/due", due)) if due else earliest
        if day < earliest:
            raise InvalidInput([Problem("/due", "communication.too_short", {"day": earliest.isoformat()})])
        material, told = await communicated_material(
            desk, scene.writing, scene.case, scene.dossier, scene.procedure, language
        )
        values = {
            "matter": compose.matter(desk, details, scene.case, language),
            "outcome": desk.words.say(language, f"term.decision.{outcome}", {}),
            "clauses": compose.clause_lines(scene.criteria, clauses, language),
            "material": material,
            "text": text,
            "deadline": day.isoformat(),
        }
        written = compose.sheet(
            desk, scene.procedure, "communication", language, values, case=scene.case, recipient=details.org_name
        )
        sent = desk.outside.new_id()
        await scene.take(
            CommunicationSent(
                communication=sent,
                outcome=outcome,
                clauses=tuple(dict.fromkeys(clauses)),
                act_ids=told.acts,
                findings=told.findings,
                enclosures=told.enclosures,
                consultations=told.consultations,
                text=scene.keep("letter-text", text),
                due=day.isoformat(),
                channel=channel,
                letter=compose.keep(desk, scene.writing, scene.case, "communication", written),
            )
        )
    return sent


@dataclass(frozen=True)
class TakenUp:
    """What a communication took up, by ids: acts, findings, enclosures, consultations."""

    acts: tuple[str, ...]
    findings: tuple[str, ...]
    enclosures: tuple[str, ...]
    consultations: tuple[str, ...]


async def communicated_material(
    desk: Desk, reading: Reading, case: Case, dossier: Dossier, procedure: RuleSet, language: str
) -> tuple[str, TakenUp]:
    """All that a decision could rest on, as the letter tells it, and what it took up."""
    findings = [
        one for one in await reading.findings(case.id, case.check_round) if one.case_finding.outcome is not Outcome.MET
    ]
    findings = [one for one in findings if one.case_finding.outcome is not Outcome.NOT_APPLICABLE]
    references = [one.detail_ref for one in findings] + [one.ref for one in dossier.acts.values()]
    references += [one.reason_ref for one in findings if one.reason_ref]
    values = await reading.values(references)
    lines = [_finding_line(desk, one, values, language) for one in findings]
    for act in dossier.acts.values():
        value = values.get(act.ref)
        if value:
            grade = procedure.routine.grades[act.grade].title[language] if act.grade in procedure.routine.grades else ""
            lines.append(
                f"{value['who']} ({value['capacity']}): {value['what']}. {value['when']}. {value['source']} ({grade})."
            )
    disclosed = [one for one in dossier.consultations if one.disclosed]
    for one in disclosed:
        consultee = procedure.routine.consultees[one.data.consultee].title[language]
        answer = desk.words.say(language, f"term.answer_class.{one.answer}", {})
        lines.append(f"{consultee}, {one.answered_on}: {answer}.")
    enclosures = await reading.enclosures(case.id)
    for kept in enclosures:
        kind = desk.words.say(language, f"term.enclosure.{kept.enclosure.kind}", {})
        lines.append(desk.words.say(language, "letter.enclosure", {"what": kind}))
    told = TakenUp(
        acts=tuple(dossier.acts),
        findings=tuple(finding.id for finding in findings),
        enclosures=tuple(stored.enclosure.id for stored in enclosures),
        consultations=tuple(asked.id for asked in disclosed),
    )
    return compose.listed(lines), told


def _finding_line(desk: Desk, one: StoredFinding, values: Mapping[str, Any], language: str) -> str:
    detail = values.get(one.detail_ref)
    sentence = desk.words.say(language, detail["code"], detail["params"]) if detail else one.case_finding.finding.check
    extra = [
        desk.words.say(language, piece["code"], piece["params"])
        for piece in (detail or {}).get("evidence", ())
        if piece["code"] != METHOD
    ]
    return " ".join([sentence, *extra])


async def answer_communication(
    desk: Desk, case_id: str, *, communication: str, text: str, received: str, by: User, seen: int
) -> None:
    """What the applicant says to it lands in the case."""
    text, day = check_text("/text", text), check_day("/received", received)
    async with step(desk, case_id, CommunicationAnswered, by=by, seen=seen) as scene:
        _check_open(scene.dossier.communications, communication, "communication.not_found")
        _check_not_later(day, scene.today)
        await scene.take(
            CommunicationAnswered(
                communication=communication, answer=scene.keep("applicant", text), received=day.isoformat()
            )
        )


async def except_communication(desk: Desk, case_id: str, *, exception: str, text: str, by: User, seen: int) -> None:
    """Decide without having asked the applicant: only for a reason of the closed list, and with why it holds here."""
    text = check_text("/text", text)
    async with step(desk, case_id, CommunicationExcepted, by=by, seen=seen) as scene:
        one_of("/exception", exception, scene.procedure.routine.exceptions)
        await scene.take(CommunicationExcepted(exception=exception, text=scene.keep("communication", text)))


async def received_from_applicant(desk: Desk, case_id: str, *, kind: str, text: str, by: Actor) -> None:
    """The applicant's own words through the e-service: an answer to what was asked last, or a withdrawal.

    Raises NotFound where nothing of the kind is open: what comes then is an enclosure.
    """
    text = check_text("/text", text)
    async with desk.store.writing() as writing:
        case = await writing.case(case_id)
        await check_came_by(writing, case_id, by)
        dossier = await dossier_of(writing, case_id)
        day = today(desk).isoformat()
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


def _last_open(asked: Sequence[Any], code: str) -> str:
    open_ones = [one for one in asked if one.answered_on is None]
    if not open_ones:
        raise NotFound(code)
    return str(open_ones[-1].id)
