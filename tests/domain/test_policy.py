"""The laws as properties: a person decides, unknown never passes and never harms, adverse outcomes cite what happened."""

from dataclasses import replace
from datetime import date

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain import policy
from service.domain.application import Kind
from service.domain.basis import Basis, adverse_to
from service.domain.case import STEPS, CaseFinding, State
from service.domain.decision import BoardMinute, DecisionOutcome, Proposal
from service.domain.dossier.dossier import Asked, Assessed, Done, Dossier, Proposed, RecordedAct
from service.domain.errors import Conflict, GranskaError, InvalidInput, NotAllowed, NotFound
from service.domain.events.decision import DecisionProposed
from service.domain.events.event import EventClass
from service.domain.events.fields import SentLetter
from service.domain.events.intake import CaseScreened
from service.domain.events.review import ApplicationWithdrawn, CommunicationSent
from service.domain.finding import NEEDS_NOBODY, RESOLUTIONS, Outcome, Resolution
from service.domain.people import User
from tests.builders import a_case, a_finding, a_proposal, a_rule_set, a_user, all_met, an_officer

RULES = a_rule_set()
CHECKS = [one.check for one in RULES.kinds[a_case().kind].checks]
COLLEAGUE = "u-kollega"
PROPOSED = DecisionProposed(
    proposal="p", outcome="refusal", amount_ore=None, clauses=(), based_on=(), act_ids=(), bookings=(), reasons=None,
    circumstances=None, response=None, search_left_out=None, beyond_frame=None, own_conditions=(),
)  # fmt: skip


def a_dossier(**changed: object) -> Dossier:
    """A case in which nobody has a conflict of interest and everything has been done for an adverse decision."""
    people = (an_officer().pseudonym, a_decision_maker().pseudonym, COLLEAGUE, "u-annan")
    everyone = dict.fromkeys(people, (False, 0))
    told = CommunicationSent(
        communication="sent",
        outcome="refusal",
        clauses=("2.3", "4.1", "4.2"),
        act_ids=("act",),
        findings=tuple(f"f-{one}" for one in CHECKS),
        enclosures=(),
        consultations=(),
        text="",
        due="2026-01-01",
        channel="post",
        letter=SentLetter("communication", "sv", "", ""),
    )
    sent = Asked("sent", 0, COLLEAGUE, "2026-01-01", 3, told)
    criteria = RULES.routine.criteria_of(a_case().kind)
    dossier = Dossier(
        declared=everyone,
        acts={"act": RecordedAct("act", "0" * 64, "decision", False, COLLEAGUE, 1, verified_by="u-annan")},
        communications=[sent],
        assessed={one.id: Assessed(one.id, "not_met", "0" * 64, COLLEAGUE, 0, 2) for one in criteria},
        proposal=Proposed(
            "p", COLLEAGUE, 0, 5, PROPOSED, seconded_by="u-annan", seconded_seq=6, packaged_on=date(2026, 11, 20)
        ),
        enclosures={"extract": ("protokollsutdrag", COLLEAGUE)},
        last_material=4,
    )
    return replace(dossier, **changed)  # type: ignore[arg-type]


def a_basis(*, findings: list[CaseFinding] | None = None, dossier: Dossier | None = None, **case: object) -> Basis:
    found = all_met(RULES) if findings is None else findings
    return Basis(a_case(**case), dossier or a_dossier(), found, RULES, RULES, "2026-11-22")


def decide(
    proposal: Proposal,
    *,
    findings: list[CaseFinding] | None = None,
    user: User | None = None,
    dossier: Dossier | None = None,
    **case: object,
) -> None:
    basis = a_basis(findings=findings, dossier=dossier, **case)
    policy.check_can_decide(basis, user or an_officer(), proposal)


def allowed(proposal: Proposal, **kwargs: object) -> bool:
    try:
        decide(proposal, **kwargs)  # type: ignore[arg-type]
    except GranskaError:
        return False
    return True


def a_refusal(**changed: object) -> Proposal:
    base = a_proposal(
        DecisionOutcome.REFUSAL, clauses=("2.3",), delegation_point="F2", circumstances="Det hände.", response="Nej."
    )
    return replace(base, **changed)  # type: ignore[arg-type]


def a_decision_maker() -> User:
    return a_user(
        "role:decision_maker", "delegation:F2", "delegation:N1", name="Disa", id="00000000-0000-4000-8000-000000000002"
    )


def test_the_handling_officer_may_approve_when_everything_is_met() -> None:
    decide(a_proposal())


outcomes = st.lists(st.sampled_from(list(Outcome)), min_size=len(CHECKS), max_size=len(CHECKS))


@given(outcomes, st.data())
def test_nothing_favourable_while_a_person_has_something_left_to_look_at(
    found: list[Outcome], data: st.DataObject
) -> None:
    findings = [
        a_finding(check, outcome, data.draw(st.sampled_from([None, *sorted(RESOLUTIONS[outcome])])))
        for check, outcome in zip(CHECKS, found, strict=True)
    ]

    open_or_obstacle = any(
        one.outcome not in NEEDS_NOBODY and one.resolution in (None, Resolution.OBSTACLE) for one in findings
    )

    assert allowed(a_proposal(), findings=findings) is not open_or_obstacle


@given(outcomes, st.integers(0, len(CHECKS) - 1), st.sampled_from(["breaks", "is removed"]))
def test_breaking_or_removing_a_check_only_grows_what_a_person_must_resolve(
    found: list[Outcome], position: int, what: str
) -> None:
    before = [a_finding(check, outcome) for check, outcome in zip(CHECKS, found, strict=True)]
    after = list(before)
    if what == "breaks":
        after[position] = a_finding(CHECKS[position], Outcome.UNKNOWN)
    else:
        del after[position]

    assert allowed(a_proposal(), findings=before) or not allowed(a_proposal(), findings=after)
    if what == "breaks":
        assert {one.id for one in before if one.open} <= {one.id for one in after if one.open}


@given(outcomes, st.integers(0, len(CHECKS) - 1))
def test_a_check_that_could_not_look_never_carries_an_adverse_outcome(found: list[Outcome], position: int) -> None:
    findings = [a_finding(check, outcome) for check, outcome in zip(CHECKS, found, strict=True)]
    findings[position] = a_finding(CHECKS[position], Outcome.UNKNOWN)

    resting = a_refusal(based_on=(findings[position].id,))

    assert not allowed(resting, findings=findings, user=a_decision_maker())
    assert Resolution.OBSTACLE not in RESOLUTIONS[Outcome.UNKNOWN]


@given(st.sampled_from(list(DecisionOutcome)), outcomes)
def test_nobody_without_the_delegation_decides_whatever_the_checks_say(
    outcome: DecisionOutcome, found: list[Outcome]
) -> None:
    findings = [a_finding(check, one) for check, one in zip(CHECKS, found, strict=True)]
    nobody = a_user("role:association_officer")

    assert not allowed(a_proposal(outcome), findings=findings, user=nobody)


def test_the_ceiling_of_a_delegation_point_holds() -> None:
    with pytest.raises(NotAllowed, match="beyond_delegation"):
        decide(a_proposal(amount_ore=18_000_000), amount_ore=18_000_000)


def test_a_point_that_is_not_held_cannot_be_cited() -> None:
    with pytest.raises(NotAllowed, match="no_delegation"):
        decide(a_proposal(delegation_point="F2"))


def test_a_democracy_ground_goes_to_the_board_with_its_minute_and_documented_acts() -> None:
    documented = a_refusal(clauses=("4.2",), delegation_point="F2", acts=("act",))
    with pytest.raises(NotAllowed, match="ground_beyond"):
        decide(documented, user=a_decision_maker())

    board = replace(documented, delegation_point="N1")
    with pytest.raises(InvalidInput) as caught:
        decide(board, user=a_decision_maker())
    assert caught.value.problems[0].pointer == "/board_minute"

    minuted = replace(board, board_minute=BoardMinute(date(2026, 11, 20), "§ 12"))
    with pytest.raises(InvalidInput) as caught:
        decide(replace(minuted, acts=()), user=a_decision_maker())
    assert {one.code for one in caught.value.problems} == {"requires.act"}

    early = replace(minuted, board_minute=BoardMinute(date(2026, 11, 19), "§ 12"))
    own = a_dossier(enclosures={"extract": ("protokollsutdrag", a_decision_maker().pseudonym)})
    unpackaged = a_dossier(proposal=replace(a_dossier().proposal, packaged_on=None))  # type: ignore[type-var]
    for wrong, dossier, code in (
        (early, a_dossier(), "decision.minute_before_package"),
        (minuted, a_dossier(enclosures={}), "decision.extract_missing"),
        (minuted, a_dossier(enclosures={"extract": ("protokollsutdrag", "k-abcdefghij")}), "decision.extract_missing"),
        (minuted, own, "decision.extract_missing"),
        (minuted, unpackaged, "decision.not_packaged"),
    ):
        with pytest.raises(InvalidInput) as caught:
            decide(wrong, user=a_decision_maker(), dossier=dossier)
        assert {problem.code for problem in caught.value.problems} == {code}
    decide(minuted, user=a_decision_maker())


@pytest.mark.parametrize(
    ("act", "code"),
    [
        ({"verified_by": None}, "requires.act_verified"),
        ({"verified_by": COLLEAGUE}, "requires.act_verified"),
        ({"grade": "press"}, "requires.act_source"),
        ({"grade": "unsourced"}, "requires.act_source"),
        ({"link_only": True}, "requires.act_not_link"),
    ],
)
def test_an_act_carries_only_with_its_source_another_reader_and_as_ones_own(act: dict[str, object], code: str) -> None:
    known = a_dossier().acts["act"]
    dossier = a_dossier(acts={"act": replace(known, **act)})  # type: ignore[arg-type]
    minute = BoardMinute(date(2026, 11, 20), "§ 12")
    proposal = a_refusal(clauses=("4.1",), delegation_point="N1", board_minute=minute, acts=("act",))

    with pytest.raises(InvalidInput) as caught:
        decide(proposal, user=a_decision_maker(), dossier=dossier)

    assert {one.code for one in caught.value.problems} == {code}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"communications": []}, "decision.not_communicated"),
        ({"assessed": {}}, "requires.assessment"),
        ({"proposal": None}, "decision.needs_proposal"),
        ({"proposal": Proposed("p", COLLEAGUE, 0, 5, PROPOSED)}, "decision.needs_second"),
        ({"proposal": Proposed("p", COLLEAGUE, 0, 5, PROPOSED, COLLEAGUE, 6)}, "decision.needs_second"),
        ({"last_material": 7}, "decision.second_outdated"),
        ({"declared": {}}, "conflict.declare_first"),
    ],
)
def test_nothing_adverse_without_each_step_of_the_routine(changed: dict[str, object], code: str) -> None:
    decide(a_refusal(), user=a_decision_maker())

    with pytest.raises((InvalidInput, NotAllowed)) as caught:
        decide(a_refusal(), user=a_decision_maker(), dossier=a_dossier(**changed))

    error = caught.value
    assert code in ([one.code for one in error.problems] if isinstance(error, InvalidInput) else [error.code])


@pytest.mark.parametrize("who", [COLLEAGUE, "u-annan"])
def test_a_proposal_falls_when_one_of_the_two_turns_out_to_have_a_conflict(who: str) -> None:
    declared = a_dossier().declared | {who: (True, 7)}

    with pytest.raises(NotAllowed, match="conflict_since"):
        decide(a_refusal(), user=a_decision_maker(), dossier=a_dossier(declared=declared))


@pytest.mark.parametrize("outcome", sorted(set(DecisionOutcome) - {DecisionOutcome.WRITE_OFF}))
def test_a_withdrawn_application_is_only_written_off(outcome: DecisionOutcome) -> None:
    withdrawn = a_dossier(withdrawn=Done(ApplicationWithdrawn(received="2026-11-20", text=""), "u-annan", 0, 3))

    with pytest.raises(NotAllowed, match="withdrawn"):
        decide(a_proposal(outcome), dossier=withdrawn)
    decide(a_proposal(DecisionOutcome.WRITE_OFF, clauses=("3.1",)), dossier=withdrawn)


def test_nobody_signs_their_own_adverse_proposal() -> None:
    own = Proposed("p", a_decision_maker().pseudonym, 0, 5, PROPOSED, "u-annan", 6)

    with pytest.raises(NotAllowed, match="own_proposal"):
        decide(a_refusal(), user=a_decision_maker(), dossier=a_dossier(proposal=own))


@pytest.mark.parametrize("missing", ["outcome", "clauses", "act_ids", "findings"])
def test_what_was_not_communicated_cannot_carry_the_decision(missing: str) -> None:
    sent = a_dossier().communications[0]
    less = msgspec.structs.replace(sent.data, **{missing: "approval" if missing == "outcome" else ()})
    findings = [a_finding(one, Outcome.NOT_MET if one == "repeated" else Outcome.MET) for one in CHECKS]
    proposal = a_refusal(acts=("act",), based_on=("f-repeated",))
    decide(proposal, user=a_decision_maker(), findings=findings)

    with pytest.raises(InvalidInput) as caught:
        decide(
            proposal,
            user=a_decision_maker(),
            findings=findings,
            dossier=a_dossier(communications=[replace(sent, data=less)]),
        )

    assert [one.code for one in caught.value.problems] == ["decision.communicated_less"]


def test_a_budget_cut_is_not_adverse_but_has_its_reason() -> None:
    cut = a_proposal(DecisionOutcome.PARTIAL_APPROVAL, clauses=("2.2",), amount_ore=3_000_000)

    decide(cut, dossier=a_dossier(communications=[], proposal=None, assessed={}))
    assert not allowed(replace(cut, reasons=""), dossier=a_dossier(communications=[], proposal=None))


def test_a_refusal_says_which_circumstances_decided() -> None:
    with pytest.raises(InvalidInput) as caught:
        decide(a_refusal(circumstances="  "), user=a_decision_maker())

    assert caught.value.problems[0].pointer == "/circumstances"


@pytest.mark.parametrize("clauses", [(), ("9.9",), ("4.2",), ("5.1",)])
def test_an_outcome_needs_a_clause_that_exists_and_carries_it(clauses: tuple[str, ...]) -> None:
    assert not allowed(a_proposal(clauses=clauses))


def test_no_decision_without_reasons() -> None:
    assert not allowed(a_proposal(reasons=" \n"))


@pytest.mark.parametrize("amount", [None, 0, 4_500_000, 5_000_000])
def test_a_partial_approval_grants_less_than_was_asked_for(amount: int | None) -> None:
    assert not allowed(a_proposal(DecisionOutcome.PARTIAL_APPROVAL, amount_ore=amount))


@pytest.mark.parametrize(
    ("amount", "clauses"), [(1_00, ("2.2",)), (2_249_999, ("2.2",)), (4_000_000, ("2.1",)), (4_000_000, ("2.1", "5.1"))]
)
def test_a_cut_below_the_share_or_not_for_the_frames_sake_is_a_refusal(amount: int, clauses: tuple[str, ...]) -> None:
    part = a_proposal(DecisionOutcome.PARTIAL_APPROVAL, amount_ore=amount, clauses=clauses)
    unheard = a_dossier(communications=[], proposal=None)

    assert adverse_to(a_basis(), part) is not None
    assert not allowed(part), "one person, and no communication of it"
    assert not allowed(part, dossier=unheard)


def test_a_cut_for_the_frames_sake_is_the_officers_to_make() -> None:
    for amount in (2_250_000, 4_400_000):
        decide(a_proposal(DecisionOutcome.PARTIAL_APPROVAL, amount_ore=amount, clauses=("2.1", "2.2")))


@pytest.mark.parametrize(("given", "adverse"), [(1, True), (2, False), (3, False)])
def test_of_several_times_less_than_the_share_is_a_refusal_too(given: int, adverse: bool) -> None:
    held = ("t1", "t2", "t3", "t4")
    basis = replace(a_basis(kind=Kind.PREMISES, amount_ore=None), held=frozenset(held))
    part = a_proposal(DecisionOutcome.PARTIAL_APPROVAL, amount_ore=None, clauses=("5.1",))

    assert (adverse_to(basis, replace(part, bookings=held[:given])) is not None) is adverse
    assert adverse_to(basis, part) is None, "all that is held, where others could not be had"
    let_run_out = replace(basis, lapsed=frozenset(held[1:]))
    assert adverse_to(let_run_out, part) is not None, "a hold that was let run out is a time refused"
    assert adverse_to(let_run_out, replace(part, bookings=held)) is None, "unless it is given all the same"


def test_a_colleague_who_has_not_taken_the_case_cannot_sign_it() -> None:
    colleague = a_user("role:association_officer", "delegation:F1", id="00000000-0000-4000-8000-000000000009")

    assert not allowed(a_proposal(), user=colleague)


@pytest.mark.parametrize("state", sorted(set(State) - {State.IN_REVIEW, State.PROPOSED}))
def test_only_a_case_in_review_can_be_decided(state: State) -> None:
    assert not allowed(a_proposal(), state=state)


def test_a_premises_officer_does_not_know_of_grant_cases() -> None:
    with pytest.raises(NotFound):
        policy.check_can_see(a_case(), a_user("role:premises_officer"))


def test_whoever_acts_has_seen_the_case_as_it_is_now() -> None:
    with pytest.raises(Conflict):
        policy.check_version(a_case(version=4), 3)


@settings(max_examples=200)
@given(st.lists(st.sampled_from(list(STEPS)), max_size=8))
def test_a_case_moves_only_as_the_table_says(path: list[EventClass]) -> None:
    case = a_case(state=State.RECEIVED)
    for event in path:
        step = STEPS[event]
        if case.state not in step.at:
            with pytest.raises(NotAllowed):
                case.after(event)
        elif event is CaseScreened:
            case = case.after(event)
            assert case.state is not State.RECEIVED
        else:
            case = case.after(event)
            assert step.to is None or case.state is step.to


@pytest.mark.parametrize("outcome", [DecisionOutcome.APPROVAL, DecisionOutcome.PARTIAL_APPROVAL])
def test_no_amount_is_granted_where_none_was_asked_for(outcome: DecisionOutcome) -> None:
    clauses = ("2.1", "2.2") if outcome is DecisionOutcome.PARTIAL_APPROVAL else ("2.1",)
    assert allowed(a_proposal(outcome, amount_ore=None, clauses=clauses), amount_ore=None)
    assert not allowed(a_proposal(outcome, amount_ore=100), amount_ore=None)
