"""What happens to what an applicant has is told at once: the letter is made with it, and is a task until it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from service.desk import letter_sheet
from service.desk.ports.desk import Desk
from service.desk.ports.store import Writing
from service.desk.rulebook import rulebook, today
from service.domain.case import Case
from service.domain.events.decision import ApplicantTold
from service.domain.events.event import Actor, Event
from service.domain.letter import ApplicantNews


@dataclass(frozen=True)
class News:
    """What has happened, and what the rule set's letter of it has filled in; `bookings` are times that it is about."""

    why: ApplicantNews
    values: Mapping[str, str] = field(default_factory=dict)
    bookings: tuple[str, ...] = ()
    language: str = "sv"


async def tell(desk: Desk, writing: Writing, case: Case, news: News, *, by: Actor) -> Case:
    """Make the letter that tells the applicant; returns the case after it."""
    details = await writing.details(case.id)
    procedure = (await rulebook(desk, writing)).procedure(today(desk))
    values = {"matter": letter_sheet.matter(desk, details, case, news.language), **news.values}
    recipient = await letter_sheet.recipient_of(writing, case)
    written = letter_sheet.sheet(desk, procedure, news.why.value, news.language, values, case=case, recipient=recipient)
    told = ApplicantTold(
        notice=desk.outside.new_id(),
        why=news.why.value,
        bookings=news.bookings,
        letter=letter_sheet.keep(desk, writing, case, news.why.value, written),
    )
    return await writing.step_taken(Event(told, by, desk.outside.now(), case=case.id), case.after(ApplicantTold))
