"""Letters that go out by mail: rendered from templates in the recipient's language, as plain text and as simple HTML.

A letter named ``answer`` is three templates: ``mail/answer.subject.txt``, ``mail/answer.txt`` and ``mail/answer.html``,
the latter two on top of ``mail/letter.txt`` and ``mail/letter.html``. Text templates need no escaping; HTML is escaped.

A request must not send: a letter is a job (``corrections.jobs``) whose task is ``outside`` of the database, and who
gets which letter when is the business of ``corrections.actions``.
"""

import re
from collections.abc import Mapping
from email.utils import formataddr, parseaddr
from smtplib import SMTPRecipientsRefused
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context, Engine
from django.template.loader import render_to_string

from articles.pages import direction, in_language
from articles.text import collapse

_LONGEST_SUBJECT = 150
_SIGNATURE = "-- "
"""The line before a signature, by which mail programs know it (RFC 3676): its space belongs there."""
_NOT_IN_A_KEY = re.compile(r"[^A-Za-z0-9._-]")


class AddressRefused(Exception):
    """The mail server does not take mail for the address. Says in its words why."""


def send(
    letter: str, *, to: str, language: str, key: str, context: Mapping[str, Any] | None = None, stop_url: str = ""
) -> None:
    """Render a letter in ``language`` and hand it to the mail server. At least once: a killed worker sends it again.

    ``key`` names the job; a letter that is sent again bears the same ``Message-ID``, by which mail programs know it.
    ``stop_url`` is the whole address at which one click ends such mail (RFC 8058); it stands at the letter's foot too.
    Raises ``AddressRefused``, or ``OSError`` when the mail server does not answer or wants nothing from us.
    """
    with in_language(language) as interface:
        values = {
            "site_name": settings.SITE_NAME,
            "site_url": settings.SITE_URL,
            "language": interface,
            "direction": direction(interface),
            "stop_url": stop_url,
            **(context or {}),
        }
        subject = collapse(_plain(f"mail/{letter}.subject.txt", values))
        text = _paragraphs(_plain(f"mail/{letter}.txt", values))
        html = render_to_string(f"mail/{letter}.html", values | {"subject": subject})
    message = EmailMultiAlternatives(
        _shortened(subject), text, from_email=_sender(), to=[to], headers=_headers(key, interface, stop_url)
    )
    message.attach_alternative(html, "text/html")
    try:
        message.send()
    except SMTPRecipientsRefused as refused:
        # The error is logged and kept on the job: it must not carry the address there.
        replies = [f"{code} {reply.decode(errors='replace')}" for code, reply in refused.recipients.values()]
        raise AddressRefused("; ".join(replies).replace(to, "…")) from None


def message_id(key: str) -> str:
    """Give the ``Message-ID`` of the letter that a job sends: always the same one for the same ``key``."""
    return f"<{_NOT_IN_A_KEY.sub('-', key)}@{urlsplit(settings.SITE_URL).hostname}>"


def _headers(key: str, language: str, stop_url: str) -> dict[str, str]:
    headers = {
        "Message-ID": message_id(key),
        "Auto-Submitted": "auto-generated",  # RFC 3834: an absence notice must not answer it
        "X-Auto-Response-Suppress": "OOF, AutoReply",  # the same, for Exchange
        "Content-Language": language,
    }
    if stop_url:
        headers["List-Unsubscribe"] = f"<{stop_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _sender() -> str:
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((name or settings.SITE_NAME, address))


def _plain(template: str, values: Mapping[str, Any]) -> str:
    return Engine.get_default().get_template(template).render(Context(dict(values), autoescape=False))


def _paragraphs(text: str) -> str:
    """Leave no trace of the template's tags: no line ends in a space, no two empty lines follow each other."""
    lines = "\n".join(line if line == _SIGNATURE else line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"


def _shortened(subject: str) -> str:
    return subject if len(subject) <= _LONGEST_SUBJECT else subject[: _LONGEST_SUBJECT - 1].rstrip() + "…"
