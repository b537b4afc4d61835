"""What came on paper or by phone, as the same document."""

from tests.servers import Service


def test_a_weekly_series_is_asked_for_without_a_rule_and_read_in_words(lite: Service) -> None:
    petter = lite.signed_in("petter")
    given = {
        "type": "booking", "room": "tallen", "date": "2027-03-01", "time_from": "18", "time_to": "20", "hirer": "company",
        "use": "mote", "purpose": "Kurs", "organiser": "Kursbolaget", "open_to_public": "no", "expected_number": "8",
        "org_name": "Kursbolaget", "contact_name": "Klara Kurs", "contact_email": "k@kurs.example", "repeat": "2",
    }  # fmt: skip
    wrong = petter.send("/register/premises", **given)
    assert wrong.status_code == 422
    assert "Till och med (ÅÅÅÅ-MM-DD), om tiden återkommer: Fyll i" in wrong.text
    answer = petter.send("/register/premises", **given, repeat_until="2027-04-30")
    assert answer.status_code == 303, answer.text
    page = petter.opened(answer.headers["location"].rpartition("/")[2])
    assert "varannan vecka till och med 2027-04-30" in page
    assert "2027-03-15 18:00–20:00" in page
    assert "2027-03-08 18:00" not in page
