"""The demo's other site: one page of its own, with markup of its own and the reader's script, on a port of its own.

``make run`` starts it beside the newsroom, which does not have its article yet: it is fetched when a reader reports it.
"""

import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = "demo-partner"
"""The key of the site in the demo newsroom."""

_PATH = "/nature/seals-return/"
_STYLE = """
:root{color-scheme:light dark;font:1.1rem/1.6 system-ui}
body{max-width:38rem;margin:2rem auto;padding:0 1rem}
h1{line-height:1.2}
header,footer{color:GrayText}
"""
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Seals are back in the harbour | The Harbour Weekly</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta property="og:site_name" content="The Harbour Weekly">
<link rel="canonical" href="{own}{path}">
<link rel="stylesheet" href="/style.css">
<link rel="icon" href="data:,">
</head>
<body>
<header><p>The Harbour Weekly, a site of its own with the newsroom’s script</p></header>
<main itemscope itemtype="https://schema.org/NewsArticle">
<h1 itemprop="headline">Seals are back in the harbour</h1>
<div itemprop="articleBody">
<p>For the first time since the ferry stopped running, grey seals have been seen asleep on teh old quay of Port Allen.
The harbour master counted fourteen of them on Sunday, and sixteen a day later.</p>
<p>“They come for the herring,” says Ida Brandt, who has kept the harbour’s log for <em>thirty one</em> years. “And
because nobody shouts at them any more.”</p>
<p>The town asks visitors to keep thirty metres away, and dogs on the leash, until the young are born in november.</p>
</div>
</main>
<footer><p>If you notice an error, select the text and press Ctrl + Enter to report it to the editors.</p></footer>
<script src="{newsroom}/static/corrections/report.js" data-site="{key}"
 data-highlight="reported corrected" async></script>
</body>
</html>
"""


class _Page(BaseHTTPRequestHandler):
    newsroom = ""

    def do_GET(self) -> None:
        if self.path == "/style.css":
            self._answer(_STYLE, "text/css")
        elif self.path.partition("?")[0] in ("/", _PATH):
            own = f"http://{self.headers.get('Host', 'localhost')}"
            self._answer(_PAGE.format(own=own, path=_PATH, newsroom=self.newsroom, key=KEY), "text/html")
        else:
            self.send_error(404)

    def _answer(self, text: str, content_type: str) -> None:
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", f"{content_type}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header(
            "Content-Security-Policy",
            f"default-src 'none'; style-src 'self'; img-src data:; script-src {self.newsroom}; "
            f"connect-src {self.newsroom}; require-trusted-types-for 'script'",
        )
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *_args: object) -> None:  # noqa: A002 - the name is the library's
        """Say nothing: this is a demo on a terminal that somebody looks at."""


def main() -> None:
    """Serve the page on the port that the first argument names, with the script of the second one's newsroom."""
    port, _Page.newsroom = int(sys.argv[1]), sys.argv[2]
    ThreadingHTTPServer((os.environ.get("HOST", "127.0.0.1"), port), _Page).serve_forever()


if __name__ == "__main__":
    main()
