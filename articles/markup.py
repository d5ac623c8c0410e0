"""What in a part's HTML is text and what is markup, as a browser tells them apart.

Responsible for tags, comments and character references, for the elements that are blocks or carry no prose, and for
where these end. What text comes of it is ``projection``'s subject. Knows nothing of articles, and does not sanitise.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html.entities import html5
from typing import Literal, NamedTuple


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

VOID = _names("area base br col embed hr img input link meta param source track wbr")
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

_ATTRIBUTES = r"""(?:[ \t\n\f\r/]++|[^ \t\n\f\r/>][^ \t\n\f\r/>=]*+
    (?:[ \t\n\f\r]*+=[ \t\n\f\r]*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^ \t\n\f\r>"'][^ \t\n\f\r>]*+|(?=>)|\Z))?+)*+"""
_NAME = r"[a-zA-Z][^ \t\n\f\r/>]*+"
_OTHER = r"!--(?:-?>|.*?(?:--!?>|\Z))|(?:[!?]|/(?=[^a-zA-Z]))[^>]*+(?:>|\Z)"
MARKUP = re.compile(rf"<(?:(/?)({_NAME})({_ATTRIBUTES})(>|\Z)|{_OTHER})", re.VERBOSE | re.DOTALL)
"""A tag, a comment or the like. Of a tag, the groups are slash, name, attributes and end."""
SPLIT = re.compile(rf"(<(?:/?{_NAME}(?:>|{_ATTRIBUTES}(?:>|\Z))|{_OTHER}))", re.VERBOSE | re.DOTALL)
"""The same with one group around it: what it splits is text and markup in turns."""
_ATTRIBUTE_NAME = re.compile(
    r"""[ \t\n\f\r/]*+([^ \t\n\f\r/>][^ \t\n\f\r/>=]*+)
    (?:[ \t\n\f\r]*+=[ \t\n\f\r]*+(?:"[^"]*+"?|'[^']*+'?|[^ \t\n\f\r>]*+))?+""",
    re.VERBOSE,
)
_MAY_IGNORE = re.compile("|".join(sorted(IGNORING_ATTRIBUTES)), re.IGNORECASE)
_RAW_END = {name: re.compile(rf"</{name}(?=[ \t\n\f\r/>])", re.IGNORECASE) for name in _RAW}
_CDATA_END = re.compile(r"\]\]>")

_LEGACY = sorted((name for name in html5 if not name.endswith(";")), key=len, reverse=True)
"""The references that need no semicolon, longest first."""
LEGACY_REFERENCE = "|".join(_LEGACY)
REFERENCE = r"&(?:\#[xX][0-9a-fA-F]++;?|\#[0-9]++;?|[a-zA-Z][a-zA-Z0-9]*+;?)"
"""A regular expression for all that may be a character reference, or begin with one."""
_BEGINS_LEGACY = re.compile(LEGACY_REFERENCE)
LONGEST_REFERENCE = max(map(len, html5)) + 1
# HTML 5 reads these numbers as Windows-1252, since that is what their authors meant.
_WINDOWS_1252 = {
    number: character
    for number in range(0x80, 0xA0)
    if (character := bytes([number]).decode("cp1252", errors="ignore"))
}


# A stretch of the source: its kind, start, end, and the name of the element.
Token = tuple[Literal["text", "open", "close", "ignored"], int, int, str]


class Tag(NamedTuple):
    """A start or end tag that counts."""

    name: str
    closes: bool
    is_ignored: bool
    """Whether it starts an element that is nothing with all that is in it."""


def tag_of(match: re.Match[str]) -> Tag | None:
    """Return the tag that a match of ``MARKUP`` is; None for comments and the like, and for tags that are nothing.

    These are tags that nothing ends, and the end tags of void elements, but for ``</br>``, which is read as ``<br>``.
    """
    name = match[2].lower() if match[2] else ""
    if not name or not match[4]:
        return None
    if match[1]:
        return Tag(name, closes=True, is_ignored=False) if name not in VOID or name == "br" else None
    return Tag(name, closes=False, is_ignored=name not in VOID and _is_ignored(name, match[3]))


def tokens(html: str, start: int, end: int) -> Iterator[Token]:
    """Yield the texts, tags and ignored elements of a stretch of HTML that begins outside of markup."""
    at = start
    in_paragraph = False
    while True:
        match = MARKUP.search(html, at, end)
        stop = match.start() if match else end
        if at < stop:
            yield "text", at, stop, ""
        if not match:
            return
        at = match.end()
        tag = tag_of(match)
        if tag is None:
            continue
        in_paragraph = is_in_paragraph(tag, before=in_paragraph)
        if tag.is_ignored:
            at = ignored_end(html, tag, match[0], at, end, in_paragraph=in_paragraph)
            yield "ignored", stop, at, tag.name
        else:
            yield "close" if tag.closes else "open", stop, at, tag.name


def is_in_paragraph(tag: Tag, *, before: bool) -> bool:
    """Whether what follows a tag is in a paragraph, given whether the tag is."""
    if tag.closes:
        return before and tag.name not in BLOCKS
    if tag.name == "p" and not tag.is_ignored:
        return True
    return before and tag.name not in _P_ENDS_AT


def ignored_end(html: str, tag: Tag, markup: str, at: int, end: int | None = None, *, in_paragraph: bool) -> int:
    """Find where an ignored element ends, whose start tag ``markup`` ends at ``at``; at most ``end``."""
    if tag.name in _FOREIGN and markup.endswith("/>"):
        return at
    return _skip(
        html, tag.name, at, len(html) if end is None else end, ends_at=_P_ENDS_AT if in_paragraph else frozenset()
    )


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
            if name not in VOID:
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
        match = MARKUP.search(html, at, end)
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


def resolve(reference: str) -> tuple[str, int]:
    """Return what a character reference stands for and how long it is; an ampersand that begins none is itself."""
    name = reference[1:]
    if name.startswith(("#x", "#X")):
        return _numbered(name[2:].rstrip(";").lstrip("0"), 16), len(reference)
    if name.startswith("#"):
        return _numbered(name[1:].rstrip(";").lstrip("0"), 10), len(reference)
    if name in html5:
        return html5[name], len(reference)
    if legacy := _BEGINS_LEGACY.match(name):
        return html5[legacy[0]], len(legacy[0]) + 1
    return "&", 1


def _numbered(digits: str, base: int) -> str:
    number = int(digits or "0", base) if len(digits) < 8 else 0
    if number == 0 or number > 0x10FFFF or 0xD800 <= number < 0xE000:
        return "\ufffd"
    return _WINDOWS_1252.get(number, chr(number))
