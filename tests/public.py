"""What tests of the public pages start from: articles corrected in every way."""

from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Article
from corrections import actions
from corrections.models import Case, Correction
from corrections.policy import Kind, Severity
from tests.desk import make_article, make_case, make_editor

ATTACK = "<script>alert(1)</script><img src=x onerror=alert(2)>“' \" &amp; {{ 7 }}</title>]]>"


def correct(
    article: Article,
    exact: str,
    replacement: str,
    *,
    notice: str = "We were wrong; now we are right.",
    kind: Kind = Kind.CORRECTION,
    severity: Severity = Severity.MINOR,
    by: User | None = None,
    **more: Any,
) -> Correction:
    """Have a reader report some words and an editor put them right."""
    article.refresh_from_db()
    case = make_case(exact, article, **more)
    return correct_case(case, replacement, notice=notice, kind=kind, severity=severity, by=by)


def an_editor() -> User:
    """Give an editor, whichever."""
    return User.objects.filter(is_staff=True).first() or make_editor()


def correct_case(
    case: Case,
    replacement: str,
    *,
    notice: str = "We were wrong; now we are right.",
    kind: Kind = Kind.CORRECTION,
    severity: Severity = Severity.MINOR,
    by: User | None = None,
) -> Correction:
    """Have an editor put a case's passage right."""
    editor = by or an_editor()
    actions.claim_case(case, by=editor)
    assert case.start is not None
    assert case.end is not None
    return actions.correct_case(
        case,
        start=case.start,
        end=case.end,
        expected=case.passage_text,
        replacement=replacement,
        revision=case.article.text.number,
        kind=kind,
        severity=severity,
        notice="" if kind == Kind.STYLE_FIX else notice,
        override_reason="A slip" if kind == Kind.STYLE_FIX else "",
        by=editor,
    )


def count_queries(address: str) -> int:
    """Count the queries that a page takes."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = Client().get(address)
    assert response.status_code == 200, response.status_code
    return len(queries)


def many(count: int, **more: Any) -> list[Article]:
    """Store several articles, each corrected twice."""
    made = [make_article(f"Bridge {number} opens", **more) for number in range(count)]
    for article in made:
        correct(article, "300 guests", "3,000 guests")
        correct(article, "Anna Kovalenko", "Hanna Kovalenko")
    return made
