"""The command that takes in applications from files."""

import sys
from pathlib import Path

import click

from service.casework.intake import application_document
from service.casework.intake.receive import receive as receive_application
from service.cli.common import explain, sentence, told, tracked
from service.cli.with_desk import user_called, with_desk
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.domain.errors import GranskaError
from service.domain.people import User
from service.screening.run_checks import run_waiting_checks
from service.settings import Settings


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", required=True, metavar="EMAIL", help="The user who registers; stands in the log.")
@told
def receive(files: tuple[Path, ...], by: str) -> None:
    """Receive applications from JSON FILES (the same form as the API's), and run their checks.

    Each file is received or refused by itself; the exit status is 1 when any was refused.
    """

    async def work(desk: Desk, settings: Settings) -> int:
        user, refused = await user_called(desk, by), 0
        for file in tracked(files, sentence("cli.receiving")):
            try:
                refused += not await _receive_one(desk, file, user)
            except GranskaError as error:
                refused += 1
                click.echo(f"{file.name}: {explain(error)}", err=True)
        await run_waiting_checks(desk)
        return refused

    if with_desk(work):
        sys.exit(1)


async def _receive_one(desk: Desk, file: Path, user: User) -> bool:
    value = application_document.parse_json(file.read_bytes())
    received = await receive_application(desk, value, by=person(user), channel="file")
    click.echo(f"{file.name}: {received.diary_number} {received.case_id}")
    return True
