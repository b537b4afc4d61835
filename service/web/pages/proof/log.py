"""The auditor's log: read it, verify all of it, and see what a damaged one looks like."""

import json
import re
from typing import Any

from litestar import Response, get, post

from service.audit.canonical import NotCanonical, parse
from service.audit.verify import Fault
from service.domain.events.log import ValueErased
from service.proof import log_page, verification
from service.web import render
from service.web.deps import AnyRequest, TheDesk
from service.web.route_permissions import AUDITORS, may

PER_PAGE = 50
#: Entries whose texts concern the service's own work and nobody's case: an auditor reads them as they are.
OPEN_TO_AUDITORS = frozenset({ValueErased.declared.type})
DAMAGED = "logs/damaged.jsonl"


@get("/log", opt=may(AUDITORS))
async def log(request: AnyRequest, desk: TheDesk) -> Response[Any]:
    """The log, newest first."""
    before = request.query_params.get("before", "")
    last = int(before) if re.fullmatch(r"\d{1,15}", before) else None
    shown = await log_page.log_page(desk, before=last, limit=PER_PAGE)
    signed = shown.checkpoint
    return render.page(
        request,
        "pages/log.html",
        before=last,
        signed=signed.size if signed else 0,
        signed_at=signed.at if signed else None,
        channels=[channel.name for channel in desk.outbox],
        **vars(shown),
    )


@get("/log/entries/{seq:int}", opt=may(AUDITORS))
async def log_entry(request: AnyRequest, desk: TheDesk) -> Response[Any]:
    """One entry, exactly as it was hashed."""
    shown = await log_page.log_entry(desk, request.path_params["seq"], open_types=OPEN_TO_AUDITORS)
    text = json.dumps(shown.entry, ensure_ascii=False, indent=2)
    return render.page(request, "pages/log_entry.html", text=text, **vars(shown))


@get("/log/verify", opt=may(AUDITORS))
async def verify_page(request: AnyRequest) -> Response[Any]:
    """What verifying does, and the button."""
    return render.page(request, "pages/log_verify.html", result=None, damaged=False, found=None)


@post("/log/verify", opt=may(AUDITORS), status_code=200)
async def verify(request: AnyRequest, desk: TheDesk) -> Response[Any]:
    """Verify the whole log, its values and the tables."""
    result = await verification.verify_log(desk)
    return render.page(request, "pages/log_verify.html", result=result, damaged=False, found=None)


@post("/log/damaged", opt=may(AUDITORS), status_code=200)
async def verify_damaged(request: AnyRequest) -> Response[Any]:
    """Verify the deliberately damaged demo log, so that the auditor has seen what a fault looks like."""
    path = request.app.state.fixtures / DAMAGED
    lines = path.read_text("utf-8").splitlines()
    result = verification.Verification(verification.verify_exported(lines))
    first = result.first
    return render.page(request, "pages/log_verify.html", result=result, damaged=True, found=_shown(lines, first))


def _shown(lines: list[str], fault: Fault | None) -> str | None:
    """The bad entry as it stands in the file, laid out to be read."""
    if fault is None or fault.seq is None or fault.seq >= len(lines):
        return None
    try:
        return json.dumps(json.loads(parse(lines[fault.seq])["leaf"]), ensure_ascii=False, indent=2)
    except (NotCanonical, ValueError, KeyError, TypeError):
        return lines[fault.seq][:2000]


HANDLERS = (log, log_entry, verify_page, verify, verify_damaged)
