"""`make bench`: what the service takes, beside a peer in the same run. Nothing here is a test."""

import asyncio
import json
import os
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from service import app
from service.casework.intake.receive import receive
from service.desk.actors import person
from service.proof.verification import verify_log
from service.settings import Settings
from service.sources.formats import UN_XML, read_list
from tests.builders import SHARED, a_grant_document
from tests.servers import Service, running

REQUESTS, PAGE_LOOKS = 200, 200


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def spread(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    return f"p50 {statistics.median(ordered) * 1000:.1f} ms, p99 {ordered[int(len(ordered) * 0.99) - 1] * 1000:.1f} ms"


def names() -> None:
    """Associations against a list: the command whole, then our index beside a scan of every name by a string metric."""
    data = SHARED / "data"
    if not data.is_dir():
        print("screening: skipped, ../shared is not here")
        return
    un, associations = data / "un-consolidated-2026-02-27.xml", data / "associations-se.csv"
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.jsonl"
        command = [
            str(Path(sys.executable).parent / "granska"),
            "screen",
            str(associations),
            "--list",
            f"un={un}",
            "--out",
            str(out),
        ]
        took = timed(lambda: subprocess.run(command, check=True, capture_output=True))
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
        counts = {
            name: sum(one["outcome"] == name for one in rows)
            for name in ("no_candidate", "needs_identifier", "candidate", "not_screened")
        }
    print(f"granska screen, {len(rows)} associations, UN list: {took:.2f} s, {peak / 1024:.0f} MB at most, {counts}")
    print("  what that is worth, beside its peers: make bench-matching")


def importing(service: Service) -> None:
    un = SHARED / "data" / "un-consolidated-2026-02-27.xml"
    if un.exists():
        took = timed(lambda: service.run("lists", "import", "un", str(un), "--by", "samir@demo.example"))
        print(
            f"granska lists import un: {took:.2f} s with start-up (parse alone {timed(lambda: list(read_list(UN_XML, un))):.2f} s)"
        )


def received_to_screened(service: Service) -> None:
    """One application after the other: handed in over HTTP, until its screened state is durable in the database."""
    database = sqlite3.connect(service.folder / "granska.sqlite")
    answered, screened = [], []
    with service.api() as api:
        for number in range(REQUESTS):
            document = a_grant_document()
            document["grant"]["purpose"] = f"Syfte {number}"
            began = time.perf_counter()
            case_id = api.post("/api/v1/applications", json=document).json()["id"]
            answered.append(time.perf_counter() - began)
            while database.execute("SELECT state FROM case_file WHERE id = ?", (case_id,)).fetchone()[0] != "screened":
                time.sleep(0.0005)
            screened.append(time.perf_counter() - began)
    database.close()
    print(f"application in -> 201 over {REQUESTS}: {spread(answered)}")
    print(f"application in -> durable screened case over {REQUESTS}: {spread(screened)}")


def pages(service: Service, cases: int) -> None:
    """Queue and case page with many cases: real ones, copied row by row beside the log, which pages do not read."""
    database = sqlite3.connect(service.folder / "granska.sqlite", timeout=30)
    have = database.execute("SELECT count(*) FROM case_file").fetchone()[0]
    columns = [one[1] for one in database.execute("PRAGMA table_info(case_file)")]
    copied = {
        "id": "printf('%08x-0000-4000-8000-%012x', n, n)",
        "diary_number": "'HV 2026/' || (n + 100000)",
        "diary_seq": "n + 100000",
        "due_on": "date('2026-12-01', '+' || (n % 90) || ' days')",
        "received_at": "received_at - n * 1000",
        "amount_ore": "(n * 7919) % 90000 * 100",
        "org_name": "org_name || ' ' || (n % 9000)",
        "org_search": "org_search || ' ' || (n % 9000)",
    }
    chosen = ", ".join(copied.get(one, one) for one in columns)
    source = database.execute("SELECT id FROM case_file WHERE kind = 'grant' LIMIT 1").fetchone()[0]
    with database:
        database.execute(
            f"WITH RECURSIVE t(n) AS (SELECT {have} UNION ALL SELECT n + 1 FROM t WHERE n < {cases - 1}) "
            f"INSERT INTO case_file SELECT {chosen} FROM case_file, t WHERE id = '{source}'"
        )
    database.execute("ANALYZE")
    database.close()
    alva = service.signed_in("alva")
    alva.client = httpx.Client(base_url=service.url, cookies=alva.client.cookies, timeout=20)
    case_path = f"/cases/{source}"
    last = -(-cases // 50)
    queue = [
        (f"queue by {order} {way or 'asc'}, {'last' if page > 1 else 'first'} page",
         f"/queue?state={state}&order={order}&dir={way}&page={page}")
        for state in ("", "all")
        for order in ("due", "received", "diary", "association", "amount")
        for way in ("", "desc")
        for page in (1, last)
    ]  # fmt: skip
    for label, path in (*queue, ("case page", case_path)):
        alva.get(path)
        print(
            f"{label} with {cases} cases: {spread([timed(lambda path=path: alva.get(path)) for _ in range(PAGE_LOOKS)])}"
        )  # type: ignore[misc]
    token = alva.token()
    print(
        f"search by name with {cases} cases: {spread([timed(lambda: alva.client.post('/queue/search', data={'_csrf_token': token, 'q': 'teaterf'})) for _ in range(50)])}"
    )
    alva.client.close()


async def verifying(folder: Path) -> None:
    """The log of a thousand cases, verified whole, beside hashing alone."""
    settings = Settings(data=str(folder))
    async with app.opened_desk(settings) as desk:
        async with desk.store.reading() as reading:
            alva = await reading.user_by_email("alva@demo.example")
        assert alva is not None
        began = time.perf_counter()
        for _ in range(1000):
            await receive(desk, a_grant_document(), by=person(alva.user), channel="paper")
        print(f"received by one process, one after the other: {1000 / (time.perf_counter() - began):.0f} a second")
        began = time.perf_counter()
        result = await verify_log(desk)
        took = time.perf_counter() - began
        print(
            f"log verify: {result.report.size} entries, {result.values} values, {result.facts} facts in {took:.2f} s, ok: {result.ok}"
        )


def main() -> None:
    print(f"Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}, {os.cpu_count()} cores")
    names()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as service:
        importing(service)
        received_to_screened(service)
        assert service.run("log", "verify").returncode == 0
        for cases in (10_000, 100_000, 1_000_000):
            pages(service, cases)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [str(Path(sys.executable).parent / "granska"), "demo"],
            env=os.environ | {"GRANSKA_DATA": folder},
            check=True,
            stdout=subprocess.DEVNULL,
        )
        asyncio.run(verifying(Path(folder)))


if __name__ == "__main__":
    main()
