"""Other systems get articles and corrections in formats they know, and a correction is never told as an update."""

import csv
import hashlib
import io
import json
import re
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.actions import Text, revise_article, withdraw_article
from articles.importers import ninjs as ninjs_importer
from articles.importers.items import Item, PassedOver
from articles.models import Article
from articles.rest.keys import make_key
from articles.rest.models import Scope
from corrections import actions
from corrections.exports import archive
from corrections.models import Correction, LogEntry
from corrections.policy import Kind, Severity
from tests.desk import make_article, make_editor, report
from tests.newsml import NAMESPACE as G2
from tests.newsml import XHTML, check
from tests.public import ATTACK, correct, correct_case, count_queries, many

pytestmark = pytest.mark.django_db

NINJS = json.loads((Path(__file__).parent / "samples" / "ninjs-3.schema.json").read_text())
LD = 'application/ld+json; profile="http://www.w3.org/ns/anno.jsonld"'


def ninjs(article: Article) -> dict[str, Any]:
    """Get an article as ninjs, valid against the part of the schema that is used."""
    response = Client().get(f"{article.get_absolute_url()}ninjs.json")
    assert response["Content-Type"] == "application/json"
    content = json.loads(response.content)
    jsonschema.validate(content, NINJS)
    assert isinstance(content, dict)
    return content


def newsml(article: Article) -> ET.Element:
    """Get an article as NewsML-G2, built as the schema says."""
    response = Client().get(f"{article.get_absolute_url()}newsml.xml")
    assert response["Content-Type"].startswith("application/vnd.iptc.g2.newsitem+xml")
    root = ET.fromstring(response.content)
    check(root)
    return root


def signals(article: Article) -> list[str]:
    return [str(signal.get("qcode")) for signal in newsml(article).iter(f"{G2}signal")]


def annotation_of(correction: Correction) -> dict[str, Any]:
    response = Client().get(f"{correction.get_absolute_url()}annotation.jsonld")
    assert response["Content-Type"] == LD
    return dict(json.loads(response.content))


def values(annotation: dict[str, Any], purpose: str) -> list[str]:
    return [body["value"] for body in annotation["body"] if body["purpose"] == purpose]


def quoted(annotation: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the quote and the position that an annotation's target names."""
    quote, position = annotation["target"]["selector"]["refinedBy"]
    assert (quote["type"], position["type"]) == ("TextQuoteSelector", "TextPositionSelector")
    return quote, position


@pytest.fixture
def pair() -> tuple[Correction, Correction]:
    """Store two articles of which one was corrected and one brought up to date."""
    corrected = correct(make_article("Corrected"), "300 guests", "3,000 guests", notice="There were 3,000 guests.")
    updated = correct(
        make_article("Updated"), "300 guests", "400 guests", kind=Kind.UPDATE, notice="A hundred more have come."
    )
    return corrected, updated


def test_ninjs_tells_a_correction_from_an_update(pair: tuple[Correction, Correction]) -> None:
    corrected, updated = (ninjs(entry.article) for entry in pair)

    assert corrected["edNote"].startswith(f"Correction {pair[0].number}, ")
    assert updated["edNote"].startswith(f"Update {pair[1].number}, ")
    assert "pdate" not in corrected["edNote"]
    assert "orrection" not in updated["edNote"]
    for name in ("rel", "profile"):
        assert [linked[name] for linked in corrected["associations"]] == ["correction"]
        assert [linked[name] for linked in updated["associations"]] == ["update"]


def test_newsml_tells_a_correction_from_an_update(pair: tuple[Correction, Correction]) -> None:
    assert signals(pair[0].article) == ["sig:correction"]
    assert signals(pair[1].article) == ["sig:update"]


def test_annotations_tell_a_correction_from_an_update(pair: tuple[Correction, Correction]) -> None:
    assert values(annotation_of(pair[0]), "classifying") == ["correction"]
    assert values(annotation_of(pair[1]), "classifying") == ["update"]


def test_archives_tell_a_correction_from_an_update(pair: tuple[Correction, Correction]) -> None:
    rows = {row["number"]: row["kind"] for row in csv_rows()}
    payloads = [json.loads(json.loads(line)["payload"]) for line in archive.jsonl_lines()]

    assert rows == {pair[0].number: "correction", pair[1].number: "update"}
    assert {entry["number"]: entry["kind"] for entry in payloads} == rows


def test_feeds_tell_a_correction_from_an_update(pair: tuple[Correction, Correction]) -> None:
    items = json.loads(Client().get("/corrections/feed.json").content)["items"]
    atom = ET.fromstring(Client().get("/corrections/feed.atom").content)
    terms = [
        [str(category.get("term")) for category in entry.iter("{http://www.w3.org/2005/Atom}category")]
        for entry in atom.iter("{http://www.w3.org/2005/Atom}entry")
    ]

    assert [item["tags"][0] for item in items] == ["update", "correction"]
    assert [item["title"] for item in items] == ["Update: Updated", "Correction: Corrected"]
    assert [entry[0] for entry in terms] == ["update", "correction"]


def test_structured_data_tells_a_correction_from_an_update(pair: tuple[Correction, Correction]) -> None:
    def data_in(address: str) -> dict[str, Any]:
        page = Client().get(address).content.decode()
        return dict(json.loads(page.partition('<script type="application/ld+json">')[2].partition("</script>")[0]))

    corrected, updated = (data_in(entry.article.get_absolute_url()) for entry in pair)
    entries = [data_in(entry.get_absolute_url())["@type"] for entry in pair]

    assert [comment["@type"] for comment in corrected["correction"]] == ["CorrectionComment"]
    assert "correction" not in updated
    assert entries == ["CorrectionComment", "Comment"]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (' version="1"', ' version="0"'),
        ("<edNote>", "<note>"),
        ('<itemClass qcode="ninat:text"></itemClass>', ""),
        ("stat:usable", "stat:killed"),
        ("sig:correction", "sig:corrected"),
        ("<contentMeta>", "<contentMeta><signal qcode='sig:update'/>"),
        (' standard="NewsML-G2"', ""),
    ],
)
def test_a_news_item_that_breaks_the_schema_is_found_out(right: str, wrong: str) -> None:
    """Or holding every item of these tests against its rules would show nothing."""
    article = make_article(byline="Ada Quill", section="City", source="cms", external_id="77")
    correct(article, "300 guests", "3,000 guests")
    written = Client().get(f"{article.get_absolute_url()}newsml.xml").content.decode()
    written = written.replace(' version="2"', ' version="1"').replace('"ninat:text"/>', '"ninat:text"></itemClass>')
    check(ET.fromstring(written))
    assert right in written

    broken = written.replace(right, wrong).replace("</edNote>", "</note>" if wrong == "<note>" else "</edNote>")
    with pytest.raises(AssertionError):
        check(ET.fromstring(broken))


def test_an_article_that_nobody_corrected_says_nothing_of_it() -> None:
    article = make_article(byline="Ada Quill", section="City", language="en-GB")

    content, root = ninjs(article), newsml(article)

    assert (content["version"], content["pubStatus"]) == ("1", "usable")
    assert "edNote" not in content
    assert "associations" not in content
    assert (root.get("version"), root.get("guid")) == ("1", content["uri"])
    assert signals(article) == []
    assert root.find(f"{G2}itemMeta/{G2}edNote") is None


def test_a_corrected_article_carries_its_version_and_a_note_that_names_the_correction() -> None:
    article = make_article()
    guid = ninjs(article)["uri"]
    correction = correct(article, "300 guests", "3,000 guests", notice="There were 3,000 guests.")

    content, root = ninjs(article), newsml(article)

    assert content["uri"] == root.get("guid") == guid
    assert content["version"] == root.get("version") == "2"
    assert str(correction.number) in content["edNote"]
    assert "There were 3,000 guests." in content["edNote"]
    assert [note.text for note in root.iter(f"{G2}edNote")] == [content["edNote"]]
    assert "3,000 guests" in content["bodies"][0]["value"]
    assert "3,000 guests" in "".join(next(root.iter(f"{XHTML}body")).itertext())
    link = root.find(f"{G2}itemMeta/{G2}link")
    assert link is not None
    assert link.get("href") == settings.SITE_URL + correction.get_absolute_url()


def test_what_the_importer_reads_back_is_the_article() -> None:
    article = make_article(
        body="<p>On Monday <b>300 guests</b> came.</p><ul><li>A &amp; B</li></ul>",
        byline="Ada Quill",
        section="City",
        language="uk",
    )
    correct(article, "300 guests", "3,000 guests")
    article.refresh_from_db()

    response = Client().get(f"{article.get_absolute_url()}ninjs.json")
    (item,) = ninjs_importer.read(io.BytesIO(response.content), "export")

    assert isinstance(item, Item)
    assert item.text == Text(headline=article.headline, body=article.text.body)
    assert (item.byline, item.section, item.language) == ("Ada Quill", "City", "uk")
    assert item.published_at == article.published_at.replace(microsecond=0)
    assert item.external_id == ninjs(article)["uri"]


def test_a_later_revision_does_not_hide_that_something_was_corrected() -> None:
    article = make_article()
    correct(article, "300 guests", "3,000 guests")
    article.refresh_from_db()
    revise_article(article, Text(headline=article.headline, body=article.text.body + "<p>More.</p>"))

    assert signals(article) == ["sig:correction", "sig:update"]
    assert ninjs(article)["version"] == "3"


def test_a_revision_without_a_correction_is_an_update() -> None:
    article = make_article()
    revise_article(article, Text(headline="Another headline", body=article.text.body))

    assert signals(article) == ["sig:update"]


def test_a_style_fix_is_neither() -> None:
    article = make_article()
    correct(article, "teh", "the", kind=Kind.STYLE_FIX, severity=Severity.STYLE)

    assert signals(article) == []
    assert ninjs(article)["version"] == "2"


def test_a_correction_taken_back_at_once_is_no_update() -> None:
    article, editor = make_article(), make_editor()
    correction = correct(article, "300 guests", "3,000 guests", by=editor)
    actions.undo_case(correction.case, by=editor)

    assert signals(article) == ["sig:correction"]
    assert "has been withdrawn" in ninjs(article)["edNote"]
    assert int(ninjs(article)["version"]) > 2


@pytest.mark.parametrize("change", ["amend", "withdraw", "note"])
def test_whatever_the_log_says_anew_makes_a_new_version(change: str) -> None:
    article, editor = make_article(), make_editor()
    correction = correct(article, "300 guests", "3,000 guests", by=editor)
    before = int(ninjs(article)["version"])

    if change == "amend":
        actions.amend_correction(correction, notice="There were 3,000 invited guests.", by=editor)
    elif change == "withdraw":
        actions.withdraw_correction(correction, reason="It was 300.", by=editor)
    else:
        correct(article, "Monday", "Monday", kind=Kind.EDITORS_NOTE, severity=Severity.SUBSTANTIVE, by=editor)

    after = ninjs(article)
    assert int(after["version"]) == before + 1
    assert newsml(article).get("version") == after["version"]


def test_an_amended_entry_is_told_in_its_new_words_alone() -> None:
    article, editor = make_article(), make_editor()
    correction = correct(article, "300 guests", "3,000 guests", notice="Old words.", by=editor)
    amendment = actions.amend_correction(correction, notice="New words.", by=editor)

    assert "Old words." not in ninjs(article)["edNote"]
    assert [linked["name"] for linked in ninjs(article)["associations"]] == [amendment.number]


def test_a_retraction_kills_the_item_and_sends_no_content() -> None:
    article = make_article()
    before = int(ninjs(article)["version"])
    correct(
        article, "300 guests", "300 guests", kind=Kind.RETRACTION, severity=Severity.WITHDRAWAL, notice="It is untrue."
    )

    content, root = ninjs(article), newsml(article)

    assert content["pubStatus"] == "canceled"
    assert int(content["version"]) == before + 1
    assert "bodies" not in content
    assert content["edNote"].startswith("This article has been withdrawn.")
    assert "It is untrue." in content["edNote"]
    status = root.find(f"{G2}itemMeta/{G2}pubStatus")
    assert status is not None
    assert status.get("qcode") == "stat:canceled"
    assert root.find(f"{G2}contentSet") is None
    assert signals(article) == []
    (read,) = ninjs_importer.read(io.BytesIO(json.dumps(content).encode()), "export")
    assert isinstance(read, PassedOver)


def test_an_article_withdrawn_without_an_entry_is_killed_too() -> None:
    article = make_article()
    withdraw_article(article)

    assert ninjs(article)["pubStatus"] == "canceled"
    assert ninjs(article)["version"] == "2"


def test_an_article_that_is_not_yet_public_is_not_told() -> None:
    article = make_article()
    Article.objects.filter(pk=article.pk).update(published_at="2100-01-01T00:00Z")

    for name in ("ninjs.json", "newsml.xml", "annotations.jsonld"):
        assert Client().get(f"{article.get_absolute_url()}{name}").status_code == 404


@pytest.mark.parametrize("name", ["deep", "soup", "right-to-left", "tables-and-lists", "ukrainian-and-emoji"])
def test_any_body_makes_a_well_formed_news_item_with_all_its_words(name: str) -> None:
    body = (Path(__file__).parent / "corpus" / f"{name}.html").read_text()
    article = make_article(f"Bell \x07 {ATTACK}", body)

    root = newsml(article)

    words = "".join(next(root.iter(f"{XHTML}body")).itertext()).split()
    shown = article.text.projection("body").text.split()
    assert "".join(words).startswith("".join(shown[:3]))
    assert len("".join(words)) >= len("".join(shown))


def test_exports_answer_in_the_same_words_to_everybody() -> None:
    article = make_article(language="uk")
    correct(article, "300 guests", "3,000 guests")

    for name in ("ninjs.json", "newsml.xml", "annotations.jsonld"):
        one = Client().get(f"{article.get_absolute_url()}{name}", headers={"accept-language": "uk"})
        two = Client().get(f"{article.get_absolute_url()}{name}", headers={"accept-language": "en"})
        again = Client().get(f"{article.get_absolute_url()}{name}", headers={"if-none-match": one["ETag"]})
        assert one.content == two.content
        assert again.status_code == 304
        assert "Accept-Language" not in one.get("Vary", "")
    assert ninjs(article)["edNote"].startswith("Виправлення ")


def test_ten_corrections_of_an_article_take_as_many_queries_as_one() -> None:
    article = make_article()
    correct(article, "300 guests", "3,000 guests")
    one = [count_queries(f"{article.get_absolute_url()}{name}") for name in ("ninjs.json", "newsml.xml")]
    for before, after in (("teh", "the"), ("Monday", "Tuesday"), ("five million", "six million")):
        correct(article, before, after)

    assert [count_queries(f"{article.get_absolute_url()}{name}") for name in ("ninjs.json", "newsml.xml")] == one


def test_the_words_that_an_annotation_names_are_the_ones_that_were_wrong() -> None:
    article = make_article(body="<p>🏛 The mayor opened teh bridge; <b>300 guests</b> came.</p><p>300 guests left.</p>")
    correction = correct(article, "300 guests", "3,000 guests", notice="There were 3,000 guests.")

    annotation = annotation_of(correction)

    quote, position = quoted(annotation)
    text = correction.base.projection("body").text
    assert annotation["@context"] == "http://www.w3.org/ns/anno.jsonld"
    assert (annotation["type"], annotation["motivation"]) == ("Annotation", "editing")
    assert text[position["start"] : position["end"]] == quote["exact"] == "300 guests"
    assert text.startswith(quote["prefix"] + quote["exact"] + quote["suffix"])
    assert annotation["target"]["source"] == settings.SITE_URL + article.get_absolute_url()
    assert annotation["target"]["selector"]["value"] == '[data-corrections-part="body"]'
    assert annotation["target"]["state"]["sourceDateEnd"] == annotation["created"]
    assert values(annotation, "editing") == ["3,000 guests"]
    assert values(annotation, "describing") == ["There were 3,000 guests."]


def test_a_withdrawn_entry_stays_an_annotation_with_the_reason() -> None:
    editor = make_editor()
    correction = correct(make_article(), "300 guests", "3,000 guests", by=editor)
    actions.withdraw_correction(correction, reason="It was 300.", by=editor)

    annotation = annotation_of(correction)

    assert values(annotation, "classifying") == ["correction", "withdrawn"]
    assert values(annotation, "replying") == ["It was 300."]
    assert annotation["modified"] > annotation["created"]


def test_every_time_in_an_annotation_is_in_utc_and_says_so_with_a_z(client: Client) -> None:
    """The model demands it of ``created``, ``modified`` and of the times of a ``TimeState``."""
    editor = make_editor()
    correction = correct(make_article(), "300 guests", "3,000 guests", by=editor)
    actions.withdraw_correction(correction, reason="It was 300.", by=editor)
    client.force_login(editor)
    reports = json.loads(client.get("/admin/reports.jsonld?page=1").content)["items"]

    for annotation in (annotation_of(correction), *reports):
        state = {name: time for name, time in annotation["target"]["state"].items() if name != "type"}
        times = [annotation["created"], annotation.get("modified", annotation["created"]), *state.values()]
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", time) for time in times), times


def test_annotations_are_paged_and_every_entry_comes_once(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    monkeypatch.setattr("corrections.exports.views._PER_PAGE", 3)
    many(4)

    collection = json.loads(client.get("/corrections/annotations.jsonld").content)
    pages = list(pages_of(client, collection["first"]))

    assert (collection["type"], collection["total"]) == ("AnnotationCollection", 8)
    assert collection["last"] == pages[-1]["id"]
    assert [page["startIndex"] for page in pages] == [0, 3, 6]
    assert all(page["partOf"]["id"] == collection["id"] for page in pages)
    assert pages[1]["prev"] == pages[0]["id"]
    ids = [item["id"] for page in pages for item in page["items"]]
    assert len(set(ids)) == 8
    assert ids == sorted(ids)


def pages_of(client: Client, address: str) -> Iterator[dict[str, Any]]:
    while address:
        page = json.loads(client.get(address.removeprefix(settings.SITE_URL)).content)
        yield page
        address = page.get("next", "")


@pytest.mark.parametrize("page", ["0", "-1", "2", "x", "", "１", "99999999999999999999"])
def test_a_page_that_is_not_there_is_not_found(client: Client, page: str) -> None:
    correct(make_article(), "300 guests", "3,000 guests")

    assert client.get(f"/corrections/annotations.jsonld?page={page}").status_code == 404


def test_an_empty_log_has_an_empty_collection(client: Client) -> None:
    collection = json.loads(client.get("/corrections/annotations.jsonld").content)

    assert collection["total"] == 0
    assert "first" not in collection
    assert json.loads(client.get("/corrections/annotations.jsonld?page=1").content)["items"] == []


def test_style_fixes_and_drafts_are_no_annotations(client: Client) -> None:
    correct(make_article(), "teh", "the", kind=Kind.STYLE_FIX, severity=Severity.STYLE)

    assert json.loads(client.get("/corrections/annotations.jsonld").content)["total"] == 0


def test_pages_of_annotations_take_as_many_queries_for_ten_entries_as_for_one() -> None:
    many(1)
    one = count_queries("/corrections/annotations.jsonld?page=1")
    many(4)

    assert count_queries("/corrections/annotations.jsonld?page=1") == one


def test_reports_are_annotations_for_editors_alone(client: Client) -> None:
    made = report(
        make_article(), "300 guests", suggestion="3,000 guests", comment="I counted.", email="reader@example.org",
        reader="keyed-digest", category="fact", language="uk",
    )  # fmt: skip
    stranger = client.get("/admin/reports.jsonld?page=1")
    client.force_login(make_editor())

    response = client.get("/admin/reports.jsonld?page=1")

    assert stranger.status_code == 302
    assert response["Content-Type"] == LD
    assert "no-store" in response["Cache-Control"]
    (annotation,) = json.loads(response.content)["items"]
    quote, position = quoted(annotation)
    assert annotation["id"] == f"urn:uuid:{made.pk}"
    assert annotation["motivation"] == "editing"
    assert quote["exact"] == "300 guests"
    assert made.article.text.projection("body").text[position["start"] : position["end"]] == "300 guests"
    assert values(annotation, "editing") == ["3,000 guests"]
    assert values(annotation, "commenting") == ["I counted."]
    assert values(annotation, "classifying") == ["fact"]
    for private in ("reader@example.org", "keyed-digest", made.token):
        assert private not in response.content.decode()


def test_reports_are_annotations_for_keys_that_may_read_cases(client: Client) -> None:
    report(make_article(), "300 guests")
    editor = make_editor()
    reading = make_key(name="Archive", scopes=[Scope.CASES_READ], acts_for=editor)
    writing = make_key(name="CMS", scopes=[Scope.ARTICLES_WRITE], acts_for=editor)
    asked = {"accept": LD}

    without = client.get("/api/v1/reports.jsonld", headers=asked)
    wrong = client.get("/api/v1/reports.jsonld", headers=asked | {"authorization": f"Bearer {writing.secret}"})
    right = asked | {"authorization": f"Bearer {reading.secret}"}
    collection = client.get("/api/v1/reports.jsonld", headers=right)
    page = client.get("/api/v1/reports.jsonld?page=1", headers=right)

    assert (without.status_code, wrong.status_code) == (401, 403)
    assert collection["Content-Type"] == LD
    assert json.loads(collection.content)["first"] == f"{settings.SITE_URL}/api/v1/reports.jsonld?page=1"
    assert len(json.loads(page.content)["items"]) == 1
    assert "no-store" in page["Cache-Control"]
    assert client.get("/api/v1/reports.jsonld?page=2", headers=right).status_code == 404
    assert client.get("/api/v1/reports.jsonld?page=%00", headers=right).status_code == 422


def test_staff_without_the_right_to_review_get_no_reports(client: Client) -> None:
    editor = make_editor()
    editor.groups.clear()
    client.force_login(editor)

    assert client.get("/admin/reports.jsonld").status_code == 403


def csv_rows() -> list[dict[str, str]]:
    response = Client().get("/corrections/log.csv")
    assert response["Content-Type"].startswith("text/csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text)))


def test_the_spreadsheet_has_a_row_for_each_entry_and_its_digest() -> None:
    editor = make_editor()
    correction = correct(
        make_article("Bridge"), "300 guests", "3,000 guests", notice="Two\nlines, “quoted”.", by=editor
    )
    actions.withdraw_correction(correction, reason="It was 300.", by=editor)

    rows = csv_rows()

    assert [row["action"] for row in rows] == ["published", "withdrawn"]
    assert rows[0]["notice"] == "Two\nlines, “quoted”."
    assert rows[0]["headline"] == "Bridge"
    assert rows[1]["reason"] == "It was 300."
    assert [row["digest"] for row in rows] == list(
        LogEntry.objects.order_by("position").values_list("digest", flat=True)
    )


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_no_cell_can_be_taken_for_a_formula(sign: str) -> None:
    correct(make_article(f'=HYPERLINK("https://evil.example","x") {sign}'), "300 guests", "3 guests", notice="x")
    payload = json.loads(LogEntry.objects.get().payload)
    payload |= {"notice": f"{sign}1+cmd|' /C calc'!A0", "before": f"{sign}2"}

    cells = archive.cells_of({"payload": json.dumps(payload), "position": 1, "headline": "=1"})

    assert all(not str(cell).startswith(sign) for cell in cells)
    assert "'=1" in cells
    assert csv_rows()[0]["headline"].startswith("'=HYPERLINK")


def test_the_archive_can_be_verified_without_the_newsroom(tmp_path: Path, capsys: Any) -> None:
    many(2)
    call_command("export_log", "jsonl")
    file = tmp_path / "log.jsonl"
    file.write_text(capsys.readouterr().out)
    digest = ""
    for line in file.read_text().splitlines():
        entry = json.loads(line)
        digest = hashlib.sha256(f"{digest}\n{entry['payload']}".encode()).hexdigest()

    with CaptureQueriesContext(connection) as queries:
        call_command("verify_log", str(file))

    assert len(queries) == 0
    assert capsys.readouterr().out == f"4 entries, none altered. Head: {digest}\n"
    served = b"".join(Client().get("/corrections/chain.jsonl").streaming_content)  # type: ignore[attr-defined]
    assert served.decode() == file.read_text()


@pytest.mark.parametrize(
    ("alter", "fault"),
    [
        (lambda lines: [lines[0], lines[2], lines[3]], "Entry 2 is missing"),
        (
            lambda lines: [lines[0], lines[1].replace("We were wrong", "We were right"), *lines[2:]],
            "Entry 2 was altered",
        ),
        (lambda lines: [lines[0], "{]", *lines[2:]], "Line 2 is no entry"),
        (lambda lines: [lines[0], "[]", *lines[2:]], "Line 2 is no entry"),
    ],
)
def test_an_altered_archive_is_found_out(tmp_path: Path, alter: Any, fault: str) -> None:
    many(2)
    file = tmp_path / "log.jsonl"
    file.write_text("\n".join(alter("".join(archive.jsonl_lines()).splitlines())))

    with pytest.raises(CommandError, match=fault) as error:
        call_command("verify_log", str(file))

    assert error.value.returncode == 1


def test_a_file_that_is_not_there_is_no_verified_log(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read") as error:
        call_command("verify_log", str(tmp_path / "nothing.jsonl"))

    assert error.value.returncode == 2


def test_the_command_writes_the_spreadsheet_too(capsys: Any) -> None:
    many(1)

    call_command("export_log", "csv")

    written = capsys.readouterr().out
    assert "".join(archive.csv_lines()) == written
    assert len(list(csv.reader(io.StringIO(written)))) == 3


@pytest.mark.parametrize("lines", [archive.csv_lines, archive.jsonl_lines])
def test_a_long_log_is_streamed_in_little_memory(lines: Any) -> None:
    correct(make_article(), "300 guests", "3,000 guests", notice="x" * 2000)
    entry = LogEntry.objects.get()
    LogEntry.objects.bulk_create(
        [
            LogEntry(
                position=number, correction=entry.correction, action=entry.action, at=entry.at, payload=entry.payload,
                previous_digest="", digest=f"{number:064}",
            )
            for number in range(2, 10_000)
        ],
        batch_size=500,
    )  # fmt: skip
    tracemalloc.start()

    size = sum(len(line) for line in lines())

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 20_000_000
    assert peak < 6_000_000


def test_the_log_and_the_article_lead_to_their_exports(client: Client) -> None:
    correction = correct(make_article(), "300 guests", "3,000 guests")
    log, article, entry = (
        client.get(address).content.decode()
        for address in ("/corrections/", correction.article.get_absolute_url(), correction.get_absolute_url())
    )

    for address in ("/corrections/log.csv", "/corrections/chain.jsonl", "/corrections/annotations.jsonld"):
        assert f'href="{address}"' in log
    for name in ("ninjs.json", "newsml.xml", "annotations.jsonld"):
        assert f'href="{correction.article.get_absolute_url()}{name}"' in article
    assert f'href="{correction.get_absolute_url()}annotation.jsonld"' in entry


def test_a_restored_correction_can_be_published_again() -> None:
    editor = make_editor()
    correction = correct(make_article(), "300 guests", "3,000 guests", by=editor)
    actions.undo_case(correction.case, by=editor)
    case = correction.case
    case.refresh_from_db()
    actions.release_case(case, by=editor)

    again = correct_case(case, "3,000 guests", by=editor)

    assert signals(correction.article) == ["sig:correction"]
    assert str(again.number) in ninjs(correction.article)["edNote"]
