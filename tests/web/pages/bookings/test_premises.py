"""Rooms over HTTP: one slot and fifty who want it, the phone, the feed, and what another system reads."""

from tests.builders import a_premises_document
from tests.servers import Service

SLOT = {"room": "tallen", "from": "10:00", "to": "12:00"}
CLUB = {"name": "Granvikens Bokcirkel", "org_number": "802999-0093"}


def test_a_case_whose_hirer_has_been_erased_still_has_its_pages(lite: Service) -> None:
    document = a_premises_document(room="linden", date="2027-06-28", hirer="person", use="fest", expected_number=8)
    document["organisation"] = {"name": "Kristina Privatsson"}
    del document["declaration"], document["representatives"]
    received = lite.api().post("/api/v1/applications", json=document).json()
    case_id = received["id"]
    lite.screened(case_id)
    petter, adam = lite.signed_in("petter"), lite.signed_in("adam")
    petter.opened(case_id)
    assert petter.act(case_id, "steps/withdrawal", received="2026-11-22", text="Det blev inget.").status_code in (
        303,
        422,
    )
    assert petter.act(case_id, "take").status_code == 303
    given = {"outcome": "write_off", "delegation_point": "L1", "clauses": "3.1", "reasons": "Återkallad."}
    assert petter.act(case_id, "decision", **given).status_code == 303
    given = {
        "what": "cases",
        "cases": received["diary_number"],
        "classes": "contact",
        "ground": "gdpr-17",
        "document": "HV 2026/99",
    }
    plan = adam.send("/erase/plan", **given).text
    digest = plan.split('name="shown" value="')[1].split('"')[0]
    assert adam.send("/erase", **given, shown=digest).status_code == 303
    for name in ("petter", "ronja", "samir"):
        person = lite.signed_in(name)
        for page in ("", "/bundle", "/steps/addendum", "/steps/reopen", "/letters/preview"):
            if page and name != "petter":
                continue
            answer = person.get(f"/cases/{case_id}{page}")
            assert answer.status_code in (200, 404), (name, page, answer.status_code)
            assert "Kristina" not in answer.text
        assert person.get(f"/records/{case_id}").status_code == 200
        assert "Namnet är gallrat" in person.get("/queue?kind=premises&state=decided").text
