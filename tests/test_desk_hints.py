"""Hints about a suggestion: from the newsroom's own articles and from a dictionary, and never in the way."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.actions import Text, revise_article
from corrections import dictionaries, vocabulary
from corrections.desk.hints import hints
from corrections.models import Job, WordCount
from tests.desk import make_article, make_case, make_editor, report
from tests.work import work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(make_editor())
    return client


@pytest.fixture
def _dictionary(tmp_path: Path, settings: Any) -> None:
    (tmp_path / "uk_UA.aff").write_text("SET UTF-8\nWORDCHARS '\n", encoding="utf-8")
    (tmp_path / "uk_UA.dic").write_text("4\nміст\nстарий\nп'ять\nвідкрили\n", encoding="utf-8")
    settings.HUNSPELL_DIR = str(tmp_path)
    dictionaries.knows("міст", "uk")
    dictionaries.wait()


def test_the_words_of_articles_are_counted_by_deferred_work() -> None:
    first = make_article("Bridge", "<p>The <b>brid</b>ge, the п'ять, 300 and п’ять.</p>")
    make_article("Another bridge", "<p>Nothing.</p>")
    assert not WordCount.objects.exists()

    work_off()
    before = vocabulary.articles_with(["bridge", "п’ять", "300", "the", "nothing"], "en-GB")
    revise_article(first, Text(headline="Tunnel", body="<p>The tunnel.</p>"))
    work_off()
    vocabulary.count_words(first)

    assert before == {"bridge": 2, "п’ять": 1, "the": 1, "nothing": 1}
    assert vocabulary.articles_with(["bridge", "п’ять", "the", "tunnel"], "en") == {
        "bridge": 1, "п’ять": 0, "the": 1, "tunnel": 1,
    }  # fmt: skip
    assert vocabulary.articles_with(["bridge"], "uk") == {}
    assert not Job.objects.pending().exists()


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("teh bridge", "the bridge", ["“the” stands in 3 of our articles, “teh” in 0."]),
        ("Teh", "The", ["“the” stands in 3 of our articles, “teh” in 0."]),
        ("the", "teh", []),
        ("the", "the", []),
        ("300", "3,000", []),
        ("", "the", []),
        ("teh", "", []),
        ("four words are gone", "the", []),
        ("zwei", "drei", []),
    ],
)
def test_a_suggested_word_that_is_commoner_in_our_articles_is_told(before: str, after: str, told: list[str]) -> None:
    WordCount.objects.create(language="en", word="the", articles=3)

    assert hints([(before, after)], "en") == [told]


@pytest.mark.usefixtures("_dictionary")
@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("мітс", "міст", ["The dictionary knows “міст” and not “мітс”."]),
        ("Мітс відкрили", "Міст відкрили", ["The dictionary knows “міст” and not “мітс”."]),
        ("міст", "мост", ["The dictionary knows “міст” and not “мост”."]),
        ("пʼят", "пʼять", ["The dictionary knows “п’ять” and not “п’ят”."]),
        ("міст", "старий", []),
        ("мітс", "мосд", []),
    ],
)
def test_a_dictionary_that_knows_one_word_and_not_the_other_is_told(before: str, after: str, told: list[str]) -> None:
    assert hints([(before, after)], "uk") == [told]


@pytest.mark.parametrize("language", ["en", "../uk_UA", "", "uk/../uk"])
@pytest.mark.usefixtures("_dictionary")
def test_without_a_dictionary_nothing_is_known(language: str) -> None:
    assert dictionaries.knows("міст", language) is None


def test_a_broken_dictionary_is_as_good_as_none(
    tmp_path: Path, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "uk_UA.aff").write_text("SET UTF-8\nPFX A Y many\n", encoding="utf-8")
    (tmp_path / "uk_UA.dic").write_text("words\n", encoding="utf-8")
    settings.HUNSPELL_DIR = str(tmp_path)

    first = dictionaries.knows("міст", "uk")
    dictionaries.wait()

    assert (first, dictionaries.knows("міст", "uk")) == (None, None)
    assert "Cannot read the dictionary" in caplog.text


def test_the_case_page_shows_the_hint_and_lets_everything_be_decided(desk: Client) -> None:
    case = make_case("teh", suggestion="the")
    WordCount.objects.create(language="en", word="the", articles=12)

    page = desk.get(case.get_absolute_url()).content.decode()

    assert "“the” stands in 12 of our articles, “teh” in 0." in page


def test_hints_about_ten_reports_cost_one_query(desk: Client) -> None:
    article = make_article()
    case = make_case("teh", article, suggestion="the")
    desk.get(case.get_absolute_url())
    with CaptureQueriesContext(connection) as one:
        desk.get(case.get_absolute_url())
    for number in range(9):
        report(article, "teh", suggestion=f"the{'ab'[number % 2]}{'x' * number}")

    with CaptureQueriesContext(connection) as ten:
        desk.get(case.get_absolute_url())

    assert len(ten) == len(one)
