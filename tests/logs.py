"""Logs that have left the house, to be verified and spoilt."""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from service import app
from service.audit.verify import Depth
from service.desk.ports.desk import Desk
from service.proof.exported import read_exported
from service.proof.verification import Verification, verify_log
from service.settings import Settings


def settings_of(folder: Path) -> Settings:
    return Settings(data=str(folder), checkpoint_folder=str(folder / "exported"))


@contextmanager
def unguarded(folder: Path) -> Iterator[sqlite3.Connection]:
    """The database as its owner can open it: the guards dropped, and put back as they were once they are done."""
    with sqlite3.connect(folder / "granska.sqlite") as database:
        guards = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            database.execute(f"DROP TRIGGER {name}")
        yield database
        for _, sql in guards:
            database.execute(sql)
    database.close()


def copy_of(folder: Path, target: Path) -> Path:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns("indexes", "*-wal", "*-shm"))
    return target


async def verified(folder: Path, *, exported: Path | None = None) -> Verification:
    async with app.opened_desk(settings_of(folder)) as desk:
        return await verify_log(desk, exported=read_exported(exported) if exported else None)


async def tree_holds(settings: Settings) -> bool:
    async with app.opened_desk(settings) as desk:
        return (await verify_log(desk, depth=Depth.CANONICAL)).ok


def with_channels(desk: Desk, *channels: Any) -> Desk:
    from dataclasses import replace

    return replace(desk, outbox=channels)


def state(folder: Path) -> dict[str, str]:
    """A digest of each table."""
    with sqlite3.connect(folder / "granska.sqlite") as database:
        names = [one for (one,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {
            name: hashlib.sha256(
                repr(database.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall()).encode()
            ).hexdigest()
            for name in names
            if name not in APART
        }
    database.close()
    return found


def entries(folder: Path, since: int) -> list[dict[str, Any]]:
    with sqlite3.connect(folder / "granska.sqlite") as database:
        rows = database.execute("SELECT leaf FROM log_entry WHERE seq >= ? ORDER BY seq", (since,)).fetchall()
    database.close()
    return [json.loads(one) for (one,) in rows]


#: Tables that hold no case, rule, list, right or record: sign-ins, the worker's jobs, statements about the log itself.
APART = {
    "session",
    "factor_use",
    "worker_job",
    "log_checkpoint",
    "checkpoint_dispatch",
    "screening_job",
    "form_draft",
    "sqlite_sequence",
    "migration",
}
