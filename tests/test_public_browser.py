"""Every public page in a real browser: on a phone and a desktop, by day and by night, by eye, ear and keyboard."""

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

pytestmark = pytest.mark.browser

NAMES = [
    "article", "article in Ukrainian", "article in Arabic", "tombstone", "latest", "history", "history in Arabic",
    "difference", "report form", "report form in Ukrainian", "log", "log, searched", "log, searched in vain", "entry",
    "withdrawn entry", "policy", "receipt, corrected", "receipt, withdrawn", "receipt, rejected", "receipt, arrived",
    "receipt, to be confirmed", "mail link that has expired",
    "confirm the address", "address confirmed", "stop the mail", "mail stopped",
    "not found",
]  # fmt: skip
PHONE = {"width": 320, "height": 700}
DESKTOP = {"width": 1440, "height": 900}
PAPER = {"width": 718, "height": 1020}
MODES: dict[str, dict[str, Any]] = {
    "phone by day": {"viewport": PHONE},
    "desktop by night": {"viewport": DESKTOP, "color_scheme": "dark"},
    # 1280 pixels at 200 % zoom are 640 of CSS; forced colours are a palette of the reader's own.
    "zoomed, own colours, at rest": {
        "viewport": {"width": 640, "height": 400},
        "device_scale_factor": 2,
        "color_scheme": "dark",
        "forced_colors": "active",
        "reduced_motion": "reduce",
    },
}


OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
ROOT = Path(__file__).parents[1]
MAKE = """
import json, django
django.setup()
from tests.every_page import make_every_page
print(json.dumps(make_every_page()))
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A newsroom of its own, and the server process that shows it: addresses by name."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    site = f"http://127.0.0.1:{port}"
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")} | {
        "DATA_DIR": str(tmp_path_factory.mktemp("newsroom")),
        "DJANGO_SETTINGS_MODULE": "newsroom.settings",
        "LOG_LEVEL": "ERROR",
        "SITE_URL": site,
    }

    def run(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True
        )
        return done.stdout

    run("manage.py", "migrate", "--verbosity=0")
    made: dict[str, str] = json.loads(run("-c", MAKE).splitlines()[-1])
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "newsroom.wsgi", f"--bind=127.0.0.1:{port}", "--threads=4"],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port, server)
        yield {name: site + path for name, path in made.items()}
    finally:
        server.terminate()
        server.wait(timeout=20)


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert server.poll() is None, "The server ended before it answered."
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise TimeoutError("The server did not answer within 20 seconds.")


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complains of; a test that leaves something here has failed."""
    return []


def open_page(context: BrowserContext, address: str, complaints: list[str]) -> Page:
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(address)
    return page


def test_every_page_is_looked_at(pages: dict[str, str]) -> None:
    assert sorted(pages) == sorted(NAMES)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_whole_accessible_and_within_its_policy(
    pages: dict[str, str], browser: Browser, complaints: list[str], name: str, mode: str
) -> None:
    context = browser.new_context(**MODES[mode])

    page = open_page(context, pages[name], complaints)

    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
    overflow = page.evaluate(OVERFLOW)
    moving = page.evaluate("getComputedStyle(document.documentElement).scrollBehavior")
    violations = Axe().run(page).response["violations"]
    context.close()
    assert overflow <= 0
    assert (moving == "auto") == ("reduced_motion" in MODES[mode])
    assert [(violation["id"], violation["nodes"][0]["html"]) for violation in violations] == []
    is_gone = name in ("not found", "mail link that has expired")
    allowed = [text for text in complaints if is_gone and "404" in text]
    assert complaints == allowed


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_fit_to_be_printed(pages: dict[str, str], browser: Browser, name: str) -> None:
    context = browser.new_context(viewport=PAPER, color_scheme="dark")
    page = context.new_page()
    page.goto(pages[name])

    page.emulate_media(media="print", color_scheme="light")

    for useless in ("nav", "form", "button", ".skip", ".report-line", ".colophon ul"):
        assert [element for element in page.locator(useless).all() if element.is_visible()] == []
    for needed in ("main h1", ".notice .wording", ".entry .wording", ".change", ".printed"):
        assert [element for element in page.locator(needed).all() if not element.is_visible()] == []
    expect(page.locator(".printed")).to_have_text(unquote(page.url.partition("?")[0]))
    assert page.evaluate(OVERFLOW) <= 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    violations = Axe().run(page).response["violations"]
    context.close()
    assert [(violation["id"], violation["nodes"][0]["html"]) for violation in violations] == []


@pytest.mark.parametrize("name", ["article", "article in Arabic", "latest", "log", "policy", "receipt, corrected"])
def test_nothing_moves_while_a_page_loads(pages: dict[str, str], browser: Browser, name: str) -> None:
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver((list) => list.getEntries().forEach((entry) => "
        "{ window.shift += entry.value; })).observe({type: 'layout-shift', buffered: true});"
    )

    def dawdle(route: Route) -> None:
        page.wait_for_timeout(400)
        route.continue_()

    page.route(re.compile(r"\.woff2$"), dawdle)
    page.goto(pages[name], wait_until="networkidle")

    assert page.evaluate("window.shift") < 0.0001  # a pixel of one word counts as 0.00003
    context.close()


def test_a_notice_leads_the_eye_to_the_passage(pages: dict[str, str], browser: Browser, complaints: list[str]) -> None:
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce")
    page = open_page(context, pages["article"], complaints)
    notice = page.locator("#notices-bottom .notice", has_text="Some 108 traders")
    notice.scroll_into_view_if_needed()

    notice.get_by_role("link", name="Show the passage").click()

    expect(page.locator(".prose b", has_text="some 108")).to_be_in_viewport()
    context.close()
    assert complaints == []


def test_a_form_with_an_error_passes_axe_too(pages: dict[str, str], browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, color_scheme="dark")
    page = context.new_page()
    page.goto(pages["receipt, to be confirmed"])
    page.locator("input[name=credit]").check()
    page.locator("form[action$='/credit/'] button").click()

    expect(page.locator("#id_name_error")).to_be_visible()
    assert page.get_by_label("Ваше ім’я").get_attribute("aria-invalid") == "true"
    assert Axe().run(page).response["violations"] == []
    context.close()


def test_a_receipt_leads_the_eye_to_the_passage(pages: dict[str, str], browser: Browser, complaints: list[str]) -> None:
    context = browser.new_context(viewport={"width": 400, "height": 300}, reduced_motion="reduce")
    page = open_page(context, pages["receipt, corrected"], complaints)

    page.get_by_role("link", name="Show it in the article").click()

    expect(page.locator(".prose b", has_text="some 108")).to_be_in_viewport()
    expect(page.locator("h1")).not_to_be_in_viewport()
    context.close()
    assert complaints == []


def test_a_reader_without_javascript_reports_and_appeals(pages: dict[str, str], browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(pages["article"])
    page.get_by_role("link", name="Report an error with a form").click()
    page.get_by_label("What should the editors know?").fill("Says the council.")
    page.get_by_role("button", name="Send to the editors").click()
    expect(page.get_by_text("Tell us which words you mean.")).to_be_visible()
    expect(page.get_by_label("What should the editors know?")).to_have_value("Says the council.")

    page.get_by_label("Which words are wrong?").fill("Reopening: September")
    page.get_by_label("A wrong fact").check()
    page.get_by_role("button", name="Send to the editors").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. Your report has arrived.")
    expect(page.get_by_text("Reopening: September")).to_be_visible()

    page.goto(pages["receipt, rejected"])
    page.get_by_label("Чому нам варто подивитися ще раз?").fill("Рада каже інше.")
    page.get_by_role("button", name="Оскаржити").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ми дивимося ще раз.")
    context.close()


def test_the_keyboard_reaches_the_content_at_once(pages: dict[str, str], browser: Browser) -> None:
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    page.goto(pages["article"])

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()
    context.close()


def test_a_first_visit_is_light(pages: dict[str, str], browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    sizes: dict[str, int] = {}
    page.on("response", lambda response: sizes.__setitem__(response.url, len(response.body())))

    page.goto(pages["article in Ukrainian"], wait_until="networkidle")

    styles = sum(size for url, size in sizes.items() if url.endswith(".css"))
    assert styles < 30_000
    assert len(sizes) <= 8
    assert sum(sizes.values()) < 250_000
    context.close()
