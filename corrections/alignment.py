"""Which word of a text became which word of its next revision.

Responsible for aligning the words of two texts, moved sentences included. Knows nothing of passages: ``carrying`` asks
the alignment about them. Pure Python on RapidFuzz, no Django.

The method, in the order of the code:

1. Stretches of words that occur once in either text are certain (the idea of Bram Cohen's patience diff). The
   heaviest chain of them that keeps the order is the spine; long ones out of order are moved text.
2. What lies between certain stretches is compared by longest common subsequence, each hole only with the new words
   that stand free beside its two neighbours. This is what keeps a text of 500,000 characters fast.
3. A lonely common word amid rewritten text ("the", "of") says nothing and is dropped again.
4. A word with a misspelling put right, or replaced between neighbours that stand, is the same place.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from corrections.subsequences import common_blocks, common_subsequence, heaviest_chain
from corrections.words import HEAD, IS_WORD, TAIL, Words, likeness

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


class Alignment:
    """``image``: for each old word the index of the new word that it became, or -1; ``source``: the other way round."""

    def __init__(self, old: Words, new: Words) -> None:
        self._old, self._new = old, new
        self.image = array("i", [-1]) * len(old)
        self.source = array("i", [-1]) * len(new)
        self._once: set[int] = set()
        if self.image and self.source:
            self._align()

    def _claim(self, i: int, j: int, length: int) -> None:
        self.image[i : i + length] = array("i", range(j, j + length))
        self.source[j : j + length] = array("i", range(i, i + length))

    def _align(self) -> None:
        old, new = self._old.numbers, self._new.numbers
        self._once = _once(old) & _once(new)
        if old[0] == HEAD:
            self._claim(0, 0, 1)
        if old[-1] == TAIL:
            self._claim(len(old) - 1, len(new) - 1, 1)
        self._claim_blocks(common_blocks(old, new, LONG_GRAM))
        holes = list(_holes(self.image, [(0, len(self.image))]))
        for start, end in holes:
            self._fill(start, end)
        holes = list(_holes(self.image, holes))
        if self._claim_moved(holes):
            holes = list(_holes(self.image, holes))
            for start, end in holes:
                self._fill(start, end)
            holes = list(_holes(self.image, holes))
        self._slide(self._new, self.source, self.image)
        self._slide(self._old, self.image, self.source)
        for start, end in list(_holes(self.image, [(0, len(self.image))])):
            self._pair_edited(start, end)

    def _slide(self, words: Words, partners: "array[int]", others: "array[int]") -> None:
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
        words: Words, partners: "array[int]", start: int, end: int, direction: int
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
            if words.numbers[there] >= 0 and likeness(words[there], words[here]):
                yield direction * (steps + 1), False
            return

    def _claim_blocks(self, blocks: list[tuple[int, int, int]]) -> None:
        """Take the spine first, then moved text, longest first; what is taken is not taken twice."""
        if not blocks:
            return
        spine = heaviest_chain(blocks)
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
        while length and (self.image[i] >= 0 or self.source[j] >= 0):
            i, j, length = i + 1, j + 1, length - 1
        while length and (self.image[i + length - 1] >= 0 or self.source[j + length - 1] >= 0):
            length -= 1
        if length < least:
            return False
        while length and self._is_closer(i) and not self._follows(i, j):
            i, j, length = i + 1, j + 1, length - 1
        if length < least:
            return False
        if least > 1 and self._old.ends[i + length - 1] - self._old.starts[i] < MOVED_CHARS:
            return False
        if any(image >= 0 for image in self.image[i : i + length]):
            return False
        if any(source >= 0 for source in self.source[j : j + length]):
            return False
        self._claim(i, j, length)
        return True

    def _is_closer(self, i: int) -> bool:
        """Whether a word is punctuation that belongs to what stands before it."""
        return self._old.text[self._old.starts[i]] in CLOSERS

    def _follows(self, i: int, j: int) -> bool:
        return i > 0 and j > 0 and self.image[i - 1] == j - 1

    def _claim_moved(self, old_runs: list[tuple[int, int]]) -> bool:
        """Look once more for moved text, now with shorter stretches, but only where both texts are still free."""
        new_runs = list(_holes(self.source, [(0, len(self.source))]))
        if not old_runs or not new_runs:
            return False
        blocks = common_blocks(
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
    def _free_numbers(words: Words, runs: list[tuple[int, int]], mark: int) -> list[int]:
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
        stop = min(len(self.source), j + limit)
        while end < stop and self.source[end] < 0:
            end += 1
        return end

    def _free_before(self, j: int, limit: int) -> int:
        start = j
        stop = max(0, j - limit)
        while start > stop and self.source[start - 1] < 0:
            start -= 1
        return start

    def _places(self, start: int, end: int, limit: int) -> list[int]:
        """The free new words beside the images of a hole's two neighbours, in order: where its words may have gone."""
        left = self.image[start - 1] + 1 if start else 0
        right = self.image[end] if end < len(self.image) else len(self._new)
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
        pairs = [(start + i, places[j]) for i, j in common_subsequence(hole, target, SHORT_GRAM)]
        for i, j in self._credible(pairs, start, end):
            self.image[i] = j
            self.source[j] = i

    def _attach(self, start: int, end: int, places: list[int]) -> tuple[int, list[int]]:
        """Take the words that go on from the left neighbour as before; what is left of the hole and of the places."""
        taken = 0
        follows = self.image[start - 1] + 1 if start else 0
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
            (start - 1, self.image[start - 1] if start else -1),
            (end, self.image[end] if end < len(self.image) else len(self._new)),
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
            if not IS_WORD.match(self._old.text, self._old.starts[i]):
                weight += 0.3
            elif self._old.numbers[i] in self._once:
                weight += 3
            else:
                weight += 1
        return weight

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
                alike = 0.0 if number == other_number else likeness(word, other)
                if alike and best[i][j][0] + alike > chain[0]:
                    chain = (best[i][j][0] + alike, (*best[i][j][1], (i, j)))
                row.append(chain)
            best.append(row)
        for i, j in best[-1][-1][1]:
            self.image[start + i] = places[j]
            self.source[places[j]] = start + i


def _once(numbers: Sequence[int]) -> set[int]:
    return {number for number, count in Counter(numbers).items() if count == 1}


def _distance(before: tuple[int, int], after: tuple[int, int]) -> int:
    """How many words, of the old text or of the new, lie between two pairs; much if the new order is another."""
    if after[1] <= before[1]:
        return 1000
    return max(after[0] - before[0], after[1] - before[1]) - 1


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
