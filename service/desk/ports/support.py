"""What is asked about support as a whole: what stands, what stops it, what has changed since it was compared."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple, Protocol

from service.desk.ports.log import LogRow
from service.domain.case import Case
from service.domain.clock import Second
from service.domain.events.event import Event, EventClass
from service.domain.events.support import AssociationJoined, AssociationSeparated, SupportSwept
from service.domain.watchlist import ListEntry


class OfAssociation(NamedTuple):
    """An entry of the log, and the association whose case it is in."""

    organisation: str
    row: LogRow


class SupportReading(Protocol):
    """Questions about support."""

    async def entries_of_associations(self, organisations: Collection[str], *events: EventClass) -> list[OfAssociation]:
        """What happened of these kinds in any case of these associations, oldest first."""
        ...

    async def live_cases(
        self, today: date, now: Second, *, after: str, limit: int, organisations: Collection[str] | None = None
    ) -> list[str]:
        """Cases that may have given support that still stands, in order of their ids, from the first after this one.

        A grant that was ever given, a time that is not over (`now` is UTC epoch seconds), a clearance that has not run
        out on this day. Of all associations where none are named; at most so many.
        """
        ...

    async def case_ids_of(self, organisation: str) -> list[str]:
        """The ids of all cases of an association, in order."""
        ...

    async def newest_cases(self, organisations: Collection[str]) -> dict[str, str]:
        """By association, the case in which it applied last."""
        ...

    async def clearances_of_cases(self, case_ids: Sequence[str]) -> dict[str, list[date]]:
        """By case, the last days of the clearances that were given in it and have not been revoked."""
        ...

    async def list_changes(self, version: str, before: str) -> list[ListEntry]:
        """The entries of a version that are new or changed since another, and those of the other that are gone.

        Of one that has changed, as it was and as it is.
        """
        ...

    async def entries_since(self, seq: int, *events: EventClass) -> list[LogRow]:
        """What happened of these kinds after this entry, oldest first, at most ten thousand."""
        ...


class SupportWriting(Protocol):
    """Changes that concern support as a whole."""

    async def associations_moved(self, event: Event[AssociationJoined | AssociationSeparated], case: Case) -> Case:
        """Cases are of another association from now on, with their names, numbers and clearances."""
        ...

    async def support_swept(self, event: Event[SupportSwept]) -> None:
        """All support that a change can touch has been compared again."""
        ...
