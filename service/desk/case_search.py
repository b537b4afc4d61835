"""The queue, the search by number or association, and a case by its number."""

from service.desk.ports.desk import Desk
from service.desk.ports.queue import QueuePage, QueueQuery, QueueRow
from service.domain import policy
from service.domain.case import Case
from service.domain.errors import InvalidInput, NotFound, Problem
from service.domain.organisation import looks_personal, normal_form
from service.domain.people import User

MAX_SEARCH = 200


async def queue(desk: Desk, query: QueueQuery) -> QueuePage:
    """One page of the queue."""
    async with desk.store.reading() as reading:
        return await reading.queue(query)


async def search(desk: Desk, text: str, *, by: User) -> list[QueueRow]:
    """Cases by diary number, organisation number or association name; never by person."""
    text = text.strip()
    if not text or len(text) > MAX_SEARCH or "\x00" in text:
        raise InvalidInput([Problem("/q", "input.missing" if not text else "input.format")])
    number = normal_form(text)
    if looks_personal(text):
        raise InvalidInput([Problem("/q", "search.not_persons")])
    async with desk.store.reading() as reading:
        return await reading.search(text, number, sorted(by.case_kinds))


async def case_by_number(desk: Desk, diary_number: str, *, by: User) -> Case:
    """The case with this diary number; raises NotFound for one this person may not know of."""
    async with desk.store.reading() as reading:
        case = await reading.case_by_diary_number(diary_number) if "\x00" not in diary_number else None
    if case is None:
        raise NotFound("case.not_found")
    policy.check_can_see(case, by)
    return case
