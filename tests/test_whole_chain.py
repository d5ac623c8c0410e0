"""The whole product, by keyboard in a real browser against real processes: from a marked passage to the receipt."""

import os
import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.newsroom import Newsroom, as_in_this_run, running, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.xdist_group("processes")]
SAMPLES = Path(__file__).parent / "samples" / "pages"
REAL_PAGES = os.environ.get("NEWSROOM_REAL_PAGES", "")


def pages() -> list[Path]:
    """The article that ships with the tests, and the real pages of the folder that the environment names."""
    real = sorted(Path(REAL_PAGES).glob("*.html")) if REAL_PAGES else []
    return [SAMPLES / "plain-divs.html", *real]


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    with as_in_this_run() as environment, running(tmp_path_factory.mktemp("newsroom"), **environment) as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert complaints == []


def word_to_correct(text: str) -> str:
    """A word of the text that stands in it once and can be told from every other."""
    words = re.findall(r"[^\W\d_]{6,}", text)
    return next(word for word in words if text.count(word) == 1 and word.islower())


def mark(page: Page, word: str) -> None:
    """Mark a word in the article's body by a double click, as a reader does."""
    place = page.evaluate(
        """word => {
            const walker = document.createTreeWalker(document.querySelector('[data-corrections-part="body"]'), 4);
            for (let node; (node = walker.nextNode()); ) {
                const at = node.data.indexOf(word);
                if (at < 0) continue;
                const range = document.createRange();
                range.setStart(node, at);
                range.setEnd(node, at + word.length);
                range.startContainer.parentElement.scrollIntoView({block: "center"});
                const box = range.getBoundingClientRect();
                return [box.x + box.width / 2, box.y + box.height / 2];
            }
        }""",
        word,
    )
    page.mouse.dblclick(*place)
    assert page.evaluate("getSelection().toString().trim()") == word


@pytest.mark.parametrize("source", pages(), ids=lambda path: path.stem)
def test_from_a_marked_word_to_the_receipt(newsroom: Newsroom, page: Page, source: Path) -> None:
    imported = newsroom.command("import_articles", str(source), "--source", f"test-{uuid.uuid4()}")
    assert "created" in imported
    editor = f"editor-{uuid.uuid4().hex[:8]}"
    slug, text = newsroom.python(
        "from django.contrib.auth.models import Group, User\n"
        f"user = User.objects.create_user({editor!r}, password='pass-word-1', is_staff=True)\n"
        "user.groups.add(Group.objects.get(name='Editors'))\n"
        "from articles.models import Article\n"
        "article = Article.objects.order_by('-created_at').first()\n"
        "print(article.slug, article.text.projection('body').text.replace(chr(10), ' '), sep=chr(10))"
    ).split("\n")
    wrong = word_to_correct(text)
    right = wrong + wrong[-1]

    # The reader marks a word, presses Ctrl + Enter, edits the wording and sends it.
    page.goto(f"{newsroom.url}/articles/{slug}/")
    mark(page, wrong)
    page.keyboard.press("Control+Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_text(wrong).first).to_be_visible()
    suggestion = dialog.get_by_role("textbox").first
    expect(suggestion).to_have_value(wrong)
    expect(suggestion).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type(right)
    page.keyboard.press("Tab")
    page.keyboard.type("It reads better so.")
    dialog.get_by_role("button", name=re.compile("Send|Надіслати")).press("Enter")
    receipt = dialog.get_by_role("link").first
    expect(receipt).to_be_visible()
    receipt_url = receipt.get_attribute("href")
    assert receipt_url is not None
    assert receipt_url.startswith(f"{newsroom.url}/receipts/")

    # The worker makes a case of it; the editor finds it in the queue.
    page.goto(f"{newsroom.url}/admin/")
    page.get_by_label("Username").fill(editor)
    page.get_by_label("Password").fill("pass-word-1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Review queue")).to_be_visible()
    row = page.locator("[data-row] mark").get_by_text(wrong, exact=True)

    def is_in_queue() -> bool:
        page.reload()
        return row.is_visible()

    wait_for(is_in_queue, what="the report is a case in the queue")
    page.locator("[data-row] a").filter(has=page.locator("mark", has_text=wrong)).first.press("Enter")
    expect(page.locator("#passage")).to_have_text(wrong)
    expect(page.locator("[data-help]").first).to_be_visible()  # the keys are listened to

    # By keyboard: claim, take the reader's wording, publish.
    page.keyboard.press("c")
    expect(page.get_by_text("Yours until")).to_be_visible()
    expect(page.locator("[data-help]").first).to_be_visible()
    page.keyboard.press("f")
    expect(page.get_by_label("Wording")).to_have_value(right)
    page.get_by_label("Kind").select_option("correction")
    page.get_by_label("Severity").select_option("minor")
    page.get_by_label("Notice").fill(f"An earlier version said “{wrong}”.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text(re.compile(r"Correction \d{4}-\d{4} is published"))).to_be_visible()

    # The article, the log, the history and the receipt say so.
    page.goto(f"{newsroom.url}/articles/{slug}/")
    expect(page.locator('[data-corrections-part="body"]')).to_contain_text(right)
    expect(page.get_by_text(f"An earlier version said “{wrong}”.")).to_be_visible()
    page.goto(f"{newsroom.url}/corrections/")
    expect(page.get_by_text(f"An earlier version said “{wrong}”.").first).to_be_visible()
    page.goto(f"{newsroom.url}/articles/{slug}/history/1/2/")
    expect(page.locator("ins").first).to_have_text(right)
    page.goto(receipt_url)
    expect(page.get_by_text(f"An earlier version said “{wrong}”.").first).to_be_visible()
    after = newsroom.python(
        "from articles.models import Article\n"
        "from corrections import log\n"
        f"text = Article.objects.get(slug={slug!r}).text.projection('body').text.replace(chr(10), ' ')\n"
        "print(text, list(log.faults()), sep=chr(10))"
    )
    assert after == f"{text.replace(wrong, right, 1)}\n[]"


def test_no_real_pages_is_said(request: pytest.FixtureRequest) -> None:
    if not REAL_PAGES:
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail("NEWSROOM_REAL_PAGES names no folder of real pages.")
        pytest.skip("NEWSROOM_REAL_PAGES is not set: the chain ran on the article that ships alone.")
    assert len(pages()) > 1
