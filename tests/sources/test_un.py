"""The UN consolidated list."""

import pytest

from service.domain.watchlist import Schema
from service.sources.formats import (
    UN_XML,
    guess,
    read_list,
)
from tests.builders import SHARED
from tests.sources.files import UN, refused


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
        (UN.replace(' dateGenerated="2026-02-27T00:00:09.554Z"', "").encode(), "list.no_date_in_file"),
        (UN.replace("2026-02-27T00:00:09.554Z", "igår").encode(), "list.bad_date"),
        (UN.replace('encoding="UTF-8"', 'encoding="UTF-16"').encode(), "list.broken_xml"),
        (UN.encode("latin-1", "replace").replace(b"VOSSBERG", b"VOSSB\xc4RG"), "list.broken_xml"),
        (b'<CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:09Z"/>', "list.empty"),
        (b"", "list.broken_xml"),
    ],
)
def test_refuses_a_bad_un_file_as_a_whole(body: bytes, code: str) -> None:
    assert refused(UN_XML, body) == code


@pytest.mark.shared_data
def test_reads_the_real_un_list_whole() -> None:
    path = SHARED / "data" / "un-consolidated-2026-02-27.xml"

    entries = list(read_list(guess(path), path))

    assert sum(one.schema is Schema.PERSON for one in entries) == 730
    assert sum(one.schema is Schema.ORGANISATION for one in entries) == 273
