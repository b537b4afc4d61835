"""What people of a name are called for short: Lasse is Lars, Sasha is Aleksandr; a table with its sources."""

import tomllib
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from service.matching.script import words

TABLE = Path(__file__).parent / "tables" / "short-forms-2026-1.toml"


@lru_cache(maxsize=1)
def load(path: Path = TABLE) -> Mapping[str, frozenset[str]]:
    """For each short form the names that it stands for, all as words are compared."""
    read = tomllib.loads(path.read_text(encoding="utf-8"))
    stands_for: dict[str, set[str]] = defaultdict(set)
    for language, table in read.items():
        if language == "version":
            continue
        for short, names in table.items():
            for word in words(short):
                stands_for[word] |= set(words(names))
    return {short: frozenset(names) for short, names in stands_for.items()}


def short_form(left: str, right: str) -> bool:
    """Whether one of the two is what somebody of the other name is called for short."""
    table = load()
    names_of_left, names_of_right = table.get(left), table.get(right)
    if names_of_left is None and names_of_right is None:
        return False
    return right in (names_of_left or ()) or left in (names_of_right or ())


def short_form_groups(word: str) -> frozenset[str]:
    """By what a word is found by its short form, or a short form by its names."""
    return load().get(word, frozenset()) | ({word} if word in _whole_names() else frozenset())


@lru_cache(maxsize=1)
def _whole_names() -> frozenset[str]:
    return frozenset().union(*load().values())
