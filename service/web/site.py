"""The web application: routes, guards, headers and limits."""

import hashlib
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

from litestar import Litestar, Request, get
from litestar.config.allowed_hosts import AllowedHostsConfig
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import MutableScopeHeaders
from litestar.handlers import BaseRouteHandler
from litestar.static_files import create_static_files_router

from service.desk.ports.desk import Desk
from service.domain.errors import Unavailable
from service.domain.people import ServiceKey
from service.office.demo_starts import DemoAccount
from service.proof import log_page
from service.proof.security_log import SecurityLog
from service.web.api import applications, describe, match, metrics
from service.web.api import log as log_api
from service.web.api import premises as premises_api
from service.web.browsers import Browsers, cookie_name
from service.web.deps import DEPENDENCIES, TheDesk
from service.web.pages import help, kept, own_account, sign_in
from service.web.pages.bookings import calendar, phone, rooms, seasons
from service.web.pages.casework import (
    case,
    decision_record,
    grant_rounds,
    letters_and_board,
    paper_application,
    queue,
    steps,
)
from service.web.pages.office import accounts, jobs, letter_texts, rule_set_drafts, users
from service.web.pages.privacy import disclosure, erasure
from service.web.pages.proof import auditor_desk, log, take_home
from service.web.pages.screening import incidents, lists, matching_workbench
from service.web.pages.support import association, reassessments, withdrawal
from service.web.problems import HANDLERS as ERROR_HANDLERS
from service.web.problems import domain_error
from service.web.quotas import Refusals
from service.web.render import Pages
from service.web.route_permissions import ANYONE, FORM_COOKIE, check_access, may
from service.web.sessions import NOT_KEPT, SessionConfig, session_store
from service.web.throttle import Throttle
from service.words import Catalogue

logger = logging.getLogger("granska.web")
STATIC = Path(__file__).parent / "static"
MAX_BODY = 1_100_000
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Worker(Protocol):
    """What runs the checks that wait."""

    def wake(self) -> None: ...


@dataclass(frozen=True)
class SiteConfig:
    """What the site needs to be told."""

    templates: Path
    words: Catalogue
    fixtures: Path
    public_url: str = ""
    secure: bool = False
    demo: bool = False
    #: The accounts that the demo made in this folder.
    demo_accounts: tuple[DemoAccount, ...] = ()
    lifetime_seconds: int = 8 * 3600
    idle_seconds: int = 3600
    hosts: tuple[str, ...] = ()
    csrf_secret: str = ""
    hsts_subdomains: bool = False


#: Opens the desk and starts the worker, for as long as the site runs.
Opening = Callable[[], AbstractAsyncContextManager[tuple[Desk, Worker]]]


@get("/healthz", opt=may(ANYONE) | {"skip_session": True}, media_type="text/plain")
async def health() -> str:
    """Whether the service answers."""
    return "ok"


@get("/readyz", opt=may(ANYONE) | {"skip_session": True}, media_type="text/plain")
async def ready(desk: TheDesk) -> str:
    """Whether it can do its work: 200, or 503 where its database cannot be asked; without details."""
    await log_page.log_size(desk)
    return "ok"


def build_site(config: SiteConfig, opening: Opening) -> Litestar:
    """The application; nothing is opened before it starts."""

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        async with opening() as (desk, worker):
            app.state.desk, app.state.worker = desk, worker
            app.stores.register("sessions", session_store(desk), allow_override=True)
            yield

    pages = (
        sign_in,
        own_account,
        kept,
        queue,
        case,
        steps,
        letters_and_board,
        grant_rounds,
        calendar,
        rooms,
        phone,
        seasons,
        letter_texts,
        paper_application,
        log,
        auditor_desk,
        take_home,
        decision_record,
        disclosure,
        users,
        accounts,
        erasure,
        incidents,
        lists,
        rule_set_drafts,
        matching_workbench,
        association,
        reassessments,
        withdrawal,
        jobs,
        help,
    )
    secret = config.csrf_secret or secrets.token_hex(32)
    site = Litestar(
        route_handlers=[
            *chain.from_iterable(page.HANDLERS for page in pages),
            *applications.HANDLERS,
            *match.HANDLERS,
            *premises_api.HANDLERS,
            *metrics.HANDLERS,
            *log_api.HANDLERS,
            health,
            ready,
            create_static_files_router(
                path="/static",
                directories=[STATIC],
                opt=may(ANYONE) | {"skip_session": True, "exclude_from_csrf": True},
                include_in_schema=False,
                cache_control=None,
            ),
        ],
        guards=[check_access],
        dependencies=DEPENDENCIES,
        exception_handlers=ERROR_HANDLERS,
        middleware=[
            SessionConfig(
                secure=config.secure,
                lifetime_seconds=config.lifetime_seconds,
                idle_seconds=config.idle_seconds,
            ).middleware
        ],
        csrf_config=CSRFConfig(
            secret=secret,
            cookie_name=cookie_name(FORM_COOKIE, secure=config.secure),
            cookie_secure=config.secure,
            cookie_httponly=True,
            cookie_samesite="lax",
            exclude=["^/api/", "^/match/", "^/cases/[^/]+/match/"],
        ),
        allowed_hosts=AllowedHostsConfig(allowed_hosts=list(config.hosts)) if config.hosts else None,
        before_send=[_not_kept, _security_headers(config), _note_refusal],
        lifespan=[lifespan],
        openapi_config=describe.config(),
        include_in_schema=False,
        request_max_body_size=MAX_BODY,
        debug=False,
        logging_config=None,
    )
    site.state.pages = Pages(
        config.templates,
        config.words,
        static_version=_static_version(),
        demo=config.demo,
        idle_seconds=config.idle_seconds,
    )
    site.state.demo_accounts = config.demo_accounts
    site.state.throttle = Throttle()
    site.state.security_log = SecurityLog()
    site.state.refusals = Refusals()
    site.state.browsers = Browsers(secret, config.secure)
    site.state.fixtures = config.fixtures
    site.state.public_url = config.public_url.rstrip("/")
    site.state.secure = config.secure
    return site


#: What is fetched by a calendar, and says by itself how long it may be kept.
_KEPT = "cache-control"


def _security_headers(config: SiteConfig) -> Any:
    transport = "max-age=31536000" + ("; includeSubDomains" if config.hsts_subdomains else "")

    async def add(message: Any, scope: Any) -> None:
        if message["type"] != "http.response.start":
            return
        headers = MutableScopeHeaders.from_message(message)
        for name, value in HEADERS.items():
            headers[name] = value
        if config.secure:
            headers["Strict-Transport-Security"] = transport
        if scope["path"].startswith("/static/"):
            headers["Cache-Control"] = "public, max-age=31536000, immutable"
        elif _KEPT not in headers:
            headers["Cache-Control"] = "no-store"

    return add


async def _not_kept(message: Any, scope: Any) -> None:
    """Where who is signed in could not be kept, the answer says so instead of what it was to say."""
    error = scope.get("state", {}).get(NOT_KEPT)
    if error is None:
        return
    answer = domain_error(Request(scope), error)
    body = str(answer.content).encode()
    if message["type"] == "http.response.start":
        headers = {
            **answer.headers,
            "Content-Type": f"{answer.media_type}; charset=utf-8",
            "Content-Length": str(len(body)),
        }
        message["status"] = answer.status_code
        message["headers"] = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    elif message["type"] == "http.response.body":
        message["body"], message["more_body"] = body, False


async def _note_refusal(message: Any, scope: Any) -> None:
    """Write down whom a step was refused for want of a right, before they are told."""
    who, app = scope.get("user"), scope["litestar_app"]
    if message["type"] != "http.response.start" or who is None:
        return
    if isinstance(who, ServiceKey) and message["status"] >= 400:
        app.state.refusals.add(who, message["status"])
    if message["status"] != 403:
        return
    case_id = scope.get("path_params", {}).get("case_id")
    step = f"{scope['method']} {scope.get('path_template', '')}"
    try:
        await app.state.security_log.refused(app.state.desk, who, step, str(case_id) if case_id else None)
    except Unavailable as error:
        logger.error("a refusal could not be written down: %s", error.code)  # it stands all the same


def _static_version() -> str:
    """A short digest of the assets, so that browsers may keep them for ever and still get new ones."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def routes(site: Litestar) -> list[tuple[str, str, BaseRouteHandler]]:
    """Every (method, path, handler) of the site."""
    known = []
    for route in site.routes:
        for method, (handler, _) in getattr(route, "route_handler_map", {}).items():
            if method != "OPTIONS":
                known.append((method, route.path, handler))
    return sorted(known)
