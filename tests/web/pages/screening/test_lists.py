"""A coordinator brings lists in, reads what differs and settles it, without a shell."""

import re
from collections.abc import Sequence

import pytest

from tests.list_files import ROWS, a_list
from tests.servers import Browserlike, Service


def handed_in(who: Browserlike, body: bytes, name: str = "lista.csv", **fields: str) -> tuple[int, str]:
    answer = who.send("/lists/versions", files=[("file", (name, body))], **({"list": "demo"} | fields))
    return answer.status_code, answer.headers.get("location", answer.text)


def held(who: Browserlike, rows: Sequence[str], generated: str) -> str:
    status, where = handed_in(who, a_list(rows, generated))
    assert status == 303
    assert where.startswith("/lists/versions/")
    return where


def test_a_coordinator_hands_in_reads_and_puts_in_force(service: Service) -> None:
    samir = service.signed_in("samir")
    where = held(samir, ROWS, "2026-11-20T10:00:00Z")

    page = samir.get(where).text
    assert "Det är framställd" not in page
    assert "DEMO-P-001" in page, "the entries that are gone, by name"
    assert where in samir.get("/lists").text, "it waits where lists are shown"
    assert samir.send(f"{where}/activate", text="").status_code == 422, "a reason is needed"
    assert samir.send(f"{where}/activate", text="Övningslistan byts ut.").status_code == 303
    assert where not in re.sub(r"<table.*", "", samir.get("/lists").text, flags=re.DOTALL)

    where = held(samir, ROWS[:5], "2026-11-20T11:00:00Z")
    assert samir.send(f"{where}/reject", text="Avklippt.").status_code == 303
    assert "Avvisad" in samir.get("/lists").text


@pytest.mark.parametrize(
    ("body", "name", "fields", "said"),
    [
        (b"<!doctype html><html><body>Tyv\xc3\xa4rr</body></html>", "lista.csv", {}, "html"),
        (b"PK\x03\x04rest", "lista.zip", {}, "zip"),
        (b'<?xml version="1.0"?><CONSOLIDATED_LIST/>', "un.xml", {}, "un-xml"),
        (b"", "tom.csv", {}, "Första raden ska vara"),
        (a_list(ROWS, "2099-01-01"), "lista.csv", {}, "den dagen har inte kommit"),
        (a_list(ROWS, "2026-11-20"), "lista.csv", {"generated": "igår"}, "ÅÅÅÅ-MM-DD"),
        (a_list(ROWS, "2026-11-20"), "lista.csv", {"as_of": "2099-01-01"}, ""),
        (a_list(ROWS, "2026-11-20"), "lista.csv", {"list": "okänd"}, "okänd"),
        (a_list(ROWS, "2026-11-20"), "lista.csv", {"list": ""}, ""),
    ],
)
def test_a_file_that_is_no_list_is_refused_by_its_own_fault(
    lite: Service, body: bytes, name: str, fields: dict[str, str], said: str
) -> None:
    status, page = handed_in(lite.signed_in("samir"), body, name, **fields)

    assert 400 <= status < 500
    assert said in page
    assert "--generated" not in page


def test_no_file_is_a_complaint_at_its_field(lite: Service) -> None:
    answer = lite.signed_in("samir").send("/lists/versions", list="demo")

    assert answer.status_code == 422
    assert 'href="#file"' in answer.text


def test_an_auditor_reads_and_settles_nothing(lite: Service) -> None:
    where = held(lite.signed_in("samir"), ROWS[:3], "2026-11-19T10:00:00Z")
    ronja = lite.signed_in("ronja")

    assert ronja.get(where).status_code == 200
    assert "/activate" not in ronja.get(where).text
    for step in ("activate", "reject"):
        assert ronja.send(f"{where}/{step}", text="Läst.").status_code == 403
    assert handed_in(ronja, a_list(ROWS, "2026-11-19"))[0] == 403
    assert lite.signed_in("alva").get(where).status_code == 403
