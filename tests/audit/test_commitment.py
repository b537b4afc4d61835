import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.audit.commitment import commit
from service.audit.verify import check_value

SALT = bytes(range(32))


@given(st.dictionaries(st.sampled_from("abc"), st.integers(0, 9)), st.binary(min_size=32, max_size=32))
def test_binds_the_value_the_field_and_the_salt(value: object, salt: bytes) -> None:
    made = commit("name", value, salt)

    assert check_value(made, "name", value, salt.hex())
    assert not check_value(made, "name", [value], salt.hex())
    assert not check_value(made, "other", value, salt.hex())
    assert not check_value(made, "name", value, bytes(reversed(salt)).hex() + "00")


def test_the_same_value_twice_shows_no_likeness() -> None:
    assert commit("name", "Anna", SALT) != commit("name", "Anna", bytes(32))


def test_needs_a_whole_salt() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        commit("name", "Anna", b"short")


def test_a_spoilt_salt_is_a_no_and_not_an_exception() -> None:
    assert not check_value("00", "name", "Anna", "not hex")
