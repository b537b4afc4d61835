"""The European form."""

from service.domain.watchlist import Schema
from service.sources.formats import (
    guess,
    read_list,
)

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
