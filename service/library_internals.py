"""Everything we need of a library that the library calls private, and nowhere else (`tests/test_library_internals.py`).

Such a part may change in any release without a word. So each stands here once, with why there is no public door; the
test holds the versions at which this page was read, and an upgrade fails it until somebody has read it again.
Nothing is imported here but the standard library: what is handed in is the library's own object.
"""

from collections.abc import Callable
from threading import Thread
from typing import Any

#: The versions whose source this page was read against.
READ_AT = {"piccolo": "1.38.0", "aiosqlite": "0.22.1", "litestar": "2.25.0"}

# Piccolo's tables. The documentation shows `_meta` in examples; there is no other way to a table's name or engine.


def bind(table: Any, engine: Any) -> None:
    """Let this table's queries run on this engine."""
    table._meta.db = engine


def engine_of(table: Any) -> Any:
    """The engine on which this table's queries run."""
    return table._meta.db


def table_name(table: Any) -> str:
    """What the table is called in the database."""
    return str(table._meta.tablename)


def primary_key(table: Any) -> Any:
    """The column that is the table's key."""
    return table._meta.primary_key


def columns_of(table: Any) -> list[Any]:
    """The table's columns, in the order of the class."""
    return list(table._meta.columns)


def column_name(column: Any) -> str:
    """What the column is called in the class and in what a query returns."""
    return str(column._meta.name)


# Piccolo's transactions keep to themselves what a subclass must know to give back what it took.


class TransactionState:
    """Mixed into a Piccolo transaction: how it stands."""

    @property
    def parent(self) -> Any:
        """The transaction that this one was opened inside, or None."""
        return self._parent  # type: ignore[attr-defined]

    @property
    def is_committed(self) -> bool:
        """Whether somebody has committed it by hand."""
        return bool(self._committed)  # type: ignore[attr-defined]

    @property
    def is_rolled_back(self) -> bool:
        """Whether somebody has rolled it back by hand."""
        return bool(self._rolled_back)  # type: ignore[attr-defined]


class StatementRunner:
    """Mixed into Piccolo's SQLite engine, before it: its two ways of running a statement lead to one of ours.

    The engine's own would set pragmas again for each statement and open connections without our settings.
    """

    async def run_statement(self, connection: Any, query: str, args: list[Any]) -> Any:
        """Run one statement on this connection; None stands for a connection of its own."""
        raise NotImplementedError

    async def _run_in_existing_connection(
        self,
        connection: Any,
        query: str,
        args: list[Any] | None = None,
        query_type: str = "generic",  # noqa: ARG002 - the library's form
        table: Any = None,  # noqa: ARG002
    ) -> Any:
        return await self.run_statement(connection, query, args or [])

    async def _run_in_new_connection(
        self,
        query: str,
        args: list[Any] | None = None,
        query_type: str = "generic",  # noqa: ARG002 - the library's form
        table: Any = None,  # noqa: ARG002
    ) -> Any:
        return await self.run_statement(None, query, args or [])


# aiosqlite runs each call on a thread of the connection; a function of ours has no public door to that thread.


async def on_connection_thread(connection: Any, work: Callable[..., Any], *args: Any) -> Any:
    """What `work(sqlite3 connection, *args)` returns, run on the connection's thread in one visit."""
    return await connection._execute(work, connection._conn, *args)


def thread_of(connection: Any) -> Thread:
    """The thread of this connection; closing asks it to stop and does not wait."""
    thread: Thread = connection._thread
    return thread


# Litestar has no call that gives a session a new id, and takes a backend of one's own by a private class attribute.


def set_session_id(connection: Any, session_id: str) -> None:
    """Let the answer to this request set this session id."""
    connection._connection_state.session_id = session_id


def use_backend(config: type, backend: type) -> None:
    """Let sessions of this configuration be kept by this backend."""
    config._backend_class = backend  # type: ignore[attr-defined]
