"""Rows. Constraints, indexes and guards stand in the migrations; instants are UTC milliseconds, money whole öre."""

from piccolo.columns import BigInt, Boolean, Text
from piccolo.table import Table


class Account(Table, tablename="account"):
    """A user; never deleted."""

    id = Text(primary_key=True)
    pseudonym = Text()
    email = Text()
    name = Text()
    password_hash = Text()
    password_at = BigInt()
    temporary = Boolean()
    value_ref = Text()
    created_at = BigInt()
    closed_at = BigInt(null=True, default=None)
    factor = Text()
    recovery = Text()


class RightGrant(Table, tablename="right_grant"):
    """Who held which right, from when until when."""

    id = Text(primary_key=True)
    account_id = Text()
    right_code = Text()
    from_at = BigInt()
    to_at = BigInt(null=True, default=None)


class ApiKey(Table, tablename="api_key"):
    """A key of the city's e-service, kept as a digest."""

    id = Text(primary_key=True)
    pseudonym = Text()
    label = Text()
    value_ref = Text()
    digest = Text()
    right_code = Text()
    expires_on = Text(null=True, default=None)
    revoked_at = BigInt(null=True, default=None)


class FactorUse(Table, tablename="factor_use"):
    """The newest time step whose code a user has signed in with, so that each is used once."""

    id = Text(primary_key=True)
    step = BigInt()


class Session(Table, tablename="session"):
    """Who is signed in; shared by all workers. The id is kept as a digest."""

    id = Text(primary_key=True)
    body = Text()
    expires_at = BigInt()
    account_id = Text()
    began_at = BigInt()
    seen_at = BigInt()


class RuleSetRow(Table, tablename="ruleset"):
    """The adopted bytes of a rule set."""

    id = Text(primary_key=True)
    sha256 = Text()
    body = Text()
    valid_from = Text()
    adopted_at = BigInt()


class RuleSetDraft(Table, tablename="ruleset_draft"):
    """A rule set on its way: proposed by one person, its impact seen, adopted by another."""

    id = Text(primary_key=True)
    ruleset = Text()
    sha256 = Text()
    body = Text()
    valid_from = Text()
    drafted_by = Text()
    drafted_at = BigInt()
    impact = Text(null=True, default=None)
    report = Text(null=True, default=None)
    seen_by = Text(null=True, default=None)
    adopted_by = Text(null=True, default=None)


class ListVersion(Table, tablename="list_version"):
    """One import of a list."""

    id = Text(primary_key=True)
    list_key = Text()
    sha256 = Text()
    generated = Text()
    as_of = Text()
    imported_at = BigInt()
    imported_by = Text()
    entries = BigInt()
    entries_digest = Text()
    added = BigInt()
    removed = BigInt()
    changed = BigInt()
    report = Text()
    state = Text()


class ListEntryRow(Table, tablename="list_entry"):
    """One listed subject of one version, as canonical text; of no consequence until its version has been imported."""

    id = Text(primary_key=True)
    version_id = Text()
    position = BigInt()
    body = Text()


class OrganisationRow(Table, tablename="organisation"):
    """An applicant's identity over time; names and numbers are dated attributes."""

    id = Text(primary_key=True)
    created_at = BigInt()


class OrganisationAttribute(Table, tablename="organisation_attribute"):
    """A name or number an organisation had when a case was received."""

    id = Text(primary_key=True)
    organisation_id = Text()
    attribute = Text()
    value = Text()
    since = BigInt()
    case_id = Text()


class CaseRow(Table, tablename="case_file"):
    """One case, with what the queue shows and searches."""

    id = Text(primary_key=True)
    diary_number = Text()
    diary_year = BigInt()
    diary_seq = BigInt(null=True, default=None)
    kind = Text()
    type = Text()
    organisation_id = Text()
    org_number = Text(null=True, default=None)
    org_name = Text()
    org_search = Text()
    hirer = Text(null=True, default=None)
    amount_ore = BigInt(null=True, default=None)
    when_label = Text()
    state = Text()
    owner_id = Text(null=True, default=None)
    received_at = BigInt()
    registered_at = BigInt()
    due_on = Text()
    channel = Text()
    rules_id = Text()
    rules_sha256 = Text()
    organisation_ref = Text()
    application_parts = Text()
    speakers_ref = Text(null=True, default=None)
    repeat_key = Text()
    event_on = Text(null=True, default=None)
    check_round = BigInt()
    attention = BigInt()
    withdrawn = Boolean()
    version = BigInt()


class FindingRow(Table, tablename="finding"):
    """One check's answer in one round of one case."""

    id = Text(primary_key=True)
    case_id = Text()
    check_round = BigInt()
    position = BigInt()
    check_key = Text()
    check_version = Text()
    outcome = Text()
    code = Text()
    traits = Text()
    detail_ref = Text()
    speaker_ref = Text(null=True, default=None)
    sources = Text()
    resolution = Text(null=True, default=None)
    reason_ref = Text(null=True, default=None)
    resolved_by = Text(null=True, default=None)
    started_at = BigInt()
    duration_ms = BigInt()
    error = Text(null=True, default=None)


class EnclosureRow(Table, tablename="enclosure"):
    """A stored document's facts."""

    id = Text(primary_key=True)
    case_id = Text()
    kind = Text()
    media_type = Text()
    size = BigInt()
    sha256 = Text()
    name_ref = Text()
    added_at = BigInt()
    speaks_from = Text(null=True, default=None)
    speaks_to = Text(null=True, default=None)
    condition = Text()
    scanned = Text()


class Distinction(Table, tablename="distinction"):
    """A pair of a case's party and a list entry, as a keyed hash of both, that a person has held apart."""

    pair = Text(primary_key=True)
    case_id = Text()
    finding_id = Text()
    held_apart_by = Text()
    at = BigInt()


class SecrecyRow(Table, tablename="secrecy_marking"):
    """A secrecy marking (sekretessmarkering, OSL 5:5) on a case or one of its enclosures."""

    id = Text(primary_key=True)
    case_id = Text()
    enclosure_id = Text(null=True, default=None)
    value_ref = Text()


class DecisionRow(Table, tablename="decision"):
    """Where to find a decision's record in the log, and what the queue needs of it."""

    id = Text(primary_key=True)
    case_id = Text()
    outcome = Text()
    amount_ore = BigInt(null=True, default=None)
    delegation_point = Text()
    decided_by = Text()
    seq = BigInt()


class IncidentRow(Table, tablename="incident"):
    """A sourced event in the City's own dealings with an association (P1-P6)."""

    id = Text(primary_key=True)
    org_number = Text()
    kind = Text()
    room = Text(null=True, default=None)
    event_date = Text()
    informed_on = Text()
    expires_on = Text()
    value_ref = Text()
    recorded_by = Text()
    verified_by = Text(null=True, default=None)
    disputed = Text(null=True, default=None)
    withdrawn_by = Text(null=True, default=None)


class ScreeningJob(Table, tablename="screening_job"):
    """Checks still to be run, saved with the change that asks for them."""

    case_id = Text(primary_key=True)
    asked_at = BigInt()


class WorkerJob(Table, tablename="worker_job"):
    """How a job of the worker stands; technical, like a sign-in, and no event speaks of it."""

    name = Text(primary_key=True)
    began_at = BigInt(null=True, default=None)
    ended_at = BigInt(null=True, default=None)
    worked_at = BigInt(null=True, default=None)
    next_at = BigInt(null=True, default=None)
    runs = BigInt()
    failures = BigInt()
    error = Text(null=True, default=None)
    said = Text()
    mark = Text()
    done = BigInt()
    total = BigInt()


class FormDraft(Table, tablename="form_draft"):
    """What a person has begun to write in a form of a case; working material, gone when it is sent."""

    id = Text(primary_key=True)
    account_id = Text()
    case_id = Text()
    form = Text()
    body = Text()
    at = BigInt()


class Idempotency(Table, tablename="idempotency"):
    """A key the e-service used, the digest of what it sent, and the case that came of it."""

    id = Text(primary_key=True)
    body_sha256 = Text()
    case_id = Text()
    created_at = BigInt()


class LogEntry(Table, tablename="log_entry"):
    """One event: the exact text that was hashed."""

    seq = BigInt(primary_key=True)
    leaf = Text()
    hash = Text()
    type = Text()
    case_id = Text(null=True, default=None)
    actor = Text()
    at = BigInt()


class LogNode(Table, tablename="log_node"):
    """A node above the leaves; `place` counts them in the order in which they became complete."""

    place = BigInt(primary_key=True)
    hash = Text()


class LogValue(Table, tablename="log_value"):
    """A personal value or free text that the log has committed to; the only place it is kept, and erasable."""

    commitment = Text(primary_key=True)
    field = Text()
    value = Text()
    salt = Text()
    case_id = Text(null=True, default=None)


class LogCheckpoint(Table, tablename="log_checkpoint"):
    """A signed statement of the log's size and root, as it was signed."""

    size = BigInt(primary_key=True)
    note = Text()
    at = BigInt()


class Dispatch(Table, tablename="checkpoint_dispatch"):
    """Where a checkpoint has been sent, or why it could not be."""

    id = Text(primary_key=True)
    size = BigInt()
    channel = Text()
    at = BigInt()
    error = Text(null=True, default=None)


class SiteRow(Table, tablename="site"):
    """A house with rooms; the description is JSON."""

    id = Text(primary_key=True)
    body = Text()
    sha256 = Text()


class RoomRow(Table, tablename="room"):
    """A room or a part of one; the description is JSON."""

    id = Text(primary_key=True)
    site_id = Text()
    parent_id = Text(null=True, default=None)
    body = Text()
    sha256 = Text()


class RoomPart(Table, tablename="room_part"):
    """A room and one that lies within it, itself included; kept by triggers."""

    id = Text(primary_key=True)
    room_id = Text()
    part_id = Text()


class BookingRow(Table, tablename="booking"):
    """One time in one room, had or not; instants of the slot are UTC epoch seconds."""

    id = Text(primary_key=True)
    case_id = Text(null=True, default=None)
    room_id = Text()
    position = BigInt()
    starts_at = BigInt()
    ends_at = BigInt()
    taken_from = BigInt()
    taken_to = BigInt()
    status = Text()
    hold_until = BigInt(null=True, default=None)
    reason = Text(null=True, default=None)
    alternatives = Text()
    tariff = Text(null=True, default=None)
    price_ore = BigInt(null=True, default=None)
    fee_ore = BigInt(null=True, default=None)
    made_by = Text()
    made_at = BigInt()


class BookingSlot(Table, tablename="booking_slot"):
    """That a room is taken by a booking of it or of what it is a part of; kept by triggers, never two at once."""

    id = Text(primary_key=True)
    booking_id = Text()
    room_id = Text()
    taken_from = BigInt()
    taken_to = BigInt()


class ClosureRow(Table, tablename="closure"):
    """A time in which a room cannot be used; UTC epoch seconds."""

    id = Text(primary_key=True)
    room_id = Text()
    starts_at = BigInt()
    ends_at = BigInt()
    ground = Text()
    lifted = Boolean()


class FeedRow(Table, tablename="feed"):
    """An address at which a room's times can be fetched; the address is kept as a digest."""

    id = Text(primary_key=True)
    room_id = Text()
    digest = Text()
    revoked = Boolean()


class ClearanceRow(Table, tablename="clearance"):
    """That a named person has found an association clear to book, until when, and on what."""

    id = Text(primary_key=True)
    organisation_id = Text()
    case_id = Text()
    until = Text()
    data_key = Text()
    declaration = Text()
    rules_id = Text()
    lists = Text()
    given_by = Text()
    given_at = BigInt()
    revoked_by = Text(null=True, default=None)


class AllocationRow(Table, tablename="allocation"):
    """A season's weekly times as they were shared out or edited; the newest stands."""

    id = Text(primary_key=True)
    season = Text()
    body = Text()
    sha256 = Text()
    made_by = Text()
    made_at = BigInt()


class AccessEntry(Table, tablename="access_entry"):
    """Someone looked at something: a leaf of the reading tree. The text goes when its time is over, the hash stays."""

    seq = BigInt(primary_key=True)
    leaf = Text(null=True, default=None)
    hash = Text()
    case_id = Text(null=True, default=None)
    actor = Text()
    at = BigInt()


class AccessNode(Table, tablename="access_node"):
    """A node above the leaves of the reading tree."""

    place = BigInt(primary_key=True)
    hash = Text()


class AccessCheckpoint(Table, tablename="access_checkpoint"):
    """A signed statement of the reading tree's size and root."""

    size = BigInt(primary_key=True)
    note = Text()
    at = BigInt()


#: Tables of the access log; on SQLite they lie in a file of their own, so that reading never waits for deciding.
ACCESS_LOG: tuple[type[Table], ...] = (AccessEntry, AccessNode, AccessCheckpoint)

#: Every table of this module, so that none is forgotten when they are bound to an engine.
ALL: tuple[type[Table], ...] = tuple(
    one for one in globals().values() if isinstance(one, type) and issubclass(one, Table) and one is not Table
)
