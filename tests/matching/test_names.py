"""A name as it was written, and the words it is compared by."""

from service.domain.watchlist import Schema
from service.matching.names import MOST_WORDS, comparable, words_of


def test_a_name_without_a_letter_cannot_be_compared() -> None:
    assert not comparable("…", Schema.PERSON)
    assert comparable("Anna", Schema.PERSON)


def test_a_name_of_too_many_words_is_cut_and_said_to_be_incomparable() -> None:
    long = " ".join(f"ord{'a' * number}" for number in range(1, MOST_WORDS + 2))

    assert len(words_of(long, Schema.PERSON)) == MOST_WORDS
    assert not comparable(long, Schema.PERSON)
    assert comparable(long.rpartition(" ")[0], Schema.PERSON)
