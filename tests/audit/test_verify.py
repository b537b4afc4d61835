"""A log that someone has meddled with: which entry is named, and as what."""

import json
import random
from dataclasses import dataclass, replace
from typing import Any

import pytest

from service.audit.canonical import canonical
from service.audit.checkpoint import Checkpoint
from service.audit.leaf import encode
from service.audit.merkle import Frontier, leaf_hash, root
from service.audit.verify import Depth, LogCheck, Report, verify_rows
from service.domain.events.event import Actor, ActorKind, Event, EventData
from service.domain.events.fields import RuleSetRef
from service.domain.events.intake import CaseReceived, CaseReleased, CaseTaken
from service.domain.events.office import RightGranted, RightWithdrawn, UserCreated
from service.domain.ledger.ledger import Ledger


@dataclass(frozen=True)
class Entry:
    seq: int
    leaf: str
    hash: str


def verify_entries(log: list[Entry], *, nodes: list[bytes] | None = None, **options: Any) -> Report:
    rows = [(one.seq, one.leaf.encode(errors="surrogateescape"), one.hash.encode()) for one in log]
    if nodes is None:
        return verify_rows(rows, **options)
    check = LogCheck(**options)
    check.nodes(check.add(rows), nodes)
    return check.done()


CASE = "00000000-0000-4000-8000-0000000000c1"


def a_log(size: int = 40) -> list[Entry]:
    """A log of cases taken and released, by way of the real encoder."""
    person = Actor(ActorKind.PERSON, "u-abcdefghij")
    entries = []
    for seq in range(size):
        case = f"{seq // 2:08d}-0000-4000-8000-0000000000c1"
        data = CaseTaken(owner=CASE, before=None) if seq % 2 == 0 else CaseReleased(before=CASE)
        leaf = encode(Event(data, person, 1_790_000_000_000 + seq, case=case), seq)
        entries.append(Entry(seq, leaf, leaf_hash(leaf.encode()).hex()))
    return entries


def first_fault(entries: list[Entry]) -> tuple[int | None, str] | None:
    faults = verify_entries(entries).faults
    return (faults[0].seq, faults[0].kind) if faults else None


def rehashed(entry: Entry, leaf: str) -> Entry:
    return Entry(entry.seq, leaf, leaf_hash(leaf.encode(errors="surrogatepass")).hex())


def test_an_untouched_log_has_no_fault() -> None:
    report = verify_entries(a_log())

    assert report.ok
    assert report.size == 40


def test_names_the_entry_that_was_edited() -> None:
    log = a_log()
    log[17] = replace(log[17], leaf=log[17].leaf.replace("released", "reoeased"))

    assert first_fault(log) == (17, "changed")


def test_an_edit_with_its_hash_recomputed_changes_the_root() -> None:
    log, before = a_log(), verify_entries(a_log()).root
    log[17] = rehashed(log[17], log[17].leaf.replace("c1", "c2"))

    assert verify_entries(log).root != before


def test_names_where_an_entry_was_taken_out() -> None:
    log = a_log()
    del log[9]

    assert first_fault(log) == (9, "gap")


def test_sees_two_entries_that_changed_places() -> None:
    log = a_log()
    log[3], log[4] = replace(log[4], seq=3), replace(log[3], seq=4)

    assert first_fault(log) == (3, "moved")


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (lambda leaf: leaf.replace('"v":1', '"v": 1'), "unreadable"),
        (lambda leaf: leaf.replace('"v":1', '"v":1.0'), "unreadable"),
        (lambda leaf: leaf[:-5], "unreadable"),
        (lambda leaf: "[]", "not-an-entry"),
        (lambda leaf: leaf.replace("case:released", "case:forgotten"), "unknown-type"),
        (lambda leaf: canonical(json.loads(leaf) | {"actor": {"kind": "system", "id": "system"}}), "actor-not-allowed"),
        (lambda leaf: canonical(json.loads(leaf) | {"data": {"before": "Anna Andersson"}}), "schema"),
        (lambda leaf: canonical(json.loads(leaf) | {"extra": 1}), "not-an-entry"),
        (lambda leaf: canonical(json.loads(leaf) | {"actor": 7}), "not-an-entry"),
        (lambda leaf: canonical(json.loads(leaf) | {"case": None}), "case-missing"),
    ],
)  # fmt: skip
def test_tells_kinds_of_fault_apart_even_when_the_hash_was_recomputed(spoil: object, kind: str) -> None:
    log = a_log()
    log[5] = rehashed(log[5], spoil(log[5].leaf))  # type: ignore[operator]

    assert first_fault(log) == (5, kind)


def test_an_entry_that_does_not_follow_from_those_before_it_is_a_fault() -> None:
    report = verify_entries(a_log(2), ledger=Ledger())

    assert (report.faults[0].seq, report.faults[0].kind) == (0, "does-not-follow")


@pytest.mark.parametrize(
    ("right", "withdrawn", "fault"),
    [
        ("role:association_officer", False, None),
        ("role:association_officer", True, "does-not-follow"),
        ("role:auditor", False, "does-not-follow"),
        ("delegation:F1", False, "does-not-follow"),
    ],
)
def test_whoever_caused_an_event_held_a_right_that_may_when_they_did(
    right: str, withdrawn: bool, fault: str | None
) -> None:
    setup, key = Actor(ActorKind.SYSTEM, "system"), Actor(ActorKind.KEY, "k-abcdefghij")
    admin, officer = Actor(ActorKind.PERSON, "u-adminadmin"), Actor(ActorKind.PERSON, "u-abcdefghij")
    people = ((CASE.replace("c1", "a1"), admin.id, "role:administrator"), (CASE.replace("c1", "a2"), officer.id, right))
    events: list[Event[EventData]] = []
    for user, pseudonym, held in people:
        created = UserCreated(user=user, pseudonym=pseudonym, value="a" * 64, credential="b" * 64, temporary=False)
        granted = RightGranted(grant=user.replace("00a", "00b"), user=user, right=held, proposal=None)
        events += [Event(created, setup, 1), Event(granted, setup, 1)]
    events.append(Event(a_case_received(), key, 2, case=CASE))
    if withdrawn:
        taken_back = RightWithdrawn(grant=granted.grant, user=granted.user, right=right)
        events.append(Event(taken_back, admin, 3))
    events.append(Event(CaseTaken(owner=people[1][0], before=None), officer, 4, case=CASE))
    leaves = [encode(event, seq) for seq, event in enumerate(events)]
    log = [Entry(seq, leaf, leaf_hash(leaf.encode()).hex()) for seq, leaf in enumerate(leaves)]

    faults = verify_entries(log, ledger=Ledger()).faults

    # What has to come before it is left out here; tests/proof/test_order.py asks for that.
    kinds = [(one.seq, one.kind) for one in faults if not one.kind.startswith("order-")]
    assert kinds == ([(len(log) - 1, fault)] if fault else [])


def a_case_received() -> CaseReceived:
    return CaseReceived(
        diary_number="HV 2026/1", kind="grant", type="verksamhetsbidrag", organisation=CASE, organisation_value="a" * 64,
        amount_ore=1, hirer=None, channel="paper", received="2026-11-26T10:00:00.000Z", due="2026-12-26", lookup="b" * 64,
        rules=RuleSetRef("r", "c" * 64), application=(), speakers=None,
    )  # fmt: skip


def test_no_flipped_bit_goes_unseen_and_none_makes_the_verifier_fall() -> None:
    log, rng = a_log(), random.Random(2026)
    for _ in range(400):
        seq = rng.randrange(len(log))
        body = bytearray(log[seq].leaf.encode())
        body[rng.randrange(len(body))] ^= 1 << rng.randrange(8)
        damaged = list(log)
        damaged[seq] = replace(log[seq], leaf=body.decode(errors="surrogateescape"))

        fault = first_fault(damaged)

        assert fault is not None
        assert fault[0] == seq


def test_a_tree_that_was_not_rebuilt_gives_the_edit_away() -> None:
    frontier, nodes = Frontier(), list[bytes]()
    for one in a_log():
        nodes += [node.hex().encode() for _, _, node in frontier.add(bytes.fromhex(one.hash))]
    log = a_log()
    log[6] = rehashed(log[6], log[6].leaf.replace("c1", "c2"))

    faults = verify_entries(log, nodes=nodes).faults

    assert verify_entries(a_log(), nodes=nodes).ok
    assert [(one.seq, one.kind) for one in faults] == [(7, "tree-node")], "the node over 6 and 7"


def checkpoints(log: list[Entry], *sizes: int) -> list[Checkpoint]:
    return [Checkpoint("x", size, root(bytes.fromhex(one.hash) for one in log[:size])) for size in sizes]


def test_a_log_written_anew_does_not_meet_its_old_checkpoints() -> None:
    log, signed = a_log(), checkpoints(a_log(), 8, 16, 32)
    log[17] = rehashed(log[17], log[17].leaf.replace("c1", "c2"))

    assert verify_entries(a_log(), checkpoints=signed).ok
    report = verify_entries(log, checkpoints=signed)
    assert [(one.seq, one.kind, one.detail) for one in report.faults] == [(16, "rewritten", "16-31")]


def test_exported_hashes_name_the_very_entry() -> None:
    log, hashes = a_log(), [bytes.fromhex(one.hash) for one in a_log()]
    log[17] = rehashed(log[17], log[17].leaf.replace("c1", "c2"))

    report = verify_entries(log, checkpoints=checkpoints(a_log(), 8, 32), expected=hashes.__getitem__)

    assert [(one.seq, one.kind) for one in report.faults] == [(17, "rewritten")]


def test_a_log_that_was_cut_off_lacks_what_was_signed() -> None:
    report = verify_entries(a_log(20), checkpoints=checkpoints(a_log(), 32))

    assert [(one.seq, one.kind) for one in report.faults] == [(20, "truncated")]


def test_says_how_far_the_log_is_signed() -> None:
    report = verify_entries(a_log(), checkpoints=checkpoints(a_log(), 8, 32))

    assert (report.signed, report.unsigned) == (32, 8)


@pytest.mark.parametrize("depth", [Depth.HASHES, Depth.CANONICAL])
def test_a_quicker_look_finds_what_it_looks_for(depth: Depth) -> None:
    log = a_log()
    log[5] = rehashed(log[5], log[5].leaf.replace('"v":1', '"v":1.0'))
    assert verify_entries(a_log(), depth=depth).ok
    assert bool(verify_entries(log, depth=depth).faults) is (depth is Depth.CANONICAL)
    log[5] = replace(log[5], hash="00" * 32)
    assert "changed" in {one.kind for one in verify_entries(log, depth=depth).faults}
