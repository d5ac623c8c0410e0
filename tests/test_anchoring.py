"""Finding a quote in a text, and carrying a passage to the next revision."""

import tracemalloc
from collections.abc import Callable

import pytest

from bench.accuracy import generated, measure
from bench.accuracy import quote_of as quote_from
from bench.corpus import LANGUAGES
from bench.edits import Pair, alike
from bench.engines import ENGINES
from bench.speed import text_of
from corrections.anchoring import (
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
from tests.effort import calls, growth

STORY = (
    "The council met on Monday to discuss teh budget for the coming year.\n"
    "Mayor Anna Kowalska said that the budget would grow by 4 percent, and that the schools would get most of it.\n"
    "“We have waited for this since 2019,” she said. The opposition called the plan too small — and too late.\n"
    "A vote is planned for Friday. The council will meet again on Monday."
)


def quote_of(text: str, words: str, *, nth: int = 0, context: int = 32, hint: bool = True) -> Quote:
    """The quote a reader makes by marking the ``nth`` occurrence of ``words``."""
    start = -1
    for _ in range(nth + 1):
        start = text.index(words, start + 1)
    end = start + len(words)
    return Quote(words, text[max(0, start - context) : start], text[end : end + context], start if hint else None)


def read(text: str, passage: Passage) -> str:
    assert passage.start is not None
    assert passage.end is not None
    return text[passage.start : passage.end]


# Locating


def test_every_word_is_found_exactly_where_it_was_marked() -> None:
    for start in range(len(STORY)):
        for length in (1, 2, 5, 13, 60):
            words = STORY[start : start + length]
            if not words.strip() or start + length > len(STORY):
                continue
            quote = Quote(words, STORY[max(0, start - 64) : start], STORY[start + length : start + length + 64], start)

            passage = locate(STORY, quote)

            assert passage == (Outcome.EXACT, start, start + length, 1.0)


def test_words_are_found_again_behind_inserted_text_and_called_moved() -> None:
    quote = quote_of(STORY, "teh")
    revised = "Updated at noon.\n" + STORY

    passage = locate(revised, quote)

    assert passage.outcome == Outcome.MOVED
    assert read(revised, passage) == "teh"


def test_a_repeated_word_is_told_apart_by_its_context() -> None:
    quote = quote_of(STORY, "Monday", nth=1, hint=False)

    passage = locate(STORY, quote)

    assert passage.outcome == Outcome.EXACT
    assert passage.start == STORY.rindex("Monday")


def test_a_word_that_stands_twice_and_has_no_context_is_ambiguous() -> None:
    passage = locate(STORY, Quote("Monday"))

    assert passage.outcome == Outcome.AMBIGUOUS
    assert [read(STORY, place) for place in candidates(STORY, Quote("Monday"))] == ["Monday", "Monday"]


@pytest.mark.parametrize("suggestion", ["the", ""])
def test_a_typo_that_was_fixed_is_not_found_inside_another_word(suggestion: str) -> None:
    quote = quote_of(STORY, "teh")
    revised = STORY.replace("teh", "the")

    passage = locate(revised, quote, suggestion=suggestion)

    assert passage.outcome == Outcome.ALREADY_FIXED
    assert read(revised, passage) == "the"
    assert passage.start == STORY.index("teh")


@pytest.mark.parametrize("quote", [Quote("teh"), Quote("ran", suffix=" on Monday."), Quote("teh", "He flew to ")])
def test_words_are_not_found_inside_other_words(quote: Quote) -> None:
    passage = locate("He flew to tehran on Monday.", quote)

    assert passage.outcome == Outcome.LOST
    assert passage.start is None


@pytest.mark.parametrize(
    ("marked", "stands"),
    [
        ("4\u00a0percent, and that", "4 percent, and that"),
        ("4 percent,\n and  that", "4 percent, and that"),
        ("4 per\u00adcent, and\u200b that", "4 percent, and that"),
        ('"We have waited for this since 2019," she', "“We have waited for this since 2019,” she"),
        ("too small - and too late", "too small — and too late"),
        ("MAYOR ANNA KOWALSKA", "Mayor Anna Kowalska"),
    ],
)
def test_typography_and_case_do_not_hide_a_quote(marked: str, stands: str) -> None:
    place = quote_of(STORY, stands, hint=False)

    passage = locate(STORY, place._replace(exact=marked))

    assert passage.outcome in (Outcome.EXACT, Outcome.MOVED)
    assert read(STORY, passage) == stands


def test_answers_count_in_the_text_as_it_is() -> None:
    text = "Ми\u00adсто  Киі\u0306в\u200b стоїть\u00a0на  горах."

    passage = locate(text, Quote("Місто Київ".replace("і", "и", 1).replace("ї", "й") + " стоїть"))

    assert passage.outcome == Outcome.LOST
    assert read(text, locate(text, Quote("стоїть на горах"))) == "стоїть\u00a0на  горах"


def test_a_mark_is_never_folded_away() -> None:
    text = "Він купив мій новий диван учора ввечері."

    passage = locate(text, Quote("мий", "Він купив ", " новий диван"))

    assert passage.outcome != Outcome.EXACT
    assert passage.outcome != Outcome.MOVED


def test_composed_and_decomposed_letters_are_the_same() -> None:
    text = "Мій но\u0301вий дим \u0438\u0306де вгору"

    passage = locate(text, Quote("йде вгору"))

    assert read(text, passage) == "\u0438\u0306де вгору"


def test_an_edited_passage_is_similar_and_not_for_applying() -> None:
    words = "said that the budget would grow by 4 percent, and that the schools would get most of it"
    quote = quote_of(STORY, words)
    revised = STORY.replace("4 percent", "five percent")

    passage = locate(revised, quote)

    assert passage.outcome == Outcome.SIMILAR
    assert read(revised, passage) == words.replace("4 percent", "five percent")


def test_a_removed_sentence_is_lost() -> None:
    quote = quote_of(STORY, "opposition")
    revised = STORY.replace(" The opposition called the plan too small — and too late.", "")

    assert locate(revised, quote).outcome == Outcome.LOST


@pytest.mark.parametrize("words", ["", " ", "\n\t", "\u00a0"])
def test_a_blank_quote_is_lost(words: str) -> None:
    assert locate(STORY, Quote(words)) == Passage(Outcome.LOST)
    assert candidates(STORY, Quote(words)) == []


def test_a_quote_longer_than_the_text_is_lost() -> None:
    assert locate("Short.", Quote(STORY)).outcome == Outcome.LOST


# Carrying


@pytest.mark.parametrize("words", ["Friday", "vote is planned", "Anna Kowalska said", "2019,” she"])
def test_a_passage_travels_with_a_moved_paragraph(words: str) -> None:
    first, second, third, fourth = STORY.split("\n")
    revised = f"{fourth}\n{first}\n{third}\n{second}"
    start = STORY.index(words)

    carried = carry(start, start + len(words), STORY, revised)

    assert carried is not None
    assert revised[slice(*carried)] == words


def test_a_word_put_right_is_carried_to_its_new_spelling() -> None:
    revised = STORY.replace("teh budget", "the budget")
    start = STORY.index("teh")

    assert carry(start, start + 3, STORY, revised) == (start, start + 3)


def test_a_removed_passage_is_carried_nowhere() -> None:
    revised = STORY.replace("A vote is planned for Friday. ", "")
    start = STORY.index("planned")

    assert carry(start, start + 7, STORY, revised) is None


def test_one_map_serves_every_passage() -> None:
    revised = "Updated. " + STORY.replace("Monday", "Tuesday")
    step = StepMap(STORY, revised)

    carried = {word: step.carry(STORY.index(word), STORY.index(word) + len(word)) for word in STORY.split()}

    assert all(
        span is not None and revised[slice(*span)] == word.replace("Monday", "Tuesday")
        for word, span in carried.items()
    )


def test_following_says_that_the_suggestion_was_taken() -> None:
    quote = quote_of(STORY, "teh")
    texts = [STORY, "Updated.\n" + STORY, "Updated.\n" + STORY.replace("teh", "the")]
    assert quote.start is not None

    there = follow(quote, quote.start, quote.start + 3, texts[:2], suggestion="the")
    fixed = follow(quote, quote.start, quote.start + 3, texts, suggestion="the")

    assert (there.outcome, read(texts[1], there)) == (Outcome.MOVED, "teh")
    assert (fixed.outcome, read(texts[2], fixed)) == (Outcome.ALREADY_FIXED, "the")


def test_following_does_not_take_another_suggestion_for_the_fix() -> None:
    words = "budget would grow by 4 percent"
    quote = quote_of(STORY, words)
    revised = STORY.replace("budget would grow", "sum would grow")
    assert quote.start is not None

    passage = follow(quote, quote.start, quote.start + len(words), [STORY, revised], suggestion=words.replace("4", "5"))

    assert passage.outcome == Outcome.SIMILAR


# The same place


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ((0, 3), (0, 11), True),
        ((4, 7), (8, 11), True),
        ((0, 3), (4, 11), False),
        ((0, 11), (12, 15), False),
        ((0, 18), (12, 15), True),
    ],
)
def test_passages_that_overlap_or_touch_one_word_are_one_case(
    a: tuple[int, int], b: tuple[int, int], *, same: bool
) -> None:
    text = "The council met on Monday"

    assert same_place(*a, *b, text) is same
    assert same_place(*b, *a, text) is same


# Applying


def test_the_same_words_in_other_company_are_shown_and_not_applied() -> None:
    quote = quote_of(STORY, "the budget would grow", hint=False)
    revised = STORY.replace("said that the budget would grow by 4 percent, and that", "said nothing of it:").replace(
        "A vote is planned for Friday.", "Nobody had thought the budget would grow by so much."
    )

    passage = locate(revised, quote)

    assert passage.outcome not in (Outcome.EXACT, Outcome.MOVED)


def test_words_that_were_edited_are_not_taken_for_their_like_elsewhere() -> None:
    text = "On Monday the board of the trust met in Lowfield. On Friday the board of the trust met in Lowfield again."
    quote = quote_of(text, "board", hint=False)
    revised = text.replace("On Monday the board", "On Monday the bored")

    passage = locate(revised, quote)

    assert passage.outcome not in (Outcome.EXACT, Outcome.MOVED)


@pytest.mark.parametrize("suggestion", ["Monday", ""])
def test_a_wrong_capital_that_was_put_right_is_already_fixed(suggestion: str) -> None:
    text = "They met on monday, as they had before, and spoke of the harbour."
    revised = text.replace("monday", "Monday")

    passage = locate(revised, quote_of(text, "monday"), suggestion=suggestion)

    assert passage.outcome == Outcome.ALREADY_FIXED
    assert read(revised, passage) == "Monday"


# Which of two is it?


def carried_words(old: str, new: str, words: str) -> tuple[int, int] | None:
    start = old.index(words)
    return carry(start, start + len(words), old, new)


def test_a_sentence_put_in_before_one_that_begins_alike_does_not_take_its_words() -> None:
    old = "Rain fell. It is not clear whether the court can close the bridge. The mayor left early that day."
    new = old.replace("It is", "It is not clear whether the city can sell the port today. It is")

    assert carried_words(old, new, "not clear") == (new.rindex("not clear"), new.rindex("not clear") + 9)


def test_a_sentence_put_in_after_one_that_ends_alike_does_not_take_its_words() -> None:
    old = "The school opened its doors in the valley, in spite of the protests. The mayor left early that day."
    new = old.replace("protests. ", "protests. The trust counted the old ships, in spite of the protests. ")

    assert carried_words(old, new, "protests") == (old.index("protests"), old.index("protests") + 8)


def test_a_sentence_taken_out_takes_its_own_words_with_it() -> None:
    old = "Rain fell. She said no to all of it. She said that the bridge would stay. The mayor left early that day."
    new = old.replace("She said no to all of it. ", "")
    start = old.rindex("She said")

    assert carry(start, start + 8, old, new) == (new.index("She said"), new.index("She said") + 8)
    assert carry(old.index("She"), old.index("She") + 8, old, new) is None


def test_a_passage_whose_two_sentences_changed_places_is_still_one_passage() -> None:
    first, second = "Mayor Kowalska opened the harbour again.", "Eleven ships had waited outside since Friday."
    old = f"The storm was over. {first} {second} Nobody was hurt."
    new = f"The storm was over. {second} {first} Nobody was hurt."
    start = old.index("opened")
    end = old.index("since")

    carried = carry(start, end, old, new)

    assert carried is not None
    assert new[slice(*carried)].startswith("Eleven ships had waited")
    assert new[slice(*carried)].rstrip().endswith("opened the harbour again.")


def test_a_lonely_common_word_in_a_rewritten_sentence_is_not_what_is_left_of_the_passage() -> None:
    frame = "The vote of the city is over at last. {} The rest of the day was calm, and the mayor left."
    old = frame.format("Council members spoke at length of the harbour and its ships.")
    new = frame.format("Eleven people lost their homes when water reached the old town at night.")

    assert carried_words(old, new, "spoke at length of the harbour") is None


def outcome_after(old: str, new: str, words: str) -> Outcome:
    quote = quote_of(old, words)
    assert quote.start is not None
    return follow(quote, quote.start, quote.start + len(words), [old, new]).outcome


def test_a_sentence_that_stands_elsewhere_alone_is_shown_and_not_applied() -> None:
    lines = [f"Paragraph {number} tells of year {number * 7919} and nothing else at all." for number in range(8)]
    sentence = "The council met on Monday to discuss teh budget for the coming year."
    old = "\n".join([lines[0], sentence, *lines[1:]])
    elsewhere = "\n".join([*lines[:6], sentence, *lines[6:]])

    assert outcome_after(old, "\n".join([lines[0], sentence, "Updated.", *lines[1:]]), "teh") == Outcome.EXACT
    assert outcome_after(old, elsewhere, "teh") == Outcome.SIMILAR


def test_two_sentences_that_moved_together_may_still_be_corrected() -> None:
    lines = [f"Paragraph {number} tells of year {number * 7919} and nothing else at all." for number in range(8)]
    moved = (
        "Rain fell upon the town for the whole of the second day. The council opened teh bridge. "
        "Nobody had expected that so many people would come to see it."
    )

    assert outcome_after("\n".join([moved, *lines]), "\n".join([*lines, moved]), "teh") == Outcome.MOVED


@pytest.mark.parametrize(
    ("marked", "old_words", "new_words"),
    [
        ("the", "closed the bridge", "closed the the bridge"),
        ("the", "gave the ability to look", "gave the team means to look"),
        ("not", "It is not clear whether", "It is not clear is not clear whether"),
    ],
)
def test_words_whose_bounds_nobody_can_tell_are_shown_and_not_applied(
    marked: str, old_words: str, new_words: str
) -> None:
    old = f"Rain fell all day. Upon that {old_words} again before the summer. Nobody was hurt."

    outcome = outcome_after(old, old.replace(old_words, new_words), marked)

    assert outcome not in (Outcome.EXACT, Outcome.MOVED)


def test_words_in_a_sentence_of_which_little_else_stands_are_shown_and_not_applied() -> None:
    old = "Rain fell all day. The minister of transport visited the old harbour with his guests. Nobody was hurt."
    new = "Rain fell all day. Eleven ships from abroad reached the old harbour before it was closed. Nobody was hurt."

    assert outcome_after(old, new, "old") not in (Outcome.EXACT, Outcome.MOVED)


def test_words_far_from_where_they_were_need_context_beyond_their_sentence() -> None:
    sentence = "The council met on Monday in the great hall to discuss teh budget for the coming year with its guests."
    old = f"Rain fell. {sentence} Nobody was hurt."
    new = "All of this is new text about other things. " * 20 + old

    assert locate(new, quote_of(old, "teh", context=24)).outcome == Outcome.SIMILAR
    assert locate(new, quote_of(old, "teh", context=64)).outcome == Outcome.MOVED
    assert locate("Updated at noon. " + old, quote_of(old, "teh", context=24)).outcome == Outcome.MOVED


# Measured on revisions whose truth is known by construction


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    return list(generated(range(900_000, 900_004), list(LANGUAGES)))


def test_the_generated_truth_reads_like_the_passage_where_it_was_not_edited(pairs: list[Pair]) -> None:
    standing = [(pair, case) for pair in pairs for case in pair.cases if case.kind in ("same", "moved")]

    assert len(standing) > 500
    for pair, case in standing:
        assert case.truth is not None
        assert alike(pair.new[slice(*case.truth)]) == alike(pair.old[case.start : case.end])


def test_passages_are_found_as_well_as_the_documentation_says_and_no_wrong_edit_is_applied(pairs: list[Pair]) -> None:
    results = measure(pairs, [entry for entry in ENGINES if entry.ours])

    for name, least in (("newsroom carry", 0.95), ("newsroom follow", 0.95), ("newsroom locate", 0.92)):
        assert results[name].decidable.exact / results[name].decidable.cases >= least, name
    for name in ("newsroom locate", "newsroom follow"):
        assert results[name].wrongly_applied == 0, name
        assert results[name].applied / results[name].applicable >= 0.75, name


def test_a_quote_is_never_wrong_on_the_revision_it_was_made_on(pairs: list[Pair]) -> None:
    for pair in pairs:
        for case in pair.cases:
            for hint in (case.start, None):
                passage = locate(pair.old, quote_from(pair.old, case)._replace(start=hint))

                assert passage[:3] == (Outcome.EXACT, case.start, case.end)


# Bad input


@pytest.mark.parametrize(
    "quote",
    [
        Quote("word", "word word ", " word word", 500_001),
        Quote("teh", "word word ", " word word"),
        Quote("wrd word wdo " * 150),
        Quote("word " * 399),
    ],
)
def test_a_text_of_one_word_takes_no_more_work_the_longer_it_is(quote: Quote) -> None:
    quarter, text = "word " * 50_000, "word " * 200_000

    assert locate(text, quote).outcome in (Outcome.AMBIGUOUS, Outcome.LOST, Outcome.SIMILAR)
    assert calls(lambda: locate(text, quote)) < 1.5 * calls(lambda: locate(quarter, quote)) + 100
    assert growth(lambda: locate(quarter, quote), lambda: locate(text, quote)) < 9


def test_a_megabyte_of_one_word_is_carried_by_a_few_calls() -> None:
    text = "word " * 200_000
    new = text[:500_000] + "new " + text[500_000:]

    assert carry(100, 104, text, new) == (100, 104)
    assert calls(lambda: StepMap(text, new)) < 2000


def numbers(first: int, count: int) -> list[str]:
    return [str(number) for number in range(first, first + count)]


@pytest.mark.parametrize(
    "revise",
    [
        lambda words: [word if index % 2 else "wrod" for index, word in enumerate(words)],
        lambda words: words[::-1],
        lambda words: [f"x{word}" for word in words],
        lambda words: ["word"] * len(words),
        lambda words: list("東西" * len(words)),
        lambda words: [*words[len(words) // 2 :], *words[: len(words) // 2]],
    ],
)
@pytest.mark.parametrize(
    "make", [lambda count: ["word"] * count, lambda count: numbers(1, count), lambda _: list("東" * 9)]
)
def test_the_work_of_a_step_map_grows_with_the_length_and_not_with_its_square(
    revise: Callable[[list[str]], list[str]], make: Callable[[int], list[str]]
) -> None:
    (little_old, little_new), (much_old, much_new) = (
        (" ".join(words), " ".join(revise(words))) for words in (make(10_000), make(40_000))
    )

    little = calls(lambda: StepMap(little_old, little_new))
    much = calls(lambda: StepMap(much_old, much_new))

    assert much < 6 * little + 2000


def test_asking_for_certainty_in_a_sentence_without_end_is_no_more_work_the_longer_it_is() -> None:
    sentences = [" ".join(map(str, range(10_000, 10_000 + words))) for words in (4_000, 16_000)]
    little, much = (StepMap(f"Once {words} or more", f"Twice {words} of them") for words in sentences)

    few, many = (calls(lambda step=step: step.is_certain(12_005, 12_016)) for step in (little, much))  # type: ignore[misc]

    assert little.is_certain(12_005, 12_016)
    assert many < 1.5 * few


@pytest.mark.parametrize("code", ["en", "ja"])
def test_a_step_map_keeps_less_than_twenty_bytes_a_character(code: str) -> None:
    text = text_of(code, 50_000)
    new = text.replace("。", "！").replace("the ", "a ")
    tracemalloc.start()

    step = StepMap(text, new)
    for start in range(0, len(text) - 60, 500):
        step.is_certain(start, start + 60)

    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert step.carry(0, 10) is not None
    assert kept / len(text) < 20


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (5, 3), (0, 29), (29, 29)])
def test_what_is_no_stretch_of_the_old_text_is_not_carried(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="are not a stretch of a text of 28 characters"):
        carry(start, end, "The mayor opened teh bridge.", "The mayor opened the bridge.")
