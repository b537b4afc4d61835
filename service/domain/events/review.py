"""Events of review: whose case it is, the inquiry, and what goes to and comes from the applicant."""

from typing import Annotated

from service.domain.events.event import COLLEAGUES, HANDLERS, RoutineStep, event
from service.domain.events.fields import Code, Commitment, Day, Part, SentLetter, Uuid, Whole
from service.domain.people import INTAKE_RIGHT


@event("conflict:declared", persons=COLLEAGUES)
class ConflictDeclared(RoutineStep, frozen=True):
    """Someone has declared whether there is a conflict of interest (jäv)."""

    conflict: Annotated[bool, "whether there is"]
    hint: Annotated[bool, "whether the service had shown them something that might be one"]
    text: Annotated[Commitment | None, "which, in words"]
    released: Annotated[bool, "whether they had the case, and it went back to the queue"]


@event("case:assigned", persons=HANDLERS)
class CaseAssigned(RoutineStep, frozen=True):
    """The case has been handed to a colleague."""

    owner: Annotated[Uuid, "who has it from now on"]
    before: Annotated[Uuid | None, "who had it before"]
    note: Annotated[Commitment | None, "what to know"]


@event("case:paused", persons=HANDLERS)
class CasePaused(RoutineStep, frozen=True):
    """The time for the answer stands still."""

    ground: Annotated[Code, "why, from the routine's list"]
    note: Annotated[Commitment | None, "why, in words"]
    until: Annotated[Day | None, "the day until which, if known"]


@event("case:resumed", persons=HANDLERS)
class CaseResumed(RoutineStep, frozen=True):
    """The time for the answer runs again."""

    days: Annotated[Whole, "how many days it stood still"]
    due: Annotated[Day, "the new day by which it is to be answered"]


@event("note:written", persons=COLLEAGUES)
class NoteWritten(RoutineStep, frozen=True):
    """A note (tjänsteanteckning) has been written."""

    note: Annotated[Commitment, "the note"]


@event("application:withdrawn", persons=HANDLERS, key=INTAKE_RIGHT, material=True)
class ApplicationWithdrawn(RoutineStep, frozen=True):
    """The applicant has withdrawn the application."""

    received: Annotated[Day, "the day it came"]
    text: Annotated[Commitment, "in what words"]


@event("completion:asked", persons=HANDLERS)
class CompletionAsked(RoutineStep, frozen=True):
    """The applicant has been asked for what is missing (komplettering)."""

    completion: Annotated[Uuid, "the request"]
    missing: Annotated[tuple[Code, ...], "what the checks say is missing"]
    text: Annotated[Commitment, "what the officer added"]
    due: Annotated[Day, "the last day"]
    letter: Annotated[SentLetter, "the letter"]


@event("completion:reminded", persons=HANDLERS)
class CompletionReminded(RoutineStep, frozen=True):
    """The applicant has been reminded."""

    completion: Annotated[Uuid, "the request"]
    due: Annotated[Day, "the new last day"]
    letter: Annotated[SentLetter, "the letter"]


@event("completion:answered", persons=HANDLERS, key=INTAKE_RIGHT, material=True)
class CompletionAnswered(RoutineStep, frozen=True):
    """The applicant has answered."""

    completion: Annotated[Uuid, "the request"]
    answer: Annotated[Commitment, "the answer"]
    received: Annotated[Day, "the day it came"]


class FoundAct(Part, frozen=True):
    """A documented act (handling) that a search has found."""

    act: Annotated[Uuid, "the act"]
    value: Annotated[Commitment, "who, what, when, and the source"]
    grade: Annotated[Code, "how good the source is, by the routine"]
    link_only: Annotated[bool, "whether it only shows a link to someone else"]


@event("search:recorded", persons=HANDLERS, material=True)
class SearchRecorded(RoutineStep, frozen=True):
    """An open-source check has been made by the routine's own queries."""

    search: Annotated[Uuid, "the search"]
    template: Annotated[Code, "the routine's list of queries"]
    searched_on: Annotated[Day, "the day"]
    searched: Annotated[Commitment, "each query and what it gave"]
    found_acts: Annotated[tuple[FoundAct, ...], "the acts that were found"]


@event("act:verified", persons=COLLEAGUES, material=True)
class ActVerified(RoutineStep, frozen=True):
    """A second person has looked at the source of an act, and it says so."""

    act: Annotated[Uuid, "the act"]


@event("finding:confirmed", persons=COLLEAGUES, material=True)
class FindingConfirmed(RoutineStep, frozen=True):
    """A second person has compared the listed name with the applicant's."""

    finding: Annotated[Uuid, "the finding"]
    agrees: Annotated[bool, "whether they agree that it is the listed one"]
    text: Annotated[Commitment, "why"]


@event("consultation:asked", persons=HANDLERS)
class ConsultationAsked(RoutineStep, frozen=True):
    """Someone outside the unit has been asked (samråd)."""

    consultation: Annotated[Uuid, "the request"]
    consultee: Annotated[Code, "who, from the routine's list"]
    circumstances: Annotated[Commitment, "the circumstances they were asked on"]
    due: Annotated[Day, "the last day"]


@event("consultation:answered", persons=HANDLERS, material=True)
class ConsultationAnswered(RoutineStep, frozen=True):
    """They have answered."""

    consultation: Annotated[Uuid, "the request"]
    answer_class: Annotated[Code, "what sort of answer; what the other authority knows is not kept"]
    answered_on: Annotated[Day, "the day it came"]
    enclosure: Annotated[Uuid | None, "the written opinion"]
    disclosed: Annotated[bool, "whether the applicant may see it"]
    provision: Annotated[Commitment | None, "by which provision they may not"]


@event("assessment:written", persons=HANDLERS, material=True)
class AssessmentWritten(RoutineStep, frozen=True):
    """A criterion of the routine has been assessed."""

    criterion: Annotated[Code, "the criterion"]
    result: Annotated[Code, "met, not met, or unclear"]
    text: Annotated[Commitment, "why"]


@event("communication:sent", persons=HANDLERS)
class CommunicationSent(RoutineStep, frozen=True):
    """The applicant has been told all there is and what is considered (kommunicering, FL 25)."""

    communication: Annotated[Uuid, "the letter, as a request"]
    outcome: Annotated[Code, "what is considered"]
    clauses: Annotated[tuple[Code, ...], "by which clauses"]
    act_ids: Annotated[tuple[Uuid, ...], "the acts it took up"]
    findings: Annotated[tuple[Uuid, ...], "the findings it took up"]
    enclosures: Annotated[tuple[Uuid, ...], "the enclosures it named"]
    consultations: Annotated[tuple[Uuid, ...], "the consultations it took up"]
    text: Annotated[Commitment, "what the officer wrote"]
    due: Annotated[Day, "the last day for an answer"]
    channel: Annotated[Code, "how it went"]
    letter: Annotated[SentLetter, "the letter"]


@event("communication:answered", persons=HANDLERS, key=INTAKE_RIGHT, material=True)
class CommunicationAnswered(RoutineStep, frozen=True):
    """The applicant has answered."""

    communication: Annotated[Uuid, "the letter"]
    answer: Annotated[Commitment, "the answer"]
    received: Annotated[Day, "the day it came"]


@event("communication:excepted", persons=HANDLERS)
class CommunicationExcepted(RoutineStep, frozen=True):
    """It is to be decided without having asked the applicant, for a reason of the closed list (FL 25)."""

    exception: Annotated[Code, "the reason"]
    text: Annotated[Commitment, "why it holds here"]
