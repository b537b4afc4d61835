"""Keeps how the worker's jobs stand, and sees to it that one process at a time does each.

PostgreSQL's advisory locks and locked files on SQLite have in common that they end with the process that holds them,
however it ends; a row that said "taken" would not.
"""

import asyncio
import fcntl
import os
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from service.desk.ports.jobs import JobState
from service.storage.engine import SafeSQLite, reading
from service.storage.tables import WorkerJob

#: The first half of the advisory locks of jobs; the second is the job's name.
_JOBS = 0x6A6F6273
#: How long the database may take to say whether a job is free, before that counts as a failure.
ANSWER_SECONDS = 10.0


class JobStore:
    """Jobs by name, over one database; `folder` is for the locked files."""

    def __init__(self, engine: Any, folder: Path) -> None:
        self._engine = engine
        self._folder = folder
        self._connection: Any = None
        self._one_at_a_time = asyncio.Lock()

    @asynccontextmanager
    async def claim(self, name: str) -> AsyncIterator[bool]:
        """Whether this process may do the job now; held until this is left, or the process ends."""
        claimed = self._file_locked(name) if isinstance(self._engine, SafeSQLite) else self._row_locked(name)
        async with claimed as got:
            yield got

    @asynccontextmanager
    async def _file_locked(self, name: str) -> AsyncIterator[bool]:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self._folder / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True
        finally:
            os.close(handle)

    @asynccontextmanager
    async def _row_locked(self, name: str) -> AsyncIterator[bool]:
        got = bool(await self._ask("SELECT pg_try_advisory_lock($1, $2)", name))
        try:
            yield got
        finally:
            if got:
                await self._ask("SELECT pg_advisory_unlock($1, $2)", name)

    async def _ask(self, statement: str, name: str) -> Any:
        """On a connection of its own, since the lock is the connection's; a lost one is made anew."""
        async with self._one_at_a_time:
            if self._connection is None or self._connection.is_closed():
                self._connection = await self._engine.get_new_connection()
            number = zlib.crc32(name.encode()) - 2**31  # a signed 32-bit number
            return await self._connection.fetchval(statement, _JOBS, number, timeout=ANSWER_SECONDS)

    async def states(self) -> dict[str, JobState]:
        async with reading(self._engine):
            rows = await WorkerJob.select()
        return {row["name"]: JobState(**row) for row in rows}

    async def save(self, state: JobState) -> None:
        columns = [getattr(WorkerJob, known.name) for known in fields(JobState) if known.name != "name"]
        async with self._engine.transaction():
            await WorkerJob.insert(WorkerJob(**asdict(state))).on_conflict(
                target=WorkerJob.name, action="DO UPDATE", values=columns
            )

    async def close(self) -> None:
        if self._connection is not None and not self._connection.is_closed():
            await self._connection.close()
