"""Passwords: which may be chosen, and their salted hashes, made and compared beside the event loop."""

import asyncio
import hashlib
import os
import re
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from service.domain.errors import Problem, Unavailable

T = TypeVar("T")

MIN_PASSWORD, MAX_PASSWORD = 12, 200
#: How guessable one may be, as zxcvbn counts: 4 is more than 10^10 guesses, where a thousand a day are many here.
LEAST_SCORE = 4
SERVICE = "granska"
SHORTEST_WORD = 3
_WORDS = re.compile(r"\w+")
#: What people here choose, beside the English words that zxcvbn knows.
COMMON_HERE = (
    "lösenord losenord hemligt hejsan hejhej sommar vinter vår höst januari februari mars april maj juni juli augusti "
    "september oktober november december måndag tisdag onsdag torsdag fredag sverige stockholm göteborg malmö kommun "
    "kommunen stadsdel förvaltning förening bidrag fotboll hockey kaffe älskling välkommen byt bytmig tillfälligt"
).split()
#: As many signs as zxcvbn reads in a time that nobody waits for.
READ_BY_ZXCVBN = 72
#: OWASP's password storage: argon2id with 46 MiB; twice over, in one lane, so that it takes one core and no more.
_hasher = PasswordHasher(time_cost=2, memory_cost=47_104, parallelism=1)
#: Compared with where there is no such user, so that the answer takes as long either way.
_NOBODY = "$argon2id$v=19$m=47104,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#: How many may wait for each lane: two seconds' work. More would wait longer than a person does.
MOST_WAITING = 20
#: A hash may wait; whoever has a page open may not.
_NICE = 10


class Lane:
    """A thread of its own for hashes, with a short queue before it."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "passwords", initializer=_be_nice)
        self._waiting = 0

    async def run(self, work: Callable[[], T]) -> T:
        """What the work comes to; raises Unavailable where too many wait already."""
        if self._waiting >= MOST_WAITING:
            raise Unavailable("sign_in.busy")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._waiting -= 1


def _be_nice() -> None:
    if hasattr(os, "PRIO_PROCESS"):  # on Linux each thread has a priority of its own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


#: Whoever comes with a browser that was used before does not wait behind those who guess.
KNOWN, NEW = Lane(), Lane()


async def hashed(password: str, *, salt: bytes) -> str:
    """The password's hash (argon2id, RFC 9106), with this salt of 16 bytes."""
    return await KNOWN.run(lambda: _hasher.hash(password, salt=salt))


async def matches(stored: str | None, password: str, *, lane: Lane = NEW) -> bool:
    """Whether this is the password of that hash; where there is none it takes as long."""
    return await lane.run(lambda: _matches(stored, password))


def _matches(stored: str | None, password: str) -> bool:
    try:
        return _hasher.verify(stored or _NOBODY, password) and stored is not None
    except (Argon2Error, InvalidHashError):
        return False


def credential(stored: str) -> str:
    """A digest of a password's salted hash, so that nobody exchanges it in the table unseen."""
    return hashlib.sha256(stored.encode()).hexdigest()


async def password_faults(pointer: str, password: str, *, about: Sequence[str]) -> list[Problem]:
    """What is wrong with a password that someone chooses, who is called so (name, e-mail); nothing where it may be."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD or not password.strip():
        return [Problem(pointer, "input.password", {"min": MIN_PASSWORD})]
    if await KNOWN.run(lambda: _score(password, about)) < LEAST_SCORE:
        return [Problem(pointer, "input.password_guessed")]
    return []


def _score(password: str, about: Sequence[str]) -> int:
    """How hard to guess what is left of it without the words that anyone would try first for this person."""
    from zxcvbn import zxcvbn  # its lists take as long to read as a small command takes to run

    left = password.casefold()
    for one in (*about, SERVICE):
        for word in (one.casefold(), *_WORDS.findall(one.casefold())):
            left = left.replace(word, " ") if len(word) >= SHORTEST_WORD else left
    left = "".join(_WORDS.findall(left))  # signs between words add little that a guesser does not try
    score: int = zxcvbn(left[:READ_BY_ZXCVBN], user_inputs=COMMON_HERE, max_length=READ_BY_ZXCVBN)["score"]
    return score
