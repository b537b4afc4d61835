"""The log is appended to, with the values that its entries commit to; entries that change nothing else."""

from collections.abc import Callable
from typing import Any

from service.domain.clock import Instant
from service.domain.events.event import Event, EventData
from service.domain.events.intake import MatchAsked
from service.domain.events.log import (
    AccessLogErased,
    CaseHandedOut,
    ErasureProposed,
    ErasureSettled,
    LogHeads,
    LogKeyRotated,
    LogOpened,
    RecordUnmasked,
    SampleDrawn,
    SubjectAccessExported,
    ValueErased,
)
from service.domain.events.support import SupportSwept
from service.storage.log import log_store
from service.storage.tables import (
    CaseRow,
    Dispatch,
    LogValue,
    OrganisationAttribute,
)

#: How many values one statement names at most.
_CHUNK = 500


class LogWriting:
    """Whatever is written goes through here: the event, and what it commits to."""

    def __init__(self, *, random: Callable[[int], bytes], new_id: Callable[[], str]) -> None:
        self._random = random
        self._new_id = new_id
        #: Values that the next entry commits to, and that are written with it.
        self._waiting_for_entry: list[LogValue] = []

    def keep(self, field: str, value: Any, *, case: str | None = None) -> str:
        commitment, row = log_store.committed(field, value, self._random, case=case)
        self._waiting_for_entry.append(row)
        return commitment

    async def _append(self, event: Event[EventData]) -> int:
        seq = await log_store.append(event)
        if self._waiting_for_entry:
            await LogValue.insert(*self._waiting_for_entry)
            self._waiting_for_entry = []
        return seq

    async def log_opened(self, event: Event[LogOpened]) -> None:
        await self._append(event)

    async def heads_noted(self, event: Event[LogHeads]) -> None:
        await self._append(event)

    async def key_rotated(self, event: Event[LogKeyRotated]) -> None:
        await self._append(event)

    async def checkpoint_signed(self, size: int, note: str, at: Instant) -> None:
        """A statement about the log, not a change to what it speaks of: it has no event of its own."""
        await log_store.TREE.add_checkpoint(size, note, at)

    async def checkpoint_sent(self, size: int, channel: str, at: Instant, error: str | None) -> None:
        await Dispatch.delete().where((Dispatch.channel == channel) & Dispatch.error.is_not_null())
        await Dispatch.insert(Dispatch(id=self._new_id(), size=size, channel=channel, at=at, error=error))

    async def sample_drawn(self, event: Event[SampleDrawn]) -> None:
        await self._append(event)

    async def erasure_proposed(self, event: Event[ErasureProposed]) -> None:
        await self._append(event)

    async def erasure_settled(self, event: Event[ErasureSettled]) -> None:
        await self._append(event)

    async def values_erased(self, event: Event[ValueErased]) -> None:
        await self._append(event)
        values = list(event.data.values)
        for start in range(0, len(values), _CHUNK):
            chunk = values[start : start + _CHUNK]
            await LogValue.delete().where(LogValue.commitment.is_in(chunk))
            # What a case's row repeats of a name goes with the name.
            nameless = (
                await CaseRow.update({CaseRow.org_name: "", CaseRow.org_search: ""})
                .where(CaseRow.organisation_ref.is_in(chunk))
                .returning(CaseRow.id)
            )
            if nameless:
                await OrganisationAttribute.delete().where(
                    OrganisationAttribute.case_id.is_in([one["id"] for one in nameless])
                )

    async def support_swept(self, event: Event[SupportSwept]) -> None:
        await self._append(event)

    async def access_log_erased(self, event: Event[AccessLogErased]) -> None:
        await self._append(event)

    async def subject_access_exported(self, event: Event[SubjectAccessExported]) -> None:
        await self._append(event)

    async def case_handed_out(self, event: Event[CaseHandedOut]) -> None:
        await self._append(event)

    async def record_unmasked(self, event: Event[RecordUnmasked]) -> None:
        await self._append(event)

    async def match_asked(self, event: Event[MatchAsked]) -> None:
        await self._append(event)
