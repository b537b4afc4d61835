"""A season as it is published."""

from collections import Counter

from tests.servers import Service


def test_a_season_is_published_with_all_that_is_needed_to_redo_it(lite: Service) -> None:
    petter, ronja = lite.signed_in("petter"), lite.signed_in("ronja")
    assert petter.send("/seasons/2027-varen/share").status_code == 303
    page = petter.get("/seasons/2027-varen").text
    assert "Lokalen gick till någon annan." in page
    assert "Enbackens Ungdomsgympa" in page
    assert "Samma resultat" in ronja.send("/seasons/2027-varen/again").text
    told = lite.api().get("/api/v1/seasons/2027-varen").json()
    assert len(told["seed"]) == 64
    assert "Enbackens" not in str(told)
    by_class: dict[int, int] = Counter()
    for one in told["applications"]:
        by_class[one["priority"]] += sum(wish["given"] is not None for wish in one["wishes"])
    assert by_class[1] == 4
    assert by_class[4] == 0, "the hall went to children and young people"
    before = petter.get("/seasons/2027-varen").text
    assert petter.send("/seasons/2027-varen/share").status_code == 422, "doing it anew takes a reason"
    assert petter.send("/seasons/2027-varen/share", reason="För säkerhets skull.").status_code == 303
    after = lite.api().get("/api/v1/seasons/2027-varen").json()
    assert after == told, "the same lot, the same result"
    assert before
    assert petter.send("/seasons/2027-varen/book").status_code == 303
    case_id = told["applications"][0]["id"]
    assert " ".join(petter.opened(case_id).split()).count("Preliminärbokad till") > 15
    assert petter.send("/seasons/2027-varen/share", reason="Igen.").status_code == 403, (
        "what is held is changed case by case"
    )
    assert lite.run("log", "verify").returncode == 0
