"""What has turned up and waits, and a dry run for whoever asks."""

import time

from tests.servers import PATIENCE, Service


def test_a_dry_run_is_made_by_the_worker_and_shown_on_the_page(lite: Service) -> None:
    samir = lite.signed_in("samir")
    page = samir.get("/reassessments").text
    assert "Provkör nu" in page
    assert samir.send("/reassessments/dry-run").status_code == 303

    until = time.monotonic() + PATIENCE
    while "skulle läggas fram" not in page and time.monotonic() < until:
        time.sleep(0.3)
        page = samir.get("/reassessments").text

    assert "0 skulle läggas fram" in page


def test_an_auditor_sees_what_waits_and_asks_for_nothing(lite: Service) -> None:
    siv = lite.signed_in("ronja")

    assert "Provkör nu" not in siv.get("/reassessments").text


def test_the_administrator_sees_every_job(lite: Service) -> None:
    adam = lite.signed_in("adam")
    until = time.monotonic() + PATIENCE
    while "Kontrollerna" not in (page := adam.get("/jobs").text) and time.monotonic() < until:
        time.sleep(0.3)

    assert "Jämföra allt stöd på nytt" in page
    assert lite.signed_in("alva").get("/jobs").status_code == 403
