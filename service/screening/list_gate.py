"""Whether a version of a list that has been read may be used at once, or a person has to read first what differs.

An import that loses names in silence is worse than none: from then on everyone is "not on the list". So what falls,
what is older, and what the file has that nobody has declared holds the version; the one before goes on, and ages.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

from service.audit.canonical import canonical
from service.desk.ports.office import ListDifference, StoredListVersion
from service.domain.watchlist import ListDefinition, ListHealth, ListRemark


@dataclass(frozen=True)
class Measure:
    """How many of something the version before has, and this one."""

    name: str
    before: int
    after: int


@dataclass(frozen=True)
class Report:
    """What a person reads of a version: why it is held, what was noticed in it, what there is more or less of."""

    held: tuple[str, ...]
    remarks: tuple[ListRemark, ...]
    measures: tuple[Measure, ...]
    before: str | None

    def written(self) -> str:
        """As it is kept, and as its digest is taken of it."""
        return canonical(
            {
                "held": list(self.held),
                "remarks": [asdict(remark) for remark in self.remarks],
                "measures": [asdict(measure) for measure in self.measures],
                "before": self.before,
            }
        )


@dataclass(frozen=True)
class Before:
    """The version in force: what it holds, when it was made (RFC 3339, UTC), and what was remarked on in its file."""

    version: str
    generated: str
    health: ListHealth
    remarked: frozenset[tuple[str, str]]


def before_of(version: StoredListVersion, health: ListHealth) -> Before:
    """The version in force, as the next is held against it."""
    remarks = json.loads(version.report)["remarks"]
    return Before(version.id, version.generated, health, frozenset((one["code"], one["place"]) for one in remarks))


def report_on(
    definition: ListDefinition,
    before: "Before | None",
    after: ListHealth,
    difference: ListDifference,
    *,
    generated: str,
    remarks: Sequence[ListRemark],
) -> Report:
    """Hold a version against the one in force; what a person has accepted of that one is not asked about again."""
    accepted = before.remarked if before else frozenset()
    new = {remark.code for remark in remarks if remark.holds and (remark.code, remark.place) not in accepted}
    held = [f"remark_{code}" for code in sorted(new)]
    if before is None:
        measures = tuple(Measure(known.name, 0, getattr(after, known.name)) for known in fields(ListHealth))
        return Report(tuple(held), tuple(remarks), measures, None)
    if generated < before.generated:
        held.append("older")
    if generated == before.generated:
        held.append("same_date")
    counted = [
        Measure(known.name, getattr(before.health, known.name), getattr(after, known.name))
        for known in fields(ListHealth)
    ]
    kept = Measure("kept_entries", before.health.entries, before.health.entries - difference.removed)
    measures = (*counted, kept)
    held += [f"fell_{measure.name}" for measure in measures if _fell(measure, definition.most_fall)]
    return Report(tuple(held), tuple(remarks), measures, before.version)


def _fell(measure: Measure, most_percent: int) -> bool:
    """Whether so much of it is gone that it may have been lost: more than the list's own limit, or all of it."""
    lost = measure.before - measure.after
    return lost > 0 and (measure.after == 0 or 100 * lost > most_percent * measure.before)
