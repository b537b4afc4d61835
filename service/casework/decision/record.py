"""The decision record: the document that becomes the leaf, put together from what the case holds."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from service.audit.leaf import data_of, timestamp
from service.casework.intake import application_document
from service.desk.conditions import conditions_in_force
from service.desk.ports.cases import StoredFinding
from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading
from service.desk.step import Scene
from service.domain.clock import Instant
from service.domain.decision import FAVOURABLE, ON_A_DECISION, BoardMinute, DecisionOutcome, Proposal
from service.domain.dossier.dossier import Dossier
from service.domain.enclosure import Enclosure
from service.domain.events.decision import DecisionProposed
from service.domain.events.decision_record import (
    RECORD_VERSION,
    AdoptedRules,
    Appealable,
    ApplicationForm,
    CaseDecided,
    Communicated,
    Declared,
    Engine,
    JudgedFinding,
    Links,
    People,
    RecordedAssessment,
    RecordedCheck,
    RecordedEnclosure,
    RecordedList,
)
from service.domain.events.fields import Condition
from service.domain.events.intake import CaseScreened
from service.domain.ruleset import DelegationPoint, RuleSet


@dataclass(frozen=True)
class Granted:
    """What goes with a decision in the applicant's favour: conditions, terms, and from which day."""

    conditions: tuple[Condition, ...] = ()
    terms: str | None = None
    valid_from: date | None = None


def _granted(scene: Scene, content: DecisionProposed) -> Granted:
    return Granted(_conditions(scene, content), scene.procedure.routine.terms_version, scene.today)


def _retention(procedure: RuleSet) -> str | None:
    """How long the decision is kept, as the rule set says it."""
    kept = procedure.retention.get("decision")
    return kept.code if kept else None


async def decided_event(
    scene: Scene, proposal: Proposal, content: DecisionProposed, decision_id: str, opened_at: Instant | None
) -> CaseDecided:
    """The decision record (casework 5.1): codes, digests and commitments; the texts are kept beside it, erasable."""
    desk, writing, case, dossier = scene.desk, scene.writing, scene.case, scene.dossier
    criteria, procedure = scene.criteria, scene.procedure
    details = await writing.details(case.id)
    findings = await writing.findings(case.id, case.check_round)
    enclosures = await writing.enclosures(case.id)
    screened = (await writing.screenings([case.id])).get(case.id)
    point = procedure.delegation[proposal.delegation_point]
    clauses = {one.check: one.clause for one in criteria.kinds[case.kind].checks}
    method = desk.finder.method()
    granted = _granted(scene, content) if proposal.outcome in FAVOURABLE else Granted()
    screening = data_of(screened.leaf) if screened else None
    return CaseDecided(
        record=RECORD_VERSION,
        decision=decision_id,
        kind=case.kind.value,
        diary_number=case.diary_number,
        organisation=case.organisation_id,
        organisation_value=details.organisation_ref,
        requested_ore=case.amount_ore,
        application=details.application_parts,
        speakers=details.speakers_ref,
        revision=case.version,
        form=ApplicationForm("application", application_document.schema_sha256()),
        enclosures=tuple(_enclosure(stored.enclosure) for stored in enclosures),
        criteria_rules=_adopted(criteria),
        procedure_rules=_adopted(procedure),
        engine=Engine(
            software=f"granska-{desk.software}",
            model=method.model,
            population=method.population,
            analysis=method.analysis,
            checks=tuple(_check(desk, finding) for finding in findings),
        ),
        check_round=case.check_round,
        inputs=screening.inputs if isinstance(screening, CaseScreened) else None,
        lists=await _lists(writing, findings),
        findings=tuple(_judged(finding, clauses) for finding in findings),
        people=_people(scene, proposal, point, opened_at),
        outcome=proposal.outcome.value,
        amount_ore=proposal.amount_ore,
        bookings=proposal.bookings,
        conditions=granted.conditions,
        terms=granted.terms,
        valid_from=granted.valid_from,
        valid_to=None,
        clauses=proposal.clauses,
        based_on=proposal.based_on,
        reasons=content.reasons or "",
        circumstances=content.circumstances,
        response=content.response,
        search_left_out=content.search_left_out,
        beyond_frame=content.beyond_frame,
        acts=tuple(dossier.acts[act].ref for act in proposal.acts),
        assessments=tuple(RecordedAssessment(one.criterion, one.result, one.ref) for one in dossier.assessed.values()),
        communication=_communicated(dossier),
        proposal=dossier.proposal.id if dossier.proposal else None,
        appeal=_appeal(procedure),
        retention=_retention(procedure),
        secrecy=tuple(marking.id for marking in await writing.markings(case.id)),
        links=_links(dossier, proposal),
    )


def _enclosure(enclosure: Enclosure) -> RecordedEnclosure:
    return RecordedEnclosure(enclosure.id, enclosure.kind, enclosure.sha256)


def _people(scene: Scene, proposal: Proposal, point: DelegationPoint, opened_at: Instant | None) -> People:
    proposed, minute = scene.dossier.proposal, proposal.board_minute
    declared = [Declared(who, conflict, seq) for who, (conflict, seq) in scene.dossier.declared.items()]
    return People(
        decider=scene.by.pseudonym,
        proposer=proposed.by if proposed else None,
        presenter=proposed.by if proposed else None,
        co_approvers=(proposed.seconded_by,) if proposed and proposed.seconded_by else (),
        delegation_point=proposal.delegation_point,
        ceiling_ore=point.ceiling_ore,
        board=point.board,
        board_minute=_minute_kept(scene, minute) if minute else None,
        conflict_of_interest=tuple(sorted(declared, key=lambda one: one.seq)),
        opened_at=None if opened_at is None else timestamp(opened_at),
    )


def _minute_kept(scene: Scene, minute: BoardMinute) -> str:
    """The commitment to the board's minute, as letters and the record's page read it."""
    value = {"date": minute.day.isoformat(), "paragraph": minute.paragraph}
    return scene.writing.keep("board-minute", value, case=scene.case.id)


def _conditions(scene: Scene, content: DecisionProposed) -> tuple[Condition, ...]:
    """The routine's conditions, and those of this decision."""
    own = tuple(Condition(None, condition.text, condition.due) for condition in content.own_conditions)
    return conditions_in_force(scene) + own


def _appeal(procedure: RuleSet) -> Appealable:
    route = procedure.letters["decision"].route
    return Appealable(route, hashlib.sha256(procedure.appeal[route]["sv"].encode()).hexdigest())


def _communicated(dossier: Dossier) -> Communicated | None:
    if not (dossier.communications or dossier.completions or dossier.exception):
        return None
    answers = [request.answer for request in dossier.completions]
    answers += [request.answer for request in dossier.communications]
    return Communicated(
        sent=tuple(request.id for request in dossier.communications),
        answers=tuple(answer for answer in answers if answer),
        exception=dossier.exception.data.exception if dossier.exception else None,
        completion=dossier.completions[-1].id if dossier.completions else None,
    )


def _links(dossier: Dossier, proposal: Proposal) -> Links:
    """What this record follows from: an earlier one is never edited."""
    before = dossier.decision or dossier.executed
    if before is None:
        return Links(supersedes=None, corrects=None, revokes=None, caused_by=None)
    supersedes = revokes = None
    if proposal.outcome in ON_A_DECISION and dossier.given is not None:
        revokes = dossier.given.id
    elif proposal.outcome is not DecisionOutcome.WRITE_OFF and not before.annulled:
        supersedes = before.id
    return Links(supersedes=supersedes, corrects=None, revokes=revokes, caused_by=before.id)


def _adopted(rules: RuleSet) -> AdoptedRules:
    return AdoptedRules(
        id=rules.id,
        sha256=rules.sha256,
        valid_from=rules.valid_from,
        adopted_on=rules.adopted_on,
        diary_number=rules.diary_number,
    )


def _check(desk: Desk, stored: StoredFinding) -> RecordedCheck:
    finding = stored.case_finding.finding
    origin = desk.checks.origin(finding.check)
    return RecordedCheck(finding.check, finding.check_version, origin.distribution, origin.version, origin.sha256)


async def _lists(reading: Reading, findings: Sequence[StoredFinding]) -> tuple[RecordedList, ...]:
    used: set[tuple[str, str]] = set()
    for finding in findings:
        used |= {(source.key, source.version) for source in finding.case_finding.finding.result.sources}
    lists = []
    for key, version in sorted(used):
        stored = await reading.list_version(version)
        if stored is not None:
            lists.append(RecordedList(key, version, stored.sha256, stored.generated, stored.as_of))
    return tuple(lists)


def _judged(stored: StoredFinding, clauses: Mapping[str, str]) -> JudgedFinding:
    finding = stored.case_finding.finding
    return JudgedFinding(
        id=stored.id,
        check=finding.check,
        check_version=finding.check_version,
        clause=clauses.get(finding.check),
        outcome=finding.result.outcome.value,
        code=finding.result.code,
        detail=stored.detail_ref,
        speaker_detail=stored.speaker_ref,
        ms=finding.run.duration_ms,
        error=finding.run.error,
        resolution=stored.case_finding.resolution,
        resolved_by=stored.resolved_by,
        reason=stored.reason_ref,
    )
