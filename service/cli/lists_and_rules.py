"""Commands on lists and rule sets."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from service.bookings import rooms
from service.casework.intake import application_document
from service.cli.common import MOST_SAID, counting, say, sentence, told
from service.cli.with_desk import user_called, with_desk
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.desk.rulebook import rulebook, today
from service.domain.clock import STOCKHOLM, Instant, to_milliseconds
from service.domain.watchlist import ListState
from service.office import rule_set_adoption
from service.screening import list_fetch, list_import
from service.screening.what_if import Impact, impact_of
from service.settings import Settings


@click.group("rooms")
def rooms_group() -> None:
    """Sites and rooms."""


@rooms_group.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", required=True, metavar="EMAIL", help="The user who describes the rooms; stands in the log.")
@told
def rooms_load(file: Path, by: str) -> None:
    """Describe the sites and rooms of FILE (JSON, like fixtures/rooms/granvik.json): all of them, or none."""

    async def work(desk: Desk, settings: Settings) -> int:
        user = await user_called(desk, by)
        return await rooms.load(desk, application_document.parse_json(file.read_bytes()), by=person(user))

    say("cli.rooms.described", count=with_desk(work))


@click.group()
def lists() -> None:
    """Watch lists: import a version, show what is active."""


@lists.command("import")
@click.argument("key")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", required=True, metavar="EMAIL", help="The user who imports; stands in the log.")
@click.option("--generated", metavar="DATE", help="When the list was made, for files that do not say so (OFAC).")
@click.option("--as-of", metavar="DATE", help="The day the file was known to be current; its age counts from there.")
@told
def lists_import(key: str, file: Path, by: str, generated: str | None, as_of: str | None) -> None:
    """Import FILE as the new version of list KEY, which the rule set in force must define.

    A broken or truncated file is refused as a whole, and the version before stays active. A version that may have lost
    something, is older or is of another shape is held until a person has read what differs, on the page Listor.
    """

    async def work(desk: Desk, settings: Settings) -> list_import.Imported:
        user = await user_called(desk, by)
        with counting(sentence("cli.lists.reading")) as told:
            return await list_import.import_list(
                desk,
                key,
                file,
                by=person(user),
                generated=generated,
                as_of=None if as_of is None else _midnight(as_of),
                told=told,
            )

    say_imported(key, with_desk(work))


def say_imported(key: str, done: list_import.Imported) -> None:
    """What became of an import; held is said so, why, and where it is settled."""
    new = done.difference
    if done.same:
        say(
            "cli.lists.held_before" if done.state is ListState.HELD else "cli.lists.same",
            list=key,
            version=done.version,
        )
        return
    say(
        "cli.lists.held" if done.state is ListState.HELD else "cli.lists.imported",
        list=key,
        entries=done.entries,
        added=new.added,
        removed=new.removed,
        changed=new.changed,
        version=done.version,
    )
    for reason in done.held:
        click.echo("  " + sentence(f"list.held.{reason}"))


@lists.command("fetch")
@told
def lists_fetch() -> None:
    """Fetch every list whose rule-set entry names an address; what comes is read like a file that is handed in."""

    async def work(desk: Desk, settings: Settings) -> list[list_fetch.Fetched]:
        results, _ = await list_fetch.fetch_lists(desk, {})
        return results

    results = with_desk(work)
    if not results:
        say("cli.lists.no_address")
    for result in results:
        if result.error:
            click.echo(f"{result.key}: " + sentence(result.error.code, **result.error.params))
        elif result.imported:
            say_imported(result.key, result.imported)
        else:
            say("cli.lists.unchanged", list=result.key)
    if any(result.error for result in results):
        raise SystemExit(1)


def _midnight(day: str) -> Instant:
    """The beginning of a day in Stockholm, as UTC milliseconds; not later than now."""
    try:
        moment = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=STOCKHOLM)
    except ValueError as error:
        raise click.BadParameter(sentence("cli.not_a_date", given=day)) from error
    if moment > datetime.now(STOCKHOLM):
        raise click.BadParameter(sentence("cli.in_the_future", given=day))
    return to_milliseconds(moment)


@lists.command("show")
@told
def lists_show() -> None:
    """Show each list of the rule set in force: active version, age and size."""

    async def work(desk: Desk, settings: Settings) -> tuple[Any, ...]:
        async with desk.store.reading() as reading:
            procedure = (await rulebook(desk, reading)).procedure(today(desk))
            return procedure, await reading.active_lists(), desk.outside.now()

    procedure, active, now = with_desk(work)
    for one in procedure.lists.values():
        version = active.get(one.key)
        if version is None:
            say("cli.lists.required" if one.required else "cli.lists.not_read", list=one.key, title=one.title)
            continue
        age = (now - version.as_of) // 86_400_000
        say(
            "cli.lists.too_old" if age > one.max_age_days else "cli.lists.active",
            list=one.key,
            title=one.title,
            entries=version.entries,
            generated=version.generated,
            age=age,
            max=one.max_age_days,
            owner=one.owner,
        )


@click.group()
def rules() -> None:
    """Rule sets: the City's routine, one adopted version at a time."""


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_BY = click.option("--by", required=True, metavar="EMAIL", help="The user who does this; stands in the log.")


@rules.command("setup")
@click.argument("file", type=_FILE)
@told
def rules_setup(file: Path) -> None:
    """Adopt the rule set in FILE (TOML) while there is no case yet; afterwards it takes two persons."""

    async def work(desk: Desk, settings: Settings) -> str:
        return (await rule_set_adoption.adopt_at_setup(desk, file.read_bytes().decode("utf-8"))).id

    say("cli.rules.adopted", ruleset=with_desk(work))


@rules.command("propose")
@click.argument("file", type=_FILE)
@_BY
@told
def rules_propose(file: Path, by: str) -> None:
    """Put the rule set in FILE (TOML) forward. Refused, with the line, where it names what does not exist."""

    async def work(desk: Desk, settings: Settings) -> str:
        by_whom = person(await user_called(desk, by))
        return await rule_set_adoption.propose(desk, file.read_bytes().decode("utf-8"), by=by_whom)

    say("cli.rules.drafted", draft=with_desk(work))


@rules.command("impact")
@click.argument("draft")
@_BY
@told
def rules_impact(draft: str, by: str) -> None:
    """Show what DRAFT would have asked of past cases; that you have seen it is logged."""

    async def work(desk: Desk, settings: Settings) -> Impact:
        return await rule_set_adoption.show_impact(desk, draft, by=person(await user_called(desk, by)))

    say_impact(with_desk(work))


@rules.command("adopt")
@click.argument("draft")
@_BY
@told
def rules_adopt(draft: str, by: str) -> None:
    """Adopt DRAFT, whose impact has been seen; another person than the one who proposed it."""

    async def work(desk: Desk, settings: Settings) -> str:
        return (await rule_set_adoption.adopt(desk, draft, by=person(await user_called(desk, by)))).id

    say("cli.rules.adopted", ruleset=with_desk(work))


@click.command()
@click.argument("file", type=_FILE)
@told
def whatif(file: Path) -> None:
    """Show what the rule set in FILE would have asked of past cases; changes nothing."""

    async def work(desk: Desk, settings: Settings) -> Impact:
        return await impact_of(desk, await rule_set_adoption.readable(desk, file.read_bytes().decode("utf-8")))

    say_impact(with_desk(work))


def say_impact(impact: Impact) -> None:
    """The impact as lines."""
    more, fewer = len(impact.more), len(impact.fewer)
    say("cli.impact", cases=impact.cases, more=more, fewer=fewer, same=impact.same, unknown=impact.unknown)
    for code, cases, clauses in (
        ("cli.impact.more", impact.more, impact.clauses_more),
        ("cli.impact.fewer", impact.fewer, impact.clauses_fewer),
    ):
        for clause, number in clauses.most_common():
            say(code, clause=clause, number=number)
        for case, cited in cases[:MOST_SAID]:
            say("cli.impact.case", case=case, clauses=", ".join(cited))
        if len(cases) > MOST_SAID:
            say("cli.impact.and_more", number=len(cases) - MOST_SAID)
