"""Every code that the service can put into words, found in its source and its templates; no list is kept by hand.

A code is a string like `decision.acts_missing` or `event.case:taken`. Where one is put together (`f"fault.{kind}"`), what can
stand in it is the table PATTERNS here; where a value is put into words within a group (`term("outcome", …)`), the table
GROUPS. A pattern or a group that is in no table is a failure, and so is a text that nothing says.
"""

import ast
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import fields
from functools import cache
from importlib.metadata import entry_points

from jinja2 import Environment, nodes

from service import worker
from service.app import words_with
from service.bookings import move_or_cancel
from service.casework.decision import appeal, follow_up, reopen
from service.casework.decision.record_page import PURPOSES
from service.casework.letters.edit_texts import PLACES
from service.casework.review import association, inquiry, reassessment
from service.casework.views.steps import STEPS
from service.desk import candidates
from service.desk.application_parts import PARTS
from service.desk.form import sent_names
from service.desk.letter_sheet import CHANNELS
from service.domain.application import Kind, PartyKind
from service.domain.case import State
from service.domain.check import Need
from service.domain.decision import DecisionOutcome
from service.domain.enclosure import ENCLOSURE_KINDS, Condition, Scanned
from service.domain.events.catalogue import CATALOGUE
from service.domain.events.describe import all_events, field_names
from service.domain.finding import Outcome, Resolution, Trait
from service.domain.ledger.order import Breach
from service.domain.letter import ApplicantNews
from service.domain.people import Role
from service.domain.premises import ACCESSIBILITY, EQUIPMENT, WEEKDAYS, BookingStatus, Hirer
from service.domain.stops import StopScope
from service.domain.support import SupportKind
from service.domain.watchlist import ListHealth, ListState
from service.matching import explain, judge, model
from service.office.demo_starts import WAITS
from service.office.users_and_keys import KEY_RIGHTS
from service.pipeline.installed import told
from service.pipeline.registry import Registry
from service.privacy import disclosure_bundle, erasure_plan
from service.proof import access_log, security_log
from service.rules.load import parse
from service.rules.references import LETTER_PLACES
from service.sources.shape import HOLDING, Noticed
from service.web.pages.bookings.calendar import VIEWS
from service.web.pages.help import TOPICS
from service.words import LANGUAGES
from tests.builders import ROOT, RULES_2026, STATEMENTS

WORDS = words_with(Registry())
CODE = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-zA-Z0-9_:-]+)+")
SOURCES = [*(ROOT / "service").rglob("*.py"), *(ROOT / "checks").rglob("*.py")]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
RULES = parse(RULES_2026.read_text("utf-8"))
STEP_PAGES = {name for name, step in STEPS.items() if not step.on_case_page}
#: Every field of every step's page; what is sent under a number or a question's id is called otherwise.
STEP_FIELDS = [
    (step, field) for step in STEP_PAGES for field in sent_names(STEPS[step]) if field not in ("acts", "answers")
]


def called_with(name: str, position: int, *modules: str) -> set[str]:
    """What stands as a string in this place of every call of a function whose name ends so."""
    strings = set()
    for module in modules:
        for node in ast.walk(ast.parse((ROOT / module).read_text("utf-8"))):
            if not isinstance(node, ast.Call) or len(node.args) <= position:
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            argument = node.args[position]
            if called.lower().endswith(name.lower()) and isinstance(argument, ast.Constant):
                strings.add(str(argument.value))
    return strings


def returned_from(name: str, module: str) -> set[str]:
    """Every string that this function returns."""
    strings = set()
    for node in ast.walk(ast.parse((ROOT / module).read_text("utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == name:
            for part in ast.walk(node):
                if isinstance(part, ast.Return) and isinstance(part.value, ast.Constant):
                    strings.add(str(part.value.value))
    return strings - {"None"}


def fields_of_events() -> set[str]:
    """The name of every field of every event, and of its parts."""
    return {field for cls in CATALOGUE.versions.values() for field in field_names(cls)}


def installed_checks() -> list[str]:
    """Our own checks, by name."""
    return [entry.name for entry in entry_points(group="granska.checks") if entry.dist and entry.dist.name == "granska"]


def parameters_of_checks() -> list[tuple[str, str]]:
    """Every parameter of our own checks, with its check."""
    points = [entry for entry in entry_points(group="granska.checks") if entry.name in installed_checks()]
    told_of = {entry.name: told(entry.load()()) for entry in points}
    return [(name, parameter.name) for name, known in told_of.items() for parameter in known.parameters]


def fields_of_the_application() -> set[str]:
    """The name of every field of the application document, wherever it stands."""
    names, waiting = set(), [json.loads((ROOT / "service/casework/intake/application.schema.json").read_text("utf-8"))]
    while waiting:
        schema = waiting.pop()
        names |= set(schema.get("properties", {}))
        waiting += [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]
        waiting += [schema["items"]] if "items" in schema else []
    return names


def types_of_applications() -> set[str]:
    """What can be applied for, as the shipped rule sets and the application's schema name it."""
    schema = json.loads((ROOT / "service/casework/intake/application.schema.json").read_text("utf-8"))
    return {one for part in ("grant", "premises") for one in schema["properties"][part]["properties"]["type"]["enum"]}


REPLAY = "service/screening/replay.py"
APPLICATION_FIELDS = fields_of_the_application()
TYPES = types_of_applications()
#: What a resemblance can rest on beside what `explain` names in so many words.
MATCH_EVIDENCE = {
    *explain._CODES.values(), *model.load().identifiers, "only_listed", "only_asked", "same_words", "same_words_written",
    "against_activity", "against_number", "against_word", "settle_birth", "settle_number", "settle_more_birth",
    "settle_more_number", "settle_without_birth", "settle_without_number",
}  # fmt: skip
#: Why a version of a list can be held.
HELD_BECAUSE = {
    "older", "same_date", "fell_kept_entries", *(f"fell_{known.name}" for known in fields(ListHealth)),
    *(f"remark_{noticed.value}" for noticed in HOLDING),
}  # fmt: skip
FAULTS = ("service/audit/verify.py", "service/proof/verification.py", "service/proof/exported.py")
#: What the form of a room has, as its fields are called.
ROOM_FIELDS = {
    "name", "kind", "site", "note", "open_room", "in_use", "equipment", "accessibility", "exceptions", "capacity",
    "before", "after", "longest", "ahead_hours", "ahead_days", *(f"hours_{day}" for day in WEEKDAYS),
}  # fmt: skip
#: What can stand in each place of a code that is put together.
PATTERNS: dict[str, Iterable[str]] = {
    "act.{}": sent_names(inquiry.ActFound),
    "check.{}.question": installed_checks(),
    "check.{}.heading.{}": [(check, outcome) for check in installed_checks() for outcome in Outcome],
    "check.{}.param.{}": parameters_of_checks(),
    "rules.param_{}": called_with("ParamFault", 0, "service/pipeline/installed.py"),
    "decision.hint.{}": DecisionOutcome,
    "declaration.left_out.{}": STATEMENTS,
    "demo.waits.{}": WAITS,
    "done.step.{}": STEPS,
    "event.{}": CATALOGUE.newest,
    "error.next.{}": ["400", "403", "404", "405", "408", "409", "413", "422", "429", "500"],
    "fault.{}": called_with("fault", 1, *FAULTS)
    | {f"order-{breach}" for breach in Breach}
    | returned_from("_wrong", FAULTS[0])
    | returned_from("fault_of", "service/domain/events/catalogue.py"),
    "http.{}": ["400", "401", "403", "404", "405", "408", "413", "415", "500"],
    "help.{}": TOPICS,
    "letter.decision.{}": [*DecisionOutcome, "approval.room", "partial_approval.room"],
    "letter.example.{}": PLACES,
    "letter.place.{}": LETTER_PLACES,
    "input.type_{}": ["array", "boolean", "integer", "object", "string"],
    "match.{}": {*called_with("MatchEvidence", 0, "service/matching/explain.py"), *MATCH_EVIDENCE},
    "list.held.{}": HELD_BECAUSE,
    "list.remark.{}": Noticed,
    "match_api.{}": called_with("_Unreadable", 0, "service/web/api/match.py"),
    "party_names.{}": ["candidate", "needs_identifier", "quiet", "resembles", "same_name"],
    "role.{}": Role,
    "price.{}": ["hours", "surcharge"],
    "letter.sender.{}": ["phone", "email"],
    "room.field.{}": ROOM_FIELDS,
    "letter.called_off.{}": move_or_cancel.REACHED_US_BY,
    "task.send.{}": ApplicantNews,
    "step.about.{}": {*STEP_PAGES, "confirmation"},
    "step.do.{}": {*STEP_PAGES, "confirmation"},
    "step.field.{}.{}": STEP_FIELDS,
    "step.{}": {*STEP_PAGES, "confirmation"},
}
#: What can be put into words within each group.
GROUPS: dict[str, Iterable[str]] = {
    "access_log": [
        access_log.OPENED,
        access_log.ENCLOSURE,
        access_log.RECORD,
        access_log.BUNDLE,
        access_log.PUBLIC_COPY,
        access_log.HISTORY,
        access_log.REPLAYED,
        access_log.EXPORTED,
        access_log.CALENDAR,
        access_log.ASSOCIATION,
        access_log.LOG_EXPORTED,
        security_log.SIGNED_IN,
        security_log.FAILED,
        security_log.SLOWED,
        security_log.REFUSED,
        security_log.BACKUP,
    ],
    "accessibility": ACCESSIBILITY,
    "addendum": follow_up.ADDENDA,
    "answer_class": ["nothing_to_add", "risk_described", "opinion", "more_inquiry"],
    "appeal": appeal.APPEAL_OUTCOMES,
    "assessed": inquiry.RESULTS,
    "booking": BookingStatus,
    "calendar_view": VIEWS,
    "channel": {*CHANNELS, "demo", "file", "paper", "phone"},
    "channel_out": ["folder", "https", "mail"],
    "class": ["answers", "letters"],
    "decision": DecisionOutcome,
    "document_class": {*erasure_plan.CLASSES, *RULES.retention, disclosure_bundle.PERSONAL_NUMBERS},
    "drift": {*called_with("Difference", 1, REPLAY), "outcome", "code", "params", "evidence", "speakers", "lists"},
    "enclosure": ENCLOSURE_KINDS,
    "condition": Condition,
    "scanned": Scanned,
    "equipment": EQUIPMENT,
    "field": fields_of_events() | APPLICATION_FIELDS,
    "ground": erasure_plan.GROUNDS,
    "holds": {field.holds for event in all_events() for field in event.fields},
    "hirer": Hirer,
    "holds_param": ["flag", "list", "text", "whole"],
    "identifier": candidates.IDENTIFIERS,
    "joined": association.KINDS,
    "job": [job.name for job in worker.jobs(sign_every_ms=1)],
    "kind": {*Kind, *RULES.incident_kinds},
    "language": LANGUAGES,
    "list_measure": {"kept_entries", *(known.name for known in fields(ListHealth))},
    "list_state": ListState,
    "match": {*judge.State, "held_apart"},
    "method": ["e_identification", "signature_on_paper", "signed_pdf"],
    "need": Need,
    "outcome": Outcome,
    "part": {*PARTS, "about"},
    "party": PartyKind,
    "purpose": PURPOSES,
    "replay": {"timed-out", "rules-gone", "method-gone", "erased", "broke"},
    "reached_us_by": move_or_cancel.REACHED_US_BY,
    "reopening": reopen.REOPENING,
    "resolution": Resolution,
    "retention": ["preserve"],
    "right": KEY_RIGHTS,
    "side": follow_up.SIDE_KINDS,
    "reassessed": reassessment.OUTCOMES,
    "stop_scope": StopScope,
    "support": SupportKind,
    "state": {*State, "all", "open"},
    "trait": Trait,
    "type": TYPES,
    "wanted": State,
    "weekday": WEEKDAYS,
    "what": [criterion.group for criterion in RULES.routine.criteria.values()],
}


#: Patterns of terms, whose values the groups have.
TERMS = {f"term.{group}.{{}}" for group in GROUPS}
#: Strings that look like codes: names of files, and what the web server's protocol calls its messages.
NO_CODES = {
    "http.response.start",
    "http.response.body",
    "http.request",
    "log.key",
    "log.vkey",
    "letter.typ",
    "demo.csv",
    "verify.py",
}
#: Patterns that make no code: names of files, addresses within the house.
NO_PATTERNS = re.compile(
    r".*\.(part|vkey|zip|pdf|npy|bin|sqlite|hashes|checkpoint|json|po|tlog-proof|toml)|"
    r"check\.\{\}\.|\.\{\}|\{\}\.\{\}|service\.cli\.\{\}|term\.\{\}\.\{\}|[a-z]+://.*"
)


@cache
def trees() -> list[ast.Module]:
    """Our own source."""
    return [ast.parse(path.read_text("utf-8")) for path in SOURCES]


@cache
def templates() -> list[nodes.Template]:
    """Our own templates."""
    environment = Environment(extensions=["jinja2.ext.do"])
    return [environment.parse(path.read_text("utf-8")) for path in TEMPLATES]


def families() -> set[str]:
    """The first words of all codes there are."""
    return {code.partition(".")[0] for code in texts()}


def texts() -> set[str]:
    """Every code that has a Swedish text."""
    return {code for code in WORDS.codes("sv") if CODE.fullmatch(code)}


@cache
def strings() -> frozenset[str]:
    """Every string that stands in a source or a template."""
    constants = {node.value for tree in trees() for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    constants |= {node.value for template in templates() for node in template.find_all(nodes.Const)}
    return frozenset(constant for constant in constants if isinstance(constant, str))


@cache
def written_out() -> frozenset[str]:
    """Every code that stands whole in a source or a template."""
    known = families()
    whole = {string for string in strings() if CODE.fullmatch(string)}
    return frozenset(code for code in whole if code.partition(".")[0] in known and code not in NO_CODES)


def patterns() -> set[str]:
    """Every code that is put together, with `{}` for what is put in; a choice of two is written out."""
    put_together = set()
    for tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                put_together.add("".join(_piece(value) for value in node.values))
    for template in templates():
        for concat in template.find_all(nodes.Concat):
            pieces = (str(one.value) if isinstance(one, nodes.Const) else "{}" for one in concat.nodes)
            put_together.add("".join(pieces))
    looks_so = {one for one in put_together if re.fullmatch(r"[a-z_]+\.[a-z_.{}-]*\{\}[a-z_.{}]*", one)}
    return {one.replace("{}{}", "{}") for one in looks_so if not NO_PATTERNS.fullmatch(one)}


def _piece(value: ast.expr) -> str:
    return str(value.value) if isinstance(value, ast.Constant) else "{}"


def groups() -> set[str]:
    """Every group in which a value is put into words, by `term(...)` in a template or a source."""
    named = set()
    for template in templates():
        for call in template.find_all(nodes.Call):
            if getattr(call.node, "name", "") == "term" and call.args and isinstance(call.args[0], nodes.Const):
                named.add(str(call.args[0].value))
    for tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "term" and len(node.args) > 1:
                group = node.args[1]
                named |= {str(group.value)} if isinstance(group, ast.Constant) else set()
    return named


def expanded() -> Iterator[str]:
    """What the tables here make of every pattern and every group."""
    for pattern, values in PATTERNS.items():
        for value in values:
            yield pattern.format(*value) if isinstance(value, tuple) else pattern.replace("{}", str(value))
    for group, values in GROUPS.items():
        for value in values:
            yield f"term.{group}.{value}"


def all_codes() -> set[str]:
    """Every code that can be said."""
    return {one for one in written_out() if not one.endswith(("_", "."))} | set(expanded())


def said_of_a_form(code: str) -> bool:
    """Whether this is what an error summary calls a field of a form (`term.field.acts-0-who`): its last word is one."""
    last = re.split(r"[.-]", code)[-1]
    return code.startswith("term.field.") and (last in strings() or last in APPLICATION_FIELDS)
