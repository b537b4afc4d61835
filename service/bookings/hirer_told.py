"""What happens to times that stand is told to their hirer: the letter is made with it, and is a task until it is sent.

Nothing that has been let is taken away in silence: neither by a call-off that only the City has written down, nor by a
room that is closed over it, nor by a hold that ran out.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from service.desk import form, free_times, letter_sheet
from service.desk.applicant_told import News, tell
from service.desk.ports.desk import Desk
from service.desk.ports.premises import Occupied
from service.desk.ports.store import Writing
from service.desk.step import Scene, dossier_of
from service.desk.step_form import CaseNow, StepForm, unless
from service.domain.case import Case
from service.domain.errors import NotAllowed
from service.domain.events.decision import ApplicantTold
from service.domain.events.event import Actor
from service.domain.letter import ApplicantNews
from service.domain.premises import Booking, BookingStatus, Estate, Span, label


def place_and_time(estate: Estate, room: str, span: Span) -> str:
    """When and where, as a letter says it."""
    known = estate.rooms[room]
    site = estate.sites[known.site]
    return f"{label(span)}, {known.name}, {site.name}, {site.address}"


async def tell_of_times(
    desk: Desk,
    writing: Writing,
    case: Case,
    why: ApplicantNews,
    times: Sequence[Booking],
    *,
    said: str = "",
    price: str = "",
    language: str = "sv",
    by: Actor,
) -> Case:
    """Tell the hirer what has happened to these times; `said` is a sentence of its circumstances, in the language."""
    estate = await writing.estate()
    in_order = sorted(times, key=lambda time: time.span)
    lines = [place_and_time(estate, time.room, time.span) for time in in_order]
    values = {"times": letter_sheet.listed(lines), "text": said, "price": price}
    news = News(why, values, tuple(time.id for time in in_order), language)
    return await tell(desk, writing, case, news, by=by)


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
        case = await writing.case(case_id)
        await tell_of_times(desk, writing, case, ApplicantNews.ROOM_CLOSED, times, said=said, by=by)
    for case_id, times in _by_case(opened).items():
        waiting = (await dossier_of(writing, case_id)).closed_over
        again = [time for time in times if time.id in waiting]
        if again:
            case = await writing.case(case_id)
            await tell_of_times(desk, writing, case, ApplicantNews.ROOM_REOPENED, again, by=by)
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
    event = ApplicantTold
    of_premises = True

    language: str = form.choice(letter_sheet.LANGUAGES)

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        return unless(case.dossier.lapsed_untold, "step.no_times")

    async def work(self, scene: Scene) -> None:
        untold = scene.dossier.lapsed_untold
        times = (await scene.writing.bookings_of([scene.case.id])).get(scene.case.id, [])
        lapsed = [time for time in times if time.id in untold]
        if not lapsed:
            raise NotAllowed("step.no_times")
        why, desk = ApplicantNews.HOLD_LAPSED, scene.desk
        scene.case = await tell_of_times(
            desk, scene.writing, scene.case, why, lapsed, language=self.language, by=scene.actor
        )
