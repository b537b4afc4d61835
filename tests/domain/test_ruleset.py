from datetime import date

import pytest

from service.domain.errors import NotFound
from service.domain.ruleset import criteria_for, in_force
from service.rules.load import parse
from tests.builders import RULES_2025, a_rule_set

OLD = parse(RULES_2025.read_text("utf-8"))


def test_the_set_of_the_day_of_receipt_judges_a_case_even_when_a_newer_one_is_in_force() -> None:
    new = a_rule_set()

    assert criteria_for([OLD, new], date(2026, 6, 30), date(2026, 11, 1)) is OLD
    assert criteria_for([OLD, new], date(2026, 7, 1), date(2026, 11, 1)) is new


def test_a_newer_set_takes_pending_cases_where_its_own_transitional_rule_says_so() -> None:
    new = a_rule_set(takes_pending_cases=True)

    assert criteria_for([OLD, new], date(2026, 6, 30), date(2026, 11, 1)) is new
    assert criteria_for([OLD, new], date(2026, 6, 29), date(2026, 6, 30)) is OLD


def test_procedure_is_that_in_force_at_the_step() -> None:
    assert in_force([OLD, a_rule_set()], date(2026, 11, 1)).id == "granvik-2026-1"


def test_says_so_when_no_set_was_in_force() -> None:
    with pytest.raises(NotFound):
        in_force([OLD], date(2020, 1, 1))
