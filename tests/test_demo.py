"""The demo newsroom shows every state, and is loaded into an empty database only."""

from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from articles.models import Article
from corrections import log
from corrections.demo import EDITORS, PASSWORD
from corrections.models import Case, Correction, Report, Resolution

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("four_eyes", ["warn", "enforce"])
def test_the_demo_has_reports_in_every_state_and_a_log_that_holds(settings: Any, four_eyes: str) -> None:
    settings.FOUR_EYES = four_eyes
    call_command("load_demo")

    assert set(Case.objects.values_list("status", flat=True)) == set(Case.Status.values)
    assert set(Article.objects.values_list("language", flat=True)) == {"en", "uk", "ar"}
    assert {"awaiting_approval", "published", "amended", "withdrawn"} <= set(
        Correction.objects.values_list("status", flat=True)
    )
    never_shown = {Resolution.UPDATED, Resolution.RETRACTED, ""}
    assert set(Case.objects.values_list("resolution", flat=True)) >= set(Resolution.values) - never_shown
    assert Report.objects.filter(triaged_at=None).count() == 1
    assert list(log.faults()) == []


def test_the_revisions_of_the_demo_follow_each_other_in_time() -> None:
    call_command("load_demo")

    for article in Article.objects.all():
        saved = list(article.revisions.order_by("number").values_list("created_at", flat=True))
        assert saved[0] == article.published_at
        assert saved == sorted(set(saved)), article.slug
    for correction in Correction.objects.exclude(published_at=None).exclude(revision=None):
        assert correction.base.created_at < correction.revision.created_at


def test_the_demo_reads_from_right_to_left_too() -> None:
    call_command("load_demo")

    article = Article.objects.get(language="ar")
    assert article.text.number == 2
    assert "وهاذا" in article.text.body
    assert Correction.objects.get(article=article).status == "published"


def test_everybody_in_the_demo_can_sign_in() -> None:
    call_command("load_demo")

    for username, *_ in EDITORS:
        assert authenticate(username=username, password=PASSWORD) is not None


def test_a_second_start_leaves_the_demo_alone() -> None:
    call_command("load_demo")
    before = Report.objects.count()

    call_command("load_demo", "--if-empty")

    assert Report.objects.count() == before
    with pytest.raises(CommandError, match="not empty"):
        call_command("load_demo")
