"""A log whose days run backwards proves no order: the service refuses, and says so."""

import pytest

from service.casework.intake.receive import receive
from service.desk.ports.desk import Desk
from service.domain.clock import CLOCK_TOLERANCE_MS
from service.domain.errors import Unavailable
from service.proof import access_log
from service.proof.verification import verify_log
from tests.builders import KEY, a_grant_document
from tests.fakes import Clock
from tests.steps import someone


async def test_nothing_is_saved_while_the_clock_is_behind_the_log(desk: Desk, clock: Clock) -> None:
    alva = await someone(desk, "Alva", "role:association_officer")
    await access_log.note(desk, alva, access_log.CALENDAR, None)
    async with desk.store.reading() as reading:
        before = await reading.log_size()
    clock.at -= 86_400_000

    with pytest.raises(Unavailable, match="clock_behind") as refused:
        await receive(desk, a_grant_document(), by=KEY, channel="e_service")
    with pytest.raises(Unavailable, match="clock_behind"):
        await access_log.note(desk, alva, access_log.CALENDAR, None)

    assert refused.value.params == {"last": "2026-11-22 12:00"}
    async with desk.store.reading() as reading:
        assert await reading.log_size() == before
    clock.at += 86_400_000
    await receive(desk, a_grant_document(), by=KEY, channel="e_service")
    assert (await verify_log(desk)).ok


async def test_what_clocks_of_two_machines_differ_is_no_fault(desk: Desk, clock: Clock) -> None:
    await receive(desk, a_grant_document(), by=KEY, channel="e_service")
    clock.at -= CLOCK_TOLERANCE_MS
    await receive(desk, a_grant_document(), by=KEY, channel="e_service")

    assert (await verify_log(desk)).ok
