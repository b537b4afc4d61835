"""List files, good and bad: a file is taken whole or refused whole."""

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.errors import ListRefused
from service.domain.watchlist import Schema
from service.sources.formats import (
    EU_XML,
    FTM_JSON,
    GRANSKA_CSV,
    OFAC_CSV,
    SIMPLE_CSV,
    UN_XML,
    guess,
    read_list,
)
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
        list(read_list(format, body))
    return caught.value.code


def test_reads_the_un_form_with_aliases_scripts_and_years() -> None:
    person, group = read_list(UN_XML, UN.encode())

    assert (person.entry_id, person.schema) == ("XXi.001", Schema.PERSON)
    assert [(one.text, one.weak) for one in person.names] == [
        ("TARQUIN VOSSBERG", False),
        ("Тарквин", False),
        ("The Fox", True),
    ]
    assert person.births == ("1960/1962", "1971~")
    assert [one.text for one in group.names] == ["IRON WOLVES", "Wolves"]


def test_reads_our_own_csv() -> None:
    parsed = read_list(GRANSKA_CSV, CSV.encode())
    entries = list(parsed)

    assert parsed.generated_at == "2026-11-01T00:00:00.000Z"
    assert [len(one.names) for one in entries] == [4, 1]
    assert entries[0].births == ("1971", "1972")
    assert entries[1].org_numbers == ("802999-0044",)


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
        list(read_list(guess(body), body))


@pytest.mark.shared_data
def test_reads_the_real_un_list_whole() -> None:
    path = SHARED / "data" / "un-consolidated-2026-02-27.xml"

    entries = list(read_list(guess(path), path))

    assert sum(one.schema is Schema.PERSON for one in entries) == 730
    assert sum(one.schema is Schema.ORGANISATION for one in entries) == 273


def test_names_are_kept_in_one_form_however_they_were_written() -> None:
    decomposed = CSV.replace("Räven", "Ra\u0308ven")

    assert list(read_list(GRANSKA_CSV, decomposed.encode())) == list(read_list(GRANSKA_CSV, CSV.encode()))


EU = """<?xml version="1.0" encoding="UTF-8"?>
<export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="2026-10-01T08:00:00.000+02:00" globalFileId="1">
<sanctionEntity logicalId="13" euReferenceNumber="EU.1.1"><subjectType code="person" classificationCode="P"/>
<nameAlias wholeName="" firstName="Tarquin" middleName="" lastName="Vossberg" strong="true"/>
<nameAlias wholeName="Räven" strong="false"/><nameAlias wholeName="T. V."><remark>low quality</remark></nameAlias>
<birthdate circa="false" calendarType="GREGORIAN" birthdate="1971-03-04" year="1971" monthOfYear="3" dayOfMonth="4"/>
<birthdate circa="true" calendarType="GREGORIAN" year="1970"/><birthdate calendarType="GREGORIAN" yearRangeFrom="1960" yearRangeTo="1962"/>
<birthdate calendarType="ISLAMIC" year="1390"/><citizenship countryIso2Code="SE"/><citizenship countryIso2Code="00"/></sanctionEntity>
<sanctionEntity logicalId="14"><subjectType code="enterprise" classificationCode="E"/><nameAlias wholeName="Järnvargarna"/>
<identification identificationTypeCode="regnumber" number="802999-0044"/></sanctionEntity></export>"""
SDN = (
    '1,"VOSSBERG, Tarquin","individual","SDGT",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,'
    "\"DOB 09 Feb 1951; alt. DOB circa 1952; POB Ekby; nationality Sweden; a.k.a. 'Räven'.\"\n"
    '2,"JARNVARGARNA",-0- ,"SDGT",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n'
    '3,"MV SNOW","vessel","SDGT",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n\x1a'
)
ALT = '1,10,"aka","WOSBERG, Tarkvin",-0- \n'
FTM = (
    '{"id":"a","caption":"Tarquin Vossberg","schema":"Person","target":true,"last_change":"2026-10-01T00:00:00",'
    '"properties":{"name":["Tarquin Vossberg"],"weakAlias":["Räven"],"birthDate":["1971-03"],"nationality":["se"]}}\n'
    '{"id":"s","caption":"x","schema":"Sanction","properties":{},"last_change":"2026-10-02T00:00:00"}\n'
    '{"id":"b","schema":"Company","target":true,"properties":{"name":["Järnvargarna"],"registrationNumber":["802999-0044"]}}'
)
SIMPLE = (
    "id,schema,name,aliases,birth_date,countries,addresses,identifiers,sanctions,phones,emails,dataset,first_seen,last_seen,last_change\n"
    'a,Person,Tarquin Vossberg,"Tarkvin Wosberg;""Räven; den röde""",1971;1972-05-01,se;no,,,,,,x,2026-01-01,2026-10-01T00:00:00,2026-09-01\n'
    "b,Organization,Järnvargarna,,,,,802999-0044,,,,x,2026-01-01,2026-10-01T00:00:00,2026-09-01\n"
)


def test_reads_the_european_form() -> None:
    file = read_list(guess(EU.encode()), EU.encode())
    person, group = file

    assert file.generated_at == "2026-10-01T06:00:00.000Z"
    assert [(one.text, one.weak) for one in person.names] == [
        ("Tarquin Vossberg", False),
        ("Räven", True),
        ("T. V.", True),
    ]
    assert person.births == ("1960/1962", "1970~", "1971-03-04"), "a year of another calendar is no year of ours"
    assert person.countries == ("se",)
    assert (group.entry_id, group.schema, group.org_numbers) == ("14", Schema.ORGANISATION, ("802999-0044",))


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


def test_reads_both_forms_of_opensanctions() -> None:
    ftm, simple = (read_list(guess(one.encode()), one.encode()) for one in (FTM, SIMPLE))
    person, company = ftm
    other, group = simple

    assert (ftm.generated_at, simple.generated_at) == ("2026-10-02T00:00:00.000Z", "2026-10-01T00:00:00.000Z")
    assert [(one.text, one.weak) for one in person.names] == [("Tarquin Vossberg", False), ("Räven", True)]
    assert (person.births, person.countries) == (("1971-03",), ("se",))
    assert company.org_numbers == group.org_numbers == ("802999-0044",)
    assert [one.text for one in other.names] == ["Tarquin Vossberg", "Tarkvin Wosberg", "Räven; den röde"]
    assert (other.births, other.countries) == (("1971", "1972-05-01"), ("no", "se"))


@pytest.mark.parametrize(
    ("format", "body", "code"),
    [
        (EU_XML, EU[:-30], "list.broken_xml"),
        (EU_XML, EU.replace("<export", "<!DOCTYPE a [<!ENTITY x 'y'>]><export", 1), "list.hostile_xml"),
        (EU_XML, EU.replace(' generationDate="2026-10-01T08:00:00.000+02:00"', ""), "list.no_date"),
        (EU_XML, EU.replace('wholeName="Järnvargarna"', 'wholeName=""'), "list.entry_without_name"),
        (FTM_JSON, FTM[:-40], "list.row"),
        (FTM_JSON, FTM.replace('"id":"b"', '"id":"a"'), "list.duplicate_id"),
        (FTM_JSON, FTM.replace('["Järnvargarna"]', "[7]"), "list.row"),
        (FTM_JSON, "[" * 100_000, "list.row"),
        (SIMPLE_CSV, SIMPLE.replace("id,schema", "nr,schema", 1), "list.columns"),
        (SIMPLE_CSV, SIMPLE.rsplit(",", 3)[0], "list.ends_within_line"),
        (SIMPLE_CSV, SIMPLE.rsplit(",", 3)[0] + "\n", "list.row"),
        (OFAC_CSV, SDN[:150], "list.ends_within_line"),
        (FTM_JSON, FTM.replace('["Järnvargarna"]', '"Järnvargarna"'), "list.row"),
        (FTM_JSON, FTM.replace('"id":"b"', '"id":"  "'), "list.entry_without_id"),
        (OFAC_CSV, SDN.replace(',-0- \n3,', "\n3,"), "list.row"),
    ],
)  # fmt: skip
def test_refuses_a_bad_file_of_any_form_as_a_whole(format: str, body: str, code: str) -> None:
    assert refused(format, body.encode()) == code


@pytest.mark.parametrize("format", [EU_XML, FTM_JSON, SIMPLE_CSV, OFAC_CSV, UN_XML, GRANSKA_CSV])
@given(body=st.binary(max_size=300))
def test_any_bytes_are_refused_in_every_form(format: str, body: bytes) -> None:
    with pytest.raises(ListRefused):
        list(read_list(format, body))


def test_a_large_file_is_read_in_the_memory_of_a_small_one(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    line = '{{"id":"{0}","schema":"Person","target":true,"last_change":"2026-10-01T00:00:00","properties":{{"name":["Namn {0}"]}}}}\n'
    with path.open("w") as file:
        file.writelines(line.format(number) for number in range(60_000))

    tracemalloc.start()
    count = sum(1 for _ in read_list(FTM_JSON, path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert count == 60_000
    assert peak < 12_000_000, "the ids' digests, and one line"
