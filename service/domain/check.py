"""The contract of a check, and what a check is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from msgspec import Struct

from service.domain.application import Application, Kind, Party, PartyKind
from service.domain.enclosure import Condition
from service.domain.finding import CheckResult, Outcome, Trait
from service.domain.watchlist import Candidate, Method


class Need(StrEnum):
    """What a check may ask to be given; what cannot be had makes the check's answer `unknown`.

    Each is the name of a field of `Fetched`; how it is fetched, kept and had again stands in `screening/needs.py`.
    """

    LISTS = "lists"
    INCIDENTS = "incidents"
    ENCLOSURES = "enclosures"
    OTHER_CASES = "other_cases"
    ROOM = "room"


class NotGiven(Exception):
    """A check asks for what it has not declared that it needs, or what could not be had."""


class NotAskedThen(Exception):
    """A check asks for what nobody was asked when the application was handed in."""


Param = str | int | bool | tuple[str, ...]


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """What a rule set may say to a check: a field for each parameter, its type with what it must look like.

    A field without a default must be given. `__post_init__` may raise ValueError with the name of a parameter that is
    wrong or missing beside the others.
    """


class NoParams(Params, frozen=True):
    """A check that a rule set has nothing to say to."""


@dataclass(frozen=True)
class PartyAnswer:
    """What one list says of one party; without `readable` the name could not be compared, and no answer is no pass."""

    party: Party
    candidates: tuple[Candidate, ...]
    readable: bool = True
    #: The name that was compared, where the given one was damaged and could be mended.
    read_as: str = ""


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

    def without_speakers(self) -> "ListAnswer":
        """The same of everyone but speakers."""
        parties = tuple(answer for answer in self.parties if answer.party.kind is not PartyKind.SPEAKER)
        return replace(self, parties=parties)


@dataclass(frozen=True)
class Incident:
    """A sourced, verified, unexpired event in the City's own dealings with an association (requirements P1-P6).

    `disputed`: the association says that it is not so.
    """

    id: str
    kind: str
    event_date: date
    source: str
    disputed: bool = False


@dataclass(frozen=True)
class GivenEnclosure:
    """A document of the case (bilaga); `received_on` is the day it came.

    `speaks_from` and `speaks_to` are the day or the period that the document speaks of, both included, where it has
    been stated. `asked` is false for what was handed in before anyone was asked for it. `condition` is whether it can
    be read at all.
    """

    id: str
    kind: str
    received_on: date | None
    speaks_from: date | None = None
    speaks_to: date | None = None
    asked: bool = True
    condition: Condition = Condition.WHOLE

    @property
    def speaks_of(self) -> tuple[date, date] | None:
        """The first and last day that the document speaks of; None where nobody has stated it. Raises NotAskedThen."""
        if not self.asked:
            raise NotAskedThen
        if self.speaks_from is None:
            return None
        return self.speaks_from, self.speaks_to or self.speaks_from


@dataclass(frozen=True)
class OtherCase:
    """Another case of the same association and kind, enough to see whether this one repeats it."""

    diary_number: str
    type: str
    key: str


@dataclass(frozen=True)
class RoomAnswer:
    """What the calendar says of the times asked for; `capacity` is None where there is no such room.

    Of the times, `missed` are not held, and `free_again` of these could be had now.
    """

    capacity: int | None
    times: int
    missed: int
    free_again: int = 0


@dataclass(frozen=True)
class Fetched:
    """What a check was given of what it needs; None is what it was not given, which is not the same as nothing."""

    lists: tuple[ListAnswer, ...] | None = None
    incidents: tuple[Incident, ...] | None = None
    enclosures: tuple[GivenEnclosure, ...] | None = None
    other_cases: tuple[OtherCase, ...] | None = None
    room: RoomAnswer | None = None


@dataclass(frozen=True)
class CheckInput:
    """All that a check may know; plain values, so that it can be handed to another process and replayed later.

    What it needs is had by the properties, which raise NotGiven for what it was not given. Speakers are given only
    where the rule set cites a basis for comparing them. `speakers_erased` says that some were named whose names
    are gone: a check that may ask of them has then not been able to, whatever it says of the others; the runner sees
    to it. `deadline` is the last day of the round that the application belongs to, where it belongs to one.
    """

    application: Application
    received_on: date
    today: date
    speakers: tuple[str, ...] = ()
    declaration_version: str = ""
    rooms: tuple[str, ...] = ()
    fetched: Fetched = field(default_factory=Fetched)
    speakers_erased: bool = False
    deadline: date | None = None

    @property
    def lists(self) -> tuple[ListAnswer, ...]:
        """What each list says."""
        return _given(self.fetched.lists)

    @property
    def incidents(self) -> tuple[Incident, ...]:
        """The incidents of the applicant's organisation number."""
        return _given(self.fetched.incidents)

    @property
    def enclosures(self) -> tuple[GivenEnclosure, ...]:
        """The documents of the case."""
        return _given(self.fetched.enclosures)

    @property
    def other_cases(self) -> tuple[OtherCase, ...]:
        """The cases that this one may repeat."""
        return _given(self.fetched.other_cases)

    @property
    def room(self) -> RoomAnswer:
        """What the calendar says."""
        return _given(self.fetched.room)

    def without_speakers(self) -> "CheckInput":
        """The same without anything about speakers."""
        lists = self.fetched.lists
        if lists is not None:
            lists = tuple(answer.without_speakers() for answer in lists)
        return replace(self, speakers=(), speakers_erased=False, fetched=replace(self.fetched, lists=lists))


T = TypeVar("T")


def _given(answer: T | None) -> T:
    if answer is None:
        raise NotGiven
    return answer


@dataclass(frozen=True)
class CheckDescription:
    """What a check declares of itself.

    `key` is its name in rule sets and its entry point, and begins all its codes. `owner` is who keeps it, `rests_on` a
    link to what it rests on: a law, a rule of the City. `traits` are what the rest of the service asks of its findings.
    """

    key: str
    version: str
    kinds: frozenset[Kind]
    owner: str
    rests_on: str
    needs: frozenset[Need] = field(default_factory=frozenset)
    traits: frozenset[Trait] = field(default_factory=frozenset)
    deadline_seconds: float = 5.0


@dataclass(frozen=True)
class Example:
    """An input and the answer to it, for documentation and tests alike."""

    given: CheckInput
    outcome: Outcome
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


class Check(Protocol):
    """One question asked of an application. A plug-in is a class without arguments that has these.

    Its sentences lie beside it in `sv.po` and `en.po`: `check.KEY.question`, `check.KEY.heading.OUTCOME` for each
    outcome, `check.KEY.param.NAME` for each parameter, and every code it answers with, which begins with `KEY.`.
    """

    description: CheckDescription
    params: type[Params]
    #: One that is met, and one that is not.
    examples: tuple[Example, Example]

    def run(self, given: CheckInput, params: Any) -> CheckResult:
        """Answer the question from what was given and nothing else; may raise, which becomes `unknown`.

        `params` are of the class that the check names.
        """
        ...
