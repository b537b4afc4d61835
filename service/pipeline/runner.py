"""Asks every required check at once; one that breaks, is slow or is missing becomes "kunde inte kontrolleras"."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from service.domain.application import Kind
from service.domain.check import CheckDescription, CheckInput, Fetched, Need
from service.domain.clock import Instant
from service.domain.finding import NEEDS_NOBODY, CheckResult, Finding, Outcome, Run, Trait
from service.domain.ruleset import RequiredCheck

MAX_DEADLINE_SECONDS = 60.0
UNKNOWN_VERSION = "0"


class Installed(Protocol):
    """The checks as the runner needs them."""

    async def describe(self, key: str) -> CheckDescription | None: ...
    async def run(self, key: str, given: CheckInput, params: Mapping[str, Any]) -> CheckResult: ...


class Unavailable(Exception):
    """Something a check needs cannot be had; `code` says what, for the finding."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code, self.params = code, params


#: For each need, a function that fetches what its field of `Fetched` holds; may raise Unavailable.
Sources = Mapping[Need, Callable[[], Awaitable[Any]]]


@dataclass(frozen=True)
class Clocks:
    """UTC milliseconds for the record, seconds for measuring."""

    now: Callable[[], Instant]
    monotonic: Callable[[], float]


async def run_checks(
    required: Sequence[RequiredCheck],
    *,
    kind: Kind,
    given: CheckInput,
    sources: Sources,
    installed: Installed,
    clocks: Clocks,
) -> list[Finding]:
    """One finding for every required check, in the rule set's order, whatever happens."""
    once = _Once(sources)
    return list(await asyncio.gather(*[_ask(one, kind, given, once, installed, clocks) for one in required]))


async def _ask(
    required: RequiredCheck, kind: Kind, given: CheckInput, once: "_Once", installed: Installed, clocks: Clocks
) -> Finding:
    started, began = clocks.now(), clocks.monotonic()
    version, traits, error = UNKNOWN_VERSION, frozenset[Trait](), None
    try:
        description = await installed.describe(required.check)
        if description is None:
            raise Unavailable("check.not_installed")
        version, traits = description.version, description.traits
        if kind not in description.kinds:
            result = CheckResult(Outcome.NOT_APPLICABLE, "check.other_kind")
        elif given.application.hirer not in required.hirers:
            # The rule set has no basis for asking this of them, so it is not asked.
            result = CheckResult(Outcome.NOT_APPLICABLE, "check.other_hirer")
        else:
            async with asyncio.timeout(min(description.deadline_seconds, MAX_DEADLINE_SECONDS)):
                mine = replace(given, fetched=await once.all(description.needs))
                if not required.speakers_basis:
                    mine = mine.without_speakers()
                result = await installed.run(required.check, mine, required.params)
            if not isinstance(result, CheckResult):
                raise TypeError("a check must return a CheckResult")
            if mine.speakers_erased and result.outcome in NEEDS_NOBODY:
                # What has been erased was not looked at, so nobody may say that it is in order.
                result = replace(result, outcome=Outcome.UNKNOWN, code="check.input_erased", params={})
    except Unavailable as missing:
        result, error = CheckResult(Outcome.UNKNOWN, missing.code, missing.params), missing.code
    except TimeoutError:
        result, error = CheckResult(Outcome.UNKNOWN, "check.too_slow"), "timeout"
    except Exception as broke:  # noqa: BLE001 - a plug-in may raise anything, and none of it is a pass
        result, error = CheckResult(Outcome.UNKNOWN, "check.broke"), type(broke).__name__[:60]
    took = int((clocks.monotonic() - began) * 1000)
    return Finding(required.check, version, result, Run(started, max(took, 0), error), traits)


class _Once:
    """Fetches each need once for all checks that share it; a failure is every sharer's failure."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._tasks: dict[Need, asyncio.Future[Any]] = {}

    async def all(self, needs: frozenset[Need]) -> Fetched:
        fetched: dict[str, Any] = {}
        for need in sorted(needs):
            if need not in self._sources:
                raise Unavailable("check.need_unknown")
            if need not in self._tasks:
                self._tasks[need] = asyncio.ensure_future(self._sources[need]())
                # A failure that nobody waits for any longer has been told as "too slow"; it is not told twice.
                self._tasks[need].add_done_callback(lambda task: task.cancelled() or task.exception())
            # One check running out of time must not take what the others are waiting for.
            fetched[need.value] = await asyncio.shield(self._tasks[need])
        return Fetched(**fetched)
