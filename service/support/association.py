"""An association's dossier: its cases, what it has now, what it said of itself, read from the cases and kept nowhere.

It is reached from a case that is open to whoever asks, and shows in detail the kinds of case they work with; of the
rest, that there is something, and whether support is stopped. What is erased from a case is gone from here too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from service.bookings.bookings import now_of
from service.bookings.clearance import Clearance, clearance_of
from service.casework.views.gate import check_open_to
from service.desk import application_parts
from service.desk.ports.cases import CaseDetails, CaseFile
from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading
from service.desk.rulebook import rulebook, today
from service.desk.step import entries
from service.desk.stops import StandingStop, standing_stops
from service.domain.application import Kind
from service.domain.case import Case
from service.domain.clock import local_day
from service.domain.dossier.dossier import Decided, Dossier
from service.domain.dossier.folding import fold
from service.domain.errors import NotAllowed, NotFound
from service.domain.events.bookings import BookingExecuted, BookingMoved, BookingSettled, KeyAccessGiven
from service.domain.events.decision import (
    AppealReceived,
    AppealSettled,
    CaseReopened,
    ConditionReported,
    DecisionFinal,
    PaymentReleased,
    TermsAccepted,
)
from service.domain.events.decision_record import CaseDecided
from service.domain.events.event import Entry
from service.domain.events.fields import Condition
from service.domain.events.review import ConflictDeclared
from service.domain.events.support import ReassessmentProposed, ReassessmentSettled
from service.domain.people import User
from service.domain.premises import Booking, BookingStatus, Estate, Hirer
from service.domain.ruleset import RuleSet

#: The most of its cases that are read, newest first.
MOST_CASES = 200
#: The events that say what a case has given, and how it stands.
_TOLD = (
    ConflictDeclared, CaseDecided, CaseReopened, TermsAccepted, PaymentReleased, ConditionReported, DecisionFinal,
    AppealReceived, AppealSettled, ReassessmentProposed, ReassessmentSettled, BookingExecuted, BookingMoved,
    BookingSettled, KeyAccessGiven,
)  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What an application said of the association: its name, number and board, and the declaration's version."""

    name: str
    number: str | None
    board: tuple[str, ...]
    declaration: str | None


@dataclass(frozen=True)
class AssociationCase:
    """One of its cases, with what it has given that still stands."""

    case: Case
    dossier: Dossier
    said: Said
    ahead: tuple[Booking, ...]
    received_on: date

    @property
    def decided(self) -> Decided | None:
        """The decision or execution that was made last."""
        return self.dossier.decision or self.dossier.executed

    @property
    def conditions_left(self) -> list[Condition]:
        """The conditions of what stands that are to be met by a day and have not been."""
        grant = self.dossier.grant
        if grant is None:
            return []
        return [one for n, one in enumerate(grant.conditions) if one.due and n not in grant.reports]

    @property
    def keys(self) -> int:
        """How many keys are out for times to come."""
        return sum(booking.id in self.dossier.key_access_given for booking in self.ahead)


@dataclass(frozen=True)
class Association:
    """The dossier as one person may see it; `elsewhere` is how many cases of other kinds there are.

    `looked_at` is how much has turned up that nobody has settled, in cases of whatever kind.
    """

    of_case: Case
    cases: list[AssociationCase]
    elsewhere: int
    stops: list[StandingStop]
    clearance: Clearance | None
    looked_at: int
    incidents: int
    estate: Estate
    procedure: RuleSet
    more: bool

    @property
    def names(self) -> list[str]:
        """The names it has applied under, newest first, each once."""
        return list(dict.fromkeys(one.said.name for one in self.cases if one.said.name))

    @property
    def numbers(self) -> list[str]:
        """The numbers it has given, newest first, each once."""
        return list(dict.fromkeys(one.said.number for one in self.cases if one.said.number))

    @property
    def unpaid_ore(self) -> int:
        """What of that has not been handed over to be paid, in öre."""
        return sum(one.dossier.left_to_pay_ore for one in self.cases)

    @property
    def granted_ore(self) -> int:
        """What stands of what it has been granted, in öre."""
        return sum(one.dossier.grant.amount_ore or 0 for one in self.cases if one.dossier.grant)


async def association(desk: Desk, case_id: str, *, by: User) -> Association:
    """The dossier of the association that this case is of; raises as the case itself does for one that is not open.

    A private person who hires a room has none: there is no register of persons.
    """
    async with desk.store.reading() as reading:
        case, details = await reading.case_with_details(case_id)
        if details.hirer == Hirer.PERSON:
            raise NotFound("association.none")
        await check_open_to(reading, case, by=by)
        procedure = (await rulebook(desk, reading)).procedure(today(desk))
        found = await reading.cases_of_organisation(case.organisation_id, limit=MOST_CASES + 1)
        known = [one for one in found[:MOST_CASES] if one.kind in by.case_kinds]
        dossiers = await _dossiers(reading, [one.id for one in found[:MOST_CASES]])
        own = [dossiers[one.id] for one in known if one.id in dossiers]
        if any(dossier.conflict(by.pseudonym) for dossier in own):
            raise NotAllowed("conflict.locked_out")
        files = await reading.cases_by_id([one.id for one in known])
        number = next((file.details.org_number for file in files.values() if file.details.org_number), None)
        rooms = Kind.PREMISES in by.case_kinds
        clearance = await clearance_of(desk, reading, case.organisation_id, procedure) if rooms else None
        return Association(
            of_case=case,
            cases=await _lines(desk, reading, known, files, dossiers, by),
            elsewhere=len(found[:MOST_CASES]) - len(known),
            stops=(await standing_stops(reading, [case.organisation_id])).get(case.organisation_id, []),
            clearance=clearance,
            looked_at=sum(len(dossier.open_reassessments) for dossier in dossiers.values()),
            incidents=len(await reading.incidents(number, today(desk))) if number else 0,
            estate=await reading.estate(),
            procedure=procedure,
            more=len(found) > MOST_CASES,
        )


async def _lines(
    desk: Desk,
    reading: Reading,
    known: Sequence[Case],
    files: Mapping[str, CaseFile],
    dossiers: Mapping[str, Dossier],
    by: User,
) -> list[AssociationCase]:
    """Its cases as this person may see them, each with what it says and has given."""
    parts: list[str] = []
    for file in files.values():
        parts += _asked(file.details, by)
    values = await reading.values(parts)
    ahead = await _ahead(desk, reading, known)
    return [
        AssociationCase(
            case=one,
            dossier=dossiers.get(one.id, Dossier()),
            said=_said(files[one.id].details, values),
            ahead=tuple(ahead.get(one.id, ())),
            received_on=local_day(one.received_at),
        )
        for one in known
    ]


async def _dossiers(reading: Reading, case_ids: Sequence[str]) -> dict[str, Dossier]:
    """What has been given in each case, in one question."""
    by_case: dict[str, list[Entry]] = {}
    for entry in entries(await reading.entries_of_cases(case_ids, *_TOLD)):
        by_case.setdefault(entry.case or "", []).append(entry)
    return {case_id: fold(ones) for case_id, ones in by_case.items()}


async def _ahead(desk: Desk, reading: Reading, cases: Sequence[Case]) -> dict[str, list[Booking]]:
    """By case, its confirmed times that are not over."""
    now, rooms = now_of(desk), [one.id for one in cases if one.kind is Kind.PREMISES]
    ahead = {}
    for case_id, times in (await reading.bookings_of(rooms)).items():
        ahead[case_id] = [time for time in times if time.status is BookingStatus.CONFIRMED and time.span.end > now]
    return ahead


def _asked(details: CaseDetails, by: User) -> list[str]:
    """The parts of an application that say who the association is; its board only for who works with cases."""
    wanted = {"declaration"} | (set() if by.only_reviews else {"representatives"})
    return [part.value for part in details.application_parts if part.part in wanted]


def _said(details: CaseDetails, values: Mapping[str, Any]) -> Said:
    document = application_parts.assembled(details.application_parts, values)
    declaration = document.get("declaration") or {}
    board = [f"{one['name']} ({one['role']})" for one in document.get("representatives") or ()]
    return Said(details.org_name, details.org_number, tuple(board), declaration.get("text_version"))
