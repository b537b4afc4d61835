"""What proposals, decisions and appeals leave behind."""

from typing import Literal

from service.domain.clock import local_day
from service.domain.decision import ON_A_DECISION, DecisionOutcome
from service.domain.dossier.dossier import Appeal, Decided, Dossier, Proposed
from service.domain.dossier.review import done
from service.domain.events.decision import (
    AppealForwarded,
    AppealReceived,
    AppealSettled,
    AppealTested,
    BoardPackaged,
    CaseReopened,
    ConditionReported,
    DecisionAddedTo,
    DecisionFinal,
    DecisionPosted,
    DecisionProposed,
    DecisionReported,
    LetterDispatched,
    LetterSent,
    PaymentReleased,
    PostingCorrected,
    ProposalReturned,
    ProposalSeconded,
    SideDecided,
    TermsAccepted,
)
from service.domain.events.decision_record import CaseDecided
from service.domain.events.event import Entry
from service.domain.events.folds import Folds

FOLDS = Folds[Dossier]()


@FOLDS.of(DecisionProposed)
def decision_proposed(dossier: Dossier, data: DecisionProposed, entry: Entry) -> None:
    """A proposal as it stands."""
    dossier.proposal = Proposed(data.proposal, entry.actor, entry.at, entry.seq, data)
    dossier.returned = None


@FOLDS.of(ProposalReturned)
def proposal_returned(dossier: Dossier, data: ProposalReturned, entry: Entry) -> None:
    """No proposal, and why not."""
    dossier.proposal, dossier.returned = None, done(data, entry)


@FOLDS.of(ProposalSeconded)
def proposal_seconded(dossier: Dossier, data: ProposalSeconded, entry: Entry) -> None:
    """Who has seconded it."""
    proposal = dossier.proposal
    if proposal is not None:
        proposal.seconded_by, proposal.seconded_seq, proposal.second_ref = entry.actor, entry.seq, data.text


@FOLDS.of(BoardPackaged)
def board_packaged(dossier: Dossier, data: BoardPackaged, entry: Entry) -> None:
    """The report to the board, and the day it was made."""
    if dossier.proposal is not None:
        dossier.proposal.packaged, dossier.proposal.packaged_on = data.letter.body, local_day(entry.at)


@FOLDS.of(CaseDecided)
def case_decided(dossier: Dossier, data: CaseDecided, entry: Entry) -> None:
    """A decision."""
    decided = Decided(
        id=data.decision,
        seq=entry.seq,
        at=entry.at,
        by=entry.actor,
        outcome=DecisionOutcome(data.outcome),
        amount_ore=data.amount_ore,
        bookings=data.bookings,
        conditions=data.conditions,
        terms=data.terms,
        record=data,
        turn=dossier.turn,
    )
    dossier.decisions.append(decided)
    dossier.proposal, dossier.turn = None, None
    dossier.lapsed_untold.clear()  # its letter tells of what was not given


@FOLDS.of(CaseReopened)
def case_reopened(dossier: Dossier, data: CaseReopened, _: Entry) -> None:
    """A new turn, in a proceeding with other decisions where it is taken up so."""
    _new_turn(dossier, data.ground, by="case")
    dossier.withdrawal, dossier.to_take_up = data.withdrawal, False


def _new_turn(dossier: Dossier, ground: str | None, *, by: Literal["case", "court"]) -> None:
    """What was asked, assessed and proposed before is history."""
    dossier.reopened, dossier.turn = by, ground
    dossier.completions, dossier.communications, dossier.consultations = [], [], []
    dossier.assessed, dossier.exception, dossier.proposal, dossier.withdrawn = {}, None, None, None


@FOLDS.of(AppealReceived)
def appeal_received(dossier: Dossier, data: AppealReceived, _: Entry) -> None:
    """An appeal."""
    dossier.appeals.append(Appeal(data.appeal, data.decision, data.received, data.text))


def _appeal(dossier: Dossier, id: str) -> Appeal:
    """The appeal of this id; raises KeyError where there is none."""
    return {appeal.id: appeal for appeal in dossier.appeals}[id]


@FOLDS.of(AppealTested)
def appeal_tested(dossier: Dossier, data: AppealTested, _: Entry) -> None:
    """Whether it came in time."""
    appeal = _appeal(dossier, data.appeal)
    appeal.in_time, appeal.tested_ref = data.in_time, data.text


@FOLDS.of(AppealForwarded)
def appeal_forwarded(dossier: Dossier, data: AppealForwarded, _: Entry) -> None:
    """The day it was sent on."""
    _appeal(dossier, data.appeal).forwarded = data.on


@FOLDS.of(AppealSettled)
def appeal_settled(dossier: Dossier, data: AppealSettled, _: Entry) -> None:
    """How it ended; a decision that the court annuls is void."""
    appeal = _appeal(dossier, data.appeal)
    appeal.outcome = data.outcome
    if data.outcome == "annulled":
        _annul(dossier, appeal.decision)


def _annul(dossier: Dossier, decision: str) -> None:
    """The court has struck a decision out: what was in force before it is so again, and its turn begins anew."""
    annulled = next(decided for decided in dossier.decisions if decided.id == decision)
    annulled.annulled = True
    for appeal in dossier.appeals:
        if appeal.decision == decision and appeal.outcome is None:
            appeal.outcome = "lapsed"
    of_a_decision = annulled.outcome in ON_A_DECISION
    _new_turn(dossier, "revocation" if of_a_decision else annulled.turn, by="court")


@FOLDS.of(SideDecided)
def side_decided(dossier: Dossier, data: SideDecided, entry: Entry) -> None:
    """A decision beside the case's own."""
    dossier.side.append(done(data, entry))


def _of(dossier: Dossier, decision: str) -> list[Decided]:
    """The decision or execution of this id."""
    given = dossier.decisions + ([dossier.executed] if dossier.executed else [])
    return [decided for decided in given if decided.id == decision]


@FOLDS.of(LetterSent)
def letter_sent(dossier: Dossier, data: LetterSent, _: Entry) -> None:
    """A letter."""
    for decided in _of(dossier, data.decision):
        decided.letters.append(data)


@FOLDS.of(DecisionPosted)
def decision_posted(dossier: Dossier, data: DecisionPosted, _: Entry) -> None:
    """The notice, and the last day for an appeal."""
    _posted(dossier, data)


@FOLDS.of(PostingCorrected)
def posting_corrected(dossier: Dossier, data: PostingCorrected, _: Entry) -> None:
    """The days that are right, in place of those that were noted."""
    _posted(dossier, data)


def _posted(dossier: Dossier, data: DecisionPosted | PostingCorrected) -> None:
    for decided in _of(dossier, data.decision):
        decided.posted, decided.adjusted, decided.last_day = data.posted, data.adjusted, data.last_day


@FOLDS.of(DecisionReported)
def decision_reported(dossier: Dossier, data: DecisionReported, _: Entry) -> None:
    """The meeting."""
    for decided in _of(dossier, data.decision):
        decided.reported = data.meeting


@FOLDS.of(DecisionAddedTo)
def decision_added_to(dossier: Dossier, data: DecisionAddedTo, entry: Entry) -> None:
    """A text added to it."""
    for decided in _of(dossier, data.decision):
        decided.added.append(done(data, entry))


@FOLDS.of(DecisionFinal)
def decision_final(dossier: Dossier, data: DecisionFinal, _: Entry) -> None:
    """It has gained legal force."""
    for decided in _of(dossier, data.decision):
        decided.final = True


@FOLDS.of(TermsAccepted)
def terms_accepted(dossier: Dossier, data: TermsAccepted, _: Entry) -> None:
    """The terms."""
    for decided in _of(dossier, data.decision):
        decided.accepted = data


@FOLDS.of(PaymentReleased)
def payment_released(dossier: Dossier, data: PaymentReleased, entry: Entry) -> None:
    """That so much is handed over to be paid."""
    dossier.released.append(done(data, entry))


@FOLDS.of(ConditionReported)
def condition_reported(dossier: Dossier, data: ConditionReported, _: Entry) -> None:
    """A condition."""
    for decided in _of(dossier, data.decision):
        decided.reports[data.position] = data


@FOLDS.of(LetterDispatched)
def letter_dispatched(dossier: Dossier, data: LetterDispatched, _: Entry) -> None:
    """The letter has been sent."""
    dossier.told[data.notice].sent = data.sent
