"""The API as OpenAPI 3.1: made by the framework from the routes, and from the very classes and schemas that read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Request, Router
from litestar.openapi import OpenAPIConfig
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import (
    Components,
    OpenAPIMediaType,
    Operation,
    RequestBody,
    Schema,
    SecurityScheme,
)

from service.casework.intake import application_document
from service.web.route_permissions import ANY_KEY, may

PROBLEM_JSON = "application/problem+json"
APPLICATION: Mapping[str, Any] = {"$ref": "#/components/schemas/Application"}


@dataclass(frozen=True)
class FieldError:
    """One wrong field: a JSON pointer (RFC 6901) to it, a code, and what is wrong in words."""

    pointer: str
    code: str
    detail: str


@dataclass(frozen=True)
class ProblemDocument:
    """A problem document (RFC 9457); `errors` has every wrong field, `alternatives` what can be had instead."""

    type: str
    title: str
    status: int
    detail: str | None = None
    errors: list[FieldError] | None = None
    alternatives: list[dict[str, Any]] | None = None


def problem(description: str) -> ResponseSpec:
    """A refusal, as it is answered to other systems."""
    return ResponseSpec(ProblemDocument, generate_examples=False, description=description, media_type=PROBLEM_JSON)


#: What every address of the API may answer.
COMMON = {
    400: problem("Not readable as what it claims to be"),
    401: problem("No key, or a key that is not valid"),
    403: problem("A key for something else, or a step that cannot be taken now"),
    413: problem("Too large"),
    415: problem("Another content type than this address reads"),
    422: problem("Fields that cannot be stored safely, each with a pointer; or a known key with another body"),
}
#: What every step of the routine may answer.
OF_STEPS = {
    400: problem("Not readable as what it claims to be"),
    401: problem("Nobody is signed in"),
    403: problem("Not for this person, not in this state, or nothing for the step to act on"),
    404: problem("No such case"),
    409: problem("Someone changed the case first, or a time cannot be had"),
    413: problem("Too large"),
    422: problem("Every wrong field, each with a pointer"),
    503: problem("Something that is needed cannot be had now"),
}


def reads(schema: Mapping[str, Any], media_type: str = "application/json") -> type[Operation]:
    """An operation that reads a body of this schema."""

    @dataclass
    class Reading(Operation):
        def __post_init__(self) -> None:
            self.request_body = RequestBody(
                content={media_type: OpenAPIMediaType(schema=_AsWritten(schema))}, required=True
            )

    return Reading


class _AsWritten(Schema):
    """A JSON schema that is passed on as it stands."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        super().__init__()
        self.schema = schema

    def to_schema(self) -> dict[str, Any]:
        return dict(self.schema)


class _Description(JsonRenderPlugin):
    """The description, with the schema of applications among its components."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        application = json.loads(json.dumps(application_document.schema()).replace("#/$defs/", "#/components/schemas/"))
        parts = application.pop("$defs")
        application.pop("$id")
        components = openapi_schema["components"]
        schemas = components.get("schemas", {}) | {"Application": application} | parts
        return self.render_json(request, openapi_schema | {"components": components | {"schemas": schemas}})


def config() -> OpenAPIConfig:
    """What the framework is told; those who hold a key can fetch the description at /api/v1/openapi.json."""
    return OpenAPIConfig(
        title="Granska",
        version="1",
        description="Hand in applications for association grants and for the use of premises, and take them on.",
        use_handler_docstrings=True,
        security=[{"key": []}],
        components=Components(
            security_schemes={
                "key": SecurityScheme(type="http", scheme="bearer"),
                "session": SecurityScheme(type="apiKey", name="granska_session", security_scheme_in="cookie"),
            }
        ),
        render_plugins=[_Description()],
        openapi_router=Router("/api/v1", route_handlers=[], opt=may(ANY_KEY), include_in_schema=False),
    )
