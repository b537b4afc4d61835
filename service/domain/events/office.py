"""Events of the office: users and their rights, keys, rule sets, watch lists, incidents."""

from typing import Annotated

from service.domain.events.event import ANYONE, HANDLERS, EventData, event
from service.domain.events.fields import (
    Code,
    Commitment,
    Day,
    Digest,
    Ore,
    Part,
    Pseudonym,
    RuleSetRef,
    Time,
    Uuid,
    Whole,
)
from service.domain.people import Role

_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
#: Who confirms what an administrator has put forward.
_CONFIRMERS = _ADMINISTRATOR | {Role.DECISION_MAKER}
_COORDINATOR = frozenset({Role.COORDINATOR})
#: Those who see what happens: whoever lets rooms and follows grants up, and the coordinator.
_RECORDERS = HANDLERS | _COORDINATOR
_ADOPTERS = _COORDINATOR | _ADMINISTRATOR


@event("user:created", persons=_ADMINISTRATOR, service=True)
class UserCreated(EventData, frozen=True):
    """Someone has been given an account."""

    user: Annotated[Uuid, "the account"]
    pseudonym: Annotated[Pseudonym, "what the log calls them"]
    value: Annotated[Commitment, "their name and e-mail address"]
    credential: Annotated[Digest, "of the hash of the password they sign in with"]
    temporary: Annotated[bool, "whether another has chosen it, so that it is changed at the first sign-in"]


@event("user:password-changed", persons=ANYONE)
class PasswordChanged(EventData, frozen=True):
    """Someone has a new password."""

    user: Annotated[Uuid, "the account"]
    credential: Annotated[Digest, "of the hash of the new password"]


@event("user:factor-set", persons=ANYONE)
class SecondFactorSet(EventData, frozen=True):
    """Someone signs in with a code from their telephone beside the password, from now on."""

    user: Annotated[Uuid, "the account"]
    factor: Annotated[Digest, "of the secret that both keep"]
    recovery: Annotated[Digest, "of the recovery codes' digests"]


@event("user:recovery-used", persons=ANYONE)
class RecoveryUsed(EventData, frozen=True):
    """Someone has signed in with a recovery code instead, which is over."""

    user: Annotated[Uuid, "the account"]
    recovery: Annotated[Digest, "of the digests that are left"]


@event("user:closed", persons=_ADMINISTRATOR)
class UserClosed(EventData, frozen=True):
    """An account is not used any more: its sign-ins are over, its rights are withdrawn, its cases are in the queue."""

    user: Annotated[Uuid, "the account"]


@event("user:reset-made", persons=_ADMINISTRATOR)
class ResetMade(EventData, frozen=True):
    """An administrator has made a link by which someone chooses a new password once, having forgotten the old one."""

    reset: Annotated[Uuid, "the link"]
    user: Annotated[Uuid, "for whom"]
    digest: Annotated[Digest, "of the secret in the link"]
    second: Annotated[bool, "whether it holds only when another has confirmed it: where they may decide"]


@event("user:reset-settled", persons=_CONFIRMERS)
class ResetSettled(EventData, frozen=True):
    """Another has confirmed a link for a new password, or it is taken back."""

    reset: Annotated[Uuid, "the link"]
    confirmed: Annotated[bool, "whether it holds from now on"]


@event("right:proposed", persons=_ADMINISTRATOR)
class RightProposed(EventData, frozen=True):
    """An administrator has put forward that someone is to be given a right that takes two."""

    proposal: Annotated[Uuid, "the proposal"]
    user: Annotated[Uuid, "to whom"]
    right: Annotated[Code, "which role or delegation point"]
    document: Annotated[Commitment, "the delegation decision that it rests on, in words"]


@event("right:declined", persons=_CONFIRMERS)
class RightDeclined(EventData, frozen=True):
    """A right that was put forward is not given, or the proposal is taken back."""

    proposal: Annotated[Uuid, "the proposal"]


@event("right:granted", persons=_CONFIRMERS, service=True)
class RightGranted(EventData, frozen=True):
    """Someone has been given a role or a delegation point."""

    grant: Annotated[Uuid, "this granting of it"]
    user: Annotated[Uuid, "to whom"]
    right: Annotated[Code, "which role or delegation point"]
    proposal: Annotated[Uuid | None, "what another put forward; none for a right that one may give alone"]


@event("right:withdrawn", persons=_ADMINISTRATOR)
class RightWithdrawn(EventData, frozen=True):
    """A role or a delegation point has been taken back."""

    grant: Annotated[Uuid, "the granting that ends"]
    user: Annotated[Uuid, "from whom"]
    right: Annotated[Code, "which role or delegation point"]


@event("key:created", persons=_ADMINISTRATOR, service=True)
class KeyCreated(EventData, frozen=True):
    """Another system of the City has been given a key."""

    key: Annotated[Uuid, "the key"]
    pseudonym: Annotated[Pseudonym, "what the log calls it"]
    value: Annotated[Commitment, "what it is called here"]
    right: Annotated[Code, "the one thing it may do"]
    digest: Annotated[Digest, "of the key itself"]
    expires: Annotated[Day | None, "the last day on which it holds; none where no end has been set"]


@event("key:expiry-set", persons=_ADMINISTRATOR)
class KeyExpirySet(EventData, frozen=True):
    """A key holds until the end of a day, as when another takes its place."""

    key: Annotated[Uuid, "the key"]
    expires: Annotated[Day, "the last day on which it holds"]


@event("key:revoked", persons=_ADMINISTRATOR)
class KeyRevoked(EventData, frozen=True):
    """A key does not hold any more."""

    key: Annotated[Uuid, "the key"]


@event("ruleset:drafted", persons=_ADOPTERS)
class RuleSetDrafted(EventData, frozen=True):
    """A rule set has been put forward for adoption."""

    draft: Annotated[Uuid, "this draft"]
    ruleset: Annotated[Code, "the rule set's id"]
    sha256: Annotated[Digest, "of its text"]
    valid_from: Annotated[Day, "the day from which it is to hold"]


@event("ruleset:impact-seen", persons=_ADOPTERS)
class RuleSetImpactSeen(EventData, frozen=True):
    """Someone has seen what a draft would have changed in the cases there are."""

    draft: Annotated[Uuid, "the draft"]
    sha256: Annotated[Digest, "of its text"]
    cases: Annotated[Whole, "how many cases were looked at"]
    more: Annotated[Whole, "in how many more would be asked of a person"]
    fewer: Annotated[Whole, "in how many less would be"]
    same: Annotated[Whole, "in how many nothing would change"]
    unknown: Annotated[Whole, "how many could not be checked"]
    impact: Annotated[Digest, "of the whole report"]


class AdoptedPoint(Part, frozen=True):
    """A delegation point (delegationspunkt) as it was adopted."""

    id: Annotated[Code, "its id"]
    kinds: Annotated[tuple[Code, ...], "of which cases"]
    outcomes: Annotated[tuple[Code, ...], "what can be decided under it"]
    grounds: Annotated[tuple[Code, ...], "on which grounds"]
    ceiling_ore: Annotated[Ore | None, "how far it reaches, in öre"]
    board: Annotated[bool, "whether it is the board itself"]


class AdoptedClause(Part, frozen=True):
    """What a clause can carry, as it was adopted."""

    id: Annotated[Code, "its id"]
    ground: Annotated[Code, "what sort of reason it is"]
    kinds: Annotated[tuple[Code, ...], "of which cases"]
    outcomes: Annotated[tuple[Code, ...], "what can be decided on it"]
    frame: Annotated[bool, "whether a part may be cut for it without that being a refusal"]


class AdoptedAdverse(Part, frozen=True):
    """What goes against the applicant, as it was adopted."""

    outcomes: Annotated[tuple[Code, ...], "which outcomes"]
    grounds: Annotated[tuple[Code, ...], "on which grounds"]
    completion_suffices: Annotated[bool, "whether a request for what was missing has told them enough"]


class DecidingRules(Part, frozen=True):
    """Who may decide what by a rule set, so that the log alone shows whether they did."""

    points: Annotated[tuple[AdoptedPoint, ...], "the delegation points"]
    clauses: Annotated[tuple[AdoptedClause, ...], "the clauses"]
    adverse: Annotated[tuple[AdoptedAdverse, ...], "what goes against the applicant"]
    partial_share_percent: Annotated[Whole, "what less than that of what was asked for is a refusal"]
    ceiling_months: Annotated[Whole, "for how long a ceiling counts what was granted before"]


@event("ruleset:adopted", persons=_ADOPTERS, service=True)
class RuleSetAdopted(EventData, frozen=True):
    """A rule set has been adopted."""

    ruleset: Annotated[Code, "its id"]
    sha256: Annotated[Digest, "of its text"]
    valid_from: Annotated[Day, "the day from which it holds"]
    draft: Annotated[Uuid | None, "the draft it was; none at set-up"]
    deciding: Annotated[DecidingRules, "who may decide what by it"]


@event("list:imported", persons=_ADOPTERS, service=True)
class ListImported(EventData, frozen=True):
    """A new version of a watch list (bevakningslista) has come: in force, or held until a person has read it."""

    list: Annotated[Code, "the list's key in the rule set"]
    version: Annotated[Uuid, "this version of it"]
    sha256: Annotated[Digest, "of the file"]
    generated: Annotated[Time, "when its publisher made it"]
    as_of: Annotated[Time, "as of when it is known to be current"]
    entries: Annotated[Whole, "how many entries it has"]
    entries_digest: Annotated[Digest, "of the entries as they are kept"]
    added: Annotated[Whole, "how many are new since the version before"]
    removed: Annotated[Whole, "how many are gone"]
    changed: Annotated[Whole, "how many have changed"]
    report: Annotated[Digest, "of what was noticed in the file, and how it differs from the version before"]
    held: Annotated[tuple[Code, ...], "why a person has to read what differs first; none where it is in force"]
    rules: Annotated[RuleSetRef, "the rule set that names the list"]


@event("list:confirmed", persons=_ADOPTERS, service=True)
class ListConfirmed(EventData, frozen=True):
    """The version of a list that is in force is still what its publisher gives out."""

    list: Annotated[Code, "the list's key in the rule set"]
    version: Annotated[Uuid, "the version in force"]
    as_of: Annotated[Time, "as of when it is known to be current"]


@event("list:activated", persons=_ADOPTERS)
class ListActivated(EventData, frozen=True):
    """Somebody has read how a held version differs, and has put it in force."""

    list: Annotated[Code, "the list's key in the rule set"]
    version: Annotated[Uuid, "the version that was held"]
    report: Annotated[Digest, "of what was read"]
    text: Annotated[Commitment, "why it may be used"]


@event("list:rejected", persons=_ADOPTERS)
class ListRejected(EventData, frozen=True):
    """Somebody has read how a held version differs, and it is not used; its entries are gone."""

    list: Annotated[Code, "the list's key in the rule set"]
    version: Annotated[Uuid, "the version that was held"]
    report: Annotated[Digest, "of what was read"]
    text: Annotated[Commitment, "why not"]


class IncidentSaid(Part, frozen=True):
    """What is said of an incident, beside the organisation and what happened."""

    kind: Annotated[Code, "of which kind"]
    room: Annotated[Code | None, "in which room, where the rule set asks for one"]
    event_date: Annotated[Day, "the day it happened"]
    informed_on: Annotated[Day, "the day the organisation was told"]
    expires_on: Annotated[Day, "the last day it may be used"]
    value: Annotated[Commitment, "the organisation, what happened, the document, and how the organisation sees it"]


@event("incident:recorded", persons=_RECORDERS)
class IncidentRecorded(EventData, frozen=True):
    """A documented incident (händelse) with an organisation has been written down."""

    incident: Annotated[Uuid, "the incident"]
    said: Annotated[IncidentSaid, "what is said of it"]


@event("incident:corrected", persons=_RECORDERS)
class IncidentCorrected(EventData, frozen=True):
    """What was written of an incident was wrong; what is said now has to be verified anew."""

    incident: Annotated[Uuid, "the incident"]
    said: Annotated[IncidentSaid, "what is said of it now"]
    text: Annotated[Commitment, "why it was corrected"]


@event("incident:disputed", persons=_RECORDERS)
class IncidentDisputed(EventData, frozen=True):
    """The organisation disputes an incident; whoever weighs it sees so."""

    incident: Annotated[Uuid, "the incident"]
    received: Annotated[Day, "the day the organisation said so"]
    text: Annotated[Commitment, "in what words"]


@event("incident:withdrawn", persons=_RECORDERS)
class IncidentWithdrawn(EventData, frozen=True):
    """An incident should not have been written down, and is not used any more."""

    incident: Annotated[Uuid, "the incident"]
    text: Annotated[Commitment, "why"]


@event("incident:verified", persons=_RECORDERS)
class IncidentVerified(EventData, frozen=True):
    """A second person has verified an incident."""

    incident: Annotated[Uuid, "the incident"]
