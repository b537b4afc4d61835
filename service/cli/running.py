"""Commands that set the service up and run it."""

import asyncio
import time
from datetime import datetime

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from service import app
from service.cli.common import catalogue, say, sentence, told
from service.cli.with_desk import user_called, with_desk
from service.demo import district
from service.demo import lived as demo_life
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.doctor import Advice, advice
from service.domain.people import ServiceKey
from service.office import rights as office_rights
from service.office import users_and_keys
from service.settings import Settings, from_environment, resource


@click.command()
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8000,
    show_default=True,
    help="The port to listen on (loopback only).",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@told
def serve(port: int, host: str) -> None:
    """Serve the web pages and the API, and run the checks that wait."""
    from service.serving import serve_forever

    serve_forever(from_environment(), host=host, port=port)


@click.command()
@told
def migrate() -> None:
    """Bring the database's schema up to date; safe to run again."""
    done = asyncio.run(app.migrate_database(from_environment()))
    say("cli.migrate.done" if done else "cli.migrate.nothing", steps=done)


@click.command()
@click.option("--lived", is_flag=True, help="With the eight weeks before today, lived through the steps themselves.")
@told
def demo(lived: bool) -> None:
    """Fill a fresh data folder with the fictional demo district, without serving anything."""
    settings = from_environment()
    filled = asyncio.run(_lived(settings) if lived else _examples(settings))
    say("cli.demo.filled" if filled else "cli.demo.not_empty")
    show_demo(settings)


async def _examples(settings: Settings) -> bool:
    await app.migrate_database(settings)
    async with app.opened_desk(settings) as desk:
        return await district.fill(desk, fixtures=resource("fixtures"), folder=settings.folder)


async def _lived(settings: Settings) -> bool:
    real = app.real_outside()
    now = real.now()
    clock = demo_life.clock_of(now)
    outside = clock.outside(real)
    await app.migrate_database(settings, outside=outside)
    began = time.monotonic()
    with Progress(*Progress.get_default_columns(), transient=True) as shown:
        days = shown.add_task(sentence("cli.demo.living"), total=demo_life.WEEKS_IN_DAYS)
        async with app.opened_desk(settings, outside=outside) as desk:
            filled = await demo_life.fill(
                desk, clock, now=now, fixtures=resource("fixtures"), folder=settings.folder,
                told=lambda _: shown.advance(days),
            )  # fmt: skip
    say("cli.demo.lived", seconds=round(time.monotonic() - began))
    return filled


def show_demo(settings: Settings) -> None:
    """Print the demo accounts and the intake key, where this folder has them."""
    keyfile = settings.folder / district.KEY_FILE
    if not keyfile.exists():
        return
    title = sentence("cli.demo.accounts", password=district.PASSWORD)
    table = Table(sentence("cli.demo.account"), sentence("cli.demo.role"), title=title)
    words = catalogue()
    for name, email, rights in district.ACCOUNTS:
        table.add_row(f"{email}", f"{words.text('sv', rights[0].replace(':', '.'))} ({name})")
    Console().print(table)
    say("cli.demo.key", key=keyfile.read_text().strip())


@click.command()
@told
def doctor() -> None:
    """Say what whoever runs the service must still do. The exit status is 1 when there is anything."""

    async def work(desk: Desk, settings: Settings) -> list[Advice]:
        return await advice(desk, settings)

    found = with_desk(work)
    for one in found:
        click.echo(sentence(one.code, **one.params))
    if found:
        raise SystemExit(1)
    say("doctor.well")


@click.group()
def users() -> None:
    """Users, for setting up the first administrator; afterwards this is done in the browser."""


@users.command("add")
@click.argument("email")
@click.option("--name", required=True, help="The person's name.")
@click.option("--right", "rights", multiple=True, help="A right, such as role:administrator or delegation:F1.")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for if left out.")
@told
def users_add(email: str, name: str, rights: tuple[str, ...], password: str) -> None:
    """Add a user with rights. The log names the service itself as actor."""

    async def work(desk: Desk, settings: Settings) -> None:
        await users_and_keys.check_rights(desk, rights)
        user = await users_and_keys.create_user(desk, name=name, email=email, password=password)
        for one in rights:
            await users_and_keys.grant_right(desk, user.id, one)

    with_desk(work)
    say("cli.users.created", email=email)


@users.command("grant")
@click.argument("email")
@click.argument("rights", nargs=-1, required=True)
@told
def users_grant(email: str, rights: tuple[str, ...]) -> None:
    """Give an existing user RIGHTS, such as role:administrator or delegation:F1. The log names the service as actor."""

    async def work(desk: Desk, settings: Settings) -> None:
        await users_and_keys.check_rights(desk, rights)
        user = await user_called(desk, email)
        for one in rights:
            await users_and_keys.grant_right(desk, user.id, one)

    with_desk(work)
    click.echo(f"{email}: {', '.join(rights)}")


@click.group()
def keys() -> None:
    """Keys for the City's other systems."""


@keys.command("add")
@click.argument("label")
@click.option(
    "--right", required=True, type=click.Choice(users_and_keys.KEY_RIGHTS), help="The one thing the key may do."
)
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="The last day on which it holds.")
@click.option("--by", required=True, metavar="EMAIL", help="The administrator who makes the key; stands in the log.")
@told
def keys_add(label: str, right: str, expires: datetime | None, by: str) -> None:
    """Make a key called LABEL and show it once; only its digest is kept."""
    last = expires.date() if expires else None

    async def work(desk: Desk, settings: Settings) -> str:
        actor = person(await user_called(desk, by))
        return await users_and_keys.create_key(desk, label=label, right=right, expires=last, by=actor)

    click.echo(with_desk(work))


@keys.command("list")
@told
def keys_list() -> None:
    """Every key: what the log calls it, its label, its right, and whether it still holds."""

    async def work(desk: Desk, settings: Settings) -> list[ServiceKey]:
        return (await office_rights.rights_shown(desk)).keys

    for key in with_desk(work):
        click.echo(f"{key.pseudonym}  {key.right:<8} {_state_of(key):<16} {key.label}")


def _state_of(key: ServiceKey) -> str:
    if key.revoked_at:
        return "revoked"
    return f"until {key.expires}" if key.expires else "holds"


@keys.command("rotate")
@click.argument("key")
@click.option(
    "--overlap-days", type=click.IntRange(0, 90), default=14, show_default=True, help="How long the old one holds on."
)
@click.option("--by", required=True, metavar="EMAIL", help="The administrator who does it; stands in the log.")
@told
def keys_rotate(key: str, overlap_days: int, by: str) -> None:
    """Make a new key in the place of KEY (what the log calls it), shown once; the old one holds some days more."""

    async def work(desk: Desk, settings: Settings) -> str:
        actor = person(await user_called(desk, by))
        return await users_and_keys.rotate_key(desk, key, overlap_days=overlap_days, by=actor)

    click.echo(with_desk(work))


@keys.command("revoke")
@click.argument("key")
@click.option("--by", required=True, metavar="EMAIL", help="The administrator who does it; stands in the log.")
@told
def keys_revoke(key: str, by: str) -> None:
    """KEY (what the log calls it) does not hold any more, at once."""

    async def work(desk: Desk, settings: Settings) -> None:
        await users_and_keys.revoke_key(desk, key, by=person(await user_called(desk, by)))

    with_desk(work)
    say("cli.keys.revoked", key=key)
