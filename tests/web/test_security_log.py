"""What happens at the door and with the copies stands in the access log: without names, and not to be filled."""

import json
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

from tests.servers import Service


def entries(service: Service) -> list[dict[str, Any]]:
    database = service.folder / "granska-access-log.sqlite"
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT leaf FROM access_entry ORDER BY seq").fetchall()
    return [json.loads(leaf) for (leaf,) in rows]


def of(service: Service, action: str) -> list[dict[str, Any]]:
    return [entry for entry in entries(service) if entry["action"] == action]


def test_a_sign_in_and_a_failed_one_leave_a_trace_without_what_was_typed(lite: Service) -> None:
    lite.signed_in("siv")
    guesser = lite.visitor()
    for number in range(3):
        guesser.send("/sign-in", email="siv@demo.example", password=f"hemlig-gissning-{number}")
        guesser.send("/sign-in", email="finns-inte@x.example", password="hemlig-gissning")

    [signed_in] = of(lite, "signed-in")
    assert (signed_in["actor"][:2], signed_in["role"]) == ("u-", "coordinator")
    assert Counter(entry["actor"] for entry in of(lite, "sign-in-failed")) == {signed_in["actor"]: 1, "unknown": 1}
    told = json.dumps(entries(lite))
    assert not [word for word in ("hemlig", "finns-inte", "siv@", "127.0.0.1") if word in told]


def test_a_slowed_guesser_is_written_down_once(lite: Service) -> None:
    guesser = lite.visitor()
    codes = [guesser.send("/sign-in", email="bo@demo.example", password=f"fel-{n}").status_code for n in range(14)]

    assert 429 in codes
    assert len(of(lite, "sign-in-slowed")) == 1


def test_a_step_refused_for_want_of_a_right_is_written_down_once_an_hour(lite: Service) -> None:
    alva = lite.signed_in("alva")
    for _ in range(5):
        assert alva.get("/users").status_code == 403
        assert alva.get("/rules").status_code in (200, 403)
        assert alva.send("/users", name="x", email="y@x.example", password="z").status_code == 403

    steps = Counter(entry["step"] for entry in of(lite, "refused"))
    assert steps["GET /users"] == steps["POST /users"] == 1
    assert {entry["role"] for entry in of(lite, "refused")} == {"association_officer"}


def test_a_key_without_the_right_is_written_down_too(lite: Service) -> None:
    with lite.api() as api:
        assert [api.get("/metrics").status_code for _ in range(2)] == [403, 403]

    assert [entry["actor"][:2] for entry in of(lite, "refused") if "metrics" in entry["step"]] == ["k-"]


def test_a_backup_says_of_itself_that_it_was_taken(lite: Service, tmp_path: Path) -> None:
    assert lite.run("backup", str(tmp_path / "copy.zip")).returncode == 0

    [taken] = of(lite, "backup")
    assert taken["actor"] == "system"
    assert lite.run("log", "verify").returncode == 0


def test_the_auditor_reads_it_in_words(lite: Service) -> None:
    page = lite.signed_in("ronja").get("/log/access").text

    assert "loggade in" in page
    assert "nekades" in page
    assert "<code>POST /users</code>" in page
