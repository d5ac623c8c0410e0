"""Everything that a reader or an editor sees is there in Ukrainian, and compiled."""

import ast
import gettext
import os
import re
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from pytest_django import Settings

CATALOGUE = Path(settings.BASE_DIR) / "newsroom" / "locale" / "uk" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|</?\w+")


def read(path: Path) -> dict[str, list[tuple[str, str]]]:
    """Read a catalogue: for each message, pairs of what is to be translated and the translation."""
    messages: dict[str, list[tuple[str, str]]] = {}
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
            plural = texts.get("msgid_plural", texts["msgid"])
            strings = [texts[key] for key in sorted(texts) if key.startswith("msgstr")]
            sources = [texts["msgid"]] + [plural] * (len(strings) - 1)
            messages[texts["msgid"]] = list(zip(sources, strings, strict=True))
    return messages


def test_everything_is_translated_and_nothing_is_guessed() -> None:
    messages = read(CATALOGUE)

    assert len(messages) > 300
    assert [source for source, pairs in messages.items() if not all(translation for _, translation in pairs)] == []
    assert "#, fuzzy" not in CATALOGUE.read_text()


def test_translations_keep_placeholders_and_markup() -> None:
    for source, pairs in read(CATALOGUE).items():
        for original, translation in pairs:
            assert sorted(PLACEHOLDER.findall(original)) == sorted(PLACEHOLDER.findall(translation)), source


def test_the_compiled_catalogue_says_the_same() -> None:
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)

    for source, pairs in read(CATALOGUE).items():
        if len(pairs) == 1:
            assert compiled.gettext(source) == pairs[0][1]
        else:
            plural = pairs[1][0]
            assert [compiled.ngettext(source, plural, count) for count in (1, 2, 5)] == [
                translation for _, translation in pairs[:3]
            ]


def test_no_text_was_added_without_its_translation(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which("xgettext") is None:
        missing = "GNU gettext is not installed, so the texts in the code cannot be listed."
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    settings.LOCALE_PATHS = [tmp_path]
    monkeypatch.chdir(settings.BASE_DIR)

    call_command("makemessages", locale=["uk"], ignore_patterns=["tests", "var"], no_obsolete=True, verbosity=0)

    needed = read(tmp_path / "uk" / "LC_MESSAGES" / "django.po")
    assert len(needed) > 300
    assert sorted(needed.keys() - read(CATALOGUE).keys()) == []
