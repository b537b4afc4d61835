"""What the letter on a booking tells."""

import pytest

from service.bookings import (
    move_or_cancel,
)
from service.casework.letters import decision_letter
from service.desk.ports.desk import Desk
from service.desk.step import dossier_of
from service.screening.run_checks import run_waiting_checks
from tests.booking_steps import (
    asked,
    do_decide,
    petter,
    taken,
    times,
)
from tests.builders import OTHER_NUMBER
from tests.steps import do, settle_all

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


async def test_the_letter_tells_what_was_decided_what_was_not_given_and_what_changed_since(desk: Desk) -> None:
    officer = await petter(desk)
    await asked(desk, OTHER_NUMBER, date="2027-02-16")
    rule = {"rule": "FREQ=WEEKLY;BYDAY=TU;UNTIL=20270309", "leave_out_free_days": False}
    case_id = await asked(desk, date="2027-02-09", series=rule)
    await taken(desk, case_id, officer)
    struck = (await times(desk, case_id))[-1]
    await do(
        desk,
        move_or_cancel.Cancel,
        case_id,
        officer,
        chosen=[struck.id],
        received="2026-11-22",
        how="phone",
        language="sv",
        text="Inte den.",
    )
    await run_waiting_checks(desk)
    await settle_all(desk, case_id, officer)
    held = [one for one in await times(desk, case_id) if one.takes]
    await do_decide(desk, case_id, officer, "partial_approval", [one.id for one in held])
    to = {"booking": held[0].id, "room": "tallen", "day": "2027-02-10", "start": "18:00", "end": "21:00"}
    await do(desk, move_or_cancel.Move, case_id, officer, **to, text="De bad om det.")
    await do(
        desk,
        move_or_cancel.Cancel,
        case_id,
        officer,
        chosen=[held[1].id],
        received="2026-11-22",
        how="phone",
        language="sv",
        text="Avbokat.",
    )
    async with desk.store.reading() as reading:
        case = await reading.case(case_id)
        decided = (await dossier_of(reading, case_id)).decision
        assert decided is not None
        told = (await decision_letter.booking_values(desk, reading, case, decided, "sv"))["times"]
    given, _, rest = told.partition("Det här fick ni inte:")
    missed, _, since = rest.partition("Nu gäller:")
    assert given.count("- 2027") == len(held)
    assert "2027-02-09 18:00" in given
    assert missed.count("- 2027") == 1
    assert "2027-03-09" not in told, "what the hirer struck was not refused"
    assert "2027-02-16 18:00–21:00" in missed
    assert "redan bokad" in missed
    assert since.count("- 2027") == len(held) - 1
    assert "2027-02-10 18:00" in since
