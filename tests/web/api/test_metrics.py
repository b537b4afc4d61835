"""How the service runs, for whoever watches over it: behind a key of its own, in the format that Prometheus reads."""

import time

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.servers import PATIENCE, Service


def families(service: Service, key: str) -> dict[str, dict[str, float]]:
    answer = httpx.get(f"{service.url}/metrics", headers={"Authorization": f"Bearer {key}"}, timeout=PATIENCE)
    assert answer.status_code == 200, answer.text
    found: dict[str, dict[str, float]] = {}
    for family in text_string_to_metric_families(answer.text):
        found[family.name] = {sample.labels.get("job", ""): sample.value for sample in family.samples}
    return found


def test_every_job_has_its_runs_its_failures_and_its_lag(lite: Service) -> None:
    made = lite.run("keys", "add", "övervakning", "--right", "metrics", "--by", "adam@demo.example")
    key = made.stdout.strip().split()[-1]
    until = time.monotonic() + PATIENCE
    while len(families(lite, key)["granska_job_runs"]) < 10 and time.monotonic() < until:
        time.sleep(0.2)

    found = families(lite, key)
    assert set(found["granska_job_runs"]) == {
        "screening", "sweep", "dry-run", "doors", "deadlines", "holds", "checkpoints", "lists", "erasure",
        "erasure-due",
        "indexes",
    }  # fmt: skip
    assert set(found["granska_job_failures"].values()) == {0.0}
    assert all(lag < 120 for lag in found["granska_job_lag_seconds"].values())
    assert found["granska_log_entries"][""] > 10


def test_it_is_shut_to_whoever_has_another_key_or_none(lite: Service) -> None:
    assert httpx.get(f"{lite.url}/metrics").status_code == 401
    with lite.api() as api:
        assert api.get("/metrics").status_code == 403
