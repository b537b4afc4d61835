"""Every command that changes anything leaves its event, by construction: a new one must say which it is."""

import json
import re
from pathlib import Path

import click
import pytest

from service.cli import main
from tests.builders import DAY, FIXTURES, RULES_2026, a_grant_document
from tests.logs import entries, state

#: Every command, and whether it changes what an event must tell of.
COMMANDS = {
    "serve": False, "migrate": False, "demo": True, "lists import": True, "lists fetch": True, "lists show": False, "rules setup": True,
    "rules propose": True, "rules impact": True, "rules adopt": True, "whatif": False, "users add": True,
    "users grant": True, "keys add": True, "receive": True, "screen": False, "pairs": False, "log verify": False,
    "log show": False, "log checkpoint": True, "log key": False, "log rotate-key": True, "log prove": False,
    "log check": False, "checks try": False, "checks conform": False,
    "replay": False, "rooms load": True, "erase": True, "bundle": True, "subject-access": True, "backup": False, "restore": False,
    "sweep": True, "work": True, "keys list": False, "keys rotate": True, "keys revoke": True, "doctor": False,
}  # fmt: skip


def commands(group: click.Group, before: str = "") -> list[str]:
    """Every command below this group, by its whole name."""
    names = []
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        names += commands(command, f"{before}{name} ") if isinstance(command, click.Group) else [before + name]
    return names


def test_every_command_is_on_the_list() -> None:
    assert sorted(commands(main)) == sorted(COMMANDS)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.servers import granska

    folder = tmp_path_factory.mktemp("commands")
    assert granska("demo", environment={"GRANSKA_DATA": str(folder)}).returncode == 0
    return folder


def test_every_command_that_changes_anything_leaves_its_event(demo: Path, tmp_path: Path) -> None:
    from tests.servers import granska

    text = RULES_2026.read_text("utf-8").replace("granvik-2026-1", "y-2027").replace("2026-07-01", DAY)
    rules, given = tmp_path / "y.toml", dict[str, str]()
    rules.write_text(text)
    (tmp_path / "list.csv").write_text(
        (FIXTURES / "lists" / "demo.csv").read_text().replace("GENERATED", "2026-11-20T10:00:00Z")
    )
    (tmp_path / "a.json").write_text(json.dumps(a_grant_document()))
    (tmp_path / "names.csv").write_text("name\nNågon Annan\n")
    (tmp_path / "pairs.csv").write_text("schema,name1,name2\nPerson,A B,A C\n")
    adam, samir, siv, disa = (f"{one}@demo.example" for one in ("adam", "samir", "siv", "disa"))
    out = str(tmp_path / "out")
    calls: list[tuple[str, list[str]]] = [
        ("migrate", ["migrate"]),
        ("lists import", ["lists", "import", "demo", str(tmp_path / "list.csv"), "--by", samir]),
        ("lists show", ["lists", "show"]),
        ("rooms load", ["rooms", "load", str(FIXTURES / "rooms" / "granvik.json"), "--by", "petter@demo.example"]),
        ("rules propose", ["rules", "propose", str(rules), "--by", samir]),
        ("rules impact", ["rules", "impact", "DRAFT", "--by", siv]),
        ("rules adopt", ["rules", "adopt", "DRAFT", "--by", siv]),
        ("whatif", ["whatif", str(rules)]),
        ("users add", ["users", "add", "z@demo.example", "--name", "Z", "--password", "blaklocka-under-bron"]),
        ("users grant", ["users", "grant", "z@demo.example", "role:auditor"]),
        ("keys add", ["keys", "add", "x", "--right", "match", "--by", adam]),
        ("keys list", ["keys", "list"]),
        ("keys rotate", ["keys", "rotate", "KEY", "--by", adam]),
        ("keys revoke", ["keys", "revoke", "KEY", "--by", adam]),
        ("receive", ["receive", str(tmp_path / "a.json"), "--by", "alva@demo.example"]),
        ("screen", ["screen", str(tmp_path / "names.csv"), "--list", f"d={tmp_path / 'list.csv'}", "--out", out + "1"]),
        ("pairs", ["pairs", str(tmp_path / "pairs.csv"), "--out", out + "2"]),
        ("log verify", ["log", "verify"]),
        ("log show", ["log", "show"]),
        ("log checkpoint", ["log", "checkpoint"]),
        ("log key", ["log", "key"]),
        ("log rotate-key", ["log", "rotate-key", "--by", adam]),
        ("log prove", ["log", "prove", "HV 2026/1", "--all", "--out", out + "3"]),
        ("replay", ["replay", "--all"]),
        ("bundle", ["bundle", "HV 2026/1", "--out", out + "4", "--by", disa, "--purpose", "appeal"]),
        ("subject-access", ["subject-access", "--request", "HV 2026/700", "--person", "Ylva Granfors", "--out", out + "5", "--by", samir]),
        ("backup", ["backup", out + "6"]),
        ("checks try", ["checks", "try", "timeliness"]),
        ("checks conform", ["checks", "conform", "timeliness"]),
    ]  # fmt: skip
    for name, arguments in calls:
        before, size = state(demo), len(entries(demo, 0))
        said = granska(*[given.get(one, one) for one in arguments], environment={"GRANSKA_DATA": str(demo)})
        assert said.returncode == 0, (name, said.stdout, said.stderr)
        if name == "rules propose":
            given["DRAFT"] = said.stdout.split()[-1]
        if name == "keys list":
            given["KEY"] = said.stdout.split()[0]
        new, changed = entries(demo, size), state(demo) != before
        assert bool(new) is COMMANDS[name], (name, [one["type"] for one in new])
        assert not changed or new, (name, "changed without an event")
        assert all(re.fullmatch(r"(u|k)-[a-z2-7]{10}|system", one["actor"]["id"]) for one in new)
    # Elsewhere: demo and rules setup fill an empty place, erase, restore, sweep, doctor and work have tests of their own,
    # serve is walked above.
    elsewhere = {
        "log check",
        "serve",
        "sweep",
        "work",
        "demo",
        "rules setup",
        "erase",
        "restore",
        "lists fetch",
        "doctor",
    }
    assert {name for name, _ in calls} | elsewhere == set(COMMANDS)
