"""An index of a list's version: its names to search, its entries, its numbers; written once, then mapped as needed."""

import hashlib
import json
import os
from array import array
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from service.domain.watchlist import ListEntry, ListHealth, ListName, Schema
from service.matching import associations, population
from service.matching.evidence import acronyms_of
from service.matching.index import IndexBuilder, NameIndex
from service.matching.names import token_of, words_of
from service.matching.texts import Texts, TextsWriter

#: Raised with every change in how names are taken apart or looked up: an index of another analysis is built anew.
ANALYSIS = "2"


#: How many signs a birth date has that gives year, month and day.
FULL_DATE = len("1970-01-01")


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
            "either": entry.either,
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
        either=read["either"],
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
        self._counts["weak_names"] += sum(name.weak for name in entry.names)
        self._counts["strong_aliases"] += sum(not name.weak for name in entry.names[1:])
        self._counts["persons_with_birth"] += bool(entry.births)
        self._counts["births"] += len(entry.births)
        self._counts["full_dates"] += sum(len(born) == FULL_DATE for born in entry.births)
        self._counts["numbers"] += len(entry.org_numbers)
        self._counts["countries"] += len(entry.countries)
        for schema in Schema if entry.either else (entry.schema,):
            for name in entry.names:
                words = words_of(name.text, schema)
                acronyms = self._acronyms(words, schema)
                self._names[schema].add(name.text, words, number, weak=name.weak, acronyms=acronyms)
        for issued in entry.org_numbers:
            self._numbers.append(_number_key(issued))
            self._owners.append(number)

    def _acronyms(self, words: Sequence[str], schema: Schema) -> list[str]:
        if schema is Schema.PERSON:
            return []
        return sorted(acronyms_of([token_of(word, schema, self._table) for word in words]))

    def drop(self) -> None:
        """Let go of the files without finishing them."""
        self._entries.drop()
        for builder in self._names.values():
            builder.drop()

    def finish(self, entries_digest: str) -> None:
        """Write what is left; only now can the folder be opened. The digest is that of the entries as they are kept."""
        self._entries.close()
        numbers = np.array(self._numbers, dtype=np.uint64)
        order = np.argsort(numbers, kind="stable")
        np.save(self._folder / "numbers.npy", numbers[order])
        np.save(self._folder / "numbers-owners.npy", np.array(self._owners, dtype=np.uint32)[order])
        for schema, builder in self._names.items():
            builder.finish((token_of(one, schema, self._table) for one in builder.vocabulary), self._table)
        (self._folder / "health.json").write_text(json.dumps(self._counts), encoding="utf-8")
        about = index_traits(self._table) | {"entries": entries_digest, "files": file_digests(self._folder)}
        (self._folder / "about.json").write_text(json.dumps(about), encoding="utf-8")


def files_of(folder: Path) -> list[Path]:
    """The files of an index but the one that names them, in order."""
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "about.json"]


def file_digests(folder: Path) -> dict[str, str]:
    """The SHA-256 (hex) of every file of an index but the one that names them."""
    found = {}
    for path in files_of(folder):
        with path.open("rb") as file:
            found[path.relative_to(folder).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


class Seal:
    """The files of an index as they were when it was looked at whole: whatever has touched one since is noticed.

    A mapped file that is written to, cut or exchanged changes under whoever reads it. Its change time (ctime) goes
    with every such touch and cannot be set back by a program: it is asked for in microseconds.
    """

    def __init__(self, folder: Path) -> None:
        self._paths = [str(path) for path in files_of(folder)]
        self._seen = self._now()

    def _now(self) -> list[tuple[int, int, int, int]]:
        found = []
        for path in self._paths:
            told = os.stat(path)
            found.append((told.st_ino, told.st_size, told.st_mtime_ns, told.st_ctime_ns))
        return found

    @property
    def holds(self) -> bool:
        """Whether no file has been touched."""
        try:
            return self._now() == self._seen
        except OSError:
            return False


def index_traits(table: population.Population) -> dict[str, str]:
    """What an index was made by: it holds only for the same."""
    return {"analysis": ANALYSIS, "population": table.version, "forms": associations.load().version}
