"""What is shown of the lists: which version is active, how old it is, what it holds, and every import."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from service.desk.ports.desk import Desk
from service.desk.ports.office import ActiveList, StoredListVersion
from service.desk.rulebook import rulebook, today
from service.domain.clock import DAY_MS
from service.domain.ruleset import RuleSet
from service.domain.watchlist import ListDefinition
from service.screening.list_indexes import ensure_index


@dataclass(frozen=True)
class ListsShown:
    """The lists of the rule set in force, by key their active version and its age in days; and all imports."""

    procedure: RuleSet
    active: dict[str, ActiveList]
    ages: dict[str, int]
    versions: list[StoredListVersion]
    names: dict[str, str]


async def lists_shown(desk: Desk) -> ListsShown:
    """Each list, its active version, and every import there has been."""
    async with desk.store.reading() as reading:
        procedure = (await rulebook(desk, reading)).procedure(today(desk))
        active = await reading.active_lists()
        versions = await reading.list_versions()
        names = await reading.names()
    ages = {key: (desk.outside.now() - version.as_of) // DAY_MS for key, version in active.items()}
    return ListsShown(procedure, active, ages, versions, names)


class ListHealth(NamedTuple):
    """A list's active version: its age in days, and what its index says of itself."""

    definition: ListDefinition
    version: ActiveList
    age: int
    health: Any


@dataclass(frozen=True)
class ListsHealth:
    """The lists that have been read in, and those that have not."""

    lists: list[ListHealth]
    missing: list[ListDefinition]


async def lists_health(desk: Desk) -> ListsHealth:
    """How each list of the rule set in force is; an index that is not there is built."""
    shown = await lists_shown(desk)
    health = ListsHealth([], [])
    for definition in shown.procedure.lists.values():
        version = shown.active.get(definition.key)
        if version is None:
            health.missing.append(definition)
            continue
        await ensure_index(desk, version.version)
        age = max(0, shown.ages[definition.key])
        health.lists.append(ListHealth(definition, version, age, desk.finder.health(version.version)))
    return health
