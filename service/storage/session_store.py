"""Who is signed in, shared by all workers; the session's id is kept as a digest only."""

import hashlib
from base64 import b64decode, b64encode
from typing import Any

from service.domain.clock import Instant
from service.storage.engine import reading, writing
from service.storage.tables import Session


def _key(session_id: str) -> str:
    return hashlib.sha256(session_id.encode()).hexdigest()


class SessionStore:
    """Bodies of sessions by id, with an expiry in UTC milliseconds."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    async def get(self, session_id: str, *, now: Instant) -> bytes | None:
        async with reading(self._engine):
            row = await Session.select().where((Session.id == _key(session_id)) & (Session.expires_at > now)).first()
        return b64decode(row["body"]) if row else None

    async def set(self, session_id: str, body: bytes, *, now: Instant, expires_at: Instant) -> None:
        """Keep a body; drops those that have expired on the way."""
        row = Session(id=_key(session_id), body=b64encode(body).decode(), expires_at=expires_at)
        async with writing(self._engine):
            await Session.delete().where(Session.expires_at <= now)
            await Session.insert(row).on_conflict(
                target=Session.id, action="DO UPDATE", values=[Session.body, Session.expires_at]
            )

    async def delete(self, session_id: str) -> None:
        async with writing(self._engine):
            await Session.delete().where(Session.id == _key(session_id))

    async def clear(self) -> None:
        async with writing(self._engine):
            await Session.delete(force=True)
