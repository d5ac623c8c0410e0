"""The case page: what it shows, to whom, and what every verb does, refusals included."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles.actions import Text, revise_article
from corrections import actions
from corrections.anchoring import Quote
from corrections.models import Case, Correction, Event, Resolution
from tests.desk import BODY, make_article, make_case, make_editor, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> User:
    return make_editor()


@pytest.fixture
def desk(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


def address(case: Case, verb: str) -> str:
    return reverse(f"admin:corrections_case_{verb.replace('-', '_')}", args=[case.pk])


def seen(case: Case) -> dict[str, Any]:
    """Give what the page sends along: the revision and the words that the editor saw."""
    return {"revision": case.article.text.number, "seen": case.passage_text}


def correction_of(case: Case, **more: Any) -> dict[str, Any]:
    return {
        **seen(case),
        "start": case.start,
        "end": case.end,
        "expected": case.passage_text,
        "replacement": "the",
        "kind": "style_fix",
        "severity": "style",
        "notice": "",
        "override_reason": "",
    } | more


def test_the_case_page_shows_the_passage_in_the_article_and_what_readers_say(desk: Client) -> None:
    case = make_case(comment="A slip of the <b>pen</b>", suggestion="the")

    page = desk.get(case.get_absolute_url()).content.decode()

    assert '<mark id="passage">teh</mark>' in page
    assert "<del>teh</del><ins>the</ins>" in page
    assert "A slip of the &lt;b&gt;pen&lt;/b&gt;" in page


def test_a_case_is_claimed_kept_and_released(desk: Client, editor: User) -> None:
    case = make_case()

    desk.post(address(case, "claim"), seen(case))
    case.refresh_from_db()
    claimed = (case.status, case.assignee)
    answer = desk.post(address(case, "release"), seen(case))

    case.refresh_from_db()
    assert claimed == ("claimed", editor)
    assert (case.status, case.assignee) == ("open", None)
    assert answer.status_code == 302


def test_a_case_that_somebody_holds_is_taken_over_only_explicitly(desk: Client, editor: User) -> None:
    case = make_case()
    actions.claim_case(case, by=make_editor("petro"))

    refused = desk.post(address(case, "claim"), seen(case))
    desk.post(address(case, "take-over"), seen(case))

    case.refresh_from_db()
    assert refused.status_code == 409
    assert "petro is working on case" in refused.content.decode()
    assert case.assignee == editor
    assert case.events.filter(kind=Event.Kind.TAKEN_OVER, data={"from": "petro"}).exists()


def test_correcting_puts_the_article_right_and_goes_on_to_the_next_case(desk: Client, editor: User) -> None:
    article = make_article()
    case, other = make_case(article=article), make_case("300 guests", article)
    actions.claim_case(case, by=editor)

    answer = desk.post(address(case, "correct"), correction_of(case))

    case.refresh_from_db()
    article.refresh_from_db()
    assert (case.status, case.resolution) == ("resolved", "fixed_silently")
    assert article.text.body == BODY.replace("teh", "the")
    assert answer["Location"] == other.get_absolute_url()


def test_a_correction_may_replace_the_whole_sentence(desk: Client, editor: User) -> None:
    case = make_case()
    actions.claim_case(case, by=editor)
    page = desk.get(case.get_absolute_url(), {"stretch": "sentence"}).context["correct"].initial
    wording = "On Monday the mayor opened the bridge, and 300 guests came."

    desk.post(
        address(case, "correct"),
        correction_of(case, **{k: page[k] for k in ("start", "end", "expected")}, replacement=wording,
                      override_reason="Nothing but the order of words."),
    )  # fmt: skip

    case.article.refresh_from_db()
    assert page["expected"] == "The mayor opened teh bridge on Monday, and 300 guests came."
    assert case.article.text.projection("body").text.startswith(wording + "\n")


def test_a_correction_on_a_revised_article_is_refused_and_what_was_typed_is_kept(desk: Client, editor: User) -> None:
    case = make_case()
    actions.claim_case(case, by=editor)
    typed = correction_of(case, kind="correction", severity="minor", replacement="thé", notice="It was wrong.")
    revise_article(case.article, Text(headline="A bridge opens", body="<p>New.</p>" + BODY))

    answer = desk.post(address(case, "correct"), typed)

    page = answer.content.decode()
    case.refresh_from_db()
    assert answer.status_code == 409
    assert "The article was revised meanwhile" in page
    assert 'name="revision" value="2"' in page
    assert ">\nthé</textarea>" in page
    assert ">\nIt was wrong.</textarea>" in page
    assert case.status == "claimed"
    assert case.article.text.number == 2


def test_a_style_fix_that_touches_a_number_asks_for_a_reason(desk: Client, editor: User) -> None:
    case = make_case("300 guests")
    actions.claim_case(case, by=editor)

    answer = desk.post(address(case, "correct"), correction_of(case, replacement="3,000 guests"))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This change touches a number" in page
    assert ">\n3,000 guests</textarea>" in page
    assert Correction.objects.count() == 0


def test_a_correction_without_a_notice_is_refused_and_a_notice_proposed(desk: Client, editor: User) -> None:
    case = make_case("300 guests")
    actions.claim_case(case, by=editor)

    answer = desk.post(
        address(case, "correct"),
        correction_of(case, kind="correction", severity="minor", replacement="3,000 guests"),
    )

    assert answer.status_code == 422
    assert "write the notice" in answer.content.decode()
    assert "3,000 guests" in answer.context["correct"].initial["notice"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("start", "x"), ("end", "-1"), ("kind", "nonsense"), ("severity", "withdrawal"), ("expected", "not this")],
)
def test_a_forged_correction_changes_nothing(desk: Client, editor: User, field: str, value: str) -> None:
    case = make_case()
    actions.claim_case(case, by=editor)

    answer = desk.post(address(case, "correct"), correction_of(case, **{field: value}))

    case.refresh_from_db()
    assert answer.status_code in (409, 422)
    assert (case.status, case.article.text.number) == ("claimed", 1)


def test_a_rejection_has_a_reason_and_words_for_the_reader(desk: Client, editor: User) -> None:
    case = make_case()
    actions.claim_case(case, by=editor)

    answer = desk.post(address(case, "reject"), {**seen(case), "reason": "not_an_error", "message": "It is dialect."})

    case.refresh_from_db()
    assert answer["Location"] == reverse("admin:index")
    assert (case.status, case.resolution) == ("resolved", "not_an_error")
    assert case.events.get(kind=Event.Kind.REJECTED).note == "It is dialect."


def test_a_rejection_is_refused_when_the_passage_reads_otherwise_by_now(desk: Client, editor: User) -> None:
    case = make_case()
    actions.claim_case(case, by=editor)
    sent = {**seen(case), "reason": "not_an_error", "message": "It is dialect."}
    revise_article(case.article, Text(headline="A bridge opens", body=BODY.replace("teh bridge", "a span")))

    answer = desk.post(address(case, "reject"), sent)

    case.refresh_from_db()
    assert answer.status_code == 422
    assert "reads otherwise now" in answer.content.decode()
    assert "It is dialect." in answer.content.decode()
    assert case.status == "claimed"


def test_a_rejection_without_a_reason_is_refused(desk: Client, editor: User) -> None:
    case = make_case()
    actions.claim_case(case, by=editor)

    answer = desk.post(address(case, "reject"), seen(case))

    case.refresh_from_db()
    assert answer.status_code == 422
    assert case.status == "claimed"


def test_a_case_that_one_does_not_hold_cannot_be_decided(desk: Client) -> None:
    case = make_case()
    actions.claim_case(case, by=make_editor("petro"))

    answers = [
        desk.post(address(case, "correct"), correction_of(case)),
        desk.post(address(case, "reject"), {**seen(case), "reason": "spam"}),
        desk.post(address(case, "snooze"), {**seen(case), "days": 1}),
    ]

    case.refresh_from_db()
    assert [answer.status_code for answer in answers] == [409, 409, 409]
    assert case.status == "claimed"


def test_a_case_is_snoozed_and_woken(desk: Client) -> None:
    case = make_case()

    desk.post(address(case, "snooze"), {**seen(case), "days": "3", "note": "The agency will answer."})
    case.refresh_from_db()
    snoozed = case.status
    desk.post(address(case, "wake"), seen(case))

    case.refresh_from_db()
    assert snoozed == "snoozed"
    assert (case.status, case.arrival) == ("open", "woken")


def test_a_case_cannot_be_snoozed_until_a_day_that_is_past(desk: Client) -> None:
    case = make_case()

    answer = desk.post(address(case, "snooze"), {**seen(case), "day": "2020-01-01"})

    assert answer.status_code == 422
    assert "in the future" in answer.content.decode()


def test_a_long_history_ends_with_a_word_about_what_is_left_out(desk: Client) -> None:
    case = make_case("teh")
    known = case.events.count()
    said = "What happened before is not shown."
    for number in range(50 - known - 1):  # looking at it is the last one
        Event.objects.create(case=case, kind=Event.Kind.LOOKED, old_status="open", new_status="open", note=f"{number}")

    full = desk.get(case.get_absolute_url()).content.decode()
    Event.objects.create(case=case, kind=Event.Kind.LOOKED, old_status="open", new_status="open")
    cut = desk.get(case.get_absolute_url()).content.decode()

    assert (said in full, said in cut) == (False, True)


def test_a_merged_case_leads_to_the_one_that_took_it(desk: Client) -> None:
    article = make_article()
    case, other = make_case(article=article), make_case("300 guests", article)

    desk.post(address(case, "merge"), {**seen(case), "into": other.pk})

    answer = desk.get(case.get_absolute_url())
    other.refresh_from_db()
    assert answer["Location"] == other.get_absolute_url()
    assert other.report_count == 2


def test_a_case_is_not_merged_into_one_of_another_article(desk: Client) -> None:
    case, other = make_case(), make_case(article=make_article("Another"))

    answer = desk.post(address(case, "merge"), {**seen(case), "into": other.pk})

    assert answer.status_code == 409
    assert "different articles" in answer.content.decode()


def test_the_nearest_cases_are_offered_to_merge_into_and_any_other_by_its_number(desk: Client) -> None:
    words = [f"word{number:02}" for number in range(53)]
    article = make_article(body=f"<p>{' '.join(words)}</p>")
    cases = {word: make_case(word, article) for word in words}
    case, far = cases["word26"], cases["word52"]

    page = desk.get(case.get_absolute_url()).text
    offered = [int(pk) for pk in re.findall(r'name="into" value="(\d+)"', page)]
    refused = desk.post(address(case, "merge"), seen(case))
    desk.post(address(case, "merge"), {**seen(case), "number": far.pk})

    assert offered[:2] == [cases["word25"].pk, cases["word27"].pk]
    assert len(offered) == 50
    assert far.pk not in offered
    assert "More than 50 other open cases" in page
    assert refused.status_code == 422
    assert "Choose a case." in refused.text
    case.refresh_from_db()
    assert case.merged_into == far


def test_a_case_that_was_corrected_shows_the_new_words_also_once_it_is_reopened(desk: Client, editor: User) -> None:
    case = make_case("300 guests", category="fact")
    actions.claim_case(case, by=editor)
    desk.post(
        address(case, "correct"),
        correction_of(case, replacement="3,000 guests", kind="correction", severity="minor", notice="It was 3,000."),
    )

    ended = desk.get(case.get_absolute_url()).text
    desk.post(address(case, "reopen"), {"note": "It was 2,000."})

    assert '<mark id="passage">3,000 guests</mark>' in ended
    case = Case.objects.get(pk=case.pk)
    assert (case.status, case.passage_text) == ("open", "3,000 guests")
    assert case.revision == case.article.text


def test_what_was_typed_is_not_lost_when_a_colleague_has_taken_the_case_meanwhile(desk: Client, editor: User) -> None:
    case = make_case("300 guests")
    actions.claim_case(case, by=editor)
    typed = correction_of(
        case, replacement="3,000 guests", kind="correction", severity="minor", notice="Three <i>thousand</i>."
    )
    actions.claim_case(case, takeover=True, by=make_editor("petro"))

    answer = desk.post(address(case, "correct"), typed)

    assert answer.status_code == 409
    assert "petro holds case" in answer.text
    assert "What you typed" in answer.text
    assert '<dd dir="auto">3,000 guests</dd>' in answer.text
    assert "Three &lt;i&gt;thousand&lt;/i&gt;." in answer.text


def test_a_decided_case_is_reopened(desk: Client, editor: User) -> None:
    case = make_case()
    actions.claim_case(case, by=editor)
    actions.reject_case(case, reason=Resolution.SPAM, by=editor)

    desk.post(address(case, "reopen"), {**seen(case), "note": "It is an error after all."})

    case.refresh_from_db()
    assert (case.status, case.arrival) == ("open", "reopened")


def test_a_draft_is_approved_by_somebody_else(desk: Client, editor: User, settings: Any) -> None:
    settings.FOUR_EYES = "enforce"
    case = make_case("300 guests")
    drafter = make_editor("petro")
    actions.claim_case(case, by=drafter)
    draft = draft_of(case, drafter)

    page = desk.get(case.get_absolute_url()).content.decode()
    desk.post(address(case, "approve"), {**seen(case), "draft": draft.pk})

    draft.refresh_from_db()
    assert "Approve and publish" in page
    assert (draft.status, draft.approved_by) == ("published", editor)


def test_the_drafter_cannot_approve(desk: Client, editor: User, settings: Any) -> None:
    settings.FOUR_EYES = "enforce"
    case = make_case("300 guests")
    actions.claim_case(case, by=editor)
    draft = draft_of(case, editor)

    answer = desk.post(address(case, "approve"), {**seen(case), "draft": draft.pk})

    assert answer.status_code == 403
    assert "somebody else has to approve it" in answer.content.decode()


def test_a_draft_that_was_replaced_while_it_was_read_is_not_approved(desk: Client, settings: Any) -> None:
    settings.FOUR_EYES = "enforce"
    case = make_case("300 guests")
    drafter, reviewer = make_editor("petro"), make_editor("iryna")
    actions.claim_case(case, by=drafter)
    draft = draft_of(case, drafter)
    actions.return_case(case, note="Ask the mayor.", by=reviewer)
    other = draft_of(case, drafter, replacement="30,000 guests")

    answer = desk.post(address(case, "approve"), {**seen(case), "draft": draft.pk})

    other.refresh_from_db()
    assert answer.status_code == 409
    assert other.status == "awaiting_approval"


def test_a_draft_goes_back_with_a_note(desk: Client, settings: Any) -> None:
    settings.FOUR_EYES = "enforce"
    case = make_case("300 guests")
    drafter = make_editor("petro")
    actions.claim_case(case, by=drafter)
    draft_of(case, drafter)

    desk.post(address(case, "return"), {**seen(case), "note": "Ask the mayor."})

    case.refresh_from_db()
    assert (case.status, case.assignee) == ("claimed", drafter)
    assert case.events.get(kind=Event.Kind.RETURNED).note == "Ask the mayor."


def draft_of(case: Case, by: User, **more: Any) -> Correction:
    words: dict[str, Any] = {
        "start": case.start, "end": case.end, "expected": "300 guests", "replacement": "3,000 guests", "revision": 1,
        "kind": "correction", "severity": "substantive", "notice": "There were 3,000 guests.",
    }  # fmt: skip
    return actions.correct_case(case, **words | more, by=by)


def test_a_lost_passage_is_looked_for_and_picked(desk: Client, editor: User) -> None:
    case = make_case("words that stand nowhere in it")
    actions.claim_case(case, by=editor)

    page = desk.get(case.get_absolute_url(), {"find": "old bridge"})
    candidate = page.context["candidates"][0]
    desk.post(
        address(case, "place"),
        {**seen(case), "start": candidate.start, "end": candidate.end, "expected": candidate.words},
    )

    case.refresh_from_db()
    assert "Where is the passage?" in page.content.decode()
    assert "data-correct" not in page.content.decode()
    assert (case.outcome, case.passage_text) == ("exact", "old bridge")


def test_where_several_places_fit_the_page_shows_them_and_the_editor_picks_one(desk: Client, editor: User) -> None:
    article = make_article(body="<p>The old bridge is open. Nobody saw that the old bridge is closed.</p>")
    made = actions.submit_report(article, Quote("old bridge"), part="body")
    actions.triage_report(made)
    case = Case.objects.get()
    actions.claim_case(case, by=editor)

    page = desk.get(case.get_absolute_url())
    candidates = page.context["candidates"]
    desk.post(
        address(case, "place"),
        {**seen(case), "start": candidates[1].start, "end": candidates[1].end, "expected": candidates[1].words},
    )

    assert case.outcome == "ambiguous"
    assert [(candidate.words, candidate.start) for candidate in candidates] == [("old bridge", 4), ("old bridge", 44)]
    assert "data-correct" not in page.content.decode()
    case.refresh_from_db()
    assert (case.outcome, case.start) == ("exact", 44)


def test_a_passage_is_not_picked_in_a_text_that_has_changed(desk: Client, editor: User) -> None:
    case = make_case("words that stand nowhere in it")
    actions.claim_case(case, by=editor)
    revise_article(case.article, Text(headline="A bridge opens", body="<p>x</p>" + BODY))

    answer = desk.post(address(case, "place"), {"revision": 1, "start": 0, "end": 3, "expected": "The"})

    assert answer.status_code == 409


def test_the_notice_is_proposed_in_the_articles_language_while_the_editor_types(desk: Client, editor: User) -> None:
    case = make_case("300 guests")
    actions.claim_case(case, by=editor)

    fix = desk.post(address(case, "draft"), correction_of(case, replacement="3,000 guests")).json()
    public = desk.post(
        address(case, "draft"), correction_of(case, replacement="3,000 guests", kind="correction")
    ).json()

    assert fix == {"notice": "", "touched": ["a number", "a link"]}
    assert "3,000 guests" in public["notice"]
    assert public["touched"] == []


@pytest.mark.parametrize("path", ["change", "claim", "correct", "draft"])
def test_somebody_without_the_right_to_review_is_kept_out(client: Client, path: str) -> None:
    case = make_case()
    client.force_login(User.objects.create_user("clerk", is_staff=True))

    answers = [client.get(address(case, path)), client.post(address(case, path))]

    assert [answer.status_code for answer in answers] == [403, 403]


def test_a_forged_form_without_the_token_is_refused(editor: User) -> None:
    case = make_case()
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor)

    answer = client.post(address(case, "claim"), seen(case))

    case.refresh_from_db()
    assert answer.status_code == 403
    assert case.status == "open"


def test_fifty_reports_cost_as_many_queries_as_one(desk: Client, editor: User) -> None:
    article = make_article()
    case = make_case(article=article, suggestion="the")
    actions.claim_case(case, by=editor)
    desk.get(case.get_absolute_url())
    with CaptureQueriesContext(connection) as one:
        desk.get(case.get_absolute_url())
    for number in range(49):
        report(article, "teh", suggestion="the", comment=str(number), reader=str(number))
    report(article, "300 guests")

    with CaptureQueriesContext(connection) as fifty:
        desk.get(case.get_absolute_url())

    assert len(fifty) == len(one)


def test_a_decision_offers_to_be_taken_back(desk: Client, editor: User) -> None:
    case = make_case()
    actions.claim_case(case, by=editor)

    offer = desk.post(address(case, "reject"), {**seen(case), "reason": "spam"}, follow=True).content.decode()
    answer = desk.post(address(case, "undo"))

    case.refresh_from_db()
    assert f'action="{address(case, "undo")}"' in offer
    assert answer["Location"] == case.get_absolute_url()
    assert (case.status, case.assignee) == ("claimed", editor)


def published(by: User) -> Correction:
    case = make_case("300 guests")
    actions.claim_case(case, by=by)
    return draft_of(case, by, severity="minor")


def test_a_published_correction_is_amended_by_a_new_entry(desk: Client, editor: User) -> None:
    correction = published(editor)
    case = correction.case

    desk.post(address(case, "amend"), {"correction": correction.pk, "notice": "There were 3,000 guests and a dog."})

    correction.refresh_from_db()
    amendment = Correction.objects.get(amends=correction)
    assert (correction.status, correction.notice) == ("amended", "There were 3,000 guests.")
    assert amendment.notice == "There were 3,000 guests and a dog."


def test_a_correction_is_withdrawn_by_a_standards_editor_alone(client: Client, editor: User) -> None:
    correction = published(editor)
    sent = {"correction": correction.pk, "reason": "The first count was right."}

    client.force_login(editor)
    refused = client.post(address(correction.case, "withdraw"), sent)
    client.force_login(make_editor("iryna", "Standards editors"))
    client.post(address(correction.case, "withdraw"), sent)

    correction.refresh_from_db()
    assert refused.status_code == 403
    assert (correction.status, correction.withdrawal_reason) == ("withdrawn", "The first count was right.")


def test_a_correction_of_another_case_is_not_amended(desk: Client, editor: User) -> None:
    correction = published(editor)
    other = make_case(article=make_article("Another"))

    answer = desk.post(address(other, "amend"), {"correction": correction.pk, "notice": "Nonsense."})

    assert answer.status_code == 409
    assert Correction.objects.count() == 1


def test_typing_keeps_the_claim(desk: Client, editor: User) -> None:
    case = make_case()
    actions.claim_case(case, by=editor)
    Case.objects.update(claim_expires_at=timezone.now() + timedelta(seconds=5))

    desk.post(address(case, "draft"), correction_of(case))

    case.refresh_from_db()
    assert not case.is_claim_lapsed(timezone.now() + timedelta(minutes=10))


def test_the_suggestion_about_the_passage_itself_comes_first(desk: Client, editor: User) -> None:
    article = make_article()
    case, other = make_case("teh", article, suggestion="the"), make_case("old bridge", article, suggestion="new bridge")
    actions.merge_case(other, into=case, by=editor)

    proposals = desk.get(case.get_absolute_url()).context["reports"]

    assert [proposal.wording for proposal in proposals] == ["the", "new bridge"]


def test_an_appeal_is_read_beside_the_decision_that_it_is_about(desk: Client, editor: User) -> None:
    case = make_case()
    actions.claim_case(case, by=editor)
    actions.reject_case(case, reason=Resolution.NOT_AN_ERROR, message="She told us nine.", by=editor)
    appealed = case.reports.get()
    actions.appeal_report(appealed, message="Her <book> says ten.")

    page = desk.get(case.get_absolute_url()).content.decode()

    shown = page[page.index('id="returned-title"') : page.index('id="reports-title"')]
    assert "A reader appealed" in shown
    assert "Her &lt;book&gt; says ten." in shown
    assert "not an error" in shown
    assert "She told us nine." in shown


def test_a_case_that_came_once_has_nothing_to_say_of_earlier_decisions(desk: Client) -> None:
    assert "returned-title" not in desk.get(make_case().get_absolute_url()).content.decode()


def test_a_reopened_case_that_is_decided_again_shows_its_end_alone(desk: Client, editor: User) -> None:
    case = make_case()
    for _ in range(2):
        actions.claim_case(case, by=editor)
        actions.reject_case(case, reason=Resolution.OUT_OF_SCOPE, by=editor)
        actions.reopen_case(case, note="Look again.", by=editor)
    assert "This was decided before" in desk.get(case.get_absolute_url()).content.decode()
    actions.claim_case(case, by=editor)
    actions.reject_case(case, reason=Resolution.OUT_OF_SCOPE, by=editor)

    assert "This was decided before" not in desk.get(case.get_absolute_url()).content.decode()
