"""What a publisher's format may hold, declared from its schema and its real files; what is not declared is noticed.

A reader that skips what it does not know loses names in silence when a publisher renames an element. So every place in
a file (an element's path, an attribute, a column, a property) is held against what is declared. Where something
undeclared could be a name, a date or a number of somebody listed, the version is held until a person has read what
differs; elsewhere it is only said.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from service.domain.watchlist import ListRemark


class Noticed(StrEnum):
    """What can be noticed about a file that is read nevertheless."""

    UNKNOWN = "unknown"  # an undeclared place where something about somebody listed could stand
    UNKNOWN_BESIDE = "unknown_beside"  # an undeclared place where nothing is lost
    NEVER = "never"  # a place that every such file has, and this one has not
    UNREAD = "unread"  # values that a declared place has and that cannot be read
    DAMAGED = "damaged"  # names that were damaged on their way
    REPAIRED = "repaired"  # names whose damage could be undone for certain
    COMPANION_MISSING = "companion_missing"  # a file that belongs with it is not there
    COMPANION_FOREIGN = "companion_foreign"  # one that lies beside it belongs with another


#: What holds a version until a person has looked.
HOLDING = frozenset(
    {Noticed.UNKNOWN, Noticed.NEVER, Noticed.DAMAGED, Noticed.COMPANION_MISSING, Noticed.COMPANION_FOREIGN}
)


@dataclass(frozen=True)
class Shape:
    """The places of a format: `read` are taken, `left` are declared and left, beneath `beside` nothing could be lost.

    `always` are places of which every file has at least one wherever it has the place in front of the last slash (of
    an element's path) or any entry at all.
    """

    read: frozenset[str]
    left: frozenset[str] = frozenset()
    beside: tuple[str, ...] = ()
    always: frozenset[str] = frozenset()

    def knows(self, place: str) -> bool:
        """Whether the place is declared."""
        return place in self.read or place in self.left

    def is_beside(self, place: str) -> bool:
        """Whether nothing that is wanted could stand there."""
        return place.startswith(self.beside)


class Notes:
    """What is noticed while a file is read."""

    def __init__(self, shape: Shape | None = None) -> None:
        self._shape = shape or Shape(frozenset())
        self._seen: set[str] = set()
        self._counts: Counter[tuple[Noticed, str]] = Counter()

    def place(self, place: str) -> None:
        """A place that has been come across."""
        if len(self._seen) < MOST_PLACES:
            self._seen.add(place)
        if not self._shape.knows(place):
            beside = self._shape.is_beside(place)
            self._count(Noticed.UNKNOWN_BESIDE if beside else Noticed.UNKNOWN, place)

    def places(self, places: Iterable[str]) -> None:
        """Several of them."""
        for place in places:
            self.place(place)

    def notice(self, what: Noticed, place: str) -> None:
        """Something else about a place or a file."""
        self._count(what, place)

    def _count(self, what: Noticed, place: str) -> None:
        key = (what, place[:MOST_SIGNS])
        if key in self._counts or len(self._counts) < MOST_PLACES:
            self._counts[key] += 1

    def remarks(self) -> tuple[ListRemark, ...]:
        """Everything that was noticed, what holds the version first."""
        for place in sorted(self._shape.always - self._seen):
            above = place.rpartition("/")[0]
            if not above or above in self._seen:
                self._counts[Noticed.NEVER, place] = 0
        remarks = [
            ListRemark(what.value, place, count, holds=what in HOLDING) for (what, place), count in self._counts.items()
        ]
        return tuple(sorted(remarks, key=lambda remark: (not remark.holds, remark.code, remark.place)))


#: A hostile file may have any number of places; so many are kept, each so long at most.
MOST_PLACES, MOST_SIGNS = 500, 120
