"""Clocks ring: who is reminded, who is told when it is too late, and what the desk reads every morning."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.utils import timezone

from corrections import actions, clocks
from corrections.actions import alarms
from corrections.models import Case, Event, Job, Preferences
from corrections.policy import Kind, Severity
from tests.desk import make_case, make_editor
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)

START = datetime(2026, 3, 2, 10, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ALARMS = (Event.Kind.REMINDED, Event.Kind.ESCALATED)


def after(span: timedelta) -> time_machine.travel:
    return time_machine.travel(START + span, tick=False)


def person(name: str, group: str = "Editors") -> User:
    user = make_editor(name, group)
    user.email = f"{name}@example.org"
    user.save()
    return user


@pytest.fixture(autouse=True)
def no_digest(request: pytest.FixtureRequest, settings: Any) -> None:
    """Keep the morning's letters out of what is not about them."""
    if "digest" not in request.node.name and "every_day" not in request.node.name:
        settings.DIGEST_HOUR = 24


@pytest.fixture
def olena() -> User:
    return person("olena")


@pytest.fixture
def iryna(olena: User) -> User:
    return person("iryna", "Standards editors")


@pytest.fixture
def chief(olena: User) -> User:
    return person("chief", "Chief editors")


@pytest.fixture
def fact() -> Case:
    """A case that is due after a day."""
    with after(timedelta()):
        return make_case("300 guests", category="fact")


def tick(span: timedelta) -> list[tuple[str, str]]:
    """Let the scheduler and a worker run, each twice, at a time after the start; give who got which letter."""
    mail.outbox.clear()
    with after(span):
        for _ in range(2):
            clocks.wind(timezone.now())
            work_off()
    return sorted((letter.to[0].partition("@")[0], letter.subject) for letter in mail.outbox)


def stages(case: Case) -> list[str]:
    return [event.data["stage"] for event in case.events.filter(kind__in=ALARMS)]


def test_nothing_rings_before_half_time(fact: Case, olena: User, iryna: User, chief: User) -> None:
    assert tick(11 * HOUR) == []
    assert stages(fact) == []


def test_at_half_time_the_holder_is_reminded_once(fact: Case, olena: User, iryna: User, chief: User) -> None:
    with after(HOUR):
        actions.claim_case(fact, by=olena)

    letters = tick(12 * HOUR)

    assert letters == [("olena", f"Case {fact.pk}: half of the time to decide is over")]
    assert fact.get_absolute_url() in mail.outbox[0].body
    assert tick(13 * HOUR) == []
    assert stages(fact) == ["half_time"]


def test_a_case_that_nobody_holds_reminds_the_desk(fact: Case, olena: User, iryna: User, settings: Any) -> None:
    settings.DESK_ADDRESSES = ["desk@example.org", "night@example.org"]

    assert [to for to, _subject in tick(12 * HOUR)] == ["desk", "night"]


def test_without_addresses_of_the_desk_every_editor_is_reminded(fact: Case, olena: User, iryna: User) -> None:
    assert [to for to, _subject in tick(12 * HOUR)] == ["iryna", "olena"]


def test_when_it_is_due_the_standards_editors_are_told_and_it_rises(
    fact: Case, olena: User, iryna: User, chief: User, client: Client
) -> None:
    with after(HOUR):
        actions.claim_case(fact, by=olena)
    tick(12 * HOUR)
    before = Case.objects.get().priority

    letters = tick(DAY)
    with after(DAY):
        actions.rerank_cases(timezone.now())
        client.force_login(olena)
        overdue = client.get("/admin/?view=overdue").content.decode()

    assert letters == [(who, f"Case {fact.pk}: the decision is overdue") for who in ("chief", "iryna")]
    assert stages(fact) == ["half_time", "overdue"]
    assert Case.objects.get().priority > before
    assert fact.get_absolute_url() in overdue


def test_what_was_decided_rings_no_more(fact: Case, olena: User, iryna: User) -> None:
    with after(HOUR):
        actions.claim_case(fact, by=olena)
        actions.reject_case(fact, reason="not_an_error", by=olena)  # type: ignore[arg-type]

    assert tick(12 * HOUR) == tick(15 * DAY) == []
    assert Case.objects.get().alarm_at is None


def test_a_case_that_was_decided_before_the_letter_went_is_not_written_of(fact: Case, olena: User) -> None:
    with after(12 * HOUR):
        alarms.ring_cases(timezone.now())
        actions.claim_case(fact, by=olena)
        actions.reject_case(fact, reason="not_an_error", by=olena)  # type: ignore[arg-type]
        work_off()

    assert mail.outbox == []


def test_a_case_that_comes_back_gets_its_time_anew(fact: Case, olena: User, iryna: User) -> None:
    with after(HOUR):
        actions.claim_case(fact, by=olena)
        actions.reject_case(fact, reason="not_an_error", by=olena)  # type: ignore[arg-type]
    with after(10 * DAY):
        actions.reopen_case(fact, by=olena)

    assert tick(10 * DAY + HOUR) == []
    assert len(tick(10 * DAY + 12 * HOUR)) == 2
    assert stages(fact) == ["half_time"]


def test_a_case_that_is_put_off_is_not_reminded_of_and_rings_when_it_wakes(
    fact: Case, olena: User, iryna: User
) -> None:
    with after(HOUR):
        actions.snooze_case(fact, until=START + 3 * DAY, by=olena)
    assert tick(2 * DAY) == []

    with after(3 * DAY):
        actions.wake_case(fact)

    assert [subject for _to, subject in tick(3 * DAY)] == [f"Case {fact.pk}: the decision is overdue"]


@pytest.mark.parametrize("is_put_off", [False, True])
def test_after_two_weeks_the_chief_editors_hear_of_it_every_day_until_it_is_dealt_with(
    fact: Case, olena: User, chief: User, client: Client, is_put_off: bool
) -> None:
    Preferences.objects.create(user=chief, digest=False)
    Preferences.objects.create(user=olena, digest=False)
    with after(HOUR):
        if is_put_off:
            actions.snooze_case(fact, until=START + 60 * DAY, by=olena)
        else:
            actions.look_at_case(fact, by=olena)
    tick(DAY)
    tick(13 * DAY)

    daily = ("chief", "1 case has waited for more than two weeks")
    assert tick(14 * DAY) == [daily, ("chief", f"Case {fact.pk}: nobody has decided for two weeks")]
    assert tick(15 * DAY) == [daily]
    assert tick(16 * DAY) == [daily]
    assert stages(fact)[-1] == "neglected"
    with after(16 * DAY):
        client.force_login(olena)
        assert fact.get_absolute_url() in client.get("/admin/?view=old").content.decode()
        if is_put_off:
            actions.wake_case(fact, by=olena)
        actions.claim_case(fact, by=olena)
        actions.reject_case(fact, reason="not_an_error", by=olena)  # type: ignore[arg-type]
    assert tick(17 * DAY) == []


def test_an_approval_that_is_owed_is_reminded_of_and_then_escalated_each_day(
    fact: Case, olena: User, iryna: User, chief: User, settings: Any
) -> None:
    settings.FOUR_EYES = "enforce"
    with after(HOUR):
        actions.claim_case(fact, by=iryna)
        correction = actions.correct_case(
            fact, start=fact.start or 0, end=fact.end or 0, expected="300 guests", replacement="3,000 guests",
            revision=1, kind=Kind.CORRECTION, severity=Severity.SUBSTANTIVE, notice="It was 3,000.",
            break_glass_reason="The mayor called.", by=iryna,
        )  # fmt: skip

    assert tick(12 * HOUR) == []
    assert tick(13 * HOUR) == [(who, f"Case {fact.pk}: an approval is owed") for who in ("chief", "olena")]
    overdue = [("chief", f"Case {fact.pk}: an approval is overdue")]
    assert tick(25 * HOUR) == overdue
    assert tick(26 * HOUR) == []
    assert tick(49 * HOUR) == overdue
    with after(50 * HOUR):
        actions.approve_correction(correction, by=olena)
    assert tick(80 * HOUR) == []


def test_an_alarm_does_not_stand_between_a_decision_and_its_undoing(fact: Case, olena: User, settings: Any) -> None:
    settings.FOUR_EYES = "enforce"
    with after(12 * HOUR - timedelta(seconds=2)):
        actions.claim_case(fact, by=olena)
        actions.correct_case(
            fact, start=fact.start or 0, end=fact.end or 0, expected="300 guests", replacement="3,000 guests",
            revision=1, kind=Kind.CORRECTION, severity=Severity.SUBSTANTIVE, notice="It was 3,000.", by=olena,
        )  # fmt: skip
    tick(12 * HOUR)
    with after(12 * HOUR + timedelta(seconds=3)):
        actions.undo_case(fact, by=olena)

    assert stages(fact) == ["half_time"]
    assert fact.status == "claimed"


def test_a_worker_that_is_killed_before_the_letter_sends_it_later(fact: Case, olena: User) -> None:
    with after(12 * HOUR):
        clocks.wind(timezone.now())
        Job.objects.filter(kind="tell_alarm").update(
            attempts=1, lease_expires_at=timezone.now() + timedelta(seconds=90)
        )
        work_off()
        assert mail.outbox == []

    assert len(tick(12 * HOUR + timedelta(minutes=5))) == 1


@pytest.mark.parametrize("language", ["en", "uk"])
def test_the_digest_says_every_morning_what_waits_in_the_editors_language(
    fact: Case, olena: User, language: str
) -> None:
    Preferences.objects.create(user=olena, language=language)

    tick(12 * HOUR)
    early = tick(DAY - 3 * HOUR)  # seven o'clock
    letters = tick(DAY - 2 * HOUR)  # eight o'clock

    assert early == []
    assert letters == [
        ("olena", {"en": "The desk today: 1 case waits", "uk": "Редакція сьогодні: 1 справа чекає"}[language])
    ]
    assert "/admin/?view=all" in mail.outbox[0].body
    assert "/admin/preferences/" in mail.outbox[0].body
    assert tick(DAY) == []


def test_one_click_in_a_mail_program_stops_the_digest_and_nothing_else(fact: Case, olena: User) -> None:
    tick(DAY - 2 * HOUR)
    (letter,) = [letter for letter in mail.outbox if "The desk today" in letter.subject]
    stop = letter.extra_headers["List-Unsubscribe"].strip("<>")
    visitor = Client(enforce_csrf_checks=True)
    path = urlsplit(stop).path

    asked = visitor.get(path).content.decode()
    untouched = Preferences.objects.filter(digest=False).exists()
    stopped = visitor.post(path, {"List-Unsubscribe": "One-Click"})

    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert stop in letter.body
    assert "Stop the letter" in asked
    assert not untouched
    assert stopped.status_code == 200
    assert stopped["Cache-Control"] == "no-store"
    assert Preferences.objects.get(user=olena).digest is False
    assert visitor.post(path.replace("/mail/digest/", "/mail/digest/x")).status_code == 404
    assert [letter for letter in tick(2 * DAY - 2 * HOUR) if "The desk today" in letter[1]] == []


def test_no_digest_when_nothing_waits_or_it_is_not_wanted(olena: User) -> None:
    assert tick(DAY) == []
    with after(DAY):
        make_case("teh")
    Preferences.objects.create(user=olena, digest=False)

    assert tick(2 * DAY - 3 * HOUR) == []


def test_a_digest_of_yesterday_is_not_sent_today(fact: Case, olena: User) -> None:
    with after(DAY - 2 * HOUR):
        clocks.wind(timezone.now())
    Job.objects.filter(kind="tell_alarm").delete()
    with after(2 * DAY - 6 * HOUR):
        work_off()

    assert mail.outbox == []


def test_an_editor_chooses_the_own_letters(client: Client, olena: User) -> None:
    client.force_login(olena)

    page = client.get("/admin/preferences/").content.decode()
    client.post("/admin/preferences/", {"language": "uk"})
    refused = client.post("/admin/preferences/", {"language": "xx"})

    assert "Letters go to olena@example.org." in page
    kept = Preferences.objects.get()
    assert (kept.user, kept.digest, kept.language) == (olena, False, "uk")
    assert refused.status_code == 422


def test_who_may_not_review_has_no_letters_to_choose(client: Client) -> None:
    client.force_login(User.objects.create_user("guest", is_staff=True))

    assert client.get("/admin/preferences/").status_code == 403
