"""What may not be kept any longer is erased by a person's decision; the log keeps its proof and says why.

Never erased here: what stands in the register of official documents (OSL 5:2), that is number, dates and association.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from service.desk.actors import person, still
from service.desk.fields import check_text
from service.desk.ports.desk import Desk
from service.desk.ports.log import KeptValue
from service.desk.ports.store import Reading
from service.desk.rulebook import rulebook, today
from service.domain.case import State
from service.domain.clock import Instant, second_of, to_milliseconds, utc_time
from service.domain.errors import InvalidInput, NotAllowed, NotFound, Problem
from service.domain.events.event import Event
from service.domain.events.log import ValueErased
from service.domain.people import Role, User
from service.domain.ruleset import Retention

#: Which class of documents (handlingsslag) a kept value belongs to; what is in none is never erased.
CLASS_OF = {
    "application.about": "application",
    "application.organisation": "application",
    "application.request": "application",
    "application.contact": "contact",
    "application.hirer": "contact",
    "hirer": "contact",
    "application.representatives": "representatives",
    "application.declaration": "declaration",
    "speakers": "findings",
    "speaker-detail": "findings",
    "finding": "findings",
    "inputs": "findings",
    "asked": "findings",
    "resolution": "resolutions",
    "enclosure-name": "enclosures",
    "secrecy": "secrecy",
    "unmask-note": "unmasking",
    "erasure": "unmasking",
    "reasons": "decision",
    "circumstances": "acts",
    "act": "acts",
    "board-minute": "decision",
    "response": "decision",
    "condition": "decision",
    "addendum": "decision",
    "applicant": "answers",
    "letter": "letters",
    "letter-text": "letters",
    "note": "resolutions",
    "search": "resolutions",
    "consultation": "resolutions",
    "communication": "resolutions",
    "assessment": "resolutions",
}
CLASSES = tuple(dict.fromkeys(CLASS_OF.values()))
GROUNDS = ("retention", "gdpr-17", "other")
BATCH = 200


@dataclass(frozen=True)
class Planned:
    """What would be erased of one case: commitments by class, and enclosures' files."""

    case_id: str
    diary_number: str
    values: tuple[KeptValue, ...]
    enclosures: tuple[tuple[str, str], ...]

    def counts(self) -> dict[str, int]:
        """How many values of each class."""
        found: dict[str, int] = {}
        for one in self.values:
            name = CLASS_OF[one.field]
            found[name] = found.get(name, 0) + 1
        return found


@dataclass
class Plan:
    """What an erasure would take, and the classes that are kept because no time has been set for them."""

    cases: list[Planned] = field(default_factory=list)
    unset: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """What stands for exactly this plan, so that nothing else is erased than what was shown."""
        names = sorted(one.commitment for planned in self.cases for one in planned.values)
        return hashlib.sha256("\n".join(names).encode()).hexdigest()

    @property
    def values(self) -> int:
        """How many values in all."""
        return sum(len(one.values) for one in self.cases)

    def counts(self) -> dict[str, int]:
        """How many values of each class in all."""
        found: dict[str, int] = {}
        for one in self.cases:
            for name, count in one.counts().items():
                found[name] = found.get(name, 0) + count
        return dict(sorted(found.items()))


async def plan_due(desk: Desk) -> Plan:
    """What the retention table of the rule set in force says is over; changes nothing."""
    async with desk.store.reading() as reading:
        table = (await rulebook(desk, reading)).procedure(today(desk)).retention
        plan = Plan(unset=tuple(one for one in CLASSES if one not in table))
        due = [one for one in table.values() if one.years is not None and one.document_class in CLASSES]
        after = ""
        while due:
            cutoff = max(_cutoff(desk, one) for one in due)
            ended = await reading.cases_over_before(cutoff, after=after, limit=BATCH)
            if not ended:
                break
            coming = await still_to_come(desk, reading, [case.case_id for case in ended])
            over = {}
            for case in ended:
                if case.case_id not in coming:
                    past = [retention for retention in due if case.at < _cutoff(desk, retention)]
                    over[case.case_id] = frozenset(retention.document_class for retention in past)
            plan.cases += await _planned(reading, over)
            after = ended[-1].case_id
    return plan


def _cutoff(desk: Desk, retention: Retention) -> Instant:
    """What ended before this is past the time; whole calendar years."""
    now = utc_time(desk.outside.now())
    day = 28 if (now.month, now.day) == (2, 29) else now.day
    return to_milliseconds(now.replace(year=now.year - (retention.years or 0), day=day))


async def plan_cases(desk: Desk, diary_numbers: Sequence[str], classes: Sequence[str]) -> Plan:
    """What erasing these classes of these cases would take; raises for a case that is open or not there."""
    unknown = [one for one in classes if one not in CLASSES]
    if unknown or not classes:
        raise InvalidInput([Problem("/classes", "input.missing")])
    async with desk.store.reading() as reading:
        table = (await rulebook(desk, reading)).procedure(today(desk)).retention
        for one in classes:
            if one in table and table[one].years is None:
                raise NotAllowed("erase.preserved", ground=table[one].ground)
        numbers: dict[str, str] = {}
        for number in diary_numbers:
            case = await reading.case_by_diary_number(number)
            if case is None:
                raise NotFound("erase.no_case", case=number[:60])
            if not case.closed or case.state is State.APPEALED:
                raise NotAllowed("erase.case_open", case=case.diary_number)
            numbers[case.id] = case.diary_number
        for case_id in await still_to_come(desk, reading, list(numbers)):
            raise NotAllowed("erase.to_come", case=numbers[case_id])
        return Plan(await _planned(reading, dict.fromkeys(numbers, frozenset(classes))))


async def still_to_come(desk: Desk, reading: Reading, case_ids: Sequence[str]) -> set[str]:
    """Those of these cases with a booking that is not over: whoever is to get the key must be known until then."""
    now = second_of(desk.outside.now())
    coming = set()
    for case_id, times in (await reading.bookings_of(case_ids)).items():
        if any(time.takes and time.span.end > now for time in times):
            coming.add(case_id)
    return coming


async def _planned(reading: Reading, classes: Mapping[str, frozenset[str]]) -> list[Planned]:
    """What erasing these classes, by case, would take; in the cases' order, without those that have nothing."""
    cases = await reading.cases_by_id(list(classes))
    enclosures = await reading.enclosures_of(list(classes))
    values: dict[str, list[KeptValue]] = {}
    for one in await reading.values_of_cases(list(classes)):
        if one.case_id and CLASS_OF.get(one.field) in classes[one.case_id]:
            values.setdefault(one.case_id, []).append(one)
    planned = []
    for case_id in classes:
        names = {one.commitment for one in values.get(case_id, ())}
        files = [(x.enclosure.id, x.enclosure.sha256) for x in enclosures.get(case_id, ()) if x.name_ref in names]
        if names:
            planned.append(Planned(case_id, cases[case_id][0].diary_number, tuple(values[case_id]), tuple(files)))
    return planned


async def erase(desk: Desk, plan: Plan, *, ground: str, document: str, by: User) -> int:
    """Carry a plan out, a case at a time, and leave no trace in the files; returns how many values went.

    `document` is the decision or rule that it rests on, in words; it is shown wherever something is missing.
    """
    if ground not in GROUNDS:
        raise InvalidInput([Problem("/ground", "input.missing")])
    document = check_text("/document", document, most=300)
    erased = 0
    for planned in plan.cases:
        async with desk.store.writing() as writing:
            now = await still(writing, by)
            if not now.has(Role.ADMINISTRATOR):
                raise NotAllowed("access.role")
            left = {one.commitment for one in await writing.values_of_cases([planned.case_id])}
            values = sorted(one.commitment for one in planned.values if one.commitment in left)
            if not values:
                continue
            data = ValueErased(
                values=tuple(values),
                enclosures=tuple(enclosure for enclosure, _ in planned.enclosures),
                ground=ground,
                document=writing.keep("erasure", {"text": document}, case=planned.case_id),
                classes=tuple(sorted({CLASS_OF[one.field] for one in planned.values})),
            )
            event = Event(data, person(now), desk.outside.now(), case=planned.case_id)
            await writing.values_erased(event)
            erased += len(values)
    await sweep_files(desk)
    await desk.store.scrub()
    desk.finder.let_go_of_names()
    return erased


async def sweep_files(desk: Desk) -> int:
    """Remove the files whose every enclosure has been erased: after an erasure, and at start for one cut off."""
    removed = 0
    # No enclosure can come in between: whoever adds one writes its row under the same lock.
    async with desk.store.writing() as writing:
        for sha256 in await writing.erased_files():
            if desk.files.path(sha256).exists():
                desk.files.remove(sha256)
                removed += 1
    return removed
