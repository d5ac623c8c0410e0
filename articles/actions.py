"""Every change of an article, one function each.

    await ──▶ awaited
                 │ create, revise: its text comes in
    create ──▶ published ──revise/splice──▶ published (a new revision) ──withdraw──▶ withdrawn

Each locks the article, checks, writes and announces in one transaction. HTML from outside is sanitised here.
"""

import dataclasses
import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Value
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from articles import sanitise
from articles.models import Article, Part, Revision
from articles.signals import article_revised
from articles.text import collapse, replace, splice

_BETWEEN_NAMES = re.compile(r"[,;&/|]|\s(?:and|und|et|y|i|та|і|й)\s", re.IGNORECASE)


class RevisionConflict(Exception):
    """The article is at another revision than the one the change was made on. Load it again and repeat."""

    def __init__(self, *, expected: int, current: int) -> None:
        super().__init__(
            _("The article is at revision %(current)s, not %(expected)s. Load it again and repeat the change.")
            % {"current": current, "expected": expected}
        )
        self.expected = expected
        self.current = current


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """The words of one revision, as they come in: plain headline and standfirst, HTML body."""

    headline: str
    standfirst: str = ""
    body: str

    def cleaned(self) -> "Text":
        """Give the text as it may be stored. Raises ``ValueError`` when no headline or no prose is left."""
        text = Text(
            headline=collapse(self.headline),
            standfirst=collapse(self.standfirst),
            body=sanitise.clean(self.body).strip(),
        )
        text.check()
        return text

    def check(self) -> None:
        """Raise ``ValueError`` when the text cannot be an article's."""
        if not self.headline:
            raise ValueError(_("An article needs a headline."))
        if len(self.headline) > 500:
            raise ValueError(
                _("The headline has %(length)s characters; 500 are allowed.") % {"length": len(self.headline)}
            )
        if not self.body:
            raise ValueError(_("An article needs a body; after leaving out scripts and embeds nothing is left of it."))


@transaction.atomic
def await_article(canonical_url: str, *, language: str = "") -> Article:
    """Give the article at an address; keep a place for one that has not come in yet, which editors alone see.

    ``create_article`` puts the text into that place as soon as an article with this canonical address comes in.
    """
    known = Article.objects.at_address(canonical_url).with_text()
    article = known.first()
    if article is not None:
        return article
    article = Article(
        slug=_free_slug(unquote(urlsplit(canonical_url).path.rstrip("/").rpartition("/")[2])),
        status=Article.Status.AWAITED,
        language=language or settings.LANGUAGE_CODE,
        canonical_url=canonical_url,
    )
    try:
        with transaction.atomic():
            article.save()
    except IntegrityError:
        # Another request keeps a place for it since we looked; if it was not that, the error stands.
        if article := known.first():
            return article
        raise
    article.current = Revision.objects.create(article=article, number=0, headline=canonical_url[:500])
    article.save(update_fields=["current"])
    return article


@transaction.atomic
def create_article(
    text: Text,
    *,
    slug: str = "",
    language: str = "en",
    section: str = "",
    byline: str = "",
    source: str = "",
    external_id: str = "",
    canonical_url: str = "",
    published_at: datetime | None = None,
    saved_at: datetime | None = None,
    note: str = "",
    by: User | None = None,
) -> Article:
    """Store a new article with its first revision, in the place that is kept for it if it was awaited.

    ``saved_at`` is when the revision was saved, if that was not now: an article can be older than this database.
    Accounts whose full name stands in the byline become its authors, unless two bear the same name. Raises
    ``ValueError`` for a text without headline or prose, ``IntegrityError`` when ``source`` already has an article with
    ``external_id``.
    """
    text = text.cleaned()
    published_at = published_at or timezone.now()
    article = _awaited_at(canonical_url) or Article(slug=_free_slug(slug or text.headline))
    article.language = language
    article.section = section
    article.byline = byline
    article.source = source
    article.external_id = external_id
    article.canonical_url = canonical_url
    article.published_at = article.modified_at = published_at
    article.save()
    if byline:
        article.authors.set(_accounts_named_in(byline))
    _save_revision(article, text, note=note, by=by, at=saved_at)
    return article


@transaction.atomic
def revise_article(
    article: Article, text: Text, *, expected: int | None = None, note: str = "", by: User | None = None
) -> Revision | None:
    """Store ``text`` as the article's next revision; unchanged text makes none and gives ``None``.

    Raises ``RevisionConflict`` when ``expected`` is given and is not the current revision's number.
    """
    _lock(article, expected=expected)
    text = text.cleaned()
    if text == _text_of(article.text):
        return None
    return _save_revision(article, text, note=note, by=by)


class Upserted(NamedTuple):
    """An article as its source now has it, and what that took: ``created``, ``updated`` or ``unchanged``."""

    article: Article
    what: Literal["created", "updated", "unchanged"]


def upsert_article(
    text: Text,
    *,
    source: str,
    external_id: str,
    digest: str = "",
    slug: str = "",
    language: str = "",
    section: str = "",
    byline: str = "",
    canonical_url: str = "",
    published_at: datetime | None = None,
    modified_at: datetime | None = None,
    expected: int | None = None,
    note: str = "",
    by: User | None = None,
) -> Upserted:
    """Create the article that ``source`` calls ``external_id``, or bring ours to what the source says now.

    Unchanged text makes no revision. What is empty leaves the stored value as it is, and so the slug always: it is
    ours. With a ``digest`` of what the source sent, sending the same again is ``unchanged`` whatever happened here
    meanwhile: an import that is repeated does not undo a correction.

    Raises ``ValidationError`` for values that do not fit an article's fields, ``ValueError`` for a text without
    headline or prose, ``RevisionConflict`` when ``expected`` is given and is not the current revision's number.
    """
    if not source or not external_id:
        raise ValueError(_("An article from elsewhere needs the name of its source and its identifier there."))
    # Read without a lock: the digest is written together with the text, and most of a repeated import ends here.
    stored = Article.objects.filter(source=source, external_id=external_id)
    article = stored.first()
    if article and digest and article.source_digest == digest and expected is None:
        return Upserted(article, "unchanged")
    values: dict[str, Any] = {"language": language, "section": section, "byline": byline}
    values |= {"canonical_url": canonical_url, "published_at": published_at, "modified_at": modified_at}
    values = {name: value for name, value in values.items() if value} | {"source_digest": digest}
    if article is None:
        try:
            return Upserted(
                _create_from_source(text, source, external_id, values, slug=slug, note=note, by=by), "created"
            )
        except IntegrityError:
            # Another process stored it since we looked; if it was not this, the error stands.
            article = stored.first()
            if article is None:
                raise
    changed = _update_from_source(article, text, values, expected=expected, note=note, by=by)
    return Upserted(article, "updated" if changed else "unchanged")


@transaction.atomic
def _create_from_source(
    text: Text, source: str, external_id: str, values: dict[str, Any], *, slug: str, note: str, by: User | None
) -> Article:
    Article(source=source, external_id=external_id, **values).clean_fields(exclude=["slug", "current"])
    known = {name: values[name] for name in values if name not in ("modified_at", "source_digest")}
    article = create_article(text, slug=slug, source=source, external_id=external_id, note=note, by=by, **known)
    for name, value in values.items():
        setattr(article, name, value)
    article.modified_at = max(article.modified_at, article.published_at)
    article.save(update_fields=["modified_at", "source_digest"])
    return article


@transaction.atomic
def _update_from_source(
    article: Article, text: Text, values: dict[str, Any], *, expected: int | None, note: str, by: User | None
) -> bool:
    """Say whether anything that readers see has changed."""
    revision = revise_article(article, text, expected=expected, note=note, by=by)
    changed = [name for name, value in values.items() if getattr(article, name) != value]
    if changed:
        for name in changed:
            setattr(article, name, values[name])
        article.clean_fields(exclude=["slug", "current"])
        article.save(update_fields=changed)
    return revision is not None or any(name != "source_digest" for name in changed)


@transaction.atomic
def splice_article(
    article: Article,
    *,
    part: str,
    start: int,
    end: int,
    replacement: str,
    expected: int,
    note: str = "",
    by: User | None = None,
) -> Revision:
    """Replace one stretch of a part's projection and store the result as the next revision.

    ``start`` and ``end`` are offsets in code points of the projection of revision ``expected``. Every byte of the
    source outside the stretch stays as it is. Raises ``RevisionConflict`` when the article is at another revision,
    ``ValueError`` where the HTML cannot take the replacement.
    """
    _lock(article, expected=expected)
    revision = article.text
    change = splice if part == Part.BODY else replace
    words = dataclasses.asdict(_text_of(revision))
    try:
        words[Part(part).value] = change(words[Part(part).value], start, end, replacement)
    except ValueError as error:
        raise ValueError(
            _(
                "The text around the passage would come to harm: a line break between two blocks has to stay, or the "
                "HTML needs mending first. Choose a smaller stretch, or edit the article itself."
            )
        ) from error
    text = Text(**words)
    text.check()
    return _save_revision(article, text, note=note, by=by)


@transaction.atomic
def withdraw_article(article: Article) -> None:
    """Take an article out of the lists. Its page stays at its address, as a tombstone."""
    _lock(article)
    article.status = Article.Status.WITHDRAWN
    article.modified_at = timezone.now()
    article.save(update_fields=["status", "modified_at"])


def _lock(article: Article, *, expected: int | None = None) -> None:
    article.refresh_from_db(from_queryset=Article.objects.select_for_update(no_key=True, of=("self",)).with_text())
    # From here on nobody else can save a revision of this article, so what is current now stays current.
    if expected is not None and article.text.number != expected:
        raise RevisionConflict(expected=expected, current=article.text.number)


def _awaited_at(canonical_url: str) -> Article | None:
    """Give the place that is kept for an article, locked: nobody else can put a text into it."""
    if not canonical_url:
        return None
    awaited = Article.objects.at_address(canonical_url).filter(status=Article.Status.AWAITED)
    return awaited.select_for_update(no_key=True, of=("self",)).with_text().first()


def _save_revision(article: Article, text: Text, *, note: str, by: User | None, at: datetime | None = None) -> Revision:
    previous = article.current
    revision = Revision.objects.create(
        article=article,
        number=previous.number + 1 if previous else 1,
        headline=text.headline,
        standfirst=text.standfirst,
        body=text.body,
        note=note,
        created_at=at or timezone.now(),
        created_by=by,
    )
    article.current = revision
    fields = ["current"]
    if article.status == Article.Status.AWAITED:
        article.status = Article.Status.PUBLISHED
        fields.append("status")
    elif previous:
        article.modified_at = revision.created_at
        fields.append("modified_at")
    article.save(update_fields=fields)
    article_revised.send(sender=Article, article=article, revision=revision, previous=previous)
    return revision


def _text_of(revision: Revision) -> Text:
    return Text(headline=revision.headline, standfirst=revision.standfirst, body=revision.body)


def _accounts_named_in(byline: str) -> list[User]:
    names = [" ".join(name.split()) for name in _BETWEEN_NAMES.split(byline)]
    full = Concat("first_name", Value(" "), "last_name")
    found = list(User.objects.filter(is_active=True).annotate(full=full).filter(full__in=names))
    counts = Counter(user.get_full_name() for user in found)
    return [user for user in found if counts[user.get_full_name()] == 1]


def _free_slug(words: str) -> str:
    base = slugify(words, allow_unicode=True)[:80].strip("-") or "article"
    if not Article.objects.filter(slug=base).exists():
        return base
    # A search by the beginning reads the whole table on some databases: only where the name is taken.
    taken = set(Article.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    number = 1
    slug = base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug
