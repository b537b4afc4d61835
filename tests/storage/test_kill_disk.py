"""A disk that refuses, or a kill, at any write or sync: nothing acknowledged is lost."""

import asyncio
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from service import app
from service.audit.verify import Depth, LogCheck
from service.settings import Settings
from tests.servers import PATIENCE
from tests.steps import someone

WRITER = """
import asyncio, sys, time
from service.domain.events.event import Event, SYSTEM_ACTOR
from service.domain.events.office import RightGranted
from service.storage.database import opened
from service.storage.store import TableStore
from service.storage.tables import Account
import itertools

async def main(path):
    count = itertools.count(int(sys.argv[2]))
    async with opened(f"sqlite:///{path}") as engine:
        store = TableStore(engine, random=lambda n: next(count).to_bytes(n, "little"), new_id=lambda: "x")
        user = (await Account.select(Account.id).first())["id"]
        print("ready", flush=True)
        for number in range(2):
            grant = f"00000000-0000-4000-8000-{next(count):012x}"
            data = RightGranted(grant=grant, user=user, right="role:auditor", proposal=None)
            async with store.writing() as writing:
                await writing.right_granted(Event(data, SYSTEM_ACTOR, time.time_ns() // 1_000_000))
            print("ack", grant, flush=True)

asyncio.run(main(sys.argv[1]))
"""
CALLS = "pwrite64,fdatasync,fsync,ftruncate"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared")

    async def fill() -> None:
        await app.migrate_database(Settings(data=str(folder)))
        async with app.opened_desk(Settings(data=str(folder))) as desk:
            await someone(desk, "Alva")

    asyncio.run(fill())
    return folder


def under_strace(prepared: Path, folder: Path, fault: str, at: int) -> tuple[list[str], int]:
    """The writer with its Nth write or sync refused or killed; returns what it acknowledged and its last status."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(prepared, folder)
    how = "signal=KILL" if fault == "KILL" else f"error={fault}"
    # Stopping at the traced calls alone is three times as fast, but strace injects no signal in that way.
    only = [] if fault == "KILL" else ["--seccomp-bpf"]
    trace = ["strace", "-f", *only, "-qq", "-o", "/dev/null", "-e", f"trace={CALLS}"]
    trace += ["-e", f"inject={CALLS}:{how}:when={at}"]
    done = subprocess.run(
        [*trace, sys.executable, "-c", WRITER, str(folder / "granska.sqlite"), "100"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return re.findall(r"ack (\S+)", done.stdout), done.returncode


def how_many_calls(prepared: Path, folder: Path) -> int:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(prepared, folder)
    log = folder / "trace"
    trace = ["strace", "-f", "--seccomp-bpf", "-qq", "-o", str(log), "-e", f"trace={CALLS}"]
    writer = [sys.executable, "-c", WRITER, str(folder / "granska.sqlite"), "100"]
    subprocess.run([*trace, *writer], capture_output=True, check=True, timeout=PATIENCE)
    return len(log.read_text().splitlines())


@pytest.mark.parametrize("fault", ["EIO", "ENOSPC", "KILL"])
def test_a_fault_at_any_write_or_sync_loses_nothing_acknowledged(prepared: Path, tmp_path: Path, fault: str) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    calls = how_many_calls(prepared, tmp_path / "count")
    assert calls >= 10
    failed = 0
    for at in range(1, calls + 1):
        folder = tmp_path / "faulty"
        acknowledged, status = under_strace(prepared, folder, fault, at)
        failed += status != 0
        database = sqlite3.connect(folder / "granska.sqlite")
        there = {one for (one,) in database.execute("SELECT id FROM right_grant")}
        logged = set(
            re.findall(
                r'"grant":"([^"]+)"', str(database.execute("SELECT group_concat(leaf) FROM log_entry").fetchone())
            )
        )
        rows = database.execute(
            "SELECT seq, CAST(leaf AS BLOB), CAST(hash AS BLOB) FROM log_entry ORDER BY seq"
        ).fetchall()
        nodes = [one.encode() for (one,) in database.execute("SELECT hash FROM log_node ORDER BY place")]
        database.close()
        assert set(acknowledged) <= there, (fault, at)
        assert there == logged, (fault, at)
        check = LogCheck(depth=Depth.CANONICAL)
        check.nodes(check.add(rows), nodes)
        assert check.done().ok, (fault, at, check.report.faults)

    assert failed >= calls // 2, "the faults must be felt"
