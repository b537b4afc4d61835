"""The United Nations Security Council's consolidated list (XML)."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from service.domain.errors import ListRefused
from service.domain.watchlist import ListEntry, ListName, Schema
from service.sources.countries import codes
from service.sources.source import Dated, Source, births, clean, named, utc
from service.sources.xml_records import records

_PARTS = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")


def read(source: Source, dated: Dated) -> Iterator[ListEntry]:
    """CONSOLIDATED_LIST; missing data come as empty elements and are skipped."""

    def started(root: Element) -> None:
        if root.tag != "CONSOLIDATED_LIST" or not root.get("dateGenerated"):
            raise ListRefused("list.no_date")
        dated(utc(root.get("dateGenerated", "")))

    for element in records(source, frozenset({"INDIVIDUAL", "ENTITY"}), started):
        yield _person(element) if element.tag == "INDIVIDUAL" else _entity(element)


def _id(element: Element) -> str:
    reference = clean(element.findtext("REFERENCE_NUMBER")) or clean(element.findtext("DATAID"))
    if not reference:
        raise ListRefused("list.entry_without_id")
    return reference


def _names(element: Element, aliases: str) -> tuple[ListName, ...]:
    names = [ListName(" ".join(clean(element.findtext(tag)) for tag in _PARTS))]
    names.append(ListName(element.findtext("NAME_ORIGINAL_SCRIPT") or ""))
    for alias in element.iterfind(aliases):
        low = clean(alias.findtext("QUALITY")) == "Low"
        names.append(ListName(alias.findtext("ALIAS_NAME") or "", weak=low))
    return named(names, _id(element))


def _person(element: Element) -> ListEntry:
    return ListEntry(
        entry_id=_id(element),
        schema=Schema.PERSON,
        names=_names(element, "INDIVIDUAL_ALIAS"),
        births=births([_birth(one) for one in element.iterfind("INDIVIDUAL_DATE_OF_BIRTH")]),
        countries=codes(one.text or "" for one in element.iterfind("NATIONALITY/VALUE")),
    )


def _birth(element: Element) -> str:
    """A date, a year, a range, or about a year; many that the list calls exact hold no more than a year."""
    first, last = (clean(element.findtext(tag))[:4] for tag in ("FROM_YEAR", "TO_YEAR"))
    if first and last:
        return f"{first}/{last}"
    text = clean(element.findtext("DATE")) or clean(element.findtext("YEAR")) or first or last
    text = re.sub(r"T.*|Z$", "", text)
    about = clean(element.findtext("TYPE_OF_DATE")).startswith("APPROX")
    return f"{text[:4]}~" if about else text


def _entity(element: Element) -> ListEntry:
    return ListEntry(_id(element), Schema.ORGANISATION, _names(element, "ENTITY_ALIAS"))
