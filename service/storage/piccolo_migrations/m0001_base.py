"""The first schema: tables, indexes, and guards that keep the log append-only."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from service.storage.migration import indexes_for, migration

ID = "2026-11-22T14:00:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "the first schema"

TABLES = (
    """CREATE TABLE organisation (
        id TEXT NOT NULL PRIMARY KEY,
        created_at BIGINT NOT NULL
    )""",
    """CREATE TABLE account (
        id TEXT NOT NULL PRIMARY KEY,
        pseudonym TEXT NOT NULL,
        email TEXT NOT NULL,
        name TEXT NOT NULL,
        password_hash TEXT NOT NULL,
        password_at BIGINT NOT NULL,
        temporary BOOLEAN NOT NULL,
        value_ref TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        closed_at BIGINT,
        factor TEXT NOT NULL,
        recovery TEXT NOT NULL
    )""",
    """CREATE TABLE case_file (
        id TEXT NOT NULL PRIMARY KEY,
        diary_number TEXT NOT NULL,
        diary_year BIGINT NOT NULL,
        diary_seq BIGINT,
        kind TEXT NOT NULL,
        type TEXT NOT NULL,
        organisation_id TEXT NOT NULL REFERENCES organisation (id) ON DELETE RESTRICT,
        org_number TEXT,
        org_name TEXT NOT NULL,
        org_search TEXT NOT NULL,
        hirer TEXT,
        amount_ore BIGINT,
        when_label TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN
            ('received', 'screened', 'in_review', 'proposed', 'decided', 'executed', 'appealed', 'final')),
        owner_id TEXT REFERENCES account (id) ON DELETE RESTRICT,
        received_at BIGINT NOT NULL,
        registered_at BIGINT NOT NULL,
        due_on TEXT NOT NULL,
        channel TEXT NOT NULL,
        rules_id TEXT NOT NULL,
        rules_sha256 TEXT NOT NULL,
        organisation_ref TEXT NOT NULL,
        application_parts TEXT NOT NULL,
        speakers_ref TEXT,
        repeat_key TEXT NOT NULL,
        event_on TEXT,
        check_round BIGINT NOT NULL,
        attention BIGINT NOT NULL,
        withdrawn BOOLEAN NOT NULL,
        version BIGINT NOT NULL
    )""",
    """CREATE TABLE right_grant (
        id TEXT NOT NULL PRIMARY KEY,
        account_id TEXT NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
        right_code TEXT NOT NULL,
        from_at BIGINT NOT NULL,
        to_at BIGINT
    )""",
    """CREATE TABLE api_key (
        id TEXT NOT NULL PRIMARY KEY,
        pseudonym TEXT NOT NULL,
        label TEXT NOT NULL,
        value_ref TEXT NOT NULL,
        digest TEXT NOT NULL,
        right_code TEXT NOT NULL,
        expires_on TEXT,
        revoked_at BIGINT
    )""",
    """CREATE TABLE factor_use (
        id TEXT NOT NULL PRIMARY KEY,
        step BIGINT NOT NULL
    )""",
    """CREATE TABLE session (
        id TEXT NOT NULL PRIMARY KEY,
        body TEXT NOT NULL,
        expires_at BIGINT NOT NULL,
        account_id TEXT NOT NULL,
        began_at BIGINT NOT NULL,
        seen_at BIGINT NOT NULL
    )""",
    """CREATE TABLE ruleset (
        id TEXT NOT NULL PRIMARY KEY,
        sha256 TEXT NOT NULL,
        body TEXT NOT NULL,
        valid_from TEXT NOT NULL,
        adopted_at BIGINT NOT NULL
    )""",
    """CREATE TABLE ruleset_draft (
        id TEXT NOT NULL PRIMARY KEY,
        ruleset TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        body TEXT NOT NULL,
        valid_from TEXT NOT NULL,
        drafted_by TEXT NOT NULL,
        drafted_at BIGINT NOT NULL,
        impact TEXT,
        report TEXT,
        seen_by TEXT,
        adopted_by TEXT
    )""",
    """CREATE TABLE list_version (
        id TEXT NOT NULL PRIMARY KEY,
        list_key TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        generated TEXT NOT NULL,
        as_of TEXT NOT NULL,
        imported_at BIGINT NOT NULL,
        imported_by TEXT NOT NULL,
        entries BIGINT NOT NULL,
        entries_digest TEXT NOT NULL,
        added BIGINT NOT NULL,
        removed BIGINT NOT NULL,
        changed BIGINT NOT NULL,
        report TEXT NOT NULL,
        state TEXT NOT NULL
    )""",
    """CREATE TABLE list_entry (
        id TEXT NOT NULL PRIMARY KEY,
        version_id TEXT NOT NULL,
        position BIGINT NOT NULL,
        body TEXT NOT NULL
    )""",
    """CREATE TABLE organisation_attribute (
        id TEXT NOT NULL PRIMARY KEY,
        organisation_id TEXT NOT NULL REFERENCES organisation (id) ON DELETE RESTRICT,
        attribute TEXT NOT NULL,
        value TEXT NOT NULL,
        since BIGINT NOT NULL,
        case_id TEXT NOT NULL REFERENCES case_file (id) ON DELETE RESTRICT
    )""",
    """CREATE TABLE finding (
        id TEXT NOT NULL PRIMARY KEY,
        case_id TEXT NOT NULL REFERENCES case_file (id) ON DELETE RESTRICT,
        check_round BIGINT NOT NULL,
        position BIGINT NOT NULL,
        check_key TEXT NOT NULL,
        check_version TEXT NOT NULL,
        outcome TEXT NOT NULL,
        code TEXT NOT NULL,
        traits TEXT NOT NULL,
        detail_ref TEXT NOT NULL,
        speaker_ref TEXT,
        sources TEXT NOT NULL,
        resolution TEXT,
        reason_ref TEXT,
        resolved_by TEXT,
        started_at BIGINT NOT NULL,
        duration_ms BIGINT NOT NULL,
        error TEXT
    )""",
    """CREATE TABLE enclosure (
        id TEXT NOT NULL PRIMARY KEY,
        case_id TEXT NOT NULL REFERENCES case_file (id) ON DELETE RESTRICT,
        kind TEXT NOT NULL,
        media_type TEXT NOT NULL,
        size BIGINT NOT NULL,
        sha256 TEXT NOT NULL,
        name_ref TEXT NOT NULL,
        added_at BIGINT NOT NULL,
        speaks_from TEXT,
        speaks_to TEXT,
        condition TEXT NOT NULL,
        scanned TEXT NOT NULL
    )""",
    """CREATE TABLE distinction (
        pair TEXT NOT NULL PRIMARY KEY,
        case_id TEXT NOT NULL REFERENCES case_file (id) ON DELETE RESTRICT,
        finding_id TEXT NOT NULL,
        held_apart_by TEXT NOT NULL,
        at BIGINT NOT NULL
    )""",
    """CREATE TABLE secrecy_marking (
        id TEXT NOT NULL PRIMARY KEY,
        case_id TEXT NOT NULL REFERENCES case_file (id) ON DELETE RESTRICT,
        enclosure_id TEXT,
        value_ref TEXT NOT NULL
    )""",
    """CREATE TABLE decision (
        id TEXT NOT NULL PRIMARY KEY,
        case_id TEXT NOT NULL REFERENCES case_file (id) ON DELETE RESTRICT,
        outcome TEXT NOT NULL,
        amount_ore BIGINT,
        delegation_point TEXT NOT NULL,
        decided_by TEXT NOT NULL,
        seq BIGINT NOT NULL
    )""",
    """CREATE TABLE incident (
        id TEXT NOT NULL PRIMARY KEY,
        org_number TEXT NOT NULL,
        kind TEXT NOT NULL,
        room TEXT,
        event_date TEXT NOT NULL,
        informed_on TEXT NOT NULL,
        expires_on TEXT NOT NULL,
        value_ref TEXT NOT NULL,
        recorded_by TEXT NOT NULL,
        verified_by TEXT,
        disputed TEXT,
        withdrawn_by TEXT
    )""",
    """CREATE TABLE screening_job (
        case_id TEXT NOT NULL PRIMARY KEY REFERENCES case_file (id) ON DELETE RESTRICT,
        asked_at BIGINT NOT NULL
    )""",
    """CREATE TABLE worker_job (
        name TEXT NOT NULL PRIMARY KEY,
        began_at BIGINT,
        ended_at BIGINT,
        worked_at BIGINT,
        next_at BIGINT,
        runs BIGINT NOT NULL,
        failures BIGINT NOT NULL,
        error TEXT,
        said TEXT NOT NULL,
        mark TEXT NOT NULL,
        done BIGINT NOT NULL,
        total BIGINT NOT NULL
    )""",
    """CREATE TABLE form_draft (
        id TEXT NOT NULL PRIMARY KEY,
        account_id TEXT NOT NULL,
        case_id TEXT NOT NULL REFERENCES case_file (id) ON DELETE RESTRICT,
        form TEXT NOT NULL,
        body TEXT NOT NULL,
        at BIGINT NOT NULL
    )""",
    """CREATE TABLE idempotency (
        id TEXT NOT NULL PRIMARY KEY,
        body_sha256 TEXT NOT NULL,
        case_id TEXT NOT NULL,
        created_at BIGINT NOT NULL
    )""",
    """CREATE TABLE log_entry (
        seq BIGINT NOT NULL PRIMARY KEY,
        leaf TEXT NOT NULL,
        hash TEXT NOT NULL,
        type TEXT NOT NULL,
        case_id TEXT,
        actor TEXT NOT NULL,
        at BIGINT NOT NULL
    )""",
    """CREATE TABLE log_node (
        place BIGINT NOT NULL PRIMARY KEY,
        hash TEXT NOT NULL
    )""",
    """CREATE TABLE log_checkpoint (
        size BIGINT NOT NULL PRIMARY KEY,
        note TEXT NOT NULL,
        at BIGINT NOT NULL
    )""",
    """CREATE TABLE checkpoint_dispatch (
        id TEXT NOT NULL PRIMARY KEY,
        size BIGINT NOT NULL,
        channel TEXT NOT NULL,
        at BIGINT NOT NULL,
        error TEXT
    )""",
    """CREATE TABLE log_value (
        commitment TEXT NOT NULL PRIMARY KEY,
        field TEXT NOT NULL,
        value TEXT NOT NULL,
        salt TEXT NOT NULL,
        case_id TEXT
    )""",
)

INDEXES = (
    "CREATE UNIQUE INDEX account_email ON account (email)",
    "CREATE UNIQUE INDEX account_pseudonym ON account (pseudonym)",
    "CREATE INDEX right_grant_account ON right_grant (account_id)",
    "CREATE UNIQUE INDEX api_key_digest ON api_key (digest)",
    "CREATE INDEX session_expiry ON session (expires_at)",
    "CREATE INDEX session_account ON session (account_id)",
    "CREATE UNIQUE INDEX list_version_active ON list_version (list_key) WHERE state = 'active'",
    "CREATE INDEX list_entry_version ON list_entry (version_id, position)",
    "CREATE INDEX organisation_attribute_value ON organisation_attribute (attribute, value)",
    "CREATE UNIQUE INDEX case_file_diary ON case_file (diary_number)",
    "CREATE UNIQUE INDEX case_file_series ON case_file (diary_year, diary_seq)",
    "CREATE INDEX case_file_queue ON case_file (kind, state, due_on, registered_at, id)",
    "CREATE INDEX case_file_open_due ON case_file (due_on, registered_at, id) "
    "WHERE state NOT IN ('decided', 'executed', 'final')",
    "CREATE INDEX case_file_received ON case_file (received_at, registered_at, id)",
    "CREATE INDEX case_file_registered ON case_file (registered_at, id)",
    "CREATE INDEX case_file_name ON case_file (org_search@C, registered_at, id)",
    "CREATE INDEX case_file_amount ON case_file (amount_ore, registered_at, id)",
    "CREATE INDEX case_file_owner ON case_file (owner_id, state, due_on)",
    "CREATE INDEX case_file_number ON case_file (org_number)",
    "CREATE INDEX case_file_organisation ON case_file (organisation_id)",
    "CREATE INDEX case_file_repeat ON case_file (repeat_key)",
    "CREATE INDEX case_file_event ON case_file (event_on) WHERE speakers_ref IS NOT NULL",
    "CREATE UNIQUE INDEX finding_place ON finding (case_id, check_round, position)",
    "CREATE INDEX enclosure_case ON enclosure (case_id)",
    "CREATE INDEX secrecy_case ON secrecy_marking (case_id)",
    "CREATE UNIQUE INDEX decision_case ON decision (case_id, seq)",
    "CREATE UNIQUE INDEX form_draft_place ON form_draft (case_id, account_id, form)",
    "CREATE INDEX incident_number ON incident (org_number)",
    "CREATE INDEX log_entry_case ON log_entry (case_id, seq)",
    "CREATE INDEX log_entry_case_type ON log_entry (case_id, type)",
    "CREATE INDEX log_entry_type ON log_entry (type, seq)",
    "CREATE INDEX log_value_case ON log_value (case_id)",
    "CREATE INDEX log_value_field ON log_value (field, commitment)",
    "CREATE INDEX decision_given ON decision (case_id, outcome)",
    "CREATE INDEX checkpoint_dispatch_channel ON checkpoint_dispatch (channel, size)",
)

#: Tables whose rows never change once written, and whether they may be deleted (an erasure, which is an event).
FROZEN = {
    "log_entry": False,
    "log_node": False,
    "log_checkpoint": False,
    "log_value": True,
    "ruleset": False,
    "decision": False,
    "list_entry": True,
}


def guards_sqlite() -> list[str]:
    """Triggers against accidents; whoever can write the file can drop them, so they are no evidence."""
    statements = [
        """CREATE TRIGGER log_entry_gapless BEFORE INSERT ON log_entry
        WHEN new.seq <> (SELECT coalesce(max(seq) + 1, 0) FROM log_entry)
        BEGIN SELECT RAISE(ABORT, 'the log has no gaps'); END""",
        """CREATE TRIGGER list_entry_no_delete BEFORE DELETE ON list_entry
        WHEN EXISTS (SELECT 1 FROM list_version WHERE id = old.version_id AND state <> 'rejected')
        BEGIN SELECT RAISE(ABORT, 'a list version is never deleted'); END""",
        """CREATE TRIGGER account_no_delete BEFORE DELETE ON account
        BEGIN SELECT RAISE(ABORT, 'users are never deleted'); END""",
    ]
    for table, may_delete in FROZEN.items():
        for action in ["UPDATE"] if may_delete else ["UPDATE", "DELETE"]:
            statements.append(
                f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    return statements


def guards_postgres() -> list[str]:
    """The same on PostgreSQL, TRUNCATE included."""
    statements = [
        """CREATE FUNCTION granska_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$""",
        """CREATE FUNCTION granska_gapless() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN
        IF NEW.seq <> (SELECT coalesce(max(seq) + 1, 0) FROM log_entry) THEN
            RAISE EXCEPTION 'the log has no gaps';
        END IF;
        RETURN NEW;
        END $$""",
        """CREATE FUNCTION granska_keep_version() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN
        IF EXISTS (SELECT 1 FROM list_version WHERE id = OLD.version_id AND state <> 'rejected') THEN
            RAISE EXCEPTION 'a list version is never deleted';
        END IF;
        RETURN OLD;
        END $$""",
        "CREATE TRIGGER list_entry_no_delete BEFORE DELETE ON list_entry "
        "FOR EACH ROW EXECUTE FUNCTION granska_keep_version()",
        "CREATE TRIGGER log_entry_gapless BEFORE INSERT ON log_entry FOR EACH ROW EXECUTE FUNCTION granska_gapless()",
        "CREATE TRIGGER account_no_delete BEFORE DELETE OR TRUNCATE ON account "
        "FOR EACH STATEMENT EXECUTE FUNCTION granska_refuse()",
    ]
    for table, may_delete in FROZEN.items():
        actions = "UPDATE OR TRUNCATE" if may_delete else "UPDATE OR DELETE OR TRUNCATE"
        statements.append(
            f"CREATE TRIGGER {table}_frozen BEFORE {actions} ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION granska_refuse()"
        )
    return statements


def statements(*, lite: bool) -> list[str]:
    """What this migration has run, in its order: on SQLite, or on PostgreSQL."""
    return [*TABLES, *indexes_for(INDEXES, lite=lite), *(guards_sqlite() if lite else guards_postgres())]


async def forwards() -> MigrationManager:
    """Build the schema, one statement per call."""
    return migration(ID, DESCRIPTION, statements)
