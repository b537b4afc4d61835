"""Eight weeks of rooms: clearances, bookings by phone and by decision, a season shared out, tonight's door."""

from collections.abc import Sequence
from itertools import product
from typing import Any

from service.bookings import clearance_steps, doors, season_allocation
from service.bookings.availability import Call
from service.casework.decision import delivery, follow_up, proposal, sign
from service.casework.intake import phone_booking
from service.casework.intake.receive import receive
from service.casework.review import correspondence, inquiry
from service.demo.grants import declaration
from service.demo.town import Story, Town, number_of
from service.domain.decision import DecisionOutcome, Proposal
from service.domain.errors import GranskaError
from service.domain.premises import WEEKDAYS

#: Associations with a standing clearance: one is withdrawn, and the first expires within days.
CLEARED = ("Granvikens Studiecirklar", "Vikholmens Innebandy", "Lindåsens Kör", "Enbackens Yoga", "Sjöhagens Schack",
           "Kvarnbyns Folkdans")  # fmt: skip
WITHDRAWN = 5
#: The day before the first of the others gets theirs; until they have it, the first books alone.
_OTHERS = -30
A_WEEK = 25
_FIRST_PLACE = 500
_GROUPS = ("Innebandypojkarna", "Innebandyflickorna", "Gympaklubben", "Seniorgympan", "Badmintonvännerna",
           "Judoklubben", "Cirkusskolan", "Dansgruppen", "Volleybollaget", "Parkourgruppen", "Bordtennisen",
           "Fäktklubben", "Handbollsskolan")  # fmt: skip
_USE = {"tallen": "mote", "linden": "mote", "vikhallen.a": "traning", "vikhallen.b": "traning",
        "vikhallen.c": "traning"}  # fmt: skip
_HOURS = (("16:00", "17:30"), ("17:30", "19:00"), ("19:00", "20:30"))
#: Weekly times that are let by decision, one an association; the rest of the week is booked by phone.
_SERIES = 13
#: What is wanted sooner than this many days after the call is a person's to assess.
_AHEAD = 3
_HALLS = ("vikhallen.a", "vikhallen.b", "vikhallen.c")


def association(place: int) -> dict[str, str]:
    """One of those with a clearance."""
    return {"name": CLEARED[place], "org_number": number_of(_FIRST_PLACE + place)}


def application(town: Town, organisation: dict[str, str], days: int, **premises: Any) -> dict[str, Any]:
    """An application for a room as the e-service sends it, handed in on that day."""
    chair = "Agneta Sidén"
    wanted = {
        "type": "booking", "room": "tallen", "from": "18:00", "to": "20:00", "purpose": "Möte med medlemmarna.",
        "organiser": organisation["name"], "speakers": [], "co_organisers": [], "open_to_public": False,
        "expected_number": 12, "use": "mote",
    }  # fmt: skip
    return {
        "kind": "premises",
        "organisation": organisation,
        "contact": {"name": chair, "email": "bokning@forening.example"},
        "representatives": [{"name": chair, "role": "ordförande"}],
        "premises": wanted | premises,
        "declaration": declaration(town, chair, days),
    }


async def handed_in(town: Town, document: dict[str, Any]) -> str:
    """It comes in through the e-service, and the checks are run; its case."""
    received = await receive(town.desk, document, by=town.key, channel="e_service")
    await town.checked()
    return received.case_id


def approval() -> Proposal:
    """The room is let."""
    return Proposal(
        DecisionOutcome.APPROVAL, "L1", ("5.1",), "Lokalen är ledig och passar.", search_left_out="no_cause"
    )


async def let(town: Town, case_id: str) -> None:
    """Taken, found without obstacle, let, and told."""
    await town.open(case_id, "petter")
    await town.decide(case_id, "petter", approval())
    await town.do(delivery.SendLetter, case_id, "petter", channel="mail", language="sv", sent="")


def cleared(place: int) -> Story:
    """A first booking is let by decision, and gives a standing clearance; one of them is withdrawn."""

    async def story(town: Town) -> None:
        days = -56 if place == 0 else _OTHERS + place
        await town.until(days, f"09:{10 * place:02d}")
        room, use = ("tallen", "mote") if place % 2 else ("vikhallen.a", "traning")
        first = town.day(days + 6).isoformat()
        morning = {"from": "09:00", "to": "11:00"}
        document = application(town, association(place), days, room=room, use=use, date=first, **morning)
        case_id = await handed_in(town, document)
        await town.until(days, f"13:{10 * place:02d}")
        await let(town, case_id)
        await town.do(clearance_steps.GiveClearance, case_id, "petter")
        if place == WITHDRAWN:
            await town.until(-12, "10:00")
            why = "Föreningen har bytt styrelse och attesterar på nytt."
            await town.do(clearance_steps.RevokeClearance, case_id, "petter", text=why)

    return story


def weekly(place: int) -> Story:
    """A weekly time all through these weeks, let by decision."""

    async def story(town: Town) -> None:
        await town.until(-56, f"10:{4 * place:02d}")
        room = _HALLS[place // 5]
        first = town.day(-49 - town.today.weekday() + place % 5)
        rule = f"FREQ=WEEKLY;UNTIL={town.day(13):%Y%m%d}"
        organisation = {"name": f"{_GROUPS[place]} i Granviken", "org_number": number_of(520 + place)}
        document = application(
            town, organisation, -56, room=room, use="traning", date=first.isoformat(),
            series={"rule": rule, "leave_out_free_days": False}, **{"from": "16:00", "to": "17:30"},
        )  # fmt: skip
        case_id = await handed_in(town, document)
        await town.until(-56, f"14:{4 * place:02d}")
        await let(town, case_id)

    return story


def by_phone(week: int) -> Story:
    """A week's bookings: each called in by an association with a clearance, and carried out at once."""

    async def story(town: Town) -> None:
        start = 7 * week - town.today.weekday()
        called = min(max(start - 3, -55), 0)
        await town.until(called, "08:40")
        times = product(range(7), _HOURS, _USE)
        slots = [(day, room, hours) for day, hours, room in times if not _is_weekly(room, hours)]
        town.chance.shuffle(slots)
        booked = 0
        for day, room, (begins, ends) in slots:
            if booked == A_WEEK - _SERIES:
                break
            if start + day < called + _AHEAD:
                continue
            place = town.chance.randrange(WITHDRAWN) if called > _OTHERS + WITHDRAWN else 0
            call = Call(
                room, town.day(start + day).isoformat(), begins, ends, number_of(_FIRST_PLACE + place), use=_USE[room],
                persons=10, public=False,
            )  # fmt: skip
            booked += await _booked(town, call)

    return story


def _is_weekly(room: str, hours: tuple[str, str]) -> bool:
    return room in _HALLS and hours[0] == "16:00"


async def _booked(town: Town, call: Call) -> bool:
    """Whether it could be had: the caller is told at once where it could not."""
    try:
        purpose = "Träning" if call.use == "traning" else "Styrelsemöte"
        await phone_booking.book(town.desk, call, purpose=purpose, hold=None, by=town.people["petter"])
    except GranskaError:
        return False
    return True


async def refused_a_room(town: Town) -> None:
    """The hall does not hold them, and there is no other: heard, proposed, read and refused."""
    await town.until(-40, "09:15")
    organisation = {"name": "Motorburna Vänner", "org_number": number_of(590)}
    document = application(
        town, organisation, -40, room="granen", use="mote", date=town.day(40).isoformat(), expected_number=110,
        purpose="Utställning med fordon inne i salen.",
    )  # fmt: skip
    case_id = await handed_in(town, document)
    await town.until(-38, "10:00")
    await town.open(case_id, "petter", "bo", "disa")
    await town.do(
        inquiry.Assess, case_id, "petter", criterion="suitability", result="not_met", text="Golvet bär inte fordon."
    )
    asked = await town.do(
        correspondence.Communicate, case_id, "petter", outcome="refusal", clauses=["5.2"], due="", channel="mail",
        language="sv", text="Golvet är inte byggt för fordon. Kan ni vara utomhus?",
    )  # fmt: skip
    await town.until(-30, "10:00")
    answer = {"communication": asked, "received": town.day(-30).isoformat()}
    await town.do(correspondence.AnswerCommunication, case_id, "petter", text="Nej, det går inte.", **answer)
    await town.until(-29, "10:00")
    await town.do(
        proposal.Propose, case_id, "petter", outcome="refusal", delegation_point="L2", clauses=["5.2"], amount="",
        search_left_out="no_cause", reasons="Salen kan inte användas för fordon utan att golvet skadas.",
        circumstances="Golvet bär 400 kg per kvadratmeter enligt hyresvärdens intyg.",
        response="Att vara utomhus har erbjudits.",
    )  # fmt: skip
    await town.until(-28, "10:00")
    answers = {f"answer_{question}": "yes" for question in ("facts_not_views", "written_rule", "answered")}
    await town.do(proposal.Second, case_id, "bo", text="Läst.", **answers)
    await town.until(-28, "15:00")
    await town.do(sign.Sign, case_id, "disa", delegation_point="L2")
    await town.do(delivery.SendLetter, case_id, "petter", channel="mail", language="sv", sent="")
    await town.do(delivery.PostNotice, case_id, "petter", posted=town.day(-28).isoformat(), adjusted="")


async def wants_a_room(town: Town) -> None:
    """A few that wait for the premises unit."""
    for number, days in enumerate((-3, -2, -1)):
        await town.until(days, f"11:{10 * number:02d}")
        organisation = {"name": f"Nya Föreningen {number + 1}", "org_number": number_of(540 + number)}
        wanted = town.day(24 + number).isoformat()
        await handed_in(town, application(town, organisation, days, date=wanted, open_to_public=True))


async def tonight(town: Town) -> None:
    """Three have a room tonight: one is ready for the key, one has not accepted the terms, one is a private person."""
    await town.until(-9, "12:00")
    ready = await handed_in(town, _tonight(town, "Sällskapet Kvällsro", 550, "19:00", "21:00"))
    missing = await handed_in(town, _tonight(town, "Spelkvällens Vänner", 551, "18:00", "21:00", room="linden"))
    private = application(
        town, {"name": "Kerstin Hallgren"}, -9, room="enbuskens-oppna-rum", hirer="person", use="fest",
        date=town.today.isoformat(), expected_number=20, **{"from": "17:00", "to": "21:00"},
    )  # fmt: skip
    del private["declaration"], private["representatives"]
    private["contact"]["name"] = "Kerstin Hallgren"
    party = await handed_in(town, private)
    await town.until(-8, "09:00")
    for case_id in (ready, missing, party):
        await let(town, case_id)
    for case_id in (ready, party):
        terms = {"terms": "2026-1", "on": town.day(-8).isoformat()}
        await town.do(follow_up.AcceptTerms, case_id, "petter", text="Godkända i mejl.", **terms)
    await town.until(0, "06:30")
    await doors.screen_doors(town.desk)


def _tonight(town: Town, name: str, place: int, begins: str, ends: str, room: str = "granen") -> dict[str, Any]:
    wanted = {"room": room, "use": "mote", "expected_number": 10, "date": town.today.isoformat()}
    organisation = {"name": name, "org_number": number_of(place)}
    return application(town, organisation, -9, **wanted, **{"from": begins, "to": ends})


async def a_season(town: Town) -> None:
    """Groups ask for weekly times; when the window has closed they are shared out, and the next window has opened."""
    groups = (("barn-unga", "Enbackens Ungdomsgympa"), ("ovriga", "Motionärerna"), ("barn-unga", "Lilla Laget"))
    for number, (group, name) in enumerate(groups):
        await town.until(-45 + 5 * number, "14:00")
        await handed_in(town, _weekly_times(town, name, 560 + number, group, "2027-varen", -45 + 5 * number))
    await town.until(-18, "10:00")
    await season_allocation.share_out(town.desk, "2027-varen", by=town.people["petter"])
    await town.until(-4, "14:00")
    await handed_in(town, _weekly_times(town, "Lilla Laget", 562, "barn-unga", "nasta", -4))


def _weekly_times(town: Town, name: str, place: int, group: str, season: str, days: int) -> dict[str, Any]:
    wishes = [
        {"weekday": WEEKDAYS[weekday], "from": "17:30", "to": "19:00", "rooms": ["vikhallen.a", "vikhallen.b"]}
        for weekday in (1, 3)
    ]
    wanted = {"season": season, "group": group, "wishes": wishes}
    return application(
        town, {"name": name, "org_number": number_of(place)}, days, type="season", room="vikhallen.a", use="traning",
        date=town.day(45 if season == "2027-varen" else 220).isoformat(), season=wanted,
        purpose="Veckotider under terminen.", **{"from": "17:30", "to": "19:00"},
    )  # fmt: skip


def stories() -> Sequence[Story]:
    """Every room's."""
    weeks = [by_phone(week) for week in range(-7, 2)]
    found: list[Story] = [cleared(place) for place in range(len(CLEARED))]
    found += [weekly(place) for place in range(_SERIES)]
    return [*found, *weeks, refused_a_room, wants_a_room, tonight, a_season]
