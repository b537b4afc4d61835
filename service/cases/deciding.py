"""Step four: a named person decides."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from service.audit.leaf import timestamp
from service.bookings import booking_outcome, bookings
from service.cases import proposing
from service.casework.intake import application_document
from service.desk import application_parts
from service.desk.actors import person, still
from service.desk.conditions import standing_conditions
from service.desk.fields import check_day, check_text
from service.desk.ports.cases import StoredFinding
from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading, Writing
from service.desk.rulebook import rulebook, today
from service.desk.step import Scene, dossier_of
from service.domain import policy
from service.domain.application import Kind
from service.domain.clock import local_day
from service.domain.decision import FAVOURABLE, ON_A_DECISION, BoardMinute, DecisionOutcome, Proposal
from service.domain.dossier import Dossier
from service.domain.errors import InvalidInput, NotAllowed, Problem
from service.domain.events import RECORD_VERSION, Event, EventType
from service.domain.people import User
from service.domain.premises import BookingStatus
from service.domain.ruleset import RuleSet
from service.screening.freshness import check_fresh


async def decide(desk: Desk, case_id: str, proposal: Proposal, *, by: User, seen: int) -> str:
    """Record the decision of a case that needs no second person: outcome, clauses, reasons, and all it rests on.

    Returns the decision's id.
    """
    proposal = replace(proposing.tidied(proposal), board_minute=_minute(desk, proposal.board_minute))
    opened = await desk.looked.last_opened(case_id, by.pseudonym)
    async with desk.store.writing() as writing:
        scene = await _scene(desk, writing, case_id, by, seen)
        if scene.dossier.proposal is not None:
            raise NotAllowed("decision.sign_the_proposal")
        content = proposing.kept_content(writing, scene.case, proposal)
        return await _decided(scene, proposal, content, opened)


async def sign(
    desk: Desk, case_id: str, *, delegation_point: str, board_minute: BoardMinute | None, by: User, seen: int
) -> str:
    """Decide as has been proposed, word for word; returns the decision's id."""
    minute = _minute(desk, board_minute)
    opened = await desk.looked.last_opened(case_id, by.pseudonym)
    async with desk.store.writing() as writing:
        scene = await _scene(desk, writing, case_id, by, seen)
        if scene.dossier.proposal is None:
            raise NotAllowed("decision.nothing_proposed")
        proposed = scene.dossier.proposal
        proposal = await proposing.standing(writing, proposed, delegation_point=delegation_point, board_minute=minute)
        return await _decided(scene, proposal, proposed.data, opened)


async def _scene(desk: Desk, writing: Writing, case_id: str, by: User, seen: int) -> Scene:
    by = await still(writing, by)
    case = await writing.case(case_id)
    policy.check_can_see(case, by)
    policy.check_version(case, seen)
    dossier = await dossier_of(writing, case_id)
    book = await rulebook(desk, writing)
    return Scene(desk, writing, case, by, dossier, book, EventType.CASE_DECIDED, person(by))


async def _decided(scene: Scene, proposal: Proposal, content: Mapping[str, Any], opened_at: int | None) -> str:
    desk, writing, case = scene.desk, scene.writing, scene.case
    policy.check_can_decide(await scene.basis(), scene.by, proposal)
    if proposal.outcome in FAVOURABLE:
        findings = await writing.findings(case.id, case.round)
        await check_fresh(writing, case, findings, scene.procedure, desk.outside.now())
    decision_id = desk.outside.new_id()
    changes = await _of_bookings(scene, proposal)
    data = await _record(scene, proposal, content, decision_id, opened_at)
    event = Event(EventType.CASE_DECIDED, scene.actor, desk.outside.now(), data, case=case.id)
    await writing.case_decided(event, case.after(event.type))
    await bookings.settle(scene, "decision", decision_id, changes)
    return decision_id


async def _of_bookings(scene: Scene, proposal: Proposal) -> booking_outcome.Changes:
    """What the decision does to the times of the case."""
    if scene.case.kind is not Kind.PREMISES:
        return {}
    await bookings.release_lapsed(scene.desk, scene.writing)
    times = await bookings.bookings(scene.writing, scene.case.id)
    changes = booking_outcome.changes(times, proposal, scene.dossier, now=bookings.now_of(scene.desk))
    given = [one for one in times if changes.get(one.id, ("", None))[0] is BookingStatus.CONFIRMED]
    await bookings.check_usable(scene, given)
    await bookings.check_same_day(scene, [one.span for one in given])
    return changes


def _minute(desk: Desk, minute: BoardMinute | None) -> BoardMinute | None:
    if minute is None:
        return None
    decided_on = check_day("/minute_date", minute.date)
    if decided_on > today(desk):
        raise InvalidInput([Problem("/minute_date", "input.not_now_or_earlier")])
    return BoardMinute(decided_on.isoformat(), check_text("/minute_paragraph", minute.paragraph, most=40))


async def _record(
    scene: Scene, proposal: Proposal, content: Mapping[str, Any], decision_id: str, opened_at: int | None
) -> dict[str, Any]:
    """The decision record (casework 5.1): codes, digests and commitments; the texts are kept beside it, erasable."""
    desk, writing, case, dossier = scene.desk, scene.writing, scene.case, scene.dossier
    criteria, procedure = scene.criteria, scene.procedure
    details = await writing.details(case.id)
    findings = await writing.findings(case.id, case.round)
    enclosures = await writing.enclosures(case.id)
    screened = (await writing.screenings([case.id])).get(case.id)
    point = procedure.delegation[proposal.delegation_point]
    clauses = {one.check: one.clause for one in criteria.kinds[case.kind].checks}
    method = desk.finder.method()
    decided = desk.outside.now()
    kept = procedure.retention.get("decision")
    proposed = dossier.proposal
    favourable = proposal.outcome in FAVOURABLE
    return {
        "record": RECORD_VERSION,
        "decision": decision_id,
        "kind": case.kind.value,
        "diary_number": case.diary_number,
        "organisation": case.organisation_id,
        "organisation_value": details.organisation_ref,
        "requested_ore": case.amount_ore,
        "application": application_parts.logged(details.parts),
        "speakers": details.speakers_ref,
        "revision": case.version,
        "form": {"id": "application", "sha256": application_document.schema_sha256()},
        "enclosures": [
            {"id": one.enclosure.id, "kind": one.enclosure.kind, "sha256": one.enclosure.sha256} for one in enclosures
        ],
        "criteria_rules": _adopted(criteria),
        "procedure_rules": _adopted(procedure),
        "engine": {
            "software": f"granska-{desk.software}",
            "model": method.model,
            "population": method.population,
            "analysis": method.analysis,
            "checks": [_check(desk, one) for one in findings],
        },
        "round": case.round,
        "inputs": json.loads(screened.leaf)["data"]["inputs"] if screened else None,
        "lists": await _lists(writing, findings),
        "findings": [_judged(one, clauses) for one in findings],
        "people": {
            "decider": scene.by.pseudonym,
            "proposer": proposed.by if proposed else None,
            "presenter": proposed.by if proposed else None,
            "co_approvers": [proposed.seconded_by] if proposed and proposed.seconded_by else [],
            "delegation_point": proposal.delegation_point,
            "ceiling_ore": point.ceiling_ore,
            "board": point.board,
            "board_minute": writing.keep("board-minute", asdict(proposal.board_minute), case=case.id)
            if proposal.board_minute
            else None,
            "conflict_of_interest": [
                {"who": who, "conflict": conflict, "seq": seq}
                for who, (conflict, seq) in sorted(dossier.declared.items(), key=lambda one: one[1][1])
            ],
            "opened_at": None if opened_at is None else timestamp(opened_at),
        },
        "outcome": proposal.outcome.value,
        "amount_ore": proposal.amount_ore,
        "bookings": list(proposal.bookings),
        "conditions": standing_conditions(scene) + [{"id": None, **one} for one in content["own_conditions"]]
        if favourable
        else [],
        "terms": procedure.routine.terms_version if favourable else None,
        "valid_from": local_day(decided).isoformat() if favourable else None,
        "valid_to": None,
        "clauses": list(proposal.clauses),
        "based_on": list(proposal.based_on),
        "reasons": content["reasons"],
        "circumstances": content["circumstances"],
        "response": content["response"],
        "acts": [dossier.acts[one].ref for one in proposal.acts],
        "assessments": [
            {"criterion": one.criterion, "result": one.result, "text": one.ref} for one in dossier.assessed.values()
        ],
        "communication": _communicated(dossier),
        "proposal": proposed.id if proposed else None,
        "appeal": {
            "route": procedure.letters["decision"].route,
            "text_sha256": hashlib.sha256(
                procedure.appeal[procedure.letters["decision"].route]["sv"].encode()
            ).hexdigest(),
        },
        "retention": kept.code if kept else None,
        "secrecy": [one.id for one in await writing.markings(case.id)],
        "links": _links(dossier, proposal),
    }


def _communicated(dossier: Dossier) -> dict[str, Any] | None:
    if not (dossier.communications or dossier.completions or dossier.exception):
        return None
    return {
        "sent": [one.id for one in dossier.communications],
        "answers": [one.answer for one in (*dossier.completions, *dossier.communications) if one.answer],
        "exception": dossier.exception.data["exception"] if dossier.exception else None,
        "completion": dossier.completions[-1].id if dossier.completions else None,
    }


def _links(dossier: Dossier, proposal: Proposal) -> dict[str, str | None]:
    """What this record follows from: an earlier one is never edited."""
    links: dict[str, str | None] = dict.fromkeys(("supersedes", "corrects", "revokes", "caused_by"))
    before = dossier.decision or dossier.executed
    if before is None:
        return links
    links["caused_by"] = before.id
    if proposal.outcome in ON_A_DECISION and dossier.given is not None:
        links["revokes"] = dossier.given.id
    elif proposal.outcome is not DecisionOutcome.WRITE_OFF and not before.annulled:
        links["supersedes"] = before.id
    return links


def _adopted(rules: RuleSet) -> dict[str, str]:
    return {
        "id": rules.id,
        "sha256": rules.sha256,
        "valid_from": rules.valid_from.isoformat(),
        "adopted_on": rules.adopted_on.isoformat(),
        "diary_number": rules.diary_number,
    }


def _check(desk: Desk, stored: StoredFinding) -> dict[str, str]:
    finding = stored.case_finding.finding
    distribution, version, sha256 = desk.checks.origin(finding.check)
    return {
        "check": finding.check,
        "version": finding.check_version,
        "distribution": distribution,
        "distribution_version": version,
        "sha256": sha256,
    }


async def _lists(reading: Reading, findings: Sequence[StoredFinding]) -> list[dict[str, str]]:
    used = {(one.key, one.version) for f in findings for one in f.case_finding.finding.result.sources}
    versions = []
    for key, version in sorted(used):
        row = await reading.list_version(version)
        if row is not None:
            dates = {name: row[name] for name in ("sha256", "generated", "as_of")}
            versions.append({"key": key, "version": version} | dates)
    return versions


def _judged(stored: StoredFinding, clauses: Mapping[str, str]) -> dict[str, Any]:
    finding = stored.case_finding.finding
    return {
        "id": stored.id,
        "check": finding.check,
        "check_version": finding.check_version,
        "clause": clauses.get(finding.check),
        "outcome": finding.result.outcome.value,
        "code": finding.result.code,
        "detail": stored.detail_ref,
        "speaker_detail": stored.speaker_ref,
        "ms": finding.run.duration_ms,
        "error": finding.run.error,
        "resolution": stored.case_finding.resolution,
        "resolved_by": stored.resolved_by,
        "reason": stored.reason_ref,
    }
