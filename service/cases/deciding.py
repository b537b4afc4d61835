"""Step four: a named person decides."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from service.cases.ports import Desk, Reading, StoredFinding, Writing
from service.cases.reviewing import check_day, check_text, person
from service.cases.rulebook import Rulebook, rulebook, today
from service.cases.standing import still
from service.domain import policy
from service.domain.case import Case, State
from service.domain.clock import DAY_MS
from service.domain.decision import FAVOURABLE, BoardMinute, Proposal
from service.domain.errors import InvalidInput, NotAllowed, Problem
from service.domain.events import Event, EventType
from service.domain.finding import Outcome
from service.domain.people import User
from service.domain.ruleset import RuleSet


async def decide(desk: Desk, case_id: str, proposal: Proposal, *, by: User, seen: int) -> str:
    """Record the decision: outcome, clauses, reasons, and all that it rests on. Returns the decision's id."""
    proposal = _tidied(desk, proposal)
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
        data = await _record(desk, writing, case, proposal, decision_id, book)
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
    desk: Desk, writing: Writing, case: Case, proposal: Proposal, decision_id: str, book: Rulebook
) -> dict[str, Any]:
    """The decision record: codes, digests and commitments; the texts are kept beside it, erasable."""
    criteria, procedure = book.of(case), book.procedure(today(desk))
    details = await writing.details(case.id)
    findings = await writing.findings(case.id, case.round)
    enclosures = await writing.enclosures(case.id)
    lists = {(one.key, one.version, one.sha256) for f in findings for one in f.case_finding.finding.result.sources}
    circumstances = proposal.circumstances
    return {
        "decision": decision_id,
        "outcome": proposal.outcome.value,
        "amount_ore": proposal.amount_ore,
        "delegation_point": proposal.delegation_point,
        "board_minute": writing.keep("board-minute", asdict(proposal.board_minute), case=case.id)
        if proposal.board_minute
        else None,
        "clauses": list(proposal.clauses),
        "criteria_rules": {"id": criteria.id, "sha256": criteria.sha256},
        "procedure_rules": {"id": procedure.id, "sha256": procedure.sha256},
        "round": case.round,
        "findings": [
            {
                "id": one.id,
                "check": one.case_finding.finding.check,
                "outcome": one.case_finding.outcome.value,
                "code": one.case_finding.finding.result.code,
                "resolution": one.case_finding.resolution,
            }
            for one in findings
        ],
        "based_on": list(proposal.based_on),
        "lists": [{"key": key, "version": version, "sha256": sha256} for key, version, sha256 in sorted(lists)],
        "application": details.application_ref,
        "enclosures": [{"id": one.enclosure.id, "sha256": one.enclosure.sha256} for one in enclosures],
        "reasons": writing.keep("reasons", {"text": proposal.reasons}, case=case.id),
        "circumstances": writing.keep("circumstances", {"text": circumstances}, case=case.id)
        if circumstances
        else None,
        "acts": [writing.keep("act", asdict(one), case=case.id) for one in proposal.acts],
        "software": f"granska-{desk.software}",
    }
