"""The only place tests build things; each takes what matters to the test and fills in the rest."""

import zlib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from stdnum import luhn

from service.casework.review.incidents import NewIncident
from service.desk.form import read_form
from service.domain.application import Application, from_document
from service.domain.case import Case, CaseFinding, State
from service.domain.check import CheckInput, Fetched, GivenEnclosure, Need, RoomAnswer
from service.domain.decision import DecisionOutcome, Proposal
from service.domain.events.event import Actor, ActorKind
from service.domain.finding import CheckResult, Finding, Outcome, Resolution, Run
from service.domain.people import User
from service.domain.premises import Estate, Room, Site
from service.domain.ruleset import RuleSet
from service.rules.load import parse

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures"
SHARED = ROOT.parent / "shared"
NUMBER, OTHER_NUMBER = "802999-0002", "802999-0010"
RULES_2025, RULES_2026 = (FIXTURES / "rulesets" / f"granvik-{year}-1.toml" for year in (2025, 2026))
PASSWORD = "blaklocka-under-bron"
STATEMENTS = {
    "democratic_state": True,
    "human_rights": True,
    "gender_equality": True,
    "no_violent_extremism": True,
}


def a_declaration(**changed: Any) -> dict[str, Any]:
    return {
        "text_version": "2026-1",
        "statements": dict(STATEMENTS),
        "signatory": "Ylva Granfors",
        "role": "ordförande",
        "date": "2026-11-01",
        "method": "e_identification",
    } | changed


def a_grant_document(**changed: Any) -> dict[str, Any]:
    """A complete application, signed by the first of its representatives."""
    people = changed.get("representatives") or [{"name": "Ylva Granfors"}]
    return {
        "kind": "grant",
        "organisation": {"name": "Granvikens Teaterförening", "org_number": NUMBER},
        "contact": {"name": "Ylva Granfors", "email": "ylva@forening.example"},
        "representatives": [
            {"name": "Ylva Granfors", "role": "ordförande"},
            {"name": "Henning Ekdal", "role": "kassör"},
        ],
        "grant": {
            "type": "verksamhetsbidrag",
            "amount_ore": 4_500_000,
            "purpose": "Teater för barn",
            "period": {"from": "2027-01-01", "to": "2027-06-30"},
        },
        "declaration": a_declaration(signatory=people[0]["name"]),
    } | changed


def a_premises_document(*, speakers: tuple[str, ...] = (), **changed: Any) -> dict[str, Any]:
    premises = {
        "type": "booking",
        "room": "granen",
        "date": "2027-02-01",
        "from": "18:00",
        "to": "21:00",
        "purpose": "Föreläsning om natur",
        "organiser": "Granvikens Teaterförening",
        "speakers": list(speakers),
        "co_organisers": [],
        "open_to_public": True,
        "expected_number": 40,
    }
    document = a_grant_document(kind="premises", premises=premises | changed)
    del document["grant"]
    return document


def an_incident(**changed: str) -> NewIncident:
    """A table that was broken at the association's meeting, as an officer writes it down."""
    said = {
        "org_number": NUMBER, "kind": "damage", "room": "tallen", "event_date": "2026-10-01", "act": "Ett bord.",
        "source": "HV 2026/8", "informed_on": "2026-10-05", "applicant_view": "Ersätts.", "expires_on": "2026-12-31",
    }  # fmt: skip
    return read_form(NewIncident, {name: [value] for name, value in (said | changed).items()})


def an_application(document: dict[str, Any] | None = None) -> Application:
    return from_document(document or a_grant_document())


def a_check_input(document: dict[str, Any] | None = None, **changed: Any) -> CheckInput:
    given = CheckInput(
        application=an_application(document),
        received_on=date(2026, 11, 22),
        today=date(2026, 11, 22),
        declaration_version="2026-1",
        rooms=("granen", "tallen"),
    )
    fetched = {need.value: changed.pop(need.value) for need in Need if need.value in changed}
    return replace(given, fetched=Fetched(**(_NOTHING | fetched)), **changed)


#: What every check is given that asks: nothing was found.
_NOTHING: dict[str, Any] = {
    "lists": (),
    "incidents": (),
    "enclosures": (),
    "other_cases": (),
    "room": RoomAnswer(None, 0, 0),
}


def enclosures(
    *kinds: str, speaks_from: date | None = None, speaks_to: date | None = None
) -> tuple[GivenEnclosure, ...]:
    """Documents of these kinds, as a check is given them; of the same time, if any."""
    came = date(2026, 11, 22)
    return tuple(GivenEnclosure(f"e{n}", kind, came, speaks_from, speaks_to) for n, kind in enumerate(kinds))


def a_rule_set(**changed: Any) -> RuleSet:
    return replace(parse(RULES_2026.read_text("utf-8")), **changed)


def rules_with(check: str, *, params: str = "", clause: str = "3.1", valid_from: str = "2026-11-01") -> str:
    """The text of a rule set that asks one more check of grants, in force when the tests take place.

    The demo district's own rule set stays as it is: whatever tests it by what it names knows nothing of a new check.
    """
    named = f'[[kinds.grant.checks]]\ncheck = "{check}"\nclause = "{clause}"\n'
    named += f"params = {params}\n" if params else ""
    text = RULES_2026.read_text("utf-8").replace("[kinds.premises]", f"{named}\n[kinds.premises]", 1)
    return text.replace("granvik-2026-1", "granvik-prov").replace(
        "valid_from = 2026-07-01", f"valid_from = {valid_from}"
    )


def a_user(*rights: str, name: str = "Alva", id: str = "00000000-0000-4000-8000-000000000001") -> User:
    return User(id, f"u-{name.casefold():a<10}"[:12], name, f"{name.casefold()}@x.example", frozenset(rights))


def an_officer() -> User:
    return a_user("role:association_officer", "delegation:F1")


def a_case(**changed: Any) -> Case:
    application = an_application()
    case = Case(
        id="00000000-0000-4000-8000-0000000000c1",
        diary_number="HV 2026/1",
        kind=application.kind,
        type=application.type,
        state=State.IN_REVIEW,
        owner=an_officer().id,
        received_at=1_790_000_000_000,
        registered_at=1_790_000_000_000,
        due_on="2027-01-01",
        amount_ore=4_500_000,
        rules_id="granvik-2026-1",
        rules_sha256="0" * 64,
        check_round=1,
        version=3,
        organisation_id="00000000-0000-4000-8000-0000000000f1",
    )
    return replace(case, **changed)


def a_finding(
    check: str = "declaration", outcome: Outcome = Outcome.MET, resolution: Resolution | None = None
) -> CaseFinding:
    finding = Finding(check, "1", CheckResult(outcome, f"{check}.x"), Run(0, 1))
    return CaseFinding(f"f-{check}", finding, resolution)


def all_met(rules: RuleSet) -> list[CaseFinding]:
    return [a_finding(one.check) for one in rules.kinds[a_case().kind].checks]


#: Why open sources are not searched in a test that is about something else.
NOT_SEARCHED = "no_cause"


def a_proposal(outcome: DecisionOutcome = DecisionOutcome.APPROVAL, **changed: Any) -> Proposal:
    base = Proposal(
        outcome=outcome,
        delegation_point="F1",
        clauses=("2.1",),
        reasons="Verksamheten är till nytta för barn.",
        amount_ore=4_500_000 if outcome is DecisionOutcome.APPROVAL else None,
        search_left_out=NOT_SEARCHED,
    )
    return replace(base, **changed)


DEMOCRACY = a_proposal(
    DecisionOutcome.REFUSAL,
    clauses=("4.1",),
    delegation_point="N1",
    reasons="Föreningens ordförande har hotat en besökare vid ett möte. Det är ett hinder mot stöd.",
    circumstances="Hotet är prövat i domstol.",
)

KEY = Actor(ActorKind.KEY, "k-abcdefghij")

QUIET = {"room": "tallen", "open_to_public": False, "expected_number": 20, "use": "mote"}

BASE_ROOM = Room(
    id="hall",
    site="s",
    parent=None,
    name="Hallen",
    kind="idrott",
    open_room=False,
    capacity=50,
    equipment=frozenset({"projector"}),
    accessibility=frozenset({"step_free"}),
    hours=(((480, 1320),),) * 7,
    exceptions={},
    before=0,
    after=0,
    longest=720,
    ahead_hours=0,
    ahead_days=365,
)


def a_room(id: str = "hall", **changed: Any) -> Room:
    return replace(BASE_ROOM, id=id, parent=id.rpartition(".")[0] or None, **changed)


def an_estate(*rooms: Room) -> Estate:
    return Estate({"s": Site("s", "Huset", "Gatan 1")}, {one.id: one for one in rooms})


ACT = {
    "act_0_who": "Ordföranden", "act_0_capacity": "företrädare, vid föreningens möte", "act_0_what": "hotade en besökare",
    "act_0_when": "2026-09-01", "act_0_source": "Dom i tingsrätten, B 1-26", "act_0_grade": "decision",
    "act_0_link": "no",
}  # fmt: skip

HEADS = ("head1", "head2", "head3", "head4")

SPECIAL = ("distanced", "measures", "single", "long_ago")

QUESTIONS = ("facts_not_views", "written_rule", "own_act", "answered")


def today() -> str:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    return datetime.now(ZoneInfo("Europe/Stockholm")).date().isoformat()


def in_days(count: int) -> str:
    from datetime import date, timedelta

    return (date.fromisoformat(today()) + timedelta(days=count)).isoformat()


def association(name: str) -> dict[str, str]:
    """A number of our own making for each, right by its check digit."""
    stem = f"80299{zlib.crc32(name.encode()) % 10_000:04d}"
    return {"name": name, "org_number": f"{stem[:6]}-{stem[6:]}{luhn.calc_check_digit(stem)}"}


DAY = "2027-01-01"
