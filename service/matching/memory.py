"""What matching remembers of the words it has met: pure answers, bounded, in one place, and let go of by its owner.

Words are parts of people's names. What is remembered lives in memory only and saves taking the same word apart again;
forgetting it changes no answer. The `Finder` owns it: it lets go once an index is built, and after every erasure.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import ParamSpec, TypeVar

#: Answers that each remembering function keeps at most; the oldest unused goes first.
MOST_ANSWERS = 20_000

_Arguments = ParamSpec("_Arguments")
_Answer = TypeVar("_Answer")
_letting_go: dict[str, Callable[[], None]] = {}
_sizes: dict[str, Callable[[], int]] = {}


def remembered(work: Callable[_Arguments, _Answer]) -> Callable[_Arguments, _Answer]:
    """Remember what a pure function answered, at most `MOST_ANSWERS` of them."""
    kept = lru_cache(maxsize=MOST_ANSWERS)(work)
    name = f"{work.__module__}.{work.__qualname__}"
    _letting_go[name] = kept.cache_clear
    _sizes[name] = lambda: kept.cache_info().currsize
    return kept  # type: ignore[return-value]


def let_go() -> None:
    """Forget every word."""
    for clear in _letting_go.values():
        clear()


def remembered_now() -> dict[str, int]:
    """How many answers each remembering function has in memory."""
    return {name: size() for name, size in _sizes.items()}
