"""Compares a file of names with list files: no database, nothing kept."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from service.audit.leaf import milliseconds
from service.domain.application import Party, PartyKind
from service.domain.clock import DAY_MS
from service.domain.errors import GranskaError, ListRefused
from service.domain.watchlist import Candidate, Schema
from service.matching.finder import find
from service.matching.index import NameIndex
from service.sources.formats import guess, read_list

OUTCOMES = ("no_candidate", "needs_identifier", "candidate", "not_screened")
MAX_NAME = 1000


@dataclass(frozen=True)
class ListSource:
    """A list ready to be searched, and one line about it."""

    name: str
    said: str
    indexes: dict[Schema, NameIndex]


def read_source(option: str, *, now: int, max_age: int | None) -> ListSource:
    """Read `NAME=FILE`; raises ListRefused, also for a list older than `max_age` days."""
    name, equals, path = option.partition("=")
    if not equals or not name or not Path(path).is_file():
        raise ListRefused("list.option", option=option)
    body = Path(path).read_bytes()
    parsed = read_list(guess(body), body)
    age = max(0, (now - milliseconds(parsed.generated_at)) // DAY_MS)
    said = f"{name}: {len(parsed.entries)} poster, framställd {parsed.generated_at}, {age} dygn gammal"
    if max_age is not None and age > max_age:
        raise ListRefused("list.too_old", list=name, days=age, max=max_age)
    return ListSource(name, said, {one: NameIndex(parsed.entries, one) for one in Schema})


def read_subjects(path: Path) -> Sequence[dict[str, str | None]]:
    """The rows of a CSV with a header that has at least `name`."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restkey="_extra", strict=True)
            if "name" not in (reader.fieldnames or ()):
                raise GranskaError("screen.no_name_column")
            return list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise GranskaError("screen.unreadable") from error


def screen_rows(rows: Iterable[dict[str, Any]], sources: Sequence[ListSource], out: TextIO) -> dict[str, int]:
    """Write one JSON line for each row; returns how many had each outcome."""
    counts = Counter(dict.fromkeys(OUTCOMES, 0))
    for number, row in enumerate(rows, start=1):
        answer = _screen_row(row, number, sources)
        counts[answer["outcome"]] += 1
        out.write(json.dumps(answer, ensure_ascii=False) + "\n")
    return dict(counts)


def _screen_row(row: dict[str, Any], number: int, sources: Sequence[ListSource]) -> dict[str, Any]:
    name = (row.get("name") or "").strip()
    answer: dict[str, Any] = {"id": row.get("id") or str(number), "name": name, "outcome": "", "candidates": []}
    read = _party(row, name)
    if read is None:
        return answer | {"outcome": "not_screened"}
    party, schema = read
    found = [one for source in sources for one in find(source.indexes[schema], source.name, party, schema)]
    if not found:
        return answer | {"outcome": "no_candidate"}
    quiet = all(one.needs_identifier for one in found)
    found.sort(key=lambda one: -one.score)
    return answer | {
        "outcome": "needs_identifier" if quiet else "candidate",
        "candidates": [_candidate(one) for one in found],
    }


def _party(row: dict[str, Any], name: str) -> tuple[Party, Schema] | None:
    """The party a row speaks of, or None where the row itself cannot be read."""
    written = (row.get("schema") or "organisation").strip().casefold()
    born = (row.get("birth_date") or "").strip()
    readable = name and len(name) <= MAX_NAME and not any(one in name for one in "\x00\r\n") and "_extra" not in row
    if not readable or written not in tuple(Schema) or not re.fullmatch(r"(\d{4}(-\d{2}){0,2})?", born):
        return None
    schema = Schema(written)
    kind = PartyKind.REPRESENTATIVE if schema is Schema.PERSON else PartyKind.ORGANISATION
    number = (row.get("org_number") or "").strip() or None
    return Party(kind, name, number, int(born[:4]) if born else None), schema


def _candidate(one: Candidate) -> dict[str, Any]:
    return {
        "list": one.list_key,
        "entry_id": one.entry_id,
        "name": one.name,
        "matched_name": one.matched_name,
        "score": one.score / 1000,
        "evidence": [{"code": e.code, "left": e.left, "right": e.right} for e in one.evidence],
    }
