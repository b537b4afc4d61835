"""What is erased is gone from every file, and everything else still proves itself."""

import contextlib
import io
import json
import re
import sqlite3
import zipfile
from pathlib import Path

import pytest

from service.bookings import clearance_steps
from service.casework.decision import record_page, reopen
from service.casework.intake import enclosures
from service.casework.intake.receive import receive
from service.desk import actors
from service.desk.ports.desk import Desk
from service.domain.application import Kind
from service.domain.errors import InvalidInput, NotAllowed
from service.domain.people import User
from service.matching import memory
from service.privacy import disclosure_bundle, erasure
from service.proof.verification import verify_log
from service.screening.run_checks import run_waiting_checks
from service.settings import Settings
from service.storage import backup
from tests.booking_steps import asked, cleared, do_decide, petter, taken
from tests.builders import QUIET, a_grant_document, a_premises_document
from tests.fakes import Clock
from tests.steps import decided_case, do, employed_officer, screened, settle_all, someone, unbiased

WHO = [{"name": "Rakel Försvinn", "role": "ordförande"}, {"name": "Henning Ekdal", "role": "kassör"}]


async def test_a_dry_run_lists_and_takes_nothing(desk: Desk, clock: Clock) -> None:
    _, number = await decided_case(desk, representatives=WHO)
    clock.forward(days=3 * 366)

    plan = await erasure.plan_due(desk)

    assert [one.diary_number for one in plan.cases] == [number]
    assert plan.counts()["representatives"] == 1
    assert "decision" not in plan.counts(), "the decision is preserved"
    assert "declaration" not in plan.counts(), "its ten years are not over"
    assert "application" in plan.unset
    async with desk.store.reading() as reading:
        assert [one async for one in reading.value_rows()]
    assert (await verify_log(desk)).value_faults == []


async def test_nothing_is_due_a_day_too_early(desk: Desk, clock: Clock) -> None:
    await decided_case(desk)
    clock.forward(days=2 * 365 - 1)

    assert (await erasure.plan_due(desk)).cases == []


async def test_a_case_is_over_with_its_last_decision_and_not_before_an_appeal_is(desk: Desk, clock: Clock) -> None:
    case_id, number = await decided_case(desk)
    clock.forward(days=3 * 366)
    assert [one.diary_number for one in (await erasure.plan_due(desk)).cases] == [number]
    officer = await employed_officer(desk, "Anna")
    await unbiased(desk, case_id, officer)
    await do(desk, reopen.Reopen, case_id, officer, ground="change", text="Nya uppgifter.")

    assert (await erasure.plan_due(desk)).cases == [], "it is open again"


async def test_a_booking_that_was_executed_is_over_though_nobody_decided_on_it(desk: Desk, clock: Clock) -> None:
    officer = await petter(desk)
    await cleared(desk, officer)
    case_id = await asked(desk, date="2027-02-22")
    await unbiased(desk, case_id, officer)
    await do(desk, clearance_steps.Execute, case_id, officer)
    clock.forward(days=3 * 366)

    plan = await erasure.plan_due(desk)

    assert {"contact", "representatives"} <= next(one for one in plan.cases if one.case_id == case_id).counts().keys()


async def let_to_a_person(desk: Desk, officer: User, name: str, **changed: object) -> str:
    """A decided booking of a private person."""
    document = a_premises_document(
        **{**QUIET, "hirer": "person", "use": "fest", "purpose": f"{name} fyller år"} | changed
    )
    document["organisation"] = {"name": name}
    document["premises"]["organiser"] = name
    del document["declaration"], document["representatives"]
    received = await receive(desk, document, by=actors.person(officer), channel="phone")
    await run_waiting_checks(desk)
    await taken(desk, received.case_id, officer)
    await settle_all(desk, received.case_id, officer)
    await do_decide(desk, received.case_id, officer)
    return received.case_id


async def test_a_private_hirers_name_goes_when_its_time_is_over(
    desk: Desk, clock: Clock, settings: Settings, tmp_path: Path
) -> None:
    adam, officer = await someone(desk, "Adam", "role:administrator"), await petter(desk)
    cases = [await let_to_a_person(desk, officer, "Försvinn0001", date=one) for one in ("2027-02-22", "2027-02-23")]
    async with desk.store.reading() as reading:
        repeated = await reading.other_cases((await reading.details(cases[0])).repeat_key, cases[0])
        assert await reading.cases_naming("Försvinn0001") == sorted(cases)
    assert repeated == [], "what the log looks a case up by holds no person's name to guess at"
    clock.forward(days=3 * 366)

    plan = await erasure.plan_due(desk)
    await erasure.erase(desk, plan, ground="retention", document="HV 2026/61", by=adam)

    assert [one.case_id for one in plan.cases] == sorted(cases)
    async with desk.store.reading() as reading:
        assert [(await reading.details(one)).org_name for one in cases] == ["", ""]
        assert await reading.cases_naming("Försvinn0001") == []
    await backup.dump(tmp_path / "after.zip", folder=Path(settings.data), software="x")
    assert names_in(tmp_path / "after.zip") == 0
    assert (await verify_log(desk)).ok


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_name_put_in_the_place_of_an_erased_one_is_found(desk: Desk, clock: Clock, settings: Settings) -> None:
    adam, officer = await someone(desk, "Adam", "role:administrator"), await petter(desk)
    case_id = await let_to_a_person(desk, officer, "Försvinn0001")
    async with desk.store.reading() as reading:
        number = (await reading.case(case_id)).diary_number
    with pytest.raises(NotAllowed, match="to_come"):
        await erasure.plan_cases(desk, [number], ["contact"])
    clock.forward(days=100)
    await erasure.erase(
        desk, await erasure.plan_cases(desk, [number], ["contact"]), ground="gdpr-17", document="Beslut", by=adam
    )
    assert (await verify_log(desk)).ok
    with contextlib.closing(sqlite3.connect(settings.folder / "granska.sqlite")) as database, database:
        database.execute("UPDATE case_file SET org_name = 'Någon Annan' WHERE id = ?", (case_id,))

    assert not (await verify_log(desk)).ok


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_public_copy_of_a_private_hirers_case_names_nobody(desk: Desk) -> None:
    officer = await petter(desk)
    case_id = await let_to_a_person(desk, officer, "Försvinn0001")

    async def copy(mask: frozenset[str]) -> list[str]:
        _, body = await disclosure_bundle.bundle(
            desk, case_id, mask=mask, purpose="public_record", by=officer, front=lambda what: f"{what.organisation}"
        )
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return [one for one in archive.namelist() if "Försvinn0001".encode() in archive.read(one)]

    assert await copy(frozenset(disclosure_bundle.MASKED_BY_DEFAULT)) == []
    assert await copy(frozenset()) == ["index.html", "values.json"]


async def test_what_is_erased_is_gone_and_the_sheet_says_by_which_ground_and_when(desk: Desk) -> None:
    case_id, number = await decided_case(desk, representatives=WHO)
    adam, officer = await someone(desk, "Adam", "role:administrator"), await employed_officer(desk, "Anna")
    plan = await erasure.plan_cases(desk, [number], ["representatives", "findings", "contact", "declaration"])

    await erasure.erase(desk, plan, ground="gdpr-17", document="Beslut HV 2026/99", by=adam)

    assert (await verify_log(desk)).ok
    record = await record_page.read_record(desk, case_id, by=officer)
    gone = [one["value"] for one in record.leaf["data"]["application"] if one["value"] not in record.values]
    assert len(gone) == 3
    assert {record.erased[one].ground for one in gone} == {"Beslut HV 2026/99"}
    assert "Rakel" not in json.dumps(record.values)
    assert record.values[record.leaf["data"]["reasons"]]["text"], "the reasons are still there"
    assert (await erasure.plan_cases(desk, [number], ["representatives"])).cases == [], "nothing is erased twice"
    assert set(memory.remembered_now().values()) == {0}, "no name is left in the memory of the process either"


async def test_only_an_administrator_erases_and_says_on_what_ground(desk: Desk) -> None:
    _, number = await decided_case(desk)
    officer, adam = await employed_officer(desk, "Anna"), await someone(desk, "Adam", "role:administrator")
    plan = await erasure.plan_cases(desk, [number], ["contact"])
    with pytest.raises(NotAllowed):
        await erasure.erase(desk, plan, ground="other", document="x", by=officer)
    with pytest.raises(InvalidInput):
        await erasure.erase(desk, plan, ground="other", document=" ", by=adam)
    with pytest.raises(InvalidInput):
        await erasure.erase(desk, plan, ground="because", document="x", by=adam)

    assert (await erasure.plan_cases(desk, [number], ["contact"])).values == 1


async def test_what_the_rule_set_preserves_is_not_erased(desk: Desk) -> None:
    _, number = await decided_case(desk)
    with pytest.raises(NotAllowed, match="preserved"):
        await erasure.plan_cases(desk, [number], ["decision"])


async def test_an_open_case_keeps_what_it_is_about(desk: Desk) -> None:
    case_id = await screened(desk, a_grant_document())
    async with desk.store.reading() as reading:
        number = (await reading.case(case_id)).diary_number
    with pytest.raises(NotAllowed, match="case_open"):
        await erasure.plan_cases(desk, [number], ["contact"])


async def test_an_enclosures_bytes_go_unless_another_case_has_the_same(desk: Desk) -> None:
    adam, officer = await someone(desk, "Adam", "role:administrator"), await employed_officer(desk)
    cases, numbers = [], []
    for _ in range(2):
        received = await receive(desk, a_grant_document(), by=actors.person(officer), channel="paper")
        await enclosures.add_enclosure(
            desk, received.case_id, kind="stadgar", name="stadgar.txt", media_type="text/plain", body=b"Stadgar",
            by=actors.person(officer), kinds=frozenset(Kind),
        )  # fmt: skip
        cases.append(received.case_id)
        numbers.append(received.diary_number)
    async with desk.store.reading() as reading:
        sha256 = (await reading.enclosures(cases[0]))[0].enclosure.sha256
    for number, left in zip(numbers, (True, False), strict=True):
        async with desk.store.reading() as reading:
            found = await reading.case_by_diary_number(number)
        assert found is not None
        async with desk.store.reading() as reading:
            plan = erasure.Plan(await erasure._planned(reading, {found.id: frozenset({"enclosures"})}))
        await erasure.erase(desk, plan, ground="other", document="Beslut", by=adam)
        assert desk.files.holds(sha256) is left
        assert (await verify_log(desk)).ok


PERSONS, EACH = 1000, 40


async def test_no_file_holds_the_name_of_a_thousand_erased_persons(
    desk: Desk, settings: Settings, tmp_path: Path
) -> None:
    numbers = []
    for first in range(0, PERSONS, EACH):
        people = [{"name": f"Rakel Försvinn{first + at:04d}", "role": "ledamot"} for at in range(EACH)]
        numbers.append((await decided_case(desk, representatives=people))[1])
    adam = await someone(desk, "Adam", "role:administrator")
    await backup.dump(tmp_path / "before.zip", folder=Path(settings.data), software="x")
    assert names_in(tmp_path / "before.zip") == PERSONS, "the search must find what is there"
    if not settings.database:
        assert names_in(Path(settings.data)) == PERSONS
    (tmp_path / "before.zip").unlink()
    classes = ["contact", "representatives", "declaration", "findings"]
    plan = await erasure.plan_cases(desk, numbers, classes)

    await erasure.erase(desk, plan, ground="gdpr-17", document="Beslut", by=adam)

    await backup.dump(tmp_path / "after.zip", folder=Path(settings.data), software="x")
    assert names_in(tmp_path / "after.zip") == 0
    assert names_in(Path(settings.data)) == 0, "database, write-ahead log, indexes and all"
    assert (await verify_log(desk)).ok


def names_in(place: Path) -> int:
    """How many of the persons any file here names, in the ways a database writes text; a zip is looked into."""
    if place.suffix == ".zip":
        with zipfile.ZipFile(place) as archive:
            bodies = [archive.read(one) for one in archive.namelist()]
    else:
        bodies = [path.read_bytes() for path in place.rglob("*") if path.is_file() and path.suffix != ".zip"]
    marks = [re.compile("Försvinn([0-9]{4})".encode()), re.compile(re.escape("Försvinn".encode("utf-16-le")))]
    return len({one for body in bodies for mark in marks for one in mark.findall(body)})


async def test_an_erasure_that_was_cut_off_is_finished_later(desk: Desk) -> None:
    adam, officer = await someone(desk, "Adam", "role:administrator"), await employed_officer(desk)
    received = await receive(desk, a_grant_document(), by=actors.person(officer), channel="paper")
    await enclosures.add_enclosure(
        desk, received.case_id, kind="stadgar", name="stadgar.txt", media_type="text/plain", body=b"Stadgar",
        by=actors.person(officer), kinds=frozenset(Kind),
    )  # fmt: skip
    async with desk.store.reading() as reading:
        [kept] = await reading.enclosures(received.case_id)
        plan = erasure.Plan(await erasure._planned(reading, {received.case_id: frozenset({"enclosures"})}))
    await erasure.erase(desk, plan, ground="other", document="Beslut", by=adam)
    desk.files.put(b"Stadgar")  # as if the power had gone before the file did
    assert {kind for _, _, kind in (await verify_log(desk)).table_faults} == {"file-erased-but-kept"}

    assert await erasure.sweep_files(desk) == 1

    assert not desk.files.path(kept.enclosure.sha256).exists()
    assert (await verify_log(desk)).ok
