"""What is measured still runs: the log's benchmark, with a thousandth of what it measures."""

import pytest

from tests.benchmarks import log


def test_the_benchmark_of_the_log_runs(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(log, "WRITES", 2)
    monkeypatch.setattr(log, "ENTRIES", 5000)
    monkeypatch.setattr(log, "CASES", 3)
    monkeypatch.setattr("sys.argv", ["log", "overhead", "replay"])

    log.main()

    said = capfd.readouterr().out
    assert "committed write, signed" in said
    assert "replay: 3 cases" in said
    assert ", 0 cases differ" in said


def test_the_benchmark_of_verification_fills_a_log_that_holds(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import asyncio

    from service import app
    from service.settings import Settings

    folder = tmp_path_factory.mktemp("log")
    monkeypatch.setattr(log, "ENTRIES", 5000)
    asyncio.run(app.migrate_database(Settings(data=str(folder))))
    log.a_million(folder)
    asyncio.run(log.verification(folder))

    assert "verify, canonical" in capfd.readouterr().out
