"""What else is known of both sides: each identifier agrees, disagrees, or is unknown, and unknown says nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from service.domain.birth import Birth, read_birth


class Verdict(StrEnum):
    """Whether an identifier speaks for or against; `NEAR` speaks for neither, but must be looked at."""

    AGREES = "agrees"
    NEAR = "near"
    DISAGREES = "disagrees"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Compared:
    """One identifier: the verdict, which row of the model table gives its weight, and both values for the reader."""

    kind: str
    verdict: Verdict
    row: str
    left: str = ""
    right: str = ""


def compare_births(left: Sequence[str], right: Sequence[str]) -> Compared:
    """The best agreement among the dates of both sides, at the coarser precision of the two."""
    said_left, said_right = ", ".join(left), ", ".join(right)
    ours, theirs = filter(None, map(read_birth, left)), filter(None, map(read_birth, right))
    pairs = list(product(ours, theirs))
    if not pairs:
        return Compared("birth", Verdict.UNKNOWN, "", said_left, said_right)
    row = min((_birth_row(a, b) for a, b in pairs), key=_BEST_FIRST.index)
    return Compared("birth", _BIRTH_VERDICTS[row], row, said_left, said_right)


_BEST_FIRST = (
    "birth_day", "birth_month", "birth_year", "birth_swapped", "birth_range", "birth_other_day", "birth_one_year",
    "birth_few_years", "birth_far",
)  # fmt: skip
_BIRTH_VERDICTS = {
    **dict.fromkeys(("birth_day", "birth_month", "birth_year", "birth_swapped", "birth_range"), Verdict.AGREES),
    **dict.fromkeys(("birth_other_day", "birth_one_year"), Verdict.NEAR),
    **dict.fromkeys(("birth_few_years", "birth_far"), Verdict.DISAGREES),
}


def _birth_row(a: Birth, b: Birth) -> str:
    gap = max(a.first_year - b.last_year, b.first_year - a.last_year, 0)
    if gap >= 5:
        return "birth_far"
    if gap >= 2:
        return "birth_few_years"
    if gap == 1:
        return "birth_one_year"
    if not (a.exact_year and b.exact_year):
        return "birth_range"
    if a.month is None or b.month is None:
        return "birth_year"
    if a.day is None or b.day is None:
        return "birth_month" if a.month == b.month else "birth_other_day"
    if (a.month, a.day) == (b.month, b.day):
        return "birth_day"
    return "birth_swapped" if (a.month, a.day) == (b.day, b.month) else "birth_other_day"


def compare_sets(kind: str, left: Sequence[str], right: Sequence[str]) -> Compared:
    """Countries, or numbers that an authority gives out: one in common agrees, none in common disagrees."""
    ours, theirs = set(left) - {""}, set(right) - {""}
    said = ", ".join(sorted(ours)), ", ".join(sorted(theirs))
    if not ours or not theirs:
        return Compared(kind, Verdict.UNKNOWN, "", *said)
    if ours & theirs:
        return Compared(kind, Verdict.AGREES, f"{kind}_same", *said)
    return Compared(kind, Verdict.DISAGREES, f"{kind}_other", *said)
