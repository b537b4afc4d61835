"""No import loses anything in silence: what may have lost something is held until a named person has read it."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.desk.ports.office import StoredListVersion
from service.domain.errors import Conflict, InvalidInput, ListRefused, NotAllowed
from service.domain.events.office import ListActivated
from service.domain.people import User
from service.domain.watchlist import ListState
from service.proof.verification import verify_log
from service.screening import list_settling
from service.screening.list_import import Imported, import_list
from tests.fakes import Clock
from tests.list_files import EARLIER, LATER, LATEST, ROWS, a_list
from tests.steps import someone


@pytest.fixture
async def owner(desk: Desk) -> User:
    return await someone(desk, "Siv", "role:coordinator")


async def brought(desk: Desk, owner: User, rows: Sequence[str], generated: str) -> Imported:
    return await import_list(desk, "demo", a_list(rows, generated), by=person(owner))


async def first_in_force(desk: Desk, owner: User, generated: str = EARLIER) -> str:
    """The list of fourteen in force, whatever the demo's own was."""
    imported = await brought(desk, owner, ROWS, generated)
    assert imported.state is ListState.HELD, "all of the demo's own entries are gone"
    await list_settling.activate(desk, imported.version, "Övningslistan byts ut.", by=person(owner))
    return imported.version


async def active(desk: Desk) -> str:
    async with desk.store.reading() as reading:
        return (await reading.active_lists())["demo"].version


async def version(desk: Desk, version_id: str) -> StoredListVersion:
    async with desk.store.reading() as reading:
        stored = await reading.list_version(version_id)
    assert stored is not None
    return stored


def without(field: int, rows: Sequence[str] = ROWS) -> list[str]:
    """The rows with a column empty."""
    cells = [row.split(",") for row in rows]
    return [",".join("" if place == field else cell for place, cell in enumerate(row)) for row in cells]


FALLS: dict[str, tuple[list[str], str]] = {
    "persons": (ROWS[:9] + ROWS[12:], "fell_persons"),
    "organisations": (ROWS[:13], "fell_organisations"),
    "strong aliases": (without(3), "fell_strong_aliases"),
    "weak aliases": (without(4), "fell_weak_names"),
    "birth data": (without(5), "fell_births"),
    "whole dates": ([row.replace("-02-03", "") for row in ROWS], "fell_full_dates"),
    "countries": (without(6), "fell_countries"),
    "numbers": (without(7), "fell_numbers"),
    "all but one": (ROWS[:1], "fell_entries"),
    "every id": ([row.replace("X-", "Y-").replace("O-", "P-") for row in ROWS], "fell_kept_entries"),
}


@pytest.mark.parametrize("what", FALLS)
async def test_a_version_that_lost_something_is_held_and_the_one_before_goes_on(
    desk: Desk, owner: User, what: str
) -> None:
    rows, reason = FALLS[what]
    before = await first_in_force(desk, owner)

    imported = await brought(desk, owner, rows, LATER)

    assert (imported.state, reason in imported.held) == (ListState.HELD, True)
    assert await active(desk) == before
    assert (await verify_log(desk)).ok


async def test_one_of_fourteen_less_is_no_fall_and_two_are(desk: Desk, owner: User) -> None:
    await first_in_force(desk, owner)

    assert (await brought(desk, owner, ROWS[1:], LATER)).state is ListState.ACTIVE
    assert (await brought(desk, owner, ROWS[3:], LATEST)).state is ListState.HELD


@pytest.mark.parametrize(
    ("generated", "rows", "reason"),
    [("2026-11-20T10:00:00Z", ROWS, "older"), (EARLIER, [*ROWS, ROWS[0].replace("X-00", "X-99")], "same_date")],
)
async def test_an_older_version_or_one_of_the_same_date_is_held(
    desk: Desk, owner: User, generated: str, rows: list[str], reason: str
) -> None:
    await first_in_force(desk, owner)

    imported = await brought(desk, owner, rows, generated)

    assert (imported.state, imported.held) == (ListState.HELD, (reason,))


async def test_the_same_bytes_are_no_new_version_held_or_in_force(desk: Desk, owner: User) -> None:
    before = await first_in_force(desk, owner)
    again = await brought(desk, owner, ROWS, EARLIER)
    held = await brought(desk, owner, ROWS[:5], LATER)
    held_again = await brought(desk, owner, ROWS[:5], LATER)

    assert (again.version, again.same, again.state) == (before, True, ListState.ACTIVE)
    assert (held_again.version, held_again.same, held_again.state) == (held.version, True, ListState.HELD)
    async with desk.store.reading() as reading:
        assert len(await reading.list_versions()) == 3
    assert (await verify_log(desk)).ok


async def test_the_same_bytes_known_current_later_make_the_version_younger(
    desk: Desk, owner: User, clock: Clock
) -> None:
    await first_in_force(desk, owner)
    clock.forward(days=3)

    await import_list(desk, "demo", a_list(ROWS, EARLIER), by=person(owner), as_of=clock.at)  # type: ignore[arg-type]

    async with desk.store.reading() as reading:
        assert (await reading.active_lists())["demo"].as_of == clock.at
    assert (await verify_log(desk)).ok


async def test_a_person_reads_what_differs_and_puts_it_in_force_with_a_reason(desk: Desk, owner: User) -> None:
    await first_in_force(desk, owner)
    held = await brought(desk, owner, ROWS[:7] + ROWS[12:], LATER)

    shown = await list_settling.version_shown(desk, held.version)
    assert [entry.entry_id for entry in shown.differing.removed] == [f"X-{number:02}" for number in range(7, 12)]
    with pytest.raises(InvalidInput):
        await list_settling.activate(desk, held.version, "  ", by=person(owner))
    await list_settling.activate(desk, held.version, "Fem avfördes den 20 november.", by=person(owner))

    assert await active(desk) == held.version
    with pytest.raises(Conflict):
        await list_settling.activate(desk, held.version, "En gång till.", by=person(owner))
    assert (await verify_log(desk)).ok


async def test_what_is_rejected_is_gone_and_the_one_before_holds(desk: Desk, owner: User) -> None:
    before = await first_in_force(desk, owner)
    held = await brought(desk, owner, ROWS[:7], LATER)

    await list_settling.reject(desk, held.version, "Filen var avklippt.", by=person(owner))

    assert (await active(desk), (await version(desk, held.version)).state) == (before, ListState.REJECTED)
    async with desk.store.reading() as reading:
        assert [batch async for batch in reading.list_entries(held.version)] == []
    assert not desk.finder.has(held.version)
    assert (await verify_log(desk)).ok
    again = await brought(desk, owner, ROWS[:7], LATER)
    assert (again.state, again.same) == (ListState.HELD, False), "a person who hands it in again asks again"


async def test_what_was_read_against_another_version_is_not_put_in_force(desk: Desk, owner: User) -> None:
    await first_in_force(desk, owner)
    held = await brought(desk, owner, ROWS[:7], LATER)
    await brought(desk, owner, [*ROWS, ROWS[0].replace("X-00", "X-99")], LATEST)

    with pytest.raises(Conflict) as refused:
        await list_settling.activate(desk, held.version, "Läst.", by=person(owner))

    assert refused.value.code == "list.overtaken"


async def test_only_who_owns_lists_settles_them(desk: Desk, owner: User) -> None:
    officer = await someone(desk, "Alva", "role:association_officer")
    held = await brought(desk, owner, ROWS, EARLIER)

    for settle in (list_settling.activate, list_settling.reject):
        with pytest.raises(NotAllowed):
            await settle(desk, held.version, "Läst.", by=person(officer))


async def test_what_a_person_has_accepted_of_the_file_is_not_asked_again(
    desk: Desk, owner: User, tmp_path: Path
) -> None:
    damaged = [*ROWS, "X-98,person,Bj?rn Granl?f,,,,se,"]
    await first_in_force(desk, owner)
    held = await brought(desk, owner, damaged, LATER)
    assert held.held == ("remark_damaged",)
    await list_settling.activate(desk, held.version, "Utgivaren skriver så.", by=person(owner))

    again = await brought(desk, owner, [*damaged, ROWS[0].replace("X-00", "X-99")], LATEST)

    assert again.state is ListState.ACTIVE
    report = json.loads((await version(desk, again.version)).report)
    assert [(one["code"], one["place"]) for one in report["remarks"]] == [("damaged", "X-98")]


@pytest.mark.parametrize("local_hour", [0, 1, 12, 23])
async def test_today_is_never_the_future(desk: Desk, owner: User, clock: Clock, local_hour: int) -> None:
    midnight = clock.at + 12 * 3_600_000  # in Stockholm, where it is noon
    clock.at = midnight + local_hour * 3_600_000 + 60_000

    imported = await import_list(desk, "demo", a_list(ROWS, "2026-11-23"), by=person(owner))

    assert imported.entries == len(ROWS)
    with pytest.raises(ListRefused) as refused:
        await import_list(desk, "demo", a_list(ROWS, "2026-11-24T12:00:00Z"), by=person(owner))
    assert refused.value.code == "list.from_the_future"


async def test_the_log_says_what_a_person_read(desk: Desk, owner: User) -> None:
    held = await brought(desk, owner, ROWS, EARLIER)
    await list_settling.activate(desk, held.version, "Läst.", by=person(owner))

    stored = await version(desk, held.version)
    async with desk.store.reading() as reading:
        entries = [json.loads(row.leaf) for row in await reading.entries_since(0, ListActivated)]
    [activated] = entries
    assert activated["data"]["report"] == hashlib.sha256(stored.report.encode()).hexdigest()
    assert activated["actor"]["id"] == owner.pseudonym
    assert "Läst" not in json.dumps(entries), "why is a commitment"
