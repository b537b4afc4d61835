"""The table of states and steps, by example."""

import pytest

from service.domain.case import CLOSED, OWNERS, STEPS, State, picture
from service.domain.errors import NotAllowed
from service.domain.events.decision import AppealReceived, DecisionProposed
from service.domain.events.intake import CaseReleased, CaseScreened, CaseTaken
from service.domain.events.support import StopEnded
from service.domain.finding import Outcome, Resolution
from tests.builders import a_case, a_finding


def test_a_step_leads_where_the_table_says() -> None:
    screened = a_case(state=State.SCREENED)

    assert screened.after(CaseTaken).state is State.IN_REVIEW
    assert screened.after(CaseTaken).after(CaseReleased).state is State.SCREENED
    assert a_case(state=State.DECIDED).after(AppealReceived).state is State.APPEALED


def test_a_step_out_of_its_place_says_where_the_case_stands() -> None:
    with pytest.raises(NotAllowed) as refused:
        a_case(state=State.DECIDED).after(DecisionProposed)

    assert (refused.value.code, refused.value.params["state"]) == ("case.wrong_state", State.DECIDED)


def test_checks_move_a_case_that_has_come_in_and_no_other() -> None:
    assert a_case(state=State.RECEIVED).after(CaseScreened).state is State.SCREENED
    assert a_case(state=State.IN_REVIEW).after(CaseScreened).state is State.IN_REVIEW


def test_no_step_of_the_service_decides() -> None:
    by_itself = [event for event, step in STEPS.items() if step.who == "service"]

    assert by_itself == [CaseScreened, StopEnded]
    assert {STEPS[event].to for event in by_itself} == {None}
    assert all(OWNERS[state] != "service" for state in State if state is not State.RECEIVED)


def test_a_closed_case_is_one_in_which_nothing_more_is_decided() -> None:
    assert {state for state in State if a_case(state=state).closed} == CLOSED


def test_a_finding_is_open_until_a_person_has_settled_what_needs_one() -> None:
    assert not a_finding("declaration", Outcome.MET).open
    assert a_finding("declaration", Outcome.UNKNOWN).open
    assert not a_finding("declaration", Outcome.UNKNOWN, Resolution.CHECKED_OTHERWISE).open


def test_the_picture_names_every_state() -> None:
    assert all(f" {state}" in picture() for state in State)
