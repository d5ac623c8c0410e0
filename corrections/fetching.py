"""Reads an article that a reader of another site has reported from its address there, if that site lets us.

What the page says of itself is believed as to its text alone: whose article it is, and at which address, we know.
"""

import dataclasses
from io import BytesIO
from urllib.parse import urljoin, urlsplit

from articles import outgoing
from articles.importers import html_page
from articles.importers.items import Item
from articles.importers.store import Import
from articles.models import Article
from corrections.actions import triage_report
from corrections.models import Site

LARGEST_PAGE = 4 * 1024 * 1024
_REDIRECTS = 3


class FetchFailed(Exception):
    """The address gave no article. Says why."""


def fetch_article(article: Article) -> None:
    """Store the text of an awaited article and triage the reports that wait for it. Safe to repeat.

    Makes requests of seconds: not for a transaction. Raises ``FetchFailed``, and what ``outgoing.send`` raises.
    """
    allowing = Site.objects.active().filter(may_fetch=True)
    site = next((site for site in allowing if site.has_page(article.canonical_url)), None)
    if article.status == Article.Status.AWAITED and site is not None:
        _store(_read(article.canonical_url, site), article)
    for report in article.reports.filter(triaged_at=None).order_by("received_at"):
        triage_report(report)


def _read(url: str, site: Site) -> bytes:
    """Give the page at an address, following redirects within the site."""
    for _ in range(1 + _REDIRECTS):
        reply = outgoing.send("GET", url, headers={"Accept": "text/html"}, limit=LARGEST_PAGE)
        target = urljoin(url, reply.headers.get("Location", ""))
        if reply.status not in (301, 302, 303, 307, 308):
            break
        if not site.has_page(target):
            raise FetchFailed(f"{url} leads to another site, {target[:200]}.")
        url = target
    if reply.status != 200:
        raise FetchFailed(f"{url} answered {reply.status}.")
    if reply.is_cut:
        raise FetchFailed(f"The page is larger than {LARGEST_PAGE // 2**20} MB.")
    return reply.body


def _store(page: bytes, article: Article) -> None:
    url = article.canonical_url
    found = next(html_page.read(BytesIO(page), url, name=url))
    if not isinstance(found, Item):
        raise FetchFailed(f"{url}: {found.reason}")
    language = found.language or article.language
    known = dataclasses.replace(found, external_id=url, canonical_url=url, language=language)
    outcome = Import(urlsplit(url).hostname or "").store(known)
    if outcome.what == "refused":
        raise FetchFailed(f"{url}: {outcome.reason}")
