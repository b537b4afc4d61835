"""The server is killed sixty times under load: no acknowledged decision is lost, no tree is left crooked."""

import asyncio
import contextlib
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from service import app
from service.casework.intake.receive import receive
from service.casework.review import assignment
from service.desk.actors import person
from service.settings import Settings
from tests.builders import a_grant_document
from tests.logs import tree_holds
from tests.servers import PATIENCE, Browserlike, free_port, granska
from tests.steps import filled_in

KILLS, ENOUGH = 60, 900


async def many_in_review(folder: Path) -> list[str]:
    """Cases that alva has taken, and that wait for her decision."""
    async with app.opened_desk(Settings(data=str(folder))) as desk:
        async with desk.store.reading() as reading:
            found = await reading.user_by_email("alva@demo.example")
        assert found is not None
        cases = []
        for number in range(ENOUGH):
            document = a_grant_document(organisation={"name": f"Förening {number}"}, representatives=[])
            received = await receive(desk, document, by=person(found.user), channel="paper")
            cases.append(received.case_id)
            given = {"by": found.user, "seen": 1}
            await filled_in(assignment.DeclareConflict, conflict=False, text="").take(desk, received.case_id, **given)
            given["seen"] = 2
            withdrawal = filled_in(assignment.Withdraw, received="2026-11-20", text="Vi drar oss ur.")
            await withdrawal.take(desk, received.case_id, **given)
    database = sqlite3.connect(folder / "granska.sqlite")
    with database:
        # As after a screening and a taking; what this test is about comes after.
        for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'case_file'"
        ):
            database.execute(f"DROP TRIGGER {name}")
        database.execute("DELETE FROM screening_job")
        database.executemany(
            "UPDATE case_file SET state = 'in_review', owner_id = ? WHERE id = ?",
            [(found.user.id, one) for one in cases],
        )
    database.close()
    return cases


def test_the_server_is_killed_sixty_times_and_no_acknowledged_decision_is_lost(tmp_path: Path) -> None:
    rng = random.Random(2026)
    environment = {"GRANSKA_DATA": str(tmp_path), "GRANSKA_DEMO": "1"}
    assert granska("demo", environment=environment).returncode == 0
    cases = asyncio.run(many_in_review(tmp_path))
    port, session = free_port(), None
    acknowledged: list[str] = []
    sent: list[str] = []
    for kill in range(KILLS):
        with started(tmp_path, port, environment) as process:
            if session is None:
                alva = Browserlike(f"http://127.0.0.1:{port}")
                alva.send("/sign-in", email="alva@demo.example", password="lindarna-vid-kanalen")
                token = alva.token()
                session = dict(alva.client.cookies)
            threads = [
                threading.Thread(target=decide, args=(port, session, token, cases[at::3], sent, acknowledged))
                for at in range(3)
            ]
            before = len(acknowledged)
            for one in threads:
                one.start()
            until = time.monotonic() + PATIENCE
            while len(acknowledged) == before and len(sent) < len(cases) and time.monotonic() < until:
                time.sleep(0.001)
            time.sleep(rng.random() * 0.12)
            process.send_signal(signal.SIGKILL)
            for one in threads:
                one.join()
        database = sqlite3.connect(tmp_path / "granska.sqlite")
        there = {one for (one,) in database.execute("SELECT case_id FROM decision")}
        logged = {one for (one,) in database.execute("SELECT case_id FROM log_entry WHERE type = 'case:decided'")}
        database.close()
        assert set(acknowledged) <= there, f"lost at kill {kill}"
        assert there == logged
        assert asyncio.run(tree_holds(Settings(data=str(tmp_path)))), f"the tree is crooked after kill {kill}"

    assert len(acknowledged) >= KILLS


@contextlib.contextmanager
def started(folder: Path, port: int, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    command = [str(Path(sys.executable).parent / "granska"), "serve", "--port", str(port)]
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(command, env=os.environ | environment, stdout=log, stderr=log)
    try:
        for _ in range(400):
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200:
                    break
            assert process.poll() is None, (folder / "server.log").read_text()
            time.sleep(0.02)
        yield process
    finally:
        process.kill()
        process.wait()


def decide(
    port: int, session: dict[str, str], token: str, cases: list[str], sent: list[str], acknowledged: list[str]
) -> None:
    """One decision after the other, until the server is gone."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", cookies=session, timeout=PATIENCE) as client:
        for case_id in cases:
            if case_id in sent:
                continue
            sent.append(case_id)
            fields = {
                "_csrf_token": token, "version": "3", "outcome": "write_off", "delegation_point": "F1",
                "clauses": "3.1", "reasons": "Återkallad.",
            }  # fmt: skip
            try:
                answer = client.post(f"/cases/{case_id}/decision", data=fields)
            except httpx.TransportError:
                return
            assert answer.status_code == 303, re.sub(r"<[^>]+>", " ", answer.text)[:800]
            acknowledged.append(case_id)
