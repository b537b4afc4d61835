"""All support that stands, case by case, with what is known of its association today."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading
from service.desk.rulebook import today
from service.desk.step import entries
from service.domain.application import Application
from service.domain.clock import Second
from service.domain.dossier.dossier import Dossier
from service.domain.dossier.folding import fold
from service.domain.events.bookings import BookingExecuted, BookingSettled, KeyAccessGiven
from service.domain.events.decision import (
    AppealReceived,
    AppealSettled,
    CaseReopened,
    ConditionReported,
    PaymentReleased,
)
from service.domain.events.decision_record import CaseDecided
from service.domain.premises import Hirer
from service.domain.support import LiveSupport, live_support
from service.screening.material import Material, materials_of

#: How many cases are read at a time.
BATCH = 200
#: The events that say what a case has given that still stands.
_GIVING = (
    CaseDecided, BookingExecuted, BookingSettled, KeyAccessGiven, CaseReopened, AppealReceived, AppealSettled,
    ConditionReported, PaymentReleased,
)  # fmt: skip
#: What may have been erased from an application whose support still stands: it is not compared.
_NOT_COMPARED = frozenset({"contact"})


@dataclass(frozen=True)
class LiveCase:
    """A case that has given support which stands, and what it was; `material` is None where too much is erased."""

    case_id: str
    organisation: str
    material: Material | None
    support: tuple[LiveSupport, ...]


async def live_cases(desk: Desk, organisations: Collection[str] | None = None) -> AsyncIterator[list[LiveCase]]:
    """Every case with support that stands, of all associations or of these, a batch at a time in order of their ids."""
    after, now = "", Second(desk.outside.now() // 1000)
    while True:
        async with desk.store.reading() as reading:
            ids = await reading.live_cases(today(desk), now, after=after, limit=BATCH, organisations=organisations)
            batch = await _live_among(desk, reading, ids)
        if batch:
            yield batch
        if len(ids) < BATCH:
            return
        after = ids[-1]


async def live_by_id(desk: Desk, case_ids: Sequence[str]) -> list[LiveCase]:
    """Those of these cases that have given support which stands."""
    async with desk.store.reading() as reading:
        return await _live_among(desk, reading, case_ids)


async def support_of(desk: Desk, organisation: str) -> list[LiveSupport]:
    """All that an association has, in whatever case."""
    async with desk.store.reading() as reading:
        standing = await _standing(desk, reading, await reading.case_ids_of(organisation))
    return [part for support in standing.values() for part in support]


async def _live_among(desk: Desk, reading: Reading, case_ids: Sequence[str]) -> list[LiveCase]:
    standing = await _standing(desk, reading, case_ids)
    files = await reading.cases_by_id(list(standing))
    materials = await materials_of(desk, reading, list(standing), but=_NOT_COMPARED)
    materials = await _as_known_today(desk, reading, materials)
    return [
        LiveCase(case_id, files[case_id].case.organisation_id, materials.get(case_id), support)
        for case_id, support in standing.items()
        if case_id in files
    ]


async def _standing(desk: Desk, reading: Reading, case_ids: Sequence[str]) -> dict[str, tuple[LiveSupport, ...]]:
    """By case, what it has given that stands; one that has given nothing is left out."""
    day, now = today(desk), Second(desk.outside.now() // 1000)
    dossiers = await _dossiers(reading, case_ids)
    bookings = await reading.bookings_of(case_ids)
    clearances = await reading.clearances_of_cases(case_ids)
    standing = {}
    for case_id in case_ids:
        support = live_support(
            case_id,
            dossiers.get(case_id, Dossier()),
            bookings.get(case_id, ()),
            clearances.get(case_id, ()),
            today=day,
            now=now,
        )
        if support:
            standing[case_id] = tuple(support)
    return standing


async def _dossiers(reading: Reading, case_ids: Sequence[str]) -> dict[str, Dossier]:
    by_case: dict[str, list[object]] = {}
    for entry in entries(await reading.entries_of_cases(case_ids, *_GIVING)):
        by_case.setdefault(entry.case or "", []).append(entry)
    return {case_id: fold(ones) for case_id, ones in by_case.items()}  # type: ignore[arg-type]


async def _as_known_today(desk: Desk, reading: Reading, materials: Mapping[str, Material]) -> dict[str, Material]:
    """The same with what each association said of itself when it applied last."""
    organisations = {material.case.organisation_id for material in materials.values() if _is_association(material)}
    newest_ids = await reading.newest_cases(organisations)
    others = sorted(set(newest_ids.values()) - set(materials))
    newest = {**materials, **await materials_of(desk, reading, others, but=_NOT_COMPARED)}
    known = {}
    for case_id, material in materials.items():
        last = newest.get(newest_ids.get(material.case.organisation_id, ""))
        known[case_id] = material if last is None else as_known_today(material, last.application)
    return known


def _is_association(material: Material) -> bool:
    return material.details.hirer != Hirer.PERSON


def as_known_today(material: Material, last: Application) -> Material:
    """The case with the board, number and declaration of the association's last application beside its own.

    Of a declaration counts what it leaves out: a statement that the association no longer stands behind.
    """
    own = material.application
    number = last.organisation.number or own.organisation.number
    board = tuple(dict.fromkeys((*own.representatives, *last.representatives)))
    declaration = own.declaration
    if declaration and last.declaration and not all(last.declaration.statements.values()):
        declaration = replace(declaration, statements=last.declaration.statements)
    application = replace(
        own,
        organisation=replace(own.organisation, number=number),
        representatives=board,
        declaration=declaration,
    )
    return replace(material, application=application)
