"""After the decision: a list names a grantee, and what the association has is looked at, stopped and taken up."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime

from tests.browser import Visitor
from tests.builders import FIXTURES, QUIET, a_grant_document, a_premises_document, association, in_days
from tests.servers import PATIENCE, Browserlike, Service

NAME, CHAIR = "Föreningen Efter Beslutet", "Torvald Brinkesten"


def listed(service: Service, name: str) -> None:
    """A coordinator imports the demo list with this name on it."""
    text = (FIXTURES / "lists" / "demo.csv").read_text("utf-8")
    text = text.replace("GENERATED,12", f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ},13")
    file = service.folder / "later.csv"
    file.write_text(f"{text.rstrip()}\nDEMO-X-777,person,{name},,,,XX,\n", "utf-8")
    assert service.run("lists", "import", "demo", str(file), "--by", "samir@demo.example").returncode == 0


def given(service: Service) -> tuple[str, str]:
    """A grant and a room of one association, each decided by its unit."""
    board = {
        "organisation": association(NAME),
        "representatives": [{"name": CHAIR, "role": "ordförande"}, {"name": "Maj Wiklund", "role": "kassör"}],
    }
    grant = a_grant_document(**board)
    room = a_premises_document(**{**QUIET, "room": "tallen", "organiser": NAME}) | board
    room["declaration"] = grant["declaration"]
    cases = []
    for document, who, decision in (
        (grant, "alva", {"clauses": "2.1", "amount": "45 000", "delegation_point": "F1"}),
        (room, "petter", {"clauses": "5.1", "delegation_point": "L1"}),
    ):
        officer = service.signed_in(who)
        with service.api() as api:
            case_id = api.post("/api/v1/applications", json=document).json()["id"]
        service.screened(case_id)
        officer.opened(case_id)
        officer.act(case_id, "take")
        settle(officer, case_id)
        answer = officer.act(
            case_id, "decision", outcome="approval", reasons="Bra.", search_left_out="no_cause", **decision
        )
        assert answer.status_code == 303, re.sub(r"<[^>]+>", " ", answer.text)[:1500]
        cases.append(case_id)
    return cases[0], cases[1]


def settle(officer: Browserlike, case_id: str) -> None:
    page = officer.get(f"/cases/{case_id}").text
    for part in page.split(f"/cases/{case_id}/findings/")[1:]:
        officer.act(case_id, f"findings/{part[:36]}", resolution="no_obstacle", reason="Kontrollerat.", identifier="")


def test_a_list_names_a_grantee_after_the_decision(service: Service, visit: Callable[..., Visitor]) -> None:
    grant, room = given(service)

    # The coordinator imports a new version of a list; the worker compares, and each unit sees what concerns it.
    listed(service, CHAIR)
    alva = visit().sign_in("alva")
    until = time.monotonic() + PATIENCE
    while NAME not in alva.go("/reassessments").text() and time.monotonic() < until:
        time.sleep(1)
    assert NAME in alva.text()
    petter = visit().sign_in("petter").go("/reassessments")
    assert petter.page.locator(f"a[href='/cases/{room}/steps/reassessment']").count() == 1
    assert petter.page.locator(f"a[href='/cases/{grant}/steps/reassessment']").count() == 0

    # The officer reads both names and their evidence, and finds that it is the listed one.
    alva.press(f"a[href='/cases/{grant}/steps/reassessment']")
    assert alva.text().count(CHAIR) >= 2, "the applicant's and the listed name"
    assert "bidrag som inte är utbetalt" in alva.text()
    alva.page.locator("select[name^='candidate-']").first.select_option("document")
    alva.page.locator("input[name='outcome'][value='stands']").check()
    alva.page.fill("#reason", "Passet visar det.")
    alva.press("main form button", look=False)
    alva.complaints.clear()
    assert "inte bara stå kvar" in alva.text(), "one who is the same cannot just stand"
    assert alva.page.input_value("#reason") == "Passet visar det.", "what was written is kept"
    alva.page.locator("input[name='outcome'][value='take_up']").check()
    alva.press("main form button")

    # A stop is put forward, and the page of every case of the association says so once it stands.
    alva.go(f"/cases/{grant}/steps/consider-stop")
    alva.page.locator("input[name='ground'][value='reassessment']").check()
    alva.page.fill("#text", "Ordföranden är listad.")
    alva.page.fill("#until", in_days(10))
    alva.page.select_option("#exception", "urgent")
    alva.page.fill("#exception_text", "Pengarna betalas annars ut.")
    alva.press("main form button")
    assert "Stopp av stödet är föreslaget" in alva.text()
    service.signed_in("disa").opened(grant)
    disa = visit().sign_in("disa").go(f"/cases/{grant}/steps/set-stop")
    disa.page.fill("#text", "Det är den listade.")
    disa.press("main form button")
    assert "Stödet är stoppat" in disa.text()
    assert "Stödet till föreningen är stoppat" in petter.go(f"/cases/{room}").text()

    # Everything it has is on one page, and is taken up from there, all or none.
    alva.go(f"/cases/{grant}/association")
    assert "Stödet omprövas" in alva.text()
    alva.press(f"a[href='/cases/{grant}/withdrawal']")
    alva.page.locator(f"input[name='cases'][value='{grant}']").check()
    alva.page.fill("#text", "Bekräftad listning.")
    alva.press("main form button")
    service.screened(grant)
    assert "Ärendet upptaget igen" in alva.go(f"/cases/{grant}").text()

    # The administrator sees what the worker has done.
    adam = visit().sign_in("adam").go("/jobs")
    assert "Jämföra allt stöd på nytt" in adam.text()
    assert "Misslyckas" not in adam.text()
    assert "Allt stämmer" in service.run("log", "verify").stdout
