"""Laws of anchoring that hold for any text, held by Hypothesis.

``NEWSROOM_FUZZ``, a number of examples, makes the long run:
``NEWSROOM_FUZZ=100000 pytest tests/test_anchoring_laws.py``.
"""

import os
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import LCSseq

from corrections.alignment import Alignment
from corrections.anchoring import (
    Forms,
    Outcome,
    Passage,
    Quote,
    StepMap,
    candidates,
    carry,
    follow,
    locate,
    same_place,
)
from corrections.subsequences import common_blocks, common_subsequence, heaviest_chain
from corrections.words import Vocabulary, Words, fold_word, word_spans

fuzz = settings(
    max_examples=int(os.environ.get("NEWSROOM_FUZZ", "80")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

# Words that repeat, punctuation, every kind of space, invisibles, marks, scripts without spaces, astral characters.
pieces = st.sampled_from(
    [
        *("the", "teh", "The", "budget", "council", "said", "1,200", "é", "e\u0301", "ﬁ", "İ", "ß", "𝒳"),
        *("місто", "мій", "мий", "ми\u0438\u0306", "под'їзд", "под’їзд", "مدينة", "مَر", "東京", "は", "カ\u3099"),
        *("한", "\u1112\u1161\u11ab", "🙂", "👩‍👩‍👧", "\u00ad", "\u200b", "\u2060", "\ufeff"),
        *(" ", "  ", "\u00a0", "\u2009", "\n", "\n\n", "\t", "\r\n"),
        *(".", ",", "—", "–", "-", "“", "”", '"', "«", "»", "'", "`"),
    ]
)
texts = st.lists(st.one_of(pieces, pieces, st.just(" "), st.text(max_size=3)), max_size=60).map("".join)


@st.composite
def texts_with_a_span(draw: st.DrawFn) -> tuple[str, int, int]:
    text = draw(texts.filter(bool))
    start = draw(st.integers(0, len(text) - 1))
    return text, start, draw(st.integers(start + 1, len(text)))


@st.composite
def two_revisions(draw: st.DrawFn) -> tuple[str, str]:
    """A text and what a few cuts, copies, moves and insertions make of it."""
    old = new = draw(texts)
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(new)))
        end = draw(st.integers(start, len(new)))
        to = draw(st.integers(0, len(new)))
        cut = new[start:end]
        new = draw(
            st.sampled_from([new[:start] + new[end:], new[:to] + cut + new[to:], new[:start] + draw(texts) + new[end:]])
        )
    return old, new


@fuzz
@given(texts_with_a_span(), st.integers(0, 64))
def test_what_was_marked_is_found_there_or_called_ambiguous(case: tuple[str, int, int], context: int) -> None:
    text, start, end = case
    quote = Quote(text[start:end], text[max(0, start - context) : start], text[end : end + context], start)

    passage = locate(text, quote)

    if not Forms(quote.exact).form(1).strip():
        assert passage.outcome == Outcome.LOST
    elif context:
        assert passage[:3] == (Outcome.EXACT, start, end)
    else:
        assert passage.outcome != Outcome.MOVED
        assert passage.outcome != Outcome.EXACT or passage[1:3] == (start, end)


@fuzz
@given(texts, texts, texts, texts, st.none() | st.integers(0, 400), texts)
def test_any_answer_lies_within_the_text_and_a_certain_one_reads_like_the_quote(
    text: str, exact: str, prefix: str, suffix: str, start: int | None, suggestion: str
) -> None:
    passage = locate(text, Quote(exact, prefix, suffix, start), suggestion=suggestion)

    assert 0 <= passage.score <= 1
    assert (passage.start is None) is (passage.end is None) is (passage.outcome == Outcome.LOST)
    if passage.start is not None and passage.end is not None:
        assert 0 <= passage.start <= passage.end <= len(text)
        if passage.outcome in (Outcome.EXACT, Outcome.MOVED) and not exact.isupper():
            there = Forms(text[passage.start : passage.end]).form(2).strip()
            assert there == Forms(exact).form(2).strip()


@fuzz
@given(texts, texts, texts, texts)
def test_candidates_are_few_distinct_and_best_first(text: str, exact: str, prefix: str, suffix: str) -> None:
    found = candidates(text, Quote(exact, prefix, suffix))

    assert len(found) <= 8
    assert len({passage[1:3] for passage in found}) == len(found)
    assert [passage.score for passage in found] == sorted((passage.score for passage in found), reverse=True)


@fuzz
@given(texts)
def test_forms_map_every_stretch_back_to_where_it_stands(text: str) -> None:
    forms = Forms(text)

    for number in range(4):
        form = forms.form(number)
        assert forms.span(number, 0, len(form))[1] <= len(text)
        for at, char in enumerate(form):
            start, end = forms.span(number, at, at + 1)
            assert 0 <= start <= end <= len(text)
            assert Forms(text[start:end]).form(number) in (char, "") or number == 0 or len(form) != len(text)
    assert len(forms.form(1)) == len(forms.form(2)) == len(forms.form(3))


@fuzz
@given(texts_with_a_span())
def test_carrying_to_the_same_text_changes_nothing(case: tuple[str, int, int]) -> None:
    text, start, end = case

    assert carry(start, end, text, text) == (start, end)


@fuzz
@given(two_revisions(), st.data())
def test_a_carried_passage_lies_within_the_new_text(revisions: tuple[str, str], data: st.DataObject) -> None:
    old, new = revisions
    start = data.draw(st.integers(0, len(old)))
    end = data.draw(st.integers(start, len(old)))

    carried = StepMap(old, new).carry(start, end)

    assert carried is None or 0 <= carried[0] <= carried[1] <= len(new)


@fuzz
@given(two_revisions())
def test_an_alignment_pairs_each_word_at_most_once_and_both_sides_agree(revisions: tuple[str, str]) -> None:
    vocabulary = Vocabulary()
    old, new = (Words(text, 0, 0, vocabulary) for text in revisions)

    alignment = Alignment(old, new)

    assert (len(alignment.image), len(alignment.source)) == (len(old), len(new))
    assert all(alignment.source[j] == i for i, j in enumerate(alignment.image) if j >= 0)
    assert all(alignment.image[i] == j for j, i in enumerate(alignment.source) if i >= 0)


@fuzz
@given(texts)
def test_words_lie_in_order_and_what_lies_between_them_is_not_seen(text: str) -> None:
    words = Words(text, 0, 0, Vocabulary())

    spans = [(words.starts[index], words.end(index)) for index in range(len(words))]

    assert spans == list(word_spans(text))
    assert len(words.code) == len(words)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    between = [0, *(end for _, end in spans)], [*(start for start, _ in spans), len(text)]
    assert not Forms("".join(text[slice(*gap)] for gap in zip(*between, strict=True))).form(1).strip()
    for i, j in pairwise(range(len(words))):
        assert (words.code[i] == words.code[j]) is (fold_word(words[i]) == fold_word(words[j]))


@fuzz
@given(two_revisions(), st.integers(1, 6), st.booleans())
def test_what_two_sequences_have_in_common_is_equal_in_order_and_no_longer_than_it_can_be(
    revisions: tuple[str, str], size: int, is_long: bool
) -> None:
    old, new = (text * (400 if is_long else 1) for text in revisions)

    blocks = common_blocks(old, new, size)
    chain = [blocks[index] for index in sorted(heaviest_chain(blocks))]
    pairs = common_subsequence(old, new, size)

    assert all(old[i : i + length] == new[j : j + length] for i, j, length in (*blocks, *pairs))
    assert all(before.old < after.old and before.new < after.new for before, after in pairwise(chain))
    assert all(
        before.old + before.length <= after.old and before.new + before.length <= after.new
        for before, after in pairwise(pairs)
    )
    assert sum(block.length for block in pairs) <= LCSseq.similarity(old, new)


@fuzz
@given(texts_with_a_span(), st.sampled_from(["Updated at noon.\n", "Оновлено.\n", "更新。\n", ""]))
def test_text_put_in_front_shifts_every_passage_by_its_length(case: tuple[str, int, int], added: str) -> None:
    text, start, end = case
    words = text[start:end]
    if not any(char.isalnum() for char in words):
        return
    story = "\n".join(f"Paragraph {number} is like no other, {number * 7919}." for number in range(6))
    old = f"{story}\n{text}\n{story[::-1]}"
    start, end = start + len(story) + 1, end + len(story) + 1

    assert carry(start, end, old, added + old) == (start + len(added), end + len(added))


@fuzz
@given(texts_with_a_span(), two_revisions(), texts)
def test_following_never_says_certain_of_other_words(
    case: tuple[str, int, int], revisions: tuple[str, str], suggestion: str
) -> None:
    text, start, end = case
    quote = Quote(text[start:end], text[:start], text[end:], start)

    passage = follow(quote, start, end, [text, *revisions], suggestion=suggestion)

    if passage.outcome in (Outcome.EXACT, Outcome.MOVED):
        there = revisions[1][passage.start : passage.end]
        assert Forms(there).form(2).strip() == Forms(quote.exact).form(2).strip()


@fuzz
@given(texts_with_a_span(), two_revisions(), two_revisions(), texts)
def test_following_in_one_go_or_in_several_is_the_same(
    case: tuple[str, int, int], early: tuple[str, str], late: tuple[str, str], suggestion: str
) -> None:
    text, start, end = case
    quote = Quote(text[start:end], text[:start], text[end:], start)
    revisions = [text, early[0] + text + early[1], text + late[0], late[1] + text, text]

    at_once = follow(quote, start, end, revisions, suggestion=suggestion)
    passage = Passage(Outcome.EXACT, start, end)
    for step in pairwise(revisions):
        before = passage
        passage = follow(quote, *before[1:3], step, suggestion=suggestion, outcome=before.outcome)
        if before.outcome not in (Outcome.EXACT, Outcome.MOVED):
            assert passage.outcome not in (Outcome.EXACT, Outcome.MOVED)

    assert passage == at_once


@fuzz
@given(texts.filter(bool), st.data())
def test_the_same_place_is_mutual_and_holds_for_overlaps(text: str, data: st.DataObject) -> None:
    ends = st.integers(0, len(text))
    a, b = (sorted((data.draw(ends), data.draw(ends))) for _ in range(2))

    same = same_place(*a, *b, text)

    assert same == same_place(*b, *a, text)
    if max(a[0], b[0]) < min(a[1], b[1]):
        assert same
