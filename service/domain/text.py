"""Texts: when one says something that someone can see, and how a name is put together from its parts."""

import unicodedata
from collections.abc import Sequence
from itertools import product


def visible(text: str) -> bool:
    """Whether there is anything but spaces and signs without a shape."""
    return any(unicodedata.category(one)[0] not in "CZ" for one in text)


def full_names(first: Sequence[str], middle: Sequence[str], last: Sequence[str]) -> list[str]:
    """The names that somebody's parts make: each first name with the middle ones and each last name."""
    between = " ".join(dict.fromkeys(middle))
    pairs = product(first or [""], last or [""])
    names = [" ".join(filter(None, (given, between, family))) for given, family in pairs]
    return [name for name in dict.fromkeys(names) if name]
