"""What could be forgotten: words in both languages, a question for each check, a sentence for each setting."""

import json
import re
from dataclasses import fields
from importlib.metadata import entry_points

import pytest

from service.casework.intake.application_document import read
from service.demo import ACCOUNTS, dated
from service.domain.case import OWNERS, STEPS, State, picture
from service.domain.clock import utc_time
from service.domain.decision import DecisionOutcome
from service.domain.enclosure import ENCLOSURE_KINDS
from service.domain.events import EventType
from service.domain.finding import Outcome, Resolution
from service.domain.people import Role
from service.settings import Settings
from service.web.pages.help import TOPICS
from service.words import LANGUAGES, Catalogue
from tests.builders import FIXTURES, ROOT
from tests.fakes import NOON

WORDS = Catalogue.load(ROOT / "templates" / "words")
SOURCES = [*(ROOT / "service").rglob("*.py"), *(ROOT / "checks").rglob("*.py")]
TEMPLATES = list((ROOT / "templates").rglob("*.html"))


def coded() -> set[str]:
    """Every code that is certain to be said: terms, events, roles, questions and whatever the source names."""
    codes = {f"event.{one}" for one in EventType} | {f"role.{one}" for one in Role} | {f"help.{one}" for one in TOPICS}
    codes |= {f"term.outcome.{one}" for one in Outcome} | {f"term.resolution.{one}" for one in Resolution}
    codes |= {f"term.state.{one}" for one in State} | {f"term.wanted.{one}" for one in State}
    codes |= {f"term.decision.{one}" for one in DecisionOutcome} | {f"decision.hint.{one}" for one in DecisionOutcome}
    codes |= {f"term.enclosure.{one}" for one in ENCLOSURE_KINDS}
    codes |= {
        f"check.{one.name}.question"
        for one in entry_points(group="granska.checks")
        if one.dist and one.dist.name == "granska"
    }
    prefixes = [
        "accessibility",
        "checkpoint",
        "draft",
        "erase",
        "files",
        "keys",
        "replay",
        "restore",
        "sample",
        "settings",
        "subject",
        "verify",
        "case",
        "check",
        "completeness",
        "database",
        "decision",
        "declaration",
        "done",
        "enclosure",
        "finding",
        "http",
        "incident",
        "input",
        "intake",
        "list",
        "log",
        "organisation_number",
        "party_names",
        "prior_incidents",
        "register",
        "repeated",
        "right",
        "rules",
        "screen",
        "search",
        "sign_in",
        "timeliness",
        "user",
    ]
    named = re.compile(rf'"((?:{"|".join(prefixes)})\.[a-z_0-9]+(?:\.[a-z_]+)?)"')
    for path in SOURCES:
        codes |= set(named.findall(path.read_text("utf-8")))
    for path in TEMPLATES:
        codes |= set(re.findall(r'say\("([a-z_.]+[a-z])"[,)]', path.read_text("utf-8")))
    for path in SOURCES:
        codes |= {f"match.{one}" for one in re.findall(r'MatchEvidence\("([a-z_]+)"', path.read_text("utf-8"))}
    codes |= {
        f"fault.{one}"
        for one in re.findall(r'[Ff]ault\([^"]*"([a-z-]+)"', (ROOT / "service/audit/verify.py").read_text())
    }
    codes |= {
        f"fault.{one}"
        for one in re.findall(r'[Ff]ault\([^"]*"([a-z-]+)"', (ROOT / "service/proof/verification.py").read_text())
    }
    return codes - {"fault.seq", "fault.data", "http.response.start", "log.key", "log.vkey", "verify.py"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_text_in_both_languages(language: str) -> None:
    found = coded()

    assert len(found) > 200, "the search for codes must find them"
    assert sorted(one for one in found if not WORDS.knows(language, one)) == []


def test_every_text_of_a_template_has_an_english_one() -> None:
    texts = {one for path in TEMPLATES for one in re.findall(r"""_\(["']([^"']+)["']\)""", path.read_text("utf-8"))}

    assert len(texts) > 200
    assert sorted(one for one in texts if not WORDS.knows("en", one)) == []


def test_both_languages_take_the_same_values() -> None:
    for code in coded():
        swedish, english = (set(re.findall(r"%\((\w+)\)s", WORDS.text(one, code))) for one in LANGUAGES)
        assert swedish == english, code


def test_no_state_is_without_a_way_out_and_an_owner() -> None:
    for state in State:
        ways = {step.to for step in STEPS.values() if state in step.at} - {None, state}
        if state is State.RECEIVED:
            ways.add(State.SCREENED)  # the checks
        assert ways, state
        assert OWNERS[state] in {step.who for step in STEPS.values() if state in step.at}, state


def test_the_documents_show_the_state_machine_as_it_is() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert f"```mermaid\n{picture()}\n```" in text


def test_every_setting_has_its_sentence_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for one in fields(Settings):
        assert f"GRANSKA_{one.name.upper()}" in readme
        assert one.metadata["sentence"] in readme


def test_every_help_page_is_there_in_both_languages() -> None:
    for topic in TOPICS:
        for language in LANGUAGES:
            assert (ROOT / "templates" / "help" / f"{topic}.{language}.html").stat().st_size > 100


def test_every_fixture_is_described_and_can_be_received() -> None:
    class Desk:
        class outside:  # noqa: N801
            @staticmethod
            def now() -> int:
                return NOON

    files = sorted((FIXTURES / "applications").glob("*.json"))
    assert len(files) >= 12
    for file in files:
        read(dated(Desk, json.loads(file.read_text("utf-8"))), now=utc_time(NOON))  # type: ignore[arg-type]


def test_there_is_one_demo_account_for_each_role() -> None:
    roles = [right for _, _, rights in ACCOUNTS for right in rights if right.startswith("role:")]
    assert {f"role:{one}" for one in Role} == set(roles)


def test_no_name_of_a_person_is_asked_for_on_religion_politics_or_origin() -> None:
    schema = (ROOT / "service/casework/intake/application.schema.json").read_text("utf-8").casefold()
    for word in ("religion", "politic", "ethnic", "nationality", "belief", "milieu", "personal_number", "personnummer"):
        assert word not in re.sub(r'"description": "[^"]*"', "", schema)
