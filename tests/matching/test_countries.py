"""Countries as lists name them."""

from service.matching.countries import codes, known_codes


def test_names_in_both_languages_and_codes_become_codes_each_once() -> None:
    assert codes(["Sweden", "Sverige", "SE", "Russian Federation", "Côte d'Ivoire"]) == ("ci", "ru", "se")


def test_what_is_no_country_is_unknown() -> None:
    assert codes(["Atlantis", "", "XX"]) == ()


def test_among_codes_a_name_is_not_taken() -> None:
    assert known_codes(["se", " NO ", "Sweden", "xx"]) == ("no", "se")
