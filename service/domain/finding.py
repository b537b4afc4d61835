"""What a check says: one of five outcomes, with what was compared."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from service.domain.application import PartyKind
from service.domain.clock import Instant
from service.domain.events.fields import ListRef


class Outcome(StrEnum):
    """The five answers a check can give; only the first and the last need no person."""

    MET = "met"
    NOT_MET = "not_met"
    NEEDS_INQUIRY = "needs_inquiry"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


NEEDS_NOBODY = frozenset({Outcome.MET, Outcome.NOT_APPLICABLE})


class Resolution(StrEnum):
    """What a person found when looking into a finding."""

    NO_OBSTACLE = "no_obstacle"
    OBSTACLE = "obstacle"
    CHECKED_OTHERWISE = "checked_otherwise"


#: A check that could not look is settled by looking in another way; it can never be turned into an obstacle.
RESOLUTIONS: Mapping[Outcome, frozenset[Resolution]] = {
    Outcome.MET: frozenset(),
    Outcome.NOT_APPLICABLE: frozenset(),
    Outcome.NOT_MET: frozenset({Resolution.NO_OBSTACLE, Resolution.OBSTACLE}),
    Outcome.NEEDS_INQUIRY: frozenset({Resolution.NO_OBSTACLE, Resolution.OBSTACLE}),
    Outcome.UNKNOWN: frozenset({Resolution.CHECKED_OTHERWISE}),
}


class Trait(StrEnum):
    """What the rest of the service asks of a finding, whichever check it came from."""

    #: The applicant can do something about it by sending more.
    CURABLE = "curable"
    #: An obstacle here says that someone named is on a list: a second person compares, and support can be stopped.
    NAMES_LISTED_PARTY = "names_listed_party"
    #: It is about this time and room only, and says nothing of the association.
    OF_THE_OCCASION = "of_the_occasion"
    #: It is about the association as it is, and is asked again for as long as the association has support.
    OF_THE_ASSOCIATION = "of_the_association"
    #: It is settled by reading the applicant's number as it was given, which is masked everywhere else.
    READS_NUMBER = "reads_number"


#: Codes of evidence that any check of names on lists uses: a pair that a person has held apart (its parameter `pair`),
#: and by what numbers the weights were made.
HELD_APART, METHOD = "match.held_apart", "match.method"


@dataclass(frozen=True)
class Evidence:
    """One thing that was compared: a code and its values; the sentence is made from the word catalogue."""

    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    party_kind: PartyKind | None = None


@dataclass(frozen=True)
class Source:
    """Where an answer came from: a list or register, its version, and how old that was (whole days)."""

    key: str
    version: str
    sha256: str
    age_days: int

    @property
    def ref(self) -> ListRef:
        """The source as an event names it: how old it was is told on the page only."""
        return ListRef(self.key, self.version, self.sha256)


@dataclass(frozen=True)
class CheckResult:
    """The replayable part: the same input gives the same result, for ever.

    `params` of the main sentence are counts and codes only; whoever is named is named in `evidence`.
    """

    outcome: Outcome
    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class Run:
    """The part that differs from run to run: when it started (UTC milliseconds), how long it took, what broke."""

    started_at: Instant
    duration_ms: int
    error: str | None = None


@dataclass(frozen=True)
class Finding:
    """One required check's answer for one case."""

    check: str
    check_version: str
    result: CheckResult
    run: Run
    traits: frozenset[Trait] = frozenset()

    @property
    def curable(self) -> bool:
        """Whether the applicant can do something about it by sending more."""
        return Trait.CURABLE in self.traits

    @property
    def names_listed_party(self) -> bool:
        """Whether an obstacle here says that someone named is on a list."""
        return Trait.NAMES_LISTED_PARTY in self.traits

    @property
    def reads_number(self) -> bool:
        """Whether it is settled by reading the applicant's number as it was given."""
        return Trait.READS_NUMBER in self.traits

    @property
    def of_the_occasion(self) -> bool:
        """Whether it is about this time and room only."""
        return Trait.OF_THE_OCCASION in self.traits
