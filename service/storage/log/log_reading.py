"""Answers questions about the log, its signatures and the values it committed to."""

import json
from collections.abc import AsyncIterator, Sequence
from operator import attrgetter
from typing import Any

from service.audit import merkle
from service.desk.ports.log import (
    KeptCheckpoint,
    KeptValue,
    LogHead,
    LogRow,
    ScannedEntry,
    SchemaFault,
    SentCheckpoint,
    SentRow,
    StoredValue,
)
from service.domain.clock import Instant
from service.domain.events.event import EventClass
from service.domain.ledger.facts import StoredFact
from service.storage.facts import stored as facts
from service.storage.facts.schema import schema_faults
from service.storage.log import log_store
from service.storage.tables import Dispatch, LogEntry, LogValue

#: How many log entries are read at a time, backwards.
_BATCH = 500
#: The kept values in which a person may be named as someone; free text is not searched for anyone.
NAME_FIELDS = (
    "application.contact", "application.hirer", "application.representatives", "application.declaration", "speakers",
)  # fmt: skip


class LogReading:
    """Questions about the log."""

    _sqlite: bool

    async def values(self, commitments: Sequence[str]) -> dict[str, Any]:
        if not commitments:
            return {}
        found = await LogValue.select(LogValue.commitment, LogValue.value).where(
            LogValue.commitment.is_in(list(set(commitments)))
        )
        return {one["commitment"]: json.loads(one["value"]) for one in found}

    def value_rows(self) -> AsyncIterator[StoredValue]:
        return log_store.value_rows()

    async def log_page(self, *, before: int | None, case_id: str | None, limit: int) -> list[LogRow]:
        query = LogEntry.select()
        if before is not None:
            query = query.where(LogEntry.seq < before)
        if case_id is not None:
            query = query.where(LogEntry.case_id == case_id)
        found = await query.order_by(LogEntry.seq, ascending=False).limit(limit)
        return [LogRow(**one) for one in found]

    async def log_entry(self, seq: int) -> LogRow | None:
        row = await LogEntry.select().where(LogEntry.seq == seq).first()
        return LogRow(**row) if row else None

    async def log_size(self) -> int:
        return await log_store.TREE.size()

    def log_rows(self) -> AsyncIterator[LogRow]:
        return log_store.rows()

    async def file_damage(self) -> str | None:
        """Where the database's own structure contradicts itself, such as an index and its table; None where it holds.

        A lookup may go by the index and a listing by the table: only this sees that they differ.
        """
        if not self._sqlite:
            return None
        found = await LogEntry.raw("PRAGMA integrity_check(1)")
        said = str(next(iter(found[0].values()))) if found else "nothing"
        return None if said == "ok" else said[:100]

    async def schema_faults(self) -> list[SchemaFault]:
        return await schema_faults(sqlite=self._sqlite)

    async def log_scan(self, *, columns: bool) -> AsyncIterator[list[ScannedEntry]]:
        names = ["leaf", "hash", *(("type", "case_id", "actor") if columns else ())]
        raw = "CAST({} AS BLOB)" if self._sqlite else "convert_to({}, 'UTF8')"
        asked = ", ".join(raw.format(name) for name in names) + (", at" if columns else "")
        async for batch in log_store.TREE.scan(asked):
            yield [ScannedEntry._make(row) for row in batch] if columns else [ScannedEntry(*row) for row in batch]

    async def hashes_joined(self, start: int, count: int) -> str | None:
        return await log_store.TREE.joined("entries", "seq", start, count)

    async def nodes_joined(self, start: int, count: int) -> str | None:
        return await log_store.TREE.joined("nodes", "place", start, count)

    async def node_count(self) -> int:
        return await log_store.TREE.node_count()

    async def log_head(self) -> LogHead:
        return await log_store.TREE.head()

    async def log_root(self, size: int) -> bytes:
        return await log_store.TREE.root(size)

    async def log_paths(self, seqs: Sequence[int], size: int) -> list[list[bytes]]:
        return await log_store.TREE.paths([merkle.inclusion_ranges(one, size) for one in seqs])

    async def log_consistency(self, old: int, new: int) -> list[bytes]:
        return (await log_store.TREE.paths([merkle.consistency_ranges(old, new)]))[0]

    async def log_hashes(self, start: int, stop: int) -> list[str]:
        found = await LogEntry.raw("SELECT hash FROM log_entry WHERE seq >= {} AND seq < {} ORDER BY seq", start, stop)
        return [one["hash"] for one in found]

    async def checkpoints(self) -> list[KeptCheckpoint]:
        return await log_store.TREE.checkpoints()

    async def last_checkpoint(self) -> KeptCheckpoint | None:
        return await log_store.TREE.last_checkpoint()

    async def checkpoint_after(self, size: int) -> KeptCheckpoint | None:
        return await log_store.TREE.checkpoint_after(size)

    async def dispatched(self, channel: str) -> int:
        found = await Dispatch.raw(
            "SELECT max(d.size) AS last FROM checkpoint_dispatch d JOIN log_checkpoint c ON c.size = d.size "
            "WHERE d.channel = {} AND d.error IS NULL",
            channel,
        )
        return int(found[0]["last"] or 0)

    async def dispatches(self, limit: int) -> list[SentCheckpoint]:
        found = await Dispatch.raw(
            "SELECT channel, size, at, error FROM checkpoint_dispatch d "
            "WHERE d.size = (SELECT max(size) FROM checkpoint_dispatch WHERE channel = d.channel) "
            "ORDER BY channel, error LIMIT {}",
            limit,
        )
        return [SentCheckpoint(**one) for one in found]

    async def sent_checkpoints(self, *, since: Instant) -> list[SentRow]:
        through = Dispatch.error.is_null() & (Dispatch.at >= since)
        found = await Dispatch.select().where(through).order_by(Dispatch.at, Dispatch.size)
        return [SentRow(one["id"], one["size"], one["channel"], one["at"]) for one in found]

    async def entries_of_type(self, event: EventClass, *, limit: int) -> list[LogRow]:
        found = (
            await LogEntry.select()
            .where(LogEntry.type == event.declared.type)
            .order_by(LogEntry.seq, ascending=False)
            .limit(limit)
        )
        return [LogRow(**one) for one in found]

    async def entries_of_case(self, case_id: str) -> list[LogRow]:
        return [
            LogRow(**one) for one in await LogEntry.select().where(LogEntry.case_id == case_id).order_by(LogEntry.seq)
        ]

    async def entries_of_cases(self, case_ids: Sequence[str], *events: EventClass) -> list[LogRow]:
        if not case_ids:
            return []
        # Ordered here: asked to order by `seq`, SQLite walks every entry of the type instead of those of the cases.
        found = await LogEntry.select().where(
            LogEntry.case_id.is_in(list(case_ids)) & LogEntry.type.is_in([event.declared.type for event in events])
        )
        return sorted((LogRow(**one) for one in found), key=attrgetter("seq"))

    async def entries_between(self, event: EventClass, since: Instant, until: Instant) -> list[LogRow]:
        """What happened of this kind from one instant (UTC milliseconds) to before another, oldest first.

        Reads from the newest backwards and stops where it is before, so that an old log costs nothing.
        """
        found: list[LogRow] = []
        before = await self.log_size()
        while True:
            batch = (
                await LogEntry.select()
                .where((LogEntry.type == event.declared.type) & (LogEntry.seq < before))
                .order_by(LogEntry.seq, ascending=False)
                .limit(_BATCH)
            )
            found += [LogRow(**one) for one in batch if since <= one["at"] < until]
            if len(batch) < _BATCH or batch[-1]["at"] < since:
                return found[::-1]
            before = batch[-1]["seq"]

    async def kept_values(self, commitments: Sequence[str]) -> dict[str, KeptValue]:
        if not commitments:
            return {}
        found = await LogValue.select().where(LogValue.commitment.is_in(list(set(commitments))))
        return {one["commitment"]: _kept(one) for one in found}

    async def values_of_cases(self, case_ids: Sequence[str]) -> list[KeptValue]:
        found = await LogValue.select().where(LogValue.case_id.is_in(list(case_ids))) if case_ids else []
        return [_kept(one) for one in found]

    async def cases_naming(self, text: str) -> list[str]:
        wanted, found, after = " ".join(text.casefold().split()), set[str](), ""
        while True:
            batch = (
                await LogValue.select(LogValue.commitment, LogValue.value, LogValue.case_id)
                .where(
                    (LogValue.commitment > after)
                    & LogValue.case_id.is_not_null()
                    & LogValue.field.is_in(list(NAME_FIELDS))
                )
                .order_by(LogValue.commitment)
                .limit(2000)
            )
            found |= {one["case_id"] for one in batch if wanted in _names_in(json.loads(one["value"]))}
            if len(batch) < 2000:
                return sorted(found)
            after = batch[-1]["commitment"]

    async def stored_facts(self) -> AsyncIterator[StoredFact]:
        async for key, fact in facts.stored():
            yield StoredFact(key, fact)


def _names_in(value: Any) -> set[str]:
    """The names that a value of a name field gives."""
    if isinstance(value, list):
        written = {_plain(element) for element in value if isinstance(element, str)}
        return written.union(*map(_names_in, value))
    if isinstance(value, dict):
        own = {_plain(value[key]) for key in ("name", "signatory") if isinstance(value.get(key), str)}
        return own.union(*map(_names_in, value.values()))
    return set()


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _kept(row: dict[str, Any]) -> KeptValue:
    return KeptValue(row["commitment"], row["field"], json.loads(row["value"]), row["salt"], row["case_id"])
