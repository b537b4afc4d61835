"""What one person has put forward, and waits for a second: a right to decide, an erasure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from service.audit.leaf import data_of
from service.desk.ports.store import Reading
from service.domain.clock import Instant
from service.domain.events.log import ErasureProposed, ErasureSettled
from service.domain.events.office import RightDeclined, RightGranted, RightProposed

Proposed = TypeVar("Proposed", ErasureProposed, RightProposed)
Settling = type[ErasureSettled] | type[RightDeclined] | type[RightGranted]

#: How many of the newest entries of a kind are looked through. One limit for what is put forward and what settles it,
#: or what was settled long ago would seem to wait.
MOST = 10_000


@dataclass(frozen=True)
class PutForward(Generic[Proposed]):
    """What was put forward, by whom, and in words the decision it rests on; `at` is UTC milliseconds."""

    data: Proposed
    by: str
    by_name: str
    document: str
    at: Instant


async def put_forward(reading: Reading, event: type[Proposed]) -> list[PutForward[Proposed]]:
    """All that was put forward of this kind, newest first."""
    rows = await reading.entries_of_type(event, limit=MOST)
    proposals = [(row, _said(row.leaf, event)) for row in rows]
    documents = await reading.values([proposed.document for _, proposed in proposals])
    names = await reading.names()
    return [
        PutForward(
            data=proposed,
            by=row.actor,
            by_name=names.get(row.actor, row.actor),
            document=documents.get(proposed.document, {}).get("text", ""),
            at=row.at,
        )
        for row, proposed in proposals
    ]


async def waiting(reading: Reading, event: type[Proposed], settling: Sequence[Settling]) -> list[PutForward[Proposed]]:
    """What was put forward of this kind and nothing of the settling kinds has answered, newest first."""
    settled: set[str | None] = set()
    for kind in settling:
        for row in await reading.entries_of_type(kind, limit=MOST):
            data = data_of(row.leaf)
            assert isinstance(data, (ErasureSettled, RightDeclined, RightGranted))
            settled.add(data.proposal)
    return [one for one in await put_forward(reading, event) if one.data.proposal not in settled]


def _said(leaf: str, event: type[Proposed]) -> Proposed:
    data = data_of(leaf)
    assert isinstance(data, event)
    return data
