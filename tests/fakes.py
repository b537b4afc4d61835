"""Small real classes that stand in for the outside; nothing of ours is patched."""

import itertools
import threading
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from service.desk.ports.desk import Outside
from service.domain.application import Kind
from service.domain.check import CheckDescription, CheckInput
from service.domain.finding import CheckResult, Outcome
from service.pipeline.installed import ParamFault
from service.pipeline.registry import Origin

NOON = 1_795_345_200_000  # 2026-11-22 11:00 UTC


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: int = NOON) -> None:
        self.at = at
        self._count = itertools.count(1)

    def outside(self) -> Outside:
        return Outside(
            now=lambda: self.at,
            monotonic=time.monotonic,
            new_id=lambda: str(uuid.UUID(int=next(self._count) | 0x40008000 << 64)),
            random=lambda size: next(self._count).to_bytes(size, "little"),
        )

    def skip(self, count: int) -> None:
        """Leave out this many ids."""
        self._count = itertools.count(count)

    def forward(self, *, days: int = 0, minutes: int = 0) -> None:
        self.at += days * 86_400_000 + minutes * 60_000


class AnsweringCheck:
    """A check that gives a fixed answer."""

    def __init__(self, key: str, answer: Any, *, deadline: float = 2.0) -> None:
        self.description = CheckDescription(
            key, "1", frozenset(Kind), "Granska", "https://granska.example", deadline_seconds=deadline
        )
        self._answer = answer

    def run(self, given: CheckInput, params: Any) -> CheckResult:
        return self._answer


class RaisingCheck(AnsweringCheck):
    """A check that breaks."""

    def run(self, given: CheckInput, params: Any) -> CheckResult:
        raise RuntimeError("a secret text that must not reach anyone")


class SlowCheck(AnsweringCheck):
    """A check that answers when it may, which is too late; says when it has, so that a test can see that it is dropped."""

    def __init__(self, key: str, *, deadline: float) -> None:
        super().__init__(key, CheckResult(Outcome.MET, f"{key}.fine"), deadline=deadline)
        self.may_answer = threading.Event()
        self.answered = threading.Event()

    def run(self, given: CheckInput, params: Any) -> CheckResult:
        self.may_answer.wait()
        self.answered.set()
        return self._answer


class Installed:
    """Checks handed over by a test, run as our own are."""

    def __init__(self, *checks: AnsweringCheck) -> None:
        self._checks: Mapping[str, AnsweringCheck] = {one.description.key: one for one in checks}

    def installed(self) -> frozenset[str]:
        return frozenset(self._checks)

    async def describe(self, key: str) -> CheckDescription | None:
        check = self._checks.get(key)
        return check.description if check else None

    async def run(self, key: str, given: CheckInput, params: Mapping[str, Any]) -> CheckResult:
        from service.pipeline.isolated import call_thread

        return await call_thread(lambda: self._checks[key].run(given, params))

    def origin(self, key: str) -> Origin:
        return Origin("granska-tests", "1", "0" * 64)

    def word_files(self, language: str) -> dict[str, Path]:
        return {}

    async def param_faults(self, key: str, params: Mapping[str, Any]) -> list[ParamFault]:
        return []

    def without_threads(self) -> "Installed":
        return self
