"""Edits of the HTML behind the one text, and of plain text.

``splice`` replaces a stretch of the projection in the HTML; ``project`` (see ``projection``) turns the HTML of a part
into that text. This module knows nothing of articles, quotes or databases, and does not sanitise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape
from typing import NamedTuple

from rapidfuzz.distance import LCSseq

from articles.markup import BLOCKS, IGNORED, IGNORING_ATTRIBUTES, LONGEST_REFERENCE, VOID, Token, tokens
from articles.projection import Projection, check_offsets, project, white_space

__all__ = [
    "BLOCKS",
    "IGNORED",
    "IGNORING_ATTRIBUTES",
    "Projection",
    "collapse",
    "normalise",
    "project",
    "replace",
    "splice",
]

# Two blocks of one kind that follow each other can become one. Joined cells or captions would break table or figure.
_JOINABLE = frozenset("address blockquote dd div dt h1 h2 h3 h4 h5 h6 li p pre section ul ol dl".split())

_SPACES = re.compile(r"[ \n]{2,}")
_SPACE_RUN = re.compile(r"[ \t\n\f\r]+")
_UNHELD = re.compile("[\0\ud800-\udfff]")
"""What no file of HTML can hold: U+0000, and halves of characters."""
_TOKEN = re.compile(r"[\w\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufe0e\ufe0f]+|.", re.DOTALL)
# A table of this many bits is what the comparison of two stretches may take (50 MB); beyond it they are replaced whole.
_DIFFERENCE_LIMIT = 400_000_000


class _Edit(NamedTuple):
    """A stretch of the projection (or of the source) and what it becomes."""

    start: int
    end: int
    new: str


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
    check_offsets(before.text, start, end)
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
    check_offsets(text, start, end)
    joined = text[:start] + normalise(replacement) + text[end:]
    return _SPACES.sub(lambda run: "\n" if "\n" in run[0] else " ", joined).strip(" \n")


def normalise(replacement: str) -> str:
    r"""Give the replacement the form that text has in a projection.

    A run of white space becomes one newline if it holds a line break, else one space, also at the ends. U+0000 and
    lone surrogates, which HTML cannot hold, go.
    """
    return _SPACE_RUN.sub(lambda run: "\n" if "\n" in run[0] or "\r" in run[0] else " ", _UNHELD.sub("", replacement))


def collapse(plain: str) -> str:
    """Collapse the white space of a plain text, such as a headline, as a page that shows it does.

    Line breaks are white space like any other here: plain text has no boundaries. The result is its own projection, so
    that offsets of a quote in it need no map and ``replace`` edits it.
    """
    return _SPACE_RUN.sub(" ", _UNHELD.sub("", plain)).strip(" ")


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
        for offset in range(max(0, edit.start - LONGEST_REFERENCE), edit.start):
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
        starts = (token for token in tokens(before.html, 0, len(before.html)) if token[0] == "open")
        return next((stop for _, _, stop, name in starts if name in BLOCKS), 0)
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


def _between(before: Projection, offset: int) -> Iterator[Token]:
    """Read the source between the neighbours of a space or newline again."""
    return tokens(before.html, before.span(offset - 1)[1], before.span(offset + 1)[0])


def _without_space(before: Projection, offset: int) -> Iterator[_Edit]:
    """Take out all white space that the space or newline at the offset stands for, or that it hides."""
    for kind, start, end, _ in _between(before, offset):
        if kind == "text":
            yield from (_Edit(*span, "") for span in white_space(before.html, start, end))


def _without_boundary(before: Projection, offset: int) -> Iterator[_Edit]:
    """Take out the boundary at the offset: line breaks, and end tags with the start tags that mirror them."""
    yield from _without_space(before, offset)
    waiting: list[Token] = []
    for token in _between(before, offset):
        kind, start, end, name = token
        if name == "br":
            yield _Edit(start, end, "")
        elif name not in BLOCKS:
            if waiting and kind in ("open", "close") and name not in VOID:
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
