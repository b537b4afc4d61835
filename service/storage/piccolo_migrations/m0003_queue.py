"""What the queue is asked at any size: how many cases there are of each sort, and each association's name once.

Both are kept by the database itself, so that no writer can forget them; they say nothing that the cases do not.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from service.storage.migration import indexes_for, migration

ID = "2026-11-28T00:00:00:000003"
VERSION = "1.38.0"
DESCRIPTION = "counts and names for the queue"

TABLES = (
    """CREATE TABLE case_tally (
        kind TEXT NOT NULL,
        state TEXT NOT NULL,
        owner TEXT NOT NULL,
        attention INTEGER NOT NULL,
        cases BIGINT NOT NULL,
        PRIMARY KEY (kind, state, owner, attention)
    )""",
    """CREATE TABLE case_name (
        name TEXT NOT NULL PRIMARY KEY,
        cases BIGINT NOT NULL
    )""",
)
_OPEN = "WHERE state NOT IN ('decided', 'executed', 'final')"
INDEXES = (
    f"CREATE INDEX case_file_open_received ON case_file (received_at, registered_at, id) {_OPEN}",
    f"CREATE INDEX case_file_open_registered ON case_file (registered_at, id) {_OPEN}",
    f"CREATE INDEX case_file_open_name ON case_file (org_search@C, registered_at, id) {_OPEN}",
    f"CREATE INDEX case_file_open_amount ON case_file (amount_ore, registered_at, id) {_OPEN}",
    "CREATE INDEX case_file_due ON case_file (due_on, registered_at, id)",
)

_COUNT_NEW = """INSERT INTO case_tally (kind, state, owner, attention, cases)
    VALUES (new.kind, new.state, coalesce(new.owner_id, ''), CASE WHEN new.attention > 0 THEN 1 ELSE 0 END, 1)
    ON CONFLICT (kind, state, owner, attention) DO UPDATE SET cases = case_tally.cases + 1;"""
_COUNT_OLD = """UPDATE case_tally SET cases = cases - 1 WHERE kind = old.kind AND state = old.state
    AND owner = coalesce(old.owner_id, '') AND attention = CASE WHEN old.attention > 0 THEN 1 ELSE 0 END;"""
_NAME_NEW = """INSERT INTO case_name (name, cases) VALUES (new.org_search, 1)
    ON CONFLICT (name) DO UPDATE SET cases = case_name.cases + 1;"""
_NAME_OLD = """UPDATE case_name SET cases = cases - 1 WHERE name = old.org_search;
    DELETE FROM case_name WHERE name = old.org_search AND cases < 1;"""
_OF_TALLY, _OF_NAME = "kind, state, owner_id, attention", "org_search"


def triggers_sqlite() -> list[str]:
    """One trigger for each thing that can happen to a row."""
    statements = []
    for name, columns, new, old in (
        ("tally", _OF_TALLY, _COUNT_NEW, _COUNT_OLD),
        ("name", _OF_NAME, _NAME_NEW, _NAME_OLD),
    ):
        statements += [
            f"CREATE TRIGGER case_{name}_insert AFTER INSERT ON case_file BEGIN {new} END",
            f"CREATE TRIGGER case_{name}_update AFTER UPDATE OF {columns} ON case_file BEGIN {old} {new} END",
            f"CREATE TRIGGER case_{name}_delete AFTER DELETE ON case_file BEGIN {old} END",
        ]
    return statements


def triggers_postgres() -> list[str]:
    """The same on PostgreSQL; writers take turns, since each appends to the log, so no row is waited for crosswise."""
    statements = []
    for name, columns, new, old in (
        ("tally", _OF_TALLY, _COUNT_NEW, _COUNT_OLD),
        ("name", _OF_NAME, _NAME_NEW, _NAME_OLD),
    ):
        statements += [
            f"""CREATE FUNCTION granska_{name}() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN
            IF TG_OP <> 'INSERT' THEN {old} END IF;
            IF TG_OP <> 'DELETE' THEN {new} END IF;
            RETURN NULL;
            END $$""",
            f"CREATE TRIGGER case_{name}_kept AFTER INSERT OR DELETE OR UPDATE OF {columns} ON case_file "
            f"FOR EACH ROW EXECUTE FUNCTION granska_{name}()",
        ]
    return statements


def statements(*, lite: bool) -> list[str]:
    """What this migration has run, in its order: on SQLite, or on PostgreSQL."""
    return [*TABLES, *indexes_for(INDEXES, lite=lite), *(triggers_sqlite() if lite else triggers_postgres())]


async def forwards() -> MigrationManager:
    """Build it, one statement per call."""
    return migration(ID, DESCRIPTION, statements)
