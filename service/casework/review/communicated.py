"""What a communication takes up: all that a decision could rest on, as the letter tells it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.desk import letter_sheet
from service.desk.ports.cases import StoredEnclosure, StoredFinding
from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading
from service.domain.case import Case
from service.domain.dossier.dossier import Consulted, Dossier, RecordedAct
from service.domain.finding import METHOD, NEEDS_NOBODY
from service.domain.ruleset import RuleSet


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
    findings = await _worth_telling(reading, case)
    acts = list(dossier.acts.values())
    references = [finding.detail_ref for finding in findings] + [act.ref for act in acts]
    values = await reading.values(references)
    enclosures = await reading.enclosures(case.id)
    disclosed = [consultation for consultation in dossier.consultations if consultation.disclosed]
    lines = [
        *(_finding_line(desk, finding, values, language) for finding in findings),
        *(_act_line(act, values[act.ref], procedure, language) for act in acts if act.ref in values),
        *(_consultation_line(desk, consultation, procedure, language) for consultation in disclosed),
        *(_enclosure_line(desk, stored, language) for stored in enclosures),
    ]
    told = TakenUp(
        acts=tuple(dossier.acts),
        findings=tuple(finding.id for finding in findings),
        enclosures=tuple(stored.enclosure.id for stored in enclosures),
        consultations=tuple(consultation.id for consultation in disclosed),
    )
    return letter_sheet.listed(lines), told


async def _worth_telling(reading: Reading, case: Case) -> list[StoredFinding]:
    """The findings that a decision could rest on: those that say more than that all is well."""
    findings = await reading.findings(case.id, case.check_round)
    return [finding for finding in findings if finding.case_finding.outcome not in NEEDS_NOBODY]


def _consultation_line(desk: Desk, consultation: Consulted, procedure: RuleSet, language: str) -> str:
    consultee = procedure.routine.consultees[consultation.data.consultee].title[language]
    answer = desk.words.say(language, f"term.answer_class.{consultation.answer}", {})
    return f"{consultee}, {consultation.answered_on}: {answer}."


def _enclosure_line(desk: Desk, stored: StoredEnclosure, language: str) -> str:
    kind = desk.words.say(language, f"term.enclosure.{stored.enclosure.kind}", {})
    return desk.words.say(language, "letter.enclosure", {"what": kind})


def _act_line(act: RecordedAct, written: Mapping[str, str], procedure: RuleSet, language: str) -> str:
    grades = procedure.routine.grades
    grade = grades[act.grade].title[language] if act.grade in grades else ""
    who = f"{written['who']} ({written['capacity']})"
    return f"{who}: {written['what']}. {written['when']}. {written['source']} ({grade})."


def _finding_line(desk: Desk, one: StoredFinding, values: Mapping[str, Any], language: str) -> str:
    detail = values.get(one.detail_ref)
    sentence = desk.words.say(language, detail["code"], detail["params"]) if detail else one.case_finding.finding.check
    extra = [
        desk.words.say(language, piece["code"], piece["params"])
        for piece in (detail or {}).get("evidence", ())
        if piece["code"] != METHOD
    ]
    return " ".join([sentence, *extra])
