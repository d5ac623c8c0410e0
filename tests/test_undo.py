"""A decision is taken back within ten seconds, and nothing of it is left but its trace."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.utils import timezone

from articles.actions import Text, revise_article
from corrections import actions, log
from corrections.models import Case, Correction, Event, Resolution
from corrections.policy import Kind, Severity
from tests.desk import BODY, make_article, make_case, make_editor, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> User:
    return make_editor()


def claimed(by: User, exact: str = "300 guests", **more: Any) -> Case:
    case = make_case(exact, **more)
    actions.claim_case(case, by=by)
    return case


def correct(case: Case, by: User, **more: Any) -> Correction:
    words: dict[str, Any] = {
        "start": case.start, "end": case.end, "expected": "300 guests", "replacement": "3,000 guests", "revision": 1,
        "kind": Kind.CORRECTION, "severity": Severity.MINOR, "notice": "There were 3,000 guests.",
    }  # fmt: skip
    return actions.correct_case(case, **words | more, by=by)


def is_back(case: Case, editor: User) -> bool:
    case.refresh_from_db()
    return (case.status, case.assignee, case.resolution, case.resolved_at) == ("claimed", editor, "", None)


def test_a_rejection_is_taken_back(editor: User) -> None:
    case = claimed(editor)
    actions.reject_case(case, reason=Resolution.SPAM, by=editor)

    actions.undo_case(case, by=editor)

    assert is_back(case, editor)
    assert list(case.events.values_list("kind", flat=True))[-2:] == ["rejected", "undone"]


def test_a_snooze_is_taken_back(editor: User) -> None:
    case = claimed(editor)
    actions.snooze_case(case, until=timezone.now() + timedelta(days=1), by=editor)

    actions.undo_case(case, by=editor)

    assert is_back(case, editor)
    assert case.snoozed_until is None


def test_a_style_fix_is_taken_back_to_the_very_same_text(editor: User) -> None:
    case = claimed(editor, "teh")
    correct(case, editor, expected="teh", replacement="the", kind=Kind.STYLE_FIX, severity=Severity.STYLE, notice="")

    actions.undo_case(case, by=editor)

    case.article.refresh_from_db()
    assert is_back(case, editor)
    assert case.article.text.number == 3
    assert case.article.text.body == BODY
    assert (case.revision.number, case.passage_text) == (3, "teh")


def test_a_public_correction_is_taken_back_and_stays_in_the_log_as_withdrawn(editor: User) -> None:
    case = claimed(editor)
    correction = correct(case, editor)

    actions.undo_case(case, by=editor)

    correction.refresh_from_db()
    case.article.refresh_from_db()
    assert is_back(case, editor)
    assert case.article.text.body == BODY
    assert correction.status == "withdrawn"
    assert list(log.faults()) == []


def test_a_draft_is_taken_back(editor: User, settings: Any) -> None:
    settings.FOUR_EYES = "enforce"
    case = claimed(editor)
    correction = correct(case, editor, severity=Severity.SUBSTANTIVE)

    actions.undo_case(case, by=editor)

    correction.refresh_from_db()
    assert is_back(case, editor)
    assert correction.status == "returned"


def test_what_was_merged_is_parted_again(editor: User) -> None:
    article = make_article()
    into = make_case("300 guests", article)
    case = claimed(editor, "teh", article=article, category="fact")
    report(article, "teh", comment="me too", reader="b")
    case.refresh_from_db()
    before = (into.priority, into.report_count)
    actions.merge_case(case, into=into, by=editor)
    report(article, "300 guests", comment="came since", reader="c")

    actions.undo_case(case, by=editor)

    into.refresh_from_db()
    assert is_back(case, editor)
    assert case.merged_into is None
    assert (case.report_count, case.reports.count()) == (2, 2)
    assert (into.report_count, into.reports.count()) == (2, 2)
    assert before[1] == 1


def test_a_merge_that_is_taken_back_at_once_leaves_the_other_case_as_it_was(editor: User) -> None:
    article = make_article()
    into = make_case("300 guests", article)
    case = claimed(editor, "teh", article=article, category="fact")
    before = (into.priority, into.report_count, into.first_reported_at, into.last_reported_at)
    actions.merge_case(case, into=into, by=editor)

    actions.undo_case(case, by=editor)

    into.refresh_from_db()
    assert (into.priority, into.report_count, into.first_reported_at, into.last_reported_at) == before


def test_after_ten_seconds_it_is_too_late(editor: User) -> None:
    case = claimed(editor)
    actions.reject_case(case, reason=Resolution.SPAM, by=editor)

    with (
        time_machine.travel(timezone.now() + timedelta(seconds=11)),
        pytest.raises(actions.InvalidTransition, match="10 seconds"),
    ):
        actions.undo_case(case, by=editor)

    case.refresh_from_db()
    assert case.status == "resolved"


def test_nobody_takes_back_what_somebody_else_decided(editor: User) -> None:
    case = claimed(editor)
    actions.reject_case(case, reason=Resolution.SPAM, by=editor)

    with pytest.raises(actions.InvalidTransition):
        actions.undo_case(case, by=make_editor("petro"))


def test_a_decision_is_taken_back_once(editor: User) -> None:
    case = claimed(editor)
    actions.reject_case(case, reason=Resolution.SPAM, by=editor)
    actions.undo_case(case, by=editor)

    with pytest.raises(actions.InvalidTransition):
        actions.undo_case(case, by=editor)

    assert case.events.filter(kind=Event.Kind.UNDONE).count() == 1


def test_a_correction_is_not_taken_back_over_a_later_revision(editor: User) -> None:
    case = claimed(editor)
    correction = correct(case, editor)
    revise_article(case.article, Text(headline="Another headline", body=BODY))

    with pytest.raises(actions.EditConflict):
        actions.undo_case(case, by=editor)

    case.refresh_from_db()
    correction.refresh_from_db()
    assert (case.status, correction.status) == ("resolved", "published")


def test_the_withdrawal_of_an_article_is_not_taken_back(editor: User) -> None:
    case = claimed(editor)
    correct(case, editor, replacement="300 guests", kind=Kind.RETRACTION, severity=Severity.WITHDRAWAL)

    with pytest.raises(actions.InvalidTransition):
        actions.undo_case(case, by=editor)

    case.article.refresh_from_db()
    assert case.article.status == "withdrawn"
