"""IPTC NewsML-G2: an article as a ``newsItem`` that says when it is a correction, when an update, and when it is dead.

https://www.iptc.org/std/NewsML-G2/guidelines; the order of the elements is that of the XML Schema of version 2.35,
conformance level "power". A correction carries ``sig:correction`` and never ``sig:update``; a kill is, as in all of
IPTC's standards, the publishing status ``canceled``, with a note and without the content.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from django.conf import settings
from selectolax.lexbor import LexborHTMLParser, LexborNode

from articles.models import Part
from corrections.exports.wire import WireItem

MEDIA_TYPE = "application/vnd.iptc.g2.newsitem+xml"
_NAMESPACE = "http://iptc.org/std/nar/2006-10-01/"
_CATALOG = "http://www.iptc.org/std/catalog/catalog.IPTC-G2-Standards_41.xml"
_XHTML = "http://www.w3.org/1999/xhtml"
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_XML_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def for_xml(text: str) -> str:
    """Leave out what XML 1.0 cannot hold."""
    return _NOT_IN_XML.sub("", text)


def render(item: WireItem) -> str:
    """Give the news item as an XML document."""
    article, revision = item.article, item.revision
    xml = _Writer()
    xml.open(
        "newsItem",
        {
            "xmlns": _NAMESPACE,
            "guid": item.guid,
            "version": str(item.version),
            "standard": "NewsML-G2",
            "standardversion": "2.35",
            "conformance": "power",
            "xml:lang": article.language,
        },
    )
    xml.empty("catalogRef", {"href": _CATALOG})

    xml.open("itemMeta")
    xml.empty("itemClass", {"qcode": "ninat:text"})
    xml.open("provider", {"uri": settings.SITE_URL + "/"})
    xml.text("name", settings.SITE_NAME)
    xml.close("provider")
    xml.text("versionCreated", _date(item.version_created))
    xml.text("firstCreated", _date(article.published_at))
    xml.empty("pubStatus", {"qcode": "stat:canceled" if item.is_killed else "stat:usable"})
    xml.text("title", revision.headline)
    for note in item.notes:
        xml.text("edNote", note)
    for signal in item.signals:
        xml.empty("signal", {"qcode": f"sig:{signal}"})
    for entry in item.entries:
        address = settings.SITE_URL + entry.get_absolute_url()
        xml.empty("link", {"rel": "irel:seeAlso", "href": address, "contenttype": "text/html"})
    xml.close("itemMeta")

    xml.open("contentMeta")
    xml.text("contentCreated", _date(article.published_at))
    xml.text("contentModified", _date(revision.created_at))
    if article.byline:
        xml.open("creator")
        xml.text("name", article.byline)
        xml.close("creator")
    if article.external_id:
        xml.text("altId", article.external_id)
    xml.empty("language", {"tag": article.language})
    if article.section:
        xml.open("subject", {"type": "cpnat:abstract", "literal": article.section})
        xml.text("name", article.section)
        xml.close("subject")
    xml.text("headline", revision.headline)
    if article.byline:
        xml.text("by", article.byline)
    if revision.standfirst and not item.is_killed:
        xml.text("description", revision.standfirst)
    xml.close("contentMeta")

    if not item.is_killed:
        words = str(len(revision.projection(Part.BODY).text.split()))
        xml.open("contentSet")
        xml.open("inlineXML", {"contenttype": "application/xhtml+xml", "wordcount": words})
        _write_xhtml(xml, revision.headline, revision.body)
        xml.close("inlineXML")
        xml.close("contentSet")
    xml.close("newsItem")
    return xml.document()


class _Writer:
    """Writes elements one after the other, so that no depth of nesting is too deep."""

    def __init__(self) -> None:
        self._out = StringIO()
        self._generator = XMLGenerator(self._out, "utf-8", short_empty_elements=True)
        self._generator.startDocument()

    def open(self, name: str, attributes: dict[str, str] | None = None) -> None:
        kept = {key: for_xml(value) for key, value in (attributes or {}).items()}
        self._generator.startElement(name, AttributesImpl(kept))

    def close(self, name: str) -> None:
        self._generator.endElement(name)

    def characters(self, text: str) -> None:
        self._generator.characters(for_xml(text))

    def text(self, name: str, text: str) -> None:
        self.open(name)
        self.characters(text)
        self.close(name)

    def empty(self, name: str, attributes: dict[str, str]) -> None:
        self.open(name, attributes)
        self.close(name)

    def document(self) -> str:
        self._generator.endDocument()
        return self._out.getvalue()


def _write_xhtml(xml: _Writer, title: str, body: str) -> None:
    xml.open("html", {"xmlns": _XHTML})
    xml.open("head")
    xml.text("title", title)
    xml.close("head")
    xml.open("body")
    parsed = LexborHTMLParser(body).body
    for node, is_end in _walk(parsed) if parsed is not None else ():
        name = node.tag or ""
        if is_end:
            xml.close(name)
        elif name == "-text":
            xml.characters(node.text_content or "")
        elif _XML_NAME.fullmatch(name):
            attributes = {key: value or "" for key, value in node.attributes.items() if _XML_NAME.fullmatch(key)}
            xml.open(name, attributes)
    xml.close("body")
    xml.close("html")


def _walk(root: LexborNode) -> Iterator[tuple[LexborNode, bool]]:
    """Give what is in an element in document order; each element twice, the second time at its end."""
    above: list[LexborNode] = []
    node = root.first_child
    while node is not None:
        yield node, False
        is_element = bool(_XML_NAME.fullmatch(node.tag or ""))
        if is_element and node.first_child is not None:
            above.append(node)
            node = node.first_child
            continue
        if is_element:
            yield node, True
        while node is not None and node.next is None:
            node = above.pop() if above else None
            if node is not None:
                yield node, True
        node = node.next if node is not None else None


def _date(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
