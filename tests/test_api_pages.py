"""Long lists in pages by cursor: whole, in order, and stable while rows come and go."""

from typing import Any

import pytest
from django.test import Client
from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from articles.models import Article
from articles.rest.access import PUBLIC
from articles.rest.pages import CursorPages
from articles.rest.views import ApiView
from newsroom.urls import urlpatterns as project_urls
from tests.desk import make_article

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
URL = "/api/v1/headlines/"


class Headline(serializers.Serializer[Article]):
    headline = serializers.CharField()
    slug = serializers.CharField()


class Headlines(ApiView):
    scopes = {"GET": PUBLIC}
    queryset = Article.objects.with_text()
    serializer_class = Headline
    pagination_class = CursorPages
    ordering = ("section", "-pk")

    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class Others(Headlines):
    pass


urlpatterns = [path("api/v1/headlines/", Headlines.as_view()), path("api/v1/others/", Others.as_view()), *project_urls]


def get(address: str, **parameters: str) -> Any:
    response = Client().get(address, parameters)
    assert response.status_code == 200, response.content
    return response.json()


def names(page: Any) -> list[str]:
    return [row["headline"] for row in page["results"]]


def walk(page: Any, direction: str) -> list[list[str]]:
    pages = [names(page)]
    while page[direction]:
        page = get(page[direction])
        pages.append(names(page))
    return pages


@pytest.fixture
def eleven() -> list[str]:
    made = [make_article(f"Bridge {number:02}", section="ab"[number % 2]) for number in range(11)]
    return [article.headline for article in sorted(made, key=lambda a: (a.section, -a.pk.int))]


def test_pages_follow_each_other_and_lead_back(eleven: list[str]) -> None:
    first = get(URL, page_size="4")

    forward = walk(first, "next")
    last = get(first["next"])
    last = get(last["next"])
    backward = walk(last, "previous")

    assert forward == [eleven[:4], eleven[4:8], eleven[8:]]
    assert backward == [eleven[8:], eleven[4:8], eleven[:4]]
    assert first["previous"] is None


def test_nothing_is_left_out_or_shown_twice_while_rows_come_and_go(eleven: list[str]) -> None:
    first = get(URL, page_size="4")
    for number in range(5):
        make_article(f"New {number}", section="")  # comes before everything that was shown
    shown = Article.objects.get(current__headline=eleven[3])
    Article.objects.filter(pk=shown.pk).update(section="zz")  # the very row that the cursor names

    following = get(first["next"])

    assert names(following) == eleven[4:8]


def test_a_page_of_the_whole_list_has_no_neighbours(eleven: list[str]) -> None:
    page = get(URL)

    assert (page["next"], page["previous"], names(page)) == (None, None, eleven)


@pytest.mark.parametrize("size", ["0", "201", "-1", "many", "1.5", "٣", "9" * 30, "", "%00", "\0"])
def test_a_size_that_no_page_has_is_422(size: str) -> None:
    response = Client().get(URL, {"page_size": size})

    assert response.status_code == 422
    assert response.headers["Content-Type"] == "application/problem+json"
    assert "page_size" in response.json()["errors"]


def test_a_cursor_that_was_made_up_or_is_of_another_list_is_422(eleven: list[str]) -> None:
    mine = get(URL, page_size="4")["next"].partition("cursor=")[2]

    for cursor in ("", "x", "cD0yMDIz", mine[:-1], mine + "A", "\0", "ключ"):
        assert Client().get(URL, {"cursor": cursor}).status_code == 422
    assert Client().get(f"/api/v1/others/?cursor={mine}").status_code == 422
    assert Client().get(f"{URL}?cursor={mine}").status_code == 200


def test_a_parameter_that_the_call_does_not_know_is_422_and_says_which_there_are() -> None:
    response = Client().get(URL, {"pagesize": "4"})

    assert response.status_code == 422
    assert "page_size" in response.json()["errors"]["pagesize"][0]


def test_only_the_fields_that_are_asked_for_are_given(eleven: list[str]) -> None:
    page = get(URL, fields="slug, headline", page_size="1")
    one = get(URL, fields="headline", page_size="1")

    assert page["results"][0].keys() == {"slug", "headline"}
    assert one["results"][0].keys() == {"headline"}


@pytest.mark.parametrize("fields", ["nothing", "slug,nothing", ",", "slug,", "\0", "__class__"])
def test_an_unknown_field_is_422(fields: str) -> None:
    response = Client().get(URL, {"fields": fields})

    assert response.status_code == 422
    assert "fields" in response.json()["errors"]


def test_what_the_client_has_is_not_sent_again(eleven: list[str]) -> None:
    first = Client().get(URL)
    etag = first.headers["ETag"]

    again = Client().get(URL, headers={"if-none-match": f'"other", W/{etag}'})
    fewer = Client().get(URL, {"page_size": "4"})
    make_article("A new one")
    changed = Client().get(URL, headers={"if-none-match": etag})

    assert not etag.startswith("W/")
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
    assert fewer.headers["ETag"] != etag
    assert (changed.status_code, changed.headers["ETag"] != etag) == (200, True)


def test_only_json_is_spoken(eleven: list[str]) -> None:
    response = Client().get(URL, headers={"accept": "text/csv"})

    assert response.status_code == 406
    assert response.headers["Content-Type"] == "application/problem+json"


def test_who_may_not_call_learns_nothing_of_parameters() -> None:
    response = Client().get("/api/v1/cases/", {"statsu": "open"})

    assert response.status_code == 401


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
def test_a_method_that_the_call_does_not_have_is_405_whatever_comes_with_it(method: str) -> None:
    response = getattr(Client(), method)("/api/v1/articles/?page_size=x")

    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD"
    assert response.headers["Content-Type"] == "application/problem+json"


def test_the_address_does_not_choose_the_media_type() -> None:
    response = Client().get("/api/v1/articles/?format=xml")

    assert response.status_code == 422
    assert "format" in response.json()["errors"]


def test_white_space_is_no_value(eleven: list[str]) -> None:
    for parameters in ({"section": " "}, {"cursor": " "}, {"fields": "\t"}):
        assert Client().get("/api/v1/articles/", parameters).status_code == 422
