"""Accounts that end or are taken up again: nobody is made to decide in another's name, and the log shows each step."""

import hashlib
import re
from datetime import timedelta

import pytest

from service.casework.decision import proposal
from service.casework.review.findings import take
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.desk.rulebook import today
from service.domain.case import State
from service.domain.decision import DecisionOutcome
from service.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from service.domain.people import User
from service.office import accounts, users_and_keys
from service.office.rights import confirm_right, propose_right
from service.proof.verification import verify_log
from tests.builders import PASSWORD, a_proposal
from tests.fakes import Clock
from tests.servers import Service
from tests.steps import ADMINISTRATORS, do, employed_officer, in_review, known_or_new, someone, withdrawn

NEW = "svala-over-taknocken"


async def administrators(desk: Desk) -> tuple[User, User]:
    one, other = [await known_or_new(desk, name) for name in ADMINISTRATORS]
    return one, other


async def test_a_closed_account_cannot_sign_in_act_or_be_given_anything_and_its_cases_are_in_the_queue(
    desk: Desk,
) -> None:
    adam, _ = await administrators(desk)
    alva = await employed_officer(desk)
    case_id = await in_review(desk, alva)

    left = await accounts.close_user(desk, alva.id, by=adam)

    assert left == []
    async with desk.store.reading() as reading:
        case, user = await reading.case(case_id), await reading.user(alva.id)
    assert (case.owner, case.state) == (None, State.SCREENED)
    assert user is not None
    assert user.rights == frozenset()
    assert await users_and_keys.sign_in(desk, email=alva.email, password=PASSWORD) is None
    with pytest.raises(NotAllowed):
        await take(desk, case_id, by=alva, seen=case.version)
    with pytest.raises(Conflict):
        await accounts.close_user(desk, alva.id, by=adam)
    with pytest.raises(Conflict):
        await users_and_keys.grant_right(desk, alva.id, "role:auditor", by=person(adam))
    with pytest.raises(Conflict):
        await propose_right(desk, alva.id, "delegation:F1", "HV 2026/12", by=adam)
    assert (await verify_log(desk)).ok


async def test_a_right_that_waited_is_not_given_once_the_account_is_closed(desk: Desk) -> None:
    adam, ada = await administrators(desk)
    nils = await someone(desk, "Nils")
    proposal = await propose_right(desk, nils.id, "role:decision_maker", "HV 2026/12", by=adam)
    await accounts.close_user(desk, nils.id, by=adam)

    with pytest.raises(Conflict):
        await confirm_right(desk, proposal, by=ada)


async def test_what_is_proposed_stays_and_is_named(desk: Desk) -> None:
    adam, _ = await administrators(desk)
    alva = await employed_officer(desk)
    case_id = await withdrawn(desk, alva)
    offered = a_proposal(DecisionOutcome.WRITE_OFF, clauses=("3.1",))
    await do(desk, proposal.Propose, case_id, alva, proposal=offered)
    async with desk.store.reading() as reading:
        case = await reading.case(case_id)

    assert await accounts.close_user(desk, alva.id, by=adam) == [case.diary_number]
    assert (await verify_log(desk)).ok


async def test_nobody_closes_their_own_account_or_makes_their_own_link(desk: Desk) -> None:
    adam, _ = await administrators(desk)
    alva = await employed_officer(desk)
    for refused in (accounts.close_user, accounts.make_reset):
        with pytest.raises(NotAllowed):
            await refused(desk, adam.id, by=adam)
        with pytest.raises(NotAllowed):
            await refused(desk, adam.id, by=alva)


async def test_a_link_is_used_once_and_for_a_day(desk: Desk, clock: Clock) -> None:
    adam, _ = await administrators(desk)
    alva = await someone(desk, "Nora", "role:association_officer")
    clock.forward(minutes=1)
    secret, late = await accounts.make_reset(desk, alva.id, by=adam), await accounts.make_reset(desk, alva.id, by=adam)
    clock.forward(minutes=1)
    with pytest.raises(InvalidInput):
        await accounts.use_reset(desk, secret, new="kort")

    await accounts.use_reset(desk, secret, new=NEW)

    assert await users_and_keys.sign_in(desk, email=alva.email, password=NEW) is not None
    assert await users_and_keys.sign_in(desk, email=alva.email, password=PASSWORD) is None
    for over in (secret, late, "", "gissad"):
        with pytest.raises(NotFound):
            await accounts.use_reset(desk, over, new="annat-ord-over-taknocken")
    stale = await accounts.make_reset(desk, alva.id, by=adam)
    clock.forward(days=1, minutes=1)
    with pytest.raises(NotFound):
        await accounts.reset_user(desk, stale)
    assert (await verify_log(desk)).ok


@pytest.mark.parametrize("right", ["role:decision_maker", "delegation:F1", "role:administrator"])
async def test_for_someone_who_may_decide_a_link_takes_two(desk: Desk, clock: Clock, right: str) -> None:
    adam, ada = await administrators(desk)
    disa = await someone(desk, "Disa", right)
    clock.forward(minutes=1)
    secret = await accounts.make_reset(desk, disa.id, by=adam)
    with pytest.raises(NotFound):
        await accounts.use_reset(desk, secret, new=NEW)
    [waiting] = await accounts.waiting_resets(desk)
    for one in (adam, disa):
        with pytest.raises(NotAllowed):
            await accounts.settle_reset(desk, waiting.id, confirmed=True, by=one)

    clock.forward(minutes=1)
    await accounts.settle_reset(desk, waiting.id, confirmed=True, by=ada)
    await accounts.use_reset(desk, secret, new=NEW)

    [shown] = await accounts.resets_shown(desk)
    assert (shown.whose, shown.made_by, shown.confirmed_by) == ("Disa", adam.name, ada.name)
    assert (await verify_log(desk)).ok


async def test_a_link_that_was_declined_does_not_hold(desk: Desk, clock: Clock) -> None:
    adam, ada = await administrators(desk)
    disa = await someone(desk, "Disa", "role:decision_maker")
    clock.forward(minutes=1)
    secret = await accounts.make_reset(desk, disa.id, by=adam)
    [waiting] = await accounts.waiting_resets(desk)
    await accounts.settle_reset(desk, waiting.id, confirmed=False, by=ada)

    with pytest.raises(NotFound):
        await accounts.use_reset(desk, secret, new=NEW)
    with pytest.raises(NotFound):
        await accounts.settle_reset(desk, waiting.id, confirmed=True, by=ada)


@pytest.mark.parametrize(
    ("name", "email", "field"),
    [("Аlva", "a@x.example", "/name"), ("Alva", "аlva@x.example", "/email"), ("Alva", "alva@exаmple.se", "/email")],
)
async def test_a_name_or_address_that_mixes_alphabets_is_refused(desk: Desk, name: str, email: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await users_and_keys.create_user(desk, name=name, email=email, password=PASSWORD)
    assert [(one.pointer, one.code) for one in refused.value.problems] == [(field, "input.look_alike")]


@pytest.mark.parametrize("name", ["Åsa Örn", "Алва Петрова", "Nguyễn Văn An", "محمد علي", "Alva Петрова"])
async def test_a_name_in_any_alphabet_is_a_name(desk: Desk, name: str) -> None:
    await users_and_keys.create_user(desk, name=name, email="a@x.example", password=PASSWORD)


async def test_two_of_one_name_are_told_apart(desk: Desk) -> None:
    one = await users_and_keys.create_user(desk, name="Eva Ek", email="a@x.example", password=PASSWORD)
    other = await users_and_keys.create_user(desk, name="Eva Ek", email="b@x.example", password=PASSWORD)
    async with desk.store.reading() as reading:
        names = await reading.names()
    assert names[one.pseudonym] == f"Eva Ek ({one.pseudonym})"
    assert names[one.pseudonym] != names[other.pseudonym]


@pytest.mark.parametrize(
    "password", ["            ", "passwordpassword", "granska-granska-1", "nils.nilsson2026", "sommar-2026!", "a" * 40]
)
async def test_a_password_that_is_easy_to_guess_is_refused(desk: Desk, password: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await users_and_keys.create_user(desk, name="Nils Nilsson", email="nils@x.example", password=password)
    assert {one.pointer for one in refused.value.problems} == {"/password"}


async def test_a_key_holds_to_its_last_day_is_rotated_with_overlap_and_revoked(desk: Desk, clock: Clock) -> None:
    adam, _ = await administrators(desk)
    by = person(adam)
    with pytest.raises(InvalidInput):
        await users_and_keys.create_key(desk, label="e", expires=today(desk) - timedelta(days=1), by=by)
    secret = await users_and_keys.create_key(desk, label="e-tjänsten", by=by)
    key = await users_and_keys.service_key(desk, secret)
    assert key is not None
    new = await users_and_keys.rotate_key(desk, key.pseudonym, overlap_days=7, by=by)

    clock.forward(days=7)
    assert await users_and_keys.service_key(desk, secret) is not None
    clock.forward(days=1)
    assert await users_and_keys.service_key(desk, secret) is None
    after = await users_and_keys.service_key(desk, new)
    assert after is not None
    assert (after.label, after.right) == (key.label, key.right)
    await users_and_keys.revoke_key(desk, after.pseudonym, by=by)
    assert await users_and_keys.service_key(desk, new) is None
    with pytest.raises(Conflict):
        await users_and_keys.revoke_key(desk, after.pseudonym, by=by)
    with pytest.raises(NotFound):
        await users_and_keys.revoke_key(desk, "k-aaaaaaaaaa", by=by)
    assert (await verify_log(desk)).ok


async def test_a_key_revived_past_the_service_is_seen_in_the_log(desk: Desk) -> None:
    adam, _ = await administrators(desk)
    await users_and_keys.create_key(desk, label="e-tjänsten", by=person(adam))
    async with desk.store.reading() as reading:
        key = next(one for one in await reading.keys() if one.label == "e-tjänsten")
    await users_and_keys.revoke_key(desk, key.pseudonym, by=person(adam))
    from service.storage.tables import ApiKey

    await ApiKey.update({ApiKey.revoked_at: None}).where(ApiKey.id == key.id)

    assert ("key", key.id, "differs:revoked_at") in (await verify_log(desk)).table_faults


def test_one_sees_and_ends_ones_own_sign_ins(lite: Service) -> None:
    here, there, other = lite.signed_in("siv"), lite.signed_in("siv"), lite.signed_in("samir")
    page = here.get("/password").text
    keys = re.findall(r"/password/sign-ins/([0-9a-f]{64})", page)
    assert len(keys) == 1, "the other one; this one is marked"
    assert "Den här" in page
    theirs = hashlib.sha256(other.client.cookies["granska_session"].encode()).hexdigest()

    here.send(f"/password/sign-ins/{theirs}")
    assert other.get("/queue").status_code == 200, "only one's own"
    here.send("/password/sign-ins/others")
    assert there.get("/queue").status_code == 303
    assert here.get("/queue").status_code == 200


def test_an_administrator_signs_a_user_out_and_closes_the_account(lite: Service) -> None:
    bo, adam = lite.signed_in("bo"), lite.signed_in("adam")
    card = adam.get("/users").text.split("bo@demo.example")[1]
    user_id = re.findall(r"/users/([0-9a-f-]{36})/", card)[0]
    assert adam.send(f"/users/{user_id}/sign-out").status_code == 303
    assert bo.get("/queue").status_code == 303

    again = lite.signed_in("bo")
    assert adam.send(f"/users/{user_id}/close").status_code == 303
    assert again.get("/queue").status_code == 303
    answer = lite.visitor().send("/sign-in", email="bo@demo.example", password="lindarna-vid-kanalen")
    assert answer.status_code == 422
    assert "Kan inte logga in" in adam.get("/users").text


def test_keys_from_the_command_line(lite: Service) -> None:
    by = ("--by", "adam@demo.example")
    made = lite.run("keys", "add", "Tillfällig", "--right", "log", "--expires", "2099-12-31", *by)
    assert made.returncode == 0
    line = next(one for one in lite.run("keys", "list").stdout.splitlines() if "Tillfällig" in one)
    assert "until 2099-12-31" in line
    assert lite.run("keys", "rotate", line.split()[0], *by).stdout.startswith("granska_")
    assert lite.run("keys", "revoke", line.split()[0], *by).returncode == 0
    assert lite.run("keys", "revoke", line.split()[0], *by).returncode == 1
    assert "revoked" in lite.run("keys", "list").stdout
