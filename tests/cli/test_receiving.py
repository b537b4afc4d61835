"""Applications from files."""

import json
from pathlib import Path

from tests.builders import a_grant_document
from tests.cli.running import run


def test_receives_files_one_by_one_and_says_what_is_wrong_with_each(folder: Path, tmp_path: Path) -> None:
    good, bad, broken = tmp_path / "good.json", tmp_path / "bad.json", tmp_path / "broken.json"
    good.write_text(json.dumps(a_grant_document()))
    bad.write_text(json.dumps(a_grant_document(kind="loan")))
    broken.write_text("{")

    status, said = run(folder, "receive", str(bad), str(good), str(broken), "--by", "alva@demo.example")

    assert status == 1
    assert "good.json: HV 2026/" in said
    assert "/kind: Välj något av: grant, premises." in said
    assert "går inte att läsa som JSON" in said
    assert "Traceback" not in said


def test_receiving_needs_a_user_who_may(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(a_grant_document()))

    assert run(folder, "receive", str(tmp_path / "a.json"), "--by", "nobody@demo.example")[0] == 1
    assert run(folder, "receive", str(tmp_path / "a.json"), "--by", "petter@demo.example")[0] == 1
    assert run(folder, "receive", str(tmp_path / "a.json"), "--by", "ronja@demo.example")[0] == 1
