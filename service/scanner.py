"""A scanner for harmful code (skadlig kod), asked over clamd's protocol; without one, that is what is said."""

import asyncio
import contextlib
import logging
import struct
from urllib.parse import urlsplit

from service.domain.enclosure import Scanned

logger = logging.getLogger("granska.scanner")
#: How long a scan may take, and how much is sent at a time.
SECONDS, CHUNK = 30.0, 1 << 20


class Scanner:
    """clamd at `host:port` or at a socket's path; empty where there is none."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def __call__(self, body: bytes) -> Scanned:
        """What it said; NOT_SCANNED where there is none, or it did not answer."""
        if not self._address:
            return Scanned.NOT_SCANNED
        try:
            async with asyncio.timeout(SECONDS):
                said = await self._asked(body)
        except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError) as error:
            logger.error("the scanner did not answer: %s", type(error).__name__)
            return Scanned.NOT_SCANNED
        if said.endswith("FOUND"):
            return Scanned.HARMFUL
        return Scanned.CLEAN if said.endswith(": OK") else Scanned.NOT_SCANNED

    async def _asked(self, body: bytes) -> str:
        reader, writer = await self._opened()
        try:
            writer.write(b"zINSTREAM\0")
            for start in range(0, len(body), CHUNK):
                part = body[start : start + CHUNK]
                writer.write(struct.pack("!L", len(part)) + part)
                await writer.drain()
            writer.write(struct.pack("!L", 0))
            await writer.drain()
            return (await reader.readuntil(b"\0"))[:-1].decode("utf-8", "replace").strip()
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._address.startswith("/"):
            return await asyncio.open_unix_connection(self._address)
        parts = urlsplit(f"//{self._address}")
        return await asyncio.open_connection(parts.hostname, parts.port)
