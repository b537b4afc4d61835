"""Who looked at what: a log of its own, that nobody who decides waits for, and that forgets on its own terms."""

import asyncio
import io
import json
import sqlite3
import zipfile
from pathlib import Path

import pytest

from service.casework.views import history
from service.desk.ports.desk import Desk
from service.domain.clock import local_day
from service.outbox import FolderChannel
from service.privacy.retention import erase_access_log
from service.proof import access_log, checkpoints
from service.proof.verification import verify_log
from service.settings import Settings
from service.storage.engine import is_sqlite, writing
from service.storage.tables import AccessEntry, LogEntry
from tests.fakes import Clock
from tests.logs import with_channels
from tests.servers import Service
from tests.steps import decided_case, employed_officer


async def test_reading_does_not_wait_for_deciding(desk: Desk) -> None:
    alva = await employed_officer(desk)
    case_id, _ = await decided_case(desk)
    async with writing(LogEntry._meta.db):
        # Someone holds the one write lock there is on deciding; reading goes by another.
        await asyncio.wait_for(access_log.note(desk, alva, access_log.OPENED, case_id), 2)
    rows, size = await access_log.page(desk, before=None, case_id=case_id, limit=10)
    assert size == 1
    leaf = json.loads(rows[0].leaf or "")
    assert (leaf["actor"], leaf["role"], leaf["action"], leaf["case"]) == (
        alva.pseudonym,
        "association_officer",
        "opened",
        case_id,
    )


async def test_what_is_forgotten_leaves_a_tree_that_verifies(desk: Desk, clock: Clock) -> None:
    alva = await employed_officer(desk)
    case_id, _ = await decided_case(desk)
    for _ in range(5):
        await access_log.note(desk, alva, access_log.OPENED, case_id)
    await checkpoints.sign_log(desk)
    clock.forward(days=3 * 366)
    await access_log.note(desk, alva, access_log.OPENED, case_id)

    assert await erase_access_log(desk) == 5

    rows, size = await access_log.page(desk, before=None, case_id=None, limit=10)
    assert size == 6
    assert [one.leaf is None for one in rows] == [False, *[True] * 5]
    result = await verify_log(desk)
    assert result.reading is not None
    assert (result.reading.ok, result.reading.size, result.reading.signed) == (True, 6, 5)


async def test_a_reading_that_was_changed_is_found(desk: Desk, settings: Settings) -> None:
    alva = await employed_officer(desk)
    await access_log.note(desk, alva, access_log.OPENED, None)
    await checkpoints.sign_log(desk)
    engine = LogEntry._meta.db
    if not is_sqlite(engine):
        await engine.run_ddl("UPDATE access_entry SET leaf = replace(leaf, 'opened', 'closed')")
    else:
        path = Path(settings.data) / "granska-access-log.sqlite"
        with sqlite3.connect(path) as database:
            database.execute("UPDATE access_entry SET leaf = replace(leaf, 'opened', 'closed')")
        database.close()

    result = await verify_log(desk)

    assert result.reading is not None
    assert [one.kind for one in result.reading.faults] == ["changed"]
    assert not result.ok


def test_opening_a_case_and_taking_it_out_are_written_down(service: Service) -> None:
    disa, ronja = service.signed_in("disa"), service.signed_in("ronja")
    case_id = disa.get("/queue").text.split("/cases/")[1][:36]

    disa.opened(case_id)
    taken = disa.send(f"/cases/{case_id}/bundle", mask=["contact", "representatives"], purpose="public_record")
    disa.get(f"/cases/{case_id}/history?day=2026-01-01")

    assert taken.headers["content-type"] == "application/zip"
    page = ronja.get("/log/access").text
    for said in ("öppnade ärendet", "tog ut en maskerad kopia", "jämförde då och nu", "Disa Beslutsfattare"):
        assert said in page
    assert disa.get("/log/access").status_code == 403


async def test_a_case_then_and_now(desk: Desk, clock: Clock) -> None:
    alva = await employed_officer(desk)
    day = local_day(clock.at)
    clock.forward(days=10)
    case_id, _ = await decided_case(desk)
    decided_on = local_day(clock.at)

    before = await history.compare(desk, case_id, day, by=alva)
    after = await history.compare(desk, case_id, decided_on, by=alva)

    assert (before.then.entries, before.then.state, before.now.state) == (0, None, "decided")
    assert before.now == after.then == after.now
    assert after.then.decision is not None
    assert len(after.now.findings) == 7


def test_someone_who_may_not_see_a_case_leaves_no_trace_of_it(service: Service) -> None:
    petter, disa, ronja = (service.signed_in(one) for one in ("petter", "disa", "ronja"))
    grant = service.signed_in("alva").get("/queue").text.split("/cases/")[1][:36]
    before = ronja.get("/log/access").text.count("Petter Lokal")

    assert petter.get(f"/cases/{grant}").status_code == 404
    assert petter.get(f"/cases/{grant}/history").status_code == 404
    assert petter.send(f"/cases/{grant}/bundle").status_code == 404
    assert ronja.get("/log/access").text.count("Petter Lokal") == before
    assert disa.get(f"/cases/{grant}").status_code == 200


def test_the_auditors_bundle_leaves_people_out(service: Service) -> None:
    ronja = service.signed_in("ronja")
    case_id = service.signed_in("alva").get("/queue").text.split("/cases/")[1][:36]
    body = ronja.send(f"/cases/{case_id}/bundle", purpose="audit").content
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        values = json.loads(archive.read("values.json"))
    assert any(one.get("masked") for one in values.values())
    assert not any(one["field"] == "application.representatives" and "value" in one for one in values.values())


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE access_entry SET leaf = NULL, case_id = NULL, actor = ''", "value-missing"),
        ("UPDATE access_entry SET case_id = 'nothing'", "columns"),
        ("UPDATE access_entry SET actor = 'u-aaaaaaaaaa'", "columns"),
        ("DELETE FROM access_node", "tree-node"),
        ("DELETE FROM access_entry", "truncated"),
    ],
)
async def test_a_reading_log_that_was_blanked_is_found(desk: Desk, statement: str, kind: str) -> None:
    alva = await employed_officer(desk)
    case_id, _ = await decided_case(desk)
    for _ in range(3):
        await access_log.note(desk, alva, access_log.OPENED, case_id)
    await checkpoints.sign_log(desk)
    assert (await verify_log(desk)).ok

    await AccessEntry._meta.db.run_ddl(statement)

    result = await verify_log(desk)
    assert result.reading is not None
    assert kind in {one.kind for one in result.reading.faults}


async def test_the_reading_log_is_signed_though_nobody_decides_and_leaves_the_house(desk: Desk, tmp_path: Path) -> None:
    alva = await employed_officer(desk)
    await checkpoints.sign_log(desk)
    await access_log.note(desk, alva, access_log.OPENED, None)

    signed = await checkpoints.sign_log(desk)

    assert signed.fresh, "the log itself says how far the reading log had come"
    assert [one.size for one in await desk.access_log.checkpoints()] == [1]
    sending = with_channels(desk, FolderChannel(tmp_path / "out", tmp_path))
    await checkpoints.send_checkpoints(sending)
    assert [one.name for one in (tmp_path / "out").glob("access-log-*")] == ["access-log-000000000001.checkpoint"]


def test_a_day_that_no_calendar_has_is_told_so(service: Service) -> None:
    disa = service.signed_in("disa")
    case_id = disa.get("/queue").text.split("/cases/")[1][:36]
    disa.opened(case_id)
    for day in ("9999-12-31", "0001-01-01", "igår", "2026-13-01"):
        assert disa.get(f"/cases/{case_id}/history?day={day}").status_code == 422
