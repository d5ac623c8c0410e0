"""What two sequences have in common: unique stretches, their heaviest chain in order, subsequences.

Responsible for the comparison alone. A sequence is a string, one character an item, which is compact, quick to cut and
what RapidFuzz compares fastest; what the items stand for is ``alignment``'s business. No Django.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate, compress, pairwise
from operator import itemgetter
from typing import NamedTuple

from rapidfuzz.distance import LCSseq, Prefix

LCS_CELLS = 4_000_000
"""Product of two lengths up to which stretches are compared item by item; RapidFuzz's matrix takes a bit a cell."""

GRAMS = 12_000
"""Stretches of a sequence that are looked up at least; of a longer sequence, a quarter of its stretches at least."""

FEW = 100
"""Different items up to which it is faster to look for each of them than to look at each place."""


class Block(NamedTuple):
    """A stretch that stands in both sequences: where in the old one, where in the new one, and how long it is."""

    old: int
    new: int
    length: int


def common_blocks(old: str, new: str, size: int) -> list[Block]:
    """Maximal equal stretches that hold something of ``size`` that is unique in both, by their place in the old one.

    In sequences longer than ``GRAMS`` only stretches count as something that begin with a rarer item.
    """
    if len(old) < size or len(new) < size:
        return []
    rarer = _rarer(old, new)
    old_grams, new_grams = _Grams(old, size, rarer), _Grams(new, size, rarer)
    blocks: list[Block] = []
    diagonal, reach = None, 0
    for here, gram in zip(old_grams.places, old_grams.grams, strict=True):
        if here + size <= reach:
            continue
        there = new_grams.last.get(gram)
        if there is None or new_grams.first[gram] != there or old_grams.first[gram] != old_grams.last[gram]:
            continue
        start = here
        floor = reach if here - there == diagonal else 0
        while start > floor and start - here + there > 0 and old[start - 1] == new[start - 1 - here + there]:
            start -= 1
        length = here - start + size + _same_from(old, new, here + size, there + size)
        blocks.append(Block(start, start - here + there, length))
        diagonal, reach = here - there, start + length
    return blocks


class _Grams:
    """The stretches of a given size in a sequence, and where each of them stands first and last."""

    def __init__(self, items: str, size: int, rarer: set[str] | None) -> None:
        self.places: Sequence[int] = range(len(items) - size + 1)
        if rarer is not None:
            self.places = list(compress(self.places, map(rarer.__contains__, items)))
        self.grams = [items[at : at + size] for at in self.places]
        self.first = self.last = dict(zip(self.grams, self.places, strict=True))
        if len(self.last) < len(self.grams):
            self.first = dict(zip(reversed(self.grams), reversed(self.places), strict=True))


def _rarer(old: str, new: str) -> set[str] | None:
    """The rarest items of both sequences that make up a quarter of them, or ``GRAMS``; None for all of them."""
    most = max(GRAMS, max(len(old), len(new)) // 4)
    if max(len(old), len(new)) <= most:
        return None
    rarest_first = sorted(counted(old + new).items(), key=itemgetter(1, 0))
    seen = accumulate(count for _, count in rarest_first)
    return {item for (item, _), so_far in zip(rarest_first, seen, strict=True) if so_far <= 2 * most}


def counted(items: str) -> Mapping[str, int]:
    """How often each item stands in a sequence."""
    if len(set(items[: 10 * FEW])) > FEW or len(different := set(items)) > FEW:
        return Counter(items)
    return {item: items.count(item) for item in different}


def _same_from(old: str, new: str, i: int, j: int) -> int:
    """How many items are the same from these places on."""
    length, window = 0, 32
    while True:
        at = i + length, j + length
        same = Prefix.similarity(old[at[0] : at[0] + window], new[at[1] : at[1] + window])
        length += same
        if same < window:
            return length
        window *= 2


def heaviest_chain(blocks: Sequence[Block]) -> set[int]:
    """Indices of the heaviest chain of ``blocks`` (sorted by their old place) that keeps the new sequence's order."""
    if all(before.new < after.new for before, after in pairwise(blocks)):
        return set(range(len(blocks)))
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


def common_subsequence(old: str, new: str, size: int) -> list[Block]:
    """Equal stretches in order: those unique ones first, then longest common subsequence between them."""
    blocks = common_blocks(old, new, size)
    found: list[Block] = []
    at_old = at_new = 0
    for index in sorted(heaviest_chain(blocks)):
        i, j, length = blocks[index]
        skip = max(at_old - i, at_new - j, 0)
        i, j, length = i + skip, j + skip, length - skip
        if length <= 0:
            continue
        found += _longest(old[at_old:i], new[at_new:j], at_old, at_new)
        found.append(Block(i, j, length))
        at_old, at_new = i + length, j + length
    return found + _longest(old[at_old:], new[at_new:], at_old, at_new)


def _longest(old: str, new: str, at_old: int, at_new: int) -> list[Block]:
    """The longest common subsequence of two stretches that begin there; of very long ones, their common beginning."""
    if not old or not new:
        return []
    if len(old) * len(new) > LCS_CELLS:
        length = Prefix.similarity(old, new)
        return [Block(at_old, at_new, length)] if length else []
    return [
        Block(at_old + op.src_start, at_new + op.dest_start, op.src_end - op.src_start)
        for op in LCSseq.opcodes(old, new)
        if op.tag == "equal"
    ]
