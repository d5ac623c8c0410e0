"""Find a quote in a text, and say how surely.

Responsible for the one text and what the browser sent: the words, what stood around them, and where. Nothing is known
here of revisions. Pure Python on RapidFuzz, no Django. All offsets count code points.
"""

import heapq
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from corrections.carrying import StepMap
from corrections.folding import Forms, agreement_of, folded, forms, is_blank
from corrections.quotes import ALIKE_ENOUGH, CONTEXT, LOST, SURE, Outcome, Passage, Quote, is_put_right
from corrections.words import SENTENCE_END, is_invisible, is_word, numbers_in

AGREES = 0.65
"""Agreement of the context from which it is the same context. Texts that have nothing in common reach about 0.4."""
LITTLE_CONTEXT = 12
"""Characters of context, both sides together, without which we do not say what became of the words between."""
HOLDS = 0.78
"""Agreement that each side of the context must reach for a correction to be applied."""
RIVAL = 0.75
"""Likeness of words and context from which another place may be the quote as well as the one that reads like it."""
FAR = 400
"""Characters away from where it was at which the words need context beyond their own sentence to be applied."""
NEAREST = 24
"""Characters, nearest to the quote and farthest from it, whose standing elsewhere speaks against a place."""
MARGIN = 0.08
"""How much better than the runner-up the best place must agree, or it is ambiguous."""
SPEAKS_FOR_ITSELF = 32
"""Characters from which words that stand once need no context."""
PIECE, PIECES, COMMON, REGIONS = 10, 40, 8, 4
"""An approximate search looks for pieces of so many characters, so many at most, ignoring those that stand in so many
places or more, and compares the so many likeliest regions closely."""
MANY = 1000
"""Places of the same words that are looked at; where there are more, only those with context beside them count."""
SHOWN = 8
"""Candidates that an editor is offered."""


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
    if is_blank(exact):
        return LOST
    # The common case by two plain searches: the words and their context stand there as they are, once.
    before, after = prefix[-CONTEXT:], suffix[:CONTEXT]
    whole = before + exact + after
    at = text.find(whole)
    if at >= 0 and (before or after or len(exact) >= SPEAKS_FOR_ITSELF) and text.find(whole, at + 1) < 0:
        start = at + len(before)
        end = start + len(exact)
        if (before and after) or _stands_alike(text, _Around(before, exact, after), start):
            if hint is None or start == hint:
                found = Passage(Outcome.EXACT, start, end, 1.0)
                return found if before and after else _with_whole_numbers(text, quote, found)
            is_moved = not _is_far(before, after, start, hint) and not _Search(text, quote, "").has_rival(start, end)
            found = Passage(Outcome.MOVED if is_moved else Outcome.SIMILAR, start, end, 1.0)
            return _with_whole_numbers(text, quote, found)
    return _with_whole_numbers(text, quote, _Search(text, quote, suggestion).answer())


def _with_whole_numbers(text: str, quote: Quote, found: Passage) -> Passage:
    """Widen a place that cuts a number, unless the reader did: "300" is not in "3,000"; nothing is applied there."""
    if found.start is None or found.end is None:
        return found
    start, end = numbers_in(text, found.start, found.end)
    selected = len(quote.prefix), len(quote.prefix) + len(quote.exact)
    is_cut = (start, end) != (found.start, found.end)
    if not is_cut or numbers_in(quote.prefix + quote.exact + quote.suffix, *selected) != selected:
        return found
    return Passage(Outcome.SIMILAR if found.outcome in SURE else found.outcome, start, end, found.score)


def candidates(text: str, quote: Quote) -> list[Passage]:
    """Return the places an editor may choose from when a quote is not found for certain, best first, at most eight."""
    if is_blank(quote.exact):
        return []
    return _Search(text, quote, "").candidates()


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
        left = agreement_of(before, text[max(0, at - len(before)) : at])
        right = agreement_of(after, text[end : end + len(after)])
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
            is_right = knows and is_put_right(self.quote.exact, self.text[start:end], self.suggestion, 1.0)
            return Passage(Outcome.ALREADY_FIXED if is_right else Outcome.SIMILAR, start, end, best.agreement)
        if is_certain:
            hint = self.quote.start
            has_context = probe.before or probe.after or speaks_for_itself
            may_be_a_copy = (
                not at_hint
                and hint is not None
                and (not has_context or _is_far(probe.before, probe.after, start, hint) or self.has_rival(start, end))
            )
            if may_be_a_copy:
                return Passage(Outcome.SIMILAR, start, end, best.agreement)
            stays = best.agreement > 0.999 and (at_hint or hint is None)
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
        if _is_repeated(text, probe, place):
            return False
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

    def has_rival(self, start: int, end: int) -> bool:
        """Whether something else reads so much like the quote in its context that it may be the quote, edited since.

        Then what stands here may be a copy of it.
        """
        return any(score >= RIVAL for score, low, high, _ in self._windows if low >= end or high <= start)

    # -- other words

    def _suggested(self) -> Passage | None:
        """Find the suggestion where the quote was: between its context."""
        if is_blank(self.suggestion) or not (self.quote.prefix or self.quote.suffix):
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
        wanted = folded(self.quote.exact)
        likeness = Levenshtein.normalized_similarity(wanted, folded(there))
        has_context = len(self.quote.prefix) + len(self.quote.suffix) >= LITTLE_CONTEXT
        if has_context and agreement >= AGREES and is_put_right(self.quote.exact, there, self.suggestion, likeness):
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
            place = self._place(text, _Around(probe.before, text[start:end], probe.after), start)
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
    """Words and their context as they are."""

    __slots__ = ()

    def __init__(self, before: str, exact: str, after: str) -> None:
        self.exact, self.before, self.after = exact, before, after


def _occurrences(text: str, words: str, most: int) -> Iterator[int]:
    at = text.find(words)
    while at >= 0 and most:
        yield at
        most -= 1
        at = text.find(words, at + 1)


def _stands_alike(text: str, probe: _Probe, at: int) -> bool:
    """Whether the words begin and end a word there if they did for the reader: "teh" is not found in "tehran"."""
    end = at + len(probe.exact)
    first, last = _visible(probe.exact, 0, 1), _visible(probe.exact, len(probe.exact) - 1, -1)
    before = _visible(probe.before, len(probe.before) - 1, -1) or probe.before[-1:]
    after = _visible(probe.after, 0, 1) or probe.after[:1]
    return (_cuts_word(before, first) or not _cuts_word(_visible(text, at - 1, -1), first)) and (
        _cuts_word(last, after) or not _cuts_word(last, _visible(text, end, 1))
    )


def _is_repeated(text: str, probe: _Probe, place: _Place) -> bool:
    """Whether the first or the last word of a quote stands beside it once more, as it did not for the reader."""
    first, last = probe.exact.split(" ")[0], probe.exact.split(" ")[-1]
    before = text[max(0, place.start - len(first) - 1) : place.start].rstrip()
    after = text[place.end : place.end + len(last) + 1].lstrip()
    was_before, was_after = probe.before.rstrip(), probe.after.lstrip()
    return (before.endswith(first) and len(was_before) >= len(first) and not was_before.endswith(first)) or (
        after.startswith(last) and len(was_after) >= len(last) and not was_after.startswith(last)
    )


def _visible(text: str, at: int, step: int) -> str:
    """The nearest character that can be seen, from a place on; "" if there is none."""
    while 0 <= at < len(text):
        if not is_invisible(text[at]):
            return text[at]
        at += step
    return ""


def _is_far(before: str, after: str, start: int, hint: int) -> bool:
    """Whether words far from where they were are known by their own sentence alone, which may have been copied."""
    if abs(start - hint) <= FAR:
        return False
    return SENTENCE_END.search(before) is None or SENTENCE_END.search(after) is None


def _cuts_word(left: str, right: str) -> bool:
    return is_word(left) and is_word(right)
