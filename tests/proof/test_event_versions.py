"""A changed event is a new version; a log that was written before it is read, verified, run again and folded as ever.

Nothing is released yet, so the old log is made here: three of today's events are taken for second versions, and the first
versions of them are declared in this file. `fixtures/logs/` gets one whole log for each release from the first one on.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import pytest

from service import app
from service.audit.leaf import data_of
from service.casework.intake.enclosures import add_enclosure
from service.casework.review import assignment
from service.desk import actors
from service.desk.ports.desk import Desk
from service.desk.step import dossier_of
from service.domain.application import Kind
from service.domain.events.catalogue import CATALOGUE, Catalogue
from service.domain.events.event import COLLEAGUES, HANDLERS, EventClass, RoutineStep, event
from service.domain.events.fields import Code, Commitment, Digest, Uuid, Whole
from service.domain.events.intake import EnclosureAdded
from service.domain.events.review import CaseAssigned, NoteWritten
from service.domain.people import INTAKE_RIGHT
from service.privacy import disclosure_bundle
from service.proof import checkpoints
from service.proof.verification import verify_log
from service.screening.replay import Tally, replay_all
from service.screening.run_checks import run_waiting_checks
from service.settings import Settings
from tests.logs import settings_of, unguarded
from tests.proof.attacks import leaves_of, rebuild
from tests.steps import do, settle_all, taken_grant, three, unbiased


@event("case:assigned", persons=HANDLERS)
class AssignedWithoutNote(RoutineStep, frozen=True):
    """Before a note could go with it."""

    owner: Annotated[Uuid, "who has it from now on"]
    before: Annotated[Uuid | None, "who had it before"]

    def lifted(self) -> CaseAssigned:
        return CaseAssigned(owner=self.owner, before=self.before, note=None)


@event("enclosure:added", persons=HANDLERS, key=INTAKE_RIGHT, material=True)
class EnclosureWithTitle(RoutineStep, frozen=True):
    """When the name of a file was its title."""

    enclosure: Annotated[Uuid, "the document"]
    kind: Annotated[Code, "what sort of document"]
    media_type: Annotated[Code, "what its content was found to be"]
    size: Annotated[Whole, "in bytes"]
    sha256: Annotated[Digest, "of its content"]
    title: Annotated[Commitment, "the file's name"]

    def lifted(self) -> EnclosureAdded:
        return EnclosureAdded(
            enclosure=self.enclosure,
            kind=self.kind,
            media_type=self.media_type,
            size=self.size,
            sha256=self.sha256,
            name=self.title,
            speaks_from=None,
            speaks_to=None,
            condition="whole",
            scanned="not_scanned",
        )


@event("note:written", persons=COLLEAGUES)
class NoteInColour(RoutineStep, frozen=True):
    """When notes still had a colour."""

    note: Annotated[Commitment, "the note"]
    colour: Annotated[Code, "its colour"]

    def lifted(self) -> NoteWritten:
        return NoteWritten(note=self.note)


def _without_note(data: dict[str, Any]) -> dict[str, Any]:
    assert data.pop("note") is None
    return data


def _with_title(data: dict[str, Any]) -> dict[str, Any]:
    assert data.pop("speaks_from") is data.pop("speaks_to") is None
    assert (data.pop("condition"), data.pop("scanned")) == ("whole", "not_scanned")
    return {"title" if name == "name" else name: value for name, value in data.items()}


def _coloured(data: dict[str, Any]) -> dict[str, Any]:
    return data | {"colour": "yellow"}


#: An optional field that is new, a field with another name, a field that is gone.
OLD: dict[str, tuple[EventClass, Callable[[dict[str, Any]], dict[str, Any]]]] = {
    "case:assigned": (AssignedWithoutNote, _without_note),
    "enclosure:added": (EnclosureWithTitle, _with_title),
    "note:written": (NoteInColour, _coloured),
}


def as_it_was_written(leaf: str) -> str:
    """A leaf of today as it would have been written before."""
    read = json.loads(leaf)
    if read["type"] in OLD:
        read["data"] = OLD[read["type"]][1](read["data"])
    return json.dumps(read, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@pytest.fixture
def second_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Today's classes of these events are their second versions."""
    for name in OLD:
        cls = CATALOGUE.newest[name]
        monkeypatch.setattr(cls, "declared", replace(cls.declared, version=2))
    both = Catalogue([*CATALOGUE.versions.values(), *(old for old, _ in OLD.values())])
    monkeypatch.setattr(CATALOGUE, "versions", both.versions)


async def a_case_of_all_three(desk: Desk) -> str:
    alva, bo, disa = await three(desk)
    case_id = await taken_grant(desk, alva, bo, disa)
    await settle_all(desk, case_id, alva)
    await do(desk, assignment.WriteNote, case_id, alva, text="Föreningen ringde.")
    await do(desk, assignment.Assign, case_id, alva, to=bo.id, note="")
    added = {"kind": "stadgar", "name": "stadgar.pdf", "media_type": "application/pdf", "body": b"%PDF-1.7"}
    await add_enclosure(desk, case_id, by=actors.person(bo), kinds=frozenset({Kind.GRANT}), **added)
    await run_waiting_checks(desk)
    await unbiased(desk, case_id, disa)
    await checkpoints.sign_log(desk)
    return case_id


def write_as_before(settings: Settings) -> None:
    """The whole log as it would have been written before today's versions, signed by nobody yet."""
    with unguarded(settings.folder) as database:
        leaves = leaves_of(database)
        written = [as_it_was_written(leaf) for leaf in leaves]
        assert sum(before != after for before, after in zip(written, leaves, strict=True)) >= 3
        rebuild(database, written)
        database.execute("DELETE FROM log_checkpoint")
        database.execute("DELETE FROM checkpoint_dispatch")
    database.close()


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_an_older_log_verifies_replays_and_folds_to_the_same_tables(
    desk: Desk, settings: Settings, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    case_id = await a_case_of_all_three(desk)
    async with desk.store.reading() as reading:
        today = await dossier_of(reading, case_id)
    write_as_before(settings)

    request.getfixturevalue("second_versions")
    async with app.opened_desk(settings_of(settings.folder)) as later:
        await checkpoints.sign_log(later)
        result = await verify_log(later)
        assert result.ok, (result.report.faults, result.value_faults, result.table_faults)
        assert result.facts > 20
        tally = Tally()
        async for replayed in replay_all(later):
            tally.add(replayed)
        assert (tally.cases, tally.drifting, tally.not_replayable) == (1, [], {})
        async with later.store.reading() as reading:
            assert await dossier_of(reading, case_id) == today

        # What is written from now on is of the second version, beside the first.
        disa = next(user for user in await _users(later) if user.name == "Disa")
        await do(later, assignment.WriteNote, case_id, disa, text="Läst igenom.")
        async with later.store.reading() as reading:
            notes = [row for row in await reading.entries_of_case(case_id) if row.type == "note:written"]
        assert [json.loads(row.leaf)["type_version"] for row in notes] == [1, 2]
        assert {type(data_of(row.leaf)) for row in notes} == {NoteWritten}
        assert (await verify_log(later)).ok


async def _users(desk: Desk) -> Any:
    async with desk.store.reading() as reading:
        return await reading.users()


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_an_older_form_under_the_number_of_todays_is_a_fault(desk: Desk, settings: Settings) -> None:
    await a_case_of_all_three(desk)
    write_as_before(settings)

    async with app.opened_desk(settings_of(settings.folder)) as later:
        await checkpoints.sign_log(later)
        faults = (await verify_log(later)).report.faults

    assert {fault.kind for fault in faults} >= {"schema"}, "today's first version is another"


def test_a_version_is_not_declared_twice_and_none_is_left_out() -> None:
    with pytest.raises(ValueError, match="note:written: version 1"):
        Catalogue([NoteWritten, NoteInColour])
    with pytest.raises(ValueError, match="is missing"):
        Catalogue([event("note:written", version=2)(type("Later", (RoutineStep,), {}, frozen=True))])


def test_the_verifier_that_is_handed_out_knows_every_version() -> None:
    names = {"__name__": "verify"}
    exec(disclosure_bundle.VERIFIER.read_text("utf-8"), names)

    assert names["VERSIONS"] == {name: cls.declared.version for name, cls in CATALOGUE.newest.items()}


def test_the_verifier_that_is_handed_out_says_which_version_it_does_not_know(tmp_path: Path) -> None:
    script = (
        f"import runpy; v = runpy.run_path({str(disclosure_bundle.VERIFIER)!r}); r = v['Report']();"
        "v['check_version']('entries/1.json', {'type': 'note:written', 'type_version': 9, 'v': 1}, r);"
        "v['check_version']('entries/2.json', {'type': 'note:written', 'type_version': 1, 'v': 1}, r);"
        "print(r.faults)"
    )
    said = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True).stdout

    assert "entries/1.json" in said
    assert "entries/2.json" not in said
    assert said.rstrip().endswith("1")
