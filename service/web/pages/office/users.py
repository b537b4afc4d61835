"""Users and their rights: the administrator gives and takes them, the auditor sees who held which when."""

from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from service.desk.actors import person
from service.desk.rulebook import book_now, today
from service.domain.errors import GranskaError
from service.domain.people import DELEGATION_PREFIX, ROLE_PREFIX, Role
from service.office import users_and_keys
from service.web import forms, render
from service.web.deps import AnyRequest, SignedIn, TheDesk
from service.web.problems import page_or_complaint
from service.web.route_permissions import ADMINISTRATORS, RIGHTS_READERS, may


@get("/rights", opt=may(RIGHTS_READERS))
async def rights(request: AnyRequest, desk: TheDesk) -> Response[Any]:
    """Who held which right, from when until when."""
    shown = await users_and_keys.rights_shown(desk)
    return render.page(request, "pages/rights.html", history=shown.history, keys=shown.keys)


@get("/users", opt=may(ADMINISTRATORS))
async def users(request: AnyRequest, desk: TheDesk) -> Response[Any]:
    """All users and what each may."""
    return await _users(request, desk)


async def _users(
    request: AnyRequest, desk: TheDesk, error: GranskaError | None = None, posted: forms.Form | None = None
) -> Response[Any]:
    shown = await users_and_keys.rights_shown(desk)
    procedure = (await book_now(desk)).procedure(today(desk))
    return page_or_complaint(
        request,
        "pages/users.html",
        error=error,
        at="right",
        users=shown.users,
        held=shown.held,
        roles=[f"{ROLE_PREFIX}{one}" for one in Role],
        points=[(f"{DELEGATION_PREFIX}{one.id}", one) for one in procedure.delegation.values()],
        posted=posted or forms.Form({}),
    )


@post("/users", opt=may(ADMINISTRATORS), status_code=303)
async def add_user(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """A new user, without rights."""
    form = await forms.read(request)
    try:
        await users_and_keys.create_user(
            desk,
            name=form.text("name"),
            email=form.text("email"),
            password=form.text("password"),
            by=person(user),
        )
    except GranskaError as error:
        return await _users(request, desk, error, form)
    render.tell(request, "done.user_added")
    return Redirect("/users", status_code=303)


@post("/users/{user_id:uuid}/rights", opt=may(ADMINISTRATORS), status_code=303)
async def grant(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Give a right."""
    form = await forms.read(request)
    try:
        await users_and_keys.grant_right(desk, str(request.path_params["user_id"]), form.text("right"), by=person(user))
    except GranskaError as error:
        return await _users(request, desk, error)
    render.tell(request, "done.right_granted")
    return Redirect("/users", status_code=303)


@post("/rights/{grant_id:uuid}/withdraw", opt=may(ADMINISTRATORS), status_code=303)
async def withdraw(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Take a right back."""
    try:
        await users_and_keys.withdraw_right(desk, str(request.path_params["grant_id"]), by=person(user))
    except GranskaError as error:
        return await _users(request, desk, error)
    render.tell(request, "done.right_withdrawn")
    return Redirect("/users", status_code=303)


HANDLERS = (rights, users, add_user, grant, withdraw)
