"""Decisions that courts and JO have criticised: each is attempted, and stopped by what the flow requires.

Not by words: the texts here say just what the criticised decisions said. Where form cannot tell, the second person is
asked what the court asked.
"""

import re
from collections.abc import Callable

import pytest

from service.bookings import bookings, move_or_cancel
from service.desk.ports.desk import Desk
from service.domain.errors import InvalidInput
from service.screening.run_checks import run_waiting_checks
from tests.booking_steps import asked, do_decide, petter, taken, times
from tests.builders import (
    HEADS,
    QUESTIONS,
    QUIET,
    SPECIAL,
    a_premises_document,
    association,
    in_days,
    today,
)
from tests.fakes import Clock
from tests.servers import Service
from tests.steps import do, settle_all
from tests.web.parties import Case, grant, room


def test_jo_1008_2021_reasons_about_values_and_policy_and_others_afterwards(lite: Service) -> None:
    case = room(lite, "Nyköpingsfallet")
    said = {
        "reasons": "Arrangemanget strider mot demokratiska värderingar och kommunens policy.",
        "circumstances": "Oordning befaras.",
    }
    missing = case.stopped(case.officer, "propose", **case.proposal("5.3", **said))
    assert missing == {"requires.act", "requires.consultation", "requires.assessment", "decision.not_communicated"}

    # What is decided stays as it was said; later text is a dated addition beside it.
    case.do(case.officer, "withdrawal", received=today(), text="Vi drar oss ur.")
    case.officer.act(
        case.id, "decision", outcome="write_off", clauses="3.1", reasons="Återkallad.", delegation_point="L1"
    )
    case.do(case.officer, "addendum", kind="addendum", text="Egentligen av ordningsskäl.")
    page = case.officer.get(f"/cases/{case.id}").text.split('id="decision"')[1]
    assert page.index("Återkallad.") < page.index("Egentligen av ordningsskäl.")
    assert "Tillägg" in page


def test_jo_4602_2014_a_confirmed_booking_is_not_cancelled_for_views(lite: Service) -> None:
    case = room(lite, "Linköpingsfallet")
    approval = {"outcome": "approval", "clauses": "5.1", "reasons": "Lokalen passar.", "delegation_point": "L1"}
    page = case.officer.get(f"/cases/{case.id}").text
    for part in page.split("/findings/")[1:]:
        case.officer.act(case.id, f"findings/{part[:36]}", resolution="no_obstacle", reason="Kontrollerat.")
    assert case.officer.act(case.id, "decision", **approval).status_code == 303
    case.do(case.officer, "reopen", ground="revocation", text="Artisten har uttalat sig.")

    for clause in ("5.3", "6.1", "6.2"):
        missing = case.stopped(case.officer, "propose", **case.proposal(clause, outcome="revocation"))
        assert {"requires.act", "decision.not_communicated"} <= missing, clause
    # Nor can the same be called a refusal: the booking stands until it is revoked.
    assert case.stopped(case.officer, "propose", **case.proposal("4.1")) == {"decision.only_on_decision"}


def test_jo_4432_2008_unwritten_practice_is_no_clause(lite: Service) -> None:
    case = room(lite, "Alingsåsfallet")
    bare = case.proposal("5.2", clauses=[], reasons="Enligt praxis upplåts inte lokalen till sådana möten.")

    assert case.stopped(case.officer, "propose", **bare) == {"decision.clause_missing"}
    invented = case.proposal("praxis")
    assert case.stopped(case.officer, "propose", **invented) == {"decision.clause_missing"}


def test_jo_2654_2016_a_statement_of_values_is_not_what_a_clause_says(lite: Service) -> None:
    case = room(lite, "Botkyrkafallet")
    said = {"reasons": "Strider mot verksamhetsplanen och förvaltningens värdegrund.", "circumstances": "Värdegrunden."}
    assert "requires.assessment" in case.stopped(case.officer, "propose", **case.proposal("5.2", **said))

    # An assessment can be written about anything; so the second person is asked what JO asked.
    case.assessed("suitability")
    case.communicated("5.2")
    case.do(case.officer, "propose", **case.proposal("5.2", **said))
    answers = {f"answer_{one}": "yes" for one in QUESTIONS} | {"answer_written_rule": "no"}
    assert case.stopped(case.second, "second", text="Läst.", **answers) == {"proposal.second_disagrees"}
    signing = {"delegation_point": "L2"}
    assert case.stopped(case.boss, "sign", **signing) == {"decision.needs_second"}


@pytest.mark.parametrize(("amount", "clauses"), [("1", ["2.2"]), ("20 000", ["2.2"]), ("40 000", ["2.1"])])
def test_jo_2654_2016_in_disguise_a_part_that_is_a_refusal(lite: Service, amount: str, clauses: list[str]) -> None:
    """Of 45,000 kr: 1 kr or less than half, and more than half but for no reason that has to do with the frame."""
    case = grant(lite, f"Botkyrka i förklädnad {amount}")
    said = {"outcome": "partial_approval", "amount": amount, "reasons": "Åsikterna passar inte stadens värdegrund."}
    alone = case.proposal(clauses[0], **said) | {"clauses": clauses}

    wanted = {"decision.part_is_adverse", "decision.rests_on_nothing", "decision.not_communicated"}
    assert case.stopped(case.officer, "propose", **alone) == wanted
    decided = case.officer.act(case.id, "decision", **(alone | {"clauses": clauses[0], "delegation_point": "F1"}))
    assert decided.status_code == 422
    assert "ett avslag i sak" in decided.text, "and says why in plain words"

    # With all that a refusal takes it still needs a second person, who is asked what the court asked.
    case.assessed("purpose")
    case.communicated(clauses[0], outcome="partial_approval")
    case.do(case.officer, "propose", **alone)
    answers = {f"answer_{one}": "yes" for one in QUESTIONS} | {"answer_facts_not_views": "no"}
    assert case.stopped(case.second, "second", text="Åsikter.", **answers) == {"proposal.second_disagrees"}
    assert case.stopped(case.boss, "sign", delegation_point="F2") == {"decision.needs_second"}


def test_jo_4602_2014_in_disguise_some_times_of_a_series_and_no_others(lite: Service) -> None:
    document = a_premises_document(organiser="Linköping i delar") | {"organisation": association("Linköping i delar")}
    document["premises"] |= {
        "date": "2027-08-03",
        "series": {"rule": "FREQ=WEEKLY;COUNT=4", "leave_out_free_days": False},
    }
    case = Case(lite, document)
    page = case.officer.get(f"/cases/{case.id}").text
    for part in page.split("/findings/")[1:]:
        case.officer.act(case.id, f"findings/{part[:36]}", resolution="no_obstacle", reason="Kontrollerat.")
    page = case.officer.get(f"/cases/{case.id}").text
    times = re.findall(r'name="bookings"[^>]*value="([0-9a-f-]{36})"', page)
    assert len(times) == 4, page
    said = {
        "outcome": "partial_approval",
        "clauses": "5.1",
        "reasons": "Andra kvällar passar bättre.",
        "delegation_point": "L1",
    }

    one_of_four = case.officer.act(case.id, "decision", **said, bookings=times[:1])
    assert one_of_four.status_code == 422
    assert "ett avslag i sak" in one_of_four.text
    assert case.officer.act(case.id, "decision", **said, bookings=times[:2]).status_code == 303


def a_let_room(service: Service, name: str, day: str) -> Case:
    """A case with one confirmed time."""
    document = a_premises_document(**(QUIET | {"organiser": name, "date": day}))
    case = Case(service, document | {"organisation": association(name)})
    page = case.officer.get(f"/cases/{case.id}").text
    for part in page.split("/findings/")[1:]:
        case.officer.act(case.id, f"findings/{part[:36]}", resolution="no_obstacle", reason="Kontrollerat.")
    approval = {"outcome": "approval", "clauses": "5.1", "reasons": "Lokalen passar.", "delegation_point": "L1"}
    assert case.officer.act(case.id, "decision", **approval).status_code == 303
    return case


def test_jo_4602_2014_in_disguise_the_city_writes_that_the_hirer_cancels(lite: Service) -> None:
    """It cannot be known here who rang; so it is told to the hirer, who can have the time back with one word."""
    case = a_let_room(lite, "Linköping avbokat", "2027-09-06")
    page = case.officer.get(f"/cases/{case.id}/steps/cancel").text
    [time] = re.findall(r'name="bookings"[^>]*value="([0-9a-f-]{36})"', page)
    said = {"bookings": [time], "received": today(), "text": "Artisten har uttalat sig.", "language": "sv"}

    assert case.stopped(case.officer, "cancel", **said) == {"input.missing"}, "how did the hirer say so?"
    case.do(case.officer, "cancel", **said, how="phone")
    page = case.officer.get(f"/cases/{case.id}").text
    assert "Skicka brevet om avbokningen" in page, "a task until it is written down as sent"
    letter = re.findall(rf"/cases/{case.id}/letters/\d+", page)[0]
    assert case.officer.get(letter).content.startswith(b"%PDF")
    case.do(case.officer, "restore", bookings=[time], received=today(), text="Ordföranden: vi har inte avbokat.")
    assert "Hyresgästen avbokar" in case.officer.get(f"/cases/{case.id}").text, "it stands again"


def test_jo_4602_2014_in_disguise_the_room_is_closed_over_the_booking(lite: Service) -> None:
    case = a_let_room(lite, "Linköping stängt", "2027-09-07")
    closing = {"first": "2027-09-07", "last": "2027-09-07", "ground": "maintenance"}
    assert case.officer.send("/rooms/tallen/closures", **closing).status_code == 303

    page = case.officer.get(f"/cases/{case.id}").text
    assert "En bekräftad tid kan inte användas" in page, "for a person to offer something else or decide"
    assert "Skicka brevet om att lokalen inte kan användas" in page
    [notice] = re.findall(
        r'name="notice"[^>]*value="([0-9a-f-]{36})"', case.officer.get(f"/cases/{case.id}/steps/dispatch").text
    )
    case.do(case.officer, "dispatch", notice=notice, channel="mail", sent=today())
    page = case.officer.get(f"/cases/{case.id}").text
    assert "Skicka brevet om att lokalen inte kan användas" not in page
    assert "En bekräftad tid kan inte användas" in page, "a letter is no other room"


def letter_task(case: Case) -> str:
    """How it stands with the letter of the decision, as the case page says."""
    page = case.officer.get(f"/cases/{case.id}").text
    tasks = re.findall(r'<li class="granska-task">.*?</li>', page, re.DOTALL)
    [letter] = [task for task in tasks if "Skicka beslutet" in task]
    return letter


def test_jo_4602_2014_in_disguise_the_booking_is_moved_out_of_the_way(lite: Service) -> None:
    """What was moved as the hirer is said to have asked is told anew: what was sent says the time before."""
    case = a_let_room(lite, "Linköping flyttat", "2027-09-08")
    case.do(case.officer, "letter", channel="mail", language="sv", sent=today())
    page = case.officer.get(f"/cases/{case.id}/steps/move").text
    [time] = re.findall(r'name="booking"[^>]*value="([0-9a-f-]{36})"', page)
    sent = letter_task(case)
    moved = {"booking": time, "room": "tallen", "date": "2027-09-09", "from": "08:00", "to": "11:00"}
    case.do(case.officer, "move", **moved, text="De bad om det.")

    assert "Klart" in sent
    assert "Återstår" in letter_task(case)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_jo_4602_2014_in_disguise_holds_that_are_let_run_out(desk: Desk, clock: Clock) -> None:
    """Of four evenings that nobody decided in time one is held anew, and given: that is one of four."""
    officer = await petter(desk)
    series = {"rule": "FREQ=WEEKLY;COUNT=4", "leave_out_free_days": False}
    case_id = await asked(desk, date="2027-02-02", series=series)
    await taken(desk, case_id, officer)
    clock.forward(days=40)
    await bookings.free_lapsed_holds(desk)
    [first, *_] = await times(desk, case_id)
    to = {"booking": first.id, "room": "tallen", "day": "2027-02-02", "start": "18:00", "end": "21:00"}
    await do(desk, move_or_cancel.Move, case_id, officer, **to, text="Håll den första.")
    await run_waiting_checks(desk)
    await settle_all(desk, case_id, officer)

    for chosen in ([first.id], []):
        with pytest.raises(InvalidInput) as stopped:
            await do_decide(desk, case_id, officer, "partial_approval", chosen)
        assert "decision.part_is_adverse" in {problem.code for problem in stopped.value.problems}


@pytest.mark.parametrize("start", [grant, room])
def test_in_disguise_a_case_that_nobody_withdrew_is_not_written_off(
    lite: Service, start: Callable[[Service, str], Case]
) -> None:
    case = start(lite, "Avskriven utan återkallelse")
    said = {"outcome": "write_off", "clauses": "3.1", "reasons": "Ärendet föranleder ingen åtgärd."}

    for point in ("F1", "L1", "F2", "L2"):
        alone = case.officer.act(case.id, "decision", **said, delegation_point=point)
        assert alone.status_code in (403, 422), point
    missing = case.stopped(case.officer, "propose", **case.proposal("3.1", outcome="write_off"))
    assert {"requires.finding", "decision.not_communicated"} <= missing


def test_hfd_2011_10_a_basis_that_is_not_shown(lite: Service) -> None:
    case = grant(lite, "Fallet utan underlag")
    bare = case.proposal("2.3", circumstances="", reasons="Kriteriet är inte uppfyllt.")

    assert {"decision.circumstances_missing", "requires.assessment"} <= case.stopped(case.officer, "propose", **bare)


def test_hfd_2013_72_doctrine_is_not_an_act(lite: Service) -> None:
    case = grant(lite, "Lärofallet")
    case.assessed(*HEADS, *SPECIAL, "proportionality")
    case.communicated("4.1")

    said = {
        "reasons": "Föreningens lära strider mot principen.",
        "circumstances": "Läran, som den beskrivs i skrifter.",
    }
    assert case.stopped(case.officer, "propose", **case.proposal("4.1", **said)) == {"requires.act"}


@pytest.mark.parametrize(
    ("act", "code"),
    [
        ({"act_0_what": "pekades ut som en miljö", "act_0_grade": "press"}, "requires.act_source"),
        ({"act_0_what": "nämns i en rapport", "act_0_grade": "unsourced"}, "requires.act_source"),
        ({"act_0_what": "bjöd in en talare som ställdes in", "act_0_link": "yes"}, "requires.act_not_link"),
    ],
)
def test_fr_192_17_press_reports_and_guilt_by_association(lite: Service, act: dict[str, str], code: str) -> None:
    case = grant(lite, f"Miljöfallet {act['act_0_what']}")
    found = case.searched(**act)
    case.do(case.second, "verify-act", act=found)
    case.assessed(*HEADS, *SPECIAL, "proportionality")
    case.communicated("4.2")

    assert case.stopped(case.officer, "propose", **case.proposal("4.2", acts=[found])) == {code}


def test_fr_9821_18_special_reasons_were_not_assessed(lite: Service) -> None:
    case = grant(lite, "Fallet som hade agerat")
    found = case.searched()
    case.do(case.second, "verify-act", act=found)
    case.assessed(*HEADS, "proportionality", *SPECIAL[1:])
    case.communicated("4.1")
    wanted = case.proposal("4.1", acts=[found])
    assert case.stopped(case.officer, "propose", **wanted) == {"requires.assessment"}

    case.assessed("distanced")
    case.do(case.officer, "propose", **wanted)


def test_fr_2022_03_25_the_tone_of_posts_is_for_the_second_person_to_see(lite: Service) -> None:
    case = grant(lite, "Inläggsfallet")
    found = case.searched(
        act_0_what="skrev nedsättande inlägg", act_0_grade="own", act_0_source="Föreningens egen sida"
    )
    case.do(case.second, "verify-act", act=found)
    case.assessed(*HEADS, *SPECIAL, "proportionality")
    case.communicated("4.1")
    case.do(case.officer, "propose", **case.proposal("4.1", acts=[found]))

    answers = {f"answer_{one}": "yes" for one in QUESTIONS} | {"answer_facts_not_views": "no"}
    assert case.stopped(case.second, "second", text="Tonen, inte handlingar.", **answers) == {
        "proposal.second_disagrees"
    }
    case.do(case.second, "give-back", text="Det är åsikter, inte handlingar.")
    assert "Det är åsikter, inte handlingar." in case.officer.get(f"/cases/{case.id}").text


def test_kr_1383_19_a_documented_pattern_of_acts_carries(lite: Service) -> None:
    case = grant(lite, "Mönsterfallet")
    found = case.searched(act_0_what="bjöd flera år in talare som uppmanade till våld")
    assert case.stopped(case.officer, "verify-act", act=found) == {"act.verified_by_another"}
    case.do(case.second, "verify-act", act=found)
    case.assessed(*HEADS, *SPECIAL, "proportionality")
    case.communicated("4.2")
    case.do(case.officer, "propose", **case.proposal("4.2", acts=[found]))
    assert "/steps/sign" not in case.officer.get(f"/cases/{case.id}").text, "her own is not hers to sign"
    assert "Svaret ändrar inte bedömningen." in case.second.get(f"/cases/{case.id}/steps/second").text
    case.do(case.officer, "package", language="sv")
    case.do(case.second, "second", text="Läst allt.", **{f"answer_{one}": "yes" for one in QUESTIONS})
    minute = {"delegation_point": "N1", "minute_date": today(), "minute_paragraph": "§ 14"}
    of_last_year = minute | {"minute_date": "2025-12-20"}
    assert case.stopped(case.boss, "sign", **of_last_year) == {"decision.minute_before_package"}
    assert case.stopped(case.boss, "sign", **minute) == {"decision.extract_missing"}
    extract = {"file": ("utdrag.pdf", b"%PDF-1.7 utdrag", "application/pdf")}
    case.officer.act(case.id, "enclosures", kind="protokollsutdrag", files=extract)
    lite.screened(case.id)
    assert case.stopped(case.boss, "sign", **minute) == {"decision.second_outdated"}, (
        "what came has been read by nobody"
    )
    case.do(case.second, "second", text="Läst allt.", **{f"answer_{one}": "yes" for one in QUESTIONS})

    assert case.do(case.boss, "sign", **minute)["state"] == "decided"
    assert lite.run("log", "verify").returncode == 0

    # The auditor reads from the record that the applicant was heard, and that another person read the proposal.
    ronja = lite.signed_in("ronja")
    sheet = ronja.get(f"/records/{case.id}").text
    for hidden in ("Läst allt.", "Vi håller inte med.", "Svaret ändrar inte bedömningen."):
        assert hidden not in sheet
    assert "Förvaltningsrätten i Stockholm" in sheet.split("Så överklagar man")[1]
    ronja.send(f"/records/{case.id}/unmask", purpose="audit", note="Stickprov.")
    sheet = ronja.get(f"/records/{case.id}").text
    for shown in ("Läst allt.", "Vi håller inte med.", "Svaret ändrar inte bedömningen.", "Bo Handläggare"):
        assert shown in sheet


def test_a_stop_is_no_refusal_in_disguise(lite: Service) -> None:
    """What a refusal would take, a stop takes too: a clause, an answer first or an exception, and another person."""
    case = grant(lite, "Stoppfallet")
    wanted = {"ground": "reassessment", "text": "De har fel åsikter.", "until": in_days(60), "language": "sv"}

    assert case.stopped(case.officer, "consider-stop", **(wanted | {"ground": "values"})) == {"stop.ground_unknown"}
    assert case.stopped(case.officer, "consider-stop", **(wanted | {"ground": "listing"})) == {"stop.ground_unknown"}
    assert case.stopped(case.officer, "consider-stop", **(wanted | {"until": in_days(400)})) == {"stop.too_long"}
    assert case.stopped(case.officer, "stop", finding="", text="Nu.", language="sv") == {"support.not_confirmed"}
    put_forward = str(case.do(case.officer, "consider-stop", **wanted)["id"])
    setting = {"stop": put_forward, "text": "Jag håller med.", "language": "sv"}
    assert case.stopped(case.officer, "set-stop", **setting) == {"stop.set_by_another"}
    assert case.stopped(case.boss, "set-stop", **setting) == {"stop.not_heard"}
    case.do(case.officer, "stop-answer", stop=put_forward, text="Åsikter är fria.", received=today())
    assert case.stopped(case.second, "set-stop", **setting) == {"stop.decision_maker"}
