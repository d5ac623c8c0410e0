"""Follow a passage from revision to revision, and say how it reads now.

Responsible for what became of a passage, judged by the quote as it was reported. Where it went in one step is
``carrying``'s answer, whether it is that passage for certain ``certainty``'s. Pure Python, no Django. All offsets count
code points.
"""

from collections.abc import Sequence
from itertools import pairwise

from rapidfuzz.distance import Levenshtein

from corrections.carrying import StepMap, step_map
from corrections.folding import Forms, agreement_of, folded
from corrections.locating import locate
from corrections.quotes import CONTEXT, LOST, SURE, Outcome, Passage, Quote, is_put_right

STILL_AROUND = 0.4
"""Agreement that each side of a carried passage's context must reach for a correction to be applied: more than texts
that have nothing in common reach. Its place is known from both texts and not from its context."""


def follow(
    quote: Quote,
    start: int | None,
    end: int | None,
    texts: Sequence[str],
    *,
    suggestion: str = "",
    outcome: Outcome = Outcome.EXACT,
) -> Passage:
    """Carry a passage of ``texts[0]``, found there with ``outcome``, from text to text; say how it reads in the last.

    Revision by revision, since small steps are told apart better than one jump, but judged by the quote as it was
    reported: ``exact`` or ``moved`` if the words are there still, ``already_fixed`` if they gave way to the suggestion
    or were otherwise put right, ``similar`` if they were edited, ``lost`` if the passage went. Following in one go or
    in several, each from the answer before, is the same. So what was ``similar`` once, edited or not to be told from a
    copy, never becomes certain again by itself, also if it reads as the quote.
    """
    passage = Passage(outcome, start, end, 1.0)
    for old, new in pairwise(texts):
        passage = _next(passage, quote, old, new, suggestion)
    return passage


def _next(passage: Passage, quote: Quote, old: str, new: str, suggestion: str) -> Passage:
    """Say what became of a passage of ``old`` in the next revision."""
    step = step_map(old, new)
    start, end = passage.start, passage.end
    carried = None if start is None or end is None else step.carry(start, end)
    if start is None or end is None or carried is None:
        return _after_the_end(quote, step, new, suggestion)
    there = _judge((old, start, end), new, carried, quote, suggestion)
    if there.outcome in SURE:
        is_sure = passage.outcome in SURE and step.is_certain(start, end)
        return there if is_sure else there._replace(outcome=Outcome.SIMILAR)
    if there.outcome is Outcome.ALREADY_FIXED and passage.outcome not in (*SURE, Outcome.ALREADY_FIXED):
        # Other words in a doubtful place have put nothing right, unless they are the suggestion.
        is_suggestion = suggestion and folded(new[slice(*carried)]) == folded(suggestion)
        return there if is_suggestion else there._replace(outcome=Outcome.SIMILAR)
    return there


def _after_the_end(quote: Quote, step: StepMap, new: str, suggestion: str) -> Passage:
    """Say what is left of a passage that this revision, or one before, rewrote or removed.

    Nothing is looked for but the suggestion in its place, and the words in what this revision brought in: whatever
    stood there before is another passage.
    """
    found = locate(new, quote, suggestion=suggestion)
    if found.start is None or found.end is None:
        return LOST
    if found.outcome is Outcome.ALREADY_FIXED:
        there = folded(new[found.start : found.end])
        return found if suggestion and there == folded(suggestion) else LOST
    if found.outcome is not Outcome.AMBIGUOUS and step.is_new(found.start, found.end):
        return found._replace(outcome=Outcome.SIMILAR)
    return LOST


def _judge(came_from: tuple[str, int, int], text: str, span: tuple[int, int], quote: Quote, suggestion: str) -> Passage:
    """Say how a carried passage reads, compared with the quote; and whether what is around it is still around it."""
    start, end = span
    there, wanted = folded(text[start:end]), folded(quote.exact)
    if there == wanted:
        old, old_start, old_end = came_from
        left = _side(old[max(0, old_start - CONTEXT) : old_start], text[max(0, start - CONTEXT) : start])
        right = _side(old[old_end : old_end + CONTEXT], text[end : end + CONTEXT])
        if min(left, right) < STILL_AROUND:
            return Passage(Outcome.SIMILAR, start, end, min(left, right))
        return Passage(Outcome.EXACT if start == quote.start else Outcome.MOVED, start, end, 1.0)
    likeness = Levenshtein.normalized_similarity(wanted, there)
    if is_put_right(quote.exact, text[start:end], suggestion, likeness):
        return Passage(Outcome.ALREADY_FIXED, start, end, 1.0)
    return Passage(Outcome.SIMILAR, start, end, likeness)


def _side(wanted: str, there: str) -> float:
    """How far the context on one side agrees."""
    return agreement_of(Forms(wanted).form(2), Forms(there).form(2))
