"""Serves the site, with the workers beside it, until told to stop."""

import asyncio
import contextlib
import fcntl
import gc
import logging
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import fields
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import uvicorn
from litestar import Litestar

from service import app
from service.desk.ports.desk import Desk
from service.domain.errors import GranskaError
from service.office.demo_starts import accounts_in
from service.pipeline.registry import Registry
from service.settings import Settings, resource
from service.web.bounds import Bounds
from service.web.site import SiteConfig, build_site

logger = logging.getLogger("granska.serving")
#: How often it is looked after the workers (seconds), and how long one has to end when the service does.
LOOK_AFTER_SECONDS, ENDING_SECONDS = 2.0, 10.0


class WorkerProcesses:
    """The workers that run beside the site: begun with it, begun anew where one ends, and ended with it.

    Each has a pipe from here: a byte says that there is something to do, and its end that this process is gone.
    """

    def __init__(self, settings: Settings) -> None:
        given = {f"GRANSKA_{known.name.upper()}": getattr(settings, known.name) for known in fields(settings)}
        self._environment = os.environ | given
        self._count = int(settings.workers)
        self._processes: list[subprocess.Popen[bytes]] = []

    def wake(self) -> None:
        """There is something to do; a worker whose pipe is full has been told already."""
        for process in self._processes:
            assert process.stdin is not None
            with contextlib.suppress(BlockingIOError, BrokenPipeError):
                os.write(process.stdin.fileno(), b".")

    async def look_after(self) -> None:
        """Begin the workers, and those anew that have ended, until cancelled."""
        self._processes = [self._begin() for _ in range(self._count)]
        while True:
            await asyncio.sleep(LOOK_AFTER_SECONDS)
            for place, process in enumerate(self._processes):
                if process.poll() is not None:
                    logger.error("a worker ended with %s and is begun anew", process.returncode)
                    self._processes[place] = self._begin()

    def _begin(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "service", "work", "--with-parent"]
        # The program is this one, and its settings are ours.
        process = subprocess.Popen(command, stdin=subprocess.PIPE, env=self._environment)  # noqa: S603
        assert process.stdin is not None
        os.set_blocking(process.stdin.fileno(), False)
        return process

    async def end(self) -> None:
        """Close the pipes, which tells the workers to finish, and wait for them."""
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.close()
        for process in self._processes:
            await asyncio.to_thread(_wait, process)


def _wait(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(ENDING_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def site_for(settings: Settings, *, port: int, checks: Registry | None = None) -> Litestar:
    """The site with its desk and worker; answers only under its own names."""
    checks = checks or Registry()

    @asynccontextmanager
    async def opening() -> AsyncIterator[tuple[Desk, WorkerProcesses]]:
        async with app.opened_desk(settings, checks=checks) as desk:
            workers = WorkerProcesses(settings)
            task = asyncio.create_task(workers.look_after())
            # What is there at the start stays; looking through it again and again is what the slowest pages waited for.
            gc.collect()
            gc.freeze()
            try:
                yield desk, workers
            finally:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
                await workers.end()

    hosts = [f"{name}{ending}" for name in ("127.0.0.1", "localhost") for ending in ("", f":{port}")]
    public = urlsplit(settings.public_url).netloc
    return build_site(
        SiteConfig(
            templates=resource("templates"),
            words=app.words_with(checks),
            fixtures=resource("fixtures"),
            public_url=settings.public_url,
            secure=settings.secure,
            demo=settings.demo == "1",
            demo_accounts=accounts_in(settings.folder) if settings.demo == "1" else (),
            lifetime_seconds=int(settings.session_minutes) * 60,
            idle_seconds=int(settings.idle_minutes) * 60,
            hosts=(*hosts, *([public] if public else [])),
            csrf_secret=_secret(settings.folder / "csrf-secret"),
            hsts_subdomains=settings.hsts_subdomains == "1",
        ),
        opening,
    )


def _secret(path: Path) -> str:
    """The key of form tokens, made once with tight permissions."""
    app.prepare_folder(path.parent)
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32), "ascii")
    return path.read_text("ascii").strip()


def serve_forever(settings: Settings, *, host: str, port: int) -> None:
    """Run the server in this process; one process, since SQLite has one writer."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise GranskaError("serve.port_taken", port=port) from error
    lock = _alone_in(settings) if settings.address.startswith("sqlite") else None
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("piccolo").setLevel(logging.WARNING)
    uvicorn.run(
        Bounds(site_for(settings, port=port)),
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        timeout_graceful_shutdown=5,
    )
    if lock is not None:
        lock.close()


def _alone_in(settings: Settings) -> IO[bytes]:
    """A lock on the data folder, held while this process serves: SQLite has one writer, and so one service."""
    app.prepare_folder(settings.folder)
    lock = (settings.folder / "serving.lock").open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise GranskaError("serve.folder_taken", folder=settings.data) from error
    return lock
