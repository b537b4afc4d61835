"""Litestar's sessions over what storage keeps: a new id at sign-in, unknown ids dropped, no write for a mere look."""

import json
import time
from datetime import timedelta
from typing import Any

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.middleware.session.server_side import ServerSideSessionBackend, ServerSideSessionConfig
from litestar.stores.base import Store
from litestar.types import Empty

from service.desk.ports.desk import Desk, SessionKeeper
from service.domain.clock import Instant
from service.domain.errors import Unavailable
from service.library_internals import set_session_id, use_backend
from service.web.browsers import cookie_name

COOKIE = "granska_session"
#: What a session says: who has signed in, and when (UTC milliseconds).
USER_ID, SIGNED_IN_AT = "user", "signed_in_at"
FRESH_ID = "granska_fresh_session_id"
_LOADED = "granska_session_as_loaded"
#: Where a session could not be kept: why.
NOT_KEPT = "granska_session_not_kept"
SEEN = "seen"
#: In a request's state: whose session it came with, where that had ended of itself.
ENDED = "granska_ended_session_of"
#: How often a session that is only looked with is written, so that idleness can be told (seconds).
SEEN_EVERY = 60


def rotate(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """Give this session a new id with the answer: at sign-in, and whenever what it may do has changed."""
    connection.scope["state"][FRESH_ID] = True


def id_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The id of the session that this request came with."""
    return connection.cookies.get(cookie_name(COOKIE, secure=connection.app.state.secure), "")


class TableStore(Store):
    """What Litestar asks of a store, answered from the session table."""

    def __init__(self, keeper: SessionKeeper, now: Any) -> None:
        self._keeper, self._now = keeper, now

    async def set(self, key: str, value: str | bytes, expires_in: int | timedelta | None = None) -> None:
        """Keep a session."""
        seconds = expires_in.total_seconds() if isinstance(expires_in, timedelta) else (expires_in or 0)
        now = self._now()
        body = value.encode() if isinstance(value, str) else value
        told = json.loads(body) if body else {}
        await self._keeper.set(
            key,
            body,
            now=now,
            expires_at=now + int(seconds * 1000),
            account=str(told.get(USER_ID, "")),
            began=Instant(told.get(SIGNED_IN_AT, now)),
        )

    async def get(self, key: str, renew_for: int | timedelta | None = None) -> bytes | None:
        """Read a session."""
        return await self._keeper.get(key, now=self._now())

    async def delete(self, key: str) -> None:
        """Forget a session."""
        await self._keeper.delete(key)

    async def delete_all(self) -> None:
        """Forget every session."""
        await self._keeper.clear()

    async def exists(self, key: str) -> bool:
        """Whether it is kept."""
        return await self.get(key) is not None

    async def expires_in(self, key: str) -> int | None:
        """Not told."""
        return None


class Sessions(ServerSideSessionBackend):
    """The stock backend uses whatever id a cookie holds; this one never adopts an id that it did not give."""

    config: "SessionConfig"

    async def load_from_connection(self, connection: ASGIConnection[Any, Any, Any, Any]) -> dict[str, Any]:
        """The session's data; one that has been idle too long is empty."""
        data = await super().load_from_connection(connection)
        if data and time.time() - data.get(SEEN, 0) > self.config.idle_seconds:
            connection.scope["state"][ENDED] = data.get(USER_ID)
            data = {}
        connection.scope["state"][_LOADED] = dict(data)
        return data

    async def store_in_message(self, scope_session: Any, message: Any, connection: Any) -> None:
        """Save what has changed; drop the id the request brought where it is unknown or a new one is wanted."""
        try:
            await self._store(scope_session, message, connection)
        except Unavailable as error:
            # The answer is on its way, so no handler of errors can exchange it: the site does (`site._not_kept`).
            only_seen = scope_session is not Empty and _but_seen(scope_session) == _but_seen(
                connection.scope["state"].get(_LOADED)
            )
            if not only_seen:
                connection.scope["state"][NOT_KEPT] = error

    async def _store(self, scope_session: Any, message: Any, connection: Any) -> None:
        loaded = connection.scope["state"].get(_LOADED, {})
        fresh = connection.scope["state"].pop(FRESH_ID, False)
        brought = connection.cookies.get(self.config.key)
        if scope_session is Empty or not scope_session:
            if brought and brought != "null":
                await super().store_in_message(Empty, message, connection)
            return
        data = dict(scope_session)
        stale = time.time() - loaded.get(SEEN, 0) > SEEN_EVERY
        if loaded and not fresh and not stale and data == loaded:
            return
        if fresh or not loaded:
            await self._forget_brought_id(connection, brought)
        data[SEEN] = int(time.time())
        await super().store_in_message(data, message, connection)

    async def _forget_brought_id(self, connection: Any, brought: str | None) -> None:
        if brought:
            await self.delete(brought, self.config.get_store_from_app(connection.scope["app"]))
            connection.cookies.pop(self.config.key, None)
        set_session_id(connection, self.generate_session_id())


def _but_seen(session: Any) -> dict[str, Any]:
    return {name: value for name, value in dict(session or {}).items() if name != SEEN}


class SessionConfig(ServerSideSessionConfig):
    """Our cookie, our lifetime, our backend."""

    def __init__(self, *, secure: bool, lifetime_seconds: int, idle_seconds: int) -> None:
        super().__init__(
            key=cookie_name(COOKIE, secure=secure),
            max_age=lifetime_seconds,
            secure=secure,
            httponly=True,
            samesite="lax",
            store="sessions",
            scopes={ScopeType.HTTP},
            exclude_opt_key="skip_session",
        )
        self.idle_seconds = idle_seconds


use_backend(SessionConfig, Sessions)


def session_store(desk: Desk) -> TableStore:
    """The store for an opened desk."""
    return TableStore(desk.sessions, desk.outside.now)
