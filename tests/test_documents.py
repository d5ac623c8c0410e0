"""The documents say what the code does."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_the_readme_lists_exactly_the_variables_that_the_settings_read() -> None:
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "newsroom/settings.py").read_text()))
    configuration = (ROOT / "README.md").read_text().partition("## Configuration")[2].partition("\n## ")[0]
    listed = set(re.findall(r"^\| `([A-Z_]+)` \|", configuration, re.MULTILINE))

    assert listed == read


def test_every_place_that_the_readme_names_exists() -> None:
    table = (ROOT / "README.md").read_text().partition("## Where things are")[2].partition("\n## ")[0]
    places = [
        place for row in re.findall(r"^\| (.+?) \|", table, re.MULTILINE) for place in re.findall(r"`([\w/.]+)`", row)
    ]

    missing = [place for place in places if not (ROOT / place).exists() and not (ROOT / "corrections" / place).exists()]

    assert len(places) > 8
    assert missing == []
