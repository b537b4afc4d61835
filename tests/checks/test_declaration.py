from dataclasses import replace

import pytest

from checks.declaration import Declaration, DeclarationParams
from service.domain.check import CheckInput, Fetched, GivenEnclosure
from service.domain.examples import DAY
from service.domain.finding import Outcome
from tests.builders import STATEMENTS, a_check_input, a_declaration, a_grant_document


def given(declaration: object, *kinds: str) -> CheckInput:
    """What the check is given of this declaration, with documents of these kinds."""
    enclosures = tuple(GivenEnclosure(kind, kind, DAY) for kind in kinds)
    return replace(a_check_input(a_grant_document(declaration=declaration)), fetched=Fetched(enclosures=enclosures))


def ask(declaration: object, *kinds: str, roles: tuple[str, ...] = ("ordförande",)) -> tuple[Outcome, str]:
    result = Declaration().run(given(declaration, *kinds), DeclarationParams(roles))
    return result.outcome, result.code


def test_met_when_all_four_are_attested_in_the_right_version() -> None:
    assert ask(a_declaration()) == (Outcome.MET, "declaration.complete")


def test_not_met_without_a_declaration() -> None:
    assert ask(None) == (Outcome.NOT_MET, "declaration.missing")


def test_names_the_statement_that_was_left_out() -> None:
    left_out = a_declaration(statements=STATEMENTS | {"gender_equality": False})

    result = Declaration().run(given(left_out), DeclarationParams())

    assert result.outcome is Outcome.NOT_MET
    assert [one.code for one in result.evidence] == ["declaration.left_out.gender_equality"]


def test_another_version_of_the_text_is_for_a_person_to_judge() -> None:
    assert ask(a_declaration(text_version="2025-1")) == (Outcome.NEEDS_INQUIRY, "declaration.other_version")


def test_a_date_after_receipt_is_for_a_person_to_judge() -> None:
    assert ask(a_declaration(date="2026-12-24")) == (Outcome.NEEDS_INQUIRY, "declaration.dated_later")


@pytest.mark.parametrize(
    "declaration",
    [
        a_declaration(signatory="Helt Annan Person", role="granne"),
        a_declaration(signatory="Helt Annan Person", role="ordförande"),
        a_declaration(signatory="Henning Ekdal", role="ordförande"),
        a_declaration(signatory="", role=""),
    ],
)
def test_whoever_signs_is_a_representative_with_a_role_that_may(declaration: object) -> None:
    """It is the association's own board list that says what somebody is, not the signature."""
    assert ask(declaration) == (Outcome.NEEDS_INQUIRY, "declaration.signed_by_another")
    assert ask(declaration, "fullmakt") == (Outcome.MET, "declaration.complete"), "with a power of attorney to read"
    assert ask(declaration, "stadgar") == (Outcome.NEEDS_INQUIRY, "declaration.signed_by_another")


def test_which_roles_may_sign_is_the_rule_sets_to_say() -> None:
    treasurer = a_declaration(signatory="henning  EKDAL", role="kassör")

    assert ask(treasurer, roles=("Ordförande", "Kassör")) == (Outcome.MET, "declaration.complete")
    assert ask(treasurer, roles=("ordförande",))[0] is Outcome.NEEDS_INQUIRY


def test_how_it_was_signed_is_shown_as_it_was_given() -> None:
    result = Declaration().run(given(a_declaration(reference="BankID 7f3a")), DeclarationParams())

    shown = {piece.code: piece.params for piece in result.evidence}
    assert shown["declaration.signed_with_reference"] == {"method": "e_identification", "reference": "BankID 7f3a"}
