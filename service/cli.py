"""The command line: serve, migrate, demo, lists, rules, users, receive, screen, log."""

import asyncio
import json
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.progress import Progress, track
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
@_told
def lists_import(key: str, file: Path, by: str) -> None:
    """Import FILE as the new version of list KEY, which the rule set in force must define.

    A broken or truncated file is refused as a whole, and the version before stays active.
    """

    async def work(desk: Desk, settings: Settings) -> watching.Imported:
        user = await _user(desk, by)
        if not {"role:coordinator", "role:administrator"} & user.rights:
            raise GranskaError("list.only_coordinator")
        with Progress(console=error_console, disable=not error_console.is_terminal, transient=True) as progress:
            progress.add_task("Läser in listan", total=None)
            return await watching.import_list(desk, key, file.read_bytes(), by=person(user))

    done = _with_desk(work)
    click.echo(
        f"{key}: {done.entries} poster. Nya {done.added}, borttagna {done.removed}, ändrade {done.changed}. "
        f"Version {done.version}."
    )


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
        if not {"role:coordinator", "role:administrator"} & user.rights:
            raise GranskaError("rules.only_coordinator")
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
@_told
def screen(subjects: Path, sources: tuple[str, ...], target: Path, max_age: int | None) -> None:
    """Compare the names in SUBJECTS (CSV) with lists; needs no database and saves nothing but --out.

    Columns: name (required), schema (person or organisation, default organisation), birth_date, country, org_number,
    id.
    One JSON line per row, with outcome no_candidate, needs_identifier, candidate or not_screened.
    """
    now = parts.real_outside().now()
    read = [screen_file.read_source(one, now=now, max_age=max_age) for one in sources]
    for one in read:
        click.echo(one.said, err=True)
    rows = screen_file.read_subjects(subjects)
    if target.exists() and target.samefile(subjects):
        raise GranskaError("screen.same_file")
    with target.open("w", encoding="utf-8") as file:
        counts = screen_file.screen_rows(_tracked(rows, "Jämför namn", total=len(rows)), read, file)
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
