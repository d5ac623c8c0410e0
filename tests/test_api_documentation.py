"""The API's documentation is a page of ours like any other, but for the icons of its style sheet."""

from django.test import Client


def test_only_the_documentation_may_show_images_that_a_style_sheet_holds(client: Client) -> None:
    documentation, schema = client.get("/api/v1/docs/"), client.get("/api/v1/schema/")

    assert documentation.status_code == 200
    rules = documentation["Content-Security-Policy"].split("; ")
    assert {"img-src 'self' data:", "script-src 'self'", "style-src 'self'"} <= {*rules}
    assert "data:" not in schema["Content-Security-Policy"]
