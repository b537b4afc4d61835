"""A scanner over clamd's protocol, against one of our own on loopback that also fails in every way."""

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from service import scanner
from service.domain.enclosure import Scanned
from service.scanner import Scanner

Answer = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def clamd(answer: Answer) -> AsyncIterator[str]:
    """Reads an INSTREAM as clamd does, and answers so."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        body = b""
        while size := struct.unpack("!L", await reader.readexactly(4))[0]:
            body += await reader.readexactly(size)
        try:
            await answer(body, writer)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            ended.release()

    ended = asyncio.Semaphore(0)
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        await ended.acquire()


async def as_clamd(body: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"stream: Win.Test.EICAR_HDB-1 FOUND\0" if b"EICAR" in body else b"stream: OK\0")
    await writer.drain()


async def test_what_is_clean_and_what_is_not_is_told_apart_also_when_it_is_long() -> None:
    async with clamd(as_clamd) as address:
        asked = Scanner(address)
        assert await asked(b"x" * (3 * scanner.CHUNK + 7)) is Scanned.CLEAN
        assert await asked(b"x" * scanner.CHUNK + b"EICAR") is Scanned.HARMFUL
        assert await asked(b"") is Scanned.CLEAN


@pytest.mark.parametrize("said", [b"", b"stream: OK", b"INSTREAM size limit exceeded. ERROR\0", b"\xff\xfe\0", b"OK\0"])
async def test_a_scanner_that_fails_has_scanned_nothing(said: bytes) -> None:
    async def answer(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await writer.drain()

    async with clamd(answer) as address:
        assert await Scanner(address)(b"x") is Scanned.NOT_SCANNED


async def test_a_scanner_that_is_slow_or_not_there_has_scanned_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def answer(_: bytes, __: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.6)

    monkeypatch.setattr(scanner, "SECONDS", 0.2)
    async with clamd(answer) as address:
        assert await Scanner(address)(b"x") is Scanned.NOT_SCANNED
    assert await Scanner(address)(b"x") is Scanned.NOT_SCANNED
    for nowhere in ("", "/no/such/socket", "no-port", "127.0.0.1:999999"):
        assert await Scanner(nowhere)(b"x") is Scanned.NOT_SCANNED
