"""A step of the routine as one thing: what is asked, whether there is anything for it now, its event, and its work."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from service.desk import form
from service.desk.ports.desk import Desk
from service.desk.step import Scene, step
from service.domain.basis import Basis
from service.domain.dossier.dossier import Dossier
from service.domain.events.event import EventClass
from service.domain.people import User
from service.domain.premises import ENDED, Booking, BookingStatus, Hirer

#: What a step may leave behind for whoever took it: the id of what was made, or several.
Made = str | list[str] | None


@dataclass(frozen=True)
class RoomNow:
    """The times of a case of premises, how its hirer stands, and whether the booking is mere execution."""

    bookings: list[Booking]
    hirer: Hirer
    clearance_given: bool
    clearance_missing: bool
    executable: bool

    @property
    def live(self) -> list[Booking]:
        """The times that have not been cancelled or given back."""
        return [time for time in self.bookings if time.status not in ENDED]

    @property
    def confirmed(self) -> bool:
        """Whether a time of it has been let."""
        return any(time.status is BookingStatus.CONFIRMED for time in self.bookings)


@dataclass(frozen=True)
class CaseNow:
    """The case as a step asks about it: what has been done, for whom it is asked, and its times where it has any."""

    basis: Basis
    by: User
    room: RoomNow | None = None

    @property
    def dossier(self) -> Dossier:
        """All that has been done in the case."""
        return self.basis.dossier


@dataclass(frozen=True)
class StepForm:
    """What a person fills in to take a step of the routine, and the step itself.

    A step is declared once: its fields (`service.desk.form`), its event, why there may be nothing for it to act on, and
    its work. Address, page (`templates/steps/<name>.html`), JSON, OpenAPI and the test of words follow from it.
    """

    #: The one name: in the address, the template and the words.
    name: ClassVar[str]
    event: ClassVar[EventClass]
    #: Whether the case page has the form itself; the step then has no page of its own.
    on_case_page: ClassVar[bool] = False
    #: Whether the step is about a booking, and so exists in cases of premises alone.
    of_premises: ClassVar[bool] = False

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        """Why there is nothing for this step to act on now, as a code; None where there is.

        Who may take it, and in which states, is the table of steps in `domain/case.py`.
        """
        return None

    @classmethod
    def suggested(cls, case: CaseNow) -> dict[str, list[str]]:
        """What the form says before anyone has typed, by the names that are sent; nothing unless a step says so."""
        return {}

    async def take(self, desk: Desk, case_id: str, *, by: User, seen: int) -> Made:
        """Take the step for this person, who saw this version of the case; raises a GranskaError that says why not."""
        async with step(desk, case_id, self.event, by=by, seen=seen) as scene:
            return await self.work(scene)

    async def work_together(self, scenes: Sequence[Scene]) -> Sequence[Made]:
        """The same in several cases of an association, within one transaction; where they share a letter, one."""
        return [await self.work(scene) for scene in scenes]

    async def work(self, scene: Scene) -> Made:
        """Check what the rules demand and save the event, within the transaction of the step."""
        raise NotImplementedError


@dataclass(frozen=True)
class LetterForm(StepForm):
    """A step with a letter: signs that no font has are sent as their code points once its writer has said so."""

    as_code_points: bool = form.ticked()


def unless(possible: object, why_not: str) -> str | None:
    """The reason, unless it is possible; as a step says whether there is anything for it to do."""
    return None if possible else why_not
