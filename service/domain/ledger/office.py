"""What follows from events of the office and of the log."""

from service.domain.events.event import Entry
from service.domain.events.folds import Folds
from service.domain.events.log import (
    ErasureProposed,
    ErasureSettled,
    LogHeads,
    LogKeyRotated,
    LogOpened,
    ValueErased,
)
from service.domain.events.office import (
    IncidentCorrected,
    IncidentDisputed,
    IncidentRecorded,
    IncidentSaid,
    IncidentVerified,
    IncidentWithdrawn,
    KeyCreated,
    KeyExpirySet,
    KeyRevoked,
    ListActivated,
    ListConfirmed,
    ListImported,
    ListRejected,
    PasswordChanged,
    RecoveryUsed,
    ResetMade,
    ResetSettled,
    RightDeclined,
    RightGranted,
    RightProposed,
    RightWithdrawn,
    RuleSetAdopted,
    RuleSetDrafted,
    RuleSetImpactSeen,
    SecondFactorSet,
    UserClosed,
    UserCreated,
)
from service.domain.ledger.facts import DraftFact, IncidentFact, KeyFact, ListFact, RightFact, RuleSetFact, UserFact
from service.domain.ledger.tables import Adopted, ProposedRight, Tables
from service.domain.people import ROLE_PREFIX, SYSTEM, Role, takes_two
from service.domain.watchlist import ListState

FOLDS = Folds[Tables]()


@FOLDS.of(LogOpened)
def log_opened(tables: Tables, data: LogOpened, _: Entry) -> None:
    """The first key."""
    tables.log_keys.add(data.vkey)


@FOLDS.of(LogKeyRotated)
def key_rotated(tables: Tables, data: LogKeyRotated, _: Entry) -> None:
    """Another."""
    tables.log_keys.add(data.new)


@FOLDS.of(LogHeads)
def log_heads(tables: Tables, data: LogHeads, _: Entry) -> None:
    """What has been signed and sent, and how far the access log had come."""
    tables.signed.update({one.size: one.at for one in data.signed})
    tables.sent.update({one.dispatch: one for one in data.sent})
    tables.access_roots[data.access] = data.access_root


@FOLDS.of(UserCreated)
def user_created(tables: Tables, data: UserCreated, entry: Entry) -> None:
    """An account."""
    tables.user_called[data.pseudonym] = data.user
    tables.user[data.user] = UserFact(
        data.pseudonym,
        data.value,
        data.credential,
        password_at=entry.at,
        temporary=data.temporary,
        closed_at=None,
        factor=None,
        recovery=None,
    )


@FOLDS.of(PasswordChanged)
def password_changed(tables: Tables, data: PasswordChanged, entry: Entry) -> None:
    """Its password."""
    user = tables.user[data.user]
    user.credential, user.password_at, user.temporary = data.credential, entry.at, False


@FOLDS.of(SecondFactorSet)
def second_factor_set(tables: Tables, data: SecondFactorSet, _: Entry) -> None:
    """Its second factor."""
    user = tables.user[data.user]
    user.factor, user.recovery = data.factor, data.recovery


@FOLDS.of(RecoveryUsed)
def recovery_used(tables: Tables, data: RecoveryUsed, _: Entry) -> None:
    """One recovery code less."""
    tables.user[data.user].recovery = data.recovery


@FOLDS.of(UserClosed)
def user_closed(tables: Tables, data: UserClosed, entry: Entry) -> None:
    """It is over; nobody closes their own, or ValueError."""
    if data.user == tables.user_called.get(entry.actor):
        raise ValueError("an account closed by its own user")
    tables.user[data.user].closed_at = entry.at


@FOLDS.of(ResetMade)
def reset_made(tables: Tables, data: ResetMade, entry: Entry) -> None:
    """A link, and who made it; one for a user who may decide takes a second person, or ValueError."""
    decides = any(takes_two(right) for right in tables.held.get(data.user, ()))
    if decides and not data.second:
        raise ValueError("a new password for one who may decide, by one person alone")
    tables.resets[data.reset] = entry.actor


@FOLDS.of(ResetSettled)
def reset_settled(tables: Tables, data: ResetSettled, entry: Entry) -> None:
    """Another has confirmed it, or ValueError; or it is taken back."""
    made_by = tables.resets.pop(data.reset)
    if data.confirmed and made_by == entry.actor:
        raise ValueError("a link for a new password confirmed by whoever made it")


@FOLDS.of(RightProposed)
def right_proposed(tables: Tables, data: RightProposed, entry: Entry) -> None:
    """What somebody is to be given, and who says so."""
    tables.proposed_rights[data.proposal] = ProposedRight(data.user, data.right, by=entry.actor)


@FOLDS.of(RightDeclined)
def right_declined(tables: Tables, data: RightDeclined, _: Entry) -> None:
    """It waits no longer."""
    del tables.proposed_rights[data.proposal]


@FOLDS.of(RightGranted)
def right_granted(tables: Tables, data: RightGranted, entry: Entry) -> None:
    """A right, from now on; one that takes two as another put it forward, or before the first case, or ValueError."""
    _check_granted(tables, data, entry)
    tables.held.setdefault(data.user, set()).add(data.right)
    tables.right[data.grant] = RightFact(data.user, data.right, since=entry.at, until=None)


def _check_granted(tables: Tables, data: RightGranted, entry: Entry) -> None:
    if tables.user[data.user].closed_at is not None:
        raise ValueError("a right given to an account that is closed")
    if entry.actor == SYSTEM:
        if takes_two(data.right) and tables.case:
            raise ValueError("a right to decide given by nobody, after the first case")
        return
    if data.user == tables.user_called.get(entry.actor):
        raise ValueError("a right given to oneself")
    if not takes_two(data.right):
        if f"{ROLE_PREFIX}{Role.ADMINISTRATOR}" not in tables.rights_of(entry.actor):
            raise ValueError("a right given by one who is no administrator")
        return
    proposed = tables.proposed_rights.pop(data.proposal or "")
    if (proposed.user, proposed.right) != (data.user, data.right) or proposed.by == entry.actor:
        raise ValueError("a right to decide given by one person alone")


@FOLDS.of(RightWithdrawn)
def right_withdrawn(tables: Tables, data: RightWithdrawn, entry: Entry) -> None:
    """A right, until now."""
    tables.held[data.user].discard(data.right)
    tables.right[data.grant].until = entry.at


@FOLDS.of(KeyCreated)
def key_created(tables: Tables, data: KeyCreated, _: Entry) -> None:
    """A key."""
    expires = data.expires.isoformat() if data.expires else None
    tables.key[data.key] = KeyFact(data.pseudonym, data.value, data.right, data.digest, expires, revoked_at=None)


@FOLDS.of(KeyExpirySet)
def key_expiry_set(tables: Tables, data: KeyExpirySet, _: Entry) -> None:
    """Its last day."""
    tables.key[data.key].expires = data.expires.isoformat()


@FOLDS.of(KeyRevoked)
def key_revoked(tables: Tables, data: KeyRevoked, entry: Entry) -> None:
    """It is over."""
    tables.key[data.key].revoked_at = entry.at


@FOLDS.of(RuleSetDrafted)
def rule_set_drafted(tables: Tables, data: RuleSetDrafted, entry: Entry) -> None:
    """A draft."""
    tables.draft[data.draft] = DraftFact(
        data.ruleset,
        data.sha256,
        data.valid_from.isoformat(),
        drafted_by=entry.actor,
        impact=None,
        seen_by=None,
        adopted_by=None,
    )


@FOLDS.of(RuleSetImpactSeen)
def impact_seen(tables: Tables, data: RuleSetImpactSeen, entry: Entry) -> None:
    """Who has seen its impact."""
    draft = tables.draft[data.draft]
    draft.impact, draft.seen_by = data.impact, entry.actor


@FOLDS.of(RuleSetAdopted)
def rule_set_adopted(tables: Tables, data: RuleSetAdopted, entry: Entry) -> None:
    """A rule set, and the draft it was."""
    tables.ruleset[data.ruleset] = RuleSetFact(data.sha256, data.valid_from.isoformat())
    tables.adopted[data.ruleset] = Adopted(
        data.ruleset,
        data.sha256,
        data.valid_from,
        points={point.id: point for point in data.deciding.points},
        clauses={clause.id: clause for clause in data.deciding.clauses},
        adverse=data.deciding.adverse,
        partial_share_percent=data.deciding.partial_share_percent,
        ceiling_months=data.deciding.ceiling_months,
    )
    if data.draft:
        tables.draft[data.draft].adopted_by = entry.actor


@FOLDS.of(ListImported)
def list_imported(tables: Tables, data: ListImported, entry: Entry) -> None:
    """A version of a list, in the place of the one before or held beside it."""
    tables.list[data.version] = ListFact(
        list=data.list,
        sha256=data.sha256,
        generated=data.generated,
        as_of=data.as_of,
        entries=data.entries,
        entries_digest=data.entries_digest,
        state=ListState.HELD.value,
        added=data.added,
        removed=data.removed,
        changed=data.changed,
        report=data.report,
        imported_at=entry.at,
        imported_by=entry.actor,
    )
    if not data.held:
        _put_in_force(tables, data.list, data.version)


def _put_in_force(tables: Tables, key: str, version: str) -> None:
    before = tables.active_lists.get(key)
    if before:
        tables.list[before].state = ListState.REPLACED.value
    tables.list[version].state = ListState.ACTIVE.value
    tables.active_lists[key] = version


@FOLDS.of(ListConfirmed)
def list_confirmed(tables: Tables, data: ListConfirmed, _: Entry) -> None:
    """The version in force is younger than it was."""
    if tables.active_lists.get(data.list) != data.version:
        raise ValueError("a version confirmed that is not in force")
    tables.list[data.version].as_of = data.as_of


@FOLDS.of(ListActivated)
def list_activated(tables: Tables, data: ListActivated, _: Entry) -> None:
    """A held version, in the place of the one before."""
    _check_held(tables, data.list, data.version, data.report)
    _put_in_force(tables, data.list, data.version)


@FOLDS.of(ListRejected)
def list_rejected(tables: Tables, data: ListRejected, _: Entry) -> None:
    """A held version is not used."""
    _check_held(tables, data.list, data.version, data.report)
    tables.list[data.version].state = ListState.REJECTED.value


def _check_held(tables: Tables, key: str, version: str, report: str) -> None:
    fact = tables.list[version]
    if (fact.list, fact.state, fact.report) != (key, ListState.HELD.value, report):
        raise ValueError("a version settled that was not held, or on another report")


@FOLDS.of(IncidentRecorded)
def incident_recorded(tables: Tables, data: IncidentRecorded, entry: Entry) -> None:
    """An incident."""
    tables.incident[data.incident] = _incident(data.said, recorded_by=entry.actor, disputed=None)


@FOLDS.of(IncidentCorrected)
def incident_corrected(tables: Tables, data: IncidentCorrected, entry: Entry) -> None:
    """What is said of it now, which nobody else has verified; that it is disputed stays."""
    before = tables.incident[data.incident]
    tables.incident[data.incident] = _incident(data.said, recorded_by=entry.actor, disputed=before.disputed)


def _incident(said: IncidentSaid, *, recorded_by: str, disputed: str | None) -> IncidentFact:
    return IncidentFact(
        said.kind,
        said.room,
        said.event_date.isoformat(),
        said.informed_on.isoformat(),
        said.expires_on.isoformat(),
        said.value,
        recorded_by=recorded_by,
        verified_by=None,
        disputed=disputed,
        withdrawn_by=None,
    )


@FOLDS.of(IncidentVerified)
def incident_verified(tables: Tables, data: IncidentVerified, entry: Entry) -> None:
    """Who has verified it: another than wrote it, or ValueError."""
    incident = tables.incident[data.incident]
    if incident.recorded_by == entry.actor:
        raise ValueError("verified by whoever wrote it down")
    incident.verified_by = entry.actor


@FOLDS.of(IncidentDisputed)
def incident_disputed(tables: Tables, data: IncidentDisputed, _: Entry) -> None:
    """What the organisation says against it."""
    tables.incident[data.incident].disputed = data.text


@FOLDS.of(IncidentWithdrawn)
def incident_withdrawn(tables: Tables, data: IncidentWithdrawn, entry: Entry) -> None:
    """It is not used any more."""
    tables.incident[data.incident].withdrawn_by = entry.actor


@FOLDS.of(ErasureProposed)
def erasure_proposed(tables: Tables, data: ErasureProposed, entry: Entry) -> None:
    """What is to go, and who says so."""
    tables.erasures[data.proposal] = (entry.actor, frozenset(case.case for case in data.cases))


@FOLDS.of(ErasureSettled)
def erasure_settled(tables: Tables, data: ErasureSettled, _: Entry) -> None:
    """It waits no longer."""
    del tables.erasures[data.proposal]


@FOLDS.of(ValueErased)
def value_erased(tables: Tables, data: ValueErased, entry: Entry) -> None:
    """What is gone: by the service itself, or as one person put forward and another carries out, or ValueError."""
    if entry.actor != SYSTEM:
        proposed_by, cases = tables.erasures[data.proposal or ""]
        if proposed_by == entry.actor or entry.case not in cases:
            raise ValueError("erased by one person alone")
    tables.erased.update(data.values)
    tables.erased_enclosures.update(data.enclosures)
