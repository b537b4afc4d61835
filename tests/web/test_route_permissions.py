"""Who may use which route: a table for all of them; a route without a row fails."""

import re

import pytest

from service.app import words_with
from service.casework.views.steps import STEPS
from service.demo.district import ACCOUNTS
from service.domain.people import Role
from service.pipeline.registry import Registry
from service.web.site import SiteConfig, build_site, routes
from tests.builders import FIXTURES, ROOT
from tests.servers import Service

ID = "00000000-0000-4000-8000-00000000dead"
NAMES = dict(zip(("alva", "petter", "disa", "samir", "ronja", "adam"), Role, strict=True))
A, P, D, C, R, X = NAMES
EVERYONE = {A, P, D, C, R, X}
CASES, OFFICERS, DECIDERS = EVERYONE - {X}, {A, P}, {A, P, D}

#: Every route and who gets past its door; "anyone" needs no sign-in, "key" is the e-service's.
MATRIX: dict[tuple[str, str], set[str] | str] = {
    ("GET", "/"): EVERYONE,
    ("GET", "/healthz"): "anyone",
    ("GET", "/readyz"): "anyone",
    ("GET", "/sign-in"): "anyone",
    ("POST", "/sign-in"): "anyone",
    ("POST", "/sign-out"): "anyone",
    ("POST", "/language"): "anyone",
    ("GET", "/help"): "anyone",
    ("GET", "/help/{topic:str}"): "anyone",
    ("GET", "/static/{file_path:path}"): "anyone",
    ("HEAD", "/static/{file_path:path}"): "anyone",
    ("GET", "/kept"): EVERYONE,
    ("POST", "/kept/{number:int}/send"): EVERYONE,
    ("POST", "/kept/{number:int}/drop"): EVERYONE,
    ("GET", "/session"): EVERYONE,
    ("GET", "/password"): EVERYONE,
    ("POST", "/password"): EVERYONE,
    ("GET", "/queue"): CASES,
    ("POST", "/queue/search"): CASES,
    ("GET", "/cases/{case_id:uuid}"): CASES,
    ("GET", "/cases/{case_id:uuid}/checks"): CASES,
    ("GET", "/cases/{case_id:uuid}/enclosures/{enclosure_id:uuid}"): CASES,
    ("POST", "/cases/{case_id:uuid}/take"): OFFICERS,
    ("POST", "/cases/{case_id:uuid}/release"): OFFICERS,
    ("POST", "/cases/{case_id:uuid}/findings/{finding_id:uuid}"): OFFICERS,
    ("POST", "/cases/{case_id:uuid}/distinctions/{pair:str}/withdraw"): OFFICERS,
    ("POST", "/cases/{case_id:uuid}/secrecy"): OFFICERS,
    ("POST", "/cases/{case_id:uuid}/enclosures"): OFFICERS,
    ("POST", "/cases/{case_id:uuid}/rescreen"): DECIDERS,
    ("POST", "/cases/{case_id:uuid}/decision"): DECIDERS,
    **{("POST", f"/cases/{{case_id:uuid}}/steps/{name}"): DECIDERS for name in STEPS},
    **{("GET", f"/cases/{{case_id:uuid}}/steps/{name}"): DECIDERS for name in STEPS if not STEPS[name].on_case_page},
    ("POST", "/cases/{case_id:uuid}/draft"): DECIDERS,
    ("GET", "/cases/{case_id:uuid}/precedents"): CASES,
    ("GET", "/cases/{case_id:uuid}/letters/{seq:int}"): CASES,
    ("GET", "/cases/{case_id:uuid}/letters/preview"): DECIDERS,
    ("GET", "/cases/{case_id:uuid}/package"): DECIDERS,
    ("GET", "/delegated"): {A, P, D, R},
    ("GET", "/jobs"): {X},
    ("GET", "/cases/{case_id:uuid}/withdrawal"): OFFICERS,
    ("POST", "/cases/{case_id:uuid}/withdrawal"): OFFICERS,
    ("GET", "/metrics"): "key",
    ("GET", "/api/v1/log/checkpoint"): "key",
    ("GET", "/api/v1/log/key"): "key",
    ("GET", "/api/v1/log/consistency"): "key",
    ("GET", "/api/v1/log/entries"): "key",
    ("GET", "/log/take"): {R},
    ("POST", "/users/{user_id:uuid}/close"): {X},
    ("POST", "/users/{user_id:uuid}/sign-out"): {X},
    ("POST", "/users/{user_id:uuid}/reset"): {X},
    ("POST", "/resets/{reset_id:uuid}/confirm"): {D, X},
    ("POST", "/resets/{reset_id:uuid}/decline"): {D, X},
    ("GET", "/reset/{secret:str}"): "anyone",
    ("GET", "/sign-in/code"): "anyone",
    ("POST", "/sign-in/code"): "anyone",
    ("GET", "/second-factor"): EVERYONE,
    ("POST", "/second-factor"): EVERYONE,
    ("POST", "/reset/{secret:str}"): "anyone",
    ("POST", "/password/sign-ins/{sign_in:str}"): EVERYONE,
    ("GET", "/log/take/checkpoint"): {R},
    ("GET", "/log/take/key"): {R},
    ("GET", "/log/take/consistency"): {R},
    ("GET", "/log/take/entries"): {R},
    ("GET", "/reassessments"): CASES,
    ("POST", "/reassessments/dry-run"): {A, P, C},
    ("GET", "/grant-rounds"): {A, D, C, R},
    ("GET", "/grant-rounds/{grant_round_id:str}"): {A, D, C, R},
    ("POST", "/grant-rounds/{grant_round_id:str}/proposals"): {A},
    ("GET", "/letters"): {C, X},
    ("GET", "/letters/{name:str}"): {C, X},
    ("POST", "/letters/{name:str}"): {C, X},
    ("POST", "/queue/bulk"): OFFICERS,
    ("GET", "/cases/{case_id:uuid}/history"): CASES,
    ("GET", "/cases/{case_id:uuid}/bundle"): CASES,
    ("POST", "/cases/{case_id:uuid}/bundle"): CASES,
    ("GET", "/register"): OFFICERS,
    ("GET", "/register/{kind:str}"): OFFICERS,
    ("POST", "/register/{kind:str}"): OFFICERS,
    ("GET", "/log"): {R},
    ("GET", "/log/entries/{seq:int}"): {R},
    ("GET", "/log/verify"): {R},
    ("POST", "/log/verify"): {R},
    ("POST", "/log/damaged"): {R},
    ("GET", "/log/access"): {R},
    ("POST", "/log/checkpoint"): {R},
    ("GET", "/replay"): {R},
    ("POST", "/replay"): {R},
    ("GET", "/erase"): {X},
    ("POST", "/erase/plan"): {X},
    ("POST", "/erase"): {X},
    ("GET", "/erase/{proposal_id:uuid}"): {X},
    ("POST", "/erase/{proposal_id:uuid}/carry-out"): {X},
    ("POST", "/erase/{proposal_id:uuid}/take-back"): {X},
    ("GET", "/records/{case_id:uuid}"): CASES,
    ("POST", "/records/{case_id:uuid}/unmask"): CASES,
    ("GET", "/cases/{case_id:uuid}/association"): CASES,
    ("GET", "/rights"): {R, X},
    ("GET", "/rights/waiting"): {D, X},
    ("POST", "/rights/waiting/{proposal_id:uuid}/confirm"): {D, X},
    ("POST", "/rights/waiting/{proposal_id:uuid}/decline"): {D, X},
    ("GET", "/users"): {X},
    ("POST", "/users"): {X},
    ("POST", "/users/{user_id:uuid}/rights"): {X},
    ("POST", "/rights/{grant_id:uuid}/withdraw"): {X},
    ("GET", "/lists"): {C, R, X},
    ("POST", "/lists/versions"): {C, X},
    ("GET", "/lists/versions/{version_id:uuid}"): {C, R, X},
    ("POST", "/lists/versions/{version_id:uuid}/activate"): {C, X},
    ("POST", "/lists/versions/{version_id:uuid}/reject"): {C, X},
    ("GET", "/workbench"): {C},
    ("POST", "/workbench"): {C},
    ("GET", "/cases/{case_id:uuid}/matching"): {C},
    ("POST", "/match/{dataset:str}"): "key",
    ("POST", "/cases/{number:str}/match/{dataset:str}"): "key",
    ("GET", "/match/algorithms"): "key",
    ("GET", "/match/catalog"): "key",
    ("GET", "/cases/{number:str}/algorithms"): "key",
    ("GET", "/cases/{number:str}/catalog"): "key",
    ("GET", "/cases/{number:str}/healthz"): "anyone",
    ("GET", "/cases/{number:str}/readyz"): "anyone",
    ("GET", "/cases/{number:str}/search/{dataset:str}"): "key",
    ("GET", "/cases/{number:str}/entities/{entity:str}"): "key",
    ("GET", "/cases/{number:str}/entities/{entity:str}/adjacent"): "key",
    ("GET", "/cases/{number:str}/entities/{entity:str}/adjacent/{prop:str}"): "key",
    ("GET", "/cases/{number:str}/statements"): "key",
    ("GET", "/search/{dataset:str}"): "key",
    ("GET", "/entities/{entity:str}"): "key",
    ("GET", "/statements"): "key",
    ("GET", "/incidents"): {A, P, C, R},
    ("POST", "/incidents"): {A, P, C},
    ("GET", "/incidents/{incident_id:uuid}"): {A, P, C},
    ("POST", "/incidents/{incident_id:uuid}/verify"): {A, P, C},
    ("POST", "/incidents/{incident_id:uuid}/correct"): {A, P, C},
    ("POST", "/incidents/{incident_id:uuid}/dispute"): {A, P, C},
    ("POST", "/incidents/{incident_id:uuid}/withdraw"): {A, P, C},
    ("GET", "/rules"): EVERYONE,
    ("GET", "/rules/drafts"): {C, X},
    ("POST", "/rules/drafts"): {C, X},
    ("GET", "/rules/drafts/{draft_id:uuid}"): {C, X},
    ("POST", "/rules/drafts/{draft_id:uuid}/impact"): {C, X},
    ("POST", "/rules/drafts/{draft_id:uuid}/adopt"): {C, X},
    ("GET", "/calendar"): {A, P, D, C},
    ("GET", "/calendar/search"): {A, P, D, C},
    ("GET", "/calendar/plan"): {P},
    ("GET", "/door"): {P},
    ("GET", "/feeds/{secret:str}"): "anyone",
    ("GET", "/rooms"): {A, P, D, C},
    ("GET", "/rooms/{room_id:str}"): {A, P, D, C},
    ("GET", "/rooms/{room_id:str}/edit"): {P, C},
    ("POST", "/rooms/{room_id:str}/edit"): {P, C},
    ("POST", "/sites"): {P, C},
    ("POST", "/rooms/{room_id:str}/closures"): {P, C},
    ("POST", "/rooms/{room_id:str}/closures/{closure_id:uuid}/lift"): {P, C},
    ("POST", "/rooms/{room_id:str}/feeds"): {P, C},
    ("POST", "/rooms/{room_id:str}/feeds/{feed_id:uuid}/revoke"): {P, C},
    ("GET", "/book"): {P},
    ("POST", "/book"): {P},
    ("POST", "/book/look"): {P},
    ("POST", "/holds"): {P},
    ("POST", "/holds/{booking_id:uuid}/give-up"): {P},
    ("GET", "/seasons"): {A, P, D, C, R},
    ("GET", "/seasons/{season_id:str}"): {A, P, D, C, R},
    ("POST", "/seasons/{season_id:str}/share"): {P},
    ("POST", "/seasons/{season_id:str}/edit"): {P},
    ("POST", "/seasons/{season_id:str}/again"): {A, P, D, C, R},
    ("POST", "/seasons/{season_id:str}/book"): {P},
    ("GET", "/api/v1/seasons/{season_id:str}"): "key",
    ("GET", "/api/v1/availability"): "key",
    ("POST", "/api/v1/holds"): "key",
    ("DELETE", "/api/v1/holds/{booking_id:uuid}"): "key",
    ("GET", "/api/v1/applications/{case_id:uuid}/bookings"): "key",
    ("POST", "/api/v1/applications/{case_id:uuid}/bookings/{booking_id:uuid}/cancel"): "key",
    ("POST", "/api/v1/applications"): "key",
    ("POST", "/api/v1/applications/{case_id:uuid}/enclosures"): "key",
    ("POST", "/api/v1/applications/{case_id:uuid}/answers"): "key",
    ("GET", "/api/v1/openapi.json"): "key",
    ("GET", "/api/v1"): "key",
    ("GET", "/api/v1/{path:str}"): "key",
}


def all_routes() -> list[tuple[str, str]]:
    site = build_site(SiteConfig(ROOT / "templates", words_with(Registry()), FIXTURES), opening=None)  # type: ignore[arg-type]
    return [(method, path) for method, path, _ in routes(site)]


def address(path: str) -> str:
    for mark in (
        "case_id",
        "finding_id",
        "enclosure_id",
        "user_id",
        "grant_id",
        "incident_id",
        "draft_id",
        "version_id",
        "booking_id",
        "closure_id",
        "feed_id",
        "proposal_id",
        "reset_id",
    ):
        path = path.replace("{" + mark + ":uuid}", ID)
    return (
        path.replace("{kind:str}", "grant").replace("{topic:str}", "officer").replace("{seq:int}", "0").replace("{number:int}", "0")
        .replace("{file_path:path}", "granska.js").replace("{dataset:str}", "demo").replace("{pair:str}", "0" * 64)
        .replace("{secret:str}", "gissning.ics").replace("{room_id:str}", "tallen").replace("{season_id:str}", "ingen")
        .replace("{step:str}", "note").replace("{grant_round_id:str}", "2026-autumn").replace("{name:str}", "decision")
        .replace("{number:str}", "HV-2026-1").replace("{entity:str}", "P-1").replace("{prop:str}", "name")
    )  # fmt: skip


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert sorted(all_routes()) == sorted(MATRIX)


def test_the_demo_names_match_the_roles() -> None:
    for name, role in NAMES.items():
        rights = next(rights for _, email, rights in ACCOUNTS if email.startswith(name))
        assert rights[0] == f"role:{role}"


@pytest.mark.parametrize(("method", "path"), sorted(MATRIX))
def test_each_role_gets_as_far_as_the_table_says(lite: Service, method: str, path: str) -> None:
    allowed = MATRIX[method, path]
    for name in sorted(NAMES):
        one = _signed_in(lite, name)
        token = {"_csrf_token": one.token()} if method == "POST" else None
        answer = one.client.request(method, address(path), data=token)
        got_in = answer.status_code not in (401, 403)
        assert answer.status_code < 500, (name, path)
        if path == "/register/{kind:str}" and name == "petter":
            assert answer.status_code == 403, "grants are not his kind"
        elif allowed == "anyone":
            assert got_in, (name, answer.status_code)
            assert answer.status_code < 500
        elif allowed == "key":
            assert answer.status_code == 401, (name, answer.status_code)
        else:
            assert got_in is (name in allowed), (name, answer.status_code)
        if path == "/sign-out":
            _SIGNED_IN.pop((lite.url, name))
    stranger = lite.visitor()
    token = {"_csrf_token": stranger.token()} if method == "POST" else None
    answer = stranger.client.request(method, address(path), data=token)
    if allowed == "anyone":
        assert answer.status_code < 500
    elif allowed == "key":
        assert answer.status_code == 401
    else:
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")


_SIGNED_IN: dict[tuple[str, str], object] = {}


def _signed_in(service: Service, name: str):  # type: ignore[no-untyped-def]
    """Signed in once for each role: fifty sign-ins would test argon2."""
    key = (service.url, name)
    if key not in _SIGNED_IN:
        _SIGNED_IN[key] = service.signed_in(name)
    return _SIGNED_IN[key]


def test_the_intake_key_opens_nothing_else(lite: Service) -> None:
    with lite.api() as api:
        for method, path in sorted(MATRIX):
            if MATRIX[method, path] in ("anyone", "key"):
                continue
            answer = api.request(method, address(path))
            assert answer.status_code in (303, 403), (method, path, answer.status_code)


def test_a_premises_officer_neither_sees_nor_guesses_grant_cases(lite: Service) -> None:
    grants = _signed_in(lite, "alva").get("/queue").text
    case_id = grants.split("/cases/")[1][:36]
    petter = _signed_in(lite, "petter")

    assert case_id not in petter.get("/queue").text
    assert petter.get(f"/cases/{case_id}").status_code == 404
    assert petter.get(f"/cases/{ID}").status_code == 404
    assert petter.get(f"/records/{case_id}").status_code == 404


def test_a_withdrawn_right_is_gone_at_the_next_click(lite: Service) -> None:
    adam, siv = _signed_in(lite, "adam"), lite.signed_in("siv")
    assert siv.get("/lists").status_code == 200
    card = adam.get("/users").text.split("Siv Samordnare")[1]
    grant = card.split("/rights/")[1][:36]

    assert adam.send(f"/rights/{grant}/withdraw").status_code == 303

    assert siv.get("/lists").status_code == 403
    history = adam.get("/rights").text
    assert "Siv Samordnare" in history


def test_a_right_to_decide_without_its_delegation_decision_is_complained_of_and_nothing_is_lost(lite: Service) -> None:
    adam, ada = _signed_in(lite, "adam"), lite.signed_in("ada")
    alva = adam.get("/users").text.split("Alva Handläggare <span")[1].split("/users/")[1][:36]

    unsaid = adam.send(f"/users/{alva}/rights", right="delegation:F2", document=" ")
    assert unsaid.status_code == 422
    assert re.search(r'value="delegation:F2" selected', unsaid.text)
    said = {"right": "delegation:F2", "document": "Delegationsordning HV 2026/12"}
    assert adam.send(f"/users/{alva}/rights", **said).status_code == 303
    assert "Du har själv lagt fram det här" in adam.get("/rights/waiting").text
    [proposal] = re.findall(r"/rights/waiting/([0-9a-f-]{36})/confirm", ada.get("/rights/waiting").text)
    assert adam.send(f"/rights/waiting/{proposal}/confirm").status_code == 403
    assert ada.send(f"/rights/waiting/{proposal}/decline").status_code == 303


def test_a_password_that_another_chose_opens_nothing_but_the_page_to_choose_ones_own(lite: Service) -> None:
    adam = _signed_in(lite, "adam")
    adam.send("/users", name="Nils Ny", email="nils@demo.example", password="lindarna-vid-kanalen")
    card = adam.get("/users").text.split("Nils Ny")[1]
    assert adam.send(f"/users/{card.split('/users/')[1][:36]}/rights", right="role:auditor").status_code == 303
    nils = lite.signed_in("nils")

    for page in ("/log", "/queue", "/"):
        assert nils.get(page, follow_redirects=False).headers["location"] == "/password", page
    changed = nils.send("/password", old_password="lindarna-vid-kanalen", new_password="ett alldeles eget lösenord")
    assert changed.status_code == 303
    assert nils.get("/log").status_code == 200


def test_nobody_grants_themselves_a_right(lite: Service) -> None:
    adam = _signed_in(lite, "adam")
    own = adam.get("/users").text.split("Adam Administratör <span")[1].split("/users/")[1][:36]

    answer = adam.send(f"/users/{own}/rights", right="role:auditor")

    assert answer.status_code == 403
    assert "Man kan inte ge sig själv" in answer.text
