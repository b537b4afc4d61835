"""List files into entries: the UN's consolidated XML, and our own documented CSV.

A file is taken whole or refused whole: without a generation date, with no entries, with an id twice, cut short, in the
wrong encoding or with anything hostile in it, it is refused and says why.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from service.domain.errors import ListRefused
from service.domain.organisation import normal_form
from service.domain.text import visible
from service.domain.watchlist import ListEntry, ListName, ParsedList, Schema

MAX_BYTES = 200_000_000
CSV_MARK = "#granska-list"
CSV_COLUMNS = ["entry_id", "schema", "name", "aliases", "weak_aliases", "birth_years", "countries", "org_number"]
UN_XML, GRANSKA_CSV = "un-xml", "granska-csv"


def guess(body: bytes) -> str:
    """Which of our formats this looks like."""
    return UN_XML if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<" else GRANSKA_CSV


def read_list(format: str, body: bytes) -> ParsedList:
    """The list in this file; raises ListRefused with the reason."""
    if len(body) > MAX_BYTES:
        raise ListRefused("list.too_large", max=MAX_BYTES // 1_000_000)
    parsed = _un_xml(body) if format == UN_XML else _granska_csv(body)
    if not parsed.entries:
        raise ListRefused("list.empty")
    seen: set[str] = set()
    for one in parsed.entries:
        if one.entry_id in seen:
            raise ListRefused("list.duplicate_id", id=one.entry_id)
        seen.add(one.entry_id)
    return parsed


def _utc(text: str) -> str:
    """A generation date as the log writes times."""
    try:
        moment = datetime.fromisoformat(text.strip())
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ListRefused("list.no_date") from error
    if moment.year < 1990:
        raise ListRefused("list.no_date")
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _clean(text: str | None) -> str:
    kept = " ".join(unicodedata.normalize("NFC", text or "").split())
    return kept if visible(kept) else ""


def _un_xml(body: bytes) -> ParsedList:
    """CONSOLIDATED_LIST of the UN Security Council; missing data come as empty elements and are skipped."""
    try:
        tree = fromstring(body, forbid_dtd=True)
    except DefusedXmlException as error:
        raise ListRefused("list.hostile_xml") from error
    except (ParseError, ValueError, LookupError) as error:
        raise ListRefused("list.broken_xml") from error
    if tree.tag != "CONSOLIDATED_LIST" or not tree.get("dateGenerated"):
        raise ListRefused("list.no_date")
    entries = [_un_person(one) for one in tree.iterfind("INDIVIDUALS/INDIVIDUAL")]
    entries += [_un_entity(one) for one in tree.iterfind("ENTITIES/ENTITY")]
    return ParsedList(_utc(tree.get("dateGenerated", "")), tuple(entries))


def _un_id(element: Element) -> str:
    reference = _clean(element.findtext("REFERENCE_NUMBER")) or _clean(element.findtext("DATAID"))
    if not reference:
        raise ListRefused("list.entry_without_id")
    return reference


def _un_names(element: Element, aliases: str) -> tuple[ListName, ...]:
    parts = [_clean(element.findtext(tag)) for tag in ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")]
    names = [ListName(" ".join(part for part in parts if part))]
    original = _clean(element.findtext("NAME_ORIGINAL_SCRIPT"))
    if original:
        names.append(ListName(original))
    for alias in element.iterfind(aliases):
        text = _clean(alias.findtext("ALIAS_NAME"))
        if text:
            names.append(ListName(text, weak=_clean(alias.findtext("QUALITY")) == "Low"))
    kept = tuple(one for one in names if one.text)
    if not kept:
        raise ListRefused("list.entry_without_name", id=_un_id(element))
    return kept


def _un_person(element: Element) -> ListEntry:
    years: list[int] = []
    span = 0
    for born in element.iterfind("INDIVIDUAL_DATE_OF_BIRTH"):
        found = [
            int(text[:4])
            for tag in ("DATE", "YEAR", "FROM_YEAR", "TO_YEAR")
            if re.match(r"\d{4}", text := _clean(born.findtext(tag)))
        ]
        if len(found) == 2 and born.findtext("FROM_YEAR"):
            years += range(found[0], found[1] + 1)
        else:
            years += found
        if _clean(born.findtext("TYPE_OF_DATE")).startswith("APPROX"):
            span = 2
    countries = [_clean(one.text) for one in element.iterfind("NATIONALITY/VALUE")]
    return ListEntry(
        entry_id=_un_id(element),
        schema=Schema.PERSON,
        names=_un_names(element, "INDIVIDUAL_ALIAS"),
        birth_years=tuple(sorted(set(years))),
        birth_span=span,
        countries=tuple(one for one in countries if one),
    )


def _un_entity(element: Element) -> ListEntry:
    return ListEntry(_un_id(element), Schema.ORGANISATION, _un_names(element, "ENTITY_ALIAS"))


def _granska_csv(body: bytes) -> ParsedList:
    """First line `#granska-list,1,GENERATED,COUNT`; then a header and COUNT rows, so that a cut file is seen."""
    try:
        rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True))
    except UnicodeDecodeError as error:
        raise ListRefused("list.not_utf8") from error
    except csv.Error as error:
        raise ListRefused("list.broken_csv") from error
    if not rows or len(rows[0]) != 4 or rows[0][:2] != [CSV_MARK, "1"] or not re.fullmatch(r"[0-9]{1,9}", rows[0][3]):
        raise ListRefused("list.no_mark", mark=f"{CSV_MARK},1,GENERATED,COUNT")
    if len(rows) < 2 or rows[1] != CSV_COLUMNS:
        raise ListRefused("list.columns", columns=",".join(CSV_COLUMNS))
    entries = tuple(_csv_entries(rows[2:]))
    if len(entries) != int(rows[0][3]):
        raise ListRefused("list.cut_short", said=int(rows[0][3]), found=len(entries))
    return ParsedList(_utc(rows[0][2]), entries)


def _csv_entries(rows: list[list[str]]) -> Iterator[ListEntry]:
    for number, row in enumerate(rows, start=3):
        if len(row) != len(CSV_COLUMNS):
            raise ListRefused("list.row", line=number)
        given = dict(zip(CSV_COLUMNS, (_clean(one) for one in row), strict=True))
        years = [one.strip() for one in given["birth_years"].split(";") if one.strip()]
        wrong = given["schema"] not in tuple(Schema) or not all(re.fullmatch(r"\d{4}", one) for one in years)
        if wrong or not given["entry_id"] or not given["name"]:
            raise ListRefused("list.row", line=number)
        names = [ListName(given["name"])]
        names += [ListName(one.strip()) for one in given["aliases"].split(";") if one.strip()]
        names += [ListName(one.strip(), weak=True) for one in given["weak_aliases"].split(";") if one.strip()]
        org_number = normal_form(given["org_number"])
        yield ListEntry(
            entry_id=given["entry_id"],
            schema=Schema(given["schema"]),
            names=tuple(names),
            birth_years=tuple(sorted(int(one) for one in years)),
            countries=tuple(one.strip() for one in given["countries"].split(";") if one.strip()),
            org_numbers=(org_number,) if org_number else (),
        )
