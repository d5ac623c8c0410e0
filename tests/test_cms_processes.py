"""A correction on its way to WordPress, in real processes: it arrives, comes back meanwhile, and survives a kill."""

import json
import threading
import urllib.request
from collections.abc import Iterator

import pytest

from tests.newsroom import Newsroom, as_in_this_run, running, wait_for
from tests.test_cms_push import BLOCKS
from tests.wordpress import PASSWORD, Handler, Post, Site, rendered, serving_site

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]

SET_UP = """
from django.contrib.auth.models import User
from articles.rest.keys import make_key
from articles.rest.models import Scope
from corrections.cms import actions as cms
from tests.desk import make_editor

olena = make_editor()
cms.create_connection("Daily", url="{url}", user="newsroom", password="{password}", source="site.example", by=olena)
print(make_key(name="WordPress", scopes=[Scope.ARTICLES_WRITE], acts_for=olena).secret)
"""
CORRECT = """
from django.contrib.auth.models import User
from articles.models import Article
from corrections import actions
from corrections.policy import Kind, Severity
from tests.desk import make_case

olena = User.objects.get(username="olena")
case = make_case("300 guests", Article.objects.get(external_id="{post}"))
actions.claim_case(case, by=olena)
actions.correct_case(
    case, start=case.start, end=case.end, expected="300 guests", replacement="3,000 guests", revision=1,
    kind=Kind.CORRECTION, severity=Severity.MINOR, notice="There were 3,000 guests.", by=olena,
)
"""
LOOK = """
from corrections.cms.models import Push
push = Push.objects.select_related("event__case", "correction__article__current").get(
    correction__article__external_id="{post}"
)
case = push.event.case
kinds = list(case.events.order_by("pk").values_list("kind", flat=True))
print(push.status, push.correction.article.text.number, case.article.cases.count(), *kinds)
"""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serving_site() as made:
        yield made


@pytest.fixture(scope="module")
def newsroom(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    private = site.url.removeprefix("http://")
    with (
        as_in_this_run() as environment,
        running(tmp_path_factory.mktemp("state"), OUTGOING_PRIVATE=private, **environment) as started,
    ):
        started.start("webhooks")
        yield started


@pytest.fixture(scope="module")
def key(site: Site, newsroom: Newsroom) -> str:
    """Connect the site; give the key with which it sends its posts."""
    return newsroom.python(SET_UP.format(url=site.url, password=PASSWORD))


def look(newsroom: Newsroom, post: Post) -> list[str]:
    """Give the push's status, the article's revision, the number of its cases, and its case's trail."""
    return newsroom.python(LOOK.format(post=post.id)).split()


def send(newsroom: Newsroom, key: str, post: Post) -> int:
    """Send a post as the plugin does when it is saved."""
    article = {"headline": post.title, "body": rendered(post.content)}
    request = urllib.request.Request(
        f"{newsroom.url}/api/v1/articles/by-source/site.example/{post.id}/",
        data=json.dumps(article).encode(),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        method="PUT",
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return int(answer.status)


def test_a_correction_arrives_and_the_post_that_comes_back_while_it_is_saved_is_nothing_new(
    site: Site, newsroom: Newsroom, key: str
) -> None:
    post = site.post(BLOCKS)
    sent = [send(newsroom, key, post)]
    site.after_save = lambda saved: sent.append(send(newsroom, key, saved))

    newsroom.python(CORRECT.format(post=post.id))
    wait_for(lambda: "3,000 guests" in post.content, what="the correction is in WordPress")
    wait_for(lambda: look(newsroom, post)[0] == "pushed", what="it is noted as pushed")
    site.after_save = lambda _saved: None

    assert sent == [201, 200]
    assert post.content == BLOCKS.replace("300 guests</a>", "3,000 guests</a>")
    status, revision, cases, *kinds = look(newsroom, post)
    assert (status, revision, cases) == ("pushed", "2", "1")
    assert kinds[-2:] == ["corrected", "pushed"]


def test_a_worker_that_is_killed_after_wordpress_has_stored_it_does_no_harm(
    site: Site, newsroom: Newsroom, key: str
) -> None:
    post = site.post(BLOCKS)
    send(newsroom, key, post)
    is_killed, written = threading.Event(), len(site.writes())

    def store_and_kill(handler: Handler) -> bool:
        if handler.command != "POST" or is_killed.is_set():
            return False
        site.save(post, **json.loads(site.requests[-1][2]))
        newsroom.kill("webhooks")
        is_killed.set()
        handler.close_connection = True
        return True

    site.trouble.append(store_and_kill)
    newsroom.python(CORRECT.format(post=post.id))
    wait_for(is_killed.is_set, what="the worker is killed in the middle")
    before = look(newsroom, post)[0]
    newsroom.start("webhooks")
    wait_for(lambda: look(newsroom, post)[0] == "stood", what="the next try finds it there")

    assert before == "pending"
    assert len(site.writes()) == written + 1
    assert post.content == BLOCKS.replace("300 guests</a>", "3,000 guests</a>")
    assert look(newsroom, post)[-2:] == ["corrected", "pushed"]
