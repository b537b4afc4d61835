"""A code beside the password: each once, recovery codes once each, demanded where the rule set says so."""

import re
import time

import pyotp
import pytest

from service.desk.ports.desk import Desk
from service.domain.errors import InvalidInput
from service.office import second_factor, users_and_keys
from service.office.rule_set_adoption import adopt_at_setup
from service.proof.verification import verify_log
from service.storage.tables import Account
from tests.builders import RULES_2026
from tests.fakes import Clock
from tests.servers import Browserlike, Service
from tests.steps import employed_officer, someone

WITH_FACTOR = '\n[second_factor]\nroles = ["auditor", "decision_maker"]\n'


def code_at(secret: str, clock: Clock, *, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(clock.at // 1000 + 30 * steps)


async def test_a_code_signs_in_once_and_one_that_is_older_or_wrong_never(desk: Desk, clock: Clock) -> None:
    alva = await employed_officer(desk)
    secret = second_factor.new_secret(desk)
    with pytest.raises(InvalidInput):
        await second_factor.begin(desk, alva, secret, "000000" if code_at(secret, clock) != "000000" else "000001")
    await second_factor.begin(desk, alva, secret, code_at(secret, clock))

    assert await second_factor.passed(desk, alva.id, code_at(secret, clock)) is None, "each once, the first one too"
    clock.forward(minutes=1)
    assert await second_factor.passed(desk, alva.id, code_at(secret, clock)) is not None
    assert await second_factor.passed(desk, alva.id, code_at(secret, clock)) is None, "each once"
    assert await second_factor.passed(desk, alva.id, code_at(secret, clock, steps=-1)) is None, "nor an older one"
    assert await second_factor.passed(desk, alva.id, code_at(secret, clock, steps=5)) is None
    for wrong in ("", "12345", "abcdef", "１２３４５６", "0" * 100):
        assert await second_factor.passed(desk, alva.id, wrong) is None
    clock.forward(minutes=1)
    assert await second_factor.passed(desk, alva.id, code_at(secret, clock)) is not None
    assert (await verify_log(desk)).ok


async def test_a_recovery_code_signs_in_once_and_its_use_stands_in_the_log(desk: Desk, clock: Clock) -> None:
    alva = await employed_officer(desk)
    secret = second_factor.new_secret(desk)
    codes = await second_factor.begin(desk, alva, secret, code_at(secret, clock))
    assert len(set(codes)) == second_factor.RECOVERY_CODES

    assert await second_factor.passed(desk, alva.id, codes[3].upper()) is not None
    assert await second_factor.passed(desk, alva.id, codes[3]) is None
    assert await second_factor.passed(desk, alva.id, codes[4]) is not None
    assert (await verify_log(desk)).ok

    await Account.update({Account.recovery: ""}).where(Account.id == alva.id)
    assert ("user", alva.id, "differs:recovery") in (await verify_log(desk)).table_faults


async def test_one_factor_takes_the_place_of_another_only_with_a_code_of_the_one_there_is(
    desk: Desk, clock: Clock
) -> None:
    alva = await employed_officer(desk)
    old, new = second_factor.new_secret(desk), second_factor.new_secret(desk)
    codes = await second_factor.begin(desk, alva, old, code_at(old, clock))
    clock.forward(minutes=1)

    for current in ("", "123456", code_at(new, clock)):
        with pytest.raises(InvalidInput) as refused:
            await second_factor.begin(desk, alva, new, code_at(new, clock), current=current)
        assert [one.pointer for one in refused.value.problems] == ["/current"]
    await second_factor.begin(desk, alva, new, code_at(new, clock), current=code_at(old, clock))

    clock.forward(minutes=1)
    assert await second_factor.passed(desk, alva.id, code_at(old, clock)) is None
    assert await second_factor.passed(desk, alva.id, codes[0]) is None, "nor its recovery codes"
    assert await second_factor.passed(desk, alva.id, code_at(new, clock)) is not None
    assert (await verify_log(desk)).ok


async def test_who_has_no_factor_passes_with_no_code(desk: Desk, clock: Clock) -> None:
    alva = await employed_officer(desk)
    for code in ("", "000000", code_at(second_factor.new_secret(desk), clock)):
        assert await second_factor.passed(desk, alva.id, code) is None


async def test_a_factor_taken_away_past_the_service_is_seen(desk: Desk, clock: Clock) -> None:
    alva = await employed_officer(desk)
    secret = second_factor.new_secret(desk)
    await second_factor.begin(desk, alva, secret, code_at(secret, clock))
    await Account.update({Account.factor: ""}).where(Account.id == alva.id)

    assert ("user", alva.id, "differs:factor") in (await verify_log(desk)).table_faults


async def test_a_rule_set_demands_it_of_roles(desk: Desk) -> None:
    text = RULES_2026.read_text("utf-8")
    start = text.index("\n[[")
    id, valid = re.search(r'^id = "(.*)"', text, re.M), re.search(r"^valid_from = (.*)$", text, re.M)
    assert id is not None
    assert valid is not None
    text = text.replace(id[0], 'id = "granvik-2026-2"', 1).replace(valid[0], "valid_from = 2026-11-02", 1)
    await adopt_at_setup(desk, text[:start] + WITH_FACTOR + text[start:])
    ronja, alva = await someone(desk, "Ronja", "role:auditor"), await employed_officer(desk)

    assert await second_factor.is_demanded(desk, ronja)
    assert not await second_factor.is_demanded(desk, alva)


def test_signing_in_with_a_code(lite: Service) -> None:
    samir = lite.signed_in("samir")
    page = samir.get("/second-factor").text
    assert "<svg" in page
    secret = "".join(re.findall(r"<code>([A-Z2-7 ]+)</code>", page)[0].split())
    totp = pyotp.TOTP(secret)
    assert samir.send("/second-factor", code="000000").status_code == 422
    told = samir.send("/second-factor", code=totp.now()).text
    recovery = re.findall(r"<code>([a-z2-7]{16})</code>", told)
    assert len(recovery) == 8

    visitor = Browserlike(lite.url)
    first = visitor.send("/sign-in", email="samir@demo.example", password="lindarna-vid-kanalen")
    assert first.headers["location"] == "/sign-in/code"
    assert visitor.get("/queue").status_code == 303, "a password alone opens nothing"
    assert visitor.send("/sign-in/code", code="123").status_code == 422
    assert visitor.send("/sign-in/code", code=totp.at(int(time.time()) + 30)).status_code == 303
    assert visitor.get("/queue").status_code == 200
    again = visitor.get("/second-factor").text
    assert 'id="current"' in again
    other_secret = "".join(re.findall(r"<code>([A-Z2-7 ]+)</code>", again)[0].split())
    stolen = visitor.send("/second-factor", code=pyotp.TOTP(other_secret).now())
    assert stolen.status_code == 422, "an open session alone exchanges nothing"

    other = Browserlike(lite.url)
    other.send("/sign-in", email="samir@demo.example", password="lindarna-vid-kanalen")
    assert other.send("/sign-in/code", code=recovery[0]).status_code == 303
    stranger = Browserlike(lite.url)
    assert stranger.send("/sign-in/code", code=recovery[1]).headers["location"] == "/sign-in"
    guesser = Browserlike(lite.url)
    guesser.send("/sign-in", email="samir@demo.example", password="lindarna-vid-kanalen")
    codes = [guesser.send("/sign-in/code", code=f"{number:06d}").status_code for number in range(12)]
    assert 429 in codes
    assert int(guesser.send("/sign-in/code", code="1").headers["retry-after"]) >= 1
    assert lite.run("log", "verify").returncode == 0


async def test_without_a_rule_set_nothing_is_demanded(desk: Desk) -> None:
    assert await users_and_keys.user_of(desk, "no-such-id") is None
    alva = await employed_officer(desk)
    assert not await second_factor.is_demanded(desk, alva)
    assert not await second_factor.has_one(desk, alva)
