"""The worker, and a sweep by hand."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from concurrent.futures import Executor

import click

from service import app
from service.cli.common import bar, say, sentence, told
from service.cli.with_desk import with_desk
from service.desk.ports.desk import Desk
from service.settings import Settings, from_environment
from service.support.sweep import Change, Told, dry_run, sweep
from service.worker import Worker, jobs, several_processes


@click.command()
@click.option("--with-parent", is_flag=True, hidden=True, help="Wake on each byte of standard input; end with it.")
@told
def work(with_parent: bool) -> None:
    """Do what nobody waits for at a page, until stopped.

    Several may run beside each other: on PostgreSQL on any machine, on SQLite on the one that has the folder. Each job
    is done by one of them at a time.
    """
    settings = from_environment()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("piccolo").setLevel(logging.WARNING)
    asyncio.run(_work(settings, with_parent=with_parent))


async def _work(settings: Settings, *, with_parent: bool) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with app.opened_desk(settings) as desk:
        worker = Worker(desk, jobs(sign_every_ms=int(settings.checkpoint_minutes) * 60_000))
        if with_parent:
            os.set_blocking(sys.stdin.fileno(), False)
            loop.add_reader(sys.stdin.fileno(), _heard, worker, stop)
        working = asyncio.create_task(worker.run())
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working


def _heard(worker: Worker, stop: asyncio.Event) -> None:
    """A byte says that there is something to do; the end of the pipe that the site is gone."""
    try:
        given = os.read(sys.stdin.fileno(), 65_536)
    except BlockingIOError:
        return
    if given:
        worker.wake()
    else:
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        stop.set()


@click.command(name="sweep")
@click.option("--dry-run", "dry", is_flag=True, help="Say what would be proposed, and change nothing.")
@told
def sweep_command(dry: bool) -> None:
    """Compare all support that stands with the lists and registers as they are now; what has turned up is proposed."""
    with several_processes() as executor, bar(sentence("cli.sweep.comparing")) as telling:

        async def go(desk: Desk, settings: Settings) -> None:
            await (_dry(desk, executor) if dry else _wet(desk, executor, telling))

        with_desk(go)


async def _wet(desk: Desk, executor: Executor, telling: Told) -> None:
    done = await sweep(desk, Change(("asked",)), executor=executor, told=telling)
    say(
        "cli.sweep.done",
        cases=done.cases,
        names=done.parties,
        proposals=len(done.proposals),
        unknown=len(done.unknown),
    )


async def _dry(desk: Desk, executor: Executor) -> None:
    done, would = await dry_run(desk, Change(("asked",)), executor=executor)
    say("cli.sweep.would", cases=done.cases, names=done.parties, proposals=len(would), unknown=len(done.unknown))
    for asked in would:
        click.echo(asked.material.case.diary_number)
