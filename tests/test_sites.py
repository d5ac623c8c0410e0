"""Other sites with our script: who may send, what their pages may read, and what an operator sets."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from articles.models import Article
from corrections.actions import claim_case, reject_case, submit_report, withdraw_correction
from corrections.anchoring import Quote
from corrections.models import Report, Resolution, Site
from tests.desk import make_article, make_case, make_editor, report
from tests.public import correct

pytestmark = pytest.mark.django_db
URL = "/api/v1/reports/"
ORIGIN = "https://partner.example"
PAGE = f"{ORIGIN}/news/a-bridge/"


@pytest.fixture
def site() -> Site:
    return Site.objects.create(name="Partner", key="partner-key", origins=f"{ORIGIN}\nhttps://www.partner.example:8443")


@pytest.fixture
def article() -> Article:
    return make_article(canonical_url=PAGE)


def send(key: str = "partner-key", origin: str | None = ORIGIN, **changes: Any) -> Any:
    body = {"url": PAGE, "quote": {"exact": "teh"}, **changes}
    headers = {"origin": origin} if origin else None
    return Client().post(f"{URL}?site={key}", json.dumps(body), content_type="application/json", headers=headers)


def preflight(key: str, origin: str, address: str = URL) -> Any:
    headers = {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type,idempotency-key",
    }
    return Client().options(f"{address}?site={key}", headers=headers)


def test_a_page_of_a_known_site_sends_a_report_and_may_read_the_answer(site: Site, article: Article) -> None:
    response = send()

    assert response.status_code == 202
    assert response["Access-Control-Allow-Origin"] == ORIGIN
    assert "origin" in response["Vary"].lower()
    assert "Retry-After" in response["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in response
    assert not response.cookies
    report = Report.objects.get()
    assert (report.site, report.article, report.url) == (site, article, PAGE)


def test_the_browser_is_told_beforehand_what_such_a_page_may_send(site: Site) -> None:
    response = preflight("partner-key", ORIGIN)

    assert response.status_code == 200
    assert response["Access-Control-Allow-Origin"] == ORIGIN
    allowed = response["Access-Control-Allow-Headers"].lower().split(", ")
    assert {"content-type", "idempotency-key"} == set(allowed)
    assert "POST" in response["Access-Control-Allow-Methods"]
    assert int(response["Access-Control-Max-Age"]) > 0
    assert "origin" in response["Vary"].lower()


@pytest.mark.parametrize(
    ("key", "origin"),
    [
        ("partner-key", "https://evil.example"),
        ("partner-key", "http://partner.example"),
        ("partner-key", "https://partner.example:444"),
        ("partner-key", "https://sub.partner.example"),
        ("partner-key", "https://partner.example.evil.example"),
        ("partner-key", "null"),
        ("partner-key", "http://testserver"),
        ("partner-key", None),
        ("another-key", ORIGIN),
        ("", ORIGIN),
    ],
)
def test_any_other_origin_is_refused_and_may_read_nothing(
    site: Site, article: Article, key: str, origin: str | None
) -> None:
    response = send(key, origin)

    assert response.status_code == 403
    assert response["Content-Type"] == "application/problem+json"
    assert "Access-Control-Allow-Origin" not in response
    assert "origin" in response["Vary"].lower()
    assert "Access-Control-Allow-Origin" not in preflight(key, origin or "")
    assert not Report.objects.exists()


def test_a_site_that_is_switched_off_sends_nothing(site: Site, article: Article) -> None:
    site.active = False
    site.save()

    response = send()

    assert response.status_code == 403
    assert "Access-Control-Allow-Origin" not in response


def test_problems_can_be_read_by_the_page_that_caused_them(site: Site, article: Article) -> None:
    invalid, unknown = send(quote={"exact": ""}), send(url="https://elsewhere.example/")

    assert (invalid.status_code, unknown.status_code) == (422, 404)
    assert invalid["Access-Control-Allow-Origin"] == unknown["Access-Control-Allow-Origin"] == ORIGIN


def test_only_the_intake_of_reports_is_open_to_other_sites(site: Site) -> None:
    for address in ("/", "/admin/", "/api/v1/", "/receipts/x/", "/api/v1/schema/"):
        response = Client().get(f"{address}?site=partner-key", headers={"origin": ORIGIN})

        assert "Access-Control-Allow-Origin" not in response
        assert "origin" not in response.get("Vary", "").lower()


def test_all_readers_of_a_site_together_have_a_limit_too(site: Site, article: Article) -> None:
    Site.objects.update(reports_per_minute=2)
    for reader in ("a", "b"):
        submit_report(article, Quote("teh"), site=site, reader=reader)

    response = send()

    assert response.status_code == 429
    assert 1 <= int(response["Retry-After"]) <= 60
    assert response["Access-Control-Allow-Origin"] == ORIGIN
    assert "Retry-After" in response["Access-Control-Expose-Headers"]
    assert send("", "http://testserver").status_code == 202  # our own readers are not held up


def test_the_site_of_a_report_never_changes(site: Site, article: Article) -> None:
    report = submit_report(article, Quote("teh"), site=site)

    with pytest.raises(IntegrityError, match="kept as received"), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(site=None)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://partner.example", ["https://partner.example"]),
        ("HTTPS://Partner.Example/", ["https://partner.example"]),
        (
            "https://partner.example:443\nhttp://partner.example:80",
            ["https://partner.example", "http://partner.example"],
        ),
        ("https://partner.example:8443", ["https://partner.example:8443"]),
        ("https://газета.укр", ["https://xn--80aahjj1e.xn--j1amh"]),
        ("http://[::1]:8001", ["http://[::1]:8001"]),
        ("https://a.example\n\n  https://a.example\r\nhttps://b.example", ["https://a.example", "https://b.example"]),
    ],
)
def test_origins_are_kept_as_browsers_write_them(typed: str, kept: list[str]) -> None:
    site = Site(name="Partner", origins=typed)

    site.full_clean()

    assert site.origins.split("\n") == kept
    assert all(site.allows(origin) for origin in kept)


@pytest.mark.parametrize(
    "typed",
    [
        "", "partner.example", "*", "https://*", "https://partner.example/news", "https://me:secret@partner.example",
        "ftp://partner.example", "javascript:alert(1)", "https://", "https://partner.example:port", "https://a?b",
        "null", "https://a#b", "https://[::1", "https://a..b", "https://*.partner.example",
    ],
)  # fmt: skip
def test_what_is_no_exact_origin_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError) as error:
        Site(name="Partner", origins=typed).full_clean()

    assert set(error.value.message_dict) == {"origins"}


def test_a_chief_editor_adds_a_site_and_gets_the_tag_for_its_pages(client: Client) -> None:
    client.force_login(make_editor("chief", "Chief editors"))

    added = client.post(
        "/admin/corrections/site/add/",
        {"name": "Partner", "origins": "https://Partner.example/", "active": "on", "reports_per_minute": "60"},
    )

    assert added.status_code == 302
    site = Site.objects.get()
    page = client.get(f"/admin/corrections/site/{site.pk}/change/").content.decode()
    assert f"report.js&quot; data-site=&quot;{site.key}&quot; async" in page
    assert len(site.key) >= 16


def test_a_site_with_reports_cannot_be_deleted_and_editors_cannot_change_sites(
    client: Client, site: Site, article: Article
) -> None:
    client.force_login(User.objects.create_superuser("admin"))
    address = f"/admin/corrections/site/{site.pk}/"
    assert client.get(f"{address}delete/").status_code == 200

    submit_report(article, Quote("teh"), site=site)

    assert client.get(f"{address}delete/").status_code == 403
    client.force_login(make_editor())
    assert client.get(f"{address}change/").status_code == 403


def test_the_script_may_be_loaded_and_kept_by_pages_of_other_sites(client: Client) -> None:
    response = client.get("/static/corrections/report.js", headers={"origin": ORIGIN})
    style = client.get("/static/newsroom/site.css")
    response.close()
    style.close()

    assert response.status_code == 200
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "max-age=3600" in response["Cache-Control"]
    assert response["Content-Type"].startswith("text/javascript")
    assert "Cross-Origin-Resource-Policy" not in style


def test_a_site_with_u0000_in_its_key_is_refused(client: Client) -> None:
    response = client.post("/api/v1/reports/?site=%00", "{}", content_type="application/json")

    assert response.status_code == 422
    assert "site" in response.json()["errors"]


def passages(url: str = PAGE, key: str = "partner-key", origin: str | None = ORIGIN) -> Any:
    headers = {"origin": origin} if origin else None
    return Client().get("/api/v1/passages/", {"url": url, "site": key} if key else {"url": url}, headers=headers)


def test_a_page_is_told_where_reports_and_corrections_stand_and_nothing_that_readers_wrote(
    site: Site, article: Article
) -> None:
    correct(article, "300 guests", "3,000 guests", notice="There were 3,000.")
    report(article, "teh", suggestion="my secret suggestion", comment="my secret comment", email="me@example.org")

    response = passages()

    assert response.status_code == 200
    assert response["Access-Control-Allow-Origin"] == ORIGIN
    assert "max-age=60" in response["Cache-Control"]
    content = response.json()
    assert content["revision"] == 2
    assert [(one["kind"], one["part"], one["exact"]) for one in content["passages"]] == [
        ("reported", "body", "teh"),
        ("corrected", "body", "3,000 guests"),
    ]
    assert content["passages"][0]["prefix"].endswith("opened ")
    assert content["passages"][0]["suffix"].startswith(" bridge")
    assert "secret" not in response.content.decode()
    assert "example.org" not in response.content.decode()


def test_decided_lost_and_withdrawn_ones_are_not_shown(site: Site, article: Article) -> None:
    editor = make_editor()
    decided = make_case("teh", article)
    claim_case(decided, by=editor)
    reject_case(decided, reason=Resolution.NOT_AN_ERROR, by=editor)
    report(article, "nobody wrote this")
    withdraw_correction(correct(article, "300 guests", "3,000 guests"), reason="It was right.", by=editor)

    assert passages().json()["passages"] == []


def test_a_page_of_an_article_that_we_do_not_have_gets_no_passages(site: Site) -> None:
    response = passages("https://partner.example/unknown/")

    assert (response.status_code, response.json()) == (200, {"revision": None, "passages": []})
    assert not Article.objects.exists()


def test_passages_are_for_allowed_origins_alone(site: Site, article: Article) -> None:
    assert passages(origin="https://evil.example").status_code == 403
    assert passages(key="", origin=None).status_code == 200
