"""Tables and log must agree: whatever is changed behind the service's back, `log verify` says so."""

import re
import sqlite3
from pathlib import Path

import pytest

from service import app
from service.casework.decision import sign
from service.casework.intake.receive import receive
from service.demo.district import demo_list
from service.desk import actors
from service.desk.ports.desk import Desk
from service.domain.decision import DecisionOutcome
from service.domain.events.event import SYSTEM_ACTOR, Event
from service.domain.events.office import RightGranted
from service.office.rule_set_adoption import adopt_at_setup
from service.office.users_and_keys import create_key
from service.proof import checkpoints
from service.proof.verification import Verification, verify_log
from service.settings import Settings
from service.storage.engine import writing
from service.storage.tables import LogEntry
from tests.builders import FIXTURES, RULES_2026, a_grant_document, a_proposal
from tests.fakes import Clock
from tests.logs import settings_of, unguarded
from tests.servers import new_database
from tests.steps import brought_in, put_in, seen, someone, withdrawn


async def test_the_database_itself_refuses_to_change_the_log(desk: Desk, settings: Settings) -> None:
    engine = LogEntry._meta.db
    statements = [
        "UPDATE log_entry SET leaf = 'x' WHERE seq = 0",
        "DELETE FROM log_entry WHERE seq = 0",
        "UPDATE log_node SET hash = 'x'",
        "DELETE FROM log_node",
        "UPDATE log_value SET value = 'x'",
        "DELETE FROM ruleset",
        "DELETE FROM account",
        "INSERT INTO log_entry (seq, leaf, hash, type, actor, at) VALUES (99999, 'x', 'x', 'x', 'x', 1)",
    ]
    statements += (
        ["INSERT OR REPLACE INTO log_entry (seq, leaf, hash, type, actor, at) VALUES (0, 'x', 'x', 'x', 'x', 1)"]
        if not settings.database
        else ["TRUNCATE log_entry", "TRUNCATE account CASCADE"]
    )
    for statement in statements:
        with pytest.raises(Exception, match=r"append-only|no gaps|never deleted"):
            async with writing(engine):
                await engine.run_ddl(statement)
    assert (await verify_log(desk)).ok


async def test_an_event_that_breaks_its_schema_is_not_saved_and_neither_is_its_change(desk: Desk) -> None:
    async with desk.store.reading() as reading:
        before = await reading.log_size()
    user = await someone(desk, "Alva")
    with pytest.raises(ValueError, match="cannot be logged"):
        async with desk.store.writing() as store:
            await store.right_granted(
                Event(RightGranted(grant="none", user=user.id, right="role:auditor", proposal=None), SYSTEM_ACTOR, 1)
            )
    async with desk.store.reading() as reading:
        assert await reading.log_size() == before + 1, "only the user"
        assert (await reading.user(user.id)).rights == frozenset()  # type: ignore[union-attr]


@pytest.fixture
async def folder(tmp_path: Path, clock: Clock) -> Path:
    """A SQLite folder with a decided case, closed."""
    settings = settings_of(tmp_path)
    await app.migrate_database(settings, outside=clock.outside())
    async with app.opened_desk(settings, outside=clock.outside()) as desk:
        await adopt_at_setup(desk, RULES_2026.read_text("utf-8"))
        samir = await someone(desk, "Samir", "role:coordinator")
        await brought_in(desk, "demo", demo_list(desk, FIXTURES), by=actors.person(samir))
        officer = await someone(desk, "Alva", "role:association_officer", "delegation:F1")
        await create_key(desk, label="E-tjänsten")
        await checkpoints.sign_log(desk)
        await checkpoints.send_checkpoints(desk)
        case_id = await withdrawn(desk, officer, a_grant_document())
        await put_in(desk, case_id, officer)
        proposal = a_proposal(DecisionOutcome.WRITE_OFF, clauses=("3.1",))
        await sign.decide(desk, case_id, proposal, by=officer, seen=await seen(desk, case_id))
        await checkpoints.sign_log(desk)
        assert (await verify_log(desk)).ok
    return tmp_path


async def verified_after(folder: Path, statement: str) -> Verification:
    with unguarded(folder) as database:
        assert database.execute(statement).rowcount != 0, "the attack must change something"
    async with app.opened_desk(Settings(data=str(folder))) as desk:
        return await verify_log(desk)


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("UPDATE case_file SET state = 'in_review'", "case"),
        ("UPDATE case_file SET owner_id = NULL", "case"),
        ("UPDATE case_file SET amount_ore = 1", "case"),
        ("UPDATE case_file SET org_name = 'Någon annan'", "case"),
        ("UPDATE case_file SET due_on = '2030-01-01'", "case"),
        ("UPDATE case_file SET received_at = received_at - 86400000", "case"),
        ("UPDATE case_file SET rules_id = 'other'", "case"),
        ("UPDATE case_file SET attention = 0", "case"),
        ("UPDATE finding SET outcome = 'met' WHERE outcome = 'not_met'", "finding"),
        ("UPDATE finding SET resolution = 'no_obstacle' WHERE outcome = 'not_met'", "finding"),
        ("DELETE FROM finding WHERE position = 3", "finding"),
        ("UPDATE decision SET outcome = 'approval'", "decision"),
        ("UPDATE decision SET decided_by = 'u-aaaaaaaaaa'", "decision"),
        ("DELETE FROM decision", "decision"),
        ("UPDATE right_grant SET right_code = 'delegation:N1' WHERE right_code = 'delegation:F1'", "right"),
        ("UPDATE right_grant SET from_at = 1", "right"),
        ("DELETE FROM right_grant", "right"),
        (
            "INSERT INTO right_grant SELECT 'x', account_id, 'role:auditor', from_at, NULL FROM right_grant LIMIT 1",
            "right",
        ),
        ("UPDATE account SET name = 'Någon annan'", "user"),
        ("UPDATE ruleset SET body = body || ' '", "ruleset"),
        ("UPDATE list_version SET as_of = '2030-01-01T00:00:00.000Z'", "list"),
        ("UPDATE enclosure SET added_at = added_at - 86400000", "enclosure"),
        ("UPDATE api_key SET label = 'Någon annan'", "key"),
        (
            "UPDATE log_checkpoint SET at = at - 3600000 WHERE size = (SELECT min(size) FROM log_checkpoint)",
            "checkpoint",
        ),
        ("DELETE FROM log_checkpoint WHERE size = (SELECT min(size) FROM log_checkpoint)", "checkpoint"),
        (
            "UPDATE checkpoint_dispatch SET at = at - 3600000 WHERE size = (SELECT min(size) FROM log_checkpoint)",
            "dispatch",
        ),
        (
            "UPDATE checkpoint_dispatch SET channel = 'mail' WHERE size = (SELECT min(size) FROM log_checkpoint)",
            "dispatch",
        ),
        ("DELETE FROM checkpoint_dispatch WHERE size = (SELECT min(size) FROM log_checkpoint)", "dispatch"),
        ("UPDATE list_entry SET body = replace(body, 'Vossberg', 'Fossberg')", "list"),
        ("DELETE FROM list_entry WHERE position = 0", "list"),
        ("UPDATE list_version SET added = 99", "list"),
        ("UPDATE list_version SET state = 'held'", "list"),
        ("UPDATE list_version SET report = replace(report, 'persons', 'people')", "list"),
        ("UPDATE finding SET sources = '[]' WHERE sources <> '[]'", "finding"),
        ("UPDATE finding SET duration_ms = 9999", "finding"),
        ("UPDATE account SET password_hash = 'x' WHERE name = 'Alva'", "user"),
        ("UPDATE case_file SET repeat_key = 'x'", "case"),
        ("UPDATE case_file SET event_on = '2020-01-01'", "case"),
        ("UPDATE case_file SET org_search = 'x'", "case"),
        ("UPDATE organisation_attribute SET value = 'x'", "case"),
        ("UPDATE list_version SET imported_by = 'u-aaaaaaaaaa'", "list"),
        ("INSERT INTO list_entry SELECT id || 'x', version_id, -5, body FROM list_entry LIMIT 1", "list"),
    ],
)
async def test_a_changed_table_is_named(folder: Path, statement: str, table: str) -> None:
    result = await verified_after(folder, statement)

    assert {one for one, _, _ in result.table_faults} == {table}


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE log_entry SET leaf = replace(leaf, 'write_off', 'approval_') WHERE type = 'case:decided'", "changed"),
        ("DELETE FROM log_entry WHERE type = 'case:taken'", "gap"),
        ("UPDATE log_node SET hash = '00' WHERE place = 1", "tree-node"),
        ("UPDATE log_entry SET case_id = NULL WHERE type = 'case:taken'", "columns"),
        ("UPDATE log_entry SET actor = 'system' WHERE type = 'case:decided'", "columns"),
        ("INSERT INTO log_node VALUES (999999, '00')", "tree-nodes-too-many"),
        ("UPDATE log_value SET value = replace(value, 'Granfors', 'Granberg')", "value-changed"),
        ("UPDATE log_value SET salt = '00'", "value-changed"),
        ("UPDATE log_value SET salt = upper(salt)", "value-changed"),
        ("UPDATE log_value SET case_id = NULL WHERE case_id IS NOT NULL", "value-elsewhere"),
        ("UPDATE log_value SET value = '{' WHERE field = 'reasons'", "value-changed"),
        ("DELETE FROM log_value WHERE field = 'reasons'", "value-missing"),
        ("INSERT INTO log_value VALUES ('ff', 'x', '1', '00', NULL)", "value-not-in-log"),
    ],
)
async def test_a_changed_log_or_value_is_named(folder: Path, statement: str, kind: str) -> None:
    result = await verified_after(folder, statement)

    assert kind in {one.kind for one in (*result.report.faults, *result.value_faults)}


@pytest.mark.parametrize("guard", ["log_entry_no_update", "log_entry_gapless", "slot_free_insert"])
async def test_a_guard_that_is_gone_or_changed_is_named(folder: Path, guard: str) -> None:
    with sqlite3.connect(folder / "granska.sqlite") as database:
        [(sql,)] = database.execute("SELECT sql FROM sqlite_master WHERE name = ?", (guard,)).fetchall()
        database.execute(f"DROP TRIGGER {guard}")
    async with app.opened_desk(Settings(data=str(folder))) as desk:
        gone = await verify_log(desk)
    with sqlite3.connect(folder / "granska.sqlite") as database:
        database.execute(re.sub(r"RAISE\([^)]*\)", "RAISE(IGNORE)", sql))
    async with app.opened_desk(Settings(data=str(folder))) as desk:
        changed = await verify_log(desk)

    assert gone.table_faults == [("schema", guard, "row-missing")]
    assert changed.table_faults == [("schema", guard, "differs:sql")]


@pytest.mark.parametrize("settings", ["postgres"], indirect=True)
async def test_a_guard_of_postgres_that_is_gone_or_sleeps_is_named(desk: Desk) -> None:
    engine = LogEntry._meta.db
    await engine.run_ddl("ALTER TABLE log_entry DISABLE TRIGGER log_entry_frozen")
    await engine.run_ddl("DROP TRIGGER log_entry_gapless ON log_entry")

    assert {(row, kind) for _, row, kind in (await verify_log(desk)).table_faults} == {
        ("log_entry_frozen", "differs:sql"), ("log_entry_gapless", "row-missing"),
    }  # fmt: skip


async def test_the_first_bad_entry_is_named(folder: Path) -> None:
    statement = "UPDATE log_entry SET leaf = replace(leaf, '\"F1\"', '\"F2\"') WHERE type = 'case:decided'"

    result = await verified_after(folder, statement)

    with sqlite3.connect(folder / "granska.sqlite") as database:
        [(seq,)] = database.execute("SELECT seq FROM log_entry WHERE type = 'case:decided'").fetchall()
    assert result.first is not None
    assert (result.first.seq, result.first.kind) == (seq, "changed")


async def test_the_same_events_give_the_same_root_on_both_databases(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """With the same clock, ids, randomness and key the log is the same bytes, whatever keeps it."""
    addresses = [f"sqlite:///{tmp_path}/x.sqlite", new_database(request.getfixturevalue("postgres"))]
    roots = []
    for position, address in enumerate(addresses):
        settings = Settings(data=str(tmp_path / str(position)), database=address)
        (settings.folder / "keys").mkdir(parents=True)
        (settings.folder / "keys" / "distinction.key").write_bytes(bytes(32))
        await app.migrate_database(settings, outside=Clock().outside())
        async with app.opened_desk(settings, outside=Clock().outside()) as desk:
            await adopt_at_setup(desk, RULES_2026.read_text("utf-8"))
            officer = await someone(desk, "Alva", "role:association_officer")
            await receive(desk, a_grant_document(), by=actors.person(officer), channel="paper")
            async with desk.store.reading() as reading:
                leaves = [one.leaf async for one in reading.log_rows()][1:]  # the first is from the real clock
            roots.append(leaves)

    assert roots[0] == roots[1]
