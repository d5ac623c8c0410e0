"""In how many of the newsroom's own articles each word stands: what a hint about a spelling goes by.

Counted by deferred work when an article gets a revision, never while somebody waits. A word is kept small and with one
kind of apostrophe; numbers and what is no word are left out.
"""

import re
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F

from articles.models import Article, Part, Revision
from corrections.models import CountedText, WordCount

LONGEST = 60

_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ-][^\W\d_]+)*")


def words_of(text: str) -> list[str]:
    """Give the words of a text as they are counted, in order."""
    words = (word.casefold().replace("ʼ", "’").replace("'", "’") for word in _WORD.findall(text))
    return [word for word in words if len(word) <= LONGEST]


def primary(language: str) -> str:
    """Give the language without its region: the articles of one language are counted together."""
    return language.lower().partition("-")[0]


@transaction.atomic
def count_words(article: Article) -> None:
    """Bring the counts to the article's current text. Safe to repeat, in any order."""
    CountedText.objects.get_or_create(article=article)
    counted = CountedText.objects.select_for_update(of=("self",)).select_related("revision").get(article=article)
    # Locked: nobody else counts this article meanwhile.
    article.refresh_from_db()
    if counted.revision_id == article.current_id:
        return
    old, new = _words_in(counted.revision), _words_in(article.current)
    language = primary(article.language)
    _add(language, new - old, 1)
    _add(language, old - new, -1)
    counted.revision = article.current
    counted.save(update_fields=["revision"])


def articles_with(words: Iterable[str], language: str) -> dict[str, int]:
    """Count the articles of a language in which each word stands."""
    counts = WordCount.objects.filter(language=primary(language), word__in=set(words))
    return dict(counts.values_list("word", "articles"))


def _words_in(revision: Revision | None) -> set[str]:
    if revision is None:
        return set()
    return {word for part in Part for word in words_of(revision.projection(part).text)}


def _add(language: str, words: set[str], number: int) -> None:
    # Always in the order of the words, so that two articles that are counted at once cannot wait for each other.
    rows = [WordCount(language=language, word=word) for word in sorted(words)]
    WordCount.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    mine = WordCount.objects.filter(language=language, word__in=words)
    keys = list(mine.order_by("word").select_for_update().values_list("pk", flat=True))
    WordCount.objects.filter(pk__in=keys).update(articles=F("articles") + number)
