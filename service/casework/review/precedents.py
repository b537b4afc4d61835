"""The nearest earlier decisions in cases of the same kind, and in what they differ: equal cases alike (KL 2:3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.desk.ports.cases import EarlierDecision, StoredFinding
from service.desk.ports.desk import Desk
from service.domain import policy
from service.domain.case import Case
from service.domain.finding import NEEDS_NOBODY
from service.domain.people import User

#: How many of the last decisions are compared, and how many are shown.
LOOKED_AT, SHOWN = 200, 5


@dataclass(frozen=True)
class Precedent:
    """An earlier decision: what was the same, and what only one of the two had. Never who the people were."""

    case_id: str
    diary_number: str
    outcome: str
    asked_ore: int | None
    granted_ore: int | None
    shared: tuple[str, ...]
    only_here: tuple[str, ...]
    only_there: tuple[str, ...]
    other_type: str | None


async def nearest(desk: Desk, case_id: str, *, by: User) -> list[Precedent]:
    """The decided cases most like this one by type and by what the checks found, nearest first."""
    async with desk.store.reading() as reading:
        case = await reading.case(case_id)
        policy.check_can_see(case, by)
        earlier = await reading.decided_lately(case.kind, but=case_id, limit=LOOKED_AT)
        rounds = {decision.case_id: decision.check_round for decision in earlier}
        findings = await reading.findings_of(rounds | {case_id: case.check_round})
    here = _features(findings.get(case_id, []))
    ranked = sorted(earlier, key=lambda decision: (_distance(case, here, decision, findings), -decision.seq))
    nearest_of_case: dict[str, EarlierDecision] = {}
    for decision in ranked:
        nearest_of_case.setdefault(decision.case_id, decision)
    shown = list(nearest_of_case.values())[:SHOWN]
    return [_precedent(case, here, decision, findings) for decision in shown]


#: A check, and what it found.
Feature = tuple[str, str]


def _features(findings: Sequence[StoredFinding]) -> frozenset[Feature]:
    """What the checks found that is more than "in order"."""
    found = [one.case_finding.finding for one in findings if one.case_finding.outcome not in NEEDS_NOBODY]
    return frozenset((finding.check, finding.result.code) for finding in found)


def _distance(
    case: Case, here: frozenset[Feature], earlier: EarlierDecision, findings: Mapping[str, Sequence[StoredFinding]]
) -> tuple[bool, int, float]:
    there = _features(findings.get(earlier.case_id, ()))
    asked, other = case.amount_ore or 0, earlier.asked_ore or 0
    return earlier.type != case.type, len(here ^ there), abs(asked - other) / max(asked, other, 1)


def _precedent(
    case: Case, here: frozenset[Feature], earlier: EarlierDecision, findings: Mapping[str, Sequence[StoredFinding]]
) -> Precedent:
    there = _features(findings.get(earlier.case_id, ()))
    return Precedent(
        case_id=earlier.case_id,
        diary_number=earlier.diary_number,
        outcome=earlier.outcome,
        asked_ore=earlier.asked_ore,
        granted_ore=earlier.amount_ore,
        shared=_checks(here & there),
        only_here=_checks(here - there),
        only_there=_checks(there - here),
        other_type=None if earlier.type == case.type else earlier.type,
    )


def _checks(features: frozenset[Feature]) -> tuple[str, ...]:
    """The checks that these are from."""
    return tuple(sorted({check for check, _ in features}))
