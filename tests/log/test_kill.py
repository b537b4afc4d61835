"""Killed at any moment, and refused by the disk at any call: no acknowledged decision is lost, no tree is left crooked."""

import asyncio
import contextlib
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from service import app as parts
from service.audit.verify import Depth
from service.cases.adopting import adopt_at_setup
from service.cases.intake import receive
from service.cases.reviewing import person
from service.cases.verifying import verify_log
from service.settings import Settings
from tests.builders import RULES_2026, a_grant_document
from tests.conftest import Browserlike, _new_database, free_port, granska, postgres_tools, someone

KILLS, KILLS_POSTGRES = 60, 10
ENOUGH = 900


# --- The server on SQLite ------------------------------------------------------------------------------------------------


async def many_in_review(folder: Path) -> list[str]:
    """Cases that alva has taken, and that wait for her decision."""
    async with parts.opened_desk(Settings(data=str(folder))) as desk:
        async with desk.store.reading() as reading:
            found = await reading.user_by_email("alva@demo.example")
        assert found is not None
        cases = []
        for number in range(ENOUGH):
            document = a_grant_document(organisation={"name": f"Förening {number}"}, representatives=[])
            received = await receive(desk, document, by=person(found[0]), channel="paper")
            cases.append(received.case_id)
    database = sqlite3.connect(folder / "granska.sqlite")
    with database:
        # As after a screening and a taking; what this test is about comes after.
        for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'case_file'"
        ):
            database.execute(f"DROP TRIGGER {name}")
        database.execute("DELETE FROM screening_job")
        database.executemany(
            "UPDATE case_file SET state = 'in_review', owner_id = ? WHERE id = ?", [(found[0].id, one) for one in cases]
        )
    database.close()
    return cases


def test_the_server_is_killed_sixty_times_and_no_acknowledged_decision_is_lost(tmp_path: Path) -> None:
    rng = random.Random(2026)
    environment = {"GRANSKA_DATA": str(tmp_path), "GRANSKA_DEMO": "1"}
    assert granska("demo", environment=environment).returncode == 0
    cases = asyncio.run(many_in_review(tmp_path))
    port, session = free_port(), None
    acknowledged: list[str] = []
    sent: list[str] = []
    for kill in range(KILLS):
        with started(tmp_path, port, environment) as process:
            if session is None:
                alva = Browserlike(f"http://127.0.0.1:{port}")
                alva.send("/sign-in", email="alva@demo.example", password="granska-demo-2026")
                token = alva.token()
                session = dict(alva.client.cookies)
            threads = [
                threading.Thread(target=decide, args=(port, session, token, cases[at::3], sent, acknowledged))
                for at in range(3)
            ]
            before = len(acknowledged)
            for one in threads:
                one.start()
            until = time.monotonic() + 10
            while len(acknowledged) == before and len(sent) < len(cases) and time.monotonic() < until:
                time.sleep(0.001)
            time.sleep(rng.random() * 0.12)
            process.send_signal(signal.SIGKILL)
            for one in threads:
                one.join()
        database = sqlite3.connect(tmp_path / "granska.sqlite")
        there = {one for (one,) in database.execute("SELECT case_id FROM decision")}
        logged = {one for (one,) in database.execute("SELECT case_id FROM log_entry WHERE type = 'case:decided'")}
        database.close()
        assert set(acknowledged) <= there, f"lost at kill {kill}"
        assert there == logged
        assert asyncio.run(tree_holds(Settings(data=str(tmp_path)))), f"the tree is crooked after kill {kill}"

    assert len(acknowledged) >= KILLS


@contextlib.contextmanager
def started(folder: Path, port: int, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    command = [str(Path(sys.executable).parent / "granska"), "serve", "--port", str(port)]
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(command, env=os.environ | environment, stdout=log, stderr=log)
    try:
        for _ in range(400):
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"http://127.0.0.1:{port}/health").status_code == 200:
                    break
            assert process.poll() is None, (folder / "server.log").read_text()
            time.sleep(0.02)
        yield process
    finally:
        process.kill()
        process.wait()


def decide(
    port: int, session: dict[str, str], token: str, cases: list[str], sent: list[str], acknowledged: list[str]
) -> None:
    """One decision after the other, until the server is gone."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", cookies=session, timeout=20) as client:
        for case_id in cases:
            if case_id in sent:
                continue
            sent.append(case_id)
            fields = {
                "_csrf_token": token, "version": "1", "outcome": "write_off", "delegation_point": "F1",
                "clauses": "3.1", "reasons": "Återkallad.",
            }  # fmt: skip
            try:
                answer = client.post(f"/cases/{case_id}/decision", data=fields)
            except httpx.TransportError:
                return
            assert answer.status_code == 303, re.sub(r"<[^>]+>", " ", answer.text)[:800]
            acknowledged.append(case_id)


async def tree_holds(settings: Settings) -> bool:
    async with parts.opened_desk(settings) as desk:
        return (await verify_log(desk, depth=Depth.CANONICAL)).ok


# --- PostgreSQL ----------------------------------------------------------------------------------------------------------


class Cluster:
    """A PostgreSQL of this test's own, that can be killed with all of its processes."""

    def __init__(self, folder: Path, settings: str) -> None:
        self.tools, self.as_owner = postgres_tools(folder)
        self.data, self.port = folder / "data", free_port()
        run = [*self.as_owner, str(self.tools / "initdb"), "-D", str(self.data), "-A", "trust", "-U", "granska"]
        subprocess.run([*run, "-E", "UTF8", "--no-sync"], check=True, capture_output=True, cwd=folder)
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(
                f"port = {self.port}\nunix_socket_directories = '{folder}'\nlisten_addresses = '127.0.0.1'\n{settings}\n"
            )
        self.folder = folder

    def start(self) -> None:
        control = [*self.as_owner, str(self.tools / "pg_ctl"), "-D", str(self.data), "-l", str(self.folder / "log")]
        subprocess.run([*control, "-w", "-t", "60", "start"], check=True, cwd=self.folder, stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        """SIGKILL to the postmaster and every process of it, by their ids."""
        master = int((self.data / "postmaster.pid").read_text().split()[0])
        children = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(master)], capture_output=True, text=True, check=False
        )
        for pid in [master, *map(int, children.stdout.split())]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while Path(f"/proc/{master}").exists():
            time.sleep(0.01)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    @property
    def address(self) -> str:
        return f"postgresql://granska@127.0.0.1:{self.port}"


def killed_often(folder: Path, settings: str, kills: int) -> tuple[int, int]:
    """Write, kill, start again, look; returns how many were acknowledged and how many of them are lost."""
    cluster, rng = Cluster(folder, settings), random.Random(2026)
    cluster.start()
    try:
        place = Settings(data=str(folder / "granska"), database=_new_database(cluster.address))
        asyncio.run(set_up(place))
        acknowledged: set[str] = set()
        lost: set[str] = set()
        for _ in range(kills):
            acknowledged |= asyncio.run(write_until_killed(place, cluster, rng.uniform(0.15, 0.6)))
            cluster.start()
            there, holds = asyncio.run(what_is_there(place))
            assert holds, "the tree is crooked"
            lost |= acknowledged - there
            acknowledged &= there
    finally:
        with contextlib.suppress(FileNotFoundError):
            cluster.kill()
    return len(acknowledged) + len(lost), len(lost)


async def set_up(place: Settings) -> None:
    await parts.migrate_database(place)
    async with parts.opened_desk(place) as desk:
        await adopt_at_setup(desk, RULES_2026.read_text("utf-8"))
        await someone(desk, "Alva", "role:association_officer")


async def write_until_killed(place: Settings, cluster: Cluster, seconds: float) -> set[str]:
    acknowledged: set[str] = set()
    async with parts.opened_desk(place) as desk:
        async with desk.store.reading() as reading:
            found = await reading.user_by_email("alva@x.example")
        assert found is not None
        alva = person(found[0])

        async def write() -> None:
            with contextlib.suppress(Exception):
                while True:
                    received = await receive(desk, a_grant_document(), by=alva, channel="paper")
                    acknowledged.add(received.case_id)

        writers = [asyncio.create_task(write()) for _ in range(4)]
        await asyncio.sleep(seconds)
        await asyncio.to_thread(cluster.kill)
        await asyncio.wait(writers, timeout=20)
    return acknowledged


async def what_is_there(place: Settings) -> tuple[set[str], bool]:
    async with parts.opened_desk(place) as desk:
        async with desk.store.reading() as reading:
            there, after = set[str](), ""
            while batch := await reading.case_ids(after=after, limit=5000):
                there |= set(batch)
                after = batch[-1]
        return there, (await verify_log(desk, depth=Depth.CANONICAL)).ok


@pytest.fixture
def place_for_postgres(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("killed")


def test_postgres_is_killed_ten_times_and_nothing_acknowledged_is_lost(place_for_postgres: Path) -> None:
    acknowledged, lost = killed_often(place_for_postgres, "", KILLS_POSTGRES)

    assert acknowledged >= 4 * KILLS_POSTGRES
    assert lost == 0


def test_control_postgres_with_asynchronous_commit_does_lose_something(place_for_postgres: Path) -> None:
    lenient = "synchronous_commit = off\nwal_writer_delay = 10s\nwal_writer_flush_after = 0"
    lost = 0
    for attempt in range(4):
        folder = place_for_postgres / str(attempt)
        folder.mkdir()
        shutil.copystat(place_for_postgres, folder)
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        lost += killed_often(folder, lenient, 2)[1]
        if lost:
            break

    assert lost > 0, "otherwise the test above proves nothing"


# --- A disk that refuses ---------------------------------------------------------------------------------------------

WRITER = """
import asyncio, sys
from service.domain.events import Event, EventType, SYSTEM_ACTOR
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
        for number in range(3):
            grant = f"00000000-0000-4000-8000-{next(count):012x}"
            data = {"grant": grant, "user": user, "right": "role:auditor"}
            async with store.writing() as writing:
                await writing.right_granted(Event(EventType.RIGHT_GRANTED, SYSTEM_ACTOR, 1, data))
            print("ack", grant, flush=True)

asyncio.run(main(sys.argv[1]))
"""
CALLS = "pwrite64,fdatasync,fsync,ftruncate"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared")

    async def fill() -> None:
        await parts.migrate_database(Settings(data=str(folder)))
        async with parts.opened_desk(Settings(data=str(folder))) as desk:
            await someone(desk, "Alva")

    asyncio.run(fill())
    return folder


def under_strace(prepared: Path, folder: Path, fault: str, at: int) -> tuple[list[str], int]:
    """The writer with its Nth write or sync refused or killed; returns what it acknowledged and its last status."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(prepared, folder)
    how = "signal=KILL" if fault == "KILL" else f"error={fault}"
    trace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={CALLS}", "-e", f"inject={CALLS}:{how}:when={at}"]
    done = subprocess.run(
        [*trace, sys.executable, "-c", WRITER, str(folder / "granska.sqlite"), "100"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return re.findall(r"ack (\S+)", done.stdout), done.returncode


def how_many_calls(prepared: Path, folder: Path) -> int:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(prepared, folder)
    log = folder / "trace"
    trace = ["strace", "-f", "-qq", "-o", str(log), "-e", f"trace={CALLS}"]
    writer = [sys.executable, "-c", WRITER, str(folder / "granska.sqlite"), "100"]
    subprocess.run([*trace, *writer], capture_output=True, check=True, timeout=60)
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
        database.close()
        assert set(acknowledged) <= there, (fault, at)
        assert there == logged, (fault, at)
        assert asyncio.run(tree_holds(Settings(data=str(folder)))), (fault, at)

    assert failed >= calls // 2, "the faults must be felt"
