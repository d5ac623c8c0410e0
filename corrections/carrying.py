"""Carry a passage from one revision of a text to the next.

Responsible for the step map: where a stretch of the old text lies in the new one, and how surely. Which word became
which is ``alignment``'s work; whether the words there still read as the reader saw them is ``anchoring``'s question.
Pure Python on RapidFuzz, no Django. All offsets count code points.

What both texts have in common at their ends is left out of the comparison. The rest becomes words (a character of a
script without spaces is a word), compared in a folded form: NFC, without invisibles, quotation marks, apostrophes and
dashes alike, case alike. White space is not compared at all.
"""

from functools import cached_property, lru_cache
from itertools import islice, pairwise
from operator import itemgetter

from rapidfuzz.distance import Levenshtein, Postfix, Prefix

from articles.projection import check_offsets
from corrections.alignment import Alignment
from corrections.certainty import Certainty
from corrections.words import Vocabulary, Words, is_sign, numbers_in

COMPANY = 400
"""Characters of the common beginning and end of both texts that are compared all the same."""
PARTING = 40
"""Characters put into a passage that part it, if they are as many as it has itself: what is more new than old is no
longer the passage, but a few words into a passage of a few words are an edit of it."""
IN_PLACE = 1.5
"""How much more a part of a passage counts that is where it was: one that stands elsewhere may be a copy of it."""
SHRED = 0.2
"""Part of a torn passage that is no longer the passage if it is less than this: some words of it stand somewhere."""
EXCHANGED = 0.25
"""Part of a passage that, if other words stand in its place, lets twice as many of them be put in."""
REPLACED = 8
"""Words, at most, that may stand in the place of as many: more is another text."""
AROUND, AROUND_REACH = 8, 400
"""Words around a sentence that tell whether it is in its place, and how far they are looked for."""


class StepMap:
    """Where the words of ``old`` stand in ``new``; made once for two revisions, asked for any number of passages."""

    def __init__(self, old: str, new: str) -> None:
        self._head, self._tail = _common_ends(old, new)
        vocabulary = Vocabulary()
        self._old = Words(old, self._head, self._tail, vocabulary)
        self._new = Words(new, self._head, self._tail, vocabulary)
        alignment = Alignment(self._old, self._new)
        self._image, self._source = alignment.image, alignment.source
        self._old.code = self._new.code = ""  # what only the comparison needed

    def carry(self, start: int, end: int) -> tuple[int, int] | None:
        """Return where ``old[start:end]`` lies in the new text, or None if it was rewritten or removed.

        A number is whole, unless the passage cut it already: of "300" that became "3,000", all of it.
        """
        carried = self._carry(start, end)
        if carried is None or numbers_in(self._old.text, start, end) != (start, end):
            return carried
        return numbers_in(self._new.text, *carried)

    def _carry(self, start: int, end: int) -> tuple[int, int] | None:
        if end <= self._head:
            return start, end
        from_end = len(self._old.text)
        if start >= from_end - self._tail:
            return start + len(self._new.text) - from_end, end + len(self._new.text) - from_end
        first = self._old.first_after(start)
        last = self._old.count_before(end) - 1
        if last < first:
            return None
        images = [(i, self._image[i]) for i in range(first, last + 1) if self._image[i] >= 0]
        if not images:
            return self._replaced(first, last)
        cluster = self._main_cluster(images, start, end)
        if not cluster:
            return None
        (i, low), (k, high) = cluster[0], cluster[-1]
        new_start, new_end = self._new.starts[low], self._new.end(high)
        if i == first:
            new_start = self._inside(i, low, start)
        elif (head := self._replaced(first, i - 1)) is not None:
            new_start = head[0]
        if k == last:
            new_end = self._inside(k, high, end)
        elif (tail := self._replaced(k + 1, last)) is not None:
            new_end = tail[1]
        else:
            new_end = self._with_space(k, high)
        return new_start, max(new_start, new_end)

    def is_certain(self, start: int, end: int) -> bool:
        """Whether ``old[start:end]``, if it was carried, is nothing else that reads alike, within the same bounds."""
        return self._certainty.holds(start, end)

    @cached_property
    def _certainty(self) -> Certainty:
        return Certainty(self._old, self._new, self._image, self._source, head=self._head, tail=self._tail)

    def is_new(self, start: int, end: int) -> bool:
        """Whether nothing of ``new[start:end]`` came from the old text."""
        first = self._new.first_after(start)
        last = self._new.count_before(end)
        return all(source < 0 for source in self._source[first:last])

    def _inside(self, i: int, j: int, position: int) -> int:
        """Where an old position in or beside word ``i`` is, given that the word became word ``j``."""
        start, end = self._old.starts[i], self._old.end(i)
        new_start, new_end = self._new.starts[j], self._new.end(j)
        if position <= start:
            floor = self._new.end(j - 1) if j else 0
            return max(floor, new_start - (start - position))
        if position >= end:
            ceiling = self._new.starts[j + 1] if j + 1 < len(self._new) else len(self._new.text)
            return min(ceiling, new_end + position - end)
        if self._old[i] == self._new[j]:
            return new_start + position - start
        for code in Levenshtein.opcodes(self._old[i], self._new[j]):
            if start + code.src_end > position:
                return new_start + min(code.dest_end, code.dest_start + position - start - code.src_start)
        return new_end

    def _with_space(self, i: int, j: int) -> int:
        """End of word ``j`` and of the space behind it, as far as word ``i`` had space behind it too."""
        old_after = self._old.starts[i + 1] if i + 1 < len(self._old) else len(self._old.text)
        new_after = self._new.starts[j + 1] if j + 1 < len(self._new) else len(self._new.text)
        return self._new.end(j) + min(old_after - self._old.end(i), new_after - self._new.end(j))

    def _main_cluster(self, images: list[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
        """The main part, in the new order, of a passage whose parts went different ways; none if all are shreds."""
        images.sort(key=itemgetter(1))
        clusters = [[images[0]]]
        starts, end_of = self._old.starts, self._old.end
        for before, here in pairwise(images):
            if here[1] == before[1] + 1:
                clusters[-1].append(here)
                continue
            exchanged = starts[here[0]] - end_of(before[0]) if before[0] < here[0] else 0
            inserted = self._new.starts[here[1]] - self._new.end(before[1]) - exchanged
            room = max(end - start, PARTING) * (2 if exchanged > EXCHANGED * (end - start) else 1)
            if inserted < room:
                clusters[-1].append(here)
            else:
                clusters.append([here])
        if len(clusters) == 1:
            return clusters[0]
        sizes = [sum(min(end_of(i), end) - max(starts[i], start) for i, _ in cluster) for cluster in clusters]
        if max(sizes) < SHRED * (end - start):
            return []
        old = [i for i, _ in images]
        first, last = min(old), max(old)
        counts = [
            size * (IN_PLACE if self._in_order(first, low[1], -1) and self._in_order(last, high[1], 1) else 1)
            for size, (low, *_, high) in zip(sizes, ((*cluster, cluster[-1]) for cluster in clusters), strict=True)
        ]
        return clusters[counts.index(max(counts))]

    def _in_order(self, i: int, j: int, direction: int) -> bool:
        """Whether most of the words nearest to word ``i`` on one side stand on that side of word ``j``."""
        images = (
            self._image[index]
            for index in range(i + direction, i + direction * AROUND_REACH, direction)
            if 0 <= index < len(self._image)
        )
        nearest = list(islice((image for image in images if image >= 0), AROUND))
        return 2 * sum((image - j) * direction > 0 for image in nearest) >= len(nearest)

    def _replaced(self, first: int, last: int) -> tuple[int, int] | None:
        """What stands in the place of old words that all went: between neighbours that stand, or beside one of them."""
        image = self._image
        if any(place >= 0 for place in image[first : last + 1]):
            return None
        before, after = first, last
        while before > 0 and image[before - 1] < 0 and last - before < REPLACED:
            before -= 1
        while after + 1 < len(image) and image[after + 1] < 0 and after - first < REPLACED:
            after += 1
        if not (self._stands_on(before - 1, -1) or self._stands_on(after + 1, 1)):
            return None
        left = image[before - 1] + 1 if before else 0
        right = image[after + 1] if after + 1 < len(image) else len(self._new)
        if (
            after - before < REPLACED
            and left < right <= left + REPLACED
            and self._is_free(left, right)
            and not self._old.ends_sentence(before, after)
            and not self._new.ends_sentence(left, right - 1)
        ):
            return self._new.starts[left], self._new.end(right - 1)
        if right <= 0:
            return None
        # The sentence before was rewritten too: of this one, what stands between its beginning and the neighbour.
        begin, low = after + 1, right
        while begin > before and self._old.boundary(begin) < 2:
            begin -= 1
        while low > max(0, right - REPLACED - 1) and self._source[low - 1] < 0 and self._new.boundary(low) < 2:
            low -= 1
        if before < begin <= last and low < right <= low + REPLACED and self._new.boundary(low) > 1:
            return self._new.starts[low], self._new.end(right - 1)
        return None

    def _stands_on(self, index: int, direction: int) -> bool:
        """Whether the nearest word from there on that is no sign stands: beside signs alone it is another text."""
        while 0 <= index < len(self._image):
            if self._old.end(index) - self._old.starts[index] > 1 or not is_sign(self._old[index]):
                return self._image[index] >= 0
            index += direction
        return False

    def _is_free(self, left: int, right: int) -> bool:
        return all(source < 0 for source in self._source[left:right])


def _common_ends(old: str, new: str) -> tuple[int, int]:
    """How many characters at the beginning and at the end are the same, a little less, so that words have company."""
    if old == new:
        return len(old), 0
    head = Prefix.similarity(old, new)
    tail = min(Postfix.similarity(old, new), min(len(old), len(new)) - head)
    last = len(old) - tail
    return _step_back(old[max(0, head - COMPANY) : head], head), _step_back(old[last : last + COMPANY][::-1], tail)


def _step_back(company: str, length: int) -> int:
    """Shorten a common end by its last paragraph, or by ``COMPANY`` characters to a space if that is longer.

    Of one that is shorter than both nothing stays: two texts may begin with the same words by chance.
    """
    at = company.rfind("\n")
    if at < 0:
        at = company.find(" ") if length > len(company) else 0
    return max(0, length - (COMPANY if at < 0 else len(company) - at))


@lru_cache(maxsize=8)
def step_map(old: str, new: str) -> StepMap:
    """Return the step map of two revisions; those asked for last are kept, so that many passages cost one map."""
    return StepMap(old, new)


def carry(passage_start: int, passage_end: int, old: str, new: str) -> tuple[int, int] | None:
    """Return where the stretch of ``old`` lies in ``new``; None if it was rewritten or removed.

    Offsets are in code points. Raises ``ValueError`` if they are not a stretch of ``old``.
    """
    check_offsets(old, passage_start, passage_end)
    return step_map(old, new).carry(passage_start, passage_end)
