"""One try of a push: look, change, look again, write, compare. Writes no row: the caller notes what came of it."""

from dataclasses import dataclass

from articles.models import Revision
from corrections.cms.change import Change
from corrections.cms.interface import Post, Reason, Refused, Unavailable
from corrections.cms.models import Connection, Push
from corrections.cms.registry import open_cms
from corrections.policy import Kind


@dataclass(frozen=True, slots=True)
class Carried:
    """The new wording stands there."""

    post: Post
    stood: bool
    """Whether it stood there before, so that nothing was written."""


def carry(push: Push, *, deadline: float) -> Carried:
    """Bring the change to the post, in ``deadline`` seconds. Safe to repeat. Raises ``Refused`` and ``Unavailable``.

    What is refused has changed nothing there, but for ``ALTERED`` and ``OVERWRITTEN``.
    """
    if push.connection.status != Connection.Status.ACTIVE:
        raise Refused(Reason.PAUSED)
    correction = push.correction
    if correction.kind == Kind.RETRACTION:
        raise Refused(Reason.RETRACTED)
    if correction.revision is None:
        raise ValueError(f"Correction {correction.pk} was never published.")
    part = correction.part
    before, after = correction.base, correction.revision
    if push.is_reverse:
        before, after = after, before
    change = Change.between(_text(before, part), _text(after, part))
    cms = open_cms(push.connection, deadline=deadline)
    identifier = correction.article.external_id
    post = cms.fetch(identifier)
    if part not in post.html:
        raise Refused(Reason.NOT_THERE)
    html = change.in_html(post.html[part])
    if html == post.html[part]:
        return Carried(post, stood=True)
    if not cms.fetch(identifier).is_same(post):
        raise Unavailable(Reason.BUSY_EDITING)
    stored = cms.put(post, part, html)
    if stored.html != {**post.html, part: html}:
        raise Refused(Reason.ALTERED, _revisions(post, stored))
    if theirs := cms.overwritten(post, stored):
        raise Refused(Reason.OVERWRITTEN, theirs)
    return Carried(stored, stood=False)


def _text(revision: Revision, part: str) -> str:
    return revision.projection(part).text


def _revisions(before: Post, stored: Post) -> str:
    return f"{before.revision} → {stored.revision}" if before.revision and stored.revision else ""
