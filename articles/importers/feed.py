"""RSS and Atom feeds with the full text, read by feedparser one item at a time."""

import io
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

import feedparser

from articles.actions import Text
from articles.importers.items import Found, Item, Refused, read_address, read_date, read_language
from articles.importers.prose import clean_fragment, plain_to_html, text_of
from articles.importers.xml_items import Head, Piece, XmlItems
from articles.text import collapse

_SIGN = re.compile(rb"<(?:rss|(?:\w+:)?feed|rdf:RDF)[\s>]", re.IGNORECASE)
_CUT = re.compile(r"(?:\[?(?:…|\.\.\.|&hellip;)\]?|\bread more|\bcontinue reading\b.*)\W*$", re.IGNORECASE)


def recognises(head: bytes) -> bool:
    """Say whether a file that begins so is a feed."""
    return bool(_SIGN.search(head.replace(b"\x00", b"")[:4000]))


def read(file: BinaryIO, where: str) -> Iterator[Found]:
    """Read the articles of a feed."""
    items = XmlItems(file, where)
    for piece in items.pieces():
        entry = parse_entry(piece)
        yield entry if isinstance(entry, Refused) else read_entry(entry, piece.where, items.head)


def parse_entry(piece: Piece) -> Any:
    """Give the entry that feedparser makes of an item."""
    if piece.problem:
        return Refused(piece.where, piece.problem)
    # Where XML is broken, feedparser guesses: good enough to read news, not for a text that is quoted and corrected.
    try:
        parsed = feedparser.parse(io.BytesIO(piece.document), sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # noqa: BLE001  # whatever an item does to it, the next one may be in order
        return Refused(piece.where, f"cannot be read by feedparser: {type(error).__name__}: {_told(error)}")
    if parsed.bozo:
        return Refused(piece.where, f"is not well-formed XML: {_told(parsed.bozo_exception)}")
    if len(parsed.entries) != 1:
        return Refused(piece.where, "holds no item that can be read")
    return parsed.entries[0]


def read_entry(entry: Any, where: str, head: Head) -> Found:
    """Read one entry of a feed."""
    address = read_address(entry.get("link", ""), head.texts.get("link", ""))
    external_id = entry.get("id") or address
    body, is_full = _body(entry, address)
    headline = headline_of(entry)
    problems = [] if external_id else ["external_id: the item has neither guid (id) nor link"]
    if not headline:
        problems.append("headline: the item has no title")
    if not body:
        problems.append("body: the item has neither content nor description")
    try:
        published = _date(entry, "published", "updated")
        modified = _date(entry, "updated")
    except ValueError as error:
        problems.append(f"published_at: {error}")
    if problems:
        return Refused(where, "; ".join(problems))
    terms = [collapse(tag.get("term") or "") for tag in entry.get("tags", [])]
    return Item(
        where=where,
        text=Text(
            headline=headline, standfirst=standfirst(entry.get("summary", ""), body) if is_full else "", body=body
        ),
        external_id=external_id,
        language=_language(entry, head),
        section=next((term for term in terms if term and len(term) <= 100), ""),
        byline=", ".join(filter(None, (collapse(author.get("name", "")) for author in entry.get("authors", []))))[:300],
        canonical_url=address,
        published_at=published,
        modified_at=modified,
    )


def headline_of(entry: Any) -> str:
    """Give the title without markup."""
    title = str(entry.get("title", ""))
    return text_of(title) if entry.get("title_detail", {}).get("type") != "text/plain" else collapse(title)


def standfirst(summary: str, body: str) -> str:
    """Give the summary if an editor wrote it: not if it is the beginning of the body, cut off by a machine."""
    words = text_of(summary)
    beginning = re.sub(r"\W", "", _CUT.sub("", words))
    if not beginning or _CUT.search(words) or re.sub(r"\W", "", text_of(body)).startswith(beginning):
        return ""
    return words


def _body(entry: Any, address: str) -> tuple[str, bool]:
    """Give the text and whether it is the content: a feed without content may have all of it in the description."""
    contents = [content for content in entry.get("content", []) if content.get("value", "").strip()]
    content = max(contents, key=lambda c: len(c["value"]), default=None)
    is_full = content is not None
    if content is None:
        content = entry.get("summary_detail") or {}
    value = content.get("value", "")
    base = read_address(content.get("base", ""), address) or address
    if content.get("type") == "text/plain" and not re.search(r"<(?:p|br|div)\b", value):
        return plain_to_html(value), is_full
    return clean_fragment(value, base, headline=headline_of(entry)), is_full


def _date(entry: Any, *names: str) -> datetime | None:
    # An entry that is asked for "updated" and has none would answer with a warning and the other date.
    values = dict(entry)
    for name in names:
        if value := values.get(name):
            try:
                return read_date(value)
            except ValueError:
                parsed = values.get(f"{name}_parsed")
                if not parsed:
                    raise
                return read_date("{}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format(*parsed[:6]))
    return None


def _language(entry: Any, head: Head) -> str:
    own = [content.get("language") for content in (*entry.get("content", []), entry.get("title_detail", {}))]
    return next(filter(None, (read_language(value or "") for value in [*own, head.texts.get("language")])), "")


def _told(error: Exception) -> str:
    message = getattr(error, "getMessage", lambda: str(error))()
    return str(message) or type(error).__name__
