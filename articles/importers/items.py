"""What a format yields, and how a value from outside is read: dates, languages, addresses.

Knows nothing of any format or of the database.
"""

import dataclasses
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeAlias
from urllib.parse import urljoin, urlsplit

from django.utils import timezone

from articles.actions import Text

LARGEST_ITEM = 32 * 1024 * 1024  # bytes of one page, or of one article in a larger file
_LATEST = timedelta(days=366)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One article as its source sends it. ``where`` names the file and the place in it."""

    where: str
    text: Text
    external_id: str
    source: str = ""
    slug: str = ""
    language: str = ""
    section: str = ""
    byline: str = ""
    canonical_url: str = ""
    published_at: datetime | None = None
    modified_at: datetime | None = None

    def digest(self) -> str:
        """Give a digest of everything but the place: equal digests, equal articles."""
        fields = dataclasses.asdict(self)
        del fields["where"]
        return hashlib.sha256(json.dumps(fields, sort_keys=True, default=_in_utc).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that should have been an article and cannot be one."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Something that is no article and need not be one: a draft, an attachment, a picture in the folder."""

    where: str
    reason: str


Found: TypeAlias = Item | Refused | PassedOver


def _in_utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def unstorable(item: Item) -> Iterator[str]:
    """Name the fields that hold what no database can keep: NUL, or bytes that were not the file's encoding."""
    fields = {**dataclasses.asdict(item), **dataclasses.asdict(item.text)}
    for name, value in fields.items():
        if isinstance(value, str) and (match := _UNSTORABLE.search(value)):
            what = "a NUL character" if match[0] == "\x00" else "characters that are not valid Unicode"
            yield f"{name}: holds {what}"


def read_date(value: str) -> datetime:
    """Read ISO 8601, RFC 2822 or Unix time. Without an offset, it is local time of this newsroom.

    Raises ``ValueError`` when it is none of them, or more than a year ahead.
    """
    words = value.strip()
    try:
        moment = _parse_date(words)
        if timezone.is_naive(moment):
            moment = timezone.make_aware(moment)
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError) as error:
        raise ValueError(f"“{words[:60]}” is not a date") from error
    if moment > timezone.now() + _LATEST:
        raise ValueError(f"{moment:%Y-%m-%d} is more than a year ahead")
    return moment


def _parse_date(words: str) -> datetime:
    if re.fullmatch(r"\d{9,10}(?:\d{3})?", words):
        return datetime.fromtimestamp(int(words[:10] if len(words) > 10 else words), UTC)
    try:
        return datetime.fromisoformat(words)
    except ValueError:
        return parsedate_to_datetime(words)


def read_language(value: str) -> str:
    """Give a BCP 47 tag in its usual spelling (``uk``, ``en-GB``), or ``""`` if the value is none."""
    value = value.strip()
    if not _LANGUAGE.fullmatch(value) or len(value) > 35:
        return ""
    first, *rest = re.split("[-_]", value)
    return "-".join([first.lower(), *(part.upper() if len(part) == 2 else part for part in rest)])


def read_address(value: str, base: str = "") -> str:
    """Give an absolute web address, or ``""`` if the value is none."""
    try:
        address = urljoin(base, value.strip()) if value.strip() else ""
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return ""
    return address if parts.scheme in ("http", "https") and host and len(address) <= 1000 else ""


def host_of(address: str) -> str:
    """Give the host name of an absolute address, without ``www.``."""
    return (urlsplit(address).hostname or "").removeprefix("www.") if address else ""
