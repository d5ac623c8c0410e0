"""The documents say what the code does."""

import html
import re
from datetime import timedelta
from pathlib import Path

from django.template.loader import render_to_string

from corrections.desk.queue import VIEWS
from corrections.policy import NEGLECTED_AFTER, RULES, Severity

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


def test_the_desks_guide_explains_exactly_the_keys_that_the_scripts_listen_to() -> None:
    table = (ROOT / "docs/desk.md").read_text().partition("## Keys")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in row.split("|")[1:4]] for row in table.splitlines() if row.startswith("| `")]
    in_guide = {
        screen: {key.strip("`") for key, *does in rows if does[column] and " " not in key}
        for column, screen in enumerate(("queue", "case"))
    }
    everywhere = {"u", "?"}  # keys.js
    by_the_browser = {"queue": {"Enter"}, "case": {"Esc"}}

    assert in_guide == {
        screen: _keys_of(f"{screen}.js") - set("123456") | everywhere | by_the_browser[screen] for screen in in_guide
    }
    assert all(f'event.key === "{key}"' in _script("keys.js") for key in everywhere)


def test_the_desks_help_shows_exactly_the_keys_that_the_scripts_listen_to() -> None:
    shown = {}
    for screen in ("queue", "case"):
        page = render_to_string("admin/desk/keys.html", {"screen": screen})
        shown[screen] = {html.unescape(key) for key in re.findall(r"<kbd>(.+?)</kbd>", page)}

    assert shown["queue"] == _keys_of("queue.js") | {"Enter", "u", "?"}
    assert shown["case"] == _keys_of("case.js") - set("2345") | {"Ctrl", "Enter", "Esc", "u", "?"}


def _script(name: str) -> str:
    return (ROOT / "corrections/static/corrections/desk" / name).read_text()


def _keys_of(script: str) -> set[str]:
    """Give the keys that a screen's script listens to."""
    listened = _script(script).partition("\nlisten({")[2].partition("\n});")[0]
    numbers = re.search(r"\[([\d, ]+)\]\.map", listened)
    return set(re.findall(r'^  "?([^\s"]+?)"?:', listened, re.MULTILINE)) | set(
        numbers[1].split(", ") if numbers else ()
    )


def test_the_desks_guide_names_the_views_of_the_queue_and_the_times_of_the_policy() -> None:
    guide = (ROOT / "docs/desk.md").read_text()
    views = re.findall(r"^\| (.+?) \|", guide.partition("| view | shows |")[2].partition("\n\n")[0], re.MULTILINE)

    assert [view for view in views if view != "---"] == [str(view.label) for view in VIEWS.values()]
    assert f"after {NEGLECTED_AFTER.days} days" in guide
    assert [rule.decide_within for severity, rule in RULES.items() if severity != Severity.WITHDRAWAL] == [
        timedelta(days=7), timedelta(days=3), timedelta(days=1), timedelta(hours=4)
    ]  # fmt: skip
