"""What a person sent after their session had ended is kept until they have signed in again, for them alone.

It lies with the anonymous session of that browser; of whom it was is told by the session that ended, never by what was
sent. A draft is kept in its case at once; anything else is shown, and sent again only when its writer says so.
"""

import contextlib
import re
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection

from service.casework.review import assignment
from service.desk.ports.desk import Desk
from service.domain.errors import GranskaError
from service.domain.people import User
from service.web import forms
from service.web.forms import Form
from service.web.sessions import ENDED

#: Where a session keeps it.
KEPT = "kept_posts"
_MOST_POSTS, _MOST_SIGNS = 8, 300_000
#: What decides who someone is is never kept.
_NEVER = re.compile(r"/(sign-|password|second-factor|reset|language|kept)")
_PATH = re.compile(r"/[a-z0-9][A-Za-z0-9/._-]{0,150}")
_DRAFT = re.compile(r"/cases/([0-9a-f-]{36})/draft")


async def keep(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """Keep what was sent, where the session that it came with had ended and whose it was is known."""
    # The second time that something is sent, it comes with the session in which the first was kept.
    owner = connection.scope["state"].get(ENDED) or _owner_of_kept(connection)
    if owner and isinstance(connection, Request) and _is_worth_keeping(connection):
        with contextlib.suppress(GranskaError):
            _put_aside(connection, owner, await forms.read(connection))


def _owner_of_kept(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    session: Any = connection.scope.get("session")
    kept = session.get(KEPT) if isinstance(session, dict) else None
    return str(kept["owner"]) if isinstance(kept, dict) else None


def _is_worth_keeping(request: Request[Any, Any, Any]) -> bool:
    path = request.url.path
    ours = bool(_PATH.fullmatch(path)) and not _NEVER.match(path)
    return request.method == "POST" and ours and not forms.is_json(request)


def _put_aside(request: Request[Any, Any, Any], owner: str, form: Form) -> None:
    values = {name: form.every(name) for name in form.names() if name != "_csrf_token"}
    if sum(len("".join(texts)) for texts in values.values()) > _MOST_SIGNS:
        return
    path = request.url.path
    before = request.session.get(KEPT) or {}
    posts = before.get("posts", []) if before.get("owner") == owner else []
    # Of a draft the newest is all of it.
    others = [post for post in posts if post["path"] != path or not _DRAFT.fullmatch(path)]
    files = any(form.uploads(name) for name in form.names())
    post = {"path": path, "values": values, "files": files}
    request.session[KEPT] = {"owner": owner, "posts": [*others, post][-_MOST_POSTS:]}


async def handed_over(desk: Desk, kept: Any, user: User) -> list[dict[str, Any]]:
    """What this person finds again after signing in; their drafts are where they were, another's posts are gone."""
    if not isinstance(kept, dict) or kept.get("owner") != user.id:
        return []
    left = []
    for post in kept["posts"]:
        draft = _DRAFT.fullmatch(post["path"])
        if draft is None:
            left.append(post)
            continue
        form = Form(post["values"])
        with contextlib.suppress(GranskaError):
            await assignment.keep_draft(desk, draft[1], form=form.text("_form"), values=form.written(), by=user)
    return left


def posts_of(request: Request[Any, Any, Any]) -> list[dict[str, Any]]:
    """What this session's person sent and has not sent again or thrown away."""
    kept = request.session.get(KEPT)
    return list(kept["posts"]) if isinstance(kept, dict) else []


def drop(request: Request[Any, Any, Any], number: int) -> dict[str, Any] | None:
    """Take one away; returns it, or None where there is none such."""
    posts = posts_of(request)
    if not 0 <= number < len(posts):
        return None
    taken = posts.pop(number)
    if posts:
        request.session[KEPT] = {**request.session[KEPT], "posts": posts}
    else:
        request.session.pop(KEPT, None)
    return taken
