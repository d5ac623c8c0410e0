"""Without a mail server a letter is a file; an operator is told so before the newsroom opens."""

import os
import re
import subprocess
import sys
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection

from corrections.checks import check_mail


@pytest.fixture
def folder(settings, tmp_path) -> Path:
    settings.LETTERBOX = tmp_path / "data" / "mail"
    return tmp_path / "data" / "mail"


def test_each_letter_is_a_file_that_mail_programs_read(folder):
    letters = [
        EmailMultiAlternatives("Виправлено: «слово»", "Дякуємо.", "Desk <desk@news.example>", [to])
        for to in ("Olena <olena@reader.example>", "../../etc/passwd@reader.example")
    ]
    letters[0].attach_alternative("<p>Дякуємо.</p>", "text/html")

    assert get_connection("newsroom.letterbox.EmailBackend").send_messages(letters) == 2

    first, second = sorted(folder.iterdir())
    assert first.suffix == second.suffix == ".eml"
    assert first.name.endswith("olena-at-readerexample.eml")
    letter = message_from_bytes(first.read_bytes(), policy=policy.default)
    assert letter["Subject"] == "Виправлено: «слово»"
    assert letter.get_body(("html",)).get_content().strip() == "<p>Дякуємо.</p>"
    assert letter.get_body(("plain",)).get_content().strip() == "Дякуємо."


def test_an_operator_is_warned_that_letters_reach_nobody(settings):
    settings.EMAIL_HOST = None
    (warning,) = check_mail()
    assert "EMAIL_URL" in (warning.hint or "")

    settings.EMAIL_HOST = "mail.example"
    assert check_mail() == []


def settings_with(**variables: str) -> subprocess.CompletedProcess[str]:
    """Load the settings anew, in a process with these variables and say where mail goes."""
    code = "from newsroom import settings as s; print(s.EMAIL_BACKEND, s.EMAIL_HOST, s.EMAIL_PORT, s.EMAIL_USE_TLS)"
    return subprocess.run(
        [sys.executable, "-c", code], check=False, env=os.environ | variables, capture_output=True, text=True
    )


@pytest.fixture
def example() -> str:
    (url,) = re.findall(r"^# EMAIL_URL=(\S+)$", Path(".env.example").read_text(), re.MULTILINE)
    return url


def test_the_example_of_a_mail_server_is_one(example):
    loaded = settings_with(EMAIL_URL=example)

    assert loaded.stdout.split() == ["django.core.mail.backends.smtp.EmailBackend", "mail.example", "587", "True"]


def test_an_address_of_no_mail_server_says_what_one_looks_like(example):
    loaded = settings_with(EMAIL_URL="smtp+tls://mail.example")

    assert loaded.returncode
    assert example in loaded.stderr
