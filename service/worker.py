"""The work that nobody waits for at a page: named jobs, each done by one process at a time, however many there are.

A job is claimed before it is begun, and the claim ends with the process, so that what was cut off is begun anew. Every
job can be begun anew: what it has saved it does not do twice. How each stands is kept where the administrator sees it.
"""

import asyncio
import contextlib
import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace

from service.bookings.bookings import free_lapsed_holds
from service.bookings.doors import screen_doors
from service.desk.ports.desk import Desk
from service.desk.ports.jobs import JobState
from service.desk.rulebook import today
from service.desk.stops import end_stops
from service.domain.clock import DAY_MS, Instant, second_of
from service.domain.errors import GranskaError, NotFound, place_of
from service.privacy.erasure import sweep_files
from service.privacy.erasure_plan import plan_due
from service.privacy.retention import erase_access_log, erase_speakers
from service.proof.checkpoints import send_checkpoints, sign_log
from service.screening.list_fetch import fetch_lists, read_marks, written_marks
from service.screening.list_indexes import check_indexes
from service.screening.run_checks import run_waiting_checks
from service.support.changes import read_mark, what_changed
from service.support.reassessments import ASKED, DRY_RUN, DryRun
from service.support.sweep import Change, Told, dry_run, sweep

logger = logging.getLogger("granska.worker")
SECOND_MS, MINUTE_MS, HOUR_MS = 1000, 60_000, 3_600_000
#: How long a job that failed waits at the most before it is tried again.
LONGEST_WAIT_MS = HOUR_MS
#: How often a run that is under way says how far it has come.
TELL_EVERY_SECONDS = 1.0
#: Fewer cases with support than this are compared in this process alone.
FEW = 200


@dataclass(frozen=True)
class Ran:
    """What a run of a job came to, as a number for its words; and what the job is to remember."""

    said: str = ""
    mark: str | None = None


#: A run: with everything at hand, what the job remembers, and somebody to tell how far it has come.
Run = Callable[[Desk, str, Told], Awaitable[Ran]]


@dataclass(frozen=True)
class Job:
    """A named job, and how long after one run the next is due (milliseconds)."""

    name: str
    every_ms: int
    run: Run


async def _screening(desk: Desk, _mark: str, _told: Told) -> Ran:
    return Ran(_counted(await run_waiting_checks(desk)))


async def _sweep(desk: Desk, mark: str, told: Told) -> Ran:
    change, now = await what_changed(desk, read_mark(mark))
    if change is None:
        return Ran(mark=now.written())
    if await _few(desk):
        done = await sweep(desk, change, told=told)
    else:
        with several_processes() as executor:
            done = await sweep(desk, change, executor=executor, told=told)
    return Ran(str(len(done.proposals)), now.written())


async def _dry_run(desk: Desk, mark: str, _told: Told) -> Ran:
    """What a sweep would propose now, where somebody has asked for it."""
    if mark != ASKED:
        return Ran(mark=mark)
    with several_processes() as executor:
        done, would = await dry_run(desk, Change(("asked",)), executor=executor)
    case_ids = tuple(asked.material.case.id for asked in would)
    came_of_it = DryRun(desk.outside.now(), done.cases, done.parties, len(done.unknown), case_ids)
    return Ran(_counted(len(case_ids)), came_of_it.written())


async def _few(desk: Desk) -> bool:
    """Whether so little stands that comparing it takes less than beginning more processes."""
    async with desk.store.reading() as reading:
        live = await reading.live_cases(today(desk), second_of(desk.outside.now()), after="", limit=FEW)
    return len(live) < FEW


async def _doors(desk: Desk, _mark: str, _told: Told) -> Ran:
    return Ran(_counted(await screen_doors(desk)))


async def _deadlines(desk: Desk, _mark: str, _told: Told) -> Ran:
    return Ran(_counted(await end_stops(desk)))


async def _holds(desk: Desk, _mark: str, _told: Told) -> Ran:
    await free_lapsed_holds(desk)
    return Ran()


async def _checkpoints(desk: Desk, _mark: str, _told: Told) -> Ran:
    """Sign what has come, and send it out; a job that fails is seen, and tried again."""
    await sign_log(desk)
    (await send_checkpoints(desk)).check()
    return Ran()


async def _lists(desk: Desk, mark: str, _told: Told) -> Ran:
    """Fetch the lists that have an address; what was refused fails the job, so that it is seen and tried again."""
    results, marks = await fetch_lists(desk, read_marks(mark))
    refused = [result.error for result in results if result.error]
    if refused:
        raise refused[0]
    new = [result for result in results if result.imported and not result.imported.same]
    return Ran(_counted(len(new)), written_marks(marks))


async def _indexes(desk: Desk, _mark: str, _told: Told) -> Ran:
    """Hold what names are looked for in against indexes built afresh; what differed fails the job, so it is seen."""
    await check_indexes(desk)
    return Ran()


async def _erasure(desk: Desk, _mark: str, _told: Told) -> Ran:
    """What goes by itself, since the rule set says so: speakers, the access log, bytes that no row names."""
    await erase_speakers(desk)
    await erase_access_log(desk)
    await sweep_files(desk)
    return Ran()


async def _erasure_due(desk: Desk, _mark: str, _told: Told) -> Ran:
    """How many cases are due for erasure: a person puts that forward, and a second carries it out."""
    return Ran(_counted(len((await plan_due(desk)).cases)))


def _counted(count: int) -> str:
    return str(count) if count else ""


def jobs(*, sign_every_ms: int) -> tuple[Job, ...]:
    """Every job there is."""
    return (
        Job("screening", SECOND_MS, _screening),
        Job("sweep", 10 * SECOND_MS, _sweep),
        Job(DRY_RUN, 2 * SECOND_MS, _dry_run),
        Job("doors", MINUTE_MS, _doors),
        Job("deadlines", MINUTE_MS, _deadlines),
        Job("holds", 30 * SECOND_MS, _holds),
        Job("checkpoints", sign_every_ms, _checkpoints),
        Job("lists", 6 * HOUR_MS, _lists),
        Job("indexes", DAY_MS, _indexes),
        Job("erasure", HOUR_MS, _erasure),
        Job("erasure-due", HOUR_MS, _erasure_due),
    )


class Worker:
    """Does the jobs that are due, each in a loop of its own, until it is cancelled."""

    def __init__(self, desk: Desk, known: tuple[Job, ...]) -> None:
        self._desk = desk
        self._jobs = known
        self._woken = {job.name: asyncio.Event() for job in known}

    def wake(self) -> None:
        """Something has changed: whoever polls looks now."""
        for name in ("screening", "sweep", DRY_RUN):
            if name in self._woken:
                self._woken[name].set()

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            for job in self._jobs:
                group.create_task(self._repeat(job))

    async def _repeat(self, job: Job) -> None:
        while True:
            self._woken[job.name].clear()
            wait_ms = job.every_ms
            try:
                wait_ms = await self.once(job)
            except Exception as error:  # noqa: BLE001 - the worker outlives a bad moment
                logger.error("job %s could not be claimed or noted: %s", job.name, place_of(error))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken[job.name].wait(), wait_ms / 1000)

    async def once(self, job: Job) -> int:
        """Do a job if it is due and nobody else is at it; returns after how many milliseconds to look again."""
        async with self._desk.jobs.claim(job.name) as claimed:
            if not claimed:
                return job.every_ms
            state = (await self._desk.jobs.states()).get(job.name, JobState(job.name))
            now = self._desk.outside.now()
            early = (state.next_at or 0) - now
            often = job.every_ms <= 10 * SECOND_MS or self._woken[job.name].is_set()
            if early > 0 and (state.failures or not often):
                return min(job.every_ms, early)  # what fails waits its time, whoever wakes it
            return await self._run(job, state)

    async def _run(self, job: Job, state: JobState) -> int:
        began = self._desk.outside.now()
        teller = _Teller(self._desk, state, began)
        ran, error = await self._tried(job, state, teller)
        wait_ms = job.every_ms if error is None else _wait_after(state.failures + 1, job)
        if error is None and not teller.told and _was_idle(job, state, ran):
            return wait_ms
        ended = self._desk.outside.now()
        after = replace(
            state,
            began_at=began,
            ended_at=ended,
            worked_at=state.worked_at if error else ended,
            next_at=Instant(ended + wait_ms),
            runs=state.runs + 1,
            failures=state.failures + 1 if error else 0,
            error=error,
            said=ran.said or state.said,
            mark=state.mark if ran.mark is None else ran.mark,
            done=0,
            total=0,
        )
        await self._desk.jobs.save(after)
        return wait_ms

    async def _tried(self, job: Job, state: JobState, teller: "_Teller") -> tuple[Ran, str | None]:
        """What a run came to, or the code of what broke."""
        try:
            return await job.run(self._desk, state.mark, teller), None
        except NotFound as nothing:
            # Before a rule set is in force there is nothing to work by, and nothing has broken.
            return Ran(), None if nothing.code == "rules.none_in_force" else nothing.code
        except Exception as broke:  # noqa: BLE001 - a job that fails is tried again, and no other waits for it
            logger.error("job %s failed and is tried again: %s", job.name, _code_of(broke))
            return Ran(), _code_of(broke)
        finally:
            await teller.finish()


def _was_idle(job: Job, state: JobState, ran: Ran) -> bool:
    """Whether there was nothing to do for a job that looks often: not every look is written down."""
    often = job.every_ms <= 10 * SECOND_MS
    return often and not ran.said and ran.mark in (None, state.mark) and bool(state.runs) and not state.failures


def _code_of(error: Exception) -> str:
    return error.code if isinstance(error, GranskaError) else place_of(error)


def _wait_after(failures: int, job: Job) -> int:
    """Longer after each failure, so that what is broken is not hammered, and never longer than an hour."""
    return int(min(LONGEST_WAIT_MS, max(job.every_ms, SECOND_MS) * 2 ** min(failures, 10)))


class _Teller:
    """Writes down how far a run has come, every now and then."""

    def __init__(self, desk: Desk, state: JobState, began: Instant) -> None:
        self._desk, self._state, self._began = desk, state, began
        self._last = 0.0
        self._task: asyncio.Task[None] | None = None
        self.told = False

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() - self._last < TELL_EVERY_SECONDS or (self._task and not self._task.done()):
            return
        self._last, self.told = time.monotonic(), True
        state = replace(self._state, began_at=self._began, ended_at=None, done=done, total=total)
        self._task = asyncio.create_task(self._desk.jobs.save(state))

    async def finish(self) -> None:
        """Nothing more is written of this run after that."""
        if self._task is not None:
            with contextlib.suppress(Exception):
                await self._task


@contextmanager
def several_processes(count: int | None = None) -> Iterator[Executor]:
    """Processes that compare names, begun when the first is asked and gone with this one, however it ends."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(
        count or os.cpu_count() or 1, mp_context=context, initializer=_end_with, initargs=(os.getpid(),)
    )
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _end_with(parent: int) -> None:
    """A process whose parent was killed would wait for ever."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True, name="granska-parent").start()
