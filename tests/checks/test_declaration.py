from checks.declaration import Declaration
from service.domain.check import NoParams
from service.domain.finding import Outcome
from tests.builders import STATEMENTS, a_check_input, a_declaration, a_grant_document


def ask(declaration: object) -> tuple[Outcome, str]:
    result = Declaration().run(a_check_input(a_grant_document(declaration=declaration)), NoParams())
    return result.outcome, result.code


def test_met_when_all_four_are_attested_in_the_right_version() -> None:
    assert ask(a_declaration()) == (Outcome.MET, "declaration.complete")


def test_not_met_without_a_declaration() -> None:
    assert ask(None) == (Outcome.NOT_MET, "declaration.missing")


def test_names_the_statement_that_was_left_out() -> None:
    left_out = a_declaration(statements=STATEMENTS | {"gender_equality": False})

    result = Declaration().run(a_check_input(a_grant_document(declaration=left_out)), NoParams())

    assert result.outcome is Outcome.NOT_MET
    assert [one.code for one in result.evidence] == ["declaration.left_out.gender_equality"]


def test_another_version_of_the_text_is_for_a_person_to_judge() -> None:
    assert ask(a_declaration(text_version="2025-1")) == (Outcome.NEEDS_INQUIRY, "declaration.other_version")


def test_a_date_after_receipt_is_for_a_person_to_judge() -> None:
    assert ask(a_declaration(date="2026-12-24")) == (Outcome.NEEDS_INQUIRY, "declaration.dated_later")
