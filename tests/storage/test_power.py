"""A simulated power cut: whatever had not been synced is gone. What was acknowledged must not be."""

import contextlib
import random
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw
import pytest

from service.audit.leaf import encode
from service.audit.verify import Depth, LogCheck
from service.domain.events.event import Actor, ActorKind, Event
from service.domain.events.intake import CaseTaken
from service.storage.engine import _PRAGMAS
from service.storage.log import log_store
from service.storage.piccolo_migrations.m0001_base import INDEXES, TABLES, guards_sqlite
from service.storage.tables import LogEntry

CUTS, WRITES = 120, 12
CASE = "00000000-0000-4000-8000-0000000000c1"


@dataclass
class Disk:
    """What each file would hold after a power cut, and what has been written to it since its last sync."""

    durable: dict[str, bytearray] = field(default_factory=dict)
    pending: dict[str, list[tuple[int, bytes | None]]] = field(default_factory=dict)

    def write(self, name: str, offset: int, data: bytes) -> None:
        self.pending.setdefault(name, []).append((offset, bytes(data)))

    def truncate(self, name: str, size: int) -> None:
        self.pending.setdefault(name, []).append((size, None))

    def sync(self, name: str) -> None:
        image = self.durable.setdefault(name, bytearray())
        for offset, data in self.pending.pop(name, []):
            if data is None:
                del image[offset:]
                continue
            if len(image) < offset + len(data):
                image.extend(bytes(offset + len(data) - len(image)))
            image[offset : offset + len(data)] = data

    def survivors(self) -> dict[str, bytes]:
        """The files as they are when the power comes back; the shared memory never was on disk."""
        return {name: bytes(image) for name, image in self.durable.items() if not name.endswith("-shm")}


class LosingVFS(apsw.VFS):
    """A file system that remembers what has been synced."""

    def __init__(self, name: str, disk: Disk) -> None:
        self.disk = disk
        super().__init__(name, "")

    def xOpen(self, name: Any, flags: Any) -> Any:
        return LosingFile(name, flags, self.disk)

    def xDelete(self, name: str, sync: bool) -> None:
        self.disk.durable.pop(name, None)
        self.disk.pending.pop(name, None)
        super().xDelete(name, sync)


class LosingFile(apsw.VFSFile):
    def __init__(self, name: Any, flags: Any, disk: Disk) -> None:
        self.disk = disk
        self.path = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        self.disk.write(self.path, offset, data)
        super().xWrite(data, offset)

    def xTruncate(self, size: int) -> None:
        self.disk.truncate(self.path, size)
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:
        self.disk.sync(self.path)
        super().xSync(flags)


class AsOurs:
    """The connection as our appender uses it."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def execute(self, statement: str, values: Any = ()) -> "AsOurs":
        cursor = self._connection.execute(statement, values)
        self._rows = [dict(zip((one[0] for one in cursor.get_description()), row, strict=True)) for row in cursor]
        return self

    def fetchone(self) -> dict[str, Any] | None:
        return self._rows[0] if self._rows else None

    def executemany(self, statement: str, values: Any) -> None:
        self._connection.executemany(statement, values)


class Engine:
    """Stands where the engine stands, for the tree's memory of its edge."""


@pytest.fixture
def engine() -> Iterator[Engine]:
    before = LogEntry._meta._db
    one = Engine()
    LogEntry._meta._db = one  # type: ignore[assignment]
    yield one
    LogEntry._meta._db = before


def opened(path: Path, vfs: str, *, synchronous: str) -> apsw.Connection:
    connection = apsw.Connection(str(path), vfs=vfs)
    for pragma in _PRAGMAS:
        connection.execute(pragma.replace("synchronous = FULL", f"synchronous = {synchronous}"))
    return connection


def cut(folder: Path, number: int, *, synchronous: str) -> tuple[list[int], list[int]]:
    """Write, cut the power at a random moment, and read what is left: what was acknowledged, what is there."""
    rng, disk, name = random.Random(f"{synchronous} {number}"), Disk(), f"losing{number}{synchronous}"
    vfs = LosingVFS(name, disk)
    path = folder / f"{name}.sqlite"
    connection = opened(path, name, synchronous="FULL")
    for statement in (*TABLES, *(one.replace("@C", "") for one in INDEXES), *guards_sqlite()):
        connection.execute(statement)
    connection.close()
    connection = opened(path, name, synchronous=synchronous)
    acknowledged: list[int] = []
    stop_at = rng.randrange(1, WRITES)
    for at in range(stop_at):
        connection.execute("BEGIN IMMEDIATE")

        def make(seq: int, at: int = at) -> tuple[str, dict[str, Any]]:
            data = CaseTaken(owner=CASE, before=None)
            event = Event(data, Actor(ActorKind.PERSON, "u-abcdefghij"), 1_790_000_000_000 + at, CASE)
            return encode(event, seq), {"type": "case:taken", "case_id": CASE, "actor": "u-abcdefghij", "at": event.at}

        seq = log_store.TREE._append_lite(AsOurs(connection), make)
        connection.execute("INSERT INTO idempotency VALUES (?, '', '', 1)", (f"k{seq}",))
        connection.execute("COMMIT")
        acknowledged.append(seq)
        if rng.random() < 0.2:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
    survivors = disk.survivors()
    with contextlib.suppress(apsw.Error):
        connection.close()
    del vfs
    after = folder / f"after-{number}-{synchronous}"
    after.mkdir()
    for one, body in survivors.items():
        (after / Path(one).name).write_bytes(body)
    with sqlite3.connect(after / path.name) as database:
        rows = database.execute(
            "SELECT seq, CAST(leaf AS BLOB), CAST(hash AS BLOB) FROM log_entry ORDER BY seq"
        ).fetchall()
        nodes = [one.encode() for (one,) in database.execute("SELECT hash FROM log_node ORDER BY place")]
        changes = [int(one[1:]) for (one,) in database.execute("SELECT id FROM idempotency")]
    database.close()
    check = LogCheck(depth=Depth.CANONICAL)
    check.nodes(check.add(rows), nodes)
    assert check.done().ok, check.report.faults
    assert sorted(changes) == [one[0] for one in rows], "a change without its event, or the other way round"
    return acknowledged, [one[0] for one in rows]


def test_a_power_cut_takes_nothing_that_was_acknowledged(engine: Engine, tmp_path: Path) -> None:
    lost = 0
    for number in range(CUTS):
        acknowledged, there = cut(tmp_path, number, synchronous="FULL")
        lost += len(set(acknowledged) - set(there))

    assert lost == 0


def test_control_a_weaker_setting_does_lose_something(engine: Engine, tmp_path: Path) -> None:
    lost = 0
    for number in range(20):
        acknowledged, there = cut(tmp_path, number, synchronous="NORMAL")
        lost += len(set(acknowledged) - set(there))

    assert lost > 0, "otherwise the test above proves nothing"
