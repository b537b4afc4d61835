"""`make bench-support`: comparing all support again, whole and after a change, with our own processes and with Dask's.

10,000 associations with eight representatives each against the UN list and a million generated names. The cases are
received as any is; their decisions are written by the store itself, from one that was really made.
"""

import asyncio
import hashlib
import random
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from service import app
from service.casework.intake.receive import receive
from service.demo.district import demo_list
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.domain.case import State
from service.domain.events.decision_record import CaseDecided
from service.domain.events.event import Actor, Event
from service.domain.events.review import NoteWritten
from service.domain.people import User
from service.office.rule_set_adoption import adopt_at_setup
from service.screening.list_import import import_list
from service.settings import Settings
from service.support.association import association as association_page
from service.support.sweep import Change, Sweep, look, put_forward, sweep
from service.worker import several_processes
from tests.benchmarks.innocents import ORIGINS
from tests.benchmarks.invented import many_names
from tests.builders import FIXTURES, KEY, RULES_2026, SHARED, a_grant_document, association
from tests.steps import someone, unbiased
from tests.support.planting import granted

ASSOCIATIONS, REPRESENTATIVES, NAMES = 10_000, 8, 1_000_000
CASES, EVENTS = 50, 2_000
UN = SHARED / "data" / "un-consolidated-2026-02-27.xml"
_LIST = """
[[lists]]
key = "stor"
title = "En stor lista (genererad)"
owner = "Granska"
legal_basis = "Mätning"
licence = "Egen"
format = "granska-csv"
subject_kinds = ["organisation", "representative"]
adopted_by = "Mätning"
review_date = "2027-12-31"
max_age_days = 366
"""


def say(text: str) -> None:
    print(text, flush=True)


def memory() -> str:
    """The most that this process and any of its children have had, in MB."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    return f"{own} MB here, {children} MB in the largest child"


def a_large_list(path: Path, names: list[str]) -> Path:
    head = f"#granska-list,1,{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ},{len(names)}"
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{head}\nentry_id,schema,name,aliases,weak_aliases,birth_years,countries,org_number\n")
        for number, name in enumerate(names):
            file.write(f"G-{number:07},person,{name},,,,XX,\n")
    return path


def someones(chance: random.Random) -> str:
    """A common name: half of them Swedish, the rest of any origin."""
    origin = "swedish" if chance.random() < 0.5 else chance.choice(sorted(ORIGINS))
    given, family = ORIGINS[origin]
    return f"{chance.choice(given.split())} {chance.choice(given.split())} {chance.choice(family.split())}"


async def fill(desk: Desk) -> None:
    """The associations, each with a grant that is not paid."""
    text = RULES_2026.read_text("utf-8").replace("2026-07-01", "2020-01-01")
    place = text.index("[[lists]]")
    await adopt_at_setup(desk, text[:place] + _LIST.lstrip() + "\n" + text[place:])
    await someone(desk, "Samir", "role:coordinator")
    alva = await someone(desk, "Alva", "role:association_officer", "delegation:F1")
    template = await decision_like(desk, await granted(desk, alva))
    chance = random.Random(3)
    for number in range(ASSOCIATIONS):
        board = [{"name": someones(chance), "role": "ordförande"} for _ in range(REPRESENTATIVES)]
        document = a_grant_document(organisation=association(f"Förening {number}"), representatives=board)
        received = await receive(desk, document, by=KEY, channel="e_service")
        async with desk.store.writing() as writing:
            case = replace(await writing.case(received.case_id), state=State.DECIDED, owner=alva.id)
            data = msgspec.structs.replace(template, decision=desk.outside.new_id())
            await writing.case_decided(Event(data, person(alva), desk.outside.now(), case=case.id), case)


async def decision_like(desk: Desk, case_id: str) -> CaseDecided:
    """A decision that was really made."""
    from service.audit.leaf import data_of

    async with desk.store.reading() as reading:
        [row] = await reading.entries_of_cases([case_id], CaseDecided)
    data = data_of(row.leaf)
    assert isinstance(data, CaseDecided)
    return data


async def timed(label: str, work: Callable[[], Awaitable[Any]]) -> tuple[float, Any]:
    began = time.perf_counter()
    came_of_it = await work()
    took = time.perf_counter() - began
    say(f"{label}: {took:.1f} s; {memory()}")
    return took, came_of_it


def told(done: Sweep) -> str:
    """What two sweeps have to agree in, byte for byte."""
    text = repr((done.cases, done.parties, sorted(done.touched), sorted(done.unknown), done.compared))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


async def dossier(desk: Desk) -> None:
    """One association with fifty cases and two thousand events: its page, asked for two hundred times."""
    alva = await _known(desk, "Alva@x.example")
    theirs = association("Den med många ärenden")
    for _ in range(CASES):
        received = await receive(desk, a_grant_document(organisation=theirs), by=KEY, channel="e_service")
        async with desk.store.writing() as writing:
            case = await writing.case(received.case_id)
            for _ in range(EVENTS // CASES - 1):
                note = NoteWritten(note=writing.keep("note", {"text": "Ringde."}, case=case.id))
                event = Event(note, person(alva), desk.outside.now(), case=case.id)
                case = await writing.step_taken(event, case.after(NoteWritten))
    await unbiased(desk, received.case_id, alva)
    took = []
    for _ in range(200):
        began = time.perf_counter()
        await association_page(desk, received.case_id, by=alva)
        took.append((time.perf_counter() - began) * 1000)
    took.sort()
    say(f"dossier of {CASES} cases and {EVENTS:,} events: p50 {took[100]:.1f} ms, p99 {took[197]:.1f} ms")


async def measured(desk: Desk, folder: Path, dask: Callable[[], Executor] | None) -> None:
    samir = await _user(desk, "Samir@x.example")
    names = many_names(NAMES)
    await import_list(desk, "demo", demo_list(desk, FIXTURES), by=samir)
    if UN.exists():
        now = desk.outside.now()
        await timed("import of the UN list", lambda: import_list(desk, "un", UN, by=samir, as_of=now))
    large = a_large_list(folder / "a.csv", names)
    await timed(f"import of {NAMES:,} names", lambda: import_list(desk, "stor", large, by=samir))
    night = Change(("night",))
    with several_processes(2) as pool:
        looked, done = await timed("look at everything, 2 processes", lambda: look(desk, night, executor=pool))
    say(f"  {done.cases:,} cases, {done.parties:,} names asked, {len(done.touched):,} to look up; {told(done)}")
    if dask is not None:
        executor = dask()
        other, again = await timed("the same with Dask, 2 workers", lambda: look(desk, night, executor=executor))
        executor.shutdown()
        say(f"  {told(again)}: {'the same' if told(again) == told(done) else 'NOT THE SAME'}; {other / looked:.2f} x")
    proposed, _ = await timed("what came of it put forward", lambda: put_forward(desk, night, done))
    whole = looked + proposed
    say(f"  sweep of everything: {whole:.1f} s, {len(done.proposals):,} proposals, {len(done.unknown):,} not checked")
    before = await _versions(desk)
    changed = [*names[: -NAMES // 100], *many_names(NAMES // 100, seed=99)]
    large = a_large_list(folder / "b.csv", changed)
    await timed("import with 1 % changed", lambda: import_list(desk, "stor", large, by=samir))
    change = Change(("lists",), whole=False, lists=before)
    with several_processes(2) as pool:
        part, done = await timed("sweep of what changed, 2 processes", lambda: sweep(desk, change, executor=pool))
    say(f"  {len(done.proposals):,} proposals; {part / whole:.1%} of the whole")


async def _versions(desk: Desk) -> dict[str, str]:
    async with desk.store.reading() as reading:
        return {key: version.version for key, version in (await reading.active_lists()).items()}


async def _known(desk: Desk, email: str) -> User:
    async with desk.store.reading() as reading:
        known = await reading.user_by_email(email)
    assert known is not None
    return known.user


async def _user(desk: Desk, email: str) -> Actor:
    return person(await _known(desk, email))


def dask_executor() -> Callable[[], Executor] | None:
    """Dask's executor over a local cluster of two processes, where Dask is installed."""
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        say("Dask is not installed here: make bench-support installs it beside")
        return None

    def begin() -> Executor:
        cluster = LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None)
        return Client(cluster).get_executor()  # type: ignore[no-any-return]

    return begin


async def main() -> None:
    global ASSOCIATIONS, NAMES
    if len(sys.argv) > 2:
        ASSOCIATIONS, NAMES = int(sys.argv[1]), int(sys.argv[2])
    with tempfile.TemporaryDirectory() as temporary:
        settings = Settings(data=temporary)
        await app.migrate_database(settings)
        async with app.opened_desk(settings) as desk:
            await timed(f"{ASSOCIATIONS:,} associations with a grant each", lambda: fill(desk))
            await dossier(desk)
            await measured(desk, Path(temporary), dask_executor())


if __name__ == "__main__":
    asyncio.run(main())
