"""What one round of checks looks at, read as of one moment."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

from service.desk import application_parts
from service.desk.missed_times import free_again
from service.desk.ports.cases import CaseDetails, CaseFile, StoredEnclosure
from service.desk.ports.desk import Desk
from service.desk.ports.office import ActiveList
from service.desk.ports.store import Reading
from service.desk.rulebook import Rulebook, rulebook
from service.domain.application import Application, from_document
from service.domain.case import Case
from service.domain.check import GivenEnclosure
from service.domain.clock import Instant, local_day, second_of
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
    now: Instant
    lists: Mapping[str, ActiveList]
    enclosures: tuple[GivenEnclosure, ...]
    estate: Estate
    bookings: tuple[Booking, ...]
    free_again: frozenset[str] = frozenset()
    deadline: date | None = None
    speakers_erased: bool = False
    enclosures_erased: bool = False

    @property
    def compared_speakers(self) -> tuple[str, ...]:
        """The speakers, where the rules cite a basis for comparing them."""
        return self.speakers if self.rules.kinds[self.case.kind].speakers_compared else ()


async def material_of(desk: Desk, reading: Reading, case_id: str) -> Material:
    """What the checks of a case are about now; raises NotFound where there is no such case, or it has been erased."""
    found = await materials_of(desk, reading, [case_id])
    if case_id not in found:
        await reading.case(case_id)
        raise NotFound("case.erased")
    return found[case_id]


async def materials_of(
    desk: Desk, reading: Reading, case_ids: Sequence[str], *, but: Collection[str] = ()
) -> dict[str, Material]:
    """The same of several cases, in as many questions as for one; an application that has been erased is left out.

    `but` are the parts of an application that may be gone, since they are not asked about.
    """
    files = await reading.cases_by_id(case_ids)
    enclosures = await reading.enclosures_of(case_ids)
    bookings = await reading.bookings_of(case_ids)
    references: list[str] = []
    for case_id, file in files.items():
        references += application_parts.commitments(file.details.application_parts)
        references += [file.details.speakers_ref] if file.details.speakers_ref else []
        references += [stored.name_ref for stored in enclosures.get(case_id, ())]
    now = desk.outside.now()
    estate = await reading.estate()
    undecided = [case_id for case_id, file in files.items() if not file.case.closed]
    times = chain.from_iterable(bookings.get(case_id, ()) for case_id in undecided)
    moment = _Moment(
        book=await rulebook(desk, reading),
        today=local_day(now),
        now=now,
        lists=await reading.active_lists(),
        estate=estate,
        values=await reading.values(references),
        free_again=await free_again(reading, estate, times, now=second_of(now)),
    )
    materials = {}
    for case_id, file in files.items():
        needed = tuple(part for part in file.details.application_parts if part.part not in but)
        if application_parts.whole(needed, moment.values):
            materials[case_id] = _material(moment, file, enclosures.get(case_id, ()), bookings.get(case_id, ()))
    return materials


@dataclass(frozen=True)
class _Moment:
    """What is the same for every case that is read at once."""

    book: Rulebook
    today: date
    now: Instant
    lists: Mapping[str, ActiveList]
    estate: Estate
    values: Mapping[str, Any]
    free_again: frozenset[str]


def _material(
    moment: _Moment, file: CaseFile, enclosures: Sequence[StoredEnclosure], bookings: Sequence[Booking]
) -> Material:
    case, details = file
    book, today, values = moment.book, moment.today, moment.values
    grant_round = book.grant_round_of(case.type, local_day(case.received_at))
    return Material(
        case=case,
        details=details,
        application=from_document(application_parts.assembled(details.application_parts, values)),
        speakers=tuple(values.get(details.speakers_ref or "", ())),
        rules=book.criteria(local_day(case.received_at), today),
        procedure=book.procedure(today),
        today=today,
        now=moment.now,
        lists=moment.lists,
        enclosures=tuple(_given(stored.enclosure) for stored in enclosures),
        estate=moment.estate,
        bookings=tuple(bookings),
        free_again=moment.free_again,
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
        condition=enclosure.condition,
    )
