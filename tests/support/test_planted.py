"""A hundred pieces of support on each engine, each touched by one change: a proposal for each, and none for the others."""

import random
import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from stdnum import luhn

from service.bookings import clearance_steps, key_access
from service.casework.decision import follow_up
from service.casework.review import incidents
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.domain.events.support import ReassessmentProposed
from service.domain.people import User
from service.office import rule_set_adoption
from service.proof.verification import verify_log
from service.worker import Worker, jobs
from tests.booking_steps import do_decide, petter, taken
from tests.builders import QUIET, RULES_2026, a_declaration, a_grant_document, a_premises_document, an_incident
from tests.fakes import Clock
from tests.steps import do, listed_too, screened, settle_all, someone, three
from tests.support.planting import granted

KINDS = ("payment", "conditions", "bookings", "clearance")
CHANGES = ("list", "board", "incident", "rule")
#: Of each kind and change so many; the keys that are out come on top.
EACH = 7
#: A change has to have become its proposals within so many seconds.
MOST_SECONDS = 60
SWEEP = next(job for job in jobs(sign_every_ms=60_000) if job.name == "sweep")


def a_name(number: int) -> str:
    """Two words that nobody else's resemble."""
    chance = random.Random(number)
    syllables = [first + second for first in "bdfgklmnprstv" for second in "aeiou"]
    given_name, family = ("".join(chance.choices(syllables, k=5)) for _ in range(2))
    return f"{given_name.title()} {family.title()}"


@dataclass
class Planted:
    """A piece of support: its case, and what is known of its association."""

    case_id: str
    organisation: dict[str, str]
    chair: str
    kind: str
    change: str


@dataclass
class Field:
    """What has been planted, and who planted it."""

    desk: Desk
    clock: Clock
    alva: User
    bo: User
    lena: User
    pieces: list[Planted] = field(default_factory=list)
    day: date = date(2026, 12, 1)

    def of(self, change: str) -> list[Planted]:
        return [piece for piece in self.pieces if piece.change == change]

    async def plant(self, kind: str, change: str) -> None:
        number = len(self.pieces)
        chair = a_name(number)
        stem = f"80298{number:04}"
        organisation = {
            "name": a_name(1000 + number),
            "org_number": f"{stem[:6]}-{stem[6:]}{luhn.calc_check_digit(stem)}",
        }
        role = "firmatecknare" if change == "rule" else "ordförande"
        document = a_grant_document(
            organisation=organisation,
            representatives=[{"name": chair, "role": role}],
            declaration=a_declaration(signatory=chair, role=role),
        )
        case_id = await (
            self._grant(document, kind) if kind in ("payment", "conditions") else self._room(document, kind)
        )
        self.pieces.append(Planted(case_id, organisation, chair, kind, change))

    async def _grant(self, document: dict[str, Any], kind: str) -> str:
        case_id = await granted(self.desk, self.alva, **document)
        if kind == "conditions":
            await do(
                self.desk, follow_up.AcceptTerms, case_id, self.alva, terms="2026-1", on="2026-11-22", text="I mejl."
            )
            await do(self.desk, follow_up.ReleasePayment, case_id, self.alva)
        return case_id

    async def _room(self, document: dict[str, Any], kind: str) -> str:
        self.day += timedelta(days=1)
        when = "2026-11-23" if kind == "keys" else self.day.isoformat()
        first_key = kind == "keys" and not any(piece.kind == "keys" for piece in self.pieces)
        room = "tallen" if first_key else "granen"
        asked = a_premises_document(**{**QUIET, "date": when, "room": room}) | {
            name: document[name] for name in ("organisation", "representatives", "declaration")
        }
        case_id = await screened(self.desk, asked)
        await taken(self.desk, case_id, self.lena)
        await settle_all(self.desk, case_id, self.lena)
        await do_decide(self.desk, case_id, self.lena)
        if kind == "clearance":
            await do(self.desk, clearance_steps.GiveClearance, case_id, self.lena)
        if kind == "keys":
            on = {"terms": "2026-1", "on": "2026-11-22", "text": "I mejl."}
            await do(self.desk, follow_up.AcceptTerms, case_id, self.lena, **on)
            await do(self.desk, key_access.ScreenForKey, case_id, self.lena)
            async with self.desk.store.reading() as reading:
                [booking] = (await reading.bookings_of([case_id]))[case_id]
            await do(self.desk, key_access.GiveKey, case_id, self.lena, booking_id=booking.id)
        return case_id

    async def proposed(self) -> dict[str, set[str]]:
        """By case, the kinds of support that a proposal in it names."""
        found: dict[str, set[str]] = {}
        async with self.desk.store.reading() as reading:
            rows = await reading.entries_of_type(ReassessmentProposed, limit=1000)
        from service.audit.leaf import data_of

        for row in rows:
            data = data_of(row.leaf)
            assert isinstance(data, ReassessmentProposed)
            assert row.case_id not in found, "one proposal for each"
            found[row.case_id or ""] = {part.kind for part in data.support}
        return found


async def the_list(plot: Field) -> None:
    rows = [f"DEMO-X-{n:03},person,{piece.chair},,,,XX," for n, piece in enumerate(plot.of("list"))]
    await listed_too(plot.desk, *rows)


async def the_board(plot: Field) -> None:
    """Each association applies once more, with somebody on its board who is on the list."""
    for piece in plot.of("board"):
        people = [{"name": piece.chair, "role": "ordförande"}, {"name": "Tarkvin Vossberg", "role": "kassör"}]
        document = a_grant_document(
            organisation=piece.organisation, representatives=people, declaration=a_declaration(signatory=piece.chair)
        )
        await screened(plot.desk, document)


async def the_incident(plot: Field) -> None:
    for piece in plot.of("incident"):
        new = an_incident(org_number=piece.organisation["org_number"])
        made = await incidents.record(plot.desk, new, by=plot.alva)
        await incidents.verify(plot.desk, made, saw=True, is_act=True, by=plot.bo)


async def the_rule(plot: Field) -> None:
    """A new rule set takes pending cases, and no longer lets one role sign for an association."""
    text = RULES_2026.read_text("utf-8").replace("granvik-2026-1", "granvik-ny").replace("2026-07-01", "2026-11-24")
    text = text.replace("takes_pending_cases = false", "takes_pending_cases = true").replace(', "firmatecknare"', "")
    sam = await someone(plot.desk, "Sam", "role:coordinator")
    ada = await someone(plot.desk, "Siv", "role:coordinator")
    draft = await rule_set_adoption.propose(plot.desk, text, by=person(sam))
    await rule_set_adoption.show_impact(plot.desk, draft, by=person(ada))
    await rule_set_adoption.adopt(plot.desk, draft, by=person(ada))
    plot.clock.forward(days=2)


HAPPENS = {"list": the_list, "board": the_board, "incident": the_incident, "rule": the_rule}


async def test_each_piece_that_a_change_touches_is_proposed_within_a_minute_and_no_other(
    desk: Desk, clock: Clock
) -> None:
    alva, bo, _ = await three(desk)
    plot = Field(desk, clock, alva, bo, await petter(desk, "Lena"))
    for change in CHANGES:
        for kind in KINDS:
            for _ in range(EACH):
                await plot.plant(kind, change)
    clock.forward(minutes=480)  # the evening before, when keys are handed out
    for change in ("list", "incident"):
        await plot.plant("keys", change)
    for kind in KINDS:
        await plot.plant(kind, "none")
    worker = Worker(desk, (SWEEP,))
    await worker.once(SWEEP)
    assert await plot.proposed() == {}

    expected: set[str] = set()
    for change, minutes in zip(CHANGES, (60, 300, 480, 200), strict=True):
        clock.forward(minutes=minutes)  # at another time of day
        await HAPPENS[change](plot)
        began = time.monotonic()
        await worker.once(SWEEP)
        assert time.monotonic() - began + SWEEP.every_ms / 1000 < MOST_SECONDS
        expected |= {piece.case_id for piece in plot.of(change)}
        assert set(await plot.proposed()) == expected, change

    of_each = await plot.proposed()
    for piece in plot.pieces:
        assert piece.change == "none" or piece.kind in of_each[piece.case_id], piece
    assert len(of_each) == len(plot.pieces) - len(KINDS) >= 114
    assert (await verify_log(desk)).ok
