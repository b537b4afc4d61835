"""An index is whole or not there."""

from pathlib import Path

import pytest

from service.domain.watchlist import Schema, Subject
from service.matching import list_index
from service.matching.finder import UNTOLD, Finder
from tests.matching.comparing import ENTRIES, FINDER


def test_a_version_without_an_index_is_never_answered_from_nothing(tmp_path: Path) -> None:
    finder = Finder(tmp_path)

    with pytest.raises(LookupError):
        finder.find("v1", "demo", Subject("Tarquin Vossberg", Schema.PERSON))


def test_an_index_is_opened_again_as_it_was_and_built_anew_for_another_analysis(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Finder(tmp_path).build("v1", ENTRIES)
    again = Finder(tmp_path)

    asked = Subject("Tarkvin Vosberg", Schema.PERSON)
    assert again.find("v1", "demo", asked) == FINDER.find("v1", "demo", asked)
    monkeypatch.setattr(list_index, "ANALYSIS", "another")
    assert not Finder(tmp_path).knows("v1", UNTOLD)


def test_an_index_that_was_not_finished_is_not_there(tmp_path: Path) -> None:
    finder = Finder(tmp_path)

    with pytest.raises(RuntimeError), finder.building("v1") as building:
        building.add(ENTRIES[0])
        raise RuntimeError("the file was broken")

    assert not finder.knows("v1", UNTOLD)
    assert list(tmp_path.iterdir()) == []
