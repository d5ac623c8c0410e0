"""What a call takes: the fields that it names, each as it is, and no others."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from articles import outgoing
from articles.models import Article
from articles.rest.fields import SecureAddress
from articles.rest.models import Key
from corrections.models import Report
from corrections.serializers.webhooks import NewEndpointSerializer
from tests.api import call, make_service, problem
from tests.desk import make_article, make_case

pytestmark = pytest.mark.django_db
ENDPOINT = {"url": "https://cms.example.org/hook"}


@pytest.fixture
def key() -> Key:
    return make_service("Chief editors")


CALLS: list[tuple[str, str, dict[str, Any]]] = [
    ("PUT", "/articles/by-source/cms/77/", {"headline": "A bridge", "body": "<p>It opens.</p>"}),
    ("POST", "/cases/1/claim/", {}),
    ("POST", "/cases/1/release/", {}),
    ("POST", "/cases/1/correct/", {"replacement": "the", "kind": "style_fix", "severity": "style", "revision": 1}),
    ("POST", "/cases/1/reject/", {"reason": "spam"}),
    ("POST", "/cases/1/snooze/", {"reports": 2}),
    ("POST", "/cases/1/merge/", {"into": 2}),
    ("POST", "/cases/1/reopen/", {}),
    ("POST", "/cases/1/approve/", {}),
    ("POST", "/webhooks/", ENDPOINT),
]


@pytest.mark.parametrize(("method", "address", "body"), CALLS)
def test_a_field_that_the_call_does_not_know_is_named_and_nothing_is_done(
    key: Key, method: str, address: str, body: dict[str, Any]
) -> None:
    case = make_case()

    answer = call(method, address.replace("/1/", f"/{case.pk}/"), body | {"standfrist": "x"}, key=key)

    told = problem(answer, 422)["errors"]
    assert told.keys() == {"standfrist"}
    assert "There is no such field" in told["standfrist"][0]
    assert case.events.count() == case.events.filter(kind__in=("opened", "reported")).count()
    assert not Article.objects.filter(source="cms").exists()


def test_the_answer_names_which_fields_there_are_and_what_is_wrong_with_the_others(key: Key) -> None:
    told = problem(call("PUT", "/articles/by-source/cms/77/", {"heading": "A bridge", "body": ""}, key=key), 422)

    assert told["errors"].keys() == {"heading", "headline", "body"}
    assert "headline, standfirst, body" in told["errors"]["heading"][0]


@pytest.mark.parametrize("half", ["\ud800", "\udfff x"])
def test_what_no_answer_could_repeat_is_refused_all_the_same(key: Key, half: str) -> None:
    """Half of a character, which JSON can name and UTF-8 cannot write."""
    article, case = make_article(), make_case()
    report = {"article": str(article.pk), "quote": {"exact": "teh"}}
    sent = [
        ("POST", "/webhooks/", ENDPOINT | {"events": [half]}),
        ("POST", "/webhooks/", ENDPOINT | {half: 1}),
        ("PUT", "/articles/by-source/cms/77/", {"headline": half, "body": "<p>x</p>", half: half}),
        ("POST", f"/cases/{case.pk}/reject/", {"reason": half}),
        ("POST", "/reports/", report | {"category": half}),
        ("POST", "/reports/", report | {"article": half}),
        ("POST", "/reports/", report | {"comment": half}),
    ]

    for method, address, body in sent:
        assert problem(call(method, address, body, key=key), 422)["errors"], (address, body)


def test_no_report_is_lost_over_a_field_of_a_newer_page() -> None:
    article = make_article()

    answer = call("POST", "/reports/", {"article": str(article.pk), "quote": {"exact": "teh", "page": 3}, "newer": 1})

    assert answer.status_code == 202
    assert Report.objects.count() == 1


@pytest.mark.parametrize("language", [1, True, None, ["en"], "e", "en_GB"])
def test_a_language_is_the_tag_of_one(key: Key, language: Any) -> None:
    body = {"headline": "A bridge", "body": "<p>It opens.</p>", "language": language}
    report = {"article": str(make_article().pk), "quote": {"exact": "teh"}, "language": language}

    assert "language" in problem(call("PUT", "/articles/by-source/cms/77/", body, key=key), 422)["errors"]
    assert "language" in problem(call("POST", "/reports/", report), 422)["errors"]


@pytest.mark.parametrize(
    "address",
    [
        1,
        "post",
        "ftp:/x",
        "https://",
        "https://a b.example/",
        "javascript:alert(1)",
        "https://post.example@evil.example/",
        "https://post.example:99999/",
        "ftp://post.example/x",
    ],
)
def test_a_canonical_address_is_one_of_the_web(key: Key, address: Any) -> None:
    body = {"headline": "A bridge", "body": "<p>It opens.</p>", "canonical_url": address}

    assert "canonical_url" in problem(call("PUT", "/articles/by-source/cms/77/", body, key=key), 422)["errors"]


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"null", b"1"])
@pytest.mark.parametrize(("method", "address"), [(method, address) for method, address, _ in CALLS])
def test_a_body_that_is_no_object_is_422(key: Key, method: str, address: str, body: bytes) -> None:
    answer = call(method, address.replace("/1/", f"/{make_case().pk}/"), body, key=key)

    assert json.loads(answer.content)["status"] == 422, answer.content


@settings(max_examples=1000)
@given(st.from_regex(SecureAddress().constraints["pattern"], fullmatch=True, alphabet=st.characters(codec="ascii")))
def test_an_address_that_the_document_calls_valid_is_refused_for_its_host_alone(url: str) -> None:
    refused = ""
    try:
        outgoing.check_secure_url(url)
    except outgoing.TargetRefused as refusal:
        refused = str(refusal)
    assert not refused or refused.endswith("is not a public address."), url


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.from_regex(SecureAddress().constraints["pattern"], fullmatch=True), st.characters(codec="utf-8"), st.data())
@pytest.mark.parametrize("where", ["host", "anywhere"])
def test_an_address_that_the_document_calls_invalid_is_refused(
    where: str, url: str, sign: str, data: st.DataObject
) -> None:
    end = len(f"https://{urlsplit(url).netloc}")
    at = data.draw(st.integers(8, end if where == "host" else len(url)))
    changed = url[:at] + sign + url[at:]

    if not re.fullmatch(SecureAddress().constraints["pattern"], changed):
        assert not NewEndpointSerializer(data={"url": changed}).is_valid(), changed


@pytest.mark.parametrize(
    "url", ["http://cms.intra:8080/hook", "https://93.184.215.14/hook", "https://xn--b1amarcd.xn--j1amh/"]
)
def test_numbers_names_beyond_ascii_and_what_the_operator_has_named_are_addresses_too(
    settings: Settings, url: str
) -> None:
    settings.OUTGOING_PRIVATE = ["cms.intra:8080"]

    assert NewEndpointSerializer(data={"url": url}).is_valid()
