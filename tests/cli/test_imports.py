"""A command imports what it needs and no more: counted, since time says more of the machine."""

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

from service.cli import COMMANDS

HEAVY = {"asyncpg", "cryptography", "jinja2", "litestar", "piccolo", "pydantic", "rich", "typst", "uvicorn"}
LOOK = """
import json, sys
from service.cli import main
main(sys.argv[1:], standalone_mode=False)
print(json.dumps(sorted(sys.modules)))
"""


def imported(*arguments: str) -> set[str]:
    """Every module that a process has imported when the command has ended."""
    done = subprocess.run([sys.executable, "-c", LOOK, *arguments], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_help_imports_no_command() -> None:
    modules = imported("--help")

    assert {name for name in modules if name.startswith("service")} == {"service", "service.cli"}
    assert not HEAVY & modules
    assert len(modules) < 250


def test_comparing_two_names_imports_neither_web_nor_database(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("schema,name1,name2\nPerson,Tarkvin Vosberg,Tarquin Vossberg\n")

    modules = imported("pairs", str(pairs), "--out", str(tmp_path / "out.csv"))

    assert "service.matching.finder" in modules
    assert not {name for name in modules if name.startswith(("service.web", "service.storage", "service.app"))}
    assert not HEAVY & modules
    assert len(modules) < 500


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_what_the_command_says_of_itself(name: str) -> None:
    module, _, attribute = COMMANDS[name].place.partition(":")

    command = getattr(import_module(f"service.cli.{module}"), attribute)

    assert isinstance(command, click.Command)
    assert command.name == name
    assert (command.help or "").replace("\n", " ").startswith(COMMANDS[name].line)
