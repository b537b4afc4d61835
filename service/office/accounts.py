"""Accounts that end or are taken up again: closing one, a link for a new password, and sign-ins seen and ended."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass, replace

from service.audit.leaf import data_of
from service.desk.actors import acting, person, still
from service.desk.ports.desk import Desk, SignIn
from service.desk.ports.store import Reading, Writing
from service.desk.second_person import MOST
from service.domain.case import Case, State
from service.domain.clock import DAY_MS, Instant
from service.domain.errors import InvalidInput, NotAllowed, NotFound
from service.domain.events.event import Event
from service.domain.events.intake import CaseLeft
from service.domain.events.office import PasswordChanged, ResetMade, ResetSettled, RightWithdrawn, UserClosed
from service.domain.people import Role, User, takes_two
from service.office.passwords import credential, hashed, password_faults
from service.office.rights import CONFIRMERS
from service.office.users_and_keys import SALT_BYTES, key_digest, open_user

#: For how long a link for a new password holds.
RESET_MS = DAY_MS


async def close_user(desk: Desk, user_id: str, *, by: User) -> list[str]:
    """The account is not used any more: sign-ins end, rights are withdrawn, what is in review is in the queue again.

    Returns the diary numbers of open cases that stay with them until a colleague takes them over: proposed or decided.
    """
    async with desk.store.writing() as writing:
        await acting(writing, person(by), Role.ADMINISTRATOR)
        user = await open_user(writing, user_id)
        if user.id == by.id:
            raise NotAllowed("user.not_oneself")
        now = desk.outside.now()
        for grant in await writing.rights_history():
            if grant.user_id == user.id and grant.to_at is None:
                withdrawn = RightWithdrawn(grant=grant.id, user=user.id, right=grant.right)
                await writing.right_withdrawn(Event(withdrawn, person(by), now))
        await writing.user_closed(Event(UserClosed(user=user.id), person(by), now))
        left = []
        for case in await writing.cases_in_hands_of(user.id):
            if case.state is State.IN_REVIEW:
                await _to_the_queue(writing, case, user, by, now)
            else:
                left.append(case.diary_number)
    return left


async def _to_the_queue(writing: Writing, case: Case, user: User, by: User, now: Instant) -> None:
    event = Event(CaseLeft(before=user.id), person(by), now, case=case.id)
    await writing.case_moved(event, replace(case.after(CaseLeft), owner=None))


async def sign_ins(desk: Desk, user: User, *, here: str) -> list[SignIn]:
    """Where someone is signed in, seen last first; `here` is the id of the session that asks."""
    return await desk.sessions.of_account(user.id, now=desk.outside.now(), here=here)


async def end_sign_ins(desk: Desk, user_id: str, *, by: User) -> int:
    """An administrator ends all sign-ins of a user; returns how many there were."""
    async with desk.store.reading() as reading:
        await acting(reading, person(by), Role.ADMINISTRATOR)
    return await desk.sessions.end(user_id)


@dataclass(frozen=True)
class Reset:
    """A link for a new password: whose, made by whom and when, and whether it holds."""

    id: str
    user: str
    digest: str
    made_by: str
    at: Instant
    second: bool
    confirmed: bool | None

    @property
    def holds(self) -> bool:
        """Whether it takes nobody more."""
        return self.confirmed is True or (not self.second and self.confirmed is None)


async def make_reset(desk: Desk, user_id: str, *, by: User) -> str:
    """A one-use secret by which a user chooses a new password, to be handed to them; shown once.

    Where they may decide, or make those who may, it holds only when another has confirmed it.
    """
    secret = urlsafe_b64encode(desk.outside.random(24)).decode()
    async with desk.store.writing() as writing:
        await acting(writing, person(by), Role.ADMINISTRATOR)
        user = await open_user(writing, user_id)
        if user.id == by.id:
            raise NotAllowed("user.not_oneself")
        second = any(takes_two(right) for right in user.rights)
        data = ResetMade(reset=desk.outside.new_id(), user=user.id, digest=key_digest(secret), second=second)
        await writing.reset_made(Event(data, person(by), desk.outside.now()))
    return secret


async def waiting_resets(desk: Desk) -> list[Reset]:
    """The links that wait for a second person, newest first."""
    async with desk.store.reading() as reading:
        found = await _resets(desk, reading)
    return [one for one in found if one.second and one.confirmed is None]


@dataclass(frozen=True)
class ResetShown:
    """A link as the rights page shows it: for whom, made and confirmed by whom, in names."""

    at: Instant
    whose: str
    made_by: str
    confirmed_by: str


async def resets_shown(desk: Desk) -> list[ResetShown]:
    """Every link there has been, newest first."""
    shown = []
    async with desk.store.reading() as reading:
        names = await reading.names()
        called = {user.id: names.get(user.pseudonym, user.name) for user in await reading.users()}
        confirmed: dict[str, str] = {}
        for row in await reading.entries_of_type(ResetSettled, limit=MOST):
            said = data_of(row.leaf)
            assert isinstance(said, ResetSettled)
            if said.confirmed:
                confirmed[said.reset] = names.get(row.actor, row.actor)
        for row in await reading.entries_of_type(ResetMade, limit=MOST):
            made = data_of(row.leaf)
            assert isinstance(made, ResetMade)
            by = names.get(row.actor, row.actor)
            shown.append(ResetShown(row.at, called.get(made.user, made.user), by, confirmed.get(made.reset, "")))
    return shown


async def settle_reset(desk: Desk, reset_id: str, *, confirmed: bool, by: User) -> None:
    """Another confirms a link, or it is taken back; nobody confirms their own, nor one that they have made."""
    async with desk.store.writing() as writing:
        by = await still(writing, by)
        await acting(writing, person(by), *CONFIRMERS)
        waiting = [one for one in await _resets(desk, writing) if one.id == reset_id and one.confirmed is None]
        if not waiting:
            raise NotFound("reset.not_found")
        if confirmed and by.pseudonym == waiting[0].made_by:
            raise NotAllowed("right.same_person")
        if confirmed and by.id == waiting[0].user:
            raise NotAllowed("right.not_to_oneself")
        data = ResetSettled(reset=reset_id, confirmed=confirmed)
        await writing.reset_settled(Event(data, person(by), desk.outside.now()))


async def reset_user(desk: Desk, secret: str) -> User:
    """Whom a link is for; raises NotFound where it does not hold, was used, or is older than a day."""
    async with desk.store.reading() as reading:
        return await _of_secret(desk, reading, secret)


async def use_reset(desk: Desk, secret: str, *, new: str) -> User:
    """The user of a link chooses a new password; the link, and every sign-in, is over. Raises as `reset_user`."""
    user = await reset_user(desk, secret)
    problems = await password_faults("/new_password", new, about=(user.name, user.email))
    if problems:
        raise InvalidInput(problems)
    stored = await hashed(new, salt=desk.outside.random(SALT_BYTES))
    async with desk.store.writing() as writing:
        user = await _of_secret(desk, writing, secret)
        data = PasswordChanged(user=user.id, credential=credential(stored))
        await writing.password_changed(Event(data, person(user), desk.outside.now()), password_hash=stored)
    return user


async def _of_secret(desk: Desk, reading: Reading, secret: str) -> User:
    digest = key_digest(secret)
    for one in await _resets(desk, reading):
        if one.digest == digest and one.holds:
            return await open_user(reading, one.user)
    raise NotFound("reset.not_found")


async def _resets(desk: Desk, reading: Reading) -> list[Reset]:
    """The links of the last day that have not been used, newest first: a password chosen since ends them."""
    settled: dict[str, bool] = {}
    for row in await reading.entries_of_type(ResetSettled, limit=MOST):
        said = data_of(row.leaf)
        assert isinstance(said, ResetSettled)
        settled[said.reset] = said.confirmed
    found = []
    for row in await reading.entries_of_type(ResetMade, limit=MOST):
        made = data_of(row.leaf)
        assert isinstance(made, ResetMade)
        user = await reading.user(made.user)
        if row.at < desk.outside.now() - RESET_MS or user is None or user.password_at >= row.at:
            continue
        confirmed = settled.get(made.reset)
        found.append(Reset(made.reset, made.user, made.digest, row.actor, row.at, made.second, confirmed))
    return found
