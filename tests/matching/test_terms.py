"""By which terms a word is looked up."""

import pytest

from service.matching.terms import LONGEST_ONCE, deletions


def test_close_keys_share_a_key_with_a_letter_left_out() -> None:
    assert "vsberg" in deletions("vosberg") & deletions("vasberg")
    assert deletions("vosberg") & deletions("vasbirg")


@pytest.mark.parametrize("key", ["al", "x" * (LONGEST_ONCE + 1)])
def test_what_is_very_short_or_very_long_is_kept_whole(key: str) -> None:
    assert deletions(key) == {key}
