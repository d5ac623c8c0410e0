"""The words of a text, and the forms in which two of them count as the same.

Responsible for what a word is in any script, where the words of a text begin and end, and how much ends before each.
Knows nothing of revisions and quotes. Pure Python on RapidFuzz, no Django. All offsets count code points.
"""

import re
import unicodedata
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate, pairwise

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


def _character_class(categories: str, *, without: str = "\0") -> str:
    """The basic plane's characters of these Unicode categories as a regular expression's class, less its brackets."""
    left_out = re.compile(f"[{without}]")
    ranges: list[list[int]] = []
    for code, char in enumerate(_BASIC_PLANE):
        if unicodedata.category(char)[0] in categories and not left_out.match(char):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"\\u{first:04x}-\\u{last:04x}" for first, last in ranges)


_BASIC_PLANE = "".join(map(chr, range(0x10000)))
# ``\w`` knows no combining marks, so that an Arabic word with its vowels would fall to pieces.
MARKS = _character_class("M")
_ATTACHED = f"{MARKS}{INVISIBLE}"
_LETTERS = _character_class("LN") + "_\U00010000-\U0001efff"
_SPACED_LETTERS = _character_class("LN", without=UNSPACED) + "_\U00010000-\U0001efff"
_WORD = re.compile(f"([{UNSPACED}][{_ATTACHED}]*|[{_LETTERS}][{_SPACED_LETTERS}{_ATTACHED}]*|[^\\s{INVISIBLE}])")
# Characters that are a word each and, but for case, fold to themselves: letters of scripts without spaces, and signs.
_FOLDED = "".join(map(re.escape, map(chr, ALIKE)))
_RUN_OR_WORD = re.compile(
    f"([^\\s{_SPACED_LETTERS}{_ATTACHED}{_FOLDED}\U00040000-\U0010ffff]+(?![{_ATTACHED}]))|{_WORD.pattern}"
)
_HAS_UNSPACED = re.compile(f"[{UNSPACED}]")
_SENTENCE_END = re.compile(r"[.!?…؟](?=\s|\Z)|[。！？]")
SENTENCE_END = re.compile(r"\n|[.!?…؟]\s|[。！？]")
"""What ends a sentence or a paragraph amid a text."""
_JOINS = re.compile(f"[{_SPACED_LETTERS}{_ATTACHED}]")

SEVERAL = 0x40000
"""Codes of words that are more than one character, once folded, begin here, where Unicode has hardly anything."""
HEAD, TAIL, OLD_GAP, NEW_GAP = "\U0010fffe", "\U0010ffff", "\U0010fffc", "\U0010fffd"
"""Codes of the common beginning and end, and codes that stand for no word of the old or the new text."""


_NUMBER = re.compile(r"(?<!\d)(?:\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3}(?!\d))+|\d+)(?:[.,:'’]\d+)*")
_NUMBER_REACH = 40
"""Characters beside a stretch in which a number that it cuts begins and ends."""


class Vocabulary(dict[str, str]):
    """Codes for words: one character each, the same for words that are alike once folded.

    A word of one character is its own code. There are 851,964 codes for others; in texts with more different words
    they are given out again.
    """

    def __init__(self) -> None:
        super().__init__()
        self._codes: dict[str, str] = {}

    def __missing__(self, word: str) -> str:
        folded = fold_word(word)
        if len(folded) == 1 and ord(folded) < SEVERAL:
            code = folded
        else:
            count = ord(OLD_GAP) - SEVERAL
            code = self._codes.setdefault(folded, chr(SEVERAL + len(self._codes) % count))
        self[word] = code
        return code


def fold_word(word: str) -> str:
    """Return the form in which a word is compared."""
    if word.isascii():
        return "'" if word == "`" else word.lower()
    return unicodedata.normalize("NFC", _INVISIBLES.sub("", word).translate(ALIKE)).lower()


class Words:
    """The words of a text: where each starts, and its code. A beginning and an end of it may count as one word each."""

    def __init__(self, text: str, head: int, tail: int, vocabulary: Vocabulary) -> None:
        self.text = text
        self._head, self._tail = head, tail
        stop = len(text) - tail
        split = _split_unspaced if _HAS_UNSPACED.search(text, head, stop) else _split_spaced
        self.starts, self.code = split(text, head, stop, vocabulary)
        if head:
            self.starts.insert(0, 0)
            self.code = HEAD + self.code
        if tail:
            self.starts.append(stop)
            self.code += TAIL

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, index: int) -> str:
        return self.text[self.starts[index] : self.end(index)]

    def end(self, index: int) -> int:
        """Where a word ends."""
        if index == 0 and self._head:
            return self._head
        if index == len(self.starts) - 1 and self._tail:
            return len(self.text)
        word = _WORD.match(self.text, self.starts[index])
        return word.end() if word else self.starts[index]

    def first_after(self, position: int) -> int:
        """The first word that ends after a position."""
        index = bisect_right(self.starts, position) - 1
        return index if index >= 0 and self.end(index) > position else index + 1

    def count_before(self, position: int) -> int:
        """How many words start before a position."""
        return bisect_left(self.starts, position)

    def ends_sentence(self, first: int, last: int) -> bool:
        """Whether a sentence or a paragraph ends among the words from ``first`` to ``last``."""
        stretch = self.text[self.starts[first] : self.end(last)]
        return "\n" in stretch or _SENTENCE_END.search(stretch) is not None

    def sentences(self, first: int, last: int) -> list[tuple[int, int]]:
        """The whole sentences among the words from ``first`` to before ``last``: first word, and the one behind it."""
        stop = self.starts[last] if last < len(self) else len(self.text)
        ends = SENTENCE_END.finditer(self.text, self.starts[first], stop)
        cuts = {self.count_before(found.start() + 1) for found in ends}
        if self.boundary(first) > 1:
            cuts.add(first)
        return list(pairwise(sorted(cuts)))

    def boundary(self, index: int) -> int:
        """How much ends before a word: a paragraph 3, a sentence 2, what punctuation parts 1, nothing 0."""
        if not 0 < index < len(self):
            return 3
        last, start = self.end(index - 1), self.starts[index]
        if self.text.find("\n", last, start) >= 0:
            return 3
        if _SENTENCE_END.match(self.text, last - 1):
            return 2
        return int(not is_word(self.text[last - 1]))


def _split_spaced(text: str, start: int, stop: int, vocabulary: Vocabulary) -> tuple["array[int]", str]:
    # Split with a group gives what lies between the words, and the words, in turns, without a loop of ours.
    parts = _WORD.split(text[start:stop])
    bounds = array("I", accumulate(map(len, parts), initial=start))
    return bounds[1:-1:2], "".join(map(vocabulary.__getitem__, parts[1::2]))


def _split_unspaced(text: str, start: int, stop: int, vocabulary: Vocabulary) -> tuple["array[int]", str]:
    # Characters that are a word each come in long runs, which are their own code.
    starts = array("I")
    codes: list[str] = []
    for match in _RUN_OR_WORD.finditer(text, start, stop):
        found = match[0]
        if match[1] is None:
            starts.append(match.start())
            codes.append(vocabulary[found])
            continue
        starts.extend(range(*match.span()))
        if unicodedata.is_normalized("NFC", found):
            codes.append(found.lower())
        else:
            codes += map(vocabulary.__getitem__, found)
    return starts, "".join(codes)


def likeness(word: str, other: str) -> float:
    """How surely one word is another spelling of the other, 0 to 1; 0 if it is not."""
    longest = max(len(word), len(other))
    if min(len(word), len(other)) < 3 or not word[0].isalnum():
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


def is_sign(code: str) -> bool:
    """Whether a code stands for a punctuation mark or another sign, and not for a word."""
    return ord(code) < SEVERAL and code != "_" and unicodedata.category(code)[0] not in "LMN"


def is_word(char: str) -> bool:
    """Whether a character joins with its like into a word: a letter, digit or mark of a script with spaces."""
    return _JOINS.match(char) is not None


def is_invisible(char: str) -> bool:
    """Whether a character is drawn as nothing."""
    return _INVISIBLES.match(char) is not None


def words_in(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the stretch widened to the words it touches."""
    while 0 < start < len(text) and is_word(text[start]) and is_word(text[start - 1]):
        start -= 1
    while 0 < end < len(text) and is_word(text[end]) and is_word(text[end - 1]):
        end += 1
    return start, end


def numbers_in(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the stretch widened to the numbers it cuts: from "000" to "3,000"; so with "1 300" and "22:10"."""
    for match in _numbers_near(text, start):
        if match.start() < start < match.end():
            start = match.start()
            break
    for match in _numbers_near(text, end):
        if match.start() < end < match.end():
            end = match.end()
            break
    return start, end


def _numbers_near(text: str, offset: int) -> Iterator[re.Match[str]]:
    return _NUMBER.finditer(text, max(0, offset - _NUMBER_REACH), offset + _NUMBER_REACH)
