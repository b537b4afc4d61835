"""What the events say is true now: the log folded into plain facts.

`granska log verify` compares these facts with what the tables say; every table row that decides a case's state, its
findings, its decision or the rights used has its counterpart here, so neither can be changed without the other.
"""

from service.domain.events.event import ANYONE, Entry
from service.domain.events.folds import Folds
from service.domain.ledger import bookings, casework, office, support
from service.domain.ledger.course import follow
from service.domain.ledger.facts import Fact, Key
from service.domain.ledger.order import Breach, breaches
from service.domain.ledger.tables import Tables
from service.domain.people import is_person

FOLDS = Folds[Tables](office.FOLDS, casework.FOLDS, bookings.FOLDS, support.FOLDS)


class Ledger:
    """Facts by table and id, built event by event."""

    def __init__(self) -> None:
        self.tables = Tables()

    def broken_by(self, entry: Entry) -> list[Breach]:
        """What an event breaks of the routine's order; asked before it is taken into account."""
        return list(breaches(self.tables, entry))

    def add(self, entry: Entry) -> None:
        """Take one event into account.

        Raises KeyError where it does not follow from those before it, ValueError where someone caused it who might not.
        """
        self._check_right(entry)
        if casework.is_step(entry):
            casework.step_taken(self.tables, entry)
        FOLDS.follow(self.tables, entry)
        if entry.case is not None:
            follow(self.tables.course_of(entry.case), entry)

    def facts(self) -> dict[Key, Fact]:
        """Every fact by table and id."""
        return self.tables.all()

    def taken(self) -> tuple[dict[Key, Fact], list[tuple[Key, str]]]:
        """What standing bookings take of rooms, and the times that are let twice."""
        return bookings.taken(self.tables)

    def _check_right(self, entry: Entry) -> None:
        """A person held one of the roles that may cause this when they did; raises ValueError."""
        declared = entry.data.declared
        if declared.persons is ANYONE or not is_person(entry.actor):
            return
        if declared.rights.isdisjoint(self.tables.rights_of(entry.actor)):
            raise ValueError("caused by someone without the right")
