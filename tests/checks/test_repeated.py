from checks.repeated import Repeated
from service.domain.check import NoParams, OtherCase
from service.domain.finding import Outcome
from tests.builders import a_check_input, a_premises_document


def test_met_when_it_is_the_first() -> None:
    assert Repeated().run(a_check_input(), NoParams()).outcome is Outcome.MET


def test_names_the_case_it_repeats() -> None:
    result = Repeated().run(a_check_input(other_cases=(OtherCase("HV 2026/7", "verksamhetsbidrag", "k"),)), NoParams())

    assert result.outcome is Outcome.NEEDS_INQUIRY
    assert result.evidence[0].params == {"diary_number": "HV 2026/7"}


def test_says_nothing_of_a_private_person_whom_nobody_looks_up() -> None:
    given = a_check_input(a_premises_document(hirer="person"))

    assert Repeated().run(given, NoParams()).outcome is Outcome.NOT_APPLICABLE
