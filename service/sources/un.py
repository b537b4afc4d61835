"""The United Nations Security Council's consolidated list (XML)."""

import re
from collections.abc import Iterator
from itertools import product
from xml.etree.ElementTree import Element

from service.domain.errors import ListRefused
from service.domain.watchlist import ListEntry, ListName, Schema
from service.matching.countries import codes
from service.sources.shape import Notes, Noticed, Shape
from service.sources.source import Dated, Source, births, clean, named, utc
from service.sources.xml_records import check_root, records

_PARTS = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
_PERSON, _ENTITY = "INDIVIDUALS/INDIVIDUAL", "ENTITIES/ENTITY"


def _under(record: str, names: str) -> set[str]:
    return {f"{record}/{name}" for name in names.split()}


#: Where nobody's name, date or number stands, and what stands there.
_BESIDE = (
    *(f"{record}/{name}" for record, name in product((_PERSON, _ENTITY), ("LIST_TYPE", "LAST_DAY_UPDATED"))),
    *(f"{_PERSON}/{name}" for name in ("INDIVIDUAL_ADDRESS", "INDIVIDUAL_PLACE_OF_BIRTH", "DESIGNATION", "TITLE")),
    f"{_ENTITY}/ENTITY_ADDRESS",
)
_PLACED = ("VALUE", "STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE", "COUNTRY", "NOTE")
#: From the list's own schema (sc-sanctions.xsd) and the real list. Alias names and reference numbers stand in every
#: record there is; missing data come as empty elements.
SHAPE = Shape(
    read=frozenset(
        {"INDIVIDUALS", _PERSON, "ENTITIES", _ENTITY}
        | {f"{record}/{name}" for record, name in product((_PERSON, _ENTITY), (*_PARTS, "NAME_ORIGINAL_SCRIPT"))}
        | _under(
            _PERSON, "REFERENCE_NUMBER DATAID NATIONALITY NATIONALITY/VALUE INDIVIDUAL_ALIAS INDIVIDUAL_DATE_OF_BIRTH"
        )
        | _under(_ENTITY, "REFERENCE_NUMBER DATAID ENTITY_ALIAS ENTITY_ALIAS/QUALITY ENTITY_ALIAS/ALIAS_NAME")
        | _under(f"{_PERSON}/INDIVIDUAL_ALIAS", "QUALITY ALIAS_NAME DATE_OF_BIRTH")
        | _under(f"{_PERSON}/INDIVIDUAL_DATE_OF_BIRTH", "TYPE_OF_DATE DATE YEAR FROM_YEAR TO_YEAR")
    ),
    left=frozenset(
        {
            f"{record}/{name}"
            for record, name in product(
                (_PERSON, _ENTITY),
                "VERSIONNUM UN_LIST_TYPE LISTED_ON SUBMITTED_BY SUBMITTED_ON DELISTED_ON COMMENTS1 COMMENTS2 COMMENTS3 "
                "SORT_KEY SORT_KEY_LAST_MOD".split(),
            )
        }
        | _under(_PERSON, "GENDER NATIONALITY2 INDIVIDUAL_DOCUMENT INDIVIDUAL_DATE_OF_BIRTH/NOTE")
        | _under(f"{_PERSON}/INDIVIDUAL_ALIAS", "CITY_OF_BIRTH COUNTRY_OF_BIRTH NOTE")
        | _under(_ENTITY, "ENTITY_ALIAS/NOTE")
        | set(_BESIDE)
        | {f"{place}/{name}" for place, name in product(_BESIDE, _PLACED)}
        | _under(
            f"{_PERSON}/INDIVIDUAL_DOCUMENT",
            "TYPE_OF_DOCUMENT TYPE_OF_DOCUMENT2 NUMBER ISSUING_COUNTRY COUNTRY_OF_ISSUE CITY_OF_ISSUE DATE_OF_ISSUE "
            "NOTE",
        )
    ),
    beside=_BESIDE,
    always=frozenset(
        _under(
            _PERSON, "REFERENCE_NUMBER FIRST_NAME INDIVIDUAL_ALIAS INDIVIDUAL_ALIAS/ALIAS_NAME INDIVIDUAL_ALIAS/QUALITY"
        )
        | _under(_PERSON, "INDIVIDUAL_DATE_OF_BIRTH")
        | _under(_ENTITY, "REFERENCE_NUMBER FIRST_NAME ENTITY_ALIAS ENTITY_ALIAS/ALIAS_NAME")
    ),
)
_QUALITIES = ("Good", "Low", "a.k.a.", "f.k.a.", "")


def read(source: Source, dated: Dated, notes: Notes) -> Iterator[ListEntry]:
    """CONSOLIDATED_LIST; missing data come as empty elements and are skipped."""

    def started(root: Element) -> None:
        dated(utc(check_root(root, "CONSOLIDATED_LIST", "dateGenerated")))

    for element in records(source, frozenset({_PERSON, _ENTITY}), started, notes):
        yield _person(element, notes) if element.tag == "INDIVIDUAL" else _entity(element, notes)


def _id(element: Element) -> str:
    reference = clean(element.findtext("REFERENCE_NUMBER")) or clean(element.findtext("DATAID"))
    if not reference:
        raise ListRefused("list.entry_without_id")
    return reference


def _names(element: Element, aliases: str, notes: Notes) -> tuple[ListName, ...]:
    names = [ListName(" ".join(clean(element.findtext(tag)) for tag in _PARTS))]
    names.append(ListName(element.findtext("NAME_ORIGINAL_SCRIPT") or ""))
    for alias in element.iterfind(aliases):
        quality = clean(alias.findtext("QUALITY"))
        if quality not in _QUALITIES:
            notes.notice(Noticed.UNREAD, f"{aliases}/QUALITY")
        names.append(ListName(alias.findtext("ALIAS_NAME") or "", weak=quality == "Low"))
    return named(names, _id(element), notes)


def _person(element: Element, notes: Notes) -> ListEntry:
    written = [_birth(one) for one in element.iterfind("INDIVIDUAL_DATE_OF_BIRTH")]
    written += [_alias_birth(one) for one in element.iterfind("INDIVIDUAL_ALIAS/DATE_OF_BIRTH")]
    return ListEntry(
        entry_id=_id(element),
        schema=Schema.PERSON,
        names=_names(element, "INDIVIDUAL_ALIAS", notes),
        births=births(written, notes, "INDIVIDUAL_DATE_OF_BIRTH"),
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


_YEAR = re.compile(r"\b(1[89]\d\d|20\d\d)\b")


def _alias_birth(element: Element) -> str:
    """Under an alias the date stands in words (`13 Jun. 1964 (as Said Arif)`): the year of it, where there is one."""
    years = set(_YEAR.findall(element.text or ""))
    return years.pop() if len(years) == 1 else clean(element.text)


def _entity(element: Element, notes: Notes) -> ListEntry:
    return ListEntry(_id(element), Schema.ORGANISATION, _names(element, "ENTITY_ALIAS", notes))
