"""Withdrawal over all support: several decisions of an association in one proceeding, each with an outcome of its own.

What is asked, told and put before the board can be done in all of them at once; what is assessed, proposed and decided
is so in each, since what a withdrawal would mean is weighed for each support by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.casework.decision.board_papers import Package
from service.casework.decision.reopen import Reopen
from service.casework.review.correspondence import Communicate
from service.casework.review.inquiry import AskConsultee, RecordSearch
from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading
from service.desk.step import dossier_of, scene_in
from service.desk.step_form import Made, StepForm
from service.domain import policy
from service.domain.case import Case
from service.domain.errors import GranskaError, InvalidInput, NotAllowed, Problem
from service.domain.events.decision import CaseReopened
from service.domain.people import User
from service.domain.support import LiveSupport
from service.support.live import live_cases

#: What can be done in all cases of a proceeding at once.
TOGETHER: frozenset[type[StepForm]] = frozenset({RecordSearch, AskConsultee, Communicate, Package})


@dataclass(frozen=True)
class Candidate:
    """A case of the association with support that stands, and whether this person can take it up."""

    case: Case
    support: tuple[LiveSupport, ...]
    able: bool


async def candidates(desk: Desk, case_id: str, *, by: User) -> list[Candidate]:
    """What the association of this case has, case by case; raises as the case itself does for one that is not open."""
    async with desk.store.reading() as reading:
        case = await reading.case(case_id)
        policy.check_can_see(case, by)
        policy.check_unbiased(by, await dossier_of(reading, case_id))
    found = []
    async for batch in live_cases(desk, {case.organisation_id}):
        for live in batch:
            async with desk.store.reading() as reading:
                of_them = await reading.case(live.case_id)
                able = await _able(reading, of_them, by)
                conflict = (await dossier_of(reading, live.case_id)).conflict(by.pseudonym)
            if of_them.kind in by.case_kinds and not conflict:
                found.append(Candidate(of_them, live.support, able))
    return found


async def _able(reading: Reading, case: Case, by: User) -> bool:
    try:
        policy.check_step(case, by, await dossier_of(reading, case.id), CaseReopened)
    except GranskaError:
        return False
    return True


async def take_up(desk: Desk, case_id: str, chosen: Mapping[str, int], text: str, *, by: User) -> str:
    """Take these cases (with the version seen of each) up to withdraw their support; returns the proceeding.

    All of them or none. A case of the association that has a proceeding already lends it to those that join.
    """
    if not chosen:
        raise InvalidInput([Problem("/cases", "input.missing")])
    form = Reopen(ground="revocation", text=text)
    async with desk.store.writing() as writing:
        organisation = (await writing.case(case_id)).organisation_id
        withdrawal = await _running(writing, organisation) or desk.outside.new_id()
        for member, seen in sorted(chosen.items()):
            scene = await scene_in(desk, writing, member, CaseReopened, by=by, seen=seen)
            if scene.case.organisation_id != organisation:
                raise NotAllowed("withdrawal.of_another")
            await form.take_up(scene, withdrawal=withdrawal)
    return withdrawal


async def _running(reading: Reading, organisation: str) -> str | None:
    """The proceeding that some case of the association is in now, if any."""
    for case in await _open_cases(reading, organisation):
        withdrawal = (await dossier_of(reading, case.id)).withdrawal
        if withdrawal:
            return withdrawal
    return None


async def _open_cases(reading: Reading, organisation: str) -> list[Case]:
    cases = await reading.cases_of_organisation(organisation, limit=200)
    return [case for case in cases if not case.closed]


async def siblings(desk: Desk, case: Case, withdrawal: str | None, step: type[StepForm], *, by: User) -> list[Case]:
    """The other cases of a proceeding in which this person can take the step now."""
    if withdrawal is None or step not in TOGETHER:
        return []
    found = []
    async with desk.store.reading() as reading:
        for other in await _open_cases(reading, case.organisation_id):
            dossier = await dossier_of(reading, other.id)
            if other.id == case.id or dossier.withdrawal != withdrawal:
                continue
            try:
                policy.check_step(other, by, dossier, step.event)
            except GranskaError:
                continue
            found.append(other)
    return found


async def take_together(desk: Desk, form: StepForm, seen: Mapping[str, int], *, by: User) -> Sequence[Made]:
    """Take a step in several cases of one proceeding (with the version seen of each), or in none of them."""
    if type(form) not in TOGETHER:
        raise NotAllowed("withdrawal.not_together")
    async with desk.store.writing() as writing:
        scenes = [
            await scene_in(desk, writing, case_id, form.event, by=by, seen=version) for case_id, version in seen.items()
        ]
        if len({scene.dossier.withdrawal for scene in scenes}) != 1 or scenes[0].dossier.withdrawal is None:
            raise NotAllowed("withdrawal.of_another")
        return await form.work_together(scenes)
