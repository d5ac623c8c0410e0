"""Every page of the desk with something on it, for tests that look at them all.

Which pages there are is read from the addresses of the admin site, so that a page that is added later is among them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from articles.rest.keys import make_key
from articles.rest.models import Scope
from corrections import actions
from corrections.cms import actions as cms
from corrections.desk.queue import VIEWS
from corrections.models import Address, Case, Job, Resolution, Site
from corrections.policy import Kind, Severity
from corrections.webhooks import actions as webhooks
from corrections.webhooks.models import Attempt, Delivery
from tests.desk import make_article, make_case, report
from tests.test_cms_push import BLOCKS, correct, work
from tests.wordpress import PASSWORD, once, serving_site

NO_PAGES = {"logout", "view_on_site", None}
"""Addresses that lead elsewhere or take only a POST with nothing of the desk behind it."""
GIVEN = {"table": "days", "app_label": "corrections"}
"""What stands in an address without being the key of a row."""


@dataclass
class Desk:
    """What is at the desk: who looks, and the cases that have a face of their own."""

    me: User
    cases: dict[str, Case] = field(default_factory=dict)


def make_busy_desk() -> Desk:
    """Fill the demo newsroom's desk up with what its story leaves out. Wants ``FOUR_EYES`` to be ``enforce``."""
    call_command("load_demo", verbosity=0)
    desk = Desk(User.objects.get(username="admin"))
    me, james, iryna = desk.me, *(User.objects.get(username=name) for name in ("james", "iryna"))
    article = make_article("A bridge that opens", section="City")
    report(article, "teh", suggestion="the", email="reader@example.org", credit="A. Reader")
    Address.objects.update(confirmed_at=timezone.now())
    mine = make_case("teh", article, suggestion="the", comment="It is a slip of the pen.", category="fact")
    actions.claim_case(mine, by=me)
    actions.note_presence(mine, by=james)
    held = make_case("old bridge", article, suggestion="former bridge")
    actions.claim_case(held, by=james)
    lost = make_case("words that stand nowhere", article)
    ambiguous = make_case("a", make_article("Twice the same", "<p>The same a here. The same a here.</p>"))
    actions.claim_case(ambiguous, by=me)
    kept, merged = make_case("five million", article), make_case("Monday", article)
    actions.merge_case(merged, into=kept, by=me)
    snoozed = make_case("Anna Kovalenko", article)
    actions.snooze_case(snoozed, reports=2, note="Anna is on leave.", by=me)
    headline = make_case("bridge", article, part="headline", suggestion="tunnel")
    actions.claim_case(headline, by=me)
    desk.cases = {
        "mine": mine, "held by another": held, "lost": lost, "ambiguous": ambiguous, "with one merged": kept,
        "merged": merged, "snoozed": snoozed, "headline": headline,
        "drafted by me": _drafted(make_article("A second bridge"), by=me),
        "drafted by another": _drafted(make_article("A third bridge"), by=james),
        "returned": _drafted(make_article("A fourth bridge"), by=me),
        "owed": _drafted(make_article("A fifth bridge"), by=iryna, break_glass_reason="An address stands there."),
        "owed by me": _drafted(make_article("A sixth bridge"), by=me, break_glass_reason="An address stands there."),
        "published": _drafted(make_article("A seventh bridge"), by=james),
        "amendment waits": _drafted(make_article("An eighth bridge"), by=james),
        "withdrawn": _drafted(make_article("A ninth bridge"), by=james),
        "rejected": make_case("stays open", article),
    }  # fmt: skip
    actions.return_case(desk.cases["returned"], note="Say where the figure comes from.", by=james)
    for name in ("published", "amendment waits", "withdrawn"):
        actions.approve_case(desk.cases[name], by=iryna)
    amended = desk.cases["amendment waits"].corrections.get()
    actions.amend_correction(amended, notice="It was 3,000, not 300.", by=james)
    actions.withdraw_correction(desk.cases["withdrawn"].corrections.get(), reason="It was 300.", by=iryna)
    actions.claim_case(desk.cases["rejected"], by=james)
    actions.reject_case(desk.cases["rejected"], reason=Resolution.NOT_AN_ERROR, message="It does.", by=james)
    _overtake(desk.cases)
    _connect(desk)
    return desk


def _drafted(article: Any, *, by: User, **more: Any) -> Case:
    case = make_case("300 guests", article, category="fact", suggestion="3,000 guests")
    actions.claim_case(case, by=by)
    actions.correct_case(
        case, start=case.start or 0, end=case.end or 0, expected="300 guests", replacement="3,000 guests", revision=1,
        kind=Kind.CORRECTION, severity=Severity.SUBSTANTIVE, notice="It was 3,000.", by=by, **more,
    )  # fmt: skip
    return case


def _overtake(cases: dict[str, Case]) -> None:
    """Let the time of some cases run out."""
    long_ago = timezone.now() - timedelta(days=20)
    Case.objects.filter(pk=cases["lost"].pk).update(came_at=long_ago, first_reported_at=long_ago, due_at=long_ago)
    Case.objects.filter(pk=cases["owed"].pk).update(approval_due_at=long_ago)


def _connect(desk: Desk) -> None:
    """Give the desk a CMS with what reached it and what did not, webhooks, a key, and jobs in every state."""
    Job.objects.filter(done_at=None).update(done_at=timezone.now())  # the mail of the demo is none of ours
    with serving_site() as site:
        settings.OUTGOING_PRIVATE = [site.url.removeprefix("http://")]
        cms.create_connection(
            "Daily WordPress", url=site.url, user="newsroom", password=PASSWORD, source="site.example", by=desk.me
        )
        desk.cases["pushed"] = correct(site.post(BLOCKS), desk.me)
        work()
        desk.cases["not pushed"] = correct(site.post(BLOCKS), desk.me)
        site.trouble.append(once(401, {"code": "incorrect_password", "message": "No.", "data": {"status": 401}}))
        work()
    endpoint = webhooks.create_endpoint("https://cms.example.org/in", description="The CMS", by=desk.me)
    now = timezone.now()
    for status in ("delivered", "failed", "missed"):
        delivery = Delivery.objects.create(
            endpoint=endpoint, type="case.opened", subject=status, body='{"type":"case.opened"}', status=status
        )
        Attempt.objects.create(
            delivery=delivery, at=now, reply_status=200 if status == "delivered" else 500, reply="ok", milliseconds=12
        )
    webhooks.send_test(endpoint, by=desk.me)
    make_key(name="CMS", scopes=[Scope.CASES_READ], acts_for=desk.me, by=desk.me)
    Site.objects.create(name="Another newspaper", origins="https://example.org")
    Job.objects.create(kind="mail_answer", subject_id="1", due_at=now, parked_at=now, attempts=5, last_error="No.")


def pages_of(desk: Desk) -> dict[str, str]:
    """Give every address of the desk that answers with a page, by a name; those of cases in all their faces."""
    client = Client()
    client.force_login(desk.me)
    addresses = {name: case.get_absolute_url() for name, case in desk.cases.items()}
    addresses["merged"] += "?stay=1"
    addresses |= {f"view {slug}": f"/admin/?view={slug}" for slug in VIEWS}
    addresses |= {
        "queue, filtered": "/admin/?section=City&q=bridge",
        "queue, searched in vain": "/admin/?q=nothingofthekind",
        "lost, looked for": f"{desk.cases['lost'].get_absolute_url()}?find=bridge",
        "statistics of a week": reverse("admin:statistics") + "?days=7",
        "pushes not arrived": reverse("admin:cms_push_changelist") + "?status__in=refused,failed",
        "deliveries that failed": reverse("admin:webhooks_delivery_changelist") + "?status__exact=failed",
    }
    known = set(addresses.values())
    addresses |= {name: address for name, address in _addresses() if address not in known}
    return {name: address for name, address in addresses.items() if _is_page(client, address)}


def _is_page(client: Client, address: str) -> bool:
    answer = client.get(address)
    assert answer.status_code in (200, 302, 400, 403, 405), f"{address} answers {answer.status_code}"
    return answer.status_code == 200 and answer["Content-Type"].startswith("text/html")


def _addresses() -> Iterator[tuple[str, str]]:
    """Go through the admin's addresses; the page of a row is given for a row in each of its states."""
    (site,) = (r for r in get_resolver().url_patterns if isinstance(r, URLResolver) and r.namespace == "admin")
    models = {f"{model._meta.app_label}/{model._meta.model_name}/": model for model in admin.site._registry}
    for pattern, before in _patterns(site):
        if pattern.name in NO_PAGES:
            continue
        names = pattern.pattern.converters.keys() | pattern.pattern.regex.groupindex.keys()
        if names <= GIVEN.keys():
            yield pattern.name, reverse(f"admin:{pattern.name}", kwargs={name: GIVEN[name] for name in names})
            continue
        (name,) = names
        rows = list(_rows(models[before]))
        assert rows, f"Nothing is at the desk for {pattern.name}: make a {before}"
        for row in rows if pattern.name.endswith("_change") else rows[:1]:
            status = getattr(row, "status", "")
            yield f"{pattern.name} {status}", reverse(f"admin:{pattern.name}", kwargs={name: row.pk})


def _patterns(site: URLResolver, before: str = "") -> Iterator[tuple[URLPattern, str]]:
    for pattern in site.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern, f"{before}{pattern.pattern}")
        else:
            yield pattern, before


def _rows(model: type[Model]) -> Iterator[Model]:
    rows = model._default_manager.order_by("-pk")
    if "status" not in {f.name for f in model._meta.fields}:
        yield from rows[:1]
        return
    for status in rows.order_by("status").values_list("status", flat=True).distinct():
        yield from rows.filter(status=status)[:1]
