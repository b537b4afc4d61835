"""Commands that compare names without a database; what only the database or the web needs is not imported."""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from service import screen_file
from service.cli.common import counting, say, sentence, told, tracked
from service.domain.clock import Instant
from service.domain.errors import GranskaError


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

    Columns: name (required), schema, birth_date, country, org_number, id. The schema is person, organisation, or one of
    FollowTheMoney's; a row without one, or with LegalEntity, is compared both as a person and as an organisation.
    One JSON line per row, with outcome no_candidate, needs_identifier, candidate or not_screened, and then why.
    """
    now = Instant(time.time_ns() // 1_000_000)
    rows = _rows(subjects, ("name",), target)
    with tempfile.TemporaryDirectory(prefix="granska-") as temporary:
        folder, read = Path(temporary), []
        for option in sources:
            with counting(sentence("cli.lists.reading")) as told:
                read.append(
                    screen_file.read_source(option, folder, now=now, max_age=max_age, generated=generated, told=told)
                )
            source = read[-1]
            say(
                "cli.compare.list",
                err=True,
                list=source.name,
                entries=source.entries,
                generated=source.generated,
                age=source.age_days,
            )
        with target.open("w", encoding="utf-8") as file:
            found = screen_file.screen_rows(rows, read, folder, file)
            _say_counts(screen_file.counted(tracked(found, sentence("cli.compare.running"), total=len(rows))))


@click.command()
@click.argument("file", metavar="PAIRS", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", "target", required=True, type=click.Path(dir_okay=False, path_type=Path), help="CSV.")
@told
def pairs(file: Path, target: Path) -> None:
    """Compare the two names of each row of PAIRS (CSV); needs no database and saves nothing but --out.

    Columns: schema, name1, name2, and if you have them birth_date1, birth_date2, country1, country2, org_number1,
    org_number2. The schema is as for screen: without one, or with LegalEntity, the two are compared as both kinds. Each
    row comes back with probability (0-1), outcome (no_candidate, needs_identifier, candidate or not_screened) and
    evidence, which says why a row was not screened.
    """
    rows = _rows(file, screen_file.PAIR_COLUMNS, target)
    with target.open("w", encoding="utf-8", newline="") as out:
        found = screen_file.judge_pairs(rows, out)
        _say_counts(screen_file.counted(tracked(found, sentence("cli.compare.running"), total=len(rows))))


def _rows(file: Path, needed: Sequence[str], target: Path) -> Sequence[dict[str, Any]]:
    rows = screen_file.read_subjects(file, needed)
    if target.exists() and target.samefile(file):
        raise GranskaError("screen.same_file")
    return rows


def _say_counts(counts: dict[str, int]) -> None:
    click.echo(", ".join(f"{name}: {count}" for name, count in counts.items()), err=True)
