"""Users and their rights: the administrator gives and takes them, the auditor sees who held which when."""

from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from service.desk.actors import person
from service.desk.rulebook import book_now, today
from service.domain.errors import GranskaError, NotFound
from service.domain.people import DELEGATION_PREFIX, ROLE_PREFIX, Role, User, takes_two
from service.office import accounts, users_and_keys
from service.office import rights as office_rights
from service.web import forms, render
from service.web.deps import AnyRequest, SignedIn, TheDesk
from service.web.problems import page_or_complaint
from service.web.route_permissions import ADMINISTRATORS, CONFIRMERS, RIGHTS_READERS, may


@get("/rights", opt=may(RIGHTS_READERS))
async def rights(request: AnyRequest, desk: TheDesk) -> Response[Any]:
    """Who held which right, from when until when."""
    shown = await office_rights.rights_shown(desk)
    return render.page(
        request,
        "pages/rights.html",
        history=shown.history,
        made=shown.made,
        keys=shown.keys,
        resets=await accounts.resets_shown(desk),
        first_days=office_rights.FIRST_DAYS,
    )


@get("/rights/waiting", opt=may(CONFIRMERS))
async def waiting(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """The rights that wait for a second person."""
    return await waiting_page(request, desk, user)


async def waiting_page(
    request: AnyRequest, desk: TheDesk, user: User, error: GranskaError | None = None
) -> Response[Any]:
    """What waits for a second person; where it could not be settled, with why."""
    proposed, called = await office_rights.waiting_rights(desk)
    resets = await accounts.waiting_resets(desk)
    return page_or_complaint(
        request,
        "pages/rights_waiting.html",
        error=error,
        at="waiting",
        waiting=proposed,
        resets=resets,
        names=await office_rights.names(desk) if resets else {},
        called=called,
        own=user.pseudonym,
    )


@post("/rights/waiting/{proposal_id:uuid}/confirm", opt=may(CONFIRMERS), status_code=303)
async def confirm(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Give the right that another has put forward."""
    try:
        await office_rights.confirm_right(desk, str(request.path_params["proposal_id"]), by=user)
    except NotFound:
        raise
    except GranskaError as error:
        return await waiting_page(request, desk, user, error)
    render.tell(request, "done.right_granted")
    return Redirect("/rights/waiting", status_code=303)


@post("/rights/waiting/{proposal_id:uuid}/decline", opt=may(CONFIRMERS), status_code=303)
async def decline(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """The right is not given."""
    await office_rights.decline_right(desk, str(request.path_params["proposal_id"]), by=user)
    render.tell(request, "done.right_declined")
    return Redirect("/rights/waiting", status_code=303)


@get("/users", opt=may(ADMINISTRATORS))
async def users(request: AnyRequest, desk: TheDesk) -> Response[Any]:
    """All users and what each may."""
    return await users_page(request, desk)


async def users_page(
    request: AnyRequest,
    desk: TheDesk,
    error: GranskaError | None = None,
    posted: forms.Form | None = None,
    *,
    at_user: str = "",
) -> Response[Any]:
    """All users; where something could not be done, with why."""
    shown = await office_rights.rights_shown(desk)
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
        at_user=at_user,
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
        return await users_page(request, desk, error, form)
    render.tell(request, "done.user_added")
    return Redirect("/users", status_code=303)


@post("/users/{user_id:uuid}/rights", opt=may(ADMINISTRATORS), status_code=303)
async def grant(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Give a right, or put it forward where it takes two."""
    form = await forms.read(request)
    user_id, right = str(request.path_params["user_id"]), form.text("right")
    try:
        if takes_two(right):
            await office_rights.propose_right(desk, user_id, right, form.text("document"), by=user)
        else:
            await users_and_keys.grant_right(desk, user_id, right, by=person(user))
    except GranskaError as error:
        return await users_page(request, desk, error, form, at_user=user_id)
    render.tell(request, "done.right_proposed" if takes_two(right) else "done.right_granted")
    return Redirect("/users", status_code=303)


@post("/rights/{grant_id:uuid}/withdraw", opt=may(ADMINISTRATORS), status_code=303)
async def withdraw(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Take a right back."""
    try:
        await users_and_keys.withdraw_right(desk, str(request.path_params["grant_id"]), by=person(user))
    except GranskaError as error:
        return await users_page(request, desk, error)
    render.tell(request, "done.right_withdrawn")
    return Redirect("/users", status_code=303)


HANDLERS = (rights, waiting, confirm, decline, users, add_user, grant, withdraw)
