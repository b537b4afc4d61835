"""The queue: cases to work on, filtered by what stands in the address, and a search that leaves no trace in it."""

import re
from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from service.casework.review import assignment, correspondence
from service.desk import case_search
from service.desk.ports.queue import PAGE_SIZE, QueueQuery
from service.desk.rulebook import today
from service.domain import policy
from service.domain.application import Kind
from service.domain.case import State
from service.domain.errors import GranskaError, InvalidInput
from service.domain.people import User
from service.web import forms, render
from service.web.deps import AnyRequest, SignedIn, TheDesk
from service.web.problems import page_or_complaint
from service.web.route_permissions import CASE_READERS, OFFICERS, may

STATES = ("open", *(one.value for one in State), "all")
OWNERS = ("mine", "nobody")
ORDERS = ("due", "received", "diary", "association", "amount")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MOST_PAGES = 100_000


@get("/queue", opt=may(CASE_READERS))
async def queue(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """The queue as the address asks for it."""
    given = {
        name: request.query_params.get(name, "")
        for name in ("state", "kind", "owner", "attention", "organisation", "order", "dir", "page")
    }
    query = read_query(given, user)
    page = await case_search.queue(desk, query)
    filters = {name: value for name, value in given.items() if value and name != "page"}
    render.remember_queue(request, {name: value for name, value in given.items() if value})
    return render.page(
        request,
        "pages/queue.html",
        rows=page.rows,
        total=page.total,
        pickable=sorted(kind for kind, role in policy.HANDLING_ROLES.items() if user.has(role)),
        filters=filters,
        asked=given,
        kinds=sorted(user.case_kinds),
        states=STATES,
        orders=ORDERS,
        pages=max(1, -(-page.total // PAGE_SIZE)),
        today=today(desk),
    )


def read_query(given: dict[str, str], user: User) -> QueueQuery:
    """What was asked for; a filter that means nothing matches nothing, since showing everything would mislead."""
    kinds = tuple(sorted(user.case_kinds))
    asked = given | {"state": given["state"] or "open", "order": given["order"] or "due"}
    patterns = _PATTERNS | {"kind": "|".join(["", *kinds])}
    if not all(re.fullmatch(pattern, asked[name]) for name, pattern in patterns.items()):
        return QueueQuery(kinds=kinds, nothing=True)
    return QueueQuery(
        kinds=kinds,
        state=None if asked["state"] == "all" else asked["state"],
        kind=Kind(asked["kind"]) if asked["kind"] else None,
        owner=user.id if asked["owner"] == "mine" else None,
        unowned=asked["owner"] == "nobody",
        attention=asked["attention"] == "1",
        organisation=asked["organisation"] or None,
        order=asked["order"],
        descending=asked["dir"] == "desc",
        page=min(max(1, int(asked["page"] or 1)), MOST_PAGES),
    )


#: What each filter can say; of kinds, those that the user works with.
_PATTERNS = {
    "state": "|".join(STATES),
    "owner": "|".join(["", *OWNERS]),
    "attention": "1?",
    "order": "|".join(ORDERS),
    "dir": "asc|desc|",
    "organisation": f"({_UUID.pattern})?",
    "page": "[0-9]{0,6}",
}


@post("/queue/search", opt=may(CASE_READERS), status_code=200)
async def search(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Search by diary number, organisation number or association name; posted, so that nothing stands in an address."""
    form = await forms.read(request)
    text = form.text("q")
    try:
        rows = await case_search.search(desk, text, by=user)
    except InvalidInput as error:
        shown = "" if error.problems[0].code == "search.not_persons" else text
        return page_or_complaint(request, "pages/search.html", error=error, rows=[], q=shown)
    return render.page(request, "pages/search.html", rows=rows, q=text)


@post("/queue/bulk", opt=may(OFFICERS), status_code=303)
async def bulk(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """What is harmless for several cases at once: assign them to oneself, or remind their applicants."""
    form = await forms.read(request)
    done, failed = 0, 0
    for text in form.texts("case")[:PAGE_SIZE]:
        case_id, _, version = text.partition(":")
        if not (_UUID.fullmatch(case_id) and re.fullmatch(r"\d{1,15}", version)):
            continue
        try:
            if form.text("do") == "assign":
                await assignment.Assign(to=user.id, note="").take(desk, case_id, by=user, seen=int(version))
            elif form.text("do") == "remind":
                await correspondence.Remind(language="sv").take(desk, case_id, by=user, seen=int(version))
            done += 1
        except GranskaError:
            failed += 1
    render.tell(request, "done.bulk", done=done, failed=failed)
    return Redirect(render.queue_address(request), status_code=303)


HANDLERS = (queue, search, bulk)
