"""Who guesses waits: per account and address, per browser used before, and per address; nobody is locked out."""

from collections import Counter
from dataclasses import dataclass

from service.domain.clock import Instant
from service.domain.errors import TooMany

SECOND_MS = 1000
#: So many are kept at most; whoever has waited their time is forgotten first.
MOST_KEPT = 20_000


@dataclass(frozen=True)
class Pace:
    """So many tries at once, and one more each `every_ms` (the generic cell rate algorithm)."""

    burst: int
    every_ms: int


#: A person who mistypes, from one address; where the account is being guessed at from many; and any one address.
PERSON, UNDER_ATTACK, ADDRESS = Pace(10, 6 * SECOND_MS), Pace(3, 30 * SECOND_MS), Pace(200, SECOND_MS)
#: From here on an account is being guessed at: more than a person who has forgotten would try.
ACCOUNT = Pace(50, 20 * SECOND_MS)
#: How many tries at one account, or of one browser used before, may wait for their answer at once.
AT_ONCE = 4


def seconds_of(wait_ms: int) -> int:
    """As long as someone is told to wait: whole seconds, at least one."""
    return max(1, round(wait_ms / SECOND_MS))


class Throttle:
    """Counts what failed. A try that is refused unread does not count, so nobody's waiting is made longer by others."""

    def __init__(self) -> None:
        self._empty_at: dict[str, int] = {}
        self._under_way: Counter[str] = Counter()

    def wait_ms(self, key: str, pace: Pace, now: Instant) -> int:
        """How long until the next try; 0 where it may be now."""
        earliest = self._empty_at.get(key, now) - (pace.burst - 1) * pace.every_ms
        return max(0, earliest - now)

    def count(self, key: str, pace: Pace, now: Instant) -> None:
        """One try."""
        if len(self._empty_at) >= MOST_KEPT:
            self._forget(now)
        self._empty_at[key] = max(self._empty_at.get(key, now), now) + pace.every_ms

    def take(self, key: str, pace: Pace, now: Instant, code: str = "sign_in.too_many") -> None:
        """Count one try, or raise TooMany with this code and the seconds until the next."""
        wait_ms = self.wait_ms(key, pace, now)
        if wait_ms:
            raise TooMany(code, seconds=seconds_of(wait_ms))
        self.count(key, pace, now)

    def uncount(self, key: str, pace: Pace) -> None:
        """It was no failure after all."""
        if key in self._empty_at:
            self._empty_at[key] -= pace.every_ms

    def begin(self, whose: str) -> bool:
        """Whether another of these tries may be read now; if so it is under way until `end`."""
        if self._under_way[whose] >= AT_ONCE:
            return False
        self._under_way[whose] += 1
        return True

    def end(self, whose: str) -> None:
        """A try has its answer."""
        self._under_way[whose] -= 1
        if not self._under_way[whose]:
            del self._under_way[whose]

    def _forget(self, now: Instant) -> None:
        kept = sorted((at, key) for key, at in self._empty_at.items() if at > now)
        self._empty_at = {key: at for at, key in kept[-MOST_KEPT // 2 :]}


class Try:
    """One try to sign in: from a browser that was used before by that person, or from any other."""

    def __init__(self, throttle: Throttle, *, account: str, address: str, browser: str | None) -> None:
        self._throttle = throttle
        self._paces: dict[str, Pace] = {}
        if browser is not None:
            # Others' guesses, from wherever, are not this browser's.
            self._whose = f"browser:{browser}:{account}"
            self._paces = {self._whose: PERSON}
        else:
            self._whose = f"account:{account}"
            self._paces = {
                f"here:{account}:{address}": PERSON,
                f"under-attack:{account}:{address}": UNDER_ATTACK,
                self._whose: ACCOUNT,
                f"address:{address}": ADDRESS,
            }

    def wait_ms(self, now: Instant) -> int:
        """How long until this may be tried; 0 where it may be now.

        That many guess at an account makes nobody wait who has not failed there: it makes those slower who have.
        """
        waits = {pace: self._throttle.wait_ms(key, pace, now) for key, pace in self._paces.items()}
        attacked = waits.pop(ACCOUNT, 0) > 0
        slowed = waits.pop(UNDER_ATTACK, 0)
        return max(*waits.values(), slowed if attacked else 0)

    def begin(self, now: Instant) -> bool:
        """Counted before it is read, so that many at once count too; False where too many are under way."""
        if not self._throttle.begin(self._whose):
            return False
        for key, pace in self._paces.items():
            self._throttle.count(key, pace, now)
        return True

    def end(self, *, failed: bool) -> None:
        """It was read; what did not fail is not counted."""
        self._throttle.end(self._whose)
        if not failed:
            for key, pace in self._paces.items():
                self._throttle.uncount(key, pace)
