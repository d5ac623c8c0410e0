"""What an editor sees is there in Ukrainian, and what a reader sees in every language of the public pages; compiled."""

import ast
import gettext
import os
import re
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db.models import Choices

from articles.models import Part
from corrections.models import LogEntry, Resolution

COMPLETE = "uk"
READERS = [code for code, _ in settings.LANGUAGES if code not in ("en", COMPLETE)]
PUBLIC = [
    "templates/*.html", "templates/articles/*", "templates/corrections/*",
    "templates/mail/answer*", "templates/mail/question*", "templates/mail/letter*",
    "corrections/answers.py", "corrections/exports/*.py", "corrections/feeds.py", "corrections/forms.py",
    "corrections/notices.py", "corrections/policy.py", "corrections/standing.py", "corrections/views.py",
    "corrections/templatetags/*.py", "corrections/serializers/reports.py", "articles/rest/fields.py",
]  # fmt: skip
"""Where the texts stand that readers see, beside the labels in ``CHOICES``."""
CHOICES: list[type[Choices]] = [Part, LogEntry.Action, Resolution]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|</?\w+")


def catalogue(language: str) -> Path:
    return Path(settings.BASE_DIR) / "newsroom" / "locale" / language / "LC_MESSAGES" / "django.po"


def blocks(path: Path) -> list[tuple[set[str], dict[str, str]]]:
    """Read a catalogue: for each message the files that it stands in, and its texts by their names."""
    read = []
    for block in path.read_text().split("\n\n"):
        texts: dict[str, str] = {}
        name = ""
        for line in block.splitlines():
            match = re.match(r'(?:(msg\w+(?:\[\d\])?) )?(".*")$', line)
            if match is None:
                continue
            name = match[1] or name
            texts[name] = texts.get(name, "") + ast.literal_eval(match[2])
        if texts.get("msgid"):
            places = re.findall(r"^#: (.*)$", block, re.MULTILINE)
            read.append(({place.rpartition(":")[0].removeprefix("./") for place in " ".join(places).split()}, texts))
    return read


def read(path: Path) -> dict[str, list[tuple[str, str]]]:
    """Read a catalogue: for each message, pairs of what is to be translated and the translation."""
    messages: dict[str, list[tuple[str, str]]] = {}
    for _, texts in blocks(path):
        strings = [texts[key] for key in sorted(texts) if key.startswith("msgstr")]
        sources = [texts["msgid"]] + [texts.get("msgid_plural", texts["msgid"])] * (len(strings) - 1)
        messages[texts["msgid"]] = list(zip(sources, strings, strict=True))
    return messages


def untranslated(messages: dict[str, list[tuple[str, str]]]) -> set[str]:
    return {source for source, pairs in messages.items() if not all(translation for _, translation in pairs)}


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The texts of the code as GNU gettext lists them, each with the files that it stands in."""
    if shutil.which("xgettext") is None:
        missing = "GNU gettext is not installed, so the texts in the code cannot be listed."
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    folder = tmp_path_factory.mktemp("locale")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "LOCALE_PATHS", [folder])
        patch.chdir(settings.BASE_DIR)
        call_command("makemessages", locale=["uk"], ignore_patterns=["tests", "var"], no_obsolete=True, verbosity=0)
    return {texts["msgid"]: files for files, texts in blocks(folder / "uk" / "LC_MESSAGES" / "django.po")}


def test_the_desk_is_translated_whole_and_nothing_is_guessed() -> None:
    messages = read(catalogue(COMPLETE))

    assert len(messages) > 300
    assert untranslated(messages) == set()
    for language, _ in settings.LANGUAGES[1:]:
        assert "#, fuzzy" not in catalogue(language).read_text(), language


def test_no_text_was_added_without_its_translation(listed: dict[str, set[str]]) -> None:
    assert len(listed) > 300
    assert sorted(listed.keys() - read(catalogue(COMPLETE)).keys()) == []


@pytest.mark.parametrize("language", READERS)
def test_all_that_readers_see_is_translated(listed: dict[str, set[str]], language: str) -> None:
    messages = read(catalogue(language))

    public = {
        text for text, files in listed.items() if any(Path(file).match(part) for file in files for part in PUBLIC)
    }
    labels = {str(choice.label) for choices in CHOICES for choice in choices}
    assert len(public) > 250
    missing = sorted((public | labels) & (untranslated(messages) | (listed.keys() - messages.keys())))
    assert not missing, "\n".join(missing)
    assert labels <= listed.keys()


@pytest.mark.parametrize("pattern", PUBLIC)
def test_every_public_place_is_one(listed: dict[str, set[str]], pattern: str) -> None:
    assert any(Path(file).match(pattern) for files in listed.values() for file in files)


@pytest.mark.parametrize("language", [COMPLETE, *READERS])
def test_translations_keep_placeholders_and_markup(language: str) -> None:
    for source, pairs in read(catalogue(language)).items():
        for original, translation in pairs:
            kept, needed = sorted(PLACEHOLDER.findall(translation)), sorted(PLACEHOLDER.findall(original))
            # A plural form for one number alone may say it in words: “two days” is one word in Arabic.
            without_number = [name for name in needed if len(pairs) < 5 or name != "%(count)s"]
            assert not translation or kept in (needed, without_number), source


@pytest.mark.parametrize("language", [COMPLETE, *READERS])
def test_the_compiled_catalogue_says_the_same(language: str) -> None:
    with catalogue(language).with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)

    for source, pairs in read(catalogue(language)).items():
        if not all(translation for _, translation in pairs):
            assert compiled.gettext(source) == source
        elif len(pairs) == 1:
            assert compiled.gettext(source) == pairs[0][1]
        else:
            said = {compiled.ngettext(source, pairs[1][0], count) for count in range(120)}
            translations = [translation for _, translation in pairs]
            assert {*translations[:2]} <= said <= {*translations}


def test_arabic_counts_in_six_ways() -> None:
    with catalogue("ar").with_suffix(".mo").open("rb") as file:
        arabic = gettext.GNUTranslations(file)

    said = [arabic.ngettext("%(count)s day", "%(count)s days", n) % {"count": n} for n in (0, 1, 2, 7, 30, 100, 103)]

    assert said == ["أقل من يوم", "يوم واحد", "يومين", "7 أيام", "30 يومًا", "100 يوم", "103 أيام"]
