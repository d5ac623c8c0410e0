"""Stores what was found, each article in a transaction of its own, and tells what became of it."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import DatabaseError

from articles.actions import upsert_article
from articles.importers.items import Found, Item, Refused, host_of, unstorable


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one thing that was found; ``what`` is one of ``OUTCOMES``."""

    where: str
    what: str
    reason: str = ""
    headline: str = ""


OUTCOMES = ("created", "updated", "unchanged", "refused", "passed over")


@dataclass(slots=True)
class Import:
    """One run of an import, of articles that belong to ``source`` (if empty, to the site they name)."""

    source: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    _seen: dict[bytes, bytes] = field(default_factory=dict)

    def store(self, found: Found) -> Outcome:
        """Store an article unless it is the same as at the last import. Bad articles never raise."""
        outcome = self._store(found) if isinstance(found, Item) else _not_stored(found)
        self.counts[outcome.what] += 1
        return outcome

    def _store(self, item: Item) -> Outcome:
        if problems := list(unstorable(item)):
            return Outcome(item.where, "refused", "; ".join(problems))
        source = self.source or item.source or host_of(item.canonical_url) or "import"
        digest = item.digest()
        if self._is_second(source, item, digest):
            reason = f"external_id: another article of this import has “{item.external_id[:80]}” too, with another text"
            return Outcome(item.where, "refused", reason)
        try:
            upserted = upsert_article(
                item.text,
                source=source,
                external_id=item.external_id,
                digest=digest,
                slug=item.slug,
                language=item.language,
                section=item.section,
                byline=item.byline,
                canonical_url=item.canonical_url,
                published_at=item.published_at,
                modified_at=item.modified_at,
                note="Imported.",
            )
        except ValidationError as error:
            return Outcome(item.where, "refused", _told(error))
        except (ValueError, DatabaseError) as error:
            return Outcome(item.where, "refused", str(error).strip())
        return Outcome(item.where, upserted.what, headline=item.text.headline)

    def _is_second(self, source: str, item: Item, digest: str) -> bool:
        # 32 bytes an article: an import of any size is remembered whole.
        key = hashlib.blake2b(f"{source}\n{item.external_id}".encode(), digest_size=16).digest()
        text = bytes.fromhex(digest)[:16]
        return self._seen.setdefault(key, text) != text


def _not_stored(found: Found) -> Outcome:
    assert not isinstance(found, Item)  # noqa: S101  # for the type checker
    return Outcome(found.where, "refused" if isinstance(found, Refused) else "passed over", found.reason)


def _told(error: ValidationError) -> str:
    return "; ".join(f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items())
