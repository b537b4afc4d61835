"""A district that has lived: eight weeks before today, through the steps themselves with the clock handed in."""

import random
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

from service.casework.review import incidents
from service.demo import district, grants, premises
from service.demo.town import DemoClock, Story, Town
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.domain.clock import STOCKHOLM, Instant, local_day, to_milliseconds
from service.domain.events.event import Actor, ActorKind
from service.domain.watchlist import ListState
from service.office import rights, rule_set_adoption
from service.proof.checkpoints import send_checkpoints, sign_log
from service.screening import list_settling
from service.screening.list_import import import_list
from service.screening.run_checks import run_waiting_checks

#: How long the district has lived (days).
WEEKS_IN_DAYS = 56
_RULES = "granvik-2026-1.toml"
#: Someone who has the same name as a chairperson whose case is open: the newest list names him, the one before did not.
_ADDED = "DEMO-P-099,person,Torsten Brolin,,,,XX,"


def clock_of(now: Instant) -> DemoClock:
    """The district's clock, at the morning on which it begins."""
    today = local_day(now)
    clock = DemoClock(today)
    clock.at = to_milliseconds(datetime.combine(today - timedelta(days=WEEKS_IN_DAYS), time(7), STOCKHOLM))
    return clock


async def fill(
    desk: Desk, clock: DemoClock, *, now: Instant, fixtures: Path, folder: Path, told: Callable[[date], None]
) -> bool:
    """Fill the database unless it has users already; returns whether it did. `told` hears of each day."""
    async with desk.store.reading() as reading:
        if await reading.users():
            return False
    today = local_day(now)
    texts = {file.name: file.read_text("utf-8") for file in sorted((fixtures / "rulesets").glob("*.toml"))}
    texts[_RULES] = _dated_rules(texts[_RULES], today)
    users = await district.set_up(desk, list(texts.values()), fixtures=fixtures, folder=folder)
    people = {user.email.partition("@")[0]: user for user in users}
    key = (await rights.rights_shown(desk)).keys[0]
    sender = Actor(ActorKind.KEY, key.pseudonym)
    chance = random.Random(today.toordinal())  # noqa: S311 - which hour somebody books
    town = Town(desk, clock, today, now, people, sender, chance)
    office = [_lists(fixtures), _newest_list(fixtures), _incidents, _draft(texts[_RULES]), _signing]
    stories = [*office, *grants.stories(town), *premises.stories(), _examples(fixtures)]
    await town.live(stories, told)
    clock.at = max(clock.at, now)
    await run_waiting_checks(desk)
    await sign_log(desk)
    await send_checkpoints(desk)
    return True


def _dated_rules(text: str, today: date) -> str:
    """The district's rules with round and seasons around today, and clearances that end within its weeks."""

    def day(days: int) -> str:
        return (today + timedelta(days=days)).isoformat()

    round_now = f"opens = {day(-70)}\ncloses = {day(17)}"
    season = f"opens = {day(-50)}\ncloses = {day(-20)}\nfirst = {day(30)}\nlast = {day(180)}"
    changed = (
        ("opens = 2026-07-01\ncloses = 2026-12-15", round_now),
        ("opens = 2026-09-01\ncloses = 2026-11-15\nfirst = 2027-01-11\nlast = 2027-06-13", season),
        ("Föreningsbidrag, andra halvåret 2026", "Föreningsbidrag, halvåret som pågår"),
        ("Association grants, second half of 2026", "Association grants, this half-year"),
        ("clearance_days = 365", "clearance_days = 60"),
        ("Veckotider våren 2027", "Veckotider nästa termin"),
        ("Weekly times, spring 2027", "Weekly times, next term"),
    )
    for before, after in changed:
        if before not in text:
            raise ValueError(f"the rule set has no {before!r}")
        text = text.replace(before, after)
    head, mark, rest = text.partition("# --- Gallring")
    after_next = f"""[[premises.seasons]]
id = "nasta"
title = {{ sv = "Veckotider terminen därpå", en = "Weekly times, the term after" }}
opens = {day(-10)}
closes = {day(30)}
first = {day(200)}
last = {day(340)}
most_hours = 6
text = {{ sv = "Samma regler som terminen före.", en = "The same rules as the term before." }}

"""
    return head + after_next + mark + rest


def _lists(fixtures: Path) -> Story:
    """The coordinator brings the list in anew each week, as its owner sends it."""

    async def story(town: Town) -> None:
        for days in range(-WEEKS_IN_DAYS + 7, -6, 7):
            await town.until(days, "07:15")
            text = district.demo_list(town.desk, fixtures)
            await import_list(town.desk, "demo", text, by=person(town.people["samir"]))

    return story


def _newest_list(fixtures: Path) -> Story:
    """The newest version names somebody more, whose namesake stands for an association with an open case."""

    async def story(town: Town) -> None:
        await town.until(-2, "07:15")
        text = district.demo_list(town.desk, fixtures).decode()
        head, _, rows = text.rstrip("\n").partition("\n")
        count = int(head.rpartition(",")[2]) + 1
        renewed = f"{head.rpartition(',')[0]},{count}\n{rows}\n{_ADDED}\n".encode()
        imported = await import_list(town.desk, "demo", renewed, by=person(town.people["samir"]))
        if imported.state is ListState.HELD:
            why = "Läst: ett namn till, som ägaren har meddelat."
            await list_settling.activate(town.desk, imported.version, why, by=person(town.people["siv"]))
        await town.checked()

    return story


async def _incidents(town: Town) -> None:
    """One whose days are over by now, and one that waits for a second person."""
    await town.until(-55, "13:00")
    damage = _incident(town, "802999-0036", "damage", "Ett bord gick sönder.", -60, until=-5)
    recorded = await incidents.record(town.desk, damage, by=town.people["petter"])
    await town.until(-54, "13:00")
    await incidents.verify(town.desk, recorded, saw=True, is_act=True, by=town.people["samir"])
    await town.until(-1, "13:00")
    unpaid = _incident(town, "802999-0051", "unpaid_invoice", "Fakturan för salen har inte betalats.", -20, until=200)
    await incidents.record(town.desk, unpaid, by=town.people["petter"])


def _incident(town: Town, number: str, kind: str, act: str, days: int, *, until: int) -> incidents.NewIncident:
    return incidents.NewIncident(
        org_number=number,
        kind=kind,
        room="tallen" if kind == "damage" else "",
        event_date=town.day(days),
        act=act,
        source="HV 2026/61, tjänsteanteckning",
        informed_on=town.day(days + 2),
        applicant_view="Föreningen säger att det ska ordnas.",
        expires_on=town.day(until),
    )


def _draft(text: str) -> Story:
    """A new version of the rules has been put forward, and waits for another person."""

    async def story(town: Town) -> None:
        await town.until(-5, "15:30")
        changed = text.replace('id = "granvik-2026-1"', 'id = "granvik-utkast"', 1)
        changed = changed.replace("valid_from = 2026-07-01", f"valid_from = {town.day(60).isoformat()}", 1)
        changed = changed.replace("surcharge_percent = 50", "surcharge_percent = 40", 1)
        await rule_set_adoption.propose(town.desk, changed, by=person(town.people["samir"]))

    return story


async def _signing(town: Town) -> None:
    """The log is signed every evening, and its checkpoints go out."""
    for days in range(-WEEKS_IN_DAYS, 0):
        await town.until(days, "22:00")
        await sign_log(town.desk)
        await send_checkpoints(town.desk)


def _examples(fixtures: Path) -> Story:
    """The examples that the help pages tell of came in this morning."""

    async def story(town: Town) -> None:
        await town.until(0, "06:00")
        alva, petter = town.people["alva"], town.people["petter"]
        await district.examples(town.desk, fixtures, grants_by=alva, rooms_by=petter)

    return story
