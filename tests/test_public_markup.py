"""The HTML of every public page is what the standard says, judged by the Nu HTML checker where it is at hand."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from django.test import Client

from tests.every_page import make_every_page

pytestmark = pytest.mark.django_db


def test_the_checker_finds_no_error(client: Client, tmp_path: Path) -> None:
    checker = os.environ.get("VNU_JAR", "")
    if not Path(checker).is_file() or shutil.which("java") is None:
        pytest.skip("No Nu HTML checker: name its vnu.jar (npm package vnu-jar) in VNU_JAR, and install Java.")
    for name, address in make_every_page().items():
        (tmp_path / f"{name}.html").write_bytes(client.get(address).content)

    done = subprocess.run(
        ["java", "-Xss1024k", "-jar", checker, "--format", "json", *map(str, sorted(tmp_path.glob("*.html")))],
        capture_output=True,
        check=False,
    )

    found = json.loads(done.stderr)["messages"]
    assert [
        f"{Path(m['url']).stem}: {m['message']} {m.get('extract', '')}" for m in found if m["type"] == "error"
    ] == []
