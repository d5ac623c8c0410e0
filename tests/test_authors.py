"""The author of an article is told what becomes public about it, and by whom it was not the author's to decide."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail
from django.utils import timezone

from corrections import actions, tasks
from corrections.models import Case, Correction, Job
from corrections.policy import UNDO_WITHIN, Kind, Severity
from tests.desk import make_article, make_case, make_editor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def author() -> User:
    return User.objects.create_user("marta", "marta@example.org", first_name="Marta", last_name="Lind")


@pytest.fixture
def editor() -> User:
    return make_editor()


@pytest.fixture
def case(author: User) -> Case:
    return make_case("300 guests", make_article(byline="Marta Lind"))


def correct(case: Case, by: User, **more: Any) -> Correction:
    actions.claim_case(case, by=by)
    words = {
        "replacement": "3,000 guests", "kind": Kind.CORRECTION, "severity": Severity.MINOR,
        "notice": "There were 3,000.",
    } | more  # fmt: skip
    return actions.correct_case(
        case,
        start=case.start or 0,
        end=case.end or 0,
        expected="300 guests",
        revision=1,
        by=by,
        **words,  # type: ignore[arg-type]
    )


def deliver(*, after: timedelta = UNDO_WITHIN) -> list[Any]:
    """Do the letters to authors that are due after a while, each twice over as a lost worker would, and give them."""
    with time_machine.travel(timezone.now() + after, tick=False):
        for job in Job.objects.to_dispatch(timezone.now()).filter(kind="tell_author"):
            for _ in range(2):
                tasks.tell_author(job.pk, job.attempts)
    return mail.outbox


def test_the_author_is_told_of_a_correction_once_it_cannot_be_taken_back(case: Case, editor: User) -> None:
    correction = correct(case, editor)

    assert deliver(after=UNDO_WITHIN - timedelta(seconds=1)) == []
    (letter,) = deliver()

    assert letter.to == ["marta@example.org"]
    assert letter.subject == "Your article “A bridge opens” was corrected"
    assert "Hello Marta Lind," in letter.body
    assert "There were 3,000." in letter.body
    assert "Before: 300 guests\nNow: 3,000 guests" in letter.body
    assert f"/corrections/{correction.number}" in letter.body
    assert "There were 3,000." in letter.alternatives[0].content


def test_the_author_is_told_in_the_articles_language(author: User, editor: User) -> None:
    case = make_case("300 guests", make_article("Відкрили міст", byline="Marta Lind", language="uk"))
    correct(case, editor)

    (letter,) = deliver()

    assert letter.subject == "Вашу статтю «Відкрили міст» виправлено"


def test_a_correction_that_was_taken_back_is_told_to_nobody(case: Case, editor: User) -> None:
    correct(case, editor)
    actions.undo_case(case, by=editor)

    assert deliver() == []


def test_an_amendment_and_a_withdrawal_are_told_too(case: Case, editor: User) -> None:
    amendment = actions.amend_correction(correct(case, editor), notice="About 3,000 came.", by=editor)
    actions.withdraw_correction(amendment, reason="It was 300 after all.", by=editor)

    first, second, third = deliver()

    assert "corrected" in first.subject
    assert "was amended" in second.subject
    assert "About 3,000 came." in second.body
    assert "was withdrawn" in third.subject
    assert "It was 300 after all." in third.body


def test_an_article_that_is_withdrawn_is_told_as_that(case: Case, editor: User) -> None:
    correct(
        case, editor, kind=Kind.RETRACTION, severity=Severity.WITHDRAWAL, replacement="300 guests", notice="Invented."
    )

    (letter,) = deliver()

    assert letter.subject == "Your article “A bridge opens” was withdrawn"
    assert "Before:" not in letter.body


def test_a_style_fix_is_told_to_nobody(case: Case, editor: User) -> None:
    correct(case, editor, kind=Kind.STYLE_FIX, severity=Severity.STYLE, notice="", override_reason="House style.")

    assert deliver() == []


@pytest.mark.parametrize("change", [{"is_active": False}, {"email": ""}])
def test_who_has_left_or_has_no_address_gets_no_letter(
    case: Case, author: User, editor: User, change: dict[str, Any]
) -> None:
    correct(case, editor)
    User.objects.filter(pk=author.pk).update(**change)

    assert deliver() == []


def test_who_corrects_the_own_article_is_not_told(case: Case) -> None:
    editor = make_editor("writing")
    User.objects.filter(pk=editor.pk).update(email="writing@example.org")
    case.article.authors.set([editor])

    correct(case, editor)

    assert deliver() == []


def test_a_headline_cannot_add_headers_to_the_letter(author: User, editor: User) -> None:
    case = make_case("300 guests", make_article("A bridge\nBcc: all@example.org", byline="Marta Lind"))
    correct(case, editor)

    (letter,) = deliver()

    assert letter.subject == "Your article “A bridge Bcc: all@example.org” was corrected"
    assert letter.recipients() == ["marta@example.org"]


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ("Marta Lind", {"marta"}),
        ("Jonas Weil and Marta  Lind", {"marta", "jonas"}),
        ("Marta Lind, Jonas Weil", {"marta", "jonas"}),
        ("Marta Lind та Jonas Weil", {"marta", "jonas"}),
        ("Martha Lind", set()),
        ("Marta", set()),
        ("Ann Berg", set()),
        ("", set()),
    ],
)
def test_the_byline_names_the_authors_unless_two_bear_the_name(author: User, byline: str, authors: set[str]) -> None:
    User.objects.create_user("jonas", first_name="Jonas", last_name="Weil")
    for username in ("ann", "ann2"):
        User.objects.create_user(username, first_name="Ann", last_name="Berg")

    article = make_article(byline=byline)

    assert set(article.authors.values_list("username", flat=True)) == authors
