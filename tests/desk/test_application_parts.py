"""An application in parts, each masked or erased by itself."""

from service.desk.application_parts import assembled, field_of, split, whole
from service.domain.events.fields import ApplicationPart
from tests.builders import a_grant_document

PARTS = (ApplicationPart("contact", "c1"), ApplicationPart("about", "c2"))


def test_the_parts_put_together_are_the_document() -> None:
    document = a_grant_document()
    parts = split(document)
    together: dict[str, object] = {}
    for part in parts.values():
        together |= part

    assert together == document
    assert set(parts["contact"]) == {"contact"}


def test_what_is_named_in_no_part_is_about() -> None:
    assert split({"made_up": 1}) == {"about": {"made_up": 1}}


def test_who_a_private_person_is_and_what_they_want_is_kept_as_theirs() -> None:
    assert field_of("organisation", private=True) == "application.hirer"
    assert field_of("request", private=True) == "application.hirer"
    assert field_of("contact", private=True) == "application.contact"
    assert field_of("organisation", private=False) == "application.organisation"


def test_what_has_been_erased_is_left_out_and_said_to_be_gone() -> None:
    assert assembled(PARTS, {"c2": {"kind": "grant"}}) == {"kind": "grant"}
    assert not whole(PARTS, {"c2": {}})
    assert whole(PARTS, {"c1": {}, "c2": {}})
