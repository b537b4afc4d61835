"""Which rule set says what, and when: adopted sets read back, the criteria of a case, the procedure of today."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading
from service.domain.case import Case
from service.domain.clock import local_day
from service.domain.errors import NotFound
from service.domain.routine import GrantRound
from service.domain.ruleset import RuleSet, criteria_for, in_force

#: How long after its closing a late application still belongs to a round.
LATE_DAYS = 120


@dataclass(frozen=True)
class Rulebook:
    """All adopted sets, oldest first."""

    sets: tuple[RuleSet, ...]

    def procedure(self, today: date) -> RuleSet:
        """Lists, delegation, procedure and appeal text: those in force at this step."""
        return in_force(self.sets, today)

    def criteria(self, received_on: date, today: date) -> RuleSet:
        """Criteria, required checks and declaration: those of the day of receipt, subject to transitional rules."""
        return criteria_for(self.sets, received_on, today)

    def procedure_of(self, name: str) -> RuleSet | None:
        """The set of this name, if it is known."""
        return next((one for one in self.sets if one.id == name), None)

    def grant_round_of(self, type: str, received_on: date) -> GrantRound | None:
        """The round (ansökningsomgång) that an application of this type, received on this day, belongs to, late or not.

        Its last day is the deadline of the case, on every page and in the record.
        """
        found = [
            grant_round
            for rules in self.sets
            for grant_round in rules.grant_rounds.values()
            if type in grant_round.types and grant_round.opens <= received_on < self.last_late_day(grant_round)
        ]
        return max(found, key=lambda grant_round: grant_round.opens, default=None)

    def last_late_day(self, grant_round: GrantRound) -> date:
        """Before when what comes in late belongs to this round: at most when the next of its types opens."""
        last = grant_round.closes + timedelta(days=LATE_DAYS)
        for rules in self.sets:
            for other in rules.grant_rounds.values():
                if other.opens > grant_round.closes and other.types & grant_round.types:
                    last = min(last, other.opens)
        return last

    def of(self, case: Case) -> RuleSet:
        """The set a case is judged by."""
        for one in self.sets:
            if one.id == case.rules_id:
                return one
        raise NotFound("rules.gone", name=case.rules_id)


async def rulebook(desk: Desk, reading: Reading) -> Rulebook:
    """The adopted sets; parsed once for each adopted text."""
    return Rulebook(tuple(_parsed(desk.parse_rules, one.body) for one in await reading.rule_sets()))


@lru_cache(maxsize=64)
def _parsed(parse: object, body: str) -> RuleSet:
    return parse(body)  # type: ignore[operator, no-any-return]


def today(desk: Desk) -> date:
    """The date in Stockholm now."""
    return local_day(desk.outside.now())


async def book_now(desk: Desk) -> Rulebook:
    """The adopted sets, for a page that asks for nothing else."""
    async with desk.store.reading() as reading:
        return await rulebook(desk, reading)
