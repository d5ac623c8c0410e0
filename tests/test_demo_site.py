"""The demo's other site: from a marked word on its page to the case at the desk, in real processes."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.newsroom import ROOT, wait_for

PATIENCE = 240
"""Seconds for four processes to start and fill a database, on a machine that has much else to do."""

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.xdist_group("processes")]


def two_free_ports() -> int:
    """Give a port that is free, as is the one after it."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """Run what ``make run`` runs; give its port and the file of its output."""
    port, output = two_free_ports(), tmp_path / "output"
    unwanted = ("DATABASE_URL", "REDIS_URL", "SITE_URL", "OUTGOING_PRIVATE")
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    with output.open("wb") as file:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "newsroom.supervisor"],
            cwd=ROOT,
            env={**environment, "PORT": str(port), "DATA_DIR": str(tmp_path / "var")},
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    yield port, output
    supervisor.send_signal(signal.SIGTERM)
    supervisor.wait(timeout=PATIENCE)


def test_a_report_from_the_other_site_arrives_and_its_article_is_fetched(
    browser: Browser, demo: tuple[int, Path], tmp_path: Path
) -> None:
    port, output = demo
    wait_for(lambda: "Ctrl-C ends everything" in output.read_text(), what="the newsroom is open", seconds=PATIENCE)
    address = f"http://localhost:{port + 1}/"
    assert f"another site      {address}" in output.read_text()
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)

    page.goto(address)
    page.wait_for_function("() => window.Newsroom")
    page.evaluate(
        "() => { const node = document.querySelector('p + p').previousElementSibling.firstChild;"
        " const at = node.data.indexOf('teh'); getSelection().setBaseAndExtent(node, at, node, at + 3) }"
    )
    page.keyboard.press("Control+Enter")
    page.get_by_label("How should it read?").fill("the")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible(timeout=PATIENCE * 1000)
    receipt = page.get_by_role("link", name="Follow your report").get_attribute("href")

    assert re.fullmatch(rf"http://localhost:{port}/receipts/[^/]+/", receipt or "")
    assert complaints == []

    def is_found() -> bool:
        with sqlite3.connect(tmp_path / "var" / "newsroom.sqlite3") as database:
            found = database.execute(
                "SELECT c.exact, c.outcome, a.status, a.canonical_url FROM corrections_case c"
                " JOIN articles_article a ON a.id = c.article_id WHERE a.canonical_url LIKE ?",
                (f"{address}%",),
            ).fetchall()
        return found == [("teh", "exact", "published", f"{address}nature/seals-return/")]

    wait_for(is_found, what="the report is a case in the fetched article", also=f"See {output}.", seconds=PATIENCE)
    context.close()
    another = browser.new_context()
    page = another.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(address)
    page.wait_for_function("() => CSS.highlights.get('newsroom-reported')?.size === 1")
    page.screenshot(path=os.environ.get("SHOT", os.devnull), type="png")
    another.close()
    assert complaints == []
