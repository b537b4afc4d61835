"""Who is signed in, shared by all workers; the session's id is kept as a digest only."""

import hashlib
from base64 import b64decode, b64encode
from typing import Any

from service.desk.ports.desk import SignIn
from service.domain.clock import Instant
from service.storage.engine import reading, writing
from service.storage.tables import Session

_KEPT = [Session.body, Session.expires_at, Session.account_id, Session.began_at, Session.seen_at]


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

    async def set(
        self, session_id: str, body: bytes, *, now: Instant, expires_at: Instant, account: str, began: Instant
    ) -> None:
        """Keep a body; drops those that have expired on the way."""
        row = Session(
            id=_key(session_id),
            body=b64encode(body).decode(),
            expires_at=expires_at,
            account_id=account,
            began_at=began,
            seen_at=now,
        )
        async with writing(self._engine):
            await Session.delete().where(Session.expires_at <= now)
            await Session.insert(row).on_conflict(target=Session.id, action="DO UPDATE", values=_KEPT)

    async def of_account(self, account: str, *, now: Instant, here: str) -> list[SignIn]:
        async with reading(self._engine):
            found = (
                await Session.select(Session.id, Session.began_at, Session.seen_at)
                .where((Session.account_id == account) & (Session.expires_at > now))
                .order_by(Session.seen_at, ascending=False)
            )
        mine = _key(here)
        return [SignIn(one["id"], one["began_at"], one["seen_at"], one["id"] == mine) for one in found]

    async def end(self, account: str, *, but: str = "", only: str = "") -> int:
        which = (Session.account_id == account) & (Session.id != _key(but))
        if only:
            which = which & (Session.id == only)
        async with writing(self._engine):
            ended = await Session.delete().where(which).returning(Session.id)
        return len(ended)

    async def delete(self, session_id: str) -> None:
        async with writing(self._engine):
            await Session.delete().where(Session.id == _key(session_id))

    async def clear(self) -> None:
        async with writing(self._engine):
            await Session.delete(force=True)
