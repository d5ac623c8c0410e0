"""The command import_articles: what it prints and stores, when it is repeated, and what it makes of bad input."""

import io
import json
import os
import subprocess
import sys
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from articles.actions import Text, splice_article, upsert_article
from articles.importers.items import Item
from articles.importers.json_values import read_values
from articles.importers.sources import Entry
from articles.models import Article, Part, Revision
from tests.newsroom import ROOT, Newsroom, as_in_this_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command; give its exit code and the lines it printed."""

    def run(source: Path | str, *arguments: str) -> tuple[int, list[str]]:
        capsys.readouterr()
        code = 0
        try:
            call_command("import_articles", str(source), *arguments)
        except SystemExit as end:
            code = int(end.code or 0)
        return code, capsys.readouterr().out.splitlines()

    return run


def article(**fields: Any) -> dict[str, Any]:
    return {"external_id": "a-1", "headline": "A bridge closes", "body": "<p>It cost £3m.</p>", **fields}


def write(path: Path, value: Any) -> Path:
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


def page(number: int) -> str:
    head = f'<link rel=canonical href="https://post.example/{number}"><title>Story {number}</title>'
    return f"<html lang=en>{head}<article><p>Words {number}.</p>"


def test_a_list_of_articles_is_stored_with_all_fields(run: Any, tmp_path: Path) -> None:
    one = article(
        standfirst="Until June.",
        language="en_gb",
        section="Local",
        byline="Ada Quill",
        canonical_url="https://post.example/bridge",
        published_at="Tue, 04 Mar 2025 08:30:00 +0000",
        modified_at="2025-03-04T10:00:00Z",
        slug="bridge",
        source="cms",
    )
    path = write(tmp_path / "articles.json", [one, article(external_id="a-2")])

    code, lines = run(path, "--format", "json")

    assert code == 0
    assert lines == [
        "created     articles.json, item 1: A bridge closes",
        "created     articles.json, item 2: A bridge closes",
        "2 created, 0 updated, 0 unchanged, 0 refused",
    ]
    stored = Article.objects.with_text().get(source="cms", external_id="a-1")
    assert (stored.headline, stored.text.standfirst, stored.text.body) == (
        "A bridge closes",
        "Until June.",
        "<p>It cost £3m.</p>",
    )
    assert (stored.language, stored.section, stored.byline, stored.slug) == ("en-GB", "Local", "Ada Quill", "bridge")
    assert stored.published_at.isoformat() == "2025-03-04T08:30:00+00:00"
    assert stored.modified_at.isoformat() == "2025-03-04T10:00:00+00:00"
    assert Article.objects.filter(source="import", external_id="a-2").exists()


def test_importing_again_changes_nothing_and_a_changed_headline_makes_one_revision(run: Any, tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", [article(), article(external_id="a-2")])
    run(path)

    assert run(path) == (
        0,
        [
            *(f"unchanged   a.json, item {n}: A bridge closes" for n in (1, 2)),
            "0 created, 0 updated, 2 unchanged, 0 refused",
        ],
    )
    assert Revision.objects.count() == 2

    write(path, [article(), article(external_id="a-2", headline="A bridge opens")])
    assert run(path)[1][-1] == "0 created, 1 updated, 1 unchanged, 0 refused"
    assert list(Revision.objects.filter(article__external_id="a-2").values_list("number", "headline")) == [
        (1, "A bridge closes"),
        (2, "A bridge opens"),
    ]


def test_a_change_of_the_section_alone_is_an_update_without_a_revision(run: Any, tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", article())
    run(path)

    _, lines = run(write(path, article(section="Local")))

    assert lines[-1] == "0 created, 1 updated, 0 unchanged, 0 refused"
    assert Article.objects.get().section == "Local"
    assert Revision.objects.count() == 1


def test_repeating_an_import_does_not_undo_a_correction(run: Any, tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", article())
    run(path)
    stored = Article.objects.with_text().get()
    splice_article(stored, part=Part.BODY, start=8, end=11, replacement="£4m", expected=1)

    _, lines = run(path)

    assert lines[-1] == "0 created, 0 updated, 1 unchanged, 0 refused"
    assert Article.objects.with_text().get().text.body == "<p>It cost £4m.</p>"


def test_without_a_digest_what_the_source_says_now_counts() -> None:
    text = Text(headline="A bridge closes", body="<p>It cost £3m.</p>")
    first = upsert_article(text, source="cms", external_id="1", digest="d" * 64)
    splice_article(first.article, part=Part.BODY, start=8, end=11, replacement="£4m", expected=1)

    again = upsert_article(text, source="cms", external_id="1")

    assert (first.what, again.what) == ("created", "updated")
    assert again.article.text.number == 3
    assert upsert_article(text, source="cms", external_id="1").what == "unchanged"


def test_one_source_name_can_be_given_to_all(run: Any, tmp_path: Path) -> None:
    run(write(tmp_path / "a.json", article(source="other")), "--source", "cms")

    assert Article.objects.get().source == "cms"


def test_a_folder_is_imported_with_its_folders_and_what_is_no_article_is_passed_over(run: Any, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    write(tmp_path / "1.html", page(1))
    write(tmp_path / "deep/2.html", page(2))
    write(tmp_path / "style.css", "p {}")
    write(tmp_path / ".hidden.html", page(3))
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to(tmp_path / "self")

    code, lines = run(tmp_path)

    assert code == 0
    assert lines == [
        "created     1.html: Story 1",
        "passed over photo.jpg: is a binary file",
        "passed over self: is no regular file, or a link that leads nowhere",
        "passed over style.css: is in none of the formats that can be imported",
        "created     deep/2.html: Story 2",
        "2 created, 0 updated, 0 unchanged, 0 refused, 3 passed over",
    ]


def test_standard_input_is_imported(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps(article()).encode())))

    code, lines = run("-")

    assert code == 0
    assert lines[0] == "created     standard input, line 1: A bridge closes"


def test_a_bad_line_of_json_lines_does_not_stop_those_after_it(run: Any, tmp_path: Path) -> None:
    lines = [json.dumps(article(external_id=str(n))).encode() for n in range(4)]
    lines[1] = lines[1][:-10]
    lines[2] = lines[2].replace(b"bridge", b"br\xffidge")
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(lines))

    code, printed = run(tmp_path / "a.jsonl")

    assert code == 1
    assert [line[:9].strip() for line in printed] == ["created", "refused", "refused", "created", "2 created"]
    assert "a.jsonl, line 2: is not JSON: " in printed[1]
    assert "line 3: headline: holds characters that are not valid Unicode" in printed[2]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"headline": None}, "headline: is required"),
        ({"headline": "   "}, "An article needs a headline."),
        ({"headline": "x" * 501}, "The headline has 501 characters; 500 are allowed."),
        ({"headline": "a\x00b"}, "headline: holds a NUL character"),
        ({"body": "<p>a\x00b</p>"}, "body: holds a NUL character"),
        ({"body": "<script>x</script>"}, "An article needs a body"),
        ({"body": ["x"]}, "body: has to be a string, not a list"),
        ({"external_id": ""}, "external_id: is required, or canonical_url in its place"),
        ({"external_id": 7}, "external_id: has to be a string, not a number"),
        ({"external_id": "x" * 501}, "external_id: Ensure this value has at most 500 characters"),
        ({"language": "English!"}, "language: “English!” is not a BCP 47 tag"),
        ({"canonical_url": "javascript:x"}, "canonical_url: has to be an absolute http or https address"),
        ({"published_at": "yesterday"}, "published_at: “yesterday” is not a date"),
        ({"published_at": "0001-01-01T00:00+10:00"}, "published_at: “0001-01-01T00:00+10:00” is not a date"),
        ({"published_at": "2999-01-01"}, "published_at: 2999-01-01 is more than a year ahead"),
        ({"section": "x" * 101}, "section: Ensure this value has at most 100 characters"),
        ({"source": "x" * 101}, "source: Ensure this value has at most 100 characters"),
        ({"titel": "x", "byline": 1}, "titel: is not a field of an article; byline: has to be a string, not a number"),
        ({"byline": "\ud800"}, "byline: holds characters that are not valid Unicode"),
    ],
)
def test_a_bad_field_is_named_and_the_others_are_stored(
    run: Any, tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    path = write(tmp_path / "a.json", [article() | changes, article(external_id="good")])

    code, lines = run(path, "--format", "json")

    assert code == 1
    assert lines[0].startswith("refused     a.json, item 1: ")
    assert reason in lines[0]
    assert lines[1:] == ["created     a.json, item 2: A bridge closes", "1 created, 0 updated, 0 unchanged, 1 refused"]


def test_a_second_article_with_the_same_identifier_is_refused_unless_it_is_the_same(run: Any, tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", [article(), article(), article(headline="Another")])

    code, lines = run(path)

    assert code == 1
    assert [line.split()[0] for line in lines[:3]] == ["created", "unchanged", "refused"]
    assert "another article of this import has “a-1” too" in lines[2]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b" \n\n", "the file is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "is a binary file"),
        (b"Just words.", "is in none of the formats that can be imported"),
        (b'{"headline": "A", "body": ', "is not JSON"),
        (b'[{"headline": "A", "body": "b", "external_id": "1"}', "the list does not end: the file is cut off"),
        (b"[" * 200_000, "is not JSON: nested too deeply"),
        (b'{"a":' * 200_000, "is not JSON: nested too deeply"),
        (b'[1, "x"]', "is in none of the formats"),
        (b"[%s]" % (b"9" * 5000), "is not JSON"),
        (b'{"headline": NaN, "body": Infinity}', "headline: has to be a string"),
    ],
)
def test_a_bad_file_is_refused_with_the_reason(run: Any, tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / "file").write_bytes(data)

    code, lines = run(tmp_path / "file")

    assert code == 1
    assert any(line.startswith("refused") and reason in line for line in lines)


def test_a_format_that_does_not_fit_is_refused_in_its_own_words(run: Any, tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", {"title": "x"})

    assert "headline: is required; body: is required" in run(path, "--format", "json")[1][0]


def test_a_file_that_may_not_be_read_is_refused(run: Any, tmp_path: Path) -> None:
    write(tmp_path / "a.html", page(1)).chmod(0)
    write(tmp_path / "b.html", page(2))
    if os.geteuid() == 0:
        pytest.skip("the administrator may read every file")

    code, lines = run(tmp_path)

    assert code == 1
    assert "a.html: could not be read" in lines[0]
    assert lines[1].startswith("created")


@pytest.mark.parametrize("name", ["", "missing"])
def test_a_source_with_nothing_in_it_is_an_error_of_the_call(tmp_path: Path, name: str) -> None:
    with pytest.raises(CommandError) as error:
        call_command("import_articles", str(tmp_path / name))

    assert error.value.returncode == 2


def test_an_article_without_a_date_keeps_the_time_of_its_first_import(run: Any, tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", article())
    run(path)
    first = Article.objects.get().published_at

    run(write(path, article(headline="Another")))

    assert timezone.now() >= first == Article.objects.get().published_at


@pytest.mark.parametrize("separator", ["\n", "", ",\n", "\r\n\r\n"])
@pytest.mark.parametrize("is_list", [True, False])
def test_values_are_read_one_by_one_whatever_their_length(separator: str, is_list: bool) -> None:
    values = [{"n": n, "text": "ї" * size} for n, size in enumerate([1, 300_000, 5, 90_000, 700_000])]
    text = (separator or (", " if is_list else "")).join(
        json.dumps(v, ensure_ascii=n % 2 == 0) for n, v in enumerate(values)
    )

    read = list(read_values(io.BytesIO((f"[{text}]" if is_list else text).encode()), "f"))

    assert [value.value for value in read] == values


def test_the_progress_line_is_for_terminals_alone(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.json", article())
    quiet, terminal = io.StringIO(), io.StringIO()
    terminal.isatty = lambda: True  # type: ignore[method-assign]

    monkeypatch.setattr("sys.stderr", quiet)
    run(path)
    monkeypatch.setattr("sys.stderr", terminal)
    run(path)

    assert quiet.getvalue() == ""
    assert "1 articles, " in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="races need the row locks of PostgreSQL")
def test_the_same_article_sent_twice_at_once_is_stored_once() -> None:
    start = threading.Barrier(4)

    def send(_: int) -> str:
        start.wait()
        try:
            return upsert_article(
                Text(headline="A", body="<p>b</p>"), source="cms", external_id="1", digest="d" * 64
            ).what
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        told = sorted(pool.map(send, range(4)))

    assert told == ["created", "unchanged", "unchanged", "unchanged"]
    assert Article.objects.count() == Revision.objects.count() == 1


def test_an_article_is_found_by_its_source_without_reading_the_table() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL chooses its plan by what the table holds")

    plan = Article.objects.filter(source="cms", external_id="1").explain()

    assert "article_by_source" in plan


@pytest.mark.processes
@pytest.mark.xdist_group("processes")
def test_an_import_that_is_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    many = 400
    lines = [json.dumps(article(external_id=str(number), headline=f"Story {number}")) for number in range(many)]
    source = write(tmp_path / "articles.jsonl", "\n".join(lines))
    counted = "from articles.models import Article, Revision; print(Article.objects.count(), Revision.objects.count())"

    with as_in_this_run() as environment:
        newsroom = Newsroom(tmp_path, **environment)
        newsroom.command("migrate", "-v", "0")
        command = [sys.executable, "-u", "manage.py", "import_articles", str(source)]
        with subprocess.Popen(command, cwd=ROOT, env=newsroom.environment, stdout=subprocess.PIPE, text=True) as killed:
            assert killed.stdout is not None
            for _ in range(50):
                assert killed.stdout.readline().startswith("created")
            killed.kill()
        articles, revisions = map(int, newsroom.python(counted).split())
        again = newsroom.command("import_articles", str(source)).splitlines()

        assert 50 <= articles == revisions < many
        assert again[-1] == f"{many - articles} created, 0 updated, {articles} unchanged, 0 refused"
        assert newsroom.python(counted) == f"{many} {many}"


@pytest.mark.parametrize("format_name", ["json", "wordpress"])
def test_a_large_file_is_read_in_little_memory(tmp_path: Path, format_name: str) -> None:
    body = "<p>" + "A word or two. " * 1_000 + "</p>"
    with (tmp_path / "large").open("w") as file:
        if format_name == "json":
            for number in range(500):
                file.write(json.dumps(article(external_id=str(number), body=body)) + "\n")
        else:
            content, wp = "http://purl.org/rss/1.0/modules/content/", "http://wordpress.org/export/1.2/"
            file.write(f'<rss xmlns:content="{content}" xmlns:wp="{wp}"><channel><title>T</title>')
            for number in range(500):
                file.write(
                    f"<item><title>T</title><content:encoded><![CDATA[{body}]]></content:encoded>"
                    f"<wp:post_id>{number}</wp:post_id><wp:status>publish</wp:status>"
                    "<wp:post_type>post</wp:post_type></item>"
                )
            file.write("</channel></rss>")
    entry = Entry(tmp_path / "large", "large", in_folder=False)
    tracemalloc.start()

    count = sum(isinstance(found, Item) for found in entry.read(format_name))

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 500
    assert peak < 4_000_000 < (tmp_path / "large").stat().st_size / 1.5
