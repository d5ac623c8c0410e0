"""The letters to readers: the question whether an address is theirs, and the answer to a report.

Each goes in the language of the report, else of the article. The question repeats nothing that a reader typed: it may
go to somebody who never wrote to us.
"""

from urllib.parse import unquote, urljoin, urlsplit

from django.conf import settings
from django.utils.text import Truncator

from articles.models import Article
from articles.pages import interface_language
from articles.text import collapse
from corrections import mail
from corrections.addresses import Purpose, url_of
from corrections.answers import answer_to
from corrections.models import Address, Event, Report
from corrections.standing import appeal_until, passage_href, standing_of

_LONGEST_QUOTE = 300
_LONGEST_NAME = 100


def send_question(report: Report, address: Address) -> None:
    """Ask whether the address that ``report`` names is the reader's own; its page confirms with one button."""
    mail.send(
        "question",
        to=report.email,
        language=language_of(report),
        key=f"question.{report.pk}",
        context={"report": report, "place": _place_of(report), "confirm_url": url_of(address, Purpose.CONFIRM)},
        stop_url=url_of(address, Purpose.STOP),
    )


def send_answer(event: Event, report: Report, address: Address) -> None:
    """Tell a reader what was decided by ``event``, or that it withdrew the correction, why, and where to see it."""
    standing = standing_of(report)
    context = {
        "report": report,
        "headline": _name_of(report.article),
        "standing": standing,
        "answer": answer_to(standing),
        "passage_url": urljoin(settings.SITE_URL, passage_href(report, standing)),
        "quote": Truncator(collapse(report.exact)).chars(_LONGEST_QUOTE),
        "receipt_url": settings.SITE_URL + report.get_absolute_url(),
        "appeal_until": appeal_until(report, standing),
    }
    mail.send(
        "answer",
        to=report.email,
        language=language_of(report),
        key=f"answer.{event.pk}.{report.pk}",
        context=context,
        stop_url=url_of(address, Purpose.STOP),
    )


def _name_of(article: Article) -> str:
    """Give what an answer calls an article: its headline, or where it stands when it has not come in yet."""
    if article.status != Article.Status.AWAITED:
        return article.headline
    address = urlsplit(article.canonical_url)
    return Truncator(f"{address.hostname}{unquote(address.path)}").chars(_LONGEST_NAME)


def _place_of(report: Report) -> str:
    """Give whose article it is when it has not come in yet, else "". Its address was typed by who sent the report."""
    if report.article.status != Article.Status.AWAITED:
        return ""
    return report.site.name if report.site else urlsplit(report.article.canonical_url).hostname or ""


def language_of(report: Report) -> str:
    """Give the language to write to a report's reader in: one that there are translations in."""
    return interface_language(report.language, report.article.language)
