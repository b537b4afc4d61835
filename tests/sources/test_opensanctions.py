"""Both forms of OpenSanctions."""

from service.sources.formats import (
    FTM_JSON,
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


def test_an_entry_is_the_same_when_its_aliases_come_in_another_order() -> None:
    one, other = (
        '{"id":"a","caption":"Tarquin Vossberg","schema":"Person","last_change":"2026-10-01T00:00:00","properties":{'
        f'"name":{names},"alias":{aliases},"birthDate":{births}}}}}\n'
        for names, aliases, births in (
            ('["Tarquin Vossberg","T Vossberg"]', '["Räven","Grå Ulven"]', '["1971","1972"]'),
            ('["T Vossberg","Tarquin Vossberg"]', '["Grå Ulven","Räven"]', '["1972","1971"]'),
        )
    )

    assert list(read_list(FTM_JSON, one.encode())) == list(read_list(FTM_JSON, other.encode()))


def test_an_entry_with_parts_of_a_name_only_gets_its_name() -> None:
    body = (
        '{"id":"a","caption":"Person","schema":"Person","last_change":"2026-10-01T00:00:00",'
        '"properties":{"firstName":["Tarquin"],"fatherName":["Elof"],"lastName":["Vossberg"]}}\n'
    )
    [entry] = read_list(FTM_JSON, body.encode())

    assert [name.text for name in entry.names] == ["Tarquin Elof Vossberg"]


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
