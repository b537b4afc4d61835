"""Files of names, without a database."""

import json
from pathlib import Path

import pytest

from tests.builders import SHARED
from tests.cli.running import run

LIST = "#granska-list,1,2026-11-01T00:00:00Z,1\nentry_id,schema,name,aliases,weak_aliases,birth_years,countries,org_number\nP1,person,Tarquin Vossberg,,,1971,,\n"


def test_screens_a_file_of_names_without_a_database(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(LIST)
    (tmp_path / "in.csv").write_text(
        "name,schema,birth_date,id\nTarkvin Vossberg,person,1971-05-01,a\nTarquin Vossberg,person,1950,b\n"
        "Granvikens Teaterförening,,,c\n,person,,d\nX,spöke,,e\nX,person,igår,f\n"
    )

    status, said = run(
        tmp_path,
        "screen",
        str(tmp_path / "in.csv"),
        "--list",
        f"x={tmp_path}/list.csv",
        "--out",
        str(tmp_path / "out.jsonl"),
    )

    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert status == 0
    assert [(one["id"], one["outcome"]) for one in rows] == [
        ("a", "candidate"), ("b", "no_candidate"), ("c", "no_candidate"), ("d", "not_screened"), ("e", "not_screened"), ("f", "not_screened"),
    ]  # fmt: skip
    assert set(rows[0]) == {"id", "name", "schema", "outcome", "candidates"}
    assert set(rows[0]["candidates"][0]) == {
        "list",
        "entry_id",
        "name",
        "matched_name",
        "score",
        "needs_identifier",
        "evidence",
    }
    assert "dygn gammal" in said
    assert "candidate: 1" in said
    assert not (tmp_path / "granska.sqlite").exists()


def test_screen_enforces_a_lists_age_only_when_told_to(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(LIST.replace("2026-11-01", "2020-11-01"))
    (tmp_path / "in.csv").write_text("name\nX\n")
    screen = [
        "screen",
        str(tmp_path / "in.csv"),
        "--list",
        f"x={tmp_path}/list.csv",
        "--out",
        str(tmp_path / "out.jsonl"),
    ]

    assert run(tmp_path, *screen)[0] == 0
    assert run(tmp_path, *screen, "--max-age", "7")[0] == 1


@pytest.mark.shared_data
def test_screens_the_real_associations_against_the_real_list(tmp_path: Path) -> None:
    data, out = SHARED / "data", tmp_path / "out.jsonl"

    status, said = run(
        tmp_path,
        "screen",
        str(data / "associations-se.csv"),
        "--list",
        f"un={data}/un-consolidated-2026-02-27.xml",
        "--out",
        str(out),
    )

    assert status == 0
    assert len(out.read_text("utf-8").splitlines()) == 8922
    assert "not_screened: 0" in said


def test_a_stray_quote_hides_no_name(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(LIST)
    (tmp_path / "in.csv").write_text('name,schema\n"Anna Fri,person\nTarquin Vossberg,person\n')

    status, _ = run(
        tmp_path, "screen", str(tmp_path / "in.csv"), "--list", f"x={tmp_path}/list.csv", "--out", str(tmp_path / "o")
    )

    rows = [json.loads(line) for line in (tmp_path / "o").read_text().splitlines()] if status == 0 else []
    assert status == 1 or all(one["outcome"] == "not_screened" for one in rows)
