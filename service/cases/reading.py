"""The queue, a case, its history, the log: questions, no changes."""

import json
from dataclasses import dataclass
from typing import Any

from service.audit.leaf import milliseconds
from service.cases import parts
from service.cases.ports import (
    CaseDetails,
    Desk,
    QueueQuery,
    QueueRow,
    Reading,
    SecrecyMarking,
    StoredEnclosure,
    StoredFinding,
)
from service.cases.rulebook import Rulebook, rulebook, today
from service.domain import policy
from service.domain.case import Case
from service.domain.errors import InvalidInput, NotFound, Problem
from service.domain.events import commitments_in
from service.domain.organisation import looks_personal, normal_form
from service.domain.people import User
from service.domain.ruleset import DelegationPoint, RuleSet

MAX_SEARCH = 200


@dataclass(frozen=True)
class TimelineEntry:
    """One event of a case as its timeline shows it; `at` is UTC milliseconds."""

    seq: int
    type: str
    at: int
    who: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Cleared:
    """A pair that a person has held apart, and why."""

    by: str
    at: int
    reason: str | None


@dataclass(frozen=True)
class CaseView:
    """All that the case page shows, read in one moment."""

    case: Case
    details: CaseDetails
    application: dict[str, Any] | None
    speakers: list[str] | None
    findings: list[StoredFinding]
    values: dict[str, Any]
    enclosures: list[StoredEnclosure]
    markings: list[SecrecyMarking]
    decision: dict[str, Any] | None
    record: dict[str, Any] | None
    timeline: list[TimelineEntry]
    names: dict[str, str]
    owner_name: str | None
    screening: bool
    criteria: RuleSet
    procedure: RuleSet
    points: list[DelegationPoint]
    before: dict[str, StoredFinding]
    cleared: dict[str, Cleared]


async def queue(desk: Desk, query: QueueQuery) -> tuple[list[QueueRow], int]:
    """One page of the queue and how many cases there are in all."""
    async with desk.store.reading() as reading:
        return await reading.queue(query)


async def search(desk: Desk, text: str, *, by: User) -> list[QueueRow]:
    """Cases by diary number, organisation number or association name; never by person."""
    text = text.strip()
    if not text or len(text) > MAX_SEARCH or "\x00" in text:
        raise InvalidInput([Problem("/q", "input.missing" if not text else "input.format")])
    number = normal_form(text)
    if looks_personal(text) and not (number and number[2] >= "2"):
        raise InvalidInput([Problem("/q", "search.not_persons")])
    async with desk.store.reading() as reading:
        return await reading.search(text, number, sorted(by.case_kinds))


async def case_by_number(desk: Desk, diary_number: str, *, by: User) -> Case:
    """The case with this diary number; raises NotFound for one this person may not know of."""
    async with desk.store.reading() as reading:
        case = await reading.case_by_diary_number(diary_number) if "\x00" not in diary_number else None
    if case is None:
        raise NotFound("case.not_found")
    policy.check_can_see(case, by)
    return case


async def check_may_see(desk: Desk, case_id: str, *, by: User) -> Case:
    """The case; raises NotFound for one this person may not know of."""
    async with desk.store.reading() as reading:
        case = await reading.case(case_id)
    policy.check_can_see(case, by)
    return case


async def case_view(desk: Desk, case_id: str, *, by: User) -> CaseView:
    """A case with everything on its page; raises NotFound for a case this person may not know of."""
    async with desk.store.reading() as reading:
        case = await reading.case(case_id)
        policy.check_can_see(case, by)
        details = await reading.details(case_id)
        findings = await reading.findings(case_id, case.round)
        enclosures = await reading.enclosures(case_id)
        markings = await reading.markings(case_id)
        rows = await reading.log_page(before=None, case_id=case_id, limit=200)
        book: Rulebook = await rulebook(desk, reading)
        references = [*parts.commitments(details.parts), details.organisation_ref]
        references += [ref for one in findings for ref in (one.detail_ref, one.speaker_ref, one.reason_ref) if ref]
        references += [one.name_ref for one in enclosures] + [one.value_ref for one in markings]
        references += [details.speakers_ref] if details.speakers_ref else []
        decision = await reading.decision(case_id)
        row = await reading.log_entry(decision["seq"]) if decision else None
        record = json.loads(row.leaf)["data"] if row else None
        references += commitments_in(record) if record else []
        before = await reading.settled_before(case_id, case.round)
        references += [one.reason_ref for one in before.values() if one.reason_ref]
        values = await reading.values(references)
        cleared = await _cleared(reading, values)
        names = await reading.names()
        waiting = await reading.is_waiting(case_id)
        owner = await reading.owner_name(case.owner) if case.owner else None
    procedure = book.procedure(today(desk))
    return CaseView(
        case=case,
        details=details,
        application=parts.assembled(details.parts, values) or None,
        speakers=values.get(details.speakers_ref or ""),
        findings=findings,
        values=values,
        enclosures=enclosures,
        markings=markings,
        decision=decision,
        record=record,
        timeline=[_timeline(one.seq, one.leaf, names) for one in rows],
        names=names,
        owner_name=owner,
        screening=waiting,
        criteria=book.of(case),
        procedure=procedure,
        points=policy.usable_points(case, by, procedure),
        before=before,
        cleared=cleared,
    )


async def _cleared(reading: Reading, values: dict[str, Any]) -> dict[str, Cleared]:
    """Who held apart what the evidence calls cleared, and their reason where it has not been erased."""
    texts = [
        one for value in values.values() for one in (value.get("evidence", []) if isinstance(value, dict) else value)
    ]
    pairs = [
        one["params"]["pair"] for one in texts if isinstance(one, dict) and one.get("code") == "party_names.cleared"
    ]
    found = await reading.clearances(pairs)
    findings = await reading.findings_by_id([one.finding_id for one in found.values()])
    reasons = await reading.values([one.reason_ref for one in findings.values() if one.reason_ref])
    return {
        pair: Cleared(
            one.cleared_by,
            one.at,
            reasons.get(findings[one.finding_id].reason_ref or "", {}).get("text")
            if one.finding_id in findings
            else None,
        )
        for pair, one in found.items()
    }


def _timeline(seq: int, leaf: str, names: dict[str, str]) -> TimelineEntry:
    given = json.loads(leaf)
    actor = given["actor"]["id"]
    return TimelineEntry(seq, given["type"], milliseconds(given["at"]), names.get(actor, actor), given["data"])
