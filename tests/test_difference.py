"""The difference of two texts, as people read it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.difference import Piece, html, paragraphs, words
from tests.effort import growth

TEXTS = st.text(alphabet="ab’ -.,\n1é\u0301їشж🙂", max_size=60)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", []),
        ("a b", "a b", [Piece("same", "a b")]),
        ("", "new", [Piece("come", "new")]),
        (
            "It cost 1,200 euros.",
            "It cost 12,000 euros.",
            [Piece("same", "It cost "), Piece("gone", "1,200"), Piece("come", "12,000"), Piece("same", " euros.")],
        ),
        # Two words in a row are one change, not two with a space between.
        (
            "The old mayor spoke.",
            "The new minister spoke.",
            [
                Piece("same", "The "),
                Piece("gone", "old mayor"),
                Piece("come", "new minister"),
                Piece("same", " spoke."),
            ],
        ),
        ("don’t go", "do go", [Piece("gone", "don’t"), Piece("come", "do"), Piece("same", " go")]),
        ("п’ять осіб", "шість осіб", [Piece("gone", "п’ять"), Piece("come", "шість"), Piece("same", " осіб")]),
    ],
)
def test_whole_words_and_numbers_change(old: str, new: str, expected: list[Piece]) -> None:
    assert words(old, new) == expected


@given(TEXTS, TEXTS)
def test_pieces_make_up_both_texts(old: str, new: str) -> None:
    pieces = words(old, new)

    assert "".join(piece.text for piece in pieces if piece.kind != "come") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "gone") == new
    assert all(piece.text for piece in pieces)
    assert all(one.kind != two.kind for one, two in pairwise(pieces))


@given(TEXTS, TEXTS)
def test_paragraphs_keep_all_but_the_line_breaks(old: str, new: str) -> None:
    pieces = words(old, new)

    divided = [piece for paragraph in paragraphs(pieces) for piece in paragraph]

    assert "".join(p.text for p in divided if p.kind != "gone") == new.replace("\n", "")
    assert "".join(p.text for p in divided if p.kind != "come") == old.replace("\n", "")


def test_markup_in_a_text_is_shown_not_run() -> None:
    assert html(words("a <b>", 'a <script>"')) == (
        "a &lt;<del>b</del><ins>script</ins>&gt;<ins>&quot;</ins>"
    )  # fmt: skip


def test_two_books_without_a_common_sentence_take_no_more_time_than_their_length() -> None:
    def books(lines: int) -> tuple[str, str]:
        return (
            "\n".join(f"alpha{i} beta gamma{i} delta" for i in range(lines)),
            "\n".join(f"epsilon{i} beta zeta{i} eta" for i in range(lines)),
        )

    old, new = books(20_000)
    quarter = books(5_000)

    assert "".join(piece.text for piece in words(old, new) if piece.kind != "come") == old
    assert growth(lambda: words(*quarter), lambda: words(old, new)) < 9


def test_one_word_in_a_long_article_is_found_word_by_word() -> None:
    lines = [f"Paragraph {i} tells of the things that happened on day {i} of the year." for i in range(3_000)]
    changed = [line.replace("things", "events") if i in (5, 2_900) else line for i, line in enumerate(lines)]

    pieces = words("\n".join(lines), "\n".join(changed))

    assert [piece for piece in pieces if piece.kind != "same"] == [
        Piece("gone", "things"),
        Piece("come", "events"),
        Piece("gone", "things"),
        Piece("come", "events"),
    ]
