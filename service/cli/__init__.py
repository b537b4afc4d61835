"""The command line, a file for each field of work."""

import click

from service.cli import auditing, logs, names, routine, running


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="granska", prog_name="granska")
def main() -> None:
    """Granska: vetting of association grants and premises bookings.

    All data live in one folder, GRANSKA_DATA (default ./data). The database is SQLite in that folder, or the one that
    GRANSKA_DATABASE names (postgresql://user:password@host/name).
    """


for one in (
    running.serve,
    running.migrate,
    running.demo,
    running.users,
    running.keys,
    routine.rooms_group,
    routine.lists,
    routine.rules,
    routine.whatif,
    names.receive,
    names.screen,
    names.pairs,
    logs.log,
    auditing.replay,
    auditing.erase,
    auditing.bundle,
    auditing.subject_export,
    auditing.backup,
    auditing.restore,
):
    main.add_command(one)
