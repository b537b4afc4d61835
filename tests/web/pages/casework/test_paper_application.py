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


def test_what_nobody_answered_on_paper_is_not_answered_and_no_answer_of_the_applicants(lite: Service) -> None:
    petter = lite.signed_in("petter")
    given = {
        "type": "booking", "room": "tallen", "date": "2027-03-02", "time_from": "18", "time_to": "20", "hirer": "company",
        "use": "mote", "purpose": "Kurs", "organiser": "Tomma Rutan AB", "open_to_public": "", "expected_number": "",
        "org_name": "Tomma Rutan AB", "contact_name": "Klara Kurs", "contact_email": "k@kurs.example",
        "signatory": "Klara Kurs", "signatory_role": "vd", "declaration_date": "2026-11-01",
        "declaration_version": "2026-1", "statements": ["human_rights"],
    }  # fmt: skip
    answer = petter.send("/register/premises", **given)
    assert answer.status_code == 303, answer.text
    page = petter.opened(answer.headers["location"].rpartition("/")[2])

    assert page.count("Inte besvarat") == 2, "open to all, and how many"
    assert page.count("<strong>Inte intygat</strong>") == 3, "a box not ticked attests nothing, and denies nothing"
    assert "<strong>Nej</strong>" not in page


def test_what_the_caller_was_not_asked_is_not_answered_either(lite: Service) -> None:
    petter = lite.signed_in("petter")
    asked = {"room": "tallen", "date": "2027-03-03", "from": "18", "to": "20", "hirer": "association", "use": "mote"}

    unanswered = petter.get("/book", params=asked).text
    assert "inte besvarat" in unanswered, "and so it is a decision"
    assert "inte besvarat" not in petter.get("/book", params=asked | {"persons": "8", "public": "no"}).text
