"""A letter leaves in the recipient's language, as text and as HTML, with the headers that mail programs go by."""

from copy import deepcopy
from email.header import decode_header, make_header
from pathlib import Path

import pytest
from django.core import mail as outbox
from django.core.mail import EmailMultiAlternatives
from pytest_django import Settings

from corrections.mail import message_id, send

ATTACK = "<b>Tom</b> & “Jerry”\r\nBcc: everybody@example.org"


@pytest.fixture(autouse=True)
def letter(settings: Settings, tmp_path: Path) -> None:
    """A letter named ``hello`` in a newsroom with an address of its own."""
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "hello.subject.txt").write_text("{% load i18n %}{% translate 'Corrections' %}: {{ name }}\n")
    (tmp_path / "mail" / "hello.txt").write_text(
        "{% extends 'mail/letter.txt' %}{% block content %}{{ name }}\n\n\n\n{% if name %}   \n{% endif %}\nBye"
        "{% endblock %}"
    )
    (tmp_path / "mail" / "hello.html").write_text(
        "{% extends 'mail/letter.html' %}{% block content %}<p>{{ name }}</p>{% endblock %}"
    )
    templates = deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"] = [*templates[0]["DIRS"], tmp_path]
    settings.TEMPLATES = templates
    settings.SITE_URL = "https://news.example"
    settings.SITE_NAME = "Щоденник"


def sent(**more: str) -> EmailMultiAlternatives:
    """Send the letter; give what went out."""
    options = {"to": "reader@example.org", "language": "en", "key": "hello.1"} | more
    name = options.pop("name", "Tom")
    send("hello", context={"name": name}, **options)  # type: ignore[arg-type] # no context among them
    message = outbox.outbox[-1]
    assert isinstance(message, EmailMultiAlternatives)
    return message


def test_a_letter_is_text_and_html_in_the_recipients_language() -> None:
    message = sent(language="uk")

    html = str(message.alternatives[0][0])
    assert message.subject == "Виправлення: Tom"
    assert message.body.startswith("Tom\n\nBye\n\n-- \nЩоденник\nhttps://news.example/")
    assert '<html lang="uk" dir="ltr">' in html
    assert "<title>Виправлення: Tom</title>" in html
    assert message.alternatives[0][1] == "text/html"


def test_a_language_without_translation_gets_the_newsrooms() -> None:
    message = sent(language="fi")

    assert message.subject == "Corrections: Tom"
    assert message.extra_headers["Content-Language"] == "en"


def test_the_same_job_gives_the_same_message_id_and_another_job_another() -> None:
    first, again, other = sent(), sent(), sent(key="hello.2")

    assert first.message()["Message-ID"] == again.message()["Message-ID"] == "<hello.1@news.example>"
    assert other.message()["Message-ID"] == "<hello.2@news.example>"


def test_a_key_cannot_break_out_of_the_message_id() -> None:
    assert message_id("a b>\r\nX: <1:2") == "<a-b---X---1-2@news.example>"


def test_no_absence_notice_answers_and_one_click_ends_the_mail() -> None:
    message = sent(stop_url="https://news.example/mail/stop/abc/")

    headers = message.message()
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["List-Unsubscribe"] == "<https://news.example/mail/stop/abc/>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "https://news.example/mail/stop/abc/" in message.body
    assert 'href="https://news.example/mail/stop/abc/"' in str(message.alternatives[0][0])


def test_a_letter_that_nobody_can_stop_says_nothing_of_it() -> None:
    message = sent()

    assert "List-Unsubscribe" not in message.message()
    assert "Stop this mail" not in message.body


def test_what_was_typed_is_escaped_in_html_and_adds_no_header() -> None:
    message = sent(name=ATTACK)

    raw = message.message()
    assert raw["Bcc"] is None
    assert message.subject == "Corrections: <b>Tom</b> & “Jerry” Bcc: everybody@example.org"
    assert "<b>Tom</b> & “Jerry”" in message.body
    assert "&lt;b&gt;Tom&lt;/b&gt; &amp; “Jerry”" in str(message.alternatives[0][0])


def test_a_long_subject_is_cut() -> None:
    message = sent(name="x" * 500)

    assert len(message.subject) == 150
    assert message.subject.endswith("…")


@pytest.mark.parametrize(
    ("setting", "sender"),
    [("desk@news.example", "Щоденник <desk@news.example>"), ("Desk <desk@news.example>", "Desk <desk@news.example>")],
)
def test_the_sender_bears_the_newsrooms_name(settings: Settings, setting: str, sender: str) -> None:
    settings.DEFAULT_FROM_EMAIL = setting

    message = sent()

    assert str(make_header(decode_header(message.message()["From"]))) == sender
