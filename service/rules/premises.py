"""The part of a rule set that is about rooms: its tables into the domain's, and what does not fit together in it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from service.domain.premises import Hirer
from service.domain.premises_rules import (
    Execution,
    FreeDays,
    Named,
    OutOfHours,
    PremisesRules,
    PriorityClass,
    Season,
    Tariff,
)

_ORE_PER_KRONA = 100


@dataclass(frozen=True)
class Wrong:
    """What is wrong, as a code, and where."""

    code: str
    place: tuple[str | int, ...]
    name: str


def check_premises(given: Mapping[str, Any]) -> Wrong | None:
    """Nothing twice, nothing named that does not exist, and a price for every class of room; the first fault found."""
    return next(_faults(given), None)


def _faults(given: Mapping[str, Any]) -> Iterator[Wrong]:
    for table in ("room_kinds", "purposes", "tariffs", "closures", "priorities", "seasons"):
        yield from _twice(table, [row["id"] for row in given.get(table, ())])
    known = {table: set(_named(given[table])) for table in ("room_kinds", "purposes", "tariffs")}
    for position, tariff in enumerate(given["tariffs"]):
        for name in sorted(known["room_kinds"] ^ set(tariff["kronor_per_hour"])):
            yield Wrong("rules.tariff_of_kind", ("tariffs", position, "kronor_per_hour"), name)
    for hirer, name in given["tariff_of"].items():
        if name not in known["tariffs"]:
            yield Wrong("rules.unknown_name", ("tariff_of", hirer), name)
    for position, executed in enumerate(given["executes"]):
        for field in ("room_kinds", "purposes"):
            for name in sorted(set(executed[field]) - known[field]):
                yield Wrong("rules.unknown_name", ("executes", position, field), name)


def _twice(table: str, ids: list[str]) -> Iterator[Wrong]:
    for name, count in Counter(ids).items():
        if count > 1:
            yield Wrong("rules.twice", (table, ids.index(name) + 1, "id"), name)


def premises_rules(given: Mapping[str, Any]) -> PremisesRules:
    """The tables of a checked rule set as the domain's."""
    hours = given["out_of_hours"]
    return PremisesRules(
        room_kinds=_named(given["room_kinds"]),
        purposes=_named(given["purposes"]),
        tariffs={tariff["id"]: _tariff(tariff) for tariff in given["tariffs"]},
        tariff_of={Hirer(hirer): name for hirer, name in given["tariff_of"].items()},
        executes=tuple(_execution(rule) for rule in given["executes"]),
        cancellation=tuple(
            sorted(((one["days_before"], one["percent"]) for one in given["cancellation"]), reverse=True)
        ),
        closures=_named(given["closures"]),
        out_of_hours=OutOfHours(
            _minutes(hours["before"]),
            _minutes(hours["after"]),
            hours["weekends"],
            hours["surcharge_percent"],
            hours["executes"],
        ),
        free_days=tuple(
            FreeDays(one["title"], date.fromisoformat(one["first"]), date.fromisoformat(one["last"]))
            for one in given["free_days"]
        ),
        priorities={one["id"]: PriorityClass(one["id"], one["order"], one["title"]) for one in given["priorities"]},
        seasons={season["id"]: _season(season) for season in given.get("seasons", ())},
        **{
            name: given[name]
            for name in (
                "hold_minutes", "application_hold_days", "clearance_days", "key_access_hours", "longest_series",
                "same_day_needs_clearance",
            )
        },
    )  # fmt: skip


def _tariff(given: dict[str, Any]) -> Tariff:
    per_hour = {kind: kronor * _ORE_PER_KRONA for kind, kronor in given["kronor_per_hour"].items()}
    return Tariff(given["id"], given["title"], per_hour)


def _execution(given: dict[str, Any]) -> Execution:
    return Execution(
        frozenset(Hirer(hirer) for hirer in given["hirers"]),
        frozenset(given["room_kinds"]),
        frozenset(given["purposes"]),
        given["most_persons"],
        given["open_to_public"],
    )


def _season(given: dict[str, Any]) -> Season:
    return Season(
        id=given["id"],
        title=given["title"],
        opens=date.fromisoformat(given["opens"]),
        closes=date.fromisoformat(given["closes"]),
        first=date.fromisoformat(given["first"]),
        last=date.fromisoformat(given["last"]),
        most_hours=given["most_hours"],
        text=given["text"],
    )


def _named(given: list[dict[str, Any]]) -> dict[str, Named]:
    return {one["id"]: Named(one["id"], one["title"]) for one in given}


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])
