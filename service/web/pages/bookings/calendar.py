"""The calendar: what is free by day, week and month, the search, the caretaker's plan, the shared calendar."""

from datetime import date, timedelta
from itertools import chain
from typing import Any

from litestar import Response, get

from service.bookings import availability, key_access, room_feed, rooms
from service.desk.fields import as_day
from service.desk.free_times import Wanted
from service.desk.rulebook import today
from service.domain.errors import GranskaError, InvalidInput, NotFound, Problem
from service.domain.people import Role
from service.domain.premises import ACCESSIBILITY, EQUIPMENT, Hirer, day_of, label
from service.proof import access_log
from service.web import forms, render
from service.web.deps import AnyRequest, SignedIn, TheDesk
from service.web.problems import page_or_complaint
from service.web.route_permissions import ANYONE, May, may

CALENDAR_READERS = May(
    roles=frozenset({Role.PREMISES_OFFICER, Role.ASSOCIATION_OFFICER, Role.DECISION_MAKER, Role.COORDINATOR})
)
DOOR_READERS = May(roles=frozenset({Role.PREMISES_OFFICER}))
VIEWS = ("day", "week", "month")


def day_asked(request: AnyRequest, now: date, name: str = "date") -> date:
    """The day in the address, or today; raises InvalidInput."""
    text = request.query_params.get(name, "")
    if not text:
        return now
    try:
        return day_of(as_day(text))
    except ValueError as error:
        raise InvalidInput([Problem(f"/{name}", "input.not_a_date")]) from error


@get("/calendar", opt=may(CALENDAR_READERS))
async def calendar(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Free times of a site's rooms, or of one room, over a day, a week or a month."""
    view = request.query_params.get("view", "week")
    view = view if view in VIEWS else "week"
    site, room = request.query_params.get("site") or None, request.query_params.get("room") or None
    now, error = today(desk), None
    try:
        day = day_asked(request, now)
    except InvalidInput as wrong:
        day, error = now, wrong
    first = availability.first_day(view, day)
    count = availability.days_of(view, first)
    names = view == "day" and user.has(Role.PREMISES_OFFICER, Role.DECISION_MAKER)
    if names:
        await access_log.note(desk, user, access_log.CALENDAR, None)
    late = user.has(Role.PREMISES_OFFICER)
    found = await availability.grid(desk, site=site, room=room, first=first, days=count, late=late, names=names)
    after = first + timedelta(days=count)
    before = availability.first_day(view, first - timedelta(days=1))
    return page_or_complaint(
        request,
        "pages/calendar.html",
        error=error,
        at="calendar",
        grid=found,
        view=view,
        views=VIEWS,
        site=site,
        room=room,
        first=first,
        after=after,
        before=before,
        now=now,
        clock=availability.clock,
        label_of_time=label,
        names=names,
        may_book=user.has(Role.PREMISES_OFFICER),
    )


@get("/calendar/search", opt=may(CALENDAR_READERS))
async def search(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Rooms for so many persons, with this equipment and accessibility, at that time."""
    form = forms.Form({name: request.query_params.getall(name) for name in request.query_params})
    found, error = None, None
    if any(form.texts(name) for name in form.names()):
        try:
            wanted = Wanted(
                form.number("persons") if form.text("persons") else 0,
                frozenset(form.texts("equipment")),
                frozenset(form.texts("accessibility")),
            )
            found = await availability.search(
                desk,
                wanted,
                day=form.text("date").strip(),
                start=form.text("from").strip(),
                end=form.text("to").strip(),
                late=user.has(Role.PREMISES_OFFICER),
            )
        except GranskaError as wrong:
            error = wrong
    return page_or_complaint(
        request,
        "pages/calendar_search.html",
        error=error,
        at="search",
        found=found,
        posted=form,
        equipment=EQUIPMENT,
        accessibility=ACCESSIBILITY,
        clock=availability.clock,
        label_of_time=label,
        may_book=user.has(Role.PREMISES_OFFICER),
    )


@get("/calendar/plan", opt=may(DOOR_READERS))
async def plan(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """A site's week for the caretaker, to be printed."""
    await access_log.note(desk, user, access_log.CALENDAR, None)
    now = today(desk)
    first = availability.first_day("week", day_asked(request, now))
    estate, _ = await rooms.estate(desk)
    site = request.query_params.get("site") or next(iter(estate.sites), "")
    if site not in estate.sites:
        raise NotFound("room.site_unknown")
    estate, days = await availability.plan(desk, site=site, first=first, days=7)
    times = chain.from_iterable(times_of_day for _, times_of_day in days)
    return render.page(
        request,
        "pages/plan.html",
        estate=estate,
        site=site,
        days=days,
        first=first,
        before=first - timedelta(days=7),
        after=first + timedelta(days=7),
        clock=availability.clock,
        after_last=first + timedelta(days=6),
        shut=availability.shut(estate, [time.booking for time in times]),
        person=Hirer.PERSON,
    )


@get("/door", opt=may(DOOR_READERS))
async def door(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Who is let in today, and what stands between a hirer and the key."""
    await access_log.note(desk, user, access_log.CALENDAR, None)
    day = day_asked(request, today(desk))
    site = request.query_params.get("site") or None
    estate, listed = await key_access.of_day(desk, day, site)
    return render.page(
        request,
        "pages/door.html",
        estate=estate,
        entries=listed,
        day=day,
        site=site,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
        clock=availability.clock,
    )


@get("/feeds/{secret:str}", opt=may(ANYONE) | {"skip_session": True})
async def feed(request: AnyRequest, desk: TheDesk) -> Response[bytes]:
    """A room's calendar for whoever has its secret address: times alone."""
    secret = str(request.path_params["secret"]).removesuffix(".ics")
    body = await room_feed.feed(desk, secret)
    return Response(body, media_type="text/calendar", headers={"Cache-Control": "private, max-age=300"})


HANDLERS = (calendar, search, plan, door, feed)
