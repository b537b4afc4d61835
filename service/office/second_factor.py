"""A second factor at sign-in: a code from a telephone (TOTP, RFC 6238), each used once, and recovery codes."""

import hashlib
import hmac
from base64 import b32encode

import pyotp

from service.desk.actors import person, still
from service.desk.ports.desk import Desk
from service.desk.ports.office import Credentials
from service.desk.ports.store import Reading, Writing
from service.desk.rulebook import rulebook, today
from service.domain.errors import InvalidInput, NotFound, Problem
from service.domain.events.event import Event
from service.domain.events.office import RecoveryUsed, SecondFactorSet
from service.domain.people import User
from service.office.users_and_keys import open_user

#: RFC 4226 asks for at least 128 bits; 160 are as long as what they are hashed with.
SECRET_BYTES, RECOVERY_CODES = 20, 8
#: Of a recovery code, so that a plain digest of it is enough to keep.
RECOVERY_BYTES = 10
#: How many steps of half a minute a telephone's clock may be off.
DRIFT = 1


def new_secret(desk: Desk) -> str:
    """A secret for a telephone, in base32; kept nowhere until a code of it has been given."""
    return b32encode(desk.outside.random(SECRET_BYTES)).decode()


def address(secret: str, user: User, service: str) -> str:
    """What a telephone reads from the picture (otpauth)."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=service)


def step_of(desk: Desk, secret: str, code: str) -> int | None:
    """The time step whose code this is, now or one away; None where it is none."""
    now, given = desk.outside.now() // 1000, "".join(code.split())
    totp = pyotp.TOTP(secret)
    for step in range(now // totp.interval - DRIFT, now // totp.interval + DRIFT + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), given.encode()):
            return step
    return None


async def begin(desk: Desk, user: User, secret: str, code: str, *, current: str = "") -> list[str]:
    """The secret is the user's from now on, since a code of it was right; returns the recovery codes, shown once.

    Where there is one already `current` is a code of that, or a recovery code: an open session alone exchanges nothing.
    """
    step = step_of(desk, secret, code)
    if step is None:
        raise InvalidInput([Problem("/code", "second_factor.wrong")])
    codes = [b32encode(desk.outside.random(RECOVERY_BYTES)).decode().lower() for _ in range(RECOVERY_CODES)]
    recovery = " ".join(_sha256(one) for one in codes)
    async with desk.store.writing() as writing:
        user = await still(writing, user)
        before = await _credentials(writing, user.id)
        if before.factor and not await _used(desk, writing, before, current):
            raise InvalidInput([Problem("/current", "second_factor.wrong")])
        data = SecondFactorSet(user=user.id, factor=_sha256(secret), recovery=_sha256(recovery))
        await writing.second_factor_set(Event(data, person(user), desk.outside.now()), factor=secret, recovery=recovery)
        await writing.factor_step_used(user.id, step)
    return codes


async def passed(desk: Desk, user_id: str, code: str) -> User | None:
    """The user, where this is an unused code of the telephone, or a recovery code, which is then over; else None."""
    async with desk.store.writing() as writing:
        found = await _credentials(writing, user_id)
        return found.user if await _used(desk, writing, found, code) else None


async def _used(desk: Desk, writing: Writing, found: Credentials, code: str) -> bool:
    """Whether this code or recovery code held; it is over then. Nothing holds where there is no factor."""
    if not found.factor:
        return False
    step = step_of(desk, found.factor, code)
    if step is not None:
        return await writing.factor_step_used(found.user.id, step)
    given = _sha256("".join(code.split()).casefold())
    if given not in found.recovery:
        return False
    left = " ".join(one for one in found.recovery if one != given)
    data = RecoveryUsed(user=found.user.id, recovery=_sha256(left))
    await writing.recovery_used(Event(data, person(found.user), desk.outside.now()), recovery=left)
    return True


async def has_one(desk: Desk, user: User) -> bool:
    """Whether this user signs in with a code."""
    async with desk.store.reading() as reading:
        found = await reading.user_by_email(user.email)
    return found is not None and bool(found.factor)


async def is_demanded(desk: Desk, user: User) -> bool:
    """Whether the rules in force ask a second factor of one of this user's roles."""
    async with desk.store.reading() as reading:
        try:
            rules = (await rulebook(desk, reading)).procedure(today(desk))
        except NotFound:
            return False
    return bool(rules.second_factor & user.roles)


async def _credentials(reading: Reading, user_id: str) -> Credentials:
    user = await open_user(reading, user_id)
    found = await reading.user_by_email(user.email)
    if found is None:
        raise NotFound("user.not_found")
    return found


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
