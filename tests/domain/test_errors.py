"""What can go wrong says where, and never what someone wrote."""

import pytest

from service.domain.errors import GranskaError, InvalidInput, Problem, place_of


def test_an_error_is_its_code_and_plain_parameters() -> None:
    assert str(GranskaError("case.unknown")) == "case.unknown"
    assert str(GranskaError("case.wrong_state", state="decided")) == "case.wrong_state (state=decided)"


def test_input_that_is_wrong_lists_every_field() -> None:
    error = InvalidInput([Problem("/name", "input.missing"), Problem("/day", "input.date")])

    assert [problem.pointer for problem in error.problems] == ["/name", "/day"]
    assert error.params == {"count": 2}


def test_the_place_of_an_error_leaves_out_what_it_says() -> None:
    with pytest.raises(ValueError) as raised:
        int("Anna Andersson")

    place = place_of(raised.value)
    assert place.startswith("ValueError at ")
    assert "test_errors.py" in place
    assert "Anna" not in place
