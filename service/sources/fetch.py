"""Fetches a list from its publisher: within a deadline, so many bytes, the same host, and nothing unpacked on the way.

What a server may do wrong (say nothing, drip, cut off, send without end, pack a bomb, point elsewhere) ends the same
way: the list is refused with why, the version before goes on and ages, and somebody sees it.
"""

import asyncio
import base64
import hashlib
import re
import ssl
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx

from service.desk.ports.desk import FetchedList, Seen
from service.domain.errors import ListRefused

DEADLINE_SECONDS = 300.0
SILENCE_SECONDS = 30.0
MOST_BYTES = 1_000_000_000
MOST_REDIRECTS = 3
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


async def fetch_list(
    address: str, target: Path, seen: Seen, *, deadline: float = DEADLINE_SECONDS, most: int = MOST_BYTES
) -> FetchedList | None:
    """Save what the address gives in `target`; None where it is what was seen before.

    `deadline` is for all of it, in seconds; `most` is bytes. Raises ListRefused for anything else than a whole answer.
    """
    try:
        _check_address(address)
        async with (
            asyncio.timeout(deadline),
            httpx.AsyncClient(timeout=SILENCE_SECONDS, verify=ssl.create_default_context(), trust_env=False) as client,
        ):
            return await _fetched(client, address, target, seen, most)
    except TimeoutError as error:
        raise ListRefused("fetch.deadline", seconds=int(deadline)) from error
    except httpx.TimeoutException as error:
        raise ListRefused("fetch.deadline", seconds=int(SILENCE_SECONDS)) from error
    except httpx.RemoteProtocolError as error:
        raise ListRefused("fetch.cut_off") from error
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
        raise ListRefused("fetch.unreachable", kind=type(error).__name__) from error


async def _fetched(client: httpx.AsyncClient, address: str, target: Path, seen: Seen, most: int) -> FetchedList | None:
    headers = {"Accept-Encoding": "identity", "User-Agent": "granska"}
    if seen.etag:
        headers["If-None-Match"] = seen.etag
    if seen.modified:
        headers["If-Modified-Since"] = seen.modified
    at = address
    for _ in range(MOST_REDIRECTS + 1):
        async with client.stream("GET", at, headers=headers) as answer:
            if answer.status_code == httpx.codes.NOT_MODIFIED and (seen.etag or seen.modified):
                return None
            if answer.has_redirect_location:
                at = _same_host(address, urljoin(at, answer.headers.get("location", "")))
                continue
            if answer.status_code != httpx.codes.OK:
                raise ListRefused("fetch.status", status=answer.status_code)
            return await _saved(answer, target, most)
    raise ListRefused("fetch.redirects", most=MOST_REDIRECTS)


def _check_address(address: str) -> None:
    """Encrypted, but for one on this machine."""
    where = urlsplit(address)
    if where.scheme != "https" and not (where.scheme == "http" and where.hostname in _LOOPBACK):
        raise ListRefused("fetch.not_https")


def _same_host(address: str, other: str) -> str:
    ours, theirs = urlsplit(address), urlsplit(other)
    if (ours.scheme, ours.netloc) != (theirs.scheme, theirs.netloc):
        raise ListRefused("fetch.other_host", host=(theirs.hostname or "")[:80])
    return other


async def _saved(answer: httpx.Response, target: Path, most: int) -> FetchedList:
    """The body as it comes, counted; one that is packed is not unpacked."""
    if answer.headers.get("content-encoding", "identity").casefold() != "identity":
        raise ListRefused("fetch.packed")
    digest, size = hashlib.sha256(), 0
    with target.open("wb") as file:
        async for part in answer.aiter_raw():
            size += len(part)
            if size > most:
                raise ListRefused("fetch.too_large", max=most // 1_000_000)
            digest.update(part)
            file.write(part)
    _check_digest(answer, digest.digest())
    headers = answer.headers
    return FetchedList(digest.hexdigest(), Seen(headers.get("etag", ""), headers.get("last-modified", "")))


_SHA256 = re.compile(r"sha-256=:?([A-Za-z0-9+/]{43}=):?", re.IGNORECASE)


def _check_digest(answer: httpx.Response, digest: bytes) -> None:
    """Where the server says a digest of what it sends (RFC 9530, RFC 3230), it has to be that of what came."""
    for name in ("content-digest", "repr-digest", "digest"):
        said = _SHA256.search(answer.headers.get(name, ""))
        if said and base64.b64decode(said[1]) != digest:
            raise ListRefused("fetch.digest")
