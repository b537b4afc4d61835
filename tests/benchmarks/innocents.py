"""Common names by origin, to ask whether having one makes a person a suspect.

Written apart from the population table that the service ships, with another generator and another seed; since both
hold common names, many stand in both. Nobody is meant.
"""

import random

ORIGINS: dict[str, tuple[str, str]] = {
    "swedish": (
        "Anna Maria Karin Eva Lena Kristina Sara Emma Elin Hanna Lars Anders Johan Per Mikael Erik Karl Fredrik Daniel "
        "Mats Magnus Oskar Viktor Gustav Linnea Ida Sofia Josefin Malin Björn",
        "Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Gustafsson Pettersson Jonsson "
        "Lindberg Lindström Lindqvist Berg Axelsson Bergström Lundgren Mattsson Sjöberg Wallin Engström Eklund Holm",
    ),
    "arabic": (
        "Mohamed Ahmed Ali Hassan Hussein Omar Khaled Ibrahim Mustafa Abdullah Mahmoud Youssef Hamza Amir Fatima Amina "
        "Mariam Aisha Nour Zainab Samir Karim Jamal Tarek Walid Bilal Nasser Rashid Ismail Layla Salim Yasin",
        "Ali Mohamed Ahmed Hassan Hussein Ibrahim Abdullah Khalil Mahmoud Omar Saleh Said Youssef Ismail Othman Hamid "
        "Haddad Mansour Nasser Karim Al-Masri Al-Hamad Khoury Najjar Al-Tamimi Darwish Al-Jabouri Awad Al-Saadi Haidar",
    ),
    "somali": (
        "Mohamed Abdi Ahmed Ali Hassan Hussein Omar Abdullahi Ibrahim Farah Osman Yusuf Jama Abdirahman Fadumo Amina "
        "Halima Asha Hodan Sahra Maryan Ayan Hibo Ifrah Ismail Bashir Abdikarim Abdifatah Khadija Muna",
        "Mohamed Ali Ahmed Hassan Abdi Hussein Omar Abdullahi Ibrahim Farah Osman Yusuf Jama Abdirahman Aden Isse Nur "
        "Warsame Hirsi Dirie Elmi Guled Haji Hersi Mohamud Muse Said Salad Shire Warfa",
    ),
    "persian": (
        "Mohammad Ali Reza Hossein Mehdi Amir Mohsen Ahmad Saeed Hamid Maryam Fatemeh Zahra Leila Sara Nasrin Parvin "
        "Shirin Mina Azadeh Farhad Babak Arash Ramin Kamran Majid Masoud Behzad Narges Neda",
        "Mohammadi Hosseini Ahmadi Rezaei Moradi Karimi Jafari Ebrahimi Hashemi Rahimi Mousavi Sadeghi Akbari Alizadeh "
        "Amini Asadi Azizi Bagheri Ghasemi Haidari Kazemi Mahmoudi Najafi Nazari Norouzi Rahmani Sharifi Soltani Taheri Yousefi",
    ),
    "turkish": (
        "Mehmet Mustafa Ahmet Ali Huseyin Hasan Ibrahim Ismail Osman Yusuf Murat Omer Ramazan Fatma Ayse Emine Hatice "
        "Zeynep Elif Meryem Ozlem Sevgi Emre Burak Can Deniz Kemal Serkan Yasemin Gul",
        "Yilmaz Kaya Demir Sahin Celik Yildiz Yildirim Ozturk Aydin Ozdemir Arslan Dogan Kilic Aslan Cetin Kara Koc Kurt "
        "Ozkan Simsek Polat Korkmaz Cakir Erdogan Yavuz Aktas Yalcin Gunes Bozkurt Bulut",
    ),
    "kurdish": (
        "Azad Rojin Dilan Berivan Zana Hiwa Shilan Rebin Soran Karwan Sirwan Baran Dara Aram Kawa Newroz Zilan Rizgar "
        "Mohammed Ahmed Hassan Omar Hussein Ali Ibrahim Nasrin Shirin Gulistan Avin Diyar",
        "Ahmed Hassan Hussein Mohammed Karim Aziz Rashid Salih Amin Omar Abdullah Ali Mahmoud Said Rasul Hama Qadir "
        "Sharif Faraj Majid Barzani Talabani Kurdi Zebari Jaff Mirani Aslan Demir Yildiz Kaya",
    ),
    "russian": (
        "Alexander Sergey Vladimir Andrey Alexey Dmitry Mikhail Nikolay Ivan Igor Yuri Viktor Pavel Maxim Oleg Elena Olga "
        "Natalia Tatiana Irina Svetlana Anna Ekaterina Maria Anastasia Galina Ludmila Marina Yulia Roman",
        "Ivanov Smirnov Kuznetsov Popov Vasiliev Petrov Sokolov Mikhailov Novikov Fedorov Morozov Volkov Alekseev "
        "Lebedev Semenov Egorov Pavlov Kozlov Stepanov Nikolaev Orlov Andreev Makarov Nikitin Zakharov Zaitsev",
    ),
    "spanish": (
        "Maria Jose Juan Luis Carlos Antonio Francisco Manuel Jesus Miguel Pedro Javier Jorge Fernando Rafael Alejandro "
        "Daniel Ana Carmen Laura Marta Isabel Elena Cristina Patricia Claudia Rosa Andrea Pablo Sergio",
        "Garcia Rodriguez Gonzalez Fernandez Lopez Martinez Sanchez Perez Gomez Martin Jimenez Ruiz Hernandez Diaz Moreno "
        "Munoz Alvarez Romero Alonso Gutierrez Navarro Torres Dominguez Vazquez Ramos Gil Ramirez Serrano Molina Castro",
    ),
    "chinese": (
        "Wei Fang Min Jing Li Yan Lei Jun Yong Ling Xin Yu Hui Ying Hua Ping Tao Jie Peng Bin Xiaoming Xiaoyan Xiuying "
        "Guoqiang Jianguo Zhiqiang Haiyan Lihua Meiling Yulan",
        "Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Lin Gao Luo Zheng Liang Xie Song Tang Han "
        "Feng Deng Cao Peng",
    ),
}  # fmt: skip


def people(origin: str, count: int, seed: int = 2026) -> list[str]:
    """So many different invented people of an origin, two names each; one in eight has a second given name."""
    given, family = (text.split() for text in ORIGINS[origin])
    chance = random.Random(f"{origin}-{seed}")
    found: dict[str, None] = {}
    while len(found) < count:
        first = chance.sample(given, 2 if chance.random() < 0.125 else 1)
        found[" ".join([*first, chance.choice(family)])] = None
    return list(found)


def strangers(origin: str, count: int, seed: int = 4) -> list[tuple[str, str]]:
    """Pairs of different people of one origin who share part of their names: what a matcher must hold apart."""
    given, family = (text.split() for text in ORIGINS[origin])
    chance = random.Random(f"{origin}-{seed}")
    found = []
    for _ in range(count):
        first, second, third = chance.sample(given, 3)
        last, other = chance.sample(family, 2)
        found.append(
            chance.choice(
                (
                    (f"{first} {last}", f"{first} {other}"),
                    (f"{first} {last}", f"{second} {last}"),
                    (f"{first} {second} {last}", f"{first} {third} {last}"),
                    (f"{first} {second} {last}", f"{first} {second} {other}"),
                )
            )
        )
    return found
