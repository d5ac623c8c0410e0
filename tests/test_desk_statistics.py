"""An editor looks at the statistics; a chief editor also at each editor's; both take them along as CSV."""

import csv
import re
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from articles.models import Article
from corrections import actions, clocks, statistics, tasks
from corrections.desk import plots
from corrections.desk.statistics import as_csv, harmless
from corrections.models import DailySnapshot, Event, Job, Resolution
from corrections.policy import Kind, Severity
from tests.desk import make_article, make_case, make_editor

pytestmark = pytest.mark.django_db

PAGE = "/admin/statistics/"


@pytest.fixture
def editor() -> User:
    return make_editor()


@pytest.fixture
def desk(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


@pytest.fixture
def chief(client: Client) -> Client:
    client.force_login(make_editor("chief", "Chief editors"))
    return client


@pytest.fixture
def decided(editor: User) -> Article:
    """An article with a case corrected, one rejected and one open, all today."""
    article = make_article(section="City")
    fact, taste, _open = (make_case(words, article, category="fact") for words in ("300 guests", "old bridge", "teh"))
    for case in (fact, taste):
        actions.claim_case(case, by=editor)
    actions.reject_case(taste, reason=Resolution.NOT_AN_ERROR, by=editor)
    assert fact.start is not None
    assert fact.end is not None
    actions.correct_case(
        fact, start=fact.start, end=fact.end, expected="300 guests", replacement="3,000 guests", revision=1,
        kind=Kind.CORRECTION, severity=Severity.SUBSTANTIVE, notice="There were 3,000.", by=editor,
    )  # fmt: skip
    return article


def plain(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def read(response: Any) -> list[list[str]]:
    return list(csv.reader(StringIO(response.content.decode("utf-8-sig"))))


def test_the_page_says_how_much_came_in_and_how_it_ended(desk: Client, decided: Article) -> None:
    response = desk.get(PAGE)

    words = plain(response)
    assert "Backlog 1 cases that had not ended" in words
    assert "Reports 3 about 3 new cases" in words
    assert "Decided 2 1 correction" in words or "Decided 2 1 article corrected" in words
    assert "City 1 2 50%" in words
    assert "Self-approvals of the corrections: nobody else signed, though the policy asks for it 1 1 100%" in words


def test_every_plot_has_a_title_and_a_description_and_stands_beside_a_table(desk: Client, decided: Article) -> None:
    html = desk.get(PAGE).content.decode()

    plots_of_page = re.findall(r'<svg class="plot.*?</svg>', html, re.DOTALL)
    assert len(plots_of_page) == 3
    for plot in plots_of_page:
        named = re.search(r'role="img" aria-labelledby="(\S+) (\S+)"', plot)
        assert named is not None
        assert f'<title id="{named[1]}">' in plot
        assert f'<desc id="{named[2]}">' in plot
    assert len(re.findall(r"<tr><th scope=\"row\">\w{3} \d", html)) == 30
    assert " style=" not in html


def test_the_navigation_leads_to_the_page(desk: Client) -> None:
    assert f'href="{PAGE}"' in desk.get("/admin/").content.decode()
    assert f'href="{PAGE}" aria-current="page"' in desk.get(PAGE).content.decode()


@pytest.mark.parametrize("address", [PAGE, "/admin/statistics/days.csv"])
def test_who_may_not_review_sees_no_statistics(client: Client, address: str) -> None:
    assert client.get(address).status_code == 302
    client.force_login(User.objects.create_user("guest", is_staff=True))

    assert client.get(address).status_code == 403


def test_an_editor_does_not_see_what_each_editor_did(desk: Client, decided: Article) -> None:
    html = desk.get(PAGE).content.decode()

    assert "By editor" not in html
    assert "editors.csv" not in html
    assert desk.get("/admin/statistics/editors.csv").status_code == 403


def test_a_chief_editor_sees_what_each_editor_did(chief: Client, decided: Article) -> None:
    words = plain(chief.get(PAGE))
    rows = read(chief.get("/admin/statistics/editors.csv"))

    assert "olena 2 1 50% 0 1 0 0 0" in words
    assert rows[0][:4] == ["editor", "decided", "accepted", "silent"]
    assert rows[1][:8] == ["olena", "2", "1", "0", "1", "0", "0", "0"]


@pytest.mark.parametrize(
    ("query", "first", "days"),
    [
        ("", date(2026, 2, 1), 30),
        ("?days=7", date(2026, 2, 24), 7),
        ("?days=365", date(2025, 3, 3), 365),
        ("?first=2026-02-20&last=2026-02-22", date(2026, 2, 20), 3),
        ("?first=2026-03-01", date(2026, 3, 1), 2),
        ("?last=2026-02-10", date(2026, 1, 12), 30),
        ("?first=2026-03-01&last=2999-01-01", date(2026, 3, 1), 2),
    ],
)
def test_the_period_can_be_chosen(desk: Client, query: str, first: date, days: int) -> None:
    with time_machine.travel(datetime(2026, 3, 2, 12, tzinfo=UTC), tick=False):
        desk.force_login(User.objects.get())
        rows = read(desk.get(f"/admin/statistics/days.csv{query}"))[1:]
        assert desk.get(f"{PAGE}{query}").status_code == 200

    assert (rows[0][0], len(rows)) == (first.isoformat(), days)


@pytest.mark.parametrize(
    "query",
    ["?first=2026-03-02&last=2026-03-01", "?first=yesterday", "?days=12", "?days=x", "?first=1900-01-01", "?last=%00"],
)
def test_a_period_that_is_none_is_refused_with_the_reason_and_the_last_30_days(desk: Client, query: str) -> None:
    response = desk.get(f"{PAGE}{query}")

    assert response.status_code in (400, 422)
    if response.status_code == 422:
        assert 'role="alert"' in response.content.decode()


def test_a_year_is_shown_by_weeks(desk: Client, decided: Article) -> None:
    html = desk.get(f"{PAGE}?days=365").content.decode()

    assert "by weeks" in html
    assert 53 <= len(re.findall(r'<tr><th scope="row">[^<]* to ', html)) <= 54


def test_the_page_takes_the_same_number_of_queries_for_much_as_for_little(
    desk: Client, editor: User, decided: Article, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(11) as counted:
        desk.get(PAGE)
    for words in ("The mayor", "on Monday", "million"):
        case = make_case(words, decided)
        actions.claim_case(case, by=editor)
        actions.reject_case(case, reason=Resolution.NOT_AN_ERROR, by=editor)

    with django_assert_num_queries(len(counted)):
        desk.get(PAGE)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("City", "City"),
        ("=1+1", "'=1+1"),
        ("+44", "'+44"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("\nx", "'\nx"),
        ("  =cmd|' /C calc'!A0", "'  =cmd|' /C calc'!A0"),
        ('"=1+1', "'\"=1+1"),
        ("' =1", "'' =1"),
        ("\u00a0=1", "'\u00a0=1"),
        ("“=1”", "'“=1”"),
        ("＝1+1", "'＝1+1"),
        ("Anna-Maria", "Anna-Maria"),
        ("“City”", "“City”"),
        ("", ""),
        (-5, -5),
        (None, None),
    ],
)
def test_no_cell_is_a_formula(value: object, written: object) -> None:
    assert harmless(value) == written


def test_a_section_that_is_a_formula_comes_out_as_text(desk: Client, editor: User) -> None:
    case = make_case("teh", make_article(section='=HYPERLINK("https://evil.example";"x")'))
    actions.claim_case(case, by=editor)
    actions.reject_case(case, reason=Resolution.NOT_AN_ERROR, by=editor)

    response = desk.get("/admin/statistics/sections.csv")

    assert read(response)[1] == ['\'=HYPERLINK("https://evil.example";"x")', "1", "0"]
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith('attachment; filename="sections-')


def test_cells_with_line_feeds_and_quotes_stay_whole() -> None:
    assert as_csv([['a "b"', "c\nd", 1]]) == '\ufeff"a ""b""","c\nd",1\r\n'


def test_the_days_as_csv_have_all_figures(desk: Client, decided: Article) -> None:
    names, *rows = read(desk.get("/admin/statistics/days.csv?days=7"))
    today = dict(zip(names, rows[-1], strict=True))

    assert len(rows) == 7
    assert (today["reports"], today["opened"], today["closed"], today["backlog"]) == ("3", "3", "2", "1")
    assert (today["decided"], today["accepted"], today["self_approved"]) == ("2", "1", "1")


def test_an_unknown_table_is_not_found(desk: Client) -> None:
    assert desk.get("/admin/statistics/readers.csv").status_code == 404


def test_opening_a_case_is_the_first_look_at_it(desk: Client, editor: User) -> None:
    case = make_case("teh")

    for _ in range(2):
        desk.get(case.get_absolute_url())

    assert [(event.kind, event.by) for event in case.events.exclude(by=None)] == [(Event.Kind.LOOKED, editor)]


def run(kind: str) -> None:
    """Do the due jobs of a kind as a worker would, each twice over."""
    task = getattr(tasks, kind)
    for job in Job.objects.to_dispatch(timezone.now()).filter(kind=kind):
        for _ in range(2):
            task(job.pk, job.attempts)
    assert not Job.objects.pending().filter(kind=kind).exists()


@pytest.mark.django_db(transaction=True)
def test_the_days_that_are_over_get_their_snapshots_each_once() -> None:
    with time_machine.travel(datetime(2026, 3, 2, 12, tzinfo=UTC), tick=False):
        make_case("teh")
    with time_machine.travel(datetime(2026, 3, 4, 0, 2, tzinfo=UTC), tick=False):
        clocks.wind(timezone.now())  # yesterday could still change for some seconds
        run("take_snapshot")
    assert [str(day) for day in DailySnapshot.objects.values_list("day", flat=True)] == ["2026-03-02"]

    with time_machine.travel(datetime(2026, 3, 5, 9, tzinfo=UTC), tick=False):
        for _ in range(2):
            clocks.wind(timezone.now())
            run("take_snapshot")

        kept = [(str(shot.day), shot.figures["backlog"]) for shot in DailySnapshot.objects.order_by("day")]
        assert kept == [("2026-03-02", 1), ("2026-03-03", 1), ("2026-03-04", 1)]
        assert Job.objects.filter(kind="take_snapshot").count() == 3


def test_the_past_can_be_reckoned_anew() -> None:
    with time_machine.travel(datetime(2026, 3, 2, 12, tzinfo=UTC), tick=False):
        make_case("teh")
    with time_machine.travel(datetime(2026, 3, 5, 12, tzinfo=UTC), tick=False):
        call_command("take_snapshots")
        DailySnapshot.objects.filter(day="2026-03-03").update(figures={})

        call_command("take_snapshots", "--first", "2026-03-03", "--last", "2026-03-03")

        assert DailySnapshot.objects.get(day="2026-03-03").figures["backlog"] == 1
        with pytest.raises(CommandError, match="yesterday is the last one"):
            call_command("take_snapshots", "--last", "2026-03-05")


def test_the_demo_has_a_past_to_show() -> None:
    call_command("load_demo")
    today = statistics.today()

    whole = statistics.total(figures for _, figures in statistics.between(today - timedelta(days=64), today))

    assert whole.decided > 150
    assert 0 < whole.accepted < whole.decided / 4
    assert whole.backlog > 5
    assert len(whole.sections) > 5


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, "–"), (0, "0 min"), (30, "under 1 min"), (90, "2 min"), (3590, "1 h"), (5400, "1.5 h"), (40_000, "11 h"),
     (86_400, "1 d"), (130_000, "1.5 d"), (3_000_000, "35 d")],
)  # fmt: skip
def test_lengths_of_time_are_said_shortly(seconds: float | None, words: str) -> None:
    assert plots.span(seconds) == words


def test_a_plot_of_nothing_and_of_much_stays_within_its_frame() -> None:
    days = [date(2026, 3, 1) + timedelta(days=number) for number in range(90)]
    for counts in ([0] * 90, [1] * 90, [10_000, *range(89)]):
        drawn = plots.columns(days, counts, counts, [""] * 90)
        for bar in drawn.above + drawn.below:
            assert float(bar.x) >= 0
            assert float(bar.x) + float(bar.width) <= plots.WIDTH
            assert 0 <= float(bar.y) <= float(bar.y) + float(bar.height) <= plots.HEIGHT
        line = plots.line(days, counts, [""] * 90, seconds=True)
        assert all(0 <= float(y) <= plots.HEIGHT for y in re.findall(r" (\d+\.?\d*)(?: L|$)", line.path))


def test_the_export_has_an_address_of_its_own() -> None:
    assert reverse("admin:statistics_export", args=["days"]) == "/admin/statistics/days.csv"
