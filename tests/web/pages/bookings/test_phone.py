"""The phone: everything on one page."""

import re
from typing import Any

from tests.builders import a_premises_document
from tests.servers import Browserlike, Service

SLOT = {"room": "tallen", "from": "10:00", "to": "12:00"}


CLUB = {"name": "Granvikens Bokcirkel", "org_number": "802999-0093"}


def approved(service: Service, petter: Browserlike, **changed: Any) -> str:
    document = a_premises_document(
        **{"room": "tallen", "use": "mote", "open_to_public": False, "expected_number": 12, **changed}
    )
    document["organisation"] = dict(CLUB)
    case_id = str(service.api().post("/api/v1/applications", json=document).json()["id"])
    service.screened(case_id)
    petter.opened(case_id)
    petter.act(case_id, "take")
    answer = petter.act(
        case_id, "decision", outcome="approval", delegation_point="L1", clauses="5.1", reasons="Lokalen passar."
    )
    assert answer.status_code == 303, re.sub(r"<[^>]+>", " ", answer.text)[:2000]
    return case_id


def test_the_phone_says_everything_on_one_page_and_books_from_it(lite: Service) -> None:
    petter = lite.signed_in("petter")
    wanted = {"date": "2027-06-07", "number": CLUB["org_number"], "use": "mote", "persons": "10", "public": "no"}
    page = petter.get("/book", params={**SLOT, **wanted}).text
    for told in ("Ledig", "80\N{NO-BREAK SPACE}kr", "inget klartecken", "Föreningen har inget stående klartecken."):
        assert told in page, told

    case_id = approved(lite, petter)
    assert "Ja, till och med" not in petter.get(f"/cases/{case_id}").text
    assert petter.act(case_id, "steps/clearance").status_code == 303
    page = petter.get("/book", params={**SLOT, **wanted}).text
    assert "klartecken till och med" in page

    answer = petter.send("/book", **SLOT, **wanted, purpose="Styrelsemöte")
    assert answer.status_code == 422
    assert "Intyga först" in answer.text
    answer = petter.send("/book", **SLOT, **wanted, purpose="Styrelsemöte", disinterest="yes")
    assert answer.status_code == 303
    booked = petter.get(answer.headers["location"]).text
    assert "Bokat och bekräftat" in booked
    assert "Bekräftad" in booked
    page = petter.get("/book", params={**SLOT, **wanted}).text
    assert "Lokalen är redan bokad då" in page
    assert "Närmaste lediga" in page
    # Whoever looks at the same page a moment too late is told so, and nothing is saved.
    answer = petter.send("/book", **SLOT, **wanted, purpose="Styrelsemöte", disinterest="yes")
    assert answer.status_code == 409


def test_a_persons_number_never_gets_into_an_address(lite: Service) -> None:
    petter = lite.signed_in("petter")
    for path in ("/holds", "/book"):
        fields = {"room": "tallen", "date": "2027-07-01", "from": "10:00", "to": "11:00", "number": "811218-9876"}
        answer = petter.send(path, **fields, disinterest="yes", purpose="Möte")
        assert answer.status_code == 422
        assert "811218" not in answer.text + answer.headers.get("location", "")
    for page in ("/book?room=tallen&date=2027-07-01&from=10:00&to=11:00&number=", "/register/premises?org_number="):
        assert "811218" not in petter.get(page + "811218-9876").text
    answer = petter.send("/book/look", **SLOT, date="2027-06-07", number="811218-9876")
    assert answer.status_code == 422
    assert "811218" not in answer.text
    answer = petter.send("/book/look", **SLOT, date="2027-06-07", number=CLUB["org_number"])
    assert answer.status_code == 303
    assert "number=802999-0093" in answer.headers["location"]


def test_the_phone_finds_an_association_by_name_and_reads_times_as_people_write_them(lite: Service) -> None:
    petter = lite.signed_in("petter")
    asked = {"room": "tallen", "date": "2027-07-05", "from": "18", "to": "20.30", "use": "mote", "persons": "9"}
    answer = petter.send("/book/look", **asked, number="Bokcirk")
    assert answer.status_code == 303
    page = petter.get(answer.headers["location"]).text
    assert "802999-0093" in answer.headers["location"]
    assert "18:00–20:30" in page
    several = petter.send("/book/look", **asked, number="Granvik")
    assert several.status_code == 422
    assert "Vilken förening?" in several.text
    assert petter.send("/book/look", **asked, number="Ingen sådan").status_code == 422
    assert "Privatsson" not in petter.send("/book/look", **asked, number="Privatsson").text.split("granska-panel")[1]


def test_whoever_asks_again_for_what_they_hold_is_told_so(lite: Service) -> None:
    petter = lite.signed_in("petter")
    asked = {"room": "tallen", "date": "2027-07-06", "from": "18:00", "to": "20:00"}
    assert petter.send("/holds", **asked).status_code == 303
    page = petter.get("/book?room=tallen&date=2027-07-06&from=18:00&to=20:00").text
    assert "Tiden hålls till" in page
    assert "Går inte" not in page
    assert "Du håller" in petter.get("/book").text
