"""OpenSanctions' two forms: FollowTheMoney entities as JSON lines, and the simple CSV of targets.

OpenSanctions' data are CC BY-NC: a city needs a licence of its own to use them, which the rule set's definition of
the list must name.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

from service.domain.errors import ListRefused
from service.domain.organisation import normal_form
from service.domain.watchlist import ListEntry, ListName, Schema
from service.sources.countries import known_codes
from service.sources.source import MAX_LINE, Dated, Source, births, clean, named, utc, whole

_SCHEMAS = {
    "Person": Schema.PERSON,
    **dict.fromkeys(("Organization", "Company", "LegalEntity", "PublicBody"), Schema.ORGANISATION),
}


def read_ftm(source: Source, dated: Dated) -> Iterator[ListEntry]:
    """One entity a line; what is neither a person nor an organisation, or not itself listed, is left out."""
    newest = ""
    with source.open() as file:
        number = 0
        while line := file.readline(MAX_LINE + 1):
            number += 1
            if len(line) > MAX_LINE or not line.endswith(b"\n"):
                line = _last(line, number)
            if not line.strip():
                continue
            entity = _object(line, number)
            newest = max(newest, *(_moment(entity.get(key)) for key in ("last_change", "last_seen")))
            schema = _SCHEMAS.get(str(entity.get("schema")))
            if schema is not None and entity.get("target", True) is not False:
                yield _entity(entity, schema, number)
    if newest:
        dated(utc(newest))


def _last(line: bytes, number: int) -> bytes:
    """A line without its end is the file's last: whole JSON, or cut short."""
    if len(line) > MAX_LINE:
        raise ListRefused("list.row", line=number)
    return line


def _object(line: bytes, number: int) -> Mapping[str, Any]:
    try:
        entity = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ListRefused("list.row", line=number) from error
    if not isinstance(entity, dict) or not isinstance(entity.get("properties"), dict) or not entity.get("id"):
        raise ListRefused("list.row", line=number)
    return entity


def _moment(value: object) -> str:
    return value if isinstance(value, str) else ""


def _entity(entity: Mapping[str, Any], schema: Schema, number: int) -> ListEntry:
    properties = entity["properties"]

    def texts(*names: str) -> list[str]:
        given = [properties.get(name) or [] for name in names]
        if not all(isinstance(one, list) for one in given):
            raise ListRefused("list.row", line=number)
        found = [one for several in given for one in several]
        if not all(isinstance(one, str) for one in found):
            raise ListRefused("list.row", line=number)
        return found

    names = [ListName(str(entity.get("caption") or ""))]
    names += [ListName(one) for one in texts("name", "alias", "previousName")]
    names += [ListName(one, weak=True) for one in texts("weakAlias")]
    entry_id = clean(str(entity["id"]))
    if not entry_id:
        raise ListRefused("list.entry_without_id")
    person = schema is Schema.PERSON
    numbers = [] if person else [normal_form(one) for one in texts("registrationNumber", "idNumber")]
    return ListEntry(
        entry_id=entry_id,
        schema=schema,
        names=named(names, entry_id),
        births=births(texts("birthDate")) if person else (),
        countries=known_codes(texts("nationality", "citizenship", "country")),
        org_numbers=tuple(sorted({one for one in numbers if one})),
    )


def read_simple(source: Source, dated: Dated) -> Iterator[ListEntry]:
    """`targets.simple.csv`, by its header; list cells are themselves CSV with semicolons. Alias quality is lost."""
    newest = ""
    whole(source)
    csv.field_size_limit(MAX_LINE)
    with source.open() as raw:
        text = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
        try:
            reader = csv.DictReader(text, strict=True)
            missing = {"id", "schema", "name"} - set(reader.fieldnames or ())
            if missing:
                raise ListRefused("list.columns", columns="id,schema,name,aliases,birth_date,countries,identifiers")
            for row in reader:
                if None in row or None in row.values():
                    raise ListRefused("list.row", line=reader.line_num)
                newest = max(newest, row.get("last_change") or "", row.get("last_seen") or "")
                schema = _SCHEMAS.get(row["schema"])
                if schema is not None:
                    yield _target(row, schema)
        except UnicodeDecodeError as error:
            raise ListRefused("list.not_utf8") from error
        except csv.Error as error:
            raise ListRefused("list.broken_csv") from error
    if newest:
        dated(utc(newest))


def _target(row: Mapping[str, str], schema: Schema) -> ListEntry:
    entry_id = clean(row["id"])
    if not entry_id:
        raise ListRefused("list.entry_without_id")
    person = schema is Schema.PERSON
    numbers = [] if person else [normal_form(one) for one in _cell(row.get("identifiers"))]
    return ListEntry(
        entry_id=entry_id,
        schema=schema,
        names=named([ListName(row["name"]), *(ListName(one) for one in _cell(row.get("aliases")))], entry_id),
        births=births(_cell(row.get("birth_date"))) if person else (),
        countries=known_codes(_cell(row.get("countries"))),
        org_numbers=tuple(sorted({one for one in numbers if one})),
    )


def _cell(text: str | None) -> list[str]:
    return next(csv.reader([text], delimiter=";"), []) if text else []
