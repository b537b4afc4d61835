"""The whole routine in a browser: every step's page in both languages, and the few clicks of an ordinary case."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from service.casework.views.steps import STEPS
from tests.browser import Visitor, cookies, hand_in, shoot
from tests.builders import ACT, FIXTURES, HEADS, QUESTIONS, SPECIAL, a_grant_document, association, in_days, today
from tests.servers import Service, running

Visit = Callable[..., Visitor]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """On SQLite alone: the steps themselves are tested on both engines, and pages make no difference between them."""
    with running(tmp_path_factory.mktemp("routine")) as one:
        yield one


def test_an_ordinary_case_takes_at_most_six_clicks_and_nothing_to_retype(service: Service, visit: Visit) -> None:
    case_id = hand_in(service, a_grant_document(organisation=association("Ordinära Föreningen")))
    alva = visit().sign_in("alva").go("/queue?order=received&dir=desc")
    clicks = 0

    def press(what: str) -> None:
        nonlocal clicks
        clicks += 1
        alva.press(what)

    press(f"a[href='/cases/{case_id}']")
    press("text=Inget jäv – öppna och ta ärendet")
    assert alva.page.locator("input[name=outcome]:checked").count() == 0, "nothing is chosen for anyone"
    assert alva.page.input_value("#amount") == "45\u00a0000"
    alva.page.check("input[name=outcome][value=approval]")
    alva.page.check("input[name=search_left_out][value=no_cause]")
    clicks += 2
    press("text=Fatta beslutet")

    assert clicks <= 6
    assert "Beslut: Bifall" in alva.text()
    assert "Det som har getts kan återkallas" in alva.text(), "every favourable decision carries the reservation"


def test_keys_move_and_open_but_never_decide_and_can_be_switched_off(service: Service, visit: Visit) -> None:
    hand_in(service, a_grant_document(organisation=association("Tangentföreningen")))
    alva = visit().sign_in("alva").go("/queue")
    page = alva.page
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    first = page.evaluate("document.activeElement.getAttribute('href')")
    assert first == page.locator("tr[data-case] a").first.get_attribute("href")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("jk?")
    assert page.input_value("#q") == "jk?", "in a field, keys are letters"
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    alva.look()
    page.locator("#keys input[type=checkbox]").uncheck()
    page.locator("#keys button").click()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('tr')") is None, "switched off"


def test_every_step_has_its_page_without_barriers_and_leaves_its_event(service: Service, visit: Visit) -> None:
    """One long case: refused on democracy grounds, annulled, approved, followed up, revoked; and the pages on the way."""
    name = "Hela Rutinens Förening"
    people = [{"name": "Tarkvin Vossberg", "role": "ordförande"}, {"name": "Maj Wiklund", "role": "kassör"}]
    with service.api() as api:
        document = a_grant_document(organisation=association(name), representatives=people)
        case_id = api.post("/api/v1/applications", json=document).json()["id"]
    service.screened(case_id)
    alva, bo, disa = (service.signed_in(one) for one in ("alva", "bo", "disa"))
    browsers = {one: visit().sign_in(one) for one in ("alva", "bo", "disa")}
    readers = {"alva": alva, "bo": bo, "disa": disa}
    seen: set[str] = set()

    gate = browsers["alva"].go(f"/cases/{case_id}")
    shoot(gate, "gate")

    def look(who: str) -> None:
        """Every step page that is open to this person now and has not been seen, in both languages."""
        visitor = browsers[who].go(f"/cases/{case_id}")
        links = visitor.page.locator(f"a[href^='/cases/{case_id}/steps/']").evaluate_all(
            "all => all.map(one => one.getAttribute('href'))"
        )
        for link in sorted(set(links)):
            step = link.rpartition("/")[2]
            if step in seen:
                continue
            seen.add(step)
            visitor.go(link)
            english = readers[who].client.get(link, headers={"cookie": cookies(readers[who]) + "; granska_language=en"})
            assert '<html lang="en"' in english.text
            for text in (visitor.text(), english.text):
                assert not re.search(r"\b(step|task|done|term|letter|input)\.[a-z]", text), (step, text[:400])
            if step in ("communication", "second", "search", "assess", "letter"):
                visitor.go(link)
                shoot(visitor, step)

    def do(who: Any, step: str, **fields: Any) -> Any:
        answer = who.step(case_id, step, **fields)
        assert answer.status_code == 200, (step, answer.text)
        service.screened(case_id)
        return answer.json()["id"]

    assert alva.act(case_id, "take").status_code == 303
    for one in (bo, disa):
        one.opened(case_id)
    look("alva")
    do(alva, "note", text="Ringde ordföranden.")
    do(alva, "pause", ground="awaits_applicant", until="", note="")
    look("alva")
    do(alva, "resume")
    asked = do(alva, "completion", text="", due="", language="sv")
    look("alva")
    do(alva, "reminder", language="sv")
    do(alva, "completion-answer", completion=asked, text="Stadgarna kommer.", received=today())
    page = alva.get(f"/cases/{case_id}").text
    finding = ""
    for article in page.split('<article class="granska-check')[1:]:
        for at in re.findall(rf"/cases/{case_id}/findings/([0-9a-f-]{{36}})", article):
            named = "Tarkvin" in article and "på en lista" in article
            finding = at if named else finding
            asked = set(re.findall(r'name="(candidate-[0-9a-f]{64})"', article))
            fields = dict.fromkeys(asked, "document" if named else "apart")
            fields["resolution"] = "obstacle" if named else "no_obstacle"
            assert alva.act(case_id, f"findings/{at}", reason="Kontrollerat.", **fields).status_code == 303
    look("bo")
    do(bo, "confirm-match", finding=finding, agrees=True, text="Jämfört pass.")
    look("alva")
    do(alva, "stop", finding=finding, text="Ingen utbetalning.", language="sv")
    look("disa")
    do(disa, "release-support", text="Listan är rättad.", language="sv")
    look("alva")
    stop = do(
        alva, "consider-stop", ground="missing_report", text="Redovisningen saknas.", until=in_days(60), exception="",
        exception_text="", language="sv",
    )  # fmt: skip
    look("alva")
    do(alva, "stop-answer", stop=stop, text="Den är på väg.", received=today())
    look("bo")
    do(bo, "set-stop", stop=stop, text="Den har inte kommit.", language="sv")
    look("disa")
    do(disa, "release-support", stop=stop, text="Den har kommit.", language="sv")
    act = do(alva, "search", template="open_sources", searched_on=today(), found=["inget"] * 4, **ACT)[0]
    look("bo")
    do(bo, "verify-act", act=act)
    consultation = do(alva, "consultation", consultee="local", circumstances="Hotet den 1 september.")
    look("alva")
    do(
        alva, "consultation-answer", consultation=consultation, answer="nothing_to_add", answered_on=today(), enclosure="",
        disclosed=True, provision="",
    )  # fmt: skip
    for criterion in (*HEADS, *SPECIAL, "proportionality", "purpose"):
        do(alva, "assess", criterion=criterion, result="met", text="Bedömt.")
    sent = do(
        alva, "communication", outcome="refusal", clauses=["4.1"], text="Vad säger ni?", due="", channel="mail",
        language="sv",
    )  # fmt: skip
    look("alva")
    do(alva, "communication-answer", communication=sent, text="Nej.", received=today())
    do(alva, "exception", exception="urgent", text="Bara för att sidan ska prövas.")
    proposal = {
        "outcome": "refusal", "clauses": ["4.1"], "reasons": "Hot.", "circumstances": "Dom.", "response": "Läst.",
        "acts": [act], "amount": "",
    }  # fmt: skip
    do(alva, "propose", **proposal)
    look("bo")
    look("alva")
    do(bo, "give-back", text="Skriv tydligare.")
    do(alva, "propose", **proposal)
    do(alva, "package", language="sv")
    extract = {"file": ("utdrag.pdf", b"%PDF-1.7 utdrag", "application/pdf")}
    assert alva.act(case_id, "enclosures", kind="protokollsutdrag", files=extract).status_code == 303
    service.screened(case_id)
    do(bo, "second", text="Läst.", **{f"answer_{one}": "yes" for one in QUESTIONS})
    assert alva.get(f"/cases/{case_id}/package").content[:2] == b"PK"
    shoot(browsers["disa"].go(f"/cases/{case_id}"), "proposal")
    do(disa, "sign", delegation_point="N1", minute_date=today(), minute_paragraph="§ 12")
    look("alva")
    do(alva, "letter", channel="mail", language="sv", sent="")
    do(alva, "notice", posted=today(), adjusted=today())
    do(alva, "notice-correction", posted=today(), adjusted=today(), text="Fel dag i den första anteckningen.")
    do(alva, "addendum", kind="correction", text="Rätt mål är B 1-26.")
    do(alva, "appeal", received=today(), text="Vi överklagar.")
    look("alva")
    do(alva, "appeal-test", in_time=True, text="Samma dag.")
    look("alva")
    do(alva, "appeal-forward", on=today())
    ruling = {"file": ("dom.pdf", b"%PDF-1.7 dom", "application/pdf")}
    assert bo.act(case_id, "enclosures", kind="domstolsavgorande", files=ruling).status_code == 303
    do(alva, "appeal-settle", outcome="annulled", on=today(), text="Mål 1-26: underlaget bar inte.")

    # Decided anew: an approval, with everything that follows one.
    look("alva")
    do(alva, "assign", to=_user(alva, case_id, "Bo"), note="Ta över.")
    do(bo, "assign", to=_user(bo, case_id, "Alva"), note="")
    page = alva.get(f"/cases/{case_id}").text
    for part in page.split(f"/cases/{case_id}/findings/")[1:]:
        alva.act(case_id, f"findings/{part[:36]}", resolution="no_obstacle", reason="Rättat.", identifier="")
    approval = {
        "outcome": "approval",
        "clauses": "2.1",
        "amount": "45 000",
        "reasons": "Nytta.",
        "delegation_point": "F1",
    }
    assert alva.act(case_id, "decision", **approval).status_code == 303
    look("alva")
    do(alva, "reported", meeting=today())
    do(alva, "terms", terms="2026-1", on=today(), text="Ordföranden per e-post.")
    look("alva")
    # A list names the treasurer since the decision: before anything is paid somebody looks at that.
    _listed(service, "Maj Wiklund")
    stopped = alva.step(case_id, "payment")
    assert stopped.status_code == 403, stopped.text
    look("alva")
    page = alva.get(f"/cases/{case_id}/steps/reassessment").text
    apart = dict.fromkeys(set(re.findall(r'name="(candidate-[0-9a-f]{64})"', page)), "apart")
    do(alva, "reassessment", proposed="", outcome="stands", reason="Inte samma person.", **apart)
    do(alva, "payment")
    other = hand_in(service, a_grant_document(organisation=association("Hela Rutinens Förening, före detta")))
    number = re.findall(r"HV \d{4}/\d+", alva.get(f"/cases/{other}").text)[0]
    enclosure = re.findall(rf"/cases/{case_id}/enclosures/([0-9a-f-]{{36}})", alva.get(f"/cases/{case_id}").text)[0]
    do(alva, "join-association", other=number, kind="number_changed", enclosure=enclosure, text="Registreringsbevis.")
    look("alva")
    do(alva, "separate-association", joined="", text="Fel förening.")
    do(alva, "condition", position=2, on=today(), met=True, text="Redovisning inkommen.")
    do(alva, "aside", kind="disclosure", text="21 kap. 3 §.", delegation_point="F1", language="sv")
    do(alva, "reopen", ground="change", text="Ny uppgift.")
    do(alva, "withdrawal", received=today(), text="Vi tar tillbaka ansökan.")
    look("alva")
    letters = re.findall(rf"/cases/{case_id}/letters/(\d+)", alva.get(f"/cases/{case_id}").text)
    assert len(letters) >= 6
    for one in letters:
        assert alva.get(f"/cases/{case_id}/letters/{one}").content[:5] == b"%PDF-"
    assert alva.get(f"/cases/{case_id}/letters/0").status_code == 404
    types = set(re.findall(r'id="event-\d+"', alva.get(f"/cases/{case_id}").text))
    assert len(types) >= 55, "every step is a row on the timeline"

    with_page = {name for name, step in STEPS.items() if not (step.on_case_page or step.of_premises)}
    assert with_page - seen == set(), "a step whose page nobody has looked at"
    assert "Allt stämmer" in service.run("log", "verify").stdout


def _listed(service: Service, name: str) -> None:
    """The demo list as it is, and this name."""
    text = (
        (FIXTURES / "lists" / "demo.csv")
        .read_text("utf-8")
        .replace("GENERATED,12", f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ},13")
    )
    file = service.folder / "list.csv"
    file.write_text(f"{text.rstrip()}\nDEMO-X-999,person,{name},,,,XX,\n", "utf-8")
    assert service.run("lists", "import", "demo", str(file), "--by", "samir@demo.example").returncode == 0


def _user(who: Any, case_id: str, name: str) -> str:
    page = who.get(f"/cases/{case_id}/steps/assign").text
    return re.findall(rf'<option value="([0-9a-f-]{{36}})"[^>]*>{name} ', page)[0]


def test_pictures_of_the_pages_that_are_not_a_case(service: Service, visit: Visit) -> None:
    alva, samir = visit().sign_in("alva"), visit().sign_in("samir")
    shoot(alva.go("/queue"), "queue")
    shoot(alva.go("/grant-rounds/2026-autumn"), "grant_round")
    shoot(alva.go("/delegated"), "delegated")
    shoot(samir.go("/letters/decision"), "letters")


def test_a_round_shows_asked_against_proposed_against_frame_and_proposes_in_bulk(
    service: Service, visit: Visit
) -> None:
    cases = [hand_in(service, a_grant_document(organisation=association(f"Omgång {n}"))) for n in range(3)]
    client = service.signed_in("alva")
    for one in cases:
        assert client.act(one, "take").status_code == 303
    alva = visit().sign_in("alva").go("/grant-rounds/2026-autumn")
    for one, amount, reason in zip(
        cases, ("45 000", "25 000", "50 000"), ("", "Ramen räcker inte.", "För mycket."), strict=True
    ):
        alva.page.fill(f"#amount-{one}", amount)
        alva.page.fill(f"#reason-{one}", reason)
    alva.page.select_option("#search_left_out", "no_cause")
    alva.press("text=Lägg fram förslagen", look=False)
    alva.complaints.clear()

    assert "lägre än det sökta" in alva.text() or "mindre än" in alva.text(), "the third asks for more than was sought"
    assert alva.page.input_value(f"#amount-{cases[2]}") == "50 000", "what was written is kept"
    alva.go("/grant-rounds/2026-autumn")
    assert alva.page.locator(f"#amount-{cases[0]}").count() == 0, "the two others are put forward"
    assert "Förslag: Bifall" in alva.text()
    assert "Förslag: Delvis bifall" in alva.text()

    # Each is still its own decision, signed by name; a cut in the budget needs no second person.
    for one in cases[:2]:
        assert client.step(one, "sign", delegation_point="F1").status_code == 200
    assert "25\u00a0000\u00a0kr" in visit().sign_in("disa").go("/grant-rounds/2026-autumn").text()
