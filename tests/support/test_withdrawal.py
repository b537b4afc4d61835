"""All support of an association is withdrawn in one proceeding: told once, before the board once, decided one by one."""

import pytest

from service.bookings import clearance_steps
from service.casework.decision import proposal, sign
from service.casework.decision.board_papers import Package
from service.casework.review import inquiry
from service.casework.review.correspondence import Communicate
from service.desk import form
from service.desk.ports.desk import Desk
from service.desk.step import dossier_of
from service.domain.decision import DecisionOutcome
from service.domain.errors import Conflict, InvalidInput, NotAllowed
from service.domain.people import User
from service.domain.premises import BookingStatus
from service.proof.verification import verify_log
from service.screening.run_checks import run_waiting_checks
from service.support.withdrawal import candidates, siblings, take_together, take_up
from tests.booking_steps import approved as let
from tests.booking_steps import times
from tests.builders import OTHER_NUMBER, a_proposal, association
from tests.casework.letters.reading import letters
from tests.fakes import Clock
from tests.steps import (
    TEXT,
    a_grave_act,
    assess_all,
    codes,
    do,
    filled_in,
    minuted,
    searched,
    seen,
    someone,
    three,
    unbiased,
)
from tests.support.planting import granted


async def both(desk: Desk) -> tuple[str, str]:
    """A grant and a room, with a clearance, of one association, and who handles both."""
    alva, bo, disa = await three(desk)
    lena = await someone(desk, "Lena", "role:premises_officer", "delegation:L1", "delegation:L2")
    room = await let(desk, lena)
    await do(desk, clearance_steps.GiveClearance, room, lena)
    grant = await granted(desk, alva)
    for case_id in (room, grant):
        await unbiased(desk, case_id, alva, bo, disa)
    return grant, room


async def versions(desk: Desk, *case_ids: str) -> dict[str, int]:
    return {case_id: await seen(desk, case_id) for case_id in case_ids}


async def test_it_is_told_and_put_before_the_board_once_and_decided_one_by_one(desk: Desk, clock: Clock) -> None:
    grant, room = await both(desk)
    alva, bo, disa = [one for one in await _people(desk) if one.name in ("Alva", "Bo", "Disa")]
    found = await candidates(desk, grant, by=alva)
    assert {(one.case.id, one.able) for one in found} == {(grant, True), (room, True)}
    kinds = {one.case.id: {part.kind.value for part in one.support} for one in found}
    assert kinds == {grant: {"payment", "conditions"}, room: {"bookings", "clearance"}}

    await take_up(desk, grant, await versions(desk, grant, room), "Ordföranden är dömd för hot.", by=alva)
    await run_waiting_checks(desk)
    acts = {}
    for case_id in (grant, room):
        [acts[case_id]] = await searched(desk, case_id, alva, (a_grave_act(), "decision", False))
        await do(desk, inquiry.VerifyAct, case_id, bo, act=acts[case_id])
        await assess_all(desk, case_id, alva, "heads", "special_reasons", "proportionality")
    async with desk.store.reading() as reading:
        case = await reading.case(grant)
        withdrawal = (await dossier_of(reading, grant)).withdrawal
    assert [other.id for other in await siblings(desk, case, withdrawal, Communicate, by=alva)] == [room]
    telling = filled_in(
        Communicate, outcome="revocation", clauses=["6.1"], text="Vad säger ni?", due="", channel="post", language="sv"
    )
    await take_together(desk, telling, await versions(desk, grant, room), by=alva)
    told = [(await letters(desk, case_id))[-1][2]["text"] for case_id in (grant, room)]
    assert told[0] == told[1], "one letter on both"
    assert all(number in told[0] for number in await _numbers(desk, grant, room))

    clock.forward(days=20)
    for case_id in (grant, room):
        await run_waiting_checks(desk)
        revoked = a_proposal(
            DecisionOutcome.REVOCATION, clauses=("6.1",), delegation_point="N1", amount_ore=None,
            circumstances="Dömd för hot.", response="", acts=(acts[case_id],), reasons=f"Vägt för sig: {case_id}.",
        )  # fmt: skip
        await do(desk, proposal.Propose, case_id, alva, proposal=revoked)
    await take_together(desk, form.read_form(Package, {"language": ["sv"]}), await versions(desk, grant, room), by=alva)
    reports = [(await letters(desk, case_id))[-1][2]["text"] for case_id in (grant, room)]
    assert reports[0] == reports[1]
    for case_id in (grant, room):
        yes = dict.fromkeys(("facts_not_views", "written_rule", "own_act", "answered"), True)
        minute = await minuted(desk, case_id, alva)
        await do(desk, proposal.Second, case_id, bo, answers=yes, text=TEXT)
        await do(desk, sign.Sign, case_id, disa, delegation_point="N1", board_minute=minute)

    async with desk.store.reading() as reading:
        assert (await dossier_of(reading, grant)).grant is None
        [clearance] = await reading.clearances((await reading.case(room)).organisation_id)
    assert clearance.revoked_by == disa.pseudonym, "the clearance goes with the decision, by the one who made it"
    assert {time.status for time in await times(desk, room)} == {BookingStatus.CANCELLED}
    result = await verify_log(desk)
    assert result.ok, (result.value_faults, result.table_faults, result.report.faults)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_all_are_taken_up_or_none(desk: Desk) -> None:
    grant, room = await both(desk)
    alva = next(one for one in await _people(desk) if one.name == "Alva")
    stale = await versions(desk, grant, room) | {room: 1}

    with pytest.raises(Conflict):
        await take_up(desk, grant, stale, "Skäl.", by=alva)

    async with desk.store.reading() as reading:
        assert (await reading.case(grant)).closed


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_only_cases_of_the_association_and_of_ones_own_kind(desk: Desk) -> None:
    grant, _ = await both(desk)
    alva = next(one for one in await _people(desk) if one.name == "Alva")
    other = await granted(desk, alva, organisation=association("En annan förening") | {"org_number": OTHER_NUMBER})
    assert await codes(take_up(desk, grant, await versions(desk, other), "Skäl.", by=alva)) == {"withdrawal.of_another"}
    with pytest.raises(InvalidInput):
        await take_up(desk, grant, {}, "Skäl.", by=alva)
    kim = await someone(desk, "Kim", "role:association_officer", "delegation:F1")
    await unbiased(desk, grant, kim)
    assert {one.case.id for one in await candidates(desk, grant, by=kim)} == {grant}


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_what_is_weighed_for_each_is_not_done_for_all(desk: Desk) -> None:
    grant, room = await both(desk)
    alva = next(one for one in await _people(desk) if one.name == "Alva")
    await take_up(desk, grant, await versions(desk, grant, room), "Skäl.", by=alva)
    weighing = filled_in(inquiry.Assess, criterion="proportionality", result="met", text="Lika för alla.")

    with pytest.raises(NotAllowed, match="together"):
        await take_together(desk, weighing, await versions(desk, grant, room), by=alva)


async def _people(desk: Desk) -> list[User]:
    async with desk.store.reading() as reading:
        return list(await reading.users())


async def _numbers(desk: Desk, *case_ids: str) -> list[str]:
    async with desk.store.reading() as reading:
        return list((await reading.diary_numbers(case_ids)).values())
