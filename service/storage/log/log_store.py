"""The log and what it has committed to: appends an event in the transaction of its change."""

from collections.abc import AsyncIterator, Callable
from typing import Any

from service.audit.canonical import canonical
from service.audit.commitment import SALT_BYTES, commit
from service.audit.leaf import encode
from service.desk.ports.log import LogRow, StoredValue
from service.domain.events.event import Event, EventData
from service.storage.log.tree_store import TreeStore
from service.storage.tables import LogCheckpoint, LogEntry, LogNode, LogValue

_BATCH = 1000
TREE = TreeStore(LogEntry, LogNode, LogCheckpoint)


async def append(event: Event[EventData]) -> int:
    """Give the event its place, write its leaf and the nodes it completes; returns its number."""

    def make(seq: int) -> tuple[str, dict[str, Any]]:
        row = {"type": event.type, "case_id": event.case, "actor": event.actor.id, "at": event.at}
        return encode(event, seq), row

    return await TREE.append(make)


def committed(field: str, value: Any, random: Callable[[int], bytes], *, case: str | None) -> tuple[str, LogValue]:
    """A commitment with a fresh salt, and the row that keeps what it stands for."""
    salt = random(SALT_BYTES)
    commitment = commit(field, value, salt)
    row = LogValue(commitment=commitment, field=field, value=canonical(value), salt=salt.hex(), case_id=case)
    return commitment, row


async def rows() -> AsyncIterator[LogRow]:
    """Every entry in order, in constant memory."""
    async for batch in TREE.scan("leaf, hash, type, case_id, actor, at"):
        for one in batch:
            yield LogRow(*one)


async def value_rows() -> AsyncIterator[StoredValue]:
    """Every kept value, in constant memory."""
    after = ""
    while True:
        batch = (
            await LogValue.select(LogValue.commitment, LogValue.field, LogValue.value, LogValue.salt, LogValue.case_id)
            .where(LogValue.commitment > after)
            .order_by(LogValue.commitment)
            .limit(_BATCH)
        )
        for one in batch:
            yield StoredValue(one["commitment"], one["field"], one["value"], one["salt"], one["case_id"])
        if len(batch) < _BATCH:
            return
        after = batch[-1]["commitment"]
