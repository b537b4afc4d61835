"""A rule set file into a RuleSet; says on which line it is wrong."""

import hashlib
import json
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from service.domain.application import Kind
from service.domain.decision import DecisionOutcome
from service.domain.errors import RuleSetRefused
from service.domain.letter import Sender
from service.domain.people import Role
from service.domain.premises import Hirer
from service.domain.routine import (
    Adverse,
    Choice,
    Consultee,
    Criterion,
    Grade,
    GrantRound,
    Ground,
    Letter,
    Phrase,
    Routine,
    Search,
    SecondQuestion,
    StandingCondition,
)
from service.domain.ruleset import (
    Clause,
    DeclarationText,
    DelegationPoint,
    IncidentKind,
    KindRules,
    RequiredCheck,
    Retention,
    RuleSet,
)
from service.domain.stops import SECONDS, StopGround, StopScope
from service.domain.watchlist import ListDefinition
from service.rules.premises import premises_rules
from service.rules.references import check_references, line_of

ORE_PER_KRONA = 100
#: For how many days a stop can stand on which the association was not heard, where the rule set does not say.
EXCEPTION_DAYS = 14
#: Where a rule set says nothing: a year is longer than any paper lies.
RECEIVED_WITHIN_DAYS = 365


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(Path(__file__).with_name("ruleset.schema.json").read_text("utf-8")))


def parse(text: str) -> RuleSet:
    """The rule set in this text; raises RuleSetRefused with the line where something is wrong."""
    try:
        given = tomllib.loads(text)
    except RecursionError as error:
        raise RuleSetRefused("rules.not_toml", line=1) from error
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise RuleSetRefused("rules.not_toml", line=int(line[1]) if line else text.count("\n") + 1) from error
    try:
        given = _plain(given)
    except NotCanonicalValue as error:
        raise RuleSetRefused("rules.number", line=1) from error
    wrong = best_match(_validator().iter_errors(given))
    if wrong is not None and wrong.validator == "additionalProperties":
        known = wrong.schema["properties"]
        name = next(one for one in wrong.instance if one not in known)
        at = line_of(text, [*wrong.absolute_path, name])
        raise RuleSetRefused("rules.unknown_field", line=at, name=str(name)[:60])
    if wrong is not None:
        where = ".".join(str(part) for part in wrong.absolute_path) or "-"
        raise RuleSetRefused(
            "rules.schema", line=line_of(text, list(wrong.absolute_path)), where=where, detail=wrong.message[:200]
        )
    check_references(text, given)
    return _rule_set(given, hashlib.sha256(text.encode()).hexdigest())


class NotCanonicalValue(ValueError):
    """A number that the log could not keep exactly."""


def _plain(value: Any) -> Any:
    """Dates as text, text in NFC, and no number that the log could not keep exactly."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, float) or (isinstance(value, int) and abs(value) >= 2**53):
        raise NotCanonicalValue
    return value.isoformat() if isinstance(value, date) else value


def _sender(given: Mapping[str, Any]) -> Sender:
    return Sender(tuple(given.get("address", ())), given.get("phone", ""), given.get("email", ""))


def _rule_set(given: Mapping[str, Any], sha256: str) -> RuleSet:
    return RuleSet(
        id=given["id"],
        sha256=sha256,
        title=given["title"],
        adopted_by=given["adopted"]["by"],
        adopted_on=date.fromisoformat(given["adopted"]["on"]),
        diary_number=given["adopted"]["diary_number"],
        sender=_sender(given.get("sender", {})),
        valid_from=date.fromisoformat(given["valid_from"]),
        takes_pending_cases=given["transitional"]["takes_pending_cases"],
        declaration=DeclarationText(given["declaration"]["version"], given["declaration"]["statements"]),
        clauses={one["id"]: _clause(one) for one in given["clauses"]},
        kinds={Kind(kind): _kind_rules(rules) for kind, rules in given["kinds"].items()},
        delegation={one["id"]: _delegation_point(one) for one in given["delegation"]},
        lists={one["key"]: _list_definition(one) for one in given["lists"]},
        premises=premises_rules(given["premises"]),
        retention={
            one["class"]: Retention(
                one["class"], one["ground"], one.get("years"), one.get("decision"), one.get("on_request", False)
            )
            for one in given.get("retention", ())
        },
        incident_kinds={
            one["id"]: IncidentKind(one["id"], one["months"], one["room"]) for one in given["incident_kinds"]
        },
        routine=_routine(given["routine"]),
        grant_rounds={one["id"]: _grant_round(one) for one in given.get("grant_rounds", ())},
        letters={name: Letter(name, one["route"], one["title"], one["body"]) for name, one in given["letters"].items()},
        appeal=given["appeal"],
        stops={ground["id"]: _stop_ground(ground) for ground in given["stops"]},
        second_factor=frozenset(Role(role) for role in given.get("second_factor", {}).get("roles", ())),
    )


def _kinds(given: Mapping[str, Any]) -> frozenset[Kind]:
    return frozenset(Kind(one) for one in given["kinds"])


def _grounds(given: Mapping[str, Any]) -> frozenset[Ground]:
    return frozenset(Ground(one) for one in given["grounds"])


def _routine(given: Mapping[str, Any]) -> Routine:
    def choices(name: str) -> dict[str, Choice]:
        return {one["id"]: Choice(one["id"], one["title"]) for one in given[name]}

    return Routine(
        **{
            name: given[name]
            for name in (
                "completion_days", "communication_days", "near_booking_days", "near_booking_working_days",
                "appeal_days", "notice_board_days", "partial_share_percent", "ceiling_months", "reassessment_days",
                "terms_version", "disinterest",
            )
        },
        adverse=tuple(_adverse(rule) for rule in given["adverse"]),
        exceptions=choices("exceptions"),
        pauses=choices("pauses"),
        search_exceptions=choices("search_exceptions"),
        consultees={
            one["id"]: Consultee(
                one["id"], one["title"], one["days"], one["needs_circumstances"], tuple(one["answers"])
            )
            for one in given["consultees"]
        },
        searches={one["id"]: _search(one) for one in given["searches"]},
        grades={one["id"]: Grade(one["id"], one["title"], one["carries"]) for one in given["grades"]},
        criteria={
            one["id"]: Criterion(one["id"], one["group"], _kinds(one), one["title"], one["question"])
            for one in given["criteria"]
        },
        second_questions=tuple(
            SecondQuestion(one["id"], _grounds(one), one["text"]) for one in given["second_questions"]
        ),
        conditions=tuple(
            StandingCondition(one["id"], _kinds(one), one["text"], one.get("due_days")) for one in given["conditions"]
        ),
        phrases=tuple(
            Phrase(
                one["id"],
                _kinds(one),
                DecisionOutcome(one["outcome"]),
                one.get("clause", ""),
                one["title"],
                one["text"],
            )
            for one in given["phrases"]
        ),
    )  # fmt: skip


def _search(given: Mapping[str, Any]) -> Search:
    """A search; what a rule set does not say of it is the strict way: it is made in every case of its kinds."""
    always = frozenset(Kind(kind) for kind in given.get("always_for", given["kinds"]))
    return Search(given["id"], given["title"], _kinds(given), tuple(given["queries"]), always)


def _grant_round(given: Mapping[str, Any]) -> GrantRound:
    return GrantRound(
        id=given["id"],
        title=given["title"],
        types=frozenset(given["types"]),
        opens=date.fromisoformat(given["opens"]),
        closes=date.fromisoformat(given["closes"]),
        frame_ore=given["frame_kronor"] * ORE_PER_KRONA,
        late_clause=given["late_clause"],
        purpose=given["purpose"],
        priorities=given["priorities"],
    )


def _clause(given: Mapping[str, Any]) -> Clause:
    return Clause(
        id=given["id"],
        title=given["title"],
        text=given["text"],
        ground=Ground(given["ground"]),
        kinds=frozenset(Kind(one) for one in given["kinds"]),
        outcomes=frozenset(DecisionOutcome(one) for one in given["outcomes"]),
        requires=tuple(given.get("requires", ())),
        frame=given.get("frame", False),
    )


def _stop_ground(given: Mapping[str, Any]) -> StopGround:
    return StopGround(
        id=given["id"],
        title=given["title"],
        clause=given["clause"],
        scope=frozenset(StopScope(scope) for scope in given["scope"]),
        second=given.get("second", SECONDS[0]),
        days=given.get("days"),
        exception_days=given.get("exception_days", EXCEPTION_DAYS),
    )


def _kind_rules(given: Mapping[str, Any]) -> KindRules:
    checks = tuple(_required_check(check) for check in given["checks"])
    return KindRules(given["answer_days"], checks, given.get("received_within_days", RECEIVED_WITHIN_DAYS))


def _required_check(given: Mapping[str, Any]) -> RequiredCheck:
    params = dict(given.get("params", {}))
    for name, value in params.items():
        if isinstance(value, list):
            params[name] = tuple(value)
    hirers = frozenset(Hirer(hirer) for hirer in given.get("hirers", Hirer))
    return RequiredCheck(given["check"], given["clause"], params, hirers, given.get("speakers_basis", ""))


def _adverse(given: Mapping[str, Any]) -> Adverse:
    outcomes = frozenset(DecisionOutcome(outcome) for outcome in given["outcomes"])
    return Adverse(outcomes, _grounds(given), given.get("completion_suffices", False))


def _delegation_point(given: Mapping[str, Any]) -> DelegationPoint:
    kronor = given.get("ceiling_kronor")
    return DelegationPoint(
        id=given["id"],
        title=given["title"],
        kinds=frozenset(Kind(one) for one in given["kinds"]),
        outcomes=frozenset(DecisionOutcome(one) for one in given["outcomes"]),
        grounds=frozenset(Ground(one) for one in given["grounds"]),
        ceiling_ore=None if kronor is None else kronor * ORE_PER_KRONA,
        board=given.get("board", False),
        beyond_frame=given.get("beyond_frame", False),
    )


def _list_definition(given: Mapping[str, Any]) -> ListDefinition:
    return ListDefinition(
        **{
            name: given[name]
            for name in ListDefinition.__dataclass_fields__
            if name in given and name != "subject_kinds"
        },
        subject_kinds=frozenset(given["subject_kinds"]),
    )
