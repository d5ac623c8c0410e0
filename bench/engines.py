"""The engines that are measured, ours and the ones to compare with, behind one interface.

An engine is prepared for two revisions and then asked for passages. Those that know only the new text get the quote as
a reader's browser sends it; those that use the old text get the passage.
"""

from collections.abc import Callable
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice

from rapidfuzz import fuzz

from bench.edits import Case
from corrections.anchoring import Outcome, Passage, Quote, StepMap, follow, locate
from corrections.words import word_spans

Span = tuple[int, int]
Answer = tuple[Span | None, bool]
"""Where the passage is, and whether the engine would let a correction be applied there."""
Engine = Callable[[str, str], Callable[[Case, Quote], Answer]]

APPLICABLE = (Outcome.EXACT, Outcome.MOVED)


def _answer(passage: Passage) -> Answer:
    span = None if passage.start is None or passage.end is None else (passage.start, passage.end)
    return span, passage.outcome in APPLICABLE


def newsroom_locate(old: str, new: str) -> Callable[[Case, Quote], Answer]:  # noqa: ARG001 — an engine's interface
    """``anchoring.locate``: the new text alone."""
    return lambda _, quote: _answer(locate(new, quote))


def newsroom_carry(old: str, new: str) -> Callable[[Case, Quote], Answer]:
    """``anchoring.carry``: the two texts alone. It says nothing of applying."""
    step = StepMap(old, new)
    return lambda case, _: (step.carry(case.start, case.end), False)


def newsroom_follow(old: str, new: str) -> Callable[[Case, Quote], Answer]:
    """``anchoring.follow``: carried, then judged by the quote."""
    return lambda case, quote: _answer(follow(quote, case.start, case.end, [old, new]))


def nearest_find(old: str, new: str) -> Callable[[Case, Quote], Answer]:  # noqa: ARG001 — an engine's interface
    """The occurrence of the words that is nearest to the old offset."""

    def ask(case: Case, quote: Quote) -> Answer:
        after = new.find(quote.exact, case.start)
        before = new.rfind(quote.exact, 0, case.start + len(quote.exact))
        found = [at for at in (before, after) if at >= 0]
        if not found:
            return None, False
        at = min(found, key=lambda at: abs(at - case.start))
        return (at, at + len(quote.exact)), True

    return ask


def difflib_words(old: str, new: str) -> Callable[[Case, Quote], Answer]:
    """The standard library's matcher over the words of both texts."""
    old_words, new_words = list(word_spans(old)), list(word_spans(new))
    matcher = SequenceMatcher(None, [old[a:b] for a, b in old_words], [new[a:b] for a, b in new_words], autojunk=False)
    image: dict[int, int] = {}
    for block in matcher.get_matching_blocks():
        image.update((block.a + offset, block.b + offset) for offset in range(block.size))

    def ask(case: Case, quote: Quote) -> Answer:  # noqa: ARG001 — an engine's interface
        inside = [i for i, (start, end) in enumerate(old_words) if start < case.end and end > case.start]
        found = [image[i] for i in inside if i in image]
        if not found:
            return None, False
        span = new_words[found[0]][0], new_words[found[-1]][1]
        return span, new[slice(*span)] == old[case.start : case.end]

    return ask


def partial_ratio(old: str, new: str) -> Callable[[Case, Quote], Answer]:  # noqa: ARG001 — an engine's interface
    """RapidFuzz's best partial match of at least 80."""

    def ask(case: Case, quote: Quote) -> Answer:  # noqa: ARG001 — an engine's interface
        best = fuzz.partial_ratio_alignment(quote.exact, new, score_cutoff=80)
        if best is None:
            return None, False
        return (best.dest_start, best.dest_end), best.score == 100

    return ask


def weighted(old: str, new: str) -> Callable[[Case, Quote], Answer]:  # noqa: ARG001 — an engine's interface
    """Weights as Hypothesis has them: words 50, prefix 20, suffix 20, position 2, over the places of fewest errors."""

    def ask(case: Case, quote: Quote) -> Answer:
        best: tuple[float, Span] | None = None
        for start, end, errors in islice(_fewest_errors(new, quote.exact), 200):
            score = 50 * (1 - errors / len(quote.exact))
            for words, there in (
                (quote.prefix, new[max(0, start - len(quote.prefix)) : start]),
                (quote.suffix, new[end : end + len(quote.suffix)]),
            ):
                score += 20 * (fuzz.ratio(words, there) / 100 if words else 1.0)
            score += 2 * (1 - abs(start - case.start) / len(new))
            if best is None or score / 92 > best[0]:
                best = score / 92, (start, end)
        return (best[1], best[0] >= 0.99) if best else (None, False)

    return ask


def _fewest_errors(text: str, words: str) -> list[tuple[int, int, int]]:
    """Places where the words stand with the fewest errors, half their length at most: start, end, errors."""
    found = []
    at = text.find(words)
    while at >= 0:
        found.append((at, at + len(words), 0))
        at = text.find(words, at + 1)
    if found:
        return found
    most = min(256, len(words) // 2)
    ends = _ends(text, words, most)
    fewest = min((errors for _, errors in ends), default=most + 1)
    if fewest > most:
        return []
    for end, errors in ends:
        if errors == fewest:
            window = text[max(0, end - len(words) - errors) : end]
            starts = _ends(window[::-1], words[::-1], errors)
            length = max((start for start, count in starts if count == errors), default=len(words))
            found.append((end - length, end, errors))
    return found


def _ends(text: str, words: str, most: int) -> list[tuple[int, int]]:
    """Where a match of at most so many errors ends, with its errors: Myers' bit vectors (1999) on Python's integers."""
    length = len(words)
    masks: dict[str, int] = {}
    for index, char in enumerate(words):
        masks[char] = masks.get(char, 0) | 1 << index
    full = (1 << length) - 1
    last = 1 << length - 1
    rising, falling, errors = full, 0, length
    found = []
    for index, char in enumerate(text):
        equal = masks.get(char, 0)
        vertical = equal | falling
        horizontal = (((equal & rising) + rising) ^ rising) | equal
        up = falling | ~(horizontal | rising) & full
        down = rising & horizontal
        if up & last:
            errors += 1
        elif down & last:
            errors -= 1
        up = up << 1 & full
        down = down << 1 & full
        rising = down | ~(vertical | up) & full
        falling = up & vertical
        if errors <= most:
            found.append((index + 1, errors))
    return found


@dataclass(frozen=True)
class Entry:
    """An engine with the name it has in the tables."""

    name: str
    engine: Engine
    ours: bool = False


ENGINES = (
    Entry("nearest str.find", nearest_find),
    Entry("difflib over words", difflib_words),
    Entry("rapidfuzz partial ratio ≥ 80", partial_ratio),
    Entry("weighted match (50/20/20/2)", weighted),
    Entry("newsroom locate", newsroom_locate, ours=True),
    Entry("newsroom carry", newsroom_carry, ours=True),
    Entry("newsroom follow", newsroom_follow, ours=True),
)
