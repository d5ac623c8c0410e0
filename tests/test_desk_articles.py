"""Articles are written in the admin, every saved text a revision made by an action; records stay as they are."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from articles.actions import Text, revise_article
from articles.models import Article
from corrections import actions
from corrections.models import Correction, Event, Job, LogEntry, Report
from corrections.policy import Kind, Severity
from tests.desk import BODY, make_article, make_case, make_editor

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(make_editor())
    return client


def form_of(desk: Client, address: str, **more: Any) -> dict[str, Any]:
    """Give what the browser would send back of a form that was opened."""
    form = desk.get(address).context["adminform"].form
    values = {field.html_name: field.value() for field in form}
    values["published_at"] = form["published_at"].value().strftime("%Y-%m-%dT%H:%M:%S")
    return {name: value for name, value in values.items() if value is not None} | more


def change_address(article: Article) -> str:
    return reverse("admin:articles_article_change", args=[article.pk])


def test_an_article_is_added_with_its_first_revision(desk: Client) -> None:
    address = reverse("admin:articles_article_add")

    answer = desk.post(
        address,
        form_of(
            desk, address, headline="A <b>bold</b> start", body="<p>Text.</p><script>alert(1)</script>", language="uk"
        ),
    )

    article = Article.objects.get()
    assert answer.status_code == 302
    assert (article.text.number, article.headline, article.language) == (1, "A <b>bold</b> start", "uk")
    assert article.text.body == "<p>Text.</p>"
    assert article.text.created_by is not None


def test_the_byline_names_the_authors_of_a_new_article_unless_others_are_chosen(desk: Client) -> None:
    address = reverse("admin:articles_article_add")
    marta = User.objects.create_user("marta", first_name="Marta", last_name="Lind")
    petro = User.objects.create_user("petro")

    desk.post(address, form_of(desk, address, headline="By Marta", body="<p>Text.</p>", byline="Marta Lind"))
    desk.post(
        address,
        form_of(desk, address, headline="By Petro", body="<p>Text.</p>", byline="Marta Lind", authors=[petro.pk]),
    )

    authors = {article.headline: list(article.authors.all()) for article in Article.objects.with_text()}
    assert authors == {"By Marta": [marta], "By Petro": [petro]}


def test_saving_an_article_makes_the_next_revision_and_touches_nothing_else(desk: Client) -> None:
    article = make_article(section="City")

    desk.post(
        change_address(article), form_of(desk, change_address(article), body=BODY.replace("teh", "the"), note="A slip")
    )

    saved = Article.objects.get()
    assert (saved.text.number, saved.text.note) == (2, "A slip")
    assert saved.text.body == BODY.replace("teh", "the")
    assert (saved.published_at, saved.section, saved.slug) == (article.published_at, "City", article.slug)


def test_saving_without_a_change_makes_no_revision(desk: Client) -> None:
    article = make_article()

    desk.post(change_address(article), form_of(desk, change_address(article), section="City"))

    article.refresh_from_db()
    assert (article.text.number, article.section) == (1, "City")


def test_saving_over_somebody_elses_revision_is_refused_and_what_was_typed_is_kept(desk: Client) -> None:
    article = make_article()
    typed = form_of(desk, change_address(article), body="<p>My text.</p>")
    revise_article(article, Text(headline="Theirs", body=BODY))

    answer = desk.post(change_address(article), typed)

    article.refresh_from_db()
    assert "it is at revision 2" in answer.content.decode()
    assert "My text." in answer.content.decode()
    assert (article.text.number, article.headline) == (2, "Theirs")


def test_an_article_without_prose_is_refused(desk: Client) -> None:
    address = reverse("admin:articles_article_add")

    answer = desk.post(address, form_of(desk, address, headline="Nothing", body="<script>alert(1)</script>"))

    assert "An article needs a body" in answer.content.decode()
    assert Article.objects.count() == 0


def test_nothing_that_is_recorded_can_be_added_changed_or_deleted_even_by_a_superuser(client: Client) -> None:
    root = User.objects.create_superuser("root")
    client.force_login(root)
    case = make_case()
    actions.claim_case(case, by=root)
    assert case.start is not None
    assert case.end is not None
    actions.correct_case(
        case, start=case.start, end=case.end, expected="teh", replacement="the", revision=1, kind=Kind.CORRECTION,
        severity=Severity.MINOR, notice="It said teh.", by=root,
    )  # fmt: skip

    for model in (Report, Event, Correction, LogEntry, Job):
        row = model._default_manager.first()
        assert row is not None
        name = f"admin:corrections_{model._meta.model_name}"
        assert client.get(reverse(f"{name}_changelist")).status_code == 200
        assert client.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200
        answers = [
            client.post(reverse(f"{name}_add")),
            client.post(reverse(f"{name}_change", args=[row.pk]), {"note": "x"}),
            client.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}),
        ]
        assert [answer.status_code for answer in answers] == [403, 403, 403], model
    revision = case.article.revisions.get(number=1)
    for verb in ("change", "delete"):
        assert client.post(reverse(f"admin:articles_revision_{verb}", args=[revision.pk])).status_code == 403


def test_the_secret_link_of_a_reader_is_not_shown_to_editors(desk: Client) -> None:
    case = make_case()
    report = case.reports.get()

    page = desk.get(reverse("admin:corrections_report_change", args=[report.pk])).content.decode()

    assert report.token not in page
