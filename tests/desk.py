"""What tests of the desk start from: an article, a case about it, editors."""

from typing import Any

from django.contrib.auth.models import Group, User

from articles.actions import Text, create_article
from articles.models import Article
from corrections.actions import submit_report, triage_report
from corrections.anchoring import Quote
from corrections.models import Case, Report

BODY = (
    "<p>The mayor opened teh bridge on Monday, "
    'and <a href="https://example.org/" rel="noopener">300 guests</a> came.</p>'
    "<p>“It did not cost five million,” Anna Kovalenko said. The old bridge stays open.</p>"
)


def make_article(headline: str = "A bridge opens", body: str = BODY, **more: Any) -> Article:
    """Store an article."""
    return create_article(Text(headline=headline, body=body), **more)


def make_editor(name: str = "olena", group: str = "Editors") -> User:
    """Store an editor with the rights of a group."""
    user = User.objects.create_user(name, password="pass-word-1", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return user


def report(article: Article, exact: str, **more: Any) -> Report:
    """Have a reader report the first place of some words, and triage the report."""
    part = more.setdefault("part", "body")
    text = article.text.projection(part).text
    at = text.find(exact)
    quote = Quote(exact, text[max(0, at - 64) : at], text[at + len(exact) :][:64], at) if at >= 0 else Quote(exact)
    made = submit_report(article, quote, revision_number=article.text.number, **more)
    triage_report(made)
    return made


def make_case(exact: str = "teh", article: Article | None = None, **more: Any) -> Case:
    """Have a case opened by one report."""
    case = report(article or make_article(), exact, **more).case
    assert case is not None
    return case
