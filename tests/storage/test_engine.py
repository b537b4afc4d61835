"""The write engine under load and under fire: nothing is lost, nothing is left behind."""

import asyncio
import os
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from service.domain.errors import Unavailable
from service.settings import Settings
from service.storage.database import applied, migrate, opened
from service.storage.engine import BUSY_SECONDS, SafeSQLite, build_engine, reading, writing
from service.storage.tables import ALL, Session
from tests.servers import PATIENCE


def a_session(name: str) -> Session:
    return Session(id=name, body="", expires_at=0)


async def count() -> int:
    return int(await Session.count())


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


async def test_a_write_that_fails_leaves_nothing(settings: Settings) -> None:
    async with opened(settings.address) as engine:
        await migrate()
        with pytest.raises(RuntimeError, match="on purpose"):
            async with writing(engine):
                await Session.insert(a_session("a"))
                raise RuntimeError("on purpose")
        async with writing(engine):
            await Session.insert(a_session("b"))
        async with reading(engine):
            assert [one["id"] for one in await Session.select()] == ["b"]


async def test_sixty_four_writers_at_once_all_get_through(settings: Settings) -> None:
    async with opened(settings.address) as engine:
        await migrate()

        async def write(number: int) -> None:
            async with writing(engine):
                before = await count()
                await Session.insert(a_session(f"{number}-{before}"))

        await asyncio.gather(*[write(number) for number in range(64)])

        rows = await Session.select()
        assert sorted(int(one["id"].split("-")[1]) for one in rows) == list(range(64)), "each saw all before it"


async def test_a_write_cannot_hide_in_a_read(tmp_path: Path) -> None:
    async with opened(f"sqlite:///{tmp_path}/x.sqlite") as engine:
        await migrate()
        with pytest.raises(RuntimeError, match="nested in a read"):
            async with reading(engine), writing(engine):
                pass


async def test_a_transaction_that_has_ended_says_so(tmp_path: Path) -> None:
    async with opened(f"sqlite:///{tmp_path}/x.sqlite") as engine:
        await migrate()
        started, ended = asyncio.Event(), asyncio.Event()

        async def late() -> None:
            started.set()
            await ended.wait()
            await Session.insert(a_session("late"))

        async with writing(engine):
            child = asyncio.create_task(late())
            await started.wait()
        ended.set()
        with pytest.raises(RuntimeError, match="has ended"):
            await child
        assert await count() == 0


async def test_a_hundred_failed_begins_leave_no_thread_and_no_descriptor(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    async with opened(f"sqlite:///{path}") as engine:
        await migrate()
        engine.connection_kwargs["timeout"] = 0.001
        await engine.close()
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        threads, files = threading.active_count(), descriptors()
        for _ in range(100):
            with pytest.raises(Unavailable):
                async with writing(engine):
                    pass
        other.execute("ROLLBACK")
        other.close()

        until = time.monotonic() + PATIENCE  # a thread that has answered its last call needs a moment to end
        while threading.active_count() > threads and time.monotonic() < until:
            await asyncio.sleep(0.01)
        assert threading.active_count() <= threads
        assert descriptors() <= files
        async with writing(engine):
            await Session.insert(a_session("fine"))
        assert await count() == 1


async def test_cancelled_writes_leave_the_engine_usable(tmp_path: Path) -> None:
    async with opened(f"sqlite:///{tmp_path}/x.sqlite") as engine:
        await migrate()

        async def write(number: int) -> None:
            async with writing(engine):
                await Session.insert(a_session(str(number)))
                await asyncio.sleep(0.001)

        tasks = [asyncio.create_task(write(number)) for number in range(60)]
        for position, task in enumerate(tasks):
            await asyncio.sleep(0.0005)
            if position % 2:
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

        async with writing(engine):
            await Session.insert(a_session("last"))
        ids = {one["id"] for one in await Session.select()}
        assert "last" in ids
        assert {str(number) for number in range(0, 60, 2)} <= ids, "no write that was not cancelled is missing"


async def test_every_connection_has_its_settings(tmp_path: Path) -> None:
    async with opened(f"sqlite:///{tmp_path}/x.sqlite") as engine:
        await migrate()
        async with writing(engine):
            for pragma, wanted in (
                ("journal_mode", "wal"),
                ("synchronous", 2),
                ("recursive_triggers", 1),
                ("foreign_keys", 1),
                ("secure_delete", 1),
                ("trusted_schema", 0),
            ):
                [row] = await Session.raw(f"PRAGMA {pragma}")
                assert row[pragma] == wanted


def test_the_address_says_which_database() -> None:
    assert isinstance(build_engine("sqlite:////var/x.sqlite"), SafeSQLite)
    assert build_engine("sqlite:////var/x.sqlite").path == "/var/x.sqlite"
    with pytest.raises(ValueError, match="postgresql"):
        build_engine("mysql://x")
    assert BUSY_SECONDS >= 10


async def test_migrating_twice_changes_nothing_and_every_table_is_there(settings: Settings) -> None:
    async with opened(settings.address):
        assert await migrate() == 3
        assert await migrate() == 0
        assert len(await applied()) == 3
        for table in ALL:
            assert await table.select().limit(1) == []


def test_a_program_whose_migration_fails_ends(tmp_path: Path) -> None:
    """A connection left open keeps the process alive for ever."""
    (tmp_path / "granska.sqlite").write_bytes(b"this is no database" * 100)
    command = [str(Path(sys.executable).parent / "granska"), "migrate"]

    done = subprocess.run(
        command, env=os.environ | {"GRANSKA_DATA": str(tmp_path)}, capture_output=True, timeout=PATIENCE
    )

    assert done.returncode != 0
