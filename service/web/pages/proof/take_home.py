"""What an auditor takes home of the log, from the page: no shell is needed to verify it elsewhere."""

import json
from dataclasses import asdict
from typing import Any

from litestar import Response, get
from litestar.response import Stream

from service.desk.fields import check_number
from service.domain.errors import InvalidInput
from service.proof import access_log, log_handout
from service.web import render
from service.web.deps import AnyRequest, SignedIn, TheDesk
from service.web.problems import page_or_complaint
from service.web.route_permissions import AUDITORS, may

TEXT = "text/plain; charset=utf-8"


def _file(content: Any, name: str, media_type: str = TEXT) -> Response[Any]:
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@get("/log/take", opt=may(AUDITORS))
async def take_home(request: AnyRequest) -> Response[Any]:
    """What can be taken home, and what it is for."""
    return render.page(request, "pages/log_take.html", given_from="")


@get("/log/take/checkpoint", opt=may(AUDITORS))
async def checkpoint(desk: TheDesk) -> Response[Any]:
    """The newest checkpoint, to be compared with later ones."""
    newest = await log_handout.newest_checkpoint(desk)
    return _file(newest.note, f"{newest.size:012d}.checkpoint")


@get("/log/take/key", opt=may(AUDITORS))
async def key(desk: TheDesk) -> Response[Any]:
    """The public key, as one line."""
    return _file(await log_handout.public_key(desk) + "\n", "granska.vkey")


@get("/log/take/consistency", opt=may(AUDITORS))
async def consistency(request: AnyRequest, desk: TheDesk) -> Response[Any]:
    """That the log only grew since a checkpoint of the auditor's."""
    given = request.query_params.get("from", "")
    try:
        found = await log_handout.growth(desk, check_number("/from", given))
    except InvalidInput as error:
        return page_or_complaint(request, "pages/log_take.html", error=error, given_from=given)
    text = json.dumps(asdict(found), indent=2) + "\n"
    return _file(text, f"consistency-{found.old}-{found.new}.json", "application/json")


@get("/log/take/entries", opt=may(AUDITORS))
async def entries(desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Every entry with its hash, as `granska log verify FILE` reads it; that it was taken is written down."""
    await access_log.note(desk, user, access_log.LOG_EXPORTED, None)
    headers = {"Content-Disposition": 'attachment; filename="log.jsonl"'}
    return Stream(log_handout.entries_as_lines(desk), media_type="application/x-ndjson", headers=headers)


HANDLERS = (take_home, checkpoint, key, consistency, entries)
