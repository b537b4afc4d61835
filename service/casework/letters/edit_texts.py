"""Editing a letter's text: a new version of the rule set, put forward like any other, and looked at first."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import tomlkit
from tomlkit.items import String, StringType, Trivia

from service.desk import letter_sheet
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.desk.rulebook import rulebook, today
from service.domain.errors import InvalidInput, NotFound, Problem
from service.domain.letter import Sheet
from service.domain.people import User
from service.domain.ruleset import RuleSet
from service.office import rule_set_adoption
from service.rules.references import LETTER_PLACES, places_in


async def newest(desk: Desk) -> tuple[RuleSet, str]:
    """The rule set that comes into force last, and its text."""
    async with desk.store.reading() as reading:
        sets = await reading.rule_sets()
        book = await rulebook(desk, reading)
    latest = max(book.sets, key=lambda one: one.valid_from)
    return latest, next(one.body for one in sets if one.id == latest.id)


async def changed(
    desk: Desk, name: str, texts: Mapping[str, str], *, id: str, valid_from: date, diary_number: str
) -> str:
    """The newest rule set with this letter's text exchanged, under a new name, day and decision to adopt it.

    Raises InvalidInput, by language, for a text that is missing or names a place that does not exist.
    """
    rules, body = await newest(desk)
    if name not in rules.letters:
        raise NotFound("letter.not_found")
    document: Any = tomlkit.parse(body)
    document["id"], document["valid_from"] = id, valid_from
    document["adopted"]["on"], document["adopted"]["diary_number"] = today(desk), diary_number
    document["transitional"]["takes_pending_cases"] = False
    problems = []
    for language in letter_sheet.LANGUAGES:
        text = texts.get(language, "").replace("\r\n", "\n").strip()
        if not text:
            problems.append(Problem(f"/{language}", "input.missing"))
        for place in places_in(text):
            if place not in LETTER_PLACES:
                problems.append(Problem(f"/{language}", "letter.unknown_place", {"name": place[:40]}))
        document["letters"][name]["body"][language] = _multiline(text)
    if problems:
        raise InvalidInput(problems)
    return tomlkit.dumps(document)


def _multiline(text: str) -> String:
    """A text between triple quotes, beginning on a line of its own, as a person writes it in the file."""
    escaped = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return String(StringType.MLB, f"{text}\n", f"\n{escaped}\n", Trivia())


async def preview(desk: Desk, name: str, texts: Mapping[str, str], *, language: str) -> Sheet:
    """How the letter would read, in an invented case; raises InvalidInput for a place that does not exist."""
    rules = desk.parse_rules(
        await changed(desk, name, texts, id="preview", valid_from=today(desk) + timedelta(days=1), diary_number="-")
    )
    letter = rules.letters[name]
    say = desk.words.say
    values = {place: say(language, f"letter.example.{place}", {}) for place in PLACES}
    values["clauses"] = letter_sheet.clause_lines(rules, [next(iter(rules.clauses))], language)
    values["appeal"] = rules.appeal[letter.route][language] if letter.route != "none" else ""
    return Sheet(
        language=language,
        date=today(desk).isoformat(),
        number="EX 2026/1",
        sender=rules.adopted_by,
        sender_lines=letter_sheet.sender_lines(desk, rules, language),
        recipient=say(language, "letter.example.recipient", {}),
        recipient_lines=(),
        title=letter.title[language],
        blocks=letter_sheet.filled(letter, language, {"number": "EX 2026/1"} | values),
    )


#: The places that an example fills in; `number`, `clauses` and `appeal` come from the rules.
PLACES = tuple(
    "matter missing text deadline outcome material decision reasons circumstances answer conditions decided_by "
    "decided_on next assessment annexes point last_day".split()
)


async def put_forward(
    desk: Desk, name: str, texts: Mapping[str, str], *, id: str, valid_from: date, diary_number: str, by: User
) -> str:
    """Make a draft of a rule set with the new text: another person sees its impact and adopts it. Returns its id."""
    text = await changed(desk, name, texts, id=id, valid_from=valid_from, diary_number=diary_number)
    return await rule_set_adoption.propose(desk, text, by=person(by))
