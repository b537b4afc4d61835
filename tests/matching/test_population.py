"""The name table, ours or the City's."""

from pathlib import Path

from service.domain.watchlist import Schema, Subject
from service.matching import population
from service.matching.finder import Finder
from tests.matching.comparing import ENTRIES


def test_the_city_can_put_its_own_name_table_in(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        'version = "ekby-1"\npopulation = 1000\nbend = 4.0\n[here]\nshare = 1.0\ngiven_top = 0.5\nfamily_top = 0.5\n'
        'given = "tarquin"\nfamily = "vossberg"\n'
    )
    finder = Finder(tmp_path / "indexes", table=population.load(own))
    finder.build("v1", ENTRIES)

    [candidate] = finder.find("v1", "demo", Subject("Tarquin Vossberg", Schema.PERSON))
    assert candidate.needs_identifier, "half of that town is called so"
    assert finder.method().population == "ekby-1"
