"""A decision's record as a person reads it: masked until a purpose has been given, and logged."""

import json
from dataclasses import dataclass
from typing import Any

from service.cases.ports import Desk
from service.cases.reviewing import check_text, person
from service.cases.rulebook import Rulebook, rulebook
from service.cases.standing import still
from service.domain import policy
from service.domain.case import Case
from service.domain.errors import InvalidInput, NotFound, Problem
from service.domain.events import Event, EventType, commitments_in
from service.domain.people import User

PURPOSES = ("handling", "audit", "appeal", "data_subject", "public_record")


@dataclass(frozen=True)
class Record:
    """The log entry of a decision, with the values it committed to where they are still kept."""

    case: Case
    seq: int
    hash: str
    leaf: dict[str, Any]
    values: dict[str, Any]
    names: dict[str, str]
    book: Rulebook


async def read_record(desk: Desk, case_id: str, *, by: User) -> Record:
    """The record of a case's decision; raises NotFound where there is none."""
    async with desk.store.reading() as reading:
        case = await reading.case(case_id)
        policy.check_can_see(case, by)
        decision = await reading.decision(case_id)
        row = await reading.log_entry(decision["seq"]) if decision else None
        if row is None:
            raise NotFound("decision.not_found")
        leaf = json.loads(row.leaf)
        findings = await reading.findings(case_id, leaf["data"]["round"])
        references = commitments_in(leaf["data"])
        for one in findings:
            references += [ref for ref in (one.detail_ref, one.speaker_ref, one.reason_ref) if ref]
        details = await reading.details(case_id)
        references.append(details.organisation_ref)
        values = await reading.values(references)
        opened = {one.id: one for one in findings}
        leaf["findings"] = [
            judged
            | {
                "detail": values.get(opened[judged["id"]].detail_ref),
                "reason": values.get(opened[judged["id"]].reason_ref or ""),
                "check_version": opened[judged["id"]].case_finding.finding.check_version,
                "sources": json.loads(opened[judged["id"]].sources),
            }
            for judged in leaf["data"]["findings"]
            if judged["id"] in opened
        ]
        leaf["organisation"] = values.get(details.organisation_ref)
        return Record(case, row.seq, row.hash, leaf, values, await reading.names(), await rulebook(desk, reading))


async def unmask(desk: Desk, case_id: str, *, purpose: str, note: str, by: User) -> None:
    """Log that this person wants to see the record's personal values, and why."""
    if purpose not in PURPOSES:
        raise InvalidInput([Problem("/purpose", "input.missing")])
    note = check_text("/note", note)
    async with desk.store.writing() as writing:
        by = await still(writing, by)
        case = await writing.case(case_id)
        policy.check_can_see(case, by)
        decision = await writing.decision(case_id)
        if decision is None:
            raise NotFound("decision.not_found")
        note_ref = writing.keep("unmask-note", {"text": note}, case=case_id)
        data = {"decision": decision["id"], "purpose": purpose, "note": note_ref}
        await writing.record_unmasked(
            Event(EventType.RECORD_UNMASKED, person(by), desk.outside.now(), data, case=case_id)
        )
