"""Names that may resemble one, quickly: an inverted index over the words of a list's names, kept in flat files.

Everything costly is done once, when the index is built. What a search reads are arrays that the operating system maps
into memory as needed, so that an index opens at once, whatever its size.
"""

import threading
from array import array
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from service.matching.alignment import DISTINCTIVE
from service.matching.evidence import acronyms_of
from service.matching.keys import base_key
from service.matching.population import Population
from service.matching.script import spelled
from service.matching.terms import FOUND_BY, joined_term, terms_for, terms_of, terms_of_spellings
from service.matching.texts import Texts
from service.matching.tokens import Role, Token
from service.matching.words_met import alike

Array = npt.NDArray[Any]
MOST_NAMES = 60
HEAVY = 20_000
LEAST_SHARE = 0.3
SHORTEST_JOINED = 4
LEAST_OF_BEST, LEAST_OF_BEST_LONG, LONG = 0.6, 0.45, 3.5
CONTAINED = 0.9
#: Before an acronym among the terms of joined words, and how many letters one has.
ACRONYM, ACRONYM_LETTERS = "^", range(3, 7)
#: So alike are two spellings of one name.
SPELLING = 0.9
NEIGHBOURS_KEPT = 50_000
WORDS_KEPT = 200_000


class IndexBuilder:
    """Takes names one by one and writes the files; keeps numbers in memory, and each distinct word once."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._numbers: dict[str, int] = {}
        self._sounds: dict[str, str] = {}
        self._words = array("I")
        self._ends = array("Q", [0])
        self._entries = array("I")
        self._weak = bytearray()
        self._join_terms = array("I")
        self._join_names = array("I")
        self._texts = Texts.writing(folder, "names")

    def add(self, text: str, words: Sequence[str], entry: int, *, weak: bool, acronyms: Iterable[str] = ()) -> None:
        """One name of one entry, as the words it was taken apart into, and what it is called by its letters."""
        number = len(self._entries)
        for word in words:
            self._words.append(self._numbers.setdefault(word, len(self._numbers)))
        self._ends.append(len(self._words))
        self._entries.append(entry)
        self._weak.append(weak)
        self._texts.add(text.encode())
        for acronym in acronyms:
            self._join_terms.append(joined_term(ACRONYM + acronym))
            self._join_names.append(number)
        sounds = [self._sound(one) for one in words]
        for span in (2, 3):
            for start in range(len(sounds) - span + 1):
                together = "".join(sounds[start : start + span])
                if len(together) >= SHORTEST_JOINED:
                    self._join_terms.append(joined_term(together))
                    self._join_names.append(number)

    def _sound(self, word: str) -> str:
        found = self._sounds.get(word)
        if found is None:
            found = self._sounds[word] = base_key(spelled(word))
        return found

    def drop(self) -> None:
        """Let go of the files without finishing them."""
        self._texts.drop()

    def finish(self, tokens: Iterable[Token], table: Population) -> None:
        """Write what is left; `tokens` are the words with their analysis, in the order of `vocabulary`."""
        self._texts.close()
        terms, owners = array("I"), array("I")
        records = Texts.writing(self._folder, "words")
        heavy, weights = array("B"), array("f")
        for number, token in enumerate(tokens):
            records.add(_record(token))
            heavy.append(token.weight >= DISTINCTIVE)
            weights.append(token.weight if token.weight >= DISTINCTIVE and token.role in FOUND_BY else 0.0)
            for term in sorted(terms_of(token, table)):  # the same files from the same names, whichever process
                terms.append(term)
                owners.append(number)
        records.close()
        self._sorted("terms", _flat(terms), _flat(owners))
        self._sorted("joins", _flat(self._join_terms), _flat(self._join_names))
        words, ends = _flat(self._words), np.frombuffer(self._ends, dtype=np.uint64)
        self._postings(words, ends)
        told = np.concatenate(([0], np.cumsum(np.frombuffer(bytes(heavy), dtype=np.uint8)[words], dtype=np.uint64)))
        np.save(self._folder / "name-heavy.npy", np.minimum(np.diff(told[ends]), 255).astype(np.uint8))
        weighed = np.concatenate(([0.0], np.cumsum(_flat_floats(weights)[words], dtype=np.float64)))
        np.save(self._folder / "name-weight.npy", np.diff(weighed[ends]).astype(np.float32))
        np.save(self._folder / "name-words.npy", words)
        np.save(self._folder / "name-ends.npy", ends)
        np.save(self._folder / "name-entries.npy", _flat(self._entries))
        np.save(self._folder / "name-weak.npy", np.frombuffer(bytes(self._weak), dtype=np.uint8))

    @property
    def vocabulary(self) -> Iterable[str]:
        """Every distinct word, in the order of its number."""
        return self._numbers

    def _sorted(self, name: str, terms: Array, owners: Array) -> None:
        order = np.argsort(terms, kind="stable")
        np.save(self._folder / f"{name}.npy", terms[order])
        np.save(self._folder / f"{name}-owners.npy", owners[order])

    def _postings(self, words: Array, ends: Array) -> None:
        """For each word, the names it stands in, each once, in order."""
        lengths = np.diff(ends).astype(np.int64)
        names = np.repeat(np.arange(len(lengths), dtype=np.uint64), lengths)
        pairs = np.unique((words.astype(np.uint64) << np.uint64(32)) | names)
        counts = np.bincount((pairs >> np.uint64(32)).astype(np.int64), minlength=len(self._numbers))
        np.save(self._folder / "postings.npy", (pairs & np.uint64(0xFFFFFFFF)).astype(np.uint32))
        np.save(self._folder / "posting-ends.npy", np.concatenate(([0], np.cumsum(counts))).astype(np.uint64))


def _flat(numbers: "array[int]") -> Array:
    return np.frombuffer(numbers, dtype=np.uint32) if numbers else np.zeros(0, dtype=np.uint32)


def _flat_floats(numbers: "array[float]") -> Array:
    return np.frombuffer(numbers, dtype=np.float32) if numbers else np.zeros(0, dtype=np.float32)


def _record(token: Token) -> bytes:
    keys = " ".join(sorted(token.keys))
    return "\t".join((token.text, token.role.value, repr(token.weight), token.base, keys, token.bones)).encode()


def _token(record: bytes) -> Token:
    text, role, weight, base, keys, bones = record.decode().split("\t")
    return Token(text, Role(role), float(weight), base, frozenset(keys.split(" ")) if keys else frozenset(), bones)


class NameIndex:
    """The names of one list version and one schema, opened for searching; safe to use from several threads."""

    def __init__(self, folder: Path, table: Population) -> None:
        def mapped(name: str) -> Array:
            # A plain view of the mapped file: numpy's own class for them is slow to slice.
            return np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r"))

        self._table = table
        self._terms, self._term_words = mapped("terms"), mapped("terms-owners")
        self._joins, self._join_names = mapped("joins"), mapped("joins-owners")
        self._postings, self._posting_ends = mapped("postings"), mapped("posting-ends")
        self._name_words, self._name_ends = mapped("name-words"), mapped("name-ends")
        self._name_entries, self._name_weak = mapped("name-entries"), mapped("name-weak")
        self._name_heavy, self._name_weight = mapped("name-heavy"), mapped("name-weight")
        self._texts, self._records = Texts(folder, "names"), Texts(folder, "words")
        self._words: OrderedDict[int, Token] = OrderedDict()
        self._named: dict[str, tuple[Array, int]] = {}
        self._near: OrderedDict[str, tuple[Array, Array]] = OrderedDict()
        self._lock = threading.Lock()
        self._own = threading.local()

    def __len__(self) -> int:
        return len(self._name_entries)

    def text(self, name: int) -> str:
        """A name as the list has it."""
        return self._texts[name].decode()

    def entry(self, name: int) -> int:
        """The number of the entry whose name it is."""
        return int(self._name_entries[name])

    def weak(self, name: int) -> bool:
        """Whether the list itself calls the name weak."""
        return bool(self._name_weak[name])

    def tokens(self, name: int) -> list[Token]:
        """The words of a name, in order."""
        start, end = int(self._name_ends[name]), int(self._name_ends[name + 1])
        return [self._word(int(word)) for word in self._name_words[start:end]]

    def others_named(self, token: Token, entry: int) -> float:
        """The share of the list's other entries that have a name with this word or a spelling of it."""
        kept = self._named.get(token.text)
        if kept is None:
            ends = self._posting_ends
            pieces = [self._postings[int(ends[word]) : int(ends[word + 1])] for word in self._spellings(token)]
            if sum(map(len, pieces)) > HEAVY:
                kept = np.zeros(0, dtype=np.uint32), sum(map(len, pieces))
            else:
                owners = (
                    np.unique(self._name_entries[np.concatenate(pieces)]) if pieces else np.zeros(0, dtype=np.uint32)
                )
                kept = owners, len(owners)
            if len(self._named) < NEIGHBOURS_KEPT:
                self._named[token.text] = kept
        owners, count = kept
        position = int(np.searchsorted(owners, entry)) if len(owners) else 0
        itself = position < len(owners) and int(owners[position]) == entry
        return max(0, count - itself) / max(1, len(self))

    def search(self, tokens: Sequence[Token], most: int = MOST_NAMES, *, contained: bool = False) -> list[int]:
        """The names that share most of what weighs with these words, best first.

        With `contained` also those all of whose own weight is shared, however much more is asked for.
        """
        # A name of nothing but light words ("The Group") is found by them; any other by what distinguishes it.
        wanted = [token for token in tokens if token.role in FOUND_BY] or list(tokens)
        parts = [*(self._part(token) for token in wanted), *self._joined(tokens)]
        parts = sorted((part for part in parts if len(part[0])), key=lambda part: len(part[0]))
        if not parts:
            return []
        scores = self._scores()
        reached_names = _scored(scores, parts)
        chosen = self._chosen(scores, reached_names, sum(token.weight for token in wanted), most)
        if contained:
            chosen = self._with_contained(scores, reached_names, chosen)
        # Of names that share equally much, the shorter one leaves less unexplained.
        lengths = self._name_ends[chosen + 1] - self._name_ends[chosen]
        order = np.lexsort((chosen, -(scores[chosen] - 0.04 * lengths.astype(np.float32))))[:most]
        best = [int(name) for name in chosen[order]]
        for names, _ in parts:
            scores[names] = 0
        return best

    def _chosen(self, scores: Array, names: Array, total: float, most: int) -> Array:
        """The names that share enough of all that weighs, each once."""
        reached = scores[names]
        # A name that shares much less than the best one does is another name.
        least = LEAST_OF_BEST if total < LONG else LEAST_OF_BEST_LONG
        floor = max(LEAST_SHARE * total, least * min(total, float(reached.max())))
        enough = 4 * most
        if len(reached) > enough:
            floor = max(floor, float(np.partition(reached, -enough)[-enough]))
        # Somebody listed by one name only has nothing more that could be shared.
        alone = (reached >= LEAST_SHARE * total) & (self._name_heavy[names] == 1)
        return np.unique(names[(reached >= floor) | alone])

    def _with_contained(self, scores: Array, names: Array, chosen: Array) -> Array:
        """The chosen names, and those that what was reached explains whole."""
        own = self._name_weight[names]
        whole = names[(own > 0) & (scores[names] >= CONTAINED * own)]
        return np.unique(np.concatenate((chosen, whole)))

    def _scores(self) -> Array:
        """An array of zeros as long as the list, this thread's own; whoever uses it leaves it zero."""
        try:
            return self._own.scores  # type: ignore[no-any-return]
        except AttributeError:
            self._own.scores = np.zeros(len(self), dtype=np.float32)
            return self._own.scores  # type: ignore[no-any-return]

    def _part(self, token: Token) -> tuple[Array, Array]:
        """The names that hold a word like this one, each once, with how much that is worth."""
        words, similar = self._neighbours(token)
        ends = self._posting_ends
        pieces = [self._postings[int(ends[w]) : int(ends[w + 1])] for w in words]
        if not pieces:
            return np.zeros(0, dtype=np.uint32), np.zeros(0, dtype=np.float32)
        names = np.concatenate(pieces)
        weights = np.repeat(similar * token.weight, [len(one) for one in pieces]).astype(np.float32)
        if len(pieces) > 1:
            # Best first, so that `unique` keeps the best of a name's several like words.
            names, first = np.unique(names, return_index=True)
            weights = weights[first]
        return names, weights

    def _joined(self, tokens: Sequence[Token]) -> list[tuple[Array, Array]]:
        """Names that write together what is asked apart, or apart what is asked together."""
        parts: list[tuple[Array, float]] = []
        for one, other in pairwise(tokens):
            together = one.base + other.base
            if len(together) >= SHORTEST_JOINED:
                words = self._owners(self._terms, self._term_words, {joined_term("k" + together)})
                ends = self._posting_ends
                found = [self._postings[int(ends[w]) : int(ends[w + 1])] for w in words]
                weight = sum(token.weight for token in (one, other) if token.role in FOUND_BY)
                parts += [(names, weight) for names in found]
        for one in tokens:
            if one.role is Role.NAME and len(one.base) >= SHORTEST_JOINED:
                names = np.unique(self._owners(self._joins, self._join_names, {joined_term(one.base)}))
                parts.append((names, one.weight))
        parts += self._by_letters(tokens)
        return [(names, np.full(len(names), weight, dtype=np.float32)) for names, weight in parts]

    def _by_letters(self, tokens: Sequence[Token]) -> list[tuple[Array, float]]:
        """Names that one of these words is short for, and names that are short for these."""
        parts: list[tuple[Array, float]] = []
        for token in tokens:
            if token.role is Role.NAME and len(token.text) in ACRONYM_LETTERS:
                names = self._owners(self._joins, self._join_names, {joined_term(ACRONYM + token.text)})
                parts.append((np.unique(names), token.weight))
        ends = self._posting_ends
        for acronym in acronyms_of(tokens):
            if len(acronym) in ACRONYM_LETTERS:
                words = self._owners(self._terms, self._term_words, {joined_term("w" + acronym)})
                weight = sum(token.weight for token in tokens)
                parts += [(self._postings[int(ends[word]) : int(ends[word + 1])], weight) for word in words]
        return parts

    def _neighbours(self, token: Token) -> tuple[Array, Array]:
        """The list's words that meet this one, most alike first, and how alike they are."""
        with self._lock:
            kept = self._near.get(token.text)
            if kept is not None:
                self._near.move_to_end(token.text)
                return kept
        found = []
        for number in np.unique(self._owners(self._terms, self._term_words, terms_for(token, self._table))):
            met = alike(token, self._word(int(number)), self._table)
            if met:
                found.append((met[0], -int(number)))
        found.sort(reverse=True)
        words = np.array([-number for _, number in found], dtype=np.int64)
        similar = np.array([how_much for how_much, _ in found], dtype=np.float32)
        with self._lock:
            self._near[token.text] = (words, similar)
            if len(self._near) > NEIGHBOURS_KEPT:
                self._near.popitem(last=False)
        return words, similar

    def _spellings(self, token: Token) -> list[int]:
        """The list's words that are spellings of this name."""
        words = np.unique(self._owners(self._terms, self._term_words, terms_of_spellings(token, self._table)))
        spellings = []
        for word in words:
            met = alike(token, self._word(int(word)), self._table)
            if met and met[0] >= SPELLING:
                spellings.append(int(word))
        return spellings

    @staticmethod
    def _owners(terms: Array, owners: Array, wanted: set[int]) -> Array:
        asked = np.fromiter(sorted(wanted), dtype=np.uint32, count=len(wanted))
        starts = np.searchsorted(terms, asked, "left")
        stops = np.searchsorted(terms, asked, "right")
        pieces = [owners[start:stop] for start, stop in zip(starts, stops, strict=True) if stop > start]
        return np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.uint32)

    def _word(self, number: int) -> Token:
        found = self._words.get(number)
        if found is None:
            found = _token(self._records[number])
            with self._lock:
                self._words[number] = found
                if len(self._words) > WORDS_KEPT:
                    self._words.popitem(last=False)
        return found


def _scored(scores: Array, parts: Sequence[tuple[Array, Array]]) -> Array:
    """Add what each part weighs to its names; answers the names that can be the best, some more than once.

    The part that is in the most names, where those are very many, only adds to names that another part has found.
    """
    most_names = parts[-1][0]
    heavy = len(parts) > 1 and len(most_names) > HEAVY
    for names, weights in parts:
        if heavy and names is most_names:
            touched = scores[names] > 0
            scores[names[touched]] += weights[touched]
        else:
            scores[names] += weights
    drivers = parts[:-1] if heavy else parts
    return np.concatenate([names for names, _ in drivers])
