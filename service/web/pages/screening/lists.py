"""Watch lists: which versions there are and how old, a new one handed in, what differs in one that is held."""

import shutil
import tempfile
from collections.abc import Awaitable, Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.response import Redirect

from service.desk.actors import person
from service.desk.fields import check_day, check_not_later
from service.desk.ports.desk import Desk
from service.desk.rulebook import today
from service.domain.clock import STOCKHOLM, to_milliseconds
from service.domain.errors import GranskaError, InvalidInput, NotFound, Problem, TooLarge
from service.domain.people import User
from service.domain.watchlist import ListState
from service.pipeline.isolated import call_thread
from service.screening import list_import, list_settling
from service.screening.list_health import lists_shown
from service.web import forms, render
from service.web.deps import AnyRequest, SignedIn, TheDesk
from service.web.problems import page_or_complaint
from service.web.route_permissions import LIST_OWNERS, LIST_READERS, may

MOST_BYTES = 60_000_000
#: The files that OFAC's lists consist of beside the main one.
_COMPANIONS = frozenset({"alt.csv", "add.csv", "sdn_comments.csv", "cons_alt.csv", "cons_add.csv", "cons_comments.csv"})


@get("/lists", opt=may(LIST_READERS))
async def lists(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Each list of the rule set in force: definition, active version and age; what is held; and every import."""
    return await _lists(request, desk, user)


async def _lists(
    request: AnyRequest,
    desk: Desk,
    user: User,
    error: GranskaError | None = None,
    posted: forms.Form | None = None,
) -> Response[Any]:
    shown = await lists_shown(desk)
    return page_or_complaint(
        request,
        "pages/lists.html",
        error=error,
        at="file",
        **vars(shown),
        rules=shown.procedure,
        owner=user.has(*list_import.LIST_OWNERS),
        posted=posted or forms.Form({}),
    )


@post("/lists/versions", opt=may(LIST_OWNERS), status_code=303, request_max_body_size=MOST_BYTES + 1_000_000)
async def hand_in(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Read a file as a version of a list; in force at once, or held."""
    form = await forms.read(request)
    try:
        imported = await _imported(desk, form, user)
    except NotFound:
        raise
    except GranskaError as error:
        return await _lists(request, desk, user, error, form)
    request.app.state.worker.wake()
    if imported.state is ListState.HELD:
        render.tell(request, "done.list_held")
        return Redirect(f"/lists/versions/{imported.version}", status_code=303)
    said = "done.list_same" if imported.same else "done.list_imported"
    render.tell(request, said, list=form.text("list"), entries=imported.entries)
    return Redirect("/lists", status_code=303)


async def _imported(desk: Desk, form: forms.Form, user: User) -> list_import.Imported:
    """What became of the files, which lie in a folder of their own while they are read."""
    key = form.text("list")
    if not key:
        raise InvalidInput([Problem("/list", "input.missing")])
    uploads = form.uploads("file")
    if not uploads:
        raise InvalidInput([Problem("/file", "input.missing")])
    generated = _day("/generated", form)
    as_of = _day("/as_of", form)
    if as_of:
        check_not_later("/as_of", as_of, today(desk))
    mains = [file for file in uploads if _name_of(file).casefold() not in _COMPANIONS]
    if len(mains) != 1:
        raise InvalidInput([Problem("/file", "list.one_main_file")])
    with tempfile.TemporaryDirectory(prefix="granska-list-") as folder:
        paths = {file: Path(folder) / _name_of(file) for file in uploads}
        for file, path in paths.items():
            await _save(file, path)
        return await list_import.import_list(
            desk,
            key,
            paths[mains[0]],
            by=person(user),
            generated=generated.isoformat() if generated else None,
            as_of=to_milliseconds(datetime.combine(as_of, time(), STOCKHOLM)) if as_of else None,
        )


def _day(pointer: str, form: forms.Form) -> date | None:
    """A day that may be left out."""
    written = form.text(pointer[1:]).strip()
    return check_day(pointer, written) if written else None


def _name_of(file: UploadFile) -> str:
    """The file's own name without a folder; what a browser sends may hold any."""
    name = Path(file.filename.replace("\\", "/")).name
    return name if name.isprintable() and name.strip(". ") else "list"


async def _save(file: UploadFile, path: Path) -> None:
    def write() -> int:
        with path.open("wb") as target:
            shutil.copyfileobj(file.file, target)
            return target.tell()

    if await call_thread(write) > MOST_BYTES:
        raise TooLarge("list.file_too_large", max=MOST_BYTES // 1_000_000)


@get("/lists/versions/{version_id:uuid}", opt=may(LIST_READERS))
async def version(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """How a version differs from the one it was held against."""
    return await _version(request, desk, user)


async def _version(
    request: AnyRequest, desk: Desk, user: User, error: GranskaError | None = None, posted: forms.Form | None = None
) -> Response[Any]:
    shown = await list_settling.version_shown(desk, str(request.path_params["version_id"]))
    return page_or_complaint(
        request,
        "pages/list_version.html",
        error=error,
        at="settle",
        **vars(shown),
        owner=user.has(*list_import.LIST_OWNERS),
        most=list_settling.MOST_SHOWN,
        posted=posted or forms.Form({}),
    )


Settling = Callable[[str, str], Awaitable[None]]


async def _settle(request: AnyRequest, desk: Desk, user: User, settling: Settling, done: str) -> Response[Any]:
    form = await forms.read(request)
    try:
        await settling(str(request.path_params["version_id"]), form.text("text"))
    except NotFound:
        raise
    except GranskaError as error:
        return await _version(request, desk, user, error, form)
    request.app.state.worker.wake()
    render.tell(request, done)
    return Redirect("/lists", status_code=303)


@post("/lists/versions/{version_id:uuid}/activate", opt=may(LIST_OWNERS), status_code=303)
async def activate(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Put a held version in force, with why."""

    async def settling(version_id: str, reason: str) -> None:
        await list_settling.activate(desk, version_id, reason, by=person(user))

    return await _settle(request, desk, user, settling, "done.list_activated")


@post("/lists/versions/{version_id:uuid}/reject", opt=may(LIST_OWNERS), status_code=303)
async def reject(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Do not use a held version, with why."""

    async def settling(version_id: str, reason: str) -> None:
        await list_settling.reject(desk, version_id, reason, by=person(user))

    return await _settle(request, desk, user, settling, "done.list_rejected")


HANDLERS = (lists, hand_in, version, activate, reject)
