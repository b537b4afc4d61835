"""A question in the shape that clients of OpenSanctions' yente send, into whom is asked for and how.

What stands beside a name and cannot be read is left out and named in the answer; a query without a readable name is an
error of its own. A parameter is obeyed or refused by its name, never passed over.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from litestar.datastructures import MultiDict

from service.domain.birth import read_birth
from service.domain.errors import GranskaError, InvalidInput, Problem
from service.domain.organisation import normal_form
from service.domain.text import full_names, visible
from service.domain.watchlist import FoundEntry, Schema, Subject
from service.matching import countries
from service.matching.names import comparable
from service.screening import match_api

MAX_NAME = 1000
MOST_NAMES = 20
PERSON, ORGANISATION, EITHER = "Person", "Organization", "LegalEntity"
_BOTH = (Schema.PERSON, Schema.ORGANISATION)
#: FollowTheMoney's schemas that we compare, and as what; where it does not say which, as both.
SCHEMAS: dict[str, tuple[Schema, ...]] = {
    PERSON: (Schema.PERSON,),
    **dict.fromkeys((ORGANISATION, "Company", "PublicBody"), (Schema.ORGANISATION,)),
    **dict.fromkeys((EITHER, "Thing"), _BOTH),
}
NAMES = ("name", "alias", "previousName", "weakAlias", "abbreviation")
FIRST, MIDDLE, LAST = ("firstName",), ("secondName", "middleName", "fatherName"), ("lastName",)
BIRTHS, COUNTRIES = ("birthDate",), ("nationality", "citizenship", "country", "jurisdiction")
NUMBERS = ("registrationNumber", "idNumber")
READ = (*NAMES, *FIRST, *MIDDLE, *LAST, *BIRTHS, *COUNTRIES, *NUMBERS)


@dataclass
class Query:
    """One query: whom it asks for, or why it cannot be asked; and what is echoed of it."""

    id: str | None = None
    schema: str = ""
    properties: dict[str, list[str]] = field(default_factory=dict)
    subjects: list[Subject] = field(default_factory=list)
    dropped: list[dict[str, str]] = field(default_factory=list)
    not_compared: list[str] = field(default_factory=list)
    error: GranskaError | None = None

    @property
    def asked(self) -> Sequence[Subject] | GranskaError:
        """What the lists are asked, or why nothing is."""
        return self.error or self.subjects


def read_queries(document: Any) -> dict[str, Query]:
    """The queries of a request by their names; raises InvalidInput where there are none."""
    queries = document.get("queries") if isinstance(document, dict) else None
    if not isinstance(queries, dict) or not queries:
        raise InvalidInput([Problem("/queries", "input.missing")])
    for name in ("weights", "config"):
        if document.get(name):
            raise refused(name)
    return {name: _query(name, given) for name, given in queries.items()}


def refused(parameter: str, value: str = "") -> InvalidInput:
    """A parameter that is not obeyed, by its name."""
    problem = Problem(f"/{parameter}", "match_api.parameter", {"parameter": parameter, "value": value[:60]})
    return InvalidInput([problem])


def _query(name: str, given: Any) -> Query:
    query = Query()

    def wrong(code: str, value: str = "") -> Query:
        query.error = InvalidInput([Problem(f"/queries/{name}", code, {"value": value[:80]})])
        return query

    if not isinstance(given, dict) or not isinstance(given.get("properties"), dict):
        return wrong("match_api.query")
    if isinstance(given.get("id"), str):
        query.id = _whole(given["id"])
    query.schema = _whole(str(given.get("schema")))
    if query.schema not in SCHEMAS:
        return wrong("match_api.schema_unknown", query.schema)
    values = _read_values(query, given["properties"])
    names = _names(values)
    if not names:
        return wrong("match_api.query")
    if len(names) > MOST_NAMES:
        return wrong("match_api.names", str(MOST_NAMES))
    query.subjects = _subjects(query, values, names)
    if not query.subjects:
        return wrong("match_api.not_comparable")
    return query


def _read_values(query: Query, properties: dict[str, Any]) -> dict[str, list[str]]:
    """The texts of the properties that are compared; what is none is dropped, and said."""
    values: dict[str, list[str]] = {}
    for name, value in properties.items():
        if name not in READ:
            query.not_compared.append(_whole(name)[:80])
            continue
        for text in value if isinstance(value, list) else [value]:
            if not isinstance(text, str) or "\x00" in text or text != _whole(text) or len(text) > MAX_NAME:
                _drop(query, name, _whole(str(text)))
            elif text.strip():
                values.setdefault(name, []).append(text)
    _drop_unreadable(query, values, BIRTHS, lambda text: read_birth(text) is not None)
    _drop_unreadable(query, values, COUNTRIES, lambda text: bool(countries.codes([text])))
    _drop_unreadable(query, values, NUMBERS, lambda text: normal_form(text) is not None)
    query.properties = values
    return values


def _drop_unreadable(
    query: Query, values: dict[str, list[str]], names: Sequence[str], readable: Callable[[str], bool]
) -> None:
    for name in names:
        for text in [value for value in values.get(name, ()) if not readable(value)]:
            values[name].remove(text)
            _drop(query, name, text)
        if name in values and not values[name]:
            del values[name]


def _drop(query: Query, name: str, value: str) -> None:
    query.dropped.append({"property": name, "value": value[:80]})


def _whole(text: str) -> str:
    """The text without half signs, which no answer can hold."""
    return text.encode("utf-8", "ignore").decode()


def _of(values: dict[str, list[str]], names: Sequence[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        found += values.get(name, [])
    return found


def _names(values: dict[str, list[str]]) -> list[str]:
    first, last = _of(values, FIRST), _of(values, LAST)
    parts = full_names(first, _of(values, MIDDLE), last) if first or last else []
    names = [*_of(values, NAMES), *parts]
    return [name for name in dict.fromkeys(names) if visible(name)]


def _subjects(query: Query, values: dict[str, list[str]], names: Sequence[str]) -> list[Subject]:
    births = tuple(_of(values, BIRTHS))
    codes = countries.codes(_of(values, COUNTRIES))
    numbers = tuple(number for text in _of(values, NUMBERS) if (number := normal_form(text)))
    subjects = []
    for name in names:
        kinds = [schema for schema in SCHEMAS[query.schema] if comparable(name, schema)]
        if not kinds:
            _drop(query, "name", name)
        for schema in kinds:
            person = schema is Schema.PERSON
            subjects.append(Subject(name, schema, births if person else (), codes, () if person else numbers))
    return subjects


@dataclass(frozen=True)
class Wanted:
    """How is asked: which lists, how many answers, and which of them."""

    which: match_api.Which
    limit: int
    threshold: float
    cutoff: float
    left_out_schemas: frozenset[str]
    left_out_ids: frozenset[str]

    def keeps(self, found: FoundEntry) -> bool:
        """Whether an answer is wanted."""
        entry = found.entry
        left_out = schema_of(found) in self.left_out_schemas or entry.entry_id in self.left_out_ids
        return not left_out and found.candidate.score / 1000 >= self.cutoff


def schema_of(found: FoundEntry) -> str:
    """What FollowTheMoney calls the kind of a listed subject."""
    if found.entry.either:
        return EITHER
    return PERSON if found.entry.schema is Schema.PERSON else ORGANISATION


#: Parameters that are obeyed; every other is refused by its name.
_OBEYED = frozenset(
    {"limit", "threshold", "cutoff", "algorithm", "include_dataset", "exclude_dataset", "exclude_schema"}
    | {"exclude_entity_ids", "case"}
)


def read_wanted(dataset: str, parameters: MultiDict[Any], algorithm: str) -> Wanted:
    """The parameters of a request; raises InvalidInput with the name of one that is not obeyed.

    `algorithm` is what ours is called, which a client may ask for by its name or as the best.
    """
    for name in parameters:
        if name not in _OBEYED:
            raise refused(name, str(parameters.getall(name)[0]))
    asked_for = parameters.get("algorithm", "")
    if asked_for not in ("", "best", algorithm):
        raise refused("algorithm", asked_for)
    return Wanted(
        which=match_api.Which(
            named=(dataset, *parameters.getall("include_dataset", [])),
            left_out=frozenset(parameters.getall("exclude_dataset", [])),
        ),
        limit=_limit(parameters.get("limit", "5")),
        threshold=_share("threshold", parameters),
        cutoff=_share("cutoff", parameters),
        left_out_schemas=frozenset(parameters.getall("exclude_schema", [])),
        left_out_ids=frozenset(parameters.getall("exclude_entity_ids", [])),
    )


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= match_api.MOST_ANSWERS):
        raise InvalidInput([Problem("/limit", "input.number_between", {"min": 1, "max": match_api.MOST_ANSWERS})])
    return int(text)


def _share(name: str, parameters: MultiDict[Any]) -> float:
    text = parameters.get(name, "0")
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0.0 <= share <= 1.0:
        raise InvalidInput([Problem(f"/{name}", "input.number_between", {"min": 0, "max": 1})])
    return share
