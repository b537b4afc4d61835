"""Which checks are installed: found through the entry-point group, our own through the same door as others'."""

import asyncio
import hashlib
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from service.domain.check import Check, CheckDescription, CheckInput, Example
from service.domain.finding import CheckResult
from service.pipeline import installed
from service.pipeline.installed import ParamFault, Told, Tried
from service.pipeline.isolated import call_isolated, call_thread

GROUP = "granska.checks"
OWN_DISTRIBUTION = "granska"
DESCRIBE_SECONDS = 10.0
T = TypeVar("T")


@dataclass(frozen=True)
class Origin:
    """The distribution a check comes from, its version, and the SHA-256 (hex) of all of its files."""

    distribution: str
    version: str
    sha256: str


class Registry:
    """The installed checks. Ours run in a thread; one from elsewhere runs in a process that can be killed."""

    def __init__(self, points: Mapping[str, EntryPoint] | None = None) -> None:
        self._points = dict(points) if points is not None else _found()
        self._own: dict[str, Check] = {}
        self._is_own: dict[str, bool] = {}
        self._told: dict[str, Told] = {}
        self._origins: dict[str, Origin] = {}

    def installed(self) -> frozenset[str]:
        """The keys a rule set may name."""
        return frozenset(self._points)

    def origin(self, key: str) -> Origin:
        """Where a check comes from; what is not installed any more, or lies in no file, has a digest of nothing."""
        if key not in self._origins:
            self._origins[key] = _origin(self._points.get(key))
        return self._origins[key]

    def word_files(self, language: str) -> dict[str, Path]:
        """By check, where its sentences in a language lie; a check without a file is left out."""
        files = {key: _word_file(point, language) for key, point in self._points.items()}
        return {key: file for key, file in files.items() if file is not None}

    def codes_in_source(self, key: str) -> list[str]:
        """The codes of the check's own that stand whole in its source; nothing of it is imported."""
        module = _module_file(self._points[key])
        if module is None:
            return []
        files = module.parent.rglob("*.py") if module.name == "__init__.py" else [module]
        quoted = re.compile(rf"""["']({re.escape(key)}\.[a-z0-9_.]+)["']""")
        codes: dict[str, None] = {}
        for file in sorted(files):
            codes |= dict.fromkeys(quoted.findall(file.read_text("utf-8")))
        return list(codes)

    async def describe(self, key: str) -> CheckDescription | None:
        """What the check declares of itself, or None where it is not installed; raises what its loading raises."""
        return (await self.told(key)).description if key in self._points else None

    async def told(self, key: str) -> Told:
        """The same with its parameters; raises KeyError where it is not installed."""
        if key not in self._told:
            if self.is_own(key):
                self._told[key] = installed.told(self._own_check(key))
            else:
                self._told[key] = await self._ask_isolated(key, "tell", b"", Told, seconds=DESCRIBE_SECONDS)
        return self._told[key]

    async def param_faults(self, key: str, params: Mapping[str, Any]) -> list[ParamFault]:
        """What is wrong with parameters that a rule set gives the check."""
        if self.is_own(key):
            return installed.faults_in(self._own_check(key), params)
        body = msgspec.json.encode(params)
        return await self._ask_isolated(key, "params", body, list[ParamFault], seconds=DESCRIBE_SECONDS)

    async def examples(self, key: str) -> tuple[Example, ...]:
        """The check's own examples."""
        if self.is_own(key):
            return installed.examples(self._own_check(key))
        return await self._ask_isolated(key, "examples", b"", tuple[Example, ...], seconds=DESCRIBE_SECONDS)

    async def run(self, key: str, given: CheckInput, params: Mapping[str, Any]) -> CheckResult:
        """The check's answer; raises what it raises. The caller sets the deadline and counts the time."""
        if self.is_own(key):
            check = self._own_check(key)
            return await call_thread(lambda: installed.answer(check, given, params))
        deadline = (await self.told(key)).description.deadline_seconds
        body = msgspec.json.encode([given, params])
        return await self._ask_isolated(key, "run", body, CheckResult, seconds=deadline)

    async def try_all(
        self, key: str, inputs: Sequence[tuple[CheckInput, Mapping[str, Any]]], *, seconds: float
    ) -> list[Tried]:
        """The check's answers to many inputs at one go; raises TimeoutError where all of it takes longer than that."""
        if self.is_own(key):
            check = self._own_check(key)
            async with asyncio.timeout(seconds):
                return await call_thread(lambda: installed.try_all(check, inputs))
        return await self._ask_isolated(key, "try", msgspec.json.encode(inputs), list[Tried], seconds=seconds)

    def without_threads(self) -> "WithoutThreads":
        """The same checks, ours called where the caller stands: for running thousands again, not for a case at hand."""
        return WithoutThreads(self)

    def call_own(self, key: str, given: CheckInput, params: Mapping[str, Any]) -> CheckResult | None:
        """The answer of one of our own checks, or None for one from elsewhere."""
        return installed.answer(self._own_check(key), given, params) if self.is_own(key) else None

    def is_own(self, key: str) -> bool:
        """Whether the check is ours, and may run in our process."""
        if key not in self._is_own:
            point = self._points[key]
            # Read once: asking a distribution for its name reads its whole metadata.
            self._is_own[key] = point.dist is not None and point.dist.name == OWN_DISTRIBUTION
        return self._is_own[key]

    def _own_check(self, key: str) -> Check:
        if key not in self._own:
            self._own[key] = self._points[key].load()()
        return self._own[key]

    async def _ask_isolated(self, key: str, action: str, body: bytes, kind: type[T], *, seconds: float) -> T:
        said = await call_isolated(self._points[key].value, action, body, seconds=seconds)
        return msgspec.json.decode(said, type=kind)


class WithoutThreads:
    """Installed checks whose own ones are called directly."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    async def describe(self, key: str) -> CheckDescription | None:
        """As the registry."""
        return await self._registry.describe(key)

    async def run(self, key: str, given: CheckInput, params: Mapping[str, Any]) -> CheckResult:
        """As the registry, but for the thread."""
        answer = self._registry.call_own(key, given, params)
        return answer if answer is not None else await self._registry.run(key, given, params)


def _origin(point: EntryPoint | None) -> Origin:
    module = None if point is None else _module_file(point)
    if point is None or module is None:
        return Origin("unknown", "0", hashlib.sha256(b"").hexdigest())
    if point.dist is None:
        return Origin("unknown", "0", _digest_of(_beside(module, point)))
    listed = [Path(str(point.dist.locate_file(file))) for file in point.dist.files or ()]
    files = listed if module in listed else _beside(module, point)
    return Origin(point.dist.name, point.dist.version, _digest_of(files))


def _beside(module: Path, point: EntryPoint) -> list[Path]:
    """What a check that is installed for editing comes with: all of its package, or its module and its sentences."""
    depth = len(point.module.split(".")) - (module.name != "__init__.py")
    package = module.parents[depth] / point.module.partition(".")[0]
    if package.is_dir():
        return list(package.rglob("*"))
    return [module, *module.parent.glob(f"{module.stem}.*.po")]


def _digest_of(files: Sequence[Path]) -> str:
    """Of every file, by its name in order of its path."""
    digest = hashlib.sha256()
    for path in sorted(files):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(f"{path.name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def _module_file(point: EntryPoint) -> Path | None:
    """The file of the module that an entry point names, without importing it."""
    path = point.module.replace(".", "/")
    folders = [Path(one) for one in sys.path]
    if point.dist is not None:
        folders.insert(0, Path(str(point.dist.locate_file(""))))
    for folder in folders:
        for file in (folder / path / "__init__.py", folder / f"{path}.py"):
            if file.is_file():
                return file
    return None


def _word_file(point: EntryPoint, language: str) -> Path | None:
    """A package has its sentences in `sv.po`, a module beside itself in `NAME.sv.po`; nothing of it is imported."""
    module = _module_file(point)
    if module is None:
        return None
    prefix = "" if module.name == "__init__.py" else f"{module.stem}."
    file = module.with_name(f"{prefix}{language}.po")
    return file if file.is_file() else None


def _found() -> dict[str, EntryPoint]:
    """The entry points by name; two of one name are refused, since either could be the one meant."""
    points: dict[str, EntryPoint] = {}
    for point in entry_points(group=GROUP):
        if point.name in points:
            raise RuntimeError(f"two checks are called {point.name}")
        points[point.name] = point
    return points
