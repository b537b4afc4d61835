"""Serves the site and runs the checks that wait, until told to stop."""

import asyncio
import contextlib
import gc
import logging
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn
from litestar import Litestar

from service import app
from service.bookings import bookings
from service.bookings.doors import screen_doors
from service.desk.ports.desk import Desk
from service.domain.errors import GranskaError, place_of
from service.pipeline.registry import Registry
from service.privacy.erasure import sweep_files
from service.privacy.retention import erase_access_log, erase_speakers
from service.proof.checkpoints import send_checkpoints, sign_log
from service.screening.run_checks import run_waiting_checks
from service.settings import Settings, resource
from service.web.site import SiteConfig, build_site

logger = logging.getLogger("granska.serving")
#: How often the worker looks even when nobody woke it: what a crash or another process left behind (seconds).
LOOK_EVERY = 30.0
DOORS_EVERY_MS = 60 * 1000
FORGET_EVERY_MS = 3600 * 1000


class ScreeningWorker:
    """Runs the checks that wait, signs the log and forgets: at start, when woken, and every now and then."""

    def __init__(self, desk: Desk, *, sign_every_ms: int) -> None:
        self._desk = desk
        self._woken = asyncio.Event()
        self._forgot_at = self._signed_at = self._doors_at = 0
        self._sign_every = sign_every_ms

    def wake(self) -> None:
        """There is something to do."""
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled; whatever goes wrong is logged and tried again."""
        while True:
            self._woken.clear()
            try:
                await run_waiting_checks(self._desk)
                await bookings.free_lapsed_holds(self._desk)
                await self._look_at_doors()
                await self._sign()
                await self._forget()
            except Exception as error:  # noqa: BLE001 - the worker outlives a bad moment
                logger.error("the worker failed and goes on: %s", place_of(error))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), LOOK_EVERY)

    async def _look_at_doors(self) -> None:
        now = self._desk.outside.now()
        if now - self._doors_at > DOORS_EVERY_MS:
            self._doors_at = now
            await screen_doors(self._desk)

    async def _sign(self) -> None:
        """Sign what has come, and send it out; without a key the log goes unsigned, and says so where it is shown."""
        now = self._desk.outside.now()
        if now - self._signed_at < self._sign_every:
            return
        self._signed_at = now
        try:
            await sign_log(self._desk)
        except GranskaError as error:
            logger.error("the log could not be signed: %s", error.code)
            return
        await send_checkpoints(self._desk)

    async def _forget(self) -> None:
        now = self._desk.outside.now()
        if now - self._forgot_at > FORGET_EVERY_MS:
            self._forgot_at = now
            await erase_speakers(self._desk)
            await erase_access_log(self._desk)
            await sweep_files(self._desk)


def site_for(settings: Settings, *, port: int, checks: Registry | None = None) -> Litestar:
    """The site with its desk and worker; answers only under its own names."""
    checks = checks or Registry()

    @asynccontextmanager
    async def opening() -> AsyncIterator[tuple[Desk, ScreeningWorker]]:
        async with app.opened_desk(settings, checks=checks) as desk:
            worker = ScreeningWorker(desk, sign_every_ms=int(settings.checkpoint_minutes) * 60_000)
            task = asyncio.create_task(worker.run())
            # What is there at the start stays; looking through it again and again is what the slowest pages waited for.
            gc.collect()
            gc.freeze()
            try:
                yield desk, worker
            finally:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

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
            lifetime_seconds=int(settings.session_minutes) * 60,
            idle_seconds=int(settings.idle_minutes) * 60,
            hosts=(*hosts, *([public] if public else [])),
            csrf_secret=_secret(settings.folder / "csrf-secret"),
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
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("piccolo").setLevel(logging.WARNING)
    uvicorn.run(
        site_for(settings, port=port),
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
