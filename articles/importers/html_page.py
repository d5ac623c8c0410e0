"""HTML pages: metadata from JSON-LD, OpenGraph and the head, the text from what the page shows."""

import codecs
import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from html import escape, unescape
from typing import Any, BinaryIO

from selectolax.lexbor import LexborHTMLParser

from articles.actions import Text
from articles.importers.elements import Element, weigh
from articles.importers.items import LARGEST_ITEM, Found, Item, Refused, read_address, read_date, read_language
from articles.importers.prose import find_bodies, find_standfirst, prune, tree
from articles.importers.rendering import render
from articles.text import collapse

_SIGN = re.compile(rb"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]|<article[\s>]|<meta\s|<h1[\s>]", re.IGNORECASE)
_OTHER_XML = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]", re.IGNORECASE)
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CHARSET = re.compile(
    rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w.:-]+)|<\?xml[^>]+encoding\s*=\s*["']([\w.:-]+)""", re.IGNORECASE
)
_LANG = re.compile(rb"""<html[^>]+\blang\s*=\s*["']?([a-z]{2})""", re.IGNORECASE)
# Browsers read these labels as their Windows supersets, and pages are written for browsers.
_AS_BROWSERS_DO = {
    "iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "ascii": "cp1252", "us-ascii": "cp1252",
    "iso-8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932",
    "utf-16": "utf-8", "utf-16le": "utf-8", "utf-16be": "utf-8",
}  # fmt: skip
_CYRILLIC = {b"uk", b"ru", b"be", b"bg", b"sr", b"mk", b"kk"}

_ARTICLE_TYPES = re.compile(
    r"(?:https?://schema\.org/)?(?:\w*Article|BlogPosting|LiveBlogPosting|Report|SocialMediaPosting)"
)
_DATE_NAMES = (
    "article:published_time", "datepublished", "og:published_time", "date", "pubdate", "publishdate", "publish_date",
    "dc.date.issued", "dc.date", "dcterms.created", "dcterms.date", "parsely-pub-date", "sailthru.date",
    "article.published", "cxenseparse:recs:publishtime",
)  # fmt: skip
_MODIFIED_NAMES = ("article:modified_time", "datemodified", "og:updated_time", "last-modified", "dcterms.modified")
_REPLACED = "\ufffd"


def recognises(head: bytes) -> bool:
    """Say whether a file that begins so is an HTML page."""
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            head = head.decode(encoding, "ignore").encode()
    return bool(_SIGN.search(head)) and not _OTHER_XML.search(head[:2000])


def read(file: BinaryIO, where: str, *, name: str = "") -> Iterator[Found]:
    """Read the one article of a page. ``name`` identifies a page that does not tell its own address."""
    data = file.read(LARGEST_ITEM + 1)
    if len(data) > LARGEST_ITEM:
        yield Refused(where, f"the page is larger than {LARGEST_ITEM // 2**20} MB")
        return
    found = _Page(decode(data)).article(where, name)
    if isinstance(found, Item) and _REPLACED in str(found.text) and _REPLACED.encode() not in data:
        found = Refused(where, "body: holds bytes that are not in the page's encoding")
    yield found


def decode(data: bytes) -> str:
    """Decode a page as a browser does: byte order mark, then declared encoding, then UTF-8, then by its language."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(encoding, "replace")
    declared = _CHARSET.search(data[:4096])
    label = (declared[1] or declared[2]).decode("ascii", "ignore").lower() if declared else ""
    label = _AS_BROWSERS_DO.get(label, label)
    if label and label not in ("utf-8", "utf8"):
        try:
            return data.decode(label, "replace")
        except (LookupError, ValueError):
            label = ""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        if label:
            return data.decode("utf-8", "replace")
        language = _LANG.search(data[:4096])
        return data.decode("cp1251" if language and language[1].lower() in _CYRILLIC else "cp1252", "replace")


class _Page:
    """One parsed page and what it says of itself."""

    def __init__(self, html: str) -> None:
        self.parser = LexborHTMLParser(html.replace("\x00", ""))
        self.metas: dict[str, list[str]] = {}
        for node in self.parser.css("meta[content]"):
            attributes = node.attributes
            for key in ("property", "name", "itemprop", "http-equiv"):
                if attributes.get(key):
                    self.metas.setdefault((attributes[key] or "").lower(), []).append(attributes.get("content") or "")
        self.address = self._address()
        self.data = self._choose(list(self._linked_data()))
        self.address = self.address or self._address_in(self.data)
        body = self.parser.body
        self.tree = tree(body) if body is not None else Element("body", {})
        weigh(self.tree)
        self.story, self.bodies = find_bodies(self.tree)

    def article(self, where: str, name: str) -> Found:
        """Give the page's article, or why there is none."""
        if self.is_list():
            return Refused(
                where, "is a list of articles: the page shows several and says nowhere which one it is about"
            )
        headline = self.headline()
        if not headline:
            return Refused(where, "headline: the page has none (no JSON-LD headline, og:title, h1 or title)")
        published, problem = self.date(
            "datePublished", _DATE_NAMES, "[itemprop=datePublished], time[pubdate], time[datetime]"
        )
        if problem:
            return Refused(where, f"published_at: {problem}")
        modified, _ = self.date("dateModified", _MODIFIED_NAMES, "[itemprop=dateModified]")
        byline = self.byline()
        standfirst, body = self.prose(headline, byline, published)
        if not body:
            return Refused(where, "body: no article text was found on the page")
        external_id = self.address or name
        if not external_id:
            return Refused(where, "external_id: the page does not tell its address (link rel=canonical, og:url)")
        return Item(
            where=where,
            text=Text(headline=headline, standfirst=standfirst, body=body),
            external_id=external_id,
            language=self.language(),
            section=self.section(),
            byline=byline,
            canonical_url=self.address,
            published_at=published,
            modified_at=modified,
        )

    def is_list(self) -> bool:
        """Say whether the page is a front page or a section's."""
        if self.data or self._first("og:type").lower() == "article" or self.story.tag == "article":
            return False
        return sum(1 for element in self.story.walk() if element.tag == "article") >= 3

    def _first(self, *names: str) -> str:
        return next((value for name in names for value in self.metas.get(name, []) if value.strip()), "")

    def _address(self) -> str:
        base = read_address(self._first("og:url"))
        link = self.parser.css_first("link[rel~=canonical][href]")
        canonical = read_address(link.attributes.get("href") or "", base) if link is not None else ""
        # A canonical link to the front page is a template's mistake: it would make all pages one article.
        return next((address for address in (canonical, base) if _has_path(address)), "")

    @staticmethod
    def _address_in(data: dict[str, Any]) -> str:
        page = data.get("mainEntityOfPage")
        values = [
            data.get("url"),
            page.get("@id") or page.get("url") if isinstance(page, dict) else page,
            data.get("@id"),
        ]
        addresses = (read_address(value) for value in values if isinstance(value, str))
        return next((address for address in addresses if _has_path(address)), "")

    def _linked_data(self) -> Iterator[dict[str, Any]]:
        """Yield the articles in the page's JSON-LD, wherever they stand in it."""
        for node in self.parser.css('script[type="application/ld+json"]'):
            source = re.sub(
                r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*<!\[CDATA\[\*/)|(?:-->|//\s*\]\]>|/\*\]\]>\*/)\s*$", "", node.text()
            )
            try:
                stack = [json.loads(source.strip().rstrip(";"), strict=False)]
            except (ValueError, RecursionError):
                continue
            while stack:
                value = stack.pop()
                if isinstance(value, list):
                    stack.extend(reversed(value))
                elif isinstance(value, dict):
                    types = value.get("@type")
                    types = types if isinstance(types, list) else [types]
                    if any(isinstance(t, str) and _ARTICLE_TYPES.fullmatch(t) for t in types):
                        yield value
                    stack.extend(
                        v
                        for k in ("mainEntity", "mainEntityOfPage", "@graph")
                        if isinstance(v := value.get(k), list | dict)
                    )

    def _choose(self, articles: list[dict[str, Any]]) -> dict[str, Any]:
        """Choose the article that the page is about: others may be listed on it."""
        about_this = [data for data in articles if self.address and self._address_in(data) == self.address]
        return (about_this or articles or [{}])[0]

    def headline(self) -> str:
        """Give the headline without the site's name, whole where metadata cut it."""
        heading = self._heading()
        title = self.parser.css_first("title")
        candidates = [
            _words(self.data.get("headline")),
            self._first("og:title", "twitter:title"),
            heading,
            title.text() if title is not None else "",
        ]
        for candidate in candidates:
            words = self._without_site_name(collapse(unescape(candidate)), heading)
            if words:
                cut = words.rstrip("….").rstrip()
                return heading if len(heading) > len(words) and cut and heading.startswith(cut) else words
        return ""

    def _heading(self) -> str:
        headings = [e for e in self.story.walk() if e.tag == "h1"] or [e for e in self.tree.walk() if e.tag == "h1"]
        return headings[0].text() if len(headings) == 1 else ""

    def _without_site_name(self, title: str, heading: str) -> str:
        publisher = self.data.get("publisher")
        sites = [self._first("og:site_name"), self._first("application-name")]
        sites.append(_words(publisher.get("name")) if isinstance(publisher, dict) else "")
        if heading and title.startswith(heading) and re.match(r"\s*[|–—·•»:-]\s", title[len(heading) :]):
            return heading
        for site in filter(None, map(collapse, sites)):
            stripped = re.sub(rf"\s+[|–—·•»:-]+\s+{re.escape(site)}$", "", title, flags=re.IGNORECASE)
            if stripped != title:
                return stripped
        # No sentence holds a bar; a dash may well be the headline's own.
        return title.rsplit(" | ", 1)[0] if " | " in title else title

    def date(self, key: str, names: tuple[str, ...], selector: str) -> tuple[datetime | None, str]:
        """Give the first readable date, or what was wrong with the ones that are there."""
        problem = ""
        for value in self._dates(key, names, selector):
            try:
                return read_date(value), ""
            except ValueError as error:
                problem = problem or str(error)
        return None, problem

    def _dates(self, key: str, names: tuple[str, ...], selector: str) -> Iterator[str]:
        yield from filter(None, [_words(self.data.get(key))])
        yield from (value for name in names for value in self.metas.get(name, []) if value.strip())
        for node in self.parser.css(selector):
            value = node.attributes.get("datetime") or node.attributes.get("content")
            if value:
                yield value

    def language(self) -> str:
        """Give the language that the page declares."""
        declared = self.data.get("inLanguage")
        if isinstance(declared, dict):
            declared = declared.get("alternateName")
        root = self.parser.css_first("html")
        candidates = [
            _words(declared),
            (root.attributes.get("lang") or root.attributes.get("xml:lang") or "") if root is not None else "",
            self._first("content-language", "inlanguage", "og:locale"),
        ]
        return next(filter(None, map(read_language, candidates)), "")

    def section(self) -> str:
        """Give the section, if it is short enough to be one."""
        section = collapse(
            unescape(_words(self.data.get("articleSection")) or self._first("article:section", "articlesection"))
        )
        return section if len(section) <= 100 else ""

    def byline(self) -> str:
        """Give the names of the authors."""
        names = [*_names_of(self.data.get("author"))]
        if not names:
            names = [v for v in self.metas.get("author", []) + self.metas.get("article:author", []) if "://" not in v]
        if not names:
            nodes = self.parser.css("[itemprop=author] [itemprop=name]") or self.parser.css(
                "[itemprop=author], a[rel~=author]"
            )
            names = [node.text() for node in nodes]
        names = list(dict.fromkeys(filter(None, (collapse(unescape(name)) for name in names))))
        byline = ", ".join(names)
        return byline if len(byline) <= 300 else ""

    def prose(self, headline: str, byline: str, published: datetime | None) -> tuple[str, str]:
        """Give standfirst and body."""
        heading = next((e.text() for e in self.story.walk() if e.tag == "h1"), "")
        is_repeated = _repetitions({headline, heading}, byline, published)
        lead = find_standfirst(self.story, self.bodies)
        standfirst = lead.text() if lead else ""
        if lead:
            lead.remove()
        if standfirst == headline:
            standfirst = ""
        for body in self.bodies:
            prune(body, is_repeated=is_repeated)
        html = render(self.bodies, self.base())
        if not html:
            html = "\n".join(
                f"<p>{escape(p.strip(), quote=False)}</p>" for p in _paragraphs(self.data.get("articleBody"))
            )
        return standfirst, html

    def base(self) -> str:
        """Give the address that relative links start from."""
        node = self.parser.css_first("base[href]")
        declared = node.attributes.get("href") or "" if node is not None else ""
        return read_address(declared, self.address) or self.address


def _has_path(address: str) -> bool:
    return bool(address) and bool(re.match(r"https?://[^/?#]+(?:/[^?#]|/?\?.)", address))


def _words(value: object) -> str:
    """Give a value of JSON-LD as text: the first of several, the name or ``@value`` of an object."""
    for _ in range(3):
        if isinstance(value, list):
            value = value[0] if value else ""
        elif isinstance(value, dict):
            value = value.get("@value") or value.get("name") or ""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _names_of(author: object) -> list[str]:
    return [
        name
        for one in (author if isinstance(author, list) else [author])
        if (name := _words(one)) and "://" not in name
    ]


def _paragraphs(text: object) -> list[str]:
    if not isinstance(text, str):
        return []
    if "</p>" in text:
        text = re.sub(r"<[^>]+>", "\n", text)
    return [line for line in unescape(text).splitlines() if line.strip()]


def _repetitions(headlines: set[str], byline: str, published: datetime | None) -> Callable[[str], bool]:
    """Make the test for blocks that say again what the page's head says: headline, date, authors."""
    known = {words.casefold() for words in (*headlines, byline)}

    def is_repeated(text: str) -> bool:
        words = text.casefold()
        if words in known or (byline and len(words) < len(byline) + 20 and words.endswith(byline.casefold())):
            return True
        if not published or len(text) > 60:
            return False
        numbers = re.findall(r"\d+", text)
        # The page tells the day where it was published, which in UTC may be the one before or after.
        days = {(published + timedelta(days=offset)).day for offset in (-1, 0, 1)}
        return str(published.year) in numbers and bool(days & set(map(int, numbers))) and not text.endswith(("!", "?"))

    return is_repeated
