"""Where a passage stands: in an article's current text, on its page, and in links that lead to the very words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.html import format_html

from articles.models import Article, Part, Revision
from articles.text import Projection, normalise
from corrections.anchoring import CONTEXT, carry, reads_as, step_map
from corrections.fragments import text_directive
from corrections.models import Case, Correction, Outcome


@dataclass(frozen=True, slots=True)
class Place:
    """The passage in the current revision; without offsets when it has to be picked first."""

    revision: Revision
    part: str
    text: str
    start: int | None
    end: int | None
    is_sure: bool
    """Whether a correction may be made here; else the editor picks the passage first."""

    @property
    def words(self) -> str:
        """The words at the passage, "" without one."""
        return self.text[self.start : self.end] if self.start is not None else ""


def place_of(case: Case) -> Place:
    """Find the case's passage in the current revision, also while it has yet to be carried over to that one."""
    revision = case.article.text
    text = revision.projection(case.part).text
    is_sure = case.outcome in (Outcome.EXACT, Outcome.MOVED)
    if case.start is None or case.end is None:
        return Place(revision, case.part, text, None, None, is_sure=False)
    if case.revision_id == revision.pk:
        return Place(revision, case.part, text, case.start, case.end, is_sure=is_sure)
    before = case.revision.projection(case.part).text
    step = step_map(before, text)
    carried = step.carry(case.start, case.end)
    if carried is None:
        return Place(revision, case.part, text, None, None, is_sure=False)
    stands = reads_as(before[case.start : case.end], text[slice(*carried)]) and step.is_certain(case.start, case.end)
    return Place(revision, case.part, text, *carried, is_sure=is_sure and stands)


def place_after(case: Case, correction: Correction) -> Place:
    """Find where the words stand that a published correction of the case brought; else the case's passage."""
    revision = case.article.text
    passage = passage_of(correction, revision) if correction.status == Correction.Status.PUBLISHED else None
    if passage is None:
        return place_of(case)
    return Place(revision, case.part, revision.projection(case.part).text, *passage, is_sure=True)


def passage_of(correction: Correction, current: Revision) -> tuple[int, int] | None:
    """Give where the words that ``correction`` brought stand in ``current``; ``None`` if they were rewritten since."""
    published = correction.revision
    if published is None:
        return None
    text = published.projection(correction.part).text
    start, end = correction.start, correction.start + len(normalise(correction.after))
    if text[start:end] != normalise(correction.after):
        return None
    if published.pk == current.pk:
        return start, end
    return carry(start, end, text, current.projection(correction.part).text)


def fragment_of(correction: Correction, current: Revision, passage: tuple[int, int]) -> str:
    """Give the ``#…`` that leads to a correction's passage on the article's page, and to its very words."""
    anchor = f"passage-{correction.number}" if correction.part == Part.BODY else correction.part
    return f"#{anchor}{directive_of(current, correction.part, *passage)}"


def with_anchors(projection: Projection, passages: Iterable[tuple[int, int, str]], *, mark: str = "") -> str:
    """Put an anchor, named by the number of its correction, before each passage, so that a link leads to exactly there.

    With ``mark``, a sign after the passage leads back to the notice, and ``mark`` says so to who does not see it. Empty
    inline elements leave no trace in the projection, so quotes of this page mean the same as of the stored HTML.
    """
    html, length = projection.html, len(projection.text)
    inserts: list[tuple[int, str]] = []
    for start, end, number in passages if length else ():
        first, last = min(start, length - 1), max(0, min(end, length) - 1)
        before = projection.source_span(first, first + 1)
        at = before[0] if start < length else before[1]
        inserts.append((at, format_html('<span class="anchor" id="passage-{}"></span>', number)))
        if mark:
            sign = format_html('<a class="mark" href="#notice-{}" aria-label="{}"></a>', number, mark)
            inserts.append((max(at, projection.source_span(last, last + 1)[1]), sign))
    for at, element in reversed(sorted(inserts, key=lambda insert: insert[0])):  # noqa: C413 - equal places keep order
        html = html[:at] + element + html[at:]
    return html


@dataclass(frozen=True, slots=True)
class Marked:
    """A stretch of an article's current text that was ``reported`` or ``corrected``, in the article's own words."""

    kind: str
    part: str
    exact: str
    prefix: str
    suffix: str


def marked_passages(article: Article) -> Iterator[Marked]:
    """Give where open reports and public corrections stand in the current text, and nothing of what readers wrote."""
    revision = article.text
    waiting = article.cases.waiting().filter(revision=revision, outcome__in=(Outcome.EXACT, Outcome.MOVED))
    for case in waiting.order_by("pk"):
        yield from _marked("reported", revision, case.part, case.start, case.end)
    published = article.corrections.public().filter(status=Correction.Status.PUBLISHED).select_related("revision")
    for correction in published.newest_first():
        yield from _marked("corrected", revision, correction.part, *passage_of(correction, revision) or (None, None))


def _marked(kind: str, revision: Revision, part: str, start: int | None, end: int | None) -> Iterator[Marked]:
    if start is not None and end is not None and start < end:
        text = revision.projection(part).text
        yield Marked(kind, part, text[start:end], text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT])


def directive_of(revision: Revision, part: str, start: int, end: int) -> str:
    """Give the text directive for a stretch of a part, on a page where headline, standfirst and body follow so."""
    order = list(Part)
    above = [revision.projection(one).text for one in order[: order.index(Part(part))]]
    return text_directive(revision.projection(part).text, start, end, above="\n".join(above))
