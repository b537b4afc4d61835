"""Name matching for the City's other systems, in the request and response shape of OpenSanctions' yente.

`match` in an answer means that a person must look: nothing here is ever a match, only a person can say that. An answer
with `needs_identifier` is one that the name alone cannot settle.
"""

import json
from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Response, post
from litestar.params import FromPath, HeaderParameter, QueryParameter

from service.casework.intake import application_document
from service.domain.birth import read_birth
from service.domain.errors import InvalidInput, Problem, TooLarge, WrongMediaType
from service.domain.events.event import Actor, ActorKind
from service.domain.organisation import normal_form
from service.domain.text import visible
from service.domain.watchlist import Candidate, ListEntry, MatchEvidence, Schema, Subject
from service.screening import match_api
from service.web.api import describe
from service.web.deps import AnyRequest, TheDesk, TheKey
from service.web.route_permissions import MATCH_KEY, may

MAX_BYTES = 1_000_000
MAX_NAME = 1000
MOST_NAMES = 20
_NAMES = ("name", "alias", "previousName", "weakAlias")
_SCHEMAS = {
    "Person": Schema.PERSON,
    **dict.fromkeys(("Organization", "Company", "LegalEntity", "PublicBody"), Schema.ORGANISATION),
}
_PERSON_BIRTHS, _COUNTRIES = ("birthDate",), ("nationality", "citizenship", "country", "jurisdiction")
_NUMBERS = ("registrationNumber", "idNumber")
_TEXTS = {"type": "array", "items": {"type": "string"}}
#: The shape of yente's request; each query is about one person or one organisation.
_QUERIES = {
    "type": "object",
    "required": ["queries"],
    "properties": {
        "queries": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {
                "type": "object",
                "required": ["schema", "properties"],
                "properties": {
                    "schema": {"enum": list(_SCHEMAS)},
                    "properties": {
                        "type": "object",
                        "properties": dict.fromkeys((*_NAMES, *_PERSON_BIRTHS, *_COUNTRIES, *_NUMBERS), _TEXTS),
                    },
                },
            },
        }
    },
}


@dataclass(frozen=True)
class Answers:
    """For each query, by its name, the candidates as yente answers them, and how many were asked for."""

    responses: dict[str, dict[str, Any]]
    limit: int


@post(
    "/match/{list_key:str}",
    opt=may(MATCH_KEY),
    status_code=200,
    include_in_schema=True,
    operation_id="match",
    operation_class=describe.reads(_QUERIES),
    responses=describe.COMMON
    | {
        404: describe.problem("No such list"),
        503: describe.problem("The list cannot be asked now"),
    },
)
async def match(
    request: AnyRequest,
    desk: TheDesk,
    key: TheKey,
    list_key: FromPath[str],
    case: Annotated[
        str, QueryParameter(description="The diary number of the case, where the header does not say it")
    ] = "",
    case_header: Annotated[str, HeaderParameter(name="Granska-Case", description="The diary number of the case")] = "",
    most: Annotated[
        str,
        QueryParameter(
            name="limit",
            description="How many candidates of each query; 5 if left out",
            schema_extra={"type": "integer", "minimum": 1, "maximum": match_api.MOST_ANSWERS},
        ),
    ] = "5",
) -> Response[Answers]:
    """Each query's candidates; the header `Granska-Case` (or the parameter `case`) names the case it is about."""
    if request.content_type[0] != "application/json":
        raise WrongMediaType("input.json_only")
    body = await request.body()
    if len(body) > MAX_BYTES:
        raise TooLarge("input.body_too_large", max=MAX_BYTES // 1000)
    queries = _queries(application_document.parse_json(body))
    limit = _limit(most)
    found = await match_api.ask(
        desk,
        list_key,
        [subjects for subjects, _ in queries.values()],
        diary_number=case_header or case,
        limit=limit,
        by=Actor(ActorKind.KEY, key.pseudonym),
    )
    words = request.app.state.pages.words
    responses = {}
    for (name, (_, given)), answers in zip(queries.items(), found.answers, strict=True):
        results = [_result(one, entry, list_key, found.active.generated, words) for one, entry in answers]
        responses[name] = {
            "status": 200,
            "results": results,
            "total": {"value": len(results), "relation": "eq"},
            "query": {"id": None, "schema": given["schema"], "properties": given["properties"]},
        }
    return Response(Answers(responses, limit))


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= match_api.MOST_ANSWERS):
        raise InvalidInput([Problem("/limit", "input.number_between", {"min": 1, "max": match_api.MOST_ANSWERS})])
    return int(text)


def _queries(document: Any) -> dict[str, tuple[list[Subject], dict[str, Any]]]:
    queries = document.get("queries") if isinstance(document, dict) else None
    if not isinstance(queries, dict) or not queries:
        raise InvalidInput([Problem("/queries", "input.missing")])
    try:
        json.dumps(queries, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise InvalidInput([Problem("/queries", "input.nul")]) from error
    read, problems = {}, []
    for name, given in queries.items():
        try:
            read[name] = (_subjects(given), given)
        except _Unreadable as error:
            problems.append(Problem(f"/queries/{name}", f"match_api.{error.code}", {"value": error.value}))
    if problems:
        raise InvalidInput(problems)
    return read


class _Unreadable(Exception):
    """A query that cannot be read: what is wrong, and with which value."""

    def __init__(self, code: str, value: str = "") -> None:
        super().__init__(code)
        self.code, self.value = code, value[:80]


def _subjects(given: Any) -> list[Subject]:
    """Whom a query asks for, by each of the names it gives; raises _Unreadable for what cannot be read."""
    if not isinstance(given, dict) or not isinstance(given.get("properties"), dict):
        raise _Unreadable("query")
    schema, properties = _SCHEMAS.get(str(given.get("schema"))), given["properties"]
    if schema is None:
        raise _Unreadable("schema_unknown", str(given.get("schema")))
    names = _names_in(properties)
    countries = tuple(country.casefold() for country in _texts(properties, _COUNTRIES))
    if schema is Schema.PERSON:
        births = _births_in(properties)
        return [Subject(name, schema, births, countries) for name in names]
    numbers = [normal_form(number) for number in _texts(properties, _NUMBERS)]
    issued = tuple(number for number in numbers if number)
    return [Subject(name, schema, (), countries, issued) for name in names]


def _names_in(properties: dict[str, Any]) -> list[str]:
    names = list(dict.fromkeys(_texts(properties, _NAMES)))
    if not 1 <= len(names) <= MOST_NAMES:
        raise _Unreadable("query")
    if any(len(name) > MAX_NAME or "\x00" in name or not visible(name) for name in names):
        raise _Unreadable("query")
    return names


def _births_in(properties: dict[str, Any]) -> tuple[str, ...]:
    births = tuple(_texts(properties, _PERSON_BIRTHS))
    for born in births:
        if read_birth(born) is None:
            raise _Unreadable("birth_date", born)
    return births


def _texts(properties: dict[str, Any], names: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    for name in names:
        value = properties.get(name) or []
        several = value if isinstance(value, list) else [value]
        if not all(isinstance(one, str) for one in several):
            raise _Unreadable("query")
        found += [one for one in several if one.strip()]
    return found


def _result(one: Candidate, entry: ListEntry, list_key: str, generated: str, words: Any) -> dict[str, Any]:
    person = entry.schema is Schema.PERSON
    listed = {
        "name": [entry.names[0].text],
        "alias": [other.text for other in entry.names[1:] if not other.weak],
        "weakAlias": [other.text for other in entry.names if other.weak],
        "birthDate": list(entry.births),
        "nationality" if person else "country": list(entry.countries),
        "registrationNumber": list(entry.org_numbers),
    }
    return {
        "id": entry.entry_id,
        "caption": entry.names[0].text,
        "schema": "Person" if person else "Organization",
        "properties": {name: values for name, values in listed.items() if values},
        "datasets": [list_key],
        "referents": [],
        "target": True,
        "first_seen": generated,
        "last_seen": generated,
        "last_change": generated,
        "score": one.score / 1000,
        "match": not one.needs_identifier,
        "needs_identifier": one.needs_identifier,
        "explanations": {
            f"{position + 1:02d}_{reason.code}": _explained(reason, words)
            for position, reason in enumerate(one.evidence)
        },
    }


def _explained(reason: MatchEvidence, words: Any) -> dict[str, Any]:
    detail = words.say("sv", f"match.{reason.code}", {"left": reason.left, "right": reason.right})
    against = reason.code.startswith(("against", "turned")) or reason.code.endswith(("_other", "_far", "_few_years"))
    says = 0.0 if against or reason.code.startswith(("settle", "only", "namesakes", "weak")) else 1.0
    return {"score": says, "query": reason.left or None, "candidate": reason.right or None, "detail": detail}


HANDLERS = (match,)
