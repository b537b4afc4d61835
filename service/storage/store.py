"""The store that the steps are given: read and write transactions over one database."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from service.desk.ports.desk import PutAside
from service.storage.engine import SafeSQLite, reading, scrub, writing
from service.storage.table_reading import TableReading
from service.storage.table_writing import TableWriting
from service.storage.tables import ListEntryRow, ListVersion

_CHUNK = 500


class TableStore:
    """Everything kept, behind two doors: one to ask, one to change."""

    def __init__(self, engine: Any, *, random: Callable[[int], bytes], new_id: Callable[[], str]) -> None:
        self._engine = engine
        self._random = random
        self._new_id = new_id
        self._sqlite = isinstance(engine, SafeSQLite)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[TableReading]:
        async with reading(self._engine):
            yield TableReading(sqlite=self._sqlite)

    async def put_aside(self, version: str, start: int, entries: Sequence[PutAside]) -> None:
        """Keep entries of a version that is not there yet, in a transaction of their own."""
        async with writing(self._engine):
            for at in range(0, len(entries), _CHUNK):
                await ListEntryRow.insert(
                    *[
                        ListEntryRow(
                            id=f"{version}:{entry_id}", version_id=version, position=start + at + offset, body=text
                        )
                        for offset, (entry_id, text) in enumerate(entries[at : at + _CHUNK])
                    ]
                )

    async def forget_put_aside(self, version: str) -> None:
        async with writing(self._engine):
            if not await ListVersion.exists().where(ListVersion.id == version):
                await ListEntryRow.delete().where(ListEntryRow.version_id == version)

    async def scrub(self) -> None:
        """Rewrite the files without what has been deleted: database, and on SQLite its write-ahead log.

        PostgreSQL's own write-ahead log and replicas keep what they have until they recycle it.
        """
        await scrub(self._engine, "log_value")

    async def sweep(self) -> None:
        """Delete entries that were put aside for a version that never came to be, as after a power cut."""
        async with writing(self._engine):
            await ListEntryRow.raw("DELETE FROM list_entry WHERE version_id NOT IN (SELECT id FROM list_version)")

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[TableWriting]:
        async with writing(self._engine):
            yield TableWriting(sqlite=self._sqlite, random=self._random, new_id=self._new_id)
