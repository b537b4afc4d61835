"""A decision's record as a person reads it: masked until a purpose has been given, and logged."""

import json
from dataclasses import dataclass, replace
from typing import Any

from service.audit.leaf import data_as_written
from service.desk.actors import person, still
from service.desk.fields import check_text
from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading
from service.desk.rulebook import Rulebook, rulebook
from service.desk.step import entries
from service.domain import policy
from service.domain.case import Case
from service.domain.clock import Instant
from service.domain.dossier.dossier import Asked, Dossier
from service.domain.dossier.folding import fold
from service.domain.errors import InvalidInput, NotFound, Problem
from service.domain.events.catalogue import commitments_in
from service.domain.events.event import Event
from service.domain.events.log import RecordUnmasked, ValueErased
from service.domain.people import User

PURPOSES = ("handling", "audit", "appeal", "data_subject", "public_record")


@dataclass(frozen=True)
class Record:
    """The log entry of a decision, with the values it committed to where they are still kept."""

    case: Case
    hirer: str | None
    seq: int
    hash: str
    leaf: dict[str, Any]
    values: dict[str, Any]
    erased: dict[str, "Erasure"]
    signed: bool
    names: dict[str, str]
    before: Dossier
    book: Rulebook


async def read_record(desk: Desk, case_id: str, *, by: User) -> Record:
    """The record of a case's decision; raises NotFound where there is none."""
    async with desk.store.reading() as reading:
        case = await reading.case(case_id)
        policy.check_can_see(case, by)
        decision = await reading.decision(case_id)
        row = await reading.log_entry(decision.seq) if decision else None
        if row is None:
            raise NotFound("decision.not_found")
        leaf = json.loads(row.leaf)
        earlier = [one for one in await reading.entries_of_case(case_id) if one.seq < row.seq]
        before = fold(entries(earlier))
        requests: list[Asked[Any]] = [*before.completions, *before.communications]
        said = [request.answer for request in requests if request.answer]
        said += [before.proposal.second_ref] if before.proposal and before.proposal.second_ref else []
        said += [before.exception.data.text] if before.exception else []
        values = await reading.values([*commitments_in(data_as_written(row.leaf)), *said])
        checkpoint = await reading.last_checkpoint()
        return Record(
            case=case,
            hirer=(await reading.details(case_id)).hirer,
            seq=row.seq,
            hash=row.hash,
            leaf=leaf,
            values=values,
            erased=await erased_when(reading, case_id),
            signed=checkpoint is not None and checkpoint.size > row.seq,
            names=await reading.names(),
            before=before,
            book=await rulebook(desk, reading),
        )


@dataclass(frozen=True)
class Erasure:
    """By which ground and when something was erased; `at` is UTC milliseconds, `ground` a text or a code."""

    ground: str
    at: Instant
    seq: int
    document: str | None = None


async def erased_when(reading: Reading, case_id: str) -> dict[str, Erasure]:
    """For each commitment of a case that has been erased, by which ground and when."""
    found: dict[str, Erasure] = {}
    documents: set[str] = set()
    for entry in entries(await reading.entries_of_cases([case_id], ValueErased)):
        if isinstance(entry.data, ValueErased):
            erasure = Erasure(entry.data.ground, entry.at, entry.seq, entry.data.document)
            documents |= {erasure.document} if erasure.document else set()
            found |= dict.fromkeys(entry.data.values, erasure)
    texts = await reading.values(sorted(documents))
    return {
        ref: replace(one, ground=texts[one.document]["text"]) if one.document in texts else one
        for ref, one in found.items()
    }


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
        data = RecordUnmasked(decision=decision.id, purpose=purpose, note=note_ref)
        await writing.record_unmasked(Event(data, person(by), desk.outside.now(), case=case_id))
