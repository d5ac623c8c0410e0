"""The examples of `docs/clients.md` and the README, run as they stand there, against a running newsroom."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from articles.models import Article
from articles.rest.models import Key
from corrections.models import Case, Report
from corrections.webhooks import signing
from tests.api import make_service
from tests.desk import make_article, make_case
from tests.public import correct

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = (ROOT / "docs" / "clients.md").read_text()
LANGUAGES = ["sh", "python", "js"]
NEEDED = {"sh": ("bash", "curl", "jq", "openssl"), "python": (), "js": ("node",)}

pytestmark = pytest.mark.django_db(transaction=True)


def examples(text: str = DOCUMENT) -> dict[tuple[str, str], str]:
    """Give every block of code by its language and name."""
    found = re.findall(r"^```(\w+) (\w+)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return {(language, name): code for language, name, code in found}


def run(language: str, code: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a block in an empty folder, after the beginning that its language has."""
    if missing := [tool for tool in NEEDED[language] if shutil.which(tool) is None]:
        said = f"not at hand: {', '.join(missing)}"
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(said)
        pytest.skip(said)
    command = {
        "sh": ["bash", "-euo", "pipefail", "-c"],
        "python": [sys.executable, "-W", "error", "-c"],
        "js": ["node", "--input-type=module", "-e"],
    }[language]
    whole = examples().get((language, "beginning"), "") + "\n" + code
    return subprocess.run(
        [*command, whole],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def printed(language: str, name: str, folder: Path, **environment: str) -> list[str]:
    """Give the lines that an example prints."""
    ran = run(language, examples()[language, name], folder, **environment)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout.splitlines()


@pytest.fixture
def newsroom(live_server: LiveServer, settings: Any) -> str:
    settings.SITE_URL = live_server.url
    return live_server.url


@pytest.fixture
def article() -> Article:
    return make_article(slug="a-bridge-opens")


@pytest.fixture
def key() -> Key:
    return make_service(name="My CMS")


def test_every_task_has_an_example_in_every_language() -> None:
    named = examples().keys()

    assert {name for language, name in named if language == "sh"} == {
        "report", "corrections", "article", "case", "webhook"
    }  # fmt: skip
    for language in ("python", "js"):
        assert {name for other, name in named if other == language} == {
            "beginning", "report", "corrections", "article", "case"
        }  # fmt: skip
    assert not re.search(r"^```(sh|python|js)\n", DOCUMENT, re.MULTILINE), "an example without a name is not run"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_is_sent(language: str, newsroom: str, article: Article, tmp_path: Path) -> None:
    lines = printed(language, "report", tmp_path, NEWSROOM=newsroom)

    report = Report.objects.get()
    assert lines == [f"{newsroom}/receipts/{report.token}/"]
    assert (report.article, report.exact, report.suggestion) == (article, "teh", "the")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_log_is_read_to_its_end(language: str, newsroom: str, article: Article, tmp_path: Path) -> None:
    words = ["teh", "Monday", "300 guests", "five million", "old bridge"]
    made = [correct(article, exact, f"{exact}!", notice=f"It was {exact}.") for exact in words]

    lines = printed(language, "corrections", tmp_path, NEWSROOM=newsroom)

    assert lines == [f"{correction.number} {correction.notice}" for correction in reversed(made)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_article_is_sent_and_sent_again(language: str, newsroom: str, key: Key, tmp_path: Path) -> None:
    for _ in range(2):
        lines = printed(language, "article", tmp_path, NEWSROOM=newsroom, NEWSROOM_KEY=key.secret)

    article = Article.objects.get(source="my-cms", external_id="4711")
    assert lines == [f"{newsroom}{article.get_absolute_url()} revision {article.text.number}"]
    assert "<b>Monday</b>" in article.text.body


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_case_is_decided_once(language: str, newsroom: str, article: Article, key: Key, tmp_path: Path) -> None:
    case = make_case("teh", article, category="typo", suggestion="the")

    lines = printed(language, "case", tmp_path, NEWSROOM=newsroom, NEWSROOM_KEY=key.secret)

    case.refresh_from_db()
    assert lines[-1] == f"{case.pk} fixed_silently"
    assert "opened the bridge" in article.__class__.objects.get().text.body
    assert {event.key for event in case.events.filter(kind__in=("claimed", "corrected"))} == {key}
    assert Case.objects.count() == 1


@pytest.mark.parametrize("language", ["python", "js"])
def test_what_was_refused_is_told_with_the_reason(language: str, newsroom: str, tmp_path: Path) -> None:
    ran = run(language, examples()[language, "case"], tmp_path, NEWSROOM=newsroom, NEWSROOM_KEY="nrk_none")

    assert ran.returncode == 1
    assert "401: There is no such key." in ran.stderr


def test_the_calls_of_the_readme_work(newsroom: str, key: Key, tmp_path: Path) -> None:
    code = examples((ROOT / "README.md").read_text())["sh", "readme"].replace("curl ", "curl --silent --fail ")

    ran = run("sh", code, tmp_path, NEWSROOM=newsroom, NEWSROOM_KEY=key.secret)

    assert ran.returncode == 0, ran.stderr
    assert (Report.objects.get().exact, Report.objects.get().article.external_id) == ("Monday", "4711")


@pytest.mark.parametrize("is_ours", [True, False])
def test_a_signature_is_verified_in_a_shell(is_ours: bool, tmp_path: Path) -> None:
    secret, other = signing.new_secret(), signing.new_secret()
    body = '{"type":"case.opened","data":{"quote":"їжак “”"}}\n'
    (tmp_path / "body").write_text(body)
    secrets = [other, secret] if is_ours else [other]
    headers = signing.headers("msg_1", timestamp=int(time.time()), body=body.encode(), secrets=secrets)
    variables = {name.replace("-", "_"): value for name, value in headers.items() if name.startswith("webhook-")}

    ran = run("sh", examples()["sh", "webhook"], tmp_path, secret=secret, **variables)

    assert (ran.returncode, ran.stdout.strip()) == ((0, "ours") if is_ours else (1, ""))
