"""The United States' OFAC lists: `sdn.csv`, or `cons_prim.csv`, with the files of aliases and comments beside it.

The files carry no date, so whoever imports them says it. Vessels and aircraft are left out: neither applies for grants.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from service.domain.errors import ListRefused
from service.domain.watchlist import ListEntry, ListName, Schema
from service.matching.countries import codes
from service.sources.shape import Notes, Noticed, Shape
from service.sources.source import Dated, Source, births, clean, named, whole

_COLUMNS = 12
_MONTHS = {
    m: f"{i:02d}"
    for i, m in enumerate(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], start=1)
}
_DAY = re.compile(r"(\d{1,2}) ([A-Z][a-z]{2}) (\d{4})")
_MONTH = re.compile(r"([A-Z][a-z]{2}) (\d{4})")
_WEAK = re.compile(r"a\.k\.a\. '([^']+)'")
_PERSON, _LEFT_OUT = "individual", ("vessel", "aircraft")
#: There are no columns' names: what a file may hold is the kinds of subjects and of aliases.
SHAPE = Shape(
    read=frozenset({"SDN_Type=individual", "SDN_Type=", "alt_type=aka", "alt_type=fka", "alt_type=nka", "alt_name"}),
    left=frozenset(f"SDN_Type={kind}" for kind in _LEFT_OUT),
    always=frozenset({"alt_name"}),
)


@dataclass
class _Companions:
    """What the files beside say, by the number of the entry they say it of."""

    aliases: dict[str, list[ListName]] = field(default_factory=lambda: defaultdict(list))
    comments: dict[str, str] = field(default_factory=lambda: defaultdict(str))
    of: set[str] = field(default_factory=set)


def read(source: Source, _dated: Dated, notes: Notes) -> Iterator[ListEntry]:
    """One entry for each person and organisation, with its aliases."""
    companions = _companions(source, notes)
    for row in _rows(source, _COLUMNS):
        number, name, kind, remarks = row[0], row[1], row[2].casefold(), f"{row[11]} {companions.comments[row[0]]}"
        companions.of.discard(number)
        notes.place(f"SDN_Type={kind}")
        if kind in _LEFT_OUT:
            continue
        said = [one.strip().rstrip(".") for one in remarks.split(";")]
        weak = [ListName(one, weak=True) for one in _WEAK.findall(remarks)]
        person = kind == _PERSON
        written = [_birth(one) for one in said if re.match(r"(alt\. )?DOB ", one)]
        yield ListEntry(
            entry_id=number,
            schema=Schema.PERSON if person else Schema.ORGANISATION,
            names=named([ListName(name), *companions.aliases[number], *weak], number, notes),
            births=births(written, notes, "Remarks/DOB") if person else (),
            countries=codes(one.partition(" ")[2] for one in said if re.match(r"(nationality|citizen) ", one)),
        )
    if companions.of:
        notes.notice(Noticed.COMPANION_FOREIGN, ", ".join(_names_of(source)[:2]))


def _names_of(source: Source) -> tuple[str, str]:
    """What the files of aliases and of comments are called that belong with this one."""
    name = source.path.name.casefold() if source.path else "sdn.csv"
    if name.startswith("cons"):
        return "cons_alt.csv", "cons_comments.csv"
    return "alt.csv", "sdn_comments.csv"


def _companions(source: Source, notes: Notes) -> _Companions:
    """The files beside; without that of aliases most names would be missing."""
    aliases_name, comments_name = _names_of(source)
    found = _Companions()
    aliases, comments = source.beside(aliases_name), source.beside(comments_name)
    if aliases is None:
        notes.notice(Noticed.COMPANION_MISSING, aliases_name)
        notes.place("alt_name")
    for row in _rows(aliases, 5):
        notes.place("alt_name")
        notes.place(f"alt_type={row[2].casefold()}")
        found.aliases[row[0]].append(ListName(row[3]))
        found.of.add(row[0])
    for row in _rows(comments, 2):
        found.comments[row[0]] += " " + row[1]
        found.of.add(row[0])
    return found


def _rows(source: Source | None, columns: int) -> Iterator[list[str]]:
    """Rows without a header; `-0-` is nothing, and a last byte 0x1A ends the file."""
    if source is None:
        return
    whole(source)
    with source.open() as raw:
        reader = csv.reader(io.TextIOWrapper(raw, encoding="utf-8-sig", errors="strict", newline=""), strict=True)
        try:
            for row in reader:
                if row == ["\x1a"] or not any(map(str.strip, row)):
                    continue
                if reader.line_num == 1 and not row[0].strip().isdigit():
                    raise ListRefused("list.header_row", line=1, found=clean(row[0])[:40])
                if len(row) < columns or not row[0].strip().isdigit():
                    raise ListRefused("list.row", line=reader.line_num)
                yield ["" if clean(one) == "-0-" else clean(one) for one in row]
        except UnicodeDecodeError as error:
            raise ListRefused("list.not_utf8") from error
        except csv.Error as error:
            raise ListRefused("list.broken_csv", line=reader.line_num) from error


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
    return text
