"""The premises unit's day in a browser: the phone, the calendar, a series, the door, a room that closes, a season."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from service.casework.views.steps import STEPS
from tests.browser import Visitor, cookies, shoot
from tests.builders import a_premises_document
from tests.servers import Service, running

Visit = Callable[..., Visitor]
NUMBER = "802999-0093"
CODES = re.compile(
    r"\b(step|task|done|term|room|series|booking|execution|clearance|key_access|season|input)\.[a-z]|\{\w+\}"
)
#: A Thursday, and the same in the help pages' pictures whenever they are taken.
DAY = "2027-02-04"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """On SQLite alone: the steps themselves are tested on both engines, and pages make no difference between them."""
    with running(tmp_path_factory.mktemp("premises")) as one:
        yield one


def hand_in(service: Service, name: str, number: str | None = None, **changed: Any) -> str:
    quiet = {"room": "tallen", "use": "mote", "open_to_public": False, "expected_number": 12, "date": DAY}
    document = a_premises_document(**{**quiet, **changed})
    document["organisation"] = {"name": name, "org_number": number}
    with service.api() as api:
        case_id = str(api.post("/api/v1/applications", json=document).json()["id"])
    service.screened(case_id)
    return case_id


def read_twice(service: Service, visitor: Visitor, path: str) -> None:
    """The page without barriers in Swedish, and its words in both languages: no code and no gap in a sentence."""
    visitor.go(path)
    petter = service.signed_in("petter")
    english = petter.client.get(path, headers={"cookie": cookies(petter) + "; granska_language=en"})
    assert english.status_code == 200, path
    assert '<html lang="en"' in english.text
    words = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", english.text, flags=re.DOTALL)
    for text in (visitor.text(), words):
        found = CODES.search(text)
        assert found is None, (path, found and text[max(0, found.start() - 60) : found.end() + 60])


def test_the_phone_from_the_first_question_to_the_key(service: Service, visit: Visit) -> None:
    case_id = hand_in(service, "Granvikens Bokcirkel", NUMBER)
    petter = visit().sign_in("petter").go(f"/cases/{case_id}")
    petter.press("text=Inget jäv – öppna och ta ärendet")
    petter.page.check("input[name=outcome][value=approval]")
    petter.press("text=Fatta beslutet")
    petter.go(f"/cases/{case_id}/steps/clearance").press("main form button")
    assert "Ja, till och med" in petter.text()

    # The phone rings: is it free, may they have it, and then it is booked.
    petter.go("/book")
    page = petter.page
    page.select_option("#room", "tallen")
    for field, value in (
        ("date", "2027-02-05"),
        ("from", "18:00"),
        ("to", "20:00"),
        ("number", NUMBER),
        ("persons", "9"),
    ):
        page.fill(f"#{field}", value)
    page.select_option("#use", "mote")
    page.select_option("#public", "no")
    petter.press("text=Se efter")
    for told in ("Ledig", "klartecken till och med", "80\u00a0kr"):
        assert told in petter.text(), told
    shoot(petter, "book")
    page.fill("#purpose", "Styrelsemöte")
    page.check("input[name=disinterest]")
    petter.press("form[action='/book'] button:has-text('Boka')")
    assert "Bokat och bekräftat" in petter.text()
    assert "Verkställd" in petter.text()
    booked = page.url.rpartition("/")[2]

    # The confirmation, the terms, the lists and the key.
    for step, fields in (
        ("letter", {}), ("terms", {"#text": "Godkänt i mejl av ordföranden."}), ("key-access-check", {}),
    ):  # fmt: skip
        petter.go(f"/cases/{booked}/steps/{step}")
        for field, value in fields.items():
            page.fill(field, value)
        petter.press("main form button.govuk-button")
    petter.go("/door?date=2027-02-05")
    assert "Granvikens Bokcirkel" in petter.text()
    assert "för gammal" in petter.text(), "a look at the lists today says nothing of a day in February"
    petter.go(f"/cases/{booked}/steps/key-access").press("main form button.govuk-button", look=False)
    petter.complaints.clear()  # the browser notes the answer 403
    petter.look()
    assert "för gammal" in petter.text()


def test_a_series_with_collisions_is_mended_with_the_keyboard_and_approved_in_part(
    service: Service, visit: Visit
) -> None:
    hand_in(service, "Först På Plats", date="2027-03-04")
    case_id = hand_in(
        service, "Torsdagsgruppen", date="2027-02-11", series={"rule": "FREQ=WEEKLY;BYDAY=TH;UNTIL=20270318"}
    )
    petter = visit().sign_in("petter").go(f"/cases/{case_id}")
    petter.press("text=Inget jäv – öppna och ta ärendet")
    text = petter.text()
    assert text.count("Preliminärbokad till") == 4
    assert text.count("Lov: tiden är utelämnad") == 1
    assert text.count("flytta hit") == 3
    # Tab to the first alternative and press Enter: the form comes filled in.
    petter.page.locator("a:has-text('flytta hit')").first.focus()
    with petter.page.expect_navigation(wait_until="load"):
        petter.page.keyboard.press("Enter")
    petter.look()
    assert petter.page.input_value("#date") == "2027-03-04"
    petter.page.fill("#text", "De tar den tiden, sagt i telefon.")
    petter.press("main form button.govuk-button")
    # The page waits for the checks and loads itself anew.
    petter.page.locator("#waiting").wait_for(state="detached")
    service.screened(case_id)
    petter.page.wait_for_load_state("networkidle")
    assert petter.text().count("Preliminärbokad till") == 5
    petter.go(f"/cases/{case_id}/steps/cancel")
    petter.page.locator("input[name=bookings]").first.check()
    petter.page.check("input[name=how][value=phone]")
    petter.page.fill("#text", "Första gången går bort.")
    petter.press("main form button.govuk-button")
    assert "Avbokad" in petter.text()


def test_every_page_of_rooms_is_without_barriers_and_in_both_languages(service: Service, visit: Visit) -> None:
    petter = visit().sign_in("petter")
    case_id = hand_in(service, "Sidornas Förening", "802999-0010", date="2027-04-15")
    reader = service.signed_in("petter")
    reader.opened(case_id)
    reader.act(case_id, "take")
    answer = reader.send("/rooms/granen/closures", first="2027-02-08", last="2027-02-09", ground="maintenance")
    assert answer.status_code == 303
    for path in (
        f"/calendar?date={DAY}",
        f"/calendar?view=day&room=tallen&date={DAY}",
        f"/calendar?view=month&site=granviks-gard&date={DAY}",
        f"/calendar/search?persons=50&date={DAY}&from=18:00&to=21:00&equipment=projector&access=step_free",
        f"/calendar/search?persons=500&date={DAY}&from=18:00&to=21:00",
        f"/calendar/plan?date={DAY}&site=granviks-gard",
        f"/door?date={DAY}",
        "/rooms",
        "/rooms/granen",
        "/rooms/vikhallen.a",
        "/rooms/granen/edit",
        "/rooms/new/edit",
        "/book",
        f"/book?room=tallen&date={DAY}&from=18:00&to=20:00&number=802999-0010&use=fest&persons=9",
        "/book?room=tallen&date=2027-04-15&from=18:00&to=20:00&number=802999-0010&use=mote&persons=9",
        "/seasons",
        "/seasons/2027-varen",
        f"/cases/{case_id}",
        f"/cases/{case_id}/steps/move",
        f"/cases/{case_id}/steps/cancel",
    ):
        read_twice(service, petter, path)
    petter.go(f"/calendar?date={DAY}")
    shoot(petter, "calendar")
    # A real table: each cell has a row and a column that say what it is.
    table = petter.page.locator("table.granska-calendar")
    assert table.locator("thead th[scope=col]").count() == 8
    assert table.locator("tbody th[scope=row]").count() == table.locator("tbody tr").count()

    answer = reader.act(
        case_id, "decision", outcome="approval", delegation_point="L1", clauses="5.1", reasons="Passar."
    )
    assert answer.status_code in (303, 403), answer.text
    page = petter.go(f"/cases/{case_id}").page
    links = page.locator(f"a[href^='/cases/{case_id}/steps/']").evaluate_all(
        "all => all.map(one => one.getAttribute('href').split('/').pop().split('?')[0])"
    )
    for step in sorted(name for name in set(links) & set(STEPS) if STEPS[name].of_premises):
        read_twice(service, petter, f"/cases/{case_id}/steps/{step}")


def test_what_is_written_wrong_is_named_and_nothing_is_lost(service: Service, visit: Visit) -> None:
    petter = visit().sign_in("petter").go("/rooms/tallen/edit")
    petter.page.fill("#capacity", "många")
    petter.page.fill("#hours-mon", "8 till 5")
    petter.page.fill("#name", "Tallen, stora")
    petter.complaints.clear()
    with petter.page.expect_navigation(wait_until="load"):
        petter.page.locator("main form button.govuk-button").click()
    petter.complaints.clear()  # the browser notes the answer 422
    petter.look()
    assert petter.page.input_value("#name") == "Tallen, stora"
    assert petter.page.input_value("#capacity") == "många"
    assert "Skriv ett helt tal från 1 till 5000." in petter.text()
    assert "Skriv öppettider som" in petter.text()
    assert "Tallen, mötesrum" in petter.go("/rooms/tallen").text()


def test_a_season_is_shared_out_explained_changed_and_held(service: Service, visit: Visit) -> None:
    petter = visit().sign_in("petter").go("/seasons/2027-varen")
    petter.press("button:has-text('Fördela')")
    assert "Gick före:" in petter.text()
    shoot(petter, "season")
    petter.press("text=Räkna om och jämför")
    assert "Samma resultat" in petter.text()
    petter.page.select_option("#wish", index=1)
    petter.page.select_option("#room", "")
    petter.page.fill("#text", "Gruppen har tackat nej.")
    petter.press("button:has-text('Ändra')")
    assert "Struken av handläggaren" in petter.text()
    petter.press("text=Preliminärboka tiderna")
    assert "beslutas eller verkställs för sig" in petter.text()
    assert petter.page.locator("text=Fördela på nytt").count() == 0
    read_twice(service, petter, "/seasons/2027-varen")
