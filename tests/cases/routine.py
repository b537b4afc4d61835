"""Takes a case through the routine, step by step, as its users do."""

from collections.abc import Awaitable, Callable
from typing import Any

from service.casework.review import assignment, inquiry
from service.desk.ports.desk import Desk
from service.domain.decision import Act
from service.domain.people import User
from tests.conftest import someone

Step = Callable[..., Awaitable[Any]]
TEXT = "Skrivet av en handläggare."


async def seen(desk: Desk, case_id: str) -> int:
    async with desk.store.reading() as reading:
        return (await reading.case(case_id)).version


async def do(desk: Desk, step: Step, case_id: str, by: User, **given: Any) -> Any:
    """Take a step with the case as it is now."""
    return await step(desk, case_id, by=by, seen=await seen(desk, case_id), **given)


async def unbiased(desk: Desk, case_id: str, *people: User) -> None:
    """Each declares that nothing stands in the way."""
    for one in people:
        await do(desk, assignment.declare_conflict, case_id, one, conflict=False, text="")


async def three(desk: Desk) -> tuple[User, User, User]:
    """An officer, a second officer, and someone who signs for the board and for the unit."""
    officer = await someone(desk, "Alva", "role:association_officer", "role:premises_officer", "delegation:F1")
    second = await someone(desk, "Bo", "role:association_officer", "role:premises_officer", "delegation:F1")
    boss = await someone(desk, "Disa", "role:decision_maker", "delegation:F2", "delegation:L2", "delegation:N1")
    return officer, second, boss


def an_act(**changed: str) -> Act:
    base = {
        "who": "Ordföranden",
        "capacity": "företrädare, vid föreningens möte",
        "what": "hotade en besökare med våld",
        "when": "2026-09-01",
        "source": "Dom i tingsrätten, mål B 1-26",
    }
    return Act(**(base | changed))


async def searched(desk: Desk, case_id: str, by: User, *acts: tuple[Act, str, bool]) -> list[str]:
    found: list[str] = await do(
        desk,
        inquiry.record_search,
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
            await do(desk, inquiry.assess, case_id, by, criterion=criterion[0], result="not_met", text=TEXT)


CRITERIA = (
    ("purpose", "purpose"),
    *((f"head{n}", "heads") for n in range(1, 5)),
    *((one, "special_reasons") for one in ("distanced", "measures", "single", "long_ago")),
    ("proportionality", "proportionality"),
    ("suitability", "suitability"),
)
