"""Templates into pages, in the reader's language."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import (
    ChainableUndefined,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
)
from jinja2.utils import missing
from litestar import Request, Response
from litestar.utils.scope.state import ScopeState
from markupsafe import Markup, escape

from service.audit.leaf import milliseconds
from service.domain.clock import Instant, local_time
from service.domain.organisation import shown_number
from service.domain.people import User
from service.web.forms import Form, Given
from service.words import DEFAULT, LANGUAGES, Catalogue

LANGUAGE_COOKIE = "granska_language"
NO_BREAK = "\N{NO-BREAK SPACE}"


class Gap(StrictUndefined):
    """A variable that a page forgot is an error; a component's optional parameter that was left out is not."""

    def __new__(cls, hint: Any = None, obj: Any = missing, name: Any = None, exc: Any = Exception) -> Any:
        if isinstance(obj, (dict, ChainableUndefined)) or name == "caller":
            return ChainableUndefined(hint, obj, name)
        return super().__new__(cls)


class Pages:
    """A template environment for each language."""

    def __init__(self, folder: Path, words: Catalogue, **shared: Any) -> None:
        """`shared` is what every page is told: `static_version`, `demo`, `idle_seconds`."""
        self.words = words
        self._environments = {language: _environment(folder, words, language, shared) for language in LANGUAGES}

    def render(self, language: str, template: str, values: Mapping[str, Any]) -> str:
        """The page's HTML."""
        return self._environments[language].get_template(template).render(values)


def _environment(folder: Path, words: Catalogue, language: str, shared: Mapping[str, Any]) -> Environment:
    environment = Environment(
        loader=ChoiceLoader(
            [
                FileSystemLoader(folder),
                PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
            ]
        ),
        autoescape=True,
        undefined=Gap,
        extensions=["jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals |= {
        "_": partial(words.text, language),
        "say": partial(_say, words, language),
        "term": partial(words.term, language),
        "language": language,
        **shared,
        "query": _query,
        # Two names that the components' macros take for granted.
        "undefined": ChainableUndefined(name="undefined"),
        "null": ChainableUndefined(name="null"),
    }
    environment.filters |= {
        "kronor": kronor,
        "moment": moment,
        "logged": logged,
        "parsed": json.loads,
        "day": day,
        "paragraphs": paragraphs,
        "recurrence": recurrence,
        "size": size,
        "shown_number": shown_number,
    }
    return environment


def _say(words: Catalogue, language: str, code: str, params: Mapping[str, str | int] | None = None) -> str:
    return words.say(language, code, params or {})


def kronor(ore: int | None) -> str:
    """Öre as kronor, with öre only where there are any."""
    if ore is None:
        return "–"
    whole, rest = divmod(ore, 100)
    written = f"{whole:,}".replace(",", NO_BREAK)
    return f"{written},{rest:02d}{NO_BREAK}kr" if rest else f"{written}{NO_BREAK}kr"


def moment(milliseconds: Instant | None) -> str:
    """An instant as local date and time."""
    return "–" if milliseconds is None else local_time(milliseconds).strftime("%Y-%m-%d %H:%M")


def logged(text: str) -> str:
    """A log time (UTC) as local date and time."""
    return moment(milliseconds(text))


def day(value: Instant | date | str) -> str:
    """A date; an instant's local date."""
    if isinstance(value, int):
        return local_time(value).date().isoformat()
    return str(value)[:10]


def size(count: int) -> str:
    """Bytes as kB or MB."""
    return f"{count / 1_000_000:.1f} MB" if count >= 1_000_000 else f"{max(1, round(count / 1000))} kB"


def paragraphs(text: str) -> Markup:
    """A text with its line breaks."""
    return Markup("<br>").join(escape(line) for line in text.split("\n"))


_WEEKLY = re.compile(r"FREQ=WEEKLY(?:;INTERVAL=([12]))?(?:;BYDAY=[A-Z]{2})?;UNTIL=(\d{4})(\d{2})(\d{2})")


def recurrence(rule: str, say: Callable[..., str]) -> str:
    """A recurrence rule in words, where it is every week or every other until a day; the rule itself otherwise."""
    found = _WEEKLY.fullmatch(rule)
    if not found:
        return rule
    return say("series.fortnightly" if found[1] == "2" else "series.weekly", {"until": "-".join(found.groups()[1:])})


def _query(base: Mapping[str, Any], **changed: Any) -> str:
    """A query string from what is set, with some of it changed."""
    merged = {name: value for name, value in {**base, **changed}.items() if value not in (None, "", False)}
    return "?" + urlencode(merged)


def _pages(request: Request[Any, Any, Any]) -> Pages:
    pages: Pages = request.app.state.pages
    return pages


def words(request: Request[Any, Any, Any]) -> Catalogue:
    """The word catalogue."""
    return _pages(request).words


#: What a client of yente asks below a case's address.
_OF_YENTE = re.compile(r"/cases/[^/]+/(?:match|catalog|algorithms|search|entities|statements|healthz|readyz)(?:/|$)")


def is_api(path: str) -> bool:
    """Whether another system is asking, and wants no page."""
    return path.startswith(("/api/", "/match/", "/search/", "/entities/", "/statements")) or bool(_OF_YENTE.match(path))


def language(request: Request[Any, Any, Any]) -> str:
    """Swedish, unless the reader has chosen English; the API goes by Accept-Language."""
    if is_api(request.url.path):
        return "en" if request.headers.get("accept-language", "").casefold().startswith("en") else DEFAULT
    chosen = request.cookies.get(LANGUAGE_COOKIE, DEFAULT)
    return chosen if chosen in LANGUAGES else DEFAULT


def page(request: Request[Any, Any, Any], template: str, **values: Any) -> Response[str]:
    """A page; every template also gets who is signed in, the form token and what was just done."""
    state = ScopeState.from_scope(request.scope)
    session = request.scope.get("session")
    said = session.pop("said", None) if isinstance(session, dict) else None
    who = request.scope.get("user")
    common: dict[str, Any] = {
        "user": who if isinstance(who, User) else None,  # what has a key gets no page but an error's
        "csrf_token": state.csrf_token if isinstance(state.csrf_token, str) else "",
        "path": page_path(request.url.path),
        "said": said,
        "errors": [],
        "queue_address": queue_address(request),
    }
    common |= values
    common["given"] = Given(common.get("posted") or Form({}), common["errors"])
    html = _pages(request).render(language(request), template, common)
    return Response(html, media_type="text/html", headers={"Cache-Control": "no-store"})


#: Where a session keeps the address of the queue as it was last seen.
_QUEUE = "queue"


def remember_queue(request: Request[Any, Any, Any], asked: Mapping[str, str]) -> None:
    """The queue's address with its filters, order and page, for the ways back to it."""
    address = "/queue" + (_query(asked) if asked else "")
    if request.session.get(_QUEUE, "/queue") != address:
        request.session[_QUEUE] = address


def queue_address(request: Request[Any, Any, Any]) -> str:
    """The queue as this person saw it last."""
    session = request.scope.get("session")
    kept = session.get(_QUEUE) if isinstance(session, dict) else None
    return kept if isinstance(kept, str) else "/queue"


def page_path(path: str) -> str:
    """The page that a form's address belongs to: where one lands again after looking at what was wrong."""
    for pattern, page_of in _PAGE_OF_FORM:
        match = re.match(pattern, path)
        if match:
            return match.expand(page_of)
    return path


_PAGE_OF_FORM = (
    (r"(/cases/[^/]+/(?:bundle|history|matching|precedents))", r"\1"),
    (r"(/grant-rounds/[^/]+)/.*", r"\1"),
    (r"(/cases/[^/]+)/.*", r"\1"),
    (r"(/records/[^/]+)/.*", r"\1"),
    (r"(/rooms/[^/]+/edit)", r"\1"),
    (r"(/rooms/[^/]+)/.*", r"\1"),
    (r"(/seasons/[^/]+)/.*", r"\1"),
    (r"/sites", "/rooms"),
    (r"/holds.*|/book/.*", "/book"),
    (r"/queue/.*", "/queue"),
    (r"/users/.*|/rights/.*", "/users"),
    (r"/incidents/.*", "/incidents"),
    (r"/log/damaged", "/log/verify"),
    (r"/log/checkpoint", "/log"),
    (r"(/rules/drafts/[^/]+)/.*", r"\1"),
    (r"/erase/plan", "/erase"),
    (r"/sign-out|/language", "/"),
)


def tell(request: Request[Any, Any, Any], code: str, **params: str | int) -> None:
    """Have the next page say that something was done."""
    request.session["said"] = {"code": code, "params": params}
