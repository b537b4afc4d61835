"""Speakers go when the last evening that stands is over and not before; what is gone was compared with nothing."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from service.bookings import key_access, move_or_cancel
from service.casework.decision import follow_up
from service.casework.decision.reopen import Reopen
from service.casework.review.findings import ask_rescreening
from service.desk.ports.desk import Desk
from service.domain.errors import NotAllowed
from service.domain.events.event import SYSTEM_ACTOR, Event
from service.domain.events.log import ValueErased
from service.domain.finding import Outcome
from service.domain.people import User
from service.privacy.retention import AFTER_EVENT, erase_speakers
from service.screening.run_checks import run_waiting_checks
from service.settings import Settings
from tests.booking_steps import approved, petter, times
from tests.fakes import Clock
from tests.steps import do, unbiased

WEEKLY = {"rule": "FREQ=WEEKLY;COUNT=3", "leave_out_free_days": False}
SPEAKERS = ("Torkel Vindspår", "Ingeborg Qvastnäs")


async def a_series(desk: Desk, officer: User | None = None, **changed: Any) -> str:
    """Three Tuesdays in December, approved; today is 22 November."""
    wanted = {"date": "2026-12-01", "series": WEEKLY, "speakers": SPEAKERS} | changed
    return await approved(desk, officer or await petter(desk), **wanted)


async def erased_by_hand(desk: Desk, case_id: str) -> None:
    """Gone for whatever reason: an earlier release, a request by the person."""
    async with desk.store.writing() as writing:
        kept = await writing.values_of_cases([case_id])
        gone = tuple(sorted(value.commitment for value in kept if value.field in ("speakers", "speaker-detail")))
        data = ValueErased(
            values=gone, enclosures=(), ground=AFTER_EVENT, document=None, classes=("speakers",), proposal=None
        )
        await writing.values_erased(Event(data, SYSTEM_ACTOR, desk.outside.now(), case=case_id))


async def test_speakers_of_a_series_stay_until_its_last_evening_is_over(desk: Desk, clock: Clock) -> None:
    await a_series(desk)

    for _ in range(3):
        assert await erase_speakers(desk) == 0
        clock.forward(days=7)
    clock.forward(days=3)
    assert await erase_speakers(desk) == 1
    assert await erase_speakers(desk) == 0


async def test_a_time_that_was_moved_or_cancelled_counts_as_it_stands(desk: Desk, clock: Clock) -> None:
    officer = await petter(desk)
    moved, cancelled = await a_series(desk, officer, series=None), await a_series(desk, officer, date="2026-12-02")
    [time] = await times(desk, moved)
    await do(
        desk, move_or_cancel.Move, moved, officer, booking=time.id, room=time.room, day="2027-01-12", start="18:00",
        end="21:00", text="De bad om det.",
    )  # fmt: skip
    for time in (await times(desk, cancelled))[1:]:
        await do(
            desk,
            move_or_cancel.Cancel,
            cancelled,
            officer,
            chosen=[time.id],
            received="2026-11-22",
            how="phone",
            language="sv",
            text="Ringde.",
        )
    clock.forward(days=11)

    assert await erase_speakers(desk) == 1, "of the series only the first evening stood"
    clock.forward(days=35)
    assert await erase_speakers(desk) == 0, "moved to January"
    clock.forward(days=10)
    assert await erase_speakers(desk) == 1


async def test_at_the_door_erased_names_were_not_compared_and_no_key_goes_out(desk: Desk, clock: Clock) -> None:
    case_id = await a_series(desk)
    officer = await petter(desk, "Pia")
    await unbiased(desk, case_id, officer)
    await do(desk, follow_up.AcceptTerms, case_id, officer, terms="2026-1", on="2026-11-22", text="I mejl.")
    clock.forward(days=9)
    assert await do(desk, key_access.ScreenForKey, case_id, officer) == "met"

    await erased_by_hand(desk, case_id)

    assert await do(desk, key_access.ScreenForKey, case_id, officer) == "unknown"
    first = (await times(desk, case_id))[0]
    with pytest.raises(NotAllowed, match="not_clean"):
        await do(desk, key_access.GiveKey, case_id, officer, booking_id=first.id)
    _, listed = await key_access.of_day(desk, date(2026, 12, 1), None)
    assert listed[0].missing == ("key_access.not_clean",)


async def test_in_a_case_taken_up_again_no_check_of_speakers_passes_without_them(desk: Desk, clock: Clock) -> None:
    case_id = await a_series(desk)
    officer = await petter(desk, "Pia")
    await unbiased(desk, case_id, officer)
    await erased_by_hand(desk, case_id)
    await do(desk, Reopen, case_id, officer, ground="change", text="Ny uppgift.")
    await do(desk, ask_rescreening, case_id, officer)
    await run_waiting_checks(desk)

    async with desk.store.reading() as reading:
        case = await reading.case(case_id)
        found = {
            one.case_finding.finding.check: one.case_finding
            for one in await reading.findings(case_id, case.check_round)
        }
    assert found["party_names"].outcome is Outcome.UNKNOWN
    assert found["party_names"].finding.result.code == "check.input_erased"
    assert found["declaration"].outcome is not Outcome.UNKNOWN, "it asks nothing of speakers"


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_what_the_service_erases_by_itself_is_gone_from_its_files_too(
    desk: Desk, clock: Clock, settings: Settings
) -> None:
    await a_series(desk)
    assert _named_in(Path(settings.data)), "the search must find what is there"
    clock.forward(days=30)

    assert await erase_speakers(desk) == 1

    assert _named_in(Path(settings.data)) == []


def _named_in(folder: Path) -> list[str]:
    marks = [form for name in ("Vindspår", "Qvastnäs") for form in (name.encode(), name.encode("utf-16-le"))]
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if any(mark in path.read_bytes() for mark in marks)]
