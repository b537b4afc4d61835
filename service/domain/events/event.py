"""What an event is, who may cause it, and how a class says so."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from typing import ClassVar, Generic, TypeVar

from msgspec import Struct

from service.domain.clock import Instant
from service.domain.people import ROLE_PREFIX, Role

#: Who prepares cases, who else acts on them, and everyone who may see one.
HANDLERS = frozenset({Role.ASSOCIATION_OFFICER, Role.PREMISES_OFFICER})
COLLEAGUES = HANDLERS | {Role.DECISION_MAKER}
READERS = frozenset(Role) - {Role.ADMINISTRATOR}
#: Any signed-in person, in what is their own.
ANYONE = frozenset(Role)
NOBODY: frozenset[Role] = frozenset()


class ActorKind(StrEnum):
    """Who acts: a person, the city's e-service by its key, or the service itself, which is a named actor too."""

    PERSON = "person"
    KEY = "key"
    SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    """Who did it, as the log knows them: never a name."""

    kind: ActorKind
    id: str


SYSTEM_ACTOR = Actor(ActorKind.SYSTEM, "system")


@dataclass(frozen=True)
class Declaration:
    """What a class says of its event beside the fields.

    `persons` are the roles of which a person must hold one; `key` is the right of a key that may cause it; `service`
    says that it can happen without a person: at set-up, before there is one, or where nothing is decided by it.
    `material`: it brings something new to weigh, which a second person must have seen.
    """

    type: str
    version: int
    persons: frozenset[Role]
    key: str | None
    service: bool
    material: bool

    @cached_property
    def rights(self) -> frozenset[str]:
        """The same roles as the rights that they are granted as."""
        return frozenset(f"{ROLE_PREFIX}{role}" for role in self.persons)


class EventData(Struct, frozen=True, forbid_unknown_fields=True):
    """What an event says, beside who caused it, when, and in which case. Every field is always written.

    A changed event is a new class with the next version under the same type; the one before it stays, and its `lifted`
    says the same in the terms of the next.
    """

    declared: ClassVar[Declaration]

    def lifted(self) -> "EventData":
        """The same in the terms of the next version; of the newest, itself."""
        return self


class CaseEvent(EventData, frozen=True):
    """It belongs to a case, and names it."""


class RoutineStep(CaseEvent, frozen=True):
    """A step of the routine: it belongs to a case, and makes it one version newer."""


#: A class of event, as a step is named by it.
EventClass = type[EventData]
Data_co = TypeVar("Data_co", bound=EventData, covariant=True)


@dataclass(frozen=True)
class Event(Generic[Data_co]):
    """Something that happened, before the log gave it its place; `at` is UTC milliseconds."""

    data: Data_co
    actor: Actor
    at: Instant
    case: str | None = None

    @property
    def type(self) -> str:
        """What happened, as subject:action."""
        return self.data.declared.type


_Class = TypeVar("_Class", bound=type[EventData])


def event(
    type: str,
    *,
    version: int = 1,
    persons: frozenset[Role] = NOBODY,
    key: str | None = None,
    service: bool = False,
    material: bool = False,
) -> Callable[[_Class], _Class]:
    """Declare the class below as this version of an event; see `Declaration`."""

    def declare(cls: _Class) -> _Class:
        cls.declared = Declaration(type, version, persons, key, service, material)
        return cls

    return declare


@dataclass(frozen=True)
class Entry:
    """An event as the log has it, lifted to the newest version of its class; `at` is UTC milliseconds."""

    seq: int
    at: Instant
    actor: str
    case: str | None
    data: EventData

    @property
    def type(self) -> str:
        """What happened, as subject:action."""
        return self.data.declared.type

    @property
    def day(self) -> str:
        """The day it happened, in UTC (ISO 8601)."""
        return datetime.fromtimestamp(self.at / 1000, UTC).date().isoformat()
