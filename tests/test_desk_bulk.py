"""Many cases decided at once, and the queue that tells of new ones."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from articles.actions import Text, revise_article
from corrections import actions
from corrections.models import Case, Event
from tests.desk import BODY, make_article, make_case, make_editor

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> User:
    cache.clear()
    return make_editor()


@pytest.fixture
def desk(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


def send(desk: Client, verb: str, cases: list[Case], **more: Any) -> Any:
    return desk.post(reverse("admin:bulk"), {"verb": verb, "case": [case.pk for case in cases], **more}, follow=True)


def confirm(desk: Client, verb: str, cases: list[Case], **more: Any) -> Any:
    """Choose, and confirm what the page then shows."""
    shown = send(desk, verb, cases).context["cases"]
    return send(desk, verb, cases, confirmed="1", **seen(shown), **more)


def seen(shown: Any) -> dict[str, Any]:
    return {f"revision-{case.pk}": revision for case, revision, _words in shown} | {
        f"seen-{case.pk}": words for case, _revision, words in shown
    }


def test_nothing_is_decided_before_it_is_confirmed(desk: Client) -> None:
    article = make_article()
    cases = [make_case("teh", article), make_case("300 guests", article)]

    page = send(desk, "reject", cases).content.decode()

    assert "Reject: 2 cases" in page
    assert re.search(r'value="not_an_error"[^>]* checked', page)
    assert set(Case.objects.values_list("status", flat=True)) == {"open"}


def test_each_case_is_decided_and_what_could_not_be_is_told(desk: Client) -> None:
    article = make_article()
    cases = [make_case("teh", article), make_case("300 guests", article), make_case("old bridge", article)]
    actions.claim_case(cases[1], by=make_editor("petro"))

    page = confirm(desk, "reject", cases, reason="out_of_scope").content.decode()

    for case in cases:
        case.refresh_from_db()
    assert [case.resolution for case in cases] == ["out_of_scope", "", "out_of_scope"]
    assert cases[1].status == "claimed"
    assert "2 cases are done." in page
    assert f"Case {cases[1].pk}: petro is working on case" in page


def test_a_bulk_decision_is_taken_back_together(desk: Client, editor: User) -> None:
    article = make_article()
    cases = [make_case("teh", article), make_case("300 guests", article)]
    page = confirm(desk, "reject", cases, reason="spam").content.decode()

    send(desk, "undo", cases)

    assert 'name="verb" value="undo"' in page
    for case in cases:
        case.refresh_from_db()
        assert (case.status, case.assignee) == ("claimed", editor)
        assert case.events.filter(kind=Event.Kind.UNDONE).exists()


def test_cases_are_snoozed_claimed_and_released_together(desk: Client) -> None:
    article = make_article()
    cases = [make_case("teh", article), make_case("300 guests", article)]

    states = []
    for verb in ("claim", "release", "snooze"):
        confirm(desk, verb, cases, days="3")
        states.append(set(Case.objects.values_list("status", flat=True)))

    assert states == [{"claimed"}, {"open"}, {"snoozed"}]


@pytest.mark.parametrize(
    "data", [{}, {"verb": "reject"}, {"verb": "correct", "case": "1"}, {"verb": "reject", "case": "x"}]
)
def test_a_forged_or_empty_choice_does_nothing(desk: Client, data: dict[str, str]) -> None:
    make_case()

    answer = desk.post(reverse("admin:bulk"), {**data, "confirmed": "1", "reason": "spam"})

    assert answer.status_code == 302
    assert Case.objects.get().status == "open"


def test_a_case_whose_passage_was_rewritten_meanwhile_is_left_out(desk: Client) -> None:
    article = make_article()
    cases = [make_case("teh", article), make_case("300 guests", article)]
    shown = send(desk, "reject", cases).context["cases"]
    revise_article(article, Text(headline="A bridge opens", body=BODY.replace("300 guests", "a crowd")))

    page = send(desk, "reject", cases, confirmed="1", reason="spam", **seen(shown)).content.decode()

    for case in cases:
        case.refresh_from_db()
    assert [case.resolution for case in cases] == ["spam", ""]
    assert "reads otherwise now" in page


def test_a_bulk_rejection_without_a_reason_does_nothing(desk: Client) -> None:
    case = make_case()

    confirm(desk, "reject", [case])

    case.refresh_from_db()
    assert (case.status, case.assignee) == ("open", None)


def test_the_queue_tells_of_new_cases_of_its_own_cut(desk: Client) -> None:
    article = make_article()
    make_case("teh", article, category="typo")
    address = desk.get("/admin/?category=fact").content.decode().split('data-arrivals="')[1].split('"')[0]
    make_case("old bridge", article, category="typo")
    make_case("300 guests", article, category="fact")

    told = desk.get(address.replace("&amp;", "&")).json()

    assert told["text"] == "1 new case"


@pytest.mark.parametrize("name", ["bulk", "arrivals"])
def test_somebody_without_the_right_to_review_is_kept_out(client: Client, name: str) -> None:
    client.force_login(User.objects.create_user("clerk", is_staff=True))

    assert client.post(reverse(f"admin:{name}"), {"since": "1"}).status_code == 403


def test_a_preview_shows_what_readers_of_each_language_read_and_decides_nothing(desk: Client) -> None:
    english, german = make_article(), make_article("Eine Brücke", language="de")
    cases = [make_case("teh", english), make_case("teh", german)]
    shown = send(desk, "reject", cases).context["cases"]
    typed = {"confirmed": "1", "reason": "style_preference", "message": "We like it so."}

    page = send(desk, "reject", cases, preview="1", **seen(shown), **typed)

    answers = dict(page.context["answers"])
    assert list(answers) == ["de", "en"]
    assert "we keep ours" in answers["en"]
    assert answers["en"].endswith("We like it so.")
    assert answers["de"] != answers["en"]
    assert re.search(r'value="style_preference"[^>]* checked', page.text)
    assert "We like it so.</textarea>" in page.text
    assert set(Case.objects.values_list("status", flat=True)) == {"open"}


def test_a_preview_is_no_second_look_at_words_that_changed_meanwhile(desk: Client, editor: User) -> None:
    article = make_article()
    case = make_case("teh", article)
    shown = send(desk, "reject", [case]).context["cases"]
    text = article.text
    revise_article(article, Text(headline=text.headline, body=BODY.replace("teh", "teeh")), by=editor)

    page = send(desk, "reject", [case], confirmed="1", preview="1", reason="spam", **seen(shown))
    send(desk, "reject", [case], confirmed="1", reason="spam", **seen(page.context["cases"]))

    case.refresh_from_db()
    assert case.status == "open"
