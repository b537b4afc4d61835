"""The installed checks, told."""

from pathlib import Path

from tests.cli.running import run


def test_the_checks_that_are_installed_are_told_with_what_they_take(tmp_path: Path) -> None:
    status, said = run(tmp_path, "checks")

    assert status == 0
    assert "completeness 3: Finns det som rutinen kräver?" in said
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
