"""What names are looked for in is bound to the log: an index that is not what the list's entries make is noticed."""

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from service.desk.ports.desk import Desk
from service.desk.rulebook import rulebook, today
from service.domain.application import Party, PartyKind
from service.domain.errors import GranskaError
from service.domain.finding import Outcome
from service.matching.finder import Finder
from service.screening.list_indexes import check_indexes, ensure_index, wrong_indexes
from service.screening.replay import replay_all
from service.screening.run_checks import run_waiting_checks
from service.screening.search_lists import find_parties
from service.settings import Settings
from service.storage.engine import is_sqlite
from service.storage.tables import ListEntryRow
from service.worker import jobs
from tests.builders import a_grant_document
from tests.cli.running import run
from tests.steps import screened

LISTED = Party(PartyKind.REPRESENTATIVE, "Tarquin Vossberg", birth_year=1971)


async def version_of(desk: Desk) -> str:
    async with desk.store.reading() as reading:
        return (await reading.active_lists())["demo"].version


async def found(desk: Desk) -> int:
    """How many entries the service finds that resemble the listed name."""
    async with desk.store.reading() as reading:
        definition = (await rulebook(desk, reading)).procedure(today(desk)).lists["demo"]
    version = await version_of(desk)
    answers = await find_parties(desk, "o", definition, version, [LISTED], model=desk.finder.method().model)
    return len(answers[0].candidates)


async def without_the_listed(desk: Desk, settings: Settings, *, claims: str | None) -> None:
    """An index of all entries but one, put in its place as whoever owns the files could."""
    version = await version_of(desk)
    async with desk.store.reading() as reading:
        entries = [entry async for batch in reading.list_entries(version) for entry in batch]
        stored = await reading.list_version(version)
    assert stored is not None
    forger = Finder(settings.folder / "indexes")
    with forger.building(version) as building:
        for entry in entries:
            if entry.entry_id != "DEMO-P-001":
                building.add(entry)
        building.done(claims if claims is not None else stored.entries_digest)


async def test_an_index_of_other_entries_than_the_logs_is_not_used(desk: Desk, settings: Settings) -> None:
    await without_the_listed(desk, settings, claims="0" * 64)

    assert await found(desk) == 1
    assert await wrong_indexes(desk) == []


async def test_an_index_that_only_claims_to_be_of_the_logs_entries_is_found_by_building_it_afresh(
    desk: Desk, settings: Settings
) -> None:
    await without_the_listed(desk, settings, claims=None)
    assert await found(desk) == 0, "nothing short of building it again can tell"

    assert await wrong_indexes(desk) == [await version_of(desk)]
    assert await found(desk) == 1, "and what was built is used from now on"
    assert await wrong_indexes(desk) == []


async def test_the_nightly_job_says_that_an_index_was_wrong(desk: Desk, settings: Settings) -> None:
    await without_the_listed(desk, settings, claims=None)
    [job] = [job for job in jobs(sign_every_ms=1) if job.name == "indexes"]

    with pytest.raises(GranskaError) as told:
        await job.run(desk, "", lambda done, of: None)

    assert (told.value.code, told.value.params) == ("list.index_wrong", {"count": 1})
    await check_indexes(desk)


async def test_replay_tells_what_a_forged_index_kept_silent(desk: Desk, settings: Settings) -> None:
    await without_the_listed(desk, settings, claims=None)
    document = a_grant_document(representatives=[{"name": LISTED.name, "role": "chair", "birth_year": 1971}])
    await screened(desk, document)

    drifting = [difference.check for one in [replay async for replay in replay_all(desk)] for difference in one.drift]

    assert "party_names" in drifting


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_log_verify_deep_names_the_list_and_ends_with_one(desk: Desk, settings: Settings) -> None:
    await without_the_listed(desk, settings, claims=None)
    version = await version_of(desk)

    usual = await asyncio.to_thread(run, settings.folder, "log", "verify")
    deep = await asyncio.to_thread(run, settings.folder, "log", "verify", "--deep")

    assert usual[0] == 0, usual[1]
    assert deep[0] == 1
    assert f"list {version}" in deep[1]


def zeroed(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))


def zeroed_and_dated_back(path: Path) -> None:
    before = path.stat()
    zeroed(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def exchanged(path: Path) -> None:
    fresh = path.with_name("fresh")
    fresh.write_bytes(bytes(path.stat().st_size))
    os.replace(fresh, path)


@pytest.mark.parametrize("touch", [zeroed, zeroed_and_dated_back, exchanged, Path.unlink])
async def test_a_file_that_changes_while_it_is_used_is_noticed_before_anything_is_said(
    desk: Desk, settings: Settings, touch: Callable[[Path], None]
) -> None:
    version = await version_of(desk)
    for path in sorted((settings.folder / "indexes" / version).rglob("*")):
        if not path.is_file() or path.stat().st_size == 0 or path.name == "about.json":
            continue
        assert await found(desk) == 1
        touch(path)
        with pytest.raises(LookupError):
            desk.finder.search(version, "demo", LISTED, name=desk.finder.method().model)
        assert await found(desk) == 1, "the next question is asked of an index that is whole"


async def test_entries_that_are_not_those_imported_answer_nobody(desk: Desk, settings: Settings) -> None:
    version = await version_of(desk)
    engine = ListEntryRow._meta.db
    guard = "list_entry_no_update" if is_sqlite(engine) else "list_entry_frozen ON list_entry"
    await engine.run_ddl(f"DROP TRIGGER {guard}")
    desk.finder.forget(version)
    await _spoil(version)
    with pytest.raises(GranskaError, match="entries_changed"):
        await ensure_index(desk, version)

    case_id = await screened(desk, a_grant_document())
    await run_waiting_checks(desk)
    async with desk.store.reading() as reading:
        findings = await reading.findings(case_id, 1)
    answers = {one.case_finding.finding.check: one.case_finding.outcome for one in findings}
    assert answers["party_names"] is Outcome.UNKNOWN
    assert await wrong_indexes(desk) == [version]


async def _spoil(version: str) -> None:
    row = await ListEntryRow.select().where(ListEntryRow.version_id == version).first()
    assert row is not None
    body = json.dumps(json.loads(row["body"]) | {"countries": ["SE"]})
    await ListEntryRow.update({ListEntryRow.body: body}).where(ListEntryRow.id == row["id"])
