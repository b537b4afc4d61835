"""Support that stands is compared again (re-screening): what has turned up is proposed to a person, and no more.

A sweep is of everything, or of what a change can touch; what comes of it is the same. Names are asked in whatever
executor is handed in; whoever resembles somebody is then looked up as any case is.
"""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from service.casework.review.reassessment import new_matters, propose
from service.desk.ports.desk import Desk, NamesAsked
from service.desk.ports.office import ActiveList
from service.desk.rulebook import book_now, today
from service.domain.application import Party
from service.domain.check import Need
from service.domain.clock import DAY_MS
from service.domain.errors import place_of
from service.domain.events.event import SYSTEM_ACTOR, Event
from service.domain.events.support import SupportSwept
from service.domain.finding import NEEDS_NOBODY, Finding, Outcome, Trait
from service.domain.ruleset import RequiredCheck
from service.domain.watchlist import ListDefinition, ListEntry
from service.pipeline.isolated import call_thread
from service.screening.ask_again import AskedAgain, ask_again, checks_with
from service.screening.list_indexes import ensure_index
from service.screening.material import Material
from service.screening.needs import fetch_lists
from service.support.live import BATCH, live_by_id, live_cases, support_of

logger = logging.getLogger("granska.support")
#: How many names are sent to a worker at a time, and how many such parcels are under way.
NAMES, UNDER_WAY = 500, 8
#: Beyond this share of a list's entries asking all of it costs no more than asking what has changed.
MOST_CHANGED = 0.2
#: What is said of a name; see `service.matching.finder.Said`.
_SOMETHING, _UNREADABLE = 1, 2

#: Hears how many names have been compared, of how many.
Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Change:
    """What is to be compared: everything, or what has changed since; `causes` are codes of why.

    `lists` are those with a new version, by key, each with the version that was compared before.
    """

    causes: tuple[str, ...]
    whole: bool = True
    lists: Mapping[str, str] = field(default_factory=dict)
    organisations: frozenset[str] = frozenset()


@dataclass
class Sweep:
    """What a sweep has come to: in how many cases support stands, which are to be looked at, what was proposed.

    `quiet` are those of whom a version of a list, by its id, was asked whole and said nothing.
    """

    cases: int = 0
    parties: int = 0
    touched: set[str] = field(default_factory=set)
    quiet: dict[str, set[Party]] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    proposals: list[str] = field(default_factory=list)
    compared: str = ""


@dataclass(frozen=True)
class _Asked:
    """A case whose names are asked; `theirs` says that all of what concerns its association is."""

    case_id: str
    parties: tuple[Party, ...]
    theirs: bool


async def sweep(desk: Desk, change: Change, *, executor: Executor | None = None, told: Told | None = None) -> Sweep:
    """Compare again, and put what has turned up to a person: one event for the sweep, one for each proposal.

    A sweep that is cut off leaves what it had proposed; the next one proposes the rest, and nothing twice.
    """
    done = await look(desk, change, executor=executor, told=told)
    await put_forward(desk, change, done)
    return done


async def put_forward(desk: Desk, change: Change, done: Sweep) -> None:
    """What a look has come to, case by case: what is new is proposed; then the sweep is written down."""
    async for asked in _asked_in(desk, done):
        case = asked.material.case
        try:
            proposal = await propose(desk, asked, await support_of(desk, case.organisation_id))
        except Exception as error:  # noqa: BLE001 - one case keeps no other from being put forward
            logger.error("case %s could not be put forward: %s", case.id, place_of(error))
            done.unknown.add(case.id)
            continue
        done.proposals += [proposal] if proposal else []
    if done.cases:
        await _write_down(desk, change, done)


async def dry_run(desk: Desk, change: Change, *, executor: Executor | None = None) -> tuple[Sweep, list[AskedAgain]]:
    """What a sweep would propose now, and of which cases; changes nothing."""
    done = await look(desk, change, executor=executor)
    would = []
    async for asked in _asked_in(desk, done):
        async with desk.store.reading() as reading:
            if await new_matters(desk, reading, asked):
                would.append(asked)
    return done, would


async def look(desk: Desk, change: Change, *, executor: Executor | None = None, told: Told | None = None) -> Sweep:
    """Compare again and say in which cases something may have turned up; changes nothing."""
    done = Sweep()
    subjects = await _subjects(desk, change, done)
    async with desk.store.reading() as reading:
        active = await reading.active_lists()
    for definition in (await book_now(desk)).procedure(today(desk)).lists.values():
        version = active.get(definition.key)
        if version is None:
            if definition.required:
                done.unknown |= {subject.case_id for subject in subjects}  # a list that is not there is nobody's pass
            continue
        if _stale(desk, definition, version):
            done.unknown |= {subject.case_id for subject in subjects}
        await _ask_list(desk, definition, version, change, subjects, done, executor, told)
    return done


def _stale(desk: Desk, definition: ListDefinition, version: ActiveList) -> bool:
    return (desk.outside.now() - version.as_of) // DAY_MS > definition.max_age_days


async def _subjects(desk: Desk, change: Change, done: Sweep) -> list[_Asked]:
    """The names to ask, case by case; on the way, what else is asked of the associations that are compared whole."""
    digest, subjects = hashlib.sha256(), []
    organisations = None if change.whole or change.lists else change.organisations
    async for batch in live_cases(desk, organisations):
        for live in batch:
            done.cases += 1
            material = live.material
            if material is None:
                done.unknown.add(live.case_id)
                continue
            digest.update(_what_was_compared(material).encode())
            theirs = change.whole or live.organisation in change.organisations
            if theirs and await _something_but_names(desk, material, done):
                done.touched.add(live.case_id)
            parties = material.application.parties(material.compared_speakers)
            subjects.append(_Asked(live.case_id, parties, theirs))
    done.compared = digest.hexdigest()
    return subjects


def _what_was_compared(material: Material) -> str:
    """A case and the parts of its application by their commitments, which tell nothing of what they hold."""
    parts = sorted(f"{part.part}={part.value}" for part in material.details.application_parts)
    return f"{material.case.id} {' '.join(parts)}\n"


async def _something_but_names(desk: Desk, material: Material, done: Sweep) -> bool:
    """Whether a check of the association that asks no list has something to say."""
    required = [check for check in await _of_the_association(desk, material) if not await _asks_lists(desk, check)]
    if not required:
        return False
    asked = await ask_again(desk, material, required)
    _note_unknown(asked.findings, material, done)
    return any(_for_a_person(finding) for finding in asked.findings)


async def _of_the_association(desk: Desk, material: Material) -> list[RequiredCheck]:
    checks = material.rules.kinds[material.case.kind].checks
    return await checks_with(desk, checks, Trait.OF_THE_ASSOCIATION)


async def _asks_lists(desk: Desk, check: RequiredCheck) -> bool:
    try:
        description = await desk.checks.describe(check.check)
    except Exception:  # noqa: BLE001 - a plug-in may raise anything; its silence is no pass
        description = None
    return description is not None and Need.LISTS in description.needs


def _note_unknown(findings: Sequence[Finding], material: Material, done: Sweep) -> None:
    if any(finding.result.outcome is Outcome.UNKNOWN for finding in findings):
        done.unknown.add(material.case.id)


def _for_a_person(finding: Finding) -> bool:
    outcome = finding.result.outcome
    return outcome not in NEEDS_NOBODY and outcome is not Outcome.UNKNOWN


async def _ask_list(
    desk: Desk,
    definition: ListDefinition,
    version: ActiveList,
    change: Change,
    subjects: Sequence[_Asked],
    done: Sweep,
    executor: Executor | None,
    told: Told | None,
) -> None:
    """Ask a list of those who are compared whole, and what has changed in it of all others."""
    whole = [subject for subject in subjects if subject.theirs]
    others = [subject for subject in subjects if not subject.theirs]
    changed = await _changed(desk, version, change.lists.get(definition.key)) if others else []
    if len(changed) > MOST_CHANGED * version.entries:
        whole, others = list(subjects), []
    if whole:
        await ensure_index(desk, version.version)
        asking = desk.finder.asking(version.version, definition.key)
        quiet = done.quiet.setdefault(version.version, set())
        await _ask_names(asking, definition, whole, done, executor, told, quiet)
    if others and changed:
        async with _indexed(desk, changed) as delta:
            asking = desk.finder.asking(delta, definition.key, near=True)
            await _ask_names(asking, definition, others, done, executor, told)


async def _changed(desk: Desk, version: ActiveList, before: str | None) -> list[ListEntry]:
    """The entries of a version that differ from the one before; none where no other one was compared."""
    if before is None:
        return []
    async with desk.store.reading() as reading:
        return await reading.list_changes(version.version, before)


@asynccontextmanager
async def _indexed(desk: Desk, entries: Sequence[ListEntry]) -> AsyncIterator[str]:
    """The name of an index of these entries alone, while they are asked."""
    name = f".delta-{desk.outside.new_id()}"
    building = desk.finder.building(name)

    def build() -> None:
        for entry in entries:
            building.add(entry)
        building.done("")  # of none that are kept

    await call_thread(build)
    try:
        yield name
    finally:
        desk.finder.forget(name)


async def _ask_names(
    asking: NamesAsked,
    definition: ListDefinition,
    subjects: Sequence[_Asked],
    done: Sweep,
    executor: Executor | None,
    told: Told | None,
    quiet: set[Party] | None = None,
) -> None:
    """Ask each name once, whoever bears it; what is said of it holds for every case that names it."""
    cases: dict[Party, list[str]] = {}
    for subject in subjects:
        for party in subject.parties:
            if party.kind.value in definition.subject_kinds:
                cases.setdefault(party, []).append(subject.case_id)
    names = list(cases)
    parcels = [names[at : at + NAMES] for at in range(0, len(names), NAMES)]
    gate, compared = asyncio.Semaphore(UNDER_WAY), 0

    async def ask(parcel: list[Party]) -> None:
        nonlocal compared
        async with gate:
            said = await _in(executor, asking, parcel)
        for party, answer in zip(parcel, said, strict=True):
            if answer == _SOMETHING:
                done.touched.update(cases[party])
            elif answer == _UNREADABLE:
                done.unknown.update(cases[party])
            elif quiet is not None:
                quiet.add(party)
        compared += len(parcel)
        if told:
            told(compared, len(names))

    await asyncio.gather(*map(ask, parcels))
    done.parties += len(names)


async def _in(executor: Executor | None, asking: NamesAsked, parcel: list[Party]) -> bytes:
    if executor is None:
        return await call_thread(lambda: asking(parcel))
    return await asyncio.get_running_loop().run_in_executor(executor, asking, parcel)


async def _asked_in(desk: Desk, done: Sweep) -> AsyncIterator[AskedAgain]:
    """All that is asked about the association, for each touched case as it is now, where its support still stands."""
    touched = sorted(done.touched)
    for at in range(0, len(touched), BATCH):
        for live in await live_by_id(desk, touched[at : at + BATCH]):
            material = live.material
            if material is None:
                continue
            lists = partial(fetch_lists, desk, material, done.quiet)
            required = await _of_the_association(desk, material)
            asked = await ask_again(desk, material, required, {Need.LISTS: lists})
            _note_unknown(asked.findings, material, done)
            yield asked


async def _write_down(desk: Desk, change: Change, done: Sweep) -> None:
    async with desk.store.reading() as reading:
        active = await reading.active_lists()
    procedure = (await book_now(desk)).procedure(today(desk))
    data = SupportSwept(
        sweep=desk.outside.new_id(),
        whole=change.whole,
        causes=change.causes,
        lists=tuple(active[key].ref for key in sorted(active) if key in procedure.lists),
        procedure=procedure.ref,
        model=desk.finder.method().model,
        cases=done.cases,
        parties=done.parties,
        compared=done.compared,
        proposals=len(done.proposals),
        unknown=len(done.unknown),
    )
    async with desk.store.writing() as writing:
        await writing.support_swept(Event(data, SYSTEM_ACTOR, desk.outside.now()))
