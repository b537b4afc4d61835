"""Step four: a named person decides."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from service.audit.leaf import timestamp
from service.cases import intake_document, parts
from service.cases.ports import Desk, Reading, StoredFinding, Writing
from service.cases.reviewing import check_day, check_text, person
from service.cases.rulebook import Rulebook, rulebook, today
from service.cases.standing import still
from service.domain import policy
from service.domain.case import Case, State
from service.domain.clock import DAY_MS, local_day
from service.domain.decision import FAVOURABLE, BoardMinute, Proposal
from service.domain.errors import InvalidInput, NotAllowed, Problem
from service.domain.events import RECORD_VERSION, Event, EventType
from service.domain.finding import Outcome
from service.domain.people import User
from service.domain.ruleset import RuleSet


async def decide(desk: Desk, case_id: str, proposal: Proposal, *, by: User, seen: int) -> str:
    """Record the decision: outcome, clauses, reasons, and all that it rests on. Returns the decision's id."""
    proposal = _tidied(desk, proposal)
    opened = [one.at for one in await desk.looked.of_case(case_id) if one.actor == by.pseudonym]
    async with desk.store.writing() as writing:
        by = await still(writing, by)
        case = await writing.case(case_id)
        policy.check_can_see(case, by)
        policy.check_version(case, seen)
        book = await rulebook(desk, writing)
        criteria, procedure = book.of(case), book.procedure(today(desk))
        findings = await writing.findings(case.id, case.round)
        policy.check_can_decide(
            case,
            by,
            findings=[one.case_finding for one in findings],
            required=[one.check for one in criteria.kinds[case.kind].checks],
            proposal=proposal,
            criteria=criteria,
            procedure=procedure,
        )
        if proposal.outcome in FAVOURABLE:
            await _check_fresh(writing, case, findings, procedure, desk.outside.now())
        decision_id = desk.outside.new_id()
        data = await _record(desk, writing, case, proposal, decision_id, book, by, max(opened, default=None))
        event = Event(EventType.CASE_DECIDED, person(by), desk.outside.now(), data, case=case.id)
        await writing.case_decided(event, case.moved_to(State.DECIDED))
    return decision_id


async def _check_fresh(
    reading: Reading, case: Case, findings: Sequence[StoredFinding], procedure: RuleSet, now: int
) -> None:
    """Nothing favourable on answers that something has overtaken: checks still to be run, a newer or an aged list."""
    if await reading.is_waiting(case.id):
        raise NotAllowed("decision.checks_waiting")
    answered = [one.case_finding for one in findings if one.case_finding.outcome is not Outcome.UNKNOWN]
    used = {one.key: one.version for f in answered for one in f.finding.result.sources}
    active = {key: one for key, one in (await reading.active_lists()).items() if key in procedure.lists}
    if not used:
        return
    too_old = any((now - one.as_of) // DAY_MS > procedure.lists[key].max_age_days for key, one in active.items())
    if too_old or used != {key: one.version for key, one in active.items()}:
        raise NotAllowed("decision.checks_outdated")


def _tidied(desk: Desk, proposal: Proposal) -> Proposal:
    acts = tuple(
        replace(
            one, **{name: check_text(f"/acts/{n}/{name}", text, required=False) for name, text in asdict(one).items()}
        )
        for n, one in enumerate(proposal.acts)
    )
    minute = proposal.board_minute
    if minute is not None:
        decided_on = check_day("/minute_date", minute.date)
        if decided_on > today(desk):
            raise InvalidInput([Problem("/minute_date", "input.not_now_or_earlier")])
        minute = BoardMinute(decided_on.isoformat(), check_text("/minute_paragraph", minute.paragraph, most=40))
    return replace(
        proposal,
        board_minute=minute,
        clauses=tuple(dict.fromkeys(proposal.clauses)),
        based_on=tuple(dict.fromkeys(proposal.based_on)),
        reasons=check_text("/reasons", proposal.reasons, required=False),
        circumstances=check_text("/circumstances", proposal.circumstances, required=False),
        acts=acts,
    )


async def _record(
    desk: Desk,
    writing: Writing,
    case: Case,
    proposal: Proposal,
    decision_id: str,
    book: Rulebook,
    by: User,
    opened_at: int | None,
) -> dict[str, Any]:
    """The decision record (casework 5.1): codes, digests and commitments; the texts are kept beside it, erasable."""
    criteria, procedure = book.of(case), book.procedure(today(desk))
    details = await writing.details(case.id)
    findings = await writing.findings(case.id, case.round)
    enclosures = await writing.enclosures(case.id)
    screened = (await writing.screenings([case.id])).get(case.id)
    point = procedure.delegation[proposal.delegation_point]
    clauses = {one.check: one.clause for one in criteria.kinds[case.kind].checks}
    method = desk.finder.method()
    decided = desk.outside.now()
    kept = procedure.retention.get("decision")
    return {
        "record": RECORD_VERSION,
        "decision": decision_id,
        "kind": case.kind.value,
        "diary_number": case.diary_number,
        "organisation": case.organisation_id,
        "organisation_value": details.organisation_ref,
        "requested_ore": case.amount_ore,
        "application": parts.logged(details.parts),
        "speakers": details.speakers_ref,
        "revision": case.version,
        "form": {"id": "application", "sha256": intake_document.schema_sha256()},
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
            "decider": by.pseudonym,
            "proposer": None,
            "presenter": None,
            "co_approvers": [],
            "delegation_point": proposal.delegation_point,
            "ceiling_ore": point.ceiling_ore,
            "board": point.board,
            "board_minute": writing.keep("board-minute", asdict(proposal.board_minute), case=case.id)
            if proposal.board_minute
            else None,
            "conflict_of_interest": None,
            "opened_at": None if opened_at is None else timestamp(opened_at),
        },
        "outcome": proposal.outcome.value,
        "amount_ore": proposal.amount_ore,
        "conditions": [],
        "valid_from": local_day(decided).isoformat() if proposal.outcome in FAVOURABLE else None,
        "valid_to": None,
        "clauses": list(proposal.clauses),
        "based_on": list(proposal.based_on),
        "reasons": writing.keep("reasons", {"text": proposal.reasons}, case=case.id),
        "circumstances": writing.keep("circumstances", {"text": proposal.circumstances}, case=case.id)
        if proposal.circumstances
        else None,
        "acts": [writing.keep("act", asdict(one), case=case.id) for one in proposal.acts],
        "communication": None,
        "appeal": {"text_sha256": hashlib.sha256(procedure.appeal["sv"].encode()).hexdigest(), "deadline": None},
        "retention": kept.code if kept else None,
        "secrecy": [one.id for one in await writing.markings(case.id)],
        "links": {"supersedes": None, "corrects": None, "revokes": None, "caused_by": None},
    }


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
