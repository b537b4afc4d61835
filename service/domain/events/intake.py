"""Events of intake and screening: what comes in, what the checks said, what is taken and settled."""

from typing import Annotated

from service.domain.events.event import COLLEAGUES, HANDLERS, CaseEvent, event
from service.domain.events.fields import (
    ApplicationPart,
    Code,
    Commitment,
    Day,
    DiaryNumber,
    Digest,
    ListRef,
    Ore,
    Part,
    RuleSetRef,
    SameAsListed,
    Time,
    Uuid,
    Whole,
)
from service.domain.people import INTAKE_RIGHT, MATCH_RIGHT, Role


@event("case:received", persons=HANDLERS, key=INTAKE_RIGHT)
class CaseReceived(CaseEvent, frozen=True):
    """An application has come in, and a case begins."""

    diary_number: Annotated[DiaryNumber, "its diary number (diarienummer)"]
    kind: Annotated[Code, "grant or premises"]
    type: Annotated[Code, "the type of grant or of room"]
    organisation: Annotated[Uuid, "the applicant, over all their cases"]
    organisation_value: Annotated[Commitment, "the applicant's name and number"]
    amount_ore: Annotated[Ore | None, "what is applied for, in öre"]
    hirer: Annotated[Code | None, "what the hirer of a room is: association, company, private person"]
    channel: Annotated[Code, "how it came"]
    received: Annotated[Time, "when it came"]
    due: Annotated[Day, "the day by which it is to be answered"]
    lookup: Annotated[Digest, "of what a repeated application and an event's day are found by"]
    rules: Annotated[RuleSetRef, "the rule set it is judged by"]
    application: Annotated[tuple[ApplicationPart, ...], "the application, in parts"]
    speakers: Annotated[Commitment | None, "the names of the speakers"]


class CheckRun(Part, frozen=True):
    """How the asking of a check went."""

    started: Annotated[Time, "when it began"]
    ms: Annotated[Whole, "how long it took, in milliseconds"]
    error: Annotated[Code | None, "what broke, where something did"]


class CheckAnswer(Part, frozen=True):
    """What a check said."""

    id: Annotated[Uuid, "the finding"]
    check: Annotated[Code, "the check"]
    check_version: Annotated[Code, "in which version"]
    outcome: Annotated[Code, "met, not met, could not be checked, not applicable, or look closer"]
    code: Annotated[Code, "the check's word for it"]
    traits: Annotated[tuple[Code, ...], "what the rest of the service asks of such a finding"]
    detail: Annotated[Commitment, "the sentences, with what they name"]
    speaker_detail: Annotated[Commitment | None, "those about speakers"]
    carried_from: Annotated[Uuid | None, "the finding before with the very same answer, if it was settled"]
    resolution: Annotated[Code | None, "how that one was settled"]
    lists: Annotated[tuple[ListRef, ...], "the lists it was asked of"]
    run: Annotated[CheckRun, "how it went"]


@event("case:screened", service=True, material=True)
class CaseScreened(CaseEvent, frozen=True):
    """Every check that the rule set requires has been asked; nothing is decided by it."""

    check_round: Annotated[Whole, "the number of the check round"]
    rules: Annotated[RuleSetRef, "the rule set that the case is judged by"]
    procedure: Annotated[RuleSetRef, "the rule set whose routine is in force"]
    model: Annotated[Code, "the name comparison's version"]
    inputs: Annotated[Commitment, "all that the checks were given"]
    findings: Annotated[tuple[CheckAnswer, ...], "what each check said, in the order of the rule set"]


@event("case:rescreen-asked", persons=COLLEAGUES | {Role.COORDINATOR})
class CaseRescreenAsked(CaseEvent, frozen=True):
    """The checks are to be asked again."""

    check_round: Annotated[Whole, "the number that the coming check round will have"]


@event("case:taken", persons=HANDLERS)
class CaseTaken(CaseEvent, frozen=True):
    """An officer has taken the case."""

    owner: Annotated[Uuid, "who has it from now on"]
    before: Annotated[Uuid | None, "who had it before"]


@event("case:released", persons=HANDLERS)
class CaseReleased(CaseEvent, frozen=True):
    """The officer has put the case back in the queue."""

    before: Annotated[Uuid, "who had it"]


@event("case:left", persons=frozenset({Role.ADMINISTRATOR}))
class CaseLeft(CaseEvent, frozen=True):
    """The officer's account has been closed, and the case is back in the queue."""

    before: Annotated[Uuid, "who had it"]


@event("finding:resolved", persons=HANDLERS, material=True)
class FindingResolved(CaseEvent, frozen=True):
    """The officer has settled a finding, in words."""

    finding: Annotated[Uuid, "the finding"]
    check: Annotated[Code, "the check that it came from"]
    resolution: Annotated[Code, "an obstacle, or none"]
    reason: Annotated[Commitment, "why"]
    same: Annotated[tuple[SameAsListed, ...], "the pairs of party and list entry that are the same, and by what"]
    held_apart: Annotated[tuple[Digest, ...], "the pairs of party and list entry that are not the same"]


@event("distinction:withdrawn", persons=HANDLERS)
class DistinctionWithdrawn(CaseEvent, frozen=True):
    """What was held apart is to be looked into again."""

    pair: Annotated[Digest, "the pair of party and list entry"]
    reason: Annotated[Commitment, "why"]


@event("match:asked", key=MATCH_RIGHT)
class MatchAsked(CaseEvent, frozen=True):
    """Another system of the City has asked a list for names, for this case."""

    list: Annotated[Code, "the list"]
    version: Annotated[Uuid, "its version"]
    sha256: Annotated[Digest, "of its file"]
    model: Annotated[Code, "the name comparison's version"]
    asked: Annotated[Commitment, "the names that were asked for"]
    queries: Annotated[Whole, "how many questions"]
    found: Annotated[Whole, "how many answers"]


@event("enclosure:added", persons=HANDLERS, key=INTAKE_RIGHT, material=True)
class EnclosureAdded(CaseEvent, frozen=True):
    """A document (bilaga) has been added to the case."""

    enclosure: Annotated[Uuid, "the document"]
    kind: Annotated[Code, "what sort of document"]
    media_type: Annotated[Code, "what its content was found to be"]
    size: Annotated[Whole, "in bytes"]
    sha256: Annotated[Digest, "of its content"]
    name: Annotated[Commitment, "the file's name"]
    speaks_from: Annotated[Day | None, "the day, or the first day, that it speaks of, where stated"]
    speaks_to: Annotated[Day | None, "the last day that it speaks of, where it is a period"]
    condition: Annotated[Code, "whether it can be read: whole, encrypted, truncated or empty"]
    scanned: Annotated[Code, "what a scanner for harmful code said of it"]


@event("secrecy:marked", persons=HANDLERS)
class SecrecyMarked(CaseEvent, frozen=True):
    """The case or an enclosure has been marked as secret (OSL 5:5)."""

    marking: Annotated[Uuid, "the marking"]
    enclosure: Annotated[Uuid | None, "which enclosure; none: the case"]
    value: Annotated[Commitment, "provision, day and authority"]
