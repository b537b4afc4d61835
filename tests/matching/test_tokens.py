"""What part a word plays in a name, and how much it can say."""

import pytest

from service.matching.population import load
from service.matching.tokens import Role, person_token, rarity_weight


@pytest.mark.parametrize(
    ("word", "role"),
    [("bin", Role.LINK), ("von", Role.LIGHT), ("a", Role.INITIAL), ("1912", Role.NUMBER), ("tarquin", Role.NAME)],
)
def test_a_word_plays_its_part(word: str, role: Role) -> None:
    assert person_token(word, load()).role is role


def test_a_name_that_many_bear_says_less() -> None:
    assert rarity_weight(1.0) == 0.45
    assert rarity_weight(0.0) == 1.0
    assert 0.45 < rarity_weight(0.001) < 1.0
