"""Named jobs, each done by one process at a time, begun anew when one was cut off, and seen by whoever keeps the service."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time

import pytest

from service import app
from service.desk.ports.desk import Desk
from service.desk.ports.jobs import JobState
from service.domain.errors import GranskaError
from service.domain.events.support import ReassessmentProposed, SupportSwept
from service.proof.verification import verify_log
from service.settings import Settings
from service.support.changes import read_mark, what_changed
from service.support.sweep import Told
from service.worker import Job, Ran, Worker, jobs
from tests.builders import association
from tests.fakes import Clock
from tests.servers import PATIENCE
from tests.steps import listed_too, three
from tests.support.planting import LISTED, granted

EVERY = jobs(sign_every_ms=60_000)


def job(name: str) -> Job:
    return next(known for known in EVERY if known.name == name)


async def test_a_job_is_claimed_by_one_at_a_time_and_by_another_once_it_is_left(desk: Desk, settings: Settings) -> None:
    async with app.opened_desk(settings) as other:
        async with desk.jobs.claim("sweep") as first, other.jobs.claim("sweep") as second:
            assert (first, second) == (True, False)
            async with other.jobs.claim("doors") as another_job:
                assert another_job
        async with other.jobs.claim("sweep") as later:
            assert later


async def test_a_job_that_fails_is_said_so_and_waits_longer_each_time_and_holds_up_no_other(
    desk: Desk, clock: Clock
) -> None:
    async def breaking(_desk: Desk, _mark: str, _told: Told) -> Ran:
        raise GranskaError("list.stale")

    broken = Job("breaks", 60_000, breaking)
    worker = Worker(desk, (broken, job("screening")))
    waits = []
    for _ in range(3):
        clock.forward(minutes=120)
        waits.append(await worker.once(broken))

    state = (await desk.jobs.states())["breaks"]
    assert (state.failures, state.error, state.worked_at) == (3, "list.stale", None)
    assert waits == sorted(waits)
    assert waits[0] < waits[-1] <= 3_600_000
    await worker.once(job("screening"))
    assert (await desk.jobs.states())["screening"].failures == 0


async def test_a_job_that_is_late_says_by_how_much(desk: Desk, clock: Clock) -> None:
    worker = Worker(desk, EVERY)
    await worker.once(job("doors"))
    state = (await desk.jobs.states())["doors"]

    assert state.lag(desk.outside.now()) == 0
    clock.forward(minutes=10)
    assert state.lag(desk.outside.now()) == 9 * 60_000
    assert JobState("never").lag(desk.outside.now()) == 0


async def test_the_worker_sweeps_when_a_list_changes_and_every_night_and_not_otherwise(
    desk: Desk, clock: Clock
) -> None:
    alva, *_ = await three(desk)
    await granted(desk, alva)
    worker = Worker(desk, EVERY)

    async def sweeps() -> list[str]:
        clock.forward(minutes=1)
        await worker.once(job("sweep"))
        async with desk.store.reading() as reading:
            rows = await reading.entries_of_type(SupportSwept, limit=100)
        return [row.leaf.partition('"causes":')[2].partition("]")[0] + "]" for row in rows[::-1]]

    assert await sweeps() == ['["first"]']
    assert len(await sweeps()) == 1
    await listed_too(desk, LISTED)
    assert (await sweeps())[1:] == ['["lists"]']
    clock.forward(days=1)
    assert (await sweeps())[2:] == ['["night"]']
    assert len(await sweeps()) == 3
    async with desk.store.reading() as reading:
        assert len(await reading.entries_of_type(ReassessmentProposed, limit=9)) == 1
    assert (await verify_log(desk)).ok


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_mark_that_cannot_be_read_has_everything_compared(desk: Desk) -> None:
    change, mark = await what_changed(desk, read_mark("not what it was"))

    assert change is not None
    assert change.whole
    assert read_mark(mark.written()) == mark


def a_worker(settings: Settings) -> subprocess.Popen[bytes]:
    environment = os.environ | {"GRANSKA_DATA": settings.data, "GRANSKA_DATABASE": settings.database}
    command = [sys.executable, "-m", "service", "work"]
    return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)


async def test_workers_that_are_killed_lose_nothing_and_propose_nothing_twice(desk: Desk, settings: Settings) -> None:
    """Two at once, killed at random moments, until one is left alone to finish."""
    alva, *_ = await three(desk)
    cases = []
    for number in range(12):
        named = {"representatives": [{"name": "Ylva Granfors", "role": "ordförande"}]}
        org = association(f"Förening nummer {number}")
        cases.append(await granted(desk, alva, **(named if number % 2 else {}), organisation=org))
    await listed_too(desk, LISTED)

    for wait in (0.9, 1.4, 1.7, 2.0):
        pair = [a_worker(settings), a_worker(settings)]
        await asyncio.sleep(wait)
        for process in pair:
            process.send_signal(signal.SIGKILL)
            process.wait()
    last = a_worker(settings)
    try:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            async with desk.store.reading() as reading:
                if await reading.entries_of_type(SupportSwept, limit=1):
                    break
            await asyncio.sleep(0.2)
    finally:
        last.terminate()
        last.wait()

    async with desk.store.reading() as reading:
        proposed = [row.case_id for row in await reading.entries_of_type(ReassessmentProposed, limit=100)]
    assert sorted(str(case_id) for case_id in proposed) == sorted(cases)
    assert (await verify_log(desk)).ok


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_worker_beside_the_site_ends_with_it_however_that_ends(settings: Settings, desk: Desk) -> None:
    environment = os.environ | {"GRANSKA_DATA": settings.data}
    command = [sys.executable, "-m", "service", "work", "--with-parent"]
    worker = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE)
    await asyncio.sleep(1)
    assert worker.poll() is None
    assert worker.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        worker.stdin.close()  # as the end of the site's process closes it

    assert await asyncio.to_thread(worker.wait, 30) == 0
