"""The American form, with its neighbouring files."""

from pathlib import Path

from service.domain.watchlist import Schema
from service.sources.formats import (
    OFAC_CSV,
    guess,
    read_list,
)
from tests.sources.files import refused

SDN = (
    '1,"VOSSBERG, Tarquin","individual","SDGT",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,'
    "\"DOB 09 Feb 1951; alt. DOB circa 1952; POB Ekby; nationality Sweden; a.k.a. 'Räven'.\"\n"
    '2,"JARNVARGARNA",-0- ,"SDGT",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n'
    '3,"MV SNOW","vessel","SDGT",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n\x1a'
)


ALT = '1,10,"aka","WOSBERG, Tarkvin",-0- \n'


def test_reads_the_american_form_with_its_neighbours_and_a_date_by_hand(tmp_path: Path) -> None:
    (tmp_path / "sdn.csv").write_text(SDN, encoding="utf-8")
    (tmp_path / "ALT.CSV").write_text(ALT, encoding="utf-8")
    path = tmp_path / "sdn.csv"

    person, group = read_list(guess(path), path, "2026-10-01")

    assert [(one.text, one.weak) for one in person.names] == [
        ("VOSSBERG, Tarquin", False), ("WOSBERG, Tarkvin", False), ("Räven", True),
    ]  # fmt: skip
    assert person.births == ("1951-02-09", "1952~")
    assert person.countries == ("se",)
    assert group.schema is Schema.ORGANISATION
    assert refused(OFAC_CSV, SDN.encode()) == "list.no_date"
