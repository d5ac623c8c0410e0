"""Quiet hints about a reader's suggestion: what the newsroom's own articles and a dictionary say. Never a gate."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles import difference
from corrections import dictionaries, vocabulary

Change = tuple[str, str]
"""A wording and the one that is suggested in its place."""

_MOST_WORDS = 3
"""Where more words change it is no longer a matter of spelling."""


def hints(changes: Sequence[Change], language: str) -> list[list[str]]:
    """Give the hints about each change. Costs one query, however many there are."""
    words = [_changed_words(before, after) for before, after in changes]
    asked = {word for gone, come in words for word in gone + come}
    counts = vocabulary.articles_with(asked, language) if asked else {}
    return [_hints(gone, come, counts, language) for gone, come in words]


def _changed_words(before: str, after: str) -> tuple[list[str], list[str]]:
    pieces = difference.words(before, after)
    gone = [word for kind, text in pieces if kind == "gone" for word in vocabulary.words_of(text)]
    come = [word for kind, text in pieces if kind == "come" for word in vocabulary.words_of(text)]
    if not 0 < len(gone) <= _MOST_WORDS or not 0 < len(come) <= _MOST_WORDS or gone == come:
        return [], []
    return gone, come


def _hints(gone: list[str], come: list[str], counts: dict[str, int], language: str) -> list[str]:
    if not gone:
        return []
    found = []
    # Of several words, the rarest one is the one in question.
    old, new = (min(words, key=lambda word: counts.get(word, 0)) for words in (gone, come))
    before, after = counts.get(old, 0), counts.get(new, 0)
    if after > before:
        found.append(
            ngettext(
                "“%(new)s” stands in %(n)d of our articles, “%(old)s” in %(before)d.",
                "“%(new)s” stands in %(n)d of our articles, “%(old)s” in %(before)d.",
                after,
            )
            % {"new": new, "old": old, "n": after, "before": before}
        )
    unknown_old = [word for word in gone if dictionaries.knows(word, language) is False]
    unknown_new = [word for word in come if dictionaries.knows(word, language) is False]
    if unknown_old and not unknown_new and dictionaries.knows(new, language):
        found.append(_("The dictionary knows “%(new)s” and not “%(old)s”.") % {"new": new, "old": unknown_old[0]})
    elif unknown_new and not unknown_old and dictionaries.knows(old, language):
        found.append(_("The dictionary knows “%(new)s” and not “%(old)s”.") % {"new": old, "old": unknown_new[0]})
    return found
