"""Another system of the City asks whether a name of an open case resembles anyone on a list; a person still decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from service.desk.ports.desk import Desk
from service.desk.ports.office import ActiveList
from service.desk.rulebook import rulebook, today
from service.domain.application import PartyKind
from service.domain.case import Case
from service.domain.clock import DAY_MS
from service.domain.errors import InvalidInput, NotFound, Problem, Unavailable
from service.domain.events.event import Actor, Event
from service.domain.events.intake import MatchAsked
from service.domain.ruleset import RuleSet
from service.domain.watchlist import Candidate, FoundEntry, ListDefinition, Schema, Subject
from service.matching.names import comparable
from service.pipeline.isolated import call_thread
from service.screening.search_lists import ensure_index

MOST_QUERIES = 100
MOST_ANSWERS = 500
_KINDS = {
    Schema.PERSON: {PartyKind.REPRESENTATIVE.value, PartyKind.SPEAKER.value},
    Schema.ORGANISATION: {PartyKind.ORGANISATION.value, PartyKind.CO_ORGANISER.value},
}


@dataclass(frozen=True)
class Asked:
    """The answers to each query, in order, and the version that gave them."""

    active: ActiveList
    definition: ListDefinition
    answers: tuple[tuple[FoundEntry, ...], ...]


async def ask(
    desk: Desk, list_key: str, queries: Sequence[Sequence[Subject]], *, diary_number: str, limit: int, by: Actor
) -> Asked:
    """Search a list for whom each query of an open case asks, by any of the names it gives.

    The log keeps who asked, of which case, and what (committed). Raises NotFound for a list or case that is not there,
    InvalidInput for what may not be asked, and Unavailable for a list that is too old to say "no hit".
    """
    subjects = [one for query in queries for one in query]
    if len(subjects) > MOST_QUERIES:
        raise InvalidInput([Problem("/queries", "match_api.too_many", {"max": MOST_QUERIES})])
    async with desk.store.reading() as reading:
        case = await reading.case_by_diary_number(diary_number) if diary_number else None
        procedure = (await rulebook(desk, reading)).procedure(today(desk))
        active = (await reading.active_lists()).get(list_key)
    case = _open_case(case, diary_number)
    definition = _definition(procedure, list_key)
    if active is None:
        raise NotFound("match_api.list_unknown", list=list_key)
    age = max(0, (desk.outside.now() - active.as_of) // DAY_MS)
    if age > definition.max_age_days:
        raise Unavailable("match_api.list_stale", list=list_key, days=age, max=definition.max_age_days)
    _check_subjects(subjects, definition)
    await ensure_index(desk, active.version)

    most = min(limit, MOST_ANSWERS)

    def answered(query: Sequence[Subject]) -> tuple[FoundEntry, ...]:
        by_name = [desk.finder.found(active.version, list_key, subject, most=most) for subject in query]
        return _best(by_name)[:most]

    answers = await call_thread(lambda: tuple(answered(query) for query in queries))
    async with desk.store.writing() as writing:
        if (await writing.case(case.id)).closed:
            raise InvalidInput([Problem("/case", "match_api.case_closed")])
        asked = [
            {"name": one.name, "schema": one.schema.value, "births": list(one.births),
             "countries": list(one.countries), "numbers": list(one.numbers)}
            for one in subjects
        ]  # fmt: skip
        data = MatchAsked(
            list=list_key,
            version=active.version,
            sha256=active.sha256,
            model=desk.finder.method().model,
            asked=writing.keep("asked", asked, case=case.id),
            queries=len(queries),
            found=sum(map(len, answers)),
        )
        await writing.match_asked(Event(data, by, desk.outside.now(), case=case.id))
    return Asked(active, definition, answers)


def _best(by_name: Sequence[tuple[FoundEntry, ...]]) -> tuple[FoundEntry, ...]:
    """The answers for several names of one subject as one, each entry by its best."""
    best: dict[str, FoundEntry] = {}
    for found in chain.from_iterable(by_name):
        before = best.get(found.entry.entry_id)
        if before is None or _order(found.candidate) < _order(before.candidate):
            best[found.entry.entry_id] = found
    return tuple(sorted(best.values(), key=lambda found: (_order(found.candidate), found.entry.entry_id)))


def _order(one: Candidate) -> tuple[bool, int]:
    return one.needs_identifier, -one.score


def _definition(procedure: RuleSet, list_key: str) -> ListDefinition:
    definition = procedure.lists.get(list_key)
    if definition is None:
        raise NotFound("match_api.list_unknown", list=list_key)
    return definition


def _open_case(case: Case | None, diary_number: str) -> Case:
    """The case that is asked about, which has to be named and open."""
    if case is None:
        code = "match_api.case_unknown" if diary_number else "match_api.case_missing"
        raise InvalidInput([Problem("/case", code, {"case": diary_number[:60]})])
    if case.closed:
        raise InvalidInput([Problem("/case", "match_api.case_closed")])
    return case


def _check_subjects(subjects: Sequence[Subject], definition: ListDefinition) -> None:
    """The list's legal basis covers everyone who is asked for, and their names can be compared."""
    for subject in subjects:
        if not _KINDS[subject.schema] & definition.subject_kinds:
            raise InvalidInput([Problem("/queries", "match_api.schema", {"schema": subject.schema.value})])
        if not comparable(subject.name, subject.schema):
            raise InvalidInput([Problem("/queries", "match_api.not_comparable")])
