"""One subject against one list: no candidate, needs an identifier, or candidates with their reasons.

This is the whole interface of matching; what stands behind it can be replaced.
"""

import hashlib
import json
import shutil
import tempfile
import threading
from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from service.domain.application import Party, PartyKind
from service.domain.organisation import normal_form
from service.domain.watchlist import (
    Candidate,
    Comparison,
    FoundEntry,
    ListEntry,
    ListHealth,
    ListName,
    Method,
    Schema,
    Subject,
)
from service.matching import associations, memory, model, population
from service.matching.explain import reasons
from service.matching.identifiers import Compared, compare_births, compare_sets
from service.matching.index import IndexBuilder, NameIndex, Texts, TextsWriter
from service.matching.judge import Judgement, State, judge, judge_names
from service.matching.names import Name, analyse, comparable, token_of, words_of

#: Raised with every change in how names are taken apart or looked up: an index of another analysis is built anew.
ANALYSIS = "1"
MOST_CANDIDATES = 10
MOST_OPEN = 16
PERSON_KINDS = frozenset({PartyKind.REPRESENTATIVE, PartyKind.SPEAKER})


def subject_of(party: Party) -> Subject:
    """A party of an application as matching knows it."""
    if party.kind in PERSON_KINDS:
        return Subject(party.name, Schema.PERSON, (str(party.birth_year),) if party.birth_year else ())
    number = normal_form(party.number) if party.number else None
    return Subject(party.name, Schema.ORGANISATION, numbers=(number,) if number else ())


class ListIndex:
    """A list version opened for searching."""

    def __init__(self, folder: Path, table: population.Population) -> None:
        self._entries = Texts(folder, "entries")
        self._numbers = np.load(folder / "numbers.npy", mmap_mode="r")
        self._number_owners = np.load(folder / "numbers-owners.npy", mmap_mode="r")
        self.indexes = {schema: NameIndex(folder / schema.value, table) for schema in Schema}

    def __len__(self) -> int:
        return len(self._entries)

    def entry(self, number: int) -> tuple[ListEntry, str]:
        """An entry and the digest of all that the list says of it."""
        body = self._entries[number]
        return _entry_of(body), hashlib.sha256(body).hexdigest()

    def numbered(self, numbers: Sequence[str]) -> list[int]:
        """The entries with one of these organisation numbers."""
        found: set[int] = set()
        for one in numbers:
            wanted = _number_key(one)
            start, stop = np.searchsorted(self._numbers, [wanted, wanted + 1])
            for owner in self._number_owners[int(start) : int(stop)]:
                if one in self.entry(int(owner))[0].org_numbers:
                    found.add(int(owner))
        return sorted(found)


def _number_key(number: str) -> int:
    return int(hashlib.sha256(number.encode()).hexdigest()[:8], 16)


def _body_of(entry: ListEntry) -> bytes:
    return json.dumps(
        {
            "id": entry.entry_id,
            "schema": entry.schema.value,
            "names": [[one.text, one.weak] for one in entry.names],
            "births": entry.births,
            "countries": entry.countries,
            "numbers": entry.org_numbers,
        },
        ensure_ascii=False,
        sort_keys=True,
    ).encode()


def _entry_of(body: bytes) -> ListEntry:
    read = json.loads(body)
    return ListEntry(
        entry_id=read["id"],
        schema=Schema(read["schema"]),
        names=tuple(ListName(text, weak) for text, weak in read["names"]),
        births=tuple(read["births"]),
        countries=tuple(read["countries"]),
        org_numbers=tuple(read["numbers"]),
    )


class ListIndexBuilder:
    """Takes a list's entries one by one, in any number, and writes an index of them."""

    def __init__(self, folder: Path, table: population.Population) -> None:
        self._folder, self._table = folder, table
        self._entries = TextsWriter(folder, "entries")
        self._names = {schema: IndexBuilder(folder / schema.value) for schema in Schema}
        self._numbers, self._owners = array("Q"), array("I")
        self._counts = dict.fromkeys(ListHealth.__dataclass_fields__, 0)

    def add(self, entry: ListEntry) -> None:
        """One entry with all of its names."""
        number = self._entries.add(_body_of(entry))
        self._counts["entries"] += 1
        self._counts["persons" if entry.schema is Schema.PERSON else "organisations"] += 1
        self._counts["names"] += len(entry.names)
        self._counts["weak_names"] += sum(one.weak for one in entry.names)
        self._counts["persons_with_birth"] += bool(entry.births)
        builder = self._names[entry.schema]
        for one in entry.names:
            builder.add(one.text, words_of(one.text, entry.schema), number, weak=one.weak)
        for issued in entry.org_numbers:
            self._numbers.append(_number_key(issued))
            self._owners.append(number)

    def drop(self) -> None:
        """Let go of the files without finishing them."""
        self._entries.drop()
        for builder in self._names.values():
            builder.drop()

    def finish(self) -> None:
        """Write what is left; only now can the folder be opened."""
        self._entries.close()
        numbers = np.array(self._numbers, dtype=np.uint64)
        order = np.argsort(numbers, kind="stable")
        np.save(self._folder / "numbers.npy", numbers[order])
        np.save(self._folder / "numbers-owners.npy", np.array(self._owners, dtype=np.uint32)[order])
        for schema, builder in self._names.items():
            builder.finish((token_of(one, schema, self._table) for one in builder.vocabulary), self._table)
        (self._folder / "health.json").write_text(json.dumps(self._counts), encoding="utf-8")
        about = _about(self._table) | {"files": _digests(self._folder)}
        (self._folder / "about.json").write_text(json.dumps(about), encoding="utf-8")


def _digests(folder: Path) -> dict[str, str]:
    """The SHA-256 (hex) of every file of an index but the one that names them."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != "about.json":
            with path.open("rb") as file:
                found[path.relative_to(folder).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def _about(table: population.Population) -> dict[str, str]:
    return {"analysis": ANALYSIS, "population": table.version, "forms": associations.load().version}


class Finder:
    """Keeps the indexes of list versions in a folder, and those in use open."""

    def __init__(self, folder: Path, *, table: population.Population | None = None) -> None:
        self._folder = folder
        self._table = table or population.load()
        self._open: dict[str, ListIndex] = {}
        self._lock = threading.Lock()

    def knows(self, version: str) -> bool:
        """Whether this version's index has been built, by this analysis and with this population table."""
        try:
            about: Any = json.loads((self._folder / version / "about.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        if not isinstance(about, dict) or {name: about.get(name) for name in _about(self._table)} != _about(
            self._table
        ):
            return False
        # An index that is not as it was built could let someone through: it is looked at whole before its first use.
        return version in self._open or about.get("files") == _digests(self._folder / version)

    def forget(self, version: str) -> None:
        """Throw away the index of a version that never came to be."""
        self._open.pop(version, None)
        shutil.rmtree(self._folder / version, ignore_errors=True)

    def let_go_of_names(self) -> None:
        """Forget every word that a comparison has left in memory."""
        memory.let_go()

    def building(self, version: str) -> "Building":
        """Builds this version's index beside the others; nobody sees it until it is done."""
        return Building(self._folder, version, self._table)

    def health(self, version: str) -> ListHealth:
        """What can be told of a version without looking anyone up; counted when its index was built."""
        read = json.loads((self._folder / version / "health.json").read_text(encoding="utf-8"))
        return ListHealth(**read)

    def build(self, version: str, entries: Iterable[ListEntry]) -> None:
        """Build a version's index at one go."""
        with self.building(version) as builder:
            for one in entries:
                builder.add(one)

    def method(self, name: str = model.NEWEST) -> Method:
        """By what numbers is compared, for the record."""
        used = model.load(name)
        bands = {schema.value: one.bands for schema, one in used.schemas.items()}
        return Method(used.version, self._table.version, ANALYSIS, used.base_rate, bands)

    def readable(self, party: Party) -> bool:
        """Whether a party's name can be compared at all."""
        subject = subject_of(party)
        return comparable(subject.name, subject.schema)

    def search(self, version: str, list_key: str, party: Party, *, name: str = model.NEWEST) -> tuple[Candidate, ...]:
        """The entries that resemble a party, best first; raises LookupError for a version that was never built."""
        return self.find(version, list_key, subject_of(party), name=name)

    def find(
        self, version: str, list_key: str, subject: Subject, *, name: str = model.NEWEST, most: int = MOST_CANDIDATES
    ) -> tuple[Candidate, ...]:
        """The same for any subject."""
        found = self.found(version, list_key, subject, name=name, most=most)
        return tuple(one.candidate for one in found)

    def found(
        self, version: str, list_key: str, subject: Subject, *, name: str = model.NEWEST, most: int = MOST_CANDIDATES
    ) -> tuple[FoundEntry, ...]:
        """The same, each with the entry it is about."""
        return find(self.opened(version), list_key, subject, model.load(name), self._table, most)

    def compare(self, left: Subject, right: Subject) -> Comparison:
        """Two subjects side by side, without a list."""
        judged = both(left, right, model.load(), self._table)
        return Comparison(round(1000 * judged.weight), judged.state.value, reasons(judged, left.schema, weak=False))

    def opened(self, version: str) -> ListIndex:
        """The index of a version."""
        with self._lock:
            found = self._open.get(version)
            if found is None:
                if not self.knows(version):
                    # No list is empty; answering from nothing would be a pass by a search that could not look.
                    raise LookupError(f"no index of list version {version}")
                while len(self._open) >= MOST_OPEN:
                    self._open.pop(next(iter(self._open)))
                found = self._open[version] = ListIndex(self._folder / version, self._table)
            return found


class Building:
    """An index being built: moved into place when all of it is there, thrown away otherwise."""

    def __init__(self, folder: Path, version: str, table: population.Population) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._target = folder / version
        self._folder = Path(tempfile.mkdtemp(prefix=".building-", dir=folder))
        self._builder = ListIndexBuilder(self._folder, table)

    def __enter__(self) -> "Building":
        return self

    def add(self, entry: ListEntry) -> None:
        """One entry."""
        self._builder.add(entry)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.done()
        else:
            self.drop()

    def done(self) -> None:
        """Write what is left and move the index into its place."""
        self._builder.finish()
        if self._target.exists():
            shutil.rmtree(self._target)
        self._folder.rename(self._target)
        memory.let_go()  # a list's words are many, and the next question is about others

    def drop(self) -> None:
        """Leave nothing behind."""
        self._builder.drop()
        shutil.rmtree(self._folder, ignore_errors=True)


def find(
    index: ListIndex,
    list_key: str,
    subject: Subject,
    used: model.Model,
    table: population.Population,
    most: int = MOST_CANDIDATES,
) -> tuple[FoundEntry, ...]:
    """Search one list for one subject; each candidate with its entry."""
    name = analyse(subject.name, subject.schema, table)
    names = index.indexes[subject.schema]
    best: dict[int, tuple[Judgement, bool, ListEntry, str]] = {}
    entries: dict[int, tuple[ListEntry, str]] = {}
    hits = [(names.entry(one), one) for one in names.search(name.tokens)]
    asked = [(entry, Name(names.text(one), tuple(names.tokens(one))), names.weak(one)) for entry, one in hits]
    for number in index.numbered(subject.numbers):
        entry, _ = entries.setdefault(number, index.entry(number))
        asked.append((number, analyse(entry.names[0].text, entry.schema, table), False))
    for number, listed, weak in asked:
        by_name = judge_names(name, listed, subject.schema, used, table)
        if not _worth(by_name.evidence, subject.schema, used) and not subject.numbers:
            continue
        entry, digest = entries.setdefault(number, index.entry(number))
        common = _Common(names, number, subject.schema, table)
        judged = judge(by_name, compared(subject, entry), subject.schema, used, table, weak=weak, common=common)
        if judged.state is State.NONE:
            continue
        before = best.get(number)
        if before is None or _rank(judged) > _rank(before[0]):
            best[number] = (judged, weak, entry, digest)
    ordered = sorted(best.values(), key=lambda one: (*(-part for part in _rank(one[0])), one[2].entry_id))
    return tuple(FoundEntry(_candidate(list_key, *one, subject.schema), one[2]) for one in ordered[:most])


def compared(subject: Subject, entry: ListEntry) -> tuple[Compared, ...]:
    """Every identifier that either side may have."""
    countries = compare_sets("country", subject.countries, entry.countries)
    if subject.schema is Schema.PERSON:
        return (compare_births(subject.births, entry.births), countries)
    return (compare_sets("number", subject.numbers, entry.org_numbers), countries)


def _worth(evidence: float, schema: Schema, used: model.Model) -> bool:
    one = used.schemas[schema]
    return one.calibrated(evidence) >= one.threshold


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
    return judge(names, compared(left, entry), schema, used, table)


def sweep_indexes(folder: Path) -> None:
    """Throw away what a build that was cut off has left behind."""
    for one in folder.glob(".building-*"):
        shutil.rmtree(one, ignore_errors=True)
