"""Finding words in texts: by PostgreSQL's full text search, or plainly on a database without one.

Both read the same: every word has to be there, in any order, and is found by its beginning (“bridge” finds “bridges”);
“"two words"” are looked for in this order, and what follows a minus must not be there. Capitals do not matter. The
configuration is PostgreSQL's ``simple``, which knows no language's endings and so serves Ukrainian as well as English.
"""

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVectorExact, SearchVectorField
from django.db import connection, transaction
from django.db.models import F, Func, Q, QuerySet
from django.db.models.sql.compiler import SQLCompiler

CONFIGURATION = "simple"

_TERM = re.compile(r'(?P<no>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>\S+))')
_BEGINNING = r"(?<!\w)"
_BY_INDEX_ALONE = {"enable_seqscan": "off", "enable_indexscan": "off", "gin_fuzzy_search_limit": "5000"}
_NOT_IN_A_TAG = r"(?![^<>]*>)"


def is_full_text() -> bool:
    """Tell whether the database has a full text search of its own."""
    return connection.vendor == "postgresql"


def in_revision(words: str, path: str) -> Q:
    """Give the condition that the revision at ``path`` (of relations, such as ``current``) has the words."""
    if is_full_text():
        return Q(SearchVectorExact(_StoredVector(F(f"{path}__headline")), _Words(words)))
    return plainly(words, f"{path}__headline", f"{path}__standfirst", f"{path}__body")


def in_stored(words: str, field: str) -> Q:
    """Give the condition that a short text has the words, in a table whose column ``search`` is about this field."""
    if is_full_text():
        return Q(SearchVectorExact(_StoredVector(F(field)), _Words(words)))
    return plainly(words, field)


def few_keys(rows: QuerySet[Any], *, most: int) -> list[Any] | None:
    """Give the keys of rows that a search has narrowed, by the search's own index; ``None`` when they are more.

    Which words are common the database knows well, since it keeps their shares: then nothing is looked up. How rare
    a rare word is it can only guess, so that is found out; the index is left after a few thousand rows.
    """
    if json.loads(rows.order_by().explain(format="json"))[0]["Plan"]["Plan Rows"] > 2 * most:
        return None
    with transaction.atomic(), connection.cursor() as cursor:
        for setting, value in _BY_INDEX_ALONE.items():
            cursor.execute(f"SET LOCAL {setting} = {value}")
        keys = list(rows.order_by().values_list("pk", flat=True)[: most + 1])
        for setting in _BY_INDEX_ALONE:
            cursor.execute(f"SET LOCAL {setting} TO DEFAULT")
    return keys if len(keys) <= most else None


def plainly(words: str, *fields: str) -> Q:
    """Give the condition that every term stands in one of the fields, for a database without full text search."""
    condition = Q()
    patterns = list(_patterns(words))
    if not patterns:
        return Q(pk__in=[])
    for pattern, is_unwanted in patterns:
        found = Q()
        for field in fields:
            found |= Q(**{f"{field}__iregex": pattern})
        condition &= ~found if is_unwanted else found
    return condition


def _patterns(words: str) -> Iterator[tuple[str, bool]]:
    for term in _TERM.finditer(words):
        text = (term["phrase"] or "") if term["word"] is None else term["word"]
        wanted = [re.escape(html.escape(word, quote=False)) for word in text.split()]
        if wanted:
            yield _BEGINNING + r"\W+".join(wanted) + _NOT_IN_A_TAG, bool(term["no"])


class _StoredVector(Func):
    """The column ``search`` of the table that the field given is in: the database fills it, no model has it."""

    output_field = SearchVectorField()

    def as_sql(self, compiler: SQLCompiler, connection: Any, *_: Any, **__: Any) -> tuple[str, Any]:  # noqa: ARG002
        """Name the column in the table that the field was found in."""
        (column,) = self.get_source_expressions()
        return f'{compiler.quote_name_unless_alias(column.alias)}."search"', []


class _Words(SearchQuery):
    """A search as an editor types it, every word meant as a beginning."""

    # As text, a query has each word in quotes, followed by a space or the end: there the mark of a beginning belongs.
    template = "regexp_replace(%(function)s(%(expressions)s)::text, '''( |$)', ''':*\\1', 'g')::tsquery"

    def __init__(self, words: str) -> None:
        super().__init__(words, config=CONFIGURATION, search_type="websearch")
