"""The OpenAPI document: everything in words, every example valid, every problem with an address that explains it."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator

from articles.actions import withdraw_article
from corrections.models import Resolution
from newsroom.problems import KINDS
from tests.api import call, get, make_service, problem
from tests.desk import make_article, make_case

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def document(django_db_setup: None, django_db_blocker: Any) -> Any:
    with django_db_blocker.unblock():
        return get("/schema/?format=json")


def operations(document: Any) -> list[tuple[str, Any]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def contents(operation: Any) -> list[tuple[str, Any]]:
    """Give what goes in and out: where, and the description of one media type."""
    sides = [("request", operation["requestBody"])] if "requestBody" in operation else []
    sides += list(operation["responses"].items())
    return [(side, content) for side, told in sides for content in told.get("content", {}).values()]


def test_it_is_openapi_3_1(document: Any) -> None:
    assert document["openapi"] == "3.1.0"
    validate_schema(document)
    assert {tag["name"] for tag in document["tags"]} == {
        tag for _, operation in operations(document) for tag in operation["tags"]
    }


def test_every_call_parameter_and_answer_is_described(document: Any) -> None:
    bare = [name for name, operation in operations(document) if not operation.get("description")]
    bare += [
        f"{name} {parameter['name']}"
        for name, operation in operations(document)
        for parameter in operation["parameters"]
        if len(parameter.get("description", "")) < 5
    ]
    bare += [
        f"{name} {status}"
        for name, operation in operations(document)
        for status, response in operation["responses"].items()
        if len(response.get("description", "")) < 5
    ]

    assert len(operations(document)) > 30
    assert bare == []


def test_every_object_and_every_field_of_one_is_described(document: Any) -> None:
    objects = {
        name: schema for name, schema in document["components"]["schemas"].items() if schema.get("type") == "object"
    }

    bare = [name for name, schema in objects.items() if len(schema.get("description", "")) < 5]
    bare += [
        f"{name}.{field}"
        for name, schema in objects.items()
        for field, told in schema.get("properties", {}).items()
        if len(told.get("description", "").partition("\n")[0]) < 4 or told["description"].startswith("* ")
    ]
    assert len(objects) > 40
    assert bare == []


def test_what_goes_out_says_of_every_time_that_it_is_in_utc(document: Any) -> None:
    sent = {"Range", "Snooze", "SentArticle"}
    silent = [
        f"{name}.{field}"
        for name, schema in document["components"]["schemas"].items()
        for field, told in schema.get("properties", {}).items()
        if name not in sent and told.get("format") == "date-time" and "UTC" not in told["description"]
    ]

    assert silent == []


def test_everything_that_goes_in_or_out_has_an_example_that_its_own_schema_admits(document: Any) -> None:
    wrong = []
    for name, operation in operations(document):
        for side, content in contents(operation):
            schema = content["schema"] | {"components": document["components"]}
            examples = content.get("examples", {})
            if not examples:
                wrong.append(f"{name} {side} has none")
            wrong += [
                f"{name} {side} {title}: {error.message[:200]}"
                for title, example in examples.items()
                for error in Draft202012Validator(schema, format_checker=None).iter_errors(example["value"])
            ]

    assert wrong == []


def test_a_schema_can_refuse(document: Any) -> None:
    """Or the test above would show nothing."""
    components = document["components"]
    refused = {
        "Report": [{"quote": {"exact": "x"}}, {"article": "1", "quote": {"exact": " "}}, {"url": "x", "quote": {}},
                   {"url": "x", "quote": {"exact": "x"}, "credit": True}],
        "Snooze": [{}, {"reports": 0}, {"reports": 1, "x": 1}, {"until": "tomorrow"}],
        "Correct": [{"replacement": "x", "kind": "correction", "severity": "minor", "start": 1}],
        "SentArticle": [{"headline": "x"}, {"headline": "x", "body": "\0"},
                        {"headline": "x", "body": "y", "language": "en_GB"}],
        "NewEndpoint": [{"url": "http://cms.example.org/"}, {"url": "https://cms.example.org/", "events": []}],
        "SparseArticle": [{}, {"id": "x", "unknown": 1}],
    }  # fmt: skip

    for name, values in refused.items():
        validator = Draft202012Validator(components["schemas"][name] | {"components": components})
        for value in values:
            assert not validator.is_valid(value), (name, value)


def test_every_problem_is_problem_json_and_every_call_names_those_that_all_have(document: Any) -> None:
    for name, operation in operations(document):
        assert {"400", "401", "406", "422", "429"} <= operation["responses"].keys(), name
        for status, response in operation["responses"].items():
            if status >= "400":
                assert response["content"].keys() == {"application/problem+json"}, (name, status)
        if not name.startswith("GET"):
            assert {"409", "413", "415"} <= operation["responses"].keys(), name


def test_every_call_that_takes_a_key_says_which_scope_and_the_others_say_that_they_take_none(document: Any) -> None:
    for name, operation in operations(document):
        assert bool(operation.get("security")) is ("Scope: `" in operation["description"]), name


def test_the_type_of_every_problem_in_the_document_leads_to_its_description(document: Any) -> None:
    page = Client().get("/api/v1/problems/")
    anchors = set(re.findall(r'<h3 id="([a-z-]+)">', page.content.decode()))

    types = set(re.findall(r'"type": "(http://localhost:8000/api/v1/problems/#[a-z-]+)"', json.dumps(document)))

    assert page.status_code == 200
    assert anchors == {kind.name for kind in KINDS}
    assert {address.partition("#")[2] for address in types} == anchors


def test_problems_say_their_kind() -> None:
    key = make_service("Chief editors")
    case = make_case()
    gone = make_article("Gone")
    withdraw_article(gone)
    first = {"article": str(case.article_id), "quote": {"exact": "teh"}}
    call("POST", "/reports/", first, idempotency_key="k")

    answers = {
        "key-reused": call("POST", "/reports/", first | {"comment": "x"}, idempotency_key="k"),
        "foreign-origin": call("POST", "/reports/", first, origin="https://evil.example"),
        "invalid-transition": call("POST", f"/cases/{case.pk}/reject/", {"reason": Resolution.SPAM}, key=key),
        "invalid-fields": call("GET", "/articles/?page_size=0"),
        "precondition-failed": call("POST", f"/cases/{case.pk}/claim/", {}, key=key, if_match='"x"'),
        "article-withdrawn": call("GET", f"/articles/{gone.pk}/"),
        "too-large": call("POST", "/reports/", b" " * 200_000),
    }

    for name, answer in answers.items():
        content = problem(answer, answer.status_code)
        assert content["type"] == f"http://localhost:8000/api/v1/problems/#{name}", content
    assert problem(call("GET", "/cases/"), 401)["type"] == "about:blank"


def test_what_is_left_out_of_a_change_has_no_default_that_a_client_would_send(document: Any) -> None:
    changed = document["components"]["schemas"]["PatchedChangedEndpoint"]["properties"]
    new = document["components"]["schemas"]["NewEndpoint"]["properties"]

    assert "default" not in json.dumps(changed)
    assert json.dumps(new).count('"default"') == 3
