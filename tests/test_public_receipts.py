"""A reader follows the own report: what became of it, why, and one appeal."""

from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from articles.models import Article
from corrections import actions
from corrections.anchoring import Quote
from corrections.answers import ANSWERS
from corrections.models import REJECTIONS, Case, Report, Resolution
from corrections.policy import APPEAL_WITHIN, Kind, Severity
from tests.desk import make_article, make_editor, report
from tests.public import ATTACK, correct_case

pytestmark = pytest.mark.django_db


def receipt(client: Client, of: Report, language: str = "en") -> str:
    response = client.get(of.get_absolute_url(), headers={"accept-language": language})
    assert response.status_code == 200
    return response.content.decode()


def rejected(reason: Resolution = Resolution.NOT_AN_ERROR, message: str = "It is right.", **more: str) -> Report:
    made = report(make_article(), "300 guests", **more)
    assert made.case is not None
    editor = make_editor()
    actions.claim_case(made.case, by=editor)
    actions.reject_case(made.case, reason=reason, message=message, by=editor)
    return made


def test_a_report_that_just_arrived_is_acknowledged(client: Client) -> None:
    made = actions.submit_report(make_article(), Quote("300 guests"))

    shown = receipt(client, made)

    assert "Your report has arrived." in shown
    assert "300 guests" in shown
    assert "Do you see it differently?" not in shown


def test_a_report_in_the_queue_is_being_looked_at(client: Client) -> None:
    made = report(make_article(), "300 guests", suggestion="3,000 guests", comment="I counted them.")

    shown = receipt(client, made)

    assert "An editor is going to decide." in shown
    assert "<del>300</del><ins>3,000</ins> guests" in shown
    assert "I counted them." in shown


@pytest.mark.parametrize("reason", REJECTIONS)
def test_a_rejection_is_told_with_its_reason_and_the_editors_words(client: Client, reason: Resolution) -> None:
    shown = receipt(client, rejected(reason, "We have checked\nthe minutes."))

    assert str(ANSWERS[reason].title) in shown
    assert "We have checked<br>the minutes." in shown


def test_every_resolution_has_words_for_the_reader() -> None:
    assert set(ANSWERS) == set(Resolution)


def test_a_correction_is_shown_and_linked(client: Client) -> None:
    made = report(make_article(), "300 guests")
    assert made.case is not None
    correction = correct_case(made.case, "3,000 guests", notice="There were 3,000 guests.")

    shown = receipt(client, made)

    assert "You were right. We have corrected the article." in shown
    assert "There were 3,000 guests." in shown
    assert f'href="{correction.get_absolute_url()}"' in shown
    assert f'href="{made.article.get_absolute_url()}#:~:text=on%20Monday%2C%20and-,3%2C000%20guests,-came."' in shown


def test_a_withdrawn_correction_is_not_shown_as_if_it_stood(client: Client) -> None:
    made = report(make_article(), "300 guests")
    assert made.case is not None
    correction = correct_case(made.case, "3,000 guests", notice="There were 3,000 guests.")
    actions.withdraw_correction(correction, reason="There were 300 after all.", by=make_editor("second"))

    shown = receipt(client, made)

    assert "We have withdrawn our correction." in shown
    assert "You were right" not in shown
    assert "There were 300 after all." in shown
    assert shown.index("We withdrew this correction on") < shown.index("There were 3,000 guests.")
    assert client.get(f"/api/v1/reports/{made.token}/").json()["correction_status"] == "withdrawn"


def test_an_amended_correction_is_shown_as_it_stands_now(client: Client) -> None:
    made = report(make_article(), "300 guests")
    assert made.case is not None
    first = correct_case(made.case, "3,000 guests", notice="There were 3,000.")
    second = actions.amend_correction(first, notice="There were 3,000 guests, not 300.", by=make_editor("second"))

    shown = receipt(client, made)

    assert "There were 3,000 guests, not 300." in shown
    assert "There were 3,000.<" not in shown
    assert f"stands in the place of {first.number}" in shown
    assert f'href="{second.get_absolute_url()}"' in shown
    assert client.get(f"/api/v1/reports/{made.token}/").json()["correction"] == second.number


def test_of_several_corrections_the_one_that_decided_is_shown_whatever_became_of_the_others(client: Client) -> None:
    made, editor = report(make_article(), "300 guests"), make_editor("second")
    assert made.case is not None
    first = correct_case(made.case, "3,000 guests", notice="There were 3,000.")
    actions.reopen_case(made.case, by=editor)
    at = Article.objects.get().text.projection("body").text.find("3,000 guests")
    actions.place_case(made.case, start=at, end=at + 12, expected="3,000 guests", by=editor)
    second = correct_case(made.case, "3,100 guests", notice="There were 3,100.")
    amended = actions.amend_correction(first, notice="We wrote: 3,000.", by=editor)
    assert "There were 3,100." in receipt(client, made)

    actions.withdraw_correction(amended, reason="Overtaken.", by=editor)

    assert "There were 3,100." in receipt(client, made)
    assert "Overtaken." not in receipt(client, made)
    assert f'href="{second.get_absolute_url()}"' in receipt(client, made)


def test_who_learns_of_a_withdrawal_has_thirty_days_to_appeal(client: Client) -> None:
    made = report(make_article(), "300 guests")
    assert made.case is not None
    correction = correct_case(made.case, "3,000 guests")
    with time_machine.travel(timezone.now() + timedelta(days=40)):
        assert "Do you see it differently?" not in receipt(client, made)
        actions.withdraw_correction(correction, reason="There were 300.", by=make_editor("second"))
    with time_machine.travel(timezone.now() + timedelta(days=60)):
        assert "Do you see it differently?" in receipt(client, made)

        answer = client.post(made.get_absolute_url(), {"message": "I have a photograph."})

    assert answer.status_code == 302
    assert Case.objects.get().arrival == Case.Arrival.APPEAL


def test_a_silent_fix_is_told_although_there_is_no_notice(client: Client) -> None:
    made = report(make_article(), "teh")
    assert made.case is not None
    correct_case(made.case, "the", kind=Kind.STYLE_FIX, severity=Severity.STYLE)

    shown = receipt(client, made)

    assert "You were right. We have fixed it." in shown
    assert "<del>teh</del><ins>the</ins>" in shown


def test_the_link_leads_to_the_very_passage(client: Client) -> None:
    made = report(make_article(), "five million")

    shown = receipt(client, made)

    assert "#:~:text=did%20not%20cost-,five%20million,-%2C%E2%80%9D%20Anna%20Kovalenko" in shown


def test_the_link_of_a_report_that_just_arrived_leads_to_the_right_copy_of_its_words(client: Client) -> None:
    article = make_article(body="<p>古い橋は残ります。</p><p>市長は月曜日に橋を開きました。</p>", language="ja")
    text = article.text.projection("body").text
    at = text.index("橋", 5)
    made = actions.submit_report(article, Quote("橋", text[:at], text[at + 1 :], at), part="body")

    shown = receipt(client, made)

    assert f"#:~:text={quote('市長は月曜日に')}-,{quote('橋')},-{quote('を開きました。')}" in shown


def test_a_reader_appeals_once(client: Client) -> None:
    made = rejected()

    answer = client.post(made.get_absolute_url(), {"message": "Count again."}, headers={"origin": "null"})
    again = client.post(made.get_absolute_url(), {"message": "And again."})

    case = Case.objects.get()
    assert answer.status_code == 302
    assert (case.status, case.arrival) == (Case.Status.OPEN, Case.Arrival.APPEAL)
    assert again.status_code == 409
    assert "could not be taken" in again.content.decode()
    assert "We are looking at it again." in receipt(client, made)
    assert case.events.filter(kind="appealed").count() == 1


def test_the_decision_after_an_appeal_is_final(client: Client) -> None:
    made = rejected()
    client.post(made.get_absolute_url(), {"message": "Count again."})
    case, editor = Case.objects.get(), make_editor("second")
    actions.claim_case(case, by=editor)
    actions.reject_case(case, reason=Resolution.NOT_AN_ERROR, message="We counted again.", by=editor)

    shown = receipt(client, made)

    assert "We counted again." in shown
    assert "is final" in shown
    assert "<form" not in shown


def test_an_appeal_needs_a_reason_and_keeps_what_was_typed(client: Client) -> None:
    made = rejected()

    response = client.post(made.get_absolute_url(), {"message": " "})

    assert response.status_code == 422
    assert "Say why" in response.content.decode()
    assert Case.objects.get().status == Case.Status.RESOLVED


def test_after_thirty_days_nobody_can_appeal(client: Client) -> None:
    made = rejected()

    with time_machine.travel(timezone.now() + APPEAL_WITHIN + timedelta(minutes=1)):
        shown = receipt(client, made)
        refused = client.post(made.get_absolute_url(), {"message": "Count again."})

    assert "Do you see it differently?" not in shown
    assert refused.status_code == 409
    assert Case.objects.get().status == Case.Status.RESOLVED


def test_a_receipt_is_kept_out_of_caches_searches_and_other_logs(client: Client) -> None:
    made = rejected()

    for response in (client.get(made.get_absolute_url()), client.post(made.get_absolute_url(), {"message": "Again."})):
        assert "no-store" in response["Cache-Control"]
        assert response["Referrer-Policy"] == "no-referrer"
        assert "noindex" in response["X-Robots-Tag"]


def test_a_receipt_speaks_the_language_of_the_report(client: Client) -> None:
    made = rejected(language="uk")

    assert "Ми перевірили і вважаємо" in receipt(client, made, language="en")


def test_only_the_whole_token_opens_a_receipt(client: Client) -> None:
    made = rejected()

    for address in (f"/receipts/{made.token[:-1]}/", f"/receipts/{made.pk}/", "/receipts/x/"):
        assert client.get(address).status_code == 404


def test_markup_in_what_was_typed_is_shown_not_run(client: Client) -> None:
    made = report(make_article(), "300 guests", suggestion=ATTACK, comment=ATTACK)
    lost = report(make_article(), ATTACK)
    assert made.case is not None
    editor = make_editor()
    actions.claim_case(made.case, by=editor)
    actions.reject_case(made.case, reason=Resolution.SPAM, message=ATTACK, by=editor)

    for shown in (receipt(client, made), receipt(client, lost)):
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown


def test_a_receipt_of_an_article_withdrawn_meanwhile_still_answers(client: Client) -> None:
    made = report(make_article(), "300 guests")
    assert made.case is not None
    correct_case(made.case, "300 guests", kind=Kind.RETRACTION, severity=Severity.WITHDRAWAL, notice="It was untrue.")

    shown = receipt(client, made)

    assert "We have withdrawn the article." in shown
    assert "It was untrue." in shown
    assert "Show it in the article" not in shown  # where it no longer stands
    assert Article.objects.get().status == Article.Status.WITHDRAWN


def test_a_receipt_takes_few_queries(client: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    made = rejected()

    with django_assert_max_num_queries(4):
        receipt(client, made)


def test_the_whole_receipt_is_in_the_readers_language(client: Client) -> None:
    made = report(make_article(), "teh", language="uk")

    page = receipt(client, made)

    assert "Розглядаємо" in page
    assert "Being looked at" not in page
