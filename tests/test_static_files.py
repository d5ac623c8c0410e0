"""Static files: compressed for whoever reads gzip, at addresses that stay."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.finders import find
from django.http import HttpResponse
from django.test import Client

from newsroom.static_files import StaticFilesMiddleware

pytestmark = pytest.mark.django_db  # which closing a response needs


@pytest.mark.parametrize("address", ["/static/corrections/report.js", "/static/newsroom/site.css"])
def test_who_reads_gzip_gets_it_and_everybody_the_same_file(client: Client, address: str) -> None:
    packed, plain = (client.get(address, headers=headers) for headers in ({"accept-encoding": "gzip, br"}, {}))
    unchanged = client.get(address, headers={"accept-encoding": "gzip", "if-none-match": packed["ETag"]})
    sent, whole = packed.getvalue(), plain.getvalue()
    packed.close()
    plain.close()

    assert packed["Content-Encoding"] == "gzip"
    assert packed["Vary"] == plain["Vary"] == "Accept-Encoding"
    assert len(sent) == int(packed["Content-Length"]) < len(whole) / 2
    assert gzip.decompress(sent) == whole == Path(str(find(address.removeprefix("/static/")))).read_bytes()
    assert "Content-Encoding" not in plain
    assert packed["Access-Control-Allow-Origin"] == plain["Access-Control-Allow-Origin"] == "*"
    assert unchanged.status_code == 304


def test_a_file_that_was_changed_is_compressed_anew(tmp_path: Path, settings: Any) -> None:
    settings.COMPRESSED_ROOT = tmp_path
    source, serve = tmp_path / "a.js", StaticFilesMiddleware(lambda _: HttpResponse())

    told = []
    for words in ("first;" * 200, "second;" * 200):
        source.write_text(words)
        response = serve.get_static_file(str(source), "/a.js").get_response("GET", {"HTTP_ACCEPT_ENCODING": "gzip"})
        with response.file:
            told.append(gzip.decompress(response.file.read()).decode())

    assert told == ["first;" * 200, "second;" * 200]
