"""The figures of the desk agree with cases that were counted by hand, on both databases."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from articles.models import Article
from corrections import actions, statistics
from corrections.models import Case, DailySnapshot, Event, Report, Resolution
from corrections.policy import Kind, Severity
from corrections.statistics import EditorFigures, Figures, Share
from tests.desk import make_article, make_case, make_editor, report

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 3, 2)
TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + timedelta(days=number) for number in (1, 2, 3))
MINUTE, HOUR, DAY = 60, 3600, 86400


def on(day: date, clock: str) -> time_machine.travel:
    """Let it be a time (UTC) of a day; time stands still there."""
    hour, minute = clock.split(":")
    return time_machine.travel(datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=UTC), tick=False)


@pytest.fixture
def olena() -> User:
    return make_editor("olena")


@pytest.fixture
def petro() -> User:
    return make_editor("petro")


@pytest.fixture
def article() -> Article:
    with on(MONDAY, "08:00"):
        return make_article(section="City")


def arrive(article: Article, exact: str, day: date, clock: str, **more: Any) -> Case:
    with on(day, clock):
        return make_case(exact, article, **more)


def correct(case: Case, by: User, replacement: str, **more: Any) -> None:
    case.refresh_from_db()
    case.article.refresh_from_db()
    actions.claim_case(case, by=by)
    words = {
        "kind": Kind.CORRECTION, "severity": Severity.SUBSTANTIVE, "notice": "Put right.",
        "start": case.start, "end": case.end, "expected": case.exact, "revision": case.article.text.number,
    } | more  # fmt: skip
    actions.correct_case(case, replacement=replacement, **words, by=by)  # type: ignore[arg-type]


def reject(case: Case, by: User, reason: Resolution = Resolution.NOT_AN_ERROR) -> None:
    actions.claim_case(case, by=by)
    actions.reject_case(case, reason=reason, by=by)


@pytest.fixture
def week(article: Article, olena: User, petro: User) -> dict[str, Case]:
    """Four cases over three days; see the comments."""
    fact = arrive(article, "300 guests", MONDAY, "09:00", category="fact")
    with on(MONDAY, "09:05"):
        report(article, "300 guests", category="fact")  # a second report of the same case
    with on(MONDAY, "09:10"):
        actions.look_at_case(fact, by=petro)  # seen after 10 minutes
    typo = arrive(article, "teh", MONDAY, "10:00", category="typo")
    with on(MONDAY, "11:00"):
        correct(fact, olena, "3,000 guests")  # decided and published after 2 hours, alone
    with on(TUESDAY, "10:00"):
        correct(typo, petro, "the", kind=Kind.STYLE_FIX, severity=Severity.STYLE, notice="")  # seen only now: 24 hours
    taste = arrive(article, "old bridge", TUESDAY, "12:00", category="wording")
    spam = arrive(article, "opened", TUESDAY, "12:00")
    with on(TUESDAY, "13:00"):
        reject(taste, olena)  # after 1 hour
    with on(TUESDAY, "14:00"):
        reject(spam, olena, Resolution.SPAM)  # after 2 hours; judges nothing
    with on(WEDNESDAY, "09:00"):
        actions.appeal_report(taste.reports.get(), message="But it is wrong.")
    arrive(article, "five million", WEDNESDAY, "10:00", category="fact")
    return {"fact": fact, "typo": typo, "taste": taste, "spam": spam}


def test_monday_counted_by_hand(week: dict[str, Case], olena: User) -> None:
    with on(THURSDAY, "12:00"):
        figures = statistics.reckon(MONDAY)

    assert figures == Figures(
        reports=3, opened=2, closed=1, backlog=1, oldest=14 * HOUR,
        decided=1, accepted=1, alone=1,
        looks=[10 * MINUTE], decisions=[2 * HOUR], publications=[2 * HOUR],
        sections={"City": Share(1, 1)}, categories={"fact": Share(1, 1)},
        editors={olena.pk: EditorFigures(accepted=1, decided=1, alone=1, seconds=[2 * HOUR])},
    )  # fmt: skip


def test_tuesday_counted_by_hand(week: dict[str, Case], olena: User, petro: User) -> None:
    with on(THURSDAY, "12:00"):
        figures = statistics.reckon(TUESDAY)

    assert figures == Figures(
        reports=2, opened=2, closed=3, backlog=0, oldest=None,
        decided=2, accepted=1, silent=1,
        looks=[1 * HOUR, 2 * HOUR, 24 * HOUR], decisions=[1 * HOUR, 2 * HOUR, 24 * HOUR], publications=[24 * HOUR],
        sections={"City": Share(1, 2)}, categories={"typo": Share(1, 1), "wording": Share(0, 1)},
        editors={
            petro.pk: EditorFigures(accepted=1, decided=1, silent=1, seconds=[24 * HOUR]),
            olena.pk: EditorFigures(decided=1, seconds=[1 * HOUR]),
        },
    )  # fmt: skip


def test_an_appeal_brings_a_case_back_and_counts_for_who_had_decided(week: dict[str, Case], olena: User) -> None:
    with on(THURSDAY, "12:00"):
        figures = statistics.reckon(WEDNESDAY)

    assert (figures.opened, figures.reopened, figures.closed, figures.backlog) == (1, 1, 0, 2)
    assert figures.oldest == 36 * HOUR  # the appealed case came on Tuesday at noon
    assert figures.editors == {olena.pk: EditorFigures(reopened=1)}


def test_a_case_that_came_back_is_measured_from_its_coming_back(week: dict[str, Case], petro: User) -> None:
    with on(THURSDAY, "10:00"):
        case = Case.objects.get(pk=week["taste"].pk)
        reject(case, petro)

        figures = statistics.reckon(THURSDAY)

    assert figures.looks == figures.decisions == [25 * HOUR]


def test_days_add_up_and_the_last_one_says_how_it_stands(week: dict[str, Case], olena: User) -> None:
    with on(THURSDAY, "12:00"):
        whole = statistics.total(figures for _, figures in statistics.between(MONDAY, WEDNESDAY))

    assert (whole.reports, whole.opened, whole.reopened, whole.closed, whole.backlog) == (6, 5, 1, 4, 2)
    assert (whole.decided, whole.accepted, whole.silent, whole.alone) == (3, 2, 1, 1)
    assert whole.sections == {"City": Share(2, 3)}
    assert whole.editors[olena.pk] == EditorFigures(
        accepted=1, decided=2, alone=1, reopened=1, seconds=[2 * HOUR, 1 * HOUR]
    )
    looks = statistics.spread(whole.looks)
    assert looks.count == 4
    assert [looks.median, looks.p75, looks.p90] == pytest.approx([1.5 * HOUR, 7.5 * HOUR, 17.4 * HOUR])


def test_what_was_taken_back_counts_nowhere_even_across_midnight(article: Article, olena: User) -> None:
    case = arrive(article, "teh", MONDAY, "23:00")
    with time_machine.travel(datetime(2026, 3, 2, 23, 59, 57, tzinfo=UTC), tick=False):
        reject(case, olena)
    with time_machine.travel(datetime(2026, 3, 3, 0, 0, 3, tzinfo=UTC), tick=False):
        actions.undo_case(case, by=olena)

    with on(WEDNESDAY, "12:00"):
        monday, tuesday = statistics.reckon(MONDAY), statistics.reckon(TUESDAY)

    assert (monday.decided, monday.decisions, monday.editors) == (0, [], {})
    assert monday.closed + tuesday.closed == 0
    assert tuesday.backlog == 1


def test_a_draft_is_the_decision_and_its_approval_the_publication(
    article: Article, olena: User, petro: User, settings: Any
) -> None:
    settings.FOUR_EYES = "enforce"
    case = arrive(article, "300 guests", MONDAY, "09:00")
    with on(MONDAY, "10:00"):
        correct(case, olena, "3,000 guests")
    with on(TUESDAY, "09:00"):
        actions.approve_case(case, by=petro)

    with on(WEDNESDAY, "12:00"):
        monday, tuesday = statistics.reckon(MONDAY), statistics.reckon(TUESDAY)

    assert (monday.decisions, monday.publications, monday.accepted) == ([1 * HOUR], [], 0)
    assert (tuesday.decisions, tuesday.publications, tuesday.accepted, tuesday.alone) == ([], [24 * HOUR], 1, 0)
    assert tuesday.editors == {olena.pk: EditorFigures(accepted=1, decided=1, seconds=[24 * HOUR])}


def test_a_style_fix_that_the_guard_had_stopped_is_an_override_and_another_with_a_reason_is_none(
    article: Article, olena: User
) -> None:
    guarded, plain = arrive(article, "300 guests", MONDAY, "09:00"), arrive(article, "teh", MONDAY, "09:00")
    style = {"kind": Kind.STYLE_FIX, "severity": Severity.STYLE, "notice": "", "override_reason": "House style."}
    with on(MONDAY, "10:00"):
        correct(guarded, olena, "301 guests", **style)
        correct(plain, olena, "the", **style)

        figures = statistics.reckon(MONDAY)

    assert (figures.silent, figures.overridden) == (2, 1)


def test_a_report_that_waited_for_a_worker_is_measured_from_its_receipt(article: Article, olena: User) -> None:
    with on(MONDAY, "12:00"):
        case = make_case("teh", article, received_at=datetime(2026, 3, 2, 9, tzinfo=UTC))
        actions.look_at_case(case, by=olena)

        assert statistics.reckon(MONDAY).looks == [3 * HOUR]


def test_a_case_that_closes_by_itself_is_closed_and_not_decided(article: Article) -> None:
    arrive(article, "teh opening", MONDAY, "09:00")
    case = arrive(article, "teh", MONDAY, "09:00", suggestion="the")
    Event.objects.create(case=case, kind=Event.Kind.ALREADY_FIXED, old_status="open", new_status="resolved",
                         at=datetime(2026, 3, 2, 10, tzinfo=UTC))  # fmt: skip

    with on(TUESDAY, "12:00"):
        figures = statistics.reckon(MONDAY)

    assert (figures.closed, figures.decided, figures.backlog) == (1, 0, 1)


def test_days_are_those_of_the_newsrooms_time_zone(article: Article, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Kyiv"
    arrive(article, "teh", MONDAY, "22:30")  # half past midnight in Kyiv

    with on(WEDNESDAY, "12:00"):
        assert [figures.opened for _, figures in statistics.between(MONDAY, TUESDAY)] == [0, 1]


def test_a_snapshot_says_what_reckoning_says_and_can_be_taken_again(week: dict[str, Case]) -> None:
    with on(THURSDAY, "12:00"):
        reckoned = statistics.between(MONDAY, WEDNESDAY)
        for _ in range(2):
            for day in (MONDAY, TUESDAY, WEDNESDAY):
                statistics.take_snapshot(day)

        assert statistics.between(MONDAY, WEDNESDAY) == reckoned
    assert DailySnapshot.objects.count() == 3


def test_with_snapshots_only_today_is_reckoned(week: dict[str, Case], django_assert_max_num_queries: Any) -> None:
    with on(THURSDAY, "12:00"):
        for day in (MONDAY, TUESDAY, WEDNESDAY):
            statistics.take_snapshot(day)
        with django_assert_max_num_queries(7):
            days = statistics.between(MONDAY, THURSDAY)

    assert [figures.backlog for _, figures in days] == [1, 0, 2, 2]


def test_a_snapshot_on_another_basis_counts_as_missing(week: dict[str, Case], settings: Any) -> None:
    with on(THURSDAY, "12:00"):
        statistics.take_snapshot(MONDAY)
        statistics.take_snapshot(WEDNESDAY)
        assert statistics.missing_days(before=THURSDAY, most=9) == [TUESDAY]
        settings.TIME_ZONE = "Europe/Kyiv"

        assert statistics.missing_days(before=THURSDAY, most=2) == [MONDAY, TUESDAY]


def test_no_snapshot_is_taken_of_a_day_that_is_not_over() -> None:
    with on(MONDAY, "23:59"), pytest.raises(ValueError, match="not over"):
        statistics.take_snapshot(MONDAY)


def test_an_empty_newsroom_has_empty_figures() -> None:
    assert statistics.between(MONDAY, TUESDAY) == [(MONDAY, Figures()), (TUESDAY, Figures())]
    assert statistics.missing_days(before=THURSDAY, most=9) == []


@pytest.mark.parametrize("look", [actions.look_at_case, actions.claim_case])
def test_the_first_look_is_recorded_once(article: Article, olena: User, petro: User, look: Callable[..., None]) -> None:
    case = make_case("teh", article)

    look(case, by=olena)
    actions.look_at_case(case, by=petro)
    actions.look_at_case(case, by=olena)

    assert case.events.exclude(by=None).count() == 1


def test_a_look_never_stands_between_a_decision_and_its_undoing(article: Article, olena: User, petro: User) -> None:
    case = make_case("teh", article)
    actions.snooze_case(case, until=datetime(2999, 1, 1, tzinfo=UTC), by=olena)

    actions.look_at_case(case, by=petro)
    actions.undo_case(case, by=olena)

    assert case.status == Case.Status.CLAIMED


def test_reports_that_nobody_has_looked_at_have_no_look(article: Article) -> None:
    arrive(article, "teh", MONDAY, "09:00")

    with on(TUESDAY, "09:00"):
        assert statistics.reckon(MONDAY).looks == []
    assert Report.objects.count() == 1


@given(st.lists(st.integers(0, 10_000), min_size=1), st.sampled_from([0.0, 0.5, 0.75, 0.9, 1.0]))
def test_a_percentile_lies_between_the_values_around_it(values: list[int], fraction: float) -> None:
    found = statistics.percentile(sorted(values), fraction)

    assert found is not None
    assert sum(value <= found for value in values) >= fraction * (len(values) - 1)
    assert min(values) <= found <= max(values)


@pytest.mark.postgresql
@pytest.mark.parametrize("values", [[5], [1, 2], [60, 3600, 7200, 86400], [0, 0, 1, 100, 10_000, 10_001, 99_999]])
def test_percentiles_are_those_of_the_database(values: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT percentile_cont(ARRAY[0.5, 0.75, 0.9]) WITHIN GROUP (ORDER BY v) FROM unnest(%s::int[]) v", [values]
        )
        expected = cursor.fetchone()[0]

    found = statistics.spread(values)
    assert [found.median, found.p75, found.p90] == pytest.approx(expected)
