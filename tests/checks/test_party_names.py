from typing import Any

from checks.party_names import PartyNames
from service.domain.application import Party, PartyKind
from service.domain.check import ListAnswer, NoParams, PartyAnswer
from service.domain.finding import CheckResult, Outcome
from service.domain.watchlist import Candidate, MatchEvidence, Method
from tests.builders import a_check_input


def a_candidate(*, needs_identifier: bool = False, held_apart: bool = False) -> Candidate:
    reason = MatchEvidence("same_words", "Vossberg", "Vossberg")
    name = "Tarquin Vossberg"
    return Candidate("demo", "P-1", "d" * 64, name, name, 990, (reason,), needs_identifier, "a" * 64, held_apart)


def an_answer(*candidates: Candidate, kind: PartyKind = PartyKind.REPRESENTATIVE, **changed: Any) -> ListAnswer:
    fields: dict[str, Any] = {
        "key": "demo", "title": "Lista", "version": "v1", "sha256": "0" * 64, "age_days": 1, "max_age_days": 7,
        "subject_kinds": frozenset(one.value for one in PartyKind),
        "parties": (PartyAnswer(Party(kind, "Tarquin Vossberg"), candidates),),
    }  # fmt: skip
    return ListAnswer(**fields | changed)


def ask(*answers: ListAnswer) -> CheckResult:
    return PartyNames().run(a_check_input(lists=answers), NoParams())


def test_met_when_nobody_resembles_anyone() -> None:
    result = ask(an_answer())

    assert (result.outcome, result.code) == (Outcome.MET, "party_names.no_candidate")
    assert [one.version for one in result.sources] == ["v1"]


def test_a_candidate_is_for_a_person_with_both_names_and_the_reasons() -> None:
    result = ask(an_answer(a_candidate()))

    assert (result.outcome, result.code) == (Outcome.NEEDS_INQUIRY, "party_names.candidate")
    assert [one.code for one in result.evidence] == ["party_names.same_name", "match.same_words"]
    assert "Vossberg" not in repr(result.params), "who is named stands in the evidence, never in the sentence"


def test_a_name_that_says_too_little_is_a_quieter_state() -> None:
    assert ask(an_answer(a_candidate(needs_identifier=True))).code == "party_names.needs_identifier"


def test_a_list_past_its_age_cannot_say_no_hit_but_shows_what_it_shows() -> None:
    assert ask(an_answer(age_days=7)).outcome is Outcome.MET
    stale = ask(an_answer(a_candidate(), age_days=8))

    assert (stale.outcome, stale.code) == (Outcome.UNKNOWN, "party_names.stale")
    assert [one.code for one in stale.evidence][:2] == ["party_names.list_stale", "party_names.same_name"]


def test_no_list_at_all_is_no_pass() -> None:
    assert ask().outcome is Outcome.UNKNOWN


def test_a_list_is_asked_only_about_the_kinds_its_legal_basis_covers() -> None:
    covered = an_answer(a_candidate(), subject_kinds=frozenset({"organisation"}))

    assert ask(covered).outcome is Outcome.NOT_APPLICABLE, "nobody was looked for, and that is no pass"


def test_what_a_person_has_held_apart_is_shown_and_asked_of_nobody_again() -> None:
    result = ask(an_answer(a_candidate(held_apart=True)))
    assert (result.outcome, result.code) == (Outcome.MET, "party_names.all_held_apart")
    assert [one.code for one in result.evidence] == ["match.held_apart"]

    both = ask(an_answer(a_candidate(held_apart=True), a_candidate(needs_identifier=True)))
    assert (both.outcome, both.code) == (Outcome.NEEDS_INQUIRY, "party_names.needs_identifier")


def test_the_answer_carries_the_weight_and_what_it_is_worth() -> None:
    method = Method(
        "2026-1", "2026-1", "1", 0.515, {"person": [(0.9, 1.0, 120, 118)], "organisation": [(0.9, 1.0, 9, 9)]}
    )

    result = ask(an_answer(a_candidate(), method=method))

    assert result.evidence[0].params["weight"] == 990
    assert result.evidence[-1].code == "match.method"
    assert result.evidence[-1].params["bands_person"] == "0.9-1.0: 118/120"


def test_a_name_that_cannot_be_compared_is_no_pass_and_hides_nothing() -> None:
    unread = PartyAnswer(Party(PartyKind.REPRESENTATIVE, "…"), (), readable=False)
    result = ask(an_answer(parties=(unread, PartyAnswer(Party(PartyKind.REPRESENTATIVE, "T. V."), (a_candidate(),)))))

    assert (result.outcome, result.code) == (Outcome.UNKNOWN, "party_names.unreadable")
    assert [one.code for one in result.evidence][:2] == ["party_names.not_comparable", "party_names.resembles"]
