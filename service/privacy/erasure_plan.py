"""What may be erased, and of what cases: never before legal force, and only what the City has decided how long to keep.

Never erased: what stands in the register of official documents (OSL 5:2), that is number, dates and association; a
class that the rule set preserves, or that it says nothing of.
"""

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from service.audit.leaf import data_of
from service.desk.diary import case_called
from service.desk.ports.cases import EndedCase
from service.desk.ports.desk import Desk
from service.desk.ports.log import KeptValue
from service.desk.ports.store import Reading
from service.desk.rulebook import rulebook, today
from service.domain.case import Case, State
from service.domain.clock import Instant, local_day, second_of, to_milliseconds, utc_time
from service.domain.errors import InvalidInput, NotAllowed, NotFound, Problem
from service.domain.events.bookings import BookingExecuted
from service.domain.events.catalogue import commitments_in
from service.domain.events.decision_record import CaseDecided
from service.domain.events.office import (
    IncidentCorrected,
    IncidentDisputed,
    IncidentRecorded,
    IncidentWithdrawn,
)
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
    "incident": "incidents",
    "unmask-note": "unmasking",
    "erasure": "unmasking",
    "delegation": "unmasking",
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
#: The time is over; or the person asks (GDPR, article 17), and the City's decision on erasure lets it go for that.
RETENTION, ON_REQUEST = "retention", "gdpr-17"
GROUNDS = (RETENTION, ON_REQUEST)
#: Where a case can have anything erased: the decision has legal force, or it was a booking that was carried out.
OVER = frozenset({State.FINAL, State.EXECUTED})
BATCH = 200
#: How incidents are called where a case has its diary number, and how many entries of them are looked through.
INCIDENTS, MOST_INCIDENTS = "–", 100_000
#: How many cases one proposal takes up at most; the rest is the next one's.
MOST_CASES = 2000


@dataclass(frozen=True)
class Planned:
    """What would be erased of one case, or of all incidents whose time is over: values by class, enclosures' files."""

    case_id: str | None
    diary_number: str
    classes: tuple[str, ...]
    values: tuple[KeptValue, ...]
    enclosures: tuple[tuple[str, str], ...]

    @property
    def commitments(self) -> tuple[str, ...]:
        """What stands in the log for the values, in order."""
        return tuple(sorted(one.commitment for one in self.values))

    @property
    def digest(self) -> str:
        """What stands for exactly these values, so that nothing else is erased than what was shown."""
        return hashlib.sha256("\n".join(self.commitments).encode()).hexdigest()

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
        """What stands for exactly this plan."""
        return hashlib.sha256("\n".join(one.digest for one in self.cases).encode()).hexdigest()

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
        while due and len(plan.cases) < MOST_CASES:
            cutoff = max(_cutoff(desk, one) for one in due)
            ended = await reading.cases_over_before(cutoff, after=after, limit=BATCH)
            if not ended:
                break
            plan.cases += await planned(reading, await _over(desk, reading, ended, due))
            after = ended[-1].case_id
        if "incidents" in table and table["incidents"].years is not None:
            plan.cases += await incidents_over(desk, reading)
    del plan.cases[MOST_CASES:]
    return plan


async def incidents_over(desk: Desk, reading: Reading) -> list[Planned]:
    """All that was said of incidents that could last be used so long ago that the table lets it go; one, or none."""
    kept = (await rulebook(desk, reading)).procedure(today(desk)).retention.get("incidents")
    if kept is None or kept.years is None:
        return []
    before = local_day(_cutoff(desk, kept))
    over = {one.id for one in await reading.all_incidents() if one.expires_on < before}
    commitments: list[str] = []
    for event in (IncidentRecorded, IncidentCorrected, IncidentDisputed, IncidentWithdrawn) if over else ():
        for row in await reading.entries_of_type(event, limit=MOST_INCIDENTS):
            data = data_of(row.leaf)
            assert isinstance(data, (IncidentRecorded, IncidentCorrected, IncidentDisputed, IncidentWithdrawn))
            commitments += commitments_in(data) if data.incident in over else []
    left = await reading.values(commitments)
    values = tuple(KeptValue(one, "incident", left[one], "", None) for one in commitments if one in left)
    return [Planned(None, INCIDENTS, ("incidents",), values, ())] if values else []


async def _over(
    desk: Desk, reading: Reading, ended: Sequence[EndedCase], due: Sequence[Retention]
) -> dict[str, frozenset[str]]:
    """By case, the classes whose time is over; a case with a booking to come is left out."""
    coming = await still_to_come(desk, reading, [case.case_id for case in ended])
    over = {}
    for case in ended:
        if case.case_id not in coming:
            past = [retention for retention in due if case.at < _cutoff(desk, retention)]
            over[case.case_id] = frozenset(retention.document_class for retention in past)
    return over


def _cutoff(desk: Desk, retention: Retention) -> Instant:
    """What ended before this is past the time; whole calendar years."""
    now = utc_time(desk.outside.now())
    day = 28 if (now.month, now.day) == (2, 29) else now.day
    return to_milliseconds(now.replace(year=now.year - (retention.years or 0), day=day))


async def plan_cases(desk: Desk, diary_numbers: Sequence[str], classes: Sequence[str], ground: str) -> Plan:
    """What erasing these classes of these cases would take; raises where any of it may not be erased, and why."""
    problems = []
    if not classes or any(one not in CLASSES for one in classes):
        problems.append(Problem("/classes", "input.missing"))
    if ground not in GROUNDS:
        problems.append(Problem("/ground", "input.missing"))
    if problems:
        raise InvalidInput(problems)
    if len(diary_numbers) > MOST_CASES:
        raise InvalidInput([Problem("/cases", "erase.too_many", {"max": MOST_CASES})])
    async with desk.store.reading() as reading:
        found: dict[str, frozenset[str]] = {}
        for number in diary_numbers:
            case = await case_called(desk, reading, number)
            if case is None:
                raise NotFound("erase.no_case", case=number[:60])
            await check_may_go(desk, reading, case, classes, ground)
            found[case.id] = frozenset(classes)
        return Plan(await planned(reading, found))


async def check_may_go(desk: Desk, reading: Reading, case: Case, classes: Collection[str], ground: str) -> None:
    """Raise NotAllowed where something of these classes of the case may not be erased today."""
    if case.state not in OVER:
        raise NotAllowed("erase.case_open", case=case.diary_number)
    if await still_to_come(desk, reading, [case.id]):
        raise NotAllowed("erase.to_come", case=case.diary_number)
    table = (await rulebook(desk, reading)).procedure(today(desk)).retention
    for document_class in sorted(classes):
        if document_class not in table:
            raise NotAllowed("erase.undecided", document_class=document_class)
        if table[document_class].years is None:
            raise NotAllowed("erase.preserved", ground=table[document_class].ground)
    rows = await reading.entries_of_cases([case.id], CaseDecided, BookingExecuted)
    ended = max(row.at for row in rows)
    for document_class in sorted(classes):
        kept = table[document_class]
        if ended >= _cutoff(desk, kept) and not (ground == ON_REQUEST and kept.on_request):
            raise NotAllowed("erase.too_early", case=case.diary_number, document_class=document_class, by=kept.ground)


def decisions_of(table: Mapping[str, Retention], classes: Collection[str]) -> list[str]:
    """The City's decisions on erasure that these classes rest on, as the retention table names them."""
    return sorted({table[one].decision or "" for one in classes if one in table})


def names(document: str, decision: str) -> bool:
    """Whether a text names this decision, and not one whose number only begins as it does (HV 2026/6 in HV 2026/61)."""
    return bool(decision) and bool(re.search(rf"(?<!\w){re.escape(decision)}(?!\w)", document, re.IGNORECASE))


async def still_to_come(desk: Desk, reading: Reading, case_ids: Sequence[str]) -> set[str]:
    """Those of these cases with a booking that is not over: whoever is to get the key must be known until then."""
    now = second_of(desk.outside.now())
    coming = set()
    for case_id, times in (await reading.bookings_of(case_ids)).items():
        if any(time.takes and time.span.end > now for time in times):
            coming.add(case_id)
    return coming


async def planned(reading: Reading, classes: Mapping[str, frozenset[str]]) -> list[Planned]:
    """What erasing these classes, by case, would take; in the cases' order, without those that have nothing."""
    cases = await reading.cases_by_id(list(classes))
    enclosures = await reading.enclosures_of(list(classes))
    values: dict[str, list[KeptValue]] = {}
    for one in await reading.values_of_cases(list(classes)):
        if one.case_id and CLASS_OF.get(one.field) in classes[one.case_id]:
            values.setdefault(one.case_id, []).append(one)
    found = []
    for case_id in classes:
        names = {one.commitment for one in values.get(case_id, ())}
        files = [(x.enclosure.id, x.enclosure.sha256) for x in enclosures.get(case_id, ()) if x.name_ref in names]
        if names:
            of_case = tuple(sorted(classes[case_id]))
            kept = tuple(values[case_id])
            found.append(Planned(case_id, cases[case_id][0].diary_number, of_case, kept, tuple(files)))
    return found
