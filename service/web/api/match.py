"""Name matching for the City's other systems, for any client of OpenSanctions' yente, unchanged.

The case stands in the address: `https://…/cases/HV-2026-1` is what a client takes for the server, so that no question
is asked without one. `match` in an answer means that a person must look: nothing here is ever a match, only a person
can say that. An answer with `needs_identifier` is one that the name alone cannot settle.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from litestar import MediaType, Response, get, post
from litestar.params import FromPath, HeaderParameter, QueryParameter

from service.casework.intake import application_document
from service.desk.ports.desk import Desk
from service.domain.errors import GranskaError, InvalidInput, NotFound, TooLarge, WrongMediaType
from service.domain.events.event import Actor, ActorKind
from service.domain.people import ServiceKey
from service.domain.watchlist import MatchEvidence
from service.screening import match_api
from service.web.api import describe, match_query
from service.web.api.match_query import Query, Wanted
from service.web.deps import AnyRequest, TheDesk, TheKey
from service.web.problems import status_of, title_of
from service.web.route_permissions import ANYONE, MATCH_KEY, may

MAX_BYTES = 1_000_000
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
                    "id": {"type": "string"},
                    "schema": {"enum": list(match_query.SCHEMAS)},
                    "properties": {"type": "object", "properties": dict.fromkeys(match_query.READ, _TEXTS)},
                },
            },
        }
    },
}
_CASE = "/cases/{number:str}"


@dataclass(frozen=True)
class Answers:
    """For each query, by its name, the candidates as yente answers them, and how many were asked for."""

    responses: dict[str, dict[str, Any]]
    limit: int


_ANSWERS = describe.COMMON | {
    404: describe.problem("No such list"),
    503: describe.problem("The list cannot be asked now"),
}


@post(
    "/match/{dataset:str}",
    opt=may(MATCH_KEY),
    status_code=200,
    include_in_schema=True,
    operation_id="match",
    operation_class=describe.reads(_QUERIES),
    responses=_ANSWERS,
)
async def match(
    request: AnyRequest,
    desk: TheDesk,
    key: TheKey,
    dataset: FromPath[str],
    case: Annotated[
        str, QueryParameter(description="The diary number of the case, where the header does not say it")
    ] = "",
    case_header: Annotated[str, HeaderParameter(name="Granska-Case", description="The diary number of the case")] = "",
) -> Response[Any]:
    """Each query's candidates; the header `Granska-Case` (or the parameter `case`) names the case it is about."""
    return await _matched(request, desk, key, dataset, case_header or case)


@post(
    _CASE + "/match/{dataset:str}",
    opt=may(MATCH_KEY),
    status_code=200,
    include_in_schema=True,
    operation_id="match_of_case",
    operation_class=describe.reads(_QUERIES),
    responses=_ANSWERS,
)
async def match_of_case(
    request: AnyRequest, desk: TheDesk, key: TheKey, number: FromPath[str], dataset: FromPath[str]
) -> Response[Any]:
    """The same, with the case in the address: `/cases/HV-2026-1` is what a client of yente takes for its server."""
    return await _matched(request, desk, key, dataset, number)


async def _matched(request: AnyRequest, desk: Desk, key: ServiceKey, dataset: str, number: str) -> Response[Any]:
    if request.content_type[0] != "application/json":
        raise WrongMediaType("input.json_only")
    body = await request.body()
    if len(body) > MAX_BYTES:
        raise TooLarge("input.body_too_large", max=MAX_BYTES // 1000)
    wanted = match_query.read_wanted(dataset, request.query_params, _algorithm(desk))
    queries = match_query.read_queries(application_document.parse_json(body))
    answers = await match_api.ask(
        desk,
        wanted.which,
        [query.asked for query in queries.values()],
        diary_number=number,
        limit=wanted.limit,
        keep=wanted.keeps,
        by=Actor(ActorKind.KEY, key.pseudonym),
    )
    errors = [answer.error for answer in answers if answer.error]
    if len(errors) == len(answers):
        raise _together(errors)
    responses = {
        name: _response(request, query, answer, wanted)
        for (name, query), answer in zip(queries.items(), answers, strict=True)
    }
    return Response(Answers(responses, wanted.limit))


def _together(errors: list[GranskaError]) -> GranskaError:
    """Where no query could be answered, the whole request could not be."""
    invalid = [error for error in errors if isinstance(error, InvalidInput)]
    if len(invalid) < len(errors):
        return next(error for error in errors if not isinstance(error, InvalidInput))
    return InvalidInput([problem for error in invalid for problem in error.problems])


def _response(request: AnyRequest, query: Query, answer: match_api.Answer, wanted: Wanted) -> dict[str, Any]:
    """The answer to one query; one that could not be asked has an error, and no results that could be read as none."""
    echo = {"id": query.id, "schema": query.schema, "properties": query.properties}
    said = {"query": echo, "dropped": query.dropped, "not_compared": query.not_compared}
    if answer.error:
        return {"status": status_of(answer.error), "detail": title_of(request, answer.error), **said}
    words = request.app.state.pages.words
    results = [_result(listed, wanted, words) for listed in answer.results]
    return {"status": 200, "results": results, "total": {"value": len(results), "relation": "eq"}, **said}


def _result(listed: match_api.Listed, wanted: Wanted, words: Any) -> dict[str, Any]:
    candidate, entry = listed.found
    assert listed.source.active is not None
    generated = listed.source.active.generated
    schema = match_query.schema_of(listed.found)
    properties = {
        "name": [entry.names[0].text],
        "alias": [name.text for name in entry.names[1:] if not name.weak],
        "weakAlias": [name.text for name in entry.names if name.weak],
        "birthDate": list(entry.births),
        "nationality" if schema == match_query.PERSON else "country": list(entry.countries),
        "registrationNumber": list(entry.org_numbers),
    }
    score = candidate.score / 1000
    return {
        "id": entry.entry_id,
        "caption": entry.names[0].text,
        "schema": schema,
        "properties": {name: values for name, values in properties.items() if values},
        "datasets": [listed.source.definition.key],
        "referents": [],
        "target": True,
        "first_seen": generated,
        "last_seen": generated,
        "last_change": generated,
        "score": score,
        "match": not candidate.needs_identifier and score >= wanted.threshold,
        "needs_identifier": candidate.needs_identifier,
        "explanations": {
            f"{position + 1:02d}_{reason.code}": _explained(reason, words)
            for position, reason in enumerate(candidate.evidence)
        },
    }


def _explained(reason: MatchEvidence, words: Any) -> dict[str, Any]:
    detail = words.say("sv", f"match.{reason.code}", {"left": reason.left, "right": reason.right})
    against = reason.code.startswith(("against", "turned")) or reason.code.endswith(("_other", "_far", "_few_years"))
    says = 0.0 if against or reason.code.startswith(("settle", "only", "namesakes", "weak")) else 1.0
    return {"score": says, "query": reason.left or None, "candidate": reason.right or None, "detail": detail}


def _algorithm(desk: Desk) -> str:
    return f"granska-{desk.finder.method().model}"


@get([_CASE + "/algorithms", "/match/algorithms"], opt=may(MATCH_KEY), media_type=MediaType.JSON)
async def algorithms(desk: TheDesk) -> dict[str, Any]:
    """By what names are compared; there is one way."""
    name = _algorithm(desk)
    about = "Granska's own comparison: a candidate is something to look into, never a match."
    return {"algorithms": [{"name": name, "description": about, "docs": {}}], "default": name, "best": name}


@get([_CASE + "/catalog", "/match/catalog"], opt=may(MATCH_KEY), media_type=MediaType.JSON)
async def catalog(desk: TheDesk) -> dict[str, Any]:
    """The lists that can be asked, and whether they are current; `default` is all of them."""
    sources = await match_api.lists_that_can_be_asked(desk)
    there = [source for source in sources if source.active]
    current = [source.definition.key for source in there if not source.stale]
    outdated = [source.definition.key for source in there if source.stale]
    every = {
        "name": match_api.ALL_LISTS,
        "title": "All lists",
        "load": False,
        "children": [source.definition.key for source in there],
    }
    return {
        "datasets": [*map(_dataset, there), every],
        "current": current,
        "outdated": outdated,
        "index_stale": bool(outdated),
    }


def _dataset(source: match_api.ListAsked) -> dict[str, Any]:
    assert source.active is not None
    return {
        "name": source.definition.key,
        "title": source.definition.title,
        "summary": source.definition.legal_basis,
        "version": source.active.version,
        "updated_at": source.active.generated,
        "last_export": source.active.generated,
        "entity_count": source.active.entries,
        "load": True,
        "index_version": source.active.version,
        "index_current": not source.stale,
        "children": [],
    }


@get([_CASE + "/healthz", _CASE + "/readyz"], opt=may(ANYONE) | {"skip_session": True}, media_type=MediaType.JSON)
async def health() -> dict[str, str]:
    """Whether the service answers; says nothing of the case."""
    return {"status": "ok"}


_NO_SEARCH = [
    _CASE + "/search/{dataset:str}",
    _CASE + "/entities/{entity:str}",
    _CASE + "/entities/{entity:str}/adjacent",
    _CASE + "/entities/{entity:str}/adjacent/{prop:str}",
    _CASE + "/statements",
    "/search/{dataset:str}",
    "/entities/{entity:str}",
    "/statements",
]


@get(_NO_SEARCH, opt=may(MATCH_KEY), media_type=MediaType.JSON)
async def no_search() -> None:
    """There is no search for people, and no register of them: names are compared in an open case, and nowhere else."""
    raise NotFound("match_api.no_search")


HANDLERS = (match, match_of_case, algorithms, catalog, health, no_search)
