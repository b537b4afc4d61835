"""What was posted, and what a page shows of it again."""

from service.domain.errors import Problem
from service.web.forms import Form, Given


def test_a_field_is_read_as_one_as_several_or_in_its_order() -> None:
    form = Form({"a": ["one", "", "two"], "b": []})

    assert (form.text("a"), form.texts("a"), form.every("a")) == ("one", ["one", "two"], ["one", "", "two"])
    assert (form.text("b"), form.text("c")) == ("", "")


def test_what_was_written_is_kept_without_the_forms_own_fields() -> None:
    form = Form({"text": ["Hej"], "empty": [""], "version": ["3"], "_csrf_token": ["x"]})

    assert form.written() == {"text": ["Hej"]}
    assert form.but(text=[]).names() == ["empty", "version", "_csrf_token"]


def test_a_field_says_what_it_is_called_when_it_asks_what_was_wrong() -> None:
    given = Given(Form({"day": ["i går"]}), [Problem("/day", "input.not_a_date"), Problem("/day", "input.missing")])

    assert given.label("day") == ""
    assert given.complaint("day", "Kom in").code == "input.not_a_date", "the first of a field's"
    assert given.complaint("text", "Vad") is None
    assert (given.label("day"), given.text("day")) == ("Kom in", "i går")


def test_another_form_of_the_page_is_blamed_for_nothing() -> None:
    given = Given(Form({"text": ["Hej"]}), [Problem("/text", "input.missing")])

    assert (given.unblamed.text("text"), given.unblamed.problems) == ("Hej", {})
    assert (given.blank.text("text"), given.blank.problems) == ("", {})
    assert given.without_values.text("text") == ""
    assert given.without_values.complaint("text", "Lösenord") is not None
    given.without_values.complaint("text", "Lösenord")
    assert given.label("text") == "Lösenord", "what a field is called is known to the summary"


def test_a_field_within_a_part_is_found_by_its_place() -> None:
    assert Given(Form({}), [Problem("/acts/1/who", "input.missing")]).complaint("acts-1-who", "Vem") is not None
