"""The table of steps: every step of it is one that the routine knows, with a page of its own or a place on the case's."""

import pytest

from service.casework.views.steps import STEPS
from service.desk.step_form import StepForm
from service.domain import case
from service.settings import resource

BY_NAME = pytest.mark.parametrize("step", STEPS.values(), ids=STEPS.keys())


@BY_NAME
def test_a_step_has_its_place_in_the_table_of_states(step: type[StepForm]) -> None:
    assert step.event in case.STEPS


@BY_NAME
def test_a_step_has_a_piece_of_page_unless_the_case_page_has_it(step: type[StepForm]) -> None:
    has_piece = (resource("templates") / "steps" / f"{step.name}.html").exists()

    assert has_piece is not step.on_case_page


def test_no_piece_of_page_is_left_without_its_step() -> None:
    pieces = {path.stem for path in (resource("templates") / "steps").glob("*.html") if not path.stem.startswith("_")}

    assert pieces == {name for name, step in STEPS.items() if not step.on_case_page}
