"""What two sequences of numbers have in common: unique stretches, their heaviest chain in order, subsequences.

Responsible for the comparison alone; what the numbers stand for is ``alignment``'s business. Pure Python on RapidFuzz.
"""

from collections.abc import Sequence

from rapidfuzz.distance import LCSseq

LCS_CELLS = 4_000_000
"""Product of two lengths up to which a hole is compared word by word; RapidFuzz's matrix takes a bit a cell."""


def _unique_grams(numbers: Sequence[int], size: int) -> dict[tuple[int, ...], int]:
    """Where each stretch of ``size`` words that occurs once begins."""
    grams = list(zip(*(numbers[offset:] for offset in range(size)), strict=False))
    last = dict(zip(grams, range(len(grams)), strict=True))
    if len(last) == len(grams):
        return last
    first = dict(zip(reversed(grams), range(len(grams) - 1, -1, -1), strict=True))
    return {gram: index for gram, index in last.items() if first[gram] == index}


def common_blocks(old: Sequence[int], new: Sequence[int], size: int) -> list[tuple[int, int, int]]:
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


def heaviest_chain(blocks: Sequence[tuple[int, int, int]]) -> set[int]:
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


def common_subsequence(a: Sequence[int], b: Sequence[int], size: int) -> list[tuple[int, int]]:
    """Pairs of equal words in order: unique stretches first, then longest common subsequence between them."""
    pairs: list[tuple[int, int]] = []
    blocks = common_blocks(a, b, size)
    spine = heaviest_chain(blocks)
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
