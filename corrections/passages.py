"""Where a passage stands on a page: anchors in an article's HTML, and links that lead a browser to the very words."""

import re
from collections.abc import Iterable
from urllib.parse import quote as percent_encoded

from django.utils.html import format_html

from articles.models import Revision
from articles.text import Projection, normalise
from corrections.anchoring import carry
from corrections.models import Correction

_WORD = re.compile(r"\S+")
_CONTEXT_WORDS = 3
_LONGEST_WHOLE = 120
"""Longer passages are named by their first and last words: browsers look for these, and addresses stay short."""


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


def with_anchors(projection: Projection, anchors: Iterable[tuple[int, str]]) -> str:
    """Put an empty element with an id before each offset, in code points, so that a link leads to exactly there.

    Empty inline elements leave no trace in the projection, so quotes of this page mean the same as of the stored HTML.
    """
    html = projection.html
    length = len(projection.text)
    for offset, name in sorted(anchors, reverse=True):
        if not length:
            break
        inside = min(offset, length - 1)
        source_start, source_end = projection.source_span(inside, inside + 1)
        at = source_start if offset < length else source_end
        html = html[:at] + format_html('<span class="anchor" id="{}"></span>', name) + html[at:]
    return html


def text_directive(text: str, start: int, end: int) -> str:
    """Give the ``:~:text=`` directive for a stretch of ``text``, with a few words around it to tell it from others.

    Browsers match whole words inside one block, so the stretch is widened to whole words and its context stays in its
    paragraph. Gives "" for an empty stretch. See https://wicg.github.io/scroll-to-text-fragment/.
    """
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    words = text[start:end].strip()
    if not words:
        return ""
    before = _WORD.findall(text[text.rfind("\n", 0, start) + 1 : start])[-_CONTEXT_WORDS:]
    after = _WORD.findall(text[end:].partition("\n")[0])[:_CONTEXT_WORDS]
    terms = [" ".join(before) and _encoded(" ".join(before)) + "-"]
    if len(words) > _LONGEST_WHOLE or "\n" in words:
        first, last = words.split("\n")[0], words.split("\n")[-1]
        terms += [_encoded(" ".join(first.split()[:4])), _encoded(" ".join(last.split()[-4:]))]
    else:
        terms.append(_encoded(words))
    terms.append(" ".join(after) and "-" + _encoded(" ".join(after)))
    return ":~:text=" + ",".join(term for term in terms if term)


def _encoded(words: str) -> str:
    # The hyphen sets context apart in a directive, and is a safe character to everybody else.
    return percent_encoded(words, safe="").replace("-", "%2D")
