"""OpenSanctions' two forms: FollowTheMoney entities as JSON lines, and the simple CSV of targets.

OpenSanctions' data are CC BY-NC: a city needs a licence of its own to use them, which the rule set's definition of
the list must name.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from service.domain.errors import ListRefused
from service.domain.organisation import normal_form
from service.domain.text import full_names
from service.domain.watchlist import ListEntry, ListName, Schema
from service.matching.countries import known_codes
from service.sources.shape import Notes, Shape
from service.sources.source import MAX_LINE, Dated, Source, births, clean, named, utc, whole

_SCHEMAS = {
    "Person": Schema.PERSON,
    **dict.fromkeys(("Organization", "Company", "LegalEntity", "PublicBody"), Schema.ORGANISATION),
}
#: A legal entity may be a person or an organisation: the list does not say.
_EITHER = "LegalEntity"
#: What else FollowTheMoney knows, which nobody applies for grants as.
_OTHER_SCHEMAS = (
    "Address Airplane Analyzable Article Asset Associate Audio BankAccount Call CallForTenders Contract "
    "ContractAward Control CourtCase CourtCaseParty CryptoWallet Debt Directorship Document Documentation "
    "EconomicActivity Email Employment Event Family Folder HyperText Identification Image Interest Interval "
    "License Membership Mention Message Note Occupancy Ownership Package Page Pages Passport Payment PlainText "
    "Position Project ProjectParticipant RealEstate Representation Risk Sanction Security Similar Succession "
    "Table TaxRoll Territory Thing Trip UnknownLink UserAccount Value Vehicle Vessel Video Workbook"
).split()
_READ = (
    "name alias weakAlias previousName abbreviation firstName secondName middleName fatherName lastName birthDate "
    "nationality citizenship country registrationNumber idNumber"
).split()
#: FollowTheMoney's other properties of persons and organisations.
_LEFT = (
    "address addressEntity alephUrl amount amountEur amountUsd appearance bikCode biography birthCountry "
    "birthPlace brightQueryId brightQueryOrgId bvdId caemCode cageCode capital cikCode classification coatoCode "
    "createdAt currency deathDate description dissolutionDate dunsCode education email ethnicity eyeColor fnsCode "
    "fssCode gender giiNumber hairColor height icijId imoNumber incorporationDate indexText innCode ipoCode "
    "irsCode isinCode jibCode jurisdiction keywords kppCode legalForm leiCode licenseNumber mainCountry mbsCode "
    "modifiedAt motherName nameSuffix notes npiCode ogrnCode okopfCode okpoCode oksmCode okvedCode "
    "opencorporatesUrl parent passportNumber permId pfrNumber phone political position profession program "
    "programId proof publisher publisherUrl religion retrievedAt ricCode riskSource sayariId sector "
    "socialSecurityNumber sourceUrl spokenLanguage status summary swiftBic taxNumber taxStatus ticker title "
    "topics uniqueEntityId uscCode vatCode voenCode website weight wikidataId wikipediaUrl"
).split()
_KEYS = "id caption schema properties datasets referents target first_seen last_seen last_change origin".split()
FTM_SHAPE = Shape(
    read=frozenset([*(f"properties/{name}" for name in _READ), *(f"schema={name}" for name in _SCHEMAS)]),
    left=frozenset(
        [*(f"properties/{name}" for name in _LEFT), *(f"schema={name}" for name in _OTHER_SCHEMAS)]
        + [f"key/{name}" for name in _KEYS]
    ),
    beside=("key/",),
    always=frozenset({"properties/name"}),
)
_NEEDED = ("id", "schema", "name")
SIMPLE_SHAPE = Shape(
    read=frozenset(
        [*_NEEDED, "aliases", "birth_date", "countries", "identifiers", "last_seen", "last_change"]
        + [f"schema={name}" for name in _SCHEMAS]
    ),
    left=frozenset(
        ["addresses", "sanctions", "phones", "emails", "dataset", "first_seen", "program_ids"]
        + [f"schema={name}" for name in _OTHER_SCHEMAS]
    ),
    always=frozenset({"aliases", "birth_date", "countries", "identifiers"}),
)


def read_ftm(source: Source, dated: Dated, notes: Notes) -> Iterator[ListEntry]:
    """One entity a line; what is neither a person nor an organisation, or not itself listed, is left out."""
    newest = ""
    with source.open() as file:
        number = 0
        while line := file.readline(MAX_LINE + 1):
            number += 1
            if len(line) > MAX_LINE:
                raise ListRefused("list.row", line=number)
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if not line.strip():
                continue
            entity = _object(line, number)
            newest = max(newest, *(_moment(entity.get(key)) for key in ("last_change", "last_seen")))
            written = str(entity.get("schema"))
            notes.place(f"schema={written}")
            schema = _SCHEMAS.get(written)
            if schema is not None and entity.get("target", True) is not False:
                notes.places(f"key/{key}" for key in entity)
                yield _entity(entity, schema, number, notes)
    if newest:
        dated(utc(newest))


def _object(line: bytes, number: int) -> Mapping[str, Any]:
    try:
        entity = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ListRefused("list.row", line=number) from error
    if isinstance(entity, dict) and "op" in entity and "entity" in entity:
        raise ListRefused("list.delta", line=number)
    if not isinstance(entity, dict) or not isinstance(entity.get("properties"), dict) or not entity.get("id"):
        raise ListRefused("list.row", line=number)
    return entity


def _moment(value: object) -> str:
    return value if isinstance(value, str) else ""


class _Properties:
    """An entity's properties: each is a list of texts, and what is not is a broken row."""

    def __init__(self, given: Mapping[str, Any], line: int) -> None:
        self._given, self._line = given, line

    def texts(self, *names: str) -> list[str]:
        """The texts of these properties, in this order."""
        found: list[str] = []
        for name in names:
            values = self._given.get(name) or []
            if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
                raise ListRefused("list.row", line=self._line)
            found += values
        return found


def _entity(entity: Mapping[str, Any], schema: Schema, number: int, notes: Notes) -> ListEntry:
    notes.places(f"properties/{name}" for name, values in entity["properties"].items() if values)
    properties = _Properties(entity["properties"], number)
    entry_id = clean(str(entity["id"]))
    if not entry_id:
        raise ListRefused("list.entry_without_id")
    either = entity["schema"] == _EITHER
    person = schema is Schema.PERSON or either
    numbers = [] if schema is Schema.PERSON else properties.texts("registrationNumber", "idNumber")
    issued = {normal for number in numbers if (normal := normal_form(number))}
    return ListEntry(
        entry_id=entry_id,
        schema=schema,
        names=named(_names(entity, properties), entry_id, notes),
        births=births(properties.texts("birthDate"), notes, "birthDate") if person else (),
        countries=known_codes(properties.texts("nationality", "citizenship", "country")),
        org_numbers=tuple(sorted(issued)),
        either=either,
    )


def _names(entity: Mapping[str, Any], properties: _Properties) -> list[ListName]:
    """The main name first: the caption where it is a name (it is the schema's where there is none)."""
    main = sorted(properties.texts("name"))
    caption = str(entity.get("caption") or "")
    if caption in main or (not main and caption not in (entity["schema"], "")):
        main.insert(0, caption)
    middle = properties.texts("secondName", "middleName", "fatherName")
    parts = full_names(properties.texts("firstName"), middle, properties.texts("lastName"))
    strong = [*main, *(parts if not main else ()), *properties.texts("alias", "previousName")]
    weak = properties.texts("weakAlias", "abbreviation")
    return [ListName(name) for name in strong] + [ListName(name, weak=True) for name in weak]


def read_simple(source: Source, dated: Dated, notes: Notes) -> Iterator[ListEntry]:
    """`targets.simple.csv`, by its header; list cells are themselves CSV with semicolons. Alias quality is lost."""
    newest = ""
    whole(source)
    csv.field_size_limit(MAX_LINE)
    with source.open() as raw:
        reader = csv.reader(io.TextIOWrapper(raw, encoding="utf-8-sig", newline=""), strict=True)
        try:
            columns = _columns(next(reader, []), notes)
            for values in reader:
                if not any(map(str.strip, values)):
                    continue
                if len(values) != len(columns):
                    raise ListRefused("list.row", line=reader.line_num)
                row = dict(zip(columns, values, strict=True))
                newest = max(newest, row.get("last_change", ""), row.get("last_seen", ""))
                notes.place(f"schema={row['schema']}")
                schema = _SCHEMAS.get(row["schema"])
                if schema is not None:
                    yield _target(row, schema, notes)
        except UnicodeDecodeError as error:
            raise ListRefused("list.not_utf8") from error
        except csv.Error as error:
            raise ListRefused("list.broken_csv", line=reader.line_num) from error
    if newest:
        dated(utc(newest))


def _columns(header: Sequence[str], notes: Notes) -> list[str]:
    """The header's columns, in whatever case and with whatever space; raises ListRefused where one is missing."""
    columns = [name.strip().casefold() for name in header]
    if len(columns) == 1 and ";" in columns[0]:
        raise ListRefused("list.semicolons", line=1)
    if not set(_NEEDED) <= set(columns) or len(set(columns)) != len(columns):
        raise ListRefused("list.columns", columns="id,schema,name,aliases,birth_date,countries,identifiers")
    notes.places(columns)
    return columns


def _target(row: Mapping[str, str], schema: Schema, notes: Notes) -> ListEntry:
    entry_id = clean(row["id"])
    if not entry_id:
        raise ListRefused("list.entry_without_id")
    either = row["schema"] == _EITHER
    numbers = [] if schema is Schema.PERSON else _cell(row.get("identifiers"))
    issued = {normal for number in numbers if (normal := normal_form(number))}
    names = [ListName(row["name"]), *(ListName(alias) for alias in _cell(row.get("aliases")))]
    person = schema is Schema.PERSON or either
    return ListEntry(
        entry_id=entry_id,
        schema=schema,
        names=named(names, entry_id, notes),
        births=births(_cell(row.get("birth_date")), notes, "birth_date") if person else (),
        countries=known_codes(_cell(row.get("countries"))),
        org_numbers=tuple(sorted(issued)),
        either=either,
    )


def _cell(text: str | None) -> list[str]:
    return next(csv.reader([text], delimiter=";"), []) if text else []
