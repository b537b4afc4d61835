"""What an auditor takes home of the log: the newest checkpoint, the key, proof that it only grew, and every entry."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

from service.audit.checkpoint import encode_hash
from service.desk.ports.desk import Desk
from service.desk.ports.log import KeptCheckpoint
from service.desk.ports.store import Reading
from service.domain.errors import InvalidInput, Problem, Unavailable
from service.proof.checkpoints import origin_of

#: So many entries are read in one transaction, so that a slow reader holds none open.
BATCH = 500


@dataclass(frozen=True)
class Growth:
    """The hashes by which the log of `new` entries is shown to begin with that of `old` (RFC 9162, 2.1.4).

    They are in base64, as checkpoints write them; `checkpoint` is the note that was signed over `new`.
    """

    old: int
    new: int
    hashes: list[str]
    checkpoint: str


async def newest_checkpoint(desk: Desk) -> KeptCheckpoint:
    """The last note that was signed; raises Unavailable where none has been."""
    async with desk.store.reading() as reading:
        return await _newest(reading)


async def _newest(reading: Reading) -> KeptCheckpoint:
    found = await reading.last_checkpoint()
    if found is None:
        raise Unavailable("checkpoint.none")
    return found


async def public_key(desk: Desk) -> str:
    """The public key that the log is signed with now, as one line."""
    async with desk.store.reading() as reading:
        return (await origin_of(reading))[1]


async def growth(desk: Desk, old: int) -> Growth:
    """Proof that the log as signed last begins with its first `old` entries; raises InvalidInput for no such size."""
    async with desk.store.reading() as reading:
        newest = await _newest(reading)
        if not 1 <= old <= newest.size:
            raise InvalidInput([Problem("/from", "input.number_between", {"min": 1, "max": newest.size})])
        hashes = await reading.log_consistency(old, newest.size)
        return Growth(old, newest.size, [encode_hash(one) for one in hashes], newest.note)


async def entries_as_lines(desk: Desk) -> AsyncIterator[bytes]:
    """Every entry with its hash, a line of JSON each, as `granska log verify FILE` reads it."""
    start = 0
    while True:
        async with desk.store.reading() as reading:
            page = await reading.log_page(before=start + BATCH, case_id=None, limit=BATCH)
        rows = [row for row in reversed(page) if row.seq >= start]
        if not rows:
            return
        start += len(rows)
        lines = [{"hash": row.hash, "leaf": row.leaf, "seq": row.seq} for row in rows]
        text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
        yield text.encode()
