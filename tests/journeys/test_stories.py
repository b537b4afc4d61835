"""The main job in a real browser, for each who does it, on both databases."""

from collections.abc import Callable

import pytest

from tests.browser import Visitor, hand_in
from tests.builders import a_grant_document, a_premises_document
from tests.servers import Service

Visit = Callable[..., Visitor]


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_an_officer_vets_a_grant_from_the_queue_to_a_decision(service: Service, visit: Visit, javascript: bool) -> None:
    number = "802999-0150" if javascript else "802999-0168"
    people = [{"name": "Tarkvin Vossberg", "role": "ordförande"}, {"name": "Maj Wiklund", "role": "kassör"}]
    organisation = {"name": f"Berättelsens Förening {number}", "org_number": number}
    hand_in(service, a_grant_document(organisation=organisation, representatives=people))

    # Alva signs in, finds the case in her queue and opens it: the checks come first.
    alva = visit(javascript=javascript).sign_in("alva")
    page = alva.page
    page.fill("#q", number)
    alva.press("form[role=search] button")
    alva.press("table a")

    # Before the case opens she says whether she has a conflict of interest; then what is left to do comes first.
    assert "Är du jävig?" in alva.text()
    alva.press("text=Inget jäv – öppna ärendet")
    assert page.inner_text("section h2 >> nth=0") == "Att göra"
    assert page.inner_text("section h2 >> nth=1") == "Kontroller"
    assert "behöver utredas" in alva.text()
    assert "Tarkvin Vossberg" in page.inner_text("#checks >> xpath=ancestor::section")

    # She takes it. The decision button is there, but an approval is refused while a name waits for her.
    alva.press("text=Ta ärendet")
    page.check("input[name=outcome][value=approval]")
    page.fill("#amount", "45 000")
    page.check("input[name=clauses][value='2.1']")
    page.fill("#reasons", "Verksamheten är till nytta för barn i stadsdelen.")
    page.check("input[name=search_left_out][value=no_cause]")
    alva.press("text=Fatta beslutet", look=False)
    assert "som någon måste titta på först" in alva.text()
    assert page.input_value("#reasons").startswith("Verksamheten")
    alva.complaints.clear()  # the browser notes the 403 on its console

    # She writes what she found out about the name, and decides.
    page.click("article:has-text('på en lista') summary:has-text('Skriv vad')")
    page.check("article:has-text('på en lista') input[value=no_obstacle]")
    for answer in page.locator("article:has-text('på en lista') select").all():
        answer.select_option("apart")  # each name by itself
    page.fill("article:has-text('på en lista') textarea", "Annan person: född 1985 enligt årsmötesprotokollet.")
    alva.press("text=Spara bedömningen")
    page.check("input[name=outcome][value=approval]")
    page.fill("#amount", "45 000")
    page.check("input[name=clauses][value='2.1']")
    page.fill("#reasons", "Verksamheten är till nytta för barn i stadsdelen.")
    page.check("input[name=search_left_out][value=no_cause]")
    alva.press("text=Fatta beslutet")
    assert "Beslut: Bifall" in alva.text()

    # The record is a sheet she can read, and nobody can decide the case again.
    alva.press("text=Läs beslutsprotokollet")
    assert page.locator("button:has-text('Fatta beslutet')").count() == 0


def test_a_premises_officer_vets_a_room(service: Service, visit: Visit) -> None:
    organisation = {"name": "Salens Vänner", "org_number": "802999-0184"}
    case_id = hand_in(service, a_premises_document(speakers=("Zebulon Krakatit",)) | {"organisation": organisation})

    # Petter sees room, time and organiser, and that a speaker's name resembles a listed one.
    petter = visit().sign_in("petter").go(f"/cases/{case_id}")
    petter.press("text=Inget jäv – öppna ärendet")
    assert "Granen, samlingslokal" in petter.text()
    assert "2027-02-01 18:00–21:00" in petter.text()
    assert "Zebulon Krakatit" in petter.page.inner_text("#checks >> xpath=ancestor::section")

    # He takes the case, settles it and approves under the premises unit's delegation.
    page = petter.page
    petter.press("text=Ta ärendet")
    while page.locator(".granska-check--open").count():
        check = page.locator(".granska-check--open").first
        check.locator("summary", has_text="Skriv vad").click()
        check.locator("input[type=radio]").first.check()
        for answer in check.locator("select").all():
            answer.select_option("apart")
        check.locator("textarea").fill("Kontrollerat: en annan person.")
        petter.press(check.locator("button"))
    page.check("input[name=outcome][value=approval]")
    page.check("input[name=clauses][value='5.1']")
    page.fill("#reasons", "Lokalen är ledig och arrangemanget är öppet.")
    petter.press("text=Fatta beslutet")
    assert "Beslut: Bifall" in petter.text()


def test_an_auditor_proves_that_nothing_was_changed(service: Service, visit: Visit) -> None:
    # A decision to look at.
    case_id = hand_in(
        service, a_grant_document(organisation={"name": "Revisionens Förening", "org_number": "802999-0192"})
    )
    officer = service.signed_in("alva")
    officer.act(case_id, "take")
    officer.step(case_id, "withdrawal", received="2026-11-20", text="Vi drar oss ur.")
    written_off = {"outcome": "write_off", "clauses": "3.1", "reasons": "Återkallad av Ylva.", "delegation_point": "F1"}
    assert officer.act(case_id, "decision", **written_off).status_code == 303

    # Ronja reads the log and opens the record: personal values are hidden until she says why.
    ronja = visit().sign_in("ronja").go("/log")
    page = ronja.page
    ronja.press("text=Beslutsprotokoll >> nth=0")
    assert "Återkallad av Ylva" not in ronja.text()
    page.check("input[value=audit]")
    page.fill("#note", "Stickprov nr 4")
    ronja.press("text=Visa uppgifterna")
    assert "Återkallad av Ylva" in ronja.text()
    assert "Personuppgifter i protokollet visades" in ronja.go("/log").text()

    # She verifies the whole log, and sees what a damaged one looks like: which entry, and what is in it.
    ronja.press("text=Kontrollera hela loggen")
    ronja.press("button:has-text('Kontrollera hela loggen')")
    assert "Allt stämmer" in ronja.text()
    ronja.press("text=Kontrollera övningsloggen")
    assert "Första felaktiga posten: 61." in ronja.text()
    assert '"amount_ore": 9000000' in ronja.text()

    # And who held which right when.
    assert "Delegationspunkt F1" in ronja.go("/rights").text()


def test_two_coordinators_record_an_incident(service: Service, visit: Visit) -> None:
    samir, siv = visit().sign_in("samir").go("/incidents"), visit().sign_in("siv")
    page = samir.page
    for name, value in {
        "org_number": "802999-0200", "event_date": "2026-09-01", "act": "Ett fönster gick sönder.", "source": "HV 2026/8",
        "informed_on": "2026-09-05", "applicant_view": "Föreningen ersätter det.", "expires_on": "2027-09-01",
    }.items():  # fmt: skip
        page.fill(f"#{name}", value)
    page.select_option("#kind", "breach_of_terms")
    samir.press("text=Spara händelsen")
    assert page.locator("button:has-text('Bekräfta')").count() == 0, "not his own"

    siv.go("/incidents")
    for box in siv.page.locator("main input[type=checkbox]").all():
        box.check()
    siv.press("button:has-text('Bekräfta')")
    siv.look()
    assert "Bekräftad av Siv" in siv.text()


PAGES = {
    "alva": [
        "/queue",
        "/queue?state=decided",
        "/grant-rounds",
        "/grant-rounds/2026-autumn",
        "/delegated",
        "/register/grant",
        "/rules",
        "/help",
        "/help/officer",
        "/password",
    ],
    "petter": ["/queue", "/register/premises", "/help/premises"],
    "disa": ["/queue"],
    "samir": ["/letters", "/letters/decision", "/lists", "/incidents", "/help/coordinator"],
    "ronja": ["/log", "/log/entries/0", "/log/verify", "/rights", "/lists", "/incidents", "/help/auditor"],
    "adam": ["/users", "/rights", "/help/administrator", "/help/accessibility"],
}


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_no_page_has_a_barrier_in_either_language(service: Service, visit: Visit, name: str, language: str) -> None:
    visitor = visit().sign_in(name)
    if language == "en":
        visitor.press("text=In English")
    for path in PAGES[name]:
        visitor.go(path)
        assert visitor.page.get_attribute("html", "lang") == language


def test_error_pages_have_no_barrier_and_say_what_to_do(service: Service, visit: Visit) -> None:
    visitor = visit().sign_in("alva")
    for path, status in (("/nothing", 404), ("/log", 403), ("/cases/00000000-0000-4000-8000-00000000dead", 404)):
        answer = visitor.page.goto(path)
        assert answer is not None
        assert answer.status == status
        visitor.complaints.clear()
        visitor.look()
        assert "Till startsidan" in visitor.text()


def test_a_case_that_is_still_being_checked_shows_the_answers_by_itself(service: Service, visit: Visit) -> None:
    alva = visit().sign_in("alva")
    with service.api() as api:
        case_id = api.post("/api/v1/applications", json=a_grant_document()).json()["id"]

    alva.page.goto(f"/cases/{case_id}")
    alva.press("text=Inget jäv – öppna ärendet")
    alva.page.wait_for_selector("text=Alla fyra punkter är intygade")
    alva.look()


def test_a_page_works_on_a_narrow_screen(service: Service, visit: Visit) -> None:
    alva = visit().sign_in("alva")
    alva.page.set_viewport_size({"width": 360, "height": 740})
    for path in ("/queue", "/register/grant", "/rules", "/help/officer"):
        alva.go(path)
        wider = alva.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, path


def test_the_log_fits_a_narrow_screen(service: Service, visit: Visit) -> None:
    ronja = visit().sign_in("ronja")
    ronja.page.set_viewport_size({"width": 390, "height": 800})
    for path in ("/log", "/log/entries/0", "/rights", "/lists", "/log/verify"):
        ronja.go(path)
        wider = ronja.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, path


def test_a_draft_survives_settling_a_finding(service: Service, visit: Visit) -> None:
    case_id = hand_in(
        service,
        a_grant_document(organisation={"name": "Utkastets Förening", "org_number": "802999-0218"}, contact=None),
    )
    alva = visit().sign_in("alva").go(f"/cases/{case_id}")
    alva.press("text=Inget jäv – öppna och ta ärendet")
    alva.page.fill("#reasons", "Påbörjat skäl.")

    alva.page.locator(".granska-check--open summary:has-text('Skriv vad')").first.click()
    alva.page.locator(".granska-check--open input[value=no_obstacle]").first.check()
    alva.page.locator(".granska-check--open textarea").first.fill("Kontakten finns i stadgarna.")
    alva.press("text=Spara bedömningen")

    assert alva.page.input_value("#reasons") == "Påbörjat skäl."
    assert "Påbörjat" not in alva.page.evaluate("JSON.stringify(sessionStorage)"), (
        "it is kept by the service, not by the browser"
    )

    # It is hers alone; a colleague is told that she has begun, and not what.
    disa = visit().sign_in("disa").go(f"/cases/{case_id}")
    disa.press("text=Inget jäv – öppna ärendet")
    assert "Alva Handläggare har börjat skriva i ärendet" in disa.text()
    assert "Påbörjat skäl" not in disa.text()


def test_the_first_tab_leads_to_the_content(service: Service, visit: Visit) -> None:
    alva = visit().sign_in("alva").go("/queue")
    alva.page.keyboard.press("Tab")

    assert alva.page.evaluate("document.activeElement.getAttribute('href')") == "#main-content"
