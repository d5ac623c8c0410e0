"""Everybody can read the corrections log by the API."""

from typing import Any

import pytest
from django.utils import timezone

from articles.models import Article
from corrections.actions import amend_correction, withdraw_correction
from corrections.models import Correction
from corrections.policy import Kind, Severity
from tests.api import call, get, problem, queries_of
from tests.desk import make_article
from tests.public import an_editor, correct, many

pytestmark = pytest.mark.django_db


@pytest.fixture
def article() -> Article:
    return make_article(section="City")


def numbers(query: str = "") -> list[str]:
    return [row["number"] for row in get(f"/corrections/{query}")["results"]]


def test_the_log_is_listed_the_latest_first_without_drafts_and_style_fixes(article: Article) -> None:
    first = correct(article, "300 guests", "3,000 guests")
    correct(article, "teh", "the", kind=Kind.STYLE_FIX, severity=Severity.STYLE)
    second = correct(article, "Anna", "Hanna")

    assert numbers() == [second.number, first.number]


def test_an_entry_says_what_was_wrong_where_and_what_is_right(article: Article) -> None:
    made = correct(article, "300 guests", "3,000 guests", notice="There were 3,000 guests.")

    entry = get(f"/corrections/{made.number}/")

    text = get(f"/articles/{article.pk}/revisions/{entry['revision_before']}/")["text"]["body"]
    assert text[entry["start"] :].startswith(entry["before"])
    assert (entry["before"], entry["after"], entry["notice"]) == (
        "300 guests",
        "3,000 guests",
        "There were 3,000 guests.",
    )
    assert entry["article"]["id"] == str(article.pk)
    assert entry["url"] == f"http://localhost:8000/corrections/{made.number}/"
    assert entry["status"] == "published"


def test_an_amended_entry_and_its_amendment_name_each_other_and_a_withdrawn_one_says_why(article: Article) -> None:
    old = correct(article, "300 guests", "3,000 guests")
    new = amend_correction(old, notice="It was 3,000.", by=an_editor())
    withdraw_correction(new, reason="It was 300 after all.", by=an_editor())

    entries = {number: get(f"/corrections/{number}/") for number in (old.number, new.number)}

    assert (entries[old.number]["status"], entries[old.number]["amended_by"]) == ("amended", new.number)
    assert (entries[new.number]["status"], entries[new.number]["amends"]) == ("withdrawn", old.number)
    assert entries[new.number]["withdrawal_reason"] == "It was 300 after all."
    assert entries[new.number]["withdrawn_at"]


def test_the_log_can_be_filtered(article: Article) -> None:
    other = make_article("Other", section="Sport")
    minor = correct(article, "300 guests", "3,000 guests")
    serious = correct(other, "Anna", "Hanna", severity=Severity.SERIOUS)
    clearer = correct(other, "teh", "the", kind=Kind.CLARIFICATION)

    assert numbers("?kind=clarification") == [clearer.number]
    assert numbers("?kind=clarification&kind=correction&severity=serious") == [serious.number]
    assert numbers(f"?article={article.pk}") == [minor.number]
    assert numbers("?section=City") == [minor.number]
    assert numbers(f"?published_after={timezone.now().year + 1}-01-01T00:00:00Z") == []


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("kind=%00", "kind"),
        ("kind=typo", "kind"),
        ("kind=", "kind"),
        ("kind=correction&kind=typo", "kind"),
        ("severity=huge", "severity"),
        ("article=1", "article"),
        ("article=%00", "article"),
        ("published_after=now", "published_after"),
        ("page=2", "page"),
    ],
)
def test_bad_parameters_are_422_and_named(query: str, name: str) -> None:
    assert name in problem(call("GET", f"/corrections/?{query}"), 422)["errors"]


@pytest.mark.parametrize("number", ["2026-9999", "x", "1", "%F0%9F%98%80"])
def test_an_unknown_number_is_404(number: str) -> None:
    problem(call("GET", f"/corrections/{number}/"), 404)


def test_drafts_have_no_address(article: Article) -> None:
    draft = correct(article, "teh", "the", kind=Kind.STYLE_FIX, severity=Severity.STYLE)

    assert Correction.objects.get().number is None
    problem(call("GET", f"/corrections/{draft.pk}/"), 404)
    problem(call("GET", "/corrections/None/"), 404)


def test_ten_entries_cost_as_many_queries_as_one() -> None:
    many(1)
    one = queries_of("/corrections/")
    many(4)

    assert len(numbers()) == 10
    assert queries_of("/corrections/") == one


def test_the_entity_tag_follows_the_status_of_an_entry(article: Article) -> None:
    made = correct(article, "300 guests", "3,000 guests")
    address = f"/corrections/{made.number}/"
    etag = call("GET", address).headers["ETag"]
    assert call("GET", address, if_none_match=etag).status_code == 304

    withdraw_correction(made, reason="Wrong.", by=an_editor())

    assert call("GET", address, if_none_match=etag).status_code == 200


def test_the_first_page_of_the_api_leads_to_all_calls() -> None:
    root: Any = get("/")

    assert root["corrections"] == "http://testserver/api/v1/corrections/"
    assert root.keys() == {"articles", "corrections", "cases", "reports", "webhooks", "schema", "docs"}
