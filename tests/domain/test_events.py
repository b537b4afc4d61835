import pytest

from service.domain.events import OF_A_CASE, SCHEMAS, ActorKind, EventType, commitments_in, fault_of, may_act

ID = "00000000-0000-4000-8000-000000000001"
PERSON, SYSTEM = ("person", "u-abcdefghij"), ("system", "system")


def test_every_event_has_a_closed_schema() -> None:
    assert set(SCHEMAS) == set(EventType)


def test_a_field_too_many_or_too_few_is_refused() -> None:
    assert fault_of("case:taken", *PERSON, ID, {"owner": ID, "before": None}) is None
    assert fault_of("case:taken", *PERSON, ID, {"owner": ID}) == "schema"
    assert fault_of("case:taken", *PERSON, ID, {"owner": ID, "before": None, "name": "Anna"}) == "schema"


@pytest.mark.parametrize("type", sorted(set(OF_A_CASE) - {EventType.CASE_SCREENED}))
def test_no_step_of_a_case_after_screening_happens_without_a_person_or_the_e_service(type: EventType) -> None:
    assert may_act(type, ActorKind.PERSON)
    assert not may_act(type, ActorKind.SYSTEM)


def test_a_decision_names_a_person() -> None:
    assert not may_act(EventType.CASE_DECIDED, ActorKind.KEY)
    assert fault_of("case:decided", *SYSTEM, ID, {}) == "actor-not-allowed"


@pytest.mark.parametrize("value", [None, 1, [], "x", {"a": 1}])
def test_hostile_values_become_a_fault_and_never_an_exception(value: object) -> None:
    assert fault_of("case:taken", *PERSON, value, value)
    assert fault_of(str(value), "person", "u-abcdefghij", ID, value) == "unknown-type"


def test_finds_commitments_at_any_depth() -> None:
    data = {"findings": [{"detail": "a", "speaker_detail": None}], "acts": ["b", "c"], "reasons": "d", "outcome": "x"}

    assert commitments_in(data) == ["a", "b", "c", "d"]


def test_no_code_that_once_meant_something_else_is_used_again() -> None:
    given_up = {
        "clearance:withdrawn", "standing:given", "standing:withdrawn", "access:screened", "access:given",
        "readings:forgotten", "subject:exported",
    }  # fmt: skip

    assert given_up & {event.value for event in EventType} == set()
