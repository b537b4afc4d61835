"""What must hold for any names whatever: fairness of form, and that no input makes the comparison fall."""

import string

from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.watchlist import Schema, Subject
from service.matching import model, population
from service.matching.judge import State
from service.matching.script import clean
from service.matching.search import both
from tests.benchmarks import fit
from tests.benchmarks.innocents import ORIGINS, people, strangers
from tests.matching.comparing import FINDER, groups

MODEL, TABLE = model.load(), population.load()
STATES = [State.NONE, State.NEEDS, State.CANDIDATE]
ANY_NAME = st.text(max_size=60)
WORDS = st.lists(
    st.sampled_from(
        "Tarquin Vossberg Mohamed Al-Duri bin Abdul Rahman Öhman Sjöqvarn Xaliimo Nur al-Din H. Ali Jean-Claude Wang "
        "Хаджимуратов رستم 王小明 Kim Jong Erik Erika Ullah IK 3".split()
    ),
    min_size=1,
    max_size=5,
).map(" ".join)
NAME = st.one_of(WORDS, ANY_NAME)
SCHEMA = st.sampled_from(list(Schema))
BIRTH = st.one_of(
    st.integers(1930, 2010).map(str),
    st.dates().filter(lambda one: 1930 <= one.year <= 2010).map(str),
    st.integers(1930, 2005).map(lambda year: f"{year}/{year + 3}"),
    st.integers(1930, 2010).map(lambda year: f"{year}~"),
)


def judged(left: Subject, right: Subject) -> tuple[float, int]:
    found = both(left, right, MODEL, TABLE)
    return found.weight, STATES.index(found.state)


@given(NAME, NAME, SCHEMA)
@settings(max_examples=300)
def test_it_makes_no_difference_which_of_two_is_asked_for(left: str, right: str, schema: Schema) -> None:
    one, other = Subject(left, schema), Subject(right, schema)

    assert judged(one, other) == judged(other, one)


@given(NAME, NAME, SCHEMA)
@settings(max_examples=200)
def test_the_same_question_gets_the_same_answer_and_any_text_an_answer(left: str, right: str, schema: Schema) -> None:
    one, other = Subject(left, schema), Subject(right, schema)

    weight, state = judged(one, other)

    assert 0 <= weight <= 1
    assert (weight, state) == judged(one, other)
    assert FINDER.find("v1", "demo", one) == FINDER.find("v1", "demo", one)


PLAIN = st.lists(
    st.sampled_from("Tarquin Vossberg Isidor Guldenhjelm Göran Sjöqvarn Hosseini Åkerlöf Müller".split()),
    min_size=2,
    max_size=4,
    unique=True,
)


@given(PLAIN, PLAIN, st.randoms())
def test_order_case_accents_and_width_make_no_difference(left: list[str], right: list[str], chance) -> None:  # type: ignore[no-untyped-def]
    other = Subject(" ".join(right), Schema.PERSON)
    told = judged(Subject(" ".join(left), Schema.PERSON), other)

    mixed = chance.sample(left, len(left))
    wide = str.maketrans({one: chr(ord(one) + 0xFEE0) for one in string.ascii_letters})
    for form in (
        " ".join(mixed), " ".join(left).upper(), clean(" ".join(left)), " ".join(left).translate(wide),
        "  ".join(left) + "\u200b",
    ):  # fmt: skip
        assert judged(Subject(form, Schema.PERSON), other) == told, form


@given(NAME, NAME, BIRTH, BIRTH)
@settings(max_examples=300)
def test_an_identifier_that_agrees_never_lowers_and_one_that_disagrees_never_raises(
    left: str, right: str, birth: str, other_birth: str
) -> None:
    without = judged(Subject(left, Schema.PERSON), Subject(right, Schema.PERSON, (other_birth,)))
    found = both(Subject(left, Schema.PERSON, (birth,)), Subject(right, Schema.PERSON, (other_birth,)), MODEL, TABLE)
    verdict, told = found.identifiers[0].verdict.value, (found.weight, STATES.index(found.state))

    if verdict == "agrees":
        assert told[0] >= without[0]
        assert told[1] >= without[1]
    if verdict == "disagrees":
        assert told[0] <= without[0]
        assert told[1] <= without[1]


@given(NAME, NAME, st.sampled_from(["802999-0044", "802999-0051"]))
def test_an_organisation_number_decides_or_weighs_against(left: str, right: str, number: str) -> None:
    listed = Subject(right, Schema.ORGANISATION, numbers=("802999-0044",))
    without = judged(Subject(left, Schema.ORGANISATION), listed)

    told = judged(Subject(left, Schema.ORGANISATION, numbers=(number,)), listed)

    if number == "802999-0044":
        assert told >= without
        assert told[1] == STATES.index(State.CANDIDATE)
    else:
        assert told[0] <= without[0]
        assert told[1] <= without[1]


@given(st.text(max_size=200))
def test_no_association_name_makes_it_fall(name: str) -> None:
    assert groups(name) == groups(name)


def test_the_index_finds_what_the_full_comparison_calls_a_resemblance(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """On invented names of every origin; the labelled pairs are measured by `make bench-matching`."""
    names = [one for origin in ORIGINS for one in people(origin, 90)]
    index = fit.index_of(names, Schema.PERSON, tmp_path)
    lost = met = 0
    for asked in names[::7]:
        found = {index.text(one) for one in index.search(fit.analyse(asked, Schema.PERSON, TABLE).tokens, 200)}
        for other in names:
            if judged(Subject(asked, Schema.PERSON), Subject(other, Schema.PERSON))[1]:
                met, lost = met + 1, lost + (other not in found)

    assert met > 100, met
    assert lost <= met // 1000


def test_no_tradition_pays_for_its_names() -> None:
    """Strangers who share part of a name; the benchmark measures ten times as many and the innocent against a list."""
    taken = {
        origin: sum(
            judged(Subject(a, Schema.PERSON), Subject(b, Schema.PERSON))[1] > 0 for a, b in strangers(origin, 200)
        )
        for origin in ORIGINS
    }
    others = sum(taken[one] for one in ORIGINS if one != "arabic") / (len(ORIGINS) - 1)

    assert all(one <= 40 for one in taken.values()), taken
    assert taken["arabic"] <= 3 * others + 6, taken
