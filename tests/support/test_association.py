"""An association's dossier: over grants and rooms, to those who may see it, and with nothing kept of its own."""

import pytest

from service.bookings import clearance_steps
from service.casework.decision import sign
from service.casework.review import assignment
from service.casework.review.findings import take
from service.desk.ports.desk import Desk
from service.domain.decision import OwnCondition
from service.domain.errors import NotAllowed, NotFound
from service.privacy import erasure_plan
from service.support.association import Association, association
from tests.booking_steps import approved as let
from tests.booking_steps import petter
from tests.builders import a_grant_document, a_proposal
from tests.fakes import Clock
from tests.queries import counted
from tests.steps import (
    do,
    employed_officer,
    erased,
    legal_force,
    screened,
    settle_all,
    someone,
    three,
    unbiased,
)

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


async def granted(desk: Desk, **changed: object) -> str:
    """A grant of 45,000 kr that is decided, with a condition of its own."""
    alva, *_ = await three(desk)
    case_id = await screened(desk, a_grant_document(**changed))
    await unbiased(desk, case_id, alva)
    await do(desk, take, case_id, alva)
    await settle_all(desk, case_id, alva)
    condition = OwnCondition("Redovisa lägret.", None)
    await do(desk, sign.decide, case_id, alva, proposal=a_proposal(conditions=(condition,)))
    return case_id


async def seen_by_samir(desk: Desk, case_id: str) -> Association:
    samir = await someone(desk, "Sam", "role:coordinator")
    return await association(desk, case_id, by=samir)


async def test_it_shows_what_the_association_has_over_grants_and_rooms(desk: Desk) -> None:
    officer = await petter(desk)
    room = await let(desk, officer)
    await do(desk, clearance_steps.GiveClearance, room, officer)
    grant = await granted(desk)

    found = await seen_by_samir(desk, grant)

    assert {one.case.id for one in found.cases} == {room, grant}
    assert found.granted_ore == 4_500_000
    assert [len(one.ahead) for one in found.cases] == [0, 1]
    assert found.clearance is not None
    assert found.clearance.given is not None
    assert (found.stops, found.elsewhere, found.incidents) == ([], 0, 0)
    assert len(found.numbers) == 1
    assert "Ylva Granfors (ordförande)" in found.cases[0].said.board


async def test_a_unit_sees_its_own_kind_and_that_there_is_another(desk: Desk) -> None:
    officer = await petter(desk)
    room = await let(desk, officer)
    await granted(desk)

    found = await association(desk, room, by=officer)

    assert [one.case.id for one in found.cases] == [room]
    assert (found.elsewhere, found.granted_ore) == (1, 0)


async def test_it_is_closed_to_whoever_has_a_conflict_in_any_of_its_cases(desk: Desk) -> None:
    alva = await employed_officer(desk, "Anna")
    first, second = await screened(desk, a_grant_document()), await screened(desk, a_grant_document())
    with pytest.raises(NotAllowed, match="declare_first"):
        await association(desk, first, by=alva)
    await unbiased(desk, first, alva)
    assert len((await association(desk, first, by=alva)).cases) == 2
    await do(desk, assignment.DeclareConflict, second, alva, conflict=True, text="Min syster.")

    with pytest.raises(NotAllowed, match="locked_out"):
        await association(desk, first, by=alva)
    stranger = await petter(desk, "Pia")
    with pytest.raises(NotFound):
        await association(desk, first, by=stranger)


async def test_what_is_erased_from_a_case_is_gone_from_here(desk: Desk, clock: Clock) -> None:
    case_id = await granted(desk)
    await legal_force(desk, clock, case_id)
    async with desk.store.reading() as reading:
        number = (await reading.case(case_id)).diary_number
    await erased(desk, await erasure_plan.plan_cases(desk, [number], ["representatives"], "gdpr-17"), ground="gdpr-17")

    found = await seen_by_samir(desk, case_id)

    assert found.cases[0].said.board == ()


async def test_it_asks_as_many_questions_however_many_cases(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    samir = await someone(desk, "Sam", "role:coordinator")
    case_id = await screened(desk, a_grant_document())
    with counted(monkeypatch) as of_one:
        await association(desk, case_id, by=samir)
    for _ in range(9):
        await screened(desk, a_grant_document())
    with counted(monkeypatch) as of_ten:
        assert len((await association(desk, case_id, by=samir)).cases) == 10

    assert len(of_ten) == len(of_one)
