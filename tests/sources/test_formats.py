"""List files, good and bad: a file is taken whole or refused whole."""

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.errors import ListRefused
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
from tests.sources.files import refused

BOMB = """<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;">]>
<CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:09Z">&y;</CONSOLIDATED_LIST>"""
OUTSIDE = """<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:09Z">&x;</CONSOLIDATED_LIST>"""


@given(st.binary(max_size=400))
def test_any_bytes_are_a_list_or_a_refusal(body: bytes) -> None:
    with pytest.raises(ListRefused):
        list(read_list(guess(body), body))


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


@pytest.mark.parametrize(
    ("format", "body", "code"),
    [
        (EU_XML, EU[:-30], "list.broken_xml"),
        (EU_XML, EU.replace("<export", "<!DOCTYPE a [<!ENTITY x 'y'>]><export", 1), "list.hostile_xml"),
        (EU_XML, EU.replace(' generationDate="2026-10-01T08:00:00.000+02:00"', ""), "list.no_date_in_file"),
        (EU_XML, EU.replace('wholeName="Järnvargarna"', 'wholeName=""'), "list.entry_without_name"),
        (FTM_JSON, FTM[:-40], "list.row"),
        (FTM_JSON, FTM.replace('"id":"b"', '"id":"a"'), "list.duplicate_id"),
        (FTM_JSON, FTM.replace('["Järnvargarna"]', "[7]"), "list.row"),
        (FTM_JSON, "[" * 100_000, "list.other_kind"),
        (FTM_JSON, '{"a":' * 100_000, "list.row"),
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
