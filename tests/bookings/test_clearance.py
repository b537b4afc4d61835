"""A standing clearance: given by a person, ended by what it rests on, and what may be executed under it."""

from datetime import date
from typing import Any

import pytest

from service.bookings import clearance_steps
from service.casework.decision import delivery
from service.casework.intake.receive import receive
from service.casework.review import incidents
from service.casework.review.findings import ask_rescreening
from service.demo.district import demo_list
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.desk.rulebook import rulebook
from service.domain.case import State
from service.domain.errors import NotAllowed
from service.screening.run_checks import run_waiting_checks
from tests.booking_steps import asked, cleared, do_decide, holds_true, petter, statuses, taken
from tests.builders import FIXTURES, KEY, QUIET, a_premises_document, an_incident
from tests.fakes import Clock
from tests.steps import brought_in, do, settle_all, someone, unbiased


async def test_a_booking_for_the_same_day_takes_a_clearance(desk: Desk) -> None:
    officer = await petter(desk)
    case_id = await asked(desk, date="2026-11-22", **{"from": "18:00", "to": "20:00"})
    await taken(desk, case_id, officer)
    await settle_all(desk, case_id, officer)
    with pytest.raises(NotAllowed, match="same_day"):
        await do_decide(desk, case_id, officer)
    await cleared(desk, officer)
    await do_decide(desk, case_id, officer)
    assert await statuses(desk, case_id) == ["confirmed"]


async def test_an_incident_has_no_case_checked_again_where_nothing_is_left_to_decide(desk: Desk) -> None:
    """A booking that was executed is as closed as a decision; its page does not wait for checks that nobody needs."""
    officer = await petter(desk)
    await cleared(desk, officer)
    case_id = await asked(desk, date="2027-02-22")
    await unbiased(desk, case_id, officer)
    await do(desk, clearance_steps.Execute, case_id, officer)
    sam, siv = await someone(desk, "Sam", "role:coordinator"), await someone(desk, "Siv", "role:coordinator")
    new = an_incident()

    await incidents.verify(desk, await incidents.record(desk, new, by=sam), saw=True, is_act=True, by=siv)

    async with desk.store.reading() as reading:
        assert not await reading.is_waiting(case_id)
        assert "case:rescreen-asked" not in [row.type for row in await reading.entries_of_case(case_id)]


async def test_a_clearance_is_given_by_a_person_on_a_clean_case_and_executes_the_next_booking(desk: Desk) -> None:
    officer = await petter(desk)
    first = await asked(desk, date="2027-02-15")
    await unbiased(desk, first, officer)
    with pytest.raises(NotAllowed, match=r"clearance\.none"):
        await do(desk, clearance_steps.Execute, first, officer)

    await cleared(desk, officer)
    nobody = await someone(desk, "Nina", "role:premises_officer")
    await unbiased(desk, first, nobody)
    case_id = await asked(desk, date="2027-02-22")
    await unbiased(desk, case_id, officer)
    await do(desk, clearance_steps.Execute, case_id, officer)

    assert await statuses(desk, case_id) == ["confirmed"]
    async with desk.store.reading() as reading:
        case = await reading.case(case_id)
        assert await reading.decision(case_id) is None, "an execution is no decision"
    assert case.state is State.EXECUTED
    await do(desk, delivery.SendLetter, case_id, officer, channel="mail", language="sv", sent="")
    await holds_true(desk)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"room": "granen"}, "execution.room_kind"),
        ({"use": "fest"}, "execution.purpose"),
        ({"use": None}, "execution.purpose"),
        ({"open_to_public": True}, "execution.public"),
        ({"room": "vikhallen", "use": "traning", "expected_number": 61}, "execution.persons"),
        ({"room": "vikhallen", "use": "traning", "from": "21:00", "to": "22:30"}, "execution.out_of_hours"),
        ({"hirer": "company"}, "execution.hirer"),
    ],
)
@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_what_the_rule_set_calls_a_decision_is_never_executed(
    desk: Desk, changed: dict[str, Any], code: str
) -> None:
    officer = await petter(desk)
    await cleared(desk, officer)
    wanted = {name: value for name, value in {**QUIET, "date": "2027-03-01", **changed}.items() if value is not None}
    document = a_premises_document(**wanted)
    if "use" in changed and changed["use"] is None:
        document["premises"].pop("use", None)
    received = await receive(desk, document, by=KEY, channel="e_service")
    await run_waiting_checks(desk)
    await unbiased(desk, received.case_id, officer)
    with pytest.raises(NotAllowed) as wrong:
        await do(desk, clearance_steps.Execute, received.case_id, officer)
    assert wrong.value.code == code
    assert await statuses(desk, received.case_id) == ["held"]


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_clearance_ends_with_what_it_rests_on(desk: Desk, clock: Clock) -> None:
    officer = await petter(desk)
    given = await cleared(desk, officer)

    async def missing(**changed: Any) -> set[str]:
        case_id = await asked(desk, **{"date": f"2027-04-{12 + len(used):02}", **changed})
        used.append(case_id)
        await unbiased(desk, case_id, officer)
        async with desk.store.reading() as reading:
            case = await reading.case(case_id)
            findings = await reading.findings(case_id, case.check_round)
            procedure = (await rulebook(desk, reading)).procedure(date(2026, 11, 22))
            why = await clearance_steps.why_not_executed(desk, reading, case, findings, procedure)
        if not why:
            return set()
        with pytest.raises(NotAllowed):
            await do(desk, clearance_steps.Execute, case_id, officer)
        return {code for code, _ in why}

    used: list[str] = []
    assert await missing() == set()
    changed = a_premises_document(**QUIET, date="2027-05-03")
    changed["representatives"] = [{"name": "Nya Ordföranden", "role": "ordförande"}]
    received = await receive(desk, changed, by=KEY, channel="e_service")
    await run_waiting_checks(desk)
    await unbiased(desk, received.case_id, officer)
    with pytest.raises(NotAllowed, match="data_changed"):
        await do(desk, clearance_steps.Execute, received.case_id, officer)
    await do(desk, clearance_steps.RevokeClearance, given, officer, text="Vi behöver se stadgarna.")
    assert await missing() == {"clearance.revoked"}
    await holds_true(desk)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_list_that_is_newer_is_searched_by_the_bookings_own_checks(desk: Desk, clock: Clock) -> None:
    officer = await petter(desk)
    await cleared(desk, officer)
    case_id = await asked(desk, date="2027-02-22")
    await unbiased(desk, case_id, officer)
    async with desk.store.reading() as reading:
        known = await reading.user_by_email("Samir@x.example")
    assert known is not None
    clock.forward(minutes=1)
    await brought_in(desk, "demo", demo_list(desk, FIXTURES), by=person(known.user))
    with pytest.raises(NotAllowed, match="checks_outdated"):
        await do(desk, clearance_steps.Execute, case_id, officer)
    await do(desk, ask_rescreening, case_id, officer)
    await run_waiting_checks(desk)
    await do(desk, clearance_steps.Execute, case_id, officer)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_revoked_clearance_leaves_no_older_one_and_an_execution_renews_none(desk: Desk) -> None:
    officer = await petter(desk)
    given = await cleared(desk, officer)
    case_id = await asked(desk, date="2027-02-22")
    await unbiased(desk, case_id, officer)
    await do(desk, clearance_steps.Execute, case_id, officer)
    with pytest.raises(NotAllowed, match="needs_approval"):
        await do(desk, clearance_steps.GiveClearance, case_id, officer)
    await do(desk, clearance_steps.GiveClearance, given, officer)
    await do(desk, clearance_steps.RevokeClearance, given, officer, text="Vi behöver se stadgarna.")
    other = await asked(desk, date="2027-03-01")
    await unbiased(desk, other, officer)
    with pytest.raises(NotAllowed, match=r"clearance\.revoked"):
        await do(desk, clearance_steps.Execute, other, officer)
