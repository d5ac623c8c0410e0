"""A link to a passage makes a real browser scroll to it and mark exactly its words: the right copy, in every script."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, Route

from articles.text import project
from corrections.fragments import text_directive

SITE = "https://paper.example"
STYLE = (
    "body{font:20px/1.6 sans-serif;margin:2rem;max-width:40rem}p,h2,blockquote,li{margin:0 0 700px}"
    "::target-text{background:#f0f;color:#f0f}"
)
MAGENTA = """async image => {
    const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${image}`)).blob());
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height), context = canvas.getContext("2d");
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    let box = null;
    for (let i = 0; i < data.length; i += 4) {
        if (data[i] < 200 || data[i + 1] > 60 || data[i + 2] < 200) continue;
        const x = i / 4 % bitmap.width, y = Math.floor(i / 4 / bitmap.width);
        box = box ? [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)] : [x, y, x, y];
    }
    return box;
}"""
EXPECTED = """([start, end]) => {
    const walker = document.createTreeWalker(document.querySelector("#body"), NodeFilter.SHOW_TEXT);
    let at = 0, range = new Range();
    while (walker.nextNode()) {
        const node = walker.currentNode;
        if (start >= at && start < at + node.length) range.setStart(node, start - at);
        if (end > at && end <= at + node.length) range.setEnd(node, end - at);
        at += node.length;
    }
    const { left, top, right, bottom } = range.getBoundingClientRect();
    return [left, top, right, bottom];
}"""

CASES: dict[str, tuple[str, str, list[str], str, int]] = {
    # language, what stands above, the paragraphs, the passage, which of its copies (from 0)
    "plain": ("en", "", ["The mayor opened the old bridge on Monday."], "the old bridge", 0),
    "inside a word": ("en", "", ["A misunderstandable word stood here."], "stand", 0),
    "with its own punctuation": ("en", "", ["It did “not cost, five million,” she said."], "“not cost, five", 0),
    "signs of the syntax": ("en", "", ["Prices: 10-20 % & more, -not- less; a=b, c#d?"], "20 % & more, -not- l", 0),
    "an earlier copy": ("en", "", ["He said yes and went home.", "She said no. He said yes and stayed."], "yes", 1),
    "copies with the same few words around": (
        "en", "", ["On Monday all of the nine gates were shut again by noon as the day before.",
                   "On Sunday all of the nine gates were shut again by noon as the day after."], "gates", 1,
    ),
    "the same paragraph again": ("en", "", ["First.", "We shall see.", "Second.", "We shall see.", "Third."],
                                 "We shall see.", 1),
    "the same words in the standfirst": ("en", "The hall will close. Traders are angry.",
                                         ["The hall will close.", "It opens soon."], "close.", 0),
    "over two paragraphs": ("en", "", ["The one ends here.", "And the other begins."], "ends here.\nAnd the other", 0),
    "over three paragraphs": ("en", "", ["A is a.", "B is b.", "C is c. D is d."], "is a.\nB is b.\nC is", 0),
    "a long one": ("en", "", [f"{'One two three. ' * 4}Here begins {'something long ' * 12}and here it ends. Then."],
                   "begins " + "something long " * 12 + "and here", 0),
    "a whole paragraph": ("en", "", ["Before it.", "All of this.", "After it."], "All of this.", 0),
    "in a link and bold": ("en", "", ["The <b>may<i>or</i></b> opened <a href='#x'>the new</a> bridge."],
                           "yor opened the n", 0),
    "Ukrainian": ("uk", "", ["Мер відкрив міст, а ім’я Кия – забули.", "Мер відкрив міст."], "ім’я Кия", 0),
    "Japanese": ("ja", "", ["市長は月曜日に新しい橋を開きました。古い橋は残ります。"], "新しい橋", 0),
    "Japanese, the second copy": ("ja", "", ["新しい橋は高い。橋は長い。", "市長は、月曜日に橋を開きました。"],
                                 "橋", 2),
    "Chinese": ("zh", "", ["市长星期一宣布了新的计划，预计两年内完成。"], "新的计划", 0),
    "Chinese without punctuation": ("zh", "", ["市长星期一宣布了新的计划"], "一宣布", 0),
    "Thai": ("th", "", ["นายกเทศมนตรีเปิดสะพานใหม่ในวันจันทร์ และประชาชนมาร่วมงาน"], "สะพานใหม่", 0),
    "Arabic": ("ar", "", ["افتتح رئيس البلدية الجسر الجديد يوم الاثنين، وحضر 300 ضيف."], "الجسر الجديد", 0),
    "Hebrew": ("he", "", ["ראש העיר פתח את הגשר החדש ביום שני."], "הגשר", 0),
    "emoji": ("en", "", ["A bridge 👍🏽 opens 🎉 today, says she."], "opens 🎉", 0),
    "French spaces": ("fr", "", ["Il a dit\u00a0: «\u00a0Jamais\u00a0!\u00a0» et partit."], "Jamais", 0),
}  # fmt: skip


def page_of(language: str, above: str, paragraphs: list[str]) -> str:
    direction = "rtl" if language in ("ar", "he") else "ltr"
    body = "".join(f"<p>{one}</p>" for one in paragraphs)
    return (
        f'<!doctype html><html lang="{language}" dir="{direction}"><meta charset="utf-8"><style>{STYLE}</style>'
        f'<h2 id="above">{above}</h2><div id="body">{body}</div>'
    )


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 900, "height": 600})
    yield context.new_page()
    context.close()


def marked_box(page: Page) -> list[float] | None:
    """Give the box around what the browser has marked in what it shows."""
    image = base64.b64encode(page.screenshot()).decode()
    reader = page.context.new_page()
    box: list[float] | None = reader.evaluate(MAGENTA, image)
    reader.close()
    return box


def follow(page: Page, html: str, fragment: str) -> None:
    def serve(route: Route) -> None:
        route.fulfill(body=html, content_type="text/html; charset=utf-8")

    page.unroute_all()
    page.route(f"{SITE}/**", serve)
    page.goto("about:blank")
    page.goto(f"{SITE}/#{fragment}")
    page.wait_for_timeout(250)  # the browser looks for the words after the page has loaded


def box_of(page: Page, paragraphs: list[str], start: int, end: int) -> list[float]:
    """Give the box around a stretch, which counts the paragraphs' line feeds that no text node has."""
    text = project("".join(f"<p>{one}</p>" for one in paragraphs)).text
    units = [len(text[:at].replace("\n", "").encode("utf-16-le")) // 2 for at in (start, end)]
    box: list[float] = page.evaluate(EXPECTED, units)
    return box


def is_around(box: list[float] | None, expected: list[float]) -> bool:
    """Whether what is marked is what is expected, but for the line's height and bearings of letters."""
    if box is None:
        return False
    pairs = enumerate(zip(box, expected, strict=True))
    return all(abs(found - should) < (8 if axis % 2 else 4) for axis, (found, should) in pairs)


@pytest.mark.browser
@pytest.mark.parametrize("name", CASES)
def test_the_browser_marks_exactly_the_passage(page: Page, name: str) -> None:
    language, above, paragraphs, words, copy = CASES[name]
    text = project("".join(f"<p>{one}</p>" for one in paragraphs)).text
    start = -1
    for _ in range(copy + 1):
        start = text.index(words, start + 1)

    fragment = text_directive(text, start, start + len(words), above=above)
    follow(page, page_of(language, above, paragraphs), fragment)

    expected = box_of(page, paragraphs, start, start + len(words))
    found = marked_box(page)
    if "\n" in words:  # more than fits on the screen
        assert found is not None
        assert expected[1] > -1
        assert abs(found[1] - expected[1]) < 8
    else:
        assert is_around(found, expected), (fragment, found, expected)


@pytest.mark.browser
@pytest.mark.parametrize(
    ("paragraphs", "at", "marked"),
    [
        (["He said that it had cost five."], 7, "He said that it"),  # amid a paragraph, where words were removed
        (["He said.", "She went."], 0, "He said."),
        (["He said.", "She went away."], 23, "went away."),
        (["He said.", "She went away."], 8, "He said."),
    ],
)
def test_where_words_were_removed_those_around_are_marked(
    page: Page, paragraphs: list[str], at: int, marked: str
) -> None:
    text = project("".join(f"<p>{one}</p>" for one in paragraphs)).text

    follow(page, page_of("en", "", paragraphs), text_directive(text, at, at))

    start = text.index(marked)
    assert is_around(marked_box(page), box_of(page, paragraphs, start, start + len(marked)))


def test_a_text_without_words_has_no_directive() -> None:
    assert text_directive("", 0, 0) == text_directive(" \n ", 1, 2) == ""


@given(st.data())
def test_a_directive_is_ascii_and_never_has_more_than_four_terms(data: Any) -> None:
    text = data.draw(st.text(st.sampled_from("ab -,&%#橋。\n“”é👍"), min_size=1, max_size=60))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))

    directive = text_directive(text, start, end)

    assert directive.isascii()
    assert directive.count(",") <= 3
    assert not set(directive.removeprefix(":~:text=")) & set("&# \n")
    assert directive == "" or directive.startswith(":~:text=")
