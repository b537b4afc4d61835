import pytest

from service.domain.organisation import is_organisation_number, looks_personal, normal_form


@pytest.mark.parametrize("written", ["802999-0002", "8029990002", "16802999-0002", " 802999 0002 ", "212000-0142"])
def test_accepts_a_number_however_it_is_written(written: str) -> None:
    assert is_organisation_number(written)


@pytest.mark.parametrize("written", ["802999-0003", "8029990", "", "abc", "802999-00022", "19121212-1212"])
def test_refuses_what_is_no_organisation_number(written: str) -> None:
    assert not is_organisation_number(written)


def test_refuses_a_personal_number_although_its_check_digit_is_right() -> None:
    assert not is_organisation_number("121212-1212")


def test_normal_form_has_a_hyphen_and_no_century() -> None:
    assert normal_form("168029990002") == "802999-0002"


@pytest.mark.parametrize(
    "text",
    ["121212-1212", "191212121212", "mitt nummer är 1212121212 tack", "121272-1212", "850709 9805", "168507099805"],
)
def test_sees_what_could_be_a_personal_number(text: str) -> None:
    assert looks_personal(text)


@pytest.mark.parametrize("text", ["802999-0002", "HV 2026/123", "Granvikens IF 1912", "070-123 45 67"])
def test_leaves_other_numbers_alone(text: str) -> None:
    assert not looks_personal(text)
