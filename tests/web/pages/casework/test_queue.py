"""The queue: filters that stand in the address and fail closed, orders, pages, and a search that finds no person."""

import re
import sqlite3

import pytest

from tests.servers import Browserlike, Service


@pytest.fixture(scope="module")
def alva(service: Service) -> Browserlike:
    return service.signed_in("alva")


def numbers(html: str) -> list[str]:
    return re.findall(r'href="/cases/[0-9a-f-]+">(HV [0-9/]+)<', html)


def test_shows_what_an_officer_needs_for_each_case(alva: Browserlike) -> None:
    html = alva.get("/queue").text

    for text in (
        "Granvikens Teaterförening",
        "45\u00a0000\u00a0kr",
        "Verksamhetsbidrag",
        "Kontrollerad",
        "Svar senast",
    ):
        assert text in html
    assert len(numbers(html)) == 9


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 9),
        ("?state=screened", 9),
        ("?state=decided", 0),
        ("?state=all", 9),
        ("?owner=mine", 0),
        ("?owner=nobody", 9),
        ("?attention=1", 6),
        ("?kind=grant", 9),
        ("?kind=premises", 0),
        ("?state=nonsense", 0),
        ("?owner=Anna", 0),
        ("?kind=loan", 0),
        ("?attention=yes", 0),
        ("?order=risk", 0),
        ("?dir=sideways", 0),
        ("?page=-1", 0),
        ("?page=99999", 0),
        ("?organisation=00000000-0000-4000-8000-00000000dead", 0),
        ("?organisation=%27%20OR%201=1", 0),
        ("?page=1&unknown=1", 9),
    ],
)  # fmt: skip
def test_a_filter_that_matches_nothing_shows_nothing(alva: Browserlike, query: str, count: int) -> None:
    answer = alva.get("/queue" + query)

    assert answer.status_code == 200
    assert len(numbers(answer.text)) == count


def test_sorts_both_ways_and_puts_swedish_letters_last(alva: Browserlike) -> None:
    by_name = re.findall(r"<bdi>([^<]+)</bdi>", alva.get("/queue?order=association").text)
    amounts = numbers(alva.get("/queue?order=amount").text)

    assert by_name == sorted(by_name, key=lambda one: one.casefold().translate(str.maketrans("åäö", "{|}")))
    assert numbers(alva.get("/queue?order=amount&dir=desc").text) == amounts[::-1]
    assert numbers(alva.get("/queue?order=diary").text) == [f"HV 2026/{n}" for n in range(1, 10)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("HV 2026/3", 1),
        ("802999-0010", 1),
        ("8029990010", 1),
        ("teater", 1),
        ("TEATERFÖRENING", 1),
        ("granvikens", 4),
        ("Vossberg", 0),
        ("Ali Hassan", 0),
        ("ylva", 0),
        ("%", 0),
        ("_", 0),
        ("\\", 0),
        ("' OR 1=1 --", 0),
        ("Bokcirkel", 0),
    ],
)
def test_searches_numbers_and_associations_and_never_persons(alva: Browserlike, text: str, found: int) -> None:
    answer = alva.send("/queue/search", q=text)

    assert answer.status_code == 200
    assert len(numbers(answer.text)) == found


@pytest.mark.parametrize("text", ["19121212-1212", "121212-1212", "1212121212"])
def test_a_personal_number_is_neither_searched_nor_repeated(alva: Browserlike, text: str) -> None:
    answer = alva.send("/queue/search", q=text)

    assert answer.status_code == 422
    assert "Sök inte på personnummer" in answer.text
    assert text not in answer.text


@pytest.mark.parametrize("text", ["", "   ", "x" * 300, "a\x00b"])
def test_a_search_that_cannot_be_made_says_so(alva: Browserlike, text: str) -> None:
    assert alva.send("/queue/search", q=text).status_code == 422


def test_every_sort_shows_each_case_once_from_whichever_end_a_page_is_fetched(alva: Browserlike) -> None:
    for order in ("due", "received", "diary", "association", "amount"):
        forwards = numbers(alva.get(f"/queue?state=all&order={order}").text)
        backwards = numbers(alva.get(f"/queue?state=all&order={order}&dir=desc").text)
        assert sorted(forwards) == sorted(set(forwards)) == sorted(backwards), order
        if order != "amount":
            assert backwards == forwards[::-1], order


@pytest.mark.parametrize("text", ["hv 2026/3", "HV2026-3", "2026/3", "HV-2026-03", " hv  2026 / 3 ", "HV 2026–3"])
def test_a_diary_number_is_found_however_it_is_written(alva: Browserlike, text: str) -> None:
    assert numbers(alva.send("/queue/search", q=text).text) == ["HV 2026/3"]


@pytest.mark.parametrize("text", ["teaterfo\u0308rening", "TEATERFÖRENING", "  teaterförening "])
def test_a_name_is_found_however_its_signs_are_made(alva: Browserlike, text: str) -> None:
    assert len(numbers(alva.send("/queue/search", q=text).text)) == 1


def test_the_way_back_to_the_queue_keeps_its_filters(alva: Browserlike) -> None:
    asked = "/queue?state=all&owner=nobody&order=amount&dir=desc"
    page = alva.get(asked).text
    assert f'href="{asked.replace("&", "&amp;")}"' in alva.send("/queue/search", q="granvikens").text
    [case, *_] = re.findall(r'name="case"\s+value="([^"]+)"', page)
    answer = alva.send("/queue/bulk", do="assign", case=case)
    assert answer.headers["location"] == asked
    alva.get("/queue")
    assert 'href="/queue"' in alva.send("/queue/search", q="granvikens").text


def test_an_executed_booking_is_never_late(lite: Service) -> None:
    petter = lite.signed_in("petter")
    with sqlite3.connect(lite.folder / "granska.sqlite", timeout=30) as database:
        [[case]] = database.execute("SELECT id FROM case_file WHERE kind = 'premises' LIMIT 1").fetchall()
        database.execute("UPDATE case_file SET state = 'executed', due_on = '2020-01-01' WHERE id = ?", (case,))
    row = petter.get("/queue?state=executed").text.split(f'data-case="{case}"')[1].split("</tr>")[0]
    assert "2020-01-01" in row
    assert "försenat" not in row
