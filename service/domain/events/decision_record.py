"""The decision record: the field groups of casework 5.1, in its order. No group 8: nothing recommends."""

from typing import Annotated, Literal

from service.domain.events.event import COLLEAGUES, CaseEvent, event
from service.domain.events.fields import (
    ApplicationPart,
    Code,
    Commitment,
    Condition,
    Day,
    DiaryNumber,
    Digest,
    Ore,
    Part,
    Pseudonym,
    Time,
    Uuid,
    Whole,
)

#: The version of the record's form, as a reader outside knows it.
RECORD_VERSION: Literal[4] = 4


class RecordedEnclosure(Part, frozen=True):
    """An enclosure that there was."""

    id: Annotated[Uuid, "the enclosure"]
    kind: Annotated[Code, "what sort of document"]
    sha256: Annotated[Digest, "of its content"]


class AdoptedRules(Part, frozen=True):
    """A rule set, and by which decision it was adopted."""

    id: Annotated[Code, "its id"]
    sha256: Annotated[Digest, "of its text"]
    valid_from: Annotated[Day, "the day from which it holds"]
    adopted_on: Annotated[Day, "the day it was adopted"]
    diary_number: Annotated[DiaryNumber, "of the decision that adopted it"]


class RecordedCheck(Part, frozen=True):
    """A check as it was installed."""

    check: Annotated[Code, "its name"]
    version: Annotated[Code, "its version"]
    distribution: Annotated[Code, "the package it comes from"]
    distribution_version: Annotated[Code, "that package's version"]
    sha256: Annotated[Digest, "of the package"]


class Engine(Part, frozen=True):
    """By what machinery it was checked."""

    software: Annotated[Code, "Granska's version"]
    model: Annotated[Code, "the name comparison's version"]
    population: Annotated[Code, "the name counts it weighs by"]
    analysis: Annotated[Code, "the way names are taken apart"]
    checks: Annotated[tuple[RecordedCheck, ...], "the checks that were asked"]


class RecordedList(Part, frozen=True):
    """A version of a list that was asked."""

    key: Annotated[Code, "the list"]
    version: Annotated[Code, "its version"]
    sha256: Annotated[Digest, "of its file"]
    generated: Annotated[Time, "when its publisher made it"]
    as_of: Annotated[Time, "as of when it is known to be current"]


class JudgedFinding(Part, frozen=True):
    """What a check found, and what a person made of it."""

    id: Annotated[Uuid, "the finding"]
    check: Annotated[Code, "the check"]
    check_version: Annotated[Code, "in which version"]
    clause: Annotated[Code | None, "the clause it serves"]
    outcome: Annotated[Code, "what it said"]
    code: Annotated[Code, "its word for it"]
    detail: Annotated[Commitment, "the sentences"]
    speaker_detail: Annotated[Commitment | None, "those about speakers"]
    ms: Annotated[Whole, "how long it took, in milliseconds"]
    error: Annotated[Code | None, "what broke, where something did"]
    resolution: Annotated[Code | None, "how a person settled it"]
    resolved_by: Annotated[Pseudonym | None, "who"]
    reason: Annotated[Commitment | None, "why"]


class Declared(Part, frozen=True):
    """Someone's declaration of a conflict of interest (jäv)."""

    who: Annotated[Pseudonym, "who declared"]
    conflict: Annotated[bool, "whether there is one"]
    seq: Annotated[Whole, "the log's number of the declaration"]


class People(Part, frozen=True):
    """Who proposed, presented, seconded and decided."""

    decider: Annotated[Pseudonym, "who decided"]
    proposer: Annotated[Pseudonym | None, "who proposed"]
    presenter: Annotated[Pseudonym | None, "who presented (föredragande)"]
    co_approvers: Annotated[tuple[Pseudonym, ...], "who seconded"]
    delegation_point: Annotated[Code, "under which delegation point (delegationspunkt)"]
    ceiling_ore: Annotated[Ore | None, "how far that point reaches, in öre"]
    board: Annotated[bool, "whether the board itself decided"]
    board_minute: Annotated[Commitment | None, "the board's minute"]
    conflict_of_interest: Annotated[tuple[Declared, ...], "who declared what before the case opened for them"]
    opened_at: Annotated[Time | None, "when the decider last opened the case"]


class RecordedAssessment(Part, frozen=True):
    """A criterion, as it was assessed."""

    criterion: Annotated[Code, "the criterion"]
    result: Annotated[Code, "the result"]
    text: Annotated[Commitment, "why"]


class Communicated(Part, frozen=True):
    """What the applicant was told before it, and said; by which exception they were not asked."""

    sent: Annotated[tuple[Uuid, ...], "the letters"]
    answers: Annotated[tuple[Commitment, ...], "the answers"]
    exception: Annotated[Code | None, "the exception"]
    completion: Annotated[Uuid | None, "the last request for what was missing"]


class Appealable(Part, frozen=True):
    """How it can be appealed."""

    route: Annotated[Code, "by which way"]
    text_sha256: Annotated[Digest, "of the instruction in Swedish"]


class Links(Part, frozen=True):
    """What it follows from; an earlier record is never edited."""

    supersedes: Annotated[Uuid | None, "the decision it takes the place of"]
    corrects: Annotated[Uuid | None, "the decision it corrects"]
    revokes: Annotated[Uuid | None, "the decision it revokes"]
    caused_by: Annotated[Uuid | None, "what it follows from"]


class ApplicationForm(Part, frozen=True):
    """The form of an application, so that a reader knows by what questions it was asked."""

    id: Annotated[Code, "the form"]
    sha256: Annotated[Digest, "of its schema"]


@event("case:decided", persons=COLLEAGUES)
class CaseDecided(CaseEvent, frozen=True):
    """A named person has decided; this is the decision record (beslutsprotokoll)."""

    # 1 what this is
    record: Annotated[Literal[4], "the version of this form"]
    decision: Annotated[Uuid, "the decision"]
    kind: Annotated[Code, "grant or premises"]
    diary_number: Annotated[DiaryNumber, "the case's diary number"]
    # 2 whom it is about
    organisation: Annotated[Uuid, "the applicant"]
    organisation_value: Annotated[Commitment, "the applicant's name and number"]
    # 3 what was asked
    requested_ore: Annotated[Ore | None, "what was applied for, in öre"]
    application: Annotated[tuple[ApplicationPart, ...], "the application, in parts"]
    speakers: Annotated[Commitment | None, "the names of the speakers"]
    revision: Annotated[Whole, "the version of the case that was decided on"]
    form: Annotated[ApplicationForm, "by what questions it was asked"]
    enclosures: Annotated[tuple[RecordedEnclosure, ...], "the enclosures there were"]
    # 4 by which rules
    criteria_rules: Annotated[AdoptedRules, "the rule set it is judged by"]
    procedure_rules: Annotated[AdoptedRules, "the rule set whose routine is in force"]
    # 5 by what machinery
    engine: Annotated[Engine, "the machinery"]
    # 6 on what input
    check_round: Annotated[Whole, "the number of the check round"]
    inputs: Annotated[Commitment | None, "all that the checks were given"]
    lists: Annotated[tuple[RecordedList, ...], "the lists they asked"]
    # 7 what the checks found
    findings: Annotated[tuple[JudgedFinding, ...], "the findings"]
    # 9 who
    people: Annotated[People, "who"]
    # 10 the outcome
    outcome: Annotated[Code, "what was decided"]
    amount_ore: Annotated[Ore | None, "how much, in öre"]
    bookings: Annotated[tuple[Uuid, ...], "which times, of a case of premises"]
    conditions: Annotated[tuple[Condition, ...], "the conditions"]
    terms: Annotated[Code | None, "the version of the terms"]
    valid_from: Annotated[Day | None, "the day from which it holds"]
    valid_to: Annotated[Day | None, "the last day it holds; no release fills it yet"]
    # 11 why
    clauses: Annotated[tuple[Code, ...], "by which clauses"]
    based_on: Annotated[tuple[Uuid, ...], "on which findings"]
    reasons: Annotated[Commitment, "why"]
    circumstances: Annotated[Commitment | None, "the circumstances, where it is adverse"]
    response: Annotated[Commitment | None, "what is said to the applicant's answer"]
    search_left_out: Annotated[Code | None, "why open sources were not searched, where they always are"]
    beyond_frame: Annotated[Commitment | None, "why more is given than is left of the round's frame"]
    acts: Annotated[tuple[Commitment, ...], "the acts it rests on"]
    assessments: Annotated[tuple[RecordedAssessment, ...], "the criteria that were assessed"]
    # 12 what the applicant was told before it, and said
    communication: Annotated[Communicated | None, "what they were told and said"]
    proposal: Annotated[Uuid | None, "the proposal it follows, word for word"]
    # 13 how it can be appealed
    appeal: Annotated[Appealable, "how"]
    # 14 how long it is kept and what is secret
    retention: Annotated[Code | None, "the retention code"]
    secrecy: Annotated[tuple[Uuid, ...], "the secrecy markings there were"]
    # 15 what it follows from
    links: Annotated[Links, "the decisions it is tied to"]
