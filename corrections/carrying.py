"""Carry a passage from one revision of a text to the next.

Responsible for the step map: which word of the old text became which word of the new one, moved sentences
included. Knows nothing of quotes: whether what lies at the carried place still reads as the reader saw it is
``anchoring``'s question. Pure Python on RapidFuzz, no Django. All offsets count code points.

The method, in the order of the code:

1. Both texts become words (a character of a script without spaces is a word), compared in a folded form: NFC, without
   invisibles, quotation marks, apostrophes and dashes alike, case alike. White space is not compared at all.
2. Stretches of words that occur once in either text are certain (the idea of Bram Cohen's patience diff). The
   heaviest chain of them that keeps the order is the spine; long ones out of order are moved text.
3. What lies between certain stretches is compared by longest common subsequence, each hole only with the new words
   that stand free beside its two neighbours. This is what keeps a text of 500,000 characters fast.
4. A lonely common word amid rewritten text ("the", "of") says nothing and is dropped again.
5. A word with a misspelling put right, or replaced between neighbours that stand, is the same place.
"""

import re
import unicodedata
from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from operator import itemgetter

from rapidfuzz.distance import OSA, LCSseq, Levenshtein

DASHES = "-‐‑‒–—―−﹘﹣-"
APOSTROPHES = "'‘’‚‛ʼʹ′`´ʻ＇"
QUOTATIONMARKS = '"“”„‟«»″〝〞〟＂'
ALIKE = {ord(char): group[0] for group in (DASHES, APOSTROPHES, QUOTATIONMARKS) for char in group}

# What is drawn as nothing: soft hyphen, zero-width characters, direction marks, byte order mark.
# Variation selectors are left alone: they alter how a character looks.
INVISIBLE = "\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
"""A regular expression's character class, without its brackets."""
_INVISIBLES = re.compile(f"[{INVISIBLE}]+")

# Thai to Tibetan, Myanmar, Khmer, kana, bopomofo, ideographs: scripts written without spaces between words.
UNSPACED = (
    "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1980-\u19df\u3005-\u3007\u3031-\u3035\u3041-\u312f\u31a0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)


def _character_class(first_letters: str) -> str:
    """The characters of the basic plane whose Unicode category starts with one of ``first_letters``, as a class."""
    ranges: list[list[int]] = []
    for code in range(0x10000):
        if unicodedata.category(chr(code))[0] in first_letters:
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"\\u{first:04x}-\\u{last:04x}" for first, last in ranges)


# ``\w`` knows no combining marks, so that an Arabic word with its vowels would fall to pieces.
MARKS = _character_class("M")
_LETTERS = _character_class("LN") + "_\U00010000-\U0001efff"
_SPACED_LETTER = f"(?![{UNSPACED}])[{_LETTERS}]"
_WORD = re.compile(
    f"[{UNSPACED}][{MARKS}{INVISIBLE}]*|[{_LETTERS}](?:[^\\W{UNSPACED}]|[{MARKS}{INVISIBLE}])*|[^\\s{INVISIBLE}]"
)
_SPLIT = re.compile(f"({_WORD.pattern})")
_SENTENCE_END = re.compile(r"[.!?…؟](?=\s|\Z)|[。！？]")
SENTENCE_END = re.compile(r"\n|[.!?…؟]\s|[。！？]")
"""What ends a sentence or a paragraph amid a text."""
_IS_WORD = re.compile(f"[{_LETTERS}{UNSPACED}{MARKS}]")
_JOINS = re.compile(f"[^\\W{UNSPACED}]|[{MARKS}{INVISIBLE}]")

LONG_GRAM, SHORT_GRAM = 6, 3
"""Words in a stretch that counts as certain when it is unique: in the whole text, in a hole between two others."""
MOVED_WORDS, MOVED_CHARS = 5, 20
"""What must be found elsewhere, unique, before we believe that text was moved and not written anew."""
CLOSERS = frozenset(".,;:!?…)]}»”。、，！？；：）」』】؟،؛%")
"""Punctuation that belongs to the words before it and does not begin a moved stretch."""
LONELY = 3
"""A matched word amid rewritten text counts if fewer than this many words a word of weight were rewritten beside it."""
EDITED_WORDS = 12
"""Longest hole in which we look for words that were respelt."""
COMPANY = 400
"""Characters of the common beginning and end of both texts that are compared all the same."""
PARTING, PARTING_SHARE = 60, 1.2
"""Characters put into a passage that part it: more than so many, and more than so many times what it has itself."""
AROUND, AROUND_REACH = 8, 400
"""Words around a sentence that tell whether it is in its place, and how far they are looked for."""
SENTENCE_STANDS = 0.6
"""Part of a sentence's words, on each side of a passage, that must stand for a correction to be applied."""
SLIDE = 24
"""Words beside a passage among which we look for stretches that may have been put in at another place."""
LCS_CELLS = 4_000_000
"""Product of two lengths up to which a hole is compared word by word; RapidFuzz's matrix takes a bit a cell."""


HEAD, TAIL = -(2**40), -(2**40) - 1
"""Numbers of the common beginning and end."""


class _Vocabulary(dict[str, int]):
    """Numbers for words; words that are alike once folded share one."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers: dict[str, int] = {}

    def __missing__(self, word: str) -> int:
        number = self[word] = self._numbers.setdefault(fold_word(word), len(self._numbers))
        return number


def fold_word(word: str) -> str:
    """Return the form in which a word is compared."""
    if word.isascii():
        return "'" if word == "`" else word.lower()
    return unicodedata.normalize("NFC", _INVISIBLES.sub("", word).translate(ALIKE)).lower()


class _Words:
    """The words of a text: where each starts and ends, and its number. A common end of both texts is one word."""

    def __init__(self, text: str, head: int, tail: int, vocabulary: _Vocabulary) -> None:
        # Split with a group gives what lies between the words, and the words, in turns, without a loop of ours.
        parts = _SPLIT.split(text[head : len(text) - tail])
        bounds = array("I", accumulate(map(len, parts), initial=head))
        self.text = text
        self.starts, self.ends = bounds[1:-1:2], bounds[2::2]
        self.numbers = list(map(vocabulary.__getitem__, parts[1::2]))
        if head:
            self.starts.insert(0, 0)
            self.ends.insert(0, head)
            self.numbers.insert(0, HEAD)
        if tail:
            self.starts.append(len(text) - tail)
            self.ends.append(len(text))
            self.numbers.append(TAIL)

    def __len__(self) -> int:
        return len(self.starts)

    def ends_sentence(self, first: int, last: int) -> bool:
        """Whether a sentence or a paragraph ends among the words from ``first`` to ``last``."""
        stretch = self.text[self.starts[first] : self.ends[last]]
        return "\n" in stretch or _SENTENCE_END.search(stretch) is not None

    def boundary(self, index: int) -> int:
        """How much ends before a word: a paragraph 3, a sentence 2, what punctuation parts 1, nothing 0."""
        if not 0 < index < len(self):
            return 3
        last, gap = self.ends[index - 1], self.text[self.ends[index - 1] : self.starts[index]]
        if "\n" in gap:
            return 3
        if _SENTENCE_END.match(self.text, last - 1):
            return 2
        return int(not is_word(self.text[last - 1]))

    def __getitem__(self, index: int) -> str:
        return self.text[self.starts[index] : self.ends[index]]


def _unique_grams(numbers: Sequence[int], size: int) -> dict[tuple[int, ...], int]:
    """Where each stretch of ``size`` words that occurs once begins."""
    grams = list(zip(*(numbers[offset:] for offset in range(size)), strict=False))
    last = dict(zip(grams, range(len(grams)), strict=True))
    if len(last) == len(grams):
        return last
    first = dict(zip(reversed(grams), range(len(grams) - 1, -1, -1), strict=True))
    return {gram: index for gram, index in last.items() if first[gram] == index}


def _common_blocks(old: Sequence[int], new: Sequence[int], size: int) -> list[tuple[int, int, int]]:
    """Maximal equal stretches that hold something unique in both: old index, new index, length; by old index."""
    if len(old) < size or len(new) < size:
        return []
    new_grams = _unique_grams(new, size)
    blocks: list[tuple[int, int, int]] = []
    diagonal, reach = None, 0
    for gram, i in _unique_grams(old, size).items():
        j = new_grams.get(gram)
        if j is None or (i - j == diagonal and i < reach):
            continue
        start = i
        floor = reach if i - j == diagonal else 0
        while start > floor and start - i + j > 0 and old[start - 1] == new[start - 1 - i + j]:
            start -= 1
        end = i + size
        while end < len(old) and end - i + j < len(new) and old[end] == new[end - i + j]:
            end += 1
        blocks.append((start, start - i + j, end - start))
        diagonal, reach = i - j, end
    return blocks


def _spine(blocks: Sequence[tuple[int, int, int]]) -> set[int]:
    """Indices of the heaviest chain of ``blocks`` (sorted by old index) that keeps the new text's order."""
    rank = {j: place for place, j in enumerate(sorted({j for _, j, _ in blocks}), start=1)}
    best = [(0, -1)] * (len(rank) + 1)  # a Fenwick tree of the heaviest chain that ends at or before a rank
    previous = [-1] * len(blocks)
    heaviest = (0, -1)
    for index, (_, j, length) in enumerate(blocks):
        place = rank[j] - 1
        before = (0, -1)
        while place > 0:
            before = max(before, best[place])
            place -= place & -place
        previous[index] = before[1]
        chain = (before[0] + length, index)
        heaviest = max(heaviest, chain)
        place = rank[j]
        while place < len(best):
            best[place] = max(best[place], chain)
            place += place & -place
    chosen = set()
    index = heaviest[1]
    while index >= 0:
        chosen.add(index)
        index = previous[index]
    return chosen


class StepMap:
    """Where the words of ``old`` stand in ``new``; made once for two revisions, asked for any number of passages."""

    def __init__(self, old: str, new: str) -> None:
        self._head, self._tail = _common_ends(old, new)
        vocabulary = _Vocabulary()
        self._old = _Words(old, self._head, self._tail, vocabulary)
        self._new = _Words(new, self._head, self._tail, vocabulary)
        self._image = array("i", [-1]) * len(self._old)
        self._source = array("i", [-1]) * len(self._new)
        self._once: set[int] = set()
        if self._image and self._source:
            self._align()
        # What only the comparison needed.
        self._old.numbers = self._new.numbers = []
        self._once = set()

    # -- aligning

    def _claim(self, i: int, j: int, length: int) -> None:
        self._image[i : i + length] = array("i", range(j, j + length))
        self._source[j : j + length] = array("i", range(i, i + length))

    def _align(self) -> None:
        old, new = self._old.numbers, self._new.numbers
        self._once = _once(old) & _once(new)
        if self._head:
            self._claim(0, 0, 1)
        if self._tail:
            self._claim(len(old) - 1, len(new) - 1, 1)
        self._claim_blocks(_common_blocks(old, new, LONG_GRAM))
        holes = list(_holes(self._image, [(0, len(self._image))]))
        for start, end in holes:
            self._fill(start, end)
        holes = list(_holes(self._image, holes))
        if self._claim_moved(holes):
            holes = list(_holes(self._image, holes))
            for start, end in holes:
                self._fill(start, end)
            holes = list(_holes(self._image, holes))
        self._slide(self._new, self._source, self._image)
        self._slide(self._old, self._image, self._source)
        for start, end in list(_holes(self._image, [(0, len(self._image))])):
            self._pair_edited(start, end)

    def _slide(self, words: "_Words", partners: "array[int]", others: "array[int]") -> None:
        """Let what was put in (or, from the old text's side, taken out) begin and end where sentences do.

        Where it begins with the words that follow it, or ends with those before it, the longest common subsequence
        cannot tell which of the two are new: "[She said no.] She left" or "She [said no. She] left". People put in
        whole sentences.
        """
        for start, end in _holes(partners, [(1, len(partners) - 1)]):
            left, right = partners[start - 1], partners[end]
            if left < 0 or right != left + 1:
                continue
            best, shift = words.boundary(start) + words.boundary(end), 0
            for direction in (-1, 1):
                for steps, whole in self._shifts(words, partners, start, end, direction):
                    score = words.boundary(start + steps) + words.boundary(end + steps)
                    if score > best and (whole or words.boundary(start + steps) > 1 < words.boundary(end + steps)):
                        best, shift = score, steps
            for at in range(shift):
                partners[start + at], partners[end + at] = right + at, -1
                others[right + at] = start + at
            for at in range(1, 1 - shift):
                partners[end - at], partners[start - at] = left + 1 - at, -1
                others[left + 1 - at] = end - at

    @staticmethod
    def _shifts(
        words: "_Words", partners: "array[int]", start: int, end: int, direction: int
    ) -> Iterator[tuple[int, bool]]:
        """By how many words a free stretch could begin earlier or later; the last may be a word that was respelt."""
        near, far = (start, end) if direction > 0 else (end - 1, start - 1)
        first = partners[far]
        for steps in range(end - start):
            here, there = near + direction * steps, far + direction * steps
            if not 0 <= there < len(partners) or partners[there] != first + direction * steps:
                return
            if words.numbers[here] == words.numbers[there]:
                yield direction * (steps + 1), True
                continue
            if words.numbers[there] >= 0 and _likeness(words[there], words[here]):
                yield direction * (steps + 1), False
            return

    def _claim_blocks(self, blocks: list[tuple[int, int, int]]) -> None:
        """Take the spine first, then moved text, longest first; what is taken is not taken twice."""
        if not blocks:
            return
        spine = _spine(blocks)
        moves = [block for index, block in enumerate(blocks) if index not in spine]
        for i, j, length in self._parted([blocks[index] for index in sorted(spine)]):
            self._claim_free(i, j, length, least=1)
        for i, j, length in sorted(moves, key=lambda block: -block[2]):
            self._claim_free(i, j, length, least=MOVED_WORDS)

    def _parted(self, spine: list[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
        """Part stretches that both reach over the same words: there, best, where a sentence ends."""
        i, j, length = spine[0]
        for next_i, next_j, next_length in spine[1:]:
            shared = min(max(i + length - next_i, j + length - next_j, 0), length, next_length)
            old_parts, new_parts = (i + length - shared, next_i), (j + length - shared, next_j)
            scores = [
                sum(self._old.boundary(part + kept) for part in old_parts)
                + sum(self._new.boundary(part + kept) for part in new_parts)
                for kept in range(shared + 1)
            ]
            kept = scores.index(max(scores))
            yield i, j, length - shared + kept
            i, j, length = next_i + kept, next_j + kept, next_length - kept
        yield i, j, length

    def _claim_free(self, i: int, j: int, length: int, *, least: int) -> bool:
        """Take of a block what is still free on both sides, if that is one stretch and not less than ``least``."""
        while length and (self._image[i] >= 0 or self._source[j] >= 0):
            i, j, length = i + 1, j + 1, length - 1
        while length and (self._image[i + length - 1] >= 0 or self._source[j + length - 1] >= 0):
            length -= 1
        if length < least:
            return False
        while length and self._is_closer(i) and not self._follows(i, j):
            i, j, length = i + 1, j + 1, length - 1
        if length < least:
            return False
        if least > 1 and self._old.ends[i + length - 1] - self._old.starts[i] < MOVED_CHARS:
            return False
        if any(image >= 0 for image in self._image[i : i + length]):
            return False
        if any(source >= 0 for source in self._source[j : j + length]):
            return False
        self._claim(i, j, length)
        return True

    def _is_closer(self, i: int) -> bool:
        """Whether a word is punctuation that belongs to what stands before it."""
        return self._old.text[self._old.starts[i]] in CLOSERS

    def _follows(self, i: int, j: int) -> bool:
        return i > 0 and j > 0 and self._image[i - 1] == j - 1

    def _claim_moved(self, old_runs: list[tuple[int, int]]) -> bool:
        """Look once more for moved text, now with shorter stretches, but only where both texts are still free."""
        new_runs = list(_holes(self._source, [(0, len(self._source))]))
        if not old_runs or not new_runs:
            return False
        blocks = _common_blocks(
            self._free_numbers(self._old, old_runs, -1),
            self._free_numbers(self._new, new_runs, -2),
            SHORT_GRAM,
        )
        old_at = [index for start, end in old_runs for index in (*range(start, end), -1)]
        new_at = [index for start, end in new_runs for index in (*range(start, end), -1)]
        found = False
        for i, j, length in sorted(blocks, key=lambda block: -block[2]):
            found |= self._claim_free(old_at[i], new_at[j], length, least=SHORT_GRAM)
        return found

    @staticmethod
    def _free_numbers(words: "_Words", runs: list[tuple[int, int]], mark: int) -> list[int]:
        """The numbers of the free words, each run ended by a number that stands nowhere else."""
        numbers: list[int] = []
        for start, end in runs:
            numbers += words.numbers[start:end]
            numbers.append(mark)
            mark -= 2
        return numbers

    def _free_after(self, j: int, limit: int) -> int:
        """End of the new words that stand free from ``j`` on, at most ``limit`` of them."""
        end = j
        stop = min(len(self._source), j + limit)
        while end < stop and self._source[end] < 0:
            end += 1
        return end

    def _free_before(self, j: int, limit: int) -> int:
        start = j
        stop = max(0, j - limit)
        while start > stop and self._source[start - 1] < 0:
            start -= 1
        return start

    def _places(self, start: int, end: int, limit: int) -> list[int]:
        """The free new words beside the images of a hole's two neighbours, in order: where its words may have gone."""
        left = self._image[start - 1] + 1 if start else 0
        right = self._image[end] if end < len(self._image) else len(self._new)
        if left <= right and self._free_after(left, right - left) == right:
            if right - left <= 2 * limit:
                return list(range(left, right))
            return [*range(left, left + limit), *range(right - limit, right)]
        return [*range(left, self._free_after(left, limit)), *range(self._free_before(right, limit), right)]

    def _fill(self, start: int, end: int) -> None:
        """Compare a hole of the old text with the new words that stand free beside its two neighbours."""
        places = self._places(start, end, 2 * (end - start) + 200)
        if not places:
            return
        start, places = self._attach(start, end, places)
        hole = self._old.numbers[start:end]
        target = [self._new.numbers[place] for place in places]
        pairs = [(start + i, places[j]) for i, j in self._subsequence(hole, target)]
        for i, j in self._credible(pairs, start, end):
            self._image[i] = j
            self._source[j] = i

    def _attach(self, start: int, end: int, places: list[int]) -> tuple[int, list[int]]:
        """Take the words that go on from the left neighbour as before; what is left of the hole and of the places."""
        taken = 0
        follows = self._image[start - 1] + 1 if start else 0
        while (
            taken < min(end - start, len(places))
            and places[taken] == follows + taken
            and self._old.numbers[start + taken] == self._new.numbers[places[taken]]
        ):
            taken += 1
        if taken:
            self._claim(start, follows, taken)
        return start + taken, places[taken:]

    def _credible(self, pairs: list[tuple[int, int]], start: int, end: int) -> Iterator[tuple[int, int]]:
        """Leave out lonely common words amid rewritten text."""
        runs: list[list[tuple[int, int]]] = []
        for pair in pairs:
            if runs and _distance(runs[-1][-1], pair) <= 1:
                runs[-1].append(pair)
            else:
                runs.append([pair])
        reach = [self._weight(run) * LONELY for run in runs]
        credible = [False] * len(runs)
        ends = (
            (start - 1, self._image[start - 1] if start else -1),
            (end, self._image[end] if end < len(self._image) else len(self._new)),
        )
        # From the left neighbour on, then from the right one on: what is credible makes credible what is near it.
        for direction in (1, -1, 1, -1):
            before = ends[0] if direction > 0 else ends[1]
            for index in range(len(runs))[::direction]:
                near, far = (runs[index][0], runs[index][-1])[::direction]
                distance = _distance(before, near) if direction > 0 else _distance(near, before)
                credible[index] = credible[index] or distance < reach[index]
                if credible[index]:
                    before = far
        for run, counts in zip(runs, credible, strict=True):
            if counts:
                yield from run

    def _weight(self, run: list[tuple[int, int]]) -> float:
        weight = 0.0
        for i, _ in run:
            if not _IS_WORD.match(self._old.text, self._old.starts[i]):
                weight += 0.3
            elif self._old.numbers[i] in self._once:
                weight += 3
            else:
                weight += 1
        return weight

    def _subsequence(self, a: Sequence[int], b: Sequence[int]) -> list[tuple[int, int]]:
        """Pairs of equal words in order: unique stretches first, then longest common subsequence between them."""
        pairs: list[tuple[int, int]] = []
        blocks = _common_blocks(a, b, SHORT_GRAM)
        spine = _spine(blocks)
        at_a = at_b = 0
        for index in sorted(spine):
            i, j, length = blocks[index]
            skip = max(at_a - i, at_b - j, 0)
            i, j, length = i + skip, j + skip, length - skip
            if length <= 0:
                continue
            pairs += _lcs(a[at_a:i], b[at_b:j], at_a, at_b)
            pairs += zip(range(i, i + length), range(j, j + length), strict=True)
            at_a, at_b = i + length, j + length
        return pairs + _lcs(a[at_a:], b[at_b:], at_a, at_b)

    def _pair_edited(self, start: int, end: int) -> None:
        """In a small hole, find the words that became another spelling of themselves.

        Equal words are none of them: what was left of those was not credible.
        """
        if end - start > EDITED_WORDS:
            return
        places = self._places(start, end, end - start + 3)
        if not places:
            return
        old = [(self._old[i], self._old.numbers[i]) for i in range(start, end)]
        new = [(self._new[j], self._new.numbers[j]) for j in places]
        # The best chain of pairs in order, by the sum of their likeness.
        best: list[list[tuple[float, tuple[tuple[int, int], ...]]]] = [[(0.0, ())] * (len(new) + 1)]
        for i, (word, number) in enumerate(old):
            row = [best[i][0]]
            for j, (other, other_number) in enumerate(new):
                chain = max(best[i][j + 1], row[j])
                alike = 0.0 if number == other_number else _likeness(word, other)
                if alike and best[i][j][0] + alike > chain[0]:
                    chain = (best[i][j][0] + alike, (*best[i][j][1], (i, j)))
                row.append(chain)
            best.append(row)
        for i, j in best[-1][-1][1]:
            self._image[start + i] = places[j]
            self._source[places[j]] = start + i

    # -- asking

    def carry(self, start: int, end: int) -> tuple[int, int] | None:
        """Return where ``old[start:end]`` lies in the new text, or None if it was rewritten or removed."""
        if end <= self._head:
            return start, end
        from_end = len(self._old.text)
        if start >= from_end - self._tail:
            return start + len(self._new.text) - from_end, end + len(self._new.text) - from_end
        first = bisect_right(self._old.ends, start)
        last = bisect_left(self._old.starts, end) - 1
        if last < first:
            return None
        images = [(i, self._image[i]) for i in range(first, last + 1) if self._image[i] >= 0]
        if not images:
            return self._replaced(first, last)
        cluster = self._main_cluster(images, start, end)
        (i, low), (k, high) = cluster[0], cluster[-1]
        new_start, new_end = self._new.starts[low], self._new.ends[high]
        if i == first:
            new_start = self._inside(i, low, start)
        elif (head := self._replaced(first, i - 1)) is not None:
            new_start = head[0]
        if k == last:
            new_end = self._inside(k, high, end)
        elif (tail := self._replaced(k + 1, last)) is not None:
            new_end = tail[1]
        else:
            new_end = self._with_space(k, high)
        return new_start, max(new_start, new_end)

    def is_certain(self, start: int, end: int) -> bool:
        """Whether ``old[start:end]``, if it was carried, is nothing else that reads the same, and ends where it ended.

        Its neighbours must be its neighbours still, unless a sentence ends between: with "the" in "the the", nobody can
        tell which one is meant. And what is around its sentence must still be around it: a sentence that stands
        elsewhere may as well be a copy.
        """
        if end <= self._head or start >= len(self._old.text) - self._tail:
            return True
        first = bisect_right(self._old.ends, start)
        last = bisect_left(self._old.starts, end) - 1
        if last < first:
            return False
        low, high = self._image[first], self._image[last]
        if low < 0 or high - low != last - first:
            return False
        return (
            (self._is_beside(first - 1, low - 1) or self._old.boundary(first) > 1 < self._new.boundary(low))
            and (self._is_beside(last + 1, high + 1) or self._old.boundary(last + 1) > 1 < self._new.boundary(high + 1))
            and not self._may_slide(first, low, -1)
            and not self._may_slide(last, high, 1)
            and self._stands_around(first, low, -1)
            and self._stands_around(last, high, 1)
        )

    def _is_beside(self, i: int, j: int) -> bool:
        return 0 <= i < len(self._image) and self._image[i] == j >= 0

    def _stands_around(self, i: int, j: int, direction: int) -> bool:
        """Whether, on one side of word ``i``, its sentence still stands, and what is beside the sentence.

        That is, most of the sentence's words there have an image, and half of the words nearest to it have theirs on
        that side of word ``j``.
        """
        within = True
        words = standing = seen = around = 0
        for index in range(i + direction, i + direction * AROUND_REACH, direction):
            if not 0 <= index < len(self._image):
                break
            within = within and self._old.boundary(index + (direction < 0)) < 2
            if within:
                words += 1
                standing += self._image[index] >= 0
            elif self._image[index] >= 0:
                seen += 1
                around += (self._image[index] - j) * direction > 0
                if seen == AROUND:
                    break
        return standing >= SENTENCE_STANDS * words and 2 * around >= seen

    def _may_slide(self, i: int, j: int, direction: int) -> bool:
        """Whether what was put in or taken out near word ``i`` may as well have been so on its other side."""
        for words, partners, at in ((self._new, self._source, j), (self._old, self._image, i)):
            near = at + direction
            while abs(near - at) < SLIDE and 0 <= near < len(partners) and partners[near] >= 0:
                near += direction
            far = near
            while abs(far - near) < SLIDE and 0 <= far < len(partners) and partners[far] < 0:
                far += direction
            if not 0 <= far < len(partners) or far == near:
                continue
            back = 1
            while _may_be(words[near - direction * back], words[far - direction * back]):
                if near - direction * back == at:
                    return True
                back += 1
        return False

    def is_new(self, start: int, end: int) -> bool:
        """Whether nothing of ``new[start:end]`` came from the old text."""
        first = bisect_right(self._new.ends, start)
        last = bisect_left(self._new.starts, end)
        return all(source < 0 for source in self._source[first:last])

    def _inside(self, i: int, j: int, position: int) -> int:
        """Where an old position in or beside word ``i`` is, given that the word became word ``j``."""
        start, end = self._old.starts[i], self._old.ends[i]
        new_start, new_end = self._new.starts[j], self._new.ends[j]
        if position <= start:
            floor = self._new.ends[j - 1] if j else 0
            return max(floor, new_start - (start - position))
        if position >= end:
            ceiling = self._new.starts[j + 1] if j + 1 < len(self._new) else len(self._new.text)
            return min(ceiling, new_end + position - end)
        if self._old[i] == self._new[j]:
            return new_start + position - start
        for code in Levenshtein.opcodes(self._old[i], self._new[j]):
            if start + code.src_end > position:
                return new_start + min(code.dest_end, code.dest_start + position - start - code.src_start)
        return new_end

    def _with_space(self, i: int, j: int) -> int:
        """End of word ``j`` and of the space behind it, as far as word ``i`` had space behind it too."""
        old_after = self._old.starts[i + 1] if i + 1 < len(self._old) else len(self._old.text)
        new_after = self._new.starts[j + 1] if j + 1 < len(self._new) else len(self._new.text)
        return self._new.ends[j] + min(old_after - self._old.ends[i], new_after - self._new.ends[j])

    def _main_cluster(self, images: list[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
        """Of a passage whose parts went different ways, the part with most characters; in the new text's order."""
        images = sorted(images, key=itemgetter(1))
        clusters = [[images[0]]]
        starts, ends = self._old.starts, self._old.ends
        for before, here in pairwise(images):
            inserted = self._new.starts[here[1]] - self._new.ends[before[1]]
            if before[0] < here[0]:
                inserted -= starts[here[0]] - ends[before[0]]
            if inserted <= max(PARTING_SHARE * (end - start), PARTING):
                clusters[-1].append(here)
            else:
                clusters.append([here])
        if len(clusters) == 1:
            return clusters[0]
        return max(clusters, key=lambda cluster: sum(min(ends[i], end) - max(starts[i], start) for i, _ in cluster))

    def _replaced(self, first: int, last: int) -> tuple[int, int] | None:
        """What stands in the place of old words that all went, if both neighbours stand and hold something between."""
        if any(image >= 0 for image in self._image[first : last + 1]):
            return None
        before, after = first, last
        while before > 0 and self._image[before - 1] < 0 and after - before < 8:
            before -= 1
        while after + 1 < len(self._image) and self._image[after + 1] < 0 and after - before < 8:
            after += 1
        if after - before >= 8:
            return None
        left = self._image[before - 1] if before else -1
        right = self._image[after + 1] if after + 1 < len(self._image) else len(self._new)
        if not 1 < right - left <= 9:
            return None
        if any(self._source[j] >= 0 for j in range(left + 1, right)):
            return None
        if self._old.ends_sentence(before, after) or self._new.ends_sentence(left + 1, right - 1):
            return None
        return self._new.starts[left + 1], self._new.ends[right - 1]


def _once(numbers: Sequence[int]) -> set[int]:
    return {number for number, count in Counter(numbers).items() if count == 1}


def _distance(before: tuple[int, int], after: tuple[int, int]) -> int:
    """How many words, of the old text or of the new, lie between two pairs; much if the new order is another."""
    if after[1] <= before[1]:
        return 1000
    return max(after[0] - before[0], after[1] - before[1]) - 1


def _likeness(word: str, other: str) -> float:
    """How surely one word is another spelling of the other, 0 to 1; 0 if it is not."""
    longest = max(len(word), len(other))
    if longest < 3 or not word[0].isalnum():
        return 0.0
    most = max(1, 2 * longest // 7)
    distance = OSA.distance(word.lower(), other.lower(), score_cutoff=most)
    return 1 - distance / longest if distance <= most else 0.0


def _may_be(word: str, other: str) -> bool:
    """Whether two words are the same or spellings of one word."""
    return fold_word(word) == fold_word(other) or _likeness(word, other) > 0


def _holes(image: "array[int]", within: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The stretches without an image that lie in the given ones."""
    for first, last in within:
        start = None
        for index in range(first, last):
            if image[index] < 0:
                if start is None:
                    start = index
            elif start is not None:
                yield start, index
                start = None
        if start is not None:
            yield start, last


def _common_ends(old: str, new: str) -> tuple[int, int]:
    """How many characters at the beginning and at the end are the same, a little less, so that words have company."""
    if old == new:
        return len(old), 0
    most = min(len(old), len(new))
    head = _common_start(old, new, most)
    tail = _common_start(old[::-1], new[::-1], most - head)
    return _step_back(old[max(0, head - COMPANY) : head], head), _step_back(
        old[len(old) - tail :][:COMPANY][::-1], tail
    )


def _common_start(old: str, new: str, most: int) -> int:
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if old[low:middle] == new[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _step_back(company: str, length: int) -> int:
    """Shorten a common end by its last paragraph, or by ``COMPANY`` characters to a space if that is longer."""
    at = company.rfind("\n")
    if at < 0:
        at = company.find(" ")
    return max(0, length - (COMPANY if at < 0 else len(company) - at))


def _lcs(a: Sequence[int], b: Sequence[int], at_a: int, at_b: int) -> list[tuple[int, int]]:
    if not a or not b:
        return []
    head = 0
    pairs: list[tuple[int, int]] = []
    if len(a) * len(b) > LCS_CELLS:
        while head < min(len(a), len(b)) and a[head] == b[head]:
            pairs.append((at_a + head, at_b + head))
            head += 1
        return pairs
    for tag in LCSseq.opcodes(a, b):
        if tag.tag == "equal":
            pairs += zip(
                range(at_a + tag.src_start, at_a + tag.src_end),
                range(at_b + tag.dest_start, at_b + tag.dest_end),
                strict=True,
            )
    return pairs


@lru_cache(maxsize=8)
def step_map(old: str, new: str) -> StepMap:
    """Return the step map of two revisions; those asked for last are kept, so that many passages cost one map."""
    return StepMap(old, new)


def carry(passage_start: int, passage_end: int, old: str, new: str) -> tuple[int, int] | None:
    """Return where the stretch of ``old`` lies in ``new``; None if it was rewritten or removed."""
    return step_map(old, new).carry(passage_start, passage_end)


def word_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each word and each punctuation mark."""
    return (match.span() for match in _WORD.finditer(text))


def is_word(char: str) -> bool:
    """Whether a character joins with its like into a word: a letter, digit or mark of a script with spaces."""
    return _JOINS.match(char) is not None


def words_in(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the stretch widened to the words it touches."""
    while 0 < start < len(text) and is_word(text[start]) and is_word(text[start - 1]):
        start -= 1
    while 0 < end < len(text) and is_word(text[end]) and is_word(text[end - 1]):
        end += 1
    return start, end
