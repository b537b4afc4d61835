"""The demo has lived: what a newcomer finds, that all of it was really done, and that the same day gives the same."""

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from service import app
from service.demo import grants, lived
from service.domain.clock import STOCKHOLM, Instant, local_day, to_milliseconds
from service.proof.verification import verify_log
from service.screening.replay import replay_all
from service.settings import Settings, resource

NOON = to_milliseconds(datetime(2026, 11, 27, 12, tzinfo=STOCKHOLM))


async def live(folder: Path, now: Instant, *, told: Callable[[date], None] = lambda _: None) -> None:
    settings = Settings(data=str(folder), checkpoint_folder=str(folder / "checkpoints"))
    clock = lived.clock_of(now)
    outside = clock.outside(app.real_outside())
    await app.migrate_database(settings, outside=outside)
    async with app.opened_desk(settings, outside=outside) as desk:
        filled = await lived.fill(desk, clock, now=now, fixtures=resource("fixtures"), folder=folder, told=told)
        assert filled


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lived")
    days: list[date] = []
    asyncio.run(live(folder, NOON, told=days.append))
    assert days == sorted(set(days)), "progress is told day by day"
    assert len(days) >= lived.WEEKS_IN_DAYS
    return folder


def asked(folder: Path, sql: str) -> list[Any]:
    with sqlite3.connect(folder / "granska.sqlite") as database:
        return database.execute(sql).fetchall()


def count(folder: Path, what: str) -> int:
    return int(asked(folder, f"SELECT count(*) FROM {what}")[0][0])


def test_it_opens_on_a_district_with_everything_a_newcomer_wants_to_see(district: Path) -> None:
    decided = "decision d JOIN case_file c ON c.id = d.case_id AND c.kind = 'grant'"
    assert count(district, decided) >= 40
    letters = "log_entry WHERE type = 'letter:sent' AND case_id IN (SELECT id FROM case_file WHERE kind = 'grant')"
    assert count(district, letters) >= 40
    assert count(district, "case_file WHERE kind = 'grant' AND state = 'screened' AND owner_id IS NULL") == 20
    assert (
        count(district, "case_file WHERE kind = 'grant' AND state = 'screened' AND due_on < '2026-11-27'")
        == grants.OVERDUE
    )
    [[given]] = asked(district, f"SELECT sum(d.amount_ore) FROM {decided}")
    assert given == grants.GRANTED_ORE == 400_000_00 * 80 // 100
    for week in range(7):
        end = to_milliseconds(datetime(2026, 11, 23, tzinfo=STOCKHOLM)) // 1000 - week * 7 * 86_400
        booked = f"booking WHERE status = 'confirmed' AND starts_at >= {end - 7 * 86_400} AND starts_at < {end}"
        assert count(district, booked) >= 25, week
    assert count(district, "clearance") == 6
    assert count(district, "clearance WHERE revoked_by IS NOT NULL") == 1
    assert count(district, "clearance WHERE until < '2026-12-11'") == 1, "one expires within days"
    assert count(district, "allocation") == 1
    for state in ("appealed", "proposed", "in_review", "executed"):
        assert count(district, f"case_file WHERE state = '{state}'") >= 1, state
    done = {type for [type] in asked(district, "SELECT DISTINCT type FROM log_entry")}
    assert done >= {
        "appeal:settled", "completion:asked", "completion:answered", "support:stopped", "ruleset:drafted",
        "communication:answered", "key-access:screened", "clearance:revoked", "log:heads",
    }  # fmt: skip
    assert count(district, "list_version") >= 8


def test_it_was_really_done(district: Path) -> None:
    """The log holds as any other, each check gives again what it gave, and its checkpoints have gone out."""

    async def looked() -> None:
        settings = Settings(data=str(district), checkpoint_folder=str(district / "checkpoints"))
        async with app.opened_desk(settings) as desk:
            verified = await verify_log(desk)
            assert verified.ok, verified
            replayed = [one async for one in replay_all(desk)]
            assert len(replayed) > 150
            assert [one for one in replayed if not one.ok] == []
            async with desk.store.reading() as reading:
                found = await reading.all_incidents()
            assert len([one for one in found if one.verified_by is None]) == 1
            assert len(found) == 3

    asyncio.run(looked())
    assert list((district / "checkpoints").glob("*.checkpoint")), "the auditor's first view is no warning"


def test_the_same_day_gives_the_same_district_keys_and_salts_apart(
    tmp_path: Path, district: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fifth of its grants, twice: the rest is lived in the same way."""
    told = (
        "SELECT diary_number, id, org_name, type, state, amount_ore, due_on, when_label, received_at FROM case_file "
        "ORDER BY registered_at, id"
    )
    monkeypatch.setattr(lived.premises, "stories", list)
    everything = lived.grants.stories
    monkeypatch.setattr(lived.grants, "stories", lambda town: everything(town)[::5])
    for name in ("one", "other"):
        asyncio.run(live(tmp_path / name, NOON))
    one, other = (asked(tmp_path / name, told) for name in ("one", "other"))
    assert one == other
    assert len(one) > 25
    values = [
        {row for [row] in asked(tmp_path / name, "SELECT commitment FROM log_value")} for name in ("one", "other")
    ]
    assert values[0].isdisjoint(values[1]), "what is kept has salts of its own"
    assert local_day(NOON) == date(2026, 11, 27)
