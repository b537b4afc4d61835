"""A sample that nobody could choose: drawn by the log's own signed root, so that anyone can draw it again."""

import hashlib
from dataclasses import dataclass

from service.audit.checkpoint import body_of, unsigned
from service.desk.actors import person, still
from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading
from service.domain.errors import InvalidInput, NotAllowed, Problem
from service.domain.events.event import Event
from service.domain.events.log import SampleDrawn
from service.domain.people import Role, User
from service.proof.checkpoints import sign_log

MOST = 1000


@dataclass(frozen=True)
class Sample:
    """Which cases were drawn, out of how many, by which root (hex) at which size of the log."""

    cases: tuple[str, ...]
    of: int
    seed: str
    size: int


async def draw(desk: Desk, count: int, *, by: User) -> Sample:
    """Draw cases for review; the seed is the root signed now, so it was not known when the cases were made."""
    if not 1 <= count <= MOST:
        raise InvalidInput([Problem("/count", "input.out_of_range", {"min": 1, "max": MOST})])
    signed = await sign_log(desk)
    seed = unsigned(body_of(signed.note)).root.hex()
    async with desk.store.writing() as writing:
        now = await still(writing, by)
        if not now.has(Role.AUDITOR):
            raise NotAllowed("access.role")
        everything = await _all_cases(writing)
        drawn = tuple(sorted(everything, key=lambda one: rank(seed, one))[:count])
        if not drawn:
            raise NotAllowed("sample.nothing")
        data = SampleDrawn(size=signed.size, seed=seed, of=len(everything), cases=drawn)
        await writing.sample_drawn(Event(data, person(now), desk.outside.now()))
    return Sample(drawn, len(everything), seed, signed.size)


def rank(seed: str, case_id: str) -> bytes:
    """A case's place in the draw: SHA-256 over the seed and the case's id; the smallest are drawn."""
    return hashlib.sha256(f"{seed}\n{case_id}".encode()).digest()


async def _all_cases(reading: Reading) -> list[str]:
    found: list[str] = []
    while True:
        batch = await reading.case_ids(after=found[-1] if found else "", limit=5000)
        if not batch:
            return found
        found += batch
