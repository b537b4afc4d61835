"""The contract of a check, and what a check is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol

from service.domain.application import Application, Kind, Party
from service.domain.finding import CheckResult
from service.domain.watchlist import Candidate, Method


class Need(StrEnum):
    """What a check may ask to be given; what cannot be had makes the check's answer `unknown`."""

    LISTS = "lists"
    INCIDENTS = "incidents"
    ENCLOSURES = "enclosures"
    OTHER_CASES = "other_cases"
    ROOM = "room"


Param = str | int | bool | tuple[str, ...]


@dataclass(frozen=True)
class PartyAnswer:
    """What one list says of one party; without `readable` the name could not be compared, and no answer is no pass."""

    party: Party
    candidates: tuple[Candidate, ...]
    readable: bool = True


@dataclass(frozen=True)
class ListAnswer:
    """What one active list says of everyone its legal basis covers; `stale` when it is too old to say "no hit"."""

    key: str
    title: str
    version: str
    sha256: str
    age_days: int
    max_age_days: int
    subject_kinds: frozenset[str]
    parties: tuple[PartyAnswer, ...]
    method: Method | None = None

    @property
    def stale(self) -> bool:
        """Older than the rule set allows (requirement C6)."""
        return self.age_days > self.max_age_days


@dataclass(frozen=True)
class Incident:
    """A sourced, verified, unexpired event in the City's own dealings with an association (requirements P1-P6)."""

    id: str
    kind: str
    event_date: date
    source: str


@dataclass(frozen=True)
class OtherCase:
    """Another case of the same association and kind, enough to see whether this one repeats it."""

    diary_number: str
    type: str
    key: str


@dataclass(frozen=True)
class RoomAnswer:
    """What the calendar says of the times asked for; `capacity` is None where there is no such room."""

    capacity: int | None
    times: int
    missed: int


@dataclass(frozen=True)
class CheckInput:
    """All that a check may know; plain values, so that it can be handed to another process and replayed later."""

    application: Application
    params: Mapping[str, Param]
    received_on: date
    today: date
    speakers: tuple[str, ...] = ()
    declaration_version: str = ""
    rooms: tuple[str, ...] = ()
    enclosure_kinds: tuple[str, ...] = ()
    lists: tuple[ListAnswer, ...] = ()
    incidents: tuple[Incident, ...] = ()
    other_cases: tuple[OtherCase, ...] = ()
    room: RoomAnswer | None = None


@dataclass(frozen=True)
class CheckDescription:
    """What a check declares of itself."""

    key: str
    version: str
    kinds: frozenset[Kind]
    needs: frozenset[Need] = field(default_factory=frozenset)
    deadline_seconds: float = 5.0


class Check(Protocol):
    """One question asked of an application. A plug-in is a class without arguments that has these."""

    description: CheckDescription

    def run(self, given: CheckInput) -> CheckResult:
        """Answer the question from what was given and nothing else; may raise, which becomes `unknown`."""
        ...
