"""What a check may need: how each is fetched for a case, kept with the round, and had again years later.

Each need is declared once: a member of `Need`, the field of `Fetched` of the same name, and a line of `NEEDS`.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from service.desk.ports.desk import Desk
from service.domain.application import Party
from service.domain.check import GivenEnclosure, Incident, ListAnswer, Need, OtherCase, RoomAnswer
from service.domain.clock import DAY_MS
from service.domain.enclosure import Condition
from service.domain.organisation import normal_form
from service.domain.premises import LEFT_OUT, BookingStatus
from service.domain.watchlist import ListDefinition, Method
from service.pipeline.runner import Unavailable
from service.screening.list_indexes import ensure_fresh
from service.screening.material import Material
from service.screening.recorded import Then
from service.screening.search_lists import find_here, list_answer, search_list, with_held_apart


@dataclass(frozen=True)
class Kept:
    """How a need is fetched for a case, what is kept of the answer (JSON), and the answer had again from that."""

    fetch: Callable[[Desk, Material], Awaitable[Any]]
    keep: Callable[[Any], Any]
    again: Callable[[Desk, Then, Any], Awaitable[Any]]


async def _fetch_enclosures(_: Desk, material: Material) -> tuple[GivenEnclosure, ...]:
    """The documents; where one has been erased, nobody can say that it was what it is listed as."""
    if material.enclosures_erased:
        raise Unavailable("check.input_erased")
    return material.enclosures


def _keep_enclosures(enclosures: tuple[GivenEnclosure, ...]) -> Any:
    return [
        {
            "id": enclosure.id,
            "kind": enclosure.kind,
            "received_on": _written(enclosure.received_on),
            "speaks_from": _written(enclosure.speaks_from),
            "speaks_to": _written(enclosure.speaks_to),
            "asked": enclosure.asked,
            "condition": enclosure.condition.value,
        }
        for enclosure in enclosures
    ]


async def _enclosures_again(_: Desk, __: Then, kept: Any) -> tuple[GivenEnclosure, ...]:
    return tuple(_enclosure_again(row) for row in kept)


def _enclosure_again(row: dict[str, Any]) -> GivenEnclosure:
    days = {name: _read(row[name]) for name in ("received_on", "speaks_from", "speaks_to")}
    return GivenEnclosure(**row | days | {"condition": Condition(row["condition"])})


def _written(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _read(day: str | None) -> date | None:
    return date.fromisoformat(day) if day else None


async def _fetch_lists(desk: Desk, material: Material) -> tuple[ListAnswer, ...]:
    """Every list in force today, searched for everyone its legal basis covers."""
    return await fetch_lists(desk, material, {})


async def fetch_lists(desk: Desk, material: Material, quiet: Mapping[str, Collection[Party]]) -> tuple[ListAnswer, ...]:
    """The same, where it is known of a version (by its id) of whom it says nothing."""
    parties = material.application.parties(material.compared_speakers)
    answers = []
    for definition in material.procedure.lists.values():
        active = material.lists.get(definition.key)
        if active is None:
            _check_not_required(definition)
            continue
        answers.append(
            list_answer(
                definition,
                await search_list(
                    desk,
                    material.case.organisation_id,
                    definition,
                    active.version,
                    parties,
                    quiet=quiet.get(active.version, ()),
                ),
                version=active.version,
                sha256=active.sha256,
                age_days=max(0, (desk.outside.now() - active.as_of) // DAY_MS),
                method=desk.finder.method(),
            )
        )
    return tuple(answers)


def _check_not_required(definition: ListDefinition) -> None:
    if definition.required:
        raise Unavailable("need.list_missing", list=definition.title)


def _keep_lists(lists: tuple[ListAnswer, ...]) -> Any:
    """Version, age and which pairs a person had held apart: the list itself is ours to search again."""
    methods = [answer.method for answer in lists if answer.method]
    names = ("model", "population", "analysis")
    return {
        "method": {name: getattr(methods[0], name) for name in names} if methods else None,
        "versions": [_keep_list(answer) for answer in lists],
    }


def _keep_list(answer: ListAnswer) -> dict[str, Any]:
    pairs: set[str] = set()
    for party in answer.parties:
        pairs |= {candidate.pair for candidate in party.candidates if candidate.held_apart}
    return {
        "key": answer.key,
        "version": answer.version,
        "sha256": answer.sha256,
        "age_days": answer.age_days,
        "held_apart": sorted(pairs),
    }


async def _lists_again(desk: Desk, then: Then, kept: Any) -> tuple[ListAnswer, ...]:
    """The same versions searched again, in the order of that day's rules, with what had been held apart by then."""
    assert then.procedure is not None
    searched = {row["key"]: row for row in kept["versions"]}
    parties = then.application().parties(then.compared_speakers)
    method = _method_again(desk, kept["method"])
    answers = []
    for definition in then.procedure.lists.values():
        row = searched.get(definition.key)
        if row is None:
            _check_not_required(definition)
            continue
        await ensure_fresh(desk, row["version"])
        found = find_here(desk, then.case.organisation_id, definition, row["version"], parties, model=method.model)
        answers.append(
            list_answer(
                definition,
                with_held_apart(found, frozenset(row["held_apart"])),
                version=row["version"],
                sha256=row["sha256"],
                age_days=row["age_days"],
                method=method,
            )
        )
    return tuple(answers)


def _method_again(desk: Desk, was: Mapping[str, str] | None) -> Method:
    """The numbers of that day; how names are taken apart is code, so another analysis cannot be had again."""
    if was is None:
        return desk.finder.method()
    try:
        method = desk.finder.method(was["model"])
    except LookupError as error:
        raise Unavailable("replay.method_gone") from error
    if (method.population, method.analysis) != (was["population"], was["analysis"]):
        raise Unavailable("replay.method_gone")
    return method


async def _fetch_incidents(desk: Desk, material: Material) -> tuple[Incident, ...]:
    written = material.application.organisation.number
    number = normal_form(written) if written else None
    if written and not number:
        raise Unavailable("need.number_unusable")
    async with desk.store.reading() as reading:
        return tuple(await reading.incidents(number, material.today)) if number else ()


def _keep_incidents(incidents: tuple[Incident, ...]) -> Any:
    return [
        {
            "id": one.id,
            "kind": one.kind,
            "event_date": one.event_date.isoformat(),
            "source": one.source,
            "disputed": one.disputed,
        }
        for one in incidents
    ]


async def _incidents_again(_: Desk, __: Then, kept: Any) -> tuple[Incident, ...]:
    return tuple(Incident(**row | {"event_date": date.fromisoformat(row["event_date"])}) for row in kept)


async def _fetch_other_cases(desk: Desk, material: Material) -> tuple[OtherCase, ...]:
    async with desk.store.reading() as reading:
        return tuple(await reading.other_cases(material.details.repeat_key, material.case.id))


def _keep_other_cases(cases: tuple[OtherCase, ...]) -> Any:
    return [{"diary_number": case.diary_number, "type": case.type, "key": case.key} for case in cases]


async def _other_cases_again(_: Desk, __: Then, kept: Any) -> tuple[OtherCase, ...]:
    return tuple(OtherCase(**row) for row in kept)


async def _fetch_room(_: Desk, material: Material) -> RoomAnswer:
    premises = material.application.premises
    known = material.estate.rooms.get(premises.room) if premises else None
    asked = [booking for booking in material.bookings if booking.reason != LEFT_OUT]
    times = [booking for booking in asked if booking.status is not BookingStatus.CANCELLED]
    missed = sum(not booking.takes for booking in times)
    free_again = sum(booking.id in material.free_again for booking in times)
    return RoomAnswer(known.capacity if known else None, len(times), missed, free_again)


def _keep_room(room: RoomAnswer) -> Any:
    return asdict(room)


async def _room_again(_: Desk, __: Then, kept: Any) -> RoomAnswer:
    return RoomAnswer(**kept)


NEEDS: dict[Need, Kept] = {
    Need.ENCLOSURES: Kept(_fetch_enclosures, _keep_enclosures, _enclosures_again),
    Need.LISTS: Kept(_fetch_lists, _keep_lists, _lists_again),
    Need.INCIDENTS: Kept(_fetch_incidents, _keep_incidents, _incidents_again),
    Need.OTHER_CASES: Kept(_fetch_other_cases, _keep_other_cases, _other_cases_again),
    Need.ROOM: Kept(_fetch_room, _keep_room, _room_again),
}
