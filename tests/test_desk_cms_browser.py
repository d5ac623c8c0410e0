"""The pages about CMSs in a real browser: nothing for axe to find, nothing wider than a phone, light and dark."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Browser
from pytest_django import Settings

from corrections.cms import actions as cms
from tests.desk import make_editor
from tests.test_cms_push import BLOCKS, correct, work
from tests.wordpress import PASSWORD, once, serving_site

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

DESKTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def chromium(browser: Browser) -> Iterator[Browser]:
    # Playwright's synchronous interface runs an event loop in this thread, which Django would refuse to work beside.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    yield browser
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def test_the_pages_about_cmss_have_no_finding_of_axe_and_fit_a_phone(
    chromium: Browser, live_server: Any, settings: Settings
) -> None:
    cache.clear()
    chief = make_editor("chief", "Chief editors")
    client = Client()
    client.force_login(chief)
    with serving_site() as site:
        settings.OUTGOING_PRIVATE = [site.url.removeprefix("http://")]
        connection = cms.create_connection(
            "Daily", url=site.url, user="newsroom", password=PASSWORD, source="site.example", by=chief
        )
        correct(site.post(BLOCKS), chief)
        work()
        refused = correct(site.post(BLOCKS), chief)
        site.trouble.append(once(401, {"code": "incorrect_password", "message": "No.", "data": {"status": 401}}))
        work()
    pages = [connection.get_absolute_url(), "/admin/cms/connection/add/", "/admin/cms/push/", "/admin/"]
    findings = []

    for size, scheme in ((DESKTOP, "light"), (PHONE, "dark")):
        context = chromium.new_context(base_url=live_server.url, viewport=size, color_scheme=scheme)  # type: ignore[arg-type]
        session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
        context.add_cookies([session])  # type: ignore[list-item]
        page = context.new_page()
        for address in [*pages, refused.get_absolute_url()]:
            page.goto(address)
            found = Axe().run(page)
            findings += [f"{address} {scheme}: {rule['id']}" for rule in found.response["violations"]]
            width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            findings += [f"{address} {scheme}: {width} px too wide"] if width > 0 else []
        context.close()

    assert findings == []
