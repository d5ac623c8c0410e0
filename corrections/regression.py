"""What to look for when an error that was corrected may be back. Reads texts; decides and changes nothing."""

from dataclasses import dataclass
from typing import Self

from articles.models import Revision
from articles.text import normalise
from corrections import anchoring
from corrections.anchoring import CONTEXT, Outcome, Quote
from corrections.models import Correction


@dataclass(frozen=True, slots=True)
class Watch:
    """An error as it stood, with a word on either side, and the wording that took its place.

    The words beside make an omission, or a word too many, something that can be looked for too.
    """

    part: str
    quote: Quote
    fixed: str
    start: int
    """Where in the quote the error itself begins, in code points."""
    end: int

    @classmethod
    def of(cls, correction: Correction) -> Self:
        """Take it from the text in which the editor saw the error (``correction.base`` is fetched along)."""
        text = correction.base.projection(correction.part).text
        start, end = correction.start, correction.start + len(correction.before)
        first, last = with_neighbours(text, start, end)
        exact = text[first:last]
        prefix, suffix = text[max(0, first - CONTEXT) : first], text[last : last + CONTEXT]
        fixed = text[first:start] + normalise(correction.after) + text[end:last]
        return cls(correction.part, Quote(exact, prefix, suffix, first), fixed, start - first, end - first)

    def finds_error_in(self, revision: Revision) -> bool:
        """Tell whether the error stands in a revision."""
        return self.error_in(revision) is not None

    def error_in(self, revision: Revision) -> tuple[int, int] | None:
        """Give where the error stands in a revision, ``None`` if it does not for sure."""
        text = revision.projection(self.part).text
        passage = anchoring.locate(text, self.quote, suggestion=self.fixed)
        if passage.outcome not in (Outcome.EXACT, Outcome.MOVED) or passage.start is None or passage.end is None:
            return None
        if text[passage.start : passage.end] != self.quote.exact or self.start == self.end:
            # Written otherwise with the same meaning, or nothing between two words: the words beside are shown too.
            return passage.start, passage.end
        return passage.start + self.start, passage.start + self.end


def with_neighbours(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a stretch of a text by what is left of its words and one more word on either side, within the paragraph."""
    paragraph = text.rfind("\n", 0, start) + 1
    close = text.find("\n", end)
    before, after = text[paragraph:start], text[end : close if close >= 0 else len(text)]
    left = len(before) - len(" ".join(before.rsplit(" ", 2)[1:])) if before.count(" ") > 1 else 0
    parts = after.split(" ", 2)
    right = len(after) if len(parts) < 3 else len(parts[0]) + 1 + len(parts[1])
    return paragraph + left, end + right
