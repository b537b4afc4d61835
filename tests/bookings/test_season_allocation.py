"""One lot, ever; an allocation can be redone with the rooms it was made with."""

import asyncio
import json

import pytest

from service.bookings import (
    rooms,
    season_allocation,
)
from service.casework.intake.receive import receive
from service.desk.ports.desk import Desk
from service.domain.errors import Conflict, GranskaError, InvalidInput
from service.screening.run_checks import run_waiting_checks
from tests.booking_steps import (
    described_anew,
    holds_true,
    petter,
)
from tests.builders import FIXTURES, KEY

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


async def asked_for(desk: Desk) -> None:
    for number in (15, 16, 17):
        [file] = (FIXTURES / "applications").glob(f"{number}-*.json")
        document = json.loads(file.read_text("utf-8")) | {"received_at": "2026-11-02T12:00:00+01:00"}
        document.pop("declaration", None)
        await receive(desk, document, by=KEY, channel="e_service")
    await run_waiting_checks(desk)


async def test_only_one_lot_is_ever_drawn(desk: Desk) -> None:
    officer = await petter(desk)
    await asked_for(desk)

    async def share() -> GranskaError | None:
        try:
            await season_allocation.share_out(desk, "2027-varen", by=officer)
        except GranskaError as error:
            return error
        return None

    done = await asyncio.gather(*[share() for _ in range(5)])
    assert sum(one is None for one in done) == 1
    assert all(isinstance(one, (Conflict, InvalidInput)) for one in done if one)
    async with desk.store.reading() as reading:
        assert len(await reading.allocations("2027-varen")) == 1
    with pytest.raises(InvalidInput) as wrong:
        await season_allocation.share_out(desk, "2027-varen", by=officer)
    assert wrong.value.problems[0].pointer == "/reason", "what was edited is not undone without a reason"
    before = (await season_allocation.view(desk, "2027-varen")).seed
    await season_allocation.share_out(desk, "2027-varen", by=officer, text="En ansökan till har avslutats.")
    assert (await season_allocation.view(desk, "2027-varen")).seed == before
    await holds_true(desk)


async def test_an_allocation_is_redone_with_the_rooms_it_was_made_with(desk: Desk) -> None:
    officer = await petter(desk)
    await asked_for(desk)
    await season_allocation.share_out(desk, "2027-varen", by=officer)
    for part in ("vikhallen", "vikhallen.a", "vikhallen.b", "vikhallen.c"):
        await described_anew(desk, part, officer, hours={"mon": ["20:00-22:00"]})
    assert await season_allocation.again(desk, "2027-varen")


async def test_a_room_that_is_closed_all_the_season_is_not_shared_out(desk: Desk) -> None:
    officer = await petter(desk)
    await asked_for(desk)
    await rooms.close_room(desk, "vikhallen", first="2026-12-01", last="2027-12-31", ground="danger", by=officer)
    made = await season_allocation.share_out(desk, "2027-varen", by=officer)
    assert not [one for one in made.body["given"] if one["room"].startswith("vikhallen")]


async def test_an_application_before_or_after_the_window_is_listed_for_a_person_and_not_shared_out(desk: Desk) -> None:
    officer = await petter(desk)
    [file] = (FIXTURES / "applications").glob("15-*.json")
    for received in ("2026-08-20", "2026-11-02", "2026-11-17"):
        document = json.loads(file.read_text("utf-8")) | {"received_at": f"{received}T12:00:00+01:00"}
        document.pop("declaration", None)
        await receive(desk, document, by=KEY, channel="e_service")
    view = await season_allocation.view(desk, "2027-varen")
    assert [len(lines) for lines in (view.early, view.lines, view.late)] == [1, 1, 1]
    made = await season_allocation.share_out(desk, "2027-varen", by=officer)
    assert [ask["case"] for ask in made.body["asks"]] == [view.lines[0].ask.id]
