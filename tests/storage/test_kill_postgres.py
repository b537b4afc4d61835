"""PostgreSQL is killed with all of its processes: nothing acknowledged is lost, but where it may be."""

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from service import app
from service.audit.verify import Depth
from service.casework.intake.receive import receive
from service.desk.actors import person
from service.office.rule_set_adoption import adopt_at_setup
from service.proof.verification import verify_log
from service.settings import Settings
from tests.builders import RULES_2026, a_grant_document
from tests.servers import PATIENCE, free_port, new_database, postgres_folder, postgres_tools
from tests.steps import someone

KILLS_POSTGRES = 10


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
        subprocess.run(
            [*control, "-w", "-t", str(PATIENCE), "start"], check=True, cwd=self.folder, stdout=subprocess.DEVNULL
        )

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
        place = Settings(data=str(folder / "granska"), database=new_database(cluster.address))
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
    await app.migrate_database(place)
    async with app.opened_desk(place) as desk:
        await adopt_at_setup(desk, RULES_2026.read_text("utf-8"))
        await someone(desk, "Alva", "role:association_officer")


async def write_until_killed(place: Settings, cluster: Cluster, seconds: float) -> set[str]:
    acknowledged: set[str] = set()
    async with app.opened_desk(place) as desk:
        async with desk.store.reading() as reading:
            found = await reading.user_by_email("alva@x.example")
        assert found is not None
        alva = person(found.user)

        async def write() -> None:
            with contextlib.suppress(Exception):
                while True:
                    received = await receive(desk, a_grant_document(), by=alva, channel="paper")
                    acknowledged.add(received.case_id)

        writers = [asyncio.create_task(write()) for _ in range(4)]
        async with asyncio.timeout(PATIENCE):
            while len(acknowledged) < len(writers):  # however slow the machine is, something was there to lose
                await asyncio.sleep(0.01)
        await asyncio.sleep(seconds)
        await asyncio.to_thread(cluster.kill)
        await asyncio.wait(writers, timeout=PATIENCE)
    return acknowledged


async def what_is_there(place: Settings) -> tuple[set[str], bool]:
    async with app.opened_desk(place) as desk:
        async with desk.store.reading() as reading:
            there, after = set[str](), ""
            while batch := await reading.case_ids(after=after, limit=5000):
                there |= set(batch)
                after = batch[-1]
        return there, (await verify_log(desk, depth=Depth.CANONICAL)).ok


@pytest.fixture
def place_for_postgres() -> Iterator[Path]:
    with postgres_folder() as folder:
        yield folder


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
        lost += killed_often(folder, lenient, 2)[1]
        if lost:
            break

    assert lost > 0, "otherwise the test above proves nothing"
