"""Users of the service and what each is trusted with."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from service.domain.application import Kind
from service.domain.clock import NEVER, Instant


class Role(StrEnum):
    """What a person works as."""

    ASSOCIATION_OFFICER = "association_officer"
    PREMISES_OFFICER = "premises_officer"
    DECISION_MAKER = "decision_maker"
    COORDINATOR = "coordinator"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


#: Which kinds of case a role works with; the others see none through that role.
CASE_KINDS: dict[Role, frozenset[Kind]] = {
    Role.ASSOCIATION_OFFICER: frozenset({Kind.GRANT}),
    Role.PREMISES_OFFICER: frozenset({Kind.PREMISES}),
    Role.DECISION_MAKER: frozenset(Kind),
    Role.COORDINATOR: frozenset(Kind),
    Role.AUDITOR: frozenset(Kind),
    Role.ADMINISTRATOR: frozenset(),
}

SYSTEM = "system"
#: How the log's names for persons begin.
PERSON_PREFIX = "u-"
ROLE_PREFIX, DELEGATION_PREFIX = "role:", "delegation:"
#: What a key of another system may do: hand in applications, ask a list for names, or see how the service runs.
INTAKE_RIGHT, MATCH_RIGHT, METRICS_RIGHT, LOG_RIGHT = "intake", "match", "metrics", "log"


def takes_two(right: str) -> bool:
    """Whether one administrator cannot give this right alone: a right to decide, or to make those who may."""
    roles = {f"{ROLE_PREFIX}{role}" for role in (Role.DECISION_MAKER, Role.ADMINISTRATOR)}
    return right.startswith(DELEGATION_PREFIX) or right in roles


def is_person(pseudonym: str) -> bool:
    """Whether the log calls a person so, rather than a key or the service."""
    return pseudonym.startswith(PERSON_PREFIX)


@dataclass(frozen=True)
class User:
    """A signed-in person; `pseudonym` is what the log calls them, rights are roles and delegation points.

    `password_at` (UTC milliseconds) is when the password was last changed: sign-ins from before it are over. One that
    another has chosen is `temporary`: nothing can be done with it but to choose one's own. `closed_at` (UTC ms) is when
    the account was closed; None where it is in use.
    """

    id: str
    pseudonym: str
    name: str
    email: str
    rights: frozenset[str]
    password_at: Instant = NEVER
    temporary: bool = False
    closed_at: Instant | None = None

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held now."""
        return frozenset(Role(r.removeprefix(ROLE_PREFIX)) for r in self.rights if r.startswith(ROLE_PREFIX))

    @property
    def delegation_points(self) -> frozenset[str]:
        """The delegation points (delegationspunkter) this person may sign under."""
        return frozenset(r.removeprefix(DELEGATION_PREFIX) for r in self.rights if r.startswith(DELEGATION_PREFIX))

    @property
    def case_kinds(self) -> frozenset[Kind]:
        """The kinds of case this person may see at all."""
        return frozenset(kind for role in self.roles for kind in CASE_KINDS[role])

    @property
    def only_reviews(self) -> bool:
        """Whether this person sees decisions and proof, and the people in them only for a purpose that is logged."""
        return self.roles <= {Role.AUDITOR}

    def has(self, *roles: Role) -> bool:
        """Whether this person holds one of these roles."""
        return bool(self.roles & set(roles))


@dataclass(frozen=True)
class ServiceKey:
    """Another system of the City; `right` is the one thing it may do: hand in applications, or ask for names.

    It holds to the end of the day `expires`, where one is set, and until `revoked_at` (UTC milliseconds).
    """

    id: str
    pseudonym: str
    label: str
    right: str
    expires: date | None = None
    revoked_at: Instant | None = None

    def holds(self, today: date) -> bool:
        """Whether it can be used today."""
        return self.revoked_at is None and (self.expires is None or today <= self.expires)
