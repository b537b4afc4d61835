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
from itertools import product
from pathlib import Path
from typing import Any, TextIO

from service.audit.leaf import milliseconds
from service.domain.birth import read_birth
from service.domain.clock import DAY_MS, Instant
from service.domain.errors import GranskaError, ListRefused
from service.domain.organisation import normal_form
from service.domain.watchlist import Candidate, ListEntry, Schema, Subject
from service.matching import model, population
from service.matching.countries import codes
from service.matching.explain import reasons
from service.matching.finder import Finder
from service.matching.judge import State
from service.matching.names import comparable
from service.matching.search import both
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
    try:
        subjects = _subjects(row, "")
    except NotScreened as why:
        return answer | {"outcome": "not_screened", "why": why.code}
    answer["schema"] = _said(subjects)
    found: list[Candidate] = []
    for name, subject in product(lists, subjects):
        found += finder.find(name, name, subject)
    if not found:
        return answer | {"outcome": "no_candidate"}
    quiet = all(candidate.needs_identifier for candidate in found)
    found.sort(key=lambda candidate: (candidate.needs_identifier, -candidate.score))
    return answer | {
        "outcome": "needs_identifier" if quiet else "candidate",
        "candidates": [_candidate(candidate) for candidate in _best_of_each(found)],
    }


def _best_of_each(found: Sequence[Candidate]) -> list[Candidate]:
    """Each entry once, by its best."""
    best: dict[tuple[str, str], Candidate] = {}
    for candidate in found:
        best.setdefault((candidate.list_key, candidate.entry_id), candidate)
    return list(best.values())


class NotScreened(Exception):
    """A row that cannot be compared: why, as a word."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


#: A schema that does not say whether a person or an organisation is meant: compared as both. So is a row without one.
EITHER = frozenset({"", "legalentity", "thing", "either"})


def _subjects(row: Row, side: str) -> list[Subject]:
    """Whom a row speaks of (`side` is "1" or "2" in a file of pairs), as each kind it may be; raises NotScreened."""
    name, born = _cell(row, f"name{side}"), _cell(row, f"birth_date{side}")
    if "_extra" in row:
        raise NotScreened("more_cells_than_columns")
    schemas = _schemas(row.get("schema"))
    if not name:
        raise NotScreened("name_missing")
    comparable_as = [schema for schema in schemas if _readable(name) and comparable(name, schema)]
    if not comparable_as:
        raise NotScreened("name_unreadable")
    if born and read_birth(born) is None:
        raise NotScreened("birth_date_unreadable")
    country = codes(_cell(row, f"country{side}").replace(",", ";").split(";"))
    number = normal_form(_cell(row, f"org_number{side}"))
    births, numbers = (born,) if born else (), (number,) if number else ()
    return [
        Subject(name, schema, births, country)
        if schema is Schema.PERSON
        else Subject(name, schema, (), country, numbers)
        for schema in comparable_as
    ]


def _said(subjects: Sequence[Subject]) -> str:
    return subjects[0].schema.value if len(subjects) == 1 else "either"


def _cell(row: Row, column: str) -> str:
    return (row.get(column) or "").strip()


def _readable(name: str) -> bool:
    return 0 < len(name) <= MAX_NAME and not any(sign in name for sign in "\x00\r\n")


def _schemas(written: str | None) -> tuple[Schema, ...]:
    """Our schemas by our names or by FollowTheMoney's; both where it does not say which."""
    text = (written or "").strip().casefold()
    if text in EITHER:
        return tuple(Schema)
    if text in _PEOPLE:
        return (Schema.PERSON,)
    known = {"organisation", "organization", "company", "publicbody", "vessel", "airplane", "asset"}
    if text not in known:
        raise NotScreened("schema_unknown")
    return (Schema.ORGANISATION,)


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
        try:
            left, right = _subjects(row, "1"), _subjects(row, "2")
            answer = _paired(left, right, used, table)
        except NotScreened as why:
            answer = {"probability": "", "outcome": "not_screened", "evidence": json.dumps([[why.code, "", ""]])}
        writer.writerow(row | answer)
        yield answer["outcome"]


def _paired(
    left: Sequence[Subject], right: Sequence[Subject], used: model.Model, table: population.Population
) -> dict[str, str]:
    """Two sides compared as each kind that both may be; the closest of them."""
    as_one = [(ours, theirs) for ours, theirs in product(left, right) if ours.schema is theirs.schema]
    if not as_one:
        raise NotScreened("name_unreadable")
    judged = [(both(ours, theirs, used, table), ours.schema) for ours, theirs in as_one]
    found, schema = max(judged, key=lambda pair: (_STRENGTH[pair[0].state], pair[0].weight))
    said = [[reason.code, reason.left, reason.right] for reason in reasons(found, schema, weak=False)]
    return {
        "probability": f"{found.weight:.4f}",
        "outcome": found.state.value,
        "evidence": json.dumps(said, ensure_ascii=False),
    }


_STRENGTH = {State.NONE: 0, State.NEEDS: 1, State.CANDIDATE: 2}


def counted(outcomes: Iterable[str]) -> dict[str, int]:
    """How many had each outcome."""
    counts = Counter(dict.fromkeys(OUTCOMES, 0))
    counts.update(outcomes)
    return dict(counts)
