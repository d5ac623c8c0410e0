"""The forms in which a text and a quote are compared, each more forgiving than the one before.

Responsible for what counts as the same characters: white space, invisibles and NFC, then quotation marks, apostrophes
and dashes, then case. Marks are never folded: another mark is another letter. Pure Python, no Django. All offsets count
code points.
"""

import re
import unicodedata
from array import array
from bisect import bisect_left
from functools import cached_property, lru_cache

from rapidfuzz.distance import Indel

from corrections.words import ALIKE, INVISIBLE, MARKS, word_spans

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


def folded(words: str) -> str:
    """Return words in the form in which they count as the very same: everything folded but case."""
    return Forms(words).form(2).strip()


def folded_words(text: str) -> list[str]:
    """Return the words of a text, each in that form."""
    plain = folded(text)
    return [plain[start:end] for start, end in word_spans(plain)]


def is_blank(text: str) -> bool:
    """Whether nothing of a text can be seen."""
    return _BLANK.match(text) is not None


def agreement_of(wanted: str, there: str) -> float:
    """Return how far two stretches agree, 0 to 1; such that have nothing in common reach about 0.4."""
    return 1.0 if wanted == there else Indel.normalized_similarity(wanted, there)
