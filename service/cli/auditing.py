"""Commands for whoever reviews, erases, hands out and keeps copies."""

import asyncio
import json
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

import click

from service import app
from service.app import words_with
from service.casework.decision import record_page
from service.cli.common import catalogue, counting, say, sentence, told
from service.cli.logs import say_verified
from service.cli.with_desk import user_called, with_desk
from service.desk.ports.desk import Desk
from service.domain.errors import GranskaError
from service.pipeline.registry import Registry
from service.privacy import disclosure_bundle, erasure, erasure_plan, subject_access
from service.proof import access_log, audit_sample
from service.proof.exported import read_exported
from service.screening import replay
from service.settings import Settings, from_environment, resource
from service.web.render import Pages

_BY = click.option("--by", required=True, metavar="EMAIL", help="The user who does this; stands in the log.")
_NEW = click.Path(dir_okay=False, path_type=Path)


@click.command("replay")
@click.argument("case", required=False)
@click.option("--all", "everything", is_flag=True, help="Every case there is.")
@click.option(
    "--sample", type=click.IntRange(1, audit_sample.MOST), help="So many cases, drawn by the log's signed root."
)
@click.option("--by", metavar="EMAIL", help="The auditor who draws the sample; stands in the log.")
@told
def replay_command(case: str | None, everything: bool, sample: int | None, by: str | None) -> None:
    """Run the checks of CASE (its diary number) again with the rules, lists and inputs of that day.

    What comes out must be what was found, byte for byte. What timed out then or has been erased since cannot be run
    again, and is counted. The exit status is 1 when anything drifted.
    """
    if sum((case is not None, everything, sample is not None)) != 1:
        raise click.UsageError(sentence("cli.replay.which"))
    if sample is not None and not by:
        raise click.UsageError(sentence("cli.replay.sample_by"))

    async def work(desk: Desk, settings: Settings) -> replay.Tally:
        tally = replay.Tally()
        with counting(sentence("cli.replay.running")) as said:
            async for one in _replays(desk, case, sample, by):
                tally.add(one)
                said(tally.cases)
        return tally

    tally = with_desk(work)
    say("cli.replay.result", rounds=tally.cases, same=tally.findings, drifting=len(tally.drifting))
    for why, count in sorted(tally.not_replayable.items()):
        say("cli.replay.not_replayable", why=catalogue().term("sv", "replay", why), number=count)
    for one in tally.drifting[:50]:
        for difference in one.drift:
            say(
                "cli.replay.drift",
                number=one.diary_number,
                round=one.check_round,
                called=difference.check,
                drifted=difference.what,
                then=str(difference.then),
                now=str(difference.now),
            )
    if tally.drifting:
        sys.exit(1)


async def _replays(desk: Desk, case: str | None, sample: int | None, by: str | None) -> Any:
    if case is not None:
        found = await replay.case_to_replay(desk, case)
        for one in await replay.replay_case(desk, found.id):
            yield one
    elif sample is not None:
        drawn = await audit_sample.draw(desk, sample, by=await user_called(desk, by or ""))
        say("cli.replay.drawn", drawn=len(drawn.cases), of=drawn.of, seed=drawn.seed, size=drawn.size)
        for one in await replay.replay(desk, drawn.cases):
            yield one
    else:
        async for one in replay.replay_all(desk):
            yield one


@click.command()
@click.argument("cases", nargs=-1)
@click.option("--due", is_flag=True, help="Everything whose time is over by the rule set's retention table.")
@click.option("--file", "listed", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Diary numbers.")
@click.option("--class", "classes", multiple=True, type=click.Choice(erasure_plan.CLASSES), help="What of CASES.")
@click.option("--ground", type=click.Choice(erasure_plan.GROUNDS), default="retention", show_default=True)
@click.option("--document", default="", help="The City's decision on erasure, such as 'Gallringsbeslut HV 2026/61'.")
@click.option("--by", metavar="EMAIL", help="The administrator; stands in the log.")
@click.option("--propose", is_flag=True, help="Put it forward. Without it, only what would go is listed.")
@click.option("--carry-out", metavar="PROPOSAL", help="Erase what another administrator has put forward.")
@click.option("--take-back", metavar="PROPOSAL", help="Nothing of it is to be erased.")
@told
def erase(
    cases: tuple[str, ...],
    due: bool,
    listed: Path | None,
    classes: tuple[str, ...],
    ground: str,
    document: str,
    by: str | None,
    propose: bool,
    carry_out: str | None,
    take_back: str | None,
) -> None:
    """Erase personal values of CASES (diary numbers), or all whose time is over: one puts forward, another carries out.

    The log keeps its proof: what went is named there as a commitment, with its ground. Old backups still hold it.
    """
    numbers = [*cases, *(_lines(listed) if listed else ())]
    settles = carry_out or take_back
    if sum([bool(numbers), due, bool(carry_out), bool(take_back)]) != 1:
        raise click.UsageError(sentence("cli.erase.which"))
    if (settles and not by) or (propose and not (by and document)):
        raise click.UsageError(sentence("cli.erase.wants"))
    if settles:
        _settle(carry_out, take_back, by or "")
        return

    async def work(desk: Desk, settings: Settings) -> tuple[erasure_plan.Plan, str]:
        if due:
            plan = await erasure_plan.plan_due(desk)
        else:
            plan = await erasure_plan.plan_cases(desk, numbers, classes, ground)
        if not propose:
            return plan, ""
        whom = await user_called(desk, by or "")
        return plan, await erasure.propose(desk, plan, ground=ground, document=document, by=whom)

    plan, proposal = with_desk(work)
    term = partial(catalogue().term, "sv", "document_class")
    for one in plan.cases[:200]:
        what = ", ".join(f"{term(name)} {count}" for name, count in sorted(one.counts().items()))
        say("cli.erase.case", number=one.diary_number, values=what, files=len(one.enclosures))
    if plan.unset:
        say("cli.erase.unset", err=True, classes=", ".join(map(term, plan.unset)))
    if propose:
        say("cli.erase.proposed", values=plan.values, cases=len(plan.cases), proposal=proposal)
    else:
        say("cli.erase.would", values=plan.values, cases=len(plan.cases))


def _settle(carry_out: str | None, take_back: str | None, by: str) -> None:
    """Carry a proposal out, or take it back."""

    async def work(desk: Desk, settings: Settings) -> int | None:
        whom = await user_called(desk, by)
        if take_back:
            await erasure.take_back(desk, take_back, by=whom)
            return None
        return await erasure.carry_out(desk, carry_out or "", by=whom)

    erased = with_desk(work)
    if erased is None:
        say("cli.erase.taken_back")
    else:
        say("cli.erase.done", count=erased)


def _lines(path: Path) -> list[str]:
    return [one.strip() for one in path.read_text("utf-8").splitlines() if one.strip()]


@click.command()
@click.argument("case")
@click.option("--out", "target", type=_NEW, required=True, help="The zip to write.")
@click.option("--mask", multiple=True, type=click.Choice(erasure_plan.CLASSES), help="A class of documents to omit.")
@click.option(
    "--public", is_flag=True, help="Leave out what a public copy leaves out unless someone chooses otherwise."
)
@click.option(
    "--purpose", required=True, type=click.Choice(record_page.PURPOSES), help="What it is for; stands in the log."
)
@_BY
@told
def bundle(case: str, target: Path, mask: tuple[str, ...], public: bool, purpose: str, by: str) -> None:
    """Write CASE (its diary number) as one zip: records, values, enclosures, proofs, a readable page, a verifier."""
    masked = frozenset(mask) | (frozenset(disclosure_bundle.MASKED_BY_DEFAULT) if public else frozenset())

    async def work(desk: Desk, settings: Settings) -> bytes:
        whom = await user_called(desk, by)
        found = await replay.case_to_replay(desk, case)
        words = words_with(Registry())
        pages = Pages(resource("templates"), words, static_version="", demo=False, idle_seconds=0)
        _, body = await disclosure_bundle.bundle(
            desk,
            found.id,
            mask=masked,
            purpose=purpose,
            by=whom,
            front=lambda one: pages.render("sv", "pages/bundle.html", {"b": one}),
        )
        action = access_log.PUBLIC_COPY if masked else access_log.BUNDLE
        await access_log.note(desk, whom, action, found.id)
        return body

    _new_file(target)
    _write(target, with_desk(work))
    click.echo(str(target))


def _new_file(target: Path) -> None:
    """What is handed out never takes the place of what was handed out before."""
    if target.exists():
        raise GranskaError("files.exists", path=target.name)


def _write(target: Path, body: bytes) -> None:
    """For the owner's eyes only, from the first byte."""
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(body)


@click.command("subject-access")
@click.option("--request", required=True, metavar="NUMBER", help="The diary number of the person's own request.")
@click.option("--person", default="", help="The name the person gave.")
@click.option("--organisation", default="", metavar="NUMBER", help="Or the association's number.")
@click.option("--out", "target", type=_NEW, required=True, help="The JSON file to write.")
@_BY
@told
def subject_access_command(request: str, person: str, organisation: str, target: Path, by: str) -> None:
    """Collect all that is kept about one person or association, at their own request (GDPR 15)."""

    async def work(desk: Desk, settings: Settings) -> dict[str, Any]:
        asked = subject_access.Asked(request=request, organisation=organisation, person=person)
        whom = await user_called(desk, by)
        found = await subject_access.export(desk, asked, by=whom)
        for one in found["cases"]:
            await access_log.note(desk, whom, access_log.EXPORTED, one["id"])
        return found

    _new_file(target)
    found = with_desk(work)
    _write(target, (json.dumps(found, ensure_ascii=False, indent=2) + "\n").encode())
    say("cli.subject.written", file=str(target), cases=len(found["cases"]), incidents=len(found["incidents"]))


@click.command()
@click.argument("target", type=_NEW)
@told
def backup(target: Path) -> None:
    """Write a copy of everything to TARGET (zip) while the service goes on. Sign-ins and the signing key stay here."""
    _new_file(target)
    counts = asyncio.run(app.write_backup(from_environment(), target))
    say("cli.backup.written", file=str(target), cases=counts["case_file"], entries=counts["log_entry"])


@click.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--checkpoints",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Exported checkpoints that the restored log must go on from.",
)
@told
def restore(source: Path, checkpoints: Path | None) -> None:
    """Put the backup SOURCE into an empty data folder, or the empty database that GRANSKA_DATABASE names.

    The restored log is verified, and must reach every exported checkpoint; what does not hold is not left there.
    Moving from SQLite to PostgreSQL is a backup and a restore: the log's root stays the same.
    """
    exported = read_exported(checkpoints) if checkpoints else None
    result = asyncio.run(app.restore_backup(from_environment(), source, exported))
    say_verified(result, tables=True)
    if not result.ok:
        say("cli.restore.wrong", err=True)
        sys.exit(1)
    say("cli.restore.done")
