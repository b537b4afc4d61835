"""The queue, a case, its history, the log: questions, no changes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.bookings.bookings import bookings, now_of
from service.bookings.clearance import Clearance, application_of, clearance_of, data_key
from service.bookings.clearance_steps import why_not_executed
from service.casework.review.incidents import IncidentToWeigh, to_weigh
from service.desk import application_parts
from service.desk.missed_times import MissedNow, missed_now
from service.desk.ports.cases import (
    CaseDetails,
    FormDraftRow,
    SecrecyMarking,
    StoredDecision,
    StoredEnclosure,
    StoredFinding,
)
from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading
from service.desk.rulebook import Rulebook, rulebook, today
from service.desk.step import entries, frame_of, given_before, halting_decisions
from service.desk.stops import StandingStop, halts, standing_stops
from service.desk.terms import terms_cover
from service.domain import policy
from service.domain.application import Kind
from service.domain.basis import Basis
from service.domain.case import Case
from service.domain.clock import Instant
from service.domain.decision import ON_A_DECISION, DecisionOutcome
from service.domain.dossier.dossier import Dossier
from service.domain.dossier.folding import fold
from service.domain.errors import NotFound
from service.domain.events.catalogue import commitments_in, texts_in
from service.domain.events.decision_record import CaseDecided
from service.domain.events.event import Entry, EventData, RoutineStep
from service.domain.events.fields import SentLetter
from service.domain.finding import HELD_APART
from service.domain.people import User
from service.domain.premises import Booking, Estate, Hirer, lapsed, to_be_had
from service.domain.ruleset import Clause, DelegationPoint, RuleSet
from service.domain.tasks import Task, tasks

MOST_ON_TIMELINE = 200


@dataclass(frozen=True)
class TimelineEntry:
    """One event of a case as its timeline shows it; `at` is UTC milliseconds."""

    seq: int
    type: str
    at: Instant
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
    at: Instant
    reason: str | None


@dataclass(frozen=True)
class RoomView:
    """The times of a case of premises, and how its hirer stands; `not_executed` is why it is a decision, as codes."""

    estate: Estate
    bookings: list[Booking]
    hirer: Hirer
    clearance: Clearance
    not_executed: list[tuple[str, Mapping[str, str | int]]]
    missed: Mapping[str, MissedNow]

    @property
    def taking(self) -> list[Booking]:
        """The times that take their room."""
        return [time for time in self.bookings if time.takes]

    @property
    def coming(self) -> Booking | None:
        """The first of them."""
        return min(self.taking, key=lambda time: time.span, default=None)

    @property
    def coming_count(self) -> int:
        """How many they are."""
        return len(self.taking)


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
    decision: StoredDecision | None
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
    incidents: dict[str, IncidentToWeigh]
    stops: list[StandingStop]
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
        case, details = await reading.case_with_details(case_id)
        policy.check_can_see(case, by)
        done = entries(await reading.entries_of_case(case_id))
        dossier = fold(done)
        if policy.acts_on(case, by):
            policy.check_unbiased(by, dossier)
        findings = await reading.findings(case_id, case.check_round)
        enclosures = await reading.enclosures(case_id)
        markings = await reading.markings(case_id)
        book = await rulebook(desk, reading)
        decision = await reading.decision(case_id)
        before = await reading.settled_before(case_id, case.check_round)
        record = _record_in(done, decision)
        references = [
            *_kept_of_application(details),
            *_kept_of_findings([*findings, *before.values()]),
            *_kept_of_steps(done, record),
            *(stored.name_ref for stored in enclosures),
            *(marking.value_ref for marking in markings),
        ]
        values = await reading.values(list(dict.fromkeys(references)))
        held_apart = await _held_apart(reading, values)
        incidents = await to_weigh(reading, _incidents_in(values))
        names = await reading.names()
        waiting = await reading.is_waiting(case_id)
        owner = await reading.owner_name(case.owner) if case.owner else None
        begun = await reading.form_drafts(case_id)
        others = [draft for draft in begun if draft.account_id != by.id]
        account_names = await _names_of_accounts(reading, others)
        room = await _room_view(desk, reading, case, details, findings, book) if case.kind is Kind.PREMISES else None
        procedure = book.procedure(today(desk))
        given = await given_before(desk, reading, case, procedure)
        frame = await frame_of(reading, case, book)
        covered = await terms_cover(reading, case, dossier, _times_of(room), procedure)
        stops = (await standing_stops(reading, [case.organisation_id])).get(case.organisation_id, [])
    times = _times_of(room)
    judged = [stored.case_finding for stored in findings]
    had, gone = to_be_had(times), lapsed(times)
    basis = Basis(
        case,
        dossier,
        judged,
        book.of(case),
        procedure,
        today(desk),
        had,
        given,
        gone,
        frame,
        halts(stops, *halting_decisions(case.kind)),
        covered,
    )
    newest_first = done[::-1]
    shown = newest_first if everything else newest_first[:MOST_ON_TIMELINE]
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
        timeline=[_on_timeline(entry, names) for entry in shown],
        earlier=len(done) - len(shown),
        dossier=dossier,
        basis=basis,
        tasks=tasks(basis, waiting=waiting),
        others=others,
        account_names=account_names,
        drafts={draft.form: json.loads(draft.body) for draft in begun if draft.account_id == by.id},
        names=names,
        owner_name=owner,
        screening=waiting,
        criteria=book.of(case),
        procedure=procedure,
        points=policy.usable_points(case, by, procedure),
        before=before,
        held_apart=held_apart,
        incidents=incidents,
        stops=stops,
        room=room,
    )


def _times_of(room: RoomView | None) -> list[Booking]:
    return room.bookings if room else []


def _record_in(done: Sequence[Entry], decision: StoredDecision | None) -> CaseDecided | None:
    """The record of the decision that stands, among what has been done in the case."""
    if decision is None:
        return None
    record = next(entry.data for entry in done if entry.seq == decision.seq)
    assert isinstance(record, CaseDecided)
    return record


def _kept_of_application(details: CaseDetails) -> list[str]:
    references = [*application_parts.commitments(details.application_parts), details.organisation_ref]
    return references + ([details.speakers_ref] if details.speakers_ref else [])


def _kept_of_findings(findings: Sequence[StoredFinding]) -> list[str]:
    references: list[str | None] = []
    for stored in findings:
        references += [stored.detail_ref, stored.speaker_ref, stored.reason_ref]
    return [reference for reference in references if reference]


def _kept_of_steps(done: Sequence[Entry], record: CaseDecided | None) -> list[str]:
    """What the steps and the decision have kept, without the letters: those are fetched one by one."""
    references = commitments_in(record) if record else []
    for entry in done:
        if isinstance(entry.data, RoutineStep):
            references += commitments_in(entry.data, but="letter")
    return references


def _on_timeline(entry: Entry, names: Mapping[str, str]) -> TimelineEntry:
    return TimelineEntry(entry.seq, entry.type, entry.at, names.get(entry.actor, entry.actor), entry.data)


async def _names_of_accounts(reading: Reading, drafts: Sequence[FormDraftRow]) -> dict[str, str]:
    accounts = {draft.account_id for draft in drafts}
    return {account: await reading.owner_name(account) or "?" for account in accounts}


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
    estate = await reading.estate()
    times = await bookings(reading, case.id)
    missed = {} if case.closed else await missed_now(reading, estate, times, now=now_of(desk), late=True)
    return RoomView(estate, times, Hirer(details.hirer or Hirer.ASSOCIATION), clearance, why, missed)


async def _held_apart(reading: Reading, values: Mapping[str, Any]) -> dict[str, HeldApart]:
    """Who held apart what the evidence calls held apart, and their reason where it has not been erased."""
    pairs = []
    for value in values.values():
        pieces = value.get("evidence", []) if isinstance(value, dict) else value
        pairs += [piece["params"]["pair"] for piece in pieces if _says_held_apart(piece)]
    if not pairs:
        return {}
    distinctions = await reading.distinctions(pairs)
    findings = await reading.findings_by_id([distinction.finding_id for distinction in distinctions.values()])
    reasons = await reading.values([finding.reason_ref for finding in findings.values() if finding.reason_ref])
    held_apart = {}
    for pair, distinction in distinctions.items():
        finding = findings.get(distinction.finding_id)
        reason = reasons.get(finding.reason_ref or "", {}).get("text") if finding else None
        held_apart[pair] = HeldApart(distinction.held_apart_by, distinction.at, reason)
    return held_apart


def _incidents_in(values: Mapping[str, Any]) -> list[str]:
    """The incidents that evidence names by id."""
    found = []
    for value in values.values():
        evidence = value.get("evidence", []) if isinstance(value, dict) else []
        found += [piece["params"]["incident"] for piece in evidence if "incident" in piece["params"]]
    return found


def _says_held_apart(piece: object) -> bool:
    return isinstance(piece, dict) and piece.get("code") == HELD_APART


def offered_clauses(view: CaseView) -> list[Clause]:
    """The clauses that can carry something in this case: those on a decision already made only where it is reopened."""
    offered = frozenset(DecisionOutcome) - (frozenset() if view.dossier.turn == "revocation" else ON_A_DECISION)
    return [one for one in view.criteria.clauses.values() if view.case.kind in one.kinds and one.outcomes & offered]
