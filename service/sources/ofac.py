"""The United States' OFAC list: `sdn.csv`, with `alt.csv` and `sdn_comments.csv` where they lie beside it.

The files carry no date, so whoever imports them says it. Vessels and aircraft are left out: neither applies for grants.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator

from service.domain.errors import ListRefused
from service.domain.watchlist import ListEntry, ListName, Schema
from service.sources.countries import codes
from service.sources.source import Dated, Source, births, clean, named, whole

_COLUMNS = 12
_MONTHS = {
    m: f"{i:02d}"
    for i, m in enumerate(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], start=1)
}
_DAY = re.compile(r"(\d{1,2}) ([A-Z][a-z]{2}) (\d{4})")
_MONTH = re.compile(r"([A-Z][a-z]{2}) (\d{4})")
_WEAK = re.compile(r"a\.k\.a\. '([^']+)'")


def read(source: Source, _dated: Dated) -> Iterator[ListEntry]:
    """One entry for each person and organisation, with its aliases."""
    aliases: dict[str, list[ListName]] = defaultdict(list)
    for row in _rows(source.beside("alt.csv"), 5):
        aliases[row[0]].append(ListName(row[3]))
    comments: dict[str, str] = defaultdict(str)
    for row in _rows(source.beside("sdn_comments.csv"), 2):
        comments[row[0]] += " " + row[1]
    for row in _rows(source, _COLUMNS):
        number, name, kind, remarks = row[0], row[1], row[2].casefold(), f"{row[11]} {comments[row[0]]}"
        if kind in ("vessel", "aircraft"):
            continue
        if not number:
            raise ListRefused("list.entry_without_id")
        said = [one.strip().rstrip(".") for one in remarks.split(";")]
        weak = [ListName(one, weak=True) for one in _WEAK.findall(remarks)]
        person = kind == "individual"
        yield ListEntry(
            entry_id=number,
            schema=Schema.PERSON if person else Schema.ORGANISATION,
            names=named([ListName(name), *aliases[number], *weak], number),
            births=births([_birth(one) for one in said if re.match(r"(alt\. )?DOB ", one)]) if person else (),
            countries=codes(one.partition(" ")[2] for one in said if re.match(r"(nationality|citizen) ", one)),
        )


def _rows(source: Source | None, columns: int) -> Iterator[list[str]]:
    """Rows without a header; `-0-` is nothing, and a last byte 0x1A ends the file."""
    if source is None:
        return
    whole(source)
    with source.open() as raw:
        text = io.TextIOWrapper(raw, encoding="utf-8", errors="strict", newline="")
        try:
            for row in csv.reader(text, strict=True):
                if not row or row == ["\x1a"]:
                    continue
                if len(row) < columns:
                    raise ListRefused("list.row", line=0 if not row[0].isdigit() else int(row[0]))
                yield ["" if clean(one) == "-0-" else clean(one) for one in row]
        except UnicodeDecodeError as error:
            raise ListRefused("list.not_utf8") from error
        except csv.Error as error:
            raise ListRefused("list.broken_csv") from error


def _birth(text: str) -> str:
    """`DOB 09 Feb 1951`, `DOB Feb 1951`, `DOB 1951`, `DOB circa 1951`, `DOB 1943 to 1944`."""
    text = re.sub(r"^(alt\. )?DOB ", "", text)
    if day := _DAY.fullmatch(text):
        return f"{day[3]}-{_MONTHS.get(day[2], '')}-{day[1].zfill(2)}"
    if month := _MONTH.fullmatch(text):
        return f"{month[2]}-{_MONTHS.get(month[1], '')}"
    years = re.findall(r"\b\d{4}\b", text)
    if len(years) == 2:
        return f"{years[0]}/{years[1]}"
    if len(years) == 1:
        return f"{years[0]}~" if "circa" in text else years[0]
    return ""
