"""Which words of two names meet."""

import pytest

from service.domain.watchlist import Schema, Subject
from tests.matching.comparing import FINDER


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
