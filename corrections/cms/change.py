"""One change of a text, found and made in another system's HTML of the same text. Pure: no database, no requests.

The other HTML has other markup than ours: blocks in comments, shortcodes, blank lines for paragraphs, straight
quotation marks where ours are typographic. What it must have is the passage, word for word, in its context, once.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple, Self

from articles.text import Projection, project, splice
from corrections.anchoring import CONTEXT, Outcome, Quote, forms, locate
from corrections.cms.interface import Reason, Refused
from corrections.regression import with_neighbours

_BRACKETS = re.compile(r"\[/?[A-Za-z][\w-]*(?=[\s/\]])[^\[\]]*\]")
_SURE = (Outcome.EXACT, Outcome.MOVED)


@dataclass(frozen=True, slots=True)
class Change:
    """What has to become of a text: between what stays before and after it, ``gone`` gives way to ``come``."""

    old: str
    new: str
    start: int
    end: int
    """The changed stretch of the old text, with what is left of its words and one more word on either side."""
    lead: int
    """How many of its first characters stay."""
    trail: int
    """How many of its last."""

    @classmethod
    def between(cls, old: str, new: str) -> Self:
        """Find what differs between two projections. Raises ``Refused`` when it goes over the end of a paragraph."""
        shorter = min(len(old), len(new))
        same_before = next((i for i in range(shorter) if old[i] != new[i]), shorter)
        shorter -= same_before
        same_after = next((i for i in range(shorter) if old[-1 - i] != new[-1 - i]), shorter)
        first, last = same_before, len(old) - same_after
        start, end = with_neighbours(old, first, last)
        change = cls(old, new, start, end, first - start, end - last)
        if "\n" in old[first:last] or "\n" in change.come:
            raise Refused(Reason.PARAGRAPHS)
        return change

    @property
    def come(self) -> str:
        """The new words alone."""
        return self.new[self.start + self.lead : self._new_end - self.trail]

    @property
    def _new_end(self) -> int:
        return self.end + len(self.new) - len(self.old)

    def in_html(self, html: str) -> str:
        """Make the change in other HTML; give it as it is if the new wording stands there already.

        Every character outside of the passage stays, and within it every tag. Raises ``Refused`` unless the passage
        stands there once, word for word, in its context.
        """
        masked = self._without_shortcodes(html)
        projection = project(masked)
        new_place = _find(projection.text, self.new, self.start, self._new_end)
        old_place = _find(projection.text, self.old, self.start, self.end)
        if old_place is None and new_place is None:
            raise Refused(Reason.NOT_THERE)
        if old_place is None:
            return html
        if new_place is not None:
            if new_place.start >= old_place.end or old_place.start >= new_place.end:
                raise Refused(Reason.AMBIGUOUS)
            if new_place > old_place:  # one wording begins with the other: the one that fits better is there
                return html
        return self._spliced(html, projection, old_place.start, old_place.end)

    def _spliced(self, html: str, projection: Projection, start: int, end: int) -> str:
        there = projection.text[start:end]
        replacement = there[: self.lead] + self.come + there[len(there) - self.trail :]
        masked = projection.html
        first, last = projection.source_span(start, end)
        try:
            changed = splice(masked, start, end, replacement)
        except ValueError as error:
            raise Refused(Reason.IN_MARKUP, str(error)) from error
        tail = len(masked) - last
        stays = changed.startswith(masked[:first]) and changed.endswith(masked[last:]) and len(changed) >= first + tail
        if not stays or masked[first:last] != html[first:last]:
            raise Refused(Reason.IN_MARKUP)
        return html[:first] + changed[first : len(changed) - tail] + html[last:]

    def _without_shortcodes(self, html: str) -> str:
        """Blank out what looks like a shortcode, unless readers see it as it is; all stays in its place."""

        def blank(found: re.Match[str]) -> str:
            shown = project(found[0]).text
            return found[0] if shown in self.old or shown in self.new else " " * len(found[0])

        return _BRACKETS.sub(blank, html)


class _Place(NamedTuple):
    """Where a wording stands, and before that what makes one place better than another."""

    has_whole_context: bool
    score: float
    length: int
    start: int
    end: int


def _find(text: str, ours: str, start: int, end: int) -> _Place | None:
    """Find a stretch of our text in another text, by its whole context or else by that of its paragraph.

    Raises ``Refused`` when several places fit.
    """
    words = ours[start:end]
    line, close = ours.rfind("\n", 0, start) + 1, ours.find("\n", end)
    close = len(ours) if close < 0 else close
    for begin, stop in ((0, len(ours)), (line, close)):
        quote = Quote(words, ours[max(begin, start - CONTEXT) : start], ours[end : min(stop, end + CONTEXT)])
        passage = locate(text, quote)
        if passage.outcome is Outcome.AMBIGUOUS:
            raise Refused(Reason.AMBIGUOUS)
        if passage.outcome in _SURE and passage.start is not None and passage.end is not None:
            there = text[passage.start : passage.end]
            if len(there) == len(words) and forms(there).form(2) == forms(words).form(2):
                has_whole_context = (begin, stop) == (0, len(ours))
                return _Place(has_whole_context, passage.score, len(words), passage.start, passage.end)
    return None
