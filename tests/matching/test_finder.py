"""Names against a list: what is a candidate, what needs an identifier, what is neither. All names are invented."""

import time
from pathlib import Path

import pytest

from service.domain.watchlist import Candidate, Schema, Subject
from service.matching import finder as finders
from service.matching import population
from service.matching.finder import Finder
from tests.matching.comparing import ENTRIES, FINDER, an_organisation, groups


def people(name: str, *births: str) -> tuple[Candidate, ...]:
    return FINDER.find("v1", "demo", Subject(name, Schema.PERSON, births))


def codes(candidate: Candidate) -> list[str]:
    return [one.code for one in candidate.evidence]


@pytest.mark.parametrize(
    "name",
    [
        "Tarquin Vossberg", "VOSSBERG Tarquin", "Vossberg, Tarquin", "Tarkvin Wosberg", "tarquin  vossberg",
        "TarquinVossberg", "Tarquin Voss Berg", "Caspian Isidor Guldenhjelm", "Goran Sjoqvarn", "Göran Schökvarn",
        "Zebulon Krakatit", "Rostam Zarrinbush", "Halimo Osman Kvarsame Jeldon", "Isidor Guldenhjelm",
    ],
)  # fmt: skip
def test_flags_a_listed_person_in_other_spellings_orders_and_scripts(name: str) -> None:
    assert people(name), name


@pytest.mark.parametrize(
    "name",
    [
        "Tarquin Blomkvist", "Anna Andersson", "Erika Nattlöpare", "Isidor Holm", "Mohamed Varsame", "X Æ", "A. B.",
        "Idris bin Salman al-Zorqi", "Göran Sjöberg", "Rashid Zarrinbush",
    ],
)  # fmt: skip
def test_leaves_other_people_alone(name: str) -> None:
    assert people(name) == ()


def test_a_common_name_alone_asks_for_the_birth_year_and_accuses_nobody() -> None:
    [candidate] = people("Mohamed Ali Hassan")

    assert candidate.needs_identifier
    assert codes(candidate)[-2:] == ["namesakes", "settle_birth"]


def test_the_birth_date_settles_a_common_name_by_degrees() -> None:
    assert not people("Mohamed Ali Hassan", "1980-04-21")[0].needs_identifier
    assert not people("Mohamed Ali Hassan", "1980")[0].needs_identifier
    assert people("Mohamed Ali Hassan", "1981")[0].needs_identifier, "one year apart says nothing either way"
    assert people("Mohamed Ali Hassan", "1990") == ()
    weights = [people("Mohamed Ali Hassan", one)[0].score for one in ("1980-04-21", "1980-04", "1980", "1981")]
    assert weights == sorted(weights, reverse=True)


def test_about_a_year_gives_two_years_of_tolerance() -> None:
    assert codes(people("Yunis Quorvandi Al-Duri", "1962")[0])[0] == "birth_range"
    assert codes(people("Yunis Quorvandi Al-Duri", "1963")[0])[0] == "birth_one_year"


def test_no_name_alone_is_certain() -> None:
    assert people("Tarquin Vossberg")[0].score <= 980
    assert people("Tarquin Vossberg", "1971")[0].score > 980


def test_a_weak_alias_never_raises_a_candidate_alone() -> None:
    [candidate] = people("Räven")

    assert candidate.needs_identifier
    assert "weak_alias" in codes(candidate)


def test_an_association_of_another_place_or_sport_or_number_is_another_association() -> None:
    assert groups("Rosendals IK")
    assert groups("Rosendals Idrottsklubb")
    assert groups("IK Rosendal")
    assert groups("Brf Lyktan 3")
    assert groups("Navets kulturförening, Ekby")
    assert groups("Kulturfören. Navet, Ekby")
    assert groups("Askbygdens ungdomsfören.")
    for other in ("Rosendals BK", "Rosendals IF", "Björkbygdens Ungdomsförening", "Brf Lyktan 4", "Lyktans IK"):
        assert groups(other) == (), other


@pytest.mark.parametrize("name", ["AIK", "Föreningen 88", "Röda Korset", "The Group", "Brf 12"])
def test_a_name_of_nothing_but_forms_is_found_by_itself_and_asks_for_an_identifier(tmp_path: Path, name: str) -> None:
    finder = Finder(tmp_path)
    finder.build("v1", [an_organisation(name), an_organisation("Solglimt")])

    [found] = finder.find("v1", "demo", Subject(name, Schema.ORGANISATION))

    assert found.needs_identifier


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Somaliska Kulturföreningen, SKF", "Somaliska Kulturföreningen", True),
        ("Kurdiska Föreningen (KF)", "Kurdiska Föreningen", True),
        ("Föreningen Vi Unga", "Vi Unga", True),
        ("Nordisk Ungdom", "Nordiska Ungdomen", True),
        ("4:e scoutkåren Ekby", "Fjärde Scoutkåren Ekby", True),
        ("Brf Solrosen 01", "Brf Solrosen 1", True),
        ("Stift. Norrskenet", "Stiftelsen Norrskenet", True),
        ("Fackeln ideell förening", "Föreningen Fackeln", True),
        ("Björken ek. för.", "Björken ekonomisk förening", True),
        ("Hässelby Ungdomsförening", "Vällingby Ungdomsförening", False),
        ("ek.", "IK", False),
    ],
)
def test_forms_acronyms_and_abbreviations_are_understood(one: str, other: str, same: bool) -> None:
    left, right = (Subject(name, Schema.ORGANISATION) for name in (one, other))

    assert (FINDER.compare(left, right).state != "no_candidate") is same
    assert FINDER.compare(left, right).state == FINDER.compare(right, left).state


@pytest.mark.parametrize(
    "name", ["abcdefghijk" * 90, "cabd" * 250, "عبدال" * 200, "𰀀𰀁𰀂 𰀅𰀆", "ab " * 300, "1970/" * 150]
)
def test_a_long_or_rare_name_takes_no_more_than_a_moment(name: str) -> None:
    for schema in Schema:
        began = time.perf_counter()
        FINDER.find("v1", "demo", Subject(name, schema))
        FINDER.compare(Subject(name, schema), Subject(name[::-1], schema))
        assert time.perf_counter() - began < 1.0


def test_an_equal_organisation_number_outranks_the_name_and_another_weighs_against() -> None:
    [same] = groups("Föreningen Solglimt", "8029990044")
    assert not same.needs_identifier
    assert codes(same)[0] == "number_same"

    [other] = groups("Järnvargarnas Stridsförbund", "802999-0051")
    assert other.needs_identifier
    assert codes(other)[0] == "number_other"


def test_the_evidence_shows_both_spellings_strongest_first_and_what_would_settle_it() -> None:
    [candidate] = people("Tarkvin Vosberg")

    assert {("same_sound", "Tarkvin", "Tarquin"), ("same_sound", "Vosberg", "Vossberg")} <= {
        (one.code, one.left, one.right) for one in candidate.evidence
    }
    assert (candidate.evidence[-1].code, candidate.evidence[-1].right) == ("settle_birth", "1971")


def test_a_contradiction_costs_more_than_an_omission() -> None:
    whole, left_out, contradicted = (
        FINDER.compare(Subject(one, Schema.PERSON), Subject("Isidor Caspian Guldenhjelm", Schema.PERSON)).weight
        for one in ("Isidor Caspian Guldenhjelm", "Isidor Guldenhjelm", "Isidor Balthazar Guldenhjelm")
    )

    assert whole > left_out > contradicted


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Khalid Morvani", "Khalil Morvani"),
        ("Erik Hammarsten", "Erika Hammarsten"),
        ("Lena Hammarsten", "Lina Hammarsten"),
        ("H. Hammarsten", "Ragnvald Hammarsten"),
        ("Salman bin Idris al-Zorqi", "Idris bin Salman al-Zorqi"),
    ],
)
def test_two_different_names_are_different_however_close(one: str, other: str) -> None:
    assert FINDER.compare(Subject(one, Schema.PERSON), Subject(other, Schema.PERSON)).state == "no_candidate"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kristoffer Grankvarn", "Christofer Granqvarn"),
        ("Wiktor Öhrnfalk", "Viktor Oehrnfalk"),
        ("Åke Stjernholt", "Aake Stiernholt"),
        ("Per-Olof Sjöhed", "Per Olov Sjöhed"),
        ("Abdelkader Zebdini", "Abdul Qadir Zebdini"),
        ("Habibullah Zarrinbush", "Habib Ullah Zarrinbush"),
        ("Noureddine Benzarouali", "Nur al-Din Benzarouali"),
        ("Cabdiraxmaan Jeeldoon", "Abdirahman Jeldon"),
        ("Mehdi Ghazvandi", "Mahdi Qazvandi"),
        ("Çetin Çelikbürk", "Chetin Chelikburk"),
        ("Sergej Tjudakovskij", "Sergey Chudakovsky"),
        ("Сергей Чудаковский", "Sergej Tjudakovskij"),
        ("نبيل القريدي", "Nabil al-Quraydi"),
        ("Abu Bakr Zafirani", "Aboubaker Zafirani"),
        ("Per Åkersvedh", "Pär Åkersved"),
        ("Ig0r Tjudakovskij", "Igor Tjudakovskij"),
    ],
)
def test_spellings_of_every_tradition_meet(one: str, other: str) -> None:
    assert FINDER.compare(Subject(one, Schema.PERSON), Subject(other, Schema.PERSON)).state != "no_candidate"


def test_two_sign_names_that_differ_are_different() -> None:
    assert FINDER.compare(Subject("王小明", Schema.PERSON), Subject("王小朋", Schema.PERSON)).state == "no_candidate"
    assert (
        FINDER.compare(Subject("王小明", Schema.PERSON), Subject("Wang Xiaoming", Schema.PERSON)).state
        != "no_candidate"
    )


def test_a_version_without_an_index_is_never_answered_from_nothing(tmp_path: Path) -> None:
    finder = Finder(tmp_path)

    with pytest.raises(LookupError):
        finder.find("v1", "demo", Subject("Tarquin Vossberg", Schema.PERSON))


def test_an_index_is_opened_again_as_it_was_and_built_anew_for_another_analysis(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Finder(tmp_path).build("v1", ENTRIES)
    again = Finder(tmp_path)

    asked = Subject("Tarkvin Vosberg", Schema.PERSON)
    assert again.find("v1", "demo", asked) == FINDER.find("v1", "demo", asked)
    monkeypatch.setattr(finders, "ANALYSIS", "another")
    assert not Finder(tmp_path).knows("v1")


def test_an_index_that_was_not_finished_is_not_there(tmp_path: Path) -> None:
    finder = Finder(tmp_path)

    with pytest.raises(RuntimeError), finder.building("v1") as building:
        building.add(ENTRIES[0])
        raise RuntimeError("the file was broken")

    assert not finder.knows("v1")
    assert list(tmp_path.iterdir()) == []


def test_the_city_can_put_its_own_name_table_in(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        'version = "ekby-1"\npopulation = 1000\nbend = 4.0\n[here]\nshare = 1.0\ngiven_top = 0.5\nfamily_top = 0.5\n'
        'given = "tarquin"\nfamily = "vossberg"\n'
    )
    finder = Finder(tmp_path / "indexes", table=population.load(own))
    finder.build("v1", ENTRIES)

    [candidate] = finder.find("v1", "demo", Subject("Tarquin Vossberg", Schema.PERSON))
    assert candidate.needs_identifier, "half of that town is called so"
    assert finder.method().population == "ekby-1"


def test_the_record_can_say_by_what_numbers_was_compared() -> None:
    method = FINDER.method()

    assert method.model == "2026-1"
    assert 0 < method.base_rate < 1
    assert sum(pairs for _, _, pairs, _ in method.bands["person"]) > 300
    with pytest.raises(LookupError):
        FINDER.method("1999-1")
