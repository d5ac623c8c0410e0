"""A text comes in, or is saved at the desk, in which an error that was corrected stands again."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from articles.actions import Text, revise_article
from articles.models import Article
from corrections.actions import (
    amend_correction,
    claim_case,
    find_regressions,
    reject_case,
    undo_case,
    withdraw_correction,
)
from corrections.models import Case, Correction, Event, Job, Resolution
from corrections.policy import Kind, Severity
from tests.api import call, get, make_service
from tests.desk import BODY, make_article, make_case, make_editor
from tests.public import an_editor, correct, correct_case

pytestmark = pytest.mark.django_db


def work() -> None:
    """Do what the workers would do about new revisions, in order."""
    from articles.models import Revision
    from corrections.actions import reanchor_cases

    actions = {"reanchor_article": reanchor_cases, "find_regressions": find_regressions}
    for job in Job.objects.filter(kind__in=actions, done_at=None).order_by("pk"):
        actions[job.kind](Revision.objects.get(pk=job.subject_id))
        job.done_at = job.due_at
        job.save()


def revise(article: Article, body: str, **more: str) -> None:
    article.refresh_from_db()
    revise_article(article, Text(headline=more.get("headline", article.headline), body=body))
    work()


def regressions() -> list[Case]:
    return list(Case.objects.filter(arrival=Case.Arrival.REGRESSION).order_by("pk"))


@pytest.fixture
def article() -> Article:
    return make_article()


def test_a_text_with_a_corrected_error_opens_a_case_that_names_the_correction(article: Article) -> None:
    made = correct(article, "300 guests", "3,000 guests", severity=Severity.SUBSTANTIVE)

    revise(article, BODY)

    (case,) = regressions()
    assert (case.status, case.regression_of, case.passage_text) == ("open", made, "300 guests")
    assert case.pk != made.case_id
    assert case.priority > 40
    assert case.due_at is not None
    event = case.events.get(kind=Event.Kind.REGRESSED)
    assert (event.data["number"], event.data["revision"]) == (made.number, 3)


def test_a_put_of_the_old_text_is_reported_as_a_regression() -> None:
    key = make_service()
    sent = {"headline": "A bridge opens", "body": BODY}
    first = call("PUT", "/articles/by-source/cms/1/", sent, key=key)
    made = correct(Article.objects.get(pk=first.json()["id"]), "teh", "the")
    work()

    response = call("PUT", "/articles/by-source/cms/1/", sent, key=key)
    work()

    assert (response.status_code, response.json()["revision"]) == (200, 3)
    (row,) = get("/cases/?arrival=regression&status=open", key=key)["results"]
    assert row["regression_of"]["number"] == made.number
    assert (row["regression_of"]["before"], row["regression_of"]["after"]) == ("teh", "the")


def import_again(path: Path, body: str) -> None:
    path.write_text(json.dumps({"external_id": "1", "headline": "A bridge opens", "body": body}))
    call_command("import_articles", str(path), verbosity=0, name="wire")
    work()


def test_a_repeated_import_of_the_same_text_undoes_no_correction_and_raises_nothing(tmp_path: Path) -> None:
    import_again(tmp_path / "a.json", BODY)
    correct(Article.objects.get(), "teh", "the")

    import_again(tmp_path / "a.json", BODY)

    assert "the bridge" in Article.objects.get().text.body
    assert regressions() == []


def test_an_import_of_another_text_with_the_old_error_raises_a_case(tmp_path: Path) -> None:
    import_again(tmp_path / "a.json", BODY)
    made = correct(Article.objects.get(), "teh", "the")

    import_again(tmp_path / "a.json", BODY.replace("The old bridge stays open.", "The old bridge will stay open."))

    assert [case.regression_of for case in regressions()] == [made]


def test_an_editor_who_brings_an_error_back_at_the_desk_raises_a_case(article: Article) -> None:
    made = correct(article, "300 guests", "3,000 guests")
    article.refresh_from_db()
    client = Client()
    client.force_login(make_editor("chief", "Chief editors"))
    form = {"headline": article.headline, "standfirst": "", "body": BODY, "note": "", "expected": "2"}
    form |= {"language": "en", "published_at": "2026-01-01T00:00:00", "section": "", "byline": "", "canonical_url": ""}

    client.post(f"/admin/articles/article/{article.pk}/change/", form)
    work()

    assert [case.regression_of for case in regressions()] == [made]


def test_there_is_one_case_for_a_correction_while_it_is_open(article: Article) -> None:
    correct(article, "300 guests", "3,000 guests")
    revise(article, BODY)
    (case,) = regressions()

    revise(article, BODY.replace("Monday", "Tuesday"))
    for job in Job.objects.filter(kind="find_regressions"):
        job.done_at = None
        job.save()
    work()

    assert regressions() == [case]


def test_what_an_editor_decided_about_a_regression_is_not_asked_again_of_the_same_text(article: Article) -> None:
    correct(article, "300 guests", "3,000 guests")
    revise(article, BODY)
    (case,) = regressions()
    editor = make_editor("second")
    claim_case(case, by=editor)
    reject_case(case, reason=Resolution.NOT_AN_ERROR, by=editor)

    revise(article, BODY.replace("Monday", "Tuesday"))

    assert regressions() == [case]


def test_an_error_that_goes_and_comes_back_once_more_raises_another_case(article: Article) -> None:
    correct(article, "300 guests", "3,000 guests")
    revise(article, BODY)
    revise(article, BODY.replace("300 guests", "3,000 guests"))
    (first,) = regressions()
    assert (first.status, first.resolution) == ("resolved", "already_fixed")

    revise(article, BODY)

    assert [case.status for case in regressions()] == ["resolved", "open"]


def test_a_case_that_readers_opened_at_the_place_becomes_the_regression(article: Article) -> None:
    made = correct(article, "300 guests", "3,000 guests")
    article.refresh_from_db()
    revise_article(article, Text(headline="A bridge opens", body=BODY))
    case = make_case("300 guests", article)

    work()

    assert [(found.pk, found.regression_of) for found in regressions()] == [(case.pk, made)]
    assert Case.objects.unresolved().count() == 1


@pytest.mark.parametrize(
    ("exact", "replacement", "old", "new"),
    [
        ("guilty", "not guilty", "<p>He was guilty of theft.</p>", "<p>He was not guilty of theft.</p>"),
        ("not guilty", "guilty", "<p>He was not guilty of theft.</p>", "<p>He was guilty of theft.</p>"),
        ("10", "100", "<p>It took 10 days.</p>", "<p>It took 100 days.</p>"),
        ("Kyiv", "Lviv", "<p>From Kyiv to Kyiv region.</p>", "<p>From Lviv to Kyiv region.</p>"),
        ("a a", "a", "<p>It was a a day of rain.</p>", "<p>It was a day of rain.</p>"),
    ],
)
def test_words_that_hold_each_other_are_told_apart(exact: str, replacement: str, old: str, new: str) -> None:
    article = make_article(body=old)
    correct(article, exact, replacement)
    assert Article.objects.get().text.body == new

    revise(article, new.replace("</p>", " More came.</p>"))
    unconcerned = regressions()
    revise(article, old.replace("</p>", " More came.</p>"))

    assert unconcerned == []
    assert len(regressions()) == 1


def test_text_around_may_change_and_the_error_be_in_the_headline(article: Article) -> None:
    case = make_case("bridge", article, part="headline")
    made = correct_case(case, "tunnel", severity=Severity.SERIOUS)

    revise(article, f"<p>News.</p>{BODY}", headline="A bridge opens")

    (found,) = regressions()
    assert (found.part, found.passage_text, found.regression_of) == ("headline", "bridge", made)


def test_other_changes_raise_nothing(article: Article) -> None:
    correct(article, "300 guests", "3,000 guests")
    correct(article, "teh", "the", kind=Kind.STYLE_FIX, severity=Severity.STYLE)
    article.refresh_from_db()
    corrected = article.text.body

    revise(article, corrected.replace("Monday", "Tuesday"))
    revise(article, corrected + "<p>Earlier, 300 guests had come to the old one.</p>")
    revise(article, "<p>Something else altogether.</p>")

    assert regressions() == []


def test_a_style_fix_that_was_lost_is_a_regression_too(article: Article) -> None:
    fix = correct(article, "teh", "the", kind=Kind.STYLE_FIX, severity=Severity.STYLE)

    revise(article, BODY)

    assert [case.regression_of for case in regressions()] == [fix]


def test_the_last_wording_counts_and_a_withdrawn_correction_does_not(article: Article) -> None:
    old = correct(article, "300 guests", "3,000 guests")
    new = amend_correction(old, notice="It was 3,000.", by=an_editor())
    wrong = correct(article, "Anna", "Hanna")
    withdraw_correction(wrong, reason="Anna it is.", by=an_editor())

    revise(article, BODY)

    assert [case.regression_of for case in regressions()] == [new]


@pytest.mark.parametrize("kind", [Kind.CORRECTION, Kind.STYLE_FIX])
def test_taking_a_correction_back_is_no_regression(article: Article, kind: Kind) -> None:
    severity = Severity.STYLE if kind == Kind.STYLE_FIX else Severity.MINOR
    made = correct(article, "teh", "the", kind=kind, severity=severity, by=make_editor())

    undo_case(made.case, by=made.drafted_by)
    work()

    assert "teh" in Article.objects.get().text.body
    assert regressions() == []
    assert Correction.objects.get().status == Correction.Status.WITHDRAWN


def test_an_editor_who_corrects_a_correction_raises_nothing(article: Article) -> None:
    correct(article, "Anna", "Hanna")
    correct(article, "Hanna", "Anna")

    work()

    assert regressions() == []


def test_the_case_page_says_what_was_corrected_before_and_proposes_it_again(article: Article) -> None:
    made = correct(article, "300 guests", "3,000 guests", severity=Severity.SUBSTANTIVE)
    revise(article, BODY)
    (case,) = regressions()
    editor = make_editor("second")
    claim_case(case, by=editor)
    client = Client()
    client.force_login(editor)

    page: Any = client.get(case.get_absolute_url())

    content = page.content.decode()
    assert "This was corrected before" in content
    assert f"/corrections/{made.number}/" in content
    assert page.context["correct"].initial["replacement"] == "3,000 guests"
    assert page.context["correct"].initial["severity"] == Severity.SUBSTANTIVE
