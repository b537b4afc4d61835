"""The demo district's time: its stories are lived day by day, each step taken when it was, through the steps."""

import asyncio
import heapq
import itertools
import random
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from stdnum import luhn

from service.casework.decision import sign
from service.casework.review import assignment
from service.casework.review.findings import ask_rescreening, resolve, take
from service.desk import form
from service.desk.candidates import APART, candidates_in
from service.desk.ports.desk import Desk, Outside
from service.desk.step_form import StepForm
from service.domain.clock import STOCKHOLM, Instant, local_day, to_milliseconds
from service.domain.decision import Proposal
from service.domain.errors import NotAllowed
from service.domain.events.event import Actor
from service.domain.finding import RESOLUTIONS, Resolution
from service.domain.people import User
from service.screening.run_checks import run_waiting_checks

Story = Callable[["Town"], Awaitable[None]]


class DemoClock:
    """A clock that is moved from step to step; ids follow from the day: the same day gives the same district."""

    def __init__(self, today: date) -> None:
        self.at = Instant(0)
        self._chance = random.Random(today.toordinal())  # noqa: S311 - ids of invented things

    def outside(self, real: Outside) -> Outside:
        """What the desk is given instead of the time and ids of now; keys and salts are as random as ever."""
        return Outside(lambda: self.at, real.monotonic, self._new_id, real.random)

    def _new_id(self) -> str:
        return str(uuid.UUID(int=self._chance.getrandbits(128), version=4))


@dataclass
class Town:
    """The district as its stories live in it; `today` is the day on which it is opened, `now` that instant."""

    desk: Desk
    clock: DemoClock
    today: date
    now: Instant
    people: dict[str, User]
    key: Actor
    chance: random.Random
    _waiting: list[tuple[Instant, int, asyncio.Future[None]]] = field(default_factory=list)
    _turn: "itertools.count[int]" = field(default_factory=itertools.count)
    _parked: asyncio.Event = field(default_factory=asyncio.Event)

    def day(self, days: int) -> date:
        """So many days from today."""
        return self.today + timedelta(days=days)

    async def until(self, days: int, clock: str) -> None:
        """Go on at this time of that day, counted from today; never later than now."""
        moment = datetime.combine(self.day(days), time.fromisoformat(clock), STOCKHOLM)
        at = min(to_milliseconds(moment), self.now)
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (Instant(at), next(self._turn), future))
        self._parked.set()
        await future

    async def live(self, stories: Sequence[Story], told: Callable[[date], None]) -> None:
        """Live all of these, one step at a time in the order of time; raises what a story raises."""
        tasks = []
        for story in stories:
            self._parked.clear()
            tasks.append(asyncio.create_task(self._lived(story)))
            await self._parked.wait()
        shown: date | None = None
        while self._waiting:
            at, _, future = heapq.heappop(self._waiting)
            self.clock.at = max(self.clock.at, at)
            if local_day(self.clock.at) != shown:
                shown = local_day(self.clock.at)
                told(shown)
            self._parked.clear()
            future.set_result(None)
            await self._parked.wait()
            self.clock.at = Instant(self.clock.at + 1000)
        await asyncio.gather(*tasks)

    async def _lived(self, story: Story) -> None:
        try:
            await story(self)
        finally:
            self._parked.set()

    # --- What its people do ---

    async def do(self, step: type[StepForm], case_id: str, who: str, **typed: Any) -> Any:
        """Take a step with what was typed, as the case is now."""
        names = {name: asked.sent_as or name for name, asked in form.asked_in(step).items()}
        answers = {names.get(name, name): _typed(value) for name, value in typed.items()}
        filled = form.read_form(step, answers)
        return await filled.take(self.desk, case_id, by=self.people[who], seen=await self.seen(case_id))

    async def seen(self, case_id: str) -> int:
        """The version that the case has."""
        async with self.desk.store.reading() as reading:
            return (await reading.case(case_id)).version

    async def open(self, case_id: str, *who: str, and_take: bool = True) -> None:
        """These have no conflict of interest; the first takes the case, with what the checks found settled."""
        for person in who:
            await self.do(assignment.DeclareConflict, case_id, person, conflict="no", text="")
        if and_take:
            await take(self.desk, case_id, by=self.people[who[0]], seen=await self.seen(case_id))
            await self.settle(case_id, who[0])

    async def settle(self, case_id: str, who: str) -> None:
        """Look at everything that a check left open, and find it no obstacle."""
        async with self.desk.store.reading() as reading:
            case = await reading.case(case_id)
            findings = await reading.findings(case_id, case.check_round)
            details, speakers = [one.detail_ref for one in findings], [one.speaker_ref for one in findings]
            values = await reading.values([ref for ref in (*details, *speakers) if ref])
        for one in findings:
            if not one.case_finding.open:
                continue
            able = RESOLUTIONS[one.case_finding.outcome]
            chosen = Resolution.NO_OBSTACLE if Resolution.NO_OBSTACLE in able else Resolution.CHECKED_OTHERWISE
            pieces = [*values.get(one.detail_ref, {}).get("evidence", []), *values.get(one.speaker_ref or "", [])]
            answers = {candidate.pair: APART for candidate in candidates_in(pieces) if candidate.open}
            await resolve(
                self.desk,
                case_id,
                one.id,
                resolution=chosen,
                reason="Kontrollerat mot handlingarna.",
                by=self.people[who],
                seen=await self.seen(case_id),
                answers=answers,
            )

    async def decide(self, case_id: str, who: str, proposal: Proposal) -> None:
        """Decide what needs no second person; where a list has got a new version since, the checks are run again."""
        try:
            await sign.decide(self.desk, case_id, proposal, by=self.people[who], seen=await self.seen(case_id))
        except NotAllowed as error:
            if error.code != "decision.checks_outdated":
                raise
            await self.check_again(case_id, who)
            await sign.decide(self.desk, case_id, proposal, by=self.people[who], seen=await self.seen(case_id))

    async def check_again(self, case_id: str, who: str) -> None:
        """Have the checks run again, and settle what they leave open."""
        await ask_rescreening(self.desk, case_id, by=self.people[who], seen=await self.seen(case_id))
        await self.checked()
        await self.settle(case_id, who)

    async def checked(self) -> None:
        """The checks that wait are run."""
        await run_waiting_checks(self.desk)


def _typed(value: object) -> list[str]:
    if isinstance(value, (list, tuple)):
        return [str(part) for part in value]
    return [str(value)]


def number_of(place: int) -> str:
    """A number of our own making, right by its check digit and given to nobody."""
    stem = f"802999{place:03d}"
    return f"802999-{place:03d}{luhn.calc_check_digit(stem)}"
