"""What comes in is bounded before anything reads it: how long it may take, and of how many fields a form may be.

A question for the head of an answer alone (HEAD, RFC 9110 9.3.2) is put as the question itself; the server sends no
body.
"""

import asyncio
from typing import Any

from litestar.enums import ScopeType
from litestar.exceptions import ClientException
from litestar.types import ASGIApp, Receive, Scope, Send

#: A body that stands still so long, or is not there whole after so long, is given up (seconds).
BETWEEN_PARTS, WHOLE_BODY = 20.0, 300.0
#: The largest form here has some hundreds.
MOST_FIELDS = 5_000
_FORM = b"application/x-www-form-urlencoded"


class Bounds:
    """Around the whole site, so that it holds for whatever reads a body first."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what comes in, as long as it keeps within."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            scope["method"] = "GET"
        is_form = any(name == b"content-type" and value.startswith(_FORM) for name, value in scope["headers"])
        await self._app(scope, _Bounded(receive, counts_fields=is_form), send)


class _Bounded:
    def __init__(self, receive: Receive, *, counts_fields: bool) -> None:
        self._receive = receive
        self._counts_fields = counts_fields
        self._whole_by: float | None = None
        self._ended = False
        self._fields = 0

    async def __call__(self) -> Any:
        if self._ended:
            return await self._receive()  # only whether the other side is gone
        now = asyncio.get_running_loop().time()
        self._whole_by = self._whole_by or now + WHOLE_BODY
        try:
            async with asyncio.timeout_at(min(now + BETWEEN_PARTS, self._whole_by)):
                message: Any = await self._receive()
        except TimeoutError as error:
            raise ClientException(status_code=408) from error
        self._ended = message["type"] != "http.request" or not message.get("more_body", False)
        if self._counts_fields:
            self._fields += message.get("body", b"").count(b"&")
            if self._fields >= MOST_FIELDS:
                raise ClientException(status_code=413)
        return message
