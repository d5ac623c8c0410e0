"""Where a case's passage lies in the article's current text, and how that is laid out for the eye.

Offsets count code points of the projection of the case's part. Nothing here changes anything.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from articles.models import Part
from corrections import anchoring
from corrections.models import Case, Report
from corrections.passages import Place

_SENTENCE_END = re.compile(r"[.!?…]+[\"”»’)\]]*(?=\s)")
_CONTEXT = 60


@dataclass(frozen=True, slots=True)
class Stretch:
    """What of the text a correction replaces: the passage, its sentence or its paragraph."""

    slug: str
    label: StrPromise
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text, marked when it belongs to the passage."""

    text: str
    is_passage: bool


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One block of the article as text; ``start`` is where it begins in its part."""

    part: str
    start: int
    segments: list[Segment]

    @property
    def has_passage(self) -> bool:
        """Whether the passage lies, at least partly, in this block."""
        return any(segment.is_passage for segment in self.segments)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that may be the passage, with what stands around it."""

    start: int
    end: int
    before: str
    words: str
    after: str


def stretches(place: Place) -> list[Stretch]:
    """Give what an editor can choose to replace, from narrow to wide; equal ones once."""
    if place.start is None or place.end is None:
        return []
    text = place.text
    paragraph = (
        text.rfind("\n", 0, place.start) + 1,
        text.find("\n", place.end) if text.find("\n", place.end) >= 0 else len(text),
    )
    sentence = _sentence(text, place.start, place.end, *paragraph)
    found = [
        ("passage", _("Passage"), (place.start, place.end)),
        ("sentence", _("Sentence"), sentence),
        ("paragraph", _("Paragraph"), paragraph),
    ]
    seen = set()
    result = []
    for slug, label, (start, end) in found:
        if (start, end) not in seen:
            seen.add((start, end))
            result.append(Stretch(slug, label, start, end, text[start:end]))
    return result


def paragraphs(place: Place) -> Iterator[Paragraph]:
    """Lay the whole article out as blocks of text, with the passage marked."""
    for part in Part:
        at = 0
        text = place.revision.projection(part).text
        for block in text.split("\n") if text else ():
            inside = part == place.part and place.start is not None and place.end is not None
            yield Paragraph(part, at, list(_segments(block, at, place) if inside else [Segment(block, False)]))
            at += len(block) + 1


def candidates(case: Case, place: Place, words: str = "") -> list[Candidate]:
    """List where the quote, or the ``words`` that the editor looks for, stand in the current text."""
    text = place.text
    quote = anchoring.Quote(words) if words else anchoring.Quote(case.exact, case.prefix, case.suffix)
    found = [
        (passage.start, passage.end)
        for passage in anchoring.candidates(text, quote)
        if passage.start is not None and passage.end is not None
    ]
    if place.start is not None and place.end is not None and not words:
        found = list(dict.fromkeys([(place.start, place.end), *found]))
    return [
        Candidate(start, end, text[max(0, start - _CONTEXT) : start], text[start:end], text[end : end + _CONTEXT])
        for start, end in found
    ]


def proposed(report: Report, place: Place) -> tuple[int, int, str] | None:
    """Say what the report's suggestion replaces, and by what; ``None`` when that cannot be told for sure.

    A reader may have selected more or less than the case's passage: then the reader's own quote is looked for.
    """
    suggestion = " ".join(report.suggestion.split())
    if not suggestion or place.start is None or place.end is None:
        return None
    if " ".join(report.exact.split()) == " ".join(place.words.split()):
        return place.start, place.end, suggestion
    quote = anchoring.Quote(report.exact, report.prefix, report.suffix)
    passage = anchoring.locate(place.text, quote)
    if passage.outcome in ("exact", "moved") and passage.start is not None and passage.end is not None:
        return passage.start, passage.end, suggestion
    return None


def _segments(block: str, at: int, place: Place) -> Iterator[Segment]:
    assert place.start is not None  # noqa: S101  # for the type checker: the caller has looked
    assert place.end is not None  # noqa: S101
    start, end = (min(max(offset - at, 0), len(block)) for offset in (place.start, place.end))
    for text, is_passage in ((block[:start], False), (block[start:end], True), (block[end:], False)):
        if text:
            yield Segment(text, is_passage)


def _sentence(text: str, start: int, end: int, first: int, last: int) -> tuple[int, int]:
    """Widen a stretch to whole sentences of its paragraph; an abbreviation may cut one short, which is harmless."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text, first, last)]
    begins = max((at for at in ends if at <= start), default=first)
    while begins < start and text[begins].isspace():
        begins += 1
    return begins, min((at for at in ends if at >= end), default=last)
