"""`make bench-log`: what the log costs and how fast it is verified, proven and replayed, beside peers in the same run."""

import asyncio
import hashlib
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from service import app
from service.audit import merkle
from service.audit.checkpoint import Checkpoint
from service.audit.leaf import encode
from service.audit.verify import Depth
from service.casework.intake.receive import receive
from service.demo.district import demo_list
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.domain.events.event import Actor, ActorKind, Event
from service.domain.events.intake import CaseTaken
from service.office.rule_set_adoption import adopt_at_setup
from service.proof.verification import verify_log
from service.screening.list_import import import_list
from service.screening.replay import Tally, replay_all
from service.screening.run_checks import run_waiting_checks
from service.settings import Settings
from service.storage.engine import reading, writing
from service.storage.log import log_store
from service.storage.tables import Idempotency, LogEntry
from tests.builders import FIXTURES, RULES_2026, a_grant_document
from tests.steps import someone

WRITES, ENTRIES, CASES = 1500, 1_000_000, 5000
PERSON = Actor(ActorKind.PERSON, "u-abcdefghij")
UUID = "00000000-0000-4000-8000-{:012x}"


def an_event(number: int) -> Event[CaseTaken]:
    data = CaseTaken(owner=UUID.format(number % 97), before=None)
    return Event(data, PERSON, int(time.time() * 1000), case=UUID.format(number % 5000))


def spread(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    return f"p50 {statistics.median(ordered) * 1e6:.0f} us, p99 {ordered[int(len(ordered) * 0.99) - 1] * 1e6:.0f} us"


async def overhead(desk: Desk) -> None:
    """A plain row, committed; the same with its event in the tree; the same signed each time. Interleaved runs."""
    engine = LogEntry._meta.db
    key = desk.keys.signing()
    assert key is not None
    number = 0

    async def plain() -> None:
        await Idempotency.insert(
            Idempotency(id=f"k{number}", body_sha256="0" * 64, case_id=UUID.format(1), created_at=1)
        )

    async def logged() -> None:
        await plain()
        await log_store.append(an_event(number))

    async def signed() -> None:
        await logged()
        head = await log_store.TREE.head()
        note = Checkpoint(key.name, head.size, head.root).signed(key)
        await log_store.TREE.add_checkpoint(head.size, note, 1)

    took: dict[str, list[float]] = {"plain": [], "logged": [], "signed": []}
    works: dict[str, Callable[[], Awaitable[None]]] = {"plain": plain, "logged": logged, "signed": signed}
    for _ in range(WRITES):
        for name, work in works.items():
            number += 1
            began = time.perf_counter()
            async with writing(engine):
                await work()
            took[name].append(time.perf_counter() - began)
    base = statistics.median(took["plain"])
    for name, seconds in took.items():
        print(f"committed write, {name}: {spread(seconds)}, {statistics.median(seconds) / base:.2f} x plain")


def a_million(folder: Path) -> None:
    """Entries straight into the tables, as the service would have written them."""
    database = sqlite3.connect(folder / "granska.sqlite")
    database.execute("PRAGMA synchronous = OFF")
    for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        database.execute(f"DROP TRIGGER {name}")
    frontier, place = merkle.Frontier(), 0
    for (hashed,) in database.execute("SELECT hash FROM log_entry ORDER BY seq").fetchall():
        place += len(frontier.add(bytes.fromhex(hashed)))
    while frontier.size < ENTRIES:
        rows, nodes = [], []
        for seq in range(frontier.size, min(frontier.size + 20_000, ENTRIES)):
            event = an_event(seq)
            leaf = encode(event, seq)
            hashed = merkle.leaf_hash(leaf.encode())
            rows.append((seq, leaf, hashed.hex(), event.type, event.case, event.actor.id, event.at))
            for _, _, node in frontier.add(hashed):
                nodes.append((place, node.hex()))
                place += 1
        database.executemany(
            "INSERT INTO log_entry (seq, leaf, hash, type, case_id, actor, at) VALUES (?,?,?,?,?,?,?)", rows
        )
        database.executemany("INSERT INTO log_node VALUES (?, ?)", nodes)
        database.commit()
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = database.execute("SELECT avg(length(leaf)) FROM log_entry").fetchone()[0]
    database.close()
    print(
        f"{ENTRIES} entries of {size:.0f} bytes on average, {(folder / 'granska.sqlite').stat().st_size / 1e6:.0f} MB"
    )


async def verification(folder: Path) -> None:
    """The whole log from the database file; hashing alone in memory beside it. Memory is this process's peak."""
    leaf = encode(an_event(1), 1).encode()
    began = time.perf_counter()
    for _ in range(300_000):
        hashlib.sha256(b"\x00" + leaf).digest()
    print(f"peer: SHA-256 of such a leaf in a loop, {300_000 / (time.perf_counter() - began):.0f} a second")
    async with app.opened_desk(Settings(data=str(folder))) as desk:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for depth in (Depth.HASHES, Depth.CANONICAL):
            took = []
            for _ in range(3):
                began = time.perf_counter()
                result = await verify_log(desk, depth=depth)
                took.append(time.perf_counter() - began)
                assert result.report.size == ENTRIES
                assert result.ok, result.report.faults[:3]
            print(
                f"verify, {depth.name.lower()}: {ENTRIES / min(took):.0f} records/s (best of 3; worst {ENTRIES / max(took):.0f})"
            )
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(f"memory: {before / 1024:.0f} MB before, {after / 1024:.0f} MB at most while verifying")
        await proofs(desk)


async def proofs(desk: Desk) -> None:
    made, checked = [], []
    async with reading(LogEntry._meta.db):
        size = await log_store.TREE.size()
        root = await log_store.TREE.root(size)
        for number in range(2000):
            seq = (number * 7919 * 61) % size
            began = time.perf_counter()
            [path] = await log_store.TREE.paths([merkle.inclusion_ranges(seq, size)])
            made.append(time.perf_counter() - began)
            leaf = (await log_store.TREE.hashes([(0, seq)]))[0, seq]
            began = time.perf_counter()
            holds = merkle.verify_inclusion(seq, size, leaf, path, root)
            checked.append(time.perf_counter() - began)
            assert holds
    print(f"inclusion proof at {size} entries, from the database: make {spread(made)}; verify {spread(checked)}")


async def replays(folder: Path) -> None:
    """Five thousand cases of all kinds, checked once and then again."""
    settings = Settings(data=str(folder))
    await app.migrate_database(settings)
    async with app.opened_desk(settings) as desk:
        await adopt_at_setup(desk, RULES_2026.read_text("utf-8"))
        samir = await someone(desk, "Samir", "role:coordinator")
        await import_list(desk, "demo", demo_list(desk, FIXTURES), by=person(samir))
        officer = person(await someone(desk, "Alva", "role:association_officer"))
        names = ("Ylva Granfors", "Tarkvin Vossberg", "Tarquin Vosberg", "Henning Ekdal", "Ali Hassan")
        for number in range(CASES):
            people = [{"name": names[(number + at) % len(names)], "role": "ledamot"} for at in range(number % 4)]
            given: dict[str, Any] = {"representatives": people, "organisation": {"name": f"Förening {number}"}}
            await receive(desk, a_grant_document(**given), by=officer, channel="paper")
        began = time.perf_counter()
        while await run_waiting_checks(desk):
            pass
        print(f"screened: {CASES / (time.perf_counter() - began):.0f} cases/s")
        began, tally = time.perf_counter(), Tally()
        async for one in replay_all(desk):
            tally.add(one)
        took = time.perf_counter() - began
        print(
            f"replay: {tally.cases} cases in {took:.1f} s, {tally.cases / took:.0f} cases/s; {tally.findings} answers identical, "
            f"{len(tally.drifting)} cases differ, not replayable {tally.not_replayable}"
        )


async def measure(folder: Path) -> None:
    settings = Settings(data=str(folder))
    await app.migrate_database(settings)
    async with app.opened_desk(settings) as desk:
        await overhead(desk)


def main() -> None:
    print(f"Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}")
    wanted = set(sys.argv[1:]) or {"overhead", "verify", "replay"}
    if "overhead" in wanted:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(measure(Path(folder)))
    if "verify" in wanted:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(app.migrate_database(Settings(data=folder)))
            a_million(Path(folder))
            subprocess.run([sys.executable, "-m", "tests.benchmarks.log", f"verify-in={folder}"], check=True)
    for one in wanted:
        if one.startswith("verify-in="):
            asyncio.run(verification(Path(one.partition("=")[2])))
    if "replay" in wanted:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(replays(Path(folder)))


if __name__ == "__main__":
    main()
