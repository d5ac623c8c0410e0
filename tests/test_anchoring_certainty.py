"""A correction is applied only where nothing else could be meant: what may be a copy of the passage is shown."""

import pytest

from bench.accuracy import generated, measure
from bench.corpus import LANGUAGES
from bench.engines import ENGINES
from corrections.anchoring import SURE, Outcome, Passage, Quote, carry, follow, locate

LINES = [f"Paragraph {number} tells of year {number * 7919} and nothing else at all." for number in range(8)]
BEFORE = "Rain fell upon the town for the whole of the second day."
SENTENCE = "The council met on Monday in the great hall to discuss teh budget for the coming year."
AFTER = "Nobody had expected that so many people would come to see it."


def marked(text: str, words: str, *, context: int = 32) -> Quote:
    start = text.index(words)
    end = start + len(words)
    return Quote(words, text[max(0, start - context) : start], text[end : end + context], start)


def followed(old: str, new: str, words: str) -> Passage:
    quote = marked(old, words)
    assert quote.start is not None
    return follow(quote, quote.start, quote.start + len(words), [old, new])


def test_words_are_applied_beside_an_edit_if_their_neighbours_are_their_neighbours() -> None:
    old = f"{BEFORE} {SENTENCE} {AFTER}"
    new = old.replace(AFTER, f"Its members sat there until seven o'clock without a pause. {AFTER}")

    assert followed(old, new.replace("Monday", "Tuesday"), "teh budget").outcome == Outcome.MOVED


def test_a_copy_that_came_in_the_same_step_makes_the_sentence_doubtful() -> None:
    old = f"{BEFORE} {SENTENCE} {AFTER}"
    copied = f"{BEFORE} {SENTENCE.replace('great hall', 'small hall')} {SENTENCE} {AFTER}"

    assert followed(old, f"{BEFORE} Updated at noon. {SENTENCE} {AFTER}", "teh").outcome in SURE
    assert followed(old, copied, "teh").outcome == Outcome.SIMILAR


def test_a_copy_that_went_in_the_same_step_makes_the_sentence_doubtful() -> None:
    old = "\n".join([f"{BEFORE} {SENTENCE} {AFTER}", *LINES, f"{SENTENCE} {LINES[0]}"])
    new = "\n".join([f"{BEFORE} {SENTENCE} {AFTER}", *LINES, LINES[0]])

    assert followed(old, old.replace("year 7919", "year 7920"), "teh").outcome in SURE
    assert followed(old, new, "teh").outcome == Outcome.SIMILAR


def test_a_copy_far_behind_makes_doubtful_what_both_texts_begin_with() -> None:
    old = "\n".join([f"{BEFORE} {SENTENCE} {AFTER}", *LINES])

    assert followed(old, f"{old}\nSomething else is told here of other people.", "teh").outcome in SURE
    assert followed(old, f"{old}\n{SENTENCE}", "teh").outcome == Outcome.SIMILAR


def test_a_sentence_whose_neighbour_went_may_have_come_in_its_stead() -> None:
    old = f"{BEFORE} {SENTENCE} {AFTER}"

    assert followed(old, f"{SENTENCE} {AFTER}", "teh").outcome == Outcome.SIMILAR


def test_a_sentence_that_changed_its_paragraph_may_be_a_copy() -> None:
    old = f"{LINES[0]} {BEFORE}\n{SENTENCE} {AFTER}\n{LINES[1]}"
    new = f"{LINES[0]} {BEFORE} {SENTENCE}\n{AFTER}\n{LINES[1]}"

    assert followed(old, new, "teh").outcome == Outcome.SIMILAR


def test_words_that_came_in_and_repeat_the_sentence_make_it_doubtful() -> None:
    old = f"{BEFORE} The council has sold 3 letters since Saturday, two witnesses said. {AFTER}"
    new = old.replace("two witnesses", "two The council has sold 3 letters since Saturday, two witnesses")

    assert followed(old, old.replace("two witnesses", "two or three witnesses"), "3 letters").outcome in SURE
    assert followed(old, new, "3 letters").outcome not in SURE
    assert followed(old, new, "said").outcome == Outcome.SIMILAR


def test_a_passage_that_was_put_in_once_more_beside_itself_is_doubtful() -> None:
    old = "昨日は雨が降った。裁判所は隼湾で港を訪れたが、記録が示すとおりである。財団は防潮堤を拒否した。"
    new = old.replace("隼湾で港", "隼湾では隼湾は港")

    assert followed(old, old.replace("港を訪れた", "港をよく訪れた"), "隼湾").outcome in SURE
    assert followed(old, new, "隼湾").outcome == Outcome.SIMILAR


def test_words_found_elsewhere_are_doubtful_while_something_else_may_be_what_was_marked() -> None:
    old = f"{BEFORE} {SENTENCE} {AFTER}"
    edited = SENTENCE.replace("discuss teh", "discuss a")

    assert locate(f"Updated. {old}", marked(old, "teh budget")).outcome == Outcome.MOVED
    assert locate(f"{BEFORE} {edited} {AFTER} {SENTENCE} {AFTER}", marked(old, "hall to")).outcome == Outcome.SIMILAR


@pytest.mark.parametrize("change", [("teh budget", "teh teh budget"), ("teh budget", "teh budget budget")])
def test_words_found_beside_a_word_of_theirs_that_came_in_have_no_certain_bounds(change: tuple[str, str]) -> None:
    old = f"{BEFORE} {SENTENCE} {AFTER}"

    passage = locate("Updated. " + old.replace(*change), marked(old, "teh budget"))

    assert passage.outcome == Outcome.SIMILAR


def test_a_repeated_word_is_no_doubt_where_too_little_context_came_to_know_it() -> None:
    assert locate("no no way", Quote("no", suffix=" ", start=0))[:3] == (Outcome.EXACT, 0, 2)


def test_a_word_without_context_is_not_called_moved() -> None:
    assert locate("Once the bridge is open.", Quote("bridge", start=9)).outcome == Outcome.EXACT
    assert locate("Now the bridge is open.", Quote("bridge", start=9)).outcome == Outcome.SIMILAR


@pytest.mark.parametrize("marks", [" the\u6771\u4eac \u00ad", "the \u2060"])
def test_what_cannot_be_seen_is_no_part_of_the_word_behind_it(marks: str) -> None:
    assert locate(f"{marks}teh", Quote(marks, start=0))[:3] == (Outcome.EXACT, 0, len(marks))


def test_no_correction_is_applied_in_a_wrong_place_nor_to_a_copy_nor_to_other_bounds() -> None:
    follows = [entry for entry in ENGINES if entry.name == "newsroom follow"]

    result = measure(generated(range(920_000, 920_006), list(LANGUAGES)), follows)["newsroom follow"]

    assert result.applied >= 0.75 * result.applicable
    assert (result.wrongly_applied, result.wrongly_applied_copies, result.other_bounds) == (0, 0, 0)


BRIDGE = "The mayor said the new bridge had cost 300 crowns in all. Nobody believed it at first."


@pytest.mark.parametrize(
    ("exact", "became", "there"),
    [
        ("300", "3,000", "3,000"),
        ("300", "1,300", "1,300"),
        ("300", "300,000", "300,000"),
        ("300", "300 000", "300 000"),
        ("300", "1\u00a0300", "1\u00a0300"),
        ("300", "300.5", "300.5"),
        ("300", "22:300", "22:300"),
        ("300 crowns", "1,300", "1,300 crowns"),
        ("cost 300", "300,000", "cost 300,000"),
    ],
)
def test_a_number_is_whole_and_nothing_is_applied_within_another(exact: str, became: str, there: str) -> None:
    start = BRIDGE.index(exact)
    end = start + len(exact)
    quote = Quote(exact, BRIDGE[start - 20 : start], BRIDGE[end : end + 20], start)
    new = BRIDGE.replace("300", became)

    carried = carry(start, end, BRIDGE, new)
    followed = follow(quote, start, end, [BRIDGE, new])
    located = locate(new, quote)

    assert carried is not None
    for first, last in (carried, followed[1:3], located[1:3]):
        assert new[first:last] == there
    assert {followed.outcome, located.outcome} <= {Outcome.SIMILAR, Outcome.ALREADY_FIXED}


@pytest.mark.parametrize("quote", [Quote("300"), Quote("300", suffix=" crowns in all"), Quote("300", "cost 3,")])
def test_part_of_a_number_is_found_for_certain_only_by_who_selected_part_of_one(quote: Quote) -> None:
    found = locate(BRIDGE.replace("300", "3,300"), quote)

    selected_part = quote.prefix == "cost 3,"
    assert (found.outcome in SURE) is selected_part


@pytest.mark.parametrize("is_at_the_end", [False, True])
def test_a_first_or_last_word_that_the_new_text_has_by_chance_is_not_it(is_at_the_end: bool) -> None:
    moved = "Asked about the price of water the speaker of the council said that the bank would pay for it this week."
    other = "Asked about the harbour a clerk of the office thought otherwise."
    middle = "\n".join(LINES)
    if is_at_the_end:
        moved, other = (" ".join(reversed(text.rstrip(".").split())) for text in (moved, other))
        old, new = f"{middle}\n{moved}", f"{moved}\n{middle}\n{other}"
        start = old.rindex("Asked")
    else:
        old, new = f"{moved}\n{middle}", f"{other}\n{middle}\n{moved}"
        start = 0
    quote = Quote("Asked", old[max(0, start - 32) : start], old[start + 5 :][:32], start)

    found = follow(quote, start, start + 5, [old, new])

    truth = new.index(moved) + moved.index("Asked")
    assert found.outcome not in SURE or found.start == truth
    assert (found.start, found.end) == (truth, truth + 5)
