"""Rounds of grants: their applications side by side, and proposals in bulk."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from service.casework.decision import grant_rounds
from service.desk.fields import check_amount
from service.desk.ports.desk import Desk
from service.domain.case import State
from service.domain.errors import GranskaError, InvalidInput, Problem
from service.domain.people import Role, User
from service.web import forms, render
from service.web.deps import AnyRequest, SignedIn, TheDesk
from service.web.problems import page_or_complaint
from service.web.route_permissions import May, may

GRANT_ROUND_READERS = May(
    roles=frozenset({Role.ASSOCIATION_OFFICER, Role.DECISION_MAKER, Role.COORDINATOR, Role.AUDITOR})
)
PROPOSERS = May(roles=frozenset({Role.ASSOCIATION_OFFICER}))


@get("/grant-rounds", opt=may(GRANT_ROUND_READERS))
async def all_grant_rounds(request: AnyRequest, desk: TheDesk) -> Response[Any]:
    """The rounds of the rule sets."""
    found, now = await grant_rounds.rounds(desk)
    return render.page(request, "pages/grant_rounds.html", grant_rounds=found, today=now)


@get("/grant-rounds/{grant_round_id:str}", opt=may(GRANT_ROUND_READERS))
async def one_grant_round(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """A round's applications, requested against proposed against frame."""
    return await _show(request, desk, user)


async def _show(
    request: AnyRequest,
    desk: Desk,
    user: User,
    *,
    error: GranskaError | None = None,
    posted: forms.Form | None = None,
    done: int = 0,
) -> Response[Any]:
    view = await grant_rounds.view(desk, str(request.path_params["grant_round_id"]), by=user)
    return page_or_complaint(
        request,
        "pages/grant_round.html",
        error=error,
        at="grant_round",
        view=view,
        posted=posted or forms.Form({}),
        may_propose=user.has(Role.ASSOCIATION_OFFICER),
        done=done,
        editable={
            one.row.case.id
            for one in view.lines
            if one.row.case.owner == user.id and one.row.case.state is State.IN_REVIEW and not one.row.attention
        },
    )


@post("/grant-rounds/{grant_round_id:str}/proposals", opt=may(PROPOSERS), status_code=303)
async def propose(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Put forward a proposal for every line with an amount; each is its own, with its own reason."""
    form = await forms.read(request)
    wishes, problems = {}, []
    for case_id in form.texts("case"):
        text = form.text(f"amount-{case_id}").strip()
        if not text:
            continue
        try:
            amount = check_amount(f"/amount-{case_id}", text)
            seen = form.number(f"version-{case_id}")
        except InvalidInput as error:
            problems += list(error.problems)
            continue
        reason, left_out = form.text(f"reason-{case_id}").strip(), form.text("search_left_out").strip()
        wishes[case_id] = grant_rounds.Wish(amount, reason, seen, left_out)
    if problems or not wishes:
        wrong = InvalidInput(problems or [Problem("/grant_round", "grant_round.nothing_proposed")])
        return await _show(request, desk, user, error=wrong, posted=form)
    done, failed = await grant_rounds.propose_all(desk, str(request.path_params["grant_round_id"]), wishes, by=user)
    if failed:
        wrong = InvalidInput(_at_the_amounts(failed))
        return await _show(request, desk, user, error=wrong, posted=form, done=len(done))
    render.tell(request, "done.grant_round_proposed", count=len(done))
    return Redirect(f"/grant-rounds/{request.path_params['grant_round_id']}", status_code=303)


def _at_the_amounts(failed: Mapping[str, GranskaError]) -> list[Problem]:
    """Why each case was not proposed, at its amount: the only field of a case on this page that is always there."""
    problems = []
    for case_id, error in failed.items():
        reasons = error.problems if isinstance(error, InvalidInput) else [error]
        problems += [Problem(f"/amount-{case_id}", reason.code, reason.params) for reason in reasons]
    return problems


HANDLERS = (all_grant_rounds, one_grant_round, propose)
