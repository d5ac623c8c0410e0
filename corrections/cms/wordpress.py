"""WordPress, by its REST API with an application password.

WordPress has no conditional requests: between the last look at a post and the write, somebody else may save. Its own
revisions tell afterwards whether that has happened. Shapes: https://developer.wordpress.org/rest-api/reference/posts/.
"""

import base64
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _

from articles import outgoing
from articles.models import Part
from corrections.cms.interface import ADVICE, Finding, Post, Reason, Refused, Unavailable

LARGEST_REPLY = 5_000_000
"""Bytes of a reply that are read; a post of this size holds no article."""
_FIELDS = {Part.HEADLINE: "title", Part.STANDFIRST: "excerpt", Part.BODY: "content"}
_ASKED = "id,status,type,modified_gmt,title.raw,content.raw,excerpt.raw,_links"
_UNFILTERED = "https://api.w.org/action-unfiltered-html"
_LATER = frozenset({408, 425, 429})
_SAID = 300
"""Characters of an answer that are kept to be shown."""


class WordPress:
    """A site; ``collections`` are the types of posts (rest_base) in which an article may be.

    Posts, pages and types that plugins add share one sequence of numbers, so an article's number is in one of them.
    """

    def __init__(self, url: str, *, user: str, password: str, collections: Sequence[str], deadline: float) -> None:
        self._site = url.rstrip("/")
        self._authorisation = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._collections = collections
        self._ends_at = time.monotonic() + deadline

    @staticmethod
    def page_of(url: str, identifier: str) -> str:
        """Give the address of the editor of a post, page or other type."""
        return f"{url}/wp-admin/post.php?{urlencode({'post': identifier, 'action': 'edit'})}"

    def fetch(self, identifier: str) -> Post:
        """Read a post, as it was typed."""
        if not (identifier.isascii() and identifier.isdigit()):
            raise Refused(Reason.NO_POST, identifier[:_SAID])
        for collection in self._collections:
            place = f"{collection}/{identifier}"
            try:
                return self._post(place, self._ask("GET", place, context="edit", _fields=_ASKED))
            except Refused as refusal:
                if refusal.reason != Reason.NO_POST:
                    raise
        raise Refused(Reason.NO_POST, f"{', '.join(self._collections)}: {identifier}")

    def put(self, post: Post, part: str, html: str) -> Post:
        """Store title, excerpt or content; what is not sent WordPress leaves as it is."""
        body = {_FIELDS[Part(part)]: html}
        return self._post(post.place, self._ask("POST", post.place, body, context="edit", _fields=_ASKED))

    def overwritten(self, before: Post, stored: Post) -> str:
        """Look at the revision below ours: it must be the one that we read, or have its text.

        Where WordPress keeps no revisions, or does not tell, this cannot be known, and "" is given.
        """
        try:
            rows = self._ask(
                "GET", f"{stored.place}/revisions", context="edit", per_page="10",
                _fields="id,slug,title.raw,content.raw,excerpt.raw",
            )  # fmt: skip
        except (Refused, Unavailable):
            return ""
        saved = [row for row in rows if isinstance(row, dict) and "-autosave-" not in str(row.get("slug"))]
        below = [row for row in saved if _number(row) != stored.revision][:1] if isinstance(rows, list) else []
        if not below or not stored.revision or _number(below[0]) == before.revision:
            return ""
        return "" if _html(below[0]) == before.html else _number(below[0])

    def check(self) -> Sequence[Finding]:
        """Sign in, and look at the newest post as who may edit it would."""
        me = self._ask("GET", "users/me", context="edit", _fields="id,name,capabilities")
        if not isinstance(me, dict):
            raise Refused(Reason.NO_API)
        rights = me.get("capabilities")
        rights = rights if isinstance(rights, dict) else {}
        findings = [Finding(True, _("Signed in as %(name)s.") % {"name": str(me.get("name", ""))[:_SAID]})]
        if not (rights.get("edit_others_posts") and rights.get("edit_published_posts")):
            return [*findings, Finding(False, str(ADVICE[Reason.FORBIDDEN]))]
        findings.append(Finding(True, _("May edit published posts of others.")))
        for collection in self._collections:
            rows = self._ask("GET", collection, context="edit", per_page="1", _fields="id,_links")
            if rows and isinstance(rows, list) and isinstance(rows[0], dict):
                if not _may_save_unfiltered(rows[0]):
                    return [*findings, Finding(False, str(ADVICE[Reason.UNFILTERED]))]
                findings.append(Finding(True, _("“%(type)s” can be read and written.") % {"type": collection}))
        return findings

    def _post(self, place: str, row: Any) -> Post:
        html = _html(row)
        if not isinstance(row, dict) or not html:
            raise Refused(Reason.NO_API, _("The answer is no post."))
        if row.get("status") == "trash":
            raise Refused(Reason.NO_POST, _("The post is in the bin."))
        if not _may_save_unfiltered(row):
            raise Refused(Reason.UNFILTERED)
        newest = _links(row, "predecessor-version")
        return Post(
            place=place,
            html=html,
            modified=str(row.get("modified_gmt", "")),
            revision=_number(newest[0]) if newest else "",
        )

    def _ask(self, method: str, path: str, body: Mapping[str, str] | None = None, /, **query: str) -> Any:
        """Make a request and give the JSON of a good answer."""
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise Unavailable(Reason.SILENT)
        try:
            reply = outgoing.send(
                method,
                f"{self._site}/wp-json/wp/v2/{quote(path)}?{urlencode(query)}",
                body=None if body is None else json.dumps(body).encode(),
                headers={
                    "Authorization": f"Basic {self._authorisation}",
                    "Accept": "application/json",
                    **({} if body is None else {"Content-Type": "application/json"}),
                },
                deadline=min(outgoing.DEADLINE, left),
                limit=LARGEST_REPLY,
            )
        except outgoing.TargetRefused as error:
            raise Refused(Reason.TARGET, str(error)) from error
        except outgoing.NoReply as error:
            raise Unavailable(Reason.SILENT, str(error)) from error
        return _read(reply)


def _read(reply: outgoing.Reply) -> Any:
    """Give the JSON of a good answer. Raises ``Refused`` and ``Unavailable`` for any other."""
    if reply.is_cut:
        raise Refused(Reason.TOO_LARGE)
    try:
        value = json.loads(reply.body)
    except ValueError:
        value = None
    code = str(value.get("code", "")) if isinstance(value, dict) else ""
    said = f"{reply.status} {code}: {value['message']}"[:_SAID] if code and "message" in value else str(reply.status)
    if reply.status in _LATER or reply.status >= 500:
        raise Unavailable(Reason.BUSY, said, retry_after=outgoing.retry_after(reply, timezone.now()))
    if 300 <= reply.status < 400:
        raise Refused(Reason.REDIRECT, _origin(reply.headers.get("Location", "")))
    if not 200 <= reply.status < 300:
        raise Refused(_fault(reply.status, code), said)
    if value is None:
        raise Refused(Reason.NOT_JSON, said)
    return value


def _fault(status: int, code: str) -> Reason:
    """Say what an answer means by which the site refuses; ``code`` is WordPress', empty if another speaks."""
    if status == 410 or code == "rest_post_invalid_id":
        return Reason.NO_POST
    if status == 403 and not code:
        return Reason.NOT_JSON  # a firewall
    known = {401: Reason.UNAUTHORISED, 403: Reason.FORBIDDEN, 404: Reason.NO_API}
    return known.get(status, Reason.REJECTED)


def _html(row: Any) -> dict[str, str]:
    """Give the source of the parts; empty unless title and content are there as they were typed."""
    found: dict[str, str] = {}
    for part, name in _FIELDS.items():
        field = row.get(name) if isinstance(row, dict) else None
        if isinstance(field, dict) and isinstance(field.get("raw"), str):
            found[part.value] = field["raw"]
    return found if {Part.HEADLINE.value, Part.BODY.value} <= found.keys() else {}


def _links(row: Mapping[str, Any], relation: str) -> list[dict[str, Any]]:
    links = row.get("_links")
    found = links.get(relation) if isinstance(links, dict) else None
    return [link for link in found if isinstance(link, dict)] if isinstance(found, list) else []


def _number(row: Mapping[str, Any]) -> str:
    """Give the number of a post or revision as a word; "" where there is none."""
    number = row.get("id")
    return str(number) if isinstance(number, int) and 0 < number < 2**64 else ""


def _may_save_unfiltered(row: Mapping[str, Any]) -> bool:
    """Tell whether WordPress will store what this user sends as it is.

    From others it cuts what its list of tags lacks (embeds, say) out of the whole post, whoever put it there.
    """
    return bool(_links(row, _UNFILTERED))


def _origin(location: str) -> str:
    parts = urlsplit(location)
    return f"{parts.scheme}://{parts.netloc}"[:_SAID] if parts.netloc else location[:_SAID]
