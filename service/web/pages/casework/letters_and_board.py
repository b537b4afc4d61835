"""Papers that leave the house: letters as PDF, the board's package, and the list of delegated decisions."""

from datetime import timedelta
from typing import Any

from litestar import Response, get

from service.casework.decision import board_papers, delivery
from service.casework.views import gate
from service.desk import letter_sheet
from service.desk.fields import check_day
from service.desk.rulebook import book_now, today
from service.domain.errors import GranskaError, NotFound
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
    if user.only_reviews or seq >= MOST_ENTRIES:
        raise NotFound("letter.not_found")
    body = await letter_sheet.sent_letter(desk, case_id, seq)
    await access_log.note(desk, user, access_log.RECORD, case_id)
    return _pdf(body, f"{_file_name(case.diary_number)}-{seq}.pdf")


@get("/cases/{case_id:uuid}/letters/preview", opt=may(DECIDERS))
async def letter_preview(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """The letter of the decision, or of the booking that was executed, as it would go out now."""
    case_id = str(request.path_params["case_id"])
    language = "en" if request.query_params.get("language") == "en" else "sv"
    diary_number, body = await delivery.preview(desk, case_id, language, by=user)
    return _pdf(body, f"{_file_name(diary_number)}-forhandsvisning.pdf")


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
        board=(await book_now(desk)).procedure(today(desk)).adopted_by,
    )


HANDLERS = (letter, letter_preview, package, delegated)
