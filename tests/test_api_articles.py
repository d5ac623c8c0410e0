"""Another system reads articles, and sends its own."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from articles.actions import Text as ArticleText
from articles.actions import revise_article, withdraw_article
from articles.models import Article, Revision
from articles.rest.models import IdempotencyKey, Key, Scope
from corrections.actions import reanchor_cases
from corrections.models import Job
from tests.api import API, call, get, make_service, problem, queries_of
from tests.desk import BODY, make_article, make_case

pytestmark = pytest.mark.django_db
SENT = {"headline": "A bridge opens", "body": BODY, "language": "en", "section": "City"}
BY_SOURCE = "/articles/by-source/cms/4711/"


@pytest.fixture
def key() -> Key:
    return make_service()


def put(key: Key | None, address: str = BY_SOURCE, /, *, headers: Any = None, **changes: Any) -> Any:
    return call("PUT", address, SENT | changes, key=key, **(headers or {}))


def test_published_articles_are_listed_the_latest_first_without_their_bodies() -> None:
    old = make_article("Old", published_at=timezone.now() - timedelta(days=2))
    new = make_article("New", section="City")
    make_article("Coming", published_at=timezone.now() + timedelta(days=2))
    withdraw_article(make_article("Gone"))

    page = get("/articles/")

    assert [row["id"] for row in page["results"]] == [str(new.pk), str(old.pk)]
    assert page["results"][0]["url"] == f"http://localhost:8000{new.get_absolute_url()}"
    assert "body" not in page["results"][0]


def test_an_article_comes_with_its_html_and_the_plain_text_that_offsets_count_in() -> None:
    article = make_article(body="<p>Two &amp; <b>three</b></p><p>four</p>")

    content = get(f"/articles/{article.pk}/")

    assert content["body"] == "<p>Two &amp; <b>three</b></p><p>four</p>"
    assert content["text"] == {"headline": "A bridge opens", "standfirst": "", "body": "Two & three\nfour"}
    assert content["revision"] == 1


def test_the_etag_of_an_article_changes_with_it_and_saves_sending_it_again() -> None:
    article = make_article()
    address = f"/articles/{article.pk}/"
    etag = call("GET", address).headers["ETag"]

    unchanged = call("GET", address, if_none_match=etag)
    revise_article(article, ArticleText(headline="Another", body=BODY))
    changed = call("GET", address, if_none_match=etag)

    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert changed.status_code == 200
    assert changed.headers["ETag"] != etag


def test_only_the_fields_that_are_asked_for_come_and_unknown_ones_are_named() -> None:
    article = make_article()

    assert get(f"/articles/{article.pk}/?fields=headline,revision") == {"headline": "A bridge opens", "revision": 1}
    assert get("/articles/?fields=id")["results"] == [{"id": str(article.pk)}]
    assert "secret" in problem(call("GET", "/articles/?fields=id,secret"), 422)["errors"]["fields"][0]


def test_articles_can_be_filtered() -> None:
    now = timezone.now()
    city = make_article("City", section="City", published_at=now - timedelta(hours=1))
    make_article("Sport", section="Sport", language="uk", published_at=now - timedelta(days=3))

    def found(**parameters: str) -> list[str]:
        query = "&".join(f"{name}={value.replace('+', '%2B')}" for name, value in parameters.items())
        return [row["headline"] for row in get(f"/articles/?{query}")["results"]]

    assert found(section="City") == ["City"]
    assert found(language="uk") == ["Sport"]
    assert found(section="City", language="uk") == []
    assert found(published_after=(now - timedelta(days=1)).isoformat()) == ["City"]
    assert found(published_before=(now - timedelta(days=1)).isoformat()) == ["Sport"]
    assert found(modified_after=city.modified_at.isoformat()) == []


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("section=%00", "section"),
        ("section=", "section"),
        ("section=" + "x" * 101, "section"),
        ("published_after=yesterday", "published_after"),
        ("published_after=0001-01-01T00:00:00%2B14:00", "published_after"),
        ("modified_after=9999-12-31T23:59:59-14:00", "modified_after"),
        ("sektion=City", "sektion"),
        ("fields=%00", "fields"),
        ("cursor=%00", "cursor"),
        ("format=xml", "format"),
    ],
)
def test_bad_parameters_are_422_and_named(query: str, name: str) -> None:
    assert name in problem(call("GET", f"/articles/?{query}"), 422)["errors"]


def test_what_is_not_public_is_not_there() -> None:
    coming = make_article(published_at=timezone.now() + timedelta(days=1))

    for address in (f"/articles/{coming.pk}/", "/articles/6f1c1d3e-0000-4000-8000-000000000000/", "/articles/x/"):
        problem(call("GET", address), 404)
    problem(call("GET", f"/articles/{coming.pk}/revisions/"), 404)


def test_a_withdrawn_article_is_gone_and_the_answer_leads_to_its_page() -> None:
    article = make_article()
    withdraw_article(article)

    for address in (f"/articles/{article.pk}/", f"/articles/{article.pk}/revisions/"):
        assert article.get_absolute_url() in problem(call("GET", address), 410)["detail"]


def test_revisions_are_listed_the_latest_first_and_can_be_read() -> None:
    article = make_article()
    revise_article(article, ArticleText(headline="Second", body="<p>New text.</p>"), note="Fresh")

    page = get(f"/articles/{article.pk}/revisions/")
    first = get(f"/articles/{article.pk}/revisions/1/")

    assert [(row["number"], row["headline"], row["note"]) for row in page["results"]] == [
        (2, "Second", "Fresh"),
        (1, "A bridge opens", ""),
    ]
    assert first["body"] == BODY
    problem(call("GET", f"/articles/{article.pk}/revisions/3/"), 404)
    problem(call("GET", f"/articles/{article.pk}/revisions/{2**70}/"), 404)


def test_ten_articles_cost_as_many_queries_as_one() -> None:
    make_article()
    one = queries_of("/articles/")
    for number in range(9):
        make_article(f"Bridge {number}")

    assert queries_of("/articles/") == one


def test_a_new_article_is_created_and_an_unchanged_one_makes_no_revision(key: Key) -> None:
    created = put(key)
    again = put(key)

    article = Article.objects.get()
    assert (created.status_code, again.status_code) == (201, 200)
    assert (article.source, article.external_id, article.section) == ("cms", "4711", "City")
    assert created.headers["Location"] == f"http://testserver{API}{BY_SOURCE}"
    assert created.headers["ETag"] == again.headers["ETag"] == call("GET", BY_SOURCE, key=key).headers["ETag"]
    assert created.json() == again.json() == get(BY_SOURCE, key=key)
    assert Revision.objects.get().created_by == key.acts_for


def test_a_changed_headline_alone_makes_a_revision(key: Key) -> None:
    put(key)

    response = put(key, headline="A bridge opens at last")

    assert response.json()["revision"] == 2
    assert Article.objects.get().headline == "A bridge opens at last"


def test_values_that_are_left_out_stay(key: Key) -> None:
    put(key, byline="Anna")

    call("PUT", BY_SOURCE, {"headline": "A bridge opens", "body": BODY}, key=key)

    article = Article.objects.get()
    assert (article.byline, article.section, article.text.number) == ("Anna", "City", 1)


def test_an_identifier_may_be_an_address_with_slashes(key: Key) -> None:
    address = "/articles/by-source/cms/https%3A%2F%2Fpost.example%2F2026%2Fbridge%2F/"

    assert put(key, address).status_code == 201
    assert put(key, address).status_code == 200
    assert Article.objects.get().external_id == "https://post.example/2026/bridge/"


def test_open_cases_are_carried_to_the_new_revision(key: Key) -> None:
    article = Article.objects.get(pk=put(key).json()["id"])
    case = make_case("teh", article)

    put(key, body=BODY.replace("<p>The", "<p>New words in front. The"))
    job = Job.objects.get(kind="reanchor_article")
    reanchor_cases(Revision.objects.get(pk=job.subject_id))

    case.refresh_from_db()
    assert (case.revision.number, case.passage_text) == (2, "teh")


def test_if_match_refuses_to_overwrite_what_was_not_seen(key: Key) -> None:
    etag = put(key).headers["ETag"]
    seen = put(key, headers={"if_match": etag}, headline="Second")

    stale = put(key, headers={"if_match": etag}, headline="Third")
    weak = put(key, headers={"if_match": f"W/{seen.headers['ETag']}"}, headline="Third")
    any_of = put(key, headers={"if_match": f'"x", {seen.headers["ETag"]}'}, headline="Third")

    assert seen.status_code == any_of.status_code == 200
    problem(stale, 412)
    problem(weak, 412)
    assert Article.objects.get().headline == "Third"


def test_a_correction_here_makes_if_match_fail_there(key: Key) -> None:
    etag = put(key).headers["ETag"]
    revise_article(Article.objects.get(), ArticleText(headline="A bridge opens", body=BODY.replace("teh", "the")))

    problem(put(key, headers={"if_match": etag}), 412)

    assert "the bridge" in Article.objects.get().text.body


def test_conditions_say_whether_there_may_be_such_an_article(key: Key) -> None:
    problem(put(key, headers={"if_match": "*"}), 412)
    created = put(key, headers={"if_none_match": "*"})
    problem(put(key, headers={"if_none_match": "*"}), 412)
    changed = put(key, headers={"if_match": "*"}, headline="Second")

    assert (created.status_code, changed.status_code) == (201, 200)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"headline": ""}, "headline"),
        ({"headline": "x" * 501}, "headline"),
        ({"headline": None}, "headline"),
        ({"headline": 5}, "headline"),
        ({"headline": "a\0b"}, "headline"),
        ({"headline": "\ud800"}, "headline"),
        ({"body": ""}, "body"),
        ({"body": "<script>x</script>"}, ""),
        ({"body": ["<p>x</p>"]}, "body"),
        ({"language": "<b>"}, "language"),
        ({"section": "x" * 101}, "section"),
        ({"byline": 1}, "byline"),
        ({"canonical_url": "nowhere"}, "canonical_url"),
        ({"canonical_url": "javascript:alert(1)"}, "canonical_url"),
        ({"published_at": "yesterday"}, "published_at"),
        ({"published_at": "0001-01-01T00:00:00+05:00"}, "published_at"),
        ({"published_at": 1700000000}, "published_at"),
    ],
)
def test_what_is_no_article_is_422_and_stores_nothing(key: Key, changes: Any, name: str) -> None:
    errors = problem(put(key, **changes), 422)["errors"]

    assert name in errors or not name
    assert not Article.objects.exists()


@pytest.mark.parametrize(
    "address", ["/articles/by-source/cms/" + "x" * 501 + "/", f"/articles/by-source/{'x' * 101}/1/"]
)
def test_names_that_are_too_long_are_422(key: Key, address: str) -> None:
    problem(put(key, address), 422)


def test_malformed_bodies_get_a_problem(key: Key) -> None:
    problem(call("PUT", BY_SOURCE, b"{", key=key), 400)
    problem(call("PUT", BY_SOURCE, b"[]", key=key), 422)
    problem(call("PUT", BY_SOURCE, key=key), 422)
    problem(call("PUT", BY_SOURCE, b'{"body": "' + b"x" * 5_000_001 + b'"}', key=key), 413)
    problem(call("PUT", BY_SOURCE.replace("4711", "%00"), SENT, key=key), 400)
    problem(call("POST", BY_SOURCE, SENT, key=key), 405)
    problem(call("GET", "/articles/", accept="text/html"), 406)


def test_only_a_key_with_the_scope_and_an_account_with_the_right_may_send(key: Key) -> None:
    reading = make_service(name="reader", scopes=[Scope.CASES_READ])
    without_right = make_service(name="weak", acts_for=make_weak())

    problem(put(None), 401)
    problem(put(reading), 403)
    problem(put(without_right), 403)
    problem(call("GET", BY_SOURCE), 401)
    assert not Article.objects.exists()


def make_weak() -> Any:
    from django.contrib.auth.models import User

    return User.objects.create_user("weak")


def test_a_withdrawn_article_takes_new_text_and_stays_withdrawn(key: Key) -> None:
    put(key)
    withdraw_article(Article.objects.get())

    response = put(key, headline="Second")

    assert (response.status_code, response.json()["status"]) == (200, "withdrawn")


def test_a_repeated_request_with_its_key_does_not_undo_what_happened_between(key: Key) -> None:
    first = put(key, headers={"idempotency_key": "k1"})
    revise_article(Article.objects.get(), ArticleText(headline="Corrected", body=BODY))

    again = put(key, headers={"idempotency_key": "k1"})

    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["ETag"] == first.headers["ETag"]
    assert Article.objects.get().headline == "Corrected"


def test_an_idempotency_key_is_for_one_body_at_one_address_and_for_one_caller(key: Key) -> None:
    put(key, headers={"idempotency_key": "k1"})

    problem(put(key, headers={"idempotency_key": "k1"}, headline="Another"), 409)
    problem(put(key, BY_SOURCE.replace("4711", "4712"), headers={"idempotency_key": "k1"}), 409)
    other = put(make_service(name="other"), headers={"idempotency_key": "k1"})
    problem(put(key, headers={"idempotency_key": "a\tb"}), 422)

    assert other.status_code == 200
    assert Article.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_requests_at_once_with_one_key_make_one_article_and_nineteen_replays(key: Key) -> None:
    def one(_: int) -> tuple[int, str]:
        try:
            response = put(key, headers={"idempotency_key": "k1"})
            return response.status_code, response.json()["id"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(one, range(20)))

    assert set(answers) == {(201, str(Article.objects.get().pk))}
    assert Revision.objects.count() == 1
    assert IdempotencyKey.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_requests_at_once_without_a_key_make_one_article(key: Key) -> None:
    def one(number: int) -> int:
        try:
            return put(key, headers={"if_none_match": "*"} if number % 2 else {}).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(one, range(20)))

    assert statuses.count(201) == 1
    assert set(statuses) <= {200, 201, 412}
    assert Revision.objects.count() == 1
