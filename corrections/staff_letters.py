"""The letters to people of the newsroom: who is addressed, in which language, with what in it. Sends them by mail."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import QuerySet, TextChoices
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from articles.pages import in_language
from corrections import mail, subscriptions
from corrections.models import Case, Correction, Event, Preferences
from corrections.policy import Approver

LISTED = 20
"""How many cases a letter names."""


def send_author(event: Event, correction: Correction, author: User) -> None:
    """Tell an author that the article was corrected, or that a correction of it was amended or withdrawn."""
    mail.send(
        "author",
        to=author.email,
        language=correction.article.language,
        key=f"author-{event.pk}-{author.pk}",
        context={
            "event": event,
            "name": author.get_full_name() or author.username,
            "correction": correction,
            "article": correction.article,
            "amended": correction.amends,
        },
    )


class Stage(TextChoices):
    """What a ringing clock says."""

    HALF_TIME = "half_time", _("half of the time to decide is over")
    OVERDUE = "overdue", _("the decision is overdue")
    NEGLECTED = "neglected", _("nobody has decided for two weeks")
    APPROVAL_HALF_TIME = "approval_half_time", _("an approval is owed")
    APPROVAL_OVERDUE = "approval_overdue", _("an approval is overdue")


def holders_of(permission: str) -> QuerySet[User]:
    """Give the active people of the newsroom who hold a permission of ``corrections`` and have an address."""
    holding = User.objects.with_perm(
        f"corrections.{permission}", backend="django.contrib.auth.backends.ModelBackend", include_superusers=False
    )
    return holding.filter(is_staff=True).exclude(email="")


def desk() -> list[tuple[str, str]]:
    """Give the addresses of the desk with their languages: those of the settings, else every editor's."""
    if settings.DESK_ADDRESSES:
        return [(address, settings.LANGUAGE_CODE) for address in settings.DESK_ADDRESSES]
    return [(user.email, Preferences.language_of(user)) for user in holders_of(Approver.EDITOR)]


def send_alarm(case: Case, stage: Stage, *, to: str, language: str, key: str) -> None:
    """Tell somebody what the clock of a case says."""
    with in_language(language):
        what = str(stage.label)
        subject = gettext("Case %(case)s: %(what)s") % {"case": case.pk, "what": what}
        send_list(subject, f"{what[:1].upper()}{what[1:]}.", [line_of(case)], to=to, language=language, key=key)


def send_digest(day: str, user: User, neglected: QuerySet[Case], *, not_pushed: int, at: datetime) -> None:
    """Tell an editor what waits, and how many corrections did not get to their CMS; nothing when nothing does."""
    waiting = Case.objects.waiting()
    counts = {
        "all": waiting.count(),
        "overdue": Case.objects.overdue(at).count(),
        "approval": Case.objects.needing_approval().count(),
        "mine": waiting.filter(assignee=user).count(),
        "old": neglected.count(),
        "not_pushed": not_pushed,
    }
    if not any(counts.values()):
        return
    language = Preferences.language_of(user)
    with in_language(language):
        said = {
            "all": ngettext("%(n)d case waits", "%(n)d cases wait", counts["all"]),
            "overdue": ngettext("%(n)d is overdue", "%(n)d are overdue", counts["overdue"]),
            "approval": ngettext("%(n)d needs an approval", "%(n)d need an approval", counts["approval"]),
            "mine": ngettext("%(n)d is yours", "%(n)d are yours", counts["mine"]),
            "old": ngettext("%(n)d is older than two weeks", "%(n)d are older than two weeks", counts["old"]),
        }
        items = [
            (words % {"n": counts[view]}, f"{settings.SITE_URL}{reverse('admin:index')}?view={view}")
            for view, words in said.items()
            if counts[view]
        ]
        if not_pushed:
            words = ngettext(
                "%(n)s correction has not reached the CMS", "%(n)s corrections have not reached the CMS", not_pushed
            )
            address = f"{settings.SITE_URL}{reverse('admin:cms_push_changelist')}?status__in=refused,failed"
            items.append((words % {"n": not_pushed}, address))
        subject = gettext("The desk today: %(what)s") % {"what": items[0][0]}
        send_list(subject, gettext("This waits at the desk today:"), items, to=user.email, language=language,
              key=f"digest-{day}-{user.pk}", stop_url=subscriptions.stop_url_of(user))  # fmt: skip


def send_neglected(day: str, user: User, neglected: QuerySet[Case]) -> None:
    """Tell a chief editor of the cases that nobody has decided for two weeks, the oldest of them by name."""
    count = neglected.count()
    if not count:
        return
    language = Preferences.language_of(user)
    with in_language(language):
        lead = ngettext(
            "%(n)d case has waited for more than two weeks:", "%(n)d cases have waited for more than two weeks:", count
        ) % {"n": count}
        items = [line_of(case) for case in neglected.select_related("article__current")[:LISTED]]
        items.append((gettext("All of them"), f"{settings.SITE_URL}{reverse('admin:index')}?view=old"))
        send_list(lead.rstrip(":"), lead, items, to=user.email, language=language, key=f"neglected-{day}-{user.pk}")


def line_of(case: Case) -> tuple[str, str]:
    """Give the line of a letter that names a case, with the case's whole address."""
    return f"{case} · {case.article.headline}", settings.SITE_URL + case.get_absolute_url()


def send_list(
    subject: str, lead: str, items: list[tuple[str, str]], *, to: str, language: str, key: str,
    stop_url: str = "",
) -> None:  # fmt: skip
    """Send a letter of the desk: a sentence, and lines that lead somewhere; in the language that is active."""
    address = settings.SITE_URL + reverse("admin:preferences") if stop_url else ""
    context = {"about": subject, "lead": lead, "items": items, "preferences": address}
    mail.send("desk", to=to, language=language, key=key, context=context, stop_url=stop_url)
