"""Who acts, and with which rights now: read again in the transaction of each step.

What a page knew of a person is older than the form they send; a right that was withdrawn meanwhile is gone.
"""

from service.desk.ports.store import Reading
from service.domain.errors import NotAllowed, NotFound
from service.domain.events.event import Actor, ActorKind
from service.domain.events.intake import CaseReceived
from service.domain.people import Role, User


def person(user: User) -> Actor:
    """The signed-in person as the log knows them."""
    return Actor(ActorKind.PERSON, user.pseudonym)


async def still(reading: Reading, user: User) -> User:
    """The same person with the rights of this moment."""
    now = await reading.user(user.id)
    if now is None or now.closed_at is not None:
        raise NotAllowed("access.role")
    return now


async def acting(reading: Reading, actor: Actor, *roles: Role) -> User | None:
    """The person behind an actor, who must hold one of these roles now; None for the e-service and for set-up."""
    if actor.kind is not ActorKind.PERSON:
        return None
    user = await reading.user_by_pseudonym(actor.id)
    if user is None or user.closed_at is not None or (roles and not user.has(*roles)):
        raise NotAllowed("access.role")
    return user


async def check_came_by(reading: Reading, case_id: str, by: Actor) -> None:
    """A system of the City reaches only the cases that it handed in itself: by this key, or by one of the same name."""
    labels = {one.pseudonym: one.label for one in await reading.keys()}
    received = await reading.entries_of_cases([case_id], CaseReceived)
    came_by = received[0].actor if received else ""
    if came_by != by.id and (came_by not in labels or labels[came_by] != labels.get(by.id)):
        raise NotFound("case.not_found")
