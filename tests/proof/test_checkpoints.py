"""Signing, sending out, changing keys, and what a stranger can be handed."""

import json
import stat
from pathlib import Path

import pytest

from service.audit.checkpoint import body_of, read_checkpoint, read_receipt, unsigned, verify_receipt
from service.audit.note import read_verifying_key
from service.desk import actors
from service.desk.ports.desk import Desk
from service.domain.errors import GranskaError, NotAllowed
from service.proof import checkpoints, inclusion_proofs
from service.proof.exported import read_exported
from service.proof.verification import verify_log
from service.settings import Settings
from tests.steps import decided_case, someone

ROOT = b"\0" * 32


async def test_the_log_is_signed_once_for_each_size(desk: Desk) -> None:
    first = await checkpoints.sign_log(desk)
    again = await checkpoints.sign_log(desk)
    await someone(desk, "Alva")
    later = await checkpoints.sign_log(desk)

    assert (first.fresh, again.fresh, later.fresh) == (True, False, True)
    assert again.note == first.note
    found = read_checkpoint(later.note, desk.keys.known())
    async with desk.store.reading() as reading:
        assert (found.size, found.root) == (later.size, await reading.log_root(later.size))
        proof = await reading.log_consistency(first.size, later.size)
    from service.audit.merkle import verify_consistency

    assert verify_consistency(first.size, later.size, unsigned(body_of(first.note)).root, found.root, proof)
    result = await verify_log(desk)
    assert (result.ok, result.report.unsigned) == (True, 0)


async def test_the_key_is_its_owners_and_one_that_others_read_is_refused(desk: Desk, settings: Settings) -> None:
    path = Path(settings.data) / "keys" / "log.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)

    with pytest.raises(GranskaError, match="readable_by_others"):
        await checkpoints.sign_log(desk)


async def test_two_checkpoints_that_contradict_each_other_are_never_signed(desk: Desk) -> None:
    signed = await checkpoints.sign_log(desk)
    key = desk.keys.signing()
    assert key is not None
    await someone(desk, "Alva")
    from service.audit.checkpoint import Checkpoint

    async with desk.store.writing() as writing:
        size = await writing.log_size()
        await writing.checkpoint_signed(size, Checkpoint(key.name, size, ROOT).signed(key), 1)
    await someone(desk, "Bo")

    with pytest.raises(GranskaError, match="contradiction"):
        await checkpoints.sign_log(desk)
    assert {one.kind for one in (await verify_log(desk)).report.faults} == {"rewritten"}
    assert signed.fresh


async def test_a_new_key_is_vouched_for_by_the_old_and_old_checkpoints_stay_good(
    desk: Desk, settings: Settings, tmp_path: Path
) -> None:
    first = await checkpoints.sign_log(desk)
    day_one = desk.keys.known()
    adam, alva = await someone(desk, "Adam", "role:administrator"), await someone(desk, "Alva")
    with pytest.raises(NotAllowed):
        await checkpoints.rotate_key(desk, by=actors.person(alva))

    new = await checkpoints.rotate_key(desk, by=actors.person(adam))

    assert str(new) not in {str(one) for one in day_one}
    assert read_checkpoint(first.note, day_one).size == first.size
    result = await verify_log(desk, keys=day_one)
    assert (result.ok, result.report.unsigned) == (True, 0), "the auditor needs the first day's key only"


async def test_a_key_that_nobody_vouches_for_is_not_believed(desk: Desk) -> None:
    await checkpoints.sign_log(desk)
    day_one = desk.keys.known()
    adam = await someone(desk, "Adam", "role:administrator")

    await checkpoints.rotate_key(desk, by=actors.person(adam), lost=True)

    assert (await verify_log(desk)).ok, "we know our own keys"
    assert {one.kind for one in (await verify_log(desk, keys=day_one)).report.faults} == {"checkpoint"}


# --- Out of the house -------------------------------------------------------------------------------------------------


# --- In the hand ------------------------------------------------------------------------------------------------------


async def test_a_receipt_proves_a_decision_to_a_stranger(desk: Desk) -> None:
    case_id, number = await decided_case(desk)

    [proof] = await inclusion_proofs.prove_case(desk, number, every=False)

    async with desk.store.reading() as reading:
        _, line = await checkpoints.origin_of(reading)
    receipt = read_receipt(proof.receipt.text())
    assert verify_receipt(receipt, proof.leaf, [read_verifying_key(line)]).size > receipt.index
    assert json.loads(proof.leaf)["case"] == case_id


def test_a_folder_without_checkpoints_is_no_proof(tmp_path: Path) -> None:
    with pytest.raises(GranskaError, match="no_checkpoints"):
        read_exported(tmp_path)
