"""Users, and what each is trusted with."""

from service.domain.application import Kind
from service.domain.people import Role, is_person
from tests.builders import a_user


def test_rights_are_roles_and_delegation_points() -> None:
    user = a_user("role:association_officer", "delegation:F1")

    assert user.roles == {Role.ASSOCIATION_OFFICER}
    assert user.delegation_points == {"F1"}
    assert user.case_kinds == {Kind.GRANT}


def test_each_unit_sees_its_own_kind_of_case_and_the_administrator_none() -> None:
    assert a_user("role:premises_officer").case_kinds == {Kind.PREMISES}
    assert a_user("role:decision_maker").case_kinds == set(Kind)
    assert a_user("role:administrator").case_kinds == frozenset()


def test_who_is_an_auditor_and_nothing_else_only_reviews() -> None:
    assert a_user("role:auditor").only_reviews
    assert not a_user("role:auditor", "role:coordinator").only_reviews


def test_having_a_role_is_having_one_of_those_asked_for() -> None:
    user = a_user("role:coordinator")

    assert user.has(Role.AUDITOR, Role.COORDINATOR)
    assert not user.has(Role.AUDITOR)


def test_the_log_tells_a_person_from_a_key_and_the_service() -> None:
    assert is_person("u-1234")
    assert not is_person("k-1234")
    assert not is_person("system")
