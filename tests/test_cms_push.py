"""A published correction reaches the post in WordPress: the right words there, no others, once, or somebody is told."""

import base64
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import Settings

from articles.actions import Text, upsert_article, withdraw_article
from articles.importers.prose import clean_fragment
from articles.models import Article
from corrections import actions, jobs, tasks
from corrections.cms import actions as cms
from corrections.cms.carrying import carry
from corrections.cms.interface import OF_THE_CONNECTION, Reason, Refused, Unavailable
from corrections.cms.models import Connection, Push
from corrections.cms.registry import open_cms
from corrections.models import Case, Correction, Event, Job
from corrections.policy import UNDO_WITHIN, Kind, Severity
from tests.desk import make_case, make_editor
from tests.wordpress import AUTHOR, PASSWORD, Handler, Post, Site, always, once, rendered, serving_site

pytestmark = pytest.mark.django_db

BLOCKS = """<!-- wp:paragraph -->
<p>The mayor opened teh bridge on Monday, and <a href="https://example.org/?a=1&b=2">300 guests</a> came.</p>
<!-- /wp:paragraph -->

<!-- wp:embed {"url":"https://video.example/300","type":"video"} -->
<figure class="wp-block-embed"><iframe src="https://video.example/300"></iframe></figure>
<!-- /wp:embed -->

[gallery ids="300,7"]

<!-- wp:paragraph -->
<p>"It didn't cost five million," Anna Kovalenko said. The old bridge stays open.</p>
<!-- /wp:paragraph -->"""

CLASSIC = """The mayor opened teh bridge on Monday, and <a href="https://example.org/">300 guests</a> came.

"It didn't cost five million," Anna Kovalenko said. The old bridge stays open."""


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    with serving_site() as made:
        settings.OUTGOING_PRIVATE = [made.url.removeprefix("http://")]
        yield made


@pytest.fixture
def editor() -> User:
    return make_editor()


@pytest.fixture
def connection(site: Site) -> Connection:
    return connect(site)


def connect(site: Site, **more: Any) -> Connection:
    values = {"url": site.url, "user": "newsroom", "password": PASSWORD, "source": "site.example"} | more
    return cms.create_connection("Daily WordPress", **values, by=User.objects.create(username="chief"))


def take_over(post: Post) -> Article:
    """Have the post come in as it comes when its site sends what readers see."""
    text = Text(
        headline=post.title,
        standfirst=clean_fragment(rendered(post.excerpt)).removeprefix("<p>").removesuffix("</p>"),
        body=clean_fragment(rendered(post.content)),
    )
    return upsert_article(text, source="site.example", external_id=str(post.id)).article


def correct(post: Post, by: User, words: str = "300 guests", new: str = "3,000 guests", **more: Any) -> Case:
    part = more.pop("part", "body")
    case = make_case(words, more.pop("article", None) or take_over(post), part=part)
    actions.claim_case(case, by=by)
    assert case.start is not None
    values: dict[str, Any] = {
        "start": case.start, "end": case.end, "expected": words, "replacement": new,
        "revision": case.article.text.number, "kind": Kind.CORRECTION, "severity": Severity.MINOR, "notice": "Sorry.",
    }  # fmt: skip
    actions.correct_case(case, **values | more, by=by)
    return case


def work(after: timedelta = UNDO_WITHIN) -> None:
    """Do what is due after a time, and what becomes due by it, at once and in this process."""
    with time_machine.travel(timezone.now() + after, tick=True):
        for _ in range(60):
            job = Job.objects.to_dispatch(timezone.now()).first()
            if job is None:
                return
            getattr(tasks, job.kind)(job.pk, job.attempts)
    raise AssertionError("there is no end to it")


def trail(case: Case) -> list[str]:
    """Give what the case's trail says about pushes."""
    events = case.events.filter(kind__in=(Event.Kind.PUSHED, Event.Kind.NOT_PUSHED)).order_by("pk")
    return [f"{event.kind} {event.note}" for event in events]


# -- what arrives


@pytest.mark.parametrize("content", [BLOCKS, CLASSIC], ids=["blocks", "classic"])
def test_a_correction_changes_the_words_in_the_post_and_no_other_byte(
    site: Site, connection: Connection, editor: User, content: str
) -> None:
    post = site.post(content, excerpt="In short.")

    case = correct(post, editor)
    work()

    assert post.content == content.replace("300 guests</a>", "3,000 guests</a>")
    assert (post.title, post.excerpt) == ("A bridge opens", "In short.")
    assert site.writes() == [{"content": post.content}]
    push = Push.objects.get()
    assert (push.status, push.tries, push.due_at, push.reason) == ("pushed", 1, None, "")
    assert push.there == str(post.revisions[-1]["id"])
    assert push.page == f"{site.url}/wp-admin/post.php?post={post.id}&action=edit"
    assert trail(case) == [f"pushed Daily WordPress: revision {push.there}"]
    connection.refresh_from_db()
    assert connection.succeeded_at is not None
    assert connection.failing_since is None


def test_who_asks_is_known_by_the_application_password(site: Site, connection: Connection, editor: User) -> None:
    seen: list[str] = []
    site.trouble.append(lambda handler: bool(seen.append(handler.headers["Authorization"])))

    correct(site.post(BLOCKS), editor)
    work()

    assert {*seen} == {"Basic " + base64.b64encode(f"newsroom:{PASSWORD}".encode()).decode()}
    assert PASSWORD not in connection.sealed_password


@pytest.mark.parametrize(
    ("part", "words", "new", "field", "was", "becomes"),
    [
        ("headline", "bridge", "tunnel", "title", "Q&amp;A: A bridge opens", "Q&amp;A: A tunnel opens"),
        ("standfirst", "short", "brief", "excerpt", "In short.", "In brief."),
    ],
)
def test_a_headline_goes_to_the_title_and_a_standfirst_to_the_excerpt(
    site: Site,
    connection: Connection,
    editor: User,
    part: str,
    words: str,
    new: str,
    field: str,
    was: str,
    becomes: str,
) -> None:
    post = site.post(BLOCKS, title="Q&A: A bridge opens", excerpt="In short.")
    more = {"severity": Severity.SERIOUS} if part == "headline" else {}
    case = correct(post, editor, words, new, part=part, **more)
    setattr(post, field, was)

    work()

    assert site.writes() == [{field: becomes}]
    assert post.content == BLOCKS
    assert Push.objects.get().status == "pushed", trail(case)


def test_pages_are_found_beside_posts(site: Site, connection: Connection, editor: User) -> None:
    page = site.post(BLOCKS, type="page")

    correct(page, editor)
    work()

    assert "3,000 guests" in page.content


def test_a_style_fix_arrives_too_and_a_note_beside_the_text_is_not_carried(
    site: Site, connection: Connection, editor: User
) -> None:
    post = site.post(BLOCKS)
    correct(post, editor, "teh", "the", kind=Kind.STYLE_FIX, severity=Severity.STYLE, notice="")
    correct(
        post, editor, "old bridge", "old bridge", kind=Kind.EDITORS_NOTE, severity=Severity.SUBSTANTIVE, notice="Note."
    )
    work()

    assert post.content == BLOCKS.replace("teh", "the")
    assert Push.objects.count() == 1


def test_several_corrections_of_one_post_arrive_one_after_the_other(
    site: Site, connection: Connection, editor: User
) -> None:
    post = site.post(BLOCKS)
    case = correct(post, editor)
    article = case.article
    for words, new in (("teh", "the"), ("Monday", "Sunday"), ("Kovalenko", "Kovalchuk")):
        other = make_case(words, article)
        actions.claim_case(other, by=editor)
        actions.correct_case(
            other, start=other.start or 0, end=other.end or 0, expected=words, replacement=new,
            revision=article.text.number, kind=Kind.CORRECTION, severity=Severity.MINOR, notice="Sorry.", by=editor,
        )  # fmt: skip
        article.refresh_from_db()

    work()

    assert Push.objects.filter(status="pushed").count() == 4
    for old, new in (("300 guests</a>", "3,000 guests</a>"), ("teh", "the"), ("Monday", "Sunday")):
        assert old not in post.content
        assert new in post.content


# -- what is not to arrive


def test_articles_from_elsewhere_are_not_pushed(site: Site, connection: Connection, editor: User) -> None:
    connection.source = "another.example"
    connection.save()

    correct(site.post(BLOCKS), editor)
    work()

    assert not Push.objects.exists()
    assert not site.requests


def test_nothing_is_asked_before_it_can_no_longer_be_taken_back_nor_after_it_was(
    site: Site, connection: Connection, editor: User
) -> None:
    post = site.post(BLOCKS)
    case = correct(post, editor)
    work(timedelta(0))
    early = list(site.requests)
    actions.undo_case(case, by=editor)
    work()

    assert early == []
    assert site.requests == []
    assert [push.status for push in Push.objects.all()] == ["taken_back"]
    assert trail(case) == []


def test_what_arrived_before_it_was_taken_back_is_changed_back(
    site: Site, connection: Connection, editor: User
) -> None:
    """The worker's clock runs ahead of the web server's."""
    post = site.post(BLOCKS)
    case = correct(post, editor)
    work()
    pushed = post.content
    actions.undo_case(case, by=editor)
    work()

    assert pushed != BLOCKS
    assert post.content == BLOCKS
    assert [push.status for push in Push.objects.order_by("created_at")] == ["pushed", "pushed"]
    assert [line.split()[0] for line in trail(case)] == ["pushed", "pushed"]
    case.article.refresh_from_db()
    assert "300 guests" in case.article.text.body


def test_a_change_back_is_refused_when_somebody_changed_the_words_meanwhile(
    site: Site, connection: Connection, editor: User
) -> None:
    post = site.post(BLOCKS)
    case = correct(post, editor)
    work()
    theirs = post.content.replace("3,000 guests", "2,999 people")
    site.save(post, content=theirs)
    actions.undo_case(case, by=editor)
    work()

    assert post.content == theirs
    assert trail(case)[-1] == "not_pushed Daily WordPress: the passage is not there word for word"


def test_a_withdrawal_or_an_amendment_changes_no_word_here_and_none_there(
    site: Site, connection: Connection, editor: User
) -> None:
    post = site.post(BLOCKS)
    case = correct(post, editor)
    work()
    correction = Correction.objects.get()
    actions.amend_correction(correction, notice="Sorry indeed.", by=editor)
    actions.withdraw_correction(Correction.objects.get(amends=correction), reason="Wrong.", by=editor)
    asked = len(site.requests)
    work()

    assert len(site.requests) == asked
    assert len(trail(case)) == 1


# -- what is refused


def edited(post: Post, old: str, new: str) -> str:
    assert old in post.content
    return post.content.replace(old, new)


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda post: edited(post, "300 guests", "400 guests"), "not_there"),
        (lambda post: post.content + "\n\n" + post.content, "ambiguous"),
        (lambda _post: "<p>Something else entirely.</p>", "not_there"),
        (lambda _post: "", "not_there"),
    ],
)
def test_a_post_in_which_the_passage_is_not_there_once_is_left_alone(
    site: Site, connection: Connection, editor: User, edit: Callable[[Post], str], reason: str
) -> None:
    post = site.post(BLOCKS)
    case = correct(post, editor)
    content = edit(post)
    site.save(post, content=content)

    work()

    assert post.content == content
    assert site.writes() == []
    push = Push.objects.get()
    assert (push.status, push.reason) == ("refused", reason)
    assert trail(case) == [f"not_pushed Daily WordPress: {push.get_reason_display()}"]
    connection.refresh_from_db()
    assert connection.failing_since is None


def test_words_that_were_put_right_there_already_are_left_as_they_are(
    site: Site, connection: Connection, editor: User
) -> None:
    post = site.post(BLOCKS)
    case = correct(post, editor)
    site.save(post, content=edited(post, "300 guests</a>", "3,000 guests</a>"))

    work()

    assert site.writes() == []
    assert Push.objects.get().status == "stood"
    assert trail(case) == ["pushed Daily WordPress: the wording stood there already"]


PAGE = b"<!doctype html><title>Maintenance</title>"
JSON_ERROR = {"code": "rest_forbidden", "message": "Sorry.", "data": {"status": 403}}


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (always(401, {"code": "incorrect_password", "message": "No.", "data": {"status": 401}}), "unauthorised"),
        (always(401, PAGE, WWW_Authenticate="Basic"), "unauthorised"),
        (always(403, JSON_ERROR), "forbidden"),
        (always(403, PAGE), "not_json"),
        (always(404, {"code": "rest_no_route", "message": "No route.", "data": {"status": 404}}), "no_api"),
        (always(404, PAGE), "no_api"),
        (always(410, JSON_ERROR), "no_post"),
        (always(200, PAGE), "not_json"),
        (always(200, []), "no_api"),
        (always(200, {"id": 7}), "no_api"),
        (always(301, PAGE, Location="https://www.site.example/wp-json/"), "redirect"),
        (always(200, b"{" + b" " * 5_000_001), "too_large"),
        (always(400, {"code": "rest_invalid_param", "message": "Bad.", "data": {"status": 400}}), "rejected"),
    ],
)
def test_what_nobody_but_a_person_can_mend_is_told_at_once(
    site: Site, connection: Connection, editor: User, trouble: Any, reason: str
) -> None:
    post = site.post(BLOCKS)
    case = correct(post, editor)
    site.trouble.append(trouble)

    work()

    push = Push.objects.get()
    assert (push.status, push.reason, push.tries) == ("refused", reason, 1)
    assert str(push.advice)
    assert post.content == BLOCKS
    assert trail(case) == [f"not_pushed Daily WordPress: {push.get_reason_display()}"]
    connection.refresh_from_db()
    assert (connection.failing_since is not None) == (Reason(reason) in OF_THE_CONNECTION)
    assert not Job.objects.pending().filter(kind="push_correction").exists()


@pytest.mark.parametrize(
    ("user", "password", "reason"),
    [("newsroom", "wrong", "unauthorised"), ("nobody", PASSWORD, "unauthorised"), ("author", PASSWORD, "forbidden"),
     ("network", PASSWORD, "unfiltered")],
)  # fmt: skip
def test_a_user_without_the_password_or_the_rights_changes_nothing(
    site: Site, editor: User, user: str, password: str, reason: str
) -> None:
    connect(site, user=user, password=password)
    post = site.post(BLOCKS)
    correct(post, editor)

    work()

    assert Push.objects.get().reason == reason
    assert site.writes() == []
    assert post.content == BLOCKS


@pytest.mark.parametrize("gone", ["deleted", "in the bin"])
def test_a_post_that_is_gone_is_said_to_be_gone(site: Site, connection: Connection, editor: User, gone: str) -> None:
    post = site.post(BLOCKS)
    correct(post, editor)
    if gone == "deleted":
        del site.posts[post.id]
    else:
        post.status = "trash"

    work()

    assert Push.objects.get().reason == "no_post"
    assert site.writes() == []


def test_an_article_that_is_withdrawn_here_is_to_be_taken_off_there_by_hand(
    site: Site, connection: Connection, editor: User
) -> None:
    post = site.post(BLOCKS)
    case = correct(post, editor, new="300 guests", kind=Kind.RETRACTION, severity=Severity.WITHDRAWAL)
    work()

    assert Push.objects.get().reason == "retracted"
    assert "by hand" in trail(case)[0]


@pytest.mark.parametrize("identifier", ["ї" * 500, "../users/1?x=", "-1", "４１"])
def test_whatever_the_identifier_the_correction_is_published_and_nothing_is_asked(
    site: Site, connection: Connection, editor: User, identifier: str
) -> None:
    article = take_over(site.post(BLOCKS))
    article.external_id = identifier
    article.save()

    case = correct(site.post(BLOCKS), editor, article=article)
    work()

    assert case.status == Case.Status.RESOLVED
    assert Push.objects.get().reason == "no_post"
    assert site.requests == []


def test_an_answer_with_signs_that_no_database_takes_is_noted_all_the_same(
    site: Site, connection: Connection, editor: User
) -> None:
    correct(site.post(BLOCKS), editor)
    site.trouble.append(always(400, {"code": "x\0y", "message": "\0" * 500, "data": {"status": 400}}))

    work()

    assert Push.objects.get().reason == "rejected"
    assert "\0" not in Push.objects.get().detail


def test_a_private_address_that_the_operator_has_not_named_is_not_asked(
    site: Site, connection: Connection, editor: User, settings: Settings
) -> None:
    settings.OUTGOING_PRIVATE = []
    correct(site.post(BLOCKS), editor)

    work()

    assert Push.objects.get().reason == "target"
    assert site.requests == []


def test_a_password_that_was_sealed_under_a_lost_key_is_asked_for_again(
    site: Site, connection: Connection, editor: User, settings: Settings
) -> None:
    correct(site.post(BLOCKS), editor)
    settings.SECRET_KEY = "another"

    work()

    assert Push.objects.get().reason == "secret"


# -- others at the same post


def test_a_save_between_reading_and_writing_is_not_lost(site: Site, connection: Connection, editor: User) -> None:
    post = site.post(BLOCKS)
    correct(post, editor)
    theirs = edited(post, "Monday", "Sunday")

    def somebody_saves(handler: Handler) -> bool:
        gets = [path for method, path, _body in site.requests if method == "GET"]
        if len(gets) == 2 and post.content == BLOCKS:  # our second look
            site.save(post, content=theirs)
        return False

    site.trouble.append(somebody_saves)
    work()
    between = (post.content, Push.objects.get().status)
    work(timedelta(minutes=1))

    assert between == (theirs, "pending")
    assert post.content == theirs.replace("300 guests</a>", "3,000 guests</a>")
    assert Push.objects.get().status == "pushed"


def test_a_save_that_was_written_over_all_the_same_is_told(site: Site, connection: Connection, editor: User) -> None:
    """WordPress knows no conditional requests, so it can only be found out afterwards."""
    post = site.post(BLOCKS)
    case = correct(post, editor)
    theirs = edited(post, "Monday", "Sunday")

    def somebody_saves(handler: Handler) -> bool:
        if handler.command == "POST":
            site.save(post, content=theirs)
        return False

    site.trouble.append(somebody_saves)
    work()

    push = Push.objects.get()
    lost = post.revisions[-2]
    assert lost["content"] == theirs
    assert (push.status, push.reason, push.detail) == ("refused", "overwritten", str(lost["id"]))
    assert "somebody else saved" in trail(case)[0]


def test_a_save_in_between_that_changed_nothing_is_nothing(site: Site, connection: Connection, editor: User) -> None:
    post = site.post(BLOCKS)
    correct(post, editor)

    def somebody_saves(handler: Handler) -> bool:
        if handler.command == "POST":
            site.save(post, content=BLOCKS)
        return False

    site.trouble.append(somebody_saves)
    work()

    assert Push.objects.get().status == "pushed"


def test_a_site_without_revisions_takes_corrections_too(site: Site, connection: Connection, editor: User) -> None:
    site.keeps_revisions = False
    post = site.post(BLOCKS)

    case = correct(post, editor)
    work()

    assert "3,000 guests" in post.content
    assert trail(case) == ["pushed Daily WordPress: stored"]


def test_a_filter_that_changes_what_is_stored_is_told(site: Site, connection: Connection, editor: User) -> None:
    site.on_save = lambda content: content.replace("<iframe", "<span")
    post = site.post(BLOCKS)

    case = correct(post, editor)
    first = post.revisions[-1]["id"]
    work()

    push = Push.objects.get()
    assert (push.status, push.reason) == ("refused", "altered")
    assert push.detail == f"{first} → {post.revisions[-1]['id']}"
    assert "something else was stored" in trail(case)[0]


# -- trouble that passes


@pytest.mark.parametrize(
    "trouble",
    [
        lambda: once(503, PAGE),
        lambda: once(500, {"code": "db_update_error", "message": "Could not update post.", "data": {"status": 500}}),
        lambda: once(502, PAGE, method="POST"),
        lambda: once(429, PAGE),
        lambda: once(408, PAGE),
    ],
)
def test_what_passes_is_tried_again(site: Site, connection: Connection, editor: User, trouble: Any) -> None:
    post = site.post(BLOCKS)
    case = correct(post, editor)
    site.trouble.append(trouble())

    work()
    push = Push.objects.get()
    connection.refresh_from_db()
    between = (push.status, push.reason, push.tries, connection.failing_since is not None, trail(case))
    work(timedelta(minutes=1))

    assert between == ("pending", "busy", 1, True, [])
    assert post.content == BLOCKS.replace("300 guests</a>", "3,000 guests</a>")
    assert Push.objects.get().status == "pushed"
    connection.refresh_from_db()
    assert (connection.failing_since, connection.last_reason) == (None, "")


def test_retry_after_is_honoured_for_all_that_waits(site: Site, connection: Connection, editor: User) -> None:
    first, second = site.post(BLOCKS), site.post(BLOCKS)
    correct(first, editor)
    correct(second, editor)
    site.trouble.append(once(503, PAGE, Retry_After="3600"))

    work()
    asked = len(site.requests)
    work(timedelta(minutes=50))
    still = len(site.requests)
    work(timedelta(minutes=62))

    assert (asked, still) == (1, 1)
    assert {push.status for push in Push.objects.all()} == {"pushed"}


def test_an_answer_that_was_lost_after_the_write_does_no_harm(site: Site, connection: Connection, editor: User) -> None:
    post = site.post(BLOCKS)
    correct(post, editor)

    def cut(handler: Handler) -> bool:
        if handler.command != "POST" or len(site.writes()) > 1:
            return False
        site.save(post, content=edited(post, "300 guests</a>", "3,000 guests</a>"))
        handler.close_connection = True
        handler.connection.close()
        return True

    site.trouble.append(cut)
    work()
    reason = Push.objects.get().reason
    work(timedelta(minutes=1))

    assert reason == "silent"
    assert len(site.writes()) == 1
    assert Push.objects.get().status == "stood"
    assert post.content.count("3,000 guests") == 1


def test_a_server_that_stays_away_is_given_up_after_two_days_and_somebody_can_push_again(
    site: Site, connection: Connection, editor: User
) -> None:
    post = site.post(BLOCKS)
    case = correct(post, editor)
    site.trouble.append(always(503, PAGE))

    for hours in range(0, 60, 2):
        work(timedelta(hours=hours, seconds=30))
    push = Push.objects.get()
    given_up = (push.status, push.reason, push.tries, trail(case))
    site.trouble.clear()
    cms.push_again(push, by=editor)
    work(timedelta(hours=60))

    assert given_up[:3] == ("failed", "busy", 9)
    assert given_up[3] == ["not_pushed Daily WordPress: the server has trouble or is busy"]
    assert "3,000 guests" in post.content
    assert Push.objects.get().status == "pushed"
    assert not jobs.Job.objects.parked().exists()


def test_a_time_limit_for_all_requests_together(site: Site, connection: Connection, editor: User) -> None:
    correct(site.post(BLOCKS), editor)

    with pytest.raises(Unavailable) as late:
        carry(Push.objects.get(), deadline=0)

    assert late.value.reason == Reason.SILENT


# -- people


def test_what_is_published_while_the_connection_is_paused_waits_to_be_pushed_again(
    site: Site, connection: Connection, editor: User
) -> None:
    post = site.post(BLOCKS)
    cms.pause_connection(connection)
    correct(post, editor)
    work()
    paused = (Push.objects.get().reason, list(site.requests))
    cms.activate_connection(connection)
    count = cms.push_all_again(connection, by=editor)
    work()

    assert paused == ("paused", [])
    assert count == 1
    assert "3,000 guests" in post.content


def test_pushing_again_twice_is_refused_and_done_once(site: Site, connection: Connection, editor: User) -> None:
    post = site.post(BLOCKS)
    correct(post, editor)
    site.trouble.append(once(403, JSON_ERROR))
    work()
    push = Push.objects.get()
    cms.push_again(push, by=editor)
    with pytest.raises(cms.NotWaiting):
        cms.push_again(Push.objects.get(), by=editor)
    with pytest.raises(cms.NotWaiting):
        cms.settle_push(Push.objects.get(), by=editor)
    work()

    assert len(site.writes()) == 1


def test_an_old_job_of_a_push_that_was_put_back_does_nothing(site: Site, connection: Connection, editor: User) -> None:
    correct(site.post(BLOCKS), editor)
    push = Push.objects.get()
    push.round = 1
    push.save()

    actions.push_correction(f"{push.pk.hex}.0")

    assert site.requests == []


def test_the_check_finds_what_is_wrong_with_a_connection(site: Site, connection: Connection) -> None:
    take_over(site.post(BLOCKS))
    good = cms.check_connection(connection)
    connection.user = "author"
    author = cms.check_connection(connection)
    connection.user = "network"
    network = cms.check_connection(connection)
    connection.user = "nobody"
    with pytest.raises(Refused) as nobody:
        cms.check_connection(connection)

    assert [finding.is_fine for finding in good] == [True, True, True, True]
    assert good[0].words == "Signed in as Newsroom."
    assert good[-1].words == "1 article has the source “site.example”."
    assert "edit_others_posts" in author[-2].words
    assert "unfiltered" not in author[-2].words
    assert not network[-2].is_fine
    assert nobody.value.reason == Reason.UNAUTHORISED
    assert AUTHOR.get("edit_others_posts") is None
    assert not any(method == "POST" for method, _path, _body in site.requests)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"url": "http://site.example"}, "url"),
        ({"url": "https://127.0.0.1"}, "url"),
        ({"url": "https://u:p@site.example"}, "url"),
        ({"url": "https://site.example/wp-admin/"}, "url"),
        ({"url": "https://site.example/?p=1"}, "url"),
        ({"url": ""}, "url"),
        ({"user": "a:b"}, "user"),
        ({"collections": "posts/../users"}, "collections"),
        ({"collections": ""}, "collections"),
    ],
)
def test_values_with_which_nothing_can_be_asked_are_refused(values: dict[str, str], field: str) -> None:
    good = {"url": "https://site.example", "user": "newsroom", "collections": "posts"}

    with pytest.raises(cms.BadConnection) as refusal:
        cms.check_values(**good | values)

    assert refusal.value.field == field
    cms.check_values(**good)


# -- the article comes back


def test_the_corrected_post_that_comes_back_is_no_revision_and_no_regression(
    site: Site, connection: Connection, editor: User
) -> None:
    """Its site sends it when it is saved, and once more."""
    post = site.post(BLOCKS)
    case = correct(post, editor)
    work()
    article = case.article
    article.refresh_from_db()
    number = article.text.number

    back = take_over(post)
    again = take_over(post)
    work()

    assert (back.pk, again.pk) == (article.pk, article.pk)
    assert again.text.number == number
    assert Case.objects.count() == 1
    assert not Event.objects.filter(kind=Event.Kind.REGRESSED).exists()
    assert Push.objects.count() == 1


def test_an_old_text_that_comes_back_is_a_regression_whose_correction_is_pushed_again(
    site: Site, connection: Connection, editor: User
) -> None:
    post = site.post(BLOCKS)
    case = correct(post, editor)
    work()
    site.save(post, content=BLOCKS.replace("Monday", "Sunday"))  # from an editor window that was open all the time
    take_over(post)
    work()
    regression = Case.objects.get(regression_of__case=case)
    actions.claim_case(regression, by=editor)
    revision = regression.article.text
    at = revision.projection("body").text.index("300 guests")
    actions.correct_case(
        regression, start=at, end=at + 10, expected="300 guests", replacement="3,000 guests", revision=revision.number,
        kind=Kind.CORRECTION, severity=Severity.MINOR, notice="Sorry again.", by=editor,
    )  # fmt: skip
    work()

    assert post.content == BLOCKS.replace("Monday", "Sunday").replace("300 guests</a>", "3,000 guests</a>")


def test_the_interface_is_all_that_is_asked_of_a_system(site: Site, connection: Connection) -> None:
    post = site.post(CLASSIC)
    system = open_cms(connection, deadline=10)

    before = system.fetch(str(post.id))
    stored = system.put(before, "body", CLASSIC.replace("teh", "the"))

    assert before.html == {"headline": "A bridge opens", "standfirst": "", "body": CLASSIC}
    assert not stored.is_same(before)
    assert stored.html["body"] == post.content
    assert system.overwritten(before, stored) == ""


def test_a_withdrawn_article_has_no_say_in_what_was_published_before(
    site: Site, connection: Connection, editor: User
) -> None:
    post = site.post(BLOCKS)
    case = correct(post, editor)
    withdraw_article(case.article)

    work()

    assert "3,000 guests" in post.content
