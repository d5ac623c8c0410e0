"""Reports are triaged into cases: one case a place, whatever comes, however often."""

import threading

import pytest
from django.db import connections

from articles.actions import Text, revise_article
from corrections.actions import claim_case, place_case, reanchor_cases, reject_case, submit_report, triage_report
from corrections.anchoring import Quote
from corrections.models import Case, Event, Outcome, Report, Resolution
from corrections.passages import place_of
from tests.desk import BODY, make_article, make_case, make_editor, report

pytestmark = pytest.mark.django_db


def test_the_first_report_of_a_place_opens_a_case_with_the_passage() -> None:
    article = make_article()

    case = report(article, "teh", suggestion="the", category="typo").case

    assert case is not None
    assert (case.status, case.outcome, case.passage_text, case.report_count) == ("open", "exact", "teh", 1)
    assert [event.kind for event in case.events.all()] == ["opened", "reported"]


def test_overlapping_reports_join_one_case_and_more_readers_make_it_more_urgent() -> None:
    article = make_article()
    first = report(article, "teh", reader="a").case
    before = Case.objects.get().priority

    second = report(article, "opened teh bridge", reader="b").case

    assert first == second
    case = Case.objects.get()
    assert case.report_count == 2
    assert case.priority > before


def test_the_same_reader_again_does_not_make_a_case_more_urgent() -> None:
    article = make_article()
    report(article, "teh", reader="a")
    before = Case.objects.get().priority

    report(article, "teh", reader="a")

    assert Case.objects.get().priority == before


def test_the_same_words_elsewhere_are_another_case() -> None:
    article = make_article(
        body="<p>First teh cat sat on the mat at home.</p><p>Then teh dog ran out of the big house.</p>"
    )
    text = article.text.projection("body").text
    second = text.rindex("teh")
    report(article, "teh")

    other = submit_report(
        article, Quote("teh", text[second - 6 : second], text[second + 3 :][:30], second), part="body"
    )
    triage_report(other)

    assert Case.objects.count() == 2


def test_triaging_twice_changes_nothing() -> None:
    made = report(make_article(), "teh")

    triage_report(made)

    assert Case.objects.get().report_count == 1
    assert Event.objects.filter(kind="reported").count() == 1


def test_a_quote_that_cannot_be_found_reaches_the_desk_as_lost() -> None:
    case = make_case("words that stand nowhere at all")

    assert (case.status, case.outcome, case.start) == ("open", "lost", None)


def test_the_same_lost_quote_again_joins_its_case() -> None:
    article = make_article()
    report(article, "words that stand nowhere at all")

    report(article, "words that stand nowhere at all")

    assert Case.objects.get().report_count == 2


def test_a_report_without_a_part_is_looked_for_in_all_of_them() -> None:
    article = make_article(headline="A brigde opens")

    made = submit_report(article, Quote("brigde", "A ", " opens"))
    triage_report(made)

    assert Case.objects.get().part == "headline"


def test_a_report_after_a_decision_opens_a_new_case() -> None:
    article = make_article()
    editor = make_editor()
    case = make_case("teh", article)
    claim_case(case, by=editor)
    reject_case(case, reason=Resolution.NOT_AN_ERROR, by=editor)

    again = report(article, "teh").case

    assert again is not None
    assert again != case
    assert again.status == "open"


def test_a_revision_elsewhere_carries_the_passage_over() -> None:
    article = make_article()
    case = make_case("teh", article)
    revision = revise_article(article, Text(headline="A bridge opens", body="<p>New words first.</p>" + BODY))
    assert revision is not None

    reanchor_cases(revision)
    reanchor_cases(revision)

    case = Case.objects.get(pk=case.pk)
    assert (case.revision, case.passage_text, case.status) == (revision, "teh", "open")
    assert case.events.filter(kind="reanchored").count() == 1


def test_a_revision_that_puts_the_passage_right_closes_the_case_as_already_fixed() -> None:
    article = make_article()
    case = make_case("teh", article, suggestion="the")
    revision = revise_article(article, Text(headline="A bridge opens", body=BODY.replace("teh", "the")))
    assert revision is not None

    reanchor_cases(revision)

    case = Case.objects.get(pk=case.pk)
    assert (case.status, case.resolution) == ("resolved", "already_fixed")


def test_a_revision_that_drops_the_paragraph_leaves_the_case_lost_and_open() -> None:
    article = make_article()
    case = make_case("The old bridge stays open", article)
    revision = revise_article(article, Text(headline="A bridge opens", body=BODY.split("<p>“It")[0]))
    assert revision is not None

    reanchor_cases(revision)

    case = Case.objects.get(pk=case.pk)
    assert (case.status, case.outcome, case.start) == ("open", Outcome.LOST, None)


LINES = [f"Paragraph {number} tells of year {number * 7919} and nothing else at all." for number in range(8)]
SENTENCE = (
    "The council and the mayor met with all of their guests on Monday in the great hall to discuss teh budget for "
    "the coming year, and nobody of those who had come there found very much to say against it in the end."
)


@pytest.mark.parametrize(
    ("lines", "is_sure"), [(("Updated.", LINES[0], SENTENCE), True), ((LINES[0], SENTENCE, LINES[1], SENTENCE), False)]
)
def test_a_passage_that_has_yet_to_be_carried_over_is_no_surer_than_it_will_be(
    lines: tuple[str, ...], is_sure: bool
) -> None:
    article = make_article(body="".join(f"<p>{line}</p>" for line in (LINES[0], SENTENCE)))
    case = make_case("teh", article)

    revise_article(article, Text(headline="A bridge opens", body="".join(f"<p>{line}</p>" for line in lines)))

    case = Case.objects.get(pk=case.pk)
    assert (place_of(case).words, place_of(case).is_sure) == ("teh", is_sure)


def test_a_passage_that_may_be_a_copy_never_becomes_certain_again_by_itself() -> None:
    def save(*lines: str) -> None:
        body = "".join(f"<p>{line}</p>" for line in lines)
        revision = revise_article(article, Text(headline="A bridge opens", body=body))
        assert revision is not None
        reanchor_cases(revision)
        case.refresh_from_db()

    article = make_article(body="".join(f"<p>{line}</p>" for line in (LINES[0], SENTENCE, *LINES[1:])))
    case = report(article, "teh").case
    assert case is not None

    save(*LINES[:6], SENTENCE, *LINES[6:])
    assert (case.outcome, case.passage_text) == (Outcome.SIMILAR, "teh")
    save("Updated.", *LINES[:6], SENTENCE, *LINES[6:])
    assert (case.outcome, case.passage_text) == (Outcome.SIMILAR, "teh")
    save("Updated.", *LINES)
    assert (case.outcome, case.start) == (Outcome.LOST, None)
    save("Updated.", *LINES[:6], SENTENCE, *LINES[6:])

    assert (case.outcome, case.passage_text) == (Outcome.SIMILAR, "teh")


def test_a_passage_that_was_edited_before_its_report_came_does_not_become_certain_by_a_search_either() -> None:
    moved = (*LINES[:6], SENTENCE, *LINES[6:])
    bodies = [
        "".join(f"<p>{line}</p>" for line in lines)
        for lines in ((LINES[0], SENTENCE, *LINES[1:]), moved, (*moved, "End."))
    ]
    article = make_article(body=bodies[0])
    text = article.text.projection("body").text
    at = text.index("teh")
    revise_article(article, Text(headline="A bridge opens", body=bodies[1]))
    made = submit_report(
        article, Quote("teh", text[at - 64 : at], text[at + 3 : at + 67], at), part="body", revision_number=1
    )
    triage_report(made)
    assert Case.objects.get().outcome == Outcome.SIMILAR
    revision = revise_article(article, Text(headline="A bridge opens", body=bodies[2]))
    assert revision is not None

    reanchor_cases(revision)

    assert Case.objects.get().outcome == Outcome.SIMILAR


def test_a_quote_of_a_text_that_is_still_to_come_is_found_for_certain_when_it_comes() -> None:
    article = make_article()
    quote = Quote("a vote in June", "The council promised ", " on the bridge.")
    made = submit_report(article, quote, part="body")
    triage_report(made)
    assert Case.objects.get().outcome == Outcome.LOST
    body = BODY + "<p>The council promised a vote in June on the bridge.</p>"
    revision = revise_article(article, Text(headline="A bridge opens", body=body))
    assert revision is not None

    reanchor_cases(revision)

    assert Case.objects.get().outcome in (Outcome.EXACT, Outcome.MOVED)


@pytest.mark.django_db(transaction=True)
def test_two_reports_of_one_place_at_the_same_moment_open_one_case() -> None:
    article = make_article()
    quote = Quote("teh", "The mayor opened ", " bridge on Monday", 17)
    reports = [submit_report(article, quote, part="body") for _ in range(6)]
    barrier = threading.Barrier(len(reports))

    def triage(made: Report) -> None:
        barrier.wait()
        triage_report(made)
        connections.close_all()

    threads = [threading.Thread(target=triage, args=(made,)) for made in reports]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Case.objects.count() == 1
    assert Case.objects.get().report_count == len(reports)


def test_a_report_on_an_old_revision_is_found_in_the_current_one() -> None:
    article = make_article()
    quote = Quote("teh", "The mayor opened ", " bridge on Monday", 17)
    revise_article(article, Text(headline="A bridge opens", body="<p>teh words first.</p>" + BODY))

    made = submit_report(article, quote, part="body", revision_number=1)
    triage_report(made)

    case = Case.objects.get()
    assert (case.revision.number, case.passage_text) == (2, "teh")
    assert case.start is not None
    assert case.start > 17


def test_a_report_of_what_was_corrected_meanwhile_is_thanked_and_closed() -> None:
    article = make_article()
    quote = Quote("teh", "The mayor opened ", " bridge on Monday", 17)
    revise_article(article, Text(headline="A bridge opens", body=BODY.replace("teh", "the")))

    made = submit_report(article, quote, part="body", revision_number=1, suggestion="the")
    triage_report(made)

    assert Case.objects.get().resolution == "already_fixed"


def test_a_report_from_an_old_copy_that_names_no_revision_is_followed_from_the_one_it_fits() -> None:
    article = make_article()
    quote = Quote("teh", "The mayor opened ", " bridge on Monday", 17)
    revise_article(article, Text(headline="A bridge opens", body=BODY.replace("teh", "the")))
    revise_article(article, Text(headline="A bridge opens at last", body=BODY.replace("teh", "the")))

    triage_report(submit_report(article, quote, part="body"))

    assert Case.objects.get().resolution == "already_fixed"


@pytest.mark.parametrize(("seen", "suggestion"), [(None, ""), (2, ""), (None, "shut"), (1, "")])
def test_other_words_where_the_quote_never_stood_are_for_an_editor_to_see(seen: int | None, suggestion: str) -> None:
    article = make_article()
    revise_article(article, Text(headline="A bridge opens", body=BODY.replace("teh", "the")))
    # What the reader saw is newer than our copy, or the site's page says it otherwise.
    quote = Quote("closed", "The mayor ", " the bridge on Monday", 10)

    made = submit_report(article, quote, part="body", revision_number=seen, suggestion=suggestion)
    triage_report(made)

    case = Case.objects.get()
    assert (case.status, case.outcome, case.passage_text) == ("open", "similar", "opened")


def test_the_suggestion_in_the_place_of_a_quote_that_we_never_had_is_already_fixed() -> None:
    article = make_article()
    quote = Quote("closed", "The mayor ", " teh bridge on Monday", 10)

    triage_report(submit_report(article, quote, part="body", suggestion="opened"))

    assert Case.objects.get().resolution == "already_fixed"


def test_a_case_that_lags_behind_several_revisions_is_brought_up_to_date_before_a_report_joins_it() -> None:
    article = make_article()
    report(article, "teh")
    for words in ("One.", "Two."):
        body = f"<p>{words}</p>{article.text.body}"
        revise_article(article, Text(headline="A bridge opens", body=body))

    report(article, "opened teh bridge")

    case = Case.objects.get()
    assert (case.report_count, case.revision.number, case.passage_text) == (2, 3, "teh")


def test_what_an_editor_placed_is_followed_by_the_words_that_were_picked() -> None:
    article = make_article()
    case = make_case("words that stand nowhere at all", article)
    place_case(case, start=4, end=9, expected="mayor", by=make_editor())
    revision = revise_article(article, Text(headline="A bridge opens", body="<p>First.</p>" + BODY))
    assert revision is not None

    reanchor_cases(revision)

    case = Case.objects.get()
    assert (case.status, case.passage_text) == ("open", "mayor")
