"""Opens a database and brings its schema up to date."""

import contextlib
import io
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from piccolo.apps.migrations.commands.forwards import ForwardsMigrationManager
from piccolo.apps.migrations.tables import Migration

from service.library_internals import bind, engine_of
from service.storage import piccolo_conf, tables
from service.storage.engine import build_engine, close_engine, is_sqlite, open_engine
from service.storage.log import access_log


@asynccontextmanager
async def opened(address: str) -> AsyncIterator[Any]:
    """The engine of this address, bound to the table classes; everything is given back at the end."""
    os.environ.setdefault("PICCOLO_CONF", "service.storage.piccolo_conf")
    engine = build_engine(address)
    await open_engine(engine)
    piccolo_conf.DB = engine
    bound: list[Any] = [*tables.ALL, Migration]
    for table in bound:
        bind(table, engine)
    beside = build_engine(f"sqlite:///{access_log.file_beside(engine.path)}") if is_sqlite(engine) else engine
    for table in tables.ACCESS_LOG:
        bind(table, beside)
    try:
        yield engine
    finally:
        await close_engine(engine)
        if beside is not engine:
            await close_engine(beside)


def reading_engine() -> Any:
    """The engine of the access log: on SQLite a file of its own, on PostgreSQL the same."""
    return engine_of(tables.AccessEntry)


async def migrate() -> int:
    """Run what has not been run; returns how many migrations that was."""
    before = await applied()
    # Piccolo reports to standard output with pictures; the command line says it in its own words.
    with contextlib.redirect_stdout(io.StringIO()) as said:
        result = await ForwardsMigrationManager(app_name="storage").run()
    if not result.success:
        raise RuntimeError(f"the migration failed: {said.getvalue()}")
    await access_log.prepare(reading_engine())
    return len(await applied()) - len(before)


async def applied() -> list[str]:
    """The migrations this database has."""
    if not await Migration.table_exists():
        return []
    return await Migration.get_migrations_which_ran("storage")
