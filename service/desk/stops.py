"""A stop concerns the association: while one stands in any of its cases, none of them gives, executes or hands out."""

from collections.abc import Collection
from dataclasses import dataclass

from service.desk.ports.store import Reading
from service.domain.clock import Instant


@dataclass(frozen=True)
class StandingStop:
    """A stop of all support of an association, in the case where it was set; `since` is UTC milliseconds."""

    case_id: str
    since: Instant


async def standing_stops(reading: Reading, organisations: Collection[str]) -> dict[str, list[StandingStop]]:
    """By association, the stops that stand in any of its cases; one without any is left out."""
    by_case: dict[tuple[str, str], StandingStop] = {}
    for entry in await reading.stops_of(organisations):
        place = entry.organisation, entry.case_id
        if entry.stopped:
            by_case[place] = StandingStop(entry.case_id, entry.at)
        else:
            by_case.pop(place, None)
    standing: dict[str, list[StandingStop]] = {}
    for (organisation, _), stop in by_case.items():
        standing.setdefault(organisation, []).append(stop)
    return standing


async def stopped(reading: Reading, organisation: str) -> bool:
    """Whether support to the association is stopped."""
    return bool(await standing_stops(reading, [organisation]))
