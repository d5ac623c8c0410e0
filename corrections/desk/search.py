"""Searching the review queue: in the quotes of cases and in the articles that they are about."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import cached_property

from articles import search
from articles.models import Article
from corrections.models import Case

FEW = 2_000
"""Up to so many cases are named one by one, which lets the database go straight to them. Where a word stands in more,
the queue is gone through from its beginning, and the first page is soon full. Left to itself, the database guesses how
rare a word is, and a wrong guess reads the whole queue."""

FEW_ARTICLES = 200
"""The same for articles, each of which has many cases."""


class Search:
    """One search. What it finds out is asked once, however many pages of cases are cut by it."""

    def __init__(self, words: str, *, quotes_only: bool = False) -> None:
        self.words = words
        self.quotes_only = quotes_only

    @property
    def condition(self) -> Q:
        """The condition that a case's quote, or the current text of its article, has the words."""
        in_quote = search.in_stored(self.words, "exact")
        return in_quote if self.quotes_only else in_quote | search.in_revision(self.words, "article__current")

    @cached_property
    def by_key(self) -> Q:
        """The same condition, with the cases and the articles that meet it named, where they are few."""
        in_quote = search.in_stored(self.words, "exact")
        in_quote = self._named(Case.objects.filter(in_quote), "pk", most=FEW) or in_quote
        if self.quotes_only:
            return in_quote
        articles = Article.objects.filter(search.in_revision(self.words, "current"))
        in_article = self._named(articles, "article", most=FEW_ARTICLES)
        return in_quote | (in_article or search.in_revision(self.words, "article__current"))

    @staticmethod
    def _named(rows: QuerySet[Any], field: str, *, most: int) -> Q | None:
        if not search.is_full_text():
            return None
        keys = search.few_keys(rows, most=most)
        return None if keys is None else Q(**{f"{field}__in": keys})
