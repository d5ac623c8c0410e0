"""Importing feeds, WordPress exports and agency news, from samples written by their formats' documentation."""

import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from articles.importers.items import Found, Item, PassedOver, Refused
from articles.importers.sources import Entry
from articles.importers.xml_items import XmlItems
from articles.sanitise import clean
from articles.text import project

SAMPLES = Path(__file__).parent / "samples"


def read(path: Path, format_name: str = "auto") -> list[Found]:
    return list(Entry(path, path.name, in_folder=False).read(format_name))


def read_text(tmp_path: Path, text: str | bytes) -> list[Found]:
    path = tmp_path / "file"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read(path)


def item(found: Found) -> Item:
    assert isinstance(found, Item), found
    return found


def paragraphs(found: Item) -> list[str]:
    return project(clean(found.text.body)).text.split("\n")


OF_CHANNEL = (
    r"title link description pubDate language wp:wxr_version wp:base_site_url wp:base_blog_url (wp:author )+"
    r"(wp:category )*(wp:tag )*(wp:term )*generator (image )?(item )*"
)
OF_ITEM = (
    r"title link pubDate dc:creator guid description content:encoded excerpt:encoded wp:post_id wp:post_date "
    r"wp:post_date_gmt wp:post_modified wp:post_modified_gmt wp:comment_status wp:ping_status wp:post_name wp:status "
    r"wp:post_parent wp:menu_order wp:post_type wp:post_password wp:is_sticky (wp:attachment_url )?(category )*"
    r"(wp:postmeta )*(wp:comment )*"
)
OF_AUTHOR = " ".join(f"wp:author_{name}" for name in "id login email display_name first_name last_name".split()) + " "
OF_COMMENT = (
    r"wp:comment_id wp:comment_author wp:comment_author_email wp:comment_author_url wp:comment_author_IP "
    r"wp:comment_date wp:comment_date_gmt wp:comment_content wp:comment_approved wp:comment_type wp:comment_parent "
    r"wp:comment_user_id (wp:commentmeta )*"
)
PREFIXES = {
    "http://wordpress.org/export/1.2/": "wp:",
    "http://wordpress.org/export/1.2/excerpt/": "excerpt:",
    "http://purl.org/rss/1.0/modules/content/": "content:",
    "http://purl.org/dc/elements/1.1/": "dc:",
}


def test_the_sample_of_an_export_has_all_that_wordpress_writes_in_its_order() -> None:
    """The order is that of ``wp-admin/includes/export.php``, WXR 1.2, as it has been since WordPress 5.7."""
    channel = ET.parse(SAMPLES / "export.wxr.xml").getroot()[0]

    def children(element: ET.Element) -> str:
        names = (re.sub(r"\{(.*)\}", lambda uri: PREFIXES[uri[1]], child.tag) for child in element)
        return "".join(f"{name} " for name in names)

    found = {name: [children(e) for e in channel.iter(name)] for name in ("item", _wp("author"), _wp("comment"))}
    kinds = {(_told(post, "post_type"), _told(post, "status")) for post in channel.iter("item")}
    assert re.fullmatch(OF_CHANNEL, children(channel))
    for name, pattern in (("item", OF_ITEM), (_wp("author"), OF_AUTHOR), (_wp("comment"), OF_COMMENT)):
        assert found[name]
        assert all(re.fullmatch(pattern, one) for one in found[name]), found[name]
    assert kinds > {("post", "draft"), ("post", "private"), ("post", "future"), ("attachment", "inherit")}


def _wp(name: str) -> str:
    return f"{{http://wordpress.org/export/1.2/}}{name}"


def _told(post: ET.Element, name: str) -> str | None:
    return post.findtext(_wp(name))


def test_an_export_of_wordpress_gives_its_published_posts() -> None:
    block, classic, *others = read(SAMPLES / "export.wxr.xml")

    post = item(block)
    assert (post.text.headline, post.text.standfirst) == ("Harbour bridge & ferry close", "A detour until June.")
    assert (post.source, post.external_id, post.slug) == ("post.example", "7", "harbour-bridge")
    assert (post.section, post.byline) == ("Local", "Ada Quill")
    assert post.canonical_url == "https://post.example/2025/03/bridge/"
    assert post.published_at == datetime(2025, 3, 4, 8, 30, tzinfo=UTC)
    assert post.modified_at == datetime(2025, 3, 5, 9, 0, tzinfo=UTC)
    assert paragraphs(post) == [
        "The bridge closes on Monday. Write </item> or ]]> as you like.",
        "What it costs",
        "Steel: £3m",
    ]
    post = item(classic)
    assert post.byline == "Ben Marsh"
    assert paragraphs(post) == [
        "First line,",
        "second line.",
        "The ferry.",
        "Quoted.",
        "A paragraph [sic] with emphasis.",
        "kept as typed",
    ]
    assert "kept\n\nas typed" in post.text.body
    assert 'src="https://post.example/up/9.jpg"' in post.text.body
    assert others == [
        PassedOver("export.wxr.xml, item 3", "is no post but of the type “attachment”"),
        PassedOver("export.wxr.xml, item 4", "is no post but of the type “page”"),
        PassedOver("export.wxr.xml, item 5", "is not published: its status is “draft”"),
        PassedOver("export.wxr.xml, item 6", "is protected by a password"),
        PassedOver("export.wxr.xml, item 7", "is not published: its status is “private”"),
        PassedOver("export.wxr.xml, item 8", "is not published: its status is “future”"),
        PassedOver("export.wxr.xml, item 9", "is not published: its status is “trash”"),
        Refused(
            "export.wxr.xml, item 10",
            "headline: the post has no title; body: the post has no text; "
            "published_at: “2025-13-45 00:00:00Z” is not a date",
        ),
    ]


def test_posts_of_the_rest_api_are_the_articles_of_the_export() -> None:
    post, *others = read(SAMPLES / "wp-posts.json")
    exported = item(read(SAMPLES / "export.wxr.xml")[0])

    post = item(post)
    assert (post.source, post.external_id) == (exported.source, exported.external_id)
    assert (post.text.headline, post.text.standfirst) == (exported.text.headline, "")
    assert (post.published_at, post.modified_at) == (exported.published_at, exported.modified_at)
    assert (post.section, post.byline) == ("Local & near", "Ada Quill")
    assert post.text.body == '<p>The bridge closes on <a href="https://post.example/monday">Monday</a>.</p>'
    assert [type(other) for other in others] == [PassedOver, PassedOver, Refused, Refused]


def test_a_feed_in_rss_gives_its_articles() -> None:
    full, described, *others = read(SAMPLES / "feed.rss.xml")

    article = item(full)
    assert (article.text.headline, article.text.standfirst) == ("Міст & пором", "Об’їзд до червня.")
    assert (article.language, article.section, article.byline) == ("uk", "Місто", "Ada Quill")
    assert article.external_id == article.canonical_url == "https://post.example/1"
    assert article.published_at == datetime(2025, 3, 4, 8, 30, tzinfo=UTC)
    assert article.text.body == '<p>Міст закриють. <a href="https://post.example/2">Докладно</a></p>'
    article = item(described)
    assert (article.text.standfirst, article.text.body) == ("", "<p>All of the text.</p>")
    assert article.published_at == datetime(2025, 3, 4, 8, 30, tzinfo=UTC)
    assert [other.reason for other in others if isinstance(other, Refused)] == [
        "body: the item has neither content nor description",
        "is not well-formed XML: undefined entity",
        "external_id: the item has neither guid (id) nor link; headline: the item has no title; "
        "published_at: “whenever” is not a date",
    ]


def test_a_feed_in_atom_gives_its_articles() -> None:
    marked_up, plain = map(item, read(SAMPLES / "feed.atom.xml"))

    assert (marked_up.text.headline, marked_up.text.standfirst) == ("The bridge closes", "Drivers face a detour.")
    assert (marked_up.language, marked_up.section, marked_up.byline) == ("en-GB", "Local", "Ada Quill, Ben Marsh")
    assert (marked_up.external_id, marked_up.canonical_url) == (
        "tag:post.example,2025:1",
        "https://post.example/news/bridge",
    )
    assert marked_up.published_at == datetime(2025, 3, 4, 8, 30, tzinfo=UTC)
    assert marked_up.modified_at == datetime(2025, 3, 4, 11, 0, tzinfo=UTC)
    assert 'src="https://post.example/b.jpg"' in marked_up.text.body
    assert paragraphs(marked_up) == ["It cost £3m & more."]
    assert (plain.text.headline, plain.language) == ("Plain <text>", "en")
    assert paragraphs(plain) == ["One.", "Two < three."]
    assert plain.published_at == datetime(2025, 3, 5, 6, 30, tzinfo=UTC)


NINJS_3 = json.loads((SAMPLES / "ninjs-3.schema.json").read_text())


def _in_lower_case(schema: Any) -> Any:
    """Give the schema of generation 2, which writes in lower case what generation 3 writes in camelCase."""
    if isinstance(schema, list):
        return [_in_lower_case(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: _in_lower_case(value) for name, value in schema.items()}
    if "properties" in inner:
        inner["properties"] = {name.lower(): value for name, value in inner["properties"].items()}
    if "required" in inner:
        inner["required"] = [name.lower() for name in inner["required"]]
    return inner


def test_the_samples_of_ninjs_are_what_the_published_schema_asks_for() -> None:
    two = json.loads((SAMPLES / "ninjs-2.json").read_text())
    text, picture, canceled, *faulty = map(json.loads, (SAMPLES / "ninjs-3.jsonl").read_text().splitlines())
    properties = NINJS_3["$defs"]["ninjsType"]["properties"]

    jsonschema.validate(two, _in_lower_case(NINJS_3))
    for one in (text, picture, canceled):
        jsonschema.validate(one, NINJS_3)
    assert {name.lower() for name in properties} - {"embargoed"} == set(two)
    for one in (two, *faulty):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(one, NINJS_3)


def test_ninjs_of_the_second_generation_is_read() -> None:
    article = item(read(SAMPLES / "ninjs-2.json")[0])

    assert (article.text.headline, article.text.standfirst) == ("Harbour bridge & ferry close", "A detour until June")
    assert article.external_id == article.canonical_url == "http://agency.example/newsitems/20250304bridge"
    assert (article.source, article.language, article.section) == ("agency.example", "en", "Local")
    assert article.byline == "Ada Quill and Ben Marsh"
    assert article.published_at == datetime(2025, 3, 4, 8, 30, tzinfo=UTC)
    assert article.modified_at == datetime(2025, 3, 4, 11, 0, tzinfo=UTC)
    assert paragraphs(article) == ["The bridge closes.", "It cost £3m."]


def test_ninjs_of_the_third_generation_is_read() -> None:
    text, picture, cancelled, bad, worse = read(SAMPLES / "ninjs-3.jsonl")

    article = item(text)
    assert (article.text.headline, article.language, article.source) == ("Brücke gesperrt", "de", "agency.example")
    assert (article.text.standfirst, article.section) == ("Umleitung bis Juni.", "Lokales")
    assert article.external_id == "urn:newsml:agency.example:20250304:1"
    assert article.published_at == datetime(2025, 3, 4, 14, 2, 28, tzinfo=UTC)
    assert paragraphs(article) == ["Erster Absatz.", "Zweiter < dritter."]
    assert picture == PassedOver("ninjs-3.jsonl, line 2", "is no text but of the type “picture”")
    assert isinstance(cancelled, PassedOver)
    assert isinstance(bad, Refused)
    assert bad.reason.startswith("headlines: none has a value; bodies: none is in HTML, XHTML or plain text; versionc")
    assert isinstance(worse, Refused)


BOMB = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;">]>
<rss><channel><title>&lol2;</title><item><title>&lol2;</title><description>x</description></item></channel></rss>"""
FOREIGN = """<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]>
<rss><channel><title>T</title><item><title>&e;</title><description>x</description><guid>1</guid></item></channel></rss>"""
INNER = (
    """<rss><channel><title>T</title><item><!DOCTYPE r [<!ENTITY e "boom">]><title>&e;</title></item></channel></rss>"""
)
ITEM = "<item><title>T</title><guid>1</guid><description>Text.</description></item>"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (BOMB, "declares entities"),
        (FOREIGN, "declares entities"),
        (INNER, "is not well-formed XML"),
        ("<rss><channel><title>T</channel>", "is not well-formed XML: mismatched tag (line 1)"),
        ("<rss><channel><title>T</title>", "the file is cut off: its end is missing"),
        (f"<rss><channel>{ITEM}", "the file is cut off: its end is missing"),
        (f"<rss><channel>{ITEM}<item><title>U</title>", "item 2: does not end: the file is cut off"),
        (f"<rss><channel>{ITEM}<item><title><![CDATA[U</item></channel></rss>", "item 2: does not end"),
        (
            f'<?xml version="1.0" encoding="klingon"?><rss><channel>{ITEM}</channel></rss>',
            "“klingon”, which is not known",
        ),
        (b"<rss><channel><item><title>caf\xe9</title></item></channel></rss>", "not in the file's encoding"),
        ("<rss><channel><item><title>a\x00b</title></item></channel></rss>", "not well-formed"),
        ("<rss><channel><item><title>a&#xD800;b</title></item></channel></rss>", "cannot be read"),
        ("<rss><channel><item><title>a&#99999999999;b</title></item></channel></rss>", "cannot be read"),
    ],
)
def test_a_bad_feed_is_refused_with_the_reason(tmp_path: Path, text: str | bytes, reason: str) -> None:
    found = read_text(tmp_path, text)

    refused = [f"{one.where}: {one.reason}".removeprefix("file, ") for one in found if isinstance(one, Refused)]
    assert any(reason in line for line in refused), found
    assert not any("boom" in str(one) or "lollol" in str(one) or "root:" in str(one) for one in found)


def test_the_items_before_the_place_where_a_feed_is_cut_off_are_read(tmp_path: Path) -> None:
    found = read_text(tmp_path, f"<rss><channel>{ITEM}<item><title>U</ti")

    assert [type(one) for one in found] == [Item, Refused]


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "utf-16"])
def test_a_feed_is_read_in_the_encoding_that_it_declares(tmp_path: Path, encoding: str) -> None:
    one = "<item><guid>1</guid><title>Міст</title><description>Закрито.</description></item>"
    text = f'<?xml version="1.0" encoding="{encoding}"?><rss><channel>{one}</channel></rss>'

    (article,) = map(item, read_text(tmp_path, text.encode(encoding)))

    assert (article.text.headline, article.text.body) == ("Міст", "<p>Закрито.</p>")


def test_a_feed_without_items_is_empty_and_not_bad(tmp_path: Path) -> None:
    assert read_text(tmp_path, "<rss><channel><title>T</title></channel></rss>") == []


def test_items_outside_of_the_channel_are_read(tmp_path: Path) -> None:
    rdf = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        "<channel><title>T</title><items><rdf:Seq/></items></channel>"
        '<item rdf:about="https://post.example/1"><title>One</title><link>https://post.example/1</link>'
        "<description>Words.</description></item></rdf:RDF>"
    )

    (article,) = map(item, read_text(tmp_path, rdf))

    assert (article.text.headline, article.canonical_url) == ("One", "https://post.example/1")


@pytest.mark.parametrize("size", [1, 1000, 65_530, 65_536, 200_000])
def test_items_are_cut_out_wherever_the_file_is_divided_in_reading(size: int) -> None:
    items = [f"<item><title>{'x' * (size + n)}</title><![CDATA[</item>]]><!-- <item> --></item>" for n in range(8)]
    file = io.BytesIO(f"<rss><channel>{' '.join(items)}</channel></rss>".encode())

    pieces = list(XmlItems(file, "f").pieces())

    assert [piece.problem for piece in pieces] == [""] * 8
    documents = [f'<?xml version="1.0" encoding="utf-8"?><rss><channel>{one}</channel></rss>' for one in items]
    assert [piece.document.decode() for piece in pieces] == documents
