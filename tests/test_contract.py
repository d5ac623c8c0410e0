"""The outward contract, row by row: the addresses, commands, names and JSON that the world outside may rely on."""

import inspect
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands, load_command_class
from django.test import Client

from articles import text
from articles.rest.models import Scope
from corrections import anchoring
from corrections.models import Category, Event, Outcome, Report
from corrections.webhooks import actions as webhooks
from corrections.webhooks.models import EventType
from tests.api import call, get, make_service, problem
from tests.desk import make_article, make_case, make_editor, report
from tests.public import correct

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.django_db

PAGES = [
    "/",
    "/articles/a-bridge-opens/",
    "/articles/a-bridge-opens/report/",
    "/articles/a-bridge-opens/history/",
    "/articles/a-bridge-opens/history/1/2/",
    "/corrections/",
    "/corrections/?kind=correction&section=City&q=bridge",
    "/corrections/{number}/",
    "/corrections/policy/",
    "/corrections/feed.atom",
    "/corrections/feed.json",
    "/receipts/{token}/",
    "/admin/login/",
    "/static/corrections/report.js",
    "/api/v1/",
    "/api/v1/schema/",
    "/api/v1/docs/",
    "/livez",
    "/metrics",
]


@pytest.fixture
def known() -> dict[str, Any]:
    """A small newsroom, and the names of what is in it."""
    article = make_article(slug="a-bridge-opens", section="City", source="cms", external_id="77")
    correction = correct(article, "teh", "the")
    article.refresh_from_db()
    waiting = report(article, "Monday", suggestion="Tuesday")
    endpoint = webhooks.create_endpoint("https://cms.example.org/hook", by=make_editor("chief", "Chief editors"))
    delivery = webhooks.send_test(endpoint, by=endpoint.owner)
    return {
        "article": article.pk,
        "number": correction.number,
        "token": waiting.token,
        "case": waiting.case_id,
        "webhook": endpoint.pk,
        "delivery": delivery.pk,
    }


@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_at_its_address(known: dict[str, Any], address: str) -> None:
    response = Client().get(address.format(**known))

    assert response.status_code == 200
    response.close()


def test_the_page_of_an_article_names_article_revision_and_parts(known: dict[str, Any]) -> None:
    page = Client().get("/articles/a-bridge-opens/").content.decode()

    assert f'data-corrections-article="{known["article"]}" data-corrections-revision="2"' in page
    for part in ("headline", "standfirst", "body"):
        assert (f'data-corrections-part="{part}"' in page) or part == "standfirst"  # this article has none


@pytest.mark.parametrize("target", ["run", "test", "check", "bench"])
def test_make_has_the_commands(target: str) -> None:
    done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


def test_manage_has_the_commands() -> None:
    commands = get_commands()
    parser = load_command_class(commands["import_articles"], "import_articles").create_parser("manage.py", "x")

    assert {"import_articles", "verify_log"} <= commands.keys()
    for kind in ("auto", "html", "rss", "wordpress", "ninjs", "json"):
        assert {"-", kind, "cms"} <= {*vars(parser.parse_args(["-", "--format", kind, "--source", "cms"])).values()}


WHOLE_REPORT = {
    "revision": 1,
    "part": "body",
    "quote": {"exact": "teh", "prefix": "The mayor opened ", "suffix": " bridge", "start": 17},
    "category": "typo",
    "suggestion": "the",
    "comment": "A slip.",
    "email": "reader@example.org",
    "language": "uk",
}


def test_a_whole_report_is_taken_and_answered_with_202() -> None:
    article = make_article()

    answer = call("POST", "/reports/", WHOLE_REPORT | {"article": str(article.pk)})

    content = answer.json()
    stored = Report.objects.get()
    assert answer.status_code == 202
    assert content.keys() == {"id", "status", "receipt"}
    assert (content["id"], content["status"]) == (str(stored.pk), "received")
    assert content["receipt"].endswith(f"/receipts/{stored.token}/")
    assert {category.value for category in Category} == {"typo", "fact", "wording", "other"}


@pytest.mark.parametrize("minimal", ["article", "url"])
def test_only_the_article_and_the_exact_words_are_required(minimal: str) -> None:
    article = make_article()
    named = {"article": str(article.pk), "url": f"http://localhost:8000{article.get_absolute_url()}"}

    assert call("POST", "/reports/", {minimal: named[minimal], "quote": {"exact": "teh"}}).status_code == 202
    assert "article" in problem(call("POST", "/reports/", {"quote": {"exact": "teh"}}), 422)["errors"]
    assert "quote" in problem(call("POST", "/reports/", {minimal: named[minimal]}), 422)["errors"]


@pytest.mark.parametrize(
    ("field", "limit"), [("exact", 2000), ("prefix", 256), ("suffix", 256), ("suggestion", 4000), ("comment", 4000)]
)
def test_the_limits_of_a_report(field: str, limit: int) -> None:
    body: dict[str, Any] = {"article": str(make_article().pk), "quote": {"exact": "teh"}}
    holder = body["quote"] if field in ("exact", "prefix", "suffix") else body

    holder[field] = "ї" * limit
    assert call("POST", "/reports/", body).status_code == 202
    holder[field] = "ї" * (limit + 1)
    assert problem(call("POST", "/reports/", body), 422)["errors"]


@pytest.mark.parametrize(
    ("status", "raw", "headers"),
    [
        (400, b"{", {}),
        (404, b'{"article": "nothing", "quote": {"exact": "x"}}', {}),
        (413, b'"' + b"x" * 200_000 + b'"', {}),
        (422, b"{}", {}),
        (403, b'{"article": "nothing", "quote": {"exact": "x"}}', {"origin": "https://evil.example"}),
    ],
)
def test_the_errors_of_a_report_are_problems(status: int, raw: bytes, headers: dict[str, str]) -> None:
    content = problem(call("POST", "/reports/", raw, **headers), status)

    assert {"type", "title", "status", "detail"} <= content.keys()
    assert ("errors" in content) is (status == 422)


def test_another_media_type_is_415_another_body_409_and_too_many_429(settings: Any) -> None:
    body = {"article": str(make_article().pk), "quote": {"exact": "teh"}}
    settings.REPORTS_PER_MINUTE = 1

    plain = Client().post("/api/v1/reports/", "x", content_type="text/plain")
    first, again = [call("POST", "/reports/", body, idempotency_key="k") for _ in range(2)]
    other = call("POST", "/reports/", body | {"comment": "x"}, idempotency_key="k")
    many = call("POST", "/reports/", body)

    problem(plain, 415)
    assert (first.status_code, again.json()) == (202, first.json())
    problem(other, 409)
    problem(many, 429)
    assert int(many.headers["Retry-After"]) > 0


CALLS = [
    ("GET", "/articles/", ""),
    ("GET", "/articles/{article}/", ""),
    ("GET", "/articles/{article}/revisions/", ""),
    ("PUT", "/articles/by-source/cms/77/", Scope.ARTICLES_WRITE),
    ("GET", "/corrections/", ""),
    ("GET", "/corrections/{number}/", ""),
    ("GET", "/cases/", Scope.CASES_READ),
    ("GET", "/cases/{case}/", Scope.CASES_READ),
    *(
        ("POST", f"/cases/{{case}}/{verb}/", Scope.CASES_WRITE)
        for verb in ("claim", "release", "correct", "reject", "snooze", "merge", "reopen", "approve")
    ),
    ("GET", "/reports/{token}/", ""),
    ("GET", "/webhooks/", Scope.WEBHOOKS_MANAGE),
    ("POST", "/webhooks/", Scope.WEBHOOKS_MANAGE),
    ("PATCH", "/webhooks/{webhook}/", Scope.WEBHOOKS_MANAGE),
    ("GET", "/webhooks/{webhook}/deliveries/", Scope.WEBHOOKS_MANAGE),
    ("POST", "/webhooks/{webhook}/deliveries/{delivery}/redeliver/", Scope.WEBHOOKS_MANAGE),
    ("DELETE", "/webhooks/{webhook}/", Scope.WEBHOOKS_MANAGE),
]


@pytest.mark.parametrize(("method", "address", "scope"), CALLS)
def test_every_call_takes_the_scope_that_the_contract_names(
    known: dict[str, Any], method: str, address: str, scope: str
) -> None:
    address = address.format(**known)
    body = {} if method in ("PUT", "POST", "PATCH") else None
    if not scope:
        assert call(method, address, body).status_code == 200
        return
    right = make_service("Chief editors", name="right", scopes=[scope])
    wrong = make_service("Chief editors", name="wrong", scopes=[one for one in Scope if one != scope])

    problem(call(method, address, body), 401)
    assert scope in problem(call(method, address, body, key=wrong), 403)["detail"]
    assert call(method, address, body, key=right).status_code not in (401, 403, 404, 405)


def test_what_is_read_has_an_etag_and_is_not_sent_twice(known: dict[str, Any]) -> None:
    for address in ("/articles/", f"/articles/{known['article']}/", f"/corrections/{known['number']}/"):
        etag = call("GET", address).headers["ETag"]
        assert call("GET", address, if_none_match=etag).status_code == 304


def test_lists_are_pages_by_cursor(known: dict[str, Any]) -> None:
    key = make_service("Chief editors")

    for address in (
        "/articles/",
        "/corrections/",
        "/cases/",
        "/webhooks/",
        f"/webhooks/{known['webhook']}/deliveries/",
    ):
        page = get(address, key=key)
        assert page.keys() == {"next", "previous", "results"}
        assert page["results"]


@pytest.mark.parametrize(
    "query",
    ["status=open", "article={article}", "assignee=chief", "category=typo", "outcome=exact", "older_than=3d"],
)
def test_cases_are_filtered_by_what_the_contract_names(known: dict[str, Any], query: str) -> None:
    key = make_service()

    get(f"/cases/?{query.format(**known)}", key=key)
    problem(call("GET", f"/cases/?{query.partition('=')[0]}=%00", key=key), 422)


def test_an_article_is_put_created_unchanged_and_revised() -> None:
    key = make_service()
    address, body = "/articles/by-source/cms/1/", {"headline": "A bridge", "body": "<p>It opens.</p>"}

    made = call("PUT", address, body, key=key)
    same = call("PUT", address, body, key=key)
    revised = call("PUT", address, body | {"headline": "The bridge"}, key=key, if_match=same.headers["ETag"])
    late = call("PUT", address, body, key=key, if_match=same.headers["ETag"])

    assert [answer.status_code for answer in (made, same, revised, late)] == [201, 200, 200, 412]
    assert [answer.json()["revision"] for answer in (made, same, revised)] == [1, 1, 2]


def test_webhooks_tell_of_what_the_contract_names() -> None:
    assert {*EventType} == {
        "report.received", "case.opened", "case.resolved", "correction.published", "correction.amended",
        "correction.withdrawn", "article.revised",
    }  # fmt: skip


def test_the_deliveries_of_a_webhook_are_filtered(known: dict[str, Any]) -> None:
    key = make_service("Chief editors")
    log = f"/webhooks/{known['webhook']}/deliveries/"

    assert len(get(f"{log}?status=pending&type=webhook.test", key=key)["results"]) == 1
    assert get(f"{log}?status=failed&status=missed", key=key)["results"] == []
    assert "status" in problem(call("GET", f"{log}?status=lost", key=key), 422)["errors"]
    assert "status" in problem(call("GET", f"{log}?status=%00", key=key), 422)["errors"]


def test_a_report_is_followed_by_its_receipt(known: dict[str, Any]) -> None:
    assert get(f"/reports/{known['token']}/")["status"] == "under_review"
    problem(call("GET", "/reports/unknown/"), 404)


def test_the_functions_that_others_may_import() -> None:
    html = "<p>The mayor opened <b>teh</b> bridge.</p>"
    projected = text.project(html).text
    quote = anchoring.Quote("teh")
    passage = anchoring.locate(projected, quote, suggestion="the")

    assert projected == "The mayor opened teh bridge."
    assert text.splice(html, 17, 20, "the") == "<p>The mayor opened <b>the</b> bridge.</p>"
    assert (quote.exact, quote.prefix, quote.suffix, quote.start) == ("teh", "", "", None)
    with pytest.raises(AttributeError):
        quote.exact = "x"  # type: ignore[misc]
    assert (passage.outcome, passage.start, passage.end) == ("exact", 17, 20)
    assert 0 <= passage.score <= 1
    assert anchoring.locate("Nothing.", anchoring.Quote("the ferry was late")).start is None
    assert anchoring.carry(17, 20, projected, f"Yes. {projected}") == (22, 25)
    assert anchoring.carry(17, 20, projected, "The mayor opened.") is None
    assert anchoring.carry(17, 20, projected, "Another text altogether, of other words.") is None
    assert {outcome.value for outcome in Outcome} >= {"exact", "moved", "ambiguous", "already_fixed", "similar", "lost"}
    parameters = inspect.signature(anchoring.locate).parameters
    assert [*parameters] == ["text", "quote", "suggestion"]
    assert parameters["suggestion"].kind is inspect.Parameter.KEYWORD_ONLY
    assert [*inspect.signature(anchoring.carry).parameters] == ["passage_start", "passage_end", "old", "new"]
    assert [*inspect.signature(text.splice).parameters] == ["html", "start", "end", "replacement"]


def test_the_review_queue_is_the_first_thing_at_the_desk() -> None:
    make_case()
    client = Client()
    client.force_login(make_editor())

    page = client.get("/admin/", follow=True)

    assert page.status_code == 200
    assert "Review queue" in page.content.decode()


@pytest.mark.parametrize("verb", ["claim", "release", "correct", "reject", "snooze", "merge", "reopen", "approve"])
def test_whatever_a_key_decides_leaves_its_name_on_every_event(verb: str, settings: Any) -> None:
    settings.FOUR_EYES = "enforce"
    article = make_article()
    case, other = make_case("teh", article), make_case("Monday", article)
    drafter = make_service("Chief editors", name="Drafts", acts_for=make_editor("anna", "Chief editors"))
    key = make_service("Chief editors", name="Decides", acts_for=make_editor("olha", "Standards editors"))
    correction = {"revision": 1, "replacement": "the", "kind": "correction", "notice": "It is the."}
    before: dict[str, list[tuple[str, Any, Any]]] = {
        "release": [("claim", {}, key)],
        "correct": [("claim", {}, key)],
        "reject": [("claim", {}, key)],
        "reopen": [("claim", {}, key), ("reject", {"reason": "not_an_error"}, key)],
        "approve": [("claim", {}, drafter), ("correct", correction | {"severity": "substantive"}, drafter)],
    }
    bodies: dict[str, Any] = {
        "correct": correction | {"severity": "minor"},
        "reject": {"reason": "not_an_error"},
        "snooze": {"reports": 3},
        "merge": {"into": other.pk},
    }
    for earlier, body, by in before.get(verb, []):
        assert call("POST", f"/cases/{case.pk}/{earlier}/", body, key=by).status_code == 200
    known = {*Event.objects.values_list("pk", flat=True)}

    answer = call("POST", f"/cases/{case.pk}/{verb}/", bodies.get(verb, {}), key=key)

    made = Event.objects.exclude(pk__in=known)
    assert answer.status_code == 200, answer.content
    assert made
    assert {(event.key, event.by) for event in made} == {(key, key.acts_for)}
