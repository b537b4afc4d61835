import pytest

from service.domain.errors import RuleSetRefused
from service.rules.load import parse
from tests.builders import RULES_2025, RULES_2026

TEXT = RULES_2026.read_text("utf-8")


@pytest.mark.parametrize("file", [RULES_2025, RULES_2026])
def test_the_fictional_sets_are_whole(file: object) -> None:
    rules = parse(file.read_text("utf-8"))  # type: ignore[attr-defined]

    assert rules.sha256
    assert all(one.clause in rules.clauses for kind in rules.kinds.values() for one in kind.checks)


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ('check = "repeated"\nclause = "5.2"', 'check = "repeated"\nclause = "9.9"', "rules.unknown_clause"),
        ("answer_days = 60", 'answer_days = "soon"', "rules.schema"),
        ('id = "L2"', 'id = "L1"', "rules.twice"),
        ("board = true", "bord = true", "rules.unknown_field"),
        ('ground = "conduct"', 'ground = "religion"', "rules.schema"),
        ("max_age_days = 30\n", "", "rules.schema"),
        ('legal_basis = "Påhittad.', 'basis = "Påhittad.', "rules.unknown_field"),
        ("valid_from = 2026-07-01", "valid_from = ", "rules.not_toml"),
        ("max_age_days = 30", "max_age_days = 30.0", "rules.number"),
        ("answer_days = 60", "answer_days = 9223372036854775808000", "rules.number"),
        ('id = "L2"', 'id = "L2\\n"', "rules.schema"),
        ("[transitional]\n", "[transitional]\n[transitional]\n", "rules.not_toml"),
    ],
)
def test_refuses_what_does_not_hold_together_and_says_on_which_line(before: str, after: str, code: str) -> None:
    assert before in TEXT
    changed = TEXT.replace(before, after, 1)
    wanted = TEXT[: TEXT.index(before)].count("\n") + 1

    with pytest.raises(RuleSetRefused) as caught:
        parse(changed)

    assert caught.value.code == code
    said = int(caught.value.params["line"])
    header = max(
        (number for number, line in enumerate(TEXT.split("\n")[:wanted], 1) if line.startswith("[")), default=1
    )
    assert said in (header, wanted, wanted + 1) or code == "rules.number", (
        "the line that is named is the one, or its table's first"
    )


def test_the_digest_is_of_the_very_bytes() -> None:
    assert parse(TEXT).sha256 != parse(TEXT + "\n").sha256
