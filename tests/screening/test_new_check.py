"""A check that is new to the house: named by a rule set, told what it may be told, and met by the same rules as ours."""

import json
import textwrap
from dataclasses import replace
from datetime import date
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import pytest

from service.audit.leaf import data_of
from service.casework.decision import stops
from service.casework.review import inquiry
from service.casework.review.findings import resolve
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.desk.step import dossier_of
from service.domain.application import Kind
from service.domain.check import GivenEnclosure, NoParams
from service.domain.errors import RuleSetRefused
from service.domain.events.intake import CaseScreened
from service.domain.finding import CheckResult, Outcome, Resolution, Trait
from service.office import rule_set_adoption
from service.pipeline import installed
from service.pipeline.registry import GROUP, Registry
from service.screening.ask_again import checks_with
from service.screening.recorded import in_todays_form
from service.screening.replay import replay_case
from service.storage.tables import LogValue
from tests.builders import RULES_2026, a_check_input, a_grant_document, rules_with
from tests.steps import TEXT, codes, do, screened, someone, taken_grant, three

#: A second check of names, by somebody else: it has nothing of ours but the trait.
SECOND_LIST = """
from service.domain.application import Kind
from service.domain.check import CheckDescription, Example, NoParams
from service.domain.examples import an_input
from service.domain.finding import CheckResult, Outcome, Trait

class SecondList:
    description = CheckDescription(
        "second_list", "1", frozenset(Kind), owner="Grannstaden", rests_on="https://grannstaden.example",
        traits=frozenset({Trait.NAMES_LISTED_PARTY}), deadline_seconds=30.0,
    )
    params = NoParams
    examples = (Example(an_input(), Outcome.MET, "second_list.fine"), Example(an_input(), Outcome.MET, "second_list.fine"))

    def run(self, given, params):
        return CheckResult(Outcome.NEEDS_INQUIRY, "second_list.listed", {"count": 1})
"""


@pytest.fixture
def with_second_list(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk where the second check of names is installed beside ours."""
    (tmp_path / "second_list.py").write_text(textwrap.dedent(SECOND_LIST))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    points = {point.name: point for point in entry_points(group=GROUP)}
    points["second_list"] = EntryPoint("second_list", "second_list:SecondList", GROUP)
    return replace(desk, checks=Registry(points))


async def test_a_listing_by_any_check_of_names_takes_two_persons(with_second_list: Desk) -> None:
    desk = with_second_list
    await rule_set_adoption.adopt_at_setup(desk, rules_with("second_list", clause="4.2"))
    alva, bo, disa = await three(desk)
    case_id = await taken_grant(desk, alva, bo, disa)
    async with desk.store.reading() as reading:
        findings = await reading.findings(case_id, 1)
    named = next(one for one in findings if one.case_finding.finding.check == "second_list")
    assert named.case_finding.finding.names_listed_party, "kept with the finding, whatever is installed later"
    await do(desk, resolve, case_id, alva, finding_id=named.id, resolution=Resolution.OBSTACLE, reason="Samma.")
    stop = {"finding": named.id, "text": "Ingen utbetalning.", "language": "sv"}

    assert await codes(do(desk, stops.StopSupport, case_id, alva, **stop)) == {"support.not_confirmed"}
    own = do(desk, inquiry.ConfirmMatch, case_id, alva, finding=named.id, agrees=True, text=TEXT)
    assert await codes(own) == {"finding.confirmed_by_another"}
    await do(desk, inquiry.ConfirmMatch, case_id, bo, finding=named.id, agrees=True, text=TEXT)
    await do(desk, stops.StopSupport, case_id, alva, **stop)

    async with desk.store.reading() as reading:
        assert (await dossier_of(reading, case_id)).standing_stops


async def test_every_check_of_names_is_asked_again_before_the_key(with_second_list: Desk) -> None:
    desk = with_second_list
    text = rules_with("second_list").replace(
        '[[kinds.grant.checks]]\ncheck = "second_list"', '[[kinds.premises.checks]]\ncheck = "second_list"'
    )
    place = text.index('[[kinds.premises.checks]]\ncheck = "second_list"')
    named, rest = text[place : text.index("[kinds.premises]")], text[:place] + text[text.index("[kinds.premises]") :]
    rules = desk.parse_rules(rest.replace("# --- Delegationsordning", f"{named}\n# --- Delegationsordning", 1))

    asked = await checks_with(desk, rules.kinds[Kind.PREMISES].checks, Trait.NAMES_LISTED_PARTY)

    assert [required.check for required in asked] == ["party_names", "second_list"]


@pytest.mark.parametrize(
    ("check", "params", "code", "name"),
    [
        ("completeness", '{ enclosure = ["stadgar"] }', "rules.param_unknown", "enclosure"),
        ("completeness", '{ enclosures = ["stadgarna"] }', "rules.param_wrong", "enclosures"),
        ("completeness", '{ enclosures = "stadgar" }', "rules.param_wrong", "enclosures"),
        ("completeness", '{ contact = "ja" }', "rules.param_wrong", "contact"),
        ("completeness", "{ enclosures = [] }", "rules.param_together", "enclosures"),
        ("timeliness", '{ window_fram = "01-01", window_to = "12-31" }', "rules.param_unknown", "window_fram"),
        ("timeliness", '{ window_from = "1 januari", window_to = "12-31" }', "rules.param_wrong", "window_from"),
        ("timeliness", '{ window_from = "01-01" }', "rules.param_together", "window_to"),
        ("timeliness", "{ days_before = -1 }", "rules.param_wrong", "days_before"),
        ("declaration", "{ strict = true }", "rules.param_unknown", "strict"),
    ],
)
@pytest.mark.parametrize("way", ["setup", "propose"])
async def test_a_parameter_that_a_check_cannot_read_refuses_the_rule_set_with_its_line(
    desk: Desk, check: str, params: str, code: str, name: str, way: str
) -> None:
    text = RULES_2026.read_text("utf-8").replace("granvik-2026-1", "granvik-prov").replace("2026-07-01", "2027-01-01")
    before = text.index(f'check = "{check}"')
    after = text.index("\n\n", before)
    table = [line for line in text[before:after].split("\n") if not line.startswith("params")]
    text = text[:before] + "\n".join([*table, f"params = {params}"]) + text[after:]
    sam = await someone(desk, "Sam", "role:coordinator")
    with pytest.raises(RuleSetRefused) as caught:
        if way == "setup":
            await rule_set_adoption.adopt_at_setup(desk, text)
        else:
            await rule_set_adoption.propose(desk, text, by=person(sam))

    assert (caught.value.code, caught.value.params["name"], caught.value.params["check"]) == (code, name, check)
    assert text.split("\n")[int(caught.value.params["line"]) - 1] == f"params = {params}"


async def test_a_rule_set_that_asks_a_check_of_what_it_is_not_about_is_refused(desk: Desk) -> None:
    with pytest.raises(RuleSetRefused, match=r"rules\.check_other_kind") as caught:
        await rule_set_adoption.adopt_at_setup(desk, rules_with("room_and_times"))

    text = rules_with("room_and_times")
    assert text.split("\n")[int(caught.value.params["line"]) - 1] == 'check = "room_and_times"'


async def test_the_documents_of_a_case_are_given_with_their_time_and_kept_with_the_round(desk: Desk) -> None:
    report = {"kind": "verksamhetsberattelse", "speaks_from": "2025-01-01", "speaks_to": "2025-12-31"}
    case_id = await screened(desk, a_grant_document(), report, {"kind": "stadgar"})

    async with desk.store.reading() as reading:
        [row] = (await reading.screenings([case_id])).values()
        screening = data_of(row.leaf)
        assert isinstance(screening, CaseScreened)
        kept = (await reading.values([screening.inputs]))[screening.inputs]["enclosures"]
    assert [(one["kind"], one["speaks_to"]) for one in kept] == [
        ("verksamhetsberattelse", "2025-12-31"),
        ("stadgar", None),
    ]


async def test_inputs_that_an_earlier_form_kept_are_replayed(desk: Desk) -> None:
    """Form 1 knew an enclosure by its kind alone, and kept how names were compared beside the lists."""
    case_id = await taken_grant(desk, *(await three(desk)))
    for row in await LogValue.select().where((LogValue.field == "inputs") & (LogValue.case_id == case_id)):
        await LogValue.delete().where(LogValue.commitment == row["commitment"])
        await LogValue.insert(LogValue(**(row | {"value": _of_form_1(row["value"])})))

    replayed = await replay_case(desk, case_id)

    assert replayed
    assert all(one.ok and not one.not_replayable for one in replayed)


def _of_form_1(text: str) -> str:
    kept = json.loads(text)
    assert kept.pop("form") == 2
    kept["enclosure_kinds"] = sorted({enclosure["kind"] for enclosure in kept.pop("enclosures")})
    lists = kept.pop("lists")
    return json.dumps(kept | {"lists": lists["versions"], "method": lists["method"]})


def test_what_nobody_was_asked_then_is_said_to_be_and_is_not_missing() -> None:
    class Newer:
        params = NoParams

        def run(self, given: object, params: object) -> CheckResult:
            stated = given.enclosures[0].speaks_of  # type: ignore[attr-defined]
            return CheckResult(Outcome.MET if stated else Outcome.NOT_MET, "newer.stated")

    def answer(enclosure: GivenEnclosure) -> str:
        return installed.answer(Newer(), a_check_input(enclosures=(enclosure,)), {}).code  # type: ignore[arg-type]

    [row] = in_todays_form({"today": "2026-11-22", "enclosure_kinds": ["bokslut"]})["enclosures"]
    before = GivenEnclosure(**row)
    assert answer(before) == "check.not_asked_then"
    unstated = GivenEnclosure("e", "bokslut", date(2026, 11, 22))
    assert answer(unstated) == "newer.stated"
    assert unstated.speaks_of is None
    assert replace(unstated, speaks_from=date(2025, 1, 1)).speaks_of == (date(2025, 1, 1), date(2025, 1, 1))
