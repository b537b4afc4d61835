"""The command line: serve, migrate, demo, lists, rules, users, receive, screen, log."""

import asyncio
import json
import sqlite3
import sys
import tempfile
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, track
from rich.table import Table

from service import app as parts
from service import demo as demo_district
from service import screen_file
from service.cases import intake_document, staff, verifying, watching
from service.cases.intake import receive as receive_application
from service.cases.ports import Desk
from service.cases.reviewing import person
from service.cases.rulebook import adopt, rulebook, today
from service.cases.screening import work_off
from service.domain.errors import GranskaError, InvalidInput
from service.domain.people import User
from service.settings import Settings, from_environment, resource
from service.words import Catalogue

T = TypeVar("T")
error_console = Console(stderr=True)
out = Console()


def _words() -> Catalogue:
    return Catalogue.load(resource("templates") / "words")


def _explain(error: GranskaError) -> str:
    words = _words()
    said = [words.say("sv", error.code, error.params)]
    if isinstance(error, InvalidInput):
        said += [f"  {one.pointer or '/'}: {words.say('sv', one.code, one.params)}" for one in error.problems]
    return "\n".join(said)


def _told(function: Callable[..., T]) -> Callable[..., T]:
    """Turn what the service can explain into a sentence and exit status 1."""

    @wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> T:
        try:
            return function(*args, **kwargs)
        except GranskaError as error:
            raise click.ClickException(_explain(error)) from error
        except (OSError, ValueError, OverflowError, sqlite3.Error) as error:
            # What the operator handed over cannot be used: a path, a number, an address, bytes that are no text.
            raise click.ClickException(f"{type(error).__name__}: {error}") from error

    return wrapped


def _with_desk(work: Callable[[Desk, Settings], Coroutine[Any, Any, T]]) -> T:
    async def run() -> T:
        settings = from_environment()
        async with parts.opened_desk(settings) as desk:
            return await work(desk, settings)

    return asyncio.run(run())


async def _user(desk: Desk, email: str) -> User:
    async with desk.store.reading() as reading:
        found = await reading.user_by_email(email)
    if found is None:
        raise GranskaError("user.unknown_email")
    return found[0]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="granska", prog_name="granska")
def main() -> None:
    """Granska: vetting of association grants and premises bookings.

    All data live in one folder, GRANSKA_DATA (default ./data). The database is SQLite in that folder, or the one that
    GRANSKA_DATABASE names (postgresql://user:password@host/name).
    """


@main.command()
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8000,
    show_default=True,
    help="The port to listen on (loopback only).",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@_told
def serve(port: int, host: str) -> None:
    """Serve the web pages and the API, and run the checks that wait."""
    from service.serving import serve_forever

    serve_forever(from_environment(), host=host, port=port)


@main.command()
@_told
def migrate() -> None:
    """Bring the database's schema up to date; safe to run again."""
    done = asyncio.run(parts.migrate_database(from_environment()))
    click.echo(f"Databasen är uppdaterad: {done} nya steg." if done else "Databasen är redan aktuell.")


@main.command()
@_told
def demo() -> None:
    """Fill a fresh data folder with the fictional demo district, without serving anything."""
    settings = from_environment()
    asyncio.run(parts.migrate_database(settings))

    async def work(desk: Desk, settings: Settings) -> bool:
        return await demo_district.fill(desk, fixtures=resource("fixtures"), folder=settings.folder)

    filled = _with_desk(work)
    click.echo("Demostadsdelen är inlagd." if filled else "Här finns redan uppgifter; inget har ändrats.")
    show_demo(settings)


def show_demo(settings: Settings) -> None:
    """Print the demo accounts and the intake key, where this folder has them."""
    keyfile = settings.folder / demo_district.KEY_FILE
    if not keyfile.exists():
        return
    table = Table("Konto", "Roll", title=f"Demokonton (lösenord: {demo_district.PASSWORD})")
    words = _words()
    for name, email, rights in demo_district.ACCOUNTS:
        table.add_row(f"{email}", f"{words.text('sv', rights[0].replace(':', '.'))} ({name})")
    out.print(table)
    click.echo(f"Demonyckel för e-tjänsten: {keyfile.read_text().strip()}")


@main.group()
def lists() -> None:
    """Watch lists: import a version, show what is active."""


@lists.command("import")
@click.argument("key")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", required=True, metavar="EMAIL", help="The user who imports; stands in the log.")
@click.option("--generated", metavar="DATE", help="When the list was made, for files that do not say so (OFAC).")
@click.option("--as-of", metavar="DATE", help="The day the file was known to be current; its age counts from there.")
@_told
def lists_import(key: str, file: Path, by: str, generated: str | None, as_of: str | None) -> None:
    """Import FILE as the new version of list KEY, which the rule set in force must define.

    A broken or truncated file is refused as a whole, and the version before stays active.
    """

    async def work(desk: Desk, settings: Settings) -> watching.Imported:
        user = await _user(desk, by)
        with _counting("Läser in listan") as told:
            return await watching.import_list(
                desk,
                key,
                file,
                by=person(user),
                generated=generated,
                as_of=None if as_of is None else _midnight(as_of),
                told=told,
            )

    done = _with_desk(work)
    click.echo(
        f"{key}: {done.entries} poster. Nya {done.added}, borttagna {done.removed}, ändrade {done.changed}. "
        f"Version {done.version}."
    )


def _midnight(day: str) -> int:
    """The beginning of a day in UTC, as milliseconds; not later than now."""
    try:
        moment = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise click.BadParameter(f"{day} (ÅÅÅÅ-MM-DD)") from error
    if moment > datetime.now(UTC):
        raise click.BadParameter(f"{day} ligger i framtiden")
    return int(moment.timestamp()) * 1000


@contextmanager
def _counting(description: str) -> Iterator[Callable[[int], None]]:
    """Shows how many there have been so far, on a terminal only."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed}"), TimeElapsedColumn())
    with Progress(*columns, console=error_console, disable=not error_console.is_terminal, transient=True) as progress:
        task = progress.add_task(description, total=None)
        yield lambda count: progress.update(task, completed=count)


@lists.command("show")
@_told
def lists_show() -> None:
    """Show each list of the rule set in force: active version, age and size."""

    async def work(desk: Desk, settings: Settings) -> tuple[Any, ...]:
        async with desk.store.reading() as reading:
            procedure = (await rulebook(desk, reading)).procedure(today(desk))
            return procedure, await reading.active_lists(), desk.outside.now()

    procedure, active, now = _with_desk(work)
    for one in procedure.lists.values():
        version = active.get(one.key)
        if version is None:
            click.echo(f"{one.key}: {one.title}. Inte inläst{' (krävs)' if one.required else ''}.")
            continue
        age = (now - version.as_of) // 86_400_000
        late = " FÖR GAMMAL" if age > one.max_age_days else ""
        click.echo(
            f"{one.key}: {one.title}. {version.entries} poster, version av {version.generated}, "
            f"{age} dygn gammal (högst {one.max_age_days}){late}. Ägare: {one.owner}."
        )


@main.group()
def rules() -> None:
    """Rule sets: the City's routine, one adopted version at a time."""


@rules.command("adopt")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", required=True, metavar="EMAIL", help="The user who adopts; stands in the log.")
@_told
def rules_adopt(file: Path, by: str) -> None:
    """Adopt the rule set in FILE (TOML). Refused, with the line, where it names what does not exist."""

    async def work(desk: Desk, settings: Settings) -> str:
        user = await _user(desk, by)
        return (await adopt(desk, file.read_bytes().decode("utf-8"), by=person(user))).id

    click.echo(f"Antagen: {_with_desk(work)}")


@main.group()
def users() -> None:
    """Users, for setting up the first administrator; afterwards this is done in the browser."""


@users.command("add")
@click.argument("email")
@click.option("--name", required=True, help="The person's name.")
@click.option("--right", "rights", multiple=True, help="A right, such as role:administrator or delegation:F1.")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for if left out.")
@_told
def users_add(email: str, name: str, rights: tuple[str, ...], password: str) -> None:
    """Add a user with rights. The log names the service itself as actor."""

    async def work(desk: Desk, settings: Settings) -> None:
        await staff.check_rights(desk, rights)
        user = await staff.create_user(desk, name=name, email=email, password=password)
        for one in rights:
            await staff.grant_right(desk, user.id, one)

    _with_desk(work)
    click.echo(f"{email} är upplagd.")


@users.command("grant")
@click.argument("email")
@click.argument("rights", nargs=-1, required=True)
@_told
def users_grant(email: str, rights: tuple[str, ...]) -> None:
    """Give an existing user RIGHTS, such as role:administrator or delegation:F1. The log names the service as actor."""

    async def work(desk: Desk, settings: Settings) -> None:
        await staff.check_rights(desk, rights)
        user = await _user(desk, email)
        for one in rights:
            await staff.grant_right(desk, user.id, one)

    _with_desk(work)
    click.echo(f"{email}: {', '.join(rights)}")


@main.group()
def keys() -> None:
    """Keys for the City's other systems."""


@keys.command("add")
@click.argument("label")
@click.option("--right", required=True, type=click.Choice(staff.KEY_RIGHTS), help="The one thing the key may do.")
@click.option("--by", required=True, metavar="EMAIL", help="The administrator who makes the key; stands in the log.")
@_told
def keys_add(label: str, right: str, by: str) -> None:
    """Make a key called LABEL and show it once; only its digest is kept."""

    async def work(desk: Desk, settings: Settings) -> str:
        return await staff.create_key(desk, label=label, right=right, by=person(await _user(desk, by)))

    click.echo(_with_desk(work))


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", required=True, metavar="EMAIL", help="The user who registers; stands in the log.")
@_told
def receive(files: tuple[Path, ...], by: str) -> None:
    """Receive applications from JSON FILES (the same form as the API's), and run their checks.

    Each file is received or refused by itself; the exit status is 1 when any was refused.
    """

    async def work(desk: Desk, settings: Settings) -> int:
        user, refused = await _user(desk, by), 0
        for file in _tracked(files, "Tar emot"):
            try:
                refused += not await _receive_one(desk, file, user)
            except GranskaError as error:
                refused += 1
                click.echo(f"{file.name}: {_explain(error)}", err=True)
        await work_off(desk)
        return refused

    if _with_desk(work):
        sys.exit(1)


async def _receive_one(desk: Desk, file: Path, user: User) -> bool:
    value = intake_document.parse_json(file.read_bytes())
    received = await receive_application(desk, value, by=person(user), channel="file")
    click.echo(f"{file.name}: {received.diary_number} {received.case_id}")
    return True


def _tracked(items: Iterable[T], description: str, total: int | None = None) -> Iterable[T]:
    """The items with a progress bar, on a terminal only."""
    return track(
        items, description, total=total, console=error_console, disable=not error_console.is_terminal, transient=True
    )


@main.command()
@click.argument("subjects", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--list", "sources", multiple=True, required=True, metavar="NAME=FILE", help="A list, by a name of yours."
)
@click.option("--out", "target", required=True, type=click.Path(dir_okay=False, path_type=Path), help="JSON lines.")
@click.option("--max-age", type=click.IntRange(min=0), metavar="DAYS", help="Refuse a list older than this.")
@click.option("--generated", metavar="DATE", help="When the lists were made, for files that do not say so (OFAC).")
@_told
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
            with _counting("Läser in listan") as told:
                read.append(
                    screen_file.read_source(option, folder, now=now, max_age=max_age, generated=generated, told=told)
                )
            click.echo(read[-1].said, err=True)
        with target.open("w", encoding="utf-8") as file:
            found = screen_file.screen_rows(rows, read, folder, file)
            _say_counts(screen_file.counted(_tracked(found, "Jämför namn", total=len(rows))))


@main.command()
@click.argument("file", metavar="PAIRS", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", "target", required=True, type=click.Path(dir_okay=False, path_type=Path), help="CSV.")
@_told
def pairs(file: Path, target: Path) -> None:
    """Compare the two names of each row of PAIRS (CSV); needs no database and saves nothing but --out.

    Columns: schema (Person, or Organization and the like; Person where empty), name1, name2, and if you have them
    birth_date1, birth_date2, country1, country2, org_number1, org_number2. Each row comes back with probability (0-1),
    outcome (no_candidate, needs_identifier, candidate or not_screened) and evidence.
    """
    rows = _rows(file, screen_file.PAIR_COLUMNS, target)
    with target.open("w", encoding="utf-8", newline="") as out:
        found = screen_file.judge_pairs(rows, out)
        _say_counts(screen_file.counted(_tracked(found, "Jämför namn", total=len(rows))))


def _rows(file: Path, needed: Sequence[str], target: Path) -> Sequence[dict[str, Any]]:
    rows = screen_file.read_subjects(file, needed)
    if target.exists() and target.samefile(file):
        raise GranskaError("screen.same_file")
    return rows


def _say_counts(counts: dict[str, int]) -> None:
    click.echo(", ".join(f"{name}: {count}" for name, count in counts.items()), err=True)


@main.group()
def log() -> None:
    """The event log: verify it, show it."""


@log.command("verify")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_told
def log_verify(file: Path | None) -> None:
    """Verify the whole log of the database, or an exported log FILE. The exit status is 1 when anything is wrong."""
    if file is not None:
        with file.open(encoding="utf-8", errors="surrogateescape") as lines:
            result = verifying.Verification(verifying.verify_exported(lines))
    else:
        result = _with_desk(lambda desk, settings: verifying.verify_log(desk))
    _say_verified(result, tables=file is None)
    if not result.ok:
        sys.exit(1)


def _say_verified(result: verifying.Verification, *, tables: bool) -> None:
    words, report = _words(), result.report
    click.echo(f"{report.size} poster, rot {report.root}")
    for one in [*report.faults, *result.value_faults][:50]:
        place = "-" if one.seq is None else str(one.seq)
        click.echo(f"FEL post {place}: {words.text('sv', f'fault.{one.kind}')} [{one.kind}] {one.detail}")
    for table, row, kind in result.table_faults[:50]:
        click.echo(f"FEL tabell {table} {row}: {words.text('sv', 'fault.table')} [{kind}]")
    if result.ok:
        also = f" {result.values} värden och {result.facts} uppgifter i tabellerna stämmer." if tables else ""
        click.echo(f"Allt stämmer.{also}")
    elif result.first is not None:
        click.echo(f"Första felaktiga posten: {result.first.seq}")


@log.command("show")
@click.option("--case", "case_id", help="Only the entries of this case (its id).")
@click.option("--json", "as_json", is_flag=True, help="Every entry with its hash, as `log verify FILE` reads it.")
@click.option(
    "--last", type=click.IntRange(1, 1_000_000), default=50, show_default=True, help="How many entries, newest last."
)
@_told
def log_show(case_id: str | None, as_json: bool, last: int) -> None:
    """Show the log."""

    async def export(desk: Desk, settings: Settings) -> None:
        async with desk.store.reading() as reading:
            async for row in reading.log_rows():
                click.echo(
                    json.dumps(
                        {"hash": row.hash, "leaf": row.leaf, "seq": row.seq},
                        ensure_ascii=False,
                        separators=(",", ":"),
                    )
                )

    async def show(desk: Desk, settings: Settings) -> None:
        async with desk.store.reading() as reading:
            for row in reversed(await reading.log_page(before=None, case_id=case_id, limit=last)):
                leaf = json.loads(row.leaf)
                where = f" {leaf['case']}" if leaf["case"] else ""
                click.echo(f"{row.seq:>7} {leaf['at']} {leaf['type']:<20} {leaf['actor']['id']}{where}")

    work: Callable[[Desk, Settings], Awaitable[None]] = export if as_json else show
    _with_desk(work)  # type: ignore[arg-type]
