"""Nobody makes a decider alone: not in one step, not through a second account, not past the service."""

import pytest

from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.desk.rulebook import today
from service.domain.clock import local_day
from service.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from service.domain.events.event import SYSTEM_ACTOR, Actor, Event
from service.domain.events.office import RightGranted
from service.domain.people import User
from service.office import users_and_keys
from service.office.rights import (
    FIRST_DAYS,
    confirm_right,
    decline_right,
    propose_right,
    rights_shown,
    waiting_rights,
)
from service.proof.verification import verify_log
from tests.builders import PASSWORD
from tests.fakes import Clock
from tests.steps import ADMINISTRATORS, decided_case, employed_officer, known_or_new, someone

ON = "Delegationsordning HV 2026/12, punkt F2"


async def administrators(desk: Desk) -> tuple[User, User]:
    one, other = [await known_or_new(desk, name) for name in ADMINISTRATORS]
    return one, other


async def rights_of(desk: Desk, user: User) -> frozenset[str]:
    async with desk.store.reading() as reading:
        found = await reading.user(user.id)
    assert found is not None
    return found.rights


@pytest.mark.parametrize("right", ["delegation:F2", "delegation:L1", "role:decision_maker", "role:administrator"])
async def test_a_right_to_decide_is_put_forward_by_one_and_confirmed_by_another(desk: Desk, right: str) -> None:
    one, other = await administrators(desk)
    new = await someone(desk, "Nils")
    with pytest.raises(NotAllowed, match="takes_two"):
        await users_and_keys.grant_right(desk, new.id, right, by=person(one))
    with pytest.raises(InvalidInput):
        await propose_right(desk, new.id, right, " ", by=one)
    proposal = await propose_right(desk, new.id, right, ON, by=one)

    with pytest.raises(NotAllowed, match="same_person"):
        await confirm_right(desk, proposal, by=one)
    assert await rights_of(desk, new) == frozenset(), "put forward is not given"
    await confirm_right(desk, proposal, by=other)
    assert await rights_of(desk, new) == {right}
    with pytest.raises(NotFound):
        await confirm_right(desk, proposal, by=other)
    with pytest.raises(Conflict):
        await propose_right(desk, new.id, right, ON, by=one)
    assert (await verify_log(desk)).ok


async def test_a_decision_maker_confirms_for_others_and_nobody_for_themselves(desk: Desk) -> None:
    one, other = await administrators(desk)
    disa, alva = await someone(desk, "Disa", "role:decision_maker"), await employed_officer(desk)
    own = await propose_right(desk, disa.id, "delegation:F2", ON, by=one)
    with pytest.raises(NotAllowed, match="oneself"):
        await confirm_right(desk, own, by=disa)
    with pytest.raises(NotAllowed, match="oneself"):
        await propose_right(desk, one.id, "delegation:F2", ON, by=one)
    with pytest.raises(NotAllowed, match="access"):
        await propose_right(desk, alva.id, "delegation:F2", ON, by=disa)
    with pytest.raises(NotAllowed, match="access"):
        await confirm_right(desk, own, by=alva)

    new = await someone(desk, "Nils", "role:association_officer")
    theirs = await propose_right(desk, new.id, "delegation:F1", ON, by=other)
    await confirm_right(desk, theirs, by=disa)
    assert "delegation:F1" in await rights_of(desk, new)
    declined = await propose_right(desk, new.id, "delegation:F2", ON, by=one)
    await decline_right(desk, declined, by=disa)
    assert [waits.data.proposal for waits in (await waiting_rights(desk))[0]] == [own]
    assert (await verify_log(desk)).ok


async def test_other_rights_are_given_by_one(desk: Desk) -> None:
    one, _ = await administrators(desk)
    new = await someone(desk, "Nils")
    with pytest.raises(NotAllowed, match="takes_one"):
        await propose_right(desk, new.id, "role:auditor", ON, by=one)
    await users_and_keys.grant_right(desk, new.id, "role:auditor", by=person(one))

    assert await rights_of(desk, new) == {"role:auditor"}


async def test_from_the_first_case_on_the_command_line_makes_no_decider(desk: Desk) -> None:
    before = await someone(desk, "Förste")
    await users_and_keys.grant_right(desk, before.id, "delegation:F2")
    await decided_case(desk)
    after = await someone(desk, "Andre", "role:auditor")

    for right in ("delegation:F2", "role:decision_maker", "role:administrator"):
        with pytest.raises(NotAllowed, match="takes_two"):
            await users_and_keys.grant_right(desk, after.id, right)
        with pytest.raises(NotAllowed, match="takes_two"):
            await users_and_keys.check_rights(desk, [right])
    assert (await verify_log(desk)).ok


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize("who", ["the proposer", "nobody", "without a proposal", "for another"])
async def test_a_decider_made_past_the_service_is_seen_in_the_log(desk: Desk, who: str) -> None:
    await decided_case(desk)
    one, other = await administrators(desk)
    new, friend = await someone(desk, "Nils"), await someone(desk, "Vän")
    proposal = await propose_right(desk, new.id, "delegation:F2", ON, by=one)
    actor: Actor = {"the proposer": person(one), "nobody": SYSTEM_ACTOR}.get(who, person(other))
    to, rests_on = (friend if who == "for another" else new), None if who == "without a proposal" else proposal
    data = RightGranted(grant=desk.outside.new_id(), user=to.id, right="delegation:F2", proposal=rests_on)
    async with desk.store.writing() as writing:
        await writing.right_granted(Event(data, actor, desk.outside.now()))

    assert not (await verify_log(desk)).ok


async def test_it_shows_who_made_whom_a_decider_and_what_was_decided_in_the_first_days(
    desk: Desk, clock: Clock
) -> None:
    await decided_case(desk)
    officer = await known_or_new(desk, "Beslutande")
    clock.forward(days=FIRST_DAYS + 1)
    one, other = await administrators(desk)
    new = await someone(desk, "Nils", "delegation:F2")
    shown = await rights_shown(desk)

    of_officer = [grant for grant in shown.history if grant.user_id == officer.id and grant.right == "delegation:F1"]
    assert [shown.made[grant.id].decisions for grant in of_officer] == [1]
    [grant] = [grant for grant in shown.history if grant.user_id == new.id]
    made = shown.made[grant.id]
    assert (made.proposed_by, made.by, made.decisions) == (one.name, other.name, 0)
    assert made.document.startswith("Delegationsordning")


async def test_a_password_that_another_chose_is_temporary_until_one_has_chosen_ones_own(desk: Desk) -> None:
    one, _ = await administrators(desk)
    new = await users_and_keys.create_user(desk, name="Nils", email="nils@x.example", password=PASSWORD, by=person(one))
    signed_in = await users_and_keys.sign_in(desk, email="nils@x.example", password=PASSWORD)
    assert signed_in is not None
    assert signed_in.temporary
    with pytest.raises(InvalidInput):
        await users_and_keys.change_password(desk, new, old=PASSWORD, new=PASSWORD)
    await users_and_keys.change_password(desk, new, old=PASSWORD, new="ett alldeles eget lösenord")
    signed_in = await users_and_keys.sign_in(desk, email="nils@x.example", password="ett alldeles eget lösenord")
    assert signed_in is not None
    assert not signed_in.temporary
    assert (await verify_log(desk)).ok
    assert local_day(signed_in.password_at) == today(desk)
