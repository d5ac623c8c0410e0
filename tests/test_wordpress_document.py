"""What `docs/wordpress.md` tells is so: its commands run, the API takes what its plugin sends, its table is whole."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from articles.models import Article
from articles.rest.models import Key, Scope
from corrections.cms.interface import ADVICE, Reason
from tests.api import make_service
from tests.desk import make_editor
from tests.test_cms_push import BLOCKS, CLASSIC, connect, correct, work
from tests.wordpress import Post, Site, rendered, serving_site

ROOT = Path(__file__).parent.parent
DOCUMENT = (ROOT / "docs" / "wordpress.md").read_text()
PLUGIN = ROOT / "docs" / "newsroom.php"

# As much of WordPress as the plugin asks for. It posts one post, and prints what the plugin would have sent.
STAGE = r"""<?php
const ABSPATH = '/';
const NEWSROOM_URL = 'https://news.example', NEWSROOM_KEY = 'nrk_secret', NEWSROOM_SITE = 'public"key';
$data = json_decode( file_get_contents( 'php://stdin' ), true );
$post = (object) $data['post'];
$hooks = array(); $meta = array(); $sent = array(); $events = array();
function add_action( $hook, $function, $priority = 10, $arguments = 1 ) {
	$GLOBALS['hooks'][ $hook ][] = array( $function, $arguments );
}
function add_filter( $hook, $function, $priority = 10 ) { add_action( $hook, $function, $priority ); }
function get_post( $id ) { return $GLOBALS['post']; }
function setup_postdata( $post ) {}
function wp_reset_postdata() {}
function get_the_ID() { return $GLOBALS['post']->ID; }
function get_the_category( $id ) { return array( (object) array( 'name' => 'News &amp; Views' ) ); }
function get_the_title( $post ) { return $GLOBALS['data']['title']; }
function wp_strip_all_tags( $html ) { return strip_tags( $html ); }
function apply_filters( $hook, $content ) {
	foreach ( $GLOBALS['hooks'][ $hook ] ?? array() as $one ) { $content = $one[0]( $content ); }
	return $content;
}
function get_bloginfo( $what ) { return 'en-GB'; }
function get_the_author_meta( $what, $id ) { return 'Ada Quill'; }
function get_permalink( $post ) { return 'https://www.site.example/2026/03/a-bridge-opens/'; }
function get_post_time( $format, $gmt, $post ) { return '2026-03-01T08:00:00+00:00'; }
function get_post_modified_time( $format, $gmt, $post ) { return '2026-03-01T08:00:00+00:00'; }
function home_url() { return 'https://www.site.example'; }
function wp_parse_url( $url, $part ) { return parse_url( $url, $part ); }
function wp_json_encode( $value ) { return json_encode( $value ); }
function wp_remote_request( $url, $arguments ) {
	$GLOBALS['sent'][] = array( 'url' => $url ) + $arguments;
	return $GLOBALS['data']['status'];
}
function is_wp_error( $answer ) { return 0 === $answer; }
function wp_remote_retrieve_response_code( $answer ) { return $answer; }
function wp_remote_retrieve_body( $answer ) { return '{"id": "0197c9a2-5d5f-7b40-9c52-3f1f6f1c2b10"}'; }
function update_post_meta( $id, $name, $value ) { $GLOBALS['meta'][ $name ] = $value; }
function get_post_meta( $id, $name, $one ) { return $GLOBALS['meta'][ $name ] ?? ''; }
function wp_schedule_single_event( $at, $hook, $arguments ) { $GLOBALS['events'][] = array( $hook, $arguments ); }
function is_singular( $types ) { return $GLOBALS['data']['singular']; }
function in_the_loop() { return $GLOBALS['data']['singular']; }
function is_main_query() { return true; }
function esc_attr( $text ) { return htmlspecialchars( $text, ENT_QUOTES ); }
function esc_url( $text ) { return htmlspecialchars( $text, ENT_QUOTES ); }
ini_set( 'error_log', '/dev/null' );
require $argv[1];
$hook = $data['try'] > 1 ? 'newsroom_send_again' : 'wp_after_insert_post';
foreach ( $hooks[ $hook ] as $one ) {
	$one[0]( ...array_slice( array( $post->ID, $data['try'] ), 0, $one[1] ) );
}
$shown = apply_filters( 'the_content', 'TEXT' );
ob_start();
$hooks['wp_footer'][0][0]();
$footer = ob_get_clean();
echo json_encode( compact( 'sent', 'meta', 'events', 'shown', 'footer' ) );
"""


def play(
    tmp_path: Path, *, status: int = 200, singular: bool = False, attempt: int = 1, **changes: Any
) -> dict[str, Any]:
    """Have the plugin see a post saved, and give what it did."""
    php = shutil.which("php")
    if php is None:
        pytest.skip("PHP is not at hand")
    (tmp_path / "stage.php").write_text(STAGE)
    post = {"ID": 41, "post_status": "publish", "post_password": "", "post_type": "post", "post_excerpt": "In short."}
    post |= {"post_content": rendered(BLOCKS), "post_author": 7} | changes
    given = {"post": post, "title": "Q&#038;A: A bridge opens", "status": status, "singular": singular, "try": attempt}
    ran = subprocess.run(
        [php, "-d", "display_errors=1", str(tmp_path / "stage.php"), str(PLUGIN)], input=json.dumps(given),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return dict(json.loads(ran.stdout))


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    with serving_site() as made:
        settings.OUTGOING_PRIVATE = [made.url.removeprefix("http://")]
        yield made


@pytest.fixture
def editor(db: None) -> User:
    return make_editor()


@pytest.fixture
def key(db: None) -> Key:
    return make_service(scopes=[Scope.ARTICLES_WRITE])


def send(request: dict[str, Any], key: Key) -> Any:
    """Send to the API what the plugin sends."""
    address = request["url"].removeprefix("https://news.example")
    headers = request["headers"] | {"Authorization": f"Bearer {key.secret}"}
    kind = headers.pop("Content-Type")
    return Client().generic(request["method"], address, request["body"], content_type=kind, headers=headers)


@pytest.mark.django_db
def test_the_commands_take_over_every_post_and_may_be_repeated(site: Site, tmp_path: Path, capsys: Any) -> None:
    for number in range(103):
        site.post(BLOCKS if number % 2 else CLASSIC, title=f"Bridge {number}")
    commands = re.findall(r"```sh\n(.*?)```", DOCUMENT, re.DOTALL)[0]
    fetch, command = commands.replace("https://www.example.org", site.url).rsplit("python manage.py", 1)
    if shutil.which("curl") is None:
        pytest.skip("curl is not at hand")

    subprocess.run(["sh", "-euc", fetch], cwd=tmp_path, check=True, timeout=60)
    for _ in range(2):
        name, *arguments = command.split()
        call_command(name, *[str(tmp_path / "posts") if word == "posts" else word for word in arguments])

    printed = capsys.readouterr().out.splitlines()
    assert sorted(path.name for path in (tmp_path / "posts").iterdir()) == ["1.json", "2.json"]
    assert printed[103] == "103 created, 0 updated, 0 unchanged, 0 refused"
    assert printed[-1] == "0 created, 0 updated, 103 unchanged, 0 refused"
    assert {*Article.objects.values_list("source", flat=True)} == {"127.0.0.1"}


@pytest.mark.parametrize("content", [BLOCKS, CLASSIC], ids=["blocks", "classic"])
def test_the_plugin_sends_what_the_api_takes_and_says_so_again_without_a_revision(
    tmp_path: Path, key: Key, content: str
) -> None:
    played = play(tmp_path, post_content=rendered(content))

    request = played["sent"][0]
    answers = [send(request, key).status_code for _ in range(2)]

    article = Article.objects.get()
    assert answers == [201, 200]
    assert request["headers"]["Authorization"] == "Bearer nrk_secret"
    assert (article.source, article.external_id) == ("site.example", "41")
    assert (article.headline, article.text.standfirst) == ("Q&A: A bridge opens", "In short.")
    assert (article.section, article.byline, article.language) == ("News & Views", "Ada Quill", "en-GB")
    assert article.canonical_url == "https://www.site.example/2026/03/a-bridge-opens/"
    assert "300 guests" in article.text.projection("body").text
    assert article.text.number == 1
    assert played["meta"] == {"_newsroom_article": "0197c9a2-5d5f-7b40-9c52-3f1f6f1c2b10"}


def test_the_plugin_leaves_alone_what_is_not_public(tmp_path: Path) -> None:
    for changes in ({"post_status": "draft"}, {"post_password": "x"}, {"post_type": "attachment"}):
        assert play(tmp_path, **changes)["sent"] == []


@pytest.mark.parametrize(
    ("status", "attempt", "is_tried_again"), [(0, 1, True), (503, 5, True), (503, 6, False), (422, 1, False)]
)
def test_the_plugin_tries_again_what_may_get_better(
    tmp_path: Path, status: int, attempt: int, is_tried_again: bool
) -> None:
    played = play(tmp_path, status=status, attempt=attempt)

    assert played["meta"] == []
    assert bool(played["events"]) == is_tried_again
    if is_tried_again:
        assert played["events"] == [["newsroom_send_again", [41, attempt + 1]]]


def test_the_plugin_puts_the_script_and_the_mark_on_pages_of_posts_alone(tmp_path: Path) -> None:
    page, other = play(tmp_path, singular=True), play(tmp_path)

    article = "0197c9a2-5d5f-7b40-9c52-3f1f6f1c2b10"
    mark = f'<div data-corrections-article="{article}"><div data-corrections-part="body">TEXT</div></div>'
    assert page["shown"] == mark
    script = (
        '<script src="https://news.example/static/corrections/report.js" data-site="public&quot;key" async></script>'
    )
    assert page["footer"] == script
    assert (other["shown"], other["footer"]) == ("TEXT", "")
    assert "data-corrections" not in page["sent"][0]["body"]


def play_post(tmp_path: Path, post: Post) -> dict[str, Any]:
    """Have the plugin see a post of the site saved, and give what it sends."""
    played = play(tmp_path, ID=post.id, post_content=rendered(post.content), post_excerpt=post.excerpt)
    return dict(played["sent"][0])


@pytest.mark.parametrize("content", [BLOCKS, CLASSIC], ids=["blocks", "classic"])
def test_what_is_pushed_and_comes_back_by_the_plugin_is_no_further_revision(
    site: Site, tmp_path: Path, key: Key, editor: User, content: str
) -> None:
    post = site.post(content)
    connect(site)
    send(play_post(tmp_path, post), key)
    case = correct(post, editor, article=Article.objects.get())
    work()

    answers = [send(play_post(tmp_path, post), key).status_code for _ in range(2)]
    work()

    article = Article.objects.get()
    assert answers == [200, 200]
    assert "3,000 guests" in post.content
    assert article.text.number == 2
    assert [case] == list(article.cases.all())


@pytest.mark.parametrize("content", [BLOCKS, CLASSIC], ids=["blocks", "classic"])
def test_what_was_imported_and_comes_back_by_the_plugin_differs_in_markup_alone_and_that_once(
    site: Site, tmp_path: Path, key: Key, editor: User, content: str
) -> None:
    post = site.post(content, title="Q&A: A bridge opens")
    connect(site)
    (tmp_path / "posts.json").write_text(json.dumps([site.row(post, None, "view")]))
    call_command("import_articles", str(tmp_path / "posts.json"), "--source", "site.example", verbosity=0)
    case = correct(post, editor, article=Article.objects.get())
    work()
    words = Article.objects.get().text.projection("body").text

    for _ in range(2):
        send(play_post(tmp_path, post), key)
    work()

    article = Article.objects.get()
    assert article.text.projection("body").text == words
    assert article.text.number <= 3
    assert [case] == list(article.cases.all())


def test_every_refusal_stands_in_the_table_in_the_words_of_the_desk() -> None:
    table = DOCUMENT.partition("## 5. What is refused")[2]
    told = {said.removesuffix(" ⚠") for said in re.findall(r"^\| (.+?) \|", table, re.MULTILINE)} - {"said", "---"}

    assert told == {str(reason.label) for reason in Reason}
    assert ADVICE.keys() == set(Reason)


def test_the_files_that_the_page_names_exist() -> None:
    for name in re.findall(r"\]\(([\w.]+)\)", DOCUMENT):
        assert (ROOT / "docs" / name).exists()
