"""A reader without JavaScript reports an error by a form; the rules are those of the API."""

import pytest
from django.test import Client
from pytest_django import Settings

from articles.actions import withdraw_article
from corrections.actions import triage_report
from corrections.models import Case, Job, Report
from tests.desk import make_article
from tests.public import ATTACK

pytestmark = pytest.mark.django_db


def address(**more: str) -> str:
    return make_article(**more).get_absolute_url() + "report/"


def test_a_report_is_kept_and_its_reader_led_to_the_receipt(client: Client) -> None:
    form = address(language="uk")
    typed = {
        "exact": "300 guests",
        "suggestion": "3,000 guests",
        "category": "fact",
        "comment": "I counted.\r\nTwice.",
        "email": "reader@example.org",
        "revision": "1",
        "website": "",
    }

    response = client.post(form, typed, headers={"origin": "http://testserver"})

    report = Report.objects.get()
    assert (response.status_code, response["Location"]) == (302, report.get_absolute_url())
    assert response["Cache-Control"] == "no-store"
    assert (report.exact, report.suggestion, report.category) == ("300 guests", "3,000 guests", "fact")
    assert (report.comment, report.email, report.language) == ("I counted.\nTwice.", "reader@example.org", "uk")
    assert report.revision_number == 1
    assert report.reader
    assert set(Job.objects.exclude(kind="count_words").values_list("kind", "subject_id")) == {
        ("triage_report", str(report.pk)),
        ("ask_to_confirm", str(report.pk)),
    }
    triage_report(report)
    assert Case.objects.get().passage_text == "300 guests"


def test_only_the_quote_is_needed(client: Client) -> None:
    assert client.post(address(), {"exact": "teh"}).status_code == 302
    assert Report.objects.get().exact == "teh"


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("exact", "", "Tell us which words you mean."),
        ("exact", " \n ", "Tell us which words you mean."),
        ("exact", "x" * 2001, "at most 2000 characters; these are 2001"),
        ("suggestion", "x" * 4001, "at most 4000 characters"),
        ("comment", "x" * 4001, "at most 4000 characters"),
        ("email", "not an address", "email"),
        ("category", "nonsense", "nonsense"),
        ("comment", "nul\x00byte", "Null characters"),
    ],
)
def test_an_error_stands_beside_its_field_and_nothing_typed_is_lost(
    client: Client, field: str, value: str, message: str
) -> None:
    typed = {"exact": "300 guests", "suggestion": "my suggestion", "comment": "my comment", "email": "a@example.org"}

    response = client.post(address(), typed | {field: value})

    page = response.content.decode()
    assert response.status_code == 422
    assert message in page
    assert f'id="id_{field}_error"' in page
    assert f'aria-describedby="id_{field}_error"' in page or f'_helptext id_{field}_error"' in page
    for kept, words in typed.items():
        assert kept == field or words in page
    assert not Report.objects.exists()
    assert response["Cache-Control"] == "no-store"


def test_the_longest_report_is_taken(client: Client) -> None:
    client.post(address(), {"exact": "є" * 2000, "suggestion": "x" * 4000, "comment": "x" * 4000})

    assert len(Report.objects.get().exact) == 2000


def test_a_line_break_counts_once(client: Client) -> None:
    client.post(address(), {"exact": "one\r\ntwo"})

    assert Report.objects.get().exact == "one\ntwo"


def test_the_form_is_the_same_for_every_reader_and_holds_no_token(client: Client) -> None:
    form = address()

    response = client.get(form)

    assert "csrfmiddlewaretoken" not in response.content.decode()
    assert "public" in response["Cache-Control"]
    assert not response.cookies
    assert "Vary" not in response or "Cookie" not in response["Vary"]


def test_a_form_that_was_cached_for_a_day_is_still_taken(client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)

    assert strict.post(address(), {"exact": "teh"}).status_code == 302


def test_a_form_of_another_site_is_not_taken_but_kept_for_the_reader(client: Client) -> None:
    response = client.post(address(), {"exact": "300 guests"}, headers={"origin": "https://elsewhere.example"})

    assert response.status_code == 403
    assert "another site" in response.content.decode()
    assert "300 guests" in response.content.decode()
    assert not Report.objects.exists()


def test_too_many_reports_are_put_off_and_not_lost(client: Client, settings: Settings) -> None:
    settings.REPORTS_PER_MINUTE = 2
    form = address()
    for _ in range(2):
        client.post(form, {"exact": "teh"})

    response = client.post(form, {"exact": "300 guests"})

    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 60
    assert "300 guests" in response.content.decode()
    assert Report.objects.count() == 2


def test_what_a_program_fills_in_is_not_stored_and_who_is_none_can_empty_the_field(client: Client) -> None:
    response = client.post(address(), {"exact": "buy now", "website": "https://spam.example"})

    assert response.status_code == 422
    assert not Report.objects.exists()
    page = response.content.decode()
    assert "keep programs out" in page
    assert "buy now" in page
    assert 'class="trap"' not in page


def test_there_is_no_form_for_an_article_that_is_gone(client: Client) -> None:
    article = make_article()
    withdraw_article(article)

    assert client.get(article.get_absolute_url() + "report/").status_code == 404
    answer = client.post(article.get_absolute_url() + "report/", {"exact": "teh", "comment": "I have looked it up."})
    assert answer.status_code == 404
    assert "was withdrawn while you were writing" in answer.content.decode()
    assert "I have looked it up." in answer.content.decode()  # nothing typed is lost
    assert answer["Cache-Control"] == "no-store"
    assert client.post("/articles/nothing/report/", {"exact": "teh"}).status_code == 404


def test_the_quote_can_come_with_the_address(client: Client) -> None:
    assert ">\n300 guests</textarea>" in client.get(address() + "?quote=300+guests").content.decode()


def test_markup_that_was_typed_is_shown_not_run(client: Client) -> None:
    form = address(headline=ATTACK)
    typed = {"exact": ATTACK, "suggestion": ATTACK, "comment": ATTACK, "email": ATTACK, "category": ATTACK}

    for page in (client.post(form, typed).content.decode(), client.get(form, {"quote": ATTACK}).content.decode()):
        assert "<script>alert" not in page
        assert "<img src=x" not in page
