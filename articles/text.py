r"""The one text: the plain text that quotes refer to, and edits of the HTML behind it.

``project`` turns the HTML of a part into its *projection*; ``splice`` replaces a stretch of the projection in the HTML.
The reader's script computes the same projection from the browser's document. This module knows nothing of articles,
quotes or databases, and does not sanitise.

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
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from html.entities import html5
from typing import Literal, NamedTuple

from rapidfuzz.distance import LCSseq


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


BLOCKS = _names(
    "address article aside blockquote caption dd details div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hr legend li main nav ol p pre section summary "
    "table tbody td tfoot th thead tr ul"
)
IGNORED = _names(
    "audio button canvas datalist dialog iframe input math meter noembed noframes noscript object plaintext "
    "progress rp script select style svg template textarea title video xmp"
)
IGNORING_ATTRIBUTES = frozenset({"hidden", "data-corrections-ignore"})

_VOID = _names("area base br col embed hr img input link meta param source track wbr")
_RAW = _names("iframe noembed noframes noscript script style textarea title xmp")
_FOREIGN = frozenset({"svg", "math"})

# An ignored element whose end tag was left out ends where HTML 5 ends it: at the start of one of these, unless a list
# or a table was opened inside. What ends a paragraph also ends an inline element in it.
_P_ENDS_AT = (BLOCKS | _names("center dialog dir hgroup listing menu plaintext search xmp")) - _names(
    "caption legend tbody td tfoot th thead tr"
)
_OUTLIVES_P = _names("button math noscript object select svg template") | _RAW
_ENDS_AT = {
    "p": _P_ENDS_AT,
    "li": frozenset({"li"}),
    "dt": frozenset({"dt", "dd"}),
    "dd": frozenset({"dt", "dd"}),
    "td": frozenset({"td", "th", "tr", "tbody", "thead", "tfoot"}),
    "th": frozenset({"td", "th", "tr", "tbody", "thead", "tfoot"}),
    "tr": frozenset({"tr", "tbody", "thead", "tfoot"}),
    "tbody": frozenset({"tbody", "tfoot"}),
    "thead": frozenset({"tbody", "tfoot"}),
    "tfoot": frozenset({"tbody"}),
    "button": frozenset({"button"}),
}
_SHIELDS = _names("ul ol dl table button object template")

# Two blocks of one kind that follow each other can become one. Joined cells or captions would break table or figure.
_JOINABLE = _names("address blockquote dd div dt h1 h2 h3 h4 h5 h6 li p pre section ul ol dl")

_ATTRIBUTES = r"""(?:[ \t\n\f\r/]++|[^ \t\n\f\r/>][^ \t\n\f\r/>=]*+
    (?:[ \t\n\f\r]*+=[ \t\n\f\r]*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^ \t\n\f\r>"'][^ \t\n\f\r>]*+|(?=>)|\Z))?+)*+"""
_MARKUP = re.compile(
    rf"""<(/?)([a-zA-Z][^ \t\n\f\r/>]*+)({_ATTRIBUTES})(>|\Z)
    | <!--(?:-?>|.*?(?:--!?>|\Z))
    | <(?:[!?]|/(?=[^a-zA-Z]))[^>]*+(?:>|\Z)""",
    re.VERBOSE | re.DOTALL,
)
_ATTRIBUTE_NAME = re.compile(
    r"""[ \t\n\f\r/]*+([^ \t\n\f\r/>][^ \t\n\f\r/>=]*+)
    (?:[ \t\n\f\r]*+=[ \t\n\f\r]*+(?:"[^"]*+"?|'[^']*+'?|[^ \t\n\f\r>]*+))?+""",
    re.VERBOSE,
)
_MAY_IGNORE = re.compile("|".join(sorted(IGNORING_ATTRIBUTES)), re.IGNORECASE)
_RAW_END = {name: re.compile(rf"</{name}(?=[ \t\n\f\r/>])", re.IGNORECASE) for name in _RAW}
_CDATA_END = re.compile(r"\]\]>")

_WORDS = r"[^ \t\n\f\r&\0]++(?:[ ][^ \t\n\f\r&\0]++)*+"
_PIECE = re.compile(
    rf"(?P<words>{_WORDS})|(?P<space>[ \t\n\f\r]++)|(?P<nothing>\0++)"
    r"|&(?:\#[xX](?P<hex>[0-9a-fA-F]++);?|\#(?P<decimal>[0-9]++);?|(?P<name>[a-zA-Z][a-zA-Z0-9]*+;?))|(?P<ampersand>&)",
)
_WORDS_GROUP, _SPACE_GROUP, _NOTHING_GROUP = 1, 2, 3
_LONGEST_WITHOUT_SEMICOLON = max(len(name) for name in html5 if not name.endswith(";"))
_LONGEST_REFERENCE = max(map(len, html5)) + 1
# HTML 5 reads these numbers as Windows-1252, since that is what their authors meant.
_WINDOWS_1252 = {
    number: character
    for number in range(0x80, 0xA0)
    if (character := bytes([number]).decode("cp1252", errors="ignore"))
}
_WHITE_SPACE = " \t\n\f\r"

_SPACES = re.compile(r"[ \n]+")
_SPACE_RUN = re.compile(r"[ \t\n\f\r]+")
_TOKEN = re.compile(r"[\w\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufe0e\ufe0f]+|.", re.DOTALL)
# A table of this many bits is what the comparison of two stretches may take (50 MB); beyond it they are replaced whole.
_DIFFERENCE_LIMIT = 400_000_000


# A stretch of the source: its kind, start, end, and the name of the element.
_Token = tuple[Literal["text", "open", "close", "ignored"], int, int, str]


class _Edit(NamedTuple):
    """A stretch of the projection (or of the source) and what it becomes."""

    start: int
    end: int
    new: str


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
        _check_offsets(self.text, start, end)
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
    """Read the one text of a part off its HTML, in one pass whose time grows with the length alone."""
    return _Projector(html).run()


def splice(html: str, start: int, end: int, replacement: str) -> str:
    """Replace a stretch of the projection in the HTML, and touch nothing else.

    ``start`` and ``end`` are offsets of the projection in code points; equal ones insert. Always true afterwards::

        project(splice(html, start, end, new)).text == replace(project(html).text, start, end, new)

    Inside the stretch only what differs is edited, so a link around an unchanged word survives. Tags all stay. The new
    text is escaped and takes the place, and so the emphasis, of what it replaces; inserted text that of the character
    before it, unless a boundary, white space or the start of the stretch is before it. A newline of the replacement
    that has a counterpart in the old text keeps that boundary, one that has none becomes ``<br>``. Where the
    replacement leaves out the only boundary between two texts, a ``<br>`` goes, or two neighbours of one kind
    (``</p><p>``) become one.

    Raises ``ValueError``: offsets that are not in the text; blocks that cannot become one, such as heading and
    paragraph or two cells; HTML whose repair would swallow the change.
    """
    before = project(html)
    _check_offsets(before.text, start, end)
    wanted = replace(before.text, start, end, replacement)
    if wanted == before.text:
        return html
    edits = _differences(before, start, end, replacement)
    for attempt in (edits, _disarm(before, edits)):
        result = _apply(before, attempt, first=start if start < end else None)
        if project(result).text == wanted:
            return result
    raise ValueError(f"The HTML around {start} to {end} cannot take this replacement; it needs to be mended first.")


def replace(text: str, start: int, end: int, replacement: str) -> str:
    r"""Replace a stretch of a projection, or of a plain text without markup, as ``splice`` does in HTML.

    Equals ``text[:start] + normalise(replacement) + text[end:]``, but for white space that would then stand beside
    other white space or at an end of the text: such a run becomes one newline if it holds one, else one space, and goes
    at an end of the text. Raises ``ValueError`` for offsets that are not in the text.
    """
    _check_offsets(text, start, end)
    joined = text[:start] + normalise(replacement) + text[end:]
    return _SPACES.sub(lambda run: "\n" if "\n" in run[0] else " ", joined).strip(" \n")


def normalise(replacement: str) -> str:
    r"""Give the replacement the form that text has in a projection.

    A run of white space becomes one newline if it holds a line break, else one space, also at the ends. U+0000, which
    HTML cannot hold, goes.
    """
    return _SPACE_RUN.sub(lambda run: "\n" if "\n" in run[0] or "\r" in run[0] else " ", replacement.replace("\0", ""))


def collapse(plain: str) -> str:
    """Collapse the white space of a plain text, such as a headline, as a page that shows it does.

    Line breaks are white space like any other here: plain text has no boundaries. The result is its own projection, so
    that offsets of a quote in it need no map and ``replace`` edits it.
    """
    return _SPACE_RUN.sub(" ", plain.replace("\0", "")).strip(" ")


def _check_offsets(text: str, start: int, end: int) -> None:
    if not 0 <= start <= end <= len(text):
        raise ValueError(f"Offsets {start} to {end} are not a stretch of a text of {len(text)} characters.")


class _Projector:
    """Builds a projection: text, segments, and the white space or boundary that waits for the next character."""

    __slots__ = ("gap", "html", "length", "parts", "source_ends", "source_starts", "starts")

    def __init__(self, html: str) -> None:
        self.html = html
        self.parts: list[str] = []
        self.length = 0
        self.gap = ""
        self.starts = array("I")
        self.source_starts = array("I")
        self.source_ends = array("I")

    def run(self) -> Projection:
        for kind, start, end, name in _tokens(self.html, 0, len(self.html)):
            if kind == "text":
                self.read(start, end)
            elif self.length and (name in BLOCKS or name == "br"):
                self.gap = "\n"
        return Projection("".join(self.parts), self.html, self.starts, self.source_starts, self.source_ends)

    def read(self, start: int, end: int) -> None:
        for kind, piece_start, piece_end, text in _pieces(self.html, start, end):
            if kind == "visible":
                if self.gap:
                    self.parts.append(self.gap)
                    self.length += 1
                    self.gap = ""
                self.starts.append(self.length)
                self.source_starts.append(piece_start)
                self.source_ends.append(piece_end)
                self.parts.append(text)
                self.length += len(text)
            elif not self.gap and self.length:
                self.gap = " "


def _tokens(html: str, start: int, end: int) -> Iterator[_Token]:
    """Yield the texts, tags and ignored elements of a stretch of HTML that begins outside of markup."""
    at = start
    in_paragraph = False
    while True:
        match = _MARKUP.search(html, at, end)
        stop = match.start() if match else end
        if at < stop:
            yield "text", at, stop, ""
        if not match:
            return
        at = match.end()
        name = match[2].lower() if match[2] else ""
        if not name or not match[4]:
            continue
        if match[1]:
            # </br> is read as <br>; end tags of other void elements are nothing.
            if name not in _VOID or name == "br":
                yield "close", stop, at, name
                in_paragraph = in_paragraph and name not in BLOCKS
        elif name in _VOID or not _is_ignored(name, match[3]):
            yield "open", stop, at, name
            in_paragraph = name == "p" or (in_paragraph and name not in _P_ENDS_AT)
        else:
            in_paragraph = in_paragraph and name not in _P_ENDS_AT
            if name not in _FOREIGN or not match[0].endswith("/>"):
                at = _skip(html, name, at, end, ends_at=_P_ENDS_AT if in_paragraph else frozenset())
            yield "ignored", stop, at, name


def _is_ignored(name: str, attributes: str) -> bool:
    if name in IGNORED:
        return True
    if not attributes or not _MAY_IGNORE.search(attributes):
        return False
    return any(found[1].lower() in IGNORING_ATTRIBUTES for found in _ATTRIBUTE_NAME.finditer(attributes))


def _skip(html: str, ignored: str, at: int, end: int, *, ends_at: frozenset[str]) -> int:
    """Find where an ignored element ends, of which ``at`` is the end of the start tag.

    ``ends_at`` names the elements before which what is around it ends, and it as well.
    """
    if ignored == "plaintext":
        return end
    ends_at = _ENDS_AT.get(ignored, frozenset()) if ignored in _ENDS_AT or ignored in _OUTLIVES_P else ends_at
    open_inside: Counter[str] = Counter()
    shields = 0
    for name, closes, tag_start, tag_end in _tags_inside(html, ignored, at, end):
        if not closes:
            if not shields and name in ends_at:
                return tag_start
            if name not in _VOID:
                open_inside[name] += 1
                shields += name in _SHIELDS
        elif open_inside[name]:
            open_inside[name] -= 1
            shields -= name in _SHIELDS
        elif name == ignored:
            return tag_end
        elif name in BLOCKS and (name != "p" or ignored not in _P_ENDS_AT):
            return tag_start
    return end


def _tags_inside(html: str, ignored: str, at: int, end: int) -> Iterator[tuple[str, bool, int, int]]:
    """Yield name, whether it is an end tag, start and end of the tags in and after an ignored element."""
    name = ignored
    while True:
        if name in _RAW and ignored not in _FOREIGN:
            raw_end = _RAW_END[name].search(html, at, end)
            at = raw_end.start() if raw_end else end
        match = _MARKUP.search(html, at, end)
        if not match:
            return
        at = match.end()
        name = ""
        if match[2]:
            name = match[2].lower()
            yield name, bool(match[1]), match.start(), at
            if match[1]:
                name = ""
        elif ignored in _FOREIGN and match[0].startswith("<![CDATA["):
            cdata_end = _CDATA_END.search(html, match.start(), end)
            at = cdata_end.end() if cdata_end else end


def _pieces(html: str, start: int, end: int) -> Iterator[tuple[Literal["visible", "space"], int, int, str]]:
    """Yield the words, references and white space of a text, and where they stand in the source."""
    at = start
    match_piece = _PIECE.match
    while at < end:
        match = match_piece(html, at, end)
        assert match, "every character is a piece"  # noqa: S101  # for the type checker: the alternatives are exhaustive
        stop = match.end()
        group = match.lastindex
        if group == _WORDS_GROUP:
            yield "visible", at, stop, match[0]
        elif group == _SPACE_GROUP:
            yield "space", at, stop, " "
        elif group != _NOTHING_GROUP:
            text, length = _resolve(match)
            stop = at + length
            yield "space" if text in _WHITE_SPACE else "visible", at, stop, text
        at = stop


def _resolve(match: re.Match[str]) -> tuple[str, int]:
    """Return what a character reference stands for and how long it is; an ampersand that begins none is itself."""
    if match["decimal"] is not None:
        return _numbered(match["decimal"].lstrip("0"), 10), len(match[0])
    if match["hex"] is not None:
        return _numbered(match["hex"].lstrip("0"), 16), len(match[0])
    name = match["name"]
    if name is None:
        return "&", 1
    if name in html5:
        return html5[name], len(match[0])
    for length in range(min(len(name), _LONGEST_WITHOUT_SEMICOLON), 1, -1):
        if name[:length] in html5:
            return html5[name[:length]], length + 1
    return "&", 1


def _numbered(digits: str, base: int) -> str:
    number = int(digits or "0", base) if len(digits) < 8 else 0
    if number == 0 or number > 0x10FFFF or 0xD800 <= number < 0xE000:
        return "\ufffd"
    return _WINDOWS_1252.get(number, chr(number))


def _differences(before: Projection, start: int, end: int, replacement: str) -> list[_Edit]:
    """List what has to change in the text, in order, as small as it can be told."""
    text = before.text
    new = normalise(replacement)
    if new[:1] == " " and (start == 0 or text[start - 1] in " \n"):
        new = new[1:]
    if new[:1] == "\n" and (start == 0 or text[start - 1] == "\n"):
        new = new[1:]
    if new[-1:] == " " and (end == len(text) or text[end] in " \n"):
        new = new[:-1]
    if new[-1:] == "\n" and (end == len(text) or text[end] == "\n"):
        new = new[:-1]
    old_lines, new_lines = text[start:end].split("\n"), new.split("\n")
    if len(old_lines) != len(new_lines):
        old_lines, new_lines = [text[start:end]], [new]
    edits: list[_Edit] = []
    at = start
    for old_line, new_line in zip(old_lines, new_lines, strict=True):
        edits.extend(_changed_words(old_line, new_line, at))
        at += len(old_line) + 1
    return _merge(before, edits)


def _changed_words(old: str, new: str, at: int) -> Iterator[_Edit]:
    old_words, new_words = _TOKEN.findall(old), _TOKEN.findall(new)
    if len(old_words) * len(new_words) > _DIFFERENCE_LIMIT:
        if old != new:
            yield _trim(old, new, at)
        return
    i = j = 0
    same = [
        (op.src_start, op.src_end, op.dest_start) for op in LCSseq.opcodes(old_words, new_words) if op.tag == "equal"
    ]
    for old_start, old_end, new_start in [*same, (len(old_words), len(old_words), len(new_words))]:
        old_part, new_part = "".join(old_words[i:old_start]), "".join(new_words[j:new_start])
        if old_part or new_part:
            yield _trim(old_part, new_part, at)
        at += len(old_part) + sum(map(len, old_words[old_start:old_end]))
        i, j = old_end, new_start + old_end - old_start


def _trim(old: str, new: str, at: int) -> _Edit:
    """Leave out what two wordings have in common at their ends: a drop cap keeps its tags, an entity its spelling."""
    shorter = min(len(old), len(new))
    prefix = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    shorter -= prefix
    suffix = next((i for i in range(shorter) if old[-1 - i] != new[-1 - i]), shorter)
    return _Edit(at + prefix, at + len(old) - suffix, new[prefix : len(new) - suffix])


def _merge(before: Projection, edits: Iterable[_Edit]) -> list[_Edit]:
    """Unite edits that cannot be made one by one.

    These are edits that meet in one reference, and edits with only a space between them of which one takes out a
    boundary: whether the boundary must go depends on what is left on both sides of it.
    """
    text = before.text
    merged: list[_Edit] = []
    for edit in edits:
        start, end = before.whole_references(edit.start, edit.end)
        new = text[start : edit.start] + edit.new + text[edit.end : end]
        if merged:
            last = merged[-1]
            between = text[last.end : start]
            if start < last.end:
                # Both were widened to the whole of one reference: each holds the other's old characters.
                first = last.new[: len(last.new) - (last.end - edit.start)]
                merged[-1] = _Edit(last.start, end, first + new[edit.start - start :])
                continue
            if between in ("", " ") and "\n" in text[last.start : last.end] + text[start:end]:
                merged[-1] = _Edit(last.start, end, last.new + between + new)
                continue
        merged.append(_Edit(start, end, new))
    return merged


def _disarm(before: Projection, edits: list[_Edit]) -> list[_Edit]:
    """Add edits that spell out ``&`` and ``<`` before each edit.

    Source that is not well-formed may hold them bare, and with what now follows they could become a reference or a tag.
    """
    text, html = before.text, before.html
    touched: dict[int, _Edit] = {}
    for edit in edits:
        for offset in range(max(0, edit.start - _LONGEST_REFERENCE), edit.start):
            start, end = before.span(offset)
            if html[start:end] in ("&", "<") or (html[start] == "&" and html[end - 1] != ";"):
                whole_start, whole_end = before.whole_references(offset, offset + 1)
                touched[whole_start] = _Edit(whole_start, whole_end, text[whole_start:whole_end])
    changed = {offset for edit in edits for offset in range(edit.start, edit.end)}
    spelt_out = [edit for edit in touched.values() if edit.start not in changed]
    return sorted([*edits, *spelt_out], key=lambda edit: (edit.start, edit.end))


def _apply(before: Projection, edits: list[_Edit], *, first: int | None) -> str:
    """Make the edits in the source; ``first`` is where a stretch begins before which nothing may be put."""
    changes = sorted(
        (change for edit in edits for change in _source_edits(before, edit, first=first)), key=lambda edit: edit[:2]
    )
    parts: list[str] = []
    at = 0
    for change in changes:
        parts += before.html[at : change.start], change.new
        at = max(at, change.end)  # white space may be named by itself and as part of its words
    parts.append(before.html[at:])
    return "".join(parts)


def _source_edits(before: Projection, edit: _Edit, *, first: int | None) -> Iterator[_Edit]:
    """Translate an edit of the text into edits of the source."""
    text = before.text
    gone = text[edit.start : edit.end]
    boundary_before = edit.start == 0 or text[edit.start - 1] == "\n" or edit.new.startswith("\n")
    boundary_after = edit.end == len(text) or text[edit.end] == "\n" or edit.new.endswith("\n")
    for start, end in before.visible_spans(edit.start, edit.end):
        yield _Edit(start, end, "")
    for offset, character in enumerate(gone, edit.start):
        if character == " ":
            yield from _without_space(before, offset)
        elif character == "\n" and not boundary_before and not boundary_after:
            yield from _without_boundary(before, offset)
    if edit.new:
        at_end = boundary_before and not boundary_after and "\n" in gone
        at = _insertion_point(before, edit, first=first, at_end=at_end)
        yield _Edit(at, at, escape(edit.new, quote=False).replace("\n", "<br>"))


def _insertion_point(before: Projection, edit: _Edit, *, first: int | None, at_end: bool) -> int:
    """Say where in the source the new text goes: never into markup, an ignored element or space at a block's edge.

    ``at_end`` asks for the last of the blocks that the edit touches, not the first.
    """
    text, (start, end, _) = before.text, edit
    if not text:
        tokens = _tokens(before.html, 0, len(before.html))
        return next((stop for kind, _, stop, name in tokens if kind == "open" and name in BLOCKS), 0)
    if at_end:
        return before.span(end)[0] if text[end - 1] == "\n" else before.span(end - 1)[1]
    if start < end and text[start] == " ":
        if end - start == 1:
            return next(_without_space(before, start)).start
        start += 1
    elif start == len(text) or (
        text[start] == "\n" if start < end else start not in (0, first) and text[start - 1] not in " \n"
    ):
        return before.span(start - 1)[1]
    return before.span(start)[0]


def _between(before: Projection, offset: int) -> Iterator[_Token]:
    """Read the source between the neighbours of a space or newline again."""
    return _tokens(before.html, before.span(offset - 1)[1], before.span(offset + 1)[0])


def _without_space(before: Projection, offset: int) -> Iterator[_Edit]:
    """Take out all white space that the space or newline at the offset stands for, or that it hides."""
    for kind, start, end, _ in _between(before, offset):
        if kind == "text":
            pieces = _pieces(before.html, start, end)
            yield from (_Edit(piece[1], piece[2], "") for piece in pieces if piece[0] == "space")


def _without_boundary(before: Projection, offset: int) -> Iterator[_Edit]:
    """Take out the boundary at the offset: line breaks, and end tags with the start tags that mirror them."""
    yield from _without_space(before, offset)
    waiting: list[_Token] = []
    for token in _between(before, offset):
        kind, start, end, name = token
        if name == "br":
            yield _Edit(start, end, "")
        elif name not in BLOCKS:
            if waiting and kind in ("open", "close") and name not in _VOID:
                raise _cannot_join(before, offset)
        elif kind == "close" and name in _JOINABLE:
            waiting.append(token)
        elif kind == "open" and waiting and waiting[-1][3] == name:
            _, closed_start, closed_end, _ = waiting.pop()
            yield _Edit(closed_start, closed_end, "")
            yield _Edit(start, end, "")
        else:
            raise _cannot_join(before, offset)
    if waiting:
        raise _cannot_join(before, offset)


def _cannot_join(before: Projection, offset: int) -> ValueError:
    around = before.text[max(0, offset - 20) : offset + 21].replace("\n", " ¶ ")
    return ValueError(f"The line break at {offset} (“{around}”) has to stay: the blocks around it cannot become one.")
