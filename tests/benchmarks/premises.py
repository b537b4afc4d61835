"""`make bench-premises`: the calendar with a million bookings, a series, a season; each beside a peer in the same run."""

import json
import os
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import httpx

from service.bookings.scheduling.allocation import allocate, first_come, overlapping
from service.domain.premises import LONGEST_SECONDS, day_span, instant
from tests.benchmarks.__main__ import spread, timed
from tests.benchmarks.town import a_town, hours
from tests.builders import a_premises_document
from tests.servers import Service, a_cluster, new_database, psql, running

ROOMS, LOOKS = 50, 200
#: Five two-hour bookings a day in every room: what a well-used house has.
STARTS = (8, 10, 12, 14, 16)


def rooms(service: Service) -> None:
    """A city's house: fifty rooms, ten of which are two halls with their parts."""
    described: list[dict[str, Any]] = []
    base = {
        "site": "stora-huset", "kind": "mote", "capacity": 40, "equipment": ["projector"], "accessibility": ["step_free"],
        "hours": "07:00-23:00", "before": 0, "after": 0, "longest": 720, "ahead_hours": 0, "ahead_days": 1100,
    }  # fmt: skip
    for number in range(ROOMS - 10):
        described.append({**base, "id": f"rum-{number:02}", "name": f"Rum {number}"})
    for hall in ("hall-x", "hall-y"):
        described.append({**base, "id": hall, "name": hall})
        described += [
            {**base, "id": f"{hall}.{part}", "parent": hall, "name": f"{hall} {part}"} for part in ("a", "b", "c", "d")
        ]
    document = {
        "sites": [{"id": "stora-huset", "name": "Stora huset", "address": "Torget 1"}],
        "rooms": described,
    }
    file = service.folder / "rooms.json"
    file.write_text(json.dumps(document))
    assert service.run("rooms", "load", str(file), "--by", "petter@demo.example").returncode == 0


def bookings(count: int, monday: date) -> Iterator[tuple[Any, ...]]:
    """So many, week by week outwards from this one, in the rooms that have no parts and in the parts of the halls."""
    places = [f"rum-{number:02}" for number in range(ROOMS - 10)] + [f"hall-{h}.{p}" for h in "xy" for p in "abcd"]
    made, week = 0, 0
    while made < count:
        for number in range(7):
            day = monday + timedelta(days=7 * week + number)
            for place, hour in product(places, STARTS):
                start = instant(day, hour * 60)
                yield (f"b{made}", place, start, start + 7200, start, start + 7200)
                made += 1
                if made == count:
                    return
        week = -week if week > 0 else 1 - week


COLUMNS = "id, room_id, position, starts_at, ends_at, taken_from, taken_to, status, alternatives, made_by, made_at"


def fill_postgres(service: Service, have: int, count: int, monday: date) -> float:
    """The same as below, on PostgreSQL."""
    file, rows = service.folder / "bookings.csv", bookings(count, monday)
    for _ in range(have):
        next(rows)
    with file.open("w") as lines:
        for id_, place, *times in rows:
            print(id_, place, 0, *times, "confirmed", "[]", "x", 0, sep=",", file=lines)
    began = time.perf_counter()
    psql(service.environment["GRANSKA_DATABASE"], f"\\copy booking ({COLUMNS}) FROM '{file}' WITH (FORMAT csv)")
    took = time.perf_counter() - began
    psql(service.environment["GRANSKA_DATABASE"], "VACUUM ANALYZE")
    return took


def fill(service: Service, have: int, count: int, monday: date) -> float:
    """Write the rows with the guards on, past the log, which the calendar does not read."""
    if service.environment["GRANSKA_DATABASE"]:
        return fill_postgres(service, have, count, monday)
    database = sqlite3.connect(service.folder / "granska.sqlite", timeout=60)
    database.execute("PRAGMA synchronous = OFF")
    rows = bookings(count, monday)
    for _ in range(have):
        next(rows)
    began = time.perf_counter()
    with database:
        database.executemany(
            f"INSERT INTO booking ({COLUMNS}) VALUES (?, ?, 0, ?, ?, ?, ?, 'confirmed', '[]', 'x', 0)",
            rows,
        )
    took = time.perf_counter() - began
    database.execute("ANALYZE")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return took


def looked(act: Callable[[], httpx.Response]) -> list[float]:
    for _ in range(5):
        assert act().status_code == 200
    return [timed(act) for _ in range(LOOKS)]


def calendar(service: Service, count: int, monday: date) -> dict[str, float]:
    petter = service.signed_in("petter")
    kept = httpx.Client(base_url=service.url, cookies=petter.client.cookies, timeout=30)
    api = httpx.Client(base_url=service.url, headers={"Authorization": f"Bearer {service.key}"}, timeout=30)
    found = {}
    for name, act in (
        ("week, 50 rooms, page", lambda: kept.get(f"/calendar?site=stora-huset&view=week&date={monday}")),
        ("week, 50 rooms, API", lambda: api.get(f"/api/v1/availability?site=stora-huset&from={monday}&days=7")),
        ("day of one room, with names", lambda: kept.get(f"/calendar?room=rum-07&view=day&date={monday}")),
        ("month, 50 rooms, page", lambda: kept.get(f"/calendar?site=stora-huset&view=month&date={monday}")),
        (
            "search: 30 persons, projector, step-free",
            lambda: kept.get(
                f"/calendar/search?persons=30&date={monday}&from=18:00&to=20:00&equipment=projector&access=step_free"
            ),
        ),
        (
            "the phone: a taken time, with alternatives",
            lambda: kept.get(f"/book?room=rum-07&date={monday}&from=10:00&to=12:00&number=802999-0093&use=mote"),
        ),
    ):
        times = looked(act)
        found[name] = statistics.median(times)
        print(f"  {name}: {spread(times)}")
    kept.close()
    api.close()
    return found


def peer(service: Service, monday: date) -> None:
    """The same week asked for without the bound on how long a booking can be: as the question is usually put."""
    database = sqlite3.connect(service.folder / "granska.sqlite")
    week = day_span(monday, 7)
    names = [one for (one,) in database.execute("SELECT id FROM room WHERE site_id = 'stora-huset'")]
    marks = ", ".join("?" for _ in names)
    question = (
        f"SELECT room_id, group_concat(taken_from || '-' || taken_to) FROM booking_slot WHERE room_id IN ({marks}) "
        "AND taken_from < ? AND taken_to > ?{bound} GROUP BY room_id"
    )
    bounded = question.replace("{bound}", f" AND taken_from > {week.start - LONGEST_SECONDS}")
    naive = question.replace("{bound}", "")
    args = (*names, week.end, week.start)
    assert database.execute(bounded, args).fetchall() == database.execute(naive, args).fetchall()
    ours = statistics.median(timed(lambda: database.execute(bounded, args).fetchall()) for _ in range(20))
    theirs = statistics.median(timed(lambda: database.execute(naive, args).fetchall()) for _ in range(3))
    print(
        f"  the question alone: {ours * 1000:.1f} ms; without the bound {theirs * 1000:.0f} ms ({theirs / ours:.0f} ×)"
    )
    database.close()


def series(service: Service) -> None:
    """104 Tuesdays of which ten are taken, handed in over HTTP."""
    api = httpx.Client(base_url=service.url, headers={"Authorization": f"Bearer {service.key}"}, timeout=30)
    took = []
    for number in range(10):
        room = f"rum-{number:02}"
        first = date.today() + timedelta(days=(1 - date.today().weekday()) % 7 + 7)  # noqa: DTZ011
        for week in range(10):
            day = first + timedelta(days=7 * (10 * week))
            held = {"room": room, "date": day.isoformat(), "from": "19:00", "to": "20:00"}
            assert api.post("/api/v1/holds", json=held).status_code == 201
        document = a_premises_document(
            room=room, date=first.isoformat(), expected_number=20,
            series={"rule": "FREQ=WEEKLY;BYDAY=TU;COUNT=104", "leave_out_free_days": False}, **{"from": "18:00", "to": "20:00"},
        )  # fmt: skip
        document["organisation"] = {"name": f"Förening {number}", "org_number": None}
        began = time.perf_counter()
        answer = api.post("/api/v1/applications", json=document)
        took.append(time.perf_counter() - began)
        made = api.get(f"/api/v1/applications/{answer.json()['id']}/bookings").json()["bookings"]
        missed = [one for one in made if one["status"] == "missed"]
        assert (len(made), len(missed)) == (104, 10), (len(made), len(missed))
        assert all(one["alternatives"] for one in missed)
    print(f"series of 104 with 10 collisions, over HTTP, one transaction: {spread(took)}")
    api.close()


def season() -> None:
    """300 groups, 40 rooms; the weekly pattern is the same all 25 weeks."""
    estate, asks = a_town(300, 40)
    cpu, wall = time.process_time(), time.perf_counter()
    given = allocate(estate, asks, "frö")
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    again = allocate(estate, asks, "frö")
    greedy = first_come(estate, asks)
    wanted = sum(wish.minutes for ask in asks if ask.order == 1 for wish in ask.wishes) / 60
    print(
        f"season, 300 groups, 40 rooms: {cpu:.2f} s of one core ({wall:.2f} s), same again: {given == again}, overlaps: "
        f"{len(overlapping(estate, asks, given))}; highest class {hours(asks, given, 1) * 25:.0f} of {wanted * 25:.0f} "
        f"hours in 25 weeks, first come {hours(asks, greedy, 1) * 25:.0f}"
    )


def main() -> None:
    print(f"Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}, {os.cpu_count()} cores")
    season()
    today = date.today()  # noqa: DTZ011
    monday = today + timedelta(days=7 - today.weekday())
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as service:
        house(service, monday)
        peer(service, monday)
    if not shutil.which("psql"):
        print("PostgreSQL is not installed, so it was not measured")
        return
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "pg").mkdir()
        (Path(folder) / "data").mkdir()
        with a_cluster(Path(folder) / "pg") as cluster:
            version = psql(f"{cluster}/postgres", "SHOW server_version").split()[0]
            print(f"PostgreSQL {version}, as it comes")
            with running(Path(folder) / "data", new_database(cluster)) as service:
                house(service, monday)


def house(service: Service, monday: date) -> None:
    """All that is asked of one database."""
    rooms(service)
    series(service)
    measured: dict[int, dict[str, float]] = {}
    have = 0
    for count in (10_000, 1_000_000):
        took = fill(service, have, count, monday)
        print(f"{count:,} bookings ({(count - have) / took:,.0f} a second into the guarded tables):")
        measured[count] = calendar(service, count, monday)
        have = count
    for name, before in measured[10_000].items():
        print(f"  {name}: {measured[1_000_000][name] / before:.2f} × the time at 10,000")


if __name__ == "__main__":
    main()
