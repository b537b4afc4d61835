"""The doors of the next hours are asked about by the service; whoever hands out the key meets only what is not clean."""

from dataclasses import replace
from datetime import date

import pytest

from service.bookings import key_access
from service.bookings.doors import ASK_AGAIN_MS, screen_doors
from service.casework.decision import follow_up
from service.casework.views.case_page import case_view
from service.desk.ports.desk import Desk
from service.domain.errors import NotAllowed
from service.domain.people import User
from tests.booking_steps import approved, holds_true, petter, times
from tests.fakes import Clock, Installed, RaisingCheck
from tests.steps import do, listed_too

EVENING = date(2026, 12, 1)


async def tomorrow_evening(desk: Desk, clock: Clock, officer: User, **changed: object) -> str:
    """A booking whose terms are accepted, from 18 o'clock on a day, when it is the evening before."""
    case_id = await approved(desk, officer, date=EVENING.isoformat(), **changed)
    await do(desk, follow_up.AcceptTerms, case_id, officer, terms="2026-1", on="2026-11-22", text="I mejl.")
    clock.forward(days=9)
    return case_id


async def missing(desk: Desk) -> list[tuple[str, ...]]:
    return [entry.missing for entry in (await key_access.of_day(desk, EVENING, None))[1]]


async def test_a_clean_booking_takes_no_click_before_the_key(desk: Desk, clock: Clock) -> None:
    officer = await petter(desk)
    case_id = await tomorrow_evening(desk, clock, officer)
    assert await missing(desk) == [("key_access.not_screened",)]

    assert await screen_doors(desk) == 1
    assert await screen_doors(desk) == 0, "what has a fresh answer is not asked again"

    assert await missing(desk) == [()]
    await do(desk, key_access.GiveKey, case_id, officer, booking_id=(await times(desk, case_id))[0].id)
    await holds_true(desk)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_new_version_of_a_list_has_them_asked_again_and_what_is_found_waits_for_a_person(
    desk: Desk, clock: Clock
) -> None:
    officer = await petter(desk)
    case_id = await tomorrow_evening(desk, clock, officer)
    await screen_doors(desk)
    await listed_too(desk, "DEMO-X-998,person,Ylva Granfors,,,,XX,")
    assert await missing(desk) == [("key_access.screening_old",)]

    assert await screen_doors(desk) == 1

    assert await missing(desk) == [("key_access.not_clean",)]
    with pytest.raises(NotAllowed, match="not_clean"):
        await do(desk, key_access.GiveKey, case_id, officer, booking_id=(await times(desk, case_id))[0].id)
    assert await screen_doors(desk) == 0, "the service neither settles nor asks over and over"
    await holds_true(desk)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_list_that_cannot_answer_is_nobodys_pass_and_is_asked_again(desk: Desk, clock: Clock) -> None:
    officer = await petter(desk)
    await approved(desk, officer, date="2027-01-11")
    clock.forward(days=50)
    assert await screen_doors(desk) == 1

    _, [entry] = await key_access.of_day(desk, date(2027, 1, 11), None)
    assert "key_access.not_clean" in entry.missing, "the list is past its age"
    assert await screen_doors(desk) == 0
    clock.forward(minutes=ASK_AGAIN_MS // 60_000)
    assert await screen_doors(desk) == 1
    await holds_true(desk)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_check_that_breaks_is_asked_again_after_an_hour_and_not_every_minute(desk: Desk, clock: Clock) -> None:
    """It names no list, so its answer is never that of the lists in force: the log is not filled with it."""
    officer = await petter(desk)
    await tomorrow_evening(desk, clock, officer)
    broken = replace(desk, checks=Installed(RaisingCheck("party_names", None)))

    assert await screen_doors(broken) == 1
    clock.forward(minutes=2)
    assert await screen_doors(broken) == 0
    clock.forward(minutes=60)
    assert await screen_doors(broken) == 1


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_nobody_is_asked_about_before_the_rule_sets_hours(desk: Desk, clock: Clock) -> None:
    officer = await petter(desk)
    await approved(desk, officer, date="2027-01-11")

    assert await screen_doors(desk) == 0


async def test_terms_are_accepted_once_for_a_season_and_an_association(desk: Desk, clock: Clock) -> None:
    officer = await petter(desk)
    await tomorrow_evening(desk, clock, officer)
    second = await approved(desk, officer, date="2026-12-03")
    next_season = await approved(desk, officer, date="2027-03-01")
    clock.forward(days=2)
    await screen_doors(desk)

    [entry] = (await key_access.of_day(desk, date(2026, 12, 3), None))[1]
    assert entry.missing == (), "no click for the second booking of the season"
    tasks = (await case_view(desk, second, by=officer)).tasks
    assert [task.done for task in tasks if task.code == "task.terms"] == [True]
    [later] = (await key_access.of_day(desk, date(2027, 3, 1), None))[1]
    assert "key_access.terms" in later.missing, "another season"
    assert [
        task.done for task in (await case_view(desk, next_season, by=officer)).tasks if task.code == "task.terms"
    ] == [False]
    await do(desk, key_access.GiveKey, second, officer, booking_id=(await times(desk, second))[0].id)
    await holds_true(desk)
