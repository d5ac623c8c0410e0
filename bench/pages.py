"""Measures the public pages in Chromium: requests, bytes, layout shift, and how long the largest thing takes to show.

A server process of its own, on a database of its own, with the newsroom that the tests of pages look at. Each page is
opened on a phone with an empty cache. Run it alone with ``python -m bench.pages``.
"""

import gzip
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Response, sync_playwright

from bench.tables import table
from tests import chromium
from tests.newsroom import Newsroom

PAGES = {
    "front page": "latest",
    "article, corrected": "article",
    "article in Ukrainian": "article in Ukrainian",
    "article in Arabic": "article in Arabic",
    "history": "history",
    "difference": "difference",
    "corrections log": "log",
    "entry of the log": "entry",
    "policy": "policy",
    "report form": "report form",
    "receipt": "receipt, corrected",
}
"""What is measured, by the names of ``tests.every_page``."""
ROUNDS = 5
_KINDS = {"document": "HTML", "stylesheet": "CSS", "script": "JS", "font": "fonts"}
_PHONE = {"width": 390, "height": 844}
_WATCH = """
window.shift = 0; window.painted = 0;
new PerformanceObserver((list) => list.getEntries().forEach((entry) => { window.shift += entry.value; }))
  .observe({ type: 'layout-shift', buffered: true });
new PerformanceObserver((list) => list.getEntries().forEach((entry) => { window.painted = entry.startTime; }))
  .observe({ type: 'largest-contentful-paint', buffered: true });
"""


@dataclass(frozen=True, slots=True)
class Visit:
    """One opening of a page: bytes by kind, plain and as a proxy sends them; milliseconds to the largest paint."""

    requests: int
    plain: dict[str, int]
    gzipped: dict[str, int]
    shift: float
    painted: float


def report() -> str:
    """Measure and give a table, or say why not."""
    executable = chromium.find()
    if executable is None:
        return "No Chromium: public pages are not measured. Install it, or name it in CHROMIUM."
    with _served() as addresses, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=chromium.ARGS)
        _visit(browser, addresses[PAGES["policy"]])  # the first page of all waits for the server to get going
        visits = {name: [_visit(browser, addresses[page]) for _ in range(ROUNDS)] for name, page in PAGES.items()}
        browser.close()
    base = statistics.median(visit.painted for visit in visits["front page"])
    rows = [_row(name, made, base) for name, made in visits.items()]
    head = ["page", "requests", "HTML", "CSS", "JS", "fonts", "all", "layout shift", "largest paint"]
    return "\n".join(
        [
            "Public pages on a phone with an empty cache: bytes (gzipped, fonts as they are), cumulative layout shift,",
            "and the time to the largest contentful paint as a ratio to the front page’s\n",
            table(head, rows),
        ]
    )


def _row(name: str, visits: list[Visit], base: float) -> list[str]:
    first = visits[0]
    sizes = [f"{first.plain[kind]:,} ({first.gzipped[kind]:,})" for kind in ("HTML", "CSS", "JS")]
    everything = f"{sum(first.plain.values()):,} ({sum(first.gzipped.values()):,})"
    shift = max(visit.shift for visit in visits)
    ratio = statistics.median(visit.painted for visit in visits) / base
    return [name, f"{first.requests}", *sizes, f"{first.plain['fonts']:,}", everything, f"{shift:.4f}", f"{ratio:.2f}"]


def _visit(browser: Browser, address: str) -> Visit:
    context = browser.new_context(viewport=_PHONE, device_scale_factor=3, is_mobile=True, has_touch=True)
    page = context.new_page()
    page.add_init_script(_WATCH)
    responses: list[Response] = []
    page.on("response", lambda response: responses.append(response))  # noqa: PLW0108 - Playwright marks its handlers
    page.goto(address, wait_until="networkidle")
    plain, gzipped = dict.fromkeys([*_KINDS.values(), "other"], 0), dict.fromkeys([*_KINDS.values(), "other"], 0)
    for response in responses:
        kind, body = _KINDS.get(response.request.resource_type, "other"), response.body()
        plain[kind] += len(body)
        gzipped[kind] += len(body) if kind == "fonts" else len(gzip.compress(body, 6))
    shift, painted = page.evaluate("[window.shift, window.painted]")
    context.close()
    return Visit(len(responses), plain, gzipped, shift, painted)


@contextmanager
def _served() -> Iterator[dict[str, str]]:
    """Serve a newsroom with every kind of page; give the address of each by its name."""
    with tempfile.TemporaryDirectory(prefix="bench-pages-") as folder:
        newsroom = Newsroom(Path(folder), LOG_LEVEL="ERROR")
        newsroom.command("migrate", "-v", "0")
        made = newsroom.python("import json; from tests.every_page import *; print(json.dumps(make_every_page()))")
        newsroom.start("web")
        try:
            newsroom.wait_until_up()
            yield {name: newsroom.url + path for name, path in json.loads(made.splitlines()[-1]).items()}
        finally:
            newsroom.kill("web")


if __name__ == "__main__":
    sys.stdout.write(report() + "\n")
