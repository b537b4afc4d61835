"""Events of decision: what is proposed, signed, sent and reported, and what follows; the record has its own file."""

from typing import Annotated

from service.domain.events.event import COLLEAGUES, HANDLERS, RoutineStep, event
from service.domain.events.fields import (
    Code,
    Commitment,
    Day,
    Digest,
    Ore,
    Part,
    RenewedAnswer,
    RuleSetRef,
    SentLetter,
    Uuid,
    Whole,
)
from service.domain.people import Role


class OwnCondition(Part, frozen=True):
    """A condition (villkor) of this decision alone."""

    text: Annotated[Commitment, "the condition"]
    due: Annotated[Day | None, "the day by which it is to be met"]


@event("decision:proposed", persons=HANDLERS)
class DecisionProposed(RoutineStep, frozen=True):
    """The officer proposes what is to be decided (föredragning)."""

    proposal: Annotated[Uuid, "the proposal"]
    outcome: Annotated[Code, "what is proposed"]
    amount_ore: Annotated[Ore | None, "how much, in öre"]
    clauses: Annotated[tuple[Code, ...], "by which clauses"]
    based_on: Annotated[tuple[Uuid, ...], "on which findings"]
    act_ids: Annotated[tuple[Uuid, ...], "on which acts"]
    bookings: Annotated[tuple[Uuid, ...], "which times, of a case of premises"]
    reasons: Annotated[Commitment | None, "why"]
    circumstances: Annotated[Commitment | None, "the circumstances, where it is adverse"]
    response: Annotated[Commitment | None, "what is said to the applicant's answer"]
    search_left_out: Annotated[Code | None, "why open sources were not searched, where they always are"]
    beyond_frame: Annotated[Commitment | None, "why more is given than is left of the round's frame"]
    own_conditions: Annotated[tuple[OwnCondition, ...], "the conditions beside the routine's"]


@event("proposal:returned", persons=COLLEAGUES)
class ProposalReturned(RoutineStep, frozen=True):
    """A proposal has been sent back."""

    proposal: Annotated[Uuid, "the proposal"]
    text: Annotated[Commitment, "why"]


@event("proposal:seconded", persons=COLLEAGUES)
class ProposalSeconded(RoutineStep, frozen=True):
    """A second person has read all of it and answered the questions."""

    proposal: Annotated[Uuid, "the proposal"]
    questions: Annotated[tuple[Code, ...], "the questions that were answered"]
    text: Annotated[Commitment, "the answers"]


@event("board:packaged", persons=HANDLERS)
class BoardPackaged(RoutineStep, frozen=True):
    """The report to the board (tjänsteutlåtande) has been made."""

    proposal: Annotated[Uuid, "the proposal it reports"]
    sha256: Annotated[Digest, "of the report and its annexes"]
    letter: Annotated[SentLetter, "the report"]


@event("applicant:told", persons=COLLEAGUES | {Role.COORDINATOR})
class ApplicantTold(RoutineStep, frozen=True):
    """A letter has been made that tells the applicant of what has happened to what it has; it is still to be sent."""

    notice: Annotated[Uuid, "the letter, until it is sent"]
    why: Annotated[Code, "what has happened, as the rule set's letter of it is called"]
    bookings: Annotated[tuple[Uuid, ...], "the times that it is about"]
    letter: Annotated[SentLetter, "the letter"]


@event("letter:dispatched", persons=HANDLERS)
class LetterDispatched(RoutineStep, frozen=True):
    """A letter that had been made has been sent."""

    notice: Annotated[Uuid, "the letter"]
    channel: Annotated[Code, "how"]
    sent: Annotated[Day, "the day it was sent"]


@event("letter:sent", persons=HANDLERS)
class LetterSent(RoutineStep, frozen=True):
    """The decision, or the confirmation of a booking, has been sent (expediering)."""

    decision: Annotated[Uuid, "the decision or execution"]
    channel: Annotated[Code, "how it went"]
    sent: Annotated[Day, "the day"]
    letter: Annotated[SentLetter, "the letter"]


@event("decision:posted", persons=HANDLERS)
class DecisionPosted(RoutineStep, frozen=True):
    """The decision has been posted on the notice board (anslag, KL 13:5)."""

    decision: Annotated[Uuid, "the decision"]
    posted: Annotated[Day, "the day"]
    adjusted: Annotated[Day | None, "the day on which the board's minutes were adjusted"]
    last_day: Annotated[Day, "the last day for an appeal"]
    letter: Annotated[SentLetter, "the notice"]


@event("decision:posting-corrected", persons=HANDLERS)
class PostingCorrected(RoutineStep, frozen=True):
    """What was noted of the posting was wrong; the days that are right, and the notice with them."""

    decision: Annotated[Uuid, "the decision"]
    posted: Annotated[Day, "the day"]
    adjusted: Annotated[Day | None, "the day on which the board's minutes were adjusted"]
    last_day: Annotated[Day, "the last day for an appeal"]
    text: Annotated[Commitment, "why"]
    letter: Annotated[SentLetter, "the notice"]


@event("decision:reported", persons=HANDLERS)
class DecisionReported(RoutineStep, frozen=True):
    """The decision has been reported to the board (anmälan, KL 6:40)."""

    decision: Annotated[Uuid, "the decision"]
    meeting: Annotated[Day, "the day of the meeting"]


@event("decision:added-to", persons=HANDLERS)
class DecisionAddedTo(RoutineStep, frozen=True):
    """A dated text has been added to a decision; the decision stays as it was."""

    decision: Annotated[Uuid, "the decision"]
    addendum: Annotated[Uuid, "the text"]
    kind: Annotated[Code, "an addition, or the correction of a slip"]
    text: Annotated[Commitment, "in what words"]


@event("decision:final", persons=HANDLERS)
class DecisionFinal(RoutineStep, frozen=True):
    """The decision has gained legal force (laga kraft)."""

    decision: Annotated[Uuid, "the decision"]
    last_day: Annotated[Day, "the last day on which it could be appealed"]


@event("case:reopened", persons=HANDLERS)
class CaseReopened(RoutineStep, frozen=True):
    """A decided case is taken up again."""

    ground: Annotated[Code, "to revoke, or to change"]
    decision: Annotated[Uuid, "the decision or execution it is about"]
    text: Annotated[Commitment, "why"]
    owner: Annotated[Uuid, "who has the case from now on"]
    due: Annotated[Day, "the day by which it is to be answered"]
    withdrawal: Annotated[Uuid | None, "the proceeding that it is taken up in with other decisions, if any"]


@event("appeal:received", persons=HANDLERS)
class AppealReceived(RoutineStep, frozen=True):
    """An appeal (överklagande) has come in."""

    appeal: Annotated[Uuid, "the appeal"]
    decision: Annotated[Uuid, "the decision it is against"]
    received: Annotated[Day, "the day it came"]
    text: Annotated[Commitment, "in what words"]


@event("appeal:tested", persons=HANDLERS)
class AppealTested(RoutineStep, frozen=True):
    """It has been tested whether the appeal came in time (rättidsprövning)."""

    appeal: Annotated[Uuid, "the appeal"]
    in_time: Annotated[bool, "whether it did"]
    last_day: Annotated[Day | None, "the last day, where the time had begun to run"]
    text: Annotated[Commitment, "why"]


@event("appeal:forwarded", persons=HANDLERS)
class AppealForwarded(RoutineStep, frozen=True):
    """The appeal has been sent on to the court."""

    appeal: Annotated[Uuid, "the appeal"]
    on: Annotated[Day, "the day"]


@event("appeal:settled", persons=HANDLERS)
class AppealSettled(RoutineStep, frozen=True):
    """The appeal has ended."""

    appeal: Annotated[Uuid, "the appeal"]
    outcome: Annotated[Code, "upheld, annulled, dismissed, or withdrawn"]
    on: Annotated[Day, "the day"]
    left: Annotated[Whole, "how many other appeals have not ended"]
    text: Annotated[Commitment, "in what words"]
    owner: Annotated[Uuid | None, "who has the case, where it is open again"]
    due: Annotated[Day | None, "the day by which it is then to be answered"]


@event("side:decided", persons=COLLEAGUES)
class SideDecided(RoutineStep, frozen=True):
    """A decision beside the case's own: not to release a document, or on personal data."""

    decision: Annotated[Uuid, "this decision"]
    kind: Annotated[Code, "of which kind"]
    text: Annotated[Commitment, "why"]
    letter: Annotated[SentLetter, "the letter"]
    delegation_point: Annotated[Code, "under which delegation point (delegationspunkt)"]


@event("terms:accepted", persons=HANDLERS)
class TermsAccepted(RoutineStep, frozen=True):
    """The applicant has accepted the terms (villkor)."""

    decision: Annotated[Uuid, "the decision or execution"]
    terms: Annotated[Code, "the version of the terms"]
    on: Annotated[Day, "the day"]
    seasons: Annotated[tuple[Code, ...], "the seasons of the times that it was for, where rooms are hired"]
    text: Annotated[Commitment, "how, and by whom"]


@event("payment:released", persons=HANDLERS)
class PaymentReleased(RoutineStep, frozen=True):
    """A grant is handed over to be paid: the lists have been asked again just before, and nothing stood in the way."""

    decision: Annotated[Uuid, "the decision"]
    amount_ore: Annotated[Ore, "how much, in öre: what was left of the grant"]
    checked_otherwise: Annotated[Commitment | None, "how what no list could be asked about was checked in another way"]
    answers: Annotated[tuple[RenewedAnswer, ...], "what each check of names said"]
    model: Annotated[Code, "the name comparison's version"]
    inputs: Annotated[Commitment, "all that the checks were given"]
    procedure: Annotated[RuleSetRef, "the rule set"]


@event("condition:reported", persons=HANDLERS)
class ConditionReported(RoutineStep, frozen=True):
    """It has been noted whether a condition is met."""

    decision: Annotated[Uuid, "the decision"]
    position: Annotated[Whole, "which of its conditions, from 0"]
    on: Annotated[Day, "the day"]
    met: Annotated[bool, "whether it is met"]
    text: Annotated[Commitment, "how it was shown"]
