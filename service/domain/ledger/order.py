"""Whether each step could be taken when it was: in which state of the case, by whom, and after what.

`policy` says so beforehand, with the rule set's whole text at hand. This says it afterwards, from the events alone, and
shares nothing with it but the table of steps: what is written into the log past the service breaks the order somewhere.
"""

from collections.abc import Iterator
from enum import StrEnum

from service.domain.case import STEPS, State, Step
from service.domain.decision import FAVOURABLE, DecisionOutcome
from service.domain.events.bookings import BookingExecuted
from service.domain.events.decision import ProposalSeconded
from service.domain.events.decision_record import CaseDecided
from service.domain.events.event import HANDLERS, Entry, RoutineStep
from service.domain.events.intake import (
    CaseReceived,
    CaseReleased,
    CaseRescreenAsked,
    CaseTaken,
    DistinctionWithdrawn,
    FindingResolved,
)
from service.domain.events.review import ActVerified, CaseAssigned, ConflictDeclared, FindingConfirmed
from service.domain.finding import Resolution
from service.domain.ledger.course import Course, Proposed
from service.domain.ledger.delegated import Delegated
from service.domain.ledger.facts import CaseFact
from service.domain.ledger.tables import Tables
from service.domain.people import ROLE_PREFIX, Role, is_person

#: Which role prepares cases of a kind, as a right.
_HANDLES = {
    "grant": f"{ROLE_PREFIX}{Role.ASSOCIATION_OFFICER}",
    "premises": f"{ROLE_PREFIX}{Role.PREMISES_OFFICER}",
}
_DECIDES = f"{ROLE_PREFIX}{Role.DECISION_MAKER}"
#: What a person does in a case beside the steps of the routine, having declared no conflict of interest.
_UNBIASED = (RoutineStep, CaseDecided, CaseTaken, CaseReleased, FindingResolved, DistinctionWithdrawn)


class Breach(StrEnum):
    """What of the routine's order an entry breaks."""

    STATE = "state"
    NOT_OWNER = "not-owner"
    NOT_HANDLER = "not-handler"
    NOT_COLLEAGUE = "not-colleague"
    NOT_SIGNER = "not-signer"
    UNDECLARED = "undeclared"
    CONFLICT = "conflict"
    SAME_PERSON = "same-person"
    FINDINGS = "findings"
    NOT_HEARD = "not-heard"
    NOT_PROPOSED = "not-proposed"
    OWN_PROPOSAL = "own-proposal"
    NOT_SECONDED = "not-seconded"
    NOT_PACKAGED = "not-packaged"
    AMOUNT = "amount"
    CEILING = "ceiling"
    POINT = "point"
    CLAUSE = "clause"
    RULES = "rules"


def breaches(tables: Tables, entry: Entry) -> Iterator[Breach]:
    """What an entry breaks, with all entries before it taken into account; nothing where its case was never received.

    That a case does not exist, or that its actor holds no right at all, is said by the fold of the entry.
    """
    if entry.case is None or isinstance(entry.data, CaseReceived):
        return
    case = tables.case.get(entry.case)
    if case is None:
        return
    course = tables.course_of(entry.case)
    step = STEPS.get(type(entry.data))
    out_of_place = step is not None and State(case.state) not in step.at
    never_prepared = case.owner is None or not case.check_round
    if out_of_place or (isinstance(entry.data, CaseDecided) and never_prepared):
        yield Breach.STATE
    if is_person(entry.actor):
        yield from _of_person(tables, case, course, entry, step)
    yield from _of_second(tables, course, entry)
    if isinstance(entry.data, BookingExecuted) and not _settled(tables, entry):
        yield Breach.FINDINGS
    if isinstance(entry.data, CaseDecided):
        yield from _of_decision(tables, case, course, entry, entry.data)


def _of_person(tables: Tables, case: CaseFact, course: Course, entry: Entry, step: Step | None) -> Iterator[Breach]:
    """Whether this person is the one whom the table of steps names, and has declared no conflict of interest (jäv)."""
    if isinstance(entry.data, _UNBIASED) and not isinstance(entry.data, ConflictDeclared):
        yield from _of_declaration(course, entry)
    if step is None or isinstance(entry.data, CaseRescreenAsked):
        return  # whoever corrects what the checks are given may have them asked again
    rights = tables.rights_of(entry.actor)
    handles, owns = _HANDLES[case.kind] in rights, case.owner == tables.user_called.get(entry.actor)
    others = entry.data.declared.persons - HANDLERS
    by_role = handles or any(f"{ROLE_PREFIX}{role}" in rights for role in others)
    may = {"owner": owns and handles, "handler": by_role, "colleague": by_role, "signer": owns or _DECIDES in rights}
    if not may.get(step.who, True):
        yield Breach(f"not-{step.who}")


def _of_declaration(course: Course, entry: Entry) -> Iterator[Breach]:
    declared = course.declared.get(entry.actor)
    if declared:
        yield Breach.CONFLICT
    elif declared is None and not isinstance(entry.data, CaseAssigned):
        yield Breach.UNDECLARED


def _of_second(tables: Tables, course: Course, entry: Entry) -> Iterator[Breach]:
    """What takes a second person has not been done by the one who did the first part."""
    match entry.data:
        case ProposalSeconded():
            first = course.proposal.by if course.proposal else None
        case FindingConfirmed(finding=finding):
            first = tables.finding[finding].resolved_by if finding in tables.finding else None
        case ActVerified(act=act):
            first = course.acts.get(act)
        case _:
            return
    if first == entry.actor:
        yield Breach.SAME_PERSON


def _settled(tables: Tables, entry: Entry) -> bool:
    """Whether nothing is left for a person to look at, and no obstacle stands."""
    last = tables.last_findings.get(entry.case or "", ())
    obstacle = any(tables.finding[id].resolution == Resolution.OBSTACLE for id in last)
    return bool(last) and tables.case_of(entry).attention == 0 and not obstacle


def _of_decision(tables: Tables, case: CaseFact, course: Course, entry: Entry, data: CaseDecided) -> Iterator[Breach]:
    outcome = DecisionOutcome(data.outcome)
    if outcome in FAVOURABLE and not _settled(tables, entry):
        yield Breach.FINDINGS
    if outcome is DecisionOutcome.APPROVAL and data.amount_ore != case.amount_ore:
        yield Breach.AMOUNT
    delegated = Delegated(tables, case, course, entry, data)
    if not delegated.by_rules_in_force():
        yield Breach.RULES
        return
    if not delegated.clauses_carry():
        yield Breach.CLAUSE
    if not delegated.point_carries():
        yield Breach.POINT
    if not delegated.within_ceiling():
        yield Breach.CEILING
    standing = course.proposal
    if data.people.board and (standing is None or not standing.packaged):
        yield Breach.NOT_PACKAGED
    if delegated.adverse:
        if not delegated.heard():
            yield Breach.NOT_HEARD
        yield from _four_eyes(standing, course, entry)


def _four_eyes(standing: Proposed | None, course: Course, entry: Entry) -> Iterator[Breach]:
    """What goes against the applicant was proposed by one, read by another, and is signed by neither as the first."""
    if standing is None:
        yield Breach.NOT_PROPOSED
        return
    if standing.by == entry.actor:
        yield Breach.OWN_PROPOSAL
    unread = standing.seconded_by is None or standing.seconded_by == standing.by
    if unread or standing.seconded_seq < course.last_material:
        yield Breach.NOT_SECONDED
    if any(course.declared.get(one) is not False for one in (standing.by, standing.seconded_by or entry.actor)):
        yield Breach.CONFLICT
