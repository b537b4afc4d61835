"""Commands that take in applications and compare names."""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from service import app as parts
from service import screen_file
from service.cases import intake_document
from service.cases.intake import receive as receive_application
from service.cases.ports import Desk
from service.cases.screening import work_off
from service.cases.standing import person
from service.cli.common import counting, explain, told, tracked, user_called, with_desk
from service.domain.errors import GranskaError
from service.domain.people import User
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
        for file in tracked(files, "Tar emot"):
            try:
                refused += not await _receive_one(desk, file, user)
            except GranskaError as error:
                refused += 1
                click.echo(f"{file.name}: {explain(error)}", err=True)
        await work_off(desk)
        return refused

    if with_desk(work):
        sys.exit(1)


async def _receive_one(desk: Desk, file: Path, user: User) -> bool:
    value = intake_document.parse_json(file.read_bytes())
    received = await receive_application(desk, value, by=person(user), channel="file")
    click.echo(f"{file.name}: {received.diary_number} {received.case_id}")
    return True


@click.command()
@click.argument("subjects", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--list", "sources", multiple=True, required=True, metavar="NAME=FILE", help="A list, by a name of yours."
)
@click.option("--out", "target", required=True, type=click.Path(dir_okay=False, path_type=Path), help="JSON lines.")
@click.option("--max-age", type=click.IntRange(min=0), metavar="DAYS", help="Refuse a list older than this.")
@click.option("--generated", metavar="DATE", help="When the lists were made, for files that do not say so (OFAC).")
@told
def screen(subjects: Path, sources: tuple[str, ...], target: Path, max_age: int | None, generated: str | None) -> None:
    """Compare the names in SUBJECTS (CSV) with lists; needs no database and saves nothing but --out.

    Columns: name (required), schema (person or organisation, default organisation), birth_date, country, org_number,
    id.
    One JSON line per row, with outcome no_candidate, needs_identifier, candidate or not_screened.
    """
    now = parts.real_outside().now()
    rows = _rows(subjects, ("name",), target)
    with tempfile.TemporaryDirectory(prefix="granska-") as temporary:
        folder, read = Path(temporary), []
        for option in sources:
            with counting("Läser in listan") as told:
                read.append(
                    screen_file.read_source(option, folder, now=now, max_age=max_age, generated=generated, told=told)
                )
            click.echo(read[-1].said, err=True)
        with target.open("w", encoding="utf-8") as file:
            found = screen_file.screen_rows(rows, read, folder, file)
            _say_counts(screen_file.counted(tracked(found, "Jämför namn", total=len(rows))))


@click.command()
@click.argument("file", metavar="PAIRS", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", "target", required=True, type=click.Path(dir_okay=False, path_type=Path), help="CSV.")
@told
def pairs(file: Path, target: Path) -> None:
    """Compare the two names of each row of PAIRS (CSV); needs no database and saves nothing but --out.

    Columns: schema (Person, or Organization and the like; Person where empty), name1, name2, and if you have them
    birth_date1, birth_date2, country1, country2, org_number1, org_number2. Each row comes back with probability (0-1),
    outcome (no_candidate, needs_identifier, candidate or not_screened) and evidence.
    """
    rows = _rows(file, screen_file.PAIR_COLUMNS, target)
    with target.open("w", encoding="utf-8", newline="") as out:
        found = screen_file.judge_pairs(rows, out)
        _say_counts(screen_file.counted(tracked(found, "Jämför namn", total=len(rows))))


def _rows(file: Path, needed: Sequence[str], target: Path) -> Sequence[dict[str, Any]]:
    rows = screen_file.read_subjects(file, needed)
    if target.exists() and target.samefile(file):
        raise GranskaError("screen.same_file")
    return rows


def _say_counts(counts: dict[str, int]) -> None:
    click.echo(", ".join(f"{name}: {count}" for name, count in counts.items()), err=True)
