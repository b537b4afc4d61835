"""One subject against one list: which entries resemble it, and how."""

import re
from dataclasses import replace

from service.domain.organisation import normal_form
from service.domain.watchlist import Candidate, FoundEntry, ListEntry, Schema, Subject
from service.matching import model, population
from service.matching.explain import reasons
from service.matching.identifiers import Compared, compare_births, compare_sets
from service.matching.index import NameIndex
from service.matching.judge import (
    Judgement,
    State,
    at_least_asked,
    holds_whole,
    judge,
    judge_names,
    worth_asking,
)
from service.matching.list_index import ListIndex
from service.matching.names import Name, analyse, comparable, token_of

MOST_CANDIDATES = 10


def find(
    index: ListIndex,
    list_key: str,
    subject: Subject,
    used: model.Model,
    table: population.Population,
    most: int = MOST_CANDIDATES,
) -> tuple[FoundEntry, ...]:
    """Search one list for one subject; each candidate with its entry."""
    subject = with_numbers_read(subject)
    name = analyse(subject.name, subject.schema, table)
    names = index.indexes[subject.schema]
    organisation = subject.schema is Schema.ORGANISATION
    best: dict[int, tuple[Judgement, bool, ListEntry, str]] = {}
    entries: dict[int, tuple[ListEntry, str]] = {}
    hits = [(names.entry(hit), hit) for hit in names.search(name.tokens, contained=organisation)]
    asked = [(entry, Name(names.text(one), tuple(names.tokens(one))), names.weak(one)) for entry, one in hits]
    for number in index.numbered(subject.numbers):
        entry, _ = entries.setdefault(number, index.entry(number))
        asked.append((number, analyse(entry.names[0].text, entry.schema, table), False))
    for number, listed, weak in asked:
        by_name = judge_names(name, listed, subject.schema, used, table)
        whole = organisation and holds_whole(by_name)
        if not whole and not worth_asking(by_name, subject.schema, used) and not subject.numbers:
            continue
        entry, digest = entries.setdefault(number, index.entry(number))
        common = _Common(names, number, subject.schema, table)
        judged = judge(by_name, compared(subject, entry, used), subject.schema, used, table, weak=weak, common=common)
        if whole:
            judged = at_least_asked(judged)
        if judged.state is State.NONE:
            continue
        before = best.get(number)
        if before is None or _rank(judged) > _rank(before[0]):
            best[number] = (judged, weak, entry, digest)
    ordered = sorted(best.values(), key=lambda one: (*(-part for part in _rank(one[0])), one[2].entry_id))
    return tuple(FoundEntry(_candidate(list_key, *one, subject.schema), one[2]) for one in ordered[:most])


def reaches(index: ListIndex, subject: Subject, used: model.Model, table: population.Population) -> bool:
    """Whether an entry of the list could come of a search for a subject in any list that has these entries and more.

    How common a name is on the list is left aside: that can only make less of what is found. A search in more entries
    leaves out more of these, never fewer, since the best of them sets how much a name has to share.
    """
    subject = with_numbers_read(subject)
    if index.numbered(subject.numbers):
        return True
    organisation = subject.schema is Schema.ORGANISATION
    name = analyse(subject.name, subject.schema, table)
    names = index.indexes[subject.schema]
    for hit in names.search(name.tokens, contained=organisation):
        listed = Name(names.text(hit), tuple(names.tokens(hit)))
        by_name = judge_names(name, listed, subject.schema, used, table)
        if worth_asking(by_name, subject.schema, used) or (organisation and holds_whole(by_name)):
            return True
    return False


_NUMBER = re.compile(r"(?<!\d)(?:16)?\d{6}[-\s]?\d{4}(?!\d)")


def with_numbers_read(subject: Subject) -> Subject:
    """An organisation's number that was written among the words of its name, as a number."""
    if subject.schema is not Schema.ORGANISATION:
        return subject
    numbers = [number for written in _NUMBER.findall(subject.name) if (number := normal_form(written))]
    rest = _NUMBER.sub(" ", subject.name).strip(" ,;()")
    if not numbers or not comparable(rest, subject.schema):
        return subject
    return replace(subject, name=rest, numbers=tuple(dict.fromkeys([*subject.numbers, *numbers])))


def compared(subject: Subject, entry: ListEntry, used: model.Model) -> tuple[Compared, ...]:
    """Every identifier that either side may have."""
    countries = compare_sets("country", subject.countries, entry.countries)
    if subject.schema is Schema.PERSON:
        return (compare_births(subject.births, entry.births, latest=used.latest_birth), countries)
    return (compare_sets("number", subject.numbers, entry.org_numbers), countries)


def _rank(judged: Judgement) -> tuple[int, float, float, float]:
    """Which of an entry's names to show, and which entry first: of names that weigh alike, the one most words meet."""
    met = judged.names.facts["met"]
    return (int(judged.state is State.CANDIDATE), round(judged.weight, 1), met, judged.weight)


class _Common:
    """How large a share of the list's other entries have a word."""

    def __init__(self, names: NameIndex, entry: int, schema: Schema, table: population.Population) -> None:
        self._names, self._entry, self._schema, self._table = names, entry, schema, table

    def __call__(self, word: str) -> float:
        return self._names.others_named(token_of(word, self._schema, self._table), self._entry)


def _candidate(
    list_key: str, judged: Judgement, weak: bool, entry: ListEntry, digest: str, schema: Schema
) -> Candidate:
    return Candidate(
        list_key=list_key,
        entry_id=entry.entry_id,
        entry_digest=digest,
        name=entry.names[0].text,
        matched_name=judged.names.right.text,
        score=min(999, round(1000 * judged.weight)),  # rounding makes nothing certain
        evidence=reasons(judged, schema, weak=weak),
        needs_identifier=judged.state is State.NEEDS,
    )


def both(left: Subject, right: Subject, used: model.Model, table: population.Population) -> Judgement:
    """Two subjects side by side, without a list."""
    schema = left.schema
    names = judge_names(analyse(left.name, schema, table), analyse(right.name, schema, table), schema, used, table)
    entry = ListEntry("", schema, (), right.births, right.countries, right.numbers)
    return judge(names, compared(left, entry, used), schema, used, table)
