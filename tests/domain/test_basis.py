"""What a decision rests on, and which of it can carry something, by example."""

from dataclasses import replace

import pytest

from service.domain.basis import Basis, adverse_rule, carries, grounds_of, match_confirmed, verified
from service.domain.decision import DecisionOutcome
from service.domain.dossier.dossier import Dossier, RecordedAct
from service.domain.finding import Outcome, Resolution, Trait
from tests.builders import a_case, a_finding, a_rule_set

RULES = a_rule_set()


def a_basis(dossier: Dossier) -> Basis:
    return Basis(a_case(), dossier, [], RULES, RULES, "2026-11-22")


@pytest.mark.parametrize(
    ("outcome", "resolution", "expected"),
    [
        (Outcome.NOT_MET, None, True),
        (Outcome.NOT_MET, Resolution.NO_OBSTACLE, False),
        (Outcome.UNKNOWN, None, False),
        (Outcome.NEEDS_INQUIRY, Resolution.OBSTACLE, True),
        (Outcome.MET, None, False),
    ],
)
def test_only_what_does_not_hold_or_a_person_found_an_obstacle_carries(outcome, resolution, expected) -> None:
    assert carries(a_finding("declaration", outcome, resolution)) is expected


def test_a_listed_name_is_confirmed_by_somebody_else_without_a_conflict() -> None:
    finding = a_finding("names", Outcome.NEEDS_INQUIRY, Resolution.OBSTACLE)
    listed = replace(finding, finding=replace(finding.finding, traits=frozenset({Trait.NAMES_LISTED_PARTY})))
    said = {"resolved_by": {listed.id: "u-a"}, "declared": {"u-b": (False, 1), "u-a": (False, 1)}}

    assert match_confirmed(a_basis(Dossier()), finding), "it names nobody"
    assert not match_confirmed(a_basis(Dossier()), listed)
    assert match_confirmed(a_basis(Dossier(confirmed={listed.id: ("u-b", True)}, **said)), listed)
    assert not match_confirmed(a_basis(Dossier(confirmed={listed.id: ("u-a", True)}, **said)), listed), (
        "the same person"
    )
    assert not match_confirmed(a_basis(Dossier(confirmed={listed.id: ("u-b", False)}, **said)), listed), "not convinced"
    assert not match_confirmed(a_basis(Dossier(confirmed={listed.id: ("u-c", True)}, **said)), listed), "undeclared"


def test_an_act_is_verified_by_somebody_else_without_a_conflict() -> None:
    act = RecordedAct("a", "0" * 64, "decision", False, "u-a", 1, verified_by="u-b")

    assert verified(Dossier(declared={"u-b": (False, 1)}), act)
    assert not verified(Dossier(declared={"u-b": (True, 1)}), act)
    assert not verified(Dossier(declared={"u-a": (False, 1)}), replace(act, verified_by="u-a"))
    assert not verified(Dossier(), replace(act, verified_by=None))


def test_writing_off_goes_against_nobody_who_has_withdrawn() -> None:
    clauses = ["3.1"]

    assert adverse_rule(a_basis(Dossier(withdrawn=object())), DecisionOutcome.WRITE_OFF, clauses) is None
    assert adverse_rule(a_basis(Dossier()), DecisionOutcome.WRITE_OFF, clauses) is not None
    assert adverse_rule(a_basis(Dossier()), DecisionOutcome.APPROVAL, ["2.1"]) is None


def test_a_clause_that_is_not_there_has_no_ground() -> None:
    assert grounds_of(["99.9"], RULES) == frozenset()
    assert grounds_of([next(iter(RULES.clauses))], RULES) != frozenset()
