"""One subject against one list: no candidate, needs an identifier, or candidates with their reasons.

This is the whole interface of matching; what stands behind it can be replaced.
"""

import json
import logging
import shutil
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from service.domain.application import Party, PartyKind
from service.domain.damage import Damage, mended
from service.domain.organisation import normal_form
from service.domain.watchlist import (
    Candidate,
    Comparison,
    FoundEntry,
    ListEntry,
    ListHealth,
    Method,
    Schema,
    Subject,
)
from service.matching import memory, model, population
from service.matching.explain import reasons
from service.matching.list_index import ANALYSIS, ListIndex, ListIndexBuilder, Seal, file_digests, index_traits
from service.matching.names import comparable
from service.matching.search import MOST_CANDIDATES, both, find, reaches

logger = logging.getLogger("granska.matching")
MOST_OPEN = 16
#: In place of the digest of kept entries, where an index is of none that are kept.
UNTOLD = ""
PERSON_KINDS = frozenset({PartyKind.REPRESENTATIVE, PartyKind.SPEAKER})


def subject_of(party: Party) -> Subject:
    """A party of an application as matching knows it."""
    name, _ = mended(party.name)
    if party.kind in PERSON_KINDS:
        return Subject(name, Schema.PERSON, (str(party.birth_year),) if party.birth_year else ())
    number = normal_form(party.number) if party.number else None
    return Subject(name, Schema.ORGANISATION, numbers=(number,) if number else ())


class Finder:
    """Keeps the indexes of list versions in a folder, and those in use open."""

    def __init__(self, folder: Path, *, table: population.Population | None = None) -> None:
        self._folder = folder
        self._table = table or population.load()
        self._open: dict[str, Opened] = {}
        self._afresh: dict[str, Seal] = {}
        self._lock = threading.Lock()

    def knows(self, version: str, entries_digest: str) -> bool:
        """Whether this version's index has been built of just these entries, by this analysis and population table.

        One that is not as it was built could let someone through: it is looked at whole before its first use, and
        whoever touches it after that is noticed.
        """
        opened = self._open.get(version)
        if opened is not None:
            return opened.entries_digest == entries_digest and opened.seal.holds
        return self._about(version) == index_traits(self._table) | {
            "entries": entries_digest,
            "files": file_digests(self._folder / version),
        }

    def ready(self, version: str) -> bool:
        """Whether it is open and untouched since it was looked at whole: nothing else has to be asked."""
        opened = self._open.get(version)
        return opened is not None and opened.seal.holds

    def afresh(self, version: str) -> bool:
        """Whether its index has been built, or held against one built afresh, here, and nobody has touched it since."""
        return version in self._afresh and self._afresh[version].holds

    def built(self, version: str) -> None:
        """What lies there now is what was just built."""
        self._afresh[version] = Seal(self._folder / version)

    def has(self, version: str) -> bool:
        """Whether there is an index of this version, by today's analysis, right or wrong."""
        about = self._about(version)
        return {name: about.get(name) for name in index_traits(self._table)} == index_traits(self._table)

    def _about(self, version: str) -> dict[str, Any]:
        try:
            about: Any = json.loads((self._folder / version / "about.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return about if isinstance(about, dict) else {}

    def forget(self, version: str) -> None:
        """Throw away the index of a version that never came to be."""
        self.close(version)
        self._afresh.pop(version, None)
        shutil.rmtree(self._folder / version, ignore_errors=True)

    def let_go_of_names(self) -> None:
        """Forget every word that a comparison has left in memory."""
        memory.let_go()

    def building(self, version: str) -> "Building":
        """Builds this version's index beside the others; nobody sees it until it is done."""
        return Building(self, self._folder, version, self._table)

    def close(self, version: str) -> None:
        """Let go of an index; whoever asks next opens what lies there then."""
        with self._lock:
            self._open.pop(version, None)

    def health(self, version: str) -> ListHealth:
        """What can be told of a version without looking anyone up; counted when its index was built."""
        read = json.loads((self._folder / version / "health.json").read_text(encoding="utf-8"))
        return ListHealth(**read)

    def build(self, version: str, entries: Iterable[ListEntry]) -> None:
        """Build a version's index at one go."""
        with self.building(version) as builder:
            for one in entries:
                builder.add(one)
            builder.done(UNTOLD)

    def method(self, name: str = model.NEWEST) -> Method:
        """By what numbers is compared, for the record."""
        used = model.load(name)
        bands = {schema.value: one.bands for schema, one in used.schemas.items()}
        return Method(used.version, self._table.version, ANALYSIS, used.base_rate, bands)

    def readable(self, party: Party) -> bool:
        """Whether a party's name can be compared at all."""
        subject = subject_of(party)
        return comparable(subject.name, subject.schema)

    def read_as(self, party: Party) -> str:
        """The name that was compared, where the one that was given was damaged and could be mended; empty otherwise."""
        name, damage = mended(party.name)
        return name if damage is Damage.REPAIRED else ""

    def asking(self, version: str, list_key: str, *, near: bool = False) -> "NamesAsked":
        """A question about many names that can be sent to another process."""
        return NamesAsked(self._folder, self._table.source, version, list_key, model.NEWEST, near)

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
        with self._using(version) as index:
            return find(index, list_key, subject, model.load(name), self._table, most)

    def reaches(self, version: str, subject: Subject, *, name: str) -> bool:
        """Whether an entry of this version could come of a search for a subject in any list that has it and more."""
        with self._using(version) as index:
            return reaches(index, subject, model.load(name), self._table)

    @contextmanager
    def _using(self, version: str) -> Iterator[ListIndex]:
        """An index, for one question; LookupError where it was touched meanwhile: what it said is worth nothing."""
        opened, broke = self.opened(version), None
        try:
            yield opened.index
        except Exception as error:  # noqa: BLE001 - a spoilt index may raise anything
            broke = error
        if not opened.seal.holds:
            logger.error("the index of list version %s was touched while it was in use", version)
            self.close(version)
            raise LookupError(f"the index of list version {version} was touched") from broke
        if broke is not None:
            raise broke

    def compare(self, left: Subject, right: Subject) -> Comparison:
        """Two subjects side by side, without a list."""
        judged = both(left, right, model.load(), self._table)
        return Comparison(round(1000 * judged.weight), judged.state.value, reasons(judged, left.schema, weak=False))

    def opened(self, version: str) -> "Opened":
        """The index of a version, looked at whole before its first use; raises LookupError where it is not as built."""
        with self._lock:
            found = self._open.get(version)
            if found is None:
                folder, about = self._folder / version, self._about(version)
                seal = Seal(folder)
                whole = self.has(version) and about.get("files") == file_digests(folder)
                if not whole or not seal.holds:
                    # No list is empty; answering from nothing would be a pass by a search that could not look.
                    raise LookupError(f"no index of list version {version}")
                while len(self._open) >= MOST_OPEN:
                    self._open.pop(next(iter(self._open)))
                found = Opened(ListIndex(folder, self._table), str(about.get("entries")), seal)
                self._open[version] = found
            return found


@dataclass(frozen=True)
class Opened:
    """An index in use, the digest of the entries it was built of, and its files as they were when it was opened."""

    index: ListIndex
    entries_digest: str
    seal: Seal


class Building:
    """An index being built: moved into place when all of it is there, thrown away otherwise."""

    def __init__(self, finder: Finder, folder: Path, version: str, table: population.Population) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._finder, self._version = finder, version
        self._target = folder / version
        self._folder = Path(tempfile.mkdtemp(prefix=".building-", dir=folder))
        self._builder = ListIndexBuilder(self._folder, table)

    def __enter__(self) -> "Building":
        return self

    def add(self, entry: ListEntry) -> None:
        """One entry."""
        self._builder.add(entry)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self.drop()

    def done(self, entries_digest: str) -> bool:
        """Write what is left and move the index into its place; the digest is that of the entries as they are kept.

        Where an index by the same analysis lies there, says whether it was the very same, and leaves it then.
        """
        self._builder.finish(entries_digest)
        before = self._finder.has(self._version)
        same = before and self._finder.knows(self._version, entries_digest)
        same = same and file_digests(self._target) == file_digests(self._folder)
        if same:
            shutil.rmtree(self._folder)
        else:
            self._finder.close(self._version)
            if self._target.exists():
                shutil.rmtree(self._target)
            self._folder.rename(self._target)
        self._finder.built(self._version)
        memory.let_go()  # a list's words are many, and the next question is about others
        return same or not before

    def drop(self) -> None:
        """Leave nothing behind."""
        self._builder.drop()
        shutil.rmtree(self._folder, ignore_errors=True)


def sweep_indexes(folder: Path) -> None:
    """Throw away what a build that was cut off has left behind."""
    for pattern in (".building-*", ".delta-*"):
        for one in folder.glob(pattern):
            shutil.rmtree(one, ignore_errors=True)


class Said(IntEnum):
    """What a list says of a name, as far as a sweep has to know: whoever resembles someone is looked up in full."""

    NOTHING = 0
    SOMETHING = 1
    UNREADABLE = 2


@dataclass(frozen=True)
class NamesAsked:
    """A version of a list to be asked about many names; `near` asks who could be reached, however common the name.

    It can be sent to another process, or a machine that sees the same files; the answers are the same.
    """

    folder: Path
    table: Path
    version: str
    list_key: str
    model: str
    near: bool = False

    def __call__(self, parties: Sequence[Party]) -> bytes:
        """One `Said` for each party, in their order; raises LookupError for a version that was never built."""
        finder = _finder(self.folder, self.table)
        return bytes(self._said(finder, party) for party in parties)

    def _said(self, finder: Finder, party: Party) -> Said:
        if not finder.readable(party):
            return Said.UNREADABLE
        if self.near:
            found = finder.reaches(self.version, subject_of(party), name=self.model)
        else:
            found = bool(finder.search(self.version, self.list_key, party, name=self.model))
        return Said.SOMETHING if found else Said.NOTHING


@lru_cache(maxsize=4)
def _finder(folder: Path, table: Path) -> Finder:
    """This process's own finder over these files: what is open stays open from one parcel of names to the next."""
    return Finder(folder, table=population.load(table))
