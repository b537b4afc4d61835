"""The command line, a file for each field of work; a file is imported when one of its commands is called."""

from importlib import import_module
from typing import NamedTuple

import click


class Listed(NamedTuple):
    """Where a command is, and the line that the list of commands shows: the beginning of its docstring."""

    place: str
    line: str


COMMANDS = {
    "backup": Listed("auditing:backup", "Write a copy of everything to TARGET"),
    "bundle": Listed("auditing:bundle", "Write CASE (its diary number) as one zip"),
    "checks": Listed("checks:checks", "Checks that are installed: where from, what they ask"),
    "demo": Listed("running:demo", "Fill a fresh data folder with the fictional demo district"),
    "doctor": Listed("running:doctor", "Say what whoever runs the service must still do"),
    "erase": Listed("auditing:erase", "Erase personal values of CASES (diary numbers)"),
    "keys": Listed("running:keys", "Keys for the City's other systems"),
    "lists": Listed("lists_and_rules:lists", "Watch lists: import a version, show what is active"),
    "log": Listed("logs:log", "The event log: verify it, show it"),
    "migrate": Listed("running:migrate", "Bring the database's schema up to date; safe to run again"),
    "pairs": Listed("comparing:pairs", "Compare the two names of each row of PAIRS (CSV)"),
    "receive": Listed("receiving:receive", "Receive applications from JSON FILES"),
    "replay": Listed("auditing:replay_command", "Run the checks of CASE (its diary number) again"),
    "restore": Listed("auditing:restore", "Put the backup SOURCE into an empty data folder"),
    "rooms": Listed("lists_and_rules:rooms_group", "Sites and rooms"),
    "rules": Listed("lists_and_rules:rules", "Rule sets: the City's routine, one adopted version at a time"),
    "screen": Listed("comparing:screen", "Compare the names in SUBJECTS (CSV) with lists"),
    "serve": Listed("running:serve", "Serve the web pages and the API"),
    "subject-access": Listed(
        "auditing:subject_access_command",
        "Collect all that is kept about one person or association",
    ),
    "sweep": Listed("working:sweep_command", "Compare all support that stands with the lists and registers"),
    "users": Listed("running:users", "Users, for setting up the first administrator"),
    "whatif": Listed("lists_and_rules:whatif", "Show what the rule set in FILE would have asked of past cases"),
    "work": Listed("working:work", "Do what nobody waits for at a page, until stopped"),
}


class Commands(click.Group):
    """Knows its commands by name, and imports one when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every name, as the help shows them."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].place.partition(":")
        command = getattr(import_module(f"service.cli.{module}"), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name].line) for name in self.list_commands(ctx)])


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="granska", prog_name="granska")
def main() -> None:
    """Granska: vetting of association grants and premises bookings.

    All data live in one folder, GRANSKA_DATA (default ./data). The database is SQLite in that folder, or the one that
    GRANSKA_DATABASE names (postgresql://user:password@host/name).
    """
