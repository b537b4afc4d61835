"""The API as OpenAPI 3.1, around the very schema that applications are validated against."""

import json
from typing import Any

from service.casework.intake.application_document import schema
from service.casework.intake.enclosures import MAX_ENCLOSURE_BYTES
from service.domain.enclosure import ENCLOSURE_KINDS

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "A problem document (RFC 9457); `errors` has a JSON pointer (RFC 6901) for each wrong field.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}


def _problem(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


_COMMON = {
    "400": _problem("Not readable as what it claims to be"),
    "401": _problem("No key, or a key that is not valid"),
    "413": _problem("Too large"),
    "415": _problem("Another content type than this address reads"),
    "422": _problem("Fields that cannot be stored safely, each with a pointer; or a known key with another body"),
}


def _created(properties: dict[str, Any], *, location: bool) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": "Received",
        "content": {
            "application/json": {"schema": {"type": "object", "required": list(properties), "properties": properties}}
        },
    }
    if location:
        answer["headers"] = {"Location": {"schema": {"type": "string"}}}
    return answer


def _path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}


def _asked(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}


def _answer(description: str, *names: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {"application/json": {"schema": {"type": "object", "required": list(names)}}},
    }


def _premises() -> dict[str, Any]:
    """Rooms: what is free, holds, the times of an application, a season's allocation."""
    clock = {"type": "string", "pattern": "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"}
    day = {"type": "string", "format": "date"}
    slug = {"type": "string", "minLength": 1, "maxLength": 200}
    taken = _problem("The time cannot be had; `alternatives` has what is free instead (UTC epoch seconds)")
    return {
        "/api/v1/availability": {
            "get": {
                "operationId": "availability",
                "summary": "Free times by room and local day",
                "parameters": [
                    _asked("from", day, "The first day; today if left out"),
                    _asked("days", {"type": "integer", "minimum": 1, "maximum": 31}, "How many days; 7 if left out"),
                    _asked("site", slug, "Only this site"),
                    _asked("room", slug, "Only this room"),
                ],
                "responses": {
                    "200": _answer("Free times as [from, to]", "rooms"),
                    "404": _problem("No such room"),
                    **_COMMON,
                },
            }
        },
        "/api/v1/holds": {
            "post": {
                "operationId": "hold",
                "summary": "Hold a time while someone fills in; an application takes it over by `premises.hold`",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["room", "date", "from", "to"],
                                "properties": {"room": slug, "date": day, "from": clock, "to": clock},
                            }
                        }
                    },
                },
                "responses": {
                    "201": _answer("Held until this UTC epoch second", "id", "until"),
                    "404": _problem("No such room"),
                    "409": taken,
                    **_COMMON,
                },
            }
        },
        "/api/v1/holds/{booking_id}": {
            "delete": {
                "operationId": "giveUpHold",
                "summary": "The hold was not needed",
                "parameters": [_path("booking_id")],
                "responses": {
                    "204": {"description": "Free again"},
                    "404": _problem("No such hold of yours"),
                    **_COMMON,
                },
            }
        },
        "/api/v1/applications/{case_id}/bookings": {
            "get": {
                "operationId": "bookings",
                "summary": "The times of an application: had or not, why, and what could be had instead",
                "parameters": [_path("case_id")],
                "responses": {"200": _answer("The times", "bookings"), "404": _problem("No such case"), **_COMMON},
            }
        },
        "/api/v1/applications/{case_id}/bookings/{booking_id}/cancel": {
            "post": {
                "operationId": "cancelBooking",
                "summary": "The hirer cancels one time; says what it costs in öre",
                "parameters": [_path("case_id"), _path("booking_id")],
                "responses": {
                    "201": _answer("Cancelled", "id", "fee_ore"),
                    "403": _problem("The time has begun, or has been cancelled"),
                    "404": _problem("No such case or time"),
                    "409": _problem("The booking is being decided just now"),
                    **_COMMON,
                },
            }
        },
        "/api/v1/seasons/{season_id}": {
            "get": {
                "operationId": "season",
                "summary": "A season's allocation by diary number, with all that is needed to redo it",
                "parameters": [{"name": "season_id", "in": "path", "required": True, "schema": slug}],
                "responses": {
                    "200": _answer("The allocation", "season", "applications"),
                    "404": _problem("No such season"),
                    **_COMMON,
                },
            }
        },
    }


def openapi() -> dict[str, Any]:
    """The whole description."""
    application = json.loads(json.dumps(schema()).replace("#/$defs/", "#/components/schemas/"))
    parts = application.pop("$defs")
    application.pop("$id")
    text = {"type": "string"}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Granska",
            "version": "1",
            "description": "Hand in applications for association grants and for the use of premises.",
        },
        "security": [{"key": []}],
        "paths": {
            "/api/v1/applications": {
                "post": {
                    "operationId": "handInApplication",
                    "summary": "Hand in an application",
                    "parameters": [
                        {
                            "name": "Idempotency-Key",
                            "in": "header",
                            "required": False,
                            "description": "The same key with the same body gives the same case.",
                            "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
                        }
                    ],
                    "requestBody": {
                        "required": True,
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Application"}}},
                    },
                    "responses": {
                        "201": _created(
                            {"id": text, "diary_number": text, "link": text, "enclosures": text}, location=True
                        ),
                        **_COMMON,
                    },
                }
            },
            "/api/v1/applications/{case_id}/enclosures": {
                "post": {
                    "operationId": "handInEnclosure",
                    "summary": "Hand in an enclosure",
                    "parameters": [
                        {
                            "name": "case_id",
                            "in": "path",
                            "required": True,
                            "schema": {"type": "string", "format": "uuid"},
                        }
                    ],
                    "requestBody": {
                        "required": True,
                        "content": {
                            "multipart/form-data": {
                                "schema": {
                                    "type": "object",
                                    "required": ["kind", "file"],
                                    "properties": {
                                        "kind": {"type": "string", "enum": list(ENCLOSURE_KINDS)},
                                        "speaks_from": {
                                            "type": "string",
                                            "description": "The day, or the first day, that the document speaks of "
                                            "(ISO 8601); empty where it speaks of none.",
                                        },
                                        "speaks_to": {
                                            "type": "string",
                                            "description": "The last day, where it speaks of a period (ISO 8601).",
                                        },
                                        "file": {
                                            "type": "string",
                                            "contentMediaType": "application/octet-stream",
                                            "description": "PDF, PNG, JPEG, DOCX, XLSX, ODT or plain text; "
                                            f"at most {MAX_ENCLOSURE_BYTES} bytes.",
                                        },
                                    },
                                }
                            }
                        },
                    },
                    "responses": {
                        "201": _created({"id": text}, location=False),
                        "403": _problem("The case is decided"),
                        "404": _problem("No such case"),
                        **_COMMON,
                    },
                }
            },
            "/api/v1/applications/{case_id}/answers": {
                "post": {
                    "operationId": "handInAnswer",
                    "summary": "Hand in the applicant's answer to what was asked last, or that they withdraw",
                    "parameters": [
                        {
                            "name": "case_id",
                            "in": "path",
                            "required": True,
                            "schema": {"type": "string", "format": "uuid"},
                        }
                    ],
                    "requestBody": {
                        "required": True,
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "required": ["kind", "text"],
                                    "properties": {
                                        "kind": {"enum": ["completion", "communication", "withdrawal"]},
                                        "text": {"type": "string", "minLength": 1, "maxLength": 8000},
                                    },
                                }
                            }
                        },
                    },
                    "responses": {
                        "201": _created({"id": text}, location=False),
                        "403": _problem("The case is decided"),
                        "404": _problem("No such case, or nothing of the kind has been asked"),
                        "409": _problem("Someone changed the case at the same moment; send it again"),
                        **_COMMON,
                    },
                }
            },
            **_premises(),
            "/api/v1/openapi.json": {
                "get": {
                    "operationId": "describe",
                    "summary": "This description",
                    "responses": {
                        "200": {
                            "description": "OpenAPI 3.1",
                            "content": {"application/json": {"schema": {"type": "object"}}},
                        },
                        "401": _COMMON["401"],
                    },
                }
            },
        },
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Application": application, "Problem": _PROBLEM, **parts},
        },
    }
