"""The matching workbench: how the names of a case are compared, how invented names are, and how the lists are.

There is no field to search for a person: what is compared stands in an open case, or is invented and ships with us.
"""

import csv
from pathlib import Path
from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from service.desk import case_search
from service.domain.errors import InvalidInput, NotFound, Problem
from service.domain.watchlist import Schema, Subject
from service.pipeline.isolated import call_thread
from service.proof import access_log
from service.screening.list_health import lists_health
from service.screening.search_lists import compare_names
from service.web import forms, render
from service.web.deps import AnyRequest, SignedIn, TheDesk
from service.web.problems import page_or_complaint
from service.web.route_permissions import COORDINATORS, may


@get("/workbench", opt=may(COORDINATORS))
async def workbench(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """The lists' health and the invented comparisons."""
    return await _workbench(request, desk)


async def _workbench(
    request: AnyRequest, desk: TheDesk, error: InvalidInput | None = None, posted: forms.Form | None = None
) -> Response[Any]:
    health = await lists_health(desk)
    pairs = _invented(request.app.state.fixtures)
    judged = await call_thread(lambda: [(a, b, desk.finder.compare(a, b)) for a, b in pairs])
    return page_or_complaint(
        request,
        "pages/workbench.html",
        error=error,
        at="workbench",
        **vars(health),
        judged=judged,
        method=desk.finder.method(),
        posted=posted or forms.Form({}),
    )


@post("/workbench", opt=may(COORDINATORS), status_code=303)
async def open_case(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Go to the comparison of a case, by its diary number."""
    form = await forms.read(request)
    wanted = form.text("diary_number").strip()
    try:
        case = await case_search.case_by_number(desk, wanted, by=user)
    except NotFound as error:
        problem = error.code if wanted else "input.missing"
        return await _workbench(request, desk, InvalidInput([Problem("/diary_number", problem)]), form)
    return Redirect(f"/cases/{case.id}/matching", status_code=303)


@get("/cases/{case_id:uuid}/matching", opt=may(COORDINATORS))
async def of_case(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Everyone named in an undecided case against every active list, with reasons and weights."""
    case, answers = await compare_names(desk, str(request.path_params["case_id"]), by=user)
    await access_log.note(desk, user, access_log.OPENED, case.id)
    return render.page(request, "pages/matching.html", case=case, answers=answers, method=desk.finder.method())


def _invented(fixtures: Path) -> list[tuple[Subject, Subject]]:
    """The pairs that ship with us; nobody is meant."""
    with (fixtures / "workbench.csv").open(encoding="utf-8", newline="") as file:
        return [(_subject(row, "1"), _subject(row, "2")) for row in csv.DictReader(file)]


def _subject(row: dict[str, str], side: str) -> Subject:
    born, number = row[f"birth{side}"], row[f"number{side}"]
    return Subject(row[f"name{side}"], Schema(row["schema"]), (born,) if born else (), (), (number,) if number else ())


HANDLERS = (workbench, open_case, of_case)
