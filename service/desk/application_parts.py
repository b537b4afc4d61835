"""An application in parts, each kept by itself: what a person may see, mask or erase one at a time."""

from collections.abc import Mapping
from typing import Any

from service.domain.events.fields import ApplicationPart

#: The parts of an application's document, and which of its fields each holds; what is named in none is in `about`.
PARTS: dict[str, tuple[str, ...]] = {
    "organisation": ("organisation",),
    "contact": ("contact",),
    "representatives": ("representatives",),
    "request": ("grant", "premises"),
    "declaration": ("declaration",),
}
ABOUT = "about"
FIELD = "application."

Parts = tuple[ApplicationPart, ...]


def split(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The document's parts by name; putting them together again gives the document."""
    of_field = {field: part for part, fields in PARTS.items() for field in fields}
    found: dict[str, dict[str, Any]] = {}
    for field, value in document.items():
        found.setdefault(of_field.get(field, ABOUT), {})[field] = value
    return found


def field_of(part: str, *, private: bool) -> str:
    """What a part is kept as; who a private person is and what they want a room for is masked and erased as such."""
    return FIELD + ("hirer" if private and part in ("organisation", "request") else part)


def assembled(parts: Parts, values: Mapping[str, Any]) -> dict[str, Any]:
    """What is left of the document when some of its parts may have been erased."""
    document: dict[str, Any] = {}
    for part in parts:
        document |= values.get(part.value) or {}
    return document


def whole(parts: Parts, values: Mapping[str, Any]) -> bool:
    """Whether nothing of the document has been erased."""
    return all(part.value in values for part in parts)


def commitment_of(parts: Parts, name: str) -> str:
    """The commitment of the part with this name; raises StopIteration where the application has no such part."""
    return next(part.value for part in parts if part.part == name)


def commitments(parts: Parts) -> list[str]:
    """The commitments of the parts."""
    return [part.value for part in parts]
