"""The letter to who looks after a connection, about what did not get there and is not tried again."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.utils.translation import gettext, ngettext

from articles.pages import in_language
from corrections import jobs
from corrections.cms.models import Connection
from corrections.models import Preferences
from corrections.staff_letters import LISTED, line_of, send_list

GATHERED_FOR = timedelta(minutes=15)
"""How long what is given up is gathered for one letter: one wrong password stops every push."""


def have_told(connection: Connection, now: datetime) -> None:
    """Have what was given up ``now`` told in the letter of this quarter of an hour, once that is over."""
    span = GATHERED_FOR.total_seconds()
    letter_at = int((now.timestamp() // span + 1) * span)
    jobs.defer("tell_not_pushed", f"{connection.pk}:{letter_at}", due_at=datetime.fromtimestamp(letter_at, tz=UTC))


def tell_not_pushed(subject: str) -> None:
    """Send the letter about what was given up in a quarter of an hour, and nobody saw to since. At least once."""
    pk, _colon, letter_at = subject.partition(":")
    connection = Connection.objects.select_related("owner").filter(pk=pk).first()
    if connection is None:
        return
    until = datetime.fromtimestamp(int(letter_at), tz=UTC)
    given_up = connection.pushes.not_arrived().filter(done_at__gte=until - GATHERED_FOR, done_at__lt=until)
    count = given_up.count()
    shown = given_up.select_related("event__case__article__current").order_by("done_at", "pk")[:LISTED]
    for user in _lookers_after(connection) if count else ():
        language = Preferences.language_of(user)
        with in_language(language):
            lead = ngettext(
                "%(n)s correction did not get to %(name)s and is not tried again:",
                "%(n)s corrections did not get to %(name)s and are not tried again:",
                count,
            ) % {"n": count, "name": connection.name}
            lines = [(line_of(push.event.case), push.get_reason_display()) for push in shown]
            items = [(f"{words} · {reason}", f"{address}#pushes") for (words, address), reason in lines]
            items.append((gettext("All of them"), settings.SITE_URL + connection.get_absolute_url()))
            key = f"not-pushed-{pk}-{letter_at}-{user.pk}"
            send_list(lead.rstrip(":"), lead, items, to=user.email, language=language, key=key)


def _lookers_after(connection: Connection) -> list[User]:
    """Give who made the connection, or everybody who manages connections; all with an address."""
    if connection.owner.is_active and connection.owner.email:
        return [connection.owner]
    managing = User.objects.with_perm(
        "cms.manage_connections", backend="django.contrib.auth.backends.ModelBackend", include_superusers=False
    )
    return list(managing.filter(is_staff=True).exclude(email="").order_by("pk"))
