"""Leaves, nodes and committed values: appends an event in the transaction of its change."""

from collections.abc import AsyncIterator, Callable
from typing import Any

from service.audit import merkle
from service.audit.canonical import canonical
from service.audit.commitment import SALT_BYTES, commit
from service.audit.leaf import encode
from service.cases.ports import LogRow
from service.domain.events import Event
from service.storage.tables import LogEntry, LogNode, LogValue

_BATCH = 1000


def place(level: int, index: int) -> int:
    """Where a node above the leaves is kept."""
    return index * 64 + level


async def append(event: Event) -> int:
    """Give the event its place, write its leaf and the nodes it completes; returns its number."""
    seq = await size()
    leaf = encode(event, seq)
    hashed = merkle.leaf_hash(leaf.encode())
    await LogEntry.insert(
        LogEntry(
            seq=seq,
            leaf=leaf,
            hash=hashed.hex(),
            type=event.type.value,
            case_id=event.case,
            actor=event.actor.id,
            at=event.at,
        )
    )
    await _complete_nodes(seq, hashed)
    return seq


async def _complete_nodes(seq: int, node: bytes) -> None:
    index, level, completed = seq, 0, []
    while index & 1:
        node = merkle.node_hash(bytes.fromhex(await node_at(level, index - 1)), node)
        index, level = index >> 1, level + 1
        completed.append(LogNode(place=place(level, index), hash=node.hex()))
    if completed:
        await LogNode.insert(*completed)


async def node_at(level: int, index: int) -> str:
    """The hash (hex) of a complete subtree; at level 0 that is a leaf's."""
    if level == 0:
        row = await LogEntry.select(LogEntry.hash).where(LogEntry.seq == index).first()
    else:
        row = await LogNode.select(LogNode.hash).where(LogNode.place == place(level, index)).first()
    return str(row["hash"]) if row else ""


async def size() -> int:
    """How many entries the log has."""
    rows = await LogEntry.raw("SELECT max(seq) AS last FROM log_entry")
    return 0 if rows[0]["last"] is None else int(rows[0]["last"]) + 1


def committed(field: str, value: Any, random: Callable[[int], bytes], *, case: str | None) -> tuple[str, LogValue]:
    """A commitment with a fresh salt, and the row that keeps what it stands for."""
    salt = random(SALT_BYTES)
    commitment = commit(field, value, salt)
    row = LogValue(commitment=commitment, field=field, value=canonical(value), salt=salt.hex(), case_id=case)
    return commitment, row


async def rows() -> AsyncIterator[LogRow]:
    """Every entry in order, in constant memory."""
    after = -1
    while True:
        batch = await LogEntry.select().where(LogEntry.seq > after).order_by(LogEntry.seq).limit(_BATCH)
        for one in batch:
            yield LogRow(**one)
        if len(batch) < _BATCH:
            return
        after = batch[-1]["seq"]


async def nodes() -> dict[tuple[int, int], str]:
    """The stored tree above the leaves, by (level, index)."""
    return {
        (one["place"] % 64, one["place"] // 64): one["hash"]
        for one in await LogNode.select(LogNode.place, LogNode.hash)
    }


async def value_rows() -> AsyncIterator[tuple[str, str, str, str]]:
    """Every kept value as (commitment, field, canonical value, salt), in constant memory."""
    after = ""
    while True:
        batch = (
            await LogValue.select(LogValue.commitment, LogValue.field, LogValue.value, LogValue.salt)
            .where(LogValue.commitment > after)
            .order_by(LogValue.commitment)
            .limit(_BATCH)
        )
        for one in batch:
            yield one["commitment"], one["field"], one["value"], one["salt"]
        if len(batch) < _BATCH:
            return
        after = batch[-1]["commitment"]
