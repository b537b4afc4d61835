"""The decision record: the document that becomes the leaf, put together from what the case holds."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from service.audit.leaf import timestamp
from service.casework.intake import application_document
from service.desk import application_parts
from service.desk.conditions import conditions_in_force
from service.desk.ports.cases import StoredFinding
from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading
from service.desk.step import Scene
from service.domain.clock import local_day
from service.domain.decision import FAVOURABLE, ON_A_DECISION, DecisionOutcome, Proposal
from service.domain.dossier import Dossier
from service.domain.events import RECORD_VERSION
from service.domain.ruleset import RuleSet


async def _record(
    scene: Scene, proposal: Proposal, content: Mapping[str, Any], decision_id: str, opened_at: int | None
) -> dict[str, Any]:
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
        "application": application_parts.logged(details.application_parts),
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
        "check_round": case.check_round,
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
        "conditions": conditions_in_force(scene) + [{"id": None, **one} for one in content["own_conditions"]]
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
