"""Rights to decide: one administrator puts forward, another or a decision maker confirms; and who has held what.

Nobody makes a decider alone, nor the administrator who would confirm one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from service.audit.leaf import data_of
from service.desk import second_person
from service.desk.actors import acting, person, still
from service.desk.fields import check_text
from service.desk.ports.desk import Desk
from service.desk.ports.office import StoredGrant
from service.desk.ports.store import Reading
from service.desk.second_person import MOST, PutForward, put_forward
from service.domain.clock import DAY_MS
from service.domain.errors import NotAllowed, NotFound
from service.domain.events.event import Event
from service.domain.events.office import RightDeclined, RightGranted, RightProposed
from service.domain.people import Role, ServiceKey, User, takes_two
from service.office.users_and_keys import check_can_be_given

#: Who confirms what an administrator has put forward.
CONFIRMERS = (Role.ADMINISTRATOR, Role.DECISION_MAKER)
#: For how many days after a right to decide was given the decisions under it are counted out.
FIRST_DAYS = 14

Proposed = PutForward[RightProposed]


async def propose_right(desk: Desk, user_id: str, right: str, document: str, *, by: User) -> str:
    """Put forward that a user is to be given a right that takes two; returns the proposal's id.

    `document` names the delegation decision (delegationsordning, delegationsbeslut) that it rests on.
    """
    document = check_text("/document", document, most=300)
    async with desk.store.writing() as writing:
        await acting(writing, person(by), Role.ADMINISTRATOR)
        user = await check_can_be_given(desk, writing, user_id, right, by=person(by))
        if not takes_two(right):
            raise NotAllowed("right.takes_one")
        data = RightProposed(
            proposal=desk.outside.new_id(),
            user=user.id,
            right=right,
            document=writing.keep("delegation", {"text": document}),
        )
        await writing.right_proposed(Event(data, person(by), desk.outside.now()))
    return data.proposal


async def waiting_rights(desk: Desk) -> tuple[list[Proposed], dict[str, str]]:
    """The rights that wait for a second person, newest first, and what each user is called, by id."""
    async with desk.store.reading() as reading:
        return await _waiting(reading), {user.id: user.name for user in await reading.users()}


async def _waiting(reading: Reading) -> list[Proposed]:
    return await second_person.waiting(reading, RightProposed, [RightGranted, RightDeclined])


async def _one_waiting(reading: Reading, proposal_id: str) -> Proposed:
    for proposed in await _waiting(reading):
        if proposed.data.proposal == proposal_id:
            return proposed
    raise NotFound("right.no_proposal")


async def confirm_right(desk: Desk, proposal_id: str, *, by: User) -> None:
    """Give the right that another has put forward; neither to oneself, nor what one has put forward oneself."""
    async with desk.store.writing() as writing:
        by = await still(writing, by)
        await acting(writing, person(by), *CONFIRMERS)
        proposed = await _one_waiting(writing, proposal_id)
        if proposed.by == by.pseudonym:
            raise NotAllowed("right.same_person")
        user_id, right = proposed.data.user, proposed.data.right
        await check_can_be_given(desk, writing, user_id, right, by=person(by))
        data = RightGranted(grant=desk.outside.new_id(), user=user_id, right=right, proposal=proposal_id)
        await writing.right_granted(Event(data, person(by), desk.outside.now()))


async def decline_right(desk: Desk, proposal_id: str, *, by: User) -> None:
    """The right is not given; whoever put it forward may take it back so."""
    async with desk.store.writing() as writing:
        await acting(writing, person(by), *CONFIRMERS)
        await _one_waiting(writing, proposal_id)
        await writing.right_declined(Event(RightDeclined(proposal=proposal_id), person(by), desk.outside.now()))


async def names(desk: Desk) -> dict[str, str]:
    """What the log calls each user and key, and their name or label."""
    async with desk.store.reading() as reading:
        return await reading.names()


@dataclass(frozen=True)
class GrantMade:
    """Who gave a right, who had put it forward and on what; `decisions` is how many were made in the first days."""

    by: str
    proposed_by: str
    document: str
    decisions: int


@dataclass(frozen=True)
class RightsShown:
    """Who has held which right and who gave it, the rights held now, the keys of other systems, and all users."""

    history: list[StoredGrant]
    made: Mapping[str, GrantMade]
    held: list[StoredGrant]
    keys: list[ServiceKey]
    users: list[User]


async def rights_shown(desk: Desk) -> RightsShown:
    """Everything about rights, for whoever hands them out or looks into them."""
    async with desk.store.reading() as reading:
        history = await reading.rights_history()
        held = [grant for grant in history if grant.to_at is None]
        return RightsShown(history, await _made(reading), held, await reading.keys(), await reading.users())


async def _made(reading: Reading) -> dict[str, GrantMade]:
    names, first = await reading.names(), await reading.first_decisions(FIRST_DAYS * DAY_MS)
    proposals = {one.data.proposal: one for one in await put_forward(reading, RightProposed)}
    made = {}
    for row in await reading.entries_of_type(RightGranted, limit=MOST):
        data = data_of(row.leaf)
        assert isinstance(data, RightGranted)
        proposed = proposals.get(data.proposal or "")
        made[data.grant] = GrantMade(
            by=names.get(row.actor, row.actor),
            proposed_by=proposed.by_name if proposed else "",
            document=proposed.document if proposed else "",
            decisions=first.get(data.grant, 0),
        )
    return made
