"""A rule set on its way: proposed, its impact seen, adopted by someone else."""

import difflib
import json
from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.domain.errors import GranskaError, InvalidInput, Problem
from service.domain.people import User
from service.office import rule_set_adoption
from service.web import forms, render
from service.web.deps import AnyRequest, SignedIn, TheDesk
from service.web.problems import page_or_complaint
from service.web.route_permissions import RULE_OWNERS, may

MOST_BYTES = 500_000


@get("/rules/drafts", opt=may(RULE_OWNERS))
async def drafts(request: AnyRequest, desk: TheDesk) -> Response[Any]:
    """All drafts, and the form for a new one."""
    return await _list(request, desk)


async def _list(request: AnyRequest, desk: Desk, error: GranskaError | None = None) -> Response[Any]:
    shown = await rule_set_adoption.drafts_shown(desk)
    return page_or_complaint(
        request,
        "pages/drafts.html",
        error=error,
        at="file",
        **vars(shown),
        posted=forms.Form({}),
    )


@post("/rules/drafts", opt=may(RULE_OWNERS), status_code=303)
async def propose(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Put a file forward."""
    form = await forms.read(request)
    try:
        file = await forms.upload(form.upload("file"), most=MOST_BYTES)
        try:
            text = file.body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise InvalidInput([Problem("/file", "rules.not_text")]) from error
        if not text.strip():
            raise InvalidInput([Problem("/file", "input.missing")])
        draft_id = await rule_set_adoption.propose(desk, text, by=person(user))
    except GranskaError as error:
        return await _list(request, desk, error)
    return Redirect(f"/rules/drafts/{draft_id}", status_code=303)


@get("/rules/drafts/{draft_id:uuid}", opt=may(RULE_OWNERS))
async def draft(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """One draft, its impact, and what is left to do."""
    return await _one(request, desk, user)


async def _one(request: AnyRequest, desk: Desk, user: User, error: GranskaError | None = None) -> Response[Any]:
    shown = await rule_set_adoption.draft_shown(desk, str(request.path_params["draft_id"]))
    found = shown.draft
    return page_or_complaint(
        request,
        "pages/draft.html",
        error=error,
        at="draft",
        draft=found,
        changes=_changes(shown.before, found.body) if shown.before else [],
        impact=json.loads(found.report) if found.report else None,
        names=shown.names,
        own=found.drafted_by == user.pseudonym,
    )


def _changes(before: str, after: str) -> list[str]:
    """Only the lines that differ, with where they stand."""
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1)
    return list(found)[2:1000]


async def _act(request: AnyRequest, desk: Desk, user: User, step: Callable[[str], Awaitable[str]]) -> Response[Any]:
    draft_id = str(request.path_params["draft_id"])
    await forms.read(request)
    try:
        said = await step(draft_id)
    except GranskaError as error:
        return await _one(request, desk, user, error)
    render.tell(request, said)
    return Redirect(f"/rules/drafts/{draft_id}", status_code=303)


@post("/rules/drafts/{draft_id:uuid}/impact", opt=may(RULE_OWNERS), status_code=303)
async def see_impact(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Work the impact out, and log who has seen it."""

    async def step(draft_id: str) -> str:
        await rule_set_adoption.show_impact(desk, draft_id, by=person(user))
        return "done.impact_seen"

    return await _act(request, desk, user, step)


@post("/rules/drafts/{draft_id:uuid}/adopt", opt=may(RULE_OWNERS), status_code=303)
async def adopt(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Adopt it: another person than the one who proposed it."""

    async def step(draft_id: str) -> str:
        await rule_set_adoption.adopt(desk, draft_id, by=person(user))
        return "done.adopted"

    return await _act(request, desk, user, step)


HANDLERS = (drafts, propose, draft, see_impact, adopt)
