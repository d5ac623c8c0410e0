"""What a receiver of news has to know of an article besides its words: version, status, and what was corrected in it.

Wire systems send corrections out as updates, so that nobody downstream learns that something was wrong. Here a version
that puts something right says so, an update says that it is one, and neither is ever taken for the other.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Count, F, Max, Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from articles.models import Article, Revision
from articles.pages import in_language
from corrections.models import Correction, LogEntry
from corrections.policy import Kind


class Signal(StrEnum):
    """What a version asks of who receives it, in the words of IPTC's NewsCodes for signals."""

    CORRECTION = "correction"
    UPDATE = "update"


_CORRECTING = (Kind.CORRECTION, Kind.CLARIFICATION, Kind.EDITORS_NOTE)


@dataclass(frozen=True, slots=True)
class WireItem:
    """The current version of an article, as it goes out.

    ``version`` is the number of the revision, and one more for each entry of the log that changed no word: who holds an
    older version always sees that there is a newer one. ``notes`` are meant for the receiving editors, one for each
    entry of the log, newest first, in the article's language.
    """

    article: Article
    revision: Revision
    entries: list[Correction]
    guid: str
    address: str
    version: int
    version_created: datetime
    is_killed: bool
    signals: tuple[Signal, ...]
    notes: list[str]


def wire_item(article: Article) -> WireItem:
    """Say what goes out about an article at its current revision."""
    revision = article.text
    is_killed = article.status == Article.Status.WITHDRAWN
    entries = list(article.corrections.public().exclude(status=Correction.Status.AMENDED).newest_first())
    log = LogEntry.objects.filter(correction__article=article).aggregate(
        latest=Max("at"),
        wordless=Count(
            "pk", filter=~Q(action=LogEntry.Action.PUBLISHED) | Q(correction__revision=F("correction__base"))
        ),
    )
    moments = [revision.created_at, *([log["latest"]] if log["latest"] else [])]
    is_retracted = any(entry.kind == Kind.RETRACTION for entry in entries)
    return WireItem(
        article=article,
        revision=revision,
        entries=entries,
        guid=_guid(article),
        address=settings.SITE_URL + article.get_absolute_url(),
        version=revision.number + log["wordless"] + (is_killed and not is_retracted),
        version_created=max([*moments, article.modified_at] if is_killed else moments),
        is_killed=is_killed,
        signals=() if is_killed else _signals(article, revision, entries),
        notes=_notes(article, entries, is_killed=is_killed),
    )


def note_of(entry: Correction) -> str:
    """Name an entry of the log and say what it says, in its own language."""
    assert entry.published_at is not None  # noqa: S101 - a public correction has a time; the database holds it
    with in_language(entry.language):
        values = {
            "kind": capfirst(entry.get_kind_display()),
            "number": entry.number,
            "date": entry.published_at.date().isoformat(),
        }
        if entry.status == Correction.Status.WITHDRAWN:
            return _("%(kind)s %(number)s of %(date)s has been withdrawn: %(reason)s") % {
                **values,
                "reason": entry.withdrawal_reason,
            }
        return _("%(kind)s %(number)s, %(date)s: %(notice)s") % {**values, "notice": entry.notice}


def _guid(article: Article) -> str:
    # The day on which it was stored never changes, as the day of publication may; see RFC 3085 for the form.
    host = urlsplit(settings.SITE_URL).hostname
    return f"urn:newsml:{host}:{article.created_at:%Y%m%d}:{article.pk}"


def _notes(article: Article, entries: list[Correction], *, is_killed: bool) -> list[str]:
    notes = [note_of(entry) for entry in entries]
    if is_killed:
        with in_language(article.language):
            notes.insert(
                0, _("This article has been withdrawn. Do not use it; if you have published it, withdraw it as well.")
            )
    return notes


def _signals(article: Article, revision: Revision, entries: list[Correction]) -> tuple[Signal, ...]:
    """Say what the version is: a correction as long as one stands or was withdrawn, an update only if it is the latest.

    A receiver may have missed any number of versions: that something was corrected is told with every later one too.
    """
    signals = []
    if any(entry.kind in _CORRECTING for entry in entries):
        signals.append(Signal.CORRECTION)
    if _is_update(article, revision):
        signals.append(Signal.UPDATE)
    return tuple(signals)


def _is_update(article: Article, revision: Revision) -> bool:
    if revision.number <= 1:
        return False
    made_by = article.corrections.filter(revision=revision).exclude(base=revision).first()
    if made_by is not None:
        return made_by.kind == Kind.UPDATE
    # No correction made it, so somebody revised the article, unless it only takes back what was just published.
    restored = article.revisions.filter(
        number=revision.number - 2,
        headline=revision.headline,
        standfirst=revision.standfirst,
        body=revision.body,
    )
    return not restored.exists()
