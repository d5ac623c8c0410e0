"""Searching the review queue: in the quotes of cases and in the articles that they are about."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import cached_property

from articles import search
from articles.models import Article
from corrections.models import Case

_FEW = 300
"""Up to so many cases and articles are named one by one, which lets the database go straight to them. Where a word
stands in more, the queue is gone through from its beginning, and the first page is soon full. Left to itself, the
database guesses how rare a word is, and a wrong guess reads the whole queue."""


class Search:
    """One search. What it finds out is asked once, however many pages of cases are cut by it."""

    def __init__(self, words: str, *, quotes_only: bool = False) -> None:
        self.words = words
        self.quotes_only = quotes_only

    @cached_property
    def condition(self) -> Q:
        """The condition that a case's quote, or the current text of its article, has the words."""
        in_quote = self._narrowed(Case.objects.all(), "pk", search.in_field(self.words, "exact"))
        if self.quotes_only:
            return in_quote
        in_article = self._narrowed(
            Article.objects.all(), "article", search.in_revision(self.words, "current"),
            otherwise=search.in_revision(self.words, "article__current"),
        )  # fmt: skip
        return in_quote | in_article

    @staticmethod
    def _narrowed(rows: QuerySet[Any], field: str, condition: Q, *, otherwise: Q | None = None) -> Q:
        """Name the rows that meet the condition, if they are few; else give the condition (``otherwise``) itself."""
        if search.is_full_text():
            keys = search.first_keys(rows.filter(condition), most=_FEW + 1)
            if len(keys) <= _FEW:
                return Q(**{f"{field}__in": keys})
        return condition if otherwise is None else otherwise
