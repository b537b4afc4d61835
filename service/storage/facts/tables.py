"""What the facts of all tables have in common: digests of kept texts, and the parts of events that columns keep."""

import hashlib
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from service.domain.ledger.facts import MISMATCH

Row = Mapping[str, Any]
_Parts = TypeVar("_Parts")


def sha256_of(text: str) -> str:
    """The digest of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def described(row: Row) -> str:
    """The digest that a row says its text has, where it has."""
    return row["sha256"] if sha256_of(row["body"]) == row["sha256"] else MISMATCH


def parts_of(text: str, of: type[_Parts]) -> _Parts | str:
    """The parts of an event that a column keeps as JSON; a column that says something else says so."""
    try:
        return msgspec.json.decode(text, type=of)
    except (msgspec.DecodeError, TypeError):
        return MISMATCH
