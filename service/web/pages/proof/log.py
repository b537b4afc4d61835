"""The auditor's log: read it, verify all of it, and see what a damaged one looks like."""

import json
import re
from typing import Any

from litestar import Response, get, post

from service.audit.canonical import NotCanonical, parse
from service.audit.leaf import data_as_written
from service.audit.verify import Fault
from service.domain.errors import NotFound
from service.domain.events.catalogue import commitments_in
from service.domain.events.log import ValueErased
from service.proof import verification
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
    async with desk.store.reading() as reading:
        rows = await reading.log_page(before=last, case_id=None, limit=PER_PAGE)
        size, checkpoint = await reading.log_size(), await reading.last_checkpoint()
        sent = await reading.dispatches(5)
        names = await reading.names()
        entries = [json.loads(one.leaf) | {"hash": one.hash} for one in rows]
        numbers = await reading.diary_numbers([one["case"] for one in entries if one["case"]])
    return render.page(
        request,
        "pages/log.html",
        entries=entries,
        size=size,
        names=names,
        numbers=numbers,
        before=last,
        signed=checkpoint.size if checkpoint else 0,
        signed_at=checkpoint.at if checkpoint else None,
        channels=[one.name for one in desk.outbox],
        sent=sent,
    )


@get("/log/entries/{seq:int}", opt=may(AUDITORS))
async def log_entry(request: AnyRequest, desk: TheDesk) -> Response[Any]:
    """One entry, exactly as it was hashed."""
    seq = request.path_params["seq"]
    async with desk.store.reading() as reading:
        row = await reading.log_entry(seq) if 0 <= seq < 2**63 else None
        names = await reading.names()
    if row is None:
        raise NotFound("log.no_entry")
    entry = json.loads(row.leaf)
    async with desk.store.reading() as reading:
        values = (
            await reading.values(commitments_in(data_as_written(row.leaf))) if entry["type"] in OPEN_TO_AUDITORS else {}
        )
    text = json.dumps(entry, ensure_ascii=False, indent=2)
    return render.page(
        request, "pages/log_entry.html", entry=entry, hash=row.hash, text=text, names=names, values=values
    )


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
