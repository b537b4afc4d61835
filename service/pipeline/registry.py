"""Which checks are installed: found through the entry-point group, our own through the same door as others'."""

import hashlib
import sys
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

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
        self._origins: dict[str, tuple[str, str, str]] = {}

    def installed(self) -> frozenset[str]:
        """The keys a rule set may name."""
        return frozenset(self._points)

    def origin(self, key: str) -> tuple[str, str, str]:
        """The distribution a check comes from, its version, and the SHA-256 (hex) of the check's own file.

        What is not installed any more, or lies in no file, is told by a digest of nothing.
        """
        if key not in self._origins:
            self._origins[key] = _origin(self._points.get(key))
        return self._origins[key]

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

    def without_threads(self) -> "WithoutThreads":
        """The same checks, ours called where the caller stands: for running thousands again, not for a case at hand."""
        return WithoutThreads(self)

    def call_own(self, key: str, given: CheckInput) -> CheckResult | None:
        """The answer of one of our own checks, or None for one from elsewhere."""
        return self._own_check(key).run(given) if self._is_own(key) else None

    def _is_own(self, key: str) -> bool:
        return self.origin(key)[0] == OWN_DISTRIBUTION

    def _own_check(self, key: str) -> Check:
        if key not in self._own:
            self._own[key] = self._points[key].load()()
        return self._own[key]


class WithoutThreads:
    """Installed checks whose own ones are called directly."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    async def describe(self, key: str) -> CheckDescription | None:
        """As the registry."""
        return await self._registry.describe(key)

    async def run(self, key: str, given: CheckInput) -> CheckResult:
        """As the registry, but for the thread."""
        answer = self._registry.call_own(key, given)
        return answer if answer is not None else await self._registry.run(key, given)


def _origin(point: EntryPoint | None) -> tuple[str, str, str]:
    """Read once: asking a distribution for its name reads its whole metadata."""
    if point is None or point.dist is None:
        return "unknown", "0", hashlib.sha256(b"").hexdigest()
    return point.dist.name, point.dist.version, hashlib.sha256(_file_of(point)).hexdigest()


def _file_of(point: EntryPoint) -> bytes:
    """The bytes of the module that an entry point names, without importing it."""
    path = point.module.replace(".", "/") + ".py"
    assert point.dist is not None
    folders = [Path(str(point.dist.locate_file(""))), *(Path(one) for one in sys.path)]
    for folder in folders:
        if (folder / path).is_file():
            return (folder / path).read_bytes()
    return b""


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
