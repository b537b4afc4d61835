"""Who looked at what: a tree of its own, with its own lock and its own retention."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from service.audit.canonical import canonical
from service.desk.ports.access_log import AccessRow, DueEntries, ScannedAccess
from service.desk.ports.log import KeptCheckpoint, LogHead, StoredNode
from service.domain.clock import Instant
from service.storage.engine import SafeSQLite, explained, reading
from service.storage.log.tree_store import TreeStore
from service.storage.tables import AccessCheckpoint, AccessEntry, AccessNode

TREE = TreeStore(AccessEntry, AccessNode, AccessCheckpoint)
#: Its own advisory lock on PostgreSQL: whoever reads does not wait for whoever decides.
LOCK = 0x6772616E736B62
#: The value of a leaf that stood here before its time was over cannot be guessed from its hash.
SALT_BYTES = 16

SCHEMA = (
    "CREATE TABLE IF NOT EXISTS access_entry (seq BIGINT NOT NULL PRIMARY KEY, leaf TEXT, hash TEXT NOT NULL, "
    "case_id TEXT, actor TEXT NOT NULL, at BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS access_node (place BIGINT NOT NULL PRIMARY KEY, hash TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS access_checkpoint (size BIGINT NOT NULL PRIMARY KEY, note TEXT NOT NULL, "
    "at BIGINT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS access_entry_case ON access_entry (case_id, seq)",
    "CREATE INDEX IF NOT EXISTS access_entry_kept ON access_entry (at) WHERE leaf IS NOT NULL",
)


def file_beside(path: str) -> str:
    """Where the access log of a SQLite database lies."""
    return f"{os.path.splitext(path)[0]}-access-log.sqlite"


async def prepare(engine: Any) -> None:
    """Make the tables where there are none."""
    for statement in SCHEMA:
        await engine.run_ddl(statement)


class AccessLog:
    """Appends and tells who opened what."""

    def __init__(self, engine: Any, random: Any) -> None:
        self._engine = engine
        self._random = random

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[None]:
        with explained():
            async with self._engine.transaction():
                if not isinstance(self._engine, SafeSQLite):
                    await self._engine.run_ddl(f"SELECT pg_advisory_xact_lock({LOCK})")
                yield

    async def note(
        self, *, actor: str, role: str, action: str, case: str | None, at: str, at_ms: Instant, step: str = ""
    ) -> int:
        """Someone, in this role, did this with this case; returns the entry's number."""
        salt = self._random(SALT_BYTES).hex()

        def make(seq: int) -> tuple[str, dict[str, Any]]:
            told = {"v": 1, "seq": seq, "at": at, "actor": actor, "role": role, "action": action, "case": case}
            asked = {"step": step} if step else {}
            return canonical(told | asked | {"salt": salt}), {"case_id": case, "actor": actor, "at": at_ms}

        async with self._writing():
            return await TREE.append(make)

    async def page(self, *, before: int | None, case: str | None, limit: int) -> list[AccessRow]:
        async with reading(self._engine):
            query = AccessEntry.select().order_by(AccessEntry.seq, ascending=False).limit(limit)
            if before is not None:
                query = query.where(AccessEntry.seq < before)
            if case is not None:
                query = query.where(AccessEntry.case_id == case)
            return [_row(one) for one in await query]

    async def of_case(self, case: str) -> list[AccessRow]:
        async with reading(self._engine):
            query = AccessEntry.select().where(AccessEntry.case_id == case).order_by(AccessEntry.seq)
            return [_row(one) for one in await query]

    async def last_opened(self, case: str, actor: str) -> Instant | None:
        return await self._last((AccessEntry.case_id == case) & (AccessEntry.actor == actor))

    async def last_of(self, actor: str) -> Instant | None:
        return await self._last(AccessEntry.actor == actor)

    async def _last(self, which: Any) -> Instant | None:
        async with reading(self._engine):
            query = AccessEntry.select(AccessEntry.at).where(which).order_by(AccessEntry.seq, ascending=False)
            found = await query.first()
        return Instant(found["at"]) if found else None

    async def size(self) -> int:
        async with reading(self._engine):
            return await TREE.size()

    async def due_before(self, at_ms: Instant) -> DueEntries:
        """The entries older than this that still have their text."""
        async with reading(self._engine):
            due = (
                await AccessEntry.select(AccessEntry.seq)
                .where((AccessEntry.at < at_ms) & AccessEntry.leaf.is_not_null())
                .order_by(AccessEntry.seq, ascending=False)
            )
            return DueEntries(len(due), due[0]["seq"] + 1 if due else 0)

    async def forget_before(self, at_ms: Instant) -> None:
        """Take the texts of entries older than this away; their hashes stay, so that the rest still verifies."""
        async with self._writing():
            await AccessEntry.update({AccessEntry.leaf: None, AccessEntry.case_id: None, AccessEntry.actor: ""}).where(
                (AccessEntry.at < at_ms) & AccessEntry.leaf.is_not_null()
            )

    async def checkpoint(self, sign: Any, at_ms: Instant) -> int:
        """Sign the tree as it is, unless it has been; returns its size."""
        async with self._writing():
            size = await TREE.size()
            last = await TREE.last_checkpoint()
            if size and (last is None or last.size < size):
                await TREE.add_checkpoint(size, sign(size, await TREE.root(size)), at_ms)
            return size

    async def scan(self) -> AsyncIterator[list[ScannedAccess]]:
        async with reading(self._engine):
            async for batch in TREE.scan("leaf, hash, case_id, actor, at"):
                yield [ScannedAccess._make(row) for row in batch]

    async def scan_nodes(self) -> AsyncIterator[list[StoredNode]]:
        async with reading(self._engine):
            async for batch in TREE.scan_nodes():
                yield batch

    async def checkpoints(self) -> list[KeptCheckpoint]:
        """Every checkpoint."""
        async with reading(self._engine):
            return await TREE.checkpoints()

    async def head(self) -> LogHead:
        async with reading(self._engine):
            size = await TREE.size()
            return LogHead(size, await TREE.root(size))

    async def last_checkpoint(self) -> KeptCheckpoint | None:
        async with reading(self._engine):
            return await TREE.last_checkpoint()


def _row(one: dict[str, Any]) -> AccessRow:
    return AccessRow(one["seq"], one["leaf"], one["hash"], one["case_id"], one["actor"], one["at"])
