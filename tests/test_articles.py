"""Articles are stored sanitised, revised without losing anything, and edited in exactly one place."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from articles.actions import RevisionConflict, Text, create_article, revise_article, splice_article
from articles.models import Article, Revision
from articles.sanitise import clean
from articles.text import project

NASTY = [
    '<p onclick="steal()">Words</p>',
    "<p>Words<script>alert(1)</script></p>",
    '<p><a href="javascript:alert(1)">Words</a></p>',
    '<p><a href=" jav&#x09;ascript:alert(1)">Words</a></p>',
    "<p>Words<iframe src='https://evil.example'></iframe></p>",
    "<p>Words</p><style>body{display:none}</style>",
    "<p style='position:fixed'>Words</p>",
    "<p>Words<svg><script>alert(1)</script></svg></p>",
    "<p>Words<form action='/x'><input name=q><button>Go</button></form></p>",
    "<p>Words<img src=x onerror=alert(1)></p>",
    "<p>Words<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></table></mtext></math></p>",
    "<p>Words<!-- <img src=x onerror=alert(1)> --></p>",
]


@pytest.mark.parametrize("html", NASTY)
def test_what_is_stored_is_safe_to_show(html: str) -> None:
    safe = clean(html)

    assert "Words" in safe
    for danger in ("script", "onclick", "onerror", "style", "iframe", "form", "svg", "math", "<!--"):
        assert danger not in safe.lower()


@given(st.text(alphabet="<>/=\"'&; abcpdivonerrorscriptи\n", max_size=200))
def test_sanitising_twice_changes_nothing(html: str) -> None:
    once = clean(html)

    assert clean(once) == once


@pytest.mark.parametrize("element", ["main", "article", "h1", "details", "address", "section", "nav", "footer", "p"])
def test_blocks_stay_apart(element: str) -> None:
    html = f"<{element}>One</{element}>two"

    assert project(clean(html)).text == project(html).text == "One\ntwo"


@pytest.mark.parametrize("element", ["dialog", "progress", "datalist", "noframes", "canvas", "textarea"])
def test_what_is_no_prose_does_not_become_prose(element: str) -> None:
    assert project(clean(f"<p>One</p><{element}>two</{element}>")).text == "One"


def test_advertisement_slots_keep_their_mark() -> None:
    html = '<p>One</p><div data-corrections-ignore="">Advertisement</div><p>Two</p>'

    assert project(clean(html)).text == "One\nTwo"


@pytest.mark.django_db
class TestStoring:
    """What the actions of articles leave in the database."""

    def test_a_new_article_has_revision_one_and_a_readable_address(self) -> None:
        article = create_article(Text(headline="  Міст \n відкрили ", body="<p>Так.</p>"))

        assert (article.headline, article.slug, article.text.number) == ("Міст відкрили", "міст-відкрили", 1)

    def test_two_articles_with_one_headline_have_two_addresses(self) -> None:
        first = create_article(Text(headline="Same", body="<p>a</p>"))
        second = create_article(Text(headline="Same", body="<p>b</p>"))

        assert (first.slug, second.slug) == ("same", "same-2")

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            (Text(headline=" ", body="<p>x</p>"), "needs a headline"),
            (Text(headline="x" * 501, body="<p>x</p>"), "501 characters"),
            (Text(headline="x", body="<script>x</script>"), "needs a body"),
        ],
    )
    def test_what_is_no_article_is_refused_whole(self, text: Text, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            create_article(text)

        assert not Article.objects.exists()

    def test_unchanged_text_makes_no_revision(self) -> None:
        article = create_article(Text(headline="H", body="<p>x</p>"))

        assert revise_article(article, Text(headline=" H ", body="<p>x</p>\n")) is None

    def test_a_change_of_the_headline_alone_makes_a_revision(self) -> None:
        article = create_article(Text(headline="H", body="<p>x</p>"))

        revision = revise_article(article, Text(headline="I", body="<p>x</p>"))

        assert revision is not None
        assert (revision.number, article.headline) == (2, "I")

    def test_a_change_on_an_old_revision_is_refused(self) -> None:
        article = create_article(Text(headline="H", body="<p>x</p>"))
        revise_article(article, Text(headline="I", body="<p>x</p>"))

        with pytest.raises(RevisionConflict, match="revision 2, not 1"):
            revise_article(article, Text(headline="J", body="<p>x</p>"), expected=1)
        with pytest.raises(RevisionConflict):
            splice_article(article, part="body", start=0, end=1, replacement="y", expected=1)

    def test_a_splice_leaves_every_other_byte(self) -> None:
        article = create_article(Text(headline="H", body="<p>One <b>two</b> &amp; three</p>"))

        splice_article(article, part="body", start=4, end=7, replacement="2 < 3", expected=1)

        assert article.text.body == "<p>One <b>2 &lt; 3</b> &amp; three</p>"

    @pytest.mark.parametrize("column", ["headline", "body", "number", "standfirst"])
    def test_the_database_refuses_to_change_a_revision(self, column: str) -> None:
        create_article(Text(headline="H", body="<p>x</p>"))
        value: Any = 7 if column == "number" else "other"

        with pytest.raises(IntegrityError), transaction.atomic():
            Revision.objects.update(**{column: value})

    def test_saving_a_revision_unchanged_is_harmless(self) -> None:
        create_article(Text(headline="H", body="<p>x</p>"))

        Revision.objects.get().save()
