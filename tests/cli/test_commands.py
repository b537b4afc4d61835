"""The command line, as an operator uses it."""

import json
import sqlite3
from pathlib import Path

import pytest

from tests.builders import FIXTURES, SHARED, a_grant_document
from tests.servers import Service, granska

LIST = "#granska-list,1,2026-11-01T00:00:00Z,1\nentry_id,schema,name,aliases,weak_aliases,birth_years,countries,org_number\nP1,person,Tarquin Vossberg,,,1971,,\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli")
    assert granska("demo", environment={"GRANSKA_DATA": str(path)}).returncode == 0
    return path


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    done = granska(*arguments, environment={"GRANSKA_DATA": str(folder)})
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    "command",
    ["", "serve", "migrate", "demo", "lists", "lists import", "lists show", "rules adopt", "users add", "receive", "screen", "log", "log verify", "log show"],
)  # fmt: skip
def test_every_command_explains_itself(tmp_path: Path, command: str) -> None:
    status, said = run(tmp_path, *command.split(), "--help")

    assert status == 0
    assert "Usage: granska" in said
    assert len(said.splitlines()) > 5


def test_demo_twice_changes_nothing(folder: Path) -> None:
    _, before = run(folder, "log", "verify")
    status, said = run(folder, "demo")

    assert status == 0
    assert "inget har ändrats" in said
    assert run(folder, "log", "verify")[1] == before


def test_data_are_for_their_owner_only(folder: Path) -> None:
    assert oct((folder / "granska.sqlite").stat().st_mode)[-3:] == "600"
    assert oct((folder / "demo-intake-key").stat().st_mode)[-3:] == "600"


def test_log_verify_exits_non_zero_when_anything_is_wrong(folder: Path, tmp_path: Path) -> None:
    assert run(folder, "log", "verify")[0] == 0
    with sqlite3.connect(tmp_path / "granska.sqlite") as copy, sqlite3.connect(folder / "granska.sqlite") as whole:
        whole.backup(copy)
        copy.execute("UPDATE case_file SET state = 'decided' WHERE diary_number = 'HV 2026/3'")

    status, said = run(tmp_path, "log", "verify")

    assert status == 1
    assert "Tabellen säger något annat än loggen" in said


def test_the_damaged_demo_log_is_wrong_in_one_entry(tmp_path: Path) -> None:
    status, said = run(tmp_path, "log", "verify", str(FIXTURES / "logs" / "damaged.jsonl"))

    assert status == 1
    assert "Första felaktiga posten: 94" in said


def test_an_exported_log_verifies_alone(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text(
        granska("log", "show", "--json", environment={"GRANSKA_DATA": str(folder)}).stdout
    )

    status, said = run(tmp_path, "log", "verify", str(tmp_path / "log.jsonl"))

    assert (status, "Allt stämmer" in said) == (0, True)
    assert run(folder, "log", "verify")[1].split("\n")[0] == said.split("\n")[0], "the same size and root"


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b"{}\n", b"not json\n", b'{"hash":1,"leaf":2,"seq":3}\n'])
def test_anything_is_a_log_or_a_fault_and_never_a_traceback(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "x").write_bytes(body)

    status, said = run(tmp_path, "log", "verify", str(tmp_path / "x"))

    assert "Traceback" not in said
    assert status == 1


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


def test_a_broken_list_file_changes_nothing(folder: Path, tmp_path: Path) -> None:
    before = run(folder, "lists", "show")[1]
    (tmp_path / "cut.csv").write_text(LIST.replace("Z,1", "Z,2"))

    status, said = run(folder, "lists", "import", "demo", str(tmp_path / "cut.csv"), "--by", "samir@demo.example")

    assert status == 1
    assert "Ingenting har lästs in" in said
    assert run(folder, "lists", "show")[1] == before


def test_a_list_that_the_rules_do_not_define_is_not_imported(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(LIST)

    status, said = run(folder, "lists", "import", "mine", str(tmp_path / "x.csv"), "--by", "samir@demo.example")

    assert status == 1
    assert "rättslig grund" in said


def test_only_the_coordinator_imports_lists(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(LIST)

    assert run(folder, "lists", "import", "demo", str(tmp_path / "x.csv"), "--by", "alva@demo.example")[0] == 1
    status, said = run(folder, "lists", "import", "demo", str(tmp_path / "x.csv"), "--by", "samir@demo.example")
    assert (status, "Nya 1, borttagna 12" in said) == (0, True)


def test_a_rule_set_with_a_check_that_is_not_installed_is_refused_with_its_line(folder: Path, tmp_path: Path) -> None:
    text = (FIXTURES / "rulesets" / "granvik-2026-1.toml").read_text("utf-8").replace("granvik-2026-1", "x-2027")
    text = text.replace("2026-07-01", "2027-01-01").replace('check = "repeated"', 'check = "telepathy"')
    (tmp_path / "x.toml").write_text(text)
    line = text[: text.index('"telepathy"')].count("\n") + 1

    status, said = run(folder, "rules", "propose", str(tmp_path / "x.toml"), "--by", "samir@demo.example")

    assert status == 1
    assert f"Rad {line}: kontrollen telepathy är inte installerad" in said


def test_the_checks_that_are_installed_are_told_with_what_they_take(tmp_path: Path) -> None:
    status, said = run(tmp_path, "checks")

    assert status == 0
    assert "completeness 2: Finns det som rutinen kräver?" in said
    assert "Parameter window_from (text): Första dagen i fönstret, MM-DD" in said
    assert "Från granska" in said
    assert said.count("kontrollsumma") == said.count("Ägare: ") >= 8


def test_a_checks_examples_are_shown_and_one_that_is_not_there_is_said_in_a_line(tmp_path: Path) -> None:
    status, said = run(tmp_path, "checks", "try", "completeness")
    assert (status, "uppfyllt: Allt som ska finnas finns" in said, "ej uppfyllt: Något saknas" in said) == (
        0,
        True,
        True,
    )

    status, said = run(tmp_path, "checks", "conform", "telepathy")
    assert (status, said.strip()) == (1, "Error: Ingen kontroll som heter telepathy är installerad.")


def test_a_misspelt_parameter_refuses_the_rule_set_at_set_up_too(tmp_path: Path) -> None:
    text = (
        (FIXTURES / "rulesets" / "granvik-2026-1.toml")
        .read_text("utf-8")
        .replace('{ enclosures = ["s', '{ enclosure = ["s')
    )
    (tmp_path / "x.toml").write_text(text)
    assert run(tmp_path, "migrate")[0] == 0

    status, said = run(tmp_path, "rules", "setup", str(tmp_path / "x.toml"))

    line = text[: text.index("{ enclosure =")].count("\n") + 1
    assert status == 1
    assert f"Rad {line}: kontrollen completeness har ingen parameter enclosure" in said


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
    assert set(rows[0]) == {"id", "name", "outcome", "candidates"}
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


def test_a_second_process_may_write_beside_the_service(lite: Service, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(a_grant_document()))

    done = lite.run("receive", str(tmp_path / "a.json"), "--by", "alva@demo.example")

    assert done.returncode == 0, done.stderr
    assert lite.run("log", "verify").returncode == 0


def test_a_user_with_a_right_that_does_not_exist_is_not_half_made(folder: Path) -> None:
    add = ["users", "add", "ny@x.example", "--name", "Ny", "--password", "ett-langt-losenord"]

    assert run(folder, *add, "--right", "role:bogus")[0] == 1
    assert run(folder, *add, "--right", "role:auditor")[0] == 0
    assert run(folder, "users", "grant", "ny@x.example", "delegation:F2")[0] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["serve", "--port", "99999999"],
        ["log", "show", "--last", "99999999999999999999"],
        ["rules", "adopt", "BINARY", "--by", "samir@demo.example"],
        ["lists", "import", "demo", "BINARY", "--by", "samir@demo.example"],
        ["screen", "BINARY", "--list", "x=BINARY", "--out", "/nonexistent/x"],
        ["screen", "SAME", "--list", "x=LIST", "--out", "SAME"],
        ["receive", "BINARY", "--by", "alva@demo.example"],
    ],
)
def test_what_cannot_be_used_is_said_in_a_line_and_never_in_a_traceback(
    folder: Path, tmp_path: Path, arguments: list[str]
) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00" * 50)
    (tmp_path / "same.csv").write_text("name\nX\n")
    (tmp_path / "list.csv").write_text(LIST)
    names = {"BINARY": tmp_path / "binary", "SAME": tmp_path / "same.csv", "LIST": tmp_path / "list.csv"}
    for mark, path in names.items():
        arguments = [one.replace(mark, str(path)) for one in arguments]

    status, said = run(folder, *arguments)

    assert status != 0
    assert "Traceback" not in said
    assert (tmp_path / "same.csv").read_text() == "name\nX\n"


@pytest.mark.parametrize(
    ("name", "value"), [("GRANSKA_DATABASE", "mysql://x"), ("GRANSKA_DATABASE", "sqlite:////nonexistent/x/y")]
)
def test_a_setting_that_cannot_be_used_is_said_in_a_line(tmp_path: Path, name: str, value: str) -> None:
    done = granska("migrate", environment={"GRANSKA_DATA": str(tmp_path), name: value})

    assert done.returncode != 0
    assert "Traceback" not in done.stderr


def test_a_stray_quote_hides_no_name(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(LIST)
    (tmp_path / "in.csv").write_text('name,schema\n"Anna Fri,person\nTarquin Vossberg,person\n')

    status, _ = run(
        tmp_path, "screen", str(tmp_path / "in.csv"), "--list", f"x={tmp_path}/list.csv", "--out", str(tmp_path / "o")
    )

    rows = [json.loads(line) for line in (tmp_path / "o").read_text().splitlines()] if status == 0 else []
    assert status == 1 or all(one["outcome"] == "not_screened" for one in rows)


def test_a_port_that_is_taken_is_said(lite: Service) -> None:
    done = lite.run("serve", "--port", lite.url.rsplit(":", 1)[1])

    assert done.returncode == 1
    assert "är upptagen" in done.stderr


def test_a_receipt_is_checked_without_a_database(folder: Path, tmp_path: Path) -> None:
    assert run(folder, "log", "prove", "HV 2026/1", "--all", "--out", str(tmp_path))[0] == 0
    entry = next(tmp_path.glob("*case-received.json"))
    receipt, key = entry.with_suffix(".tlog-proof"), run(folder, "log", "key")[1].strip()

    status, said = run(tmp_path / "nowhere", "log", "check", str(entry), str(receipt), "--key", key)
    assert (status, "Stämmer: post" in said) == (0, True)

    entry.write_bytes(entry.read_bytes().replace(b"grant", b"gramt"))
    status, said = run(tmp_path / "nowhere", "log", "check", str(entry), str(receipt), "--key", key)
    assert status == 1
    assert "Kvittot stämmer inte" in said
