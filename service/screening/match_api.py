"""Another system of the City asks whether a name of an open case resembles anyone on a list; a person still decides."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from service.desk.diary import case_called
from service.desk.ports.desk import Desk
from service.desk.ports.office import ActiveList
from service.desk.ports.store import Reading
from service.desk.rulebook import rulebook, today
from service.domain.application import PartyKind
from service.domain.case import Case
from service.domain.clock import DAY_MS
from service.domain.errors import GranskaError, InvalidInput, NotFound, Problem, Unavailable
from service.domain.events.event import Actor, Event
from service.domain.events.intake import MatchAsked
from service.domain.ruleset import RuleSet
from service.domain.watchlist import Candidate, FoundEntry, ListDefinition, Schema, Subject
from service.pipeline.isolated import call_thread
from service.screening.list_indexes import ensure_index

MOST_QUERIES = 100
MOST_SUBJECTS = 1000
MOST_ANSWERS = 500
#: What yente calls all that a server has.
ALL_LISTS = "default"
_KINDS = {
    Schema.PERSON: {PartyKind.REPRESENTATIVE.value, PartyKind.SPEAKER.value},
    Schema.ORGANISATION: {PartyKind.ORGANISATION.value, PartyKind.CO_ORGANISER.value},
}


@dataclass(frozen=True)
class ListAsked:
    """A list of the rule set in force, and its version; None where it has not been read in."""

    definition: ListDefinition
    active: ActiveList | None
    age_days: int = 0

    @property
    def stale(self) -> bool:
        """Whether it is too old to say that nobody is on it."""
        return self.age_days > self.definition.max_age_days

    def covers(self, subject: Subject) -> bool:
        """Whether its legal basis covers anyone of this kind."""
        return bool(_KINDS[subject.schema] & self.definition.subject_kinds)


@dataclass(frozen=True)
class Listed:
    """An answer, and the list that it is from."""

    source: ListAsked
    found: FoundEntry


@dataclass(frozen=True)
class Answer:
    """What was found for a query, best first; or why it was not asked, which is never the same as nothing found."""

    results: tuple[Listed, ...] = ()
    error: GranskaError | None = None


@dataclass(frozen=True)
class Which:
    """Which lists are asked, by their keys: those named (`default` is all), and not those left out."""

    named: tuple[str, ...]
    left_out: frozenset[str] = frozenset()


async def ask(
    desk: Desk,
    which: Which,
    queries: Sequence[Sequence[Subject] | GranskaError],
    *,
    diary_number: str,
    limit: int,
    keep: Callable[[FoundEntry], bool],
    by: Actor,
) -> list[Answer]:
    """Search lists for whom each query of an open case asks, by any of the names it gives.

    A query may come as the error that it was refused with; the answers are in the queries' order. The log keeps who
    asked, of which case, and what (committed). Raises NotFound for a list that is not there, InvalidInput for a case
    that may not be asked about.
    """
    asked = [query for query in queries if not isinstance(query, GranskaError)]
    if len(queries) > MOST_QUERIES or sum(map(len, asked)) > MOST_SUBJECTS:
        raise InvalidInput([Problem("/queries", "match_api.too_many", {"max": MOST_QUERIES})])
    async with desk.store.reading() as reading:
        case = await _open_case(desk, reading, diary_number)
        sources = _chosen(await lists_of(desk, reading), which)
    for source in sources:
        if source.active:
            await ensure_index(desk, source.active.version)
    most = min(limit, MOST_ANSWERS)
    answers = await call_thread(lambda: [_answer(desk, sources, query, keep, most) for query in queries])
    await _note(desk, case, sources, queries, answers, by)
    return answers


async def lists_that_can_be_asked(desk: Desk) -> list[ListAsked]:
    """Every list of the rule set in force, with its version."""
    async with desk.store.reading() as reading:
        return await lists_of(desk, reading)


async def lists_of(desk: Desk, reading: Reading) -> list[ListAsked]:
    """Every list of the rule set in force, with its version."""
    procedure: RuleSet = (await rulebook(desk, reading)).procedure(today(desk))
    active = await reading.active_lists()
    now = desk.outside.now()
    sources = []
    for key, definition in procedure.lists.items():
        version = active.get(key)
        age = max(0, (now - version.as_of) // DAY_MS) if version else 0
        sources.append(ListAsked(definition, version, age))
    return sources


def _chosen(sources: Sequence[ListAsked], which: Which) -> list[ListAsked]:
    """The lists that are asked; raises NotFound for a name that is no list's."""
    known = {source.definition.key for source in sources}
    for name in (*which.named, *sorted(which.left_out)):
        if name not in known and name != ALL_LISTS:
            raise NotFound("match_api.list_unknown", list=name[:60])
    every = ALL_LISTS in which.named
    chosen = [source for source in sources if every or source.definition.key in which.named]
    # Of all that there are, one that is not required and has not been read in is no list yet.
    there = [source for source in chosen if source.active or source.definition.required or not every]
    return [source for source in there if source.definition.key not in which.left_out]


def _answer(
    desk: Desk,
    sources: Sequence[ListAsked],
    query: Sequence[Subject] | GranskaError,
    keep: Callable[[FoundEntry], bool],
    most: int,
) -> Answer:
    if isinstance(query, GranskaError):
        return Answer(error=query)
    asked = [(source, subject) for source in sources for subject in query if source.covers(subject)]
    if not asked:
        kinds = sorted({subject.schema.value for subject in query})
        return Answer(error=InvalidInput([Problem("/queries", "match_api.schema", {"schema": ", ".join(kinds)})]))
    best: dict[tuple[str, str], Listed] = {}
    for source, subject in asked:
        if source.active is None or source.stale:
            return Answer(error=_cannot_answer(source))
        key = source.definition.key
        for found in desk.finder.found(source.active.version, key, subject, most=MOST_ANSWERS):
            before = best.get((key, found.entry.entry_id))
            if keep(found) and (before is None or _order(found.candidate) < _order(before.found.candidate)):
                best[key, found.entry.entry_id] = Listed(source, found)
    ordered = sorted(best.values(), key=lambda listed: (_order(listed.found.candidate), listed.found.entry.entry_id))
    return Answer(tuple(ordered[:most]))


def _cannot_answer(source: ListAsked) -> Unavailable:
    definition = source.definition
    if source.active is None:
        return Unavailable("match_api.list_missing", list=definition.key)
    return Unavailable("match_api.list_stale", list=definition.key, days=source.age_days, max=definition.max_age_days)


def _order(candidate: Candidate) -> tuple[bool, int]:
    return candidate.needs_identifier, -candidate.score


async def _note(
    desk: Desk,
    case: Case,
    sources: Collection[ListAsked],
    queries: Sequence[Sequence[Subject] | GranskaError],
    answers: Sequence[Answer],
    by: Actor,
) -> None:
    """Log what was asked of each list; nothing where nothing was."""
    subjects: list[Subject] = []
    answered = 0
    for query, answer in zip(queries, answers, strict=True):
        if not isinstance(query, GranskaError) and answer.error is None:
            subjects += query
            answered += 1
    if not subjects:
        return
    async with desk.store.writing() as writing:
        if (await writing.case(case.id)).closed:
            raise InvalidInput([Problem("/case", "match_api.case_closed")])
        for source in sources:
            if source.active is None:
                continue
            key = source.definition.key
            found = [one for answer in answers for one in answer.results if one.source.definition.key == key]
            data = MatchAsked(
                list=key,
                version=source.active.version,
                sha256=source.active.sha256,
                model=desk.finder.method().model,
                asked=writing.keep("asked", [_as_kept(subject) for subject in subjects], case=case.id),
                queries=answered,
                found=len(found),
            )
            await writing.match_asked(Event(data, by, desk.outside.now(), case=case.id))


def _as_kept(subject: Subject) -> dict[str, object]:
    return {
        "name": subject.name,
        "schema": subject.schema.value,
        "births": list(subject.births),
        "countries": list(subject.countries),
        "numbers": list(subject.numbers),
    }


async def _open_case(desk: Desk, reading: Reading, diary_number: str) -> Case:
    """The case that is asked about, which has to be named and open; `HV-2026-1` in an address is `HV 2026/1`."""
    case = await case_called(desk, reading, diary_number)
    if case is None:
        code = "match_api.case_unknown" if diary_number else "match_api.case_missing"
        raise InvalidInput([Problem("/case", code, {"case": diary_number[:60]})])
    if case.closed:
        raise InvalidInput([Problem("/case", "match_api.case_closed")])
    return case
