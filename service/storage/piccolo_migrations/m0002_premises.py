"""Rooms and bookings: the database itself refuses to let a room twice, whoever writes.

A booking takes its room and every part of it, for as long as it is held or confirmed: `booking_slot` has one row for
each, kept by triggers, and no two rows of the same room may overlap. `room_part` says which are parts of which.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from service.domain.premises import LONGEST_SECONDS, TAKING
from service.storage.migration import migration

ID = "2026-11-23T03:00:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "rooms and bookings"

_TAKES = ", ".join(f"'{one}'" for one in sorted(TAKING))

TABLES = (
    """CREATE TABLE site (
        id TEXT NOT NULL PRIMARY KEY,
        body TEXT NOT NULL,
        sha256 TEXT NOT NULL
    )""",
    """CREATE TABLE room (
        id TEXT NOT NULL PRIMARY KEY,
        site_id TEXT NOT NULL REFERENCES site (id) ON DELETE RESTRICT,
        parent_id TEXT REFERENCES room (id) ON DELETE NO ACTION,
        body TEXT NOT NULL,
        sha256 TEXT NOT NULL
    )""",
    """CREATE TABLE room_part (
        id TEXT NOT NULL PRIMARY KEY,
        room_id TEXT NOT NULL REFERENCES room (id) ON DELETE RESTRICT,
        part_id TEXT NOT NULL REFERENCES room (id) ON DELETE RESTRICT
    )""",
    f"""CREATE TABLE booking (
        id TEXT NOT NULL PRIMARY KEY,
        case_id TEXT REFERENCES case_file (id) ON DELETE RESTRICT,
        room_id TEXT NOT NULL REFERENCES room (id) ON DELETE RESTRICT,
        position BIGINT NOT NULL,
        starts_at BIGINT NOT NULL,
        ends_at BIGINT NOT NULL,
        taken_from BIGINT NOT NULL,
        taken_to BIGINT NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('held', 'confirmed', 'missed', 'lapsed', 'released', 'cancelled')),
        hold_until BIGINT,
        reason TEXT,
        alternatives TEXT NOT NULL,
        tariff TEXT,
        price_ore BIGINT,
        fee_ore BIGINT,
        made_by TEXT NOT NULL,
        made_at BIGINT NOT NULL,
        CHECK (taken_from <= starts_at AND starts_at < ends_at AND ends_at <= taken_to),
        CHECK (taken_to - taken_from <= {LONGEST_SECONDS})
    )""",
    """CREATE TABLE booking_slot (
        id TEXT NOT NULL PRIMARY KEY,
        booking_id TEXT NOT NULL REFERENCES booking (id) ON DELETE CASCADE,
        room_id TEXT NOT NULL REFERENCES room (id) ON DELETE RESTRICT,
        taken_from BIGINT NOT NULL,
        taken_to BIGINT NOT NULL
    )""",
    """CREATE TABLE closure (
        id TEXT NOT NULL PRIMARY KEY,
        room_id TEXT NOT NULL REFERENCES room (id) ON DELETE RESTRICT,
        starts_at BIGINT NOT NULL,
        ends_at BIGINT NOT NULL,
        ground TEXT NOT NULL,
        lifted BOOLEAN NOT NULL,
        CHECK (starts_at < ends_at)
    )""",
    """CREATE TABLE feed (
        id TEXT NOT NULL PRIMARY KEY,
        room_id TEXT NOT NULL REFERENCES room (id) ON DELETE RESTRICT,
        digest TEXT NOT NULL,
        revoked BOOLEAN NOT NULL
    )""",
    """CREATE TABLE clearance (
        id TEXT NOT NULL PRIMARY KEY,
        organisation_id TEXT NOT NULL REFERENCES organisation (id) ON DELETE RESTRICT,
        case_id TEXT NOT NULL REFERENCES case_file (id) ON DELETE RESTRICT,
        until TEXT NOT NULL,
        data_key TEXT NOT NULL,
        declaration TEXT NOT NULL,
        rules_id TEXT NOT NULL,
        lists TEXT NOT NULL,
        given_by TEXT NOT NULL,
        given_at BIGINT NOT NULL,
        revoked_by TEXT
    )""",
    """CREATE TABLE allocation (
        id TEXT NOT NULL PRIMARY KEY,
        season TEXT NOT NULL,
        body TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        made_by TEXT NOT NULL,
        made_at BIGINT NOT NULL
    )""",
)

INDEXES = (
    "CREATE INDEX room_site ON room (site_id)",
    "CREATE UNIQUE INDEX room_part_pair ON room_part (room_id, part_id)",
    "CREATE INDEX room_part_of ON room_part (part_id)",
    "CREATE INDEX booking_case ON booking (case_id, position)",
    "CREATE INDEX booking_room ON booking (room_id, starts_at)",
    "CREATE INDEX booking_hold ON booking (hold_until) WHERE status = 'held' AND hold_until IS NOT NULL",
    "CREATE INDEX booking_slot_time ON booking_slot (room_id, taken_from)",
    "CREATE INDEX booking_slot_booking ON booking_slot (booking_id)",
    "CREATE INDEX closure_end ON closure (ends_at)",
    "CREATE UNIQUE INDEX feed_digest ON feed (digest)",
    "CREATE INDEX feed_room ON feed (room_id)",
    "CREATE INDEX clearance_case ON clearance (case_id)",
    "CREATE INDEX booking_ends ON booking (status, ends_at, case_id)",
    "CREATE INDEX clearance_organisation ON clearance (organisation_id, given_at)",
    "CREATE INDEX allocation_season ON allocation (season, made_at)",
)

_PARTS = "SELECT room_id || '/' || new.id, room_id, new.id FROM room_part WHERE part_id = new.parent_id"
_SLOTS = (
    "SELECT new.id || '/' || part_id, new.id, part_id, new.taken_from, new.taken_to "
    "FROM room_part WHERE room_id = new.room_id"
)
#: A part that is added to a room takes the room's bookings to come: the new part is within what they have.
_BACK = (
    "SELECT b.id || '/' || new.id, b.id, new.id, b.taken_from, b.taken_to FROM booking b "
    "JOIN room_part p ON p.room_id = b.room_id AND p.part_id = new.id "
    f"WHERE b.status IN ({_TAKES}) AND b.room_id <> new.id"
)


def guards_sqlite() -> list[str]:
    """The same guarantee as PostgreSQL's exclusion constraint, by triggers; writers come one by one on SQLite."""
    overlap = (
        "EXISTS (SELECT 1 FROM booking_slot o WHERE o.room_id = new.room_id AND o.taken_from < new.taken_to "
        f"AND o.taken_from > new.taken_from - {LONGEST_SECONDS} AND o.taken_to > new.taken_from AND o.id <> new.id)"
    )
    return [
        "CREATE TRIGGER room_parent_fixed BEFORE UPDATE OF parent_id, id ON room "
        "WHEN new.parent_id IS NOT old.parent_id OR new.id <> old.id "
        "BEGIN SELECT RAISE(ABORT, 'a room keeps its place'); END",
        "CREATE TRIGGER room_parts AFTER INSERT ON room BEGIN "
        "INSERT INTO room_part (id, room_id, part_id) VALUES (new.id || '/' || new.id, new.id, new.id); "
        f"INSERT INTO room_part (id, room_id, part_id) {_PARTS}; "
        f"INSERT INTO booking_slot (id, booking_id, room_id, taken_from, taken_to) {_BACK}; END",
        f"CREATE TRIGGER slot_free_insert BEFORE INSERT ON booking_slot WHEN {overlap} "
        "BEGIN SELECT RAISE(ABORT, 'overlap'); END",
        f"CREATE TRIGGER slot_free_update BEFORE UPDATE ON booking_slot WHEN {overlap} "
        "BEGIN SELECT RAISE(ABORT, 'overlap'); END",
        f"CREATE TRIGGER booking_takes AFTER INSERT ON booking WHEN new.status IN ({_TAKES}) BEGIN "
        f"INSERT INTO booking_slot (id, booking_id, room_id, taken_from, taken_to) {_SLOTS}; END",
        "CREATE TRIGGER booking_leaves AFTER UPDATE OF room_id, taken_from, taken_to, status ON booking BEGIN "
        "DELETE FROM booking_slot WHERE booking_id = old.id; "
        f"INSERT INTO booking_slot (id, booking_id, room_id, taken_from, taken_to) {_SLOTS} "
        f"AND new.status IN ({_TAKES}); END",
    ]


def guards_postgres() -> list[str]:
    """An exclusion constraint, and triggers that keep what it looks at."""
    return [
        "CREATE EXTENSION IF NOT EXISTS btree_gist",
        "ALTER TABLE booking_slot ADD CONSTRAINT booking_slot_free EXCLUDE USING gist "
        "(room_id WITH =, int8range(taken_from, taken_to, '[)') WITH &&)",
        """CREATE FUNCTION granska_room_fixed() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN
        IF NEW.parent_id IS DISTINCT FROM OLD.parent_id OR NEW.id <> OLD.id THEN
            RAISE EXCEPTION 'a room keeps its place';
        END IF;
        RETURN NEW;
        END $$""",
        f"""CREATE FUNCTION granska_room_parts() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN
        -- Whoever is booking the room, or what it lies within, comes first: their booking takes the new part too.
        PERFORM 1 FROM room WHERE id IN (SELECT room_id FROM room_part WHERE part_id = new.parent_id) FOR UPDATE;
        INSERT INTO room_part (id, room_id, part_id) VALUES (new.id || '/' || new.id, new.id, new.id);
        INSERT INTO room_part (id, room_id, part_id) {_PARTS};
        INSERT INTO booking_slot (id, booking_id, room_id, taken_from, taken_to) {_BACK};
        RETURN NULL;
        END $$""",
        f"""CREATE FUNCTION granska_booking_takes() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN
        PERFORM 1 FROM room WHERE id = new.room_id FOR SHARE;
        IF TG_OP = 'UPDATE' THEN
            DELETE FROM booking_slot WHERE booking_id = old.id;
        END IF;
        IF new.status IN ({_TAKES}) THEN
            INSERT INTO booking_slot (id, booking_id, room_id, taken_from, taken_to) {_SLOTS};
        END IF;
        RETURN NULL;
        END $$""",
        "CREATE TRIGGER room_parent_fixed BEFORE UPDATE ON room FOR EACH ROW EXECUTE FUNCTION granska_room_fixed()",
        "CREATE TRIGGER room_parts AFTER INSERT ON room FOR EACH ROW EXECUTE FUNCTION granska_room_parts()",
        "CREATE TRIGGER booking_takes AFTER INSERT OR UPDATE OF room_id, taken_from, taken_to, status ON booking "
        "FOR EACH ROW EXECUTE FUNCTION granska_booking_takes()",
    ]


def statements(*, lite: bool) -> list[str]:
    """What this migration has run, in its order: on SQLite, or on PostgreSQL."""
    return [*TABLES, *INDEXES, *(guards_sqlite() if lite else guards_postgres())]


async def forwards() -> MigrationManager:
    """Build the tables, one statement per call."""
    return migration(ID, DESCRIPTION, statements)
