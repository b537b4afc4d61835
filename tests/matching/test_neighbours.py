"""What real names do at the edges, one table for each kind of fault; all names are invented."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from service.domain.application import Party, PartyKind
from service.domain.watchlist import ListEntry, ListName, Schema, Subject
from service.matching.finder import Finder
from tests.matching.comparing import an_organisation


def state(listed: ListEntry, name: str, *births: str, number: str = "", schema: Schema | None = None) -> str:
    """What a list of this one entry says of a name."""
    with tempfile.TemporaryDirectory() as folder:
        finder = Finder(Path(folder))
        finder.build("v", [listed])
        subject = Subject(name, schema or listed.schema, births, numbers=(number,) if number else ())
        found = finder.find("v", "x", subject)
    if not found:
        return "no_candidate"
    return "needs_identifier" if found[0].needs_identifier else "candidate"


def a_person(name: str, *births: str, strong: Sequence[str] = (), weak: Sequence[str] = ()) -> ListEntry:
    names = (ListName(name), *map(ListName, strong), *(ListName(alias, weak=True) for alias in weak))
    return ListEntry("P", Schema.PERSON, names, births)


# --- Who is innocent stays innocent when the year is known ------------------------------------------------------------


@pytest.mark.parametrize(
    ("listed", "asked", "born", "wanted"),
    [
        (a_person("Zebulon Krakatit", "1983", weak=["Mehmet"]), "Mehmet Yilmaz", "1983", "needs_identifier"),
        (a_person("Zebulon Krakatit", "1983", weak=["Mehmet"]), "Mehmet", "1983", "needs_identifier"),
        (a_person("Mohamed Ali", "1983"), "Mohamed Ali", "1983", "needs_identifier"),
        (a_person("Mohamed Ali", "1983-04-05"), "Mohamed Ali", "1983-04-05", "candidate"),
        (a_person("Mohamed Ali Hassan", "1960/1970"), "Mohamed Ali Hassan", "1965", "needs_identifier"),
        (a_person("Tarquin Vossberg", "1960/1970"), "Tarquin Vossberg", "1965", "candidate"),
        (a_person("Zebulon Krakatit", "1983", weak=["Vargtanden"]), "Vargtanden", "1983", "needs_identifier"),
        (a_person("Zebulon Krakatit", "1983-04-05", weak=["Vargtanden"]), "Vargtanden", "1983-04-05", "candidate"),
        (a_person("Vossberg", "1971"), "Vossberg", "1971", "needs_identifier"),
    ],
)
def test_a_year_weighs_as_much_as_it_is_rare(listed: ListEntry, asked: str, born: str, wanted: str) -> None:
    assert state(listed, asked, born) == wanted


@pytest.mark.parametrize(("listed", "asked"), [("1968", "2068"), ("2068", "1968"), ("1968", "2024"), ("1968", "2019")])
def test_a_date_that_cannot_be_true_acquits_nobody(listed: str, asked: str) -> None:
    assert state(a_person("Tarquin Vossberg", listed), "Tarquin Vossberg", asked) == "candidate"


# --- What contains the whole listed name is looked at -----------------------------------------------------------------

WOLVES = an_organisation("Järnvargarnas Stridsförbund", number="802999-0044")


@pytest.mark.parametrize(
    "asked",
    [
        "Järnvargarnas Stridsförbund Hässelby", "Järnvargarnas Stridsförbund i likvidation",
        "Järnvargarnas Stridsförbund (publ)", "Järnvargarnas Stridsförbund c/o Tarquin Vossberg",
        "JSF Järnvargarnas Stridsförbund", "Föreningen Järnvargarnas Stridsförbund i Granvik med omnejd",
        "Järnvargarnas Stridsförbund 802999-0044", "Järnvargarnas Stridsförbund, 8029990044",
        "Järnvargarnas Stridsförbund Ungdomssektion Norra", "Vänföreningen för Järnvargarnas Stridsförbund",
        "Järnvargarnas Stridsförb.", "Järnvargarnas Strids Förbund",
    ],
)  # fmt: skip
def test_a_name_that_holds_the_listed_one_whole_needs_at_least_an_identifier(asked: str) -> None:
    assert state(WOLVES, asked) != "no_candidate"


def test_a_number_in_the_field_of_the_name_is_a_number() -> None:
    assert state(WOLVES, "Solglimt 802999-0044") == "candidate"


@pytest.mark.parametrize(
    ("listed", "asked"),
    [
        ("Kulturföreningen Navet i Ekby", "Kulturföreningen Navet i Alby"),
        ("Rosendals IK", "Rosendals BK Ungdom"),
        ("Föreningen i Ekby", "Föreningen Solglimt i Ekby"),
        ("Nationella Rörelsen", "Nationella Scoutrörelsen i Granvik"),
        ("Brf Lyktan 3", "Brf Lyktan 4 i Granvik"),
    ],
)
def test_another_towns_or_kinds_club_stays_another(listed: str, asked: str) -> None:
    assert state(an_organisation(listed), asked) != "candidate"


# --- Spellings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("listed", "asked"),
    [
        *((f"{given} {other} Kvarnrimmen", f"{initials} Kvarnrimmen")
          for given, other in (("Elof", "Ivar"), ("Lennart", "Yngve"), ("Anna", "Maria"), ("Ingrid", "Elsa"))
          for initials in (f"{given[0]}.{other[0]}.", f"{given[0]}. {other[0]}.", given[0] + other[0],
                           f"{given[0]} {other[0]}")),
        ("Yusuf Zarrinbush", "J. Zarrinbush"),
        ("Göran Eklundmark", "Göran Ek-Lundmark"), ("Göran Eklundmark", "Göran Ek Lundmark"),
        ("Tarquin Vossberg", "T a r q u i n  V o s s b e r g"), ("Tarquin Vossberg", "T-a-r-q-u-i-n Vossberg"),
        ("Lars Kvarnrimmen", "Lasse Kvarnrimmen"), ("Aleksandr Mirkovetz", "Sasha Mirkovetz"),
        ("Robert Vossberg", "Bob Vossberg"), ("Mustafa Karabürk", "Musti Karaburk"),
        ("رستم زرین‌بوش", "رستم زرین بوش"), ("رستم زرین‌بوش", "رستم زرینبوش"),
        ("김정석", "김 정석"), ("김정석", "김-정-석"), ("Mohamed Yaqoub Zarrinbush", "محمد يعقوب زرينبوش"),
        ("Mahmoud Hidayat Zarrinbush", "محمود هدايت زرينبوش"), ("Pak Bong Nam", "Pak Pong Nam"),
        ("Abdulhai Zarrinbush", "عبدالحی زرينبوش"),
    ],
)  # fmt: skip
def test_one_person_however_it_is_spelled(listed: str, asked: str) -> None:
    assert state(a_person(listed), asked) != "no_candidate"


@pytest.mark.parametrize(
    ("listed", "asked"),
    [
        ("Bo Ragnar Kvarnrimmen", "Bo E. Kvarnrimmen"), ("Bo Ragnar Kvarnrimmen", "Bo I. Kvarnrimmen"),
        ("Bo Ragnar Kvarnrimmen", "Bo L. Kvarnrimmen"), ("Bo Ragnar Kvarnrimmen", "Bo Y. Kvarnrimmen"),
        ("Anna Maria Kvarnrimmen", "BE Kvarnrimmen"), ("Lars Kvarnrimmen", "Kalle Kvarnrimmen"),
        ("Youssef Mahmoud Mahmoud", "Youssef Omar Mahmoud"),
    ],
)  # fmt: skip
def test_what_contradicts_contradicts(listed: str, asked: str) -> None:
    assert state(a_person(listed), asked) != "candidate"


@pytest.mark.parametrize(
    ("listed", "asked"),
    [
        ("A-B-C Novara Lykta", "ABC Novara Lykta"), ("Novara Lykta Comm Grp", "Novara Lykta Committee Group"),
        ("Sankt Zebulons Gille", "S:t Zebulons Gille"), ("Sankt Zebulons Gille", "St. Zebulons Gille"),
        ("Lyktans Kulturförening 88", "Lyktans Kulturförening 1988"),
        ("Brigad Tjugotre Vossberg", "Brigad 23 Vossberg"), ("Vossberg Brigade Forty-Four", "Vossberg Brigade 44"),
        ("Kulturföreningen Askregnet", "Kultur Föreningen Askregnet"),
        ("Järnvargarnas Stridsförbund", "Järnvargarnas Stridsförb."), ("Novara Lykta Sp. z o.o.", "Novara Lykta"),
        ("Folkets Röda Lykta Armé", "FRLA"),
    ],
)  # fmt: skip
def test_one_association_however_it_is_spelled(listed: str, asked: str) -> None:
    assert state(an_organisation(listed), asked) != "no_candidate"


def test_an_entry_of_which_the_list_does_not_say_what_it_is_is_compared_as_both() -> None:
    listed = ListEntry("L", Schema.ORGANISATION, (ListName("Tarquin Vossberg"),), ("1971",), either=True)

    assert state(listed, "Vossberg, Tarquin", schema=Schema.PERSON) == "candidate"
    assert state(listed, "Tarquin Vossberg", schema=Schema.ORGANISATION) == "candidate"
    assert state(listed, "Tarquin Vossberg", "1990", schema=Schema.PERSON) == "no_candidate"


@pytest.mark.parametrize(
    ("name", "readable", "read_as"),
    [
        ("Tarquin Vossberg", True, ""), ("Bj?rn Granl?f", False, ""), ("Bj\ufffdrn Granlöf", False, ""),
        ("BjÃ¶rn GranlÃ¶f", True, "Björn Granlöf"),
    ],
)  # fmt: skip
def test_damage_is_mended_and_said_or_cannot_be_checked(
    tmp_path: Path, name: str, readable: bool, read_as: str
) -> None:
    finder, party = Finder(tmp_path), Party(PartyKind.REPRESENTATIVE, name)

    assert (finder.readable(party), finder.read_as(party)) == (readable, read_as)
