"""Whatever is renamed in a list file: it is refused, or held, or nothing that is compared has changed."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.domain.errors import ListRefused
from service.domain.watchlist import ListEntry, ListRemark
from service.sources.formats import EU_XML, FTM_JSON, OFAC_CSV, SIMPLE_CSV, UN_XML, read_list
from tests.builders import SHARED

UN = """<?xml version="1.0" encoding="UTF-8"?>
<CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:09.554Z"><INDIVIDUALS><INDIVIDUAL>
<DATAID>1</DATAID><VERSIONNUM>1</VERSIONNUM><FIRST_NAME>TARQUIN</FIRST_NAME><SECOND_NAME>VOSSBERG</SECOND_NAME>
<THIRD_NAME>ELVAR</THIRD_NAME><FOURTH_NAME>RIMDAL</FOURTH_NAME><UN_LIST_TYPE>X</UN_LIST_TYPE>
<REFERENCE_NUMBER>XXi.001</REFERENCE_NUMBER><LISTED_ON>2012-12-31</LISTED_ON><GENDER>Male</GENDER>
<NAME_ORIGINAL_SCRIPT>Тарквин</NAME_ORIGINAL_SCRIPT><COMMENTS1>Text</COMMENTS1>
<TITLE><VALUE>Dr</VALUE></TITLE><DESIGNATION><VALUE>Kassör</VALUE></DESIGNATION>
<NATIONALITY><VALUE>Sweden</VALUE></NATIONALITY><LIST_TYPE><VALUE>UN List</VALUE></LIST_TYPE>
<LAST_DAY_UPDATED><VALUE>2016-10-13</VALUE></LAST_DAY_UPDATED>
<INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>The Fox</ALIAS_NAME><DATE_OF_BIRTH>1974</DATE_OF_BIRTH>
<CITY_OF_BIRTH>Ekby</CITY_OF_BIRTH><COUNTRY_OF_BIRTH>Sweden</COUNTRY_OF_BIRTH><NOTE>n</NOTE></INDIVIDUAL_ALIAS>
<INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Tarkvin Wosberg</ALIAS_NAME></INDIVIDUAL_ALIAS>
<INDIVIDUAL_ADDRESS><COUNTRY>Sweden</COUNTRY><NOTE>x</NOTE></INDIVIDUAL_ADDRESS>
<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><DATE>1971-03-04</DATE><NOTE>n</NOTE></INDIVIDUAL_DATE_OF_BIRTH>
<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>APPROXIMATELY</TYPE_OF_DATE><YEAR>1972</YEAR></INDIVIDUAL_DATE_OF_BIRTH>
<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1960</FROM_YEAR><TO_YEAR>1962</TO_YEAR></INDIVIDUAL_DATE_OF_BIRTH>
<INDIVIDUAL_PLACE_OF_BIRTH><CITY>Ekby</CITY></INDIVIDUAL_PLACE_OF_BIRTH>
<INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>1</NUMBER></INDIVIDUAL_DOCUMENT>
<SORT_KEY/><SORT_KEY_LAST_MOD/></INDIVIDUAL></INDIVIDUALS><ENTITIES><ENTITY><DATAID>2</DATAID>
<FIRST_NAME>IRON WOLVES</FIRST_NAME><REFERENCE_NUMBER>XXe.001</REFERENCE_NUMBER>
<ENTITY_ALIAS><QUALITY>a.k.a.</QUALITY><ALIAS_NAME>Wolves</ALIAS_NAME></ENTITY_ALIAS>
<ENTITY_ADDRESS><CITY>Ekby</CITY></ENTITY_ADDRESS></ENTITY></ENTITIES></CONSOLIDATED_LIST>"""
EU = """<?xml version="1.0" encoding="UTF-8"?>
<export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="2026-10-01T08:00:00.000+02:00" globalFileId="1">
<sanctionEntity designationDate="2020-01-01" unitedNationId="" euReferenceNumber="EU.1.1" logicalId="13">
<remark>r</remark><regulation programme="X" numberTitle="1"><publicationUrl>u</publicationUrl></regulation>
<subjectType code="person" classificationCode="P"/>
<nameAlias firstName="Tarquin" middleName="E" lastName="Vossberg" wholeName="" strong="true" logicalId="1"/>
<nameAlias wholeName="Räven" strong="false"/><nameAlias wholeName="T. V." strong="true"><remark>low quality</remark></nameAlias>
<citizenship countryIso2Code="SE" region="" countryDescription="SWEDEN"/>
<birthdate circa="false" calendarType="GREGORIAN" birthdate="1971-03-04" year="1971" monthOfYear="3" dayOfMonth="4" city="x"/>
<birthdate circa="true" calendarType="GREGORIAN" year="1970"/><birthdate year="1974" monthOfYear="3" dayOfMonth="4"/>
<birthdate calendarType="ISLAMIC" year="1990"/><birthdate yearRangeFrom="1960" yearRangeTo="1962"/>
<address city="Ekby" street="s"><contactInfo key="k" value="v"/></address></sanctionEntity>
<sanctionEntity euReferenceNumber="EU.2.2" logicalId="14"><subjectType code="enterprise" classificationCode="E"/>
<nameAlias wholeName="Järnvargarna" strong="true"/>
<identification identificationTypeCode="regnumber" number="802999-0044"/>
<identification identificationTypeCode="regnumber" latinNumber="802999-0028"/></sanctionEntity></export>"""
FTM = [
    {"id": "a", "caption": "Tarquin Vossberg", "schema": "Person", "target": True, "last_change": "2026-10-01T00:00:00",
     "last_seen": "2026-10-01T00:00:00", "datasets": ["x"], "referents": [], "first_seen": "2026-10-01T00:00:00",
     "properties": {"name": ["Tarquin Vossberg"], "alias": ["Tarkvin Wosberg"], "weakAlias": ["Räven"],
                    "previousName": ["T Vossberg"], "abbreviation": ["TV"], "birthDate": ["1971-03"],
                    "nationality": ["se"], "citizenship": ["no"], "country": ["fi"], "topics": ["sanction"]}},
    {"id": "p", "schema": "Person", "target": True, "properties": {
        "name": [], "firstName": ["Ylva"], "secondName": ["B"], "middleName": ["C"], "fatherName": ["D"],
        "lastName": ["Granfors"]}},
    {"id": "s", "caption": "x", "schema": "Sanction", "properties": {"program": ["y"]}},
    {"id": "b", "schema": "Company", "target": True, "properties": {
        "name": ["Järnvargarna"], "registrationNumber": ["802999-0044"], "idNumber": ["802999-0028"]}},
    {"id": "c", "schema": "LegalEntity", "target": True, "properties": {"name": ["Grå Ulven"]}},
    {"id": "d", "schema": "Organization", "target": True, "properties": {"name": ["Grå Örnen"]}},
    {"id": "e", "schema": "PublicBody", "target": True, "properties": {"name": ["Grå Myndigheten"]}},
]  # fmt: skip
SIMPLE = (
    "id,schema,name,aliases,birth_date,countries,addresses,identifiers,sanctions,phones,emails,dataset,first_seen,last_seen,last_change\n"
    "a,Person,Tarquin Vossberg,Tarkvin Wosberg,1971;1972-05-01,se;no,,,,,,x,2026-01-01,2026-10-01T00:00:00,2026-09-01\n"
    "b,Organization,Järnvargarna,,,,,802999-0044,,,,x,2026-01-01,2026-10-01T00:00:00,2026-09-01\n"
    "c,LegalEntity,Grå Ulven,,,,,,,,,x,2026-01-01,2026-10-01T00:00:00,2026-09-01\n"
)


def read(format: str, body: str | Path) -> tuple[list[ListEntry], tuple[ListRemark, ...]]:
    file = read_list(format, body if isinstance(body, Path) else body.encode(), "2026-10-01")
    return list(file), file.remarks


def lost_in_silence(format: str, whole: str, changed: str) -> bool:
    """Whether what was changed is neither refused, nor held, nor without consequence and named."""
    try:
        entries, remarks = read(format, changed)
    except ListRefused:
        return False
    if any(remark.holds for remark in remarks):
        return False
    return entries != read(format, whole)[0] or not remarks


def renamed_in_xml(whole: str) -> Iterator[tuple[str, str]]:
    for tag in sorted(set(re.findall(r"<([A-Za-z_0-9]+)", whole))):
        yield f"<{tag}>", re.sub(rf"(</?){tag}\b", rf"\1{tag}_2", whole)
    for attribute in sorted(
        set(re.findall(r'\s([A-Za-z_0-9]+)="', whole)) - {"version", "encoding", "xmlns", "globalFileId"}
    ):
        yield attribute, re.sub(rf'\s{attribute}="', f' {attribute}2="', whole)


def as_lines(entities: list[dict[str, object]]) -> str:
    return "".join(json.dumps(entity, ensure_ascii=False) + "\n" for entity in entities)


def renamed_in_ftm() -> Iterator[tuple[str, str]]:
    whole = as_lines(FTM)
    listed = [entity for entity in FTM if entity["schema"] != "Sanction"]
    properties = {name for entity in listed for name in dict(entity["properties"])}  # type: ignore[call-overload]
    for name in sorted(properties | {"properties", "schema", "id"}):
        yield name, whole.replace(f'"{name}":', f'"{name}2":')
    for schema in sorted({str(entity["schema"]) for entity in FTM} - {"Sanction"}):
        yield schema, whole.replace(f'"schema": "{schema}"', f'"schema": "{schema}2"')


def renamed_in_simple() -> Iterator[tuple[str, str]]:
    header, rest = SIMPLE.split("\n", 1)
    for column in header.split(","):
        yield column, ",".join(f"{name}2" if name == column else name for name in header.split(",")) + "\n" + rest
    for schema in ("Person", "Organization", "LegalEntity"):
        yield schema, SIMPLE.replace(f",{schema},", f",{schema}2,")


MUTATIONS = [
    *((UN_XML, UN, what, changed) for what, changed in renamed_in_xml(UN)),
    *((EU_XML, EU, what, changed) for what, changed in renamed_in_xml(EU)),
    *((FTM_JSON, as_lines(FTM), what, changed) for what, changed in renamed_in_ftm()),
    *((SIMPLE_CSV, SIMPLE, what, changed) for what, changed in renamed_in_simple()),
]


@pytest.mark.parametrize(
    ("format", "whole", "what", "changed"), MUTATIONS, ids=[f"{format}-{what}" for format, _, what, _ in MUTATIONS]
)
def test_whatever_is_renamed_nothing_is_lost_in_silence(format: str, whole: str, what: str, changed: str) -> None:
    assert changed != whole, what
    assert not lost_in_silence(format, whole, changed)


@pytest.mark.parametrize(
    ("format", "whole"), [(UN_XML, UN), (EU_XML, EU), (FTM_JSON, as_lines(FTM)), (SIMPLE_CSV, SIMPLE)]
)
def test_a_file_as_its_publisher_makes_it_is_remarked_on_nowhere(format: str, whole: str) -> None:
    assert read(format, whole)[1] == ()


@pytest.mark.shared_data
def test_the_real_un_list_has_nothing_that_is_not_declared() -> None:
    _, remarks = read(UN_XML, SHARED / "data" / "un-consolidated-2026-02-27.xml")

    # One alias of the list has a question mark where a letter was.
    assert [(remark.code, remark.count) for remark in remarks if remark.holds] == [("damaged", 1)]


SDN = (
    '1,"VOSSBERG, Tarquin","individual","SDGT",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"DOB 09 Feb 1951"\n'
    '2,"JARNVARGARNA",-0- ,"SDGT",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n'
)


@pytest.mark.parametrize(
    ("name", "files", "remarked"),
    [
        ("sdn.csv", {}, ["companion_missing"]),
        ("sdn.csv", {"alt.csv": '1,10,"aka","WOSBERG, Tarkvin",-0- \n'}, []),
        ("sdn.csv", {"alt.csv": '7,10,"aka","SOMEBODY, Else",-0- \n'}, ["companion_foreign"]),
        ("sdn.csv", {"cons_alt.csv": '1,10,"aka","WOSBERG, Tarkvin",-0- \n'}, ["companion_missing"]),
        ("cons_prim.csv", {"cons_alt.csv": '1,10,"aka","WOSBERG, Tarkvin",-0- \n'}, []),
        ("cons_prim.csv", {"alt.csv": '1,10,"aka","WOSBERG, Tarkvin",-0- \n'}, ["companion_missing"]),
        ("sdn.csv", {"alt.csv": '1,10,"alias","WOSBERG, Tarkvin",-0- \n'}, ["unknown"]),
    ],
)
def test_the_american_list_wants_its_own_companions(
    tmp_path: Path, name: str, files: dict[str, str], remarked: list[str]
) -> None:
    for file, text in {name: SDN, **files}.items():
        (tmp_path / file).write_text(text, "utf-8")

    _, remarks = read(OFAC_CSV, tmp_path / name)

    assert [remark.code for remark in remarks] == remarked
    assert all(remark.holds for remark in remarks)


def test_an_unknown_kind_of_subject_holds_the_american_list(tmp_path: Path) -> None:
    (tmp_path / "sdn.csv").write_text(SDN.replace('"individual"', '"natural person"'), "utf-8")
    (tmp_path / "alt.csv").write_text('1,10,"aka","WOSBERG, Tarkvin",-0- \n', "utf-8")

    _, remarks = read(OFAC_CSV, tmp_path / "sdn.csv")

    assert [(remark.code, remark.place) for remark in remarks if remark.holds] == [
        ("unknown", "SDN_Type=natural person")
    ]
