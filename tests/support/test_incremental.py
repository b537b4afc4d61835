"""What a change of a list can touch is what a sweep of everything finds, whatever the list and the names."""

import asyncio
import secrets
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from service import app
from service.casework.review.reassessment import new_matters
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.settings import Settings
from service.support.sweep import Change, dry_run, sweep
from tests.builders import association
from tests.fakes import Clock
from tests.filled import a_filled_desk
from tests.steps import brought_in, someone
from tests.support.planting import granted

GIVEN = ("Ylva", "Mohamed", "Tarquin")
FAMILY = ("Granfors", "Hassan", "Vossberg", "Zirrabel")
names = st.builds(lambda given_name, family: f"{given_name} {family}", st.sampled_from(GIVEN), st.sampled_from(FAMILY))
years = st.sampled_from(["", "1971", "1980", "1988;1989"])
entries = st.tuples(names, years)


def a_list(rows: list[tuple[str, str]], made_at: str) -> bytes:
    """These entries, and forty that resemble nobody, so that a change is a small part of the list."""
    filler = [f"FILL-{n:03},person,Zqw{n:03} Xkr{n:03},,,,XX," for n in range(40)]
    own = [f"OWN-{name.replace(' ', '-')}-{born[:4]},person,{name},,,{born},XX," for name, born in dict(rows).items()]
    head = f"#granska-list,1,{made_at},{len(filler) + len(own)}"
    columns = "entry_id,schema,name,aliases,weak_aliases,birth_years,countries,org_number"
    return "\n".join([head, columns, *filler, *own, ""]).encode()


async def what_is_new(desk: Desk, change: Change) -> set[tuple[str, str]]:
    """The cases that a sweep would put forward, each with what is new in it."""
    _, would = await dry_run(desk, change)
    found = set()
    async with desk.store.reading() as reading:
        for asked in would:
            found |= {(asked.material.case.id, matter) for matter in await new_matters(desk, reading, asked)}
    return found


async def both_ways(
    settings_: Settings,
    folders: pytest.TempPathFactory,
    people: list[str],
    before: list[tuple[str, str]],
    after: list[tuple[str, str]],
) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    await a_filled_desk(settings_, folders)
    clock = Clock()
    clock.skip(100_000)
    async with app.opened_desk(settings_, outside=clock.outside()) as desk:
        alva = await someone(desk, "Alva", "role:association_officer", "delegation:F1")
        async with desk.store.reading() as reading:
            samir = await reading.user_by_email("Samir@x.example")
        assert samir is not None
        owner = person(samir.user)
        for number, name in enumerate(people):
            board = [{"name": name, "role": "ordförande"}]
            await granted(desk, alva, organisation=association(f"Klubb {number}"), representatives=board)
        await brought_in(desk, "demo", a_list(before, "2026-11-21T10:00:00Z"), by=owner)
        await sweep(desk, Change(("first",)))
        async with desk.store.reading() as reading:
            versions = {key: version.version for key, version in (await reading.active_lists()).items()}
        await brought_in(desk, "demo", a_list(after, "2026-11-21T11:00:00Z"), by=owner)
        part = await what_is_new(desk, Change(("lists",), whole=False, lists=versions))
        return part, await what_is_new(desk, Change(("night",)))


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_what_a_change_can_touch_is_what_a_sweep_of_everything_finds(
    engine: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> None:
    found = []

    @settings(
        max_examples=20 if engine == "sqlite" else 6,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
    )
    @example(people=["Ylva Granfors"], kept=[], gone=[], new=[("Ylva Granfors", "")])
    @given(
        people=st.lists(names, min_size=1, max_size=4),
        kept=st.lists(entries, max_size=4),
        gone=st.lists(entries, max_size=3),
        new=st.lists(entries, max_size=4),
    )
    def compare(
        people: list[str], kept: list[tuple[str, str]], gone: list[tuple[str, str]], new: list[tuple[str, str]]
    ) -> None:
        cluster = request.getfixturevalue("postgres") if engine == "postgres" else ""
        database = f"{cluster}/t{secrets.token_hex(6)}" if cluster else ""
        folder: Path = tmp_path_factory.mktemp("lists")
        settings_ = Settings(data=str(folder), database=database)
        part, whole = asyncio.run(both_ways(settings_, tmp_path_factory, people, kept + gone, kept + new))
        assert part == whole
        found.append(len(whole))

    compare()

    assert found[0] == 1, "a new entry with the chair's name"
    assert sum(found) > 1, "something is found, or nothing is shown"
