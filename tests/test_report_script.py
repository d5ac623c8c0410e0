"""The reader's script in a real browser: its text is the server's, and every way to report ends in an honest answer."""

import gzip
import json
import random
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from articles.rest.fields import Language
from articles.sanitise import clean
from articles.text import BLOCKS, IGNORED, IGNORING_ATTRIBUTES, project

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "corrections/static/corrections/report.js"
CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.html"))
SITE = "https://paper.example"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; require-trusted-types-for 'script'"
)
LANGUAGES = ["en", "uk", "pl", "de", "fr", "es", "ar"]

ARTICLE = (
    '<h1 data-corrections-part="headline">A bridge opens 🎉</h1>'
    '<p data-corrections-part="standfirst">After years of work</p>'
    '<div data-corrections-part="body">'
    '<p id="first">The mayor opened <b>teh <a href="#x">new</a> bri</b>dge 👍🏽 today.</p>\n'
    '<p id="second">It cost <em>five</em> million.</p>'
    '<p id="third"><img id="image" alt="A bridge">Київ — це&nbsp;місто.</p>'
    '<p id="fourth">Last.</p></div>'
)
ARTICLE_CALLS = 'data-corrections-article="41" data-corrections-revision="3"'


def page_of(
    article: str, *, attributes: str = ARTICLE_CALLS, language: str = "en", tag: str = "", more: str = ""
) -> str:
    direction = "rtl" if language == "ar" else "ltr"
    return (
        f'<!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8"><title>News</title>'
        f'<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/page.css">'
        f'<link rel="canonical" href="{SITE}/a-bridge/"></head><body><main><article {attributes}>{article}</article>'
        f'{more}</main><script src="/static/corrections/report.js" {tag}></script></body></html>'
    )


@dataclass
class Newsroom:
    """A page with the script, and a server of which a test says what it answers."""

    page: Page
    html: str = page_of(ARTICLE)
    status: int = 202
    answer: dict[str, Any] = field(
        default_factory=lambda: {"id": "1", "status": "received", "receipt": f"{SITE}/receipts/abc/"}
    )
    headers: dict[str, str] = field(default_factory=dict)
    reachable: bool = True
    requests: list[Any] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    passages: list[dict[str, str]] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    more: tuple[str, ...] = ("highlights.js", "sentences.js")

    def __post_init__(self) -> None:
        self.page.set_default_timeout(8_000)
        self.page.route("**/*", self.serve)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self.listen)

    def listen(self, message: Any) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def serve(self, route: Route) -> None:
        path = route.request.url.removeprefix(SITE).split("?")[0]
        if path == "/static/corrections/report.js":
            route.fulfill(path=SCRIPT, content_type="text/javascript")
        elif path in (f"/static/corrections/{name}" for name in self.more):
            self.loaded.append(path)
            route.fulfill(path=SCRIPT.with_name(path.rpartition("/")[2]), content_type="text/javascript")
        elif path == "/api/v1/passages/":
            route.fulfill(json={"revision": 3, "passages": self.passages})
        elif path == "/page.css":
            route.fulfill(body="body{font:18px/1.6 Georgia,serif;margin:2rem auto;max-width:40rem;padding:0 1rem}")
        elif path == "/favicon.ico":
            route.fulfill(status=204)
        elif "/reports/" in path:
            self.requests.append(route.request)
            if not self.reachable:
                route.abort("internetdisconnected")
                return
            content_type = "application/json" if self.status == 202 else "application/problem+json"
            headers = {"Content-Type": content_type, **self.headers}
            route.fulfill(status=self.status, headers=headers, body=json.dumps(self.answer))
        else:
            headers = {"Content-Security-Policy": POLICY, "Content-Type": "text/html; charset=utf-8"}
            route.fulfill(body=self.html, headers=headers)

    def visit(self, html: str | None = None) -> Page:
        self.html = html or self.html
        self.page.goto(f"{SITE}/a-bridge/")
        return self.page

    @property
    def sent(self) -> list[dict[str, Any]]:
        return [request.post_data_json for request in self.requests]

    @property
    def keys(self) -> list[str]:
        return [request.headers["idempotency-key"] for request in self.requests]

    def select(self, start: str, start_offset: int, end: str, end_offset: int) -> None:
        """Select between two points; ``#id/0/1`` is the second child of the first child of that element."""
        self.page.evaluate(
            """([start, startOffset, end, endOffset]) => {
                const node = path => path.split("/").slice(1).reduce(
                    (at, step) => at.childNodes[step], document.querySelector(path.split("/")[0]));
                getSelection().setBaseAndExtent(node(start), startOffset, node(end), endOffset);
            }""",
            [start, start_offset, end, end_offset],
        )

    def report(self) -> None:
        self.select("#first/1/0", 0, "#first/1/0", 3)
        self.page.keyboard.press("Control+Enter")
        self.page.get_by_label("How should it read?").fill("the")


@pytest.fixture
def newsroom(browser: Browser) -> Iterator[Newsroom]:
    context = browser.new_context()
    newsroom = Newsroom(context.new_page())
    yield newsroom
    context.close()
    assert newsroom.complaints == []


def quotes_of_random_ranges(page: Page, seed: int, count: int) -> list[dict[str, Any]]:
    """Quote ranges between random points of the body, and read what each covers in another way: off a copy of it."""
    found: list[dict[str, Any]] = page.evaluate(
        """([seed, count]) => {
            const body = document.querySelector("[data-corrections-part=body]");
            const random = below => {
                seed = (seed * 1103515245 + 12345) % 2147483648;
                return Math.floor(seed / 2147483648 * below);
            };
            const nodes = [body];
            const walker = document.createTreeWalker(body, NodeFilter.SHOW_ALL);
            while (walker.nextNode()) nodes.push(walker.currentNode);
            const point = () => {
                const node = nodes[random(nodes.length)];
                return [node, random((node.nodeType === 1 ? node.childNodes.length : node.length) + 1)];
            };
            return Array.from({ length: count }, () => {
                const range = new Range(), [a, b] = [point(), point()];
                range.setStart(...a);
                range.setEnd(...a);
                if (range.comparePoint(...b) < 0) range.setStart(...b); else range.setEnd(...b);
                let quote = null;
                try { quote = Newsroom.quote(range).quote; } catch (reason) {
                    if (reason !== "outside" && reason !== "image") throw reason;
                }
                let inside = range.commonAncestorContainer;
                if (inside.nodeType !== 1) inside = inside.parentNode;
                if (inside.closest(document.ignored)) return { quote, covered: "" };
                const copy = document.createElement("div");
                copy.append(range.cloneContents());
                return { quote, covered: Newsroom.project(copy).trim() };
            });
        }""",
        [seed, count],
    )
    return found


@pytest.mark.parametrize("sanitised", [False, True], ids=["raw", "sanitised"])
@pytest.mark.parametrize("source", CORPUS, ids=[path.stem for path in CORPUS])
def test_browser_and_server_read_the_same_text(newsroom: Newsroom, source: Path, sanitised: bool) -> None:
    with source.open(encoding="utf-8", newline="") as file:
        html = file.read()
    html = clean(html) if sanitised else html
    ignored = ",".join([*sorted(IGNORED), *(f"[{name}]" for name in sorted(IGNORING_ATTRIBUTES))])

    page = newsroom.visit(page_of(f'<div data-corrections-part="body">{html}</div>'))
    page.evaluate("ignored => { document.ignored = ignored }", ignored)
    text = project(html).text

    assert page.evaluate("Newsroom.project(document.querySelector('[data-corrections-part=body]'))") == text
    ranges = quotes_of_random_ranges(page, seed=len(html), count=250)
    assert sum(1 for one in ranges if one["quote"]) > 100
    newsroom.complaints.clear()  # about styles and pictures that the article brings with it
    for one in ranges:
        if one["quote"] is None:
            assert one["covered"] == ""
            continue
        exact, start = one["quote"]["exact"], one["quote"]["start"]
        end = start + len(exact)
        assert text[start:end] == exact == exact.strip()
        assert one["quote"]["prefix"] == text[max(0, start - 64) : start]
        assert one["quote"]["suffix"] == text[end : end + 64]
        # A range may begin or end amid a surrogate pair: its copy has half of an emoji, the quote the whole.
        whole = one["covered"].strip("".join(map(chr, range(0xD800, 0xE000))))
        assert whole in exact
        assert len(exact) - len(whole) in (0, 1)


def random_article(rng: random.Random) -> str:
    """Nest elements at random, as a parser leaves them: no block in a paragraph."""
    words = [
        "a",
        "Київ",
        "👩‍👩‍👧",
        "e\u0301",
        "\u00a0",
        "\u00ad",
        " ",
        "\n ",
        "𝔘",
        "&amp;",
        "&lt;b&gt;",
        "שלום",
        "<br>",
        "<!-- c -->",
        "<img alt=x>",
    ]

    def inline(depth: int) -> str:
        parts = []
        for _ in range(rng.randrange(5)):
            if depth and rng.random() < 0.4:
                name = rng.choice(["b", "i", "span", "sup", "span data-corrections-ignore", "span hidden", "button"])
                parts.append(f"<{name}>{inline(depth - 1)}</{name.split()[0]}>")
            parts.append("".join(rng.choices(words, k=rng.randrange(4))))
        return "".join(parts)

    def block(depth: int) -> str:
        name = rng.choice(["p", "div", "blockquote", "section", "h2", "ul", "figure", "div data-corrections-ignore"])
        plain = name.split()[0]
        if name == "ul":
            return f"<ul><li>{inline(1)}</li> <li>{inline(1)}{block(depth - 1) if depth else ''}</li></ul>"
        inside = inline(2) if name in ("p", "h2") or not depth else inline(1) + block(depth - 1) + inline(1)
        return f"<{name}>{inside}</{plain}>"

    return "".join(block(rng.randrange(3)) + rng.choice(["", "\n", inline(1)]) for _ in range(6))


def test_browser_and_server_read_the_same_text_of_random_articles(newsroom: Newsroom) -> None:
    rng = random.Random(20)
    articles = [random_article(rng) for _ in range(150)]
    page = newsroom.visit(page_of("".join(f'<div data-corrections-part="body">{one}</div>' for one in articles)))

    texts = page.evaluate("Array.from(document.querySelectorAll('[data-corrections-part]'), p => Newsroom.project(p))")

    assert texts == [project(one).text for one in articles]


def test_script_and_server_know_the_same_elements() -> None:
    source = SCRIPT.read_text(encoding="utf-8")

    lists = {name: re.search(rf"const {name} = `([^`]*)`", source) for name in ("BLOCKS", "IGNORED")}
    names = {name: set(re.split(r",\s*", found[1])) for name, found in lists.items() if found}

    assert names["BLOCKS"] == BLOCKS
    assert names["IGNORED"] == IGNORED | {f"[{name}]" for name in IGNORING_ATTRIBUTES}


def test_the_script_is_small() -> None:
    with_its_name = subprocess.run(["gzip", "-9c", SCRIPT], capture_output=True, check=True).stdout

    assert len(gzip.compress(SCRIPT.read_bytes(), 9)) <= 6 * 1024
    assert len(with_its_name) <= 6 * 1024


@pytest.mark.parametrize(
    ("selection", "exact", "part"),
    [
        (("#first/1/0", 0, "#first/1/2", 4), "teh new bri", "body"),
        (("#first/1/1/0", 1, "#first/2", 7), "ew bridge 👍🏽", "body"),
        (("#first/0", 10, "#second/0", 2), "opened teh new bridge 👍🏽 today.\nIt", "body"),
        (("#second/0", 3, "#third", 0), "cost five million.", "body"),  # as a triple click leaves it
        (("#second/2", 9, "#second/0", 2), "cost five million.", "body"),  # made backwards
        (("#third/1", 0, "#third/1", 8), "Київ — ц", "body"),
        (("#third/1", 7, "#fourth", 0), "це\u00a0місто.", "body"),
        (("h1/0", 2, "h1/0", 16), "bridge opens 🎉", "headline"),  # half an emoji is none
        (("h1/0", 2, "#first/0", 9), "bridge opens 🎉", "headline"),  # two parts: the one in which it begins
    ],
)
def test_a_selection_becomes_the_quote_that_the_reader_saw(
    newsroom: Newsroom, selection: tuple[str, int, str, int], exact: str, part: str
) -> None:
    page = newsroom.visit()
    newsroom.select(*selection)

    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you").wait_for()

    body = newsroom.sent[0]
    assert (body["article"], body["revision"], body["part"], body["language"]) == ("41", 3, part, "en")
    assert body["quote"]["exact"] == exact
    whole = page.evaluate("part => Newsroom.project(document.querySelector(`[data-corrections-part=${part}]`))", part)
    start = body["quote"]["start"]
    assert whole[start : start + len(exact)] == exact
    assert body["quote"]["prefix"] == whole[max(0, start - 64) : start]
    assert body["url"] == f"{SITE}/a-bridge/"


def test_a_real_triple_click_selects_one_paragraph(newsroom: Newsroom) -> None:
    page = newsroom.visit()

    page.click("#second", click_count=3)
    page.keyboard.press("Meta+Enter")

    assert page.get_by_label("How should it read?").input_value() == "It cost five million."


def test_a_report_is_made_by_keyboard_alone_and_focus_comes_back(newsroom: Newsroom) -> None:
    page = newsroom.visit()
    page.focus("a[href='#x']")
    newsroom.select("#first/1/0", 0, "#first/1/0", 3)

    page.keyboard.press("Control+Enter")
    assert page.get_by_role("dialog", name="Report an error").is_visible()
    page.keyboard.press("Control+A")
    page.keyboard.type("the")
    page.keyboard.press("Tab")
    page.keyboard.type("Spelling")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("ann@example.org")
    page.keyboard.press("Control+Enter")
    page.get_by_role("heading", name="Thank you").wait_for()
    receipt = page.get_by_role("link").filter(has_text="Follow your report")
    assert receipt.get_attribute("href") == f"{SITE}/receipts/abc/"
    page.keyboard.press("Escape")

    assert not page.get_by_role("dialog").is_visible()
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#x"
    page.wait_for_function("getSelection().toString() === 'teh'")
    sent = newsroom.sent[0]
    assert (sent["suggestion"], sent["comment"], sent["email"]) == ("the", "Spelling", "ann@example.org")
    assert "cookie" not in newsroom.requests[0].headers


FOCUSED = """() => {
    const { activeElement } = document, inside = activeElement.shadowRoot?.activeElement;
    if (activeElement === document.body) return "";
    return inside?.closest("dialog") ? inside.name || inside.textContent : "page";
}"""


@pytest.mark.parametrize("key", ["Tab", "Shift+Tab"])
def test_focus_goes_round_in_the_dialog_and_never_to_the_page(newsroom: Newsroom, key: str) -> None:
    page = newsroom.visit()
    newsroom.report()

    visited = []
    for _ in range(24):
        page.keyboard.press(key)
        visited.append(page.evaluate(FOCUSED))

    assert "page" not in visited
    for name in ("suggestion", "comment", "category", "email", "Thank me by name", "Close", "Send"):
        assert visited.count(name) >= 2, name


def test_every_field_is_named_by_its_label(newsroom: Newsroom) -> None:
    page = newsroom.visit()
    newsroom.report()
    page.get_by_text("Thank me by name").click()

    names = page.get_by_role("dialog").evaluate(
        "dialog => [...dialog.querySelectorAll('[name]')].map(field => field.labels[0]?.firstChild.data)"
    )

    assert names == ["How should it read?", "What is wrong?", "What kind of error?", "E-mail, for the answer",
                     "Name, for the published notice"]  # fmt: skip


def test_nothing_moves_by_itself_for_who_wants_less_motion_or_any(newsroom: Newsroom) -> None:
    page = newsroom.visit()
    newsroom.report()

    moving = page.get_by_role("dialog").evaluate(
        """dialog => [...dialog.getRootNode().querySelectorAll("*")].filter(one => {
            const { animationName, transitionDuration } = getComputedStyle(one);
            return animationName !== "none" || transitionDuration !== "0s";
        }).length"""
    )

    assert moving == 0


def test_the_kind_of_error_can_be_chosen(newsroom: Newsroom) -> None:
    page = newsroom.visit()
    newsroom.report()
    kind = page.get_by_label("What kind of error?")
    assert kind.locator("option").all_text_contents() == ["", "typo", "fact", "wording", "other"]

    kind.select_option("fact")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you").wait_for()

    assert newsroom.sent[0]["category"] == "fact"


def test_no_kind_of_error_need_be_chosen(newsroom: Newsroom) -> None:
    page = newsroom.visit()
    newsroom.report()

    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you").wait_for()

    assert newsroom.sent[0]["category"] == ""


def test_markup_in_the_text_is_shown_as_text(newsroom: Newsroom) -> None:
    page = newsroom.visit(
        page_of('<p data-corrections-part="body"><b id="b">&lt;img src=x onerror=alert(1)&gt;</b> after</p>')
    )
    newsroom.select("#b/0", 0, "#b/0", 28)

    page.keyboard.press("Control+Enter")

    assert page.get_by_role("dialog").get_by_role("mark").inner_text() == "<img src=x onerror=alert(1)>"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (400, "Reload the page and send it again"),
        (403, "takes no reports from this page"),
        (404, "is not published any more"),
        (409, "Send it once more."),
        (410, "is not published any more"),
        (413, "at most 2,000 characters"),
        (415, "Reload the page and send it again"),
        (422, "Look through the fields"),
        (429, "Wait 2 min"),
        (500, "send them again in a few minutes"),
        (503, "send them again in a few minutes"),
        (0, "Not sent, but kept here. Send it again."),
    ],
)
def test_each_answer_has_its_sentence_and_nothing_typed_is_lost(newsroom: Newsroom, answer: int, sentence: str) -> None:
    page = newsroom.visit()
    newsroom.status, newsroom.reachable, newsroom.headers = answer or 202, answer != 0, {"Retry-After": "90"}
    newsroom.answer = {"title": "No", "status": answer}
    newsroom.report()
    page.get_by_label("What is wrong?").fill("Spelling")

    page.get_by_role("button", name="Send").click()

    page.get_by_role("alert").filter(has_text=sentence).wait_for()
    page.reload()
    newsroom.select("#first/1/0", 0, "#first/1/0", 3)
    page.keyboard.press("Control+Enter")
    assert page.get_by_label("How should it read?").input_value() == "the"
    assert page.get_by_label("What is wrong?").input_value() == "Spelling"


def test_errors_stand_beside_their_fields(newsroom: Newsroom) -> None:
    page = newsroom.visit()
    newsroom.status = 422
    newsroom.answer = {"title": "No", "status": 422, "errors": {"email": ["Enter a valid email address."]}}
    newsroom.report()
    email = page.get_by_label("E-mail")
    email.fill("ann@nowhere.invalid")

    page.get_by_role("button", name="Send").click()

    page.get_by_text("Enter a valid email address.").wait_for()
    assert email.get_attribute("aria-invalid") == "true"
    assert email.evaluate("field => field.getRootNode().activeElement === field")
    newsroom.status, newsroom.answer = 202, {"receipt": f"{SITE}/receipts/abc/"}
    email.fill("ann@example.org")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Thank you").wait_for()


def test_what_is_no_address_is_not_sent(newsroom: Newsroom) -> None:
    page = newsroom.visit()
    newsroom.report()
    page.get_by_label("E-mail").fill("nonsense")

    page.get_by_role("button", name="Send").click()

    assert page.get_by_label("E-mail").evaluate("field => field.matches(':invalid') && field.matches(':focus')")
    assert newsroom.requests == []


@pytest.mark.parametrize(("change", "same"), [(False, True), (True, False)])
def test_the_same_words_go_under_the_same_key_and_others_under_another(
    newsroom: Newsroom, change: bool, same: bool
) -> None:
    page = newsroom.visit()
    newsroom.reachable = False
    newsroom.report()
    page.get_by_role("button", name="Send").click()
    page.get_by_text("not sent").wait_for()

    newsroom.reachable = True
    if change:
        page.get_by_label("What is wrong?").fill("Spelling")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you").wait_for()

    assert (newsroom.keys[0] == newsroom.keys[1]) is same
    assert all(re.fullmatch(r"[ -~]{8,255}", key) for key in newsroom.keys)


def test_a_key_that_the_server_refuses_is_not_used_again(newsroom: Newsroom) -> None:
    page = newsroom.visit()
    newsroom.status = 409
    newsroom.report()
    page.get_by_role("button", name="Send").click()
    page.get_by_text("Send it once more").wait_for()

    newsroom.status = 202
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you").wait_for()

    assert newsroom.keys[0] != newsroom.keys[1]


def test_a_report_that_found_no_connection_is_offered_again_on_the_next_page(newsroom: Newsroom) -> None:
    page = newsroom.visit()
    newsroom.reachable = False
    newsroom.report()
    page.get_by_role("button", name="Send").click()
    page.get_by_text("not sent").wait_for()

    newsroom.reachable = True
    page.reload()
    page.get_by_role("status").get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you").wait_for()

    assert newsroom.keys[0] == newsroom.keys[1]
    assert newsroom.sent[0] == newsroom.sent[1]
    page.reload()
    assert page.get_by_role("status").inner_text() == ""


def test_a_report_is_offered_again_when_the_connection_is_back(newsroom: Newsroom) -> None:
    page = newsroom.visit()
    newsroom.reachable = False
    newsroom.report()
    page.get_by_role("button", name="Send").click()
    page.get_by_text("not sent").wait_for()
    page.keyboard.press("Escape")

    page.evaluate("dispatchEvent(new Event('online'))")

    assert "Not sent" in page.get_by_role("status").inner_text()


def test_a_server_that_does_not_answer_is_given_up(newsroom: Newsroom) -> None:
    page = newsroom.visit()
    page.clock.install()
    page.evaluate("window.fetch = (_, { signal }) => new Promise((_, no) => { signal.onabort = no; }); 0")
    page.evaluate(
        "AbortSignal.timeout = ms => { const c = new AbortController(); setTimeout(() => c.abort(), ms);"
        " return c.signal }; 0"
    )
    newsroom.report()
    page.get_by_role("button", name="Send").click()

    page.clock.fast_forward(14_000)
    assert page.get_by_role("alert").inner_text() == ""
    page.clock.fast_forward(2_000)

    page.get_by_role("alert").filter(has_text="not sent").wait_for()
    assert page.get_by_role("button", name="Send").is_enabled()


def test_a_refusal_that_the_browser_hides_is_told_from_a_broken_connection(newsroom: Newsroom) -> None:
    page = newsroom.visit(page_of(ARTICLE, tag=f'data-endpoint="{SITE.replace("paper", "desk")}/reports/"'))
    page.evaluate("window.fetch = (url) => String(url).includes('desk') ? Promise.reject(0) : Promise.resolve(); 0")
    newsroom.report()
    page.get_by_role("button", name="Send").click()
    page.get_by_role("alert").filter(has_text="did not take the report from this page").wait_for()

    page.evaluate("window.fetch = () => Promise.reject(0); 0")
    page.get_by_role("button", name="Send").click()

    page.get_by_role("alert").filter(has_text="Not sent, but kept here").wait_for()


def test_a_second_report_can_be_sent_from_the_same_page(newsroom: Newsroom) -> None:
    page = newsroom.visit()
    for exact, at in (("teh", "#first/1/0"), ("five", "#second/1/0"), ("five", "#second/1/0")):
        newsroom.select(at, 0, at, len(exact))
        page.keyboard.press("Control+Enter")
        assert page.get_by_label("What is wrong?").input_value() == ""
        page.get_by_label("What is wrong?").fill(exact)
        page.get_by_role("button", name="Send").click()
        page.get_by_role("heading", name="Thank you").wait_for()
        page.get_by_role("dialog").evaluate(
            "dialog => { window.closing = new Promise(done => dialog.addEventListener('close', done)) }"
        )
        page.get_by_role("button", name="Close").click()
        page.evaluate("() => window.closing.then(() => true)")  # only then has the selection come back

    assert [sent["quote"]["exact"] for sent in newsroom.sent] == ["teh", "five", "five"]
    assert len(set(newsroom.keys)) == 3


def test_a_report_that_waits_is_not_lost_by_another_one(newsroom: Newsroom) -> None:
    page = newsroom.visit()
    newsroom.reachable = False
    newsroom.report()
    page.get_by_role("button", name="Send").click()
    page.get_by_text("not sent").wait_for()
    dialog = page.get_by_role("dialog")
    dialog.evaluate("dialog => { window.closing = new Promise(done => dialog.addEventListener('close', done)) }")
    page.keyboard.press("Escape")
    page.evaluate("() => window.closing.then(() => true)")  # only then has the selection come back

    newsroom.reachable = True
    newsroom.select("#second/1/0", 0, "#second/1/0", 4)
    page.keyboard.press("Control+Enter")
    assert page.get_by_label("How should it read?").input_value() == "five"
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    page.reload()
    page.get_by_role("status").get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you").wait_for()

    assert [sent["quote"]["exact"] for sent in newsroom.sent] == ["teh", "five", "teh"]
    assert newsroom.keys[0] == newsroom.keys[2] != newsroom.keys[1]
    page.reload()
    assert page.get_by_role("status").inner_text() == ""


@pytest.mark.parametrize("word", ["constructor", "__proto__", "toString"])
def test_a_word_that_objects_know_too_is_kept_like_any_other(newsroom: Newsroom, word: str) -> None:
    page = newsroom.visit(page_of(f'<p data-corrections-part="body" id="first">The {word}</p>'))
    newsroom.reachable = False
    newsroom.select("#first/0", 4, "#first/0", 4 + len(word))
    page.keyboard.press("Control+Enter")
    page.get_by_label("What is wrong?").fill("Spelling")
    page.get_by_role("button", name="Send").click()
    page.get_by_text("not sent").wait_for()

    newsroom.reachable = True
    page.reload()
    page.get_by_role("status").get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you").wait_for()

    assert [sent["quote"]["exact"] for sent in newsroom.sent] == [word, word]
    assert newsroom.sent[1]["comment"] == "Spelling"


def test_a_double_click_sends_one_report(newsroom: Newsroom) -> None:
    page = newsroom.visit()
    newsroom.report()

    page.get_by_role("button", name="Send").dblclick()
    page.get_by_role("heading", name="Thank you").wait_for()

    assert len(newsroom.requests) == 1


def test_who_sends_a_comment_of_another_form_by_keyboard_is_not_disturbed(newsroom: Newsroom) -> None:
    page = newsroom.visit(page_of(ARTICLE, more=MORE))
    status = page.get_by_role("status")
    page.locator("#area").fill("A comment")
    page.locator("#area").select_text()
    page.keyboard.press("Control+Enter")
    status.filter(has_text="stand in a form").wait_for()
    status.get_by_role("button").click()

    page.locator("#area").fill("Another comment")
    page.keyboard.press("Control+Enter")
    page.evaluate("new Promise(done => setTimeout(done))")  # the sentence is loaded already, so it would stand there

    assert status.inner_text() == ""
    assert not page.get_by_role("dialog").is_visible()


TWO = '</article><article data-corrections-article="42"><p data-corrections-part="body" id="other">Another story</p>'
LONG = f'<p data-corrections-part="body" id="long">{"👍" * 3000}</p>'


SELECTIONS: dict[str, tuple[Callable[[Newsroom], object], str]] = {
    "nothing": (lambda _: None, "outside"),
    "outside": (lambda n: n.select("#outside/0", 0, "#outside/0", 5), "outside"),
    "advertisement": (lambda n: n.select("#advert/0", 0, "#advert/0", 3), "outside"),
    "image": (lambda n: n.select("#third", 0, "#third", 1), "image"),
    "two articles": (lambda n: n.select("#first/0", 0, "#other/0", 3), "two"),
    "too long": (lambda n: n.select("#long/0", 0, "#long/0", 6000), "413"),
    "one character too long": (lambda n: n.select("#long/0", 0, "#long/0", 4002), "413"),
    "form field": (lambda n: (n.page.fill("#field", "teh"), n.page.locator("#field").select_text()), "field"),
    "text area": (lambda n: (n.page.fill("#area", "teh"), n.page.locator("#area").select_text()), "field"),
}
MORE = (
    '<p id="outside">Outside of it</p><label>Search <input id="field"></label>'
    '<label>Say <textarea id="area"></textarea></label>'
)
ADVERT = '<div data-corrections-part="body"><p data-corrections-ignore id="advert">Buy teh thing</p></div>'


ANSWERS = (400, 403, 404, 409, 410, 413, 422, 429, 500, 0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_selection_that_is_no_quote_gets_a_sentence_of_its_own(newsroom: Newsroom, language: str) -> None:
    page = newsroom.visit(page_of(ARTICLE + LONG + ADVERT + TWO, more=MORE, language=language))
    sentences = sentences_of(language)
    status = page.get_by_role("status")

    for name, (prepare, reason) in SELECTIONS.items():
        page.evaluate("document.activeElement.blur(); getSelection().removeAllRanges()")
        prepare(newsroom)
        page.keyboard.press("Control+Enter")

        status.filter(has_text=sentences[reason]).wait_for()
        assert not page.get_by_role("dialog").is_visible(), name
        status.get_by_role("button").click()
        assert status.inner_text() == ""
    assert newsroom.requests == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_has_its_sentence_in_every_language(newsroom: Newsroom, language: str) -> None:
    page = newsroom.visit(page_of(ARTICLE, language=language))
    sentences = sentences_of(language)
    newsroom.select("#first/1/0", 0, "#first/1/0", 3)
    page.keyboard.press("Control+Enter")
    newsroom.headers = {"Retry-After": "61"}

    for status in ANSWERS:
        newsroom.status, newsroom.reachable, newsroom.answer = status or 202, status != 0, {}
        page.locator("dialog .act").click()

        page.get_by_role("alert").filter(has_text=sentences[str(status)].replace("{n}", "2")).wait_for()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_server_is_asked_to_answer_in_the_language_of_the_dialog(newsroom: Newsroom, language: str) -> None:
    page = newsroom.visit(page_of(ARTICLE, language=f"{language}-X"))
    newsroom.status = 422
    newsroom.select("#first/1/0", 0, "#first/1/0", 3)
    page.keyboard.press("Control+Enter")

    page.locator("dialog .act").click()

    page.get_by_role("alert").filter(has_text=sentences_of(language)["422"]).wait_for()
    assert [request.headers["accept-language"] for request in newsroom.requests] == [language]


def sentences_of(language: str) -> dict[str, str]:
    """Read a language's words and sentences, by what they are about, out of the tables of both files."""
    source = SCRIPT.read_text(encoding="utf-8")
    keys, words = re.search(r"KEYS = `([^`]*)`", source), re.search(rf"  {language}: `([^`]*)`", source)
    more = re.search(
        rf"  {language}: {{(.*?)\n  }}", SCRIPT.with_name("sentences.js").read_text(encoding="utf-8"), re.DOTALL
    )
    assert keys
    assert words
    assert more
    seldom = dict(re.findall(r'(\w+): "(.*)",', more[1]))
    return dict(zip(keys[1].split(), re.split(r"\|\s*", words[1]), strict=True)) | seldom | {"410": seldom["404"]}


@pytest.mark.parametrize("language", ["en", "uk", "ar"])
def test_on_a_phone_too_every_selection_and_every_answer_has_its_sentence(browser: Browser, language: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 700}, has_touch=True, is_mobile=True)
    newsroom = Newsroom(context.new_page())
    page = newsroom.visit(page_of(ARTICLE + LONG + ADVERT + TWO, more=MORE, language=language))
    sentences = sentences_of(language)
    status, button = page.get_by_role("status"), page.get_by_role("button", name=sentences["title"])

    for name in ("image", "two articles", "too long"):
        prepare, reason = SELECTIONS[name]
        prepare(newsroom)
        button.tap()
        status.filter(has_text=sentences[reason]).wait_for()
        box = status.bounding_box()
        assert box
        assert 0 <= box["x"] < box["x"] + box["width"] <= 390
        status.get_by_role("button").tap()
    for name in ("outside", "advertisement", "form field"):  # there the button would promise what cannot be done
        page.evaluate("document.activeElement.blur(); getSelection().removeAllRanges()")
        SELECTIONS[name][0](newsroom)
        page.wait_for_timeout(400)
        assert not button.is_visible(), name

    newsroom.headers = {"Retry-After": "61"}
    page.evaluate("document.activeElement.blur()")
    newsroom.select("#first/1/0", 0, "#first/1/0", 3)
    button.tap()
    for answer in ANSWERS:
        newsroom.status, newsroom.reachable, newsroom.answer = answer or 202, answer != 0, {}
        page.locator("dialog .act").tap()
        page.get_by_role("alert").filter(has_text=sentences[str(answer)].replace("{n}", "2")).wait_for()
    assert newsroom.complaints == []
    context.close()


def test_a_selection_and_an_answer_are_explained_also_where_the_second_file_is_missing(newsroom: Newsroom) -> None:
    newsroom.more = ()
    page = newsroom.visit()
    newsroom.select("#third", 0, "#third", 1)
    page.keyboard.press("Control+Enter")
    page.get_by_role("status").filter(has_text="Select words of the article first.").wait_for()
    newsroom.status, newsroom.answer = 404, {}
    newsroom.report()

    page.get_by_role("button", name="Send").click()

    page.get_by_role("alert").filter(has_text="Not sent, but kept here.").wait_for()
    newsroom.complaints.clear()  # about the file


def test_a_name_is_sent_with_consent_and_none_without(newsroom: Newsroom) -> None:
    page = newsroom.visit()
    newsroom.report()
    assert not page.get_by_label("Name, for the published notice").is_visible()

    page.get_by_text("Thank me by name").click()
    page.get_by_label("Name, for the published notice").fill(" Ann Lee ")
    newsroom.status, newsroom.answer = 500, {}
    page.get_by_role("button", name="Send").click()
    page.get_by_role("alert").filter(has_text="kept").wait_for()
    page.reload()
    newsroom.select("#first/1/0", 0, "#first/1/0", 3)
    page.keyboard.press("Control+Enter")
    name = page.get_by_label("Name, for the published notice")
    assert name.input_value() == " Ann Lee "  # what was typed is kept in sight
    newsroom.status, newsroom.answer = 202, {"receipt": f"{SITE}/receipts/abc/"}
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    page.keyboard.press("Escape")
    newsroom.report()
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you").wait_for()

    assert [(sent["name"], sent["credit"]) for sent in newsroom.sent] == [(" Ann Lee ", True)] * 2 + [("", False)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_reasons_share_a_sentence(language: str) -> None:
    sentences = sentences_of(language)

    assert len(sentences) == 29
    assert len(set(sentences.values())) == 28  # an article that is gone is gone
    assert all(sentences.values())
    assert "{n}" in sentences["429"]


def test_two_thousand_characters_are_not_too_long(newsroom: Newsroom) -> None:
    page = newsroom.visit(page_of(ARTICLE + LONG))
    newsroom.select("#long/0", 0, "#long/0", 4000)

    page.keyboard.press("Control+Enter")

    assert page.get_by_role("dialog").is_visible()


@pytest.mark.parametrize(
    "html",
    [
        page_of("<h1>Story</h1><p>Text with teh error</p>", attributes="", tag="data-site='key 1'"),
        page_of(
            "<h1>Story</h1><div itemprop='articleBody'><p>Text with teh error</p></div>",
            attributes="",
            tag="data-site='key 1'",
        ),
        f"<!doctype html><title>Story</title><link rel='canonical' href='{SITE}/a-bridge/'>"
        "<div><p>Text with teh error</p><script src='/static/corrections/report.js' data-site='key 1'></script></div>",
    ],
    ids=["article", "schema.org", "nothing that tells the article apart"],
)
def test_a_page_of_another_site_is_named_by_its_address(newsroom: Newsroom, html: str) -> None:
    page = newsroom.visit(html)
    newsroom.select("p/0", 10, "p/0", 13)

    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you").wait_for()

    sent = newsroom.sent[0]
    assert (sent["url"], sent["quote"]["exact"]) == (f"{SITE}/a-bridge/", "teh")
    assert not {"article", "part"} & set(sent)  # how the page is cut into parts, the server knows better
    assert "start" not in sent["quote"]
    assert newsroom.requests[0].url.endswith("/api/v1/reports/?site=key+1")


def test_a_language_named_as_programs_name_it_loses_no_report(newsroom: Newsroom) -> None:
    page = newsroom.visit(page_of(ARTICLE, language="uk_UA"))
    newsroom.select("#first/1/0", 0, "#first/1/0", 3)
    page.keyboard.press("Control+Enter")

    page.locator("dialog .act").click()
    page.get_by_role("heading", name=sentences_of("uk")["thanks"]).wait_for()

    assert Language().run_validation(newsroom.sent[0]["language"]) == "uk-UA"


def test_reports_go_where_the_tag_says(newsroom: Newsroom) -> None:
    page = newsroom.visit(page_of(ARTICLE, tag='data-endpoint="/elsewhere/reports/"'))
    newsroom.report()

    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you").wait_for()

    assert newsroom.requests[0].url == f"{SITE}/elsewhere/reports/"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_dialog_speaks_the_page_language_without_an_axe_violation(newsroom: Newsroom, language: str) -> None:
    page = newsroom.visit(page_of(ARTICLE, language=language))
    page.set_viewport_size({"width": 320, "height": 640})
    newsroom.select("#first/1/0", 0, "#first/1/0", 3)

    page.keyboard.press("Control+Enter")

    dialog = page.get_by_role("dialog")
    assert dialog.get_by_role("heading").inner_text() == dialog.get_attribute("aria-label")
    texts = dialog.evaluate("dialog => [...dialog.querySelectorAll('label,button,h2')].map(one => one.textContent)")
    assert len(set(texts)) == 8
    assert all(texts)
    assert dialog.evaluate("dialog => getComputedStyle(dialog).direction") == ("rtl" if language == "ar" else "ltr")
    assert dialog.evaluate(
        "dialog => dialog.scrollWidth <= dialog.clientWidth && dialog.getBoundingClientRect().left >= 0"
    )
    run_axe(page)


def run_axe(page: Page) -> None:
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_of_the_dialog_passes_axe(newsroom: Newsroom, scheme: Any) -> None:
    page = newsroom.visit()
    page.emulate_media(color_scheme=scheme)
    newsroom.status, newsroom.answer = 422, {"errors": {"email": ["Enter a valid email address."]}}
    newsroom.report()

    page.get_by_role("button", name="Send").click()
    page.get_by_text("Enter a valid email address.").wait_for()
    run_axe(page)
    newsroom.status, newsroom.answer = 202, {"receipt": f"{SITE}/receipts/abc/"}
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    run_axe(page)


def test_on_touch_a_button_appears_beside_the_selection_and_not_over_its_handles(browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 700}, has_touch=True, is_mobile=True)
    newsroom = Newsroom(context.new_page())
    page = newsroom.visit()
    newsroom.select("#second/0", 3, "#second/1/0", 4)

    button = page.get_by_role("button", name="Report an error")
    button.wait_for()
    box, bottom = button.bounding_box(), page.evaluate("getSelection().getRangeAt(0).getBoundingClientRect().bottom")
    assert box
    assert bottom + 40 < box["y"] < bottom + 100
    assert box["height"] < 60
    assert box["width"] < 250
    button.tap()
    page.get_by_label("How should it read?").fill("It cost six")
    page.get_by_role("button", name="Send").tap()
    page.get_by_role("heading", name="Thank you").wait_for()

    assert newsroom.sent[0]["quote"]["exact"] == "cost five"
    assert newsroom.complaints == []
    context.close()


def test_on_touch_the_button_goes_above_a_selection_at_the_lower_edge(browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 330}, has_touch=True, is_mobile=True)
    newsroom = Newsroom(context.new_page())
    page = newsroom.visit()
    newsroom.select("#second/0", 3, "#second/1/0", 4)
    page.locator("#second").evaluate(
        "element => scrollTo(0, element.getBoundingClientRect().bottom - innerHeight + 20)"
    )
    page.wait_for_timeout(400)

    box = page.get_by_role("button", name="Report an error").bounding_box()
    top = page.evaluate("getSelection().getRangeAt(0).getBoundingClientRect().top")

    assert box
    assert 0 <= box["y"] < box["y"] + box["height"] < top - 40
    context.close()


def test_without_touch_there_is_no_button(newsroom: Newsroom) -> None:
    page = newsroom.visit()
    page.clock.install()
    newsroom.select("#second/0", 3, "#second/1/0", 4)

    page.clock.run_for(1000)

    assert not page.get_by_role("button", name="Report an error").is_visible()


@pytest.mark.parametrize(("width", "height", "scale"), [(320, 640, 1), (640, 400, 2), (320, 256, 4)])
def test_the_dialog_can_be_used_at_320_pixels_zoomed_and_in_forced_colours(
    browser: Browser, width: int, height: int, scale: int
) -> None:
    size = {"width": width, "height": height}
    context = browser.new_context(viewport=size, device_scale_factor=scale, forced_colors="active")  # type: ignore[arg-type]
    newsroom = Newsroom(context.new_page())
    page = newsroom.visit()
    newsroom.report()

    send = page.get_by_role("button", name="Send")
    send.scroll_into_view_if_needed()
    box = send.bounding_box()

    assert box
    assert box["y"] + box["height"] <= height
    assert box["x"] + box["width"] <= width
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    run_axe(page)
    context.close()


def test_the_words_on_the_button_that_sends_can_be_read_in_forced_colours(browser: Browser) -> None:
    context = browser.new_context(forced_colors="active")
    newsroom = Newsroom(context.new_page())
    newsroom.visit()
    newsroom.report()
    send = newsroom.page.locator("dialog .act")

    pictures = []
    for words in ("dddd", "bbbb"):  # as wide as each other
        send.evaluate("(button, words) => button.replaceChildren(words)", words)
        pictures.append(send.screenshot())

    assert pictures[0] != pictures[1]
    context.close()


def test_what_went_wrong_is_in_view_for_who_sends_by_keyboard_on_a_small_screen(newsroom: Newsroom) -> None:
    newsroom.page.set_viewport_size({"width": 320, "height": 480})
    page = newsroom.visit()
    newsroom.status = 500
    newsroom.report()

    page.keyboard.press("Control+Enter")

    alert = page.get_by_role("alert").filter(has_text="broken at the newsroom")
    expect(alert).to_be_in_viewport(ratio=1)


def test_a_long_article_is_quoted_at_once(newsroom: Newsroom) -> None:
    paragraphs = "".join(f"<p>Paragraph {n} with <b>some</b> words about 👍 things.</p>" for n in range(5_000))
    page = newsroom.visit(page_of(f'<div data-corrections-part="body">{paragraphs}</div>'))
    newsroom.select("p:last-child/0", 0, "p:last-child/0", 9)

    taken = page.evaluate(
        "() => { const begun = performance.now(); Newsroom.quote(getSelection().getRangeAt(0));"
        " return performance.now() - begun }"
    )

    assert taken < 1500


HIGHLIGHTED = """kind => [...(CSS.highlights.get(`newsroom-${kind}`) || [])].map(static => {
    const range = new Range();
    range.setStart(static.startContainer, static.startOffset);
    range.setEnd(static.endContainer, static.endOffset);
    return range.toString();
})"""
PASSAGES = [
    {"kind": "reported", "part": "body", "exact": "teh new bri", "prefix": "The mayor opened ", "suffix": "dge 👍🏽"},
    {"kind": "corrected", "part": "body", "exact": "five million", "prefix": "today.\nIt cost ", "suffix": "."},
    {"kind": "corrected", "part": "body", "exact": "words that are gone", "prefix": "", "suffix": ""},
]


@pytest.mark.parametrize(
    ("asked", "reported", "corrected"),
    [
        ("reported corrected", ["teh new bri"], ["five million"]),
        ("corrected", [], ["five million"]),
        ("reported", ["teh new bri"], []),
    ],
)
def test_passages_are_highlighted_as_the_site_asks_without_a_change_of_the_page(
    newsroom: Newsroom, asked: str, reported: list[str], corrected: list[str]
) -> None:
    newsroom.passages = PASSAGES
    page = newsroom.visit(page_of(ARTICLE, tag=f'data-highlight="{asked}"'))
    page.wait_for_function("() => CSS.highlights.size > 0 && document.adoptedStyleSheets.length > 0")

    assert page.evaluate(HIGHLIGHTED, "reported") == reported
    assert page.evaluate(HIGHLIGHTED, "corrected") == corrected
    assert ARTICLE.replace("&nbsp;", "\xa0")[:60] in page.locator("article").inner_html()
    assert page.locator("article mark").count() == 0


def test_nothing_is_loaded_or_highlighted_unless_the_site_asks(newsroom: Newsroom) -> None:
    newsroom.passages = PASSAGES
    page = newsroom.visit()
    page.wait_for_load_state("networkidle")

    assert newsroom.loaded == []
    assert page.evaluate("CSS.highlights.size") == 0
