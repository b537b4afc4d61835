"""Which checks are installed: found through the entry-point group, our own through the same door as others'."""

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points

import msgspec

from service.domain.check import Check, CheckDescription, CheckInput
from service.domain.finding import CheckResult
from service.pipeline.isolated import call_isolated, call_thread

GROUP = "granska.checks"
OWN_DISTRIBUTION = "granska"
DESCRIBE_SECONDS = 10.0


class Registry:
    """The installed checks. Ours run in a thread; one from elsewhere runs in a process that can be killed."""

    def __init__(self, points: Mapping[str, EntryPoint] | None = None) -> None:
        self._points = dict(points) if points is not None else _found()
        self._own: dict[str, Check] = {}
        self._described: dict[str, CheckDescription] = {}

    def installed(self) -> frozenset[str]:
        """The keys a rule set may name."""
        return frozenset(self._points)

    async def describe(self, key: str) -> CheckDescription | None:
        """What the check declares of itself, or None where it is not installed; raises what its loading raises."""
        if key not in self._points:
            return None
        if key not in self._described:
            self._described[key] = await self._description(key)
        return self._described[key]

    async def _description(self, key: str) -> CheckDescription:
        if self._is_own(key):
            return self._own_check(key).description
        answer = await call_isolated(self._points[key].value, "describe", b"", seconds=DESCRIBE_SECONDS)
        return msgspec.json.decode(answer, type=CheckDescription)

    async def run(self, key: str, given: CheckInput) -> CheckResult:
        """The check's answer; raises what it raises. The caller sets the deadline and counts the time."""
        if self._is_own(key):
            check = self._own_check(key)
            return await call_thread(lambda: check.run(given))
        deadline = (await self.describe(key) or _missing(key)).deadline_seconds
        answer = await call_isolated(self._points[key].value, "run", msgspec.json.encode(given), seconds=deadline)
        return msgspec.json.decode(answer, type=CheckResult)

    def _is_own(self, key: str) -> bool:
        point = self._points[key]
        return point.dist is not None and point.dist.name == OWN_DISTRIBUTION

    def _own_check(self, key: str) -> Check:
        if key not in self._own:
            self._own[key] = self._points[key].load()()
        return self._own[key]


def _missing(key: str) -> CheckDescription:
    raise LookupError(key)


def _found() -> dict[str, EntryPoint]:
    """The entry points by name; two of one name are refused, since either could be the one meant."""
    points: dict[str, EntryPoint] = {}
    for point in entry_points(group=GROUP):
        if point.name in points:
            raise RuntimeError(f"two checks are called {point.name}")
        points[point.name] = point
    return points
