"""Every check of ours stands the conformance kit; one with a fault is caught by the trial that asks for just that."""

import textwrap
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from service.app import words_with
from service.pipeline.conformance import Trial, conform
from service.pipeline.registry import Registry
from tests.codes import installed_checks


async def trials_of(registry: Registry, key: str) -> dict[str, Trial]:
    return {trial.code.removeprefix("conform."): trial for trial in await conform(registry, key, words_with(registry))}


@pytest.mark.parametrize("key", installed_checks())
async def test_our_own_checks_stand_the_kit(key: str) -> None:
    trials = await trials_of(Registry(), key)

    assert {code: trial.faults for code, trial in trials.items() if not trial.passed} == {}
    assert len(trials) == 10


#: A check from elsewhere that is as it should be; the faulty ones below change one thing each.
GOOD = """
from service.domain.application import Kind
from service.domain.check import CheckDescription, Example, Fetched, GivenEnclosure, Need, Params
from service.domain.examples import DAY, an_input
from service.domain.finding import CheckResult, Evidence, Outcome
import itertools, time

class ReportParams(Params, frozen=True):
    least: int

class Report:
    description = CheckDescription(
        "report", "1", frozenset({Kind.GRANT}), owner="Grannstaden", rests_on="https://grannstaden.example",
        needs=frozenset({Need.ENCLOSURES}), deadline_seconds=5.0,
    )
    params = ReportParams
    examples = (
        Example(an_input(fetched=Fetched(enclosures=(GivenEnclosure("e", "bokslut", DAY),))), Outcome.MET, "report.there",
            params={"least": 1}),
        Example(an_input(fetched=Fetched(enclosures=())), Outcome.NOT_MET, "report.missing", params={"least": 1}),
    )
    def run(self, given, params):
        reports = [one for one in given.enclosures if one.kind == "bokslut"]
        if len(reports) > 10**9:
            return CheckResult(Outcome.NOT_MET, "report.late")
        if len(reports) >= params.least:
            return CheckResult(Outcome.MET, "report.there", {"count": len(reports)})
        return CheckResult(Outcome.NOT_MET, "report.missing", {"count": len(reports)})
"""
WORDS = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "check.report.question"
msgstr "Finns bokslutet?"

msgid "check.report.param.least"
msgstr "Minst så många"

msgid "report.there"
msgstr "Bokslut: %(count)s"

msgid "report.missing"
msgstr "Bokslut saknas (%(count)s)."

msgid "report.late"
msgstr "Bokslutet kom för sent."
""" + "".join(
    f'''
msgid "check.report.heading.{outcome}"
msgstr "{outcome}"
'''
    for outcome in ("met", "not_met", "needs_inquiry", "unknown", "not_applicable")
)


def registry_of(folder: Path, monkeypatch: pytest.MonkeyPatch, *, code: str = GOOD, words: str = WORDS) -> Registry:
    (folder / "report.py").write_text(textwrap.dedent(code))
    for language in ("sv", "en"):
        (folder / f"report.{language}.po").write_text(words)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.syspath_prepend(str(folder))
    return Registry({"report": EntryPoint("report", "report:Report", "granska.checks")})


async def test_a_check_from_elsewhere_stands_the_kit_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trials = await trials_of(registry_of(tmp_path, monkeypatch), "report")

    assert {code: trial.faults for code, trial in trials.items() if not trial.passed} == {}


@pytest.mark.parametrize(
    ("before", "after", "trial"),
    [
        ("import itertools, time", "import no_such_module", "loads"),
        ('owner="Grannstaden"', 'owner=""', "described"),
        ('"report", "1", frozenset', '"rapport", "1", frozenset', "described"),
        ('Outcome.NOT_MET, "report.missing", params', 'Outcome.UNKNOWN, "report.missing", params', "examples"),
        ("needs=frozenset({Need.ENCLOSURES})", "needs=frozenset()", "needs"),
        (
            "reports = [one for one in given.enclosures",
            "reports = [1] if given.fetched.enclosures is None else [one for one in given.enclosures",
            "empty",
        ),
        ("if len(reports) >= params.least:", "if len(reports) >= params.least / len(given.application.organisation.name):", "hostile"),
        ("def run(self, given, params):", "def run(self, given, params):\n        time.sleep(len(given.speakers) * 0.05)", "hostile"),
        ('"report.there", {"count": len(reports)}', '"report.there", {"count": time.time_ns()}', "deterministic"),
        (
            '"report.missing", {"count": len(reports)}',
            '"report.missing", {"count": given.application.representatives[0].name if given.application.representatives else 0}',
            "persons",
        ),
        (
            "reports = [one",
            "[one.speaks_of[0] for one in given.enclosures if one.kind == 'bokslut' and one.asked]; reports = [one",
            "hostile",
        ),
        ('CheckResult(Outcome.NOT_MET, "report.missing"', 'CheckResult(Outcome.NOT_MET, "party_names.stale"', "said"),
    ],
)  # fmt: skip
async def test_a_fault_is_caught_by_the_trial_that_asks_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, after: str, trial: str
) -> None:
    code = GOOD.replace(before, after).replace(
        "deadline_seconds=5.0", "deadline_seconds=0.02" if "sleep" in after else "deadline_seconds=5.0"
    )
    assert code != GOOD
    trials = await trials_of(registry_of(tmp_path, monkeypatch, code=code), "report")

    assert not trials[trial].passed, trials


@pytest.mark.parametrize(
    ("left_out", "trial"),
    [("check.report.question", "words"), ("check.report.heading.unknown", "words"), ("check.report.param.least", "words"),
     ("report.missing", "said"), ("report.late", "said")],
)  # fmt: skip
async def test_words_that_are_left_out_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left_out: str, trial: str
) -> None:
    words = WORDS.replace(f'msgid "{left_out}"', f'msgid "{left_out}.x"')
    trials = await trials_of(registry_of(tmp_path, monkeypatch, words=words), "report")

    assert {f"sv: {left_out}", f"en: {left_out}"} <= set(trials[trial].faults)


async def test_a_check_adds_to_its_own_codes_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = (
        WORDS
        + '\nmsgid "term.outcome.met"\nmsgstr "godkänd utan prövning"\n\nmsgid "party_names.stale"\nmsgstr "allt är bra"\n'
    )

    catalogue = words_with(registry_of(tmp_path, monkeypatch, words=words))

    assert catalogue.term("sv", "outcome", "met") == "uppfyllt"
    assert catalogue.text("sv", "check.report.question") == "Finns bokslutet?"
    assert catalogue.text("sv", "party_names.stale") == "party_names.stale", "that check is not installed here"


async def test_the_digest_is_of_everything_the_check_comes_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = registry_of(tmp_path, monkeypatch).origin("report").sha256
    reworded = registry_of(tmp_path, monkeypatch, words=WORDS.replace("Finns bokslutet?", "Finns det?"))
    assert reworded.origin("report").sha256 != before
    own = Registry()
    digests = {own.origin(key).sha256 for key in installed_checks()}

    assert len(digests) == 1, "one distribution, one digest"
    assert own.origin("completeness").distribution == "granska"
    assert own.origin("gone").distribution == "unknown"
