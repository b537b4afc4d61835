"""Domain error to HTTP answer: the only place they meet."""

import logging
import re
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response
from litestar.exceptions import ClientException, HTTPException, NotAuthorizedException, NotFoundException
from litestar.response import Redirect

from service.domain.errors import (
    Conflict,
    GranskaError,
    InvalidInput,
    ListRefused,
    NotAllowed,
    NotFound,
    Problem,
    RuleSetRefused,
    SlotTaken,
    TooLarge,
    TooMany,
    Unavailable,
    Unreadable,
    WrongMediaType,
    place_of,
)
from service.web import forms, render
from service.web.route_permissions import FactorMissing, NotSignedIn, PasswordNotOwn

logger = logging.getLogger("granska.web")
PROBLEM_JSON = "application/problem+json"
#: After how long to try again what could not be had.
RETRY_SECONDS = 5

STATUS: dict[type[GranskaError], int] = {
    NotFound: 404,
    NotAllowed: 403,
    Conflict: 409,
    Unavailable: 503,
    TooMany: 429,
    InvalidInput: 422,
    Unreadable: 400,
    TooLarge: 413,
    WrongMediaType: 415,
    ListRefused: 422,
    RuleSetRefused: 422,
}


def status_of(error: GranskaError) -> int:
    """The HTTP status of a domain error."""
    if isinstance(error, Conflict) and error.code == "intake.key_reused":
        return 422  # the IETF draft on Idempotency-Key: another payload under a known key
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 500)


def _is_api(request: Request[Any, Any, Any]) -> bool:
    """Whether another system asks: by the address, by what it sends, or by what it says that it can read."""
    accepted = request.headers.get("accept", "")
    reads_json = "json" in accepted and "html" not in accepted
    return render.is_api(request.url.path) or forms.is_json(request) or reads_json


def _later(error: GranskaError) -> dict[str, str]:
    """When to try again what could not be had now (RFC 9110, 10.2.3); nothing for what waiting does not help."""
    if status_of(error) not in (429, 503):
        return {}
    return {"Retry-After": f"{error.params.get('seconds', RETRY_SECONDS)}"}


def title_of(request: Request[Any, Any, Any], error: GranskaError) -> str:
    """The sentence of an error; of wrong input what is wrong with it."""
    words, language = render.words(request), render.language(request)
    if isinstance(error, InvalidInput):
        said = [words.say(language, problem.code, problem.params) for problem in error.problems]
        return " ".join(dict.fromkeys(said))
    return words.say(language, error.code, error.params)


def domain_error(request: Request[Any, Any, Any], error: GranskaError) -> Response[Any]:
    """Something the service can explain."""
    status, language = status_of(error), render.language(request)
    title = render.words(request).say(language, error.code, error.params)
    later = _later(error)
    if not _is_api(request):
        asked = re.match(r"/(?:cases|records)/([0-9a-f-]{36})/?", request.url.path)
        if error.code == "conflict.declare_first" and request.method == "GET" and asked:
            return Redirect(f"/cases/{asked[1]}", status_code=303)  # where the question is put
        return error_page(request, status, title, later)
    document: dict[str, Any] = {
        "type": f"urn:granska:problem:{error.code}",
        "title": title,
        "status": status,
        "detail": title_of(request, error),
    }
    if isinstance(error, InvalidInput):
        document["errors"] = [
            {
                "pointer": one.pointer,
                "code": one.code,
                "detail": render.words(request).say(language, one.code, one.params),
            }
            for one in error.problems
        ]
    return Response(document, status_code=status, media_type=PROBLEM_JSON, headers=later)


def slot_taken(request: Request[Any, Any, Any], error: SlotTaken) -> Response[Any]:
    """A time that cannot be had, for another system: 409 with what could be had instead (UTC epoch seconds)."""
    title = render.words(request).say(render.language(request), error.code, error.params)
    document = {
        "type": f"urn:granska:problem:{error.code}",
        "title": title,
        "status": 409,
        "alternatives": [{"room": room, "starts": start, "ends": end} for room, start, end in error.alternatives],
    }
    return Response(document, status_code=409, media_type=PROBLEM_JSON)


def http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """What the framework refuses: no such page, wrong method, too large, not authorised, a missing form token."""
    status = error.status_code
    if status == 500 and request.url.path.startswith("/static/"):
        status = 404  # a name that no file can have
    page_of_form = render.page_path(request.url.path)
    if status == 405 and request.method == "GET" and page_of_form != request.url.path:
        return Redirect(page_of_form, status_code=303)  # someone came back to where a form was sent
    code = f"http.{status}" if render.words(request).knows("sv", f"http.{status}") else "http.400"
    title = render.words(request).text(render.language(request), code)
    headers = dict(error.headers or {})
    if not _is_api(request):
        return error_page(request, status, title, headers)
    document = {"type": f"urn:granska:problem:{code}", "title": title, "status": status, "detail": title}
    return Response(document, status_code=status, media_type=PROBLEM_JSON, headers=headers)


def unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """A fault of ours: logged by kind and place only, since an error's text may hold what the request held."""
    if isinstance(error, UnicodeError) or type(error) is LookupError:
        # The form token is looked for before any handler; a form in an encoding that does not exist ends here.
        return http_error(request, ClientException())
    if request.url.path.startswith("/static/"):
        return http_error(request, NotFoundException())  # a name that no file can have
    # The route, not the address: whoever asks chooses the address, and may write a line of the log into it.
    logger.error("unexpected on %s %s: %s", request.method, request.scope.get("path_template", "-"), place_of(error))
    title = render.words(request).text(render.language(request), "http.500")
    if not _is_api(request):
        return error_page(request, 500, title)
    document = {"type": "urn:granska:problem:http.500", "title": title, "status": 500}
    return Response(document, status_code=500, media_type=PROBLEM_JSON)


def not_signed_in(request: Request[Any, Any, Any], _: NotSignedIn) -> Response[Any]:
    """To the sign-in page; the address asked for is kept where it can be looked at again. A system is told so."""
    if forms.is_json(request):
        return http_error(request, NotAuthorizedException())
    back = request.url.path if request.method == "GET" else render.page_path(request.url.path)
    query = request.url.query if request.method == "GET" else ""
    asked = urlencode({"next": f"{back}?{query}" if query else back})
    return Redirect(f"/sign-in?{asked}", status_code=303)


def password_not_own(request: Request[Any, Any, Any], _: PasswordNotOwn) -> Response[Any]:
    """To the page where one chooses one's own password; a system is told so."""
    if forms.is_json(request):
        return domain_error(request, NotAllowed("sign_in.temporary"))
    return Redirect("/password", status_code=303)


def factor_missing(request: Request[Any, Any, Any], _: FactorMissing) -> Response[Any]:
    """To the page where one takes up a second factor; a system is told so."""
    if forms.is_json(request):
        return domain_error(request, NotAllowed("second_factor.demanded"))
    return Redirect("/second-factor", status_code=303)


def page_or_complaint(
    request: Request[Any, Any, Any], template: str, *, error: GranskaError | None, at: str = "", **values: Any
) -> Response[str]:
    """A page; where a step could not be taken, the same page with what was wrong, and the status that says so.

    `at` names the place on the page for an error that concerns no single field.
    """
    if error is None:
        return render.page(request, template, **values)
    wrong = error.problems if isinstance(error, InvalidInput) else [Problem(f"/{at}", error.code, error.params)]
    answer = render.page(request, template, errors=list(wrong), **values)
    answer.status_code = status_of(error)
    answer.headers.update(_later(error))
    return answer


def error_page(
    request: Request[Any, Any, Any], status: int, title: str, headers: dict[str, str] | None = None
) -> Response[Any]:
    """A page that says what happened and what to do next."""
    answer = render.page(request, "pages/error.html", status=status, title=title)
    answer.status_code = status
    for name, value in (headers or {}).items():
        answer.headers[name] = value
    return answer


HANDLERS: dict[Any, Any] = {
    GranskaError: domain_error,
    HTTPException: http_error,
    NotSignedIn: not_signed_in,
    PasswordNotOwn: password_not_own,
    FactorMissing: factor_missing,
    Exception: unexpected,
}
