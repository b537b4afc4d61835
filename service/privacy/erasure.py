"""Erasure by hand (gallring): one administrator puts forward what may go, another carries out exactly that.

The log keeps its proof and says why, and by whom; what was put forward is checked again when it is carried out.
"""

from dataclasses import replace

from msgspec import structs

from service.desk import second_person
from service.desk.actors import person, still
from service.desk.fields import check_text
from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading, Writing
from service.desk.rulebook import rulebook, today
from service.desk.second_person import PutForward
from service.domain.clock import DAY_MS, Instant
from service.domain.errors import InvalidInput, NotAllowed, NotFound, Problem
from service.domain.events.event import Event
from service.domain.events.log import ErasureOfCase, ErasureProposed, ErasureSettled, ValueErased
from service.domain.people import Role, User
from service.privacy.erasure_plan import (
    CLASS_OF,
    GROUNDS,
    Plan,
    Planned,
    check_may_go,
    decisions_of,
    incidents_over,
    names,
    planned,
)

CARRIED_OUT, TAKEN_BACK = "carried_out", "taken_back"

Proposal = PutForward[ErasureProposed]


async def propose(desk: Desk, plan: Plan, *, ground: str, document: str, by: User) -> str:
    """Put an erasure forward; returns the proposal's id.

    `document` names the City's decision on erasure (gallringsbeslut) that every class of the plan rests on.
    """
    problems = []
    if ground not in GROUNDS:
        problems.append(Problem("/ground", "input.missing"))
    if not plan.cases:
        problems.append(Problem("/cases", "erase.nothing"))
    if problems:
        raise InvalidInput(problems)
    document = check_text("/document", document, most=300)
    async with desk.store.writing() as writing:
        now = await _administrator(writing, by)
        table = (await rulebook(desk, writing)).procedure(today(desk)).retention
        for case in plan.cases:
            for decision in decisions_of(table, case.classes):
                if not names(document, decision):
                    raise InvalidInput([Problem("/document", "erase.decision_not_named", {"decision": decision})])
        data = ErasureProposed(
            proposal=desk.outside.new_id(),
            cases=tuple(ErasureOfCase(one.case_id, one.classes, one.digest, len(one.values)) for one in plan.cases),
            ground=ground,
            document=writing.keep("erasure", {"text": document}),
        )
        await writing.erasure_proposed(Event(data, person(now), desk.outside.now()))
    return data.proposal


async def waiting(desk: Desk) -> list[Proposal]:
    """The erasures that one administrator has put forward and nobody has carried out or taken back, newest first."""
    async with desk.store.reading() as reading:
        return await _waiting(reading)


async def _waiting(reading: Reading) -> list[Proposal]:
    return await second_person.waiting(reading, ErasureProposed, [ErasureSettled])


async def _one_waiting(reading: Reading, proposal_id: str) -> Proposal:
    for proposal in await _waiting(reading):
        if proposal.data.proposal == proposal_id:
            return proposal
    raise NotFound("erase.no_proposal")


async def plan_of(desk: Desk, proposal_id: str) -> tuple[Proposal, Plan]:
    """A waiting proposal, and what of it is still there; raises InvalidInput where a case has changed since."""
    async with desk.store.reading() as reading:
        proposal = await _one_waiting(reading, proposal_id)
        return proposal, Plan(await _as_proposed(desk, reading, proposal))


async def _as_proposed(desk: Desk, reading: Reading, proposal: Proposal) -> list[Planned]:
    """What the proposal would take now; what has gone is left out, what has changed is refused."""
    cases = proposal.data.cases
    classes = {case.case: frozenset(case.classes) for case in cases if case.case is not None}
    digests = {case.case: case.digest for case in cases}
    found = await planned(reading, classes)
    for one in found:
        case = await reading.case(one.case_id or "")
        await check_may_go(desk, reading, case, one.classes, proposal.data.ground)
    if None in digests:
        found += await incidents_over(desk, reading)
    for one in found:
        if one.digest != digests[one.case_id]:
            raise InvalidInput([Problem("/cases", "erase.changed_meanwhile")])
    return found


def _of_one(proposal: Proposal, case_id: str | None) -> Proposal:
    """The proposal as far as it is about this case."""
    cases = tuple(case for case in proposal.data.cases if case.case == case_id)
    return replace(proposal, data=structs.replace(proposal.data, cases=cases))


async def carry_out(desk: Desk, proposal_id: str, *, by: User) -> int:
    """Erase what another administrator has put forward, a case at a time; returns how many values went.

    One that was cut off is carried on by carrying it out again: what has gone is gone, and the rest follows.
    """
    erased = 0
    proposal, plan = await plan_of(desk, proposal_id)
    if by.pseudonym == proposal.by:
        raise NotAllowed("erase.same_person")
    for case in plan.cases:
        async with desk.store.writing() as writing:
            now = await _administrator(writing, by)
            for one in await _as_proposed(desk, writing, _of_one(proposal, case.case_id)):
                data = ValueErased(
                    values=one.commitments,
                    enclosures=tuple(enclosure for enclosure, _ in one.enclosures),
                    ground=proposal.data.ground,
                    document=proposal.data.document,
                    classes=tuple(sorted({CLASS_OF[value.field] for value in one.values})),
                    proposal=proposal_id,
                )
                await writing.values_erased(Event(data, person(now), desk.outside.now(), case=one.case_id))
                erased += len(data.values)
    await _settle(desk, proposal_id, CARRIED_OUT, by=by)
    await sweep_files(desk)
    await desk.store.scrub()
    desk.finder.let_go_of_names()
    return erased


async def take_back(desk: Desk, proposal_id: str, *, by: User) -> None:
    """Nothing of this proposal is to be erased; whoever put it forward may say so, or another."""
    await _settle(desk, proposal_id, TAKEN_BACK, by=by)


async def _settle(desk: Desk, proposal_id: str, outcome: str, *, by: User) -> None:
    async with desk.store.writing() as writing:
        now = await _administrator(writing, by)
        await _one_waiting(writing, proposal_id)
        data = ErasureSettled(proposal=proposal_id, outcome=outcome)
        await writing.erasure_settled(Event(data, person(now), desk.outside.now()))


async def _administrator(writing: Writing, by: User) -> User:
    now = await still(writing, by)
    if not now.has(Role.ADMINISTRATOR):
        raise NotAllowed("access.role")
    return now


async def sweep_files(desk: Desk) -> int:
    """Remove the files that no enclosure names, or none that has not been erased: after what was cut off half way."""
    removed = 0
    # No enclosure can come in between: whoever adds one writes its row under the same lock.
    async with desk.store.writing() as writing:
        for sha256 in await writing.erased_files():
            if desk.files.path(sha256).exists():
                desk.files.remove(sha256)
                removed += 1
        # Bytes are kept before their row: a day is longer than any upload that is still under way.
        lying = desk.files.kept_before(Instant(desk.outside.now() - DAY_MS))
        for sha256 in sorted(set(lying) - await writing.named_files(lying)):
            desk.files.remove(sha256)
            removed += 1
    return removed
