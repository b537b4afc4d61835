"""Users, what each is trusted with, and the keys of the city's e-service."""

import hashlib
import re
import unicodedata
from base64 import b32encode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import date, timedelta

from service.desk.actors import acting
from service.desk.ports.desk import Desk
from service.desk.ports.office import Credentials
from service.desk.ports.store import Reading, Writing
from service.desk.rulebook import rulebook, today
from service.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, Problem
from service.domain.events.event import SYSTEM_ACTOR, Actor, ActorKind, Event
from service.domain.events.intake import CaseReceived
from service.domain.events.office import (
    KeyCreated,
    KeyExpirySet,
    KeyRevoked,
    PasswordChanged,
    RightGranted,
    RightWithdrawn,
    UserCreated,
)
from service.domain.people import (
    DELEGATION_PREFIX,
    INTAKE_RIGHT,
    LOG_RIGHT,
    MATCH_RIGHT,
    METRICS_RIGHT,
    ROLE_PREFIX,
    Role,
    ServiceKey,
    User,
    takes_two,
)
from service.office.passwords import KNOWN, NEW, Lane, credential, hashed, matches, password_faults

KEY_RIGHTS = (INTAKE_RIGHT, MATCH_RIGHT, METRICS_RIGHT, LOG_RIGHT)
#: As argon2 asks for (RFC 9106, section 3.1).
SALT_BYTES = 16


def _pseudonym(desk: Desk, letter: str) -> str:
    return f"{letter}-{b32encode(desk.outside.random(8)).decode().lower()[:10]}"


async def create_user(
    desk: Desk, *, name: str, email: str, password: str, by: Actor = SYSTEM_ACTOR, temporary: bool = True
) -> User:
    """A new user without rights; raises InvalidInput or Conflict.

    Whoever makes the account chooses the first password, so it is `temporary`: changed at the first sign-in.
    """
    name, email = unicodedata.normalize("NFC", name).strip(), unicodedata.normalize("NFC", email.strip().casefold())
    problems = []
    if not name or len(name) > 200 or not name.isprintable():
        problems.append(Problem("/name", "input.missing" if not name else "input.format"))
    if "@" not in email or len(email) > 200 or not email.isprintable() or " " in email:
        problems.append(Problem("/email", "input.not_email"))
    for pointer, text in (("/name", name), ("/email", email)):
        problems += [Problem(pointer, "input.look_alike")] if looks_alike(text) else []
    problems += await password_faults("/password", password, about=(name, email))
    if problems:
        raise InvalidInput(problems)
    user = User(desk.outside.new_id(), _pseudonym(desk, "u"), name, email, frozenset())
    stored = await hashed(password, salt=desk.outside.random(SALT_BYTES))
    async with desk.store.writing() as writing:
        await acting(writing, by, Role.ADMINISTRATOR)
        if await writing.user_by_email(email):
            raise Conflict("user.email_taken")
        value_ref = writing.keep("user", {"email": email, "name": name})
        data = UserCreated(
            user=user.id,
            pseudonym=user.pseudonym,
            value=value_ref,
            credential=credential(stored),
            temporary=temporary,
        )
        event = Event(data, by, desk.outside.now())
        await writing.user_created(event, user=user, password_hash=stored, value_ref=value_ref)
    return user


def looks_alike(text: str) -> bool:
    """Whether a word of it mixes alphabets, as one does that is to be taken for another (Cyrillic a in Alva)."""
    for word in re.findall(r"\w+", text):
        alphabets = {unicodedata.name(sign, "?").partition(" ")[0] for sign in word if sign.isalpha()}
        if len(alphabets) > 1:
            return True
    return False


async def check_rights(desk: Desk, rights: Sequence[str]) -> None:
    """The service can give all of these by itself; raises for the first that is no right, or that takes two by now."""
    async with desk.store.reading() as reading:
        for one in rights:
            await _check_right(desk, reading, one)
            await _check_takes_one(reading, one, by=SYSTEM_ACTOR)


async def grant_right(desk: Desk, user_id: str, right: str, *, by: Actor = SYSTEM_ACTOR) -> None:
    """Give a user a right that one may give alone, from now on; before the first case the service gives any."""
    async with desk.store.writing() as writing:
        await acting(writing, by, Role.ADMINISTRATOR)
        user = await check_can_be_given(desk, writing, user_id, right, by=by)
        await _check_takes_one(writing, right, by=by)
        data = RightGranted(grant=desk.outside.new_id(), user=user.id, right=right, proposal=None)
        await writing.right_granted(Event(data, by, desk.outside.now()))


async def withdraw_right(desk: Desk, grant_id: str, *, by: Actor) -> None:
    """Take a role or delegation point back, from now on; the history stays."""
    async with desk.store.writing() as writing:
        await acting(writing, by, Role.ADMINISTRATOR)
        for one in await writing.rights_history():
            if one.id == grant_id and one.to_at is None:
                if one.pseudonym == by.id:
                    raise NotAllowed("right.not_from_oneself")
                data = RightWithdrawn(grant=grant_id, user=one.user_id, right=one.right)
                await writing.right_withdrawn(Event(data, by, desk.outside.now()))
                return
        raise NotFound("right.not_held")


async def check_can_be_given(desk: Desk, reading: Reading, user_id: str, right: str, *, by: Actor) -> User:
    """The user, who has not got this right yet, and is not the one who gives it."""
    user = await open_user(reading, user_id)
    await _check_right(desk, reading, right)
    if right in user.rights:
        raise Conflict("right.held_already")
    if by.id == user.pseudonym:
        raise NotAllowed("right.not_to_oneself")
    return user


async def _check_takes_one(reading: Reading, right: str, *, by: Actor) -> None:
    """Whoever sets the service up makes its first deciders; from the first case on each takes two persons."""
    begun = by.kind is ActorKind.PERSON or await reading.entries_of_type(CaseReceived, limit=1)
    if takes_two(right) and begun:
        raise NotAllowed("right.takes_two")


async def open_user(reading: Reading, user_id: str) -> User:
    """The user of an account that is in use; raises NotFound or Conflict."""
    user = await reading.user(user_id)
    if user is None:
        raise NotFound("user.not_found")
    if user.closed_at is not None:
        raise Conflict("user.closed")
    return user


async def _check_right(desk: Desk, reading: Reading, right: str) -> None:
    known = {f"{ROLE_PREFIX}{one}" for one in Role}
    if right.startswith(DELEGATION_PREFIX):
        procedure = (await rulebook(desk, reading)).procedure(today(desk))
        known |= {f"{DELEGATION_PREFIX}{one}" for one in procedure.delegation}
    if right not in known:
        raise InvalidInput([Problem("/right", "input.choice", {"choices": ", ".join(sorted(known))})])


async def account(desk: Desk, email: str) -> Credentials | None:
    """The user with this e-mail, and their password's hash; None where there is none."""
    if "\x00" in email:
        return None
    async with desk.store.reading() as reading:
        return await reading.user_by_email(email)


async def user_of(desk: Desk, user_id: str) -> User | None:
    """The user of this id, with the rights of this moment."""
    async with desk.store.reading() as reading:
        return await reading.user(user_id)


async def sign_in(desk: Desk, *, email: str, password: str) -> User | None:
    """The user with this e-mail and password, or None; takes as long either way."""
    found = await account(desk, email)
    return await signed_in(found, password)


async def signed_in(found: Credentials | None, password: str, *, lane: Lane = NEW) -> User | None:
    """The user of the account where this is their password; takes as long where there is none.

    Raises Unavailable where too many wait for the same.
    """
    right = await matches(found.password_hash if found else None, password, lane=lane)
    return found.user if found and right and found.user.closed_at is None else None


async def change_password(desk: Desk, user: User, *, old: str, new: str) -> None:
    """A person chooses a new password; whoever is signed in under the old one is not any more."""
    problems = await password_faults("/new_password", new, about=(user.name, user.email))
    if problems:
        raise InvalidInput(problems)
    if await signed_in(await account(desk, user.email), old, lane=KNOWN) is None:
        raise InvalidInput([Problem("/old_password", "sign_in.wrong_old")])
    if new == old:
        raise InvalidInput([Problem("/new_password", "sign_in.same_password")])
    stored = await hashed(new, salt=desk.outside.random(SALT_BYTES))
    actor = Actor(ActorKind.PERSON, user.pseudonym)
    async with desk.store.writing() as writing:
        data = PasswordChanged(user=user.id, credential=credential(stored))
        event = Event(data, actor, desk.outside.now())
        await writing.password_changed(event, password_hash=stored)


async def create_key(
    desk: Desk, *, label: str, right: str = INTAKE_RIGHT, expires: date | None = None, by: Actor = SYSTEM_ACTOR
) -> str:
    """A key with one right and nothing else, to the end of a day where one is given; shown once, kept as a digest."""
    if right not in KEY_RIGHTS:
        raise InvalidInput([Problem("/right", "input.choice", {"choices": ", ".join(KEY_RIGHTS)})])
    if expires is not None and expires < today(desk):
        raise InvalidInput([Problem("/expires", "input.not_past")])
    async with desk.store.writing() as writing:
        await acting(writing, by, Role.ADMINISTRATOR)
        return await _create_key(desk, writing, label=label, right=right, expires=expires, by=by)


async def _create_key(desk: Desk, writing: Writing, *, label: str, right: str, expires: date | None, by: Actor) -> str:
    secret = "granska_" + urlsafe_b64encode(desk.outside.random(24)).decode()
    data = KeyCreated(
        key=desk.outside.new_id(),
        pseudonym=_pseudonym(desk, "k"),
        value=writing.keep("key-label", {"text": label}),
        right=right,
        digest=key_digest(secret),
        expires=expires,
    )
    await writing.key_created(Event(data, by, desk.outside.now()), label=label)
    return secret


async def rotate_key(desk: Desk, pseudonym: str, *, overlap_days: int, by: Actor) -> str:
    """A new key in the place of another, which holds for some days more; shown once. Raises NotFound."""
    async with desk.store.writing() as writing:
        await acting(writing, by, Role.ADMINISTRATOR)
        old = await _key(writing, pseudonym)
        secret = await _create_key(desk, writing, label=old.label, right=old.right, expires=None, by=by)
        last = today(desk) + timedelta(days=overlap_days)
        data = KeyExpirySet(key=old.id, expires=min(last, old.expires or last))
        await writing.key_expiry_set(Event(data, by, desk.outside.now()))
    return secret


async def revoke_key(desk: Desk, pseudonym: str, *, by: Actor) -> None:
    """The key does not hold any more, from now on. Raises NotFound, or Conflict where it is revoked already."""
    async with desk.store.writing() as writing:
        await acting(writing, by, Role.ADMINISTRATOR)
        key = await _key(writing, pseudonym)
        if key.revoked_at is not None:
            raise Conflict("key.revoked_already")
        await writing.key_revoked(Event(KeyRevoked(key=key.id), by, desk.outside.now()))


async def _key(reading: Reading, pseudonym: str) -> ServiceKey:
    for one in await reading.keys():
        if one.pseudonym == pseudonym:
            return one
    raise NotFound("key.not_found")


def key_digest(secret: str) -> str:
    """What is kept of a key; it is long and random, so a plain digest is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


async def service_key(desk: Desk, secret: str) -> ServiceKey | None:
    """The key this secret is, or None where it does not hold."""
    async with desk.store.reading() as reading:
        key = await reading.key(key_digest(secret))
    return key if key is not None and key.holds(today(desk)) else None
