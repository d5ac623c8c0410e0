"""The API's documentation is a page of ours like any other, but for the icons of its style sheet."""

from pathlib import Path

from django.contrib.staticfiles import finders
from django.test import Client

SWAGGER_CSS = "drf_spectacular_sidecar/swagger-ui-dist/swagger-ui.css"


def test_only_the_documentation_may_show_images_that_a_style_sheet_holds(client: Client) -> None:
    documentation, schema = client.get("/api/v1/docs/"), client.get("/api/v1/schema/")

    assert documentation.status_code == 200
    rules = documentation["Content-Security-Policy"].split("; ")
    assert {"img-src 'self' data:", "script-src 'self'", "style-src 'self'"} <= {*rules}
    assert "data:" not in schema["Content-Security-Policy"]


def test_the_documentation_is_dark_for_whoever_wants_dark_pages(client: Client) -> None:
    page = client.get("/api/v1/docs/").content.decode()
    script = finders.find("newsroom/docs.js")

    assert "/static/newsroom/docs.js" in page
    assert script
    assert "html.dark-mode" in Path(str(finders.find(SWAGGER_CSS))).read_text(), "Swagger UI knows the class no longer"
    assert '"dark-mode"' in Path(str(script)).read_text()


def test_there_is_one_version_of_the_document_whatever_the_address_says(client: Client) -> None:
    for version in ("2", "%00", "a%0d%0aSet-Cookie:%20a=b"):
        document = client.get(f"/api/v1/schema/?format=json&version={version}")

        assert document.status_code == 200
        assert document.json()["info"]["version"] == "1"
        assert document["Content-Disposition"] == 'inline; filename="Newsroom API.json"'
