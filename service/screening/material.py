"""What one round of checks looks at, read as of one moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from service.desk import application_parts
from service.desk.ports.cases import CaseDetails
from service.desk.ports.desk import Desk
from service.desk.ports.office import ActiveList
from service.desk.ports.store import Reading
from service.desk.rulebook import rulebook
from service.domain.application import Application, from_document
from service.domain.case import Case
from service.domain.check import GivenEnclosure
from service.domain.clock import local_day
from service.domain.enclosure import Enclosure
from service.domain.errors import NotFound
from service.domain.premises import Booking, Estate
from service.domain.ruleset import RuleSet


@dataclass(frozen=True)
class Material:
    """What one round of checks is about, read in one moment."""

    case: Case
    details: CaseDetails
    application: Application
    speakers: tuple[str, ...]
    rules: RuleSet
    procedure: RuleSet
    today: date
    lists: Mapping[str, ActiveList]
    enclosures: tuple[GivenEnclosure, ...]
    estate: Estate
    bookings: tuple[Booking, ...]
    deadline: date | None = None
    speakers_erased: bool = False
    enclosures_erased: bool = False

    @property
    def compared_speakers(self) -> tuple[str, ...]:
        """The speakers, where the rules cite a basis for comparing them."""
        return self.speakers if self.rules.kinds[self.case.kind].speakers_compared else ()


async def material_of(desk: Desk, reading: Reading, case_id: str) -> Material:
    """What the checks of a case are about now."""
    case = await reading.case(case_id)
    details = await reading.details(case_id)
    book, today = await rulebook(desk, reading), local_day(desk.outside.now())
    references = [
        *application_parts.commitments(details.application_parts),
        *([details.speakers_ref] if details.speakers_ref else []),
    ]
    enclosures = await reading.enclosures(case_id)
    values = await reading.values([*references, *(stored.name_ref for stored in enclosures)])
    if not application_parts.whole(details.application_parts, values):
        raise NotFound("case.erased")
    grant_round = book.grant_round_of(case.type, local_day(case.received_at))
    return Material(
        case=case,
        details=details,
        application=from_document(application_parts.assembled(details.application_parts, values)),
        speakers=tuple(values.get(details.speakers_ref or "", ())),
        rules=book.criteria(local_day(case.received_at), today),
        procedure=book.procedure(today),
        today=today,
        lists=await reading.active_lists(),
        enclosures=tuple(_given(stored.enclosure) for stored in enclosures),
        estate=await reading.estate(),
        bookings=tuple((await reading.bookings_of([case_id])).get(case_id, ())),
        deadline=grant_round.closes if grant_round else None,
        speakers_erased=bool(details.speakers_ref) and details.speakers_ref not in values,
        enclosures_erased=any(stored.name_ref not in values for stored in enclosures),
    )


def _given(enclosure: Enclosure) -> GivenEnclosure:
    return GivenEnclosure(
        id=enclosure.id,
        kind=enclosure.kind,
        received_on=local_day(enclosure.added_at),
        speaks_from=enclosure.speaks_from,
        speaks_to=enclosure.speaks_to,
    )
