"""The words of a text, and the forms in which two of them count as the same.

Responsible for what a word is in any script, where the words of a text begin and end, and how much ends before each.
Knows nothing of revisions and quotes. Pure Python on RapidFuzz, no Django. All offsets count code points.
"""

import re
import unicodedata
from array import array
from collections.abc import Iterator
from itertools import accumulate

from rapidfuzz.distance import OSA

DASHES = "-‐‑‒–—―−﹘﹣-"
APOSTROPHES = "'‘’‚‛ʼʹ′`´ʻ＇"
QUOTATIONMARKS = '"“”„‟«»″〝〞〟＂'
ALIKE = {ord(char): group[0] for group in (DASHES, APOSTROPHES, QUOTATIONMARKS) for char in group}

# What is drawn as nothing: soft hyphen, zero-width characters, direction marks, byte order mark.
# Variation selectors are left alone: they alter how a character looks.
INVISIBLE = "\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
"""A regular expression's character class, without its brackets."""
_INVISIBLES = re.compile(f"[{INVISIBLE}]+")

# Thai to Tibetan, Myanmar, Khmer, kana, bopomofo, ideographs: scripts written without spaces between words.
UNSPACED = (
    "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1980-\u19df\u3005-\u3007\u3031-\u3035\u3041-\u312f\u31a0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)


def _character_class(first_letters: str) -> str:
    """The characters of the basic plane whose Unicode category starts with one of ``first_letters``, as a class."""
    ranges: list[list[int]] = []
    for code in range(0x10000):
        if unicodedata.category(chr(code))[0] in first_letters:
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"\\u{first:04x}-\\u{last:04x}" for first, last in ranges)


# ``\w`` knows no combining marks, so that an Arabic word with its vowels would fall to pieces.
MARKS = _character_class("M")
_LETTERS = _character_class("LN") + "_\U00010000-\U0001efff"
_WORD = re.compile(
    f"[{UNSPACED}][{MARKS}{INVISIBLE}]*|[{_LETTERS}](?:[^\\W{UNSPACED}]|[{MARKS}{INVISIBLE}])*|[^\\s{INVISIBLE}]"
)
_SPLIT = re.compile(f"({_WORD.pattern})")
_SENTENCE_END = re.compile(r"[.!?…؟](?=\s|\Z)|[。！？]")
SENTENCE_END = re.compile(r"\n|[.!?…؟]\s|[。！？]")
"""What ends a sentence or a paragraph amid a text."""
IS_WORD = re.compile(f"[{_LETTERS}{UNSPACED}{MARKS}]")
_JOINS = re.compile(f"[^\\W{UNSPACED}]|[{MARKS}{INVISIBLE}]")

HEAD, TAIL = -(2**40), -(2**40) - 1
"""Numbers of the common beginning and end."""


class Vocabulary(dict[str, int]):
    """Numbers for words; words that are alike once folded share one."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers: dict[str, int] = {}

    def __missing__(self, word: str) -> int:
        number = self[word] = self._numbers.setdefault(fold_word(word), len(self._numbers))
        return number


def fold_word(word: str) -> str:
    """Return the form in which a word is compared."""
    if word.isascii():
        return "'" if word == "`" else word.lower()
    return unicodedata.normalize("NFC", _INVISIBLES.sub("", word).translate(ALIKE)).lower()


class Words:
    """The words of a text: where each starts and ends, and its number. A common end of both texts is one word."""

    def __init__(self, text: str, head: int, tail: int, vocabulary: Vocabulary) -> None:
        # Split with a group gives what lies between the words, and the words, in turns, without a loop of ours.
        parts = _SPLIT.split(text[head : len(text) - tail])
        bounds = array("I", accumulate(map(len, parts), initial=head))
        self.text = text
        self.starts, self.ends = bounds[1:-1:2], bounds[2::2]
        self.numbers = list(map(vocabulary.__getitem__, parts[1::2]))
        if head:
            self.starts.insert(0, 0)
            self.ends.insert(0, head)
            self.numbers.insert(0, HEAD)
        if tail:
            self.starts.append(len(text) - tail)
            self.ends.append(len(text))
            self.numbers.append(TAIL)

    def __len__(self) -> int:
        return len(self.starts)

    def ends_sentence(self, first: int, last: int) -> bool:
        """Whether a sentence or a paragraph ends among the words from ``first`` to ``last``."""
        stretch = self.text[self.starts[first] : self.ends[last]]
        return "\n" in stretch or _SENTENCE_END.search(stretch) is not None

    def boundary(self, index: int) -> int:
        """How much ends before a word: a paragraph 3, a sentence 2, what punctuation parts 1, nothing 0."""
        if not 0 < index < len(self):
            return 3
        last, gap = self.ends[index - 1], self.text[self.ends[index - 1] : self.starts[index]]
        if "\n" in gap:
            return 3
        if _SENTENCE_END.match(self.text, last - 1):
            return 2
        return int(not is_word(self.text[last - 1]))

    def __getitem__(self, index: int) -> str:
        return self.text[self.starts[index] : self.ends[index]]


def likeness(word: str, other: str) -> float:
    """How surely one word is another spelling of the other, 0 to 1; 0 if it is not."""
    longest = max(len(word), len(other))
    if longest < 3 or not word[0].isalnum():
        return 0.0
    most = max(1, 2 * longest // 7)
    distance = OSA.distance(word.lower(), other.lower(), score_cutoff=most)
    return 1 - distance / longest if distance <= most else 0.0


def may_be(word: str, other: str) -> bool:
    """Whether two words are the same or spellings of one word."""
    return fold_word(word) == fold_word(other) or likeness(word, other) > 0


def word_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each word and each punctuation mark."""
    return (match.span() for match in _WORD.finditer(text))


def is_word(char: str) -> bool:
    """Whether a character joins with its like into a word: a letter, digit or mark of a script with spaces."""
    return _JOINS.match(char) is not None


def words_in(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the stretch widened to the words it touches."""
    while 0 < start < len(text) and is_word(text[start]) and is_word(text[start - 1]):
        start -= 1
    while 0 < end < len(text) and is_word(text[end]) and is_word(text[end - 1]):
        end += 1
    return start, end
