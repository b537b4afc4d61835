"""What we use of libraries' private parts stands in one module, and an upgrade does not change it unseen."""

import ast
import asyncio
import inspect
import threading
from importlib.metadata import version
from pathlib import Path

import aiosqlite
import pytest
from litestar import Litestar, Request, get
from litestar.middleware.session.server_side import ServerSideSessionBackend, ServerSideSessionConfig
from litestar.stores.memory import MemoryStore
from litestar.testing import TestClient
from piccolo.columns import Integer, Text
from piccolo.engine.sqlite import SQLiteEngine, SQLiteTransaction
from piccolo.table import Table

from service import library_internals as internals
from tests.builders import ROOT

#: Named tuples' own methods begin with an underscore so as not to meet a field; they are documented.
PUBLIC = {"_make", "_replace", "_asdict", "_fields"}


class Boat(Table, tablename="boats"):
    number = Integer(primary_key=True)
    name = Text(db_column_name="called")


def parsed(folder: str) -> dict[str, ast.Module]:
    paths = sorted((ROOT / folder).rglob("*.py"))
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8")) for path in paths}


def defined_in(tree: ast.Module) -> set[str]:
    """What this module defines or assigns itself."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.attr)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names


def private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name not in PUBLIC


def test_no_other_module_touches_what_somebody_else_calls_private() -> None:
    trees = parsed("service") | parsed("checks")
    del trees["service/library_internals.py"]
    ours = set.union(*(defined_in(tree) for tree in trees.values()))
    touched = []
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and private(node.attr) and node.attr not in ours:
                touched.append((path, node.lineno, node.attr))
            if isinstance(node, ast.ImportFrom):
                borrowed = [alias.name for alias in node.names if private(alias.name)]
                touched += [(path, node.lineno, name) for name in borrowed]

    assert touched == []


@pytest.mark.parametrize("library", sorted(internals.READ_AT))
def test_an_upgrade_asks_for_the_page_to_be_read_again(library: str) -> None:
    read_at, installed = internals.READ_AT[library], version(library)

    assert read_at == installed, (
        f"{library} is now {installed}. Read its source against service/library_internals.py, which was read against "
        f"{read_at}; see whether a public door has come, then write the new version in READ_AT."
    )


def test_a_table_tells_its_name_key_columns_and_engine(tmp_path: Path) -> None:
    engine = SQLiteEngine(path=str(tmp_path / "boats.sqlite"))

    internals.bind(Boat, engine)

    assert internals.engine_of(Boat) is engine
    assert internals.table_name(Boat) == "boats"
    assert internals.primary_key(Boat) is Boat.number
    assert [internals.column_name(column) for column in internals.columns_of(Boat)] == ["number", "name"]


async def test_a_transaction_tells_how_it_stands(tmp_path: Path) -> None:
    class Telling(internals.TransactionState, SQLiteTransaction):
        pass

    engine = SQLiteEngine(path=str(tmp_path / "boats.sqlite"))
    async with Telling(engine=engine) as outer:
        inner = Telling(engine=engine)
        assert (outer.parent, outer.is_committed, outer.is_rolled_back) == (None, False, False)
        assert inner.parent is outer
        await outer.rollback()
        assert outer.is_rolled_back
    async with Telling(engine=engine) as outer:
        await outer.commit()
        assert outer.is_committed


async def test_every_statement_of_the_engine_goes_our_way(tmp_path: Path) -> None:
    ran: list[tuple[bool, list[object]]] = []

    class Counting(internals.StatementRunner, SQLiteEngine):
        async def run_statement(self, connection: object, query: str, args: list[object]) -> object:
            ran.append((connection is not None, args))
            return []

    engine = Counting(path=str(tmp_path / "boats.sqlite"))
    internals.bind(Boat, engine)
    await engine.run_ddl("SELECT 1")
    await Boat.raw("SELECT {}", 7)
    async with engine.transaction():
        await Boat.raw("SELECT {}", 8)

    assert ran == [(False, []), (False, [7]), (True, [8])]
    for name in ("_run_in_existing_connection", "_run_in_new_connection"):
        theirs = inspect.signature(getattr(SQLiteEngine, name)).parameters
        assert list(theirs) == list(inspect.signature(getattr(internals.StatementRunner, name)).parameters)


async def test_work_runs_on_the_thread_of_the_connection_which_ends_with_it() -> None:
    connection = await aiosqlite.connect(":memory:")
    thread = internals.thread_of(connection)

    def work(database: object, number: int) -> tuple[object, int]:
        rows = database.execute("SELECT ?", [number]).fetchall()  # type: ignore[attr-defined]
        return threading.current_thread(), rows[0][0]

    try:
        assert await internals.on_connection_thread(connection, work, 7) == (thread, 7)
    finally:
        await connection.close()
    while thread.is_alive():  # ends shortly after; a hang here is caught by the run's own limit
        await asyncio.sleep(0.001)


def test_a_session_takes_the_backend_and_the_id_it_is_given() -> None:
    class Backend(ServerSideSessionBackend):
        pass

    class Config(ServerSideSessionConfig):
        pass

    @get("/", sync_to_thread=False)
    def look(request: Request[object, object, object]) -> str:
        request.session["seen"] = True
        internals.set_session_id(request, "chosen-by-us")
        return "ok"

    internals.use_backend(Config, Backend)
    config = Config()
    app = Litestar([look], middleware=[config.middleware], stores={"sessions": MemoryStore()})
    with TestClient(app) as client:
        answer = client.get("/")

    assert type(config.middleware.kwargs["backend"]) is Backend
    assert answer.cookies["session"] == "chosen-by-us"
