"""The one byte string for a JSON value under our profile of RFC 8785.

Under the profile (no floats, ASCII keys, NFC text) compact JSON with sorted keys is byte for byte JCS; a property test
compares it with a reference implementation.
"""

import json
import unicodedata
from typing import Any


class NotCanonical(ValueError):
    """The value has something that the profile does not allow."""


def canonical(value: Any) -> str:
    """The canonical text; raises NotCanonical for floats, big integers, odd keys, and text that is not NFC."""
    _check(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _check(value: Any) -> None:
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, int):
        if abs(value) >= 2**53:
            raise NotCanonical("an integer that not every reader keeps exactly")
    elif isinstance(value, dict):
        for key, one in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise NotCanonical("a key that is not ASCII text")
            _check(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            _check(one)
    else:
        raise NotCanonical(f"a {type(value).__name__}")


def _check_text(text: str) -> None:
    if not unicodedata.is_normalized("NFC", text):
        raise NotCanonical("text that is not NFC")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise NotCanonical("text with a lone surrogate") from error


def parse(text: str) -> Any:
    """The value of a canonical text; raises NotCanonical where the text is not the canonical form of its value."""
    try:
        value = json.loads(text)
        again = canonical(value)
    except (ValueError, RecursionError) as error:
        raise NotCanonical("not readable as JSON of the profile") from error
    if again != text:
        raise NotCanonical("not in canonical form")
    return value
