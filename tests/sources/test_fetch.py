"""Fetching a list from servers that do everything wrong: each ends in time with its reason, and in little memory."""

import asyncio
import base64
import gzip
import hashlib
import socket
import time
import tracemalloc
from pathlib import Path

import pytest

from service.desk.ports.desk import Seen
from service.domain.errors import ListRefused
from service.sources.fetch import fetch_list
from tests.hostile import HEAD, Answer, sent, server

BODY = b"#granska-list,1,2026-11-01T00:00:00Z,0\n"
DEADLINE = 1.0


def silent(connection: socket.socket) -> None:
    time.sleep(4 * DEADLINE)


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def endless(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"\r\n")
    while True:
        connection.sendall(b"x" * 65_536)


def dripping_body(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Length: 100000\r\n\r\n")
    sent(b"x", pause=0.05, times=1000)(connection)


BOMB = gzip.compress(b"0" * 50_000_000)
WHOLE = (
    HEAD + b'Content-Length: %d\r\nETag: "a"\r\nLast-Modified: Thu, 01 Oct 2026 08:00:00 GMT\r\n\r\n' % len(BODY) + BODY
)
FAULTS: dict[str, tuple[Answer, str]] = {
    "says nothing": (silent, "fetch.deadline"),
    "resets the connection": (reset, "fetch.unreachable"),
    "promises more than it sends": (sent(HEAD + b"Content-Length: 900\r\n\r\n" + BODY), "fetch.cut_off"),
    "cuts a chunk": (sent(HEAD + b"Transfer-Encoding: chunked\r\n\r\n50\r\nabc"), "fetch.cut_off"),
    "sends a header of 200 kB": (sent(HEAD + b"X-Large: " + b"x" * 200_000 + b"\r\n\r\n"), "fetch.cut_off"),
    "drips the body": (dripping_body, "fetch.deadline"),
    "drips the headers": (sent(b"HTTP/1.1 200 OK\r\nX-A: " + b"", b"x", pause=0.05, times=1000), "fetch.deadline"),
    "sends a bomb": (
        sent(HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB) + BOMB),
        "fetch.packed",
    ),
    "sends without end": (endless, "fetch.too_large"),
    "is not HTTP": (sent(b"SSH-2.0-OpenSSH\r\n"), "fetch.cut_off"),
    "has an error": (sent(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"), "fetch.status"),
    "points to another host": (
        sent(b"HTTP/1.1 302 F\r\nLocation: https://example.invalid/x\r\nContent-Length: 0\r\n\r\n"),
        "fetch.other_host",
    ),
    "points to a file": (
        sent(b"HTTP/1.1 302 F\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n"),
        "fetch.other_host",
    ),
    "points in a circle": (
        sent(b"HTTP/1.1 302 F\r\nLocation: /list.csv\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
        "fetch.redirects",
    ),
    "says another digest": (
        sent(
            HEAD
            + b"Repr-Digest: sha-256=:%s:\r\n" % base64.b64encode(hashlib.sha256(b"other").digest())
            + b"Content-Length: %d\r\n\r\n" % len(BODY)
            + BODY
        ),
        "fetch.digest",
    ),
    "says not modified, unasked": (sent(b"HTTP/1.1 304 Not Modified\r\n\r\n"), "fetch.status"),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_whatever_a_server_does_wrong_ends_in_time_with_its_reason(fault: str, tmp_path: Path) -> None:
    answer, code = FAULTS[fault]
    with server(answer) as address:
        tracemalloc.start()
        began = time.monotonic()
        with pytest.raises(ListRefused) as refused:
            await fetch_list(address, tmp_path / "list.csv", Seen(), deadline=DEADLINE, most=5_000_000)
        took = time.monotonic() - began
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert refused.value.code == code
    assert took < DEADLINE + 0.5
    assert peak < 20_000_000


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://example.invalid/list.csv", "fetch.not_https"),
        ("file:///etc/passwd", "fetch.not_https"),
        ("https://127.0.0.1:1/list.csv", "fetch.unreachable"),
        ("https://[/list.csv", "fetch.unreachable"),
    ],
)
async def test_an_address_that_is_none_or_not_encrypted_is_refused(address: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(ListRefused) as refused:
        await fetch_list(address, tmp_path / "list.csv", Seen(), deadline=DEADLINE)

    assert refused.value.code == code


async def test_plain_text_where_encryption_is_asked_for_is_refused(tmp_path: Path) -> None:
    with server(sent(WHOLE)) as address, pytest.raises(ListRefused) as refused:
        await fetch_list(address.replace("http:", "https:"), tmp_path / "list.csv", Seen(), deadline=DEADLINE)

    assert refused.value.code == "fetch.unreachable"


async def test_a_whole_answer_is_kept_and_known_again(tmp_path: Path) -> None:
    moved = b"HTTP/1.1 302 F\r\nLocation: /elsewhere.csv\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with server(sent(moved), sent(WHOLE)) as address:
        fetched = await fetch_list(address, tmp_path / "list.csv", Seen(), deadline=DEADLINE)

    assert fetched is not None
    assert (tmp_path / "list.csv").read_bytes() == BODY
    assert fetched.sha256 == hashlib.sha256(BODY).hexdigest()
    assert fetched.seen == Seen('"a"', "Thu, 01 Oct 2026 08:00:00 GMT")
    with server(sent(b"HTTP/1.1 304 Not Modified\r\n\r\n")) as address:
        assert await fetch_list(address, tmp_path / "list.csv", fetched.seen, deadline=DEADLINE) is None


async def test_what_is_cancelled_is_cancelled(tmp_path: Path) -> None:
    with server(silent) as address:
        task = asyncio.create_task(fetch_list(address, tmp_path / "list.csv", Seen()))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
