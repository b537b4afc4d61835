"""The European Union's consolidated financial sanctions list (FSF, XML 1.1)."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from service.domain.errors import ListRefused
from service.domain.organisation import normal_form
from service.domain.watchlist import ListEntry, ListName, Schema
from service.matching.countries import known_codes
from service.sources.shape import Notes, Noticed, Shape
from service.sources.source import Dated, Source, births, clean, named, utc
from service.sources.xml_records import check_root, records

_NAMESPACE = "{http://eu.europa.ec/fpi/fsd/export}"
_ENTITY = "sanctionEntity"


def _attributes(element: str, names: str) -> set[str]:
    """An element of an entity, and its attributes."""
    path = f"{_ENTITY}/{element}"
    return {path} | {f"{path}@{name}" for name in names.split()}


#: What every part of an entity has beside its own attributes, and beneath it.
_USUAL = "logicalId regulationLanguage"
_PLACED = "region countryIso2Code countryDescription"
_REGULATION = "regulationType publicationDate entryIntoForceDate numberTitle programme publicationUrl"
_PARTS = ("nameAlias", "birthdate", "citizenship", "identification", "address")
#: Where nobody's name, date or number stands.
_BESIDE = (
    f"{_ENTITY}/regulation",
    f"{_ENTITY}/address",
    *(f"{_ENTITY}/{part}/regulationSummary" for part in _PARTS),
)
#: From the publisher's schema, version 1.1.
SHAPE = Shape(
    read=frozenset(
        {_ENTITY, f"{_ENTITY}@euReferenceNumber", f"{_ENTITY}@logicalId", f"{_ENTITY}/nameAlias/remark"}
        | {f"subjectType={code}" for code in ("person", "p", "enterprise", "e")}
        | _attributes("subjectType", "code classificationCode")
        | _attributes("nameAlias", "wholeName firstName middleName lastName strong")
        | _attributes(
            "birthdate",
            "birthdate year monthOfYear dayOfMonth yearRangeFrom yearRangeTo circa calendarType",
        )
        | _attributes("citizenship", "countryIso2Code")
        | _attributes("identification", "number latinNumber")
    ),
    left=frozenset(
        {f"{_ENTITY}@{name}" for name in ("designationDate", "designationDetails", "unitedNationId")}
        | {f"{_ENTITY}/remark"}
        | {f"{_ENTITY}/{part}/remark" for part in _PARTS}
        | _attributes("subjectType", "logicalId")
        | _attributes("regulation", f"{_REGULATION} organisationType logicalId")
        | {f"{_ENTITY}/regulation/publicationUrl"}
        | _attributes("address", f"{_USUAL} {_PLACED} city street poBox zipCode place asAtListingTime")
        | _attributes("address/contactInfo", "key value")
        | {place for part in _PARTS for place in _attributes(f"{part}/regulationSummary", _REGULATION)}
        | _attributes("nameAlias", f"{_USUAL} title function gender nameLanguage")
        | _attributes("birthdate", f"{_USUAL} {_PLACED} city zipCode place")
        | _attributes("citizenship", f"{_USUAL} {_PLACED}")
        | _attributes(
            "identification",
            f"{_USUAL} {_PLACED} identificationTypeCode identificationTypeDescription issuedBy issuedDate issueDate "
            "validFrom validTo nameOnDocument diplomatic knownExpired knownFalse reportedLost revokedByIssuer",
        )
    ),
    beside=_BESIDE,
    always=frozenset(
        {f"{_ENTITY}/subjectType@code", f"{_ENTITY}/nameAlias@wholeName", f"{_ENTITY}@euReferenceNumber"}
        | {f"{_ENTITY}/birthdate", f"{_ENTITY}/nameAlias@strong"}
    ),
)


def read(source: Source, dated: Dated, notes: Notes) -> Iterator[ListEntry]:
    """`export` with its `sanctionEntity` elements."""

    def started(root: Element) -> None:
        dated(utc(check_root(root, f"{_NAMESPACE}export", "generationDate")))

    for element in records(source, frozenset({_ENTITY}), started, notes, namespace=_NAMESPACE):
        yield _entry(element, notes)


def _entry(element: Element, notes: Notes) -> ListEntry:
    entry_id = clean(element.get("euReferenceNumber")) or clean(element.get("logicalId"))
    if not entry_id:
        raise ListRefused("list.entry_without_id")
    person = _is_person(element, notes)
    numbers = [_number(one) for one in element.iterfind(f"{_NAMESPACE}identification")]
    written = [_birth(one) for one in element.iterfind(f"{_NAMESPACE}birthdate")]
    return ListEntry(
        entry_id=entry_id,
        schema=Schema.PERSON if person else Schema.ORGANISATION,
        names=named([_name(one, notes) for one in element.iterfind(f"{_NAMESPACE}nameAlias")], entry_id, notes),
        births=births(written, notes, "birthdate") if person else (),
        countries=known_codes(one.get("countryIso2Code", "") for one in element.iterfind(f"{_NAMESPACE}citizenship")),
        org_numbers=() if person else tuple(sorted({one for one in numbers if one})),
    )


def _is_person(element: Element, notes: Notes) -> bool:
    kind = element.find(f"{_NAMESPACE}subjectType")
    code = "" if kind is None else clean(kind.get("code")) or clean(kind.get("classificationCode"))
    notes.place(f"subjectType={code.casefold()}")
    return code.casefold() in ("person", "p")


def _name(element: Element, notes: Notes) -> ListName:
    """`wholeName` may be empty; an alias is weak when the list does not call it strong or remarks "low quality"."""
    parts = " ".join(clean(element.get(name)) for name in ("firstName", "middleName", "lastName"))
    remarks = " ".join(one.text or "" for one in element.iterfind(f"{_NAMESPACE}remark")).casefold()
    strong = element.get("strong", "true").casefold()
    if strong not in ("true", "false"):
        notes.notice(Noticed.UNREAD, "nameAlias@strong")
    return ListName(clean(element.get("wholeName")) or parts, strong == "false" or "low quality" in remarks)


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
