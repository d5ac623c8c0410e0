"""Anchoring: find a quote in a text, carry a passage to the next revision, and say how surely.

The one place that the rest of the project imports from. ``locating`` finds a quote in a text, ``following`` says what
became of it in later revisions, ``carrying`` moves a stretch from one to the next, ``certainty`` says whether a
correction may be applied there. Pure Python on RapidFuzz, no Django. All offsets count code points of the text.

Showing is generous, applying is strict: ``exact`` and ``moved`` promise the reader's very words in the reader's very
place, so a correction may be applied there. Whatever is less than that says so (``ambiguous``, ``similar``,
``already_fixed``, ``lost``).
"""

from corrections.carrying import StepMap, carry, step_map
from corrections.folding import Forms, folded, forms
from corrections.following import follow
from corrections.locating import candidates, locate
from corrections.quotes import CONTEXT, SURE, Outcome, Passage, Quote
from corrections.words import words_in

__all__ = [
    "CONTEXT",
    "SURE",
    "Forms",
    "Outcome",
    "Passage",
    "Quote",
    "StepMap",
    "candidates",
    "carry",
    "follow",
    "forms",
    "locate",
    "reads_as",
    "same_place",
    "step_map",
]


def same_place(a_start: int, a_end: int, b_start: int, b_end: int, text: str) -> bool:
    """Tell whether two passages of ``text`` overlap or touch the same word: then they are one case."""
    a_start, a_end = words_in(text, a_start, a_end)
    b_start, b_end = words_in(text, b_start, b_end)
    return a_start < b_end and b_start < a_end


def reads_as(words: str, wished: str) -> bool:
    """Tell whether two wordings are the same: white space, invisible characters and typography aside, but not case."""
    return folded(words) == folded(wished)
