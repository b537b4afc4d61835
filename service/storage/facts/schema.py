"""The database's schema is what the migrations make of it: whoever drops a guard is seen by it being gone.

Whoever can write the file can drop a trigger and make it again; what they did in between is seen by the log.
"""

import re
import sqlite3
from itertools import chain

from service.desk.ports.log import SchemaFault
from service.storage.piccolo_migrations import m0001_base, m0002_premises, m0003_queue
from service.storage.tables import LogEntry

MIGRATIONS = (m0001_base, m0002_premises, m0003_queue)
#: What a library keeps beside ours.
_OTHERS = ("migration", "sqlite_")
_TRIGGER = re.compile(r"CREATE TRIGGER (\w+)")
_FUNCTION = re.compile(r"CREATE FUNCTION (\w+)\(\).*?\$\$(.*)\$\$", re.DOTALL)


async def schema_faults(*, sqlite: bool) -> list[SchemaFault]:
    """What is missing, too much, or otherwise than the migrations made it."""
    expected, found = (_made_lite(), await _found_lite()) if sqlite else (_made_postgres(), await _found_postgres())
    missing = [SchemaFault(name, "row-missing") for name in expected if name not in found]
    altered = [name for name, made in expected.items() if name in found and found[name] != made]
    changed = [SchemaFault(name, "differs:sql") for name in altered]
    return [*missing, *changed, *(SchemaFault(name, "not-in-log") for name in found if name not in expected)]


def _statements(*, lite: bool) -> list[str]:
    return list(chain.from_iterable(migration.statements(lite=lite) for migration in MIGRATIONS))


def _made_lite() -> dict[str, str]:
    """Every object by its name, as a fresh database has it."""
    with sqlite3.connect(":memory:") as database:
        for statement in _statements(lite=True):
            database.execute(statement)
        rows = database.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    database.close()
    return {name: _plain(sql) for name, sql in rows}


async def _found_lite() -> dict[str, str]:
    rows = await LogEntry.raw("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {row["name"]: _plain(row["sql"]) for row in rows if not row["name"].startswith(_OTHERS)}


def _made_postgres() -> dict[str, str]:
    """Every trigger, enabled, and every function by its body."""
    made: dict[str, str] = {}
    for statement in _statements(lite=False):
        for name in _TRIGGER.findall(statement):
            made[name] = "O"
        for name, body in _FUNCTION.findall(statement):
            made[f"{name}()"] = _plain(body)
    return made


async def _found_postgres() -> dict[str, str]:
    triggers = await LogEntry.raw(
        "SELECT t.tgname AS name, t.tgenabled::text AS enabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal AND n.nspname = current_schema()"
    )
    functions = await LogEntry.raw(
        "SELECT p.proname AS name, p.prosrc AS body FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
        "WHERE n.nspname = current_schema() AND p.proname LIKE 'granska%'"
    )
    found = {row["name"]: row["enabled"] for row in triggers}
    return found | {f"{row['name']}()": _plain(row["body"]) for row in functions}


def _plain(sql: str) -> str:
    return " ".join(sql.split())
