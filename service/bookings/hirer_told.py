"""What happens to times that stand is told to their hirer: the letter is made with it, and is a task until it is sent.

Nothing that has been let is taken away in silence: neither by a call-off that only the City has written down, nor by a
room that is closed over it, nor by a hold that ran out.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from service.bookings.scheduling import free_times
from service.desk import form, letter_sheet
from service.desk.fields import check_not_later
from service.desk.ports.desk import Desk
from service.desk.ports.premises import Occupied
from service.desk.ports.store import Writing
from service.desk.rulebook import rulebook, today
from service.desk.step import Scene, dossier_of
from service.desk.step_form import CaseNow, StepForm, unless
from service.domain.case import Case
from service.domain.clock import local_day
from service.domain.errors import InvalidInput, NotAllowed, NotFound, Problem
from service.domain.events.bookings import HirerTold, LetterDispatched
from service.domain.events.event import Actor, Event
from service.domain.premises import Booking, BookingStatus, Estate, HirerNews, Span, label


def place_and_time(estate: Estate, room: str, span: Span) -> str:
    """When and where, as a letter says it."""
    known = estate.rooms[room]
    site = estate.sites[known.site]
    return f"{label(span)}, {known.name}, {site.name}, {site.address}"


@dataclass(frozen=True)
class News:
    """What has happened to times of a case; `said` is a sentence of its circumstances, in the letter's language."""

    why: HirerNews
    times: Sequence[Booking]
    said: str = ""
    price: str = ""
    language: str = "sv"


async def tell(desk: Desk, writing: Writing, case: Case, news: News, *, by: Actor) -> Case:
    """Make the letter that tells the hirer; returns the case after it."""
    estate, details = await writing.estate(), await writing.details(case.id)
    procedure = (await rulebook(desk, writing)).procedure(today(desk))
    in_order = sorted(news.times, key=lambda time: time.span)
    values = {
        "matter": letter_sheet.matter(desk, details, case, news.language),
        "times": letter_sheet.listed([place_and_time(estate, time.room, time.span) for time in in_order]),
        "text": news.said,
        "price": news.price,
    }
    written = letter_sheet.sheet(
        desk, procedure, news.why.value, news.language, values, case=case, recipient=details.org_name
    )
    told = HirerTold(
        notice=desk.outside.new_id(),
        why=news.why.value,
        bookings=tuple(time.id for time in in_order),
        letter=letter_sheet.keep(desk, writing, case, news.why.value, written),
    )
    return await writing.step_taken(Event(told, by, desk.outside.now(), case=case.id), case.after(HirerTold))


def usable(estate: Estate, room: str, span: Span) -> bool:
    """Whether whoever has the room at this time can be let into it."""
    known = estate.rooms[room]
    return free_times.shut(estate, known, span) is None and not free_times.outside_hours(known, [span])


async def tell_of_rooms(
    desk: Desk, writing: Writing, before: Estate, rooms: Collection[str], within: Span, *, said: str, by: Actor
) -> list[Occupied]:
    """Tell those whose confirmed times can no longer be used as the rooms now are, and those whose can be used again.

    `before` is how the rooms were; returns the bookings that stand in a room they cannot be used in from now on.
    """
    after = await writing.estate()
    standing = await writing.occupied(rooms, within)
    confirmed = [one for one in standing if one.case and one.booking.status is BookingStatus.CONFIRMED]
    shut = [one for one in confirmed if _changed(before, after, one.booking)]
    opened = [one for one in confirmed if _changed(after, before, one.booking)]
    for case_id, times in _by_case(shut).items():
        news = News(HirerNews.ROOM_CLOSED, times, said)
        await tell(desk, writing, await writing.case(case_id), news, by=by)
    for case_id, times in _by_case(opened).items():
        waiting = (await dossier_of(writing, case_id)).closed_over
        again = [time for time in times if time.id in waiting]
        if again:
            news = News(HirerNews.ROOM_REOPENED, again)
            await tell(desk, writing, await writing.case(case_id), news, by=by)
    return [one for one in standing if _changed(before, after, one.booking)]


def _changed(usable_in: Estate, not_in: Estate, booking: Booking) -> bool:
    """Whether the time could be used in the one and cannot be in the other."""
    room, span = booking.room, booking.span
    return usable(usable_in, room, span) and not usable(not_in, room, span)


def _by_case(found: Iterable[Occupied]) -> dict[str, list[Booking]]:
    by_case: dict[str, list[Booking]] = {}
    for one in found:
        by_case.setdefault(one.case or "", []).append(one.booking)
    return by_case


@dataclass(frozen=True)
class TellOfLapsed(StepForm):
    """Make the letter that tells the hirer of times whose hold ran out before they were decided."""

    name = "lapsed"
    event = HirerTold
    of_premises = True

    language: str = form.choice(letter_sheet.LANGUAGES)

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        return unless(case.dossier.lapsed_untold, "step.no_times")

    async def work(self, scene: Scene) -> None:
        untold = scene.dossier.lapsed_untold
        times = (await scene.writing.bookings_of([scene.case.id])).get(scene.case.id, [])
        news = News(HirerNews.HOLD_LAPSED, [time for time in times if time.id in untold], language=self.language)
        if not news.times:
            raise NotAllowed("step.no_times")
        scene.case = await tell(scene.desk, scene.writing, scene.case, news, by=scene.actor)


@dataclass(frozen=True)
class Dispatch(StepForm):
    """Write down how and when a letter to the hirer was sent."""

    name = "dispatch"
    event = LetterDispatched
    of_premises = True

    notice: str = form.code()
    channel: str = form.choice(letter_sheet.CHANNELS)
    sent: date = form.day()

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        return unless(case.dossier.unsent, "step.nothing_to_send")

    async def work(self, scene: Scene) -> None:
        letter = next((one for one in scene.dossier.unsent if one.id == self.notice), None)
        if letter is None:
            raise NotFound("letter.not_found")
        check_not_later("/sent", self.sent, scene.today)
        if self.sent < local_day(letter.at):
            raise InvalidInput([Problem("/sent", "letter.sent_before_made")])
        await scene.take(LetterDispatched(notice=letter.id, channel=self.channel, sent=self.sent))
