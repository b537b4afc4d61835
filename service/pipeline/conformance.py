"""The conformance kit: what any check must stand, ours or another's, before a rule set names it.

It knows no check by name. Each trial has a code for what it asks, and says what went wrong, never just that it did.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

import msgspec

from service.domain.application import (
    Application,
    Contact,
    Declaration,
    Grant,
    Kind,
    Organisation,
    Party,
    PartyKind,
    Premises,
    Representative,
)
from service.domain.check import (
    CheckInput,
    Example,
    Fetched,
    GivenEnclosure,
    Incident,
    ListAnswer,
    Need,
    OtherCase,
    PartyAnswer,
    RoomAnswer,
)
from service.domain.enclosure import EnclosureKind
from service.domain.finding import CheckResult, Outcome
from service.domain.watchlist import Candidate
from service.pipeline.installed import Told
from service.pipeline.registry import Registry
from service.pipeline.runner import MAX_DEADLINE_SECONDS

LANGUAGES = ("sv", "en")
#: Codes that a check may use beside its own: the reasons of a comparison of names, and what every check may say.
SHARED_CODES = ("match.", "check.")
#: Whom the hostile inputs name; none of it may stand in the parameters of an answer's main sentence.
PERSONS = ("Qvintessa Xanthippe", "Zebulon Quistorp", "qvintessa@forening.example", "Ambrosius Wrede")
#: For many inputs at one go, beside the deadlines of some (seconds).
_PATIENCE = 10.0
TOO_SLOW = "too slow"
_ODD = ("", " ", "\u202eevil\u202c", "<script>alert(1)</script>", "'; DROP TABLE finding; --", "%s%(name)s", "Å" * 5000)
_FAR = (date(1900, 1, 1), date(2999, 12, 31))


class Words(Protocol):
    """The catalogue, with the sentences that the check brings."""

    def knows(self, language: str, code: str) -> bool: ...
    def say(self, language: str, code: str, params: Any) -> str: ...


@dataclass(frozen=True)
class Trial:
    """One thing that was tried: a code for what, and what went wrong; empty where nothing did."""

    code: str
    faults: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Nothing went wrong."""
        return not self.faults


@dataclass(frozen=True)
class Answered:
    """An input, and what came of it: an answer, or why there was none."""

    given: CheckInput
    params: Any
    result: CheckResult | None
    error: str = ""


async def conform(registry: Registry, key: str, words: Words) -> list[Trial]:
    """Try a check with everything; raises KeyError where it is not installed."""
    try:
        told, examples = await registry.told(key), await registry.examples(key)
    except KeyError:
        raise
    except Exception as error:  # noqa: BLE001 - a plug-in may raise anything
        return [Trial("conform.loads", (type(error).__name__,))]
    kit = _Kit(registry, key, told, examples)
    own = await kit.ask([(example.given, example.params) for example in examples])
    empty = await kit.ask_with_params(_empty(told.description.kinds))
    hostile = await kit.ask_with_params(_hostile(told.description.kinds))
    answered = [*own, *empty, *hostile]
    return [
        Trial("conform.loads"),
        Trial("conform.described", tuple(_described(key, told))),
        Trial("conform.words", tuple(_words(key, told, words))),
        Trial("conform.examples", tuple(_examples(examples, own))),
        Trial("conform.needs", tuple(await _needs(kit, examples, own))),
        Trial("conform.empty", tuple(_met(empty))),
        Trial("conform.hostile", tuple(_broken(hostile))),
        Trial("conform.deterministic", tuple(await _differing(kit, answered))),
        Trial("conform.persons", tuple(_named(answered))),
        Trial("conform.said", tuple(_unsaid(key, answered, registry.codes_in_source(key), words))),
    ]


class _Kit:
    """A check being tried."""

    def __init__(self, registry: Registry, key: str, told: Told, examples: Sequence[Example]) -> None:
        self._registry, self._key, self._examples = registry, key, examples
        self._deadline = min(told.description.deadline_seconds, MAX_DEADLINE_SECONDS)
        self.needs = told.description.needs

    async def ask(self, inputs: Sequence[tuple[CheckInput, Any]]) -> list[Answered]:
        """Its answers, each within its own deadline; where all of them hang, none is had."""
        try:
            tried = await self._registry.try_all(self._key, inputs, seconds=_PATIENCE + 3 * self._deadline)
        except Exception as error:  # noqa: BLE001 - a plug-in may end its process
            late = isinstance(error, TimeoutError)
            return [Answered(given, params, None, TOO_SLOW if late else "broke") for given, params in inputs]
        return [
            Answered(given, params, one.result, TOO_SLOW if one.seconds > self._deadline else one.error)
            for (given, params), one in zip(inputs, tried, strict=True)
        ]

    async def ask_with_params(self, inputs: Sequence[CheckInput]) -> list[Answered]:
        """Its answers to these inputs, with the parameters of its own examples."""
        every = [dict(example.params) for example in self._examples]
        different = [params for number, params in enumerate(every) if params not in every[:number]]
        return await self.ask([(given, params) for params in different for given in inputs])


def _described(key: str, told: Told) -> list[str]:
    """What is missing of the description."""
    description = told.description
    wanted = {
        "key": description.key == key,
        "version": description.version not in ("", "0"),
        "kinds": bool(description.kinds),
        "owner": bool(description.owner.strip()),
        "rests_on": description.rests_on.startswith(("https://", "http://")),
        "deadline_seconds": 0 < description.deadline_seconds <= MAX_DEADLINE_SECONDS,
    }
    return [name for name, holds in wanted.items() if not holds]


def _words(key: str, told: Told, words: Words) -> list[str]:
    """The codes that the check must have words for and has none, by language."""
    codes = [f"check.{key}.question", *(f"check.{key}.heading.{outcome}" for outcome in Outcome)]
    codes += [f"check.{key}.param.{parameter.name}" for parameter in told.parameters]
    return [f"{language}: {code}" for language in LANGUAGES for code in codes if not words.knows(language, code)]


def _examples(examples: Sequence[Example], own: Sequence[Answered]) -> list[str]:
    """Where the examples are not two, one met and one not, or come out otherwise than they say."""
    faults = []
    outcomes = [example.outcome for example in examples]
    if len(outcomes) != 2 or outcomes[0] is not Outcome.MET:
        faults.append("the first of two examples is to be met")
    elif outcomes[1] not in (Outcome.NOT_MET, Outcome.NEEDS_INQUIRY):
        faults.append("the second of two examples is not to be met")
    for number, (example, answered) in enumerate(zip(examples, own, strict=True), 1):
        got = (answered.result.outcome, answered.result.code) if answered.result else answered.error
        if got != (example.outcome, example.code):
            faults.append(f"example {number}: {example.code} was expected, {got} came")
    return faults


async def _needs(kit: _Kit, examples: Sequence[Example], own: Sequence[Answered]) -> list[str]:
    """Where an example comes out otherwise with what the check has declared that it needs, and nothing more."""
    faults = []
    undeclared = {need.value: None for need in Need if need not in kit.needs}
    less = [replace(example.given, fetched=replace(example.given.fetched, **undeclared)) for example in examples]
    again = await kit.ask([(given, example.params) for given, example in zip(less, examples, strict=True)])
    for number, (before, after) in enumerate(zip(own, again, strict=True), 1):
        if after.result != before.result:
            faults.append(f"example {number} needs what is not declared")
    return faults


def _met(answered: Sequence[Answered]) -> list[str]:
    """Answers that an empty input is met."""
    return [f"{one.result.code}" for one in answered if one.result and one.result.outcome is Outcome.MET]


def _broken(answered: Sequence[Answered]) -> list[str]:
    """Inputs that the check broke on, or was too slow for."""
    return sorted({one.error for one in answered if one.error})


async def _differing(kit: _Kit, answered: Sequence[Answered]) -> list[str]:
    """Inputs that got another answer the second time."""
    faults = []
    second = await kit.ask([(one.given, one.params) for one in answered])
    for before, again in zip(answered, second, strict=True):
        if msgspec.json.encode(again.result) != msgspec.json.encode(before.result):
            faults.append(before.result.code if before.result else before.error)
    return faults


def _named(answered: Sequence[Answered]) -> list[str]:
    """Codes of main sentences whose parameters name someone: whoever is named is named in the evidence."""
    faults = set()
    for one in answered:
        values = "\n".join(str(value) for value in one.result.params.values()) if one.result else ""
        if any(person in values for person in PERSONS):
            faults.add(one.result.code if one.result else "")
    return sorted(faults)


def _unsaid(key: str, answered: Sequence[Answered], written: Sequence[str], words: Words) -> list[str]:
    """Codes that came and are not the check's own, or cannot be said with the parameters they came with.

    So are codes of the check's own that stand in its source and that no input here brought out.
    """
    faults: dict[str, None] = {
        f"{language}: {code}": None for language in LANGUAGES for code in written if not words.knows(language, code)
    }
    for one in answered:
        if one.result is None:
            continue
        pieces = [(one.result.code, one.result.params)]
        pieces += [(evidence.code, evidence.params) for evidence in one.result.evidence]
        for code, params in pieces:
            if not code.startswith((f"{key}.", *SHARED_CODES)):
                faults[f"{code} is not its own"] = None
            for language in LANGUAGES:
                if words.say(language, code, params) == code:
                    faults[f"{language}: {code}"] = None
    return list(faults)


def _application(kind: Kind, organisation: Organisation, **changed: Any) -> Application:
    """An application with as little as there can be."""
    day = _FAR[0]
    empty = Application(
        kind=kind,
        organisation=organisation,
        representatives=(),
        contact=None,
        declaration=None,
        grant=Grant("", 0, "", day, day) if kind is Kind.GRANT else None,
        premises=Premises("", "", day, "00:00", "00:01", "", "", (), open_to_public=False, expected_number=0)
        if kind is Kind.PREMISES
        else None,
    )
    return replace(empty, **changed)


def _empty(kinds: frozenset[Kind]) -> list[CheckInput]:
    """Nothing was handed in, on a day of no application, and nothing was fetched."""
    nobody = Organisation("", None)
    return [CheckInput(_application(kind, nobody), received_on=_FAR[0], today=_FAR[0]) for kind in sorted(kinds)]


def _hostile(kinds: frozenset[Kind]) -> list[CheckInput]:
    """What an application and its surroundings may hold at worst."""
    inputs = []
    for kind in sorted(kinds):
        for text in _ODD:
            for fetched in (_nothing(), _much(text)):
                inputs.append(_odd_input(kind, text, fetched))
        inputs += [_odd_input(kind, "-", _only(documents)) for documents in _documents_alone()]
    return inputs


def _only(documents: tuple[GivenEnclosure, ...]) -> Fetched:
    return replace(_nothing(), enclosures=documents)


def _documents() -> list[GivenEnclosure]:
    """Documents of every kind: of a period, a day, a time that ends before it begins, stated by nobody, unasked."""
    times = [
        (date(2025, 1, 1), date(2025, 12, 31)),
        (date(2024, 2, 29), None),
        (date(2025, 12, 31), date(2025, 1, 1)),
        (_FAR[0], _FAR[1]),
        (None, None),
    ]
    documents = []
    for kind in EnclosureKind:
        for number, (first, last) in enumerate(times):
            documents.append(GivenEnclosure(f"{kind}-{number}", kind.value, _FAR[1], first, last))
        documents.append(GivenEnclosure(f"{kind}-unasked", kind.value, None, asked=False))
    return documents


def _documents_alone() -> list[tuple[GivenEnclosure, ...]]:
    """One document of each sort and time at a time, and all of them that anyone was asked of."""
    documents = _documents()
    return [*((document,) for document in documents), tuple(one for one in documents if one.asked)]


def _odd_input(kind: Kind, text: str, fetched: Fetched) -> CheckInput:
    people = [Representative(f"{PERSONS[0]} {text}"[:200], text, 1900 + n % 100) for n in range(300)]
    people += [Representative(text, text)]
    declaration = Declaration(text, {text: True}, PERSONS[3], text, _FAR[len(text) % 2], text)
    application = _application(
        kind,
        Organisation(text, text),
        representatives=tuple(people),
        contact=Contact(PERSONS[0], PERSONS[2]),
        declaration=declaration,
    )
    if application.premises is not None:
        premises = replace(application.premises, room=text, date=_FAR[len(text) % 2], expected_number=10**9)
        application = replace(application, premises=premises)
    return CheckInput(
        application,
        received_on=_FAR[0],
        today=_FAR[1],
        speakers=(PERSONS[1], text),
        declaration_version=text,
        rooms=(text,),
        fetched=fetched,
    )


def _nothing() -> Fetched:
    """Everything was asked for, and there was nothing."""
    return Fetched(lists=(), incidents=(), enclosures=(), other_cases=(), room=RoomAnswer(None, 0, 0))


def _much(text: str) -> Fetched:
    """Everything was asked for, and there was much of it, and odd."""
    listed = Candidate("odd", text, "d" * 64, PERSONS[3], text, 1000, (), needs_identifier=True, pair="a" * 64)
    kinds = (PartyKind.REPRESENTATIVE, PartyKind.SPEAKER)
    parties = [PartyAnswer(Party(kind, PERSONS[0]), (listed,) * 5, readable=True) for kind in kinds]
    parties += [PartyAnswer(Party(PartyKind.ORGANISATION, text), (), readable=False)]
    covered = frozenset(kind.value for kind in PartyKind)
    lists = [ListAnswer("odd", text, text, "0" * 64, age, 7, covered, tuple(parties)) for age in (0, 10**6)]
    odd = [GivenEnclosure(str(n), text, _FAR[n % 2], _FAR[0], _FAR[1]) for n in range(300)]
    return Fetched(
        lists=tuple(lists),
        incidents=tuple(Incident(str(n), text, _FAR[n % 2], text) for n in range(300)),
        enclosures=(*odd, *_documents()),
        other_cases=tuple(OtherCase(text, text, text) for _ in range(300)),
        room=RoomAnswer(10**9, 10**6, 10**6 - 1),
    )
