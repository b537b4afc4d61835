"""The store that the steps are given: read and write transactions over one database."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from service.storage.engine import SafeSQLite, reading, writing
from service.storage.reading import TableReading
from service.storage.writing import TableWriting


class TableStore:
    """Everything kept, behind two doors: one to ask, one to change."""

    def __init__(self, engine: Any, *, random: Callable[[int], bytes], new_id: Callable[[], str]) -> None:
        self._engine = engine
        self._random = random
        self._new_id = new_id
        self._sqlite = isinstance(engine, SafeSQLite)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[TableReading]:
        """One moment, seen whole."""
        async with reading(self._engine):
            yield TableReading(sqlite=self._sqlite)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[TableWriting]:
        """All of it, or nothing."""
        async with writing(self._engine):
            yield TableWriting(sqlite=self._sqlite, random=self._random, new_id=self._new_id)
