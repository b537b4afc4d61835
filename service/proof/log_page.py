"""What an auditor is shown of the log and of the access log: a page of entries, an entry, who opened what."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from service.audit.leaf import data_as_written
from service.desk.diary import case_called
from service.desk.ports.desk import Desk
from service.desk.ports.log import KeptCheckpoint, SentCheckpoint
from service.domain.errors import NotFound
from service.domain.events.catalogue import commitments_in
from service.proof import access_log


@dataclass(frozen=True)
class LogPage:
    """Entries, newest first, with the log's size, what has been signed and sent, and names for what they mention."""

    entries: list[dict[str, Any]]
    size: int
    checkpoint: KeptCheckpoint | None
    sent: list[SentCheckpoint]
    names: dict[str, str]
    numbers: dict[str, str]


async def log_page(desk: Desk, *, before: int | None, limit: int) -> LogPage:
    """The entries before this number, or the newest."""
    async with desk.store.reading() as reading:
        rows = await reading.log_page(before=before, case_id=None, limit=limit)
        entries = [json.loads(row.leaf) | {"hash": row.hash} for row in rows]
        numbers = await reading.diary_numbers([entry["case"] for entry in entries if entry["case"]])
        size, checkpoint = await reading.log_size(), await reading.last_checkpoint()
        return LogPage(entries, size, checkpoint, await reading.dispatches(5), await reading.names(), numbers)


@dataclass(frozen=True)
class LogEntryShown:
    """An entry as it was hashed, and what is kept of it where an auditor may see that."""

    entry: dict[str, Any]
    hash: str
    names: dict[str, str]
    values: dict[str, Any]


async def log_entry(desk: Desk, seq: int, *, open_types: Collection[str]) -> LogEntryShown:
    """The entry of this number; raises NotFound. What is kept is shown of entries of these types alone."""
    async with desk.store.reading() as reading:
        row = await reading.log_entry(seq) if 0 <= seq < 2**63 else None
        if row is None:
            raise NotFound("log.no_entry")
        entry = json.loads(row.leaf)
        shown = commitments_in(data_as_written(row.leaf)) if entry["type"] in open_types else []
        return LogEntryShown(entry, row.hash, await reading.names(), await reading.values(shown))


@dataclass(frozen=True)
class AccessPage:
    """Entries of the access log, newest first; how many there have been; and names for what they mention.

    `unknown` is whether a case was asked for that there is not.
    """

    entries: list[dict[str, Any]]
    size: int
    names: dict[str, str]
    numbers: dict[str, str]
    unknown: bool


async def access_page(desk: Desk, *, diary_number: str, before: int | None, limit: int) -> AccessPage:
    """Who opened what: of this case, or of all where no number is given."""
    async with desk.store.reading() as reading:
        case = await case_called(desk, reading, diary_number)
        names = await reading.names()
    rows, size = await access_log.page(desk, before=before, case_id=case.id if case else None, limit=limit)
    unknown = bool(diary_number) and case is None
    entries: list[dict[str, Any]] = []
    for row in () if unknown else rows:
        entries.append(json.loads(row.leaf) if row.leaf else {"seq": row.seq, "gone": True})
    async with desk.store.reading() as reading:
        numbers = await reading.diary_numbers([entry["case"] for entry in entries if entry.get("case")])
    return AccessPage(entries, size, names, numbers, unknown)


async def log_size(desk: Desk) -> int:
    """How many entries the log has."""
    async with desk.store.reading() as reading:
        return await reading.log_size()
