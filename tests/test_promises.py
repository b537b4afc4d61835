"""What could be forgotten: words in both languages, a question for each check, a sentence for each setting."""

import json
import re
from dataclasses import fields

import pytest

from service.casework.intake.application_document import read
from service.demo.district import ACCOUNTS, dated
from service.domain.case import OWNERS, STEPS, State, picture
from service.domain.clock import utc_time
from service.domain.people import Role
from service.settings import Settings
from service.web.pages.help import TOPICS
from service.words import LANGUAGES
from tests import codes
from tests.builders import FIXTURES, ROOT
from tests.fakes import NOON

WORDS, TEMPLATES = codes.WORDS, codes.TEMPLATES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_text_in_both_languages(language: str) -> None:
    assert sorted(code for code in codes.all_codes() if not codes.WORDS.knows(language, code)) == []


def test_every_code_that_is_put_together_says_what_can_stand_in_it() -> None:
    assert sorted(codes.patterns() - set(codes.PATTERNS) - codes.TERMS) == []


def test_every_group_says_what_can_be_put_into_words_in_it() -> None:
    assert sorted(codes.groups() - set(codes.GROUPS)) == []


def test_nothing_has_a_text_that_is_never_said() -> None:
    unsaid = codes.texts() - codes.all_codes()
    assert sorted(code for code in unsaid if not codes.said_of_a_form(code)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_with_a_number_of_things_has_a_form_for_one_and_for_several(language: str) -> None:
    counted = [
        code
        for code in codes.texts()
        if re.search(r"\((antal|count)[^)]*%\(count\)s", codes.WORDS.text(language, code))
    ]
    assert counted == []
    assert codes.WORDS.say(language, "queue.count", {"count": 1}) != codes.WORDS.say(
        language, "queue.count", {"count": 2}
    )
    assert "1" not in codes.WORDS.say(language, "queue.count", {"count": 1})


def test_every_text_of_a_template_has_an_english_one() -> None:
    texts = {one for path in TEMPLATES for one in re.findall(r"""_\(["']([^"']+)["']\)""", path.read_text("utf-8"))}

    assert len(texts) > 200
    assert sorted(one for one in texts if not WORDS.knows("en", one)) == []


def test_both_languages_take_the_same_values() -> None:
    for code in codes.texts():
        swedish, english = (
            {*re.findall(r"%\((\w+)\)s", codes.WORDS.forms(language, code)[-1])} for language in LANGUAGES
        )
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
