"""A name as it was written, and the words it is compared by."""

from dataclasses import dataclass

from service.domain.damage import damaged
from service.domain.watchlist import Schema
from service.matching.associations import association_token, association_words
from service.matching.memory import remembered
from service.matching.persons import person_words
from service.matching.population import Population
from service.matching.tokens import Token, person_token

#: No name has more words that tell it apart; a text that goes on would cost the square of its length.
MOST_WORDS = 24


@dataclass(frozen=True, slots=True)
class Name:
    """A name ready to compare."""

    text: str
    tokens: tuple[Token, ...]


def words_of(text: str, schema: Schema) -> tuple[str, ...]:
    """The words a name is taken apart into, the first `MOST_WORDS`; empty where there is no letter or digit in it."""
    return _all_words(text, schema)[:MOST_WORDS]


def comparable(text: str, schema: Schema) -> bool:
    """Whether all of a name can be compared; of one that cannot, nobody may say that it resembles nobody."""
    return 0 < len(_all_words(text, schema)) <= MOST_WORDS and not damaged(text)


def _all_words(text: str, schema: Schema) -> tuple[str, ...]:
    return person_words(text) if schema is Schema.PERSON else association_words(text)


def token_of(word: str, schema: Schema, table: Population) -> Token:
    """One of those words with its analysis."""
    return person_token(word, table) if schema is Schema.PERSON else association_token(word)


@remembered
def analyse(text: str, schema: Schema, table: Population) -> Name:
    """The name with all of its words."""
    return Name(text, tuple(token_of(one, schema, table) for one in words_of(text, schema)))
