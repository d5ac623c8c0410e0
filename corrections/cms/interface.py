"""What is asked of a content management system, and the ways in which it, or the post, can say no.

A new system is a class with the methods of ``Cms``, a choice in ``models.Connection.Kind`` and a line in ``registry``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Reason(TextChoices):
    """Why a correction did not get there."""

    NOT_THERE = "not_there", _("the passage is not there word for word")
    AMBIGUOUS = "ambiguous", _("several places fit")
    PARAGRAPHS = "paragraphs", _("the change goes over the end of a paragraph")
    IN_MARKUP = "in_markup", _("a shortcode or markup stands within the passage")
    RETRACTED = "retracted", _("the article was withdrawn, which is done by hand there")
    NO_POST = "no_post", _("the post is not there")
    OVERWRITTEN = "overwritten", _("it was saved over what somebody else saved at the same moment")
    ALTERED = "altered", _("something else was stored than was sent")
    BUSY_EDITING = "busy_editing", _("the post changes while it is read")
    UNFILTERED = "unfiltered", _("the user may not save unfiltered HTML")
    UNAUTHORISED = "unauthorised", _("user name and application password are not accepted")
    FORBIDDEN = "forbidden", _("the user may not edit this post")
    NO_API = "no_api", _("there is no REST API at this address")
    NOT_JSON = "not_json", _("it answers with a page instead of data")
    REDIRECT = "redirect", _("it sends us to another address")
    TOO_LARGE = "too_large", _("the reply is too large")
    REJECTED = "rejected", _("the system rejected the request")
    TARGET = "target", _("the address may not be asked")
    SECRET = "secret", _("the stored password cannot be read")
    PAUSED = "paused", _("the connection is switched off")
    BUSY = "busy", _("the server has trouble or is busy")
    SILENT = "silent", _("the server does not answer")


ADVICE: Mapping[str, object] = {
    Reason.NOT_THERE: _("The text there is another one by now. Open the post and put it right by hand."),
    Reason.AMBIGUOUS: _("Open the post and put the right place right by hand."),
    Reason.PARAGRAPHS: _("Open the post and change the paragraphs by hand."),
    Reason.IN_MARKUP: _("Open the post and put it right by hand."),
    Reason.RETRACTED: _("Open the post and take it off the site."),
    Reason.NO_POST: _("It was deleted, or is of another type than the connection names."),
    Reason.OVERWRITTEN: _("Compare the revisions of the post, and restore what is missing."),
    Reason.ALTERED: _("A plugin or filter there changed the text. Compare the revisions of the post."),
    Reason.BUSY_EDITING: _("Somebody is at work on the post. Try again later."),
    Reason.UNFILTERED: _(
        "WordPress would cut embeds out of the post. Give the user the role Editor; on a network of sites, super admin."
    ),
    Reason.UNAUTHORISED: _(
        "Make a new application password in the user’s profile and enter it here. If it is right, "
        "the web server there does not pass the Authorization header on."
    ),
    Reason.FORBIDDEN: _("Give the user the right edit_others_posts: the role Editor has it."),
    Reason.NO_API: _(
        "Check the address. Under Settings → Permalinks, choose anything but Plain; a plugin may have switched "
        "the REST API off."
    ),
    Reason.NOT_JSON: _("A firewall, a login page or a maintenance page stands before the REST API. Let us through."),
    Reason.REDIRECT: _("Enter the address to which it leads: passwords do not follow redirects."),
    Reason.TOO_LARGE: _("The post is larger than what is read. Put it right by hand."),
    Reason.REJECTED: _("What it said stands beside it."),
    Reason.TARGET: _("The address must be public and https://, or named in OUTGOING_PRIVATE."),
    Reason.SECRET: _("SECRET_KEY was changed since. Enter the application password again."),
    Reason.PAUSED: _("Activate the connection, then push again."),
    Reason.BUSY: _("It was tried for two days. Push again when the server is well."),
    Reason.SILENT: _("It was tried for two days. Push again when the server is well."),
}
"""What to do about each."""

PASSING = frozenset({Reason.BUSY, Reason.SILENT, Reason.BUSY_EDITING})
"""What may get better by itself, and is tried for days before somebody has to do something."""

OF_THE_CONNECTION = frozenset(
    {
        Reason.UNFILTERED, Reason.UNAUTHORISED, Reason.NO_API, Reason.NOT_JSON, Reason.REDIRECT, Reason.TARGET,
        Reason.SECRET, Reason.BUSY, Reason.SILENT,
    }
)  # fmt: skip
"""What is wrong with the connection, and not with one post."""


class Refused(Exception):
    """It cannot be done, and trying again is no use before somebody has done something about the ``reason``."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail.replace("\0", "�")  # which PostgreSQL cannot store


class Unavailable(Exception):
    """It cannot be done now. The other side may have said how long to leave it alone."""

    def __init__(self, reason: Reason, detail: str = "", *, retry_after: timedelta | None = None) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail.replace("\0", "�")  # which PostgreSQL cannot store
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """An article as the system has it at one moment."""

    place: str
    """Where it stands there, in the system's own terms."""
    html: Mapping[str, str]
    """The source of each part that it has, exactly as stored."""
    modified: str
    """When it was changed last, in the system's own terms."""
    revision: str = ""
    """The system's name of the newest saved revision; empty if it keeps none."""

    def is_same(self, other: "Post") -> bool:
        """Tell whether nobody has changed it in between."""
        return self.html == other.html and self.modified == other.modified


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a test of a connection found out."""

    is_fine: bool
    words: str


class Cms(Protocol):
    """A content management system. Everything that asks it raises ``Refused`` and ``Unavailable``."""

    @staticmethod
    def page_of(url: str, identifier: str) -> str:
        """Give the address where people edit a post of the site at ``url``; nothing is asked."""

    def fetch(self, identifier: str) -> Post:
        """Read a post as it is stored."""

    def put(self, post: Post, part: str, html: str) -> Post:
        """Store a part anew and leave the others alone; give the post as it is stored then."""

    def overwritten(self, before: Post, stored: Post) -> str:
        """Name the revision that somebody else saved between ``before`` and ``stored``, or give ""."""

    def check(self) -> Sequence[Finding]:
        """Find out whether posts can be read and written with these credentials, and change nothing."""
