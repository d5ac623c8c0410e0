"""Find a quote in a text, and say how surely.

Responsible for the question "does this stretch still read as the reader saw it, and is it that stretch?". How a stretch
travels from one revision to the next is ``carrying``'s subject; both are one interface, imported from here. Pure Python
on RapidFuzz, no Django. All offsets count code points of the text as it is.

Showing is generous, applying is strict: ``exact`` and ``moved`` promise the reader's very words in the reader's very
context, so a correction may be applied there. Whatever is less than that says so (``ambiguous``, ``similar``,
``already_fixed``, ``lost``).
"""

import heapq
import re
import unicodedata
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel, Levenshtein

from corrections.carrying import StepMap, carry, step_map
from corrections.words import (
    ALIKE,
    INVISIBLE,
    MARKS,
    SENTENCE_END,
    is_word,
    word_spans,
    words_in,
)

__all__ = [
    "Outcome",
    "Passage",
    "Quote",
    "StepMap",
    "candidates",
    "carry",
    "follow",
    "locate",
    "same_place",
    "step_map",
]

CONTEXT = 64
"""Characters of context on each side that are looked at."""
AGREES = 0.65
"""Agreement of the context from which it is the same context. Texts that have nothing in common reach about 0.4."""
LITTLE_CONTEXT = 12
"""Characters of context, both sides together, without which we do not say what became of the words between."""
HOLDS = 0.8
"""Agreement that each side of the context must reach for a correction to be applied."""
STILL_AROUND = 0.75
"""The same for a carried passage, whose place is known from both texts and not from its context alone."""
FAR = 400
"""Characters away from where it was at which the words need context beyond their own sentence to be applied."""
NEAREST = 24
"""Characters, nearest to the quote and farthest from it, whose standing elsewhere speaks against a place."""
MARGIN = 0.08
"""How much better than the runner-up the best place must agree, or it is ambiguous."""
SPEAKS_FOR_ITSELF = 32
"""Characters from which words that stand once need no context."""
FEW_WORDS = 3
"""Up to so many words a quote is short: another word in its place is no longer the quote."""
ALIKE_ENOUGH = 0.6
"""Likeness from which a long passage is still the passage, edited, and not another."""
PIECE, PIECES, COMMON, REGIONS = 10, 40, 8, 4
"""An approximate search looks for pieces of so many characters, so many at most, ignoring those that stand in so many
places or more, and compares the so many likeliest regions closely."""
MANY = 1000
"""Places of the same words that are looked at; where there are more, only those with context beside them count."""
SHOWN = 8
"""Candidates that an editor is offered."""


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


# -- the forms in which texts are compared

_BLANKS = re.compile(f"[^\\S ][\\s{INVISIBLE}]*|[{INVISIBLE}][\\s{INVISIBLE}]*| [\\s{INVISIBLE}]+")
# What NFC changes: letters with marks behind them, Hangul in pieces, and the few characters it always replaces.
_COMPOSED = re.compile(
    f"{_BLANKS.pattern}|[\\s\\S][{MARKS}\u1160-\u11ff]+"
    "|[\u0340-\u0344\u0374\u037e\u0387\u0958-\u095f\u09dc-\u09df\u0a33-\u0a5e\u0b5c\u0b5d\u0f43-\u0fb9\u1f71-\u1ffd"
    "\u2000\u2001\u2126-\u212b\u2329\u232a\u2adc\uf900-\ufaff\ufb1d-\ufb4e]"
)
_TRAILING_INVISIBLES = re.compile(f"[{INVISIBLE}]+\\Z")
_BLANK = re.compile(f"[\\s{INVISIBLE}]*\\Z")
_SPACE = re.compile(r"\s")


class Forms:
    """A text in four forms, each more forgiving; computed once a text, and only as far as needed.

    0 as it is; 1 white space, invisibles and NFC; 2 quotation marks, apostrophes and dashes; 3 case. Forms 1 to 3 have
    the same length and share one map of offsets, which is left out where nothing shifts.
    """

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _plain(self) -> tuple[str, "array[int] | None"]:
        pattern = _BLANKS if unicodedata.is_normalized("NFC", self.text) else _COMPOSED
        pieces: list[str] = []
        origin = array("I")
        done = 0
        shifted = False
        for match in pattern.finditer(self.text):
            start, end = match.span()
            found = match[0]
            plain = _BLANKS.sub(lambda blank: " " if _SPACE.search(blank[0]) else "", found)
            plain = unicodedata.normalize("NFC", plain)
            if plain == found:
                continue
            pieces += (self.text[done:start], plain)
            if shifted or len(plain) != len(found):
                if not shifted:
                    shifted = True
                    origin.extend(range(done))
                origin.extend(range(done, start))
                origin.extend(min(start + offset, end - 1) for offset in range(len(plain)))
            done = end
        if not pieces:
            return self.text, None
        pieces.append(self.text[done:])
        if not shifted:
            return "".join(pieces), None
        origin.extend(range(done, len(self.text) + 1))
        return "".join(pieces), origin

    @cached_property
    def _typed(self) -> str:
        plain = self._plain[0]
        return plain if plain.isascii() and "`" not in plain else plain.translate(ALIKE)

    @cached_property
    def _cased(self) -> str:
        lowered = self._typed.lower()
        if len(lowered) == len(self._typed):
            return lowered
        return "".join(low if len(low := char.lower()) == 1 else char for char in self._typed)

    def form(self, number: int) -> str:
        """Return the text in form ``number``."""
        if number == 0:
            return self.text
        return self._plain[0] if number == 1 else self._typed if number == 2 else self._cased

    def span(self, number: int, start: int, end: int) -> tuple[int, int]:
        """Return where a stretch of form ``number`` lies in the text as it is."""
        origin = None if number == 0 else self._plain[1]
        if origin is None:
            return start, end
        first, last = origin[start], origin[end] if end > start else origin[start]
        if trailing := _TRAILING_INVISIBLES.search(self.text, first, last):
            last = trailing.start()
        return first, last

    def offset(self, number: int, start: int) -> int:
        """Return where an offset of the text as it is lies in form ``number``."""
        origin = None if number == 0 else self._plain[1]
        if origin is None:
            return start
        return bisect_left(origin, start)


@lru_cache(maxsize=16)
def forms(text: str) -> Forms:
    """Return the forms of a text; those of the texts asked for last are kept."""
    return Forms(text)


# -- what is asked for, folded as the text is


class _Probe:
    """A quote in one form, its context cut to what is looked at."""

    __slots__ = ("after", "before", "exact")

    def __init__(self, quote: Quote, number: int) -> None:
        exact, before, after = quote.exact, quote.prefix, quote.suffix
        if number:
            exact, before, after = (Forms(words).form(number) for words in (exact, before, after))
            lead = len(exact) - len(exact.lstrip())
            trail = len(exact) - len(exact.rstrip())
            if lead:
                before, exact = before.rstrip() + exact[:lead], exact[lead:]
            if trail:
                exact, after = exact[:-trail], exact[-trail:] + after.lstrip()
        self.exact = exact
        self.before = before[-CONTEXT:]
        self.after = after[:CONTEXT]

    @property
    def whole(self) -> str:
        return self.before + self.exact + self.after


class _Place(NamedTuple):
    """A stretch of a form and how far the context agrees: before it, after it, and altogether."""

    start: int
    end: int
    left: float
    right: float
    agreement: float


def locate(text: str, quote: Quote, *, suggestion: str = "") -> Passage:
    """Find ``quote`` in ``text``, or say why not.

    A quote without anything visible is ``lost``: there is nothing to find. With a ``suggestion``, its wording between
    the quote's context means ``already_fixed``.
    """
    exact, prefix, suffix, hint = quote
    if _BLANK.match(exact):
        return LOST
    # The common case by two plain searches: the words and their context stand there as they are, once.
    before, after = prefix[-CONTEXT:], suffix[:CONTEXT]
    whole = before + exact + after
    at = text.find(whole)
    if at >= 0 and (before or after or len(exact) >= SPEAKS_FOR_ITSELF) and text.find(whole, at + 1) < 0:
        start = at + len(before)
        end = start + len(exact)
        begins = before or not start or not _cuts_word(text[start - 1], exact[0])
        if begins and (after or end == len(text) or not _cuts_word(exact[-1], text[end])):
            if _may_be_a_copy(before, after, start, hint):
                return Passage(Outcome.SIMILAR, start, end, 1.0)
            return Passage(Outcome.EXACT if hint is None or start == hint else Outcome.MOVED, start, end, 1.0)
    return _Search(text, quote, suggestion).answer()


def candidates(text: str, quote: Quote) -> list[Passage]:
    """Return the places an editor may choose from when a quote is not found for certain, best first, at most eight."""
    if _BLANK.match(quote.exact):
        return []
    return _Search(text, quote, "").candidates()


def same_place(a_start: int, a_end: int, b_start: int, b_end: int, text: str) -> bool:
    """Tell whether two passages of ``text`` overlap or touch the same word: then they are one case."""
    a_start, a_end = words_in(text, a_start, a_end)
    b_start, b_end = words_in(text, b_start, b_end)
    return a_start < b_end and b_start < a_end


def reads_as(words: str, wished: str) -> bool:
    """Tell whether two wordings are the same: white space, invisible characters and typography aside, but not case."""
    return _folded(words) == _folded(wished)


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
        is_suggestion = suggestion and _folded(new[slice(*carried)]) == _folded(suggestion)
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
        there = _folded(new[found.start : found.end])
        return found if suggestion and there == _folded(suggestion) else LOST
    if found.outcome is not Outcome.AMBIGUOUS and step.is_new(found.start, found.end):
        return found._replace(outcome=Outcome.SIMILAR)
    return LOST


def _judge(came_from: tuple[str, int, int], text: str, span: tuple[int, int], quote: Quote, suggestion: str) -> Passage:
    """Say how a carried passage reads, compared with the quote; and whether what is around it is still around it."""
    start, end = span
    there, wanted = _folded(text[start:end]), _folded(quote.exact)
    if there == wanted:
        old, old_start, old_end = came_from
        left = _sides(old[max(0, old_start - CONTEXT) : old_start], text[max(0, start - CONTEXT) : start], -1)
        right = _sides(old[old_end : old_end + CONTEXT], text[end : end + CONTEXT], 0)
        if min(left, right) < STILL_AROUND:
            return Passage(Outcome.SIMILAR, start, end, min(left, right))
        return Passage(Outcome.EXACT if start == quote.start else Outcome.MOVED, start, end, 1.0)
    likeness = Levenshtein.normalized_similarity(wanted, there)
    if _is_put_right(quote.exact, text[start:end], suggestion, likeness):
        return Passage(Outcome.ALREADY_FIXED, start, end, 1.0)
    return Passage(Outcome.SIMILAR, start, end, likeness)


def _sides(wanted: str, there: str, nearest: int) -> float:
    """How far the context on one side agrees; 0 if it begins otherwise."""
    wanted, there = Forms(wanted).form(2), Forms(there).form(2)
    if wanted and (not there or wanted[nearest] != there[nearest]):
        return 0.0
    return _agreement(wanted, there)


def _folded(words: str) -> str:
    """Words in the form in which they count as the very same: everything folded but case."""
    return Forms(words).form(2).strip()


def _is_put_right(exact: str, there: str, suggestion: str, likeness: float) -> bool:
    """Whether what stands in the quote's place is the suggestion, or no longer has what was wrong.

    With a suggestion, what it takes out or puts in is what was wrong. Without one, a few words that were replaced are
    no longer the quote, and a long passage is not if hardly anything of it is left.
    """
    if suggestion and _folded(suggestion) == _folded(there):
        return True
    old, new = _words(exact), _words(there)
    if suggestion:
        wished = _words(suggestion)
        wrong = Counter(old) - Counter(wished)
        if wrong:
            return not (wrong & Counter(new))
        return not (Counter(wished) - Counter(old)) - Counter(new)
    if len(old) <= FEW_WORDS:
        return True
    return likeness < ALIKE_ENOUGH


def _words(text: str) -> list[str]:
    return [text[start:end] for start, end in word_spans(_folded(text))]


class _Search:
    """One search for one quote: the tiers of equality first, then what is left of the context."""

    def __init__(self, text: str, quote: Quote, suggestion: str) -> None:
        self.text = text
        self.quote = quote
        self.suggestion = suggestion
        self.forms = forms(text)

    def answer(self) -> Passage:
        fixed = self._suggested()
        for number in range(4):
            if number and not self._differs(number):
                continue
            probe = _Probe(self.quote, number)
            places = self._places(number, probe)
            if not places:
                continue
            found = self._decide(number, probe, places)
            if found is None:
                continue
            if fixed is not None and (found.score < 1.0 or found.outcome is Outcome.SIMILAR):
                return fixed
            return found
        if fixed is not None:
            return fixed
        return self._approximate()

    def _differs(self, number: int) -> bool:
        """Whether a form says anything that the one before did not."""
        if self.forms.form(number) is not self.forms.form(number - 1):
            return True
        words = Forms(self.quote.prefix + "\0" + self.quote.exact + "\0" + self.quote.suffix)
        return words.form(number) != words.form(number - 1)

    def candidates(self) -> list[Passage]:
        found: dict[tuple[int, int], Passage] = {}
        for number in range(4):
            probe = _Probe(self.quote, number)
            for place in sorted(self._places(number, probe), key=lambda place: self._rank(number, place))[:SHOWN]:
                span = self.forms.span(number, place.start, place.end)
                found.setdefault(span, Passage(Outcome.AMBIGUOUS, *span, round(place.agreement, 4)))
            if found:
                break
        if not found:
            found = {(start, end): Passage(Outcome.SIMILAR, start, end, round(score, 4))
                     for score, start, end, _ in self._windows}  # fmt: skip
        return sorted(found.values(), key=lambda passage: -passage.score)[:SHOWN]

    # -- the same words

    def _places(self, number: int, probe: _Probe) -> list[_Place]:
        """Where the words stand whole, with how far the context agrees."""
        text, exact = self.forms.form(number), probe.exact
        starts = set(_occurrences(text, exact, MANY))
        if len(starts) == MANY:
            for reach in (CONTEXT, CONTEXT // 4):
                before, after = probe.before[-reach:], probe.after[:reach]
                starts |= {at + len(before) for at in _occurrences(text, before + exact, MANY)}
                starts |= set(_occurrences(text, exact + after, MANY))
            if self.quote.start is not None:
                near = self.forms.offset(number, self.quote.start)
                starts |= {near} if text.startswith(exact, near) else set()
        return [self._place(text, probe, at) for at in starts if _stands_alike(text, probe, at)]

    def _place(self, text: str, probe: _Probe, at: int) -> _Place:
        end = at + len(probe.exact)
        before, after = probe.before, probe.after
        left = _agreement(before, text[max(0, at - len(before)) : at])
        right = _agreement(after, text[end : end + len(after)])
        size = len(before) + len(after)
        agreement = (left * len(before) + right * len(after)) / size if size else 1.0
        return _Place(at, end, left, right, agreement)

    def _rank(self, number: int, place: _Place) -> tuple[float, int]:
        hint = self.quote.start
        distance = 0 if hint is None else abs(self.forms.span(number, place.start, place.end)[0] - hint)
        return -round(place.agreement, 2), distance

    def _decide(self, number: int, probe: _Probe, places: list[_Place]) -> Passage | None:  # noqa: PLR0911 — one a case
        """Choose among places of the same words; None if the context speaks against all of them."""
        ranked = sorted(places, key=lambda place: self._rank(number, place))
        best = ranked[0]
        start, end = self.forms.span(number, best.start, best.end)
        at_hint = self.quote.start is not None and start == self.quote.start
        if not (probe.before or probe.after) and len(ranked) > 1:
            outcome, score = (Outcome.EXACT, 1.0) if at_hint else (Outcome.AMBIGUOUS, 1 / len(ranked))
            return Passage(outcome, start, end, score)
        speaks_for_itself = len(probe.exact) >= SPEAKS_FOR_ITSELF and len(ranked) == 1
        if best.agreement < AGREES and not speaks_for_itself:
            return None
        has_rival = len(ranked) > 1 and best.agreement - ranked[1].agreement < MARGIN
        if has_rival and not (at_hint and best.agreement > 0.99):
            return Passage(Outcome.AMBIGUOUS, start, end, best.agreement)
        is_certain = self._is_certain(number, probe, best)
        if number == 3 and not (self.quote.exact.isupper() and " " in probe.exact):
            # Only a style sheet's capitals are no difference. Any other capital may be what was put right.
            knows = is_certain and len(probe.before) + len(probe.after) >= LITTLE_CONTEXT
            is_right = knows and _is_put_right(self.quote.exact, self.text[start:end], self.suggestion, 1.0)
            return Passage(Outcome.ALREADY_FIXED if is_right else Outcome.SIMILAR, start, end, best.agreement)
        if is_certain:
            if _may_be_a_copy(probe.before, probe.after, start, self.quote.start):
                return Passage(Outcome.SIMILAR, start, end, best.agreement)
            stays = best.agreement > 0.999 and self.quote.start in (None, start)
            return Passage(Outcome.EXACT if stays else Outcome.MOVED, start, end, best.agreement)
        elsewhere = None if speaks_for_itself else self._better_elsewhere(best)
        return elsewhere or Passage(Outcome.SIMILAR, start, end, best.agreement)

    def _is_certain(self, number: int, probe: _Probe, place: _Place) -> bool:
        """Whether a correction may be applied there: the very words, and both sides of the context hold.

        Each side must agree well, and begin as it began. If the context nearest to the quote is missing here but
        stands elsewhere, the quote stood there and has been edited since; so too for what was farthest away.
        """
        text = self.forms.form(number)
        before, after = probe.before, probe.after
        there_before = text[max(0, place.start - len(before) - NEAREST) : place.start]
        there_after = text[place.end : place.end + len(after) + NEAREST]
        if before and (place.left < HOLDS or there_before[-1:] != before[-1]):
            return False
        if after and (place.right < HOLDS or there_after[:1] != after[0]):
            return False
        return not any(
            len(words) >= NEAREST // 2 and words not in there and words in text
            for words, there in (
                (before[-NEAREST:], there_before),
                (before[:NEAREST], there_before),
                (after[:NEAREST], there_after),
                (after[-NEAREST:], there_after),
            )
        )

    def _better_elsewhere(self, place: _Place) -> Passage | None:
        """What became of the quote where its context stands better than around the same words here, if anywhere."""
        windows = self._windows
        if windows and windows[0][3] > max(place.agreement + MARGIN, HOLDS):
            return self._approximate()
        return None

    # -- other words

    def _suggested(self) -> Passage | None:
        """Find the suggestion where the quote was: between its context."""
        if _BLANK.match(self.suggestion) or not (self.quote.prefix or self.quote.suffix):
            return None
        for number in (0, 2):
            wished = _Probe(self.quote._replace(exact=self.suggestion), number)
            before, after = wished.before[-CONTEXT // 2 :], wished.after[: CONTEXT // 2]
            if len(before) + len(after) < LITTLE_CONTEXT or _Probe(self.quote, number).exact == wished.exact:
                return None
            at = self.forms.form(number).find(before + wished.exact + after)
            if at >= 0:
                span = self.forms.span(number, at + len(before), at + len(before) + len(wished.exact))
                return Passage(Outcome.ALREADY_FIXED, *span, 1.0)
        return None

    def _approximate(self) -> Passage:
        """Find where the context stands, or what is left of the words, and say what became of them."""
        windows = self._windows
        if not windows:
            return LOST
        score, start, end, agreement = windows[0]
        there = self.text[start:end]
        if len(windows) > 1 and score - windows[1][0] < MARGIN:
            return Passage(Outcome.AMBIGUOUS, start, end, score)
        wanted = _folded(self.quote.exact)
        likeness = Levenshtein.normalized_similarity(wanted, _folded(there))
        has_context = len(self.quote.prefix) + len(self.quote.suffix) >= LITTLE_CONTEXT
        if has_context and agreement >= AGREES and _is_put_right(self.quote.exact, there, self.suggestion, likeness):
            return Passage(Outcome.ALREADY_FIXED, start, end, agreement)
        return Passage(Outcome.SIMILAR, start, end, score)

    @cached_property
    def _windows(self) -> list[tuple[float, int, int, float]]:
        """Places where much of quote and context stands: score, start, end, agreement of the context; best first."""
        text = self.forms.form(3)
        probe = _Probe(self.quote, 3)
        found: dict[tuple[int, int], tuple[float, int, int, float]] = {}
        regions = list(self._regions(text, probe))
        for low, high in regions:
            mapped = StepMap(probe.whole, text[low:high]).carry(len(probe.before), len(probe.before) + len(probe.exact))
            if mapped is None or mapped[0] == mapped[1]:
                continue
            start, end = mapped[0] + low, mapped[1] + low
            place = self._place(text, _Around(probe, text[start:end]), start)
            likeness = Levenshtein.normalized_similarity(probe.exact, text[start:end])
            few = len(probe.exact) < SPEAKS_FOR_ITSELF
            if len(probe.before) + len(probe.after) < LITTLE_CONTEXT and (few or likeness < ALIKE_ENOUGH):
                continue
            if place.agreement < AGREES and (few or likeness < ALIKE_ENOUGH):
                continue
            weight = 0.5 if probe.before or probe.after else 1.0
            score = weight * likeness + (1 - weight) * place.agreement
            span = self.forms.span(3, start, end)
            found[span] = (score, *span, place.agreement)
        return sorted(found.values(), reverse=True)

    def _regions(self, text: str, probe: _Probe) -> Iterator[tuple[int, int]]:
        """Stretches of the text in which several pieces of quote and context stand in the right distances."""
        whole = probe.whole
        size = PIECE if len(whole) >= 4 * PIECE else max(4, len(whole) // 4)
        step = max(2 * size, len(whole) // PIECES)
        origins = []
        for offset in range(0, len(whole) - size + 1, step):
            places = list(_occurrences(text, whole[offset : offset + size], COMMON))
            if len(places) < COMMON:
                origins += [place - offset for place in places]
        origins.sort()
        slack = 40 + len(whole) // 4
        clusters: list[tuple[int, int]] = []
        begin = 0
        while begin < len(origins):
            end = begin + 1
            while end < len(origins) and origins[end] - origins[begin] <= slack:
                end += 1
            clusters.append((end - begin, origins[begin]))
            begin = end
        clusters = heapq.nlargest(REGIONS, clusters)
        least = max(2 if len(origins) > 2 else 1, clusters[0][0] // 2) if clusters else 1
        regions = [
            (max(0, origin - slack), min(len(text), origin + len(whole) + 2 * slack))
            for votes, origin in clusters
            if votes >= least
        ]
        if not regions and SPEAKS_FOR_ITSELF // 2 <= len(probe.exact) <= 64:
            best = fuzz.partial_ratio_alignment(probe.exact, text, score_cutoff=75)
            if best is not None and len(text) >= len(probe.exact):
                reach = len(probe.before) + slack, len(probe.after) + slack
                regions = [(max(0, best.dest_start - reach[0]), min(len(text), best.dest_end + reach[1]))]
        return iter(regions)


class _Around(_Probe):
    """The context of a probe around other words."""

    __slots__ = ()

    def __init__(self, probe: _Probe, exact: str) -> None:
        self.exact, self.before, self.after = exact, probe.before, probe.after


def _occurrences(text: str, words: str, most: int) -> Iterator[int]:
    at = text.find(words)
    while at >= 0 and most:
        yield at
        most -= 1
        at = text.find(words, at + 1)


def _agreement(wanted: str, there: str) -> float:
    """How far a stretch of context agrees, 0 to 1."""
    return 1.0 if wanted == there else Indel.normalized_similarity(wanted, there)


def _stands_alike(text: str, probe: _Probe, at: int) -> bool:
    """Whether the words begin and end a word there if they did for the reader: "teh" is not found in "tehran"."""
    exact = probe.exact
    end = at + len(exact)
    if at and _cuts_word(text[at - 1], exact[0]) and not (probe.before and _cuts_word(probe.before[-1], exact[0])):
        return False
    return not (
        end < len(text)
        and _cuts_word(exact[-1], text[end])
        and not (probe.after and _cuts_word(exact[-1], probe.after[0]))
    )


def _may_be_a_copy(before: str, after: str, start: int, hint: int | None) -> bool:
    """Whether words far from where they were are known by their own sentence alone, which may have been copied."""
    if hint is None or abs(start - hint) <= FAR:
        return False
    return SENTENCE_END.search(before) is None or SENTENCE_END.search(after) is None


def _cuts_word(left: str, right: str) -> bool:
    return is_word(left) and is_word(right)
