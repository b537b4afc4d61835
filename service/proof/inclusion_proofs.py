"""Proof in the hand: for an entry, the path from its bytes to a signed checkpoint."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.audit.checkpoint import Receipt
from service.desk.diary import case_called
from service.desk.ports.desk import Desk
from service.desk.ports.log import LogRow
from service.domain.errors import NotFound, Unavailable
from service.domain.events.decision_record import CaseDecided
from service.proof.checkpoints import sign_log


@dataclass(frozen=True)
class Proof:
    """An entry's exact bytes and its receipt; `name` is fit for a file."""

    name: str
    leaf: bytes
    receipt: Receipt


async def prove_case(desk: Desk, diary_number: str, *, every: bool) -> list[Proof]:
    """Receipts for a case's decision, or for all of its entries; what is not signed yet is signed first."""
    async with desk.store.reading() as reading:
        case = await case_called(desk, reading, diary_number)
        if case is None:
            raise NotFound("case.not_found")
        entries = await reading.entries_of_case(case.id)
    wanted = entries if every else [one for one in entries if one.type == CaseDecided.declared.type]
    if not wanted:
        raise NotFound("decision.not_found")
    return await prove(desk, wanted)


async def prove(desk: Desk, entries: Sequence[LogRow]) -> list[Proof]:
    """Receipts for these entries under one checkpoint, the newest."""
    await sign_if_needed(desk, max(one.seq for one in entries))
    async with desk.store.reading() as reading:
        checkpoint = await reading.last_checkpoint()
        if checkpoint is None:
            raise Unavailable("checkpoint.no_key")
        paths = await reading.log_paths([one.seq for one in entries], checkpoint.size)
    proofs = []
    for row, path in zip(entries, paths, strict=True):
        name = f"{row.seq:06d}-{row.type.replace(':', '-')}"
        proofs.append(Proof(name, row.leaf.encode(), Receipt(row.seq, tuple(path), checkpoint.note)))
    return proofs


async def sign_if_needed(desk: Desk, seq: int) -> None:
    """Have the log signed so far that this entry is under a checkpoint."""
    async with desk.store.reading() as reading:
        checkpoint = await reading.last_checkpoint()
    if checkpoint is None or checkpoint.size <= seq:
        await sign_log(desk)
