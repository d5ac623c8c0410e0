"""Putting a case off until a date or more reports, and parting what was merged."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from corrections import actions
from corrections.models import Case, Event, Resolution
from tests.desk import make_article, make_case, make_editor, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> User:
    return make_editor()


@pytest.fixture
def desk(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


def post(desk: Client, case: Case, verb: str, **fields: Any) -> Any:
    seen = {"revision": case.article.text.number, "seen": case.passage_text}
    return desk.post(reverse(f"admin:corrections_case_{verb}", args=[case.pk]), seen | fields)


def test_a_case_comes_back_with_the_report_it_waited_for(desk: Client) -> None:
    article = make_article()
    case = make_case("teh", article)
    report(article, "teh")

    post(desk, case, "snooze", days="", reports="2")
    report(article, "teh")
    case.refresh_from_db()
    still = (case.status, case.snoozed_until, case.wake_at_reports)
    report(article, "teh")

    case.refresh_from_db()
    assert still == ("snoozed", None, 4)
    assert (case.status, case.arrival, case.report_count, case.wake_at_reports) == ("open", "woken", 4, None)
    assert [event.kind for event in case.events.order_by("-pk")[:2]] == ["woken", "reported"]


def test_whichever_comes_first_wakes_it(editor: User) -> None:
    article = make_article()
    by_report, by_time = make_case("teh", article), make_case("old bridge", article)
    for case in (by_report, by_time):
        actions.snooze_case(case, until=timezone.now() + timedelta(days=2), reports=1, by=editor)

    report(article, "teh")
    actions.wake_case(by_time)

    for case in (by_report, by_time):
        case.refresh_from_db()
        assert (case.status, case.snoozed_until, case.wake_at_reports) == ("open", None, None)


def test_reports_that_a_merge_brings_wake_a_case_too(editor: User) -> None:
    article = make_article()
    case, other = make_case("teh", article), make_case("old bridge", article)
    actions.snooze_case(case, reports=1, by=editor)

    actions.merge_case(other, into=case, by=editor)

    case.refresh_from_db()
    assert (case.status, case.arrival) == ("open", "woken")


@pytest.mark.parametrize("until", [{}, {"reports": 0}, {"until": timezone.now() - timedelta(hours=1)}])
def test_a_case_is_not_put_off_without_an_end(editor: User, until: dict[str, Any]) -> None:
    case = make_case()

    with pytest.raises(ValueError, match=r"until|snoozed"):
        actions.snooze_case(case, by=editor, **until)
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.update(status="snoozed")


def test_the_form_without_an_end_is_refused_and_says_so(desk: Client) -> None:
    case = make_case()

    answer = post(desk, case, "snooze", days="")

    assert answer.status_code == 422
    assert "until how many more reports" in answer.content.decode()


@pytest.mark.parametrize(
    ("fields", "told", "shown"),
    [
        ({"days": "", "reports": "3"}, "with 3 more reports", "snoozed until 4 reports"),
        ({"days": "1", "reports": "1"}, "or with 1 more report", "or 2 reports"),
        ({"days": "1"}, "comes back on", "snoozed until"),
    ],
)
def test_the_editor_is_told_when_the_case_comes_back(
    desk: Client, fields: dict[str, Any], told: str, shown: str
) -> None:
    case = make_case()

    answer = post(desk, case, "snooze", **fields)

    assert told in desk.get(answer["Location"]).content.decode()
    assert shown in desk.get("/admin/?view=snoozed").content.decode()
    assert shown in desk.get(case.get_absolute_url()).content.decode()


def test_taking_a_snooze_back_leaves_no_end(editor: User) -> None:
    case = make_case()
    actions.snooze_case(case, reports=2, by=editor)

    actions.undo_case(case, by=editor)

    case.refresh_from_db()
    assert (case.status, case.wake_at_reports) == ("claimed", None)


def test_a_merged_case_is_parted_again_with_its_reports(desk: Client, editor: User) -> None:
    article = make_article()
    case, into = make_case("teh", article), make_case("old bridge", article)
    report(article, "teh", reader="someone")
    before = (into.report_count, into.priority, into.first_reported_at, into.last_reported_at)
    actions.merge_case(case, into=into, by=editor)

    led = desk.get(case.get_absolute_url())
    stays = desk.get(f"{case.get_absolute_url()}?stay=1").content.decode()
    listed = desk.get(into.get_absolute_url()).content.decode()
    answer = post(desk, case, "unmerge", note="Two errors after all.")

    case.refresh_from_db()
    into.refresh_from_db()
    assert led["Location"] == into.get_absolute_url()
    assert "Unmerge" in stays
    assert f"{case.get_absolute_url()}?stay=1" in listed
    assert answer["Location"] == case.get_absolute_url()
    assert (case.status, case.arrival, case.merged_into, case.report_count) == ("open", "reopened", None, 2)
    assert {r.exact for r in case.reports.all()} == {"teh"}
    assert (into.report_count, into.priority, into.first_reported_at, into.last_reported_at) == before
    assert desk.get(case.get_absolute_url()).status_code == 200
    assert case.events.filter(kind=Event.Kind.UNMERGED, note="Two errors after all.", by=editor).exists()
    assert into.events.filter(kind=Event.Kind.UNMERGED, data={"given_back": case.pk}).exists()


def test_reports_that_came_since_stay_with_the_case_that_took_the_other(editor: User) -> None:
    article = make_article()
    case, into = make_case("teh", article), make_case("old bridge", article)
    actions.merge_case(case, into=into, by=editor)
    report(article, "old bridge")

    actions.unmerge_case(case, by=editor)

    into.refresh_from_db()
    assert (case.report_count, into.report_count) == (1, 2)
    assert case.reports.count() == 1
    assert into.reports.count() == 2


def test_a_case_is_parted_from_the_one_at_the_end_of_a_chain_of_merges(desk: Client, editor: User) -> None:
    article = make_article()
    first, second, third = (make_case(words, article) for words in ("teh", "old bridge", "five million"))
    actions.merge_case(first, into=second, by=editor)
    actions.merge_case(second, into=third, by=editor)

    ends_at = desk.get(first.get_absolute_url(), follow=True).redirect_chain[-1][0]
    actions.unmerge_case(first, by=editor)
    actions.unmerge_case(second, by=editor)

    third.refresh_from_db()
    assert ends_at == third.get_absolute_url()
    assert [case.reports.count() for case in (first, second, third)] == [1, 1, 1]
    assert [case.report_count for case in (first, second, third)] == [1, 1, 1]


def test_a_case_is_parted_also_from_one_that_has_ended(editor: User) -> None:
    article = make_article()
    case, into = make_case("teh", article), make_case("old bridge", article)
    actions.merge_case(case, into=into, by=editor)
    actions.claim_case(into, by=editor)
    actions.reject_case(into, reason=Resolution.NOT_AN_ERROR, by=editor)

    actions.unmerge_case(case, by=editor)

    into.refresh_from_db()
    assert (case.status, into.status, into.resolution) == ("open", "resolved", "not_an_error")


def test_what_was_not_merged_is_not_parted(editor: User) -> None:
    case = make_case()
    with pytest.raises(actions.InvalidTransition, match="is open"):
        actions.unmerge_case(case, by=editor)
    actions.claim_case(case, by=editor)
    actions.reject_case(case, reason=Resolution.DUPLICATE, by=editor)

    with pytest.raises(actions.InvalidTransition, match="was not merged"):
        actions.unmerge_case(case, by=editor)
