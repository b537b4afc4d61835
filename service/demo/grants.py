"""Eight weeks of grants: forty decided with letters, some late, new ones waiting, and what is out of the ordinary."""

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

from service.casework.decision import appeal, board_papers, delivery, proposal, sign, stops
from service.casework.intake.enclosures import add_enclosure
from service.casework.intake.receive import receive
from service.casework.review import assignment, correspondence, inquiry
from service.demo.town import Story, Town, number_of
from service.desk.actors import person
from service.domain.application import Kind
from service.domain.clock import local_day
from service.domain.decision import DecisionOutcome, Proposal
from service.settings import resource

_PLACES = ("Granvikens", "Enbackens", "Vikholmens", "Lindåsens", "Kvarnbyns", "Sjöhagens")
_SORTS = ("Teaterförening", "Schackklubb", "Sångkör", "Scoutkår", "Odlarförening", "Fiskeklubb", "Dansförening",
          "Pensionärsförening", "Ungdomsförening", "Hembygdsförening", "Bordtennisklubb", "Fotoklubb")  # fmt: skip
NAMES = tuple(f"{place} {sort}" for sort, place in product(_SORTS, _PLACES))
_PEOPLE = ("Ylva Granfors", "Henning Ekdal", "Maj Wiklund", "Torsten Brolin", "Aino Kallio", "Nils Hedvall",
           "Berit Sandahl", "Gustav Ahlqvist", "Signe Norrby", "Olle Rudberg")  # fmt: skip
_PURPOSES = ("Verksamhet för barn och unga på vardagskvällar.", "Öppna träffar varje vecka, också för nya medlemmar.",
             "En vårkonsert som är gratis för alla.", "Läger under lovet.", "Kurser för nybörjare.")  # fmt: skip
STATEMENTS = ("democratic_state", "human_rights", "gender_equality", "no_violent_extremism")
#: What has been granted when the district is opened, of a frame of 400,000 kr.
GRANTED_ORE = 32_000_000
ORDINARY = 36
STOPPED_ORE = 600_000
#: With the nine examples, twenty that nobody has taken.
NEW, OVERDUE = 11, 2


def association(place: int) -> dict[str, str]:
    """An invented association, with a number of our own making."""
    return {"name": NAMES[place % len(NAMES)], "org_number": number_of(300 + place)}


def declaration(town: Town, signatory: str, days: int) -> dict[str, Any]:
    """What the association attests, signed the day before it is handed in."""
    return {
        "text_version": "2026-1", "statements": dict.fromkeys(STATEMENTS, True), "signatory": signatory,
        "role": "ordförande", "date": town.day(days - 1).isoformat(), "method": "e_identification",
    }  # fmt: skip


def application(town: Town, place: int, days: int, amount_ore: int, **changed: Any) -> dict[str, Any]:
    """An application for a grant as the e-service sends it."""
    chair, other = _PEOPLE[place % 10], _PEOPLE[(place + 3) % 10]
    return {
        "kind": "grant",
        "organisation": association(place),
        "contact": {
            "name": chair, "email": "styrelsen@forening.example", "phone": "031-000 00 00",
            "address": [f"c/o {chair}", f"Lindgatan {place + 1}", "424 99 Granviken"],
        },
        "representatives": [{"name": chair, "role": "ordförande"}, {"name": other, "role": "kassör"}],
        "grant": {
            "type": ("verksamhetsbidrag", "aktivitetsbidrag", "lovaktivitet")[place % 3],
            "amount_ore": amount_ore,
            "purpose": _PURPOSES[place % len(_PURPOSES)],
            "period": {"from": town.day(20).isoformat(), "to": town.day(200).isoformat()},
        },
        "declaration": declaration(town, chair, days),
    } | changed  # fmt: skip


async def handed_in(town: Town, document: dict[str, Any], *, enclosed: bool = True) -> str:
    """The application comes in through the e-service with its enclosures, and the checks are run; its case."""
    received = await receive(town.desk, document, by=town.key, channel="e_service")
    if enclosed:
        await enclose(town, received.case_id)
    await town.checked()
    return received.case_id


async def enclose(town: Town, case_id: str) -> None:
    """The three papers that the routine asks for."""
    folder: Path = resource("fixtures") / "enclosures"
    for file in sorted(folder.glob("*.txt")):
        body = file.read_bytes()
        await add_enclosure(
            town.desk, case_id, kind=file.stem, name=file.name, media_type="text/plain", body=body, by=town.key,
            kinds=frozenset(Kind),
        )  # fmt: skip


def approval(amount_ore: int | None, **changed: Any) -> Proposal:
    """All, or within the frame what there is, for what the clause says."""
    values: dict[str, Any] = {
        "outcome": DecisionOutcome.APPROVAL, "delegation_point": "F1", "clauses": ("2.1",), "amount_ore": amount_ore,
        "reasons": "Verksamheten är öppen för stadsdelens invånare och kompletterar nämndens egen.",
        "search_left_out": "no_cause",
    }  # fmt: skip
    return Proposal(**(values | changed))


async def sent_and_posted(town: Town, case_id: str, who: str) -> None:
    """The letter goes out, and the decision is posted."""
    await town.do(delivery.SendLetter, case_id, who, channel="post", language="sv", sent="")
    posted = local_day(town.clock.at).isoformat()
    await town.do(delivery.PostNotice, case_id, who, posted=posted, adjusted="")


def ordinary(place: int, days: int, amount_ore: int, *, asked_ore: int, takes: int) -> Story:
    """Handed in, taken after a few days, decided, and the letter sent."""

    async def story(town: Town) -> None:
        who = "alva" if place % 3 else "bo"
        await town.until(days, f"{9 + place % 8:02d}:{place % 60:02d}")
        case_id = await handed_in(town, application(town, place, days, asked_ore))
        await town.until(days + takes, f"{8 + place % 8:02d}:{(7 * place) % 60:02d}")
        await town.open(case_id, who)
        if amount_ore == asked_ore:
            await town.decide(case_id, who, approval(amount_ore))
        else:
            part = {"outcome": DecisionOutcome.PARTIAL_APPROVAL, "clauses": ("2.1", "2.2")}
            reasons = "Det har sökts mer än det finns. Barn och unga går före, och bidraget räcker till halva lägret."
            await town.decide(case_id, who, approval(amount_ore, reasons=reasons, **part))
        await sent_and_posted(town, case_id, who)

    return story


def waiting(place: int, days: int, amount_ore: int, *, came: int | None = None) -> Story:
    """Handed in, and nobody has taken it yet; `came` is the day on which it reached the City, where it was another."""

    async def story(town: Town) -> None:
        await town.until(days, f"{10 + place % 7:02d}:{(11 * place) % 60:02d}")
        document = application(town, place, days if came is None else came, amount_ore)
        if came is not None:
            document["received_at"] = f"{town.day(came).isoformat()}T11:00:00+01:00"
        await handed_in(town, document)

    return story


async def withdrawn(town: Town) -> None:
    """The applicant takes it back, and it is written off."""
    await town.until(-41, "11:05")
    case_id = await handed_in(town, application(town, 60, -41, 700_000))
    await town.until(-36, "09:10")
    await town.open(case_id, "bo")
    await town.do(
        assignment.Withdraw, case_id, "bo", received=town.day(-36).isoformat(), text="Vi hinner inte med det i år."
    )
    written_off = {"outcome": DecisionOutcome.WRITE_OFF, "clauses": ("3.1",), "reasons": "Ansökan är återkallad."}
    await town.decide(case_id, "bo", approval(None, **written_off))
    await sent_and_posted(town, case_id, "bo")


async def _refused_on_merits(town: Town, place: int, days: int) -> str:
    """Heard, proposed, read by a second and refused by the head of unit: the activity is not for the residents."""
    case_id = await _proposed_on_merits(town, place, days)
    await _seconded(town, case_id, days + 13)
    await town.until(days + 14, "15:00")
    await town.do(sign.Sign, case_id, "disa", delegation_point="F2")
    await sent_and_posted(town, case_id, "alva")
    return case_id


async def _seconded(town: Town, case_id: str, days: int) -> None:
    await town.until(days, "09:00")
    answers = {f"answer_{question}": "yes" for question in ("facts_not_views", "written_rule", "answered")}
    await town.do(proposal.Second, case_id, "bo", text="Läst.", **answers)


async def waits_for_the_second(town: Town) -> None:
    """Proposed, and to be read by a colleague."""
    await _proposed_on_merits(town, 58, -14)


async def waits_for_the_signature(town: Town) -> None:
    """Proposed and read, and to be signed."""
    case_id = await _proposed_on_merits(town, 59, -16)
    await _seconded(town, case_id, -3)


async def _proposed_on_merits(town: Town, place: int, days: int) -> str:
    await town.until(days, "10:20")
    case_id = await handed_in(town, application(town, place, days, 2_500_000))
    await town.until(days + 4, "13:00")
    await town.open(case_id, "alva", "bo", "disa")
    purpose = "Resan är för medlemmar som bor i andra kommuner."
    await town.do(inquiry.Assess, case_id, "alva", criterion="purpose", result="not_met", text=purpose)
    asked = await town.do(
        correspondence.Communicate, case_id, "alva", outcome="refusal", clauses=["2.3"], due="", channel="mail",
        language="sv", text="Så här ser vi på det. Vad säger ni?",
    )  # fmt: skip
    await town.until(days + 10, "10:00")
    answer = {"communication": asked, "received": town.day(days + 10).isoformat()}
    await town.do(
        correspondence.AnswerCommunication, case_id, "alva", text="Några medlemmar bor i stadsdelen.", **answer
    )
    await town.until(days + 12, "14:30")
    said = {
        "outcome": "refusal", "delegation_point": "F2", "clauses": ["2.3"], "search_left_out": "no_cause", "amount": "",
        "reasons": "Bidrag ges till verksamhet som är till nytta för stadsdelens invånare. Det är inte den här resan.",
        "circumstances": "Två av fyrtio deltagare bor i stadsdelen, enligt ansökan.",
        "response": "Att några medlemmar bor här ändrar inte vem resan är för.",
    }  # fmt: skip
    await town.do(proposal.Propose, case_id, "alva", **said)
    return case_id


async def refused_and_appealed(town: Town) -> None:
    """Refused on merits; the appeal came in time and is to be sent to the court."""
    case_id = await _refused_on_merits(town, 61, -30)
    await town.until(-2, "11:00")
    await town.do(
        appeal.ReceiveAppeal, case_id, "alva", received=town.day(-2).isoformat(), text="Vi överklagar beslutet."
    )
    await town.do(appeal.CheckAppealInTime, case_id, "alva", in_time="yes", text="Kom inom tre veckor.")


async def annulled_and_reopened(town: Town) -> None:
    """Refused, appealed, annulled by the court: the case is open again and waits for its officer."""
    case_id = await _refused_on_merits(town, 62, -55)
    await town.until(-35, "10:30")
    await town.do(appeal.ReceiveAppeal, case_id, "alva", received=town.day(-35).isoformat(), text="Beslutet är fel.")
    await town.do(appeal.CheckAppealInTime, case_id, "alva", in_time="yes", text="I tid.")
    await town.until(-33, "10:30")
    await town.do(appeal.ForwardAppeal, case_id, "alva", on=town.day(-33).isoformat())
    await town.until(-6, "13:30")
    body = b"Domstolens dom: beslutet upphavs och visas ater till namnden for ny handlaggning."
    await add_enclosure(
        town.desk, case_id, kind="domstolsavgorande", name="dom.txt", media_type="text/plain", body=body,
        by=person(town.people["bo"]), kinds=frozenset(Kind),
    )  # fmt: skip
    await town.checked()
    ruling = {"outcome": "annulled", "on": town.day(-6).isoformat()}
    await town.do(appeal.SettleAppeal, case_id, "alva", text="Mål 118-26: beslutet upphävs.", **ruling)


async def refused_by_the_board(town: Town) -> None:
    """An act that a court has tried; heard, read by a second, and refused by the board itself."""
    await town.until(-50, "10:10")
    case_id = await handed_in(town, application(town, 63, -50, 3_000_000))
    await town.until(-46, "10:00")
    await town.open(case_id, "alva", "bo", "disa")
    act = {
        "act_0_who": "Ordföranden", "act_0_capacity": "företrädare, vid föreningens årsmöte",
        "act_0_what": "hotade en besökare med våld", "act_0_when": town.day(-120).isoformat(),
        "act_0_source": "Tingsrättens dom B 77-26", "act_0_grade": "decision", "act_0_link": "no",
    }  # fmt: skip
    searched = town.day(-46).isoformat()
    [found] = await town.do(
        inquiry.RecordSearch, case_id, "alva", template="open_sources", searched_on=searched, found=["inget"] * 4, **act
    )
    await town.do(inquiry.VerifyAct, case_id, "bo", act=found)
    for criterion in (
        "head1", "head2", "head3", "head4", "distanced", "measures", "single", "long_ago", "proportionality"
    ):  # fmt: skip
        met = "met" if criterion == "head1" else "not_met"
        await town.do(inquiry.Assess, case_id, "alva", criterion=criterion, result=met, text="Bedömt mot handlingarna.")
    asked = await town.do(
        correspondence.Communicate, case_id, "alva", outcome="refusal", clauses=["4.1"], due="", channel="post",
        language="sv", text="Det här är det vi ser. Vad säger ni om det?",
    )  # fmt: skip
    await town.until(-38, "10:00")
    received = town.day(-38).isoformat()
    await town.do(
        correspondence.AnswerCommunication, case_id, "alva", communication=asked,
        text="Vi tar avstånd från det som hände.", received=received,
    )  # fmt: skip
    await town.until(-36, "10:00")
    await town.do(
        proposal.Propose, case_id, "alva", outcome="refusal", delegation_point="N1", clauses=["4.1"], acts=[found],
        amount="", search_left_out="", circumstances="Hotet är prövat i domstol.",
        reasons="Föreningens ordförande hotade en besökare vid föreningens möte. Det är ett hinder mot stöd.",
        response="Avståndstagandet kom efter domen, och ordföranden är kvar.",
    )  # fmt: skip
    await town.do(board_papers.Package, case_id, "alva", language="sv")
    await town.until(-28, "18:00")
    await add_enclosure(
        town.desk, case_id, kind="protokollsutdrag", name="utdrag.txt", media_type="text/plain",
        body="Utdrag ur nämndens protokoll, paragraf 14.".encode(), by=person(town.people["alva"]),
        kinds=frozenset(Kind),
    )  # fmt: skip
    await town.checked()
    await town.until(-28, "18:30")
    answers = ("facts_not_views", "written_rule", "own_act", "answered")
    await town.do(proposal.Second, case_id, "bo", text="Läst.", **{f"answer_{one}": "yes" for one in answers})
    minute = {"minute_date": town.day(-28).isoformat(), "minute_paragraph": "§ 14"}
    await town.do(sign.Sign, case_id, "disa", delegation_point="N1", **minute)
    await town.until(-27, "10:00")
    await town.do(delivery.SendLetter, case_id, "alva", channel="post", language="sv", sent="")
    day = town.day(-27).isoformat()
    await town.do(delivery.PostNotice, case_id, "alva", posted=day, adjusted=day)


async def asked_to_complete(town: Town) -> None:
    """Something was missing: one has answered, one has not."""
    await town.until(-18, "09:20")
    answered = await handed_in(town, application(town, 64, -18, 800_000), enclosed=False)
    silent = await handed_in(town, application(town, 65, -18, 900_000), enclosed=False)
    await town.until(-15, "10:15")
    asked = ""
    for case_id in (silent, answered):
        await town.open(case_id, "alva")
        asked = await town.do(
            correspondence.AskCompletion, case_id, "alva", text="Ring gärna om något är oklart.", due="", language="sv"
        )
    await town.until(-9, "13:45")
    await enclose(town, answered)
    received = town.day(-9).isoformat()
    answer = {"completion": asked, "text": "Här kommer stadgarna och protokollet.", "received": received}
    await town.do(correspondence.AnswerCompletion, answered, "alva", **answer)
    await town.checked()


async def stopped(town: Town) -> None:
    """A grant was given, the report of the last one never came: the support is stopped."""
    await town.until(-52, "09:40")
    case_id = await handed_in(town, application(town, 66, -52, STOPPED_ORE))
    await town.until(-48, "09:50")
    await town.open(case_id, "alva", "bo")
    await town.decide(case_id, "alva", approval(STOPPED_ORE))
    await sent_and_posted(town, case_id, "alva")
    await town.until(-25, "10:00")
    stop = await town.do(
        stops.ConsiderStop, case_id, "alva", ground="missing_report", until=town.day(60).isoformat(), exception="",
        exception_text="", language="sv", text="Redovisningen av förra årets bidrag har inte kommit.",
    )  # fmt: skip
    await town.until(-15, "10:00")
    received = town.day(-15).isoformat()
    await town.do(stops.AnswerStop, case_id, "alva", stop=stop, text="Kassören har slutat.", received=received)
    await town.until(-13, "10:00")
    await town.do(stops.SetStop, case_id, "bo", stop=stop, text="Den har ännu inte kommit.", language="sv")


def _amounts(town: Town, total_ore: int) -> list[int]:
    """What the ordinary ones are granted: in pairs that come to as much as each other, the last to what is left."""
    pairs = ORDINARY // 2
    each = total_ore // pairs // 50_000 * 50_000
    found: list[int] = []
    for pair in range(pairs):
        both = each if pair < pairs - 1 else total_ore - each * (pairs - 1)
        first = 50_000 * town.chance.randrange(10, 24)
        found += [first, both - first]
    return found


def stories(town: Town) -> Sequence[Story]:
    """Every grant's."""
    amounts = _amounts(town, GRANTED_ORE - STOPPED_ORE)
    found: list[Story] = []
    for place, amount_ore in enumerate(amounts):
        days = -54 + place * 44 // ORDINARY
        asked_ore = amount_ore * 2 if place % 9 == 4 else amount_ore
        found.append(ordinary(place, days, amount_ore, asked_ore=asked_ore, takes=3 + place % 6))
    found += [
        waiting(40 + number % 20, -8 + number * 8 // NEW, 400_000 + 50_000 * number) for number in range(NEW - OVERDUE)
    ]
    found += [waiting(67 + number, -54 + number, 750_000, came=-63 + number) for number in range(OVERDUE)]
    found += [withdrawn, refused_and_appealed, annulled_and_reopened, refused_by_the_board, asked_to_complete, stopped]
    found += [waits_for_the_second, waits_for_the_signature]
    return found
