"""How urgent a case is: the formula as a table, and that the queue follows it as articles are read and clocks run."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles import reads
from articles.models import DailyReads
from corrections import actions
from corrections.actions import ranking
from corrections.models import Case
from corrections.policy import RULES, Severity
from corrections.priority import Facts, changes_at, priority, severity_of
from tests.desk import make_article, make_case, make_editor, report

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def facts(**more: Any) -> Facts:
    """Give the facts of a typo in an old, unread article, reported by one reader just now."""
    plain: dict[str, Any] = {
        "severity": Severity.STYLE, "readers": 1, "published_at": NOW - 90 * DAY, "reads": 0, "reported_at": NOW,
        "due_at": NOW + 7 * DAY,
    }  # fmt: skip
    return Facts(**plain | more)


@pytest.mark.parametrize(
    ("more", "points"),
    [
        ({}, 10),
        # severity
        ({"severity": Severity.MINOR}, 20),
        ({"severity": Severity.SUBSTANTIVE}, 40),
        ({"severity": Severity.SERIOUS}, 60),
        ({"severity": Severity.WITHDRAWAL}, 80),
        # readers
        ({"readers": 0}, 10),
        ({"readers": 2}, 15),
        ({"readers": 7}, 40),
        ({"readers": 11}, 60),
        ({"readers": 5_000}, 60),
        # how new the article is
        ({"published_at": NOW - DAY + HOUR}, 25),
        ({"published_at": NOW - DAY}, 20),
        ({"published_at": NOW - 3 * DAY}, 15),
        ({"published_at": NOW - 14 * DAY}, 10),
        # how read it is
        ({"reads": 99}, 10),
        ({"reads": 100}, 15),
        ({"reads": 1_000}, 20),
        ({"reads": 10_000}, 25),
        ({"reads": 2_000_000}, 30),
        # the clock
        ({"due_at": None}, 10),
        ({"reported_at": NOW - HOUR, "due_at": NOW + HOUR + timedelta(seconds=1)}, 10),
        ({"reported_at": NOW - HOUR, "due_at": NOW + HOUR}, 20),
        ({"reported_at": NOW - HOUR, "due_at": NOW}, 40),
        # the error is back
        ({"is_regression": True}, 25),
        # all of it
        ({"severity": Severity.SERIOUS, "readers": 3, "published_at": NOW, "reads": 12_000, "due_at": NOW}, 130),
    ],
)  # fmt: skip
def test_priority_is_the_sum_of_its_parts(more: dict[str, Any], points: int) -> None:
    assert priority(facts(**more), at=NOW) == points


@pytest.mark.parametrize(
    ("more", "after"),
    [
        ({}, DAY),
        ({"due_at": NOW + 12 * HOUR}, 6 * HOUR),
        ({"reported_at": NOW - 12 * HOUR, "due_at": NOW + 2 * HOUR}, 2 * HOUR),
        ({"due_at": NOW - HOUR, "reported_at": NOW - DAY}, DAY),
        ({"due_at": None}, DAY),
        ({"published_at": NOW - 2 * DAY}, HOUR),
        ({"published_at": NOW - DAY + timedelta(minutes=5)}, timedelta(minutes=5)),
    ],
)
def test_it_is_reckoned_anew_when_the_next_part_of_it_changes(more: dict[str, Any], after: timedelta) -> None:
    assert changes_at(facts(**more), at=NOW) == NOW + after


@pytest.mark.parametrize(
    ("part", "category", "severity"),
    [
        ("headline", "typo", "serious"),
        ("body", "fact", "substantive"),
        ("body", "typo", "style"),
        ("standfirst", "wording", "style"),
        ("body", "other", "minor"),
        ("body", "", "minor"),
    ],
)
def test_severity_is_guessed_from_part_and_category(part: str, category: str, severity: str) -> None:
    assert severity_of(part, category) == severity


@pytest.mark.django_db
def test_readers_count_and_not_their_reports() -> None:
    article = make_article(published_at=timezone.now() - 90 * DAY)
    case = make_case("teh", article, category="typo", reader="a")
    alone = case.priority
    for reader in ("a", "a", "b", "", ""):
        report(article, "teh", category="typo", reader=reader)

    case.refresh_from_db()
    assert case.report_count == 6
    assert case.priority == alone + 3 * 5


@pytest.mark.django_db
def test_the_queue_follows_the_clock_and_the_readers_of_the_article() -> None:
    old, read = (make_article(name, published_at=timezone.now() - 90 * DAY) for name in ("old", "read"))
    overdue, popular, other = make_case("teh", old), make_case("teh", read), make_case("old bridge", old)
    now = timezone.now()
    Case.objects.update(due_at=now + 9 * DAY, rerank_at=now + DAY)
    Case.objects.filter(pk=overdue.pk).update(due_at=now + HOUR)
    reads.tell(read, day=timezone.localdate(), reads=20_000)

    count = actions.rerank_cases(now + 2 * DAY)

    order = list(Case.objects.waiting().most_urgent_first())
    assert count == 3
    assert order == [overdue, popular, other]
    assert actions.rerank_cases(now + 2 * DAY) == 0


@pytest.mark.django_db
def test_many_cases_cost_as_many_queries_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    article = make_article()
    make_case("teh", article)
    make_case("old bridge", article)
    with CaptureQueriesContext(connection) as two:
        actions.rerank_cases(timezone.now() + 9 * DAY)
    make_case("five million", article)
    make_case("teh", make_article("Another"))
    Case.objects.update(rerank_at=timezone.now())

    with CaptureQueriesContext(connection) as four:
        actions.rerank_cases(timezone.now() + 9 * DAY)
    monkeypatch.setattr(ranking, "AT_ONCE", 3)
    Case.objects.update(rerank_at=timezone.now())

    assert len(four) == len(two)
    assert [actions.rerank_cases(timezone.now() + 9 * DAY) for _ in range(3)] == [3, 1, 0]


@pytest.mark.django_db
def test_ended_cases_are_left_alone() -> None:
    case, editor = make_case(), make_editor()
    actions.claim_case(case, by=editor)
    actions.reject_case(case, reason="spam", by=editor)  # type: ignore[arg-type]

    assert actions.rerank_cases(timezone.now() + 99 * DAY) == 0


def test_the_formula_is_documented_with_its_figures() -> None:
    from corrections import priority as module

    text = module.__doc__ or ""
    assert " · ".join(f"{severity} {module.SEVERITY[severity]}" for severity in list(RULES)[:4]) in text
    assert " · ".join(str(points) for _, points in module.FRESH) in text
    assert " · ".join(str(points) for _, points in reversed(module.READ)) in text
    assert " · ".join(f"{reads:,}" for reads, _ in reversed(module.READ)) in text
    assert f"{module.HALF_TIME} · {module.OVERDUE}" in text


@pytest.fixture
def _nothing_gathered() -> None:
    reads.gathering.forget()


@pytest.mark.django_db
@pytest.mark.usefixtures("_nothing_gathered")
def test_a_page_tells_of_a_read_without_cookie_or_token() -> None:
    article = make_article()
    client = Client(enforce_csrf_checks=True)

    page = client.get(article.get_absolute_url()).content.decode()
    answer = client.post(reverse("articles:read", args=[article.pk]))

    assert f'data-reads="{reverse("articles:read", args=[article.pk])}"' in page
    assert (answer.status_code, answer.content, answer.cookies) == (204, b"", {})
    assert "Cookie" not in answer.get("Vary", "")
    assert reads.count_since([article.pk], timezone.localdate()) == {article.pk: 1}
    assert client.get(reverse("articles:read", args=[article.pk])).status_code == 405


@pytest.mark.django_db
@pytest.mark.usefixtures("_nothing_gathered")
def test_many_reads_are_written_together(monkeypatch: pytest.MonkeyPatch) -> None:
    article, other = make_article(), make_article("Another")
    clock = [1000.0]
    monkeypatch.setattr(reads.time, "monotonic", lambda: clock[0])
    reads.gathering.add(article.pk)

    with CaptureQueriesContext(connection) as none:
        for pk in (article.pk, article.pk, other.pk, uuid4()):
            reads.gathering.add(pk)
    clock[0] += reads.WRITE_EVERY
    reads.gathering.add(other.pk)

    assert len(none) == 0
    assert reads.count_since([article.pk, other.pk], timezone.localdate()) == {article.pk: 3, other.pk: 2}


@pytest.mark.django_db
@pytest.mark.usefixtures("_nothing_gathered")
def test_a_flood_of_unknown_articles_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "MOST_GATHERED", 5)
    for _ in range(20):
        reads.gathering.add(uuid4())

    assert not DailyReads.objects.exists()
    assert len(reads.gathering._counts) < 5


@pytest.mark.django_db
def test_what_another_system_counted_is_taken_in_and_the_higher_figure_counts(tmp_path: Path) -> None:
    article = make_article(canonical_url="https://news.example/bridge")
    today, before = timezone.localdate(), timezone.localdate() - 3 * DAY
    reads.add_counted({article.pk: 7}, day=today)
    file = tmp_path / "reads.csv"
    lines = [
        "article,day,reads",
        f"{article.pk},{today},5",
        f"https://news.example/bridge,{before},1200",
        f"https://news.example/other,{before},1",
        f"{article.pk},yesterday,1",
        f"{article.pk},{today},-3",
        f"{article.pk},{today}",
    ]
    file.write_text("\n".join(lines))
    out, complaints = StringIO(), StringIO()

    for _ in range(2):
        call_command("import_reads", str(file), stdout=out, stderr=complaints)

    assert out.getvalue().splitlines() == ["2 taken, 4 refused"] * 2
    assert [line.split(":")[0] for line in complaints.getvalue().splitlines()[:4]] == [
        f"line {n}" for n in (4, 5, 6, 7)
    ]
    assert reads.count_since([article.pk], before) == {article.pk: 1207}
    assert reads.count_since([article.pk], today) == {article.pk: 7}
    assert reads.count_since([article.pk], date(2100, 1, 1)) == {}
