"""What editors do with a case: every action from every status, claims, merging, snoozing, reopening."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from corrections import actions
from corrections.models import Case, Event, Report, Resolution
from corrections.policy import Kind, Severity
from tests.desk import make_article, make_case, make_editor, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> User:
    return make_editor()


def correct(case: Case, *, by: User, **more: Any) -> Any:
    words: dict[str, Any] = {
        "start": case.start,
        "end": case.end,
        "expected": case.passage_text,
        "replacement": "the",
        "revision": case.revision.number,
        "kind": Kind.STYLE_FIX,
        "severity": Severity.STYLE,
    }
    return actions.correct_case(case, **words | more, by=by)


def bring_to(status: str, case: Case, editor: User) -> None:
    """Bring an open case to a status, by actions."""
    if status == "snoozed":
        actions.snooze_case(case, until=timezone.now() + timedelta(days=1), by=editor)
    if status in {"claimed", "resolved", "awaiting_approval"}:
        actions.claim_case(case, by=editor)
    if status == "resolved":
        actions.reject_case(case, reason=Resolution.NOT_AN_ERROR, by=editor)
    if status == "awaiting_approval":
        correct(case, by=editor, kind=Kind.CORRECTION, severity=Severity.SUBSTANTIVE, notice="It said teh.")


STATUSES = ["open", "claimed", "awaiting_approval", "snoozed", "resolved"]
# Which status each action leads to, from each status in which it is possible.
ACTIONS: dict[str, tuple[Callable[[Case, User], Any], dict[str, str]]] = {
    "claim": (lambda case, by: actions.claim_case(case, by=by), {"open": "claimed", "claimed": "claimed"}),
    "release": (lambda case, by: actions.release_case(case, by=by), {"claimed": "open"}),
    "reject": (
        lambda case, by: actions.reject_case(case, reason=Resolution.OUT_OF_SCOPE, by=by),
        {"claimed": "resolved"},
    ),
    "correct": (lambda case, by: correct(case, by=by), {"claimed": "resolved"}),
    "approve": (
        lambda case, _: actions.approve_case(case, by=make_editor("second")),
        {"awaiting_approval": "resolved"},
    ),
    "return": (
        lambda case, _: actions.return_case(case, note="Not yet.", by=make_editor("second")),
        {"awaiting_approval": "claimed"},
    ),
    "snooze": (
        lambda case, by: actions.snooze_case(case, until=timezone.now() + timedelta(hours=1), by=by),
        {"open": "snoozed", "claimed": "snoozed"},
    ),
    "wake": (lambda case, by: actions.wake_case(case, by=by), {"snoozed": "open"}),
    "merge": (
        lambda case, by: actions.merge_case(case, into=make_case("old bridge", case.article), by=by),
        {"open": "resolved", "claimed": "resolved"},
    ),
    "reopen": (lambda case, by: actions.reopen_case(case, by=by), {"resolved": "open"}),
    "place": (
        lambda case, by: actions.place_case(case, start=4, end=9, expected="mayor", by=by),
        {"open": "open", "claimed": "claimed"},
    ),
}


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("verb", ACTIONS)
def test_every_action_from_every_status(verb: str, status: str, editor: User, settings: Any) -> None:
    settings.FOUR_EYES = "enforce"
    case = make_case()
    bring_to(status, case, editor)
    act, leads_to = ACTIONS[verb]
    events = case.events.count()

    if status in leads_to:
        act(case, editor)
        assert Case.objects.get(pk=case.pk).status == leads_to[status]
    else:
        with pytest.raises(actions.InvalidTransition):
            act(case, editor)
        assert Case.objects.get(pk=case.pk).status == status
        assert case.events.count() == events


@pytest.mark.parametrize("verb", ["release", "reject", "correct", "snooze", "merge", "place"])
def test_what_another_editor_holds_nobody_else_changes(verb: str, editor: User) -> None:
    case = make_case()
    actions.claim_case(case, by=editor)
    act, _ = ACTIONS[verb]

    with pytest.raises(actions.InvalidTransition, match="olena"):
        act(case, make_editor("petro"))


def test_a_claimed_case_is_refused_to_another_editor_but_can_be_taken_over_on_purpose(editor: User) -> None:
    case = make_case()
    other = make_editor("petro")
    actions.claim_case(case, by=editor)

    with pytest.raises(actions.InvalidTransition, match="olena is working on"):
        actions.claim_case(case, by=other)
    actions.claim_case(case, takeover=True, by=other)

    assert case.assignee == other
    taken = case.events.last()
    assert taken is not None
    assert (taken.kind, taken.data) == ("taken_over", {"from": "olena"})


def test_a_claim_lapses_after_a_while_and_anybody_may_claim_then(editor: User) -> None:
    case = make_case()
    actions.claim_case(case, by=editor)
    Case.objects.update(claim_expires_at=timezone.now() - timedelta(seconds=1))

    actions.claim_case(case, by=make_editor("petro"))

    assert str(case.assignee) == "petro"


def test_the_holder_of_a_lapsed_claim_can_still_decide_while_nobody_else_claimed(editor: User) -> None:
    case = make_case()
    actions.claim_case(case, by=editor)
    Case.objects.update(claim_expires_at=timezone.now() - timedelta(hours=1))

    actions.reject_case(case, reason=Resolution.NOT_AN_ERROR, by=editor)

    assert case.status == "resolved"


@pytest.mark.django_db(transaction=True)
def test_of_two_editors_who_claim_at_the_same_moment_one_gets_the_case() -> None:
    case = make_case()
    editors = [make_editor(f"editor{number}") for number in range(4)]
    barrier = threading.Barrier(len(editors))
    got: list[str] = []

    def claim(by: User) -> None:
        mine = Case.objects.get(pk=case.pk)
        barrier.wait()
        try:
            actions.claim_case(mine, by=by)
            got.append(by.username)
        except actions.InvalidTransition:
            pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=claim, args=(by,)) for by in editors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(got) == 1
    assert Event.objects.filter(kind="claimed").count() == 1


def test_a_rejection_needs_a_reason_from_the_list(editor: User) -> None:
    case = make_case()
    actions.claim_case(case, by=editor)

    with pytest.raises(ValueError, match="Choose one of"):
        actions.reject_case(case, reason=Resolution.CORRECTED, by=editor)


def test_merging_moves_the_reports_and_keeps_the_old_address_leading_on(editor: User) -> None:
    article = make_article()
    case, into = make_case("teh", article), make_case("old bridge", article)

    actions.merge_case(case, into=into, by=editor)

    assert Case.objects.get(pk=case.pk).merged_into == into
    assert into.reports.count() == into.report_count == 2
    assert Report.objects.filter(case=case).count() == 0


def test_cases_of_different_articles_are_not_merged(editor: User) -> None:
    with pytest.raises(actions.InvalidTransition, match="different articles"):
        actions.merge_case(make_case(), into=make_case(article=make_article("Another story")), by=editor)


def test_a_case_cannot_be_snoozed_into_the_past(editor: User) -> None:
    with pytest.raises(ValueError, match="future"):
        actions.snooze_case(make_case(), until=timezone.now(), by=editor)


def test_a_reader_appeals_once_within_thirty_days(editor: User) -> None:
    made = report(make_article(), "teh")
    case = made.case
    assert case is not None
    with pytest.raises(actions.AppealRefused, match="no decision yet"):
        actions.appeal_report(made, message="Look again.")
    bring_to("resolved", case, editor)

    actions.appeal_report(made, message="Look again.")

    case = Case.objects.get()
    assert (case.status, case.arrival) == ("open", "appeal")
    bring_to("resolved", case, editor)
    with pytest.raises(actions.AppealRefused, match="already"):
        actions.appeal_report(made, message="And again.")


def test_no_appeal_after_thirty_days(editor: User) -> None:
    made = report(make_article(), "teh")
    assert made.case is not None
    bring_to("resolved", made.case, editor)
    Case.objects.update(resolved_at=timezone.now() - timedelta(days=31))

    with pytest.raises(actions.AppealRefused, match="30 days"):
        actions.appeal_report(made, message="Look again.")


def test_an_editor_picks_the_place_of_a_lost_passage(editor: User) -> None:
    case = make_case("words that stand nowhere at all")

    actions.place_case(case, start=4, end=9, expected="mayor", by=editor)

    assert (case.passage_text, case.outcome) == ("mayor", "exact")
    with pytest.raises(ValueError, match="Pick the passage again"):
        actions.place_case(case, start=4, end=9, expected="other", by=editor)


@pytest.mark.parametrize(
    ("model", "column"),
    [(Report, "exact"), (Report, "comment"), (Event, "note"), (Event, "kind")],
)
def test_the_database_refuses_to_change_what_is_kept_as_it_was(model: Any, column: str) -> None:
    make_case()
    row = model.objects.first()
    setattr(row, column, "other")

    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
