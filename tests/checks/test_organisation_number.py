import pytest

from checks.organisation_number import OrganisationNumber
from service.domain.check import NoParams
from service.domain.finding import Outcome
from tests.builders import a_check_input, a_grant_document


def ask(number: str | None) -> tuple[Outcome, str]:
    organisation = {"name": "Granvikens Teaterförening"} | ({"org_number": number} if number else {})
    result = OrganisationNumber().run(a_check_input(a_grant_document(organisation=organisation)), NoParams())
    if number:
        assert "121212" not in repr(result), "a personal number is never repeated"
    return result.outcome, result.code


def test_a_proper_number_is_met() -> None:
    assert ask("8029990002") == (Outcome.MET, "organisation_number.valid")


@pytest.mark.parametrize(
    ("number", "code"),
    [("802999-0003", "check_digit"), ("hej", "malformed"), ("121212-1212", "personal"), ("19121212-1212", "personal")],
)
def test_a_wrong_number_is_not_met_and_says_how(number: str, code: str) -> None:
    assert ask(number) == (Outcome.NOT_MET, f"organisation_number.{code}")


def test_no_number_is_for_a_person_since_such_associations_exist() -> None:
    assert ask(None) == (Outcome.NEEDS_INQUIRY, "organisation_number.none")
