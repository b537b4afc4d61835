"""The European Union's consolidated financial sanctions list (FSF, XML 1.1)."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from service.domain.errors import ListRefused
from service.domain.organisation import normal_form
from service.domain.watchlist import ListEntry, ListName, Schema
from service.sources.countries import known_codes
from service.sources.source import Dated, Source, births, clean, named, utc
from service.sources.xml_records import records

_NAMESPACE = "{http://eu.europa.ec/fpi/fsd/export}"


def read(source: Source, dated: Dated) -> Iterator[ListEntry]:
    """`export` with its `sanctionEntity` elements."""

    def started(root: Element) -> None:
        if root.tag != f"{_NAMESPACE}export" or not root.get("generationDate"):
            raise ListRefused("list.no_date")
        dated(utc(root.get("generationDate", "")))

    for element in records(source, frozenset({"sanctionEntity"}), started):
        yield _entry(element)


def _entry(element: Element) -> ListEntry:
    entry_id = clean(element.get("euReferenceNumber")) or clean(element.get("logicalId"))
    if not entry_id:
        raise ListRefused("list.entry_without_id")
    kind = element.find(f"{_NAMESPACE}subjectType")
    code = "" if kind is None else clean(kind.get("code")) or clean(kind.get("classificationCode"))
    person = code.casefold() in ("person", "p")
    numbers = [_number(one) for one in element.iterfind(f"{_NAMESPACE}identification")]
    return ListEntry(
        entry_id=entry_id,
        schema=Schema.PERSON if person else Schema.ORGANISATION,
        names=named([_name(one) for one in element.iterfind(f"{_NAMESPACE}nameAlias")], entry_id),
        births=births([_birth(one) for one in element.iterfind(f"{_NAMESPACE}birthdate")]) if person else (),
        countries=known_codes(one.get("countryIso2Code", "") for one in element.iterfind(f"{_NAMESPACE}citizenship")),
        org_numbers=() if person else tuple(sorted({one for one in numbers if one})),
    )


def _name(element: Element) -> ListName:
    """`wholeName` may be empty; an alias is weak when the list does not call it strong or remarks "low quality"."""
    parts = " ".join(clean(element.get(name)) for name in ("firstName", "middleName", "lastName"))
    remarks = " ".join(one.text or "" for one in element.iterfind(f"{_NAMESPACE}remark")).casefold()
    weak = element.get("strong", "true").casefold() == "false" or "low quality" in remarks
    return ListName(clean(element.get("wholeName")) or parts, weak)


def _birth(element: Element) -> str:
    if clean(element.get("calendarType") or "GREGORIAN").upper() != "GREGORIAN":
        return ""  # a year of another calendar would be taken for one of ours
    about = element.get("circa", "").casefold() == "true"
    year = clean(element.get("year"))
    first, last = clean(element.get("yearRangeFrom")), clean(element.get("yearRangeTo"))
    if first and last and not year:
        return f"{first}/{last}"
    if about:
        return f"{year or clean(element.get('birthdate'))[:4]}~"
    if written := clean(element.get("birthdate")):
        return written
    month, day = clean(element.get("monthOfYear")), clean(element.get("dayOfMonth"))
    return "-".join([year, *(one.zfill(2) for one in (month, day) if one)])


def _number(element: Element) -> str | None:
    return normal_form(clean(element.get("number")) or clean(element.get("latinNumber")))
