from checks.completeness import Completeness, CompletenessParams
from service.domain.check import GivenEnclosure
from service.domain.enclosure import Condition, EnclosureKind
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


def test_a_file_that_nobody_can_read_needs_a_person_and_is_never_a_pass() -> None:
    for condition in Condition:
        given = a_check_input(enclosures=(GivenEnclosure("e1", "stadgar", None, condition=condition),))

        result = Completeness().run(given, CompletenessParams(enclosures=(EnclosureKind.STATUTES,)))

        expected = Outcome.MET if condition is Condition.WHOLE else Outcome.NEEDS_INQUIRY
        assert result.outcome is expected
        told = [one.params for one in result.evidence]
        assert told == ([] if expected is Outcome.MET else [{"enclosure": "stadgar", "condition": condition.value}])


def test_a_readable_copy_beside_a_locked_one_is_enough() -> None:
    given = a_check_input(
        enclosures=(
            GivenEnclosure("e1", "stadgar", None, condition=Condition.ENCRYPTED),
            GivenEnclosure("e2", "stadgar", None),
        )
    )
    assert Completeness().run(given, CompletenessParams(enclosures=(EnclosureKind.STATUTES,))).outcome is Outcome.MET
