"""WordPress: its export file (WXR), read by feedparser, and what its REST API answers to ``/wp-json/wp/v2/posts``.

A post has the same identifier in both (its number), so one import may continue the other.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any, BinaryIO

from articles.actions import Text
from articles.importers.feed import headline_of, parse_entry, standfirst
from articles.importers.items import Found, Item, PassedOver, Refused, host_of, read_address, read_date
from articles.importers.json_values import read_values
from articles.importers.prose import clean_fragment, text_of
from articles.importers.xml_items import Head, XmlItems
from articles.text import BLOCKS, collapse

_SIGN = re.compile(rb"wordpress\.org/export/1\.\d")
_BLOCK = re.compile(rf"</?(?:{'|'.join(BLOCKS - {'p'})})[\s>/]", re.IGNORECASE)
_KEPT_WHOLE = re.compile(r"<(pre|script|style|textarea)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_CAPTION = re.compile(
    r"\[(?:wp_)?caption\b[^\]]*\]\s*((?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?)\s*(.*?)\[/(?:wp_)?caption\]", re.DOTALL
)
_SHORTCODE = re.compile(r"\[/?(?:gallery|audio|video|playlist|embed|(?:wp_)?caption)\b[^\]]*\]")
_EMBED = re.compile(r"\[embed\b[^\]]*\].*?\[/embed\]", re.DOTALL)


def recognises(head: bytes) -> bool:
    """Say whether a file that begins so is an export of WordPress."""
    return bool(_SIGN.search(head.replace(b"\x00", b"")))


def fits(value: object) -> bool:
    """Say whether a JSON value is a post as the REST API tells it."""
    return isinstance(value, dict) and isinstance(value.get("title"), dict) and isinstance(value.get("content"), dict)


def read_export(file: BinaryIO, where: str) -> Iterator[Found]:
    """Read the published posts of an export."""
    items = XmlItems(file, where)
    for piece in items.pieces():
        entry = parse_entry(piece)
        yield entry if isinstance(entry, Refused) else _read_post(entry, piece.where, items.head)


def _read_post(entry: Any, where: str, head: Head) -> Found:
    kind, status = entry.get("wp_post_type", ""), entry.get("wp_status", "")
    if reason := _no_article(kind, status, is_protected=bool(entry.get("wp_post_password"))):
        return PassedOver(where, reason)
    number = entry.get("wp_post_id", "")
    headline = headline_of(entry)
    address = read_address(entry.get("link", ""))
    contents = entry.get("content", [])
    body = _body(contents[0]["value"] if contents else "", address, headline)
    names = {group.get("wp:author_login"): group.get("wp:author_display_name") for group in head.groups}
    login = entry.get("author", "")
    sections = [tag.get("term") for tag in entry.get("tags", []) if tag.get("scheme") == "category"]
    values = {
        "source": host_of(read_address(head.texts.get("wp:base_blog_url", "") or head.texts.get("link", ""))),
        "section": collapse(sections[0] or "") if sections else "",
        "byline": names.get(login) or login,
        "canonical_url": address,
        "slug": entry.get("wp_post_name", ""),
    }
    dates = {"published_at": entry.get("wp_post_date_gmt"), "modified_at": entry.get("wp_post_modified_gmt")}
    return _item(where, number, headline, standfirst(entry.get("excerpt_encoded", ""), body), body, values, dates)


def read_posts(file: BinaryIO, where: str) -> Iterator[Found]:
    """Read the posts that the REST API told, with ``?_embed`` also who wrote them and in which section they are."""
    for value in read_values(file, where):
        if value.problem:
            yield Refused(value.where, value.problem)
        elif not fits(value.value):
            yield Refused(value.where, "is no post of the WordPress REST API: title or content is missing")
        else:
            yield _read_rest(value.value, value.where)


def _read_rest(post: dict[str, Any], where: str) -> Found:
    content = post["content"]
    if reason := _no_article(
        _text(post, "type") or "post", _text(post, "status") or "publish", is_protected=bool(content.get("protected"))
    ):
        return PassedOver(where, reason)
    number = post.get("id")
    headline = text_of(_text(post["title"], "rendered"))
    address = read_address(_text(post, "link"))
    body = clean_fragment(_text(content, "rendered"), address, headline=headline)
    excerpt = post.get("excerpt")
    summary = _text(excerpt, "rendered") if isinstance(excerpt, dict) else ""
    embedded = post.get("_embedded")
    values = {
        "source": host_of(address),
        "section": _first_name(embedded, "wp:term", taxonomy="category"),
        "byline": _first_name(embedded, "author"),
        "canonical_url": address,
        "slug": _text(post, "slug"),
    }
    dates = {"published_at": _text(post, "date_gmt"), "modified_at": _text(post, "modified_gmt")}
    identifier = str(number) if isinstance(number, int) else ""
    return _item(where, identifier, headline, standfirst(summary, body), body, values, dates)


def _no_article(kind: str, status: str, *, is_protected: bool) -> str:
    """Say why an entry is none of the articles that readers can see; ``""`` if it is one."""
    if kind != "post":
        return f"is no post but of the type “{kind}”"
    if status != "publish":
        return f"is not published: its status is “{status}”"
    return "is protected by a password" if is_protected else ""


def _item(
    where: str,
    number: str,
    headline: str,
    lead: str,
    body: str,
    values: dict[str, Any],
    dates: dict[str, Any],
) -> Item | Refused:
    problems = [] if number else ["external_id: the post has no number (wp:post_id, id)"]
    problems += [] if headline else ["headline: the post has no title"]
    problems += [] if body else ["body: the post has no text"]
    read: dict[str, Any] = {}
    for name, value in dates.items():
        try:
            # WordPress writes Greenwich time without saying so, and zeros where there is none.
            read[name] = read_date(f"{value}Z") if value and not value.startswith("0000") else None
        except ValueError as error:
            problems.append(f"{name}: {error}")
    if problems:
        return Refused(where, "; ".join(problems))
    return Item(
        where=where, text=Text(headline=headline, standfirst=lead, body=body), external_id=number, **values, **read
    )


def _body(content: str, address: str, headline: str) -> str:
    """Give the post's text: the export has it as it was typed, with blank lines for paragraphs and with shortcodes."""
    content = _CAPTION.sub(r"<figure>\1<figcaption>\2</figcaption></figure>", content)
    content = _SHORTCODE.sub("", _EMBED.sub("", content))
    if "<!-- wp:" not in content:
        content = _paragraphs(content)
    return clean_fragment(content, address, headline=headline)


def _paragraphs(content: str) -> str:
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(match[0])
        return f"\n\n<div \x00{len(kept) - 1}>\n\n"

    content = _KEPT_WHOLE.sub(keep, content.replace("\x00", "").replace("\r\n", "\n"))
    chunks = []
    for chunk in re.split(r"\n\s*\n", content):
        chunk_text = chunk.strip()
        if not chunk_text or _BLOCK.search(chunk_text) or re.match(r"<p[\s>]", chunk_text, re.IGNORECASE):
            chunks.append(chunk_text)
        else:
            lines = re.sub(r"(?<!<br>)(?<!<br/>)(?<!<br />)\n", "<br>\n", chunk_text)
            chunks.append(f"<p>{lines}</p>")
    return re.sub(r"<div \x00(\d+)>", lambda match: kept[int(match[1])], "\n".join(chunks))


def _text(value: dict[str, Any], name: str) -> str:
    text = value.get(name)
    return text if isinstance(text, str) else ""


def _first_name(embedded: object, name: str, **wanted: str) -> str:
    found = embedded.get(name) if isinstance(embedded, dict) else None
    stack = found if isinstance(found, list) else []
    flat = [one for group in stack for one in (group if isinstance(group, list) else [group]) if isinstance(one, dict)]
    fitting = (one for one in flat if all(one.get(key) == value for key, value in wanted.items()))
    return next((collapse(unescape(_text(one, "name"))) for one in fitting), "")
