"""Whatever is taken away from a check, it never becomes a pass: what is gone was not looked at (law 3)."""

import asyncio
import time
from dataclasses import fields, replace
from typing import Any

import pytest

from service.domain.check import CheckInput, Example, Fetched, Need
from service.domain.clock import Instant
from service.domain.finding import NEEDS_NOBODY, Outcome
from service.domain.ruleset import RequiredCheck
from service.pipeline.registry import Registry
from service.pipeline.runner import Clocks, Sources, Unavailable, run_checks

CLOCKS = Clocks(lambda: Instant(1_790_000_000_000), time.monotonic)
REGISTRY = Registry()
EXAMPLES: dict[tuple[str, int], Example] = {}
for installed in sorted(REGISTRY.installed()):
    for position, told in enumerate(asyncio.run(REGISTRY.examples(installed))):
        EXAMPLES[installed, position] = told


def example_of(key: str, number: int) -> Example:
    return EXAMPLES[key, number]


def from_example(fetched: Fetched) -> Sources:
    """Every need as the example has it; what it does not have cannot be had."""

    def source(name: str) -> Any:
        async def fetch() -> Any:
            value = getattr(fetched, name)
            if value is None:
                raise Unavailable("check.input_erased")
            return value

        return fetch

    return {Need(field.name): source(field.name) for field in fields(Fetched)}


async def outcome(key: str, given: CheckInput, sources: Sources, params: Any) -> Outcome:
    required = [RequiredCheck(key, "3.1", params, speakers_basis="Punkt 4.2")]
    kind = given.application.kind
    [finding] = await run_checks(
        required, kind=kind, given=replace(given, fetched=Fetched()), sources=sources, installed=REGISTRY, clocks=CLOCKS
    )
    return finding.result.outcome


@pytest.mark.parametrize(("key", "number"), list(EXAMPLES))
async def test_taking_a_need_away_never_gives_a_pass(key: str, number: int) -> None:
    example = example_of(key, number)
    description = await REGISTRY.describe(key)
    assert description is not None
    for need in description.needs:
        without: Any = replace(example.given.fetched, **{need.value: None})

        assert await outcome(key, example.given, from_example(without), example.params) not in NEEDS_NOBODY, need


@pytest.mark.parametrize(("key", "number"), list(EXAMPLES))
async def test_names_that_are_gone_never_give_a_pass(key: str, number: int) -> None:
    example = example_of(key, number)
    gone = replace(example.given, speakers=(), speakers_erased=True)

    assert await outcome(key, gone, from_example(example.given.fetched), example.params) not in NEEDS_NOBODY
