"""Compares a file of names with list files, or pairs of names with each other: no database, nothing kept."""

import csv
import json
import multiprocessing
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from service.audit.leaf import milliseconds
from service.domain.birth import read_birth
from service.domain.clock import DAY_MS, Instant
from service.domain.errors import GranskaError, ListRefused
from service.domain.organisation import normal_form
from service.domain.watchlist import Candidate, ListEntry, Schema, Subject
from service.matching import model, population
from service.matching.explain import reasons
from service.matching.finder import Finder
from service.matching.names import comparable
from service.matching.search import both
from service.sources.countries import codes
from service.sources.formats import guess, read_list

OUTCOMES = ("no_candidate", "needs_identifier", "candidate", "not_screened")
MAX_NAME = 1000
#: From this many rows on, it is worth starting a process for each core.
MANY = 2000
_CHUNK = 200
_PEOPLE = frozenset({"person"})
Row = dict[str, Any]


@dataclass(frozen=True)
class ListSource:
    """A list ready to be searched: how many entries, when it was made (ISO 8601), and how many days ago."""

    name: str
    entries: int
    generated: str
    age_days: int


def read_source(
    option: str,
    folder: Path,
    *,
    now: Instant,
    max_age: int | None,
    generated: str | None = None,
    told: Callable[[int], None] = lambda _: None,
) -> ListSource:
    """Read `NAME=FILE` and index it in the folder; raises ListRefused, also for a list older than `max_age` days."""
    name, equals, path = option.partition("=")
    if not equals or not re.fullmatch(r"[\w-]{1,50}", name) or not Path(path).is_file():
        raise ListRefused("list.option", option=option)
    file = read_list(guess(Path(path)), Path(path), generated)
    count = 0

    def counted() -> Iterator[ListEntry]:
        nonlocal count
        for one in file:
            count += 1
            if count % 1000 == 0:
                told(count)
            yield one

    Finder(folder).build(name, counted())
    if milliseconds(file.generated_at) > now:
        raise ListRefused("list.from_the_future")
    age = max(0, (now - milliseconds(file.generated_at)) // DAY_MS)
    if max_age is not None and age > max_age:
        raise ListRefused("list.too_old", list=name, days=age, max=max_age)
    return ListSource(name, count, file.generated_at, age)


def read_subjects(path: Path, needed: Sequence[str] = ("name",)) -> Sequence[dict[str, str | None]]:
    """The rows of a CSV with a header that has at least the needed columns."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restkey="_extra", strict=True)
            missing = [one for one in needed if one not in (reader.fieldnames or ())]
            if missing:
                raise GranskaError("screen.no_column", column=", ".join(missing))
            return list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise GranskaError("screen.unreadable") from error


def screen_rows(rows: Sequence[Row], sources: Sequence[ListSource], folder: Path, out: TextIO) -> Iterator[str]:
    """Write one JSON line for each row, in order; yields each row's outcome."""
    work = partial(_screen_chunk, folder, [one.name for one in sources])
    chunks = [(start + 1, rows[start : start + _CHUNK]) for start in range(0, len(rows), _CHUNK)]
    for lines in _each(work, chunks, many=len(rows) >= MANY):
        for outcome, line in lines:
            out.write(line)
            yield outcome


def _each(work: Callable[[Any], Any], chunks: Iterable[Any], *, many: bool) -> Iterator[Any]:
    if not many:
        yield from map(work, chunks)
        return
    # Started afresh rather than forked: nothing of this process' threads or files goes along.
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(work, chunks)


_finders: dict[Path, Finder] = {}


def _screen_chunk(folder: Path, lists: Sequence[str], chunk: tuple[int, Sequence[Row]]) -> list[tuple[str, str]]:
    finder = _finders.setdefault(folder, Finder(folder))
    first, rows = chunk
    answers = [_screen_row(finder, row, number, lists) for number, row in enumerate(rows, start=first)]
    return [(one["outcome"], json.dumps(one, ensure_ascii=False) + "\n") for one in answers]


def _screen_row(finder: Finder, row: Row, number: int, lists: Sequence[str]) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "id": row.get("id") or str(number),
        "name": (row.get("name") or "").strip(),
        "outcome": "",
        "candidates": [],
    }
    subject = _subject(row, "")
    if subject is None:
        return answer | {"outcome": "not_screened"}
    found = [one for name in lists for one in finder.find(name, name, subject)]
    if not found:
        return answer | {"outcome": "no_candidate"}
    quiet = all(one.needs_identifier for one in found)
    found.sort(key=lambda one: (one.needs_identifier, -one.score))
    return answer | {
        "outcome": "needs_identifier" if quiet else "candidate",
        "candidates": [_candidate(one) for one in found],
    }


def _subject(row: Row, side: str) -> Subject | None:
    """Whom a row speaks of (`side` is "1" or "2" in a file of pairs), or None where the row itself cannot be read."""
    name, born = _cell(row, f"name{side}"), _cell(row, f"birth_date{side}")
    schema = _schema(row.get("schema"), default=Schema.PERSON if side else Schema.ORGANISATION)
    if schema is None or "_extra" in row or not _readable(name) or not comparable(name, schema):
        return None
    if born and read_birth(born) is None:
        return None
    country = codes(_cell(row, f"country{side}").replace(",", ";").split(";"))
    if schema is Schema.PERSON:
        return Subject(name, schema, (born,) if born else (), country)
    number = normal_form(_cell(row, f"org_number{side}"))
    return Subject(name, schema, (), country, (number,) if number else ())


def _cell(row: Row, column: str) -> str:
    return (row.get(column) or "").strip()


def _readable(name: str) -> bool:
    return 0 < len(name) <= MAX_NAME and not any(sign in name for sign in "\x00\r\n")


def _schema(written: str | None, *, default: Schema) -> Schema | None:
    """Our two schemas by our names or by FollowTheMoney's."""
    text = (written or "").strip().casefold()
    if not text:
        return default
    if text in _PEOPLE:
        return Schema.PERSON
    known = {"organisation", "organization", "company", "legalentity", "publicbody", "vessel", "airplane", "asset"}
    return Schema.ORGANISATION if text in known else None


def _candidate(one: Candidate) -> dict[str, Any]:
    return {
        "list": one.list_key,
        "entry_id": one.entry_id,
        "name": one.name,
        "matched_name": one.matched_name,
        "score": one.score / 1000,
        "needs_identifier": one.needs_identifier,
        "evidence": [{"code": e.code, "left": e.left, "right": e.right} for e in one.evidence],
    }


PAIR_COLUMNS = ("schema", "name1", "name2")
ADDED_COLUMNS = ("probability", "outcome", "evidence")


def judge_pairs(rows: Sequence[Row], out: TextIO) -> Iterator[str]:
    """Write each row with `probability` (0-1), `outcome` and `evidence` added; yields each outcome."""
    given = [one for one in (rows[0] if rows else dict.fromkeys(PAIR_COLUMNS)) if one not in (*ADDED_COLUMNS, "_extra")]
    writer = csv.DictWriter(out, [*given, *ADDED_COLUMNS], extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    used, table = model.load(), population.load()
    for row in rows:
        left, right = _subject(row, "1"), _subject(row, "2")
        if left is None or right is None:
            answer = {"probability": "", "outcome": "not_screened", "evidence": "[]"}
        else:
            found = both(left, right, used, table)
            said = [[one.code, one.left, one.right] for one in reasons(found, left.schema, weak=False)]
            answer = {
                "probability": f"{found.weight:.4f}",
                "outcome": found.state.value,
                "evidence": json.dumps(said, ensure_ascii=False),
            }
        writer.writerow(row | answer)
        yield answer["outcome"]


def counted(outcomes: Iterable[str]) -> dict[str, int]:
    """How many had each outcome."""
    counts = Counter(dict.fromkeys(OUTCOMES, 0))
    counts.update(outcomes)
    return dict(counts)
