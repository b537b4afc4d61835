"""The facts so far, a table at a time, and what the folds ask of each other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from service.domain.clock import Instant
from service.domain.events.event import Entry
from service.domain.events.log import SentBefore
from service.domain.events.office import AdoptedAdverse, AdoptedClause, AdoptedPoint
from service.domain.ledger.course import Course
from service.domain.ledger.facts import (
    AllocationFact,
    BookingFact,
    CaseFact,
    ClearanceFact,
    ClosureFact,
    DecisionFact,
    DistinctionFact,
    DraftFact,
    EnclosureFact,
    Fact,
    FeedFact,
    FindingFact,
    IncidentFact,
    Key,
    KeyFact,
    ListFact,
    RightFact,
    RoomFact,
    RuleSetFact,
    SecrecyFact,
    SiteFact,
    UserFact,
)
from service.domain.stops import Stop, StopScope, halting


@dataclass(frozen=True)
class ProposedRight:
    """A right that someone has put forward for somebody."""

    user: str
    right: str
    by: str


@dataclass(frozen=True)
class Adopted:
    """A rule set that was adopted, and who may decide what by it."""

    id: str
    sha256: str
    valid_from: date
    points: Mapping[str, AdoptedPoint]
    clauses: Mapping[str, AdoptedClause]
    adverse: tuple[AdoptedAdverse, ...]
    partial_share_percent: int
    ceiling_months: int


@dataclass(frozen=True)
class Granted:
    """What a case's last favourable decision gave, in öre, under which delegation point, and when."""

    point: str
    amount_ore: int
    at: Instant


@dataclass
class Tables:
    """What each table must say, by the id of its row; each is named as the table is in a fault."""

    user: dict[str, UserFact] = field(default_factory=dict)
    #: Links for a new password that are neither confirmed nor taken back, and who made each.
    resets: dict[str, str] = field(default_factory=dict)
    right: dict[str, RightFact] = field(default_factory=dict)
    key: dict[str, KeyFact] = field(default_factory=dict)
    draft: dict[str, DraftFact] = field(default_factory=dict)
    ruleset: dict[str, RuleSetFact] = field(default_factory=dict)
    list: dict[str, ListFact] = field(default_factory=dict)
    incident: dict[str, IncidentFact] = field(default_factory=dict)
    case: dict[str, CaseFact] = field(default_factory=dict)
    finding: dict[str, FindingFact] = field(default_factory=dict)
    distinction: dict[str, DistinctionFact] = field(default_factory=dict)
    enclosure: dict[str, EnclosureFact] = field(default_factory=dict)
    secrecy: dict[str, SecrecyFact] = field(default_factory=dict)
    decision: dict[str, DecisionFact] = field(default_factory=dict)
    site: dict[str, SiteFact] = field(default_factory=dict)
    room: dict[str, RoomFact] = field(default_factory=dict)
    closure: dict[str, ClosureFact] = field(default_factory=dict)
    feed: dict[str, FeedFact] = field(default_factory=dict)
    booking: dict[str, BookingFact] = field(default_factory=dict)
    clearance: dict[str, ClearanceFact] = field(default_factory=dict)
    allocation: dict[str, AllocationFact] = field(default_factory=dict)
    #: What has been erased, by commitment and by enclosure.
    erased: set[str] = field(default_factory=set)
    erased_enclosures: set[str] = field(default_factory=set)
    #: Who is called what, and what each holds now.
    user_called: dict[str, str] = field(default_factory=dict)
    held: dict[str, set[str]] = field(default_factory=dict)
    #: The version of each list that is in force.
    active_lists: dict[str, str] = field(default_factory=dict)
    #: The findings of each case's last check round.
    last_findings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: In which case, and by whom, something was decided or executed, by its id.
    given: dict[str, tuple[str | None, str]] = field(default_factory=dict)

    #: What the order of steps depends on: each case's course, the rule sets' say, each association's cases and grants.
    courses: dict[str, Course] = field(default_factory=dict)
    adopted: dict[str, Adopted] = field(default_factory=dict)
    cases_of: dict[str, set[str]] = field(default_factory=dict)
    granted: dict[str, Granted] = field(default_factory=dict)

    #: What the log says was signed and sent: instants by size, and attempts by their ids.
    signed: dict[int, str] = field(default_factory=dict)
    sent: dict[str, SentBefore] = field(default_factory=dict)
    #: The roots of the access log's tree that the log names, by its size.
    access_roots: dict[int, str] = field(default_factory=dict)
    #: The public keys that the log names.
    log_keys: set[str] = field(default_factory=set)

    #: By case, the stops of its association's support that were set down in it, by their ids.
    stops: dict[str, dict[str, Stop]] = field(default_factory=dict)
    #: By case, what has been handed over to be paid, in öre.
    released: dict[str, int] = field(default_factory=dict)
    #: The rights that have been put forward and wait.
    proposed_rights: dict[str, ProposedRight] = field(default_factory=dict)
    #: The erasures that have been put forward and wait: by whom, and of which cases.
    erasures: dict[str, tuple[str, frozenset[str | None]]] = field(default_factory=dict)
    #: The times that have been called off for their hirers after they had been let.
    called_off: set[str] = field(default_factory=set)

    def all(self) -> dict[Key, Fact]:
        """Every fact by table and id."""
        found: dict[Key, Fact] = {}
        for table, rows in vars(self).items():
            if table in TABLES:
                found.update({(table, name): fact for name, fact in rows.items()})
        return found

    def rights_of(self, actor: str) -> set[str]:
        """What the person that the log calls this holds now."""
        return self.held.get(self.user_called.get(actor, ""), set())

    def case_of(self, entry: Entry) -> CaseFact:
        """The case that an entry names; raises KeyError where there is none."""
        return self.case[entry.case or ""]

    def course_of(self, case: str) -> Course:
        """The course of a case so far."""
        return self.courses.setdefault(case, Course())

    def granted_to(self, organisation: str, *, but: str) -> Iterator[Granted]:
        """What an association has been granted in its other cases."""
        for case in self.cases_of.get(organisation, set()) - {but}:
            if case in self.granted:
                yield self.granted[case]

    def move_case(self, case: str, organisation: str) -> None:
        """A case is of this association from now on."""
        fact = self.case[case]
        self.cases_of.get(fact.organisation, set()).discard(case)
        self.cases_of.setdefault(organisation, set()).add(case)
        fact.organisation = organisation

    def stops_in(self, entry: Entry) -> dict[str, Stop]:
        """The stops that were set down in the entry's case."""
        return self.stops.setdefault(entry.case or "", {})

    def stops_of(self, organisation: str) -> Iterator[Stop]:
        """The stops of an association, in whatever of its cases."""
        for case, stops in self.stops.items():
            if self.case[case].organisation == organisation:
                yield from stops.values()

    def check_not_stopped(self, entry: Entry, scope: StopScope) -> None:
        """While this is halted for the association of the entry's case nothing of it is given, or ValueError."""
        if halting(self.stops_of(self.case_of(entry).organisation), scope):
            raise ValueError("given to an association whose support is stopped")

    def touch(self, entry: Entry) -> None:
        """The case is one version newer."""
        self.case_of(entry).version += 1


#: The names of the tables among the attributes above.
TABLES = (
    "user", "right", "key", "draft", "ruleset", "list", "incident", "case", "finding", "distinction", "enclosure",
    "secrecy", "decision", "site", "room", "closure", "feed", "booking", "clearance", "allocation",
)  # fmt: skip
