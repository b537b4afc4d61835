from checks.completeness import Completeness, CompletenessParams
from service.domain.enclosure import EnclosureKind
from service.domain.finding import Outcome
from tests.builders import a_check_input, a_grant_document, a_premises_document, enclosures

ASKED = CompletenessParams(enclosures=(EnclosureKind.STATUTES, EnclosureKind.PLAN), contact=True, representatives=2)


def test_met_when_everything_the_rules_ask_for_is_there() -> None:
    given = a_check_input(enclosures=enclosures("stadgar", "verksamhetsplan", "ovrigt"))

    assert Completeness().run(given, ASKED).outcome is Outcome.MET


def test_says_each_thing_that_is_missing() -> None:
    document = a_grant_document(contact=None, representatives=[])

    result = Completeness().run(a_check_input(document, enclosures=enclosures("stadgar")), ASKED)

    assert result.outcome is Outcome.NOT_MET
    assert [one.code.rsplit(".")[1] for one in result.evidence] == [
        "enclosure_missing", "contact_missing", "representatives_missing",
    ]  # fmt: skip


def test_a_room_that_is_not_on_the_list_is_a_finding() -> None:
    result = Completeness().run(a_check_input(a_premises_document(room="slottet")), CompletenessParams(contact=True))

    assert [one.params for one in result.evidence] == [{"room": "slottet"}]
