"""Words are remembered to save time: so many and no more, and nobody's name stays in memory once it is erased."""

from pathlib import Path

import pytest

from service.domain.watchlist import Schema, Subject
from service.matching import memory
from service.matching.finder import Finder
from service.matching.keys import base_key
from tests.matching.comparing import ENTRIES, FINDER

ASKED = Subject("Tarkvin Vosberg", Schema.PERSON)


def test_no_function_remembers_more_than_the_bound() -> None:
    for number in range(memory.MOST_ANSWERS + 100):
        base_key(f"word{number}")

    counts = memory.remembered_now()

    assert counts["service.matching.keys.base_key"] == memory.MOST_ANSWERS
    assert max(counts.values()) <= memory.MOST_ANSWERS
    FINDER.let_go_of_names()
    assert set(memory.remembered_now().values()) == {0}


def test_forgetting_changes_no_answer() -> None:
    warm = FINDER.find("v1", "demo", ASKED)
    assert warm == FINDER.find("v1", "demo", ASKED)

    FINDER.let_go_of_names()

    assert FINDER.find("v1", "demo", ASKED) == warm


def test_an_index_that_is_done_leaves_no_word_of_the_list_behind(tmp_path: Path) -> None:
    FINDER.find("v1", "demo", ASKED)

    Finder(tmp_path).build("v1", ENTRIES)

    assert set(memory.remembered_now().values()) == {0}


def test_no_module_of_matching_keeps_words_by_itself() -> None:
    """`lru_cache` is for tables read from files: a handful, and never a word somebody is called by."""
    folder = Path(memory.__file__).parent
    kept = [line for path in folder.glob("*.py") for line in path.read_text("utf-8").splitlines()]
    bounds = [line for line in kept if line.startswith("@lru_cache") and len(line) > len("@lru_cache(maxsize=99)")]

    assert bounds == []


@pytest.mark.parametrize("name", ["service.matching.tokens.person_token", "service.matching.names.analyse"])
def test_what_is_remembered_is_counted_by_name(name: str) -> None:
    FINDER.let_go_of_names()
    FINDER.find("v1", "demo", ASKED)

    assert memory.remembered_now()[name] > 0
