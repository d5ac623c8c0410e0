"""``python -m tests.templates``: compiles every template of ours, so that a broken one fails before it is opened."""

# ruff: noqa: T201 - it talks to a terminal

import os
import sys
from pathlib import Path

import django
from django.template import TemplateSyntaxError, engines

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Compile all; give how many are broken."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
    django.setup()
    folders = [ROOT / "templates", *ROOT.glob("*/templates")]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    broken = 0
    for path in files:
        try:
            engines["django"].from_string(path.read_text())
        except TemplateSyntaxError as error:
            print(f"{path.relative_to(ROOT)}: {error}")
            broken += 1
    print(f"{len(files)} templates, {broken} broken")
    return 1 if broken or not files else 0


if __name__ == "__main__":
    sys.exit(main())
