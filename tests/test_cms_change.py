"""A change is found and made in a CMS's HTML: only where the passage stands word for word, once; nothing else moves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.text import project
from corrections.cms.change import Change
from corrections.cms.interface import Reason, Refused

OLD = (
    "The mayor opened teh bridge on Monday, and 300 guests came.\n"
    "“It didn’t cost five million,” Anna Kovalenko said. The old bridge stays open.\n"
    "A second bridge follows in May."
)


def change(old: str, new: str, text: str = OLD) -> Change:
    assert text.count(old) == 1
    return Change.between(text, text.replace(old, new))


BLOCKS = """<!-- wp:paragraph {"dropCap":true} -->
<p class="drop">The mayor opened teh bridge on <em>Monday</em>, and <a href="/g?a=1&b=2">300 guests</a> came.</p>
<!-- /wp:paragraph -->

<!-- wp:gallery {"ids":[300,7],"caption":"300 guests"} /-->

<!-- wp:paragraph -->
<p>"It didn't cost five million," Anna Kovalenko said. The old bridge stays open.</p>
<!-- /wp:paragraph -->

[gallery ids="300,7" title="teh bridge"]

<!-- wp:paragraph -->
<p>A second bridge follows in May.</p>
<!-- /wp:paragraph -->"""

CLASSIC = """The mayor opened teh bridge on <em>Monday</em>,
and <a href="/g?a=1&b=2">300 guests</a> came.

[caption id="attachment_6" align="alignright" width="300"]<img src="teh.jpg" alt="teh bridge" /> Teh ribbon[/caption]
"It didn't cost five million," Anna Kovalenko said. The old bridge stays open.


A second bridge follows in May."""


@pytest.mark.parametrize("html", [BLOCKS, CLASSIC], ids=["blocks", "classic"])
@pytest.mark.parametrize(
    ("old", "new", "in_html"),
    [
        ("teh bridge", "the bridge", ("opened teh bridge", "opened the bridge")),
        ("300 guests", "3,000 guests", ("300 guests</a> came", "3,000 guests</a> came")),
        ("five million", "six & a half million", ("cost five million", "cost six &amp; a half million")),
        ("Anna Kovalenko", "Anna Kovalchuk", ("Kovalenko", "Kovalchuk")),
        (" The old bridge stays open.", "", (" The old bridge stays open.", "")),
        ("A second", "A third and second", ("A second", "A third and second")),
        ("in May.", "in May or June.", ("in May.", "in May or June.")),
    ],
)
def test_only_the_passage_changes_in_blocks_and_in_classic_posts(
    html: str, old: str, new: str, in_html: tuple[str, str]
) -> None:
    assert change(old, new).in_html(html) == html.replace(*in_html)


@pytest.mark.parametrize("html", [BLOCKS, CLASSIC], ids=["blocks", "classic"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("300 guests", "3,000 guests"),
        ("in May.", "in May or June."),
        ("A second", "A third and second"),
        (" The old bridge stays open.", ""),
        ("follows in May", "follows in May, in May"),
    ],
)
def test_a_change_that_was_made_already_changes_nothing_and_the_change_back_restores_every_byte(
    html: str, old: str, new: str
) -> None:
    there = change(old, new)
    back = Change.between(there.new, there.old)

    changed = there.in_html(html)

    assert changed != html
    assert there.in_html(changed) == changed
    assert back.in_html(changed) == html
    assert back.in_html(html) == html


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        (BLOCKS.replace("300 guests</a>", "400 guests</a>"), Reason.NOT_THERE),
        (BLOCKS.replace(">300 guests</a>", ">the 300</a>"), Reason.NOT_THERE),
        ("<p>Another text altogether, about the weather in the north of the country.</p>", Reason.NOT_THERE),
        ("", Reason.NOT_THERE),
        (BLOCKS + BLOCKS, Reason.AMBIGUOUS),
        (BLOCKS.replace("300 guests</a>", "300[footnote n=1] guests</a>"), Reason.IN_MARKUP),
    ],
    ids=["put right otherwise", "reworded", "another text", "empty", "twice", "a shortcode within"],
)
def test_what_is_not_there_exactly_and_once_is_refused(html: str, reason: Reason) -> None:
    with pytest.raises(Refused) as refusal:
        change("300 guests", "3,000 guests").in_html(html)
    assert refusal.value.reason in (reason, Reason.NOT_THERE)


@pytest.mark.parametrize(("old", "new"), [("came.\n“It", "came. “It"), ("Monday, and", "Monday.\nAnd")])
def test_a_change_over_the_end_of_a_paragraph_is_refused(old: str, new: str) -> None:
    with pytest.raises(Refused) as refusal:
        change(old, new)
    assert refusal.value.reason is Reason.PARAGRAPHS


def test_other_capitals_are_other_words() -> None:
    made = Change.between("THE OLD BRIDGE OPENS TODAY", "THE NEW BRIDGE OPENS TODAY")

    with pytest.raises(Refused):
        made.in_html("The old bridge opens today")


def test_words_of_a_shortcode_are_no_passage() -> None:
    html = '<p>See the pictures here.</p>\n[pull text="The mayor opened teh bridge on Monday, and 300 guests came."]'

    with pytest.raises(Refused):
        change("teh bridge", "the bridge").in_html(html)


def test_brackets_that_readers_see_are_text() -> None:
    text = "He said he opened teh [sic] bridge on Monday, in front of three hundred guests."
    made = Change.between(text, text.replace("Monday", "Sunday"))

    assert made.in_html(f"<p>{text}</p>") == f"<p>{text.replace('Monday', 'Sunday')}</p>"


def test_typographic_marks_that_the_post_has_straight_stay_straight() -> None:
    made = change("didn’t cost five", "didn’t cost six")

    assert made.in_html(BLOCKS) == BLOCKS.replace("cost five", "cost six")


def test_the_title_is_changed_as_text_with_entities() -> None:
    made = Change.between("Q&A: teh bridge", "Q&A: the bridge")

    assert made.in_html("Q&amp;A: teh bridge") == "Q&amp;A: the bridge"
    assert made.in_html("Q&A: teh bridge") == "Q&A: the bridge"


_WORDS = st.sampled_from("the a bridge mayor guests 300 opened on and it “didn’t” [sic] cost & May".split())
_TEXTS = st.lists(st.lists(_WORDS, min_size=1, max_size=9).map(" ".join), min_size=1, max_size=4)


@given(_TEXTS, st.data())
def test_whatever_is_changed_reads_as_it_should_and_nothing_else_has_moved(
    lines: list[str], data: st.DataObject
) -> None:
    old = "\n".join(lines)
    row = data.draw(st.integers(0, len(lines) - 1))
    words = lines[row].split(" ")
    at = data.draw(st.integers(0, len(words) - 1))
    words[at] = data.draw(_WORDS)
    new = "\n".join([*lines[:row], " ".join(words), *lines[row + 1 :]])
    html = "\n\n".join(
        f"<!-- wp:paragraph -->\n<p>{line.replace('&', '&amp;')}</p>\n<!-- /wp:paragraph -->" for line in lines
    )
    if old == new:
        return

    try:
        changed = Change.between(old, new).in_html(html)
    except Refused:
        return  # words of so few kinds often stand in several places

    assert project(changed).text == new
    assert changed.count("<!--") == html.count("<!--")
    assert changed.count("<p>") == html.count("<p>")
