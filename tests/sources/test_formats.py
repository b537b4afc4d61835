"""List files, good and bad: a file is taken whole or refused whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.errors import ListRefused
from service.domain.watchlist import Schema
from service.sources.formats import GRANSKA_CSV, UN_XML, guess, read_list
from tests.builders import SHARED

UN = """<?xml version="1.0" encoding="UTF-8"?>
<CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:09.554Z"><INDIVIDUALS><INDIVIDUAL>
<DATAID>1</DATAID><FIRST_NAME>TARQUIN</FIRST_NAME><SECOND_NAME>VOSSBERG</SECOND_NAME>
<REFERENCE_NUMBER>XXi.001</REFERENCE_NUMBER><NAME_ORIGINAL_SCRIPT>Тарквин</NAME_ORIGINAL_SCRIPT>
<NATIONALITY><VALUE>Nowhere</VALUE></NATIONALITY>
<INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>The Fox</ALIAS_NAME></INDIVIDUAL_ALIAS>
<INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS>
<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>APPROXIMATELY</TYPE_OF_DATE><YEAR>1971</YEAR></INDIVIDUAL_DATE_OF_BIRTH>
<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1960</FROM_YEAR><TO_YEAR>1962</TO_YEAR></INDIVIDUAL_DATE_OF_BIRTH>
</INDIVIDUAL></INDIVIDUALS><ENTITIES><ENTITY><DATAID>2</DATAID><FIRST_NAME>IRON WOLVES</FIRST_NAME>
<REFERENCE_NUMBER>XXe.001</REFERENCE_NUMBER><ENTITY_ALIAS><QUALITY>a.k.a.</QUALITY><ALIAS_NAME>Wolves</ALIAS_NAME></ENTITY_ALIAS>
</ENTITY></ENTITIES></CONSOLIDATED_LIST>"""
HEADER = "entry_id,schema,name,aliases,weak_aliases,birth_years,countries,org_number\n"
CSV = (
    "#granska-list,1,2026-11-01T00:00:00Z,2\n"
    + HEADER
    + "a,person,Tarquin Vossberg,T. V.;Tarkvin,Räven,1971;1972,XX,\nb,organisation,Vargarna,,,,,8029990044\n"
)


def refused(format: str, body: bytes) -> str:
    with pytest.raises(ListRefused) as caught:
        read_list(format, body)
    return caught.value.code


def test_reads_the_un_form_with_aliases_scripts_and_years() -> None:
    parsed = read_list(UN_XML, UN.encode())

    person, group = parsed.entries
    assert (person.entry_id, person.schema) == ("XXi.001", Schema.PERSON)
    assert [(one.text, one.weak) for one in person.names] == [
        ("TARQUIN VOSSBERG", False),
        ("Тарквин", False),
        ("The Fox", True),
    ]
    assert person.birth_years == (1960, 1961, 1962, 1971)
    assert person.birth_span == 2
    assert [one.text for one in group.names] == ["IRON WOLVES", "Wolves"]


def test_reads_our_own_csv() -> None:
    parsed = read_list(GRANSKA_CSV, CSV.encode())

    assert parsed.generated_at == "2026-11-01T00:00:00.000Z"
    assert [len(one.names) for one in parsed.entries] == [4, 1]
    assert parsed.entries[1].org_numbers == ("802999-0044",)


BOMB = """<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;">]>
<CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:09Z">&y;</CONSOLIDATED_LIST>"""
OUTSIDE = """<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:09Z">&x;</CONSOLIDATED_LIST>"""


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (UN[:-40].encode(), "list.broken_xml"),
        (BOMB.encode(), "list.hostile_xml"),
        (OUTSIDE.encode(), "list.hostile_xml"),
        (UN.replace("XXe.001", "XXi.001").encode(), "list.duplicate_id"),
        (UN.replace(' dateGenerated="2026-02-27T00:00:09.554Z"', "").encode(), "list.no_date"),
        (UN.replace("2026-02-27T00:00:09.554Z", "igår").encode(), "list.no_date"),
        (UN.replace('encoding="UTF-8"', 'encoding="UTF-16"').encode(), "list.broken_xml"),
        (UN.encode("latin-1", "replace").replace(b"VOSSBERG", b"VOSSB\xc4RG"), "list.broken_xml"),
        (b'<CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:09Z"/>', "list.empty"),
        (b"", "list.broken_xml"),
    ],
)
def test_refuses_a_bad_un_file_as_a_whole(body: bytes, code: str) -> None:
    assert refused(UN_XML, body) == code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (CSV.rsplit("\n", 2)[0].encode(), "list.cut_short"),
        (CSV.encode("latin-1"), "list.not_utf8"),
        (CSV.replace("\nb,", "\na,").encode(), "list.duplicate_id"),
        (CSV.split("\n", 1)[1].encode(), "list.no_mark"),
        (CSV.replace("schema,", "art,").encode(), "list.columns"),
        (CSV.replace("b,organisation", "b,company").encode(), "list.row"),
        (CSV.replace("1971;1972", "ung").encode(), "list.row"),
        (CSV.replace("Vargarna", "").encode(), "list.row"),
        (CSV.replace("Vargarna", "\u200b").encode(), "list.row"),
        (CSV.replace("2026-11-01T00:00:00Z", "0001-01-01T00:00:00+23:59").encode(), "list.no_date"),
        (CSV.replace("2026-11-01T00:00:00Z", "9999-12-31T23:59:59-23:59").encode(), "list.no_date"),
        (CSV.replace("Z,2", "Z," + "9" * 5000).encode(), "list.no_mark"),
        (CSV.replace("Z,2", "Z,²").encode(), "list.no_mark"),
        (CSV.replace("a,person,Tarquin", 'a,person,"Tarquin').encode(), "list.broken_csv"),
        (b"", "list.no_mark"),
    ],
)
def test_refuses_a_bad_csv_as_a_whole(body: bytes, code: str) -> None:
    assert refused(GRANSKA_CSV, body) == code


@given(st.binary(max_size=400))
def test_any_bytes_are_a_list_or_a_refusal(body: bytes) -> None:
    with pytest.raises(ListRefused):
        read_list(guess(body), body)


@pytest.mark.shared_data
def test_reads_the_real_un_list_whole() -> None:
    body = (SHARED / "data" / "un-consolidated-2026-02-27.xml").read_bytes()

    entries = read_list(UN_XML, body).entries

    assert sum(one.schema is Schema.PERSON for one in entries) == 730
    assert sum(one.schema is Schema.ORGANISATION for one in entries) == 273


def test_names_are_kept_in_one_form_however_they_were_written() -> None:
    decomposed = CSV.replace("Räven", "Ra\u0308ven")

    assert read_list(GRANSKA_CSV, decomposed.encode()) == read_list(GRANSKA_CSV, CSV.encode())
