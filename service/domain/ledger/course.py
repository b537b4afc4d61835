"""What of a case's course the order of its later steps depends on; beside its facts, and as little as that takes."""

from dataclasses import dataclass, field
from datetime import date

from service.domain.decision import ON_A_DECISION, DecisionOutcome
from service.domain.events.decision import (
    AppealReceived,
    AppealSettled,
    BoardPackaged,
    CaseReopened,
    DecisionProposed,
    ProposalReturned,
    ProposalSeconded,
)
from service.domain.events.decision_record import CaseDecided
from service.domain.events.event import Entry
from service.domain.events.folds import Folds
from service.domain.events.review import (
    CommunicationAnswered,
    CommunicationExcepted,
    CommunicationSent,
    CompletionAnswered,
    CompletionAsked,
    CompletionReminded,
    ConflictDeclared,
    SearchRecorded,
)


@dataclass(slots=True)
class Told:
    """A letter that awaited an answer: what it told or asked for, by when, and whether the answer has come."""

    outcome: str
    names: frozenset[str]
    due: date
    answered: bool = False


@dataclass(slots=True)
class Proposed:
    """A proposal as it stands: who made it, who read it and when, and whether the board has its report."""

    id: str
    by: str
    seconded_by: str | None = None
    seconded_seq: int = -1
    packaged: bool = False


@dataclass(slots=True)
class Course:
    """One case's course in this turn; what has been declared, and which acts were found by whom, outlasts a turn.

    `decided` and `appeals`: each decision's outcome and turn, and each appeal's decision, by their ids.
    """

    declared: dict[str, bool] = field(default_factory=dict)
    acts: dict[str, str] = field(default_factory=dict)
    communications: dict[str, Told] = field(default_factory=dict)
    completions: dict[str, Told] = field(default_factory=dict)
    decided: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    appeals: dict[str, str] = field(default_factory=dict)
    excepted: bool = False
    proposal: Proposed | None = None
    turn: str | None = None
    last_material: int = -1


FOLDS = Folds[Course]()


def follow(course: Course, entry: Entry) -> None:
    """Take the next event of the case into account."""
    if entry.data.declared.material:
        course.last_material = entry.seq
    FOLDS.follow(course, entry)


@FOLDS.of(ConflictDeclared)
def conflict_declared(course: Course, data: ConflictDeclared, entry: Entry) -> None:
    """Who has declared what."""
    course.declared[entry.actor] = data.conflict


@FOLDS.of(SearchRecorded)
def search_recorded(course: Course, data: SearchRecorded, entry: Entry) -> None:
    """Who found which acts."""
    for act in data.found_acts:
        course.acts[act.act] = entry.actor


@FOLDS.of(CompletionAsked)
def completion_asked(course: Course, data: CompletionAsked, _: Entry) -> None:
    """What was missing."""
    course.completions[data.completion] = Told("", frozenset(data.missing), data.due)


@FOLDS.of(CompletionReminded)
def completion_reminded(course: Course, data: CompletionReminded, _: Entry) -> None:
    """The new last day."""
    course.completions[data.completion].due = data.due


@FOLDS.of(CompletionAnswered)
def completion_answered(course: Course, data: CompletionAnswered, _: Entry) -> None:
    """It has come."""
    course.completions[data.completion].answered = True


@FOLDS.of(CommunicationSent)
def communication_sent(course: Course, data: CommunicationSent, _: Entry) -> None:
    """What the applicant was told is considered, and by which clauses."""
    course.communications[data.communication] = Told(data.outcome, frozenset(data.clauses), data.due)


@FOLDS.of(CommunicationAnswered)
def communication_answered(course: Course, data: CommunicationAnswered, _: Entry) -> None:
    """The answer has come."""
    course.communications[data.communication].answered = True


@FOLDS.of(CommunicationExcepted)
def communication_excepted(course: Course, _: CommunicationExcepted, __: Entry) -> None:
    """The applicant is not asked, for a reason of the closed list."""
    course.excepted = True


@FOLDS.of(DecisionProposed)
def decision_proposed(course: Course, data: DecisionProposed, entry: Entry) -> None:
    """A proposal, by whom."""
    course.proposal = Proposed(data.proposal, entry.actor)


@FOLDS.of(ProposalReturned)
def proposal_returned(course: Course, _: ProposalReturned, __: Entry) -> None:
    """None."""
    course.proposal = None


@FOLDS.of(ProposalSeconded)
def proposal_seconded(course: Course, _: ProposalSeconded, entry: Entry) -> None:
    """Who has read it, and when."""
    if course.proposal is not None:
        course.proposal.seconded_by, course.proposal.seconded_seq = entry.actor, entry.seq


@FOLDS.of(BoardPackaged)
def board_packaged(course: Course, _: BoardPackaged, __: Entry) -> None:
    """The board has its report."""
    if course.proposal is not None:
        course.proposal.packaged = True


@FOLDS.of(CaseDecided)
def case_decided(course: Course, data: CaseDecided, _: Entry) -> None:
    """The proposal and the turn are over."""
    course.decided[data.decision] = (data.outcome, course.turn)
    course.proposal, course.turn = None, None


@FOLDS.of(CaseReopened)
def case_reopened(course: Course, data: CaseReopened, _: Entry) -> None:
    """A new turn."""
    _new_turn(course, data.ground)


@FOLDS.of(AppealReceived)
def appeal_received(course: Course, data: AppealReceived, _: Entry) -> None:
    """Which decision it is against."""
    course.appeals[data.appeal] = data.decision


@FOLDS.of(AppealSettled)
def appeal_settled(course: Course, data: AppealSettled, _: Entry) -> None:
    """The turn of a decision that the court has annulled begins anew."""
    if data.outcome == "annulled":
        outcome, turn = course.decided[course.appeals[data.appeal]]
        _new_turn(course, "revocation" if DecisionOutcome(outcome) in ON_A_DECISION else turn)


def _new_turn(course: Course, ground: str | None) -> None:
    """What was asked, told and proposed before it is history."""
    course.turn, course.proposal, course.excepted = ground, None, False
    course.completions, course.communications = {}, {}
