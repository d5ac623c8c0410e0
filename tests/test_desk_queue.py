"""The review queue: which cases it shows, in which order, to whom, and at what price."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from corrections import actions
from corrections.desk import queue
from corrections.models import Case, Resolution
from corrections.policy import Kind, Severity
from tests.desk import make_article, make_case, make_editor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    cache.clear()


@pytest.fixture
def editor() -> User:
    return make_editor()


@pytest.fixture
def desk(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


def shown(desk: Client, **query: Any) -> list[Case]:
    return [row.case for row in desk.get("/admin/", query).context["rows"]]


def test_the_queue_is_the_first_thing_an_editor_sees(desk: Client) -> None:
    case = make_case(suggestion="the", category="typo")

    page = desk.get("/admin/").content.decode()

    assert "<mark>teh</mark>" in page
    assert "<ins>the</ins>" in page
    assert case.get_absolute_url() in page
    assert "A bridge opens" in page


def test_the_log_in_page_bears_the_name_of_the_newsroom(client: Client, settings: Any) -> None:
    settings.SITE_NAME = "The Morning Post"

    page = client.get(reverse("admin:login")).content.decode()

    assert page.count("The Morning Post") >= 2  # in the title and in the header
    assert "testserver" not in page


def test_what_a_reader_wrote_is_shown_as_text(desk: Client) -> None:
    make_case("<script>alert(1)</script>", suggestion="<img src=x>")

    page = desk.get("/admin/").content.decode()

    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_staff_who_may_not_review_see_the_records_instead(client: Client) -> None:
    make_case()
    client.force_login(User.objects.create_user("clerk", is_staff=True))

    page = client.get("/admin/").content.decode()

    assert "teh" not in page
    assert "Review queue" not in page


def test_the_list_of_applications_stays_within_reach(desk: Client) -> None:
    page = desk.get(reverse("admin:apps")).content.decode()

    assert reverse("admin:corrections_report_changelist") in page
    assert reverse("admin:articles_article_changelist") in page


def test_the_most_urgent_case_comes_first(desk: Client) -> None:
    article = make_article()
    typo = make_case(article=article, category="typo")
    headline = make_case("bridge", article, part="headline")
    fact = make_case("300 guests", article, category="fact")

    assert shown(desk) == [headline, fact, typo]


def test_each_view_keeps_what_its_name_says(desk: Client, editor: User, settings: Any) -> None:
    settings.FOUR_EYES = "enforce"
    other = make_editor("petro")
    names = ("free", "mine", "held", "lapsed", "drafted", "overdue", "lost", "snoozed", "decided")
    cases = {name: make_case("nowhere to be found" if name == "lost" else "teh", make_article(name)) for name in names}
    actions.claim_case(cases["mine"], by=editor)
    for name in ("held", "lapsed", "drafted", "decided"):
        actions.claim_case(cases[name], by=other)
    past = timezone.now() - timedelta(minutes=1)
    Case.objects.filter(pk=cases["lapsed"].pk).update(claim_expires_at=past)
    Case.objects.filter(pk=cases["overdue"].pk).update(due_at=past, came_at=timezone.now() - timedelta(days=14))
    drafted = cases["drafted"]
    assert drafted.start is not None
    assert drafted.end is not None
    actions.correct_case(
        drafted, start=drafted.start, end=drafted.end, expected="teh", replacement="the", revision=1,
        kind=Kind.CORRECTION, severity=Severity.SUBSTANTIVE, notice="It said teh.", by=other,
    )  # fmt: skip
    actions.snooze_case(cases["snoozed"], until=timezone.now() + timedelta(days=1), by=editor)
    actions.reject_case(cases["decided"], reason=Resolution.SPAM, by=other)

    views = {view: {case.article.headline for case in shown(desk, view=view)} for view in queue.VIEWS}

    assert views == {
        "all": {"free", "mine", "held", "lapsed", "drafted", "overdue", "lost"},
        "mine": {"mine"},
        "unclaimed": {"free", "lapsed", "overdue", "lost"},
        "approval": {"drafted"},
        "overdue": {"overdue"},
        "old": {"overdue"},
        "lost": {"lost"},
        "snoozed": {"snoozed"},
        "decided": {"decided"},
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"section": "Sport"}, {"match"}),
        ({"language": "uk"}, {"kyiv"}),
        ({"category": "fact"}, {"match"}),
        ({"outcome": "lost"}, {"lost"}),
        ({"age": "7"}, {"kyiv"}),
        ({"reports": "2"}, {"match"}),
        ({"arrival": "reopened"}, {"lost"}),
        ({"q": "match teh"}, {"match"}),
        ({"q": "NOWHERE"}, {"lost"}),
        ({"category": "no such", "age": "x"}, {"match", "kyiv", "lost"}),
        ({"section": "Sport", "category": "typo"}, set()),
    ],
)
def test_filters_and_search_narrow_the_queue(desk: Client, query: dict[str, str], found: set[str]) -> None:
    match = make_case(article=make_article("match", section="Sport"), category="fact")
    kyiv = make_case(article=make_article("kyiv", language="uk"), category="typo")
    lost = make_case("nowhere to be found", make_article("lost"))
    Case.objects.filter(pk=match.pk).update(report_count=2)
    Case.objects.filter(pk=kyiv.pk).update(first_reported_at=timezone.now() - timedelta(days=8))
    Case.objects.filter(pk=lost.pk).update(arrival="reopened")

    assert {case.article.headline for case in shown(desk, **query)} == found


def test_searching_for_a_number_opens_the_case(desk: Client) -> None:
    case = make_case()

    answers = [desk.get("/admin/", {"q": f"#{case.pk}"}), desk.get("/admin/", {"q": str(case.pk + 1)})]

    assert answers[0]["Location"] == case.get_absolute_url()
    assert answers[1].status_code == 200


@pytest.mark.parametrize("view", ["all", "overdue", "decided"])
def test_paging_shows_every_case_once_in_order_and_back_again(
    desk: Client, editor: User, view: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "PAGE_SIZE", 3)
    article = make_article(body="".join(f"<p>Word{number} stands in paragraph {number}.</p>" for number in range(8)))
    cases = [make_case(f"Word{number}", article) for number in range(8)]
    for number, case in enumerate(cases):
        Case.objects.filter(pk=case.pk).update(
            priority=number // 3, due_at=timezone.now() - timedelta(hours=number // 2)
        )
        if view == "decided":
            actions.claim_case(case, by=editor)
            actions.reject_case(case, reason=Resolution.SPAM, by=editor)

    forward, query = [], {"view": view}
    while True:
        page = desk.get("/admin/", query).context["page"]
        forward.append([case.pk for case in page.cases])
        if page.next is None:
            break
        query = {"view": view, "after": page.next.pk}
    backward = [forward[-1]]
    while page.previous is not None:
        page = desk.get("/admin/", {"view": view, "before": page.previous.pk}).context["page"]
        backward.insert(0, [case.pk for case in page.cases])

    assert [len(page) for page in forward] == [3, 3, 2]
    assert sorted(pk for page in forward for pk in page) == sorted(case.pk for case in cases)
    assert backward == forward


def test_deciding_goes_on_within_the_same_view(desk: Client, editor: User) -> None:
    article = make_article()
    facts = [make_case(words, article, category="fact") for words in ("300 guests", "five million")]
    make_case("old bridge", article, category="typo")
    actions.claim_case(facts[0], by=editor)

    address = reverse("admin:corrections_case_reject", args=[facts[0].pk])
    answer = desk.post(f"{address}?category=fact", {"revision": 1, "seen": "300 guests", "reason": "spam"})
    last = desk.get(answer["Location"]).context

    assert answer["Location"] == f"{facts[1].get_absolute_url()}?category=fact"
    assert last["next"] == ""


def test_fifty_cases_cost_as_many_queries_as_one(desk: Client) -> None:
    article = make_article()
    make_case(article=article, suggestion="the")
    desk.get("/admin/")
    with CaptureQueriesContext(connection) as one:
        desk.get("/admin/")
    for number in range(49):
        make_case(article=make_article(f"Bridge {number}", section=f"Section {number}"), suggestion="the")

    with CaptureQueriesContext(connection) as fifty:
        desk.get("/admin/")

    assert len(fifty) == len(one)


def test_no_page_of_the_queue_is_counted(desk: Client) -> None:
    make_case()

    with CaptureQueriesContext(connection) as made:
        desk.get("/admin/")

    assert not any("COUNT(" in query["sql"].upper() for query in made.captured_queries)
