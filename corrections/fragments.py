"""Links to the very words of a page: text directives (``#:~:text=``), to which browsers scroll and which they mark.

A browser takes the first place of the document at which prefix, words and suffix of the directive follow each other
("find a range from a text directive" in https://wicg.github.io/scroll-to-text-fragment/). Each of these lies within one
block. The outer ends of prefix and suffix have to be word boundaries of the page's language; the words between them may
be any stretch, but for the inner ends of their two halves where only their beginning and their end are named.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote as percent_encoded

_LONGEST_WHOLE = 120
"""Longer stretches are named by their first and last words: browsers look for these, and addresses stay short."""
_CONTEXT_WORDS = (3, 6, 12, 24, 48)
"""As many words of context are tried, one after the other, until no earlier place of the page fits."""
_WIDE = "、。！？，；：「」『』（）【】《》〈〉"
_WORD = re.compile(rf"[^\s{_WIDE}]+[{_WIDE}]*|[{_WIDE}]+")
"""What surely begins and ends at word boundaries. Where words need a dictionary to be parted, that is a clause."""


@dataclass(frozen=True, slots=True)
class _Directive:
    """A stretch of a text, from ``start`` to ``end``, and what tells it from others."""

    start: int
    end: int
    prefix: str
    first: str
    last: str
    suffix: str

    def __str__(self) -> str:
        terms = [self.prefix and _encoded(self.prefix) + "-", _encoded(self.first), _encoded(self.last)]
        terms.append(self.suffix and "-" + _encoded(self.suffix))
        return ":~:text=" + ",".join(term for term in terms if term)


def text_directive(text: str, start: int, end: int, *, above: str = "") -> str:
    """Give the directive for a stretch of ``text``, a part of a page on which the words ``above`` stand before it.

    An empty stretch, as a deletion leaves it, is shown by the words on both sides. Where nothing tells the stretch from
    an earlier copy, its paragraph is marked; gives "" where there are no words.
    """
    start, end = _trimmed(text, start, end)
    if start == end:
        start, end = _trimmed(text, _before(text, start, 2), _after(text, end, 2))
    if start == end:
        return ""
    page = _folded(f"{above}\n{text}")
    tried = list(_directives(text, start, end))
    unique = (one for one in tried if _first_match(page, one) == (one.start + len(above) + 1, one.end + len(above) + 1))
    return str(next(unique, tried[0]))


def _directives(text: str, start: int, end: int) -> Iterator[_Directive]:
    for words in _CONTEXT_WORDS:
        yield _directive(text, start, end, _before(text, start, words), _after(text, end, words))
    whole = _line_start(text, start), _line_end(text, end)
    for stretch in ((start, end), whole):
        for words in _CONTEXT_WORDS:
            # Where a paragraph begins or ends with the stretch, its neighbour can be the context.
            before, after = _before(text, stretch[0], words), _after(text, stretch[1], words)
            if before == stretch[0]:
                before = _before(text, max(0, before - 1), words)
            if after == stretch[1]:
                after = _after(text, min(len(text), after + 1), words)
            yield _directive(text, *stretch, before, after)


def _directive(text: str, start: int, end: int, before: int, after: int) -> _Directive:
    words = text[start:end]
    first, last = words, ""
    if len(words) > _LONGEST_WHOLE or "\n" in words:
        head, tail = _after(text, start, 4), _before(text, end, 4)
        head, tail = min(head, end), max(tail, start)
        if head <= tail:
            first, last = text[start:head].strip(), text[tail:end].strip()
    return _Directive(start, end, text[before:start].strip(), first, last, text[end:after].strip())


def _first_match(page: str, directive: _Directive) -> tuple[int, int] | None:
    """Give the place in ``page`` that browsers take, as the specification has it but for word boundaries."""
    prefix, first, last, suffix = (
        _folded(term) for term in (directive.prefix, directive.first, directive.last, directive.suffix)
    )
    at = page.find(prefix + ("" if prefix else first))
    while at >= 0:
        start = _skipped(page, at + len(prefix)) if prefix else at
        if page.startswith(first, start):
            end = start + len(first)
            if last:
                end = _end_of(page, last, suffix, end)
            if end >= 0 and page.startswith(suffix, _skipped(page, end)):
                return start, end
        at = page.find(prefix or first, at + 1)
    return None


def _end_of(page: str, last: str, suffix: str, start: int) -> int:
    at = page.find(last, start)
    while at >= 0 and not page.startswith(suffix, _skipped(page, at + len(last))):
        at = page.find(last, at + 1)
    return at + len(last) if at >= 0 else -1


def _before(text: str, at: int, words: int) -> int:
    """Give where the last so many words before a place begin, in its paragraph."""
    starts = [found.start() for found in _WORD.finditer(text, _line_start(text, at), at)]
    return starts[-words:][0] if starts else at


def _after(text: str, at: int, words: int) -> int:
    """Give where the first so many words after a place end, in its paragraph."""
    ends = [found.end() for found in _WORD.finditer(text, at, _line_end(text, at))]
    return ends[:words][-1] if ends else at


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    return found if found >= 0 else len(text)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _skipped(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _folded(text: str) -> str:
    lower = text.lower()
    return lower if len(lower) == len(text) else text  # offsets have to stay


def _encoded(words: str) -> str:
    # The hyphen sets context apart in a directive, and is a safe character to everybody else.
    return percent_encoded(words, safe="").replace("-", "%2D")
