"""Checks that break, hang, are missing or come from elsewhere: always an answer, never a pass."""

import asyncio
import sys
import textwrap
import time
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from service.domain.application import Kind, Party, PartyKind
from service.domain.check import CheckInput, GivenEnclosure, ListAnswer, Need, PartyAnswer
from service.domain.finding import CheckResult, Finding, Outcome, Trait
from service.domain.ruleset import RequiredCheck
from service.pipeline.registry import Registry
from service.pipeline.runner import Clocks, Unavailable, run_checks
from tests.builders import a_check_input
from tests.fakes import AnsweringCheck, Installed, RaisingCheck, SlowCheck
from tests.servers import PATIENCE

CLOCKS = Clocks(lambda: 1_790_000_000_000, time.monotonic)
MET = CheckResult(Outcome.MET, "x.fine")


async def run(installed: Any, *names: str, sources: Any = None) -> list[Finding]:
    return await run_checks(
        [RequiredCheck(one, "3.1") for one in names],
        kind=Kind.GRANT,
        given=a_check_input(),
        sources=sources or {},
        installed=installed,
        clocks=CLOCKS,
    )


async def test_answers_stand_in_the_rule_sets_order() -> None:
    installed = Installed(AnsweringCheck("b", MET), AnsweringCheck("a", MET))

    assert [one.check for one in await run(installed, "b", "a")] == ["b", "a"]


async def test_a_check_that_raises_could_not_be_made_and_its_words_reach_nobody() -> None:
    [finding] = await run(Installed(RaisingCheck("a", None)), "a")

    assert (finding.result.outcome, finding.result.code) == (Outcome.UNKNOWN, "check.broke")
    assert finding.run.error == "RuntimeError"
    assert "secret" not in repr(finding)


@pytest.mark.parametrize("answer", [None, True, "met", Outcome.MET])
async def test_an_answer_of_the_wrong_kind_is_no_answer(answer: object) -> None:
    [finding] = await run(Installed(AnsweringCheck("a", answer)), "a")

    assert finding.result.outcome is Outcome.UNKNOWN


async def test_a_late_answer_is_dropped_and_delays_no_other_check() -> None:
    slow = SlowCheck("slow", deadline=0.1)

    findings = await run(Installed(slow, AnsweringCheck("a", MET)), "slow", "a")

    assert not slow.answered.is_set(), "nobody has waited for it"
    assert [one.result.outcome for one in findings] == [Outcome.UNKNOWN, Outcome.MET]
    assert findings[0].result.code == "check.too_slow"
    slow.may_answer.set()
    assert await asyncio.to_thread(slow.answered.wait, PATIENCE)
    assert findings[0].result.outcome is Outcome.UNKNOWN


async def test_a_check_that_has_gone_missing_could_not_be_made() -> None:
    [finding] = await run(Installed(), "gone")

    assert (finding.result.outcome, finding.result.code) == (Outcome.UNKNOWN, "check.not_installed")


async def test_a_check_that_the_rules_do_not_name_never_runs() -> None:
    findings = await run(Installed(AnsweringCheck("a", MET), RaisingCheck("b", None)), "a")

    assert [one.check for one in findings] == ["a"]


async def test_what_cannot_be_had_makes_every_check_that_needs_it_unknown_and_no_other() -> None:
    async def broken() -> dict[str, Any]:
        raise Unavailable("need.list_missing", list="EU")

    needy = AnsweringCheck("needy", MET)
    needy.description = replace(needy.description, needs=frozenset({Need.LISTS}))

    findings = await run(Installed(needy, AnsweringCheck("a", MET)), "needy", "a", sources={Need.LISTS: broken})

    assert [one.result.outcome for one in findings] == [Outcome.UNKNOWN, Outcome.MET]
    assert findings[0].result.params == {"list": "EU"}


async def test_a_check_for_another_kind_does_not_apply() -> None:
    other = AnsweringCheck("a", MET)
    other.description = replace(other.description, kinds=frozenset({Kind.PREMISES}))

    [finding] = await run(Installed(other), "a")

    assert finding.result.outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize(("basis", "names"), [("", ()), ("Punkt 4.2", ("Tarkvin Vosberg",))])
async def test_a_check_is_told_of_speakers_only_where_the_rules_cite_a_basis(
    basis: str, names: tuple[str, ...]
) -> None:
    class Listening(AnsweringCheck):
        def run(self, given: CheckInput, params: Any) -> CheckResult:
            told.append(given)
            return MET

    async def lists() -> tuple[ListAnswer, ...]:
        answers = tuple(PartyAnswer(Party(kind, "Tarkvin Vosberg"), ()) for kind in PartyKind)
        covered = frozenset(kind.value for kind in PartyKind)
        return (ListAnswer("demo", "Lista", "v1", "0" * 64, 1, 7, covered, answers),)

    told: list[CheckInput] = []
    listening = Listening("a", MET)
    listening.description = replace(listening.description, needs=frozenset({Need.LISTS}))

    await run_checks(
        [RequiredCheck("a", "3.1", speakers_basis=basis)],
        kind=Kind.GRANT,
        given=a_check_input(speakers=("Tarkvin Vosberg",)),
        sources={Need.LISTS: lists},
        installed=Installed(listening),
        clocks=CLOCKS,
    )

    assert told[0].speakers == names
    asked = [answer.party.name for answer in told[0].lists[0].parties if answer.party.kind is PartyKind.SPEAKER]
    assert tuple(asked) == names


async def test_a_finding_has_the_traits_of_its_check() -> None:
    named = AnsweringCheck("a", MET)
    named.description = replace(named.description, traits=frozenset({Trait.NAMES_LISTED_PARTY}))

    findings = await run(Installed(named, AnsweringCheck("b", MET)), "a", "b")

    assert [finding.names_listed_party for finding in findings] == [True, False]


@pytest.mark.parametrize("params", [{"enclosure": ("stadgar",)}, {"enclosures": "stadgar"}, {}])
async def test_parameters_that_cannot_be_read_are_no_pass(params: dict[str, Any]) -> None:
    async def none() -> tuple[GivenEnclosure, ...]:
        return ()

    [finding] = await run_checks(
        [RequiredCheck("completeness", "3.1", params)],
        kind=Kind.GRANT,
        given=a_check_input(),
        sources={Need.ENCLOSURES: none},
        installed=Registry(),
        clocks=CLOCKS,
    )

    assert (finding.result.outcome, finding.result.code) == (Outcome.UNKNOWN, "check.misconfigured")


async def test_a_check_that_reads_what_it_has_not_said_it_needs_could_not_be_made(foreign: Registry) -> None:
    [finding] = await run(foreign, "curious")

    assert (finding.result.outcome, finding.result.code) == (Outcome.UNKNOWN, "check.not_given")


FOREIGN = """
import time
from service.domain.application import Kind
from service.domain.check import CheckDescription, Example, NoParams
from service.domain.examples import an_input
from service.domain.finding import CheckResult, Outcome

ABOUT = {"owner": "Grannstaden", "rests_on": "https://grannstaden.example"}

class Fine:
    description = CheckDescription("fine", "7", frozenset(Kind), deadline_seconds=10.0, **ABOUT)
    params = NoParams
    examples = (Example(an_input(), Outcome.MET, "fine.ok"), Example(an_input(), Outcome.MET, "fine.ok"))
    def run(self, given, params):
        print("noise on standard output")
        return CheckResult(Outcome.MET, "fine.ok", {"name": given.application.organisation.name})

class Hanging(Fine):
    description = CheckDescription("hanging", "1", frozenset(Kind), deadline_seconds=1.5, **ABOUT)
    def run(self, given, params):
        open(__file__ + ".started", "w").close()
        while True:
            time.sleep(0.01)

class Curious(Fine):
    description = CheckDescription("curious", "1", frozenset(Kind), deadline_seconds=10.0, **ABOUT)
    def run(self, given, params):
        return CheckResult(Outcome.MET if not given.incidents else Outcome.NOT_MET, "curious.ok")

class Dying(Fine):
    def run(self, given, params):
        import os
        os._exit(3)
"""


@pytest.fixture
def foreign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """Checks from outside our package: they have entry points, but not our distribution."""
    (tmp_path / "foreign_checks.py").write_text(textwrap.dedent(FOREIGN))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    names = {"fine": "Fine", "hanging": "Hanging", "dying": "Dying", "curious": "Curious", "absent": "Absent"}
    points = {key: EntryPoint(key, f"foreign_checks:{name}", "granska.checks") for key, name in names.items()}
    return Registry(points)


async def test_a_check_from_elsewhere_answers_from_its_own_process(foreign: Registry) -> None:
    [finding] = await run(foreign, "fine")

    assert (finding.result.outcome, finding.check_version) == (Outcome.MET, "7")
    assert finding.result.params["name"] == "Granvikens Teaterförening"
    assert "foreign_checks" not in sys.modules


async def test_a_check_from_elsewhere_that_hangs_is_killed(foreign: Registry, tmp_path: Path) -> None:
    [finding] = await run(foreign, "hanging")

    assert finding.result.code == "check.too_slow"
    assert (tmp_path / "foreign_checks.py.started").exists()
    left = [one for one in Path("/proc").glob("[0-9]*/cmdline") if b"foreign_checks:Hanging" in _read(one)]
    assert left == []


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


@pytest.mark.parametrize("key", ["dying", "absent"])
async def test_a_check_from_elsewhere_that_dies_or_cannot_be_loaded_could_not_be_made(
    foreign: Registry, key: str
) -> None:
    [finding] = await run(foreign, key)

    assert (finding.result.outcome, finding.result.code) == (Outcome.UNKNOWN, "check.broke")


def test_our_own_checks_are_found_through_their_entry_points() -> None:
    assert Registry().installed() >= {
        "declaration", "completeness", "organisation_number", "party_names", "prior_incidents",
    }  # fmt: skip
