"""Both forms of OpenSanctions."""

from service.sources.formats import (
    guess,
    read_list,
)

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


def test_reads_both_forms_of_opensanctions() -> None:
    ftm, simple = (read_list(guess(one.encode()), one.encode()) for one in (FTM, SIMPLE))
    person, company = ftm
    other, group = simple

    assert (ftm.generated_at, simple.generated_at) == ("2026-10-02T00:00:00.000Z", "2026-10-01T00:00:00.000Z")
    assert [(one.text, one.weak) for one in person.names] == [("Tarquin Vossberg", False), ("Räven", True)]
    assert (person.births, person.countries) == (("1971-03",), ("se",))
    assert company.org_numbers == group.org_numbers == ("802999-0044",)
    assert [(one.text, one.weak) for one in other.names] == [
        ("Tarquin Vossberg", False), ("Räven; den röde", False), ("Tarkvin Wosberg", False), ("den röde", False),
        ("Räven", True),
    ]  # fmt: skip
    assert (other.births, other.countries) == (("1971", "1972-05-01"), ("no", "se"))
