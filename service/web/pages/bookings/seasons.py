"""Weekly times of a term: what was asked, what was given, why, and how anyone can work it out again."""

import re
from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from service.bookings import season_allocation
from service.desk.ports.desk import Desk
from service.domain.errors import GranskaError, NotFound
from service.domain.people import Role, User
from service.domain.premises import WEEKDAYS, clock_label
from service.proof import access_log
from service.web import forms, render
from service.web.api import describe
from service.web.deps import AnyRequest, SignedIn, TheDesk
from service.web.pages.bookings.calendar import CALENDAR_READERS
from service.web.problems import page_or_complaint
from service.web.route_permissions import INTAKE_KEY, May, may

SHARERS = May(roles=frozenset({Role.PREMISES_OFFICER}))
READERS = May(roles=CALENDAR_READERS.roles | {Role.AUDITOR})


def _id(request: AnyRequest) -> str:
    return str(request.path_params["season_id"])


@get("/seasons", opt=may(READERS))
async def all_seasons(request: AnyRequest, desk: TheDesk) -> Response[Any]:
    """The seasons of the rules in force."""
    found, now = await season_allocation.seasons(desk)
    return render.page(request, "pages/seasons.html", seasons=found, today=now)


@get("/seasons/{season_id:str}", opt=may(READERS))
async def one_season(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """A season's applications in order of priority and lot, with what each was given and why not the rest."""
    return await _show(request, desk, user)


async def _show(
    request: AnyRequest,
    desk: Desk,
    user: User,
    *,
    error: GranskaError | None = None,
    posted: forms.Form | None = None,
    same: bool | None = None,
) -> Response[Any]:
    view = await season_allocation.view(desk, _id(request))
    named = user.has(Role.PREMISES_OFFICER, Role.DECISION_MAKER)
    if named:
        await access_log.note(desk, user, access_log.CALENDAR, None)
    return page_or_complaint(
        request,
        "pages/season.html",
        error=error,
        at="season",
        view=view,
        posted=posted or forms.Form({}),
        may_share=user.has(Role.PREMISES_OFFICER),
        named=named,
        weekdays=WEEKDAYS,
        clock_label=clock_label,
        diary={one.ask.id: one.row.case.diary_number for one in view.lines if one.row},
        same=same,
    )


@post("/seasons/{season_id:str}/share", opt=may(SHARERS), status_code=303)
async def share(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Share the times out, or share them out anew by the same lot."""
    form = await forms.read(request)
    try:
        await season_allocation.share_out(desk, _id(request), by=user, text=form.text("reason"))
    except NotFound:
        raise
    except GranskaError as error:
        return await _show(request, desk, user, error=error, posted=form)
    render.tell(request, "done.season_shared")
    return Redirect(f"/seasons/{_id(request)}", status_code=303)


@post("/seasons/{season_id:str}/edit", opt=may(SHARERS), status_code=303)
async def edit(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Change one grant, with why."""
    form = await forms.read(request)
    try:
        case, _, wish = form.text("wish").partition("/")
        await season_allocation.edit(
            desk,
            _id(request),
            case=case,
            wish=int(wish) if re.fullmatch(r"[0-9]{1,3}", wish) else -1,
            room=form.text("room"),
            text=form.text("text"),
            by=user,
            seen=form.text("allocation"),
        )
    except NotFound:
        raise
    except GranskaError as error:
        return await _show(request, desk, user, error=error, posted=form)
    render.tell(request, "done.season_edited")
    return Redirect(f"/seasons/{_id(request)}", status_code=303)


@post("/seasons/{season_id:str}/again", opt=may(READERS), status_code=200)
async def again(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Work it out again from what was kept, and say whether it comes out the same."""
    try:
        same = await season_allocation.again(desk, _id(request))
    except NotFound:
        raise
    except GranskaError as error:
        return await _show(request, desk, user, error=error)
    return await _show(request, desk, user, same=same)


@post("/seasons/{season_id:str}/book", opt=may(SHARERS), status_code=303)
async def book(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Hold the times that stand, week by week, in each case."""
    try:
        done = await season_allocation.book(desk, _id(request), by=user)
    except NotFound:
        raise
    except GranskaError as error:
        return await _show(request, desk, user, error=error)
    request.app.state.worker.wake()
    render.tell(request, "done.season_booked", count=done)
    return Redirect(f"/seasons/{_id(request)}", status_code=303)


@get(
    "/api/v1/seasons/{season_id:str}",
    opt=may(INTAKE_KEY),
    include_in_schema=True,
    operation_id="season",
    responses=describe.COMMON | {404: describe.problem("No such season")},
)
async def published(desk: TheDesk, season_id: FromPath[str]) -> dict[str, Any]:
    """The allocation for everyone to see: by diary number, without names, with all that is needed to redo it."""
    view = await season_allocation.view(desk, season_id)
    diary = {line.ask.id: line.row.case.diary_number for line in view.lines if line.row}
    return {
        "season": view.season.id,
        "rules": view.rules.id,
        "seed": view.seed,
        "log_size": view.allocation.body["seed_size"] if view.allocation else None,
        "edited": bool(view.allocation and view.allocation.body["edits"]),
        "rooms": view.allocation.body["rooms"] if view.allocation else [],
        "lot": "SHA-256 over the seed, a line feed and the case id; the smallest first",
        "applications": [_published_line(line, diary) for line in view.lines],
    }


def _published_line(line: season_allocation.Line, diary: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": line.ask.id,
        "diary_number": diary[line.ask.id],
        "group": line.group,
        "priority": line.ask.order,
        "lot": line.lot,
        "wishes": [_published_wish(line, number, diary) for number in range(len(line.ask.wishes))],
    }


def _published_wish(line: season_allocation.Line, number: int, diary: Mapping[str, str]) -> dict[str, Any]:
    wish, why = line.ask.wishes[number], line.why.get(number)
    return {
        "weekday": WEEKDAYS[wish.weekday],
        "from": clock_label(wish.start),
        "to": clock_label(wish.end),
        "rooms": list(wish.rooms),
        "given": line.given.get(number),
        "why_not": why.code if why else None,
        "stood_back_for": [diary.get(case, case) for case in why.by] if why else [],
    }


HANDLERS = (all_seasons, one_season, share, edit, again, book, published)
