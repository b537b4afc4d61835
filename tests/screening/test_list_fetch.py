"""Lists that have an address are fetched from there by the service, through the same gate as any file."""

import json
from pathlib import Path

import pytest

from service import worker
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.domain.errors import ListRefused, RuleSetRefused
from service.domain.people import User
from service.domain.watchlist import ListState
from service.office.rule_set_adoption import adopt_at_setup
from service.proof.verification import verify_log
from service.screening import list_settling
from service.screening.list_fetch import Marks, fetch_lists
from tests.builders import RULES_2026
from tests.fakes import Clock
from tests.hostile import HEAD, sent, server
from tests.list_files import EARLIER, LATER, ROWS, a_list
from tests.steps import someone

UNCHANGED = b"HTTP/1.1 304 Not Modified\r\n\r\n"


@pytest.fixture
async def owner(desk: Desk) -> User:
    return await someone(desk, "Siv", "role:coordinator")


def answer(body: bytes, etag: str) -> bytes:
    return HEAD + f'ETag: "{etag}"\r\nContent-Length: {len(body)}\r\n\r\n'.encode() + body


async def from_address(desk: Desk, address: str) -> None:
    """A rule set in force whose list has this address."""
    text = RULES_2026.read_text("utf-8").replace('id = "granvik-2026-1"', 'id = "granvik-2026-9"', 1)
    text = text.replace("valid_from = 2026-07-01", "valid_from = 2026-07-02", 1)
    text = text.replace('key = "demo"\n', f'key = "demo"\naddress = "{address}"\n', 1)
    await adopt_at_setup(desk, text)


async def states(desk: Desk) -> list[str]:
    async with desk.store.reading() as reading:
        return [version.state for version in await reading.list_versions()]


async def test_what_comes_goes_through_the_gate_and_is_asked_for_again_only_when_changed(
    desk: Desk, owner: User, clock: Clock
) -> None:
    whole, less = a_list(ROWS, EARLIER), a_list(ROWS[:5], LATER)
    answers = [sent(answer(whole, "1")), sent(UNCHANGED), sent(answer(less, "2")), sent(UNCHANGED)]
    marks: Marks = {}
    with server(*answers) as address:
        await from_address(desk, address)
        [first], marks = await fetch_lists(desk, marks)
        assert first.imported is not None
        assert first.imported.state is ListState.HELD, "all of the demo's own entries are gone"
        await list_settling.activate(desk, first.imported.version, "Läst.", by=person(owner))
        clock.forward(days=2)
        [unchanged], marks = await fetch_lists(desk, marks)
        assert (unchanged.imported, unchanged.error) == (None, None)
        async with desk.store.reading() as reading:
            assert (await reading.active_lists())["demo"].as_of == clock.at, "known to be current today"
        [third], marks = await fetch_lists(desk, marks)
        assert third.imported is not None
        assert third.imported.state is ListState.HELD
        clock.forward(days=1)
        await fetch_lists(desk, marks)

    async with desk.store.reading() as reading:
        active = (await reading.active_lists())["demo"]
    assert (active.version, active.as_of) == (first.imported.version, clock.at - 86_400_000), (
        "what waits gets no younger"
    )
    assert (await verify_log(desk)).ok


async def test_what_a_person_rejected_is_not_held_again_every_night(desk: Desk, owner: User) -> None:
    with server(sent(answer(a_list(ROWS, EARLIER), "1"))) as address:
        await from_address(desk, address)
        [first], _ = await fetch_lists(desk, {})
        assert first.imported is not None
        await list_settling.reject(desk, first.imported.version, "Fel lista.", by=person(owner))

        [again], _ = await fetch_lists(desk, {})

    assert (again.imported, again.error) == (None, None)
    assert sorted(await states(desk)) == [ListState.ACTIVE, ListState.REJECTED]


async def test_a_refused_fetch_fails_the_job_where_it_is_seen_and_changes_nothing(desk: Desk) -> None:
    before = await states(desk)
    with server(sent(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n")) as address:
        await from_address(desk, address)
        job = next(job for job in worker.jobs(sign_every_ms=1000) if job.name == "lists")
        await worker.Worker(desk, (job,)).once(job)
        [result], _ = await fetch_lists(desk, {})

    state = (await desk.jobs.states())["lists"]
    assert (state.failures, state.error) == (1, "fetch.status")
    assert isinstance(result.error, ListRefused)
    assert await states(desk) == before


async def test_the_job_remembers_what_it_saw(desk: Desk) -> None:
    with server(sent(answer(a_list(ROWS, EARLIER), "abc"))) as address:
        await from_address(desk, address)
        job = next(job for job in worker.jobs(sign_every_ms=1000) if job.name == "lists")
        await worker.Worker(desk, (job,)).once(job)

    state = (await desk.jobs.states())["lists"]
    assert (state.said, json.loads(state.mark)["demo"]["seen"][0]) == ("1", '"abc"')


@pytest.mark.parametrize("address", ["http://example.org/x", "ftp://example.org/x", "https://", "/etc/passwd"])
async def test_a_rule_set_names_only_encrypted_addresses(desk: Desk, address: str, tmp_path: Path) -> None:
    with pytest.raises(RuleSetRefused):
        await from_address(desk, address)
