"""What is erased is gone from every file, and everything else still proves itself."""

import contextlib
import io
import json
import os
import re
import sqlite3
import zipfile
from pathlib import Path

import pytest

from service.casework.decision import record_page, reopen, sign
from service.casework.intake import enclosures
from service.casework.intake.receive import receive
from service.desk import actors
from service.desk.ports.desk import Desk
from service.domain.application import Kind
from service.domain.decision import DecisionOutcome
from service.domain.errors import InvalidInput, NotAllowed, NotFound
from service.domain.events.event import Event
from service.domain.events.log import ValueErased
from service.domain.people import User
from service.matching import memory
from service.privacy import disclosure_bundle, erasure, erasure_plan
from service.proof.verification import verify_log
from service.screening.run_checks import run_waiting_checks
from service.settings import Settings
from service.storage import backup
from tests.booking_steps import do_decide, petter, taken
from tests.builders import QUIET, a_premises_document, a_proposal
from tests.fakes import Clock
from tests.steps import (
    decided_case,
    do,
    employed_officer,
    erased,
    known_or_new,
    legal_force,
    settle_all,
    someone,
    unbiased,
    withdrawn,
)

WHO = [{"name": "Rakel Försvinn", "role": "ordförande"}, {"name": "Henning Ekdal", "role": "kassör"}]


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
    officer = await petter(desk)
    cases = [await let_to_a_person(desk, officer, "Försvinn0001", date=one) for one in ("2027-02-22", "2027-02-23")]
    async with desk.store.reading() as reading:
        repeated = await reading.other_cases((await reading.details(cases[0])).repeat_key, cases[0])
        assert await reading.cases_naming("Försvinn0001") == sorted(cases)
    assert repeated == [], "what the log looks a case up by holds no person's name to guess at"
    await legal_force(desk, clock, *cases)
    clock.forward(days=3 * 366)

    plan = await erasure_plan.plan_due(desk)
    await erased(desk, plan)

    assert [one.case_id for one in plan.cases] == sorted(cases)
    async with desk.store.reading() as reading:
        assert [(await reading.details(one)).org_name for one in cases] == ["", ""]
        assert await reading.cases_naming("Försvinn0001") == []
    await backup.dump(tmp_path / "after.zip", folder=Path(settings.data), software="x")
    assert names_in(tmp_path / "after.zip") == 0
    assert (await verify_log(desk)).ok


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_name_put_in_the_place_of_an_erased_one_is_found(desk: Desk, clock: Clock, settings: Settings) -> None:
    officer = await petter(desk)
    case_id = await let_to_a_person(desk, officer, "Försvinn0001")
    async with desk.store.reading() as reading:
        number = (await reading.case(case_id)).diary_number
    await legal_force(desk, clock, case_id)
    with pytest.raises(NotAllowed, match="to_come"):
        await erasure_plan.plan_cases(desk, [number], ["contact"], "gdpr-17")
    clock.forward(days=100)
    await erased(desk, await erasure_plan.plan_cases(desk, [number], ["contact"], "gdpr-17"), ground="gdpr-17")
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


async def test_what_is_erased_is_gone_and_the_sheet_says_by_which_ground_and_when(desk: Desk, clock: Clock) -> None:
    case_id, number = await decided_case(desk, representatives=WHO)
    officer = await employed_officer(desk, "Anna")
    await legal_force(desk, clock, case_id)
    clock.forward(days=11 * 366)
    classes = ["representatives", "findings", "contact", "declaration"]
    plan = await erasure_plan.plan_cases(desk, [number], classes, "retention")

    await erased(desk, plan)

    assert (await verify_log(desk)).ok
    record = await record_page.read_record(desk, case_id, by=officer)
    gone = [one["value"] for one in record.leaf["data"]["application"] if one["value"] not in record.values]
    assert len(gone) == 3
    assert {record.erased[one].ground for one in gone} == {"Gallringsbeslut HV 2026/61"}
    assert "Rakel" not in json.dumps(record.values)
    assert record.values[record.leaf["data"]["reasons"]]["text"], "the reasons are still there"
    again = await erasure_plan.plan_cases(desk, [number], ["representatives"], "retention")
    assert again.cases == [], "nothing is erased twice"
    assert set(memory.remembered_now().values()) == {0}, "no name is left in the memory of the process either"


async def test_one_administrator_puts_forward_and_another_carries_out(desk: Desk, clock: Clock) -> None:
    case_id, number = await decided_case(desk)
    await legal_force(desk, clock, case_id)
    adam, ada = await someone(desk, "Adam", "role:administrator"), await someone(desk, "Ada", "role:administrator")
    officer = await employed_officer(desk, "Anna")
    plan = await erasure_plan.plan_cases(desk, [number], ["contact"], "gdpr-17")
    said = {"ground": "gdpr-17", "document": "Gallringsbeslut HV 2026/61"}
    with pytest.raises(NotAllowed, match="access"):
        await erasure.propose(desk, plan, **said, by=officer)
    for wrong in (
        {"document": " "},
        {"document": "x"},
        {"document": "HV 2026/99"},
        {"document": "Gallringsbeslut HV 2026/611"},
        {"ground": "because"},
    ):
        with pytest.raises(InvalidInput):
            await erasure.propose(desk, plan, **(said | wrong), by=adam)
    proposal = await erasure.propose(desk, plan, **said, by=adam)

    with pytest.raises(NotAllowed, match="same_person"):
        await erasure.carry_out(desk, proposal, by=adam)
    with pytest.raises(NotAllowed, match="access"):
        await erasure.carry_out(desk, proposal, by=officer)
    assert (await erasure_plan.plan_cases(desk, [number], ["contact"], "gdpr-17")).values == 1
    assert await erasure.carry_out(desk, proposal, by=ada) == 1
    with pytest.raises(NotFound):
        await erasure.carry_out(desk, proposal, by=ada)
    assert (await verify_log(desk)).ok


async def test_what_is_carried_out_is_what_was_put_forward_or_nothing(desk: Desk, clock: Clock) -> None:
    case_id, number = await decided_case(desk)
    await legal_force(desk, clock, case_id)
    adam, ada = await someone(desk, "Adam", "role:administrator"), await someone(desk, "Ada", "role:administrator")
    plan = await erasure_plan.plan_cases(desk, [number], ["contact"], "gdpr-17")
    said = {"ground": "gdpr-17", "document": "Gallringsbeslut HV 2026/61"}
    taken_back = await erasure.propose(desk, plan, **said, by=adam)
    await erasure.take_back(desk, taken_back, by=adam)
    with pytest.raises(NotFound):
        await erasure.carry_out(desk, taken_back, by=ada)

    waits = await erasure.propose(desk, plan, **said, by=adam)
    officer = await employed_officer(desk, "Anna")
    await unbiased(desk, case_id, officer)
    await do(desk, reopen.Reopen, case_id, officer, ground="change", text="Nya uppgifter.")
    with pytest.raises(NotAllowed, match="case_open"):
        await erasure.carry_out(desk, waits, by=ada)
    assert [one.data.proposal for one in await erasure.waiting(desk)] == [waits]
    assert (await verify_log(desk)).ok


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_an_erasure_by_one_person_alone_is_seen_in_the_log(desk: Desk, clock: Clock) -> None:
    """As if somebody had written past the service: the log alone shows it."""
    case_id, number = await decided_case(desk)
    await legal_force(desk, clock, case_id)
    adam = await someone(desk, "Adam", "role:administrator")
    plan = await erasure_plan.plan_cases(desk, [number], ["contact"], "gdpr-17")
    document = "Gallringsbeslut HV 2026/61"
    proposal = await erasure.propose(desk, plan, ground="gdpr-17", document=document, by=adam)
    [case] = plan.cases
    async with desk.store.writing() as writing:
        data = ValueErased(
            values=case.commitments, enclosures=(), ground="gdpr-17", document=None, classes=("contact",),
            proposal=proposal,
        )  # fmt: skip
        await writing.values_erased(Event(data, actors.person(adam), desk.outside.now(), case=case_id))

    assert not (await verify_log(desk)).ok


async def decided_with_a_document(desk: Desk) -> tuple[str, str]:
    """A decided case with the same document as any other of these; its id and diary number."""
    officer = await known_or_new(desk, "Anna", "role:association_officer", "delegation:F1")
    case_id = await withdrawn(desk, officer)
    await enclosures.add_enclosure(
        desk, case_id, kind="stadgar", name="stadgar.txt", media_type="text/plain", body=b"Stadgar",
        by=actors.person(officer), kinds=frozenset(Kind),
    )  # fmt: skip
    await run_waiting_checks(desk)
    await settle_all(desk, case_id, officer)
    await do(desk, sign.decide, case_id, officer, proposal=a_proposal(DecisionOutcome.WRITE_OFF, clauses=("3.1",)))
    async with desk.store.reading() as reading:
        return case_id, (await reading.case(case_id)).diary_number


async def test_an_enclosures_bytes_go_unless_another_case_has_the_same(desk: Desk, clock: Clock) -> None:
    (first, number), (second, other) = await decided_with_a_document(desk), await decided_with_a_document(desk)
    await legal_force(desk, clock, first, second)
    clock.forward(days=11 * 366)
    async with desk.store.reading() as reading:
        sha256 = (await reading.enclosures(first))[0].enclosure.sha256
    for decided, left in ((number, True), (other, False)):
        await erased(desk, await erasure_plan.plan_cases(desk, [decided], ["enclosures"], "retention"))
        assert desk.files.holds(sha256) is left
        assert (await verify_log(desk)).ok


PERSONS, EACH = 1000, 40


async def test_no_file_holds_the_name_of_a_thousand_erased_persons(
    desk: Desk, clock: Clock, settings: Settings, tmp_path: Path
) -> None:
    decided = []
    for first in range(0, PERSONS, EACH):
        people = [{"name": f"Rakel Försvinn{first + at:04d}", "role": "ledamot"} for at in range(EACH)]
        decided.append(await decided_case(desk, representatives=people))
    await legal_force(desk, clock, *(case_id for case_id, _ in decided))
    await backup.dump(tmp_path / "before.zip", folder=Path(settings.data), software="x")
    assert names_in(tmp_path / "before.zip") == PERSONS, "the search must find what is there"
    if not settings.database:
        assert names_in(Path(settings.data)) == PERSONS
    (tmp_path / "before.zip").unlink()
    classes = ["contact", "representatives", "declaration", "findings"]
    clock.forward(days=11 * 366)
    plan = await erasure_plan.plan_cases(desk, [number for _, number in decided], classes, "retention")

    await erased(desk, plan)

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


async def test_an_erasure_that_was_cut_off_is_finished_later(desk: Desk, clock: Clock) -> None:
    case_id, number = await decided_with_a_document(desk)
    await legal_force(desk, clock, case_id)
    clock.forward(days=11 * 366)
    async with desk.store.reading() as reading:
        [kept] = await reading.enclosures(case_id)
    await erased(desk, await erasure_plan.plan_cases(desk, [number], ["enclosures"], "retention"))
    desk.files.put(b"Stadgar")  # as if the power had gone before the file did
    assert {kind for _, _, kind in (await verify_log(desk)).table_faults} == {"file-erased-but-kept"}

    assert await erasure.sweep_files(desk) == 1

    assert not desk.files.path(kept.enclosure.sha256).exists()
    assert (await verify_log(desk)).ok


async def test_bytes_that_no_row_names_are_swept_once_no_upload_can_be_under_way(desk: Desk, clock: Clock) -> None:
    case_id, _ = await decided_with_a_document(desk)
    stray = desk.files.put(b"lagt dit innan strommen gick")
    young = desk.files.put(b"en uppladdning som pagar")
    async with desk.store.reading() as reading:
        kept = [one.enclosure.sha256 for one in await reading.enclosures(case_id)]
    day_before = (desk.outside.now() - 86_400_000 - 60_000) / 1000
    for digest in (stray, *kept):
        os.utime(desk.files.path(digest), (day_before, day_before))
    now = desk.outside.now() / 1000
    os.utime(desk.files.path(young), (now, now))

    assert await erasure.sweep_files(desk) == 1

    assert not desk.files.path(stray).exists()
    assert desk.files.path(young).exists()
    assert all(desk.files.path(digest).exists() for digest in kept)
    assert (await verify_log(desk)).ok
