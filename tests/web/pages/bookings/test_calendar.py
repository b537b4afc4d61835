"""The calendar and its feed."""

import re

from tests.builders import a_premises_document, in_days
from tests.servers import Service


def test_the_feed_needs_no_sign_in_and_its_address_is_not_to_be_guessed(lite: Service) -> None:
    petter = lite.signed_in("petter")
    page = petter.send("/rooms/tallen/feeds").text
    address = re.findall(r"http://[^<\s]+/feeds/([\w-]{43})\.ics", page)[0]
    assert address not in petter.get("/rooms/tallen").text, "it is shown once"
    stranger = lite.visitor()
    answer = stranger.get(f"/feeds/{address}.ics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/calendar")
    assert stranger.get("/feeds/" + "A" * 43 + ".ics").status_code == 404


def test_a_private_persons_name_is_found_nowhere_but_in_the_case(lite: Service) -> None:
    document = a_premises_document(room="linden", date="2027-06-21", hirer="person", use="fest", expected_number=8)
    document["organisation"] = {"name": "Kristina Privatsson"}
    del document["declaration"], document["representatives"]
    received = lite.api().post("/api/v1/applications", json=document).json()
    case_id, number = received["id"], received["diary_number"]
    lite.screened(case_id)
    petter = lite.signed_in("petter")
    assert "Kristina Privatsson" not in petter.send("/queue/search", q="Kristina").text
    assert "Kristina Privatsson" in petter.opened(case_id)
    assert "Privatperson" in petter.get(f"/cases/{case_id}").text
    ronja = lite.signed_in("ronja")
    for page in ("/queue?kind=premises", f"/cases/{case_id}"):
        text = ronja.get(page).text
        assert number in text
        assert "Kristina Privatsson" not in text, "who reviews sees a person's name for a purpose that is logged"


def test_past_days_are_past_and_days_too_far_ahead_are_not_full(lite: Service) -> None:
    petter = lite.signed_in("petter")
    last_week = petter.get("/calendar?view=week&date=" + in_days(-7)).text
    assert "passerat" in last_week
    assert "fullt" not in last_week
    far = petter.get("/calendar?view=week&date=" + in_days(900)).text
    assert "går inte att boka än" in far
    assert "fullt" not in far


def test_the_price_is_shown_line_by_line_and_the_rooms_page_says_how_it_is_reckoned(lite: Service) -> None:
    petter = lite.signed_in("petter")
    asked = f"/book?room=granen&date={in_days(30)}&from=19:00&to=22:15&hirer=company"
    page = petter.get(asked).text
    assert "4 tim à" in page
    assert "1 tim utanför bemannad tid, tillägg 50 %" in page
    room = petter.get("/rooms/granen").text
    assert "En timme som har börjat räknas som en hel." in room
    assert "För timmar före 08:00 och efter 22:00 tillkommer 50 % av taxan." in room
