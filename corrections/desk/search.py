"""Searching the review queue: in the quotes of cases and in the articles that they are about."""

from django.db.models import Q
from django.utils.functional import cached_property

from articles import search
from articles.models import Article

_FEW = 300
"""Up to so many articles are named one by one, which lets the database go from them to their cases. Where a word stands
in more of them, the queue is gone through from its beginning, and the first page is soon full."""


class Search:
    """One search. What it finds out about articles is asked once, however many pages of cases are cut by it."""

    def __init__(self, words: str, *, quotes_only: bool = False) -> None:
        self.words = words
        self.quotes_only = quotes_only

    @cached_property
    def condition(self) -> Q:
        """The condition that a case's quote, or the current text of its article, has the words."""
        in_quote = search.in_field(self.words, "exact")
        return in_quote if self.quotes_only else in_quote | self._in_article()

    def _in_article(self) -> Q:
        in_text = search.in_revision(self.words, "article__current")
        if not search.is_full_text():
            return in_text
        found = Article.objects.filter(search.in_revision(self.words, "current"))
        keys = list(found.values_list("pk", flat=True)[: _FEW + 1])
        return in_text if len(keys) > _FEW else Q(article__in=keys)
