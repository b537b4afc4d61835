"""What follows from events of a case."""

from service.domain.case import STEPS, State
from service.domain.decision import FAVOURABLE, DecisionOutcome
from service.domain.events.decision import AppealSettled, CaseReopened, PaymentReleased
from service.domain.events.decision_record import CaseDecided
from service.domain.events.event import Entry, RoutineStep
from service.domain.events.folds import Folds
from service.domain.events.intake import (
    CaseLeft,
    CaseReceived,
    CaseReleased,
    CaseRescreenAsked,
    CaseScreened,
    CaseTaken,
    DistinctionWithdrawn,
    EnclosureAdded,
    FindingResolved,
    SecrecyMarked,
)
from service.domain.events.review import ApplicationWithdrawn, CaseAssigned, CaseResumed, ConflictDeclared
from service.domain.finding import NEEDS_NOBODY, Outcome
from service.domain.ledger.facts import (
    CaseFact,
    DecisionFact,
    DistinctionFact,
    EnclosureFact,
    FindingFact,
    SecrecyFact,
)
from service.domain.ledger.tables import Granted, Tables
from service.domain.people import DELEGATION_PREFIX
from service.domain.stops import StopScope

FOLDS = Folds[Tables]()


def step_taken(tables: Tables, entry: Entry) -> None:
    """Every step of the routine: the case is where the table of steps puts it, and one version newer."""
    moved = STEPS[type(entry.data)].to
    if moved is not None:
        tables.case_of(entry).state = moved
    tables.touch(entry)


@FOLDS.of(CaseReceived)
def case_received(tables: Tables, data: CaseReceived, entry: Entry) -> None:
    """A case."""
    tables.case[entry.case or ""] = CaseFact(
        diary_number=data.diary_number,
        kind=data.kind,
        type=data.type,
        organisation=data.organisation,
        organisation_value=data.organisation_value,
        lookup=data.lookup,
        amount_ore=data.amount_ore,
        hirer=data.hirer,
        received=data.received,
        registered=entry.at,
        due=data.due.isoformat(),
        channel=data.channel,
        rules=data.rules.id,
        rules_sha256=data.rules.sha256,
        application=data.application,
        speakers=data.speakers,
        state=State.RECEIVED,
        owner=None,
        check_round=0,
        attention=0,
        withdrawn=False,
        version=1,
    )
    tables.cases_of.setdefault(data.organisation, set()).add(entry.case or "")


@FOLDS.of(CaseScreened)
def case_screened(tables: Tables, data: CaseScreened, entry: Entry) -> None:
    """The findings of a check round; an answer that was settled before stays settled."""
    case = tables.case_of(entry)
    if case.state == State.RECEIVED:
        case.state = State.SCREENED
    case.check_round, case.rules, case.rules_sha256 = data.check_round, data.rules.id, data.rules.sha256
    for position, answer in enumerate(data.findings):
        before = tables.finding.get(answer.carried_from or "")
        tables.finding[answer.id] = FindingFact(
            case=entry.case or "",
            check_round=data.check_round,
            position=position,
            check=answer.check,
            check_version=answer.check_version,
            outcome=answer.outcome,
            code=answer.code,
            traits=answer.traits,
            lists=answer.lists,
            run=answer.run,
            detail=answer.detail,
            speaker_detail=answer.speaker_detail,
            resolution=answer.resolution,
            reason=before.reason if before else None,
            resolved_by=before.resolved_by if before else None,
        )
    tables.last_findings[entry.case or ""] = tuple(answer.id for answer in data.findings)
    _count_attention(tables, entry)
    tables.touch(entry)


def _count_attention(tables: Tables, entry: Entry) -> None:
    """How many findings of the last round a person still has to look at."""
    open_findings = 0
    for id in tables.last_findings.get(entry.case or "", ()):
        finding = tables.finding[id]
        if finding.resolution is None and Outcome(finding.outcome) not in NEEDS_NOBODY:
            open_findings += 1
    tables.case_of(entry).attention = open_findings


@FOLDS.of(CaseTaken)
def case_taken(tables: Tables, data: CaseTaken, entry: Entry) -> None:
    """Whose case it is."""
    case = tables.case_of(entry)
    case.owner, case.state = data.owner, State.IN_REVIEW
    tables.touch(entry)


@FOLDS.of(CaseLeft)
def case_left(tables: Tables, data: CaseLeft, entry: Entry) -> None:
    """Nobody's case, since whose it was is here no longer; or ValueError."""
    case = tables.case_of(entry)
    if data.before != case.owner or tables.user[data.before].closed_at is None:
        raise ValueError("a case taken from one whose account is open")
    case.owner, case.state = None, State.SCREENED
    tables.touch(entry)


@FOLDS.of(CaseReleased)
def case_released(tables: Tables, _: CaseReleased, entry: Entry) -> None:
    """Nobody's case."""
    case = tables.case_of(entry)
    case.owner, case.state = None, State.SCREENED
    tables.touch(entry)


@FOLDS.of(CaseRescreenAsked)
def rescreen_asked(tables: Tables, _: CaseRescreenAsked, entry: Entry) -> None:
    """A case that has changed."""
    tables.touch(entry)


@FOLDS.of(FindingResolved)
def finding_resolved(tables: Tables, data: FindingResolved, entry: Entry) -> None:
    """How a finding was settled; a pair held apart before is held apart once more by whoever looked last."""
    finding = tables.finding[data.finding]
    finding.resolution, finding.reason, finding.resolved_by = data.resolution, data.reason, entry.actor
    for pair in data.held_apart:
        tables.distinction[pair] = DistinctionFact(entry.case or "", data.finding, entry.actor, entry.at)
    _count_attention(tables, entry)
    tables.touch(entry)


@FOLDS.of(DistinctionWithdrawn)
def distinction_withdrawn(tables: Tables, data: DistinctionWithdrawn, entry: Entry) -> None:
    """A pair that is no longer held apart."""
    del tables.distinction[data.pair]
    tables.touch(entry)


@FOLDS.of(EnclosureAdded)
def enclosure_added(tables: Tables, data: EnclosureAdded, entry: Entry) -> None:
    """An enclosure."""
    tables.enclosure[data.enclosure] = EnclosureFact(
        case=entry.case or "",
        kind=data.kind,
        media_type=data.media_type,
        size=data.size,
        sha256=data.sha256,
        name=data.name,
        added_at=entry.at,
        speaks_from=data.speaks_from.isoformat() if data.speaks_from else None,
        speaks_to=data.speaks_to.isoformat() if data.speaks_to else None,
        condition=data.condition,
        scanned=data.scanned,
    )
    tables.touch(entry)


@FOLDS.of(SecrecyMarked)
def secrecy_marked(tables: Tables, data: SecrecyMarked, entry: Entry) -> None:
    """A secrecy marking."""
    tables.secrecy[data.marking] = SecrecyFact(entry.case or "", data.enclosure, data.value)
    tables.touch(entry)


@FOLDS.of(ConflictDeclared)
def conflict_declared(tables: Tables, data: ConflictDeclared, entry: Entry) -> None:
    """Whoever has a conflict of interest has the case no longer."""
    if data.released:
        case = tables.case_of(entry)
        case.owner, case.state = None, State.SCREENED


@FOLDS.of(CaseAssigned)
def case_assigned(tables: Tables, data: CaseAssigned, entry: Entry) -> None:
    """Whose case it is."""
    tables.case_of(entry).owner = data.owner


@FOLDS.of(ApplicationWithdrawn)
def application_withdrawn(tables: Tables, _: ApplicationWithdrawn, entry: Entry) -> None:
    """That the applicant no longer wants it."""
    tables.case_of(entry).withdrawn = True


@FOLDS.of(CaseResumed)
def case_resumed(tables: Tables, data: CaseResumed, entry: Entry) -> None:
    """By when it is to be answered."""
    tables.case_of(entry).due = data.due.isoformat()


@FOLDS.of(CaseReopened)
def case_reopened(tables: Tables, data: CaseReopened, entry: Entry) -> None:
    """Whose case it is, and by when it is to be answered."""
    case = tables.case_of(entry)
    case.owner, case.due, case.withdrawn = data.owner, data.due.isoformat(), False


@FOLDS.of(AppealSettled)
def appeal_settled(tables: Tables, data: AppealSettled, entry: Entry) -> None:
    """Where the case stands after it: with another appeal, open again, or decided."""
    case = tables.case_of(entry)
    if data.left:
        case.state = State.APPEALED
    if data.outcome == "annulled":
        case.state, case.withdrawn = State.IN_REVIEW, False
    case.owner = data.owner or case.owner
    if data.due:
        case.due = data.due.isoformat()


@FOLDS.of(PaymentReleased)
def payment_released(tables: Tables, data: PaymentReleased, entry: Entry) -> None:
    """Nothing is paid while support is stopped, nor more than the case's own decision gave, or ValueError."""
    tables.check_not_stopped(entry, StopScope.PAYMENT)
    decision = tables.decision[data.decision]
    if decision.case != entry.case or DecisionOutcome(decision.outcome) not in FAVOURABLE:
        raise ValueError("paid without a decision that gave it")
    recovery = [known for known in tables.decision.values() if known.case == entry.case and known.outcome == "recovery"]
    before = tables.released.get(entry.case or "", 0)
    if before + data.amount_ore - sum(known.amount_ore or 0 for known in recovery) > (decision.amount_ore or 0):
        raise ValueError("paid more than was decided")
    tables.released[entry.case or ""] = before + data.amount_ore


@FOLDS.of(CaseDecided)
def case_decided(tables: Tables, data: CaseDecided, entry: Entry) -> None:
    """A decision; whoever made it held the delegation point then, and the record names them, or ValueError."""
    right = f"{DELEGATION_PREFIX}{data.people.delegation_point}"
    if data.people.decider != entry.actor or right not in tables.rights_of(entry.actor):
        raise ValueError("decided by someone who might not")
    if DecisionOutcome(data.outcome) in FAVOURABLE:
        tables.check_not_stopped(entry, StopScope.DECISIONS)
        tables.granted[entry.case or ""] = Granted(data.people.delegation_point, data.amount_ore or 0, entry.at)
    tables.given[data.decision] = (entry.case, entry.actor)
    tables.case_of(entry).state = State.DECIDED
    tables.decision[data.decision] = DecisionFact(
        case=entry.case or "",
        outcome=data.outcome,
        amount_ore=data.amount_ore,
        delegation_point=data.people.delegation_point,
        decided_by=entry.actor,
        seq=entry.seq,
    )
    tables.touch(entry)


def is_step(entry: Entry) -> bool:
    """Whether an entry is a step of the routine."""
    return isinstance(entry.data, RoutineStep)
