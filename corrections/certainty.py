"""Whether a carried passage is the passage for certain, so that a correction may be applied there.

Responsible for what speaks against it although its words stand there: a neighbour that is another one, a repeated word
that could be meant as well, a sentence that is hardly the same, and above all a copy, because where something like the
passage came or went in the same step nobody can tell which of the two was meant. Where the passage lies is
``carrying``'s answer. Pure Python on RapidFuzz, no Django.
"""

from array import array
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise

from rapidfuzz import fuzz

from corrections.words import OLD_GAP, SENTENCE_END, Vocabulary, Words, may_be, word_spans

SENTENCE_STANDS, SENTENCE_REACH = 0.75, 400
"""Part of a sentence's words, on each side of a passage, that must stand where they stood beside it, and how many words
of it are looked at."""
DRIFT = 6
"""A word of the sentence stands where it stood beside a passage if it is at most twice as far away as before, and so
many words."""
BESIDE = 4
"""Words of the next sentence, nearest to the passage's, of which one must stand: else that sentence went."""
FAR_AWAY = 60
"""Words between a sentence and the one that was beside it from which it is not beside it any more."""
SLIDE = 24
"""Words beside a passage among which we look for stretches that may have been put in at another place."""
FRAME, FRAME_REACH = 8, 300
"""Words on each side of an end of a passage by which a copy is known, and how many characters away they are at most."""
LIKE = 62
"""Likeness, of a hundred, from which what came or went is like the passage and the words around it."""
BRIDGE = 2
"""Words that stand between two stretches that came or went and still leave them one stretch: a copy has them too."""
NEARBY = 16
"""Words around a passage among which less is needed: what came or went there repeats ``REPEATED`` characters of it."""
REPEATED, REPEATED_REACH = 12, 12
"""Characters of several words in a row that what came or went repeats of the so many words around a passage."""


class Certainty:
    """Two texts and which word became which (``image`` and ``source``, as an alignment has them), asked for passages.

    ``head`` and ``tail`` are what both texts have in common at their ends, in characters.
    """

    def __init__(
        self, old: Words, new: Words, image: "array[int]", source: "array[int]", *, head: int, tail: int
    ) -> None:
        self._old, self._new = old, new
        self._image, self._source = image, source
        self._head, self._end = head, len(old.text) - tail

    def holds(self, start: int, end: int) -> bool:
        """Whether ``old[start:end]``, if it was carried, is nothing else that reads alike, within the same bounds."""
        stands = end <= self._head or start >= self._end or self._stands(start, end)
        return stands and not any(self._is_like_what_changed(frame) for frame in self._frames(start, end))

    def _stands(self, start: int, end: int) -> bool:
        """Whether a passage that lies where the texts differ has the neighbours that it had."""
        first = self._old.first_after(start)
        last = self._old.count_before(end) - 1
        if last < first:
            return False
        low, high = self._image[first], self._image[last]
        if low < 0 or high - low != last - first:
            return False
        return (
            (self._is_beside(first - 1, low - 1) or self._old.boundary(first) > 1 < self._new.boundary(low))
            and (self._is_beside(last + 1, high + 1) or self._old.boundary(last + 1) > 1 < self._new.boundary(high + 1))
            and not self._may_slide(first, low, -1)
            and not self._may_slide(last, high, 1)
            and self._stands_around(first, last, low, high)
            and not self._is_repeated_nearby(first, last, low, high)
        )

    # -- neighbours

    def _is_beside(self, i: int, j: int) -> bool:
        return 0 <= i < len(self._image) and self._image[i] == j >= 0

    def _may_slide(self, i: int, j: int, direction: int) -> bool:
        """Whether what was put in or taken out near word ``i`` may as well have been so on its other side."""
        for words, partners, at in ((self._new, self._source, j), (self._old, self._image, i)):
            near = at + direction
            while abs(near - at) < SLIDE and 0 <= near < len(partners) and partners[near] >= 0:
                near += direction
            far = near
            while abs(far - near) < SLIDE and 0 <= far < len(partners) and partners[far] < 0:
                far += direction
            if not 0 <= far < len(partners) or far == near:
                continue
            back = 1
            while may_be(words[near - direction * back], words[far - direction * back]):
                if near - direction * back == at:
                    return True
                back += 1
        return False

    def _stands_around(self, first: int, last: int, low: int, high: int) -> bool:
        """Whether a passage's sentence stands still, and so do the sentences beside it, one of them next to it still.

        A sentence that went away from both of them may as well be a copy, and so may one whose neighbour went: a copy
        may have come in its stead.
        """
        nearest = FAR_AWAY
        for i, j, direction in ((first, low, -1), (last, high, 1)):
            words = standing = 0
            index = i + direction
            while 0 <= index < len(self._image) and words < SENTENCE_REACH and self._parts(index, direction) < 2:
                away = (self._image[index] - j) * direction
                words += 1
                standing += self._image[index] >= 0 and 0 < away <= 2 * abs(index - i) + DRIFT
                index += direction
            beside = self._beside(index, j, direction)
            if standing < SENTENCE_STANDS * words or beside is None:
                return False
            nearest = min(nearest, beside - words)
        return nearest < FAR_AWAY

    def _beside(self, begin: int, j: int, direction: int) -> int | None:
        """How many words from word ``j`` on something of the sentence stands that begins there; None if nothing does.

        Nor does it count if a paragraph ended between the two and does no more, or the other way round, unless a whole
        sentence came between.
        """
        if not 0 <= begin < len(self._image):
            return 0
        for index in range(begin, begin + BESIDE * direction, direction):
            if not 0 <= index < len(self._image) or (index != begin and self._parts(index, direction) > 1):
                return None
            away = (self._image[index] - j) * direction
            if self._image[index] < 0 or away <= 0:
                continue
            if away < FAR_AWAY:
                between = range(min(self._image[index], j) + 1, max(self._image[index], j) + 1)
                ends = [how for word in between if (how := self._new.boundary(word)) > 1]
                if len(ends) == 1 and ends != [self._parts(begin, direction)]:
                    return None
            return away
        return None

    def _parts(self, index: int, direction: int) -> int:
        """How much ends between a word and the one before it, seen in that direction."""
        return self._old.boundary(index + (direction < 0))

    # -- copies

    def _frames(self, start: int, end: int) -> Iterator[str]:
        """The words by which a copy of a passage is known, coded: around each of its ends, within the sentence."""
        text = self._old.text
        before = text[max(0, start - FRAME_REACH) : start]
        after = text[end : end + FRAME_REACH]
        *_, begins = 0, *(found.end() for found in SENTENCE_END.finditer(before))
        ends = SENTENCE_END.search(after)
        left = self._coded(before[begins:])[-FRAME:]
        right = self._coded(after[: ends.end()] if ends else after)[:FRAME]
        words = self._coded(text[start:end])
        if len(words) <= FRAME:
            yield left + words + right
        else:
            yield left + words[:FRAME]
            yield words[-FRAME:] + right

    def _is_like_what_changed(self, frame: str) -> bool:
        """Whether words like these came or went anywhere."""
        if len(frame) > len(self._changed):
            return False
        return fuzz.partial_ratio(frame, self._changed, score_cutoff=LIKE) >= LIKE

    def _is_repeated_nearby(self, first: int, last: int, low: int, high: int) -> bool:
        """Whether what came or went near a passage repeats it, or several words in a row of what is around it."""
        inner = range(max(first - REPEATED_REACH, self._head > 0), min(last + REPEATED_REACH + 1, len(self._old)))
        around = self._coded_words(self._old, inner)
        itself = self._coded_words(self._old, range(first, last + 1)) if last > first else None
        for words, partners, begin, end in (
            (self._old, self._image, first, last),
            (self._new, self._source, low, high),
        ):
            places = range(max(begin - NEARBY, 0), min(end + NEARBY + 1, len(partners)))
            for run in _runs([place for place in places if partners[place] < 0], 0):
                codes = self._coded_words(words, run)
                if itself and itself in codes:
                    return True
                for at, _ in enumerate(run):
                    length = 2
                    while at + length <= len(run) and codes[at : at + length] in around:
                        length += 1
                    if length > 2 and sum(len(words[place]) for place in run[at : at + length - 1]) >= REPEATED:
                        return True
        return False

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary()

    @cached_property
    def _changed(self) -> str:
        """What came and what went, coded, stretch by stretch."""
        codes: list[str] = []
        for words, partners in ((self._old, self._image), (self._new, self._source)):
            for run in _runs([place for place, partner in enumerate(partners) if partner < 0], BRIDGE):
                codes += self._coded_words(words, run), OLD_GAP
        return "".join(codes)

    def _coded(self, text: str) -> str:
        return "".join(self._vocabulary[text[start:end]] for start, end in word_spans(text))

    def _coded_words(self, words: Words, places: range) -> str:
        return "".join(self._vocabulary[words[place]] for place in places)


def _runs(places: list[int], bridge: int) -> Iterator[range]:
    """Stretches of places, where at most so many missing ones do not part them."""
    if not places:
        return
    begin = places[0]
    for place, following in pairwise(places):
        if following - place > bridge + 1:
            yield range(begin, place + 1)
            begin = following
    yield range(begin, places[-1] + 1)
