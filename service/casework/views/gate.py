"""Who may see a case, and the question on conflict of interest that comes before it."""

from dataclasses import dataclass

from service.casework.review.assignment import shares_a_name
from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading
from service.desk.rulebook import rulebook, today
from service.desk.step import dossier_of, entries
from service.domain import policy
from service.domain.case import Case, State
from service.domain.dossier.folding import fold
from service.domain.events.review import ConflictDeclared
from service.domain.people import User
from service.domain.routine import Both


async def check_may_see(desk: Desk, case_id: str, *, by: User) -> Case:
    """The case; raises NotFound for one this person may not know of, NotAllowed for one that is not open to them."""
    async with desk.store.reading() as reading:
        case = await reading.case(case_id)
        await check_open_to(reading, case, by=by)
    return case


async def check_open_to(reading: Reading, case: Case, *, by: User) -> None:
    """The same of a case that has been read: in one question more, and only of those who could act on it."""
    policy.check_can_see(case, by)
    if policy.acts_on(case, by):
        declared = await reading.entries_of_cases([case.id], ConflictDeclared)
        policy.check_unbiased(by, fold(entries(declared)))


@dataclass(frozen=True)
class Gate:
    """What a person sees of a case before they have declared whether they have a conflict of interest."""

    case: Case
    org_name: str
    hirer: str | None
    hint: bool
    locked_out: bool
    may_take: bool
    statement: Both


async def gate(desk: Desk, case_id: str, *, by: User) -> Gate | None:
    """The question to answer before the case opens, or None where it is open; raises NotFound as for the case."""
    async with desk.store.reading() as reading:
        case = await reading.case(case_id)
        policy.check_can_see(case, by)
        if not policy.acts_on(case, by):
            return None
        declared = (await dossier_of(reading, case_id)).conflict(by.pseudonym)
        if declared is False:
            return None
        procedure = (await rulebook(desk, reading)).procedure(today(desk))
        details = await reading.details(case_id)
        hint = await shares_a_name(reading, case, by)
    may_take = policy.handles(case, by) and case.owner is None and case.state is State.SCREENED
    return Gate(case, details.org_name, details.hirer, hint, bool(declared), may_take, procedure.routine.disinterest)
