"""What the worker does, by name: who is at it, how far it has come, when it ran last and runs next."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from service.domain.clock import Instant


@dataclass(frozen=True)
class JobState:
    """How a job stands; instants are UTC milliseconds, None where it never was so.

    `failures` are those in a row, `error` the last one's code, `said` what the last run came to, `mark` what the job
    itself remembers. `done` of `total` is how far a run that is under way has come.
    """

    name: str
    began_at: Instant | None = None
    ended_at: Instant | None = None
    worked_at: Instant | None = None
    next_at: Instant | None = None
    runs: int = 0
    failures: int = 0
    error: str | None = None
    said: str = ""
    mark: str = ""
    done: int = 0
    total: int = 0

    @property
    def running(self) -> bool:
        """Whether a run has begun and not ended; one that was cut off looks so until the next."""
        return self.began_at is not None and (self.ended_at is None or self.ended_at < self.began_at)

    def lag(self, now: Instant) -> int:
        """By how many milliseconds it is late; nothing while it runs."""
        return 0 if self.running or self.next_at is None else max(0, now - self.next_at)


class Jobs(Protocol):
    """Where jobs are claimed, and where it is kept how they stand; technical, and no event speaks of it."""

    def claim(self, name: str) -> AbstractAsyncContextManager[bool]:
        """Whether this process may do the job now; no other may, until it is left or the process ends, however."""
        ...

    async def states(self) -> dict[str, JobState]:
        """Every job that was ever begun, by name."""
        ...

    async def save(self, state: JobState) -> None:
        """Keep how a job stands, in place of what was there."""
        ...

    async def close(self) -> None:
        """Give back what claiming took."""
        ...
