"""Lists and rule sets on the command line."""

from pathlib import Path

from tests.builders import FIXTURES
from tests.cli.running import run

LIST = "#granska-list,1,2026-11-01T00:00:00Z,1\nentry_id,schema,name,aliases,weak_aliases,birth_years,countries,org_number\nP1,person,Tarquin Vossberg,,,1971,,\n"


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
