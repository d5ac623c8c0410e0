"""What is asked of anchoring and what it answers, and when a quote's place has been put right.

Responsible for the words that locating and following share. Pure Python, no Django. All offsets count code points.
"""

from collections import Counter
from enum import StrEnum
from typing import NamedTuple

from corrections.folding import folded, folded_words

CONTEXT = 64
"""Characters of context on each side that are looked at."""
FEW_WORDS = 3
"""Up to so many words a quote is short: another word in its place is no longer the quote."""
ALIKE_ENOUGH = 0.6
"""Likeness from which a long passage is still the passage, edited, and not another."""


class Outcome(StrEnum):
    """How surely a quote was found."""

    EXACT = "exact"
    MOVED = "moved"
    AMBIGUOUS = "ambiguous"
    ALREADY_FIXED = "already_fixed"
    SIMILAR = "similar"
    LOST = "lost"


class Quote(NamedTuple):
    """A passage as the reader selected it: the words, what stood around them, and where (in code points)."""

    exact: str
    prefix: str = ""
    suffix: str = ""
    start: int | None = None


class Passage(NamedTuple):
    """Where a quote lies in a text, ``start`` to ``end`` (None when lost), and how surely (``score`` 0 to 1)."""

    outcome: Outcome
    start: int | None = None
    end: int | None = None
    score: float = 0.0


LOST = Passage(Outcome.LOST)
SURE = (Outcome.EXACT, Outcome.MOVED)
"""The outcomes with which a correction may be applied."""


def is_put_right(exact: str, there: str, suggestion: str, likeness: float) -> bool:
    """Whether what stands in the quote's place is the suggestion, or no longer has what was wrong.

    With a suggestion, what it takes out or puts in is what was wrong. Without one, a few words that were replaced are
    no longer the quote, and a long passage is not if hardly anything of it is left. If all the words are there still
    and others came between them, nothing was put right.
    """
    if suggestion and folded(suggestion) == folded(there):
        return True
    old, new = folded_words(exact), folded_words(there)
    if suggestion:
        wished = folded_words(suggestion)
        wrong = Counter(old) - Counter(wished)
        if wrong:
            return not (wrong & Counter(new))
        return not (Counter(wished) - Counter(old)) - Counter(new)
    if not Counter(old) - Counter(new):
        return False
    if len(old) <= FEW_WORDS:
        return True
    return likeness < ALIKE_ENOUGH
