"""Reports about articles that we do not have: they wait as lost, and find their passage when the article comes in."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from articles.actions import Text, await_article, create_article, revise_article, upsert_article, withdraw_article
from articles.models import Article
from corrections import fetching, jobs, tasks
from corrections.actions import (
    claim_case,
    confirm_address,
    reanchor_cases,
    reject_case,
    submit_report,
    triage_report,
)
from corrections.anchoring import Quote
from corrections.models import Case, Job, Outcome, Report, Resolution, Site
from tests.desk import make_article, make_editor
from tests.outside import Behaviour, Server, reply, serving

pytestmark = pytest.mark.django_db
ORIGIN = "https://partner.example"
PAGE = f"{ORIGIN}/news/a-bridge-opens/"
BODY = "<p>The mayor opened teh bridge on Monday. It cost five million.</p>"
HTML = (
    '<!doctype html><html lang="en"><head><title>A bridge opens | Partner</title>'
    '<link rel="canonical" href="https://victim.example/other/"></head><body><nav>Menu</nav><article>'
    f"<h1>A bridge opens</h1>{BODY}<p>Hundreds of people came to see it, and many of them stayed until the evening.</p>"
    "</article></body></html>"
).encode()


@pytest.fixture
def site() -> Site:
    return Site.objects.create(name="Partner", key="partner-key", origins=ORIGIN)


def send(url: str = PAGE, *, key: str = "partner-key", origin: str = ORIGIN, **changes: Any) -> Any:
    body = {"url": url, "quote": {"exact": "teh", "prefix": "opened ", "suffix": " bridge"}, **changes}
    return Client().post(
        f"/api/v1/reports/?site={key}", json.dumps(body), content_type="application/json", headers={"origin": origin}
    )


def do(kind: str) -> None:
    """Do the jobs of a kind, whenever they are due."""
    for job in Job.objects.pending().filter(kind=kind):
        Job.objects.filter(pk=job.pk).update(due_at=job.created_at)
        getattr(tasks, kind)(job.pk, job.attempts)


def arrive(canonical_url: str = PAGE, body: str = BODY, headline: str = "A bridge opens") -> Article:
    """Have a CMS send the article."""
    text = Text(headline=headline, body=body)
    return upsert_article(text, source="cms", external_id="17", canonical_url=canonical_url).article


def test_a_report_about_an_unknown_article_waits_as_lost_in_the_queue(client: Client, site: Site) -> None:
    response = send(language="uk")
    do("triage_report")

    assert response.status_code == 202
    report = Report.objects.get()
    assert (report.article.status, report.article.canonical_url, report.article.language) == ("awaited", PAGE, "uk")
    case = report.case
    assert case is not None
    assert (case.status, case.outcome, case.exact) == ("open", "lost", "teh")
    client.force_login(make_editor())
    assert "teh" in client.get("/admin/").content.decode()
    page = client.get(case.get_absolute_url()).content.decode()
    assert "We do not have this article yet" in page
    assert f'href="{PAGE}"' in page
    assert "Partner" in page
    assert f'href="{PAGE}' in client.get(report.get_absolute_url()).content.decode()


def test_no_reader_sees_an_awaited_article(client: Client, site: Site) -> None:
    send()
    article = Article.objects.get()

    address = f"/articles/{article.slug}/"
    for page in (address, f"{address}report/", f"{address}history/"):
        assert client.get(page).status_code == 404
    for page in ("/", "/sitemap.xml"):
        assert article.slug not in client.get(page).content.decode()
    own = {"article": str(article.pk), "quote": {"exact": "teh"}}
    assert client.post("/api/v1/reports/", json.dumps(own), content_type="application/json").status_code == 404


def test_the_passage_is_found_as_soon_as_the_article_is_imported(client: Client, site: Site) -> None:
    send()
    do("triage_report")

    article = arrive()
    do("reanchor_article")

    assert (article.status, article.text.number, article.source) == ("published", 1, "cms")
    case = Case.objects.get()
    assert (case.article, case.outcome, case.passage_text) == (article, "exact", "teh")
    assert Article.objects.count() == 1
    history = client.get(f"/articles/{article.slug}/history/").content.decode()
    assert "Revision 1" in history
    assert "Revision 0" not in history
    assert client.get(f"/articles/{article.slug}/history/0/1/").status_code == 404


def test_a_report_that_was_not_triaged_before_the_article_came_is_triaged_then(site: Site) -> None:
    send()

    arrive()
    do("triage_report")

    assert Case.objects.get().outcome == Outcome.EXACT


def test_words_of_the_headline_are_found_though_the_page_could_not_say_where_they_stand(site: Site) -> None:
    send(quote={"exact": "bridge opens"})
    do("triage_report")

    arrive()
    do("reanchor_article")

    assert (Case.objects.get().part, Case.objects.get().outcome) == ("headline", "exact")


def test_two_reports_that_turn_out_to_be_about_one_place_become_one_case(site: Site) -> None:
    send()
    send(quote={"exact": "teh bridge", "prefix": "mayor opened "})
    send(quote={"exact": "five", "prefix": "cost "})
    do("triage_report")
    assert Case.objects.unresolved().count() == 3

    arrive()
    do("reanchor_article")

    assert sorted(Case.objects.unresolved().values_list("report_count", flat=True)) == [1, 2]


def test_a_case_that_an_editor_holds_is_not_merged_away(site: Site) -> None:
    send()
    send(quote={"exact": "teh bridge", "prefix": "mayor opened "})
    do("triage_report")
    claim_case(Case.objects.latest("pk"), by=make_editor())

    arrive()
    do("reanchor_article")

    assert Case.objects.unresolved().count() == 2


def test_an_article_that_came_in_without_the_error_closes_its_case(site: Site) -> None:
    send(suggestion="the")
    do("triage_report")

    arrive(body=BODY.replace("teh", "the"))
    do("reanchor_article")

    assert Case.objects.get().resolution == "already_fixed"


@pytest.mark.parametrize(
    ("reported", "imported"),
    [
        (PAGE, PAGE.rstrip("/")),
        (PAGE.rstrip("/"), PAGE),
        (f"{PAGE}?utm_source=mail&utm_medium=x#top", PAGE),
        (f"{ORIGIN}/?p=17&fbclid=abc", f"{ORIGIN}/?p=17"),
    ],
)
def test_spellings_of_one_address_are_one_article(site: Site, reported: str, imported: str) -> None:
    send(reported)
    article = arrive(imported)

    send(reported)

    assert Article.objects.count() == 1
    assert set(Report.objects.values_list("article", flat=True)) == {article.pk}


def test_reports_about_one_unknown_address_share_one_place(site: Site) -> None:
    assert {send().status_code, send(quote={"exact": "five"}).status_code} == {202}

    assert Article.objects.count() == 1
    assert await_article(PAGE) == Article.objects.get()


def test_an_article_that_an_editor_writes_takes_the_place_too(site: Site) -> None:
    send()

    article = create_article(Text(headline="A bridge opens", body=BODY), canonical_url=PAGE)

    assert Article.objects.get() == article
    assert article.status == "published"


def test_the_place_becomes_the_article_when_somebody_writes_its_text_there(site: Site) -> None:
    send()
    article = Article.objects.get()

    revision = revise_article(article, Text(headline="A bridge opens", body=BODY), expected=0)

    assert revision is not None
    assert (article.status, revision.number) == ("published", 1)


@pytest.mark.parametrize(
    "url", ["https://elsewhere.example/a/", "http://partner.example/a/", "javascript:alert(1)", "a"]
)
def test_a_site_reports_unknown_articles_of_its_own_alone(site: Site, url: str) -> None:
    assert send(url).status_code == 404
    assert not Article.objects.exists()


def test_our_own_pages_await_nothing() -> None:
    assert send(key="", origin="http://testserver").status_code == 404


def test_a_withdrawn_article_is_not_awaited(site: Site) -> None:
    withdraw_article(make_article(canonical_url=PAGE))

    assert send().status_code == 404


@contextmanager
def partner(settings: Any, behave: Behaviour, *, may_fetch: bool = True) -> Iterator[tuple[Server, str]]:
    """Run a partner's server whose articles we may fetch; give it with the address of an article."""
    settings.OUTGOING_PRIVATE = ["127.0.0.1"]
    with serving(behave) as server:
        settings.OUTGOING_PORTS = [80, 443, server.port]
        origin = server.url.rstrip("/")
        Site.objects.create(name="Local", key="local", origins=origin, may_fetch=may_fetch)
        yield server, f"{origin}/news/a-bridge-opens/"


def report_from(url: str) -> Report:
    origin = "/".join(url.split("/")[:3])
    assert send(url, key="local", origin=origin).status_code == 202
    return Report.objects.latest("received_at")


def test_an_article_of_a_site_that_lets_us_is_fetched_and_its_report_triaged(settings: Any) -> None:
    with partner(settings, reply(200, HTML, Content_Type="text/html; charset=utf-8")) as (server, url):
        report = report_from(url)
        assert not server.requests, "a request must not wait for another server"
        waiting = Job.objects.get(kind="triage_report")
        assert waiting.due_at > report.received_at  # the article comes first

        do("fetch_article")

    report.refresh_from_db()
    assert report.case is not None
    assert (report.case.outcome, report.case.passage_text) == ("exact", "teh")
    article = Article.objects.get()
    assert (article.status, article.headline) == ("published", "A bridge opens")
    # Whose article it is, the page cannot say.
    assert (article.canonical_url, article.source, article.external_id) == (url, "127.0.0.1", url)
    do("triage_report")
    assert Case.objects.get().report_count == 1


def test_an_article_of_a_site_that_does_not_let_us_is_never_asked_for(settings: Any) -> None:
    with partner(settings, reply(200, HTML), may_fetch=False) as (server, url):
        report_from(url)
        do("fetch_article")
        do("triage_report")

        fetching.fetch_article(Article.objects.get())

    assert server.connections == 0
    assert Case.objects.get().outcome == Outcome.LOST


@pytest.mark.parametrize(
    ("behave", "reason"),
    [
        (reply(404, b"gone"), "answered 404"),
        (reply(503, b"later"), "answered 503"),
        (reply(200, b"<html><body><p>Sign in to read on.</p></body></html>"), "headline"),
        (reply(302, b"", Location="https://victim.example/"), "another site"),
        (reply(302, b"", Location="/news/round-and-round/"), "answered 302"),
        (reply(200, b"x" * (fetching.LARGEST_PAGE + 1)), "larger than"),
    ],
)
def test_what_gives_no_article_leaves_the_report_to_the_desk_as_lost(
    settings: Any, behave: Behaviour, reason: str
) -> None:
    with partner(settings, behave) as (_, url):
        report_from(url)
        do("fetch_article")
    do("triage_report")

    assert reason in Job.objects.get(kind="fetch_article").last_error
    assert Case.objects.get().outcome == Outcome.LOST
    assert Article.objects.get().status == "awaited"


def test_an_article_that_could_not_be_fetched_is_tried_again_and_again_later(settings: Any) -> None:
    with partner(settings, reply(503, b"later")) as (server, url):
        first = report_from(url)
        for _ in range(jobs.ATTEMPTS):
            do("fetch_article")
        do("triage_report")
    assert len(server.requests) == jobs.ATTEMPTS
    assert Job.objects.get(kind="fetch_article").parked_at is not None

    with partner_again(settings, url, reply(200, HTML)) as server:
        report_from(url)  # at once: the address is left alone for a while
        do("fetch_article")
        assert len(server.requests) == 0
        with time_machine.travel(timezone.now() + timedelta(hours=2)):
            report_from(url)
            do("fetch_article")

    assert len(server.requests) == 1
    first.refresh_from_db()
    assert Article.objects.get().status == "published"
    assert first.case is not None
    assert Report.objects.exclude(case=None).count() == 3
    case = Case.objects.get()
    assert (case.passage_text, case.report_count) == ("teh", 3)


@contextmanager
def partner_again(settings: Any, url: str, behave: Behaviour) -> Iterator[Server]:
    """Have the partner's server behave in another way."""
    port = int(url.split("/")[2].rpartition(":")[2])
    with serving(behave, port=port) as server:
        yield server


def test_the_question_about_an_awaited_article_repeats_nothing_of_its_address(site: Site) -> None:
    send(f"{ORIGIN}/buy-my-pills/", email="somebody@example.org")

    do("ask_to_confirm")

    (letter,) = mail.outbox
    for text in (letter.body, str(letter.alternatives[0][0])):
        assert "an article of Partner" in text
        assert "pills" not in text


def test_the_answer_about_an_awaited_article_says_where_it_stands(client: Client, site: Site) -> None:
    send(email="reader@example.org")
    do("triage_report")
    report, editor = Report.objects.get(), make_editor()
    assert report.address is not None
    assert report.case is not None
    confirm_address(report.address)
    claim_case(report.case, by=editor)
    reject_case(report.case, reason=Resolution.OUT_OF_SCOPE, by=editor)

    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        do("answer_readers")
        do("mail_answer")

    letter = mail.outbox[-1]
    assert letter.subject == "Your report: out of scope. “partner.example/news/a-bridge-opens/”"
    assert "passage of “partner.example/news/a-bridge-opens/”" in letter.body
    assert PAGE in letter.body  # the way to the passage


def test_our_own_network_is_never_asked(settings: Any) -> None:
    with partner(settings, reply(200, HTML)) as (server, url):
        settings.OUTGOING_PRIVATE = []
        report_from(url)
        do("fetch_article")

    assert server.connections == 0
    assert "TargetRefused" in Job.objects.get(kind="fetch_article").last_error


def test_reanchoring_an_awaited_article_changes_nothing(site: Site) -> None:
    article = await_article(PAGE)
    triage_report(submit_report(article, Quote("teh"), site=site))

    reanchor_cases(article.text)

    assert Case.objects.get().outcome == Outcome.LOST
