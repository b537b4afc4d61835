"""The log for an auditor's own programs, behind a key: newest checkpoint, key, proof that it only grew, every entry."""

from typing import Any

from litestar import Response, get
from litestar.response import Stream

from service.desk.fields import check_number
from service.proof import access_log, log_handout
from service.web.api import describe
from service.web.deps import AnyRequest, TheDesk, TheKey
from service.web.route_permissions import LOG_KEY, may

TEXT = "text/plain; charset=utf-8"
LINES = "application/x-ndjson"
NOT_SIGNED = {503: describe.problem("Nothing has been signed yet")}


@get(
    "/api/v1/log/checkpoint",
    opt=may(LOG_KEY),
    include_in_schema=True,
    operation_id="checkpoint",
    media_type=TEXT,
    responses=describe.COMMON | NOT_SIGNED,
)
async def checkpoint(desk: TheDesk) -> str:
    """The newest checkpoint: a C2SP signed note."""
    return (await log_handout.newest_checkpoint(desk)).note


@get(
    "/api/v1/log/key",
    opt=may(LOG_KEY),
    include_in_schema=True,
    operation_id="logKey",
    media_type=TEXT,
    responses=describe.COMMON,
)
async def key(desk: TheDesk) -> str:
    """The public key that the log is signed with: a line. Compare it with the one you were handed on the first day."""
    return await log_handout.public_key(desk) + "\n"


@get(
    "/api/v1/log/consistency",
    opt=may(LOG_KEY),
    include_in_schema=True,
    operation_id="consistency",
    responses=describe.COMMON | NOT_SIGNED,
)
async def consistency(request: AnyRequest, desk: TheDesk) -> log_handout.Growth:
    """That the log as signed last begins with its first entries; `from` says how many."""
    return await log_handout.growth(desk, check_number("/from", request.query_params.get("from", "")))


@get(
    "/api/v1/log/entries",
    opt=may(LOG_KEY),
    include_in_schema=True,
    operation_id="entries",
    media_type=LINES,
    responses=describe.COMMON,
)
async def entries(desk: TheDesk, key: TheKey) -> Response[Any]:
    """Every entry with its hash, a line of JSON each; no personal data in clear."""
    await access_log.note(desk, key, access_log.LOG_EXPORTED, None)
    return Stream(log_handout.entries_as_lines(desk), media_type=LINES)


HANDLERS = (checkpoint, key, consistency, entries)
