"""Which rule set says what, and when: adopted sets read back, the criteria of a case, the procedure of today."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from service.cases.ports import Desk, Reading
from service.cases.standing import acting
from service.domain.case import Case
from service.domain.clock import local_day
from service.domain.errors import NotFound, RuleSetRefused
from service.domain.events import Actor, ActorKind, Event, EventType
from service.domain.people import Role
from service.domain.ruleset import RuleSet, criteria_for, in_force


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

    def of(self, case: Case) -> RuleSet:
        """The set a case is judged by."""
        for one in self.sets:
            if one.id == case.rules_id:
                return one
        raise NotFound("rules.gone", name=case.rules_id)


async def rulebook(desk: Desk, reading: Reading) -> Rulebook:
    """The adopted sets; parsed once for each adopted text."""
    return Rulebook(tuple(_parsed(desk.parse_rules, body) for _, _, body in await reading.rule_sets()))


@lru_cache(maxsize=64)
def _parsed(parse: object, body: str) -> RuleSet:
    return parse(body)  # type: ignore[operator, no-any-return]


async def adopt(desk: Desk, text: str, *, by: Actor) -> RuleSet:
    """Adopt a rule set: the exact bytes are kept with their digest. Raises RuleSetRefused with the line."""
    rules = desk.parse_rules(text)
    _check_installed(desk, rules, text)
    now = desk.outside.now()
    async with desk.store.writing() as writing:
        await acting(writing, by, Role.COORDINATOR, Role.ADMINISTRATOR)
        before = await rulebook(desk, writing)
        if any(one.id == rules.id for one in before.sets):
            raise RuleSetRefused("rules.already_adopted", line=1, name=rules.id)
        if before.sets and by.kind is ActorKind.PERSON and rules.valid_from < today(desk):
            raise RuleSetRefused("rules.in_the_past", line=1, date=rules.valid_from.isoformat())
        if any(one.valid_from == rules.valid_from for one in before.sets):
            raise RuleSetRefused("rules.same_day", line=1, date=rules.valid_from.isoformat())
        event = Event(
            EventType.RULESET_ADOPTED,
            by,
            now,
            {"ruleset": rules.id, "sha256": rules.sha256, "valid_from": rules.valid_from.isoformat()},
        )
        await writing.ruleset_adopted(event, body=text)
    return rules


def _check_installed(desk: Desk, rules: RuleSet, text: str) -> None:
    installed = desk.checks.installed()
    for kind in rules.kinds.values():
        for one in kind.checks:
            if one.check not in installed:
                quoted = f'"{one.check}"'
                line = next(
                    (n for n, row in enumerate(text.split("\n"), 1) if row.startswith("check") and quoted in row), 1
                )
                raise RuleSetRefused("rules.check_not_installed", line=line, name=one.check)


def today(desk: Desk) -> date:
    """The date in Stockholm now."""
    return local_day(desk.outside.now())
