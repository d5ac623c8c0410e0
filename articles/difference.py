"""What changed between two texts, word by word, for people to read. No database, no request.

Not what is applied to an article: that is ``articles.text``.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Literal, NamedTuple

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from rapidfuzz.distance import LCSseq

Kind = Literal["same", "gone", "come"]

# A number with its separators and a word with its apostrophes and hyphens are each one thing that changes as a whole.
_WORD = r"[\w\u0300-\u036f\u00ad\u200b-\u200d\u2060]+"
_TOKEN = re.compile(rf"\d+(?:[.,:]\d+)+|{_WORD}(?:['’ʼ‑-]{_WORD})*|\n|[^\S\n]+|.")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
# The comparison takes a table of this many bits at most (2.5 MB, milliseconds); beyond it, lines are compared instead.
_LIMIT = 20_000_000


class Piece(NamedTuple):
    """A stretch that both texts share (``same``), or that only the old (``gone``) or the new one (``come``) has."""

    kind: Kind
    text: str


def words(old: str, new: str) -> list[Piece]:
    """Compare two texts word by word; what is gone stands before what came in its place.

    The pieces that are not ``come`` make up ``old``, those that are not ``gone`` make up ``new``. Time is bounded:
    where two long stretches have too much to compare they are given line by line, or whole.
    """
    return _merged(_compared(_TOKEN.findall(old), _TOKEN.findall(new)))


def html(pieces: Iterable[Piece]) -> SafeString:
    """Show pieces as HTML: ``<del>`` and ``<ins>`` around what changed, everything escaped."""
    templates = {"same": "{}", "gone": "<del>{}</del>", "come": "<ins>{}</ins>"}
    return mark_safe("".join(format_html(templates[kind], text) for kind, text in pieces))  # noqa: S308 - escaped above


def paragraphs(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Divide pieces where the newer text begins a paragraph (or the older one did), for a page that sets each apart."""
    result: list[list[Piece]] = [[]]
    for kind, text in pieces:
        for index, line in enumerate(text.split("\n")):
            if index and result[-1]:
                result.append([])
            if line:
                result[-1].append(Piece(kind, line))
    return result if result[-1] else result[:-1]


def _compared(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    """Compare two lists of tokens: first what they have in common at the ends, which is nearly all of two revisions."""
    shorter = min(len(old), len(new))
    head = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    shorter -= head
    tail = next((i for i in range(shorter) if old[-1 - i] != new[-1 - i]), shorter)
    yield Piece("same", "".join(old[:head]))
    middle = old[head : len(old) - tail], new[head : len(new) - tail]
    if len(middle[0]) * len(middle[1]) <= _LIMIT:
        yield from _aligned(*middle)
    else:
        yield from _line_by_line(*("".join(tokens) for tokens in middle))
    yield Piece("same", "".join(old[len(old) - tail :]))


def _aligned(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    for step in LCSseq.opcodes(old, new):
        if step.tag == "equal":
            yield Piece("same", "".join(old[step.src_start : step.src_end]))
        else:
            yield Piece("gone", "".join(old[step.src_start : step.src_end]))
            yield Piece("come", "".join(new[step.dest_start : step.dest_end]))


def _line_by_line(old: str, new: str) -> Iterator[Piece]:
    old_lines, new_lines = _LINE.findall(old), _LINE.findall(new)
    if len(old_lines) * len(new_lines) > _LIMIT:
        yield from (Piece("gone", old), Piece("come", new))
        return
    for is_same, run in groupby(_merged(_aligned(old_lines, new_lines)), key=lambda piece: piece.kind == "same"):
        pieces = list(run)
        gone, come = (_TOKEN.findall("".join(p.text for p in pieces if p.kind == kind)) for kind in ("gone", "come"))
        if is_same or len(gone) * len(come) > _LIMIT:
            yield from pieces
        else:
            yield from _aligned(gone, come)


def _merged(pieces: Iterable[Piece]) -> list[Piece]:
    """Join neighbours, and what only a space parts: “two words” that became “three others” read better as one change.

    A line break is never drawn into a change that it does not belong to.
    """
    result: list[Piece] = []
    gone = come = ""
    held = ""  # a space between two changes: part of both, or of neither
    for kind, text in pieces:
        if not text:
            continue
        if kind == "same" and (gone or come) and not held and text.isspace() and "\n" not in text:
            held = text
        elif kind == "same":
            result += _changed(gone, come)
            result.append(Piece("same", held + text))
            gone = come = held = ""
        else:
            gone += held + text if kind == "gone" else held
            come += held + text if kind == "come" else held
            held = ""
    result += _changed(gone, come)
    if held:
        result.append(Piece("same", held))
    return [
        Piece(kind, "".join(piece.text for piece in run)) for kind, run in groupby(result, key=lambda piece: piece.kind)
    ]


def _changed(gone: str, come: str) -> list[Piece]:
    return [piece for piece in (Piece("gone", gone), Piece("come", come)) if piece.text]
