"""Finds a quote in a text, and carries a passage to the next revision. Pure Python; offsets count code points."""

import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import lru_cache

from rapidfuzz import fuzz

_CONTEXT = 64
_AGREES = 0.6
_SIMILAR = 0.8
_FOLDED = str.maketrans(
    {**dict.fromkeys("“”„‟«»", '"'), **dict.fromkeys("‘’‚‛ʼ`", "'"), **dict.fromkeys("‐‑‒–—―−", "-")}
)
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")


class Outcome(StrEnum):
    """How surely a quote was found."""

    EXACT = "exact"
    MOVED = "moved"
    AMBIGUOUS = "ambiguous"
    ALREADY_FIXED = "already_fixed"
    SIMILAR = "similar"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage as the reader selected it: the words, what stood around them, and where (in code points)."""

    exact: str
    prefix: str = ""
    suffix: str = ""
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """Where a quote lies in a text, ``start`` to ``end`` (``None`` when lost), and how surely (``score`` 0 to 1)."""

    outcome: Outcome
    start: int | None = None
    end: int | None = None
    score: float = 0.0


def locate(text: str, quote: Quote, *, suggestion: str = "") -> Passage:
    """Find ``quote`` in ``text``, or say why not."""
    folded, origin = _fold(text)
    exact, prefix, suffix = (_fold(words)[0] for words in (quote.exact, quote.prefix, quote.suffix))
    exact = exact.strip()
    if not exact:
        return Passage(Outcome.LOST)
    places: list[int] = []
    at = folded.find(exact)
    while at >= 0 and len(places) < 1000:
        places.append(at)
        at = folded.find(exact, at + 1)
    fixed = _already_fixed(folded, exact, prefix, suffix, _fold(suggestion)[0].strip())
    if places:
        ranked = sorted(((_agreement(folded, at, len(exact), prefix, suffix), at) for at in places), reverse=True)
        best = ranked[0][0]
        equals = [at for score, at in ranked if score > best - 0.05]
        if best >= _AGREES or (len(places) == 1 and len(exact) >= 12):
            near = [at for at in equals if quote.start is not None and origin[at] == quote.start]
            if len(equals) > 1 and not near:
                return _passage(Outcome.AMBIGUOUS, origin, equals[0], len(exact), best)
            at = near[0] if near else equals[0]
            stays = quote.start is None or origin[at] == quote.start
            outcome = Outcome.EXACT if stays and best >= _AGREES else Outcome.MOVED
            return _passage(outcome, origin, at, len(exact), best)
        if fixed is None and (prefix or suffix) and len(exact) < 12:
            return Passage(Outcome.LOST)
        if fixed is None:
            return _passage(Outcome.AMBIGUOUS, origin, equals[0], len(exact), best)
    if fixed is not None:
        return Passage(Outcome.ALREADY_FIXED, origin[fixed[0]], origin[fixed[1]], 1.0)
    if len(exact) >= 12:
        found = fuzz.partial_ratio_alignment(exact, folded)
        if found is not None and found.score >= _SIMILAR * 100 and len(folded) >= len(exact):
            return Passage(Outcome.SIMILAR, origin[found.dest_start], origin[found.dest_end], found.score / 100)
    return Passage(Outcome.LOST)


def carry(passage_start: int, passage_end: int, old: str, new: str) -> tuple[int, int] | None:
    """Give where the stretch of ``old`` lies in ``new``; ``None`` if it was rewritten."""
    words = old[passage_start:passage_end]
    for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        if block.a <= passage_start and passage_end <= block.a + block.size:
            start = block.b + passage_start - block.a
            return start, start + len(words)
    return None


def same_place(a_start: int, a_end: int, b_start: int, b_end: int, text: str) -> bool:
    """Tell whether two passages of ``text`` overlap or touch the same word."""
    a_start, a_end = _whole_words(a_start, a_end, text)
    b_start, b_end = _whole_words(b_start, b_end, text)
    return a_start < b_end and b_start < a_end


def _whole_words(start: int, end: int, text: str) -> tuple[int, int]:
    while start > 0 and text[start].isalnum() and text[start - 1].isalnum():
        start -= 1
    while 0 < end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    return start, end


@lru_cache(maxsize=64)
def _fold(text: str) -> tuple[str, list[int]]:
    out: list[str] = []
    origin: list[int] = []
    for index, char in enumerate(text):
        if char in _INVISIBLE:
            continue
        if unicodedata.combining(char) and out:
            composed = unicodedata.normalize("NFC", out[-1] + char)
            if len(composed) == 1:
                out[-1] = composed
                continue
        if char.isspace():
            if out and out[-1] == " ":
                continue
            char = " "
        out.append(char.translate(_FOLDED))
        origin.append(index)
    origin.append(len(text))
    return "".join(out), origin


def _agreement(text: str, at: int, length: int, prefix: str, suffix: str) -> float:
    before, after = prefix[-_CONTEXT:], suffix[:_CONTEXT]
    if not before and not after:
        return 1.0
    there = text[max(0, at - len(before)) : at], text[at + length : at + length + len(after)]
    weight = len(before) + len(after)
    return (fuzz.ratio(before, there[0]) * len(before) + fuzz.ratio(after, there[1]) * len(after)) / weight / 100


def _already_fixed(text: str, exact: str, prefix: str, suffix: str, suggestion: str) -> tuple[int, int] | None:
    before, after = prefix[-32:].lstrip(), suffix[:32].rstrip()
    if len(before) + len(after) < 16:
        return None
    at = text.find(before)
    while at >= 0:
        start = at + len(before)
        end = text.find(after, start, start + len(after) + 2 * max(len(exact), len(suggestion)) + 20) if after else -1
        if end >= 0 and text[start:end].strip() != exact:
            return start, end
        at = text.find(before, at + 1)
    return None


def _passage(outcome: Outcome, origin: list[int], at: int, length: int, score: float) -> Passage:
    return Passage(outcome, origin[at], origin[at + length - 1] + 1, score)
