"""The API as OpenAPI 3.1, around the very schema that applications are validated against."""

import json
from typing import Any

from service.cases.intake import ENCLOSURE_KINDS, MAX_ENCLOSURE_BYTES
from service.cases.intake_document import schema

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
