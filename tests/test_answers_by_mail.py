"""A reader who gave an address and confirmed it gets every decision by mail, once; nobody else gets anything."""

import re
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from smtplib import SMTPRecipientsRefused
from unittest.mock import patch

import pytest
import time_machine
from django.apps import apps
from django.contrib.auth.models import User
from django.core import mail as outbox
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from articles.actions import Text, revise_article
from corrections import actions, tasks
from corrections.anchoring import Quote
from corrections.models import REJECTIONS, Address, Case, Event, Job, Report, Resolution
from corrections.policy import UNDO_WITHIN, Kind, Severity
from tests.desk import BODY, make_article, make_case, make_editor, report
from tests.public import ATTACK, correct_case
from tests.work import work_off

pytestmark = pytest.mark.django_db

LATER = UNDO_WITHIN + timedelta(seconds=1)
READER = "reader@example.org"


def letters(to: str = READER) -> list[EmailMultiAlternatives]:
    """Give the letters that an address got, without questions."""
    return [m for m in sent(to) if "answer." in m.extra_headers["Message-ID"]]


def sent(to: str = READER) -> list[EmailMultiAlternatives]:
    """Give everything that an address got."""
    return [m for m in outbox.outbox if m.to == [to] and isinstance(m, EmailMultiAlternatives)]


def confirmed(made: Report) -> Report:
    """Have the reader confirm the report's address."""
    assert made.address is not None
    actions.confirm_address(made.address)
    return made


def the_case(made: Report) -> Case:
    """Give the report's case as it stands."""
    made.refresh_from_db()
    assert made.case is not None
    return made.case


def pass_time(by: timedelta = LATER) -> None:
    """Let time go by, and have done what is due by then."""
    with time_machine.travel(timezone.now() + by):
        work_off()


def link(text: str, what: str) -> str:
    """Find the path of a link in a letter."""
    found = re.search(rf"http://localhost:\d+(/mail/{what}/\S+)", text)
    assert found is not None, text
    return found[1]


def reject(case: Case, *, by: User, reason: Resolution = Resolution.NOT_AN_ERROR, message: str = "") -> None:
    actions.claim_case(case, by=by)
    actions.reject_case(case, reason=reason, message=message, by=by)


def publish(kind: Kind, severity: Severity, words: str = "the") -> Callable[[Case, User], None]:
    def decide(case: Case, by: User) -> None:
        correct_case(case, case.passage_text if kind == Kind.RETRACTION else words, kind=kind, severity=severity, by=by)

    return decide


def rejection(reason: Resolution) -> Callable[[Case, User], None]:
    return lambda case, by: reject(case, by=by, reason=reason)


def revise(case: Case, by: User) -> None:
    """Put the error right behind the desk's back."""
    revise_article(case.article, Text(headline="A bridge opens", body=BODY.replace("teh", "the")), expected=1, by=by)
    work_off()


DECISIONS: dict[str, tuple[Callable[[Case, User], None], int]] = {
    # what an editor decides: how many letters a reader with a confirmed address gets
    "corrected": (publish(Kind.CORRECTION, Severity.MINOR), 1),
    "clarified": (publish(Kind.CLARIFICATION, Severity.MINOR), 1),
    "fixed silently": (publish(Kind.STYLE_FIX, Severity.STYLE), 1),
    "updated": (publish(Kind.UPDATE, Severity.MINOR), 1),
    "retracted": (publish(Kind.RETRACTION, Severity.WITHDRAWAL), 1),
    "not an error": (rejection(Resolution.NOT_AN_ERROR), 1),
    "style preference": (rejection(Resolution.STYLE_PREFERENCE), 1),
    "out of scope": (rejection(Resolution.OUT_OF_SCOPE), 1),
    "insufficient information": (rejection(Resolution.INSUFFICIENT_INFORMATION), 1),
    "duplicate": (rejection(Resolution.DUPLICATE), 1),
    "spam": (rejection(Resolution.SPAM), 0),
    "already fixed": (revise, 1),
    "claimed": (lambda case, by: actions.claim_case(case, by=by), 0),
    "snoozed": (lambda case, by: actions.snooze_case(case, until=timezone.now() + timedelta(days=1), by=by), 0),
    "nothing": (lambda *_, **__: None, 0),
}
UNDOABLE = DECISIONS.keys() - {"retracted", "already fixed", "claimed", "nothing"}


@pytest.mark.parametrize("is_confirmed", [True, False], ids=["confirmed", "unconfirmed"])
@pytest.mark.parametrize(
    ("decision", "is_undone"),
    [(decision, False) for decision in DECISIONS]
    + [(decision, True) for decision in DECISIONS if decision in UNDOABLE],
)
def test_a_decision_is_told_once_to_who_confirmed_if_it_stands(
    decision: str, is_undone: bool, is_confirmed: bool
) -> None:
    made, editor = report(make_article(), "teh", suggestion="the", email=READER), make_editor()
    if is_confirmed:
        confirmed(made)
    decide, count = DECISIONS[decision]

    decide(the_case(made), editor)
    if is_undone:
        actions.undo_case(the_case(made), by=editor)
    pass_time()
    pass_time()

    assert len(letters()) == (count if is_confirmed and not is_undone else 0)


def test_every_reason_of_a_rejection_is_in_the_table() -> None:
    assert {reason.value.replace("_", " ") for reason in REJECTIONS} <= set(DECISIONS)


def test_nothing_goes_out_as_long_as_the_decision_can_be_taken_back() -> None:
    made = confirmed(report(make_article(), "teh", email=READER))
    reject(the_case(made), by=make_editor())

    work_off()

    assert letters() == []


def test_a_decision_that_was_changed_meanwhile_sends_the_newest_only() -> None:
    made, editor = confirmed(report(make_article(), "teh", email=READER)), make_editor()
    reject(the_case(made), by=editor)
    actions.undo_case(the_case(made), by=editor)
    correct_case(the_case(made), "the", notice="It is “the”.", by=editor)

    pass_time()

    (letter,) = letters()
    assert letter.body.startswith("You were right. We have corrected the article.")


def test_a_decision_that_changed_between_the_hand_out_and_the_letter_is_not_told() -> None:
    made, editor = confirmed(report(make_article(), "teh", email=READER)), make_editor()
    reject(the_case(made), by=editor)
    actions.answer_readers(Event.objects.get(kind=Event.Kind.REJECTED))
    actions.reopen_case(the_case(made), by=editor)

    pass_time()

    assert Job.objects.filter(kind="mail_answer", done_at__isnull=False).count() == 1
    assert letters() == []


def test_what_is_decided_again_after_an_appeal_is_told_again() -> None:
    made, editor = confirmed(report(make_article(), "teh", email=READER)), make_editor()
    reject(the_case(made), by=editor, message="It is old English.")
    pass_time()
    actions.appeal_report(made, message="It is not.")

    correct_case(the_case(made), "the", notice="It is “the”.", by=editor)
    pass_time()

    first, second = letters()
    assert "It is old English." in first.body
    assert "It is “the”." in second.body
    assert "appeal" not in second.body
    assert first.extra_headers["Message-ID"] != second.extra_headers["Message-ID"]


def test_all_readers_of_a_case_are_answered_each_once_in_their_languages() -> None:
    article = make_article()
    for number, language in enumerate(("en", "uk", "pl")):
        confirmed(report(article, "teh", email=f"{number}@example.org", language=language, reader=str(number)))
    again = report(article, "teh", email="0@EXAMPLE.org", reader="0")
    report(article, "teh", email="nobody@example.org")
    assert Case.objects.count() == 1

    reject(the_case(again), by=make_editor())
    pass_time()

    assert [m.subject for n in range(3) for m in letters(f"{n}@example.org")] == [
        "Your report: not an error. “A bridge opens”",
        "Ваше повідомлення: не помилка. «A bridge opens»",
        "Zgłoszenie: to nie błąd. „A bridge opens”",
    ]
    assert letters("0@EXAMPLE.org") == letters("nobody@example.org") == []


def test_readers_of_a_merged_case_get_the_other_cases_decision() -> None:
    article, editor = make_article(), make_editor()
    mine = confirmed(report(article, "teh", email=READER))
    other = confirmed(report(article, "300 guests", email="other@example.org"))
    actions.merge_case(the_case(mine), into=the_case(other), by=editor)
    pass_time()
    assert outbox.outbox == [m for m in outbox.outbox if "question." in m.extra_headers["Message-ID"]]

    reject(the_case(other), by=editor, message="We counted.")
    pass_time()

    assert [len(letters(to)) for to in (READER, "other@example.org")] == [1, 1]
    assert "We counted." in letters()[0].body
    assert "> teh" in letters()[0].body


def test_a_report_of_what_is_fixed_already_is_thanked_for() -> None:
    article = make_article()
    revise_article(
        article, Text(headline="A bridge opens", body=BODY.replace("teh", "the")), expected=1, by=make_editor()
    )
    quote = Quote("teh", "The mayor opened ", " bridge on Monday", 17)
    made = actions.submit_report(article, quote, revision_number=1, part="body", suggestion="the", email=READER)
    confirmed(made)

    work_off()
    pass_time()

    assert the_case(made).resolution == Resolution.ALREADY_FIXED
    (letter,) = letters()
    assert letter.body.startswith("Thank you.")


def test_a_correction_is_told_with_its_notice_and_the_way_to_the_very_passage() -> None:
    made = confirmed(report(make_article(), "300 guests", email=READER))
    correction = correct_case(the_case(made), "3,000 guests", notice="There were 3,000 guests.")

    pass_time()

    (letter,) = letters()
    html = str(letter.alternatives[0][0])
    passage = f"{made.article.get_absolute_url()}#:~:text=on%20Monday%2C%20and-,3%2C000%20guests,-came."
    for text in (letter.body, html):
        assert "There were 3,000 guests." in text
        assert passage in text
        assert made.get_absolute_url() in text
        assert correction.get_absolute_url() in text
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter.extra_headers["Auto-Submitted"] == "auto-generated"


def test_a_withdrawal_is_told_to_who_was_told_of_the_correction() -> None:
    made = confirmed(report(make_article(), "300 guests", email=READER))
    correction = correct_case(the_case(made), "3,000 guests", notice="There were 3,000 guests.")
    pass_time()
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        actions.withdraw_correction(correction, reason="There were 300 after all.", by=make_editor("second"))

    pass_time(timedelta(days=1) + LATER)
    pass_time(timedelta(days=1) + LATER)

    _, letter = letters()
    assert letter.subject == "Your report: correction withdrawn. “A bridge opens”"
    for text in (letter.body, str(letter.alternatives[0][0])):
        assert "We have withdrawn our correction." in text
        assert "You were right" not in text
        assert text.index("There were 300 after all.") < text.index("There were 3,000 guests.")
        assert "you can appeal once" in text


def test_a_withdrawal_before_anybody_was_told_makes_one_letter_of_two() -> None:
    made = confirmed(report(make_article(), "300 guests", email=READER))
    correction = correct_case(the_case(made), "3,000 guests")
    actions.withdraw_correction(correction, reason="There were 300 after all.", by=make_editor("second"))

    pass_time()

    (letter,) = letters()
    assert letter.body.startswith("We have withdrawn our correction.")


def test_a_withdrawal_that_brings_the_case_back_is_told_and_so_is_the_new_decision() -> None:
    made, editor = confirmed(report(make_article(), "300 guests", email=READER)), make_editor("second")
    correction = correct_case(the_case(made), "3,000 guests")
    pass_time()
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        actions.withdraw_correction(correction, reason="There were 300 after all.", by=editor)
        actions.reopen_case(the_case(made), by=editor)
    pass_time(timedelta(days=1) + LATER)
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        reject(the_case(made), by=editor, message="We have counted.")
    pass_time(timedelta(days=2) + LATER)

    assert [letter.body.partition("\n")[0] for letter in letters()] == [
        "You were right. We have corrected the article.",
        "We have withdrawn our correction and are looking at it again.",
        "We have looked into it and believe that the passage is right.",
    ]
    assert "you can appeal" not in str(letters()[1].body)


def test_an_amendment_leaves_the_answer_as_it_was_and_later_letters_say_so() -> None:
    made, editor = report(make_article(), "300 guests", email=READER), make_editor("second")
    first = correct_case(the_case(made), "3,000 guests", notice="There were 3,000.")
    actions.amend_correction(first, notice="There were 3,000 guests, not 300.", by=editor)
    pass_time()

    confirmed(made)
    pass_time()
    pass_time()

    (letter,) = letters()
    assert "There were 3,000 guests, not 300." in letter.body
    assert "There were 3,000.\n" not in letter.body
    assert f"in the place of {first.number}" in letter.body


def test_the_withdrawal_of_an_earlier_correction_changes_no_answer_and_sends_no_letter() -> None:
    made, editor = confirmed(report(make_article(), "300 guests", email=READER)), make_editor("second")
    first = correct_case(the_case(made), "3,000 guests")
    pass_time()
    actions.reopen_case(the_case(made), by=editor)
    reject(the_case(made), by=editor)
    pass_time()

    with time_machine.travel(timezone.now() + timedelta(days=1)):
        actions.withdraw_correction(first, reason="There were 300 after all.", by=editor)
    pass_time(timedelta(days=1) + LATER)

    assert len(letters()) == 2


def test_a_letter_is_wholly_in_the_readers_language() -> None:
    made = confirmed(report(make_article(), "teh", email=READER, language="uk"))
    reject(the_case(made), by=make_editor(), message="Так і має бути.")

    pass_time()

    (letter,) = letters()
    words = re.sub(r"https?://\S+|A bridge opens|The Daily Example|> teh", "", letter.body)
    assert re.findall(r"[A-Za-z]{2,}", words) == []
    assert '<html lang="uk" dir="ltr">' in str(letter.alternatives[0][0])


def test_a_letter_from_right_to_left_is_punctuated_and_set_so_too() -> None:
    made = confirmed(report(make_article(language="ar"), "300 guests", email=READER, language="ar"))
    correct_case(the_case(made), "3,000 guests", notice="ثلاثة آلاف.")

    pass_time()

    (letter,) = letters()
    html = str(letter.alternatives[0][0])
    assert '<html lang="ar" dir="rtl">' in html
    assert not re.search(r"\d\W*, ", letter.body)
    assert re.search(r"\d\W*، \d", letter.body)
    one_sided = re.findall(r"(?:padding|margin|border)-(?:left|right)|padding: 0 0 0 [1-9]", html)
    assert one_sided == []


def test_who_confirms_after_the_decision_is_told_of_it_then() -> None:
    made = report(make_article(), "teh", email=READER)
    reject(the_case(made), by=make_editor())
    pass_time()
    assert letters() == []

    confirmed(made)
    pass_time()
    confirmed(made)
    pass_time()

    assert len(letters()) == 1


def test_confirming_right_after_a_decision_does_not_tell_it_sooner() -> None:
    made = report(make_article(), "teh", email=READER)
    reject(the_case(made), by=make_editor())

    confirmed(made)
    work_off()
    assert letters() == []
    pass_time()

    assert len(letters()) == 1


def test_a_worker_killed_after_sending_sends_once_more_under_the_same_message_id() -> None:
    made = confirmed(report(make_article(), "teh", email=READER))
    reject(the_case(made), by=make_editor())
    work_off()
    event = Event.objects.get(kind=Event.Kind.REJECTED)
    actions.answer_readers(event)
    with (
        time_machine.travel(timezone.now() + LATER),
        patch("corrections.jobs._close", side_effect=SystemExit),
        pytest.raises(SystemExit),
    ):
        tasks.mail_answer(Job.objects.get(kind="mail_answer").pk, 0)

    pass_time(LATER + timedelta(minutes=2))

    first, second = letters()
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
    assert Job.objects.get(kind="mail_answer").done_at is not None


def test_a_letter_that_the_server_refuses_five_times_is_parked_without_the_address() -> None:
    made = confirmed(report(make_article(), "teh", email=READER))
    reject(the_case(made), by=make_editor())
    refused = SMTPRecipientsRefused({READER: (550, b"5.1.1 <reader@example.org>: unknown")})
    work_off()

    with patch("django.core.mail.EmailMultiAlternatives.send", side_effect=refused):
        for hour in range(1, 7):
            pass_time(timedelta(hours=hour))

    job = Job.objects.get(kind="mail_answer")
    assert (job.attempts, job.parked_at is not None) == (5, True)
    assert job.last_error == "AddressRefused: 550 5.1.1 <…>: unknown"


def test_one_question_a_day_asks_for_confirmation_and_no_more_than_three_in_all() -> None:
    article, start = make_article(), timezone.now()
    for day in range(6):
        for _ in range(3):
            with time_machine.travel(start + timedelta(days=day, minutes=1)):
                report(article, "teh", email="Reader@example.org" if day % 2 else READER)
                work_off()

    assert len(sent()) + len(sent("Reader@example.org")) == 3


def test_who_gave_an_address_before_it_could_be_confirmed_is_asked_once_and_then_answered() -> None:
    article = make_article()
    made = [report(article, "teh", email=READER), report(article, "300 guests", email=READER.upper())]
    old = report(article, "five million", email="old@example.org")
    reject(the_case(old), by=make_editor())
    Case.objects.filter(pk=the_case(old).pk).update(resolved_at=timezone.now() - timedelta(days=31))
    Job.objects.all().delete()
    Report.objects.update(address=None)
    Address.objects.all().delete()

    import_module("corrections.migrations.0019_earlier_addresses").ask_earlier_readers(apps, None)
    work_off()

    (question,) = outbox.outbox
    assert question.to[0].casefold() == READER
    reject(the_case(made[0]), by=make_editor("second"))
    pass_time()
    assert letters() == []
    made[1].refresh_from_db()
    confirmed(made[1])
    pass_time()
    assert len(letters()) == 1


def test_the_question_repeats_nothing_that_was_typed() -> None:
    report(make_article(), "teh", suggestion=ATTACK, comment=f"BUY {ATTACK}", email=READER)

    work_off()

    (question,) = sent()
    for text in (question.body, str(question.alternatives[0][0])):
        assert "BUY" not in text
        assert "alert" not in text
        assert "/receipts/" not in text


def test_one_reader_cannot_have_questions_sent_to_everybody() -> None:
    article = make_article()
    for number in range(15):
        report(article, "teh", email=f"{number}@example.org", reader="somebody")

    work_off()

    assert len(outbox.outbox) == 10


def test_no_question_goes_to_an_address_that_is_confirmed_or_wants_no_mail() -> None:
    article = make_article()
    confirmed(report(article, "teh", email=READER))
    stopped = report(article, "teh", email="stopped@example.org")
    assert stopped.address is not None
    actions.stop_mail(stopped.address)

    with time_machine.travel(timezone.now() + timedelta(days=2)):
        report(article, "teh", email=READER)
        report(article, "teh", email="stopped@example.org")
        work_off()

    assert outbox.outbox == []


def test_a_page_with_a_button_confirms_and_opening_it_does_not(client: Client) -> None:
    made = report(make_article(), "teh", email=READER, language="uk")
    work_off()
    page = link(sent()[0].body, "confirm")

    for method in (client.get, client.head):
        assert method(page).status_code == 200
    assert not Address.objects.get().may_be_written_to
    asked = client.get(page)
    answered = client.post(page)

    assert "Підтвердити адресу" in asked.content.decode()
    assert "Дякуємо" in answered.content.decode()
    assert Address.objects.get().may_be_written_to
    for response in (asked, answered):
        assert "no-store" in response["Cache-Control"]
        assert response["Referrer-Policy"] == "no-referrer"
        assert "noindex" in response["X-Robots-Tag"]
    assert "Ми надішлемо" in client.get(made.get_absolute_url()).content.decode()


def test_one_click_of_a_mail_program_stops_the_mail_at_once(settings: Settings) -> None:
    made, editor = confirmed(report(make_article(), "teh", email=READER)), make_editor()
    reject(the_case(made), by=editor)
    pass_time()
    header = letters()[0].extra_headers["List-Unsubscribe"]
    strict = Client(enforce_csrf_checks=True)

    response = strict.post(link(header.strip("<>"), "stop"), {"List-Unsubscribe": "One-Click"})
    actions.appeal_report(made, message="Look again.")
    reject(the_case(made), by=editor)
    pass_time()

    assert response.status_code == 200
    assert len(letters()) == 1


def test_opening_the_stop_page_stops_nothing_and_a_second_button_starts_mail_again(client: Client) -> None:
    made = confirmed(report(make_article(), "teh", email=READER))
    reject(the_case(made), by=make_editor())
    pass_time()
    page = link(letters()[0].body, "stop")

    client.get(page)
    assert Address.objects.get().may_be_written_to
    stopped = client.post(page)
    assert not Address.objects.get().may_be_written_to
    again = client.post(page, {"again": "1"})

    assert "You get no more mail from us." in stopped.content.decode()
    assert "We shall answer at this address." in again.content.decode()
    assert Address.objects.get().may_be_written_to


@pytest.mark.parametrize("what", ["confirm", "stop"])
def test_a_token_does_for_its_own_page_alone(client: Client, what: str) -> None:
    report(make_article(), "teh", email=READER)
    work_off()
    page = link(sent()[0].body, what)
    other = {"confirm": "stop", "stop": "confirm"}[what]

    for wrong in (page[:-2] + "/", page.replace(f"/{what}/", f"/{other}/"), f"/mail/{what}/x/"):
        response = client.post(wrong)
        assert response.status_code == 404
        assert "does not work any more" in response.content.decode()
    address = Address.objects.get()
    assert (address.confirmed_at, address.stopped_at) == (None, None)


def test_addresses_are_erased_some_time_after_the_end_and_who_wants_no_mail_is_remembered(settings: Settings) -> None:
    settings.ADDRESSES_KEPT = timedelta(days=60)
    article, editor = make_article(), make_editor()
    ended = confirmed(report(article, "teh", email=READER))
    still_open = confirmed(report(article, "300 guests", email="open@example.org"))
    stopped = report(article, "teh", email="stopped@example.org")
    assert stopped.address is not None
    actions.stop_mail(stopped.address)
    reject(the_case(ended), by=editor)
    now = timezone.now()

    assert actions.erase_addresses(now + timedelta(days=59)) == 0
    assert actions.erase_addresses(now + timedelta(days=61)) == 2

    assert sorted(Report.objects.values_list("email", flat=True)) == ["", "", "open@example.org"]
    assert Address.objects.count() == 2
    still_open.refresh_from_db()
    assert still_open.address is not None
    report(article, "five million", email="stopped@example.org")
    work_off(timezone.now() + timedelta(days=99))
    assert sent("stopped@example.org") == []


def test_a_former_secret_still_knows_who_wants_no_mail(settings: Settings) -> None:
    article = make_article()
    stopped = report(article, "teh", email=READER)
    assert stopped.address is not None
    actions.stop_mail(stopped.address)

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another one, as long as secrets are", [settings.SECRET_KEY]
    report(article, "teh", email=READER)

    assert Address.objects.count() == 1


def test_no_public_page_shows_an_address(client: Client) -> None:
    made = confirmed(report(make_article(), "300 guests", email=READER))
    correction = correct_case(the_case(made), "3,000 guests")

    pages = [made.article.get_absolute_url(), "/corrections/", correction.get_absolute_url(), made.get_absolute_url()]
    pages += ["/corrections/feed.atom", "/corrections/feed.json", "/corrections/chain.jsonl"]
    pages += [f"/api/v1/reports/{made.token}/"]

    for page in pages:
        response = client.get(page)
        content = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[arg-type]
        assert READER.encode() not in content, page


def test_a_case_without_any_address_defers_no_mail() -> None:
    case = make_case("teh")

    reject(case, by=make_editor())

    assert not Job.objects.filter(kind="answer_readers").exists()
