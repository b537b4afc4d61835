"""Papers that leave the house: letters as PDF, the board's package, and the list of delegated decisions."""

import base64
from datetime import timedelta
from typing import Any

from litestar import Response, get

from service.audit.leaf import data_of
from service.casework.decision import board_papers
from service.casework.letters import decision_letter
from service.casework.views import case_page, gate
from service.desk.fields import check_day
from service.desk.ports.desk import Desk
from service.desk.rulebook import rulebook, today
from service.domain.errors import GranskaError, NotFound
from service.domain.events.fields import SentLetter
from service.domain.people import Role
from service.proof import access_log
from service.web import forms
from service.web.deps import AnyRequest, SignedIn, TheDesk
from service.web.problems import page_or_complaint
from service.web.route_permissions import DECIDERS, RECORD_READERS, May, may

LIST_READERS = May(roles=DECIDERS.roles | {Role.AUDITOR})
_MONTH = 31
#: A number that no entry of the log has.
MOST_ENTRIES = 2**53


def _pdf(body: bytes, name: str) -> Response[bytes]:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, media_type="application/pdf", headers=headers)


def _file_name(diary_number: str) -> str:
    return diary_number.replace("/", "-").replace(" ", "-")


@get("/cases/{case_id:uuid}/letters/{seq:int}", opt=may(RECORD_READERS))
async def letter(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """A letter as it went out, byte for byte."""
    case_id, seq = str(request.path_params["case_id"]), int(request.path_params["seq"])
    case = await gate.check_may_see(desk, case_id, by=user)
    async with desk.store.reading() as read:
        row = await read.log_entry(seq) if seq < MOST_ENTRIES else None
        of_case = row is not None and row.case_id == case_id
        sent = getattr(data_of(row.leaf), "letter", None) if row and of_case else None
        if not isinstance(sent, SentLetter) or user.only_reviews:
            raise NotFound("letter.not_found")
        reference = sent.body
        kept = (await read.values([reference])).get(reference)
    if kept is None:
        raise NotFound("letter.erased")
    await access_log.note(desk, user, access_log.RECORD, case_id)
    return _pdf(base64.b64decode(kept["pdf"]), f"{_file_name(case.diary_number)}-{seq}.pdf")


@get("/cases/{case_id:uuid}/letters/preview", opt=may(DECIDERS))
async def letter_preview(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """The letter of the decision, or of the booking that was executed, as it would go out now."""
    case_id = str(request.path_params["case_id"])
    language = "en" if request.query_params.get("language") == "en" else "sv"
    view = await case_page.case_view(desk, case_id, by=user)
    decided, executed = view.dossier.decision, view.dossier.executed
    async with desk.store.reading() as read:
        if decided is not None:
            written = await decision_letter.decision_letter(
                desk, read, view.case, decided, view.criteria, view.procedure, language
            )
        elif executed is not None:
            written = await decision_letter.confirmation(desk, read, view.case, executed, view.procedure, language)
        else:
            raise NotFound("decision.not_found")
    return _pdf(desk.typesetter.pdf(written), f"{_file_name(view.case.diary_number)}-forhandsvisning.pdf")


@get("/cases/{case_id:uuid}/package", opt=may(DECIDERS))
async def package(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """The board's package: report and annexes in one file."""
    case_id = str(request.path_params["case_id"])
    number, body = await board_papers.packaged(desk, case_id, by=user)
    await access_log.note(desk, user, access_log.BUNDLE, case_id)
    name = f"namndpaket-{_file_name(number)}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, media_type="application/zip", headers=headers)


@get("/delegated", opt=may(LIST_READERS))
async def delegated(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Decisions made on the board's behalf between two days, for its next meeting."""
    now = today(desk)
    given = {
        "since": request.query_params.get("since") or (now - timedelta(days=_MONTH)).isoformat(),
        "until": request.query_params.get("until") or now.isoformat(),
    }
    error: GranskaError | None = None
    found: list[board_papers.Delegated] = []
    try:
        since, until = check_day("/since", given["since"]), check_day("/until", given["until"])
        found = await board_papers.delegated(desk, since, until, by=user)
    except GranskaError as raised:
        error = raised
    return page_or_complaint(
        request,
        "pages/delegated.html",
        error=error,
        at="since",
        period=given,
        found=found,
        posted=forms.Form({name: [one] for name, one in given.items()}),
        board=await _board(desk),
    )


async def _board(desk: Desk) -> str:
    async with desk.store.reading() as read:
        return (await rulebook(desk, read)).procedure(today(desk)).adopted_by


HANDLERS = (letter, letter_preview, package, delegated)
