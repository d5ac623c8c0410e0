"""Searching the review queue, the same way on a database with full text search and on one without."""

from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles.actions import Text, revise_article
from articles.models import Article
from articles.search import in_revision
from corrections.desk import search
from tests.desk import make_article, make_case, make_editor

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> Client:
    cache.clear()
    client.force_login(make_editor())
    return client


def found(desk: Client, words: str, **more: Any) -> set[str]:
    return {row.case.exact for row in desk.get("/admin/", {"q": words, **more}).context["rows"]}


@pytest.mark.parametrize(
    ("words", "quotes"),
    [
        ("bridge", {"old bridge", "bridges"}),
        ("BRIDGE old", {"old bridge", "bridges"}),
        ('"old bridge"', {"old bridge", "bridges"}),
        ('"bridge old"', set()),
        ("mayor", {"old bridge", "bridges"}),
        ("city’s", {"old bridge", "bridges"}),
        ("mayor -bridge", set()),
        ("mayor -tunnel", {"old bridge", "bridges"}),
        ("ridge", set()),
        ("strong", set()),
        ("мост", {"мосту"}),
        ("МОСТУ", {"мосту"}),
        ("Міст закрили", {"мосту"}),
        ("п’ять", {"мосту"}),
        ("R&D", {"old bridge", "bridges"}),
        ("1,200", {"old bridge", "bridges"}),
        ("nowhere", {"nowhere at all"}),
        ('"', set()),
    ],
)  # fmt: skip
def test_words_are_found_in_quotes_and_in_the_articles_text(desk: Client, words: str, quotes: set[str]) -> None:
    body = "<p>The <strong>mayor</strong> opened 1,200 bridges with the city’s R&amp;D.</p><p>The old bridge stays.</p>"
    bridges = make_article("A bridge opens", body)
    make_case("old bridge", bridges)
    make_case("bridges", bridges)
    make_case("мосту", make_article("Міст відкрили", "<p>До мосту п’ять кроків. Старий закрили.</p>", language="uk"))
    make_case("nowhere at all", make_article("Lost", "<p>Nothing here.</p>"))

    assert found(desk, words) == quotes


def test_a_search_can_be_kept_to_the_quotes(desk: Client) -> None:
    article = make_article()
    make_case("teh", article)
    make_case("old bridge", article)

    assert found(desk, "teh") == {"teh", "old bridge"}
    assert found(desk, "teh", within="quotes") == {"teh"}


def test_the_text_as_it_stands_now_is_searched(desk: Client) -> None:
    article = make_article()
    make_case("old bridge", article)
    revise_article(article, Text(headline="A tunnel opens", body="<p>The old bridge stays open.</p>"))

    assert found(desk, "tunnel") == {"old bridge"}
    assert found(desk, "mayor") == set()


def test_a_word_of_very_many_quotes_finds_the_same_cases(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    article = make_article(body="<p>One bridge, two bridges, three bridges, a tunnel.</p>")
    for words in ("One bridge", "two bridges", "three bridges", "a tunnel"):
        make_case(words, article)

    named = found(desk, "bridge", within="quotes")
    monkeypatch.setattr(search, "FEW", 2)

    assert found(desk, "bridge", within="quotes") == named == {"One bridge", "two bridges", "three bridges"}


def test_a_word_of_very_many_articles_finds_the_same_cases(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        make_case("teh", make_article(f"Bridge {number}"))
    make_case("nowhere", make_article("Lost", "<p>Nothing here.</p>"))

    named = found(desk, "mayor")
    monkeypatch.setattr(search, "FEW_ARTICLES", 2)

    assert found(desk, "mayor") == named == {"teh"}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet="aж'\"-&|!():*\\<> .,/@’1", max_size=20))
def test_whatever_an_editor_types_is_a_search(words: str) -> None:
    assert list(Article.objects.filter(in_revision(words, "current"))) == []


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("statement", "index"),
    [
        ("SELECT 1 FROM corrections_case WHERE search @@ to_tsquery('simple', 'teh')", "case_search"),
        ("SELECT 1 FROM articles_revision WHERE search @@ to_tsquery('simple', 'teh')", "revision_search"),
    ],
)  # fmt: skip
def test_the_database_has_an_index_for_the_search(statement: str, index: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}")
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert index in plan


@pytest.mark.postgresql
def test_the_desk_asks_what_the_index_answers(desk: Client) -> None:
    with CaptureQueriesContext(connection) as made:
        found(desk, "teh")

    asked = "\n".join(query["sql"] for query in made.captured_queries)
    assert '"corrections_case"."search" @@' in asked
    assert "gin_fuzzy_search_limit TO DEFAULT" in asked
    assert '"articles_revision"."search" @@' in asked
