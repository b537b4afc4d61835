"""Commands on the log."""

import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import click

from service.audit.checkpoint import read_receipt, verify_receipt
from service.audit.note import BadKey, BadNote, read_verifying_key
from service.audit.verifier import verifier_digest
from service.audit.verify import Depth, Fault
from service.cli.common import MOST_SAID, catalogue, say, told
from service.cli.with_desk import user_called, with_desk
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.domain.errors import GranskaError
from service.proof import verification
from service.proof.checkpoints import Sent, Signed, origin_of, rotate_key, send_checkpoints, sign_log
from service.proof.exported import read_exported
from service.proof.inclusion_proofs import prove_case
from service.proof.log_handout import entries_as_lines
from service.screening.list_indexes import wrong_indexes
from service.settings import Settings


@click.group()
def log() -> None:
    """The event log: verify it, show it."""


@log.command("verify")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--checkpoints",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of exported checkpoints: only they show that yesterday has not been written anew.",
)
@click.option("--key", "keys", multiple=True, metavar="KEY", help="A public key line to believe, instead of our own.")
@click.option("--fast", is_flag=True, help="Hashes, tree and signatures only.")
@click.option("--deep", is_flag=True, help="Build the lists' search indexes afresh too, and compare.")
@told
def log_verify(file: Path | None, checkpoints: Path | None, keys: tuple[str, ...], fast: bool, deep: bool) -> None:
    """Verify the whole log of the database, or an exported log FILE. The exit status is 1 when anything is wrong."""
    if file is not None:
        with file.open(encoding="utf-8", errors="surrogateescape") as lines:
            result = verification.Verification(verification.verify_exported(lines))
    else:
        result = _verified(checkpoints, keys, fast=fast, deep=deep)
    say_verified(result, tables=file is None and not fast, fast=fast)
    if not result.ok:
        sys.exit(1)


def _verified(checkpoints: Path | None, keys: tuple[str, ...], *, fast: bool, deep: bool) -> verification.Verification:
    try:
        believed = [read_verifying_key(one) for one in keys]
    except BadKey as error:
        raise GranskaError("verify.bad_key", path="--key") from error
    exported = read_exported(checkpoints) if checkpoints else None
    depth = Depth.HASHES if fast else Depth.MEANING

    async def verify(desk: Desk, settings: Settings) -> verification.Verification:
        result = await verification.verify_log(desk, depth=depth, exported=exported, keys=believed)
        if deep:
            result.wrong_indexes = await wrong_indexes(desk)
        return result

    try:
        return with_desk(verify)
    except GranskaError:
        raise
    except Exception as error:  # noqa: BLE001 - a database too broken to be opened is a fault in it, not in us
        return verification.unreadable(error)


def say_verified(result: verification.Verification, *, tables: bool, fast: bool = False) -> None:
    """What was found, as lines."""
    say("cli.log.size", count=result.report.size, root=result.report.root)
    _say_faults(result)
    if result.ok:
        say("cli.log.fast_holds" if fast else "cli.log.holds")
        if tables:
            say("cli.log.tables_hold", values=result.values, facts=result.facts)
    elif result.first is not None:
        say("cli.log.first_fault", seq=str(result.first.seq))
    for seq in result.unvouched:
        say("cli.log.unvouched", seq=seq)
    if tables:
        _say_signed(result)


def _say_faults(result: verification.Verification) -> None:
    for fault in [*result.report.faults, *result.value_faults][:MOST_SAID]:
        _say_fault("cli.log.fault", fault)
    for table, row, kind in result.table_faults[:MOST_SAID]:
        say("cli.log.table_fault", table=table, row=row, kind=kind, what=catalogue().text("sv", "fault.table"))
    for key in result.foreign_keys:
        say("cli.log.table_fault", table="keys", row=key, kind="foreign-key", what=catalogue().text("sv", "fault.key"))
    for version in result.wrong_indexes:
        say("cli.log.table_fault", table="list", row=version, kind="index", what=catalogue().text("sv", "fault.index"))
    for fault in result.reading.faults[:MOST_SAID] if result.reading else ():
        _say_fault("cli.log.access_fault", fault)


def _say_fault(code: str, fault: Fault) -> None:
    place = "-" if fault.seq is None else str(fault.seq)
    what = catalogue().text("sv", f"fault.{fault.kind}")
    say(code, seq=place, kind=fault.kind, detail=fault.detail, what=what)


def _say_signed(result: verification.Verification) -> None:
    report, access = result.report, result.reading
    say("cli.log.signed", signed=report.signed, size=report.size, exported=result.exported)
    if access is not None:
        say("cli.log.access_signed", signed=access.signed, size=access.size)
    if report.unsigned:
        say("cli.log.unsigned", first=report.signed, last=report.size - 1)


@log.command("checkpoint")
@told
def log_checkpoint() -> None:
    """Sign the log as it stands now, and send the signature to every channel that has been set up."""

    async def work(desk: Desk, settings: Settings) -> tuple[Signed, Sent]:
        signed = await sign_log(desk)
        return signed, await send_checkpoints(desk)

    signed, sent = with_desk(work)
    click.echo(signed.note, nl=False)
    say("cli.log.signed_now" if signed.fresh else "cli.log.was_signed", err=True, sent=sent.count)
    sent.check()


@log.command("key")
@told
def log_key() -> None:
    """Show the public key that the log is signed with, and the digest of verify.py; give both to the auditor."""

    async def work(desk: Desk, settings: Settings) -> str:
        async with desk.store.reading() as reading:
            return (await origin_of(reading))[1]

    click.echo(with_desk(work))
    say("cli.log.verifier", err=True, digest=verifier_digest())


@log.command("rotate-key")
@click.option("--by", required=True, metavar="EMAIL", help="The administrator who does this; stands in the log.")
@click.option("--lost", is_flag=True, help="The old key is gone, so it cannot vouch for the new one.")
@told
def log_rotate_key(by: str, lost: bool) -> None:
    """Sign with a new key from now on. Old checkpoints stay valid: the old key vouches for the new one."""

    async def work(desk: Desk, settings: Settings) -> str:
        return str(await rotate_key(desk, by=person(await user_called(desk, by)), lost=lost))

    click.echo(with_desk(work))


@log.command("prove")
@click.argument("case")
@click.option("--out", "target", type=click.Path(file_okay=False, path_type=Path), default=".", show_default=True)
@click.option("--all", "every", is_flag=True, help="A receipt for every entry of the case, not only the decision's.")
@told
def log_prove(case: str, target: Path, every: bool) -> None:
    """Write a receipt (.tlog-proof) that CASE (its diary number) stands in the log, beside the entry's exact bytes."""
    proofs = with_desk(lambda desk, settings: prove_case(desk, case, every=every))
    target.mkdir(parents=True, exist_ok=True)
    for one in proofs:
        (target / f"{one.name}.json").write_bytes(one.leaf)
        (target / f"{one.name}.tlog-proof").write_text(one.receipt.text(), "utf-8")
        click.echo(f"{target / one.name}.tlog-proof")


@log.command("check")
@click.argument("entry", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("receipt", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", required=True, metavar="KEY", help="The log's public key line, as the City has handed it out.")
@told
def log_check(entry: Path, receipt: Path, key: str) -> None:
    """Check that ENTRY (its exact bytes) stands in the log, by its RECEIPT; needs no database."""
    try:
        found = read_receipt(receipt.read_text("utf-8"))
        signed = verify_receipt(found, entry.read_bytes(), [read_verifying_key(key)])
    except (BadKey, BadNote) as error:
        raise GranskaError("verify.bad_receipt", why=str(error)) from error
    say("cli.log.proof_holds", seq=found.index, log=signed.origin, size=signed.size)


@log.command("show")
@click.option("--case", "case_id", help="Only the entries of this case (its id).")
@click.option("--json", "as_json", is_flag=True, help="Every entry with its hash, as `log verify FILE` reads it.")
@click.option(
    "--last", type=click.IntRange(1, 1_000_000), default=50, show_default=True, help="How many entries, newest last."
)
@told
def log_show(case_id: str | None, as_json: bool, last: int) -> None:
    """Show the log."""

    async def export(desk: Desk, settings: Settings) -> None:
        async for lines in entries_as_lines(desk):
            click.echo(lines, nl=False)

    async def show(desk: Desk, settings: Settings) -> None:
        async with desk.store.reading() as reading:
            for row in reversed(await reading.log_page(before=None, case_id=case_id, limit=last)):
                leaf = json.loads(row.leaf)
                where = f" {leaf['case']}" if leaf["case"] else ""
                click.echo(f"{row.seq:>7} {leaf['at']} {leaf['type']:<20} {leaf['actor']['id']}{where}")

    work: Callable[[Desk, Settings], Awaitable[None]] = export if as_json else show
    with_desk(work)  # type: ignore[arg-type]
