"""What would a draft rule set have asked of past cases? Nobody's case changes; someone sees it before adopting."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from service.audit.canonical import canonical
from service.desk.ports.desk import Desk
from service.domain.ruleset import RuleSet
from service.screening.recorded import Then
from service.screening.replay import BATCH, load, needs_person, run_again


@dataclass
class Impact:
    """How many cases would need a person who did not, and the other way round, and by which clause."""

    cases: int = 0
    more: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    fewer: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    same: int = 0
    unknown: int = 0
    clauses_more: Counter[str] = field(default_factory=Counter)
    clauses_fewer: Counter[str] = field(default_factory=Counter)

    def document(self) -> dict[str, Any]:
        """As it is shown, kept and digested; cases by diary number."""
        return {
            "cases": self.cases,
            "more": [{"case": case, "clauses": list(clauses)} for case, clauses in self.more],
            "fewer": [{"case": case, "clauses": list(clauses)} for case, clauses in self.fewer],
            "same": self.same,
            "unknown": self.unknown,
            "clauses_more": dict(sorted(self.clauses_more.items())),
            "clauses_fewer": dict(sorted(self.clauses_fewer.items())),
        }

    @property
    def digest(self) -> str:
        """What the event of having seen it names."""
        return hashlib.sha256(canonical(self.document()).encode()).hexdigest()


async def impact_of(desk: Desk, draft: RuleSet) -> Impact:
    """Run the draft's checks over the last round of every case, on what was known then; changes nothing."""
    impact, after = Impact(), ""
    while True:
        async with desk.store.reading() as reading:
            case_ids = await reading.case_ids(after=after, limit=BATCH)
        if not case_ids:
            break
        for then in await load(desk, case_ids):
            await _count(desk, then, draft, impact)
        after = case_ids[-1]
    impact.more.sort()
    impact.fewer.sort()
    return impact


async def _count(desk: Desk, then: Then, draft: RuleSet, impact: Impact) -> None:
    impact.cases += 1
    if then.gone or then.rules is None or then.case.kind not in draft.kinds:
        impact.unknown += 1
        return
    before = _asking({answer.check: answer.outcome for answer in then.findings}, then.rules, then)
    found = await run_again(desk, then, draft, draft)
    if any(one.run.error == "replay.not_fetched" for one in found):
        impact.unknown += 1
        return
    now = _asking({one.check: one.result.outcome.value for one in found}, draft, then)
    if now and not before:
        impact.more.append((then.case.diary_number, now))
        impact.clauses_more.update(now)
    elif before and not now:
        impact.fewer.append((then.case.diary_number, before))
        impact.clauses_fewer.update(before)
    else:
        impact.same += 1


def _asking(outcomes: dict[str, str], rules: RuleSet, then: Then) -> tuple[str, ...]:
    """The clauses whose checks ask for a person."""
    clauses = {one.check: one.clause for one in rules.kinds[then.case.kind].checks}
    return tuple(sorted({clauses.get(check, "-") for check, outcome in outcomes.items() if needs_person(outcome)}))
