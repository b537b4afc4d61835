"""What has been done in a case so far, folded from its events: the routine's steps need no other memory than the log.

Only codes, dates, ids and references to kept texts; whoever shows a text fetches it by its reference.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from service.domain.decision import FAVOURABLE, ON_A_DECISION, DecisionOutcome
from service.domain.events import EventType as E


@dataclass(frozen=True)
class Entry:
    """One event of a case as the log has it; `at` is UTC milliseconds."""

    seq: int
    type: E
    at: int
    actor: str
    data: Mapping[str, Any]


@dataclass
class Asked:
    """A request to someone outside, by when, and what came of it."""

    id: str
    at: int
    by: str
    due: str
    seq: int
    data: Mapping[str, Any]
    answer: str | None = None
    answered_on: str | None = None
    answered_seq: int | None = None
    reminded: int = 0

    def over(self, today: str) -> bool:
        """Whether it has been answered or its time is up."""
        return self.answered_on is not None or today > self.due


@dataclass
class RecordedAct:
    """A documented act in the case."""

    id: str
    ref: str
    grade: str
    link_only: bool
    by: str
    seq: int
    verified_by: str | None = None


@dataclass
class Assessed:
    """A criterion, assessed in writing."""

    criterion: str
    result: str
    ref: str
    by: str
    at: int
    seq: int


@dataclass
class Proposed:
    """A proposal as it stands: who proposes what, and who has seconded it."""

    id: str
    by: str
    at: int
    seq: int
    data: Mapping[str, Any]
    seconded_by: str | None = None
    seconded_seq: int | None = None
    second_ref: str | None = None
    packaged: str | None = None


@dataclass
class Decided:
    """A decision of the case, and what happened to it since."""

    id: str
    seq: int
    at: int
    by: str
    data: Mapping[str, Any]
    letters: list[Mapping[str, Any]] = field(default_factory=list)
    posted: str | None = None
    last_day: str | None = None
    reported: str | None = None
    accepted: Mapping[str, Any] | None = None
    reports: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    added: list[Entry] = field(default_factory=list)
    final: bool = False
    annulled: bool = False
    turn: str | None = None

    @property
    def outcome(self) -> DecisionOutcome:
        """What was decided."""
        return DecisionOutcome(self.data["outcome"])


@dataclass
class Appeal:
    """An appeal against a decision."""

    id: str
    decision: str
    received: str
    ref: str
    in_time: bool | None = None
    tested_ref: str | None = None
    forwarded: str | None = None
    outcome: str | None = None


@dataclass
class Dossier:
    """Everything that the steps of the routine have left behind.

    Reopening a case begins a new turn: what was asked, assessed and proposed before it is history, acts remain.
    """

    declared: dict[str, tuple[bool, int]] = field(default_factory=dict)
    completions: list[Asked] = field(default_factory=list)
    searches: list[Entry] = field(default_factory=list)
    acts: dict[str, RecordedAct] = field(default_factory=dict)
    confirmed: dict[str, tuple[str, bool]] = field(default_factory=dict)
    consultations: list[Asked] = field(default_factory=list)
    assessed: dict[str, Assessed] = field(default_factory=dict)
    communications: list[Asked] = field(default_factory=list)
    exception: Entry | None = None
    proposal: Proposed | None = None
    returned: Entry | None = None
    decisions: list[Decided] = field(default_factory=list)
    executed: Decided | None = None
    key_access_screened: Entry | None = None
    key_access_given: dict[str, Entry] = field(default_factory=dict)
    appeals: list[Appeal] = field(default_factory=list)
    side: list[Entry] = field(default_factory=list)
    notes: list[Entry] = field(default_factory=list)
    withdrawn: Entry | None = None
    paused: Entry | None = None
    stopped: Entry | None = None
    reopened: Entry | None = None
    turn: str | None = None
    carried: dict[str, str] = field(default_factory=dict)
    enclosures: dict[str, tuple[str, str]] = field(default_factory=dict)
    resolved_by: dict[str, str] = field(default_factory=dict)
    last_material: int = -1

    def conflict(self, pseudonym: str) -> bool | None:
        """What this person has declared: yes, no, or nothing yet (None)."""
        known = self.declared.get(pseudonym)
        return None if known is None else known[0]

    @property
    def decision(self) -> Decided | None:
        """The decision that was made last; what is in force may be an earlier one."""
        return self.decisions[-1] if self.decisions else None

    @property
    def grant(self) -> Decided | None:
        """The favourable decision in force, if any: neither annulled, revoked nor replaced.

        That a case on it was written off leaves it standing.
        """
        found: Decided | None = self.executed
        for one in self.decisions:
            if one.annulled or one.outcome is DecisionOutcome.RECOVERY:
                continue
            if one.outcome in FAVOURABLE:
                found = one
            elif one.outcome is DecisionOutcome.REVOCATION and one.data.get("bookings"):
                continue  # some times were taken back, the others stand
            elif one.outcome is not DecisionOutcome.WRITE_OFF or one.turn is None:
                found = None
        return found

    @property
    def given(self) -> Decided | None:
        """The last favourable decision that no court has annulled, revoked or not: what can be recovered."""
        lasting = (one for one in reversed(self.decisions) if one.outcome in FAVOURABLE and not one.annulled)
        return next(lasting, self.executed)

    @property
    def recovered_ore(self) -> int:
        """What has been recovered of it."""
        return sum(
            one.data["amount_ore"] or 0
            for one in self.decisions
            if one.outcome is DecisionOutcome.RECOVERY and not one.annulled
        )

    @property
    def appeal(self) -> Appeal | None:
        """The appeal that is to be seen to first: the oldest that has not ended, or else the last."""
        return next(iter(self.open_appeals), self.appeals[-1] if self.appeals else None)

    @property
    def open_appeals(self) -> list[Appeal]:
        """The appeals that have not ended, oldest first."""
        return [one for one in self.appeals if one.outcome is None]

    def same_finding(self, finding: str, among: Collection[str]) -> bool:
        """Whether this finding, or the one whose very answer it carries on, is among these."""
        while finding not in among:
            if finding not in self.carried:
                return False
            finding = self.carried[finding]
        return True


#: Events that bring something new to weigh: a second person must have seen it.
MATERIAL = frozenset(
    {
        E.CASE_SCREENED,
        E.FINDING_RESOLVED,
        E.FINDING_CONFIRMED,
        E.ENCLOSURE_ADDED,
        E.COMPLETION_ANSWERED,
        E.SEARCH_RECORDED,
        E.ACT_VERIFIED,
        E.CONSULTATION_ANSWERED,
        E.ASSESSMENT_WRITTEN,
        E.COMMUNICATION_ANSWERED,
        E.APPLICATION_WITHDRAWN,
        E.VALUE_ERASED,
    }
)


def fold(entries: Iterable[Entry]) -> Dossier:
    """The dossier that these events, oldest first, leave behind."""
    found = Dossier()
    for one in entries:
        _add(found, one)
    return found


def _asked(one: Entry, id: str) -> Asked:
    return Asked(id, one.at, one.actor, one.data["due"], one.seq, one.data)


def _answered(asked: list[Asked], id: str, one: Entry, *, answer: str | None, on: str) -> None:
    for each in asked:
        if each.id == id:
            each.answer, each.answered_on, each.answered_seq = answer, on, one.seq


def _add(found: Dossier, one: Entry) -> None:
    data = one.data
    if one.type in MATERIAL:
        found.last_material = one.seq
    match one.type:
        case E.CASE_SCREENED:
            found.carried |= {each["id"]: each["carried_from"] for each in data["findings"] if each["carried_from"]}
        case E.ENCLOSURE_ADDED:
            found.enclosures[data["enclosure"]] = (data["kind"], one.actor)
        case E.CONFLICT_DECLARED:
            found.declared[one.actor] = (data["conflict"], one.seq)
        case E.COMPLETION_ASKED:
            found.completions.append(_asked(one, data["completion"]))
        case E.COMPLETION_REMINDED:
            for asked in found.completions:
                if asked.id == data["completion"]:
                    asked.reminded, asked.due = asked.reminded + 1, data["due"]
        case E.COMPLETION_ANSWERED:
            _answered(found.completions, data["completion"], one, answer=data["answer"], on=data["received"])
        case E.SEARCH_RECORDED:
            found.searches.append(one)
            for act in data["found_acts"]:
                found.acts[act["act"]] = RecordedAct(
                    act["act"], act["value"], act["grade"], act["link_only"], one.actor, one.seq
                )
        case E.ACT_VERIFIED:
            found.acts[data["act"]].verified_by = one.actor
        case E.FINDING_RESOLVED:
            found.resolved_by[data["finding"]] = one.actor
            found.confirmed.pop(data["finding"], None)
        case E.FINDING_CONFIRMED:
            found.confirmed[data["finding"]] = (one.actor, data["agrees"])
        case E.CONSULTATION_ASKED:
            found.consultations.append(_asked(one, data["consultation"]))
        case E.CONSULTATION_ANSWERED:
            _answered(
                found.consultations, data["consultation"], one, answer=data["answer_class"], on=data["answered_on"]
            )
            for asked in found.consultations:
                if asked.id == data["consultation"]:
                    asked.data = {**asked.data, "disclosed": data["disclosed"], "enclosure": data["enclosure"]}
        case E.ASSESSMENT_WRITTEN:
            found.assessed[data["criterion"]] = Assessed(
                data["criterion"], data["result"], data["text"], one.actor, one.at, one.seq
            )
        case E.COMMUNICATION_SENT:
            found.communications.append(_asked(one, data["communication"]))
        case E.COMMUNICATION_ANSWERED:
            _answered(found.communications, data["communication"], one, answer=data["answer"], on=data["received"])
        case E.COMMUNICATION_EXCEPTED:
            found.exception = one
        case E.APPLICATION_WITHDRAWN:
            found.withdrawn = one
        case E.CASE_PAUSED:
            found.paused = one
        case E.CASE_RESUMED:
            found.paused = None
        case E.NOTE_WRITTEN:
            found.notes.append(one)
        case E.SUPPORT_STOPPED:
            found.stopped = one
        case E.SUPPORT_RELEASED:
            found.stopped = None
        case E.SIDE_DECISION:
            found.side.append(one)
        case E.BOOKING_EXECUTED:
            # Not a decision, but what was given all the same: terms, access and revocation go by it.
            given = {"outcome": DecisionOutcome.APPROVAL.value, "amount_ore": None}
            found.executed = Decided(data["execution"], one.seq, one.at, one.actor, {**data, **given})
        case E.BOOKING_MOVED:
            found.key_access_given.pop(data["booking"], None)  # the key was for another time
            for each in (found.grant, found.executed):
                if each is not None:
                    each.letters.clear()  # what was sent says the time before
        case E.KEY_ACCESS_SCREENED:
            found.key_access_screened = one
        case E.KEY_ACCESS_GIVEN:
            found.key_access_given[data["booking"]] = one
        case _:
            _decide(found, one)


def _decide(found: Dossier, one: Entry) -> None:
    data, proposal = one.data, found.proposal
    match one.type:
        case E.DECISION_PROPOSED:
            found.proposal, found.returned = Proposed(data["proposal"], one.actor, one.at, one.seq, data), None
        case E.PROPOSAL_RETURNED:
            found.proposal, found.returned = None, one
        case E.PROPOSAL_SECONDED if proposal:
            proposal.seconded_by, proposal.seconded_seq, proposal.second_ref = one.actor, one.seq, data["text"]
        case E.BOARD_PACKAGED if proposal:
            proposal.packaged = data["letter"]["body"]
        case E.CASE_DECIDED:
            found.decisions.append(Decided(data["decision"], one.seq, one.at, one.actor, data, turn=found.turn))
            found.proposal, found.turn = None, None
        case E.CASE_REOPENED:
            _new_turn(found, one)
        case E.APPEAL_RECEIVED:
            found.appeals.append(Appeal(data["appeal"], data["decision"], data["received"], data["text"]))
        case E.APPEAL_TESTED | E.APPEAL_FORWARDED | E.APPEAL_SETTLED:
            _appeal(found, one)
        case E.LETTER_SENT | E.DECISION_POSTED | E.DECISION_REPORTED | E.DECISION_ADDED_TO | E.DECISION_FINAL:
            _after(found, one)
        case E.TERMS_ACCEPTED | E.CONDITION_REPORTED:
            _after(found, one)


def _appeal(found: Dossier, one: Entry) -> None:
    data = one.data
    appeal = next(each for each in found.appeals if each.id == data["appeal"])
    match one.type:
        case E.APPEAL_TESTED:
            appeal.in_time, appeal.tested_ref = data["in_time"], data["text"]
        case E.APPEAL_FORWARDED:
            appeal.forwarded = data["on"]
        case _:
            appeal.outcome = data["outcome"]
            if data["outcome"] == "annulled":
                _annul(found, one, appeal.decision)


def _annul(found: Dossier, one: Entry, decision: str) -> None:
    """The court has struck a decision out: what was in force before it is so again, and its turn begins anew."""
    annulled = next(each for each in found.decisions if each.id == decision)
    annulled.annulled = True
    for appeal in found.appeals:
        if appeal.decision == decision and appeal.outcome is None:
            appeal.outcome = "lapsed"
    _new_turn(found, one)
    found.turn = "revocation" if annulled.outcome in ON_A_DECISION else annulled.turn


def _new_turn(found: Dossier, one: Entry) -> None:
    found.reopened, found.turn = one, one.data.get("ground")
    found.completions, found.communications, found.consultations = [], [], []
    found.assessed, found.exception, found.proposal, found.withdrawn = {}, None, None, None


def _after(found: Dossier, one: Entry) -> None:
    data = one.data
    for decided in (*found.decisions, *([found.executed] if found.executed else [])):
        if decided.id != data["decision"]:
            continue
        match one.type:
            case E.LETTER_SENT:
                decided.letters.append(data)
            case E.DECISION_POSTED:
                decided.posted, decided.last_day = data["posted"], data["last_day"]
            case E.DECISION_REPORTED:
                decided.reported = data["meeting"]
            case E.DECISION_ADDED_TO:
                decided.added.append(one)
            case E.DECISION_FINAL:
                decided.final = True
            case E.TERMS_ACCEPTED:
                decided.accepted = data
            case E.CONDITION_REPORTED:
                decided.reports[data["position"]] = data
