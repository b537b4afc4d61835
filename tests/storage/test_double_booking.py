"""No room is let twice: the database says so to every writer, and without its constraint the same writers do it."""

import asyncio
import random
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from service.settings import Settings
from service.storage.database import migrate, opened
from service.storage.tables import BookingSlot
from tests.servers import PATIENCE

SPAN = (100, 200)
#: Allen's thirteen relations of another span to the one above, and whether the two overlap.
RELATIONS = {
    "before": ((10, 50), False),
    "meets": ((50, 100), False),
    "overlaps": ((50, 150), True),
    "starts": ((100, 150), True),
    "during": ((120, 180), True),
    "finishes": ((150, 200), True),
    "equals": ((100, 200), True),
    "finished by": ((50, 200), True),
    "contains": ((50, 250), True),
    "started by": ((100, 250), True),
    "overlapped by": ((150, 250), True),
    "met by": ((200, 250), False),
    "after": ((250, 300), False),
}
FAR = (1000, 1100)
OVERLAP = "overlap|booking_slot_free"


def insert(id: str, room: str, span: tuple[int, int], status: str = "held") -> str:
    start, end = span
    return (
        "INSERT INTO booking (id, room_id, position, starts_at, ends_at, taken_from, taken_to, status, alternatives, "
        f"made_by, made_at) VALUES ('{id}', '{room}', 0, {start}, {end}, {start}, {end}, '{status}', '[]', 'x', 0)"
    )


ROOMS = (
    "INSERT INTO site (id, body, sha256) VALUES ('s', '{}', 'x')",
    "INSERT INTO room (id, site_id, parent_id, body, sha256) VALUES ('hall', 's', NULL, '{}', 'x')",
    "INSERT INTO room (id, site_id, parent_id, body, sha256) VALUES ('hall.a', 's', 'hall', '{}', 'x')",
    "INSERT INTO room (id, site_id, parent_id, body, sha256) VALUES ('hall.a.1', 's', 'hall.a', '{}', 'x')",
    "INSERT INTO room (id, site_id, parent_id, body, sha256) VALUES ('hall.b', 's', 'hall', '{}', 'x')",
    "INSERT INTO room (id, site_id, parent_id, body, sha256) VALUES ('other', 's', NULL, '{}', 'x')",
)


@pytest.fixture
async def engine(settings: Settings) -> AsyncIterator[Any]:
    async with opened(settings.address) as found:
        await migrate()
        for one in ROOMS:
            await found.run_ddl(one)
        yield found


async def empty(engine: Any) -> None:
    await engine.run_ddl("DELETE FROM booking")


async def attempt(engine: Any, statement: str, *, refused: bool) -> None:
    if refused:
        with pytest.raises((sqlite3.IntegrityError, asyncpg.ExclusionViolationError), match=OVERLAP):
            await engine.run_ddl(statement)
    else:
        await engine.run_ddl(statement)


@pytest.mark.parametrize("way", ["insert", "move in time", "move to the room", "change of status"])
async def test_nine_of_thirteen_relations_are_refused_and_meeting_is_not(engine: Any, way: str) -> None:
    refusals = 0
    for (span, overlaps), status in product(RELATIONS.values(), ("held", "confirmed")):
        await empty(engine)
        await engine.run_ddl(insert("first", "hall", SPAN, status))
        match way:
            case "insert":
                await attempt(engine, insert("second", "hall", span), refused=overlaps)
            case "move in time":
                await engine.run_ddl(insert("second", "hall", FAR))
                start, end = span
                moved = f"starts_at = {start}, ends_at = {end}, taken_from = {start}, taken_to = {end}"
                await attempt(engine, f"UPDATE booking SET {moved} WHERE id = 'second'", refused=overlaps)
            case "move to the room":
                await engine.run_ddl(insert("second", "other", span))
                await attempt(engine, "UPDATE booking SET room_id = 'hall' WHERE id = 'second'", refused=overlaps)
            case _:
                await engine.run_ddl(insert("second", "hall", span, "cancelled"))
                await attempt(engine, "UPDATE booking SET status = 'held' WHERE id = 'second'", refused=overlaps)
        refusals += overlaps
    assert refusals == 18, "nine relations, each against a held and a confirmed booking"


async def test_a_hall_takes_its_parts_and_a_part_takes_the_hall_and_not_its_sibling(engine: Any) -> None:
    for first, second, refused in (
        ("hall", "hall.a", True),
        ("hall", "hall.a.1", True),
        ("hall.a.1", "hall", True),
        ("hall.a.1", "hall.a", True),
        ("hall.a", "hall.b", False),
        ("hall.a.1", "hall.b", False),
        ("hall", "other", False),
    ):
        await empty(engine)
        await engine.run_ddl(insert("first", first, SPAN))
        await attempt(engine, insert("second", second, SPAN), refused=refused)


async def test_a_booking_can_move_onto_itself_and_what_has_ended_takes_nothing(engine: Any) -> None:
    await engine.run_ddl(insert("one", "hall", SPAN))
    await engine.run_ddl("UPDATE booking SET starts_at = 150, ends_at = 250, taken_from = 150, taken_to = 250")
    await engine.run_ddl("UPDATE booking SET status = 'cancelled'")
    assert await BookingSlot.count() == 0
    await engine.run_ddl(insert("two", "hall.b", (160, 170)))


async def test_a_part_that_is_added_later_is_within_what_has_been_booked(engine: Any) -> None:
    await engine.run_ddl(insert("one", "hall", SPAN, "confirmed"))
    await engine.run_ddl(
        "INSERT INTO room (id, site_id, parent_id, body, sha256) VALUES ('hall.c', 's', 'hall', '{}', 'x')"
    )
    await attempt(engine, insert("two", "hall.c", SPAN), refused=True)
    with pytest.raises((sqlite3.IntegrityError, asyncpg.RaiseError), match="keeps its place"):
        await engine.run_ddl("UPDATE room SET parent_id = 'other' WHERE id = 'hall.c'")


async def test_a_booking_is_never_longer_than_the_bound_that_keeps_the_look_short(engine: Any) -> None:
    with pytest.raises((sqlite3.IntegrityError, asyncpg.CheckViolationError)):
        await engine.run_ddl(insert("long", "hall", (0, 3 * 86_400 + 3600 + 1)))
    with pytest.raises((sqlite3.IntegrityError, asyncpg.CheckViolationError)):
        await engine.run_ddl(insert("backwards", "hall", (200, 100)))


# --- Many at once -----------------------------------------------------------------------------------------------------

TREE = ("hall", "hall.a", "hall.a.1", "hall.b", "other")
PARTS = {
    "hall": {"hall", "hall.a", "hall.a.1", "hall.b"},
    "hall.a": {"hall.a", "hall.a.1"},
    "hall.a.1": {"hall.a.1"},
    "hall.b": {"hall.b"},
    "other": {"other"},
}
ATTEMPTS, UNITS = 20_000, 4_000
WRITER = """
import random, sqlite3, sys
path, seed, attempts, units = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
chance = random.Random(seed)
connection = sqlite3.connect(path, timeout=300, isolation_level=None)
connection.execute("PRAGMA synchronous = OFF")
connection.execute("PRAGMA foreign_keys = ON")
made = 0
for number in range(attempts):
    room = chance.choice(("hall", "hall.a", "hall.a.1", "hall.b", "other"))
    start = chance.randrange(units) * 60
    end = start + 60 * chance.randint(1, 5)
    status = chance.choice(("held", "confirmed"))
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            "INSERT INTO booking (id, room_id, position, starts_at, ends_at, taken_from, taken_to, status, "
            "alternatives, made_by, made_at) VALUES (?, ?, 0, ?, ?, ?, ?, ?, '[]', 'x', 0)",
            (f"{seed}-{number}", room, start, end, start, end, status),
        )
        connection.execute("COMMIT")
        made += 1
    except sqlite3.IntegrityError as error:
        assert str(error) == "overlap", error
        connection.execute("ROLLBACK")
print(made)
"""


def double_booked(rows: list[tuple[str, int, int]]) -> int:
    """Pairs of bookings that take the same room at the same time, counted without the database's help."""
    by_part: dict[str, list[tuple[int, int]]] = {}
    for room, start, end in rows:
        for part in PARTS[room]:
            by_part.setdefault(part, []).append((start, end))
    count = 0
    for spans in by_part.values():
        spans.sort()
        last = -1
        for start, end in spans:
            count += start < last
            last = max(last, end)
    return count


def race_sqlite(path: Path) -> tuple[int, int]:
    each = str(ATTEMPTS // 4)
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(seed), each, str(UNITS)], stdout=subprocess.PIPE, text=True
        )
        for seed in range(4)
    ]
    made = 0
    for one in writers:
        out, _ = one.communicate(timeout=PATIENCE)
        assert one.returncode == 0
        made += int(out)
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT room_id, taken_from, taken_to FROM booking").fetchall()
    return made, double_booked(rows)


@pytest.mark.parametrize("guarded", [True, False], ids=["with the constraint", "the control without it"])
async def test_twenty_thousand_attempts_by_four_processes_on_sqlite(tmp_path: Path, guarded: bool) -> None:
    async with opened(f"sqlite:///{tmp_path}/race.sqlite") as engine:
        await migrate()
        for one in ROOMS:
            await engine.run_ddl(one)
        if not guarded:
            await engine.run_ddl("DROP TRIGGER slot_free_insert")
    made, doubled = await asyncio.to_thread(race_sqlite, tmp_path / "race.sqlite")

    assert made > 1000
    assert (doubled == 0) is guarded, doubled


async def client(address: str, seed: int, attempts: int) -> int:
    chance, made = random.Random(seed), 0
    connection = await asyncpg.connect(address)
    await connection.execute("SET synchronous_commit = off")
    try:
        for number in range(attempts):
            room, start = chance.choice(TREE), chance.randrange(UNITS) * 60
            span = (start, start + 60 * chance.randint(1, 5))
            try:
                await connection.execute(insert(f"{seed}-{number}", room, span, chance.choice(("held", "confirmed"))))
                made += 1
            except asyncpg.ExclusionViolationError:
                continue
            except asyncpg.DeadlockDetectedError:
                continue  # two rooms of one tree from both ends: one of the two is given up, and nothing is let
    finally:
        await connection.close()
    return made


@pytest.mark.parametrize("settings", ["postgres"], indirect=True)
@pytest.mark.parametrize("guarded", [True, False], ids=["with the constraint", "the control without it"])
async def test_twenty_thousand_attempts_by_sixteen_clients_on_postgres(settings: Settings, guarded: bool) -> None:
    async with opened(settings.address) as engine:
        await migrate()
        for one in ROOMS:
            await engine.run_ddl(one)
        if not guarded:
            await engine.run_ddl("ALTER TABLE booking_slot DROP CONSTRAINT booking_slot_free")
    made = sum(await asyncio.gather(*[client(settings.address, seed, ATTEMPTS // 16) for seed in range(16)]))
    connection = await asyncpg.connect(settings.address)
    try:
        rows = [tuple(one) for one in await connection.fetch("SELECT room_id, taken_from, taken_to FROM booking")]
    finally:
        await connection.close()

    assert made > 1000
    doubled = double_booked(rows)
    assert (doubled == 0) is guarded, doubled
