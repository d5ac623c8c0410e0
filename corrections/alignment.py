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
from collections.abc import Iterator
from functools import cached_property

from rapidfuzz.distance import Prefix

from corrections.subsequences import Block, common_blocks, common_subsequence, counted, heaviest_chain
from corrections.words import HEAD, NEW_GAP, OLD_GAP, SEVERAL, TAIL, Words, is_sign, likeness

LONG_GRAM, SHORT_GRAM = 6, 3
"""Words in a stretch that counts as certain when it is unique: in the whole text, in a hole between two others."""
MOVED_WORDS, MOVED_CHARS = 5, 20
"""What must be found elsewhere, unique, before we believe that text was moved and not written anew."""
CLOSERS = frozenset(".,;:!?…)]}»”。、，！？；：）」』】؟،؛%")
"""Punctuation that belongs to the words before it and does not begin a moved stretch."""
SENTENCE, SAME = 4, 0.35
"""Words from which a sentence counts as one, and the part of them that must stand in the new text for it to be the
same sentence and not another with the same little words."""
LONELY = 3
"""A matched word amid rewritten text counts if fewer than this many words a word of weight were rewritten beside it."""
EDITED_WORDS = 12
"""Longest hole in which we look for words that were respelt."""


class _Side:
    """The words of one of the two texts, and for each of them its partner in the other text, or -1."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.partners = array("i", [-1]) * len(words)
        self.free = bytearray(b"\1") * len(words)
        """Once more whether a word has no partner yet, in a form that is searched at once."""

    def __len__(self) -> int:
        return len(self.partners)

    def pair(self, start: int, length: int, partner: int) -> None:
        """Note that ``length`` words from ``start`` on have the words from ``partner`` on as theirs."""
        if length == 1:
            self.partners[start] = partner
            self.free[start] = 0
            return
        self.partners[start : start + length] = array("i", range(partner, partner + length))
        self.free[start : start + length] = bytes(length)

    def shift(self, to: int, gone: int, partner: int) -> None:
        """Note that word ``to`` has a partner that word ``gone`` had until now."""
        self.partners[to], self.partners[gone] = partner, -1
        self.free[to], self.free[gone] = 0, 1

    def is_free(self, start: int, end: int) -> bool:
        """Whether none of these words has a partner."""
        return self.free.find(0, start, end) < 0

    def free_from(self, start: int, stop: int) -> int:
        """Where the words end that are free from ``start`` on, at most ``stop``."""
        taken = self.free.find(0, start, stop)
        return max(start, min(stop, len(self))) if taken < 0 else taken

    def free_to(self, end: int, stop: int) -> int:
        """Where the words begin that are free up to ``end``, at least ``stop``."""
        return max(self.free.rfind(0, stop, end) + 1, min(stop, end))

    def holes(self, first: int = 0, last: int | None = None) -> Iterator[tuple[int, int]]:
        """The stretches of free words; the words between them may be paired meanwhile."""
        find = self.free.find
        stop = len(self.free) if last is None else last
        start = find(1, first, stop)
        while start >= 0:
            end = find(0, start, stop)
            end = stop if end < 0 else end
            yield start, end
            start = find(1, end + 1, stop)


class Alignment:
    """``image``: for each old word the index of the new word that it became, or -1; ``source``: the other way round."""

    def __init__(self, old: Words, new: Words) -> None:
        self._old, self._new = _Side(old), _Side(new)
        if len(old) and len(new):
            self._align()
        self.image, self.source = self._old.partners, self._new.partners

    def _align(self) -> None:
        old, new = self._old.words.code, self._new.words.code
        if old[0] == HEAD:
            self._claim(Block(0, 0, 1))
        if old[-1] == TAIL:
            self._claim(Block(len(old) - 1, len(new) - 1, 1))
        self._claim_blocks(common_blocks(old, new, LONG_GRAM))
        self._fill_all()
        if self._claim_moved():
            self._fill_all()
        _slide(self._new, self._old)
        _slide(self._old, self._new)
        for start, end in list(self._old.holes()):
            self._pair_edited(start, end)

    def _claim(self, block: Block) -> None:
        self._old.pair(block.old, block.length, block.new)
        self._new.pair(block.new, block.length, block.old)

    def _claim_blocks(self, blocks: list[Block]) -> None:
        """Take the spine first, then moved text, longest first; what is taken is not taken twice."""
        if not blocks:
            return
        spine = heaviest_chain(blocks)
        moves = [block for index, block in enumerate(blocks) if index not in spine]
        for block in self._parted([blocks[index] for index in sorted(spine)]):
            self._claim_free(block, least=1)
        for block in sorted(moves, key=lambda block: -block.length):
            self._claim_free(block, least=MOVED_WORDS)

    def _parted(self, spine: list[Block]) -> Iterator[Block]:
        """Part stretches that both reach over the same words: there, best, where a sentence ends."""
        old, new = self._old.words, self._new.words
        i, j, length = spine[0]
        for next_i, next_j, next_length in spine[1:]:
            shared = min(max(i + length - next_i, j + length - next_j, 0), length, next_length)
            kept = 0
            if shared:
                old_parts, new_parts = (i + length - shared, next_i), (j + length - shared, next_j)
                scores = [
                    sum(old.boundary(part + kept) for part in old_parts)
                    + sum(new.boundary(part + kept) for part in new_parts)
                    for kept in range(shared + 1)
                ]
                kept = scores.index(max(scores))
            yield Block(i, j, length - shared + kept)
            i, j, length = next_i + kept, next_j + kept, next_length - kept
        yield Block(i, j, length)

    def _claim_free(self, block: Block, *, least: int) -> bool:
        """Take of a block what is still free on both sides, if that is one stretch and not less than ``least``."""
        i, j, length = block
        old_free, new_free = self._old.free, self._new.free
        while length and not (old_free[i] and new_free[j]):
            i, j, length = i + 1, j + 1, length - 1
        while length and not (old_free[i + length - 1] and new_free[j + length - 1]):
            length -= 1
        if length < least:
            return False
        while length and self._is_closer(i) and not self._follows(i, j):
            i, j, length = i + 1, j + 1, length - 1
        if length < least:
            return False
        words = self._old.words
        if least > 1 and words.end(i + length - 1) - words.starts[i] < MOVED_CHARS:
            return False
        if not (self._old.is_free(i, i + length) and self._new.is_free(j, j + length)):
            return False
        self._claim(Block(i, j, length))
        return True

    def _is_closer(self, i: int) -> bool:
        """Whether a word is punctuation that belongs to what stands before it."""
        words = self._old.words
        return words.text[words.starts[i]] in CLOSERS

    def _follows(self, i: int, j: int) -> bool:
        return i > 0 and j > 0 and self._old.partners[i - 1] == j - 1

    def _claim_moved(self) -> bool:
        """Look once more for moved text, now with shorter stretches, but only where both texts are still free."""
        old, old_places = _free_words(self._old, OLD_GAP)
        new, new_places = _free_words(self._new, NEW_GAP)
        if not old or not new:
            return False
        found = False
        for i, j, length in sorted(common_blocks(old, new, SHORT_GRAM), key=lambda block: -block.length):
            found |= self._claim_free(Block(old_places[i], new_places[j], length), least=SHORT_GRAM)
        return found

    # -- holes

    def _places(self, start: int, end: int, limit: int) -> tuple[range, range]:
        """The free new words beside the images of a hole's two neighbours: where its words may have gone."""
        new = self._new
        left = self._old.partners[start - 1] + 1 if start else 0
        right = self._old.partners[end] if end < len(self._old) else len(new)
        if left <= right and new.is_free(left, right):
            if right - left <= 2 * limit:
                return range(left, right), range(right, right)
            return range(left, left + limit), range(right - limit, right)
        return range(left, new.free_from(left, left + limit)), range(new.free_to(right, max(0, right - limit)), right)

    def _fill_all(self) -> None:
        for start, end in list(self._old.holes()):
            self._fill(start, end)

    def _fill(self, start: int, end: int) -> None:
        """Compare a hole of the old text with the new words that stand free beside its two neighbours."""
        near, far = self._places(start, end, 2 * (end - start) + 200)
        if not near and not far:
            return
        old, new = self._old.words.code, self._new.words.code
        # The words that go on from the left neighbour as before are certain.
        hole, target = old[start:end], new[near.start : near.stop]
        taken = Prefix.similarity(hole, target)
        if taken:
            self._claim(Block(start, near.start, taken))
        start, near = start + taken, near[taken:]
        target = target[taken:] + new[far.start : far.stop]
        blocks = [
            placed
            for i, j, length in common_subsequence(hole[taken:], target, SHORT_GRAM)
            for placed in _placed(start + i, j, length, near, far)
        ]
        for block in self._of_sentences(list(self._credible(blocks, start, end)), start, end):
            self._claim(block)

    def _of_sentences(self, blocks: list[Block], start: int, end: int) -> list[Block]:
        """Leave out what a sentence in a hole has in common with one that was written in its stead."""
        if not blocks or end - start < SENTENCE:
            return blocks
        for low, high in self._old.words.sentences(start, end):
            if high - low < SENTENCE:
                continue
            shared = [(max(i, low), min(i + length, high)) for i, _, length in blocks if i < high and i + length > low]
            if sum(self._count(*both) for both in shared) < SAME * self._count(low, high):
                blocks = [part for block in blocks for part in _outside(block, low, high)]
        return blocks

    def _count(self, first: int, last: int) -> int:
        """How many words that are no signs stand from ``first`` to before ``last``."""
        return last - first - sum(map(self._signs.__contains__, self._old.words.code[first:last]))

    @cached_property
    def _signs(self) -> set[str]:
        return set(filter(is_sign, set(self._old.words.code)))

    def _credible(self, blocks: list[Block], start: int, end: int) -> Iterator[Block]:
        """Leave out lonely common words amid rewritten text."""
        runs: list[list[Block]] = []
        for block in blocks:
            if runs and _distance(runs[-1][-1], block) <= 1:
                runs[-1].append(block)
            else:
                runs.append([block])
        old, new = self._old, self._new
        left = Block(start - 1, old.partners[start - 1] if start else -1, 1)
        right = Block(end, old.partners[end] if end < len(old) else len(new), 1)
        reach = [self._weight(run) * LONELY for run in runs]
        credible = [False] * len(runs)
        # From the left neighbour on, then from the right one on: what is credible makes credible what is near it.
        for _ in range(2):
            before = left
            for index, run in enumerate(runs):
                credible[index] = credible[index] or _distance(before, run[0]) < reach[index]
                if credible[index]:
                    before = run[-1]
            after = right
            for index, run in reversed(list(enumerate(runs))):
                credible[index] = credible[index] or _distance(run[-1], after) < reach[index]
                if credible[index]:
                    after = run[0]
        for run, counts in zip(runs, credible, strict=True):
            if counts:
                yield from run

    def _weight(self, run: list[Block]) -> float:
        code = self._old.words.code
        return sum(sum(map(self._weights.__getitem__, code[i : i + length])) for i, _, length in run)

    @cached_property
    def _weights(self) -> dict[str, float]:
        """How much a word says: one that stands once in either text most, a punctuation mark hardly anything."""
        new_counts = counted(self._new.words.code)
        return {
            code: 0.3 if is_sign(code) else 3 if count == new_counts.get(code) == 1 else 1
            for code, count in counted(self._old.words.code).items()
        }

    def _pair_edited(self, start: int, end: int) -> None:
        """In a small hole, find the words that became another spelling of themselves.

        Equal words are none of them: what was left of those was not credible.
        """
        if end - start > EDITED_WORDS or not _has_several(self._old.words.code[start:end]):
            return
        near, far = self._places(start, end, end - start + 3)
        code = self._new.words.code
        if not _has_several(code[near.start : near.stop] + code[far.start : far.stop]):
            return
        places = [*near, *far]
        old = [(self._old.words[i], self._old.words.code[i]) for i in range(start, end)]
        new = [(self._new.words[j], code[j]) for j in places]
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
        blocks = [Block(start + i, places[j], 1) for i, j in best[-1][-1][1]]
        for block in self._credible(blocks, start, end):
            self._claim(block)


def _slide(side: _Side, other: _Side) -> None:
    """Let what was put in (or, from the old text's side, taken out) begin and end where sentences do.

    Where it begins with the words that follow it, or ends with those before it, the longest common subsequence
    cannot tell which of the two are new: "[She said no.] She left" or "She [said no. She] left". People put in
    whole sentences.
    """
    words, partners = side.words, side.partners
    for start, end in side.holes(1, len(side) - 1):
        left, right = partners[start - 1], partners[end]
        if left < 0 or right != left + 1:
            continue
        best, shift = words.boundary(start) + words.boundary(end), 0
        for direction in (-1, 1):
            for steps, whole in _shifts(side, start, end, direction):
                score = words.boundary(start + steps) + words.boundary(end + steps)
                if score > best and (whole or words.boundary(start + steps) > 1 < words.boundary(end + steps)):
                    best, shift = score, steps
        for at in range(shift):
            side.shift(start + at, end + at, right + at)
            other.pair(right + at, 1, start + at)
        for at in range(1, 1 - shift):
            side.shift(end - at, start - at, left + 1 - at)
            other.pair(left + 1 - at, 1, end - at)


def _shifts(side: _Side, start: int, end: int, direction: int) -> Iterator[tuple[int, bool]]:
    """By how many words a free stretch could begin earlier or later; the last may be a word that was respelt."""
    near, far = (start, end) if direction > 0 else (end - 1, start - 1)
    words, partners = side.words, side.partners
    first = partners[far]
    for steps in range(end - start):
        here, there = near + direction * steps, far + direction * steps
        if not 0 <= there < len(side) or partners[there] != first + direction * steps:
            return
        if words.code[here] == words.code[there]:
            yield direction * (steps + 1), True
            continue
        if words.code[there] not in (HEAD, TAIL) and likeness(words[there], words[here]):
            yield direction * (steps + 1), False
        return


def _free_words(side: _Side, mark: str) -> tuple[str, "array[int]"]:
    """The codes of free words that stand together, each stretch ended by ``mark``, and where these words stand."""
    codes: list[str] = []
    places = array("i")
    for start, end in side.holes():
        if end - start >= SHORT_GRAM:
            codes += side.words.code[start:end], mark
            places.extend(range(start, end + 1))
    return "".join(codes), places


def _placed(i: int, j: int, length: int, near: range, far: range) -> Iterator[Block]:
    """A block of which the new words stand at ``j`` of two stretches one behind the other."""
    left = min(length, max(0, len(near) - j))
    if left:
        yield Block(i, near[j], left)
    if left < length:
        yield Block(i + left, far[j + left - len(near)], length - left)


def _outside(block: Block, low: int, high: int) -> Iterator[Block]:
    """What of a block is not of the old words from ``low`` to before ``high``."""
    i, j, length = block
    if i < low:
        yield Block(i, j, min(length, low - i))
    if i + length > high:
        cut = max(0, high - i)
        yield Block(i + cut, j + cut, length - cut)


def _has_several(codes: str) -> bool:
    """Whether there is a word of more than one character, which could have been respelt."""
    return bool(codes) and ord(max(codes)) >= SEVERAL


def _distance(before: Block, after: Block) -> int:
    """How many words, of the old text or of the new, lie between two blocks; much if the new order is another."""
    last = before.new + before.length - 1
    if after.new <= last:
        return 1000
    return max(after.old - before.old - before.length, after.new - last - 1)
