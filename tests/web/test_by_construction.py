"""Every way to change anything leaves an event that names who: all routes and all commands are walked.

A route or command that is not on the list below fails, and so does one whose change no event tells of.
"""

import re
import sqlite3
from pathlib import Path

from service.app import words_with
from service.pipeline.registry import Registry
from service.web.site import SiteConfig, build_site, routes
from tests.builders import DAY, FIXTURES, ROOT, RULES_2026, a_grant_document
from tests.list_files import EARLIER, LATER, ROWS, a_list
from tests.servers import Browserlike, running
from tests.web.walks import Walk, walk_accounts, walk_premises


def one_value(folder: Path, question: str) -> str:
    with sqlite3.connect(folder / "granska.sqlite") as database:
        value = str(database.execute(question).fetchone()[0])
    database.close()
    return value


def finding(one: Browserlike, case_id: str) -> str:
    return re.findall(rf"/cases/{case_id}/findings/([0-9a-f-]{{36}})", one.get(f"/cases/{case_id}").text)[0]


def test_every_route_that_changes_anything_leaves_its_event(tmp_path: Path) -> None:
    with running(tmp_path) as service:
        walk = Walk(service)
        alva, petter, disa, samir, siv, ronja, adam = (
            service.signed_in(one) for one in ("alva", "petter", "disa", "samir", "siv", "ronja", "adam")
        )
        api = service.api()
        key = api.post
        received = walk.step(
            ("POST", "/api/v1/applications"),
            lambda: key("/api/v1/applications", json=a_grant_document()),
            wants="case:received",
        ).json()
        case_id = received["id"]
        service.screened(case_id)
        walk.step(
            ("POST", "/api/v1/applications/{case_id:uuid}/enclosures"),
            lambda: key(
                f"/api/v1/applications/{case_id}/enclosures",
                data={"kind": "stadgar"},
                files={"file": ("stadgar.txt", b"Stadgar", "text/plain")},
            ),
            wants="enclosure:added",
        )
        service.screened(case_id)
        cases = "/cases/{case_id:uuid}"
        walk.step(("POST", f"{cases}/take"), lambda: alva.act(case_id, "take"), wants="case:taken")
        walk.step(("POST", f"{cases}/release"), lambda: alva.act(case_id, "release"), wants="case:released")
        alva.act(case_id, "take")
        walk.step(("POST", f"{cases}/rescreen"), lambda: alva.act(case_id, "rescreen"), wants="case:rescreen-asked")
        service.screened(case_id)
        walk.step(
            ("POST", f"{cases}/findings/{{finding_id:uuid}}"),
            lambda: alva.act(
                case_id, f"findings/{finding(alva, case_id)}", resolution="obstacle", reason="Begärt, ej inkommet."
            ),
            wants="finding:resolved",
        )
        walk.step(
            ("POST", f"{cases}/secrecy"),
            lambda: alva.act(case_id, "secrecy", provision="21 kap. 3 §", authority="Nämnden", enclosure=""),
            wants="secrecy:marked",
        )
        walk.step(
            ("POST", f"{cases}/enclosures"),
            lambda: alva.act(case_id, "enclosures", kind="ovrigt", files={"file": ("brev.txt", b"Brev", "text/plain")}),
            wants="enclosure:added",
        )
        service.screened(case_id)
        walk.step(
            ("POST", f"{cases}/steps/{{step:str}}"),
            lambda: alva.act(case_id, "steps/note", text="Ringde föreningen."),
            wants="note:written",
        )
        walk.step(
            ("POST", "/api/v1/applications/{case_id:uuid}/answers"),
            lambda: key(
                f"/api/v1/applications/{case_id}/answers", json={"kind": "withdrawal", "text": "Vi tar tillbaka den."}
            ),
            wants="application:withdrawn",
        )
        walk.step(
            ("POST", f"{cases}/draft"),
            lambda: alva.send(f"/cases/{case_id}/draft", _form="case:decided", reasons="Påbörjat"),
            wants=None,
        )
        walk.step(
            ("POST", f"{cases}/decision"),
            lambda: alva.act(
                case_id, "decision", outcome="write_off", delegation_point="F1", clauses="3.1", reasons="Återkallad."
            ),
            wants="case:decided",
        )
        walk.step(
            ("POST", "/records/{case_id:uuid}/unmask"),
            lambda: disa.send(f"/records/{case_id}/unmask", purpose="audit", note="Granskning."),
            wants="record:unmasked",
        )
        found = alva.send("/queue/search", q="Enbackens Kulturförening").text
        named = re.findall(r"/cases/([0-9a-f-]{36})", found)[0]
        version = alva.version(named)
        walk.step(
            ("POST", "/queue/bulk"),
            lambda: alva.send("/queue/bulk", do="assign", case=f"{named}:{version}"),
            wants="case:assigned",
        )
        page = alva.get(f"/cases/{named}").text
        for at in re.findall(rf"/cases/{named}/findings/([0-9a-f-]{{36}})", page):
            alva.act(named, f"findings/{at}", resolution="no_obstacle", reason="En annan person.", identifier="")
        alva.act(named, "rescreen")
        service.screened(named)
        pair = re.findall(rf"/cases/{named}/distinctions/([0-9a-f]{{64}})/withdraw", alva.get(f"/cases/{named}").text)[
            0
        ]
        walk.step(
            ("POST", f"{cases}/distinctions/{{pair:str}}/withdraw"),
            lambda: alva.act(named, f"distinctions/{pair}/withdraw", distinction_reason="Ny uppgift."),
            wants="distinction:withdrawn",
        )
        service.screened(named)
        alva.act(named, "rescreen")
        service.screened(named)
        for at in re.findall(rf"/cases/{named}/findings/([0-9a-f-]{{36}})", alva.get(f"/cases/{named}").text):
            alva.act(named, f"findings/{at}", resolution="no_obstacle", reason="En annan person.", identifier="")
        version = alva.version(named)
        walk.step(
            ("POST", "/grant-rounds/{grant_round_id:str}/proposals"),
            lambda: alva.send(
                "/grant-rounds/2026-autumn/proposals",
                search_left_out="no_cause",
                **{"case": named, f"version-{named}": version, f"amount-{named}": "9 000", f"reason-{named}": "Ramen."},
            ),
            wants="decision:proposed",
        )
        paper = {
            "org_name": "Pappersföreningen", "type": "verksamhetsbidrag", "amount": "1000", "purpose": "Läger",
            "period_from": "2027-01-01", "period_to": "2027-02-01",
        }  # fmt: skip
        walk.step(
            ("POST", "/register/{kind:str}"), lambda: alva.send("/register/grant", **paper), wants="case:received"
        )
        match_key = service.run("keys", "add", "m", "--right", "match", "--by", "adam@demo.example").stdout.strip()
        room = petter.get("/queue").text
        number = re.findall(r"HV \d{4}/\d+", room)[0]
        walk.step(
            ("POST", "/match/{dataset:str}"),
            lambda: api.post(
                "/match/demo",
                headers={"Authorization": f"Bearer {match_key}", "Granska-Case": number},
                json={"queries": {"q": {"schema": "Person", "properties": {"name": ["Tarkvin Vosberg"]}}}},
            ),
            wants="match:asked",
        )
        walk.step(
            ("POST", "/cases/{number:str}/match/{dataset:str}"),
            lambda: api.post(
                f"/cases/{number.replace(' ', '-').replace('/', '-')}/match/default",
                headers={"Authorization": f"Bearer {match_key}"},
                json={"queries": {"q": {"schema": "Person", "properties": {"name": ["Tarkvin Vosberg"]}}}},
            ),
            wants="match:asked",
        )
        walk.step(
            ("POST", "/incidents"),
            lambda: samir.send(
                "/incidents", org_number="802999-0010", kind="damage", event_date="2026-10-01", act="Ett bord.", room="tallen",
                source="HV 2026/8", informed_on="2026-10-05", applicant_view="Ersätts.", expires_on="2027-06-30",
            ),
            wants="incident:recorded",
        )  # fmt: skip
        incident = re.findall(r"/incidents/([0-9a-f-]{36})/verify", siv.get("/incidents").text)[0]
        walk.step(
            ("POST", "/incidents/{incident_id:uuid}/verify"),
            lambda: siv.send(f"/incidents/{incident}/verify", saw="yes", is_act="yes"),
            wants="incident:verified",
        )
        said = {
            "org_number": "802999-0010", "kind": "damage", "room": "tallen", "event_date": "2026-10-02",
            "act": "Två bord.", "source": "HV 2026/8", "informed_on": "2026-10-05", "applicant_view": "Ersätts.",
            "expires_on": "2027-06-30", "text": "Det var två.",
        }  # fmt: skip
        for what, given in (
            ("correct", said),
            ("dispute", {"received": "2026-10-09", "dispute_text": "Det var redan trasigt."}),
            ("withdraw", {"withdraw_text": "Det var en annan förening."}),
        ):
            done = {"correct": "corrected", "dispute": "disputed", "withdraw": "withdrawn"}[what]
            walk.step(
                ("POST", f"/incidents/{{incident_id:uuid}}/{what}"),
                lambda what=what, given=given: petter.send(f"/incidents/{incident}/{what}", **given),
                wants=f"incident:{done}",
            )
        walk.step(
            ("POST", "/users"),
            lambda: adam.send("/users", name="Ny Person", email="ny@demo.example", password="blaklocka-under-bron"),
            wants="user:created",
        )
        user_id = one_value(service.folder, "SELECT id FROM account WHERE name = 'Ny Person'")
        walk.step(
            ("POST", "/users/{user_id:uuid}/rights"),
            lambda: adam.send(f"/users/{user_id}/rights", right="role:auditor"),
            wants="right:granted",
        )
        for right in ("delegation:L1", "delegation:L2"):
            adam.send(f"/users/{user_id}/rights", right=right, document="Delegationsordning HV 2026/12")
        proposed = re.findall(r"/rights/waiting/([0-9a-f-]{36})/decline", disa.get("/rights/waiting").text)
        walk.step(
            ("POST", "/rights/waiting/{proposal_id:uuid}/confirm"),
            lambda: disa.send(f"/rights/waiting/{proposed[0]}/confirm"),
            wants="right:granted",
        )
        walk.step(
            ("POST", "/rights/waiting/{proposal_id:uuid}/decline"),
            lambda: adam.send(f"/rights/waiting/{proposed[1]}/decline"),
            wants="right:declined",
        )
        grant = one_value(service.folder, f"SELECT id FROM right_grant WHERE account_id = '{user_id}' LIMIT 1")
        walk.step(
            ("POST", "/rights/{grant_id:uuid}/withdraw"),
            lambda: adam.send(f"/rights/{grant}/withdraw"),
            wants="right:withdrawn",
        )
        text = RULES_2026.read_text("utf-8").replace("granvik-2026-1", "x-2027").replace("2026-07-01", DAY)
        walk.step(("POST", "/reassessments/dry-run"), lambda: samir.send("/reassessments/dry-run"), wants=None)
        walk.step(
            ("POST", "/lists/versions"),
            lambda: samir.send("/lists/versions", list="demo", files=[("file", ("a.csv", a_list(ROWS, EARLIER)))]),
            wants="list:imported",
        )
        held = re.findall(r"/lists/versions/[0-9a-f-]{36}", samir.get("/lists").text)[0]
        walk.step(
            ("POST", "/lists/versions/{version_id:uuid}/reject"),
            lambda: samir.send(f"{held}/reject", text="Fel lista."),
            wants="list:rejected",
        )
        samir.send("/lists/versions", list="demo", files=[("file", ("a.csv", a_list(ROWS, LATER)))])
        held = re.findall(r"/lists/versions/[0-9a-f-]{36}", samir.get("/lists").text)[0]
        walk.step(
            ("POST", "/lists/versions/{version_id:uuid}/activate"),
            lambda: siv.send(f"{held}/activate", text="Övningslistan byts ut."),
            wants="list:activated",
        )
        walk.step(
            ("POST", "/rules/drafts"),
            lambda: samir.send("/rules/drafts", files={"file": ("x.toml", text.encode(), "text/plain")}),
            wants="ruleset:drafted",
        )
        draft = re.findall(r"/rules/drafts/([0-9a-f-]{36})", samir.get("/rules/drafts").text)[0]
        walk.step(
            ("POST", "/rules/drafts/{draft_id:uuid}/impact"),
            lambda: siv.send(f"/rules/drafts/{draft}/impact"),
            wants="ruleset:impact-seen",
        )
        walk.step(
            ("POST", "/rules/drafts/{draft_id:uuid}/adopt"),
            lambda: siv.send(f"/rules/drafts/{draft}/adopt"),
            wants="ruleset:adopted",
        )
        letter = walk.step(
            ("POST", "/letters/{name:str}"),
            lambda: samir.send(
                "/letters/notice", do="put_forward", sv="Beslut i {number}.", en="Decision in {number}.",
                id="z-2027", valid_from="2027-03-01", diary_number="HV 2026/99",
            ),
            wants="ruleset:drafted",
        )  # fmt: skip
        assert letter.status_code == 303
        walk.step(("POST", "/replay"), lambda: ronja.send("/replay", how="sample", count="3"), wants="sample:drawn")
        over = walk_premises(walk, service, petter, samir)
        decided_number = received["diary_number"]
        open_still = {"what": "cases", "cases": decided_number, "classes": ["contact"], "ground": "gdpr-17"}
        assert "laga kraft" in adam.send("/erase/plan", **open_still).text, "decided, and nothing more"
        erasing = open_still | {"cases": over}
        shown = walk.step(("POST", "/erase/plan"), lambda: adam.send("/erase/plan", **erasing), wants=None)
        assert over in shown.text
        digest = re.findall(r'name="shown" value="([0-9a-f]+)"', shown.text)[0]
        said = {"shown": digest, "document": "Gallringsbeslut HV 2026/61"}
        for _ in range(2):
            walk.step(("POST", "/erase"), lambda: adam.send("/erase", **erasing, **said), wants="erasure:proposed")
        proposals = re.findall(r"/erase/([0-9a-f-]{36})", adam.get("/erase").text)
        walk.step(
            ("POST", "/erase/{proposal_id:uuid}/take-back"),
            lambda: adam.send(f"/erase/{proposals[0]}/take-back"),
            wants="erasure:settled",
        )
        assert "En annan administratör" in adam.get(f"/erase/{proposals[1]}").text
        ada = service.signed_in("ada")
        walk.step(
            ("POST", "/erase/{proposal_id:uuid}/carry-out"),
            lambda: ada.send(f"/erase/{proposals[1]}/carry-out"),
            wants="erasure:settled",
        )
        walk.step(
            ("POST", "/password"),
            lambda: disa.send("/password", old_password="lindarna-vid-kanalen", new_password="svala-over-taknocken"),
            wants="user:password-changed",
        )
        walk.step(
            ("POST", f"{cases}/bundle"),
            lambda: alva.send(f"/cases/{case_id}/bundle", purpose="appeal"),
            wants="case:handed-out",
        )
        walk.step(("POST", "/log/checkpoint"), lambda: ronja.send("/log/checkpoint"), wants="log:heads")
        walk_accounts(walk, service, adam, ada)
        walk.step(("POST", "/log/verify"), lambda: ronja.send("/log/verify"), wants=None)
        walk.step(("POST", "/log/damaged"), lambda: ronja.send("/log/damaged"), wants=None)
        walk.step(("POST", "/workbench"), lambda: samir.send("/workbench", diary_number=number), wants=None)
        walk.step(("POST", "/queue/search"), lambda: alva.send("/queue/search", q="Granvik"), wants=None)
        walk.step(("POST", "/language"), lambda: alva.send("/language", language="en", back="/"), wants=None)
        for step in ("send", "drop"):
            kept = ("POST", f"/kept/{{number:int}}/{step}")
            walk.step(kept, lambda: alva.send(f"/kept/0/{step}"), wants=None)  # noqa: B023
        walk.step(("POST", "/sign-out"), lambda: alva.send("/sign-out"), wants=None)
        walk.step(("POST", "/sign-in"), lambda: service.signed_in("alva").get("/queue"), wants=None)
        assert "Allt stämmer" in service.run("log", "verify").stdout
    site = build_site(SiteConfig(ROOT / "templates", words_with(Registry()), FIXTURES), opening=None)  # type: ignore[arg-type]
    # The steps share one way in; that each leaves its event, whoever takes it, is tests/casework/test_random_steps.py.
    paths = [(method, re.sub(r"/steps/[a-z-]+$", "/steps/{step:str}", path)) for method, path, _ in routes(site)]
    unsafe = {(method, path) for method, path in paths if method not in ("GET", "HEAD")}
    assert sorted(unsafe - walk.taken) == [], "a route that nobody has walked"
    assert walk.changing >= 24
