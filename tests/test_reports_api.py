"""A reader's page sends a report: what the API answers, and what is on disk afterwards."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from articles.actions import Text, create_article, withdraw_article
from articles.models import Article
from corrections.models import Job, Report

pytestmark = pytest.mark.django_db
URL = "/api/v1/reports/"


@pytest.fixture
def article() -> Article:
    return create_article(Text(headline="A bridge opens", body="<p>The mayor opened teh bridge on Monday.</p>"))


def report_on(article: Article, /, **changes: Any) -> dict[str, Any]:
    quote = {"exact": "teh", "prefix": "The mayor opened ", "suffix": " bridge", "start": 17}
    return {"article": str(article.pk), "part": "body", "revision": 1, "quote": quote, "suggestion": "the"} | changes


def send(client: Client, body: Any, **headers: str) -> Any:
    raw = body if isinstance(body, bytes | str) else json.dumps(body)
    return client.post(URL, raw, content_type="application/json", headers=headers or None)


def test_a_report_is_on_disk_with_its_triage_due_before_the_answer(client: Client, article: Article) -> None:
    response = send(client, report_on(article, comment="A slip.", email="reader@example.org", language="en"))

    assert response.status_code == 202
    report = Report.objects.get()
    assert response.json() == {
        "id": str(report.pk),
        "status": "received",
        "receipt": f"http://testserver/receipts/{report.token}/",
    }
    assert (report.exact, report.suggestion, report.comment) == ("teh", "the", "A slip.")
    assert Job.objects.filter(kind="triage_report", subject_id=str(report.pk), done_at=None).exists()


def test_the_article_can_be_named_by_its_address(client: Client, article: Article) -> None:
    body = report_on(article) | {"url": f"http://localhost:8000{article.get_absolute_url()}#part"}
    del body["article"]

    response = send(client, body)

    assert response.status_code == 202
    assert Report.objects.get().article == article


def test_a_suggestion_that_is_the_quote_itself_is_none(client: Client, article: Article) -> None:
    send(client, report_on(article, suggestion="teh"))

    assert Report.objects.get().suggestion == ""


BAD_FIELDS = [
    ({"quote": {"exact": "x" * 2001}}, "quote.exact"),
    ({"quote": {"exact": "x", "prefix": "y" * 257}}, "quote.prefix"),
    ({"quote": {"exact": "x", "suffix": "y" * 257}}, "quote.suffix"),
    ({"quote": {"exact": "  \n "}}, "quote.exact"),
    ({"quote": {"exact": ""}}, "quote.exact"),
    ({"quote": {"exact": "te\x00h"}}, "quote.exact"),
    ({"quote": {"exact": "\ud800"}}, "quote.exact"),
    ({"quote": {"exact": "x", "start": -1}}, "quote.start"),
    ({"quote": {"exact": "x", "start": 2**40}}, "quote.start"),
    ({"quote": "teh"}, "quote"),
    ({"quote": None}, "quote"),
    ({"suggestion": "x" * 4001}, "suggestion"),
    ({"comment": "x" * 4001}, "comment"),
    ({"comment": "a\x00b"}, "comment"),
    ({"email": "nobody"}, "email"),
    ({"part": "footnote"}, "part"),
    ({"category": "rant"}, "category"),
    ({"language": "<b>"}, "language"),
    ({"revision": 0}, "revision"),
    ({"article": ""}, "article"),
]


@pytest.mark.parametrize(("changes", "field"), BAD_FIELDS)
def test_invalid_fields_are_named_and_nothing_is_stored(
    client: Client, article: Article, changes: dict[str, Any], field: str
) -> None:
    response = send(client, report_on(article, **changes))

    assert response.status_code == 422
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == 422
    assert any(name == field or name.startswith(f"{field}.") for name in problem["errors"])
    assert not Report.objects.exists()
    assert not Job.objects.exclude(kind="count_words").exists()


BAD_FIELDS_OF_READERS = [
    *BAD_FIELDS,
    *(({name: value}, name) for name in ("suggestion", "comment", "name") for value in ("x" * 4001, "\0", "\ud800", 5)),
    ({"category": 5}, "category"),
    ({"email": "x" * 250 + "@example.org"}, "email"),
    ({"email": 5}, "email"),
    ({"name": "x" * 101}, "name"),
    ({"credit": True, "name": " "}, "name"),
    ({"credit": "yes"}, "credit"),
]


@pytest.mark.parametrize("language", ["uk", "pl", "de", "fr", "es", "ar"])
def test_what_is_wrong_with_a_field_is_said_in_the_readers_language(
    client: Client, article: Article, language: str
) -> None:
    for changes, field in BAD_FIELDS_OF_READERS:
        english, said = (
            send(client, report_on(article, **changes), **{"Accept-Language": asked}).json()["errors"]
            for asked in ("en", f"{language},en;q=0.5")
        )

        assert said.keys() == english.keys(), field
        told = [message for messages in said.values() for message in messages]
        assert not {message for messages in english.values() for message in messages} & {*told}, field
        assert all(told), field


def test_a_quote_of_exactly_2000_characters_is_taken(client: Client, article: Article) -> None:
    response = send(client, report_on(article, quote={"exact": "😀" * 2000}))

    assert response.status_code == 202
    assert len(Report.objects.get().exact) == 2000


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"quote": NaN}', 400),
        (b"[" * 100_000 + b"]" * 50_000, 400),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, 400),
        (b"[]", 422),
        (b"null", 422),
        (b'"text"', 422),
        (b"{}", 422),
        (b"", 422),
        (b'{"article": "' + b"x" * 200_000 + b'"}', 413),
    ],
)
def test_what_is_no_report_gets_a_problem_and_never_a_server_error(client: Client, raw: bytes, status: int) -> None:
    response = send(client, raw)

    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["detail"]


def test_another_content_type_is_refused_with_415(client: Client, article: Article) -> None:
    response = client.post(URL, report_on(article)["quote"])

    assert response.status_code == 415


@pytest.mark.parametrize("name", ["6f1c1d3e-0000-4000-8000-000000000000", "no-id", "\U0001f600"])
def test_an_unknown_article_is_404(client: Client, article: Article, name: str) -> None:
    response = send(client, report_on(article, article=name))

    assert response.status_code == 404
    assert response.json()["type"]


def test_a_withdrawn_article_takes_no_reports(client: Client, article: Article) -> None:
    withdraw_article(article)

    response = send(client, report_on(article))

    assert response.status_code == 404


def test_a_quote_that_is_not_in_the_text_is_a_report_all_the_same(client: Client, article: Article) -> None:
    response = send(client, report_on(article, quote={"exact": "words that stand nowhere in it"}))

    assert response.status_code == 202


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://testserver", 202), ("http://localhost:8000", 202), ("https://evil.example", 403), ("null", 403),
        ("", 403), ("http://[::1", 403), ("http://]", 403),
    ],
)  # fmt: skip
def test_only_our_own_pages_may_send(client: Client, article: Article, origin: str, status: int) -> None:
    response = send(client, report_on(article), origin=origin)

    assert response.status_code == status


def test_the_same_key_and_body_give_the_first_answer_again(client: Client, article: Article) -> None:
    body = json.dumps(report_on(article))

    first = send(client, body, **{"idempotency-key": "k1"})
    second = send(client, body, **{"idempotency-key": "k1"})

    assert first.status_code == second.status_code == 202
    assert first.json() == second.json()
    assert Report.objects.count() == 1


def test_the_same_key_with_another_body_is_a_conflict(client: Client, article: Article) -> None:
    send(client, report_on(article), **{"idempotency-key": "k1"})

    response = send(client, report_on(article, comment="more"), **{"idempotency-key": "k1"})

    assert response.status_code == 409
    assert Report.objects.count() == 1


def test_a_refused_request_leaves_its_key_free(client: Client, article: Article) -> None:
    refused = send(client, report_on(article, article="unknown"), **{"idempotency-key": "k1"})

    taken = send(client, report_on(article), **{"idempotency-key": "k1"})

    assert (refused.status_code, taken.status_code) == (404, 202)


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb", "a\x7f", "\xc2\xa0"])
def test_an_unusable_key_is_refused(client: Client, article: Article, key: str) -> None:
    response = send(client, report_on(article), **{"idempotency-key": key})

    assert response.status_code == 422
    assert "Idempotency-Key" in response.json()["errors"]


@pytest.mark.parametrize("key", ["a b", "ключ", "ключ".encode().decode("latin-1"), "é", "x" * 255])
def test_any_printable_key_is_one(client: Client, article: Article, key: str) -> None:
    first = send(client, report_on(article), **{"idempotency-key": key})
    again = send(client, report_on(article), **{"idempotency-key": key})

    assert (first.status_code, again.json()) == (202, first.json())
    assert Report.objects.count() == 1


def test_a_reader_who_sends_too_many_is_told_when_to_go_on(client: Client, article: Article, settings: Any) -> None:
    settings.REPORTS_PER_MINUTE = 2
    for _ in range(2):
        send(client, report_on(article))

    response = send(client, report_on(article))

    assert response.status_code == 429
    assert 1 <= int(response.headers["Retry-After"]) <= 60
    assert Report.objects.count() == 2


def test_another_address_has_its_own_count_and_a_forged_header_changes_nothing(
    client: Client, article: Article, settings: Any
) -> None:
    settings.REPORTS_PER_MINUTE = 1
    send(client, report_on(article))

    forged = send(client, report_on(article), **{"x-forwarded-for": "203.0.113.9"})
    other = Client(REMOTE_ADDR="203.0.113.9")

    assert forged.status_code == 429
    assert send(other, report_on(article)).status_code == 202


@pytest.mark.django_db(transaction=True)
def test_twenty_requests_at_once_with_one_key_make_one_report(article: Article, settings: Any) -> None:
    settings.REPORTS_PER_MINUTE = 100
    body = json.dumps(report_on(article))

    def one(_: int) -> tuple[int, str]:
        try:
            response = send(Client(), body, **{"idempotency-key": "k1"})
            return response.status_code, response.content.decode()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(one, range(20)))

    assert {status for status, _ in answers} == {202}
    assert len({content for _, content in answers}) == 1
    assert Report.objects.count() == 1


def test_a_report_can_be_followed_by_its_receipt(client: Client, article: Article) -> None:
    token = send(client, report_on(article)).json()["receipt"].rstrip("/").rsplit("/", 1)[1]

    response = client.get(reverse("api:report", args=[token]))

    assert response.json()["status"] == "received"
    assert response.headers["Cache-Control"] == "no-store"
    assert client.get(reverse("api:report", args=["nothing"])).status_code == 404


def test_the_request_needs_a_constant_number_of_queries(
    client: Client, article: Article, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(13):
        send(client, report_on(article), **{"idempotency-key": "k1"})


def test_unknown_addresses_of_the_api_answer_with_a_problem(client: Client) -> None:
    response = client.get("/api/v1/nothing/")

    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"
