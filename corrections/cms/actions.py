"""What people do with connections and pushes, one function each; the desk's screens call these.

active ──pause──▶ paused ──activate──▶ active        what is published while it is paused waits to be pushed again
"""

import re
from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles import outgoing
from articles.models import Article
from corrections import jobs
from corrections.cms.interface import Finding, Refused, Unavailable
from corrections.cms.models import Connection, Push
from corrections.cms.registry import open_cms
from corrections.sealing import seal

_CHECK_WITHIN = 20.0
"""Seconds for which somebody waits for a test of a connection."""


class BadConnection(ValueError):
    """Nothing can be sent with these values. Says why; ``field`` names which."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


class NotWaiting(Exception):
    """The push is not one that waits for somebody."""


def check_values(*, url: str, user: str, collections: str) -> None:
    """Raise ``BadConnection`` for values with which nothing can be asked."""
    try:
        outgoing.check_secure_url(url)
    except outgoing.TargetRefused as error:
        raise BadConnection("url", str(error)) from error
    if re.search(r"[?#]|/wp-(json|admin)", url):
        raise BadConnection("url", _("Enter the address of the site’s front page, without /wp-admin or /wp-json."))
    if ":" in user:
        raise BadConnection("user", _("A user name with a colon cannot be sent."))
    if not re.fullmatch(r"[a-z0-9_-]+( [a-z0-9_-]+)*", collections):
        raise BadConnection("collections", _("Names such as “posts pages”, separated by single spaces."))


def check_address_stays(old: str, new: str) -> None:
    """Raise ``BadConnection`` when a stored password would go to another address than it was entered for."""
    if new.rstrip("/") != old.rstrip("/"):
        raise BadConnection("password", _("Enter the password again: the stored one is not sent to another address."))


@transaction.atomic
def create_connection(
    name: str, *, url: str, user: str, password: str, source: str, collections: str = "posts pages", by: User
) -> Connection:
    """Store a connection, active at once; the password is sealed. Raises ``BadConnection``."""
    check_values(url=url, user=user, collections=collections)
    return Connection.objects.create(
        name=name,
        url=url.rstrip("/"),
        user=user,
        sealed_password=seal(password),
        source=source,
        collections=collections,
        owner=by,
    )


@transaction.atomic
def change_connection(
    connection: Connection, *, name: str, url: str, user: str, password: str = "", source: str, collections: str
) -> None:
    """Change a connection; without a password the stored one stays, and the address too. Raises ``BadConnection``."""
    check_values(url=url, user=user, collections=collections)
    _lock(connection)
    if not password:
        check_address_stays(connection.url, url)
    url = url.rstrip("/")
    connection.name, connection.url, connection.user = name, url, user
    connection.source, connection.collections = source, collections
    if password:
        connection.sealed_password = seal(password)
    connection.save(update_fields=["name", "url", "user", "source", "collections", "sealed_password"])


@transaction.atomic
def pause_connection(connection: Connection) -> None:
    """Push nothing there for now. What is published meanwhile is kept and shown as not arrived."""
    _lock(connection)
    connection.status = Connection.Status.PAUSED
    connection.save(update_fields=["status"])


@transaction.atomic
def activate_connection(connection: Connection) -> None:
    """Push there again what is published from now on."""
    _lock(connection)
    connection.status = Connection.Status.ACTIVE
    connection.save(update_fields=["status"])


@transaction.atomic
def delete_connection(connection: Connection) -> None:
    """Forget a connection with its password and the log of its pushes; the cases keep what happened."""
    _lock(connection)
    connection.delete()


def check_connection(connection: Connection) -> Sequence[Finding]:
    """Ask the system whether its posts can be read and written, note the answer, and look for articles from there.

    Not to be called in a transaction. Raises ``Refused`` and ``Unavailable``, whose reason says what to do.
    """
    try:
        findings = open_cms(connection, deadline=_CHECK_WITHIN).check()
    except (Refused, Unavailable) as error:
        connection.note_failure(error.reason, error.detail, timezone.now())
        raise
    if all(finding.is_fine for finding in findings):
        connection.note_success(timezone.now())
    count = Article.objects.filter(source=connection.source).count()
    if count:
        words = ngettext(
            "%(n)s article has the source “%(source)s”.", "%(n)s articles have the source “%(source)s”.", count
        )
    else:
        words = _("No article has the source “%(source)s”: import them, or enter another one.")
    return [*findings, Finding(count > 0, words % {"n": count, "source": connection.source})]


@transaction.atomic
def push_again(push: Push, *, by: User) -> None:
    """Have a change pushed again that did not arrive, with all tries before it. Raises ``NotWaiting``."""
    _lock_waiting(push)
    _put_back(push, by=by)


@transaction.atomic
def push_all_again(connection: Connection, *, by: User) -> int:
    """Have everything pushed again that did not arrive. Gives how much that is."""
    _lock(connection)
    waiting = list(connection.pushes.not_arrived().select_for_update(no_key=True, of=("self",)).order_by("created_at"))
    for push in waiting:
        _put_back(push, by=by)
    return len(waiting)


@transaction.atomic
def settle_push(push: Push, *, by: User) -> None:
    """Note that ``by`` saw to it by hand, or that it may stay as it is there. Raises ``NotWaiting``."""
    _lock_waiting(push)
    push.status, push.done_at, push.seen_to_by = Push.Status.SETTLED, timezone.now(), by
    push.save(update_fields=["status", "done_at", "seen_to_by"])


def _put_back(push: Push, *, by: User) -> None:
    push.status, push.reason, push.detail = Push.Status.PENDING, "", ""
    push.round += 1
    push.tries, push.due_at, push.done_at, push.seen_to_by = 0, timezone.now(), None, by
    push.save(update_fields=["status", "reason", "detail", "round", "tries", "due_at", "done_at", "seen_to_by"])
    jobs.defer("push_correction", push.job_subject, lane=push.connection.lane)


def _lock(connection: Connection) -> None:
    connection.refresh_from_db(from_queryset=Connection.objects.select_for_update(no_key=True, of=("self",)))


def _lock_waiting(push: Push) -> None:
    push.refresh_from_db(
        from_queryset=Push.objects.select_for_update(no_key=True, of=("self",)).select_related("connection")
    )
    # Locked: of two people who press the button, the second finds what the first has done.
    if not push.has_not_arrived:
        raise NotWaiting(_("This has been seen to already: it is %(status)s.") % {"status": push.get_status_display()})
