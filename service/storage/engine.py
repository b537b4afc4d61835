"""How the two databases are made safe: one write at a time on SQLite, the log's lock first on PostgreSQL.

The traps of Piccolo's stock engine that this file answers are numbered in the comments: opening a connection for each
query is slow (1), a DEFERRED transaction that writes fails at once under load (2), busy waiting is unfair (3), a failed
BEGIN leaks its connection (4), a failed COMMIT leaves the transaction current (5), a nested one joins its parent unseen
(6), and a late use of a kept connection runs inside someone else's transaction (7).
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

import aiosqlite
from piccolo.engine.sqlite import SQLiteEngine, SQLiteTransaction, TransactionType, dict_factory

from service.domain.errors import Unavailable
from service.library_internals import StatementRunner, TransactionState, thread_of

BUSY_SECONDS = 15.0
IDLE_READS = 4
SCRUB_TRIES = 100
#: Any fixed number does: whoever writes to the log on PostgreSQL takes this advisory lock first.
LOG_LOCK = 0x6772616E736B61

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA recursive_triggers = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA secure_delete = ON",
    "PRAGMA foreign_keys = ON",
)


class _Connection(sqlite3.Connection):
    """A connection that never runs without its settings."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for pragma in _PRAGMAS:
            self.execute(pragma)


class _Ended:
    """Stands where an ended transaction had its connection, so that a late use is loud (7)."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("the transaction has ended")


class SafeTransaction(TransactionState, SQLiteTransaction):
    """A transaction that always gives back what it took."""

    engine: "SafeSQLite"
    connection: Any
    _holds_lock = False
    _writes = False

    async def __aenter__(self) -> "SafeTransaction":
        if self.parent is not None:
            return self._join(self.parent)
        self._writes = self.transaction_type is not TransactionType.deferred
        try:
            if self._writes:
                await self.engine.write_lock.acquire()
                self._holds_lock = True
                self.connection = await self.engine.take_write_connection()
            else:
                self.connection = await self.engine.take_read_connection()
            await self.begin()  # type: ignore[no-untyped-call]
        except BaseException:
            await self._give_back(usable=False)
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    def _join(self, parent: Any) -> "SafeTransaction":
        if isinstance(parent.connection, _Ended):
            raise RuntimeError("the transaction has ended")
        if self.transaction_type is not TransactionType.deferred and not parent._writes:
            raise RuntimeError("a write cannot be nested in a read")
        return parent  # type: ignore[no-any-return]

    async def __aexit__(self, exception_type: Any, exception: Any, traceback: Any) -> bool:
        if self.parent is not None:
            return exception is None
        usable = False
        try:
            if exception_type is not None:
                if not self.is_rolled_back:
                    await self.rollback()  # type: ignore[no-untyped-call]
            elif not self.is_committed and not self.is_rolled_back:
                await self.commit()  # type: ignore[no-untyped-call]
            usable = True
        finally:
            self.engine.current_transaction.reset(self.context)
            await self._give_back(usable=usable)
        return exception is None

    async def _give_back(self, *, usable: bool) -> None:
        """Hand the connection back, or close it where its state is not known, and release the lock whatever happens."""
        connection, self.connection = getattr(self, "connection", None), _Ended()
        try:
            if connection is not None:
                kept = usable and not connection.in_transaction
                if not (kept and self.engine.keeps(connection, writes=self._writes)):
                    await asyncio.shield(connection.close())
        finally:
            if self._holds_lock:
                self.engine.write_lock.release()


class SafeSQLite(StatementRunner, SQLiteEngine):
    """SQLite with immediate writes, one lock, one kept write connection (platform 2.2). One process serves."""

    engine_type = "sqlite"

    def __init__(self, path: str) -> None:
        super().__init__(path=path, timeout=BUSY_SECONDS, factory=_Connection)
        self.write_lock = asyncio.Lock()
        self._write_connection: aiosqlite.Connection | None = None
        self._idle: list[aiosqlite.Connection] = []

    async def get_connection(self) -> aiosqlite.Connection:
        """A fresh connection; a failed start leaves no thread behind (4)."""
        connection = aiosqlite.connect(**self.connection_kwargs)
        try:
            await connection
        except BaseException:
            # The library asks its thread to stop but does not wait; a loop that closes first makes the thread complain.
            while thread_of(connection).is_alive():
                await asyncio.sleep(0.001)
            raise
        connection.row_factory = dict_factory  # type: ignore[assignment]
        return connection

    async def take_write_connection(self) -> aiosqlite.Connection:
        """The kept write connection, or a new one."""
        connection, self._write_connection = self._write_connection, None
        return connection if connection is not None else await self.get_connection()

    async def take_read_connection(self) -> aiosqlite.Connection:
        """An idle read connection, or a new one: opening one is a thread and ten times a page's queries (1)."""
        return self._idle.pop() if self._idle else await self.get_connection()

    def keeps(self, connection: aiosqlite.Connection, *, writes: bool) -> bool:
        """Keep a connection that is in a known state for its next use, or say that it is one too many."""
        if writes:
            self._write_connection = connection
        elif len(self._idle) < IDLE_READS:
            self._idle.append(connection)
        else:
            return False
        return True

    async def run_statement(self, connection: Any, query: str, args: list[Any]) -> Any:
        """Run one statement; the settings are the connection's own, so none is repeated here."""
        if connection is not None:
            async with connection.execute(query, args) as cursor:
                return await cursor.fetchall()
        connection = await self.get_connection()
        try:
            return await self.run_statement(connection, query, args)
        finally:
            await connection.close()

    def transaction(
        self, transaction_type: TransactionType = TransactionType.immediate, allow_nested: bool = True
    ) -> SafeTransaction:
        """A write transaction unless DEFERRED is asked for by name."""
        return SafeTransaction(engine=self, transaction_type=transaction_type, allow_nested=allow_nested)

    def atomic(self, transaction_type: TransactionType = TransactionType.immediate) -> Any:
        """As `transaction`."""
        return super().atomic(transaction_type=transaction_type)

    async def close(self) -> None:
        """Close what is kept; without this the program does not exit."""
        async with self.write_lock:
            kept = [*self._idle, *([self._write_connection] if self._write_connection else [])]
            self._idle, self._write_connection = [], None
            for one in kept:
                await one.close()


def is_sqlite(engine: Any) -> bool:
    """Which of the two it is."""
    return isinstance(engine, SafeSQLite)


def build_engine(address: str) -> Any:
    """The engine for `sqlite:///path` or `postgresql://user:password@host:port/name`."""
    parts = urlsplit(address)
    if parts.scheme == "sqlite":
        return SafeSQLite(unquote(parts.path[1:]))
    if parts.scheme in ("postgresql", "postgres"):
        from service.storage.engine_postgres import SafePostgres

        return SafePostgres(config={"dsn": address}, extensions=())
    raise ValueError("GRANSKA_DATABASE must begin with sqlite:/// or postgresql://")


async def open_engine(engine: Any, *, connections: int = 10) -> None:
    """Start what the engine needs before its first query."""
    if not isinstance(engine, SafeSQLite):
        await engine.start_connection_pool(max_size=connections, min_size=1)


async def close_engine(engine: Any) -> None:
    """Give everything back."""
    if isinstance(engine, SafeSQLite):
        await engine.close()
    else:
        await engine.close_connection_pool()


#: What another may end: somebody writes, the disk is full or read-only or fails, the file cannot be opened.
_LITE_LATER = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
}
#: The same as PostgreSQL says it: connection, resources, intervention, read-only, locks (its appendix A).
_POSTGRES_LATER = ("08", "25006", "40", "53", "55", "57", "58")


@contextmanager
def explained() -> Iterator[None]:
    """A database that cannot do it now is said to be so: nothing was saved, and it can be tried again."""
    try:
        yield
    except Exception as error:
        if _may_be_tried_again(error):
            raise Unavailable("storage.unavailable") from error
        raise


def _may_be_tried_again(error: Exception) -> bool:
    if isinstance(error, sqlite3.OperationalError):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in _LITE_LATER
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str):
        return state.startswith(_POSTGRES_LATER)
    return type(error).__module__.startswith("asyncpg") or isinstance(error, ConnectionError)


@asynccontextmanager
async def writing(engine: Any) -> AsyncIterator[None]:
    """A write transaction; on PostgreSQL the log's lock comes before any row, so there is one lock order everywhere."""
    with explained():
        async with _writing(engine):
            yield


@asynccontextmanager
async def _writing(engine: Any) -> AsyncIterator[None]:
    async with engine.transaction():
        if not isinstance(engine, SafeSQLite):
            await engine.run_ddl(f"SELECT pg_advisory_xact_lock({LOG_LOCK})")
        yield


@asynccontextmanager
async def reading(engine: Any) -> AsyncIterator[None]:
    """One read transaction: everything asked inside it sees the same moment."""
    with explained():
        async with _reading(engine):
            yield


@asynccontextmanager
async def _reading(engine: Any) -> AsyncIterator[None]:
    if isinstance(engine, SafeSQLite):
        async with engine.transaction(transaction_type=TransactionType.deferred):
            yield
        return
    async with engine.transaction():
        await engine.run_ddl("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


async def scrub(engine: Any, table: str) -> None:
    """Leave no trace of deleted rows in the files of this database (audit-log, section 2)."""
    if not isinstance(engine, SafeSQLite):
        connection = await engine.get_new_connection()
        try:
            await connection.execute(f"VACUUM FULL {table}")
        finally:
            await connection.close()
        return
    async with engine.write_lock:
        kept = await engine.take_write_connection()
        try:
            await kept.execute("VACUUM")
            for _ in range(SCRUB_TRIES):
                async with kept.execute("PRAGMA wal_checkpoint(TRUNCATE)") as cursor:
                    row: Any = await cursor.fetchone()
                if not row["busy"]:
                    break
                await asyncio.sleep(0.1)  # someone is still reading what was there before
            else:
                raise Unavailable("erase.files_busy")
        finally:
            engine.keeps(kept, writes=True)
