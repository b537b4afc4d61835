"""A rule set comes into force: proposed by one person, its impact seen, adopted by another, never backwards."""

from dataclasses import dataclass

from service.audit.canonical import canonical
from service.desk.actors import acting
from service.desk.ports.desk import Desk
from service.desk.ports.office import Draft
from service.desk.ports.store import Reading
from service.desk.rulebook import rulebook, today
from service.domain.application import Kind
from service.domain.errors import Conflict, NotAllowed, NotFound, RuleSetRefused
from service.domain.events.event import SYSTEM_ACTOR, Actor, Event
from service.domain.events.office import (
    AdoptedAdverse,
    AdoptedClause,
    AdoptedPoint,
    DecidingRules,
    RuleSetAdopted,
    RuleSetDrafted,
    RuleSetImpactSeen,
)
from service.domain.people import Role
from service.domain.routine import Adverse
from service.domain.ruleset import Clause, DelegationPoint, RequiredCheck, RuleSet
from service.rules.references import line_of
from service.screening.what_if import Impact, impact_of

ADOPTERS = (Role.COORDINATOR, Role.ADMINISTRATOR)


async def adopt_at_setup(desk: Desk, text: str) -> RuleSet:
    """Adopt a rule set while there is no case it could touch: the only way without a second person."""
    rules = await readable(desk, text)
    async with desk.store.writing() as writing:
        if await writing.case_count():
            raise RuleSetRefused("rules.needs_second_person", line=1)
        await _check_new(desk, writing, rules, in_time=False)
        data = _adopted(rules, draft=None)
        event = Event(data, SYSTEM_ACTOR, desk.outside.now())
        await writing.ruleset_adopted(event, body=text)
    return rules


async def propose(desk: Desk, text: str, *, by: Actor) -> str:
    """Put a rule set forward; returns the draft's id. Raises RuleSetRefused with the line."""
    rules = await readable(desk, text)
    async with desk.store.writing() as writing:
        await acting(writing, by, *ADOPTERS)
        await _check_new(desk, writing, rules)
        draft_id = desk.outside.new_id()
        data = RuleSetDrafted(draft=draft_id, ruleset=rules.id, sha256=rules.sha256, valid_from=rules.valid_from)
        await writing.ruleset_drafted(Event(data, by, desk.outside.now()), body=text)
    return draft_id


async def show_impact(desk: Desk, draft_id: str, *, by: Actor) -> Impact:
    """Work out what the draft would have asked of past cases, and log that this person has seen it."""
    async with desk.store.reading() as reading:
        await acting(reading, by, *ADOPTERS)
        draft = await _open_draft(reading, draft_id)
    impact = await impact_of(desk, desk.parse_rules(draft.body))
    document = impact.document()
    async with desk.store.writing() as writing:
        await acting(writing, by, *ADOPTERS)
        draft = await _open_draft(writing, draft_id)
        data = RuleSetImpactSeen(
            draft=draft.id,
            sha256=draft.sha256,
            impact=impact.digest,
            cases=impact.cases,
            more=len(impact.more),
            fewer=len(impact.fewer),
            same=impact.same,
            unknown=impact.unknown,
        )
        event = Event(data, by, desk.outside.now())
        await writing.impact_seen(event, report=canonical(document))
    return impact


async def adopt(desk: Desk, draft_id: str, *, by: Actor) -> RuleSet:
    """Adopt a draft whose impact has been seen: another person than the one who proposed it, and never backwards."""
    async with desk.store.writing() as writing:
        await acting(writing, by, *ADOPTERS)
        draft = await _open_draft(writing, draft_id)
        if draft.drafted_by == by.id:
            raise NotAllowed("rules.second_person")
        if draft.impact is None or draft.seen_by != by.id:
            raise NotAllowed("rules.impact_not_seen")
        rules = await readable(desk, draft.body)
        await _check_new(desk, writing, rules)
        data = _adopted(rules, draft=draft.id)
        await writing.ruleset_adopted(Event(data, by, desk.outside.now()), body=draft.body)
    return rules


async def _open_draft(reading: Reading, draft_id: str) -> Draft:
    draft = await reading.draft(draft_id)
    if draft is None:
        raise NotFound("rules.no_draft")
    if draft.adopted_by is not None:
        raise Conflict("rules.draft_adopted")
    return draft


async def readable(desk: Desk, text: str) -> RuleSet:
    """The rule set of this text, whose checks are installed and understand what it says to them.

    Raises RuleSetRefused with the line.
    """
    rules = desk.parse_rules(text)
    for kind, of_kind in rules.kinds.items():
        for position, required in enumerate(of_kind.checks):
            await _check_check(desk, text, kind, required, ["kinds", kind.value, "checks", position])
    return rules


async def _check_check(desk: Desk, text: str, kind: Kind, required: RequiredCheck, place: list[str | int]) -> None:
    """A check that is named is installed, is about this kind, and understands what the rule set says to it.

    Raises RuleSetRefused with the line.
    """
    if required.check not in desk.checks.installed():
        line = line_of(text, [*place, "check"])
        raise RuleSetRefused("rules.check_not_installed", line=line, name=required.check)
    try:
        description = await desk.checks.describe(required.check)
        faults = await desk.checks.param_faults(required.check, required.params)
    except Exception as error:
        # A plug-in that cannot even read its parameters is not adopted, whatever it raises.
        line = line_of(text, [*place, "check"])
        raise RuleSetRefused("rules.check_broke", line=line, name=required.check) from error
    if description is not None and kind not in description.kinds:
        line = line_of(text, [*place, "check"])
        raise RuleSetRefused("rules.check_other_kind", line=line, name=required.check, kind=kind.value)
    if faults:
        at = "params" if required.params else "check"
        line = line_of(text, [*place, at])
        code = f"rules.param_{faults[0].kind}"
        raise RuleSetRefused(code, line=line, name=faults[0].name[:60], check=required.check)


async def _check_new(desk: Desk, reading: Reading, rules: RuleSet, *, in_time: bool = True) -> None:
    """It is not there yet, does not share its day with another, and does not reach back."""
    before = await rulebook(desk, reading)
    if any(one.id == rules.id for one in before.sets):
        raise RuleSetRefused("rules.already_adopted", line=1, name=rules.id)
    if in_time and rules.valid_from < today(desk):
        raise RuleSetRefused("rules.in_the_past", line=1, date=rules.valid_from.isoformat())
    if any(one.valid_from == rules.valid_from for one in before.sets):
        raise RuleSetRefused("rules.same_day", line=1, date=rules.valid_from.isoformat())


def _adopted(rules: RuleSet, *, draft: str | None) -> RuleSetAdopted:
    return RuleSetAdopted(
        ruleset=rules.id,
        sha256=rules.sha256,
        valid_from=rules.valid_from,
        draft=draft,
        deciding=deciding_rules(rules),
    )


def deciding_rules(rules: RuleSet) -> DecidingRules:
    """What of a rule set says who may decide what, as its event has it."""
    points = [_point(point) for point in rules.delegation.values()]
    clauses = [_clause(clause) for clause in rules.clauses.values()]
    adverse = [_adverse(rule) for rule in rules.routine.adverse]
    return DecidingRules(
        points=tuple(points),
        clauses=tuple(clauses),
        adverse=tuple(adverse),
        partial_share_percent=rules.routine.partial_share_percent,
        ceiling_months=rules.routine.ceiling_months,
    )


def _point(point: DelegationPoint) -> AdoptedPoint:
    return AdoptedPoint(
        id=point.id,
        kinds=tuple(sorted(point.kinds)),
        outcomes=tuple(sorted(point.outcomes)),
        grounds=tuple(sorted(point.grounds)),
        ceiling_ore=point.ceiling_ore,
        board=point.board,
    )


def _clause(clause: Clause) -> AdoptedClause:
    return AdoptedClause(
        id=clause.id,
        ground=clause.ground,
        kinds=tuple(sorted(clause.kinds)),
        outcomes=tuple(sorted(clause.outcomes)),
        frame=clause.frame,
    )


def _adverse(rule: Adverse) -> AdoptedAdverse:
    return AdoptedAdverse(
        outcomes=tuple(sorted(rule.outcomes)),
        grounds=tuple(sorted(rule.grounds)),
        completion_suffices=rule.completion_suffices,
    )


@dataclass(frozen=True)
class DraftsShown:
    """All drafts, the names of those who had to do with them, and which rule sets have been adopted."""

    drafts: list[Draft]
    names: dict[str, str]
    adopted: set[str]


async def drafts_shown(desk: Desk) -> DraftsShown:
    """Every draft there is."""
    async with desk.store.reading() as reading:
        adopted = {rules.id for rules in await reading.rule_sets()}
        return DraftsShown(await reading.drafts(), await reading.names(), adopted)


@dataclass(frozen=True)
class DraftShown:
    """A draft, the text of the newest adopted set that it would follow (empty for the first), and names."""

    draft: Draft
    before: str
    names: dict[str, str]


async def draft_shown(desk: Desk, draft_id: str) -> DraftShown:
    """One draft; raises NotFound for one that is not there."""
    async with desk.store.reading() as reading:
        draft = await reading.draft(draft_id)
        if draft is None:
            raise NotFound("rules.no_draft")
        before = [rules.body for rules in await reading.rule_sets() if rules.id != draft.ruleset]
        return DraftShown(draft, before[-1] if before else "", await reading.names())
