"""Our own documented CSV, for lists that a city keeps itself."""

import csv
import io
import re
from collections.abc import Iterator

from service.domain.birth import read_birth
from service.domain.errors import ListRefused
from service.domain.organisation import normal_form
from service.domain.watchlist import ListEntry, ListName, Schema
from service.matching.countries import known_codes
from service.sources.shape import Notes
from service.sources.source import MAX_LINE, Dated, Source, clean, named, utc

MARK = "#granska-list"
COLUMNS = ["entry_id", "schema", "name", "aliases", "weak_aliases", "birth_dates", "countries", "org_number"]
#: What the sixth column was called before it could hold more than years.
_BEFORE = ["birth_years" if one == "birth_dates" else one for one in COLUMNS]


def read(source: Source, dated: Dated, notes: Notes) -> Iterator[ListEntry]:
    """First line `#granska-list,1,GENERATED,COUNT`; then a header and COUNT rows, so that a cut file is seen.

    A spreadsheet in a Swedish machine writes semicolons between the columns: those are read as well.
    """
    csv.field_size_limit(MAX_LINE)
    with source.open() as raw:
        text = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
        rows = csv.reader(text, strict=True)
        try:
            head = text.readline()
            delimiter = ";" if head.strip().strip('"').startswith(f"{MARK};") else ","
            rows = csv.reader(text, strict=True, delimiter=delimiter)
            first = [cell.strip() for cell in next(csv.reader([head], delimiter=delimiter), [])]
            while first and not first[-1]:
                first.pop()
            if len(first) != 4 or first[:2] != [MARK, "1"] or not re.fullmatch(r"[0-9]{1,9}", first[3]):
                raise ListRefused("list.no_mark", mark=f"{MARK},1,GENERATED,COUNT")
            dated(utc(first[2]))
            if [cell.strip().casefold() for cell in next(rows, [])] not in (COLUMNS, _BEFORE):
                raise ListRefused("list.columns", columns=",".join(COLUMNS))
            count = 0
            for row in rows:
                if any(map(str.strip, row)):
                    yield _entry(row, 1 + rows.line_num, notes)
                    count += 1
        except UnicodeDecodeError as error:
            raise ListRefused("list.not_utf8") from error
        except csv.Error as error:
            raise ListRefused("list.broken_csv", line=1 + rows.line_num) from error
    if count != int(first[3]):
        raise ListRefused("list.cut_short", said=int(first[3]), found=count)


def _entry(row: list[str], number: int, notes: Notes) -> ListEntry:
    if len(row) != len(COLUMNS):
        raise ListRefused("list.row", line=number)
    given = dict(zip(COLUMNS, (clean(one) for one in row), strict=True))
    born = _several(given["birth_dates"])
    wrong = given["schema"] not in tuple(Schema) or not all(read_birth(one) for one in born)
    if wrong or not given["entry_id"] or not given["name"]:
        raise ListRefused("list.row", line=number)
    names = [ListName(one) for one in (given["name"], *_several(given["aliases"]))]
    names += [ListName(one, weak=True) for one in _several(given["weak_aliases"])]
    org_number = normal_form(given["org_number"])
    return ListEntry(
        entry_id=given["entry_id"],
        schema=Schema(given["schema"]),
        names=named(names, given["entry_id"], notes),
        births=tuple(sorted(set(born))),
        countries=known_codes(_several(given["countries"])),
        org_numbers=(org_number,) if org_number else (),
    )


def _several(text: str) -> list[str]:
    return [one.strip() for one in text.split(";") if one.strip()]
