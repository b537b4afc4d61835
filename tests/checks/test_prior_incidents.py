from datetime import date

from checks.prior_incidents import PriorIncidents
from service.domain.check import Incident, NoParams
from service.domain.finding import Outcome
from tests.builders import a_check_input, a_grant_document


def test_met_when_there_is_none() -> None:
    assert PriorIncidents().run(a_check_input(), NoParams()).outcome is Outcome.MET


def test_an_incident_is_something_to_look_into_and_never_a_verdict() -> None:
    incident = Incident("i1", "missing_report", date(2026, 5, 1), "HV 2026/9")

    result = PriorIncidents().run(a_check_input(incidents=(incident,)), NoParams())

    assert result.outcome is Outcome.NEEDS_INQUIRY
    assert result.evidence[0].params["source"] == "HV 2026/9"


def test_without_a_number_nothing_could_be_looked_up() -> None:
    nameless = a_grant_document(organisation={"name": "Nätverket"})

    assert PriorIncidents().run(a_check_input(nameless), NoParams()).outcome is Outcome.UNKNOWN
