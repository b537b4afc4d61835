"""The case page: checks first, then what was handed in, the timeline, and the decision on the same page."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Response, get, post
from litestar.response import File, Redirect

from service.bookings.availability import clock
from service.casework.decision import proposal, sign
from service.casework.intake import enclosures
from service.casework.review import findings
from service.casework.views import gate
from service.casework.views.case_page import CaseView, case_view, offered_clauses
from service.casework.views.enclosure import checks_wait, enclosure_file
from service.casework.views.steps import open_steps
from service.desk import actors, candidates, letter_sheet
from service.desk.form import read_form
from service.desk.ports.desk import Desk
from service.desk.rulebook import today
from service.domain import basis, policy
from service.domain.adverse import shut
from service.domain.case import Case, State
from service.domain.decision import ON_A_DECISION, DecisionOutcome
from service.domain.enclosure import ENCLOSURE_KINDS
from service.domain.errors import GranskaError, NotAllowed, NotFound
from service.domain.finding import RESOLUTIONS
from service.domain.people import Role, User
from service.domain.premises import label
from service.domain.ruleset import DelegationPoint
from service.proof import access_log
from service.web import file_types, forms, render
from service.web.deps import AnyRequest, SignedIn, TheDesk
from service.web.problems import page_or_complaint
from service.web.route_permissions import CASE_READERS, DECIDERS, OFFICERS, RECORD_READERS, may

#: The name under which what is being written in the decision form is kept.
DRAFT = "case:decided"


@get("/cases/{case_id:uuid}", opt=may(CASE_READERS))
async def case_page(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Everything about a case; that it was opened is written down first."""
    everything = request.query_params.get("events") == "all"
    try:
        view = await case_view(desk, _id(request), by=user, everything=everything)
    except NotAllowed:
        asked = await gate.gate(desk, _id(request), by=user)
        if asked is None:
            raise
        return render.page(request, "pages/gate.html", gate=asked)
    await access_log.note(desk, user, access_log.OPENED, _id(request))
    return _page(request, desk, user, view)


@get("/cases/{case_id:uuid}/checks", opt=may(CASE_READERS))
async def checks_part(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """The checks alone, for a page that waits for them; asks for a whole new page once they are there."""
    waiting = await checks_wait(desk, _id(request), by=user)
    answer = render.page(request, "components/waiting.html", waiting=waiting, case_id=_id(request))
    if not waiting:
        answer.headers["HX-Refresh"] = "true"
    return answer


async def show_case(
    request: AnyRequest,
    desk: Desk,
    user: User,
    *,
    error: GranskaError,
    posted: forms.Form | None = None,
    at: str = "",
) -> Response[Any]:
    """The case page again with what could not be done, or the question that comes before it."""
    asked = await gate.gate(desk, _id(request), by=user)
    if asked is not None:
        return page_or_complaint(request, "pages/gate.html", error=error, at="conflict", gate=asked)
    view = await case_view(desk, _id(request), by=user)
    return _page(request, desk, user, view, error=error, posted=posted or forms.Form({}), at=at)


def _page(
    request: AnyRequest,
    desk: Desk,
    user: User,
    view: CaseView,
    *,
    error: GranskaError | None = None,
    posted: forms.Form | None = None,
    at: str = "",
) -> Response[Any]:
    return page_or_complaint(
        request,
        "pages/case.html",
        error=error,
        at=at,
        view=view,
        posted=posted or _begun(view),
        failed_at=at,
        mask=user.only_reviews,
        steps=open_steps(view, user),
        today=today(desk),
        resolutions=RESOLUTIONS,
        candidates_in=candidates.candidates_in,
        candidate_field=candidates.FIELD,
        enclosure_kinds=ENCLOSURE_KINDS,
        label_of_time=label,
        clock=clock,
        **_allowed(view, user),
        **_to_decide(view, user),
    )


def _allowed(view: CaseView, user: User) -> dict[str, bool]:
    """What this person may do on the page, by its name there."""
    case = view.case
    handles, mine = policy.handles(case, user), case.owner == user.id
    in_hand = handles and mine and case.state is State.IN_REVIEW
    signs = policy.may_sign(case, user) and bool(view.points)
    return {
        "may_take": handles and not mine and case.state in (State.SCREENED, State.IN_REVIEW),
        "may_handle": in_hand,
        "may_propose": in_hand,
        "may_decide": signs and not _waits_for_another(view, user),
        "may_rescreen": not case.closed and (handles or user.has(Role.DECISION_MAKER)),
        "may_enclose": handles and (not case.closed or case.state is State.APPEALED),
        "may_mark": handles,
        "may_bundle": user.has(*RECORD_READERS.roles),
        "may_match": not case.closed and user.has(Role.COORDINATOR),
        "may_act": policy.acts_on(case, user),
    }


def _to_decide(view: CaseView, user: User) -> dict[str, Any]:
    """What the forms for deciding and signing offer, by its name there."""
    proposed, taken_up = view.dossier.proposal, view.dossier.turn == "revocation"
    reaching = [point.id for point in view.points if reaches(point, view.case)]
    return {
        "sign_points": _sign_points(view, user),
        "suggested": reaching[0] if reaching else "",
        "outcomes": [outcome for outcome in DecisionOutcome if taken_up or outcome not in ON_A_DECISION],
        "shut": {outcome.value for outcome in DecisionOutcome if shut(view.basis, outcome)},
        "clauses": offered_clauses(view),
        "phrases": [phrase for phrase in view.procedure.routine.phrases if view.case.kind in phrase.kinds],
        "searches_left": basis.searches_left(view.basis),
        "questions": proposal.questions_of(view.basis, proposed) if proposed else [],
    }


def _waits_for_another(view: CaseView, user: User) -> bool:
    """Whether what is proposed is for someone else to sign: one's own adverse proposal, or no point that carries it."""
    proposed = view.dossier.proposal
    if proposed is None:
        return False
    adverse = basis.adverse_to(view.basis, proposed.data) is not None
    return (adverse and proposed.by == user.pseudonym) or not _sign_points(view, user)


def _sign_points(view: CaseView, user: User) -> list[DelegationPoint]:
    proposed = view.dossier.proposal
    if proposed is None:
        return []
    data = proposed.data
    return policy.reaching(view.basis, user, DecisionOutcome(data.outcome), data.amount_ore, data.clauses)


def _begun(view: CaseView) -> forms.Form:
    """What was being written in the decision form; with nothing to inquire into, the usual words to start from.

    Nothing is chosen for anyone: the outcome is left open, and the person who signs reads what they sign.
    """
    if DRAFT in view.drafts:
        return forms.Form(view.drafts[DRAFT])
    usual = [
        one
        for one in view.procedure.routine.phrases
        if view.case.kind in one.kinds and one.outcome is DecisionOutcome.APPROVAL
    ]
    ready = not view.screening and view.findings and not any(one.case_finding.open for one in view.findings)
    if not usual or not ready or view.dossier.reopened or view.dossier.withdrawn:
        return forms.Form({})
    values = {"reasons": [usual[0].text["sv"]], "clauses": [usual[0].clause]}
    if view.case.amount_ore is not None:
        values["amount"] = [letter_sheet.kronor(view.case.amount_ore)]
    return forms.Form(values)


def reaches(point: DelegationPoint, case: Case) -> bool:
    """Whether this delegation point would carry an approval of all that was asked for."""
    return policy.covers(point, kind=case.kind, outcome=DecisionOutcome.APPROVAL, amount_ore=case.amount_ore)


def _id(request: AnyRequest) -> str:
    return str(request.path_params["case_id"])


async def _act(
    request: AnyRequest, desk: Desk, user: User, at: str, step: Callable[[forms.Form, int], Awaitable[Any]], done: str
) -> Response[Any]:
    """Take a step with a posted form; where it cannot be taken, show the page again with what was written."""
    form = await forms.read(request)
    try:
        await step(form, form.number("version"))
    except NotFound:
        raise
    except GranskaError as error:
        return await show_case(request, desk, user, error=error, posted=form, at=at)
    render.tell(request, done)
    return Redirect(f"/cases/{_id(request)}", status_code=303)


@post("/cases/{case_id:uuid}/take", opt=may(OFFICERS), status_code=303)
async def take(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """The officer takes the case."""

    async def step(form: forms.Form, seen: int) -> None:
        await findings.take(desk, _id(request), by=user, seen=seen)

    return await _act(request, desk, user, "take", step, "done.taken")


@post("/cases/{case_id:uuid}/release", opt=may(OFFICERS), status_code=303)
async def release(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """The officer puts the case back."""

    async def step(form: forms.Form, seen: int) -> None:
        await findings.release(desk, _id(request), by=user, seen=seen)

    return await _act(request, desk, user, "take", step, "done.released")


@post("/cases/{case_id:uuid}/rescreen", opt=may(DECIDERS), status_code=303)
async def rescreen(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Have the checks run again."""

    async def step(form: forms.Form, seen: int) -> None:
        await findings.ask_rescreening(desk, _id(request), by=user, seen=seen)
        request.app.state.worker.wake()

    return await _act(request, desk, user, "checks", step, "done.rescreen_asked")


@post("/cases/{case_id:uuid}/findings/{finding_id:uuid}", opt=may(OFFICERS), status_code=303)
async def resolve(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """The officer settles a finding."""
    finding_id = str(request.path_params["finding_id"])

    async def step(form: forms.Form, seen: int) -> None:
        await findings.resolve(
            desk,
            _id(request),
            finding_id,
            resolution=forms.resolution(form),
            reason=form.text("reason"),
            answers=form.by_prefix(candidates.FIELD),
            by=user,
            seen=seen,
        )

    return await _act(request, desk, user, f"finding-{finding_id}", step, "done.resolved")


@post("/cases/{case_id:uuid}/distinctions/{pair:str}/withdraw", opt=may(OFFICERS), status_code=303)
async def withdraw_distinction(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """What was held apart is to be looked into again."""
    pair = str(request.path_params["pair"])

    async def step(form: forms.Form, seen: int) -> None:
        await findings.withdraw_distinction(
            desk, _id(request), pair, reason=form.text("distinction_reason"), by=user, seen=seen
        )
        request.app.state.worker.wake()

    return await _act(request, desk, user, "checks", step, "done.rescreen_asked")


@post("/cases/{case_id:uuid}/decision", opt=may(DECIDERS), status_code=303)
async def decide(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """A named person decides."""

    async def step(form: forms.Form, seen: int) -> None:
        asked = read_form(proposal.ProposalForm, form.answers())
        await sign.decide(desk, _id(request), asked.proposal, by=user, seen=seen)

    return await _act(request, desk, user, "decision", step, "done.decided")


@post("/cases/{case_id:uuid}/secrecy", opt=may(OFFICERS), status_code=303)
async def mark_secrecy(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Put a secrecy marking on the case or one of its enclosures."""

    async def step(form: forms.Form, seen: int) -> None:
        await findings.mark_secrecy(
            desk,
            _id(request),
            enclosure=form.text("enclosure") or None,
            provision=form.text("provision"),
            day=today(desk).isoformat(),
            authority=form.text("authority"),
            by=user,
            seen=seen,
        )

    return await _act(request, desk, user, "secrecy", step, "done.marked")


@post(
    "/cases/{case_id:uuid}/enclosures",
    opt=may(OFFICERS),
    status_code=303,
    request_max_body_size=enclosures.MAX_ENCLOSURE_BYTES + 100_000,
)
async def enclose(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Add a document that came on paper or by mail."""

    async def step(form: forms.Form, seen: int) -> None:
        file = await forms.upload(form.upload("file"), most=enclosures.MAX_ENCLOSURE_BYTES)
        looked = await file_types.look(file.body)
        await enclosures.add_enclosure(
            desk,
            _id(request),
            kind=form.text("kind"),
            name=file.name,
            media_type=looked.media_type,
            condition=looked.condition,
            body=file.body,
            speaks_from=form.text("speaks_from"),
            speaks_to=form.text("speaks_to"),
            by=actors.person(user),
            kinds=frozenset(kind for kind, role in policy.HANDLING_ROLES.items() if user.has(role)),
        )
        request.app.state.worker.wake()

    return await _act(request, desk, user, "enclosures", step, "done.enclosed")


@get("/cases/{case_id:uuid}/enclosures/{enclosure_id:uuid}", opt=may(CASE_READERS))
async def enclosure(request: AnyRequest, desk: TheDesk, user: SignedIn) -> File:
    """A document's bytes, always to be saved and never shown by the browser as a page of ours."""
    file = await enclosure_file(desk, _id(request), str(request.path_params["enclosure_id"]), by=user)
    await access_log.note(desk, user, access_log.ENCLOSURE, _id(request))
    return File(
        path=file.path,
        filename=file.name,
        media_type="application/octet-stream",
        content_disposition_type="attachment",
    )


HANDLERS = (
    case_page,
    checks_part,
    take,
    release,
    rescreen,
    resolve,
    withdraw_distinction,
    decide,
    mark_secrecy,
    enclose,
    enclosure,
)
