r"""The projection: the one plain text that quotes refer to, read off the HTML of a part.

``project`` makes it; ``text.splice`` edits the HTML behind it. The reader's script computes the same projection from
the browser's document.

The projection, so precisely that it can be written a third time:

1. Only text nodes count, in document order, with character references resolved as HTML 5 says. Comments, CDATA
   sections, processing instructions, doctypes and attributes (``alt`` too) are nothing. U+0000 is nothing, as in a
   browser.
2. Elements named in ``IGNORED`` and elements that carry the attribute ``hidden`` or ``data-corrections-ignore``, with
   whatever value, are nothing with all that is in them, blocks included.
3. The start and the end of an element named in ``BLOCKS`` is a boundary, also if rule 2 ignores what is in it; so is
   ``<br>``. Table cells, captions, list items and ``<hr>`` are blocks. All other elements are inline and leave no
   trace: ``<sup>`` of a footnote mark, ``<wbr>``, ``<img>``, elements that nobody has heard of.
4. Space, tab, line feed, form feed and carriage return are white space, whether written as such or as references. Every
   other character stays as it is: no-break and thin spaces, zero-width characters and soft hyphens included. To compare
   texts without regard to them is the matcher's business. ``<pre>`` is no exception.
5. Between two characters that are not white space stands one newline if there is a boundary between them, else one
   space if there is white space, else nothing. The projection neither begins nor ends with either.

Offsets count code points. Input is any HTML. What a parser would repair by moving things about (text directly inside
``<table>``, mis-nested elements around an ignored one) is taken as it stands: sanitise first, as articles do.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain, compress

from articles.markup import (
    BLOCKS,
    LEGACY_REFERENCE,
    MARKUP,
    REFERENCE,
    SPLIT,
    Tag,
    ignored_end,
    is_in_paragraph,
    resolve,
    tag_of,
)

_REFERENCES = re.compile(f"({REFERENCE})")
_WHITE_SPACE = " \t\n\f\r"
_SPACES = re.compile(rf"[{_WHITE_SPACE}]+|{REFERENCE}")

# The signs of a blotted source, none of which it can hold as text: see ``_blotted``.
NOTHING, BOUNDARY, WHOLE, LEGACY = "\0\n\t\f"
_WORD = f"[^ {NOTHING}{BOUNDARY}{WHOLE}{LEGACY}]++"
_PIECE = re.compile(
    rf"{_WORD}(?: {_WORD})*+|[ {NOTHING}{BOUNDARY}]++"
    rf"|{WHOLE}(?:\#[xX][0-9a-fA-F]++;?|\#[0-9]++;?|[a-zA-Z][a-zA-Z0-9]*+;?)|{LEGACY}(?:{LEGACY_REFERENCE})"
)
_GAPS = frozenset({"", " ", "\n"})
_WINDOW = 512
"""Characters of the source that are read at once behind an ignored element that ends amid what was read already."""


@dataclass(frozen=True, slots=True)
class Projection:
    """The one text of a part, and where each of its characters stands in the HTML.

    The map is kept as segments. A segment is a stretch of visible characters that stand in the source as they are
    (single spaces between words included), or one character reference. What lies between segments, markup and the space
    or newline that came of it, is read again when it is needed. That takes at most 12 bytes a character.
    """

    text: str
    html: str = field(repr=False)
    _starts: array[int] = field(repr=False)
    _source_starts: array[int] = field(repr=False)
    _source_ends: array[int] = field(repr=False)

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Say which stretch of the HTML holds that stretch of the text, markup between its characters included.

        A space or newline that markup or a longer run of white space stands for has the stretch between its neighbours.
        Raises ``ValueError`` if the offsets, in code points, are not in the text or the stretch is empty.
        """
        check_offsets(self.text, start, end)
        if start == end:
            raise ValueError(f"The stretch is empty: {start} to {end}.")
        return self.span(start)[0], self.span(end - 1)[1]

    def _segment(self, offset: int) -> tuple[int, int]:
        """Return the number of the segment at or before the offset, and where it ends in the text."""
        index = bisect_right(self._starts, offset) - 1
        if index + 1 == len(self._starts):
            return index, len(self.text)
        following = self._starts[index + 1]
        return index, following - (self.text[following - 1] in " \n")

    def _is_literal(self, index: int, end: int) -> bool:
        # No reference is as short as what it stands for, so the lengths tell.
        return self._source_ends[index] - self._source_starts[index] == end - self._starts[index]

    def span(self, offset: int) -> tuple[int, int]:
        index, end = self._segment(offset)
        if offset >= end:
            return self._source_ends[index], self._source_starts[index + 1]
        if not self._is_literal(index, end):
            return self._source_starts[index], self._source_ends[index]
        at = self._source_starts[index] + offset - self._starts[index]
        return at, at + 1

    def visible_spans(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield where the segments' parts of that stretch stand in the source."""
        while start < end:
            _, stop = self._segment(start)
            if start < stop:
                stop = min(stop, end)
                yield self.span(start)[0], self.span(stop - 1)[1]
            start = max(stop, start + 1)

    def whole_references(self, start: int, end: int) -> tuple[int, int]:
        """Widen a stretch that would cut a reference which stands for two characters."""
        for offset in {start, end} if self.text else ():
            if 0 < offset < len(self.text):
                index, stop = self._segment(offset)
                if self._starts[index] < offset < stop and not self._is_literal(index, stop):
                    start = min(start, self._starts[index]) if offset == start else start
                    end = max(end, stop) if offset == end else end
        return start, end


def project(html: str) -> Projection:
    """Read the one text of a part off its HTML, in a time that grows with the length alone.

    Nearly all of it is splitting and joining by the standard library, piece by piece of the same length as in the
    source, so that offsets of one are offsets of the other; and each different piece is looked at once.
    """
    pieces = _PIECE.findall(_blotted(html))
    texts = list(map(_Shown().__getitem__, pieces))
    for end in {0, len(texts) - 1} if texts else ():
        if texts[end] in _GAPS:
            texts[end] = ""
    is_visible = [text not in _GAPS for text in texts]
    ends = array("I", accumulate(map(len, texts)))
    source_ends = array("I", accumulate(map(len, pieces)))
    return Projection(
        "".join(texts),
        html,
        array("I", compress(chain((0,), ends), is_visible)),
        array("I", compress(chain((0,), source_ends), is_visible)),
        array("I", compress(source_ends, is_visible)),
    )


class _Shown(dict[str, str]):
    """What a piece of a blotted source shows as: a gap as its newline or space, a reference as what it stands for."""

    def __missing__(self, piece: str) -> str:
        first = piece[0]
        if first in (WHOLE, LEGACY):
            shown = resolve("&" + piece[1:])[0]
        elif first in (NOTHING, BOUNDARY, " "):
            shown = "\n" if BOUNDARY in piece else " " if " " in piece else ""
        else:
            shown = piece
        self[piece] = shown
        return shown


def _blotted(html: str) -> str:
    """Return the source, at its length, with all blotted out that is not shown as it is.

    Markup and ignored elements become ``NOTHING``, with one ``BOUNDARY`` if they make one; white space becomes spaces;
    a reference to white space one space and ``NOTHING``. Of other references the ampersand is marked: as ``WHOLE``, or
    as ``LEGACY`` if they are one of those that need no semicolon and end where the name goes on.
    """
    for char in _WHITE_SPACE[1:]:
        html = html.replace(char, " ")
    blotted = "".join(_without_markup(html)) if "<" in html else html
    if "&" not in blotted:
        return blotted
    pieces = _REFERENCES.split(blotted)
    pieces[1::2] = map(_Marked().__getitem__, pieces[1::2])
    return "".join(pieces)


class _Marked(dict[str, str]):
    """A reference, or what looks like one, as it stands in a blotted source."""

    def __missing__(self, reference: str) -> str:
        text, length = resolve(reference)
        if text in _WHITE_SPACE:
            marked = " " + NOTHING * (length - 1) + reference[length:]
        elif length == 1:
            marked = reference
        else:
            marked = (WHOLE if length == len(reference) else LEGACY) + reference[1:]
        self[reference] = marked
        return marked


class _Blots(dict[str, str]):
    """What is left of markup: nothing, or a boundary, in its length; "" of what starts an ignored element."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: dict[str, Tag] = {}

    def __missing__(self, markup: str) -> str:
        match = MARKUP.match(markup)
        tag = tag_of(match) if match else None
        if tag:
            self.tags[markup] = tag
        blot = "" if tag and tag.is_ignored else _blot(tag, len(markup))
        self[markup] = blot
        return blot

    def is_in_paragraph(self, marks: Sequence[str], *, before: bool) -> bool:
        """Whether what follows these pieces of markup is in a paragraph."""
        for mark in reversed(marks):
            tag = self.tags.get(mark)
            if tag and is_in_paragraph(tag, before=True) == is_in_paragraph(tag, before=False):
                return is_in_paragraph(tag, before=True)
        return before


def _blot(tag: Tag | None, length: int) -> str:
    makes_boundary = tag is not None and (tag.name in BLOCKS or tag.name == "br")
    return BOUNDARY + NOTHING * (length - 1) if makes_boundary else NOTHING * length


def _without_markup(html: str) -> list[str]:
    """Return the source with its markup and ignored elements blotted out, in pieces."""
    read: list[str] = []
    blots = _Blots()
    at, window = 0, len(html)
    in_paragraph = False
    while at < len(html):
        # Text and markup in turns. The end of a window may have cut the last two, which are read again with the next.
        pieces = SPLIT.split(html[at : at + window])
        if at + window < len(html):
            del pieces[-2:]
        window *= 2
        marks = pieces[1::2]
        blotted = list(map(blots.__getitem__, marks))
        ignored = [number for number, blot in enumerate(blotted) if not blot]
        offsets = list(accumulate(map(len, pieces), initial=at)) if ignored else [at + sum(map(len, pieces))]
        pieces[1::2] = blotted
        first = 0
        for number in ignored:
            index = 2 * number + 1
            if index < first:
                continue
            read += pieces[first:index]
            tag = blots.tags[marks[number]]
            in_paragraph = blots.is_in_paragraph(marks[first // 2 : number + 1], before=in_paragraph)
            end = ignored_end(html, tag, marks[number], offsets[index + 1], in_paragraph=in_paragraph)
            read.append(_blot(tag, end - offsets[index]))
            first = bisect_left(offsets, end)
            if first == len(offsets) or offsets[first] > end:
                # It ends amid what was taken for one piece. Little is read on from there, lest it happen again.
                offsets, window, first = [end], _WINDOW, len(pieces)
                break
        read += pieces[first:]
        at = offsets[-1]
        if at < len(html):
            in_paragraph = blots.is_in_paragraph(marks[first // 2 :], before=in_paragraph)
    return read


def white_space(html: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield where white space stands in a text of the source, written as such or as references."""
    for match in _SPACES.finditer(html, start, end):
        text, length = resolve(match[0]) if match[0][0] == "&" else (" ", len(match[0]))
        if text in _WHITE_SPACE:
            yield match.start(), match.start() + length


def check_offsets(text: str, start: int, end: int) -> None:
    if not 0 <= start <= end <= len(text):
        raise ValueError(f"Offsets {start} to {end} are not a stretch of a text of {len(text)} characters.")
