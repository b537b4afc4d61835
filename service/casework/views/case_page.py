"""The queue, a case, its history, the log: questions, no changes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.audit.leaf import data_of
from service.bookings.bookings import bookings
from service.bookings.clearance import Clearance, application_of, clearance_of, data_key
from service.bookings.clearance_steps import why_not_executed
from service.desk import application_parts
from service.desk.ports.cases import CaseDetails, FormDraftRow, SecrecyMarking, StoredEnclosure, StoredFinding
from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading
from service.desk.rulebook import Rulebook, rulebook, today
from service.desk.step import entries
from service.domain import policy
from service.domain.application import Kind
from service.domain.basis import Basis
from service.domain.case import Case
from service.domain.decision import ON_A_DECISION, DecisionOutcome
from service.domain.dossier.dossier import Dossier
from service.domain.dossier.folding import fold
from service.domain.errors import NotFound
from service.domain.events.catalogue import commitments_in, texts_in
from service.domain.events.decision_record import CaseDecided
from service.domain.events.event import EventData, RoutineStep
from service.domain.events.fields import SentLetter
from service.domain.finding import HELD_APART
from service.domain.people import User
from service.domain.premises import Booking, Estate, Hirer
from service.domain.ruleset import Clause, DelegationPoint, RuleSet
from service.domain.tasks import Task, tasks

MOST_ON_TIMELINE = 200


@dataclass(frozen=True)
class TimelineEntry:
    """One event of a case as its timeline shows it; `at` is UTC milliseconds."""

    seq: int
    type: str
    at: int
    who: str
    data: EventData

    @property
    def has_letter(self) -> bool:
        """Whether a letter went with it."""
        return isinstance(getattr(self.data, "letter", None), SentLetter)

    @property
    def texts(self) -> list[tuple[str, str]]:
        """The texts that it holds by itself, by the names of their fields."""
        return [] if isinstance(self.data, CaseDecided) else texts_in(self.data)


@dataclass(frozen=True)
class HeldApart:
    """A pair that a person has held apart, and why."""

    by: str
    at: int
    reason: str | None


@dataclass(frozen=True)
class RoomView:
    """The times of a case of premises, and how its hirer stands; `not_executed` is why it is a decision, as codes."""

    estate: Estate
    bookings: list[Booking]
    hirer: Hirer
    clearance: Clearance
    not_executed: list[tuple[str, Mapping[str, str | int]]]

    @property
    def live(self) -> list[Booking]:
        """The times that take their room."""
        return [one for one in self.bookings if one.takes]

    @property
    def coming(self) -> Booking | None:
        """The first of them."""
        return min(self.live, key=lambda one: one.span, default=None)

    @property
    def coming_count(self) -> int:
        """How many they are."""
        return len(self.live)


@dataclass(frozen=True)
class CaseView:
    """All that the case page shows, read in one moment."""

    case: Case
    details: CaseDetails
    application: dict[str, Any] | None
    speakers: list[str] | None
    findings: list[StoredFinding]
    values: dict[str, Any]
    enclosures: list[StoredEnclosure]
    markings: list[SecrecyMarking]
    decision: dict[str, Any] | None
    record: CaseDecided | None
    timeline: list[TimelineEntry]
    names: dict[str, str]
    owner_name: str | None
    screening: bool
    criteria: RuleSet
    procedure: RuleSet
    points: list[DelegationPoint]
    before: dict[str, StoredFinding]
    held_apart: dict[str, HeldApart]
    earlier: int
    dossier: Dossier
    basis: Basis
    tasks: list[Task]
    others: list[FormDraftRow]
    account_names: dict[str, str]
    drafts: dict[str, dict[str, list[str]]]
    room: RoomView | None


async def case_view(desk: Desk, case_id: str, *, by: User, everything: bool = False) -> CaseView:
    """A case with everything on its page; raises NotFound for a case this person may not know of."""
    async with desk.store.reading() as reading:
        case = await reading.case(case_id)
        policy.check_can_see(case, by)
        details = await reading.details(case_id)
        findings = await reading.findings(case_id, case.check_round)
        enclosures = await reading.enclosures(case_id)
        markings = await reading.markings(case_id)
        rows = await reading.entries_of_case(case_id)
        book: Rulebook = await rulebook(desk, reading)
        references = [*application_parts.commitments(details.application_parts), details.organisation_ref]
        references += [ref for one in findings for ref in (one.detail_ref, one.speaker_ref, one.reason_ref) if ref]
        references += [one.name_ref for one in enclosures] + [one.value_ref for one in markings]
        references += [details.speakers_ref] if details.speakers_ref else []
        decision = await reading.decision(case_id)
        row = await reading.log_entry(decision["seq"]) if decision else None
        record = data_of(row.leaf) if row else None
        assert record is None or isinstance(record, CaseDecided)
        references += commitments_in(record) if record else []
        before = await reading.settled_before(case_id, case.check_round)
        references += [one.reason_ref for one in before.values() if one.reason_ref]
        done = entries(rows)
        dossier = fold(done)
        if policy.acts_on(case, by):
            policy.check_unbiased(by, dossier)
        for entry in done:
            if isinstance(entry.data, RoutineStep):
                references += commitments_in(entry.data, but="letter")
        values = await reading.values(list(dict.fromkeys(references)))
        held_apart = await _held_apart(reading, values)
        names = await reading.names()
        waiting = await reading.is_waiting(case_id)
        owner = await reading.owner_name(case.owner) if case.owner else None
        others = await reading.form_drafts(case_id)
        room = await _room_view(desk, reading, case, details, findings, book) if case.kind is Kind.PREMISES else None
        account_names = {
            one: await reading.owner_name(one) or "?" for one in {row.account_id for row in others} - {by.id}
        }
    procedure = book.procedure(today(desk))
    basis = Basis(
        case, dossier, [one.case_finding for one in findings], book.of(case), procedure, today(desk).isoformat()
    )
    timed = done[::-1] if everything else done[: -MOST_ON_TIMELINE - 1 : -1]
    return CaseView(
        case=case,
        details=details,
        application=application_parts.assembled(details.application_parts, values) or None,
        speakers=values.get(details.speakers_ref or ""),
        findings=findings,
        values=values,
        enclosures=enclosures,
        markings=markings,
        decision=decision,
        record=record,
        timeline=[TimelineEntry(one.seq, one.type, one.at, names.get(one.actor, one.actor), one.data) for one in timed],
        earlier=len(done) - len(timed),
        dossier=dossier,
        basis=basis,
        tasks=tasks(basis, waiting=waiting),
        others=[one for one in others if one.account_id != by.id],
        account_names=account_names,
        drafts={one.form: json.loads(one.body) for one in others if one.account_id == by.id},
        names=names,
        owner_name=owner,
        screening=waiting,
        criteria=book.of(case),
        procedure=procedure,
        points=policy.usable_points(case, by, procedure),
        before=before,
        held_apart=held_apart,
        room=room,
    )


async def _room_view(
    desk: Desk, reading: Reading, case: Case, details: CaseDetails, findings: list[StoredFinding], book: Rulebook
) -> RoomView:
    procedure = book.procedure(today(desk))
    try:
        data = data_key(desk, await application_of(reading, case))
        clearance = await clearance_of(desk, reading, case.organisation_id, procedure, data=data)
        why = [] if case.closed else await why_not_executed(desk, reading, case, findings, procedure)
    except NotFound:
        clearance, why = Clearance(None, (("case.erased", {}),)), [("case.erased", {})]
    return RoomView(
        await reading.estate(),
        await bookings(reading, case.id),
        Hirer(details.hirer or Hirer.ASSOCIATION),
        clearance,
        why,
    )


async def _held_apart(reading: Reading, values: dict[str, Any]) -> dict[str, HeldApart]:
    """Who held apart what the evidence calls held apart, and their reason where it has not been erased."""
    texts = [
        one for value in values.values() for one in (value.get("evidence", []) if isinstance(value, dict) else value)
    ]
    pairs = [one["params"]["pair"] for one in texts if isinstance(one, dict) and one.get("code") == HELD_APART]
    found = await reading.distinctions(pairs)
    findings = await reading.findings_by_id([one.finding_id for one in found.values()])
    reasons = await reading.values([one.reason_ref for one in findings.values() if one.reason_ref])
    return {
        pair: HeldApart(
            one.held_apart_by,
            one.at,
            reasons.get(findings[one.finding_id].reason_ref or "", {}).get("text")
            if one.finding_id in findings
            else None,
        )
        for pair, one in found.items()
    }


def offered_clauses(view: CaseView) -> list[Clause]:
    """The clauses that can carry something in this case: those on a decision already made only where it is reopened."""
    offered = frozenset(DecisionOutcome) - (frozenset() if view.dossier.turn == "revocation" else ON_A_DECISION)
    return [one for one in view.criteria.clauses.values() if view.case.kind in one.kinds and one.outcomes & offered]
