"""The queue, the search by number or association, and a case by its number."""

from service.desk.diary import case_called, diary_numbers
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
        numbers = diary_numbers(text, desk.diary_prefix)
        return await reading.search(text, numbers, number, sorted(by.case_kinds))


async def case_by_number(desk: Desk, diary_number: str, *, by: User) -> Case:
    """The case with this diary number, however it is written; raises NotFound for one this person may not know of."""
    async with desk.store.reading() as reading:
        case = await case_called(desk, reading, diary_number)
    if case is None:
        raise NotFound("case.not_found")
    policy.check_can_see(case, by)
    return case
