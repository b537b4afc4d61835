"""Everything the log can record, as subject:action, with closed schemas, and which of it needs a person.

A schema lists every field a payload has; one field more or less is refused, when written and when verified. Personal
values and free text appear only as commitments. A changed schema is a new version beside the old one.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

VERSION = 1


class EventType(StrEnum):
    """What can happen."""

    LOG_OPENED = "log:opened"
    LOG_KEY_ROTATED = "log:key-rotated"
    USER_CREATED = "user:created"
    PASSWORD_CHANGED = "user:password-changed"  # noqa: S105 - an event, not a secret
    RIGHT_GRANTED = "right:granted"
    RIGHT_WITHDRAWN = "right:withdrawn"
    KEY_CREATED = "key:created"
    RULESET_DRAFTED = "ruleset:drafted"
    RULESET_IMPACT_SEEN = "ruleset:impact-seen"
    RULESET_ADOPTED = "ruleset:adopted"
    LIST_IMPORTED = "list:imported"
    CASE_RECEIVED = "case:received"
    CASE_SCREENED = "case:screened"
    CASE_RESCREEN_ASKED = "case:rescreen-asked"
    CASE_TAKEN = "case:taken"
    CASE_RELEASED = "case:released"
    CASE_DECIDED = "case:decided"
    CONFLICT_DECLARED = "conflict:declared"
    CASE_ASSIGNED = "case:assigned"
    CASE_PAUSED = "case:paused"
    CASE_RESUMED = "case:resumed"
    CASE_REOPENED = "case:reopened"
    NOTE_WRITTEN = "note:written"
    APPLICATION_WITHDRAWN = "application:withdrawn"
    COMPLETION_ASKED = "completion:asked"
    COMPLETION_REMINDED = "completion:reminded"
    COMPLETION_ANSWERED = "completion:answered"
    SEARCH_RECORDED = "search:recorded"
    ACT_VERIFIED = "act:verified"
    FINDING_CONFIRMED = "finding:confirmed"
    CONSULTATION_ASKED = "consultation:asked"
    CONSULTATION_ANSWERED = "consultation:answered"
    ASSESSMENT_WRITTEN = "assessment:written"
    COMMUNICATION_SENT = "communication:sent"
    COMMUNICATION_ANSWERED = "communication:answered"
    COMMUNICATION_EXCEPTED = "communication:excepted"
    DECISION_PROPOSED = "decision:proposed"
    PROPOSAL_RETURNED = "proposal:returned"
    PROPOSAL_SECONDED = "proposal:seconded"
    BOARD_PACKAGED = "board:packaged"
    LETTER_SENT = "letter:sent"
    DECISION_POSTED = "decision:posted"
    DECISION_REPORTED = "decision:reported"
    DECISION_ADDED_TO = "decision:added-to"
    DECISION_FINAL = "decision:final"
    APPEAL_RECEIVED = "appeal:received"
    APPEAL_TESTED = "appeal:tested"
    APPEAL_FORWARDED = "appeal:forwarded"
    APPEAL_SETTLED = "appeal:settled"
    SIDE_DECISION = "side:decided"
    TERMS_ACCEPTED = "terms:accepted"
    CONDITION_REPORTED = "condition:reported"
    SUPPORT_STOPPED = "support:stopped"
    SUPPORT_RELEASED = "support:released"
    SITE_DESCRIBED = "site:described"
    ROOM_DESCRIBED = "room:described"
    ROOM_CLOSED = "room:closed"
    ROOM_REOPENED = "room:reopened"
    FEED_MADE = "feed:made"
    FEED_REVOKED = "feed:revoked"
    SLOT_HELD = "slot:held"
    BOOKING_ASKED = "booking:asked"
    BOOKING_SETTLED = "booking:settled"
    BOOKING_MOVED = "booking:moved"
    BOOKING_CANCELLED = "booking:cancelled"
    BOOKING_EXECUTED = "booking:executed"
    CLEARANCE_GIVEN = "clearance:given"
    CLEARANCE_REVOKED = "clearance:revoked"
    KEY_ACCESS_SCREENED = "key-access:screened"
    KEY_ACCESS_GIVEN = "key-access:given"
    ALLOCATION_MADE = "allocation:made"
    MATCH_ASKED = "match:asked"
    FINDING_RESOLVED = "finding:resolved"
    DISTINCTION_WITHDRAWN = "distinction:withdrawn"
    ENCLOSURE_ADDED = "enclosure:added"
    SECRECY_MARKED = "secrecy:marked"
    INCIDENT_RECORDED = "incident:recorded"
    INCIDENT_VERIFIED = "incident:verified"
    RECORD_UNMASKED = "record:unmasked"
    CASE_HANDED_OUT = "case:handed-out"
    ACCESS_LOG_ERASED = "access-log:erased"
    SAMPLE_DRAWN = "sample:drawn"
    SUBJECT_ACCESS_EXPORTED = "subject-access:exported"
    VALUE_ERASED = "value:erased"


class ActorKind(StrEnum):
    """Who acts: a person, the city's e-service by its key, or the service itself, which is a named actor too."""

    PERSON = "person"
    KEY = "key"
    SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    """Who did it, as the log knows them: never a name."""

    kind: ActorKind
    id: str


SYSTEM_ACTOR = Actor(ActorKind.SYSTEM, "system")


@dataclass(frozen=True)
class Event:
    """Something that happened, before the log gave it its place; `at` is UTC milliseconds."""

    type: EventType
    actor: Actor
    at: int
    data: Mapping[str, Any]
    case: str | None = None


Rule = Callable[[Any], bool]


def _matching(pattern: str) -> Rule:
    compiled = re.compile(pattern)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


UUID = _matching(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
CODE = _matching(r"[A-Za-z0-9][A-Za-z0-9_.:/+-]{0,99}")
DIGEST = _matching(r"[0-9a-f]{64}")
COMMITMENT = _matching(r"[0-9a-f]{64}")
DATE = _matching(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
TIME = _matching(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
DIARY = _matching(r"[^\x00-\x1f]{1,40}")
PSEUDONYM = _matching(r"(u|k)-[a-z2-7]{10}|system")
VKEY = _matching(r"[^\s+]{1,100}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}")
BASE64 = _matching(r"[A-Za-z0-9+/]{86}==")


def INT(value: Any) -> bool:
    """A whole number that every JSON reader keeps exactly (RFC 8785)."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53


def BOOL(value: Any) -> bool:
    """Yes or no."""
    return isinstance(value, bool)


def maybe(rule: Rule) -> Rule:
    """This, or null."""
    return lambda value: value is None or rule(value)


def many(rule: Rule) -> Rule:
    """A list of these."""
    return lambda value: isinstance(value, list) and all(rule(one) for one in value)


def closed(**fields: Rule) -> Rule:
    """An object with exactly these fields."""
    return lambda value: (
        isinstance(value, dict) and value.keys() == fields.keys() and all(fields[k](v) for k, v in value.items())
    )


def only(value: Any) -> Rule:
    """This value and no other: what the record's form has a place for, and this release never fills."""
    return lambda given: given == value


#: A letter as it went: by which template (its rule set is the one in force), in which language, its text and its PDF.
_LETTER = closed(template=CODE, language=CODE, body=COMMITMENT, sha256=DIGEST)
_RULES = closed(id=CODE, sha256=DIGEST)
_PARTS = many(closed(part=CODE, value=COMMITMENT))
_LIST = closed(key=CODE, version=CODE, sha256=DIGEST)
_RUN = closed(started=TIME, ms=INT, error=maybe(CODE))
_FINDING = closed(
    id=UUID,
    check=CODE,
    check_version=CODE,
    outcome=CODE,
    code=CODE,
    detail=COMMITMENT,
    speaker_detail=maybe(COMMITMENT),
    carried_from=maybe(UUID),
    resolution=maybe(CODE),
    lists=many(_LIST),
    run=_RUN,
)
#: The form of an application, so that a reader knows by what questions it was asked (casework 5.1, group 3).
_FORM = closed(id=CODE, sha256=DIGEST)
_ADOPTED = closed(id=CODE, sha256=DIGEST, valid_from=DATE, adopted_on=DATE, diary_number=DIARY)
_CHECK = closed(check=CODE, version=CODE, distribution=CODE, distribution_version=CODE, sha256=DIGEST)
_JUDGED = closed(
    id=UUID,
    check=CODE,
    check_version=CODE,
    clause=maybe(CODE),
    outcome=CODE,
    code=CODE,
    detail=COMMITMENT,
    speaker_detail=maybe(COMMITMENT),
    ms=INT,
    error=maybe(CODE),
    resolution=maybe(CODE),
    resolved_by=maybe(PSEUDONYM),
    reason=maybe(COMMITMENT),
)
RECORD_VERSION = 4
_ALTERNATIVES = many(closed(room=CODE, starts=INT, ends=INT))
#: A time that was asked for; instants are UTC epoch seconds, `taken` includes setting up and clearing away.
_BOOKING = closed(
    booking=UUID,
    room=CODE,
    position=INT,
    starts=INT,
    ends=INT,
    taken_from=INT,
    taken_to=INT,
    status=CODE,
    hold_until=maybe(INT),
    why=maybe(CODE),
    alternatives=_ALTERNATIVES,
    tariff=maybe(CODE),
    price_ore=maybe(INT),
)
_SETTLED = many(closed(booking=UUID, status=CODE, fee_ore=maybe(INT)))
#: A condition: of the routine (its id) or of this decision (null), its text, and by when it is to be met.
_CONDITION = closed(id=maybe(CODE), text=COMMITMENT, due=maybe(DATE))
#: What a decision would say; the texts are committed to.
_CONTENT = {
    "outcome": CODE,
    "amount_ore": maybe(INT),
    "clauses": many(CODE),
    "based_on": many(UUID),
    "act_ids": many(UUID),
    "bookings": many(UUID),
    "reasons": maybe(COMMITMENT),
    "circumstances": maybe(COMMITMENT),
    "response": maybe(COMMITMENT),
    "own_conditions": many(closed(text=COMMITMENT, due=maybe(DATE))),
}
#: The decision record: the field groups of casework 5.1, in its order. There is no group 8, since nothing recommends.
_RECORD = closed(
    # 1 what this is
    record=only(RECORD_VERSION),
    decision=UUID,
    kind=CODE,
    diary_number=DIARY,
    # 2 whom it is about
    organisation=UUID,
    organisation_value=COMMITMENT,
    # 3 what was asked
    requested_ore=maybe(INT),
    application=_PARTS,
    speakers=maybe(COMMITMENT),
    revision=INT,
    form=_FORM,
    enclosures=many(closed(id=UUID, kind=CODE, sha256=DIGEST)),
    # 4 by which rules
    criteria_rules=_ADOPTED,
    procedure_rules=_ADOPTED,
    # 5 by what machinery
    engine=closed(software=CODE, model=CODE, population=CODE, analysis=CODE, checks=many(_CHECK)),
    # 6 on what input
    check_round=INT,
    inputs=maybe(COMMITMENT),
    lists=many(closed(key=CODE, version=CODE, sha256=DIGEST, generated=TIME, as_of=TIME)),
    # 7 what the checks found
    findings=many(_JUDGED),
    # 9 who
    people=closed(
        decider=PSEUDONYM,
        proposer=maybe(PSEUDONYM),
        presenter=maybe(PSEUDONYM),
        co_approvers=many(PSEUDONYM),
        delegation_point=CODE,
        ceiling_ore=maybe(INT),
        board=BOOL,
        board_minute=maybe(COMMITMENT),
        # who declared what before the case opened for them; the log's number of each declaration
        conflict_of_interest=many(closed(who=PSEUDONYM, conflict=BOOL, seq=INT)),
        opened_at=maybe(TIME),
    ),
    # 10 the outcome
    outcome=CODE,
    amount_ore=maybe(INT),
    bookings=many(UUID),
    conditions=many(_CONDITION),
    terms=maybe(CODE),
    valid_from=maybe(DATE),
    valid_to=maybe(DATE),
    # 11 why
    clauses=many(CODE),
    based_on=many(UUID),
    reasons=COMMITMENT,
    circumstances=maybe(COMMITMENT),
    response=maybe(COMMITMENT),
    acts=many(COMMITMENT),
    assessments=many(closed(criterion=CODE, result=CODE, text=COMMITMENT)),
    # 12 what the applicant was told before it, and said; by which exception they were not asked
    communication=maybe(
        closed(sent=many(UUID), answers=many(COMMITMENT), exception=maybe(CODE), completion=maybe(UUID))
    ),
    proposal=maybe(UUID),
    # 13 how it can be appealed
    appeal=closed(route=CODE, text_sha256=DIGEST),
    # 14 how long it is kept and what is secret
    retention=maybe(CODE),
    secrecy=many(UUID),
    # 15 what it follows from; an earlier record is never edited
    links=closed(supersedes=maybe(UUID), corrects=maybe(UUID), revokes=maybe(UUID), caused_by=maybe(UUID)),
)

SCHEMAS: dict[EventType, Rule] = {
    EventType.LOG_OPENED: closed(origin=CODE, vkey=VKEY),
    EventType.LOG_KEY_ROTATED: closed(old=VKEY, new=VKEY, signature=maybe(BASE64)),
    EventType.USER_CREATED: closed(user=UUID, pseudonym=PSEUDONYM, value=COMMITMENT, credential=DIGEST),
    EventType.PASSWORD_CHANGED: closed(user=UUID, credential=DIGEST),
    EventType.RIGHT_GRANTED: closed(grant=UUID, user=UUID, right=CODE),
    EventType.RIGHT_WITHDRAWN: closed(grant=UUID, user=UUID, right=CODE),
    EventType.KEY_CREATED: closed(key=UUID, pseudonym=PSEUDONYM, right=CODE, digest=DIGEST),
    EventType.RULESET_DRAFTED: closed(draft=UUID, ruleset=CODE, sha256=DIGEST, valid_from=DATE),
    EventType.RULESET_IMPACT_SEEN: closed(
        draft=UUID, sha256=DIGEST, cases=INT, more=INT, fewer=INT, same=INT, unknown=INT, impact=DIGEST
    ),
    EventType.RULESET_ADOPTED: closed(ruleset=CODE, sha256=DIGEST, valid_from=DATE, draft=maybe(UUID)),
    EventType.LIST_IMPORTED: closed(
        list=CODE,
        version=UUID,
        sha256=DIGEST,
        generated=TIME,
        as_of=TIME,
        entries=INT,
        entries_digest=DIGEST,
        added=INT,
        removed=INT,
        changed=INT,
        rules=_RULES,
    ),
    EventType.CASE_RECEIVED: closed(
        diary_number=DIARY,
        kind=CODE,
        type=CODE,
        organisation=UUID,
        organisation_value=COMMITMENT,
        amount_ore=maybe(INT),
        hirer=maybe(CODE),
        channel=CODE,
        received=TIME,
        due=DATE,
        lookup=DIGEST,
        rules=_RULES,
        application=_PARTS,
        speakers=maybe(COMMITMENT),
    ),
    EventType.CASE_SCREENED: closed(
        check_round=INT, rules=_RULES, procedure=_RULES, model=CODE, inputs=COMMITMENT, findings=many(_FINDING)
    ),
    EventType.CASE_RESCREEN_ASKED: closed(check_round=INT),
    EventType.CASE_TAKEN: closed(owner=UUID, before=maybe(UUID)),
    EventType.CASE_RELEASED: closed(before=UUID),
    EventType.CASE_DECIDED: _RECORD,
    EventType.CONFLICT_DECLARED: closed(conflict=BOOL, hint=BOOL, text=maybe(COMMITMENT), released=BOOL),
    EventType.CASE_ASSIGNED: closed(owner=UUID, before=maybe(UUID), note=maybe(COMMITMENT)),
    EventType.CASE_PAUSED: closed(ground=CODE, note=maybe(COMMITMENT), until=maybe(DATE)),
    EventType.CASE_RESUMED: closed(days=INT, due=DATE),
    EventType.CASE_REOPENED: closed(ground=CODE, decision=UUID, text=COMMITMENT, owner=UUID, due=DATE),
    EventType.NOTE_WRITTEN: closed(note=COMMITMENT),
    EventType.APPLICATION_WITHDRAWN: closed(received=DATE, text=COMMITMENT),
    EventType.COMPLETION_ASKED: closed(completion=UUID, missing=many(CODE), text=COMMITMENT, due=DATE, letter=_LETTER),
    EventType.COMPLETION_REMINDED: closed(completion=UUID, due=DATE, letter=_LETTER),
    EventType.COMPLETION_ANSWERED: closed(completion=UUID, answer=COMMITMENT, received=DATE),
    EventType.SEARCH_RECORDED: closed(
        search=UUID,
        template=CODE,
        searched_on=DATE,
        searched=COMMITMENT,
        found_acts=many(closed(act=UUID, value=COMMITMENT, grade=CODE, link_only=BOOL)),
    ),
    EventType.ACT_VERIFIED: closed(act=UUID),
    EventType.FINDING_CONFIRMED: closed(finding=UUID, agrees=BOOL, text=COMMITMENT),
    EventType.CONSULTATION_ASKED: closed(consultation=UUID, consultee=CODE, circumstances=COMMITMENT, due=DATE),
    EventType.CONSULTATION_ANSWERED: closed(
        consultation=UUID,
        answer_class=CODE,
        answered_on=DATE,
        enclosure=maybe(UUID),
        disclosed=BOOL,
        provision=maybe(COMMITMENT),
    ),
    EventType.ASSESSMENT_WRITTEN: closed(criterion=CODE, result=CODE, text=COMMITMENT),
    EventType.COMMUNICATION_SENT: closed(
        communication=UUID,
        outcome=CODE,
        clauses=many(CODE),
        act_ids=many(UUID),
        findings=many(UUID),
        enclosures=many(UUID),
        consultations=many(UUID),
        text=COMMITMENT,
        due=DATE,
        channel=CODE,
        letter=_LETTER,
    ),
    EventType.COMMUNICATION_ANSWERED: closed(communication=UUID, answer=COMMITMENT, received=DATE),
    EventType.COMMUNICATION_EXCEPTED: closed(exception=CODE, text=COMMITMENT),
    EventType.DECISION_PROPOSED: closed(proposal=UUID, **_CONTENT),
    EventType.PROPOSAL_RETURNED: closed(proposal=UUID, text=COMMITMENT),
    EventType.PROPOSAL_SECONDED: closed(proposal=UUID, questions=many(CODE), text=COMMITMENT),
    EventType.BOARD_PACKAGED: closed(proposal=UUID, sha256=DIGEST, letter=_LETTER),
    EventType.LETTER_SENT: closed(decision=UUID, channel=CODE, sent=DATE, letter=_LETTER),
    EventType.DECISION_POSTED: closed(decision=UUID, posted=DATE, last_day=DATE, letter=_LETTER),
    EventType.DECISION_REPORTED: closed(decision=UUID, meeting=DATE),
    EventType.DECISION_ADDED_TO: closed(decision=UUID, addendum=UUID, kind=CODE, text=COMMITMENT),
    EventType.DECISION_FINAL: closed(decision=UUID, last_day=DATE),
    EventType.APPEAL_RECEIVED: closed(appeal=UUID, decision=UUID, received=DATE, text=COMMITMENT),
    EventType.APPEAL_TESTED: closed(appeal=UUID, in_time=BOOL, last_day=maybe(DATE), text=COMMITMENT),
    EventType.APPEAL_FORWARDED: closed(appeal=UUID, on=DATE),
    EventType.APPEAL_SETTLED: closed(
        appeal=UUID, outcome=CODE, on=DATE, left=INT, text=COMMITMENT, owner=maybe(UUID), due=maybe(DATE)
    ),
    EventType.SIDE_DECISION: closed(decision=UUID, kind=CODE, text=COMMITMENT, letter=_LETTER, delegation_point=CODE),
    EventType.TERMS_ACCEPTED: closed(decision=UUID, terms=CODE, on=DATE, text=COMMITMENT),
    EventType.CONDITION_REPORTED: closed(decision=UUID, position=INT, on=DATE, met=BOOL, text=COMMITMENT),
    EventType.SUPPORT_STOPPED: closed(finding=maybe(UUID), text=COMMITMENT),
    EventType.SUPPORT_RELEASED: closed(text=COMMITMENT),
    EventType.SITE_DESCRIBED: closed(site=CODE, sha256=DIGEST),
    EventType.ROOM_DESCRIBED: closed(room=CODE, site=CODE, parent=maybe(CODE), sha256=DIGEST),
    EventType.ROOM_CLOSED: closed(closure=UUID, room=CODE, starts=INT, ends=INT, ground=CODE),
    EventType.ROOM_REOPENED: closed(closure=UUID),
    EventType.FEED_MADE: closed(feed=UUID, room=CODE, digest=DIGEST),
    EventType.FEED_REVOKED: closed(feed=UUID),
    EventType.SLOT_HELD: closed(bookings=many(_BOOKING)),
    EventType.BOOKING_ASKED: closed(bookings=many(_BOOKING)),
    EventType.BOOKING_SETTLED: closed(ground=CODE, decision=maybe(UUID), bookings=_SETTLED),
    EventType.BOOKING_MOVED: closed(
        booking=UUID,
        room=CODE,
        starts=INT,
        ends=INT,
        taken_from=INT,
        taken_to=INT,
        status=CODE,
        hold_until=maybe(INT),
        tariff=maybe(CODE),
        price_ore=maybe(INT),
        text=COMMITMENT,
    ),
    EventType.BOOKING_CANCELLED: closed(bookings=_SETTLED, received=DATE, text=COMMITMENT),
    EventType.BOOKING_EXECUTED: closed(
        execution=UUID, clearance=UUID, bookings=many(UUID), terms=CODE, conditions=many(_CONDITION), rules=_RULES
    ),
    EventType.CLEARANCE_GIVEN: closed(
        clearance=UUID, organisation=UUID, until=DATE, data=DIGEST, declaration=CODE, rules=_RULES, lists=many(_LIST)
    ),
    EventType.CLEARANCE_REVOKED: closed(clearance=UUID, text=COMMITMENT),
    EventType.KEY_ACCESS_SCREENED: closed(
        screening=UUID,
        outcome=CODE,
        code=CODE,
        check_version=CODE,
        lists=many(_LIST),
        model=CODE,
        inputs=COMMITMENT,
        detail=COMMITMENT,
        procedure=_RULES,
    ),
    EventType.KEY_ACCESS_GIVEN: closed(booking=UUID, screening=UUID, terms=CODE),
    EventType.ALLOCATION_MADE: closed(
        allocation=UUID, season=CODE, seed=DIGEST, seed_size=INT, edited=maybe(COMMITMENT), sha256=DIGEST, rules=_RULES
    ),
    EventType.FINDING_RESOLVED: closed(
        finding=UUID, check=CODE, resolution=CODE, reason=COMMITMENT, identifier=maybe(CODE), held_apart=many(DIGEST)
    ),
    EventType.DISTINCTION_WITHDRAWN: closed(pair=DIGEST, reason=COMMITMENT),
    EventType.MATCH_ASKED: closed(
        list=CODE, version=UUID, sha256=DIGEST, model=CODE, asked=COMMITMENT, queries=INT, found=INT
    ),
    EventType.ENCLOSURE_ADDED: closed(
        enclosure=UUID, kind=CODE, media_type=CODE, size=INT, sha256=DIGEST, name=COMMITMENT
    ),
    EventType.SECRECY_MARKED: closed(marking=UUID, enclosure=maybe(UUID), value=COMMITMENT),
    EventType.INCIDENT_RECORDED: closed(
        incident=UUID, kind=CODE, event_date=DATE, informed_on=DATE, expires_on=DATE, value=COMMITMENT
    ),
    EventType.INCIDENT_VERIFIED: closed(incident=UUID),
    EventType.RECORD_UNMASKED: closed(decision=UUID, purpose=CODE, note=COMMITMENT),
    EventType.CASE_HANDED_OUT: closed(purpose=CODE, masked=many(CODE)),
    EventType.ACCESS_LOG_ERASED: closed(count=INT, up_to=INT),
    EventType.SAMPLE_DRAWN: closed(size=INT, seed=DIGEST, of=INT, cases=many(UUID)),
    EventType.SUBJECT_ACCESS_EXPORTED: closed(request=COMMITMENT, cases=many(UUID)),
    EventType.VALUE_ERASED: closed(
        values=many(COMMITMENT), enclosures=many(UUID), ground=CODE, document=maybe(COMMITMENT), classes=many(CODE)
    ),
}

#: What the service may record on its own; everything else names a person, or the e-service's key where it hands in.
WITHOUT_PERSON = frozenset(
    {
        EventType.LOG_OPENED,
        EventType.CASE_SCREENED,
        EventType.VALUE_ERASED,
        EventType.ACCESS_LOG_ERASED,
        # A hold whose time is over: the room is free again, and nothing is said of the case.
        EventType.BOOKING_SETTLED,
    }
)
BY_KEY = frozenset(
    {
        EventType.CASE_RECEIVED,
        EventType.ENCLOSURE_ADDED,
        EventType.MATCH_ASKED,
        # The applicant's own words come through the e-service.
        EventType.COMPLETION_ANSWERED,
        EventType.COMMUNICATION_ANSWERED,
        EventType.APPLICATION_WITHDRAWN,
        EventType.SLOT_HELD,
        EventType.BOOKING_ASKED,
        EventType.BOOKING_SETTLED,
        EventType.BOOKING_CANCELLED,
    }
)
#: First set-up has no person yet; the first administrator and the fictional demo come from the command line.
BY_SETUP = frozenset(
    {
        EventType.USER_CREATED,
        EventType.RIGHT_GRANTED,
        EventType.KEY_CREATED,
        EventType.RULESET_ADOPTED,
        EventType.LOG_KEY_ROTATED,
        EventType.SITE_DESCRIBED,
        EventType.ROOM_DESCRIBED,
    }
)

#: The steps of the routine: each belongs to a case, and each makes it one version newer.
STEPS_OF_THE_ROUTINE = frozenset(
    {
        EventType.CONFLICT_DECLARED,
        EventType.CASE_ASSIGNED,
        EventType.CASE_PAUSED,
        EventType.CASE_RESUMED,
        EventType.CASE_REOPENED,
        EventType.NOTE_WRITTEN,
        EventType.APPLICATION_WITHDRAWN,
        EventType.COMPLETION_ASKED,
        EventType.COMPLETION_REMINDED,
        EventType.COMPLETION_ANSWERED,
        EventType.SEARCH_RECORDED,
        EventType.ACT_VERIFIED,
        EventType.FINDING_CONFIRMED,
        EventType.CONSULTATION_ASKED,
        EventType.CONSULTATION_ANSWERED,
        EventType.ASSESSMENT_WRITTEN,
        EventType.COMMUNICATION_SENT,
        EventType.COMMUNICATION_ANSWERED,
        EventType.COMMUNICATION_EXCEPTED,
        EventType.DECISION_PROPOSED,
        EventType.PROPOSAL_RETURNED,
        EventType.PROPOSAL_SECONDED,
        EventType.BOARD_PACKAGED,
        EventType.LETTER_SENT,
        EventType.DECISION_POSTED,
        EventType.DECISION_REPORTED,
        EventType.DECISION_ADDED_TO,
        EventType.DECISION_FINAL,
        EventType.APPEAL_RECEIVED,
        EventType.APPEAL_TESTED,
        EventType.APPEAL_FORWARDED,
        EventType.APPEAL_SETTLED,
        EventType.SIDE_DECISION,
        EventType.TERMS_ACCEPTED,
        EventType.CONDITION_REPORTED,
        EventType.SUPPORT_STOPPED,
        EventType.SUPPORT_RELEASED,
        EventType.BOOKING_MOVED,
        EventType.BOOKING_CANCELLED,
        EventType.BOOKING_EXECUTED,
        EventType.CLEARANCE_GIVEN,
        EventType.CLEARANCE_REVOKED,
        EventType.KEY_ACCESS_SCREENED,
        EventType.KEY_ACCESS_GIVEN,
    }
)

#: Events that belong to a case and must name it.
OF_A_CASE = frozenset(
    {
        EventType.CASE_RECEIVED,
        EventType.CASE_SCREENED,
        EventType.CASE_RESCREEN_ASKED,
        EventType.CASE_TAKEN,
        EventType.CASE_RELEASED,
        EventType.CASE_DECIDED,
        EventType.FINDING_RESOLVED,
        EventType.MATCH_ASKED,
        *STEPS_OF_THE_ROUTINE,
        EventType.BOOKING_ASKED,
        EventType.DISTINCTION_WITHDRAWN,
        EventType.ENCLOSURE_ADDED,
        EventType.SECRECY_MARKED,
        EventType.RECORD_UNMASKED,
        EventType.CASE_HANDED_OUT,
    }
)

#: Fields of a payload, at any depth, that hold commitments.
COMMITMENT_FIELDS = frozenset(
    {
        "value",
        "organisation_value",
        "speakers",
        "inputs",
        "text",
        "answer",
        "answers",
        "response",
        "searched",
        "provision",
        "body",
        "document",
        "request",
        "detail",
        "speaker_detail",
        "reasons",
        "circumstances",
        "acts",
        "reason",
        "name",
        "note",
        "asked",
        "board_minute",
        "edited",
    }
)


def may_act(type: EventType, actor: ActorKind) -> bool:
    """Whether this kind of actor may cause this; a decision without a person cannot be recorded."""
    if actor is ActorKind.PERSON:
        return type not in (EventType.LOG_OPENED, EventType.CASE_SCREENED)
    if actor is ActorKind.KEY:
        return type in BY_KEY
    return type in WITHOUT_PERSON | BY_SETUP


def fault_of(type: str, actor_kind: str, actor_id: str, case: object, data: object) -> str | None:
    """What is wrong with this event, as a short code, or None; never raises, as it also reads hostile logs."""
    try:
        event_type, kind = EventType(type), ActorKind(actor_kind)
    except ValueError:
        return "unknown-type"
    if not PSEUDONYM(actor_id) or not may_act(event_type, kind):
        return "actor-not-allowed"
    if (event_type in OF_A_CASE) and not UUID(case):
        return "case-missing"
    if case is not None and not UUID(case):
        return "case-malformed"
    if not SCHEMAS[event_type](data):
        return "schema"
    return None


def commitments_in(data: Any) -> list[str]:
    """Every commitment a payload holds, in order of appearance."""
    found: list[str] = []
    if isinstance(data, dict):
        for name, value in data.items():
            if name in COMMITMENT_FIELDS:
                found += [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]
            else:
                found += commitments_in(value)
    elif isinstance(data, list):
        for one in data:
            found += commitments_in(one)
    return found
