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
    """One identifier: the verdict, which row of the model table gives its weight, and both values for the reader.

    `luck` is how likely it is to agree so well for two people who have nothing to do with each other, 0 to 1.
    """

    kind: str
    verdict: Verdict
    row: str
    left: str = ""
    right: str = ""
    luck: float = 1.0


#: In how many years people who are alive and grown up are born: one year agrees by luck once in so many.
YEARS, MONTHS, DAYS = 60, 12, 365.25


def compare_births(left: Sequence[str], right: Sequence[str], *, latest: int) -> Compared:
    """The best agreement among the dates of both sides, at the coarser precision of the two.

    After `latest` nobody who is asked about, or listed, can have been born: such a date is a slip, and says nothing.
    """
    said_left, said_right = ", ".join(left), ", ".join(right)
    pairs = list(product(_possible(left, latest), _possible(right, latest)))
    if not pairs:
        return Compared("birth", Verdict.UNKNOWN, "", said_left, said_right)
    rows = [(_birth_row(ours, theirs), ours, theirs) for ours, theirs in pairs]
    row, ours, theirs = min(rows, key=lambda compared: _BEST_FIRST.index(compared[0]))
    luck = min(1.0, len(pairs) * _luck(row, ours, theirs))
    return Compared("birth", _BIRTH_VERDICTS[row], row, said_left, said_right, luck)


def _possible(written: Sequence[str], latest: int) -> list[Birth]:
    births = [birth for text in written if (birth := read_birth(text))]
    return [birth for birth in births if birth.first_year <= latest]


def _luck(row: str, ours: Birth, theirs: Birth) -> float:
    """How likely it is that two strangers' dates agree in this way."""
    match row:
        case "birth_day":
            return 1 / (YEARS * DAYS)
        case "birth_swapped":
            return 2 / (YEARS * DAYS)
        case "birth_month":
            return 1 / (YEARS * MONTHS)
        case "birth_year":
            return 1 / YEARS
        case "birth_range":
            widest = max(birth.last_year - birth.first_year + 1 for birth in (ours, theirs))
            return widest / YEARS
        case _:
            return 1.0


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
