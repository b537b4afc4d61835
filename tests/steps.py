"""Takes a case through the routine, step by step, as its users do."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, TypeVar

import pytest

from service.bookings import rooms
from service.casework.decision import appeal, board_papers, delivery, sign
from service.casework.intake.enclosures import add_enclosure
from service.casework.intake.receive import receive
from service.casework.review import assignment, inquiry
from service.casework.review.findings import resolve, take
from service.demo.district import demo_list
from service.desk import actors, form
from service.desk.candidates import APART, candidates_in
from service.desk.ports.desk import Desk
from service.desk.step_form import StepForm
from service.domain.application import Kind
from service.domain.clock import local_day
from service.domain.decision import Act, BoardMinute, DecisionOutcome, Proposal
from service.domain.errors import InvalidInput, NotAllowed
from service.domain.events.event import SYSTEM_ACTOR, Actor
from service.domain.finding import RESOLUTIONS, Resolution
from service.domain.people import User
from service.domain.watchlist import ListState
from service.office import rights as office_rights
from service.office import users_and_keys
from service.privacy import erasure
from service.privacy.erasure_plan import Plan
from service.screening import list_settling
from service.screening.list_import import Imported, import_list
from service.screening.run_checks import run_waiting_checks
from tests.builders import FIXTURES, KEY, PASSWORD, a_grant_document, a_proposal
from tests.fakes import Clock

Step = Callable[..., Awaitable[Any]]
FormT = TypeVar("FormT", bound=StepForm)
TEXT = "Skrivet av en handläggare."

#: The administrators that a test's desk begins with.
ADMINISTRATORS = ("Ett", "Annat")


async def seen(desk: Desk, case_id: str) -> int:
    async with desk.store.reading() as reading:
        return (await reading.case(case_id)).version


async def do(desk: Desk, step: Step | type[StepForm], case_id: str, by: User, **given: Any) -> Any:
    """Take a step with the case as it is now."""
    version = await seen(desk, case_id)
    if isinstance(step, type):
        return await filled_in(step, **given).take(desk, case_id, by=by, seen=version)
    return await step(desk, case_id, by=by, seen=version, **given)


def filled_in(step: type[FormT], **given: Any) -> FormT:
    """A step's form as if these values had been typed; what is no text and no plain value is handed over as it is."""
    if "proposal" in given:
        given = _proposal_as_typed(given.pop("proposal"), **given)
    if any(isinstance(act, tuple) for act in given.get("acts", ())):
        given["acts"] = tuple(found_act(*act) for act in given["acts"])
    if "board_minute" in given:
        given = _minute_as_typed(given.pop("board_minute")) | given
    ready = {name: value for name, value in given.items() if not _can_be_typed(value)}
    names = {name: asked.sent_as or name for name, asked in form.asked_in(step).items()}
    typed = {names[name]: _typed(value) for name, value in given.items() if name not in ready}
    if not ready:
        return form.read_form(step, typed)
    rest = {name: asked.read(typed, names[name]) for name, asked in form.asked_in(step).items() if name not in ready}
    return step(**ready, **rest)


def _proposal_as_typed(proposal: Proposal) -> dict[str, Any]:
    amount = proposal.amount_ore
    return {
        "outcome": proposal.outcome.value,
        "delegation_point": proposal.delegation_point,
        "clauses": proposal.clauses,
        "reasons": proposal.reasons,
        "amount": "" if amount is None else f"{amount // 100},{amount % 100:02d}",
        "circumstances": proposal.circumstances,
        "response": proposal.response,
        "search_left_out": proposal.search_left_out,
        "beyond_frame": proposal.beyond_frame,
        "acts": proposal.acts,
        "based_on": proposal.based_on,
        "bookings": proposal.bookings,
        "conditions": [condition.text for condition in proposal.conditions],
        "condition_days": [condition.due.isoformat() if condition.due else "" for condition in proposal.conditions],
    } | _minute_as_typed(proposal.board_minute)


def _minute_as_typed(minute: BoardMinute | None) -> dict[str, str]:
    return {"minute_date": minute.day.isoformat(), "minute_paragraph": minute.paragraph} if minute else {}


def _can_be_typed(value: object) -> bool:
    if isinstance(value, (list, tuple)):
        return all(isinstance(part, str) for part in value)
    return value is None or isinstance(value, (str, int, date))


def _typed(value: object) -> list[str]:
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    if isinstance(value, (list, tuple)):
        return [str(part) for part in value]
    return [] if value is None else [str(value)]


async def unbiased(desk: Desk, case_id: str, *people: User) -> None:
    """Each declares that nothing stands in the way."""
    for one in people:
        await do(desk, assignment.DeclareConflict, case_id, one, conflict=False, text="")


async def three(desk: Desk) -> tuple[User, User, User]:
    """An officer, a second officer, and someone who signs for the board and for the unit."""
    officer = await someone(desk, "Alva", "role:association_officer", "role:premises_officer", "delegation:F1")
    second = await someone(desk, "Bo", "role:association_officer", "role:premises_officer", "delegation:F1")
    boss = await someone(desk, "Disa", "role:decision_maker", "delegation:F2", "delegation:L2", "delegation:N1")
    return officer, second, boss


def a_grave_act(**changed: str) -> Act:
    base = {
        "who": "Ordföranden",
        "capacity": "företrädare, vid föreningens möte",
        "what": "hotade en besökare med våld",
        "when": "2026-09-01",
        "source": "Dom i tingsrätten, mål B 1-26",
    }
    return Act(**(base | changed))


def found_act(act: Act, grade: str, link_only: bool) -> inquiry.ActFound:
    return inquiry.ActFound(**asdict(act), grade=grade, link="yes" if link_only else "no")


async def searched(desk: Desk, case_id: str, by: User, *acts: tuple[Act, str, bool]) -> list[str]:
    found: list[str] = await do(
        desk,
        inquiry.RecordSearch,
        case_id,
        by,
        template="open_sources",
        searched_on="2026-11-20",
        found=["inget"] * 4,
        acts=acts,
    )
    return found


async def assess_all(desk: Desk, case_id: str, by: User, *groups: str) -> None:
    """Assess every criterion of these groups."""
    for criterion in CRITERIA:
        if criterion[1] in groups:
            await do(desk, inquiry.Assess, case_id, by, criterion=criterion[0], result="not_met", text=TEXT)


CRITERIA = (
    ("purpose", "purpose"),
    *((f"head{n}", "heads") for n in range(1, 5)),
    *((one, "special_reasons") for one in ("distanced", "measures", "single", "long_ago")),
    ("proportionality", "proportionality"),
    ("suitability", "suitability"),
)


async def in_review(desk: Desk, officer: User, document: dict[str, object] | None = None) -> str:
    received = await receive(desk, document or a_grant_document(), by=KEY, channel="e_service")
    await run_waiting_checks(desk)
    await unbiased(desk, received.case_id, officer)
    await take(desk, received.case_id, by=officer, seen=await seen(desk, received.case_id))
    return received.case_id


async def settle_all(desk: Desk, case_id: str, officer: User) -> None:
    async with desk.store.reading() as reading:
        case = await reading.case(case_id)
        findings = await reading.findings(case_id, case.check_round)
    for one in findings:
        if one.case_finding.open:
            able = RESOLUTIONS[one.case_finding.outcome]
            chosen = Resolution.NO_OBSTACLE if Resolution.NO_OBSTACLE in able else Resolution.CHECKED_OTHERWISE
            await resolve(
                desk,
                case_id,
                one.id,
                resolution=chosen,
                reason="Kontrollerat.",
                by=officer,
                seen=await seen(desk, case_id),
                answers=await answers_to(desk, case_id, one.id),
            )


async def withdrawn(desk: Desk, officer: User, document: dict[str, object] | None = None) -> str:
    """A case in review whose applicant has withdrawn: it can be written off."""
    case_id = await in_review(desk, officer, document)
    await do(desk, assignment.Withdraw, case_id, officer, received="2026-11-20", text="Vi drar oss ur.")
    return case_id


async def minuted(desk: Desk, case_id: str, by: User) -> BoardMinute:
    """The board has decided today: its package is made and the extract of its minutes enclosed, both by this officer."""
    await do(desk, board_papers.Package, case_id, by, language="sv")
    file = {"name": "utdrag.pdf", "media_type": "application/pdf", "body": b"%PDF-1.7 utdrag"}
    await add_enclosure(
        desk, case_id, kind="protokollsutdrag", by=actors.person(by), kinds=frozenset(Kind), **file
    )  # fmt: skip
    await run_waiting_checks(desk)
    return BoardMinute(local_day(desk.outside.now()), "§ 12")


async def put_in(desk: Desk, case_id: str, by: User, kind: str = "ovrigt") -> str:
    """A paper that this officer encloses, such as another authority's answer; its id."""
    file = {"name": "svar.pdf", "media_type": "application/pdf", "body": b"%PDF-1.7 svar"}
    made = await add_enclosure(
        desk, case_id, kind=kind, by=actors.person(by), kinds=frozenset(Kind), **file
    )  # fmt: skip
    await run_waiting_checks(desk)
    return made


async def ruled(desk: Desk, case_id: str, by: User) -> None:
    """The ruling of the court has come, and this officer encloses it."""
    file = {"name": "dom.pdf", "media_type": "application/pdf", "body": b"%PDF-1.7 dom"}
    await add_enclosure(
        desk, case_id, kind="domstolsavgorande", by=actors.person(by), kinds=frozenset(Kind), **file
    )  # fmt: skip


async def employed_officer(desk: Desk, name: str = "Alva") -> User:
    return await someone(desk, name, "role:association_officer", "delegation:F1")


async def decided_case(desk: Desk, **changed: object) -> tuple[str, str]:
    """A case that an officer has written off; its id and diary number."""
    async with desk.store.reading() as reading:
        known = await reading.user_by_email("beslutande@x.example")
    officer = known.user if known else await employed_officer(desk, "Beslutande")
    case_id = await withdrawn(desk, officer, a_grant_document(**changed))
    proposal = a_proposal(DecisionOutcome.WRITE_OFF, clauses=("3.1",))
    await sign.decide(desk, case_id, proposal, by=officer, seen=await seen(desk, case_id))
    async with desk.store.reading() as reading:
        return case_id, (await reading.case(case_id)).diary_number


async def legal_force(desk: Desk, clock: Clock, *case_ids: str) -> None:
    """These decisions have been posted, their time for appeal is over, and somebody has written that down."""
    officer = await known_or_new(desk, "Kraft", "role:association_officer", "role:premises_officer")
    for case_id in case_ids:
        await unbiased(desk, case_id, officer)
        await do(
            desk, delivery.PostNotice, case_id, officer, posted=local_day(desk.outside.now()).isoformat(), adjusted=""
        )
    clock.forward(days=40)
    for case_id in case_ids:
        await do(desk, appeal.DeclareFinal, case_id, officer)


async def known_or_new(desk: Desk, name: str, *rights: str) -> User:
    """This person, who is made a user where nobody is called so yet."""
    async with desk.store.reading() as reading:
        known = await reading.user_by_email(f"{name.lower()}@x.example")
    return known.user if known else await someone(desk, name, *rights)


async def erased(desk: Desk, plan: Plan, *, ground: str = "retention") -> int:
    """One administrator puts the plan forward, another carries it out."""
    adam, ada = [await known_or_new(desk, name) for name in ADMINISTRATORS]
    proposal = await erasure.propose(desk, plan, ground=ground, document="Gallringsbeslut HV 2026/61", by=adam)
    return await erasure.carry_out(desk, proposal, by=ada)


async def screened(desk: Desk, document: dict[str, object], *enclosures: Mapping[str, str]) -> str:
    """A case that has been checked, with these documents (`kind`, and where it has one `speaks_from`, `speaks_to`)."""
    received = await receive(desk, document, by=KEY, channel="e_service")
    file = {"name": "x.pdf", "media_type": "application/pdf", "body": b"%PDF-1.7"}
    for enclosure in enclosures:
        await add_enclosure(desk, received.case_id, by=KEY, kinds=frozenset(Kind), **file, **enclosure)
    assert await run_waiting_checks(desk) >= 1
    return received.case_id


async def taken_grant(desk: Desk, officer: User, *others: User) -> str:
    received = await receive(desk, a_grant_document(), by=KEY, channel="e_service")
    await run_waiting_checks(desk)
    await unbiased(desk, received.case_id, officer, *others)
    await do(desk, take, received.case_id, officer)
    return received.case_id


async def codes(step: object) -> set[str]:
    """What a step that must fail complains of."""
    with pytest.raises((InvalidInput, NotAllowed)) as caught:
        await step  # type: ignore[misc]
    error = caught.value
    return {one.code for one in error.problems} if isinstance(error, InvalidInput) else {error.code}


async def load_rooms(desk: Desk) -> None:
    """The fictional district's rooms."""
    await rooms.load(desk, json.loads((FIXTURES / "rooms" / "granvik.json").read_text("utf-8")), by=SYSTEM_ACTOR)


async def someone(desk: Desk, name: str, *rights: str) -> User:
    """A user with these rights; what takes two once there is a case is given by the two of the desk's own."""
    user = await users_and_keys.create_user(
        desk, name=name, email=f"{name}@x.example", password=PASSWORD, temporary=False
    )
    for one in rights:
        try:
            await users_and_keys.grant_right(desk, user.id, one)
        except NotAllowed:
            await given_by_two(desk, user, one)
    async with desk.store.reading() as reading:
        found = await reading.user(user.id)
    assert found is not None
    return found


async def brought_in(desk: Desk, key: str, given: bytes, *, by: Actor) -> Imported:
    """A list as a coordinator brings it in: what is held is read, and put in force."""
    imported = await import_list(desk, key, given, by=by)
    if imported.state is ListState.HELD:
        await list_settling.activate(desk, imported.version, "Läst: skillnaderna är väntade.", by=by)
    return imported


async def listed_too(desk: Desk, *rows: str) -> None:
    """The list as it is, and these entries."""
    head, _, before = demo_list(desk, FIXTURES).decode().rstrip("\n").partition("\n")
    count = int(head.rpartition(",")[2]) + len(rows)
    renewed = "\n".join([f"{head.rpartition(',')[0]},{count}", before, *rows]) + "\n"
    async with desk.store.reading() as reading:
        known = await reading.user_by_email("Samir@x.example")
    assert known is not None
    await brought_in(desk, "demo", renewed.encode(), by=actors.person(known.user))


async def answers_to(desk: Desk, case_id: str, finding_id: str, answer: str = APART) -> dict[str, str]:
    """The same answer to every name of a finding that resembles a listed one."""
    async with desk.store.reading() as reading:
        case = await reading.case(case_id)
        [found] = [one for one in await reading.findings(case_id, case.check_round) if one.id == finding_id]
        values = await reading.values([ref for ref in (found.detail_ref, found.speaker_ref) if ref])
    pieces = [*values.get(found.detail_ref, {}).get("evidence", []), *values.get(found.speaker_ref or "", [])]
    return {candidate.pair: answer for candidate in candidates_in(pieces) if candidate.open}


async def given_by_two(desk: Desk, user: User, right: str) -> None:
    """One of the desk's own administrators puts the right forward, the other confirms it."""
    one, other = [await known_or_new(desk, name) for name in ADMINISTRATORS]
    proposal = await office_rights.propose_right(desk, user.id, right, "Delegationsordning HV 2026/12", by=one)
    await office_rights.confirm_right(desk, proposal, by=other)


async def approved(desk: Desk, officer: User, *others: User, **changed: Any) -> str:
    """A case whose grant has been approved by whoever handles it; `changed` is of the proposal."""
    case_id = await taken_grant(desk, officer, *others)
    await settle_all(desk, case_id, officer)
    await do(desk, sign.decide, case_id, officer, proposal=a_proposal(**changed))
    return case_id
