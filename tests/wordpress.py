"""A site that speaks WordPress' REST API, for tests: its shapes, its rights, its revisions, and its ways to fail.

Written by the REST API handbook (https://developer.wordpress.org/rest-api/reference/posts/) and what the posts
controller does: numbers are shared by all types of posts and their revisions, a save that changes something makes a
revision, times have whole seconds, and what a user without ``unfiltered_html`` saves loses what kses does not know.
"""

import base64
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from nh3 import clean

EDITOR = {"edit_posts": True, "edit_others_posts": True, "edit_published_posts": True, "unfiltered_html": True}
AUTHOR = {"edit_posts": True, "edit_published_posts": True, "upload_files": True}
PASSWORD = "abcd EFGH 1234 ijkl MNOP 5678"
_TYPES = {"posts": "post", "pages": "page"}
_UNKNOWN = (404, {"code": "rest_no_route", "message": "No route was found matching the URL and request method."})

Answer = tuple[int, Any]
Refusal = Callable[["Handler"], bool]
"""Answers a request in another way and says so, or leaves it alone."""


@dataclass
class Post:
    """A row of wp_posts, with its revisions, the newest last."""

    id: int
    type: str
    title: str
    content: str
    excerpt: str = ""
    status: str = "publish"
    author: int = 7
    modified: str = "2026-03-01T08:00:00"
    revisions: list[dict[str, Any]] = field(default_factory=list)


class Site:
    """The posts and users of a site; ``trouble`` is asked about every request before the site itself."""

    def __init__(self) -> None:
        self.url = ""
        self.users = {"newsroom": EDITOR, "author": AUTHOR, "network": {**EDITOR, "unfiltered_html": False}}
        self.posts: dict[int, Post] = {}
        self.trouble: list[Refusal] = []
        self.on_save: Callable[[str], str] = lambda content: content
        self.after_save: Callable[[Post], None] = lambda _post: None
        self.requests: list[tuple[str, str, bytes]] = []
        self.keeps_revisions = True
        self._next = 40
        self._lock = threading.RLock()

    def post(self, content: str, *, title: str = "A bridge opens", **more: Any) -> Post:
        """Publish a post."""
        made = Post(self._number(), more.pop("type", "post"), title, content, **more)
        self.posts[made.id] = made
        self._keep(made)
        return made

    def save(self, post: Post, **changes: str) -> None:
        """Save as WordPress does, whoever does it."""
        with self._lock:
            before = (post.title, post.content, post.excerpt)
            for name, value in changes.items():
                setattr(post, name, value)
            post.modified = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
            if before != (post.title, post.content, post.excerpt):
                self._keep(post)
        self.after_save(post)

    def writes(self) -> list[dict[str, Any]]:
        """Give the bodies of all requests that wrote."""
        return [json.loads(body) for method, _path, body in self.requests if method == "POST"]

    def _number(self) -> int:
        self._next += 1
        return self._next

    def _keep(self, post: Post) -> None:
        if self.keeps_revisions:
            number = self._number()
            row = {"id": number, "slug": f"{post.id}-revision-v1", "parent": post.id}
            row |= {"title": post.title, "content": post.content, "excerpt": post.excerpt}
            post.revisions.append(row)

    # -- what the REST API answers

    def answer(  # noqa: PLR0911  # one for each thing that can be said
        self, method: str, path: str, query: dict[str, str], body: bytes, user: str | None
    ) -> Answer:
        """Treat one request for ``/wp-json/…``."""
        if path in ("", "/"):
            return 200, {"name": "Site", "url": self.url, "namespaces": ["oembed/1.0", "wp/v2"]}
        if path == "/wp/v2/users/me":
            if user is None:
                return _error(401, "rest_not_logged_in", "You are not currently logged in.")
            return 200, {"id": 3, "name": user.title(), "slug": user, "capabilities": self.users[user]}
        found = re.fullmatch(r"/wp/v2/(posts|pages)(?:/(\d+)(/revisions)?)?", path)
        if found is None:
            return _UNKNOWN[0], _UNKNOWN[1] | {"data": {"status": 404}}
        if found[2] is None:
            return self._list(found[1], query, user)
        post = self.posts.get(int(found[2]))
        if post is None or post.type != _TYPES[found[1]]:
            return _error(404, "rest_post_invalid_id", "Invalid post ID.")
        if not self._may_edit(post, user):
            status = 403 if user else 401
            code = "rest_cannot_edit" if method == "POST" else "rest_forbidden_context"
            return _error(status, code, "Sorry, you are not allowed to edit this post.")
        if found[3]:
            return 200, [self._revision(row) for row in reversed(post.revisions)]
        if method == "POST":
            self._update(post, json.loads(body), user)
            query["context"] = "edit"
        return 200, self.row(post, user, query.get("context", "view"))

    def _list(self, collection: str, query: dict[str, str], user: str | None) -> Answer:
        rows = [post for post in self.posts.values() if post.type == _TYPES[collection] and post.status == "publish"]
        size, page = int(query.get("per_page", "10")), int(query.get("page", "1"))
        wanted = sorted(rows, key=lambda post: -post.id)[(page - 1) * size : page * size]
        if page > 1 and not wanted:
            message = "The page number requested is larger than the number of pages available."
            return _error(400, "rest_post_invalid_page_number", message)
        return 200, [self.row(post, user, query.get("context", "view")) for post in wanted]

    def _update(self, post: Post, values: dict[str, str], user: str | None) -> None:
        is_trusted = bool(user and self.users[user].get("unfiltered_html"))
        kept = {name: self.on_save(value if is_trusted else _kses(value)) for name, value in values.items()}
        self.save(post, **kept)

    def _may_edit(self, post: Post, user: str | None) -> bool:
        return user is not None and (self.users[user].get("edit_others_posts", False) or post.author == 3)

    def _revision(self, row: dict[str, Any]) -> dict[str, Any]:
        wrapped = {name: {"raw": row[name], "rendered": row[name]} for name in ("title", "content", "excerpt")}
        return row | wrapped | {"author": 3, "date": "2026-03-01T08:00:00", "modified": "2026-03-01T08:00:00"}

    def row(self, post: Post, user: str | None, context: str) -> dict[str, Any]:
        """Give a post as the API tells it."""
        base = f"{self.url}/wp-json/wp/v2/{'posts' if post.type == 'post' else 'pages'}"
        links: dict[str, Any] = {
            "self": [
                {"href": f"{base}/{post.id}", "targetHints": {"allow": ["GET", "POST", "PUT", "PATCH", "DELETE"]}}
            ],
            "collection": [{"href": base}],
            "version-history": [{"count": len(post.revisions), "href": f"{base}/{post.id}/revisions"}],
        }
        if post.revisions:
            number = post.revisions[-1]["id"]
            links["predecessor-version"] = [{"id": number, "href": f"{base}/{post.id}/revisions/{number}"}]
        if context == "edit" and user and self.users[user].get("unfiltered_html"):
            links["https://api.w.org/action-unfiltered-html"] = [{"href": f"{base}/{post.id}"}]
        row = {
            "id": post.id,
            "date": "2026-03-01T10:00:00",
            "date_gmt": "2026-03-01T08:00:00",
            "guid": {"rendered": f"{self.url}/?p={post.id}", "raw": f"{self.url}/?p={post.id}"},
            "modified": post.modified,
            "modified_gmt": post.modified,
            "slug": "a-bridge-opens",
            "status": post.status,
            "type": post.type,
            "link": f"{self.url}/2026/03/a-bridge-opens/",
            "title": {"raw": post.title, "rendered": _texturised(post.title)},
            "content": {
                "raw": post.content,
                "rendered": rendered(post.content),
                "protected": False,
                "block_version": 1 if "<!-- wp:" in post.content else 0,
            },
            "excerpt": {"raw": post.excerpt, "rendered": rendered(post.excerpt), "protected": False},
            "author": post.author,
            "featured_media": 0,
            "comment_status": "open",
            "ping_status": "open",
            "template": "",
            "meta": {"footnotes": ""},
            "_links": links,
        }
        row |= {"sticky": False, "format": "standard", "categories": [1], "tags": []} if post.type == "post" else {}
        if context != "edit":
            for name in ("title", "content", "excerpt", "guid"):
                row[name].pop("raw")  # type: ignore[attr-defined]
            row["content"].pop("block_version")  # type: ignore[attr-defined]
        return row


class Handler(BaseHTTPRequestHandler):
    """One request."""

    site: Site
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Treat a request, after whoever makes trouble."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.site.requests.append((self.command, self.path, body))
        if any(refuse(self) for refuse in list(self.site.trouble)):
            return
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        user, is_known = self._user()
        if not is_known:
            self.give(*_error(401, "incorrect_password", "The provided password is an invalid application password."))
            return
        answer = self.site.answer(self.command, parts.path.removeprefix("/wp-json"), query, body, user)
        if answer[0] < 400 and "_fields" in query:
            names = query["_fields"].split(",")
            value = answer[1]
            answer = 200, [_only(row, names) for row in value] if isinstance(value, list) else _only(value, names)
        self.give(*answer)

    do_POST = do_GET  # noqa: N815  # the server's way to name methods

    def give(self, status: int, value: Any, **headers: str) -> None:
        """Answer with JSON, or with bytes as they are."""
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        kind = "text/html" if isinstance(value, bytes) else "application/json"
        self.send_header("Content-Type", f"{kind}; charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        for name, words in headers.items():
            self.send_header(name.replace("_", "-"), words)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the signature is the server's
        """Say nothing."""

    def _user(self) -> tuple[str | None, bool]:
        given = self.headers.get("Authorization", "")
        if not given.startswith("Basic "):
            return None, True
        name, _, password = base64.b64decode(given[6:]).decode().partition(":")
        # WordPress leaves out all but letters and digits.
        return name, name in self.site.users and re.sub(r"\W", "", password) == re.sub(r"\W", "", PASSWORD)


def once(status: int, value: Any, *, method: str = "", times: int = 1, **headers: str) -> Refusal:
    """Answer the next request (of a method) so, and the ones after it as ever."""
    left = [times]

    def refuse(handler: Handler) -> bool:
        if not left[0] or (method and handler.command != method):
            return False
        left[0] -= 1
        handler.give(status, value, **headers)
        return True

    return refuse


def always(status: int, value: Any, **headers: str) -> Refusal:
    """Answer every request so."""
    return once(status, value, times=1_000_000, **headers)


def rendered(content: str) -> str:
    """Do to a text what ``the_content`` does: blocks lose their comments, blank lines become paragraphs, and so on."""
    content = re.sub(r"\[/?(?:caption|gallery)[^\]]*\]", "", content)
    if "<!-- wp:" in content:
        return _texturised(re.sub(r"<!-- /?wp:.*?-->\n?", "", content))
    chunks = [chunk.strip().replace("\n", "<br />\n") for chunk in re.split(r"\n\s*\n", content) if chunk.strip()]
    return _texturised("\n".join(f"<p>{chunk}</p>" for chunk in chunks))


def _texturised(html: str) -> str:
    """Make quotation marks typographic, outside of tags."""
    pieces = re.split(r"(<[^>]*>)", html)
    for at in range(0, len(pieces), 2):
        words = re.sub(r"(?<=\w)'(?=\w)", "’", pieces[at])
        pieces[at] = re.sub(r'"([^"]*)"', r"“\1”", words)
    return "".join(pieces)


def _kses(content: str) -> str:
    """Leave out embeds and the like, as WordPress does with what users save whom it does not trust."""
    kept = [piece if piece.startswith("<!--") else clean(piece) for piece in re.split(r"(<!--.*?-->)", content)]
    return "".join(kept)


def _error(status: int, code: str, message: str) -> Answer:
    return status, {"code": code, "message": message, "data": {"status": status}}


def _only(row: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """Keep the named fields; a dot leads into a field."""
    kept: dict[str, Any] = {}
    for name in names:
        outer, _, inner = name.partition(".")
        if outer in row and not inner:
            kept[outer] = row[outer]
        elif outer in row and inner in row[outer]:
            kept.setdefault(outer, {})[inner] = row[outer][inner]
    return kept


@contextmanager
def serving_site() -> Iterator[Site]:
    """Run a site on a port of this machine."""
    site = Site()
    handler = type("SiteHandler", (Handler,), {"site": site})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    site.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
