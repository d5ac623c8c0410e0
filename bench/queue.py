"""Measures the desk: how long the queue's views and a case page take at 1,000 and at 1,000,000 cases.

``python -m bench.queue`` (other sizes can be given as arguments) makes a PostgreSQL database for each size, at the
server that ``TEST_POSTGRES_URL`` names, and drops it afterwards; without a server it takes SQLite files. The sizes are
asked in turn, request by request, so that whatever else the machine does weighs on all alike.
"""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from tests.__main__ import POSTGRES_URL

if TYPE_CHECKING:
    from corrections.models import Case

SIZES = (1_000, 1_000_000)
_ROUNDS = 21
_BATCH = 2_000
_PATTERN = 1_000
_SMALL = 1_000
_CASES_PER_ARTICLE = 50
_FILTERS = {
    "a word of every article": "q=mayor",
    "a word of every fortieth quote": "q=often&within=quotes",
    "a word of 25 quotes": "q=rarely&within=quotes",
    "words of one article": "q=number+seven",
    "a word that is nowhere": "q=zeppelin",
    "a common section": "section=Section+3",
    "a small section": "section=Rare",
    "a common category": "category=other",
    "few facts": "category=fact",
    "few regressions": "arrival=regression",
    "few with ten reports": "reports=10",
    "few older than two weeks": "age=14",
    "another language": "language=uk",
}
"""What narrows the queue down: what nearly every case has, and what the same few have however many there are."""


def main(sizes: tuple[int, ...] = SIZES) -> None:
    """Write the table: median milliseconds of each page at each size, and the ratio to the first."""
    with ExitStack() as open_ones:
        desks = [open_ones.enter_context(_desk(size)) for size in sizes]
        for size, desk in zip(sizes, desks, strict=True):
            _say(f"Filled with {size:,} cases in {_ask(desk, '')} s.")
        _say("\nPages of the desk, milliseconds by the number of cases (ratio to the first)\n")
        _say(f"| page | {' | '.join(f'{size:,} | ratio' for size in sizes)} |")
        _say("|---|" + "---|" * 2 * len(sizes))
        for name in _ask(desks[0], "names").split(";"):
            # The first request is left out: what it caches, it caches for all.
            rounds = [[float(_ask(desk, name)) for desk in desks] for _ in range(_ROUNDS + 1)][1:]
            row = [statistics.median(times) for times in zip(*rounds, strict=True)]
            _say(f"| {name} | {' | '.join(f'{figure:.1f} | {figure / row[0]:.2f}' for figure in row)} |")


@contextmanager
def _desk(size: int) -> Iterator["subprocess.Popen[str]"]:
    """Start a process that fills a database with so many cases and then answers what it is asked."""
    with tempfile.TemporaryDirectory(prefix="bench-queue-") as folder, _database(size, folder) as address:
        environment = os.environ | {
            "DATABASE_URL": address,
            "DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "newsroom.settings",
            "LOG_LEVEL": "ERROR",
        }
        command = [sys.executable, "-m", "bench.queue", "--serve", str(size)]
        with subprocess.Popen(  # noqa: S603  # our own command
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        ) as desk:
            try:
                yield desk
            finally:
                desk.kill()


@contextmanager
def _database(size: int, folder: str) -> Iterator[str]:
    try:
        server = psycopg.connect(POSTGRES_URL.replace("postgres://", "postgresql://"), autocommit=True)
    except psycopg.OperationalError:
        _say("No PostgreSQL at TEST_POSTGRES_URL: the queue is measured on SQLite.")
        yield f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        return
    name = f"newsroom_bench_{os.getpid()}_{size}"
    with server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield f"{POSTGRES_URL.rpartition('/')[0]}/{name}"
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _ask(desk: "subprocess.Popen[str]", what: str) -> str:
    assert desk.stdin is not None  # noqa: S101  # for the type checker: it was started with both
    assert desk.stdout is not None  # noqa: S101
    if what:
        desk.stdin.write(f"{what}\n")
        desk.stdin.flush()
    answer = desk.stdout.readline().strip()
    if not answer:
        raise RuntimeError(f"The desk ended at {what!r}: it says why above.")
    return answer


def _serve(size: int) -> None:
    """Fill the database and say how many seconds that took; then tell, line by line, what each page takes."""
    import django  # reads the environment that was set for this process

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    client = _signed_in()
    began = time.monotonic()
    for upto in (min(size, _SMALL), size):
        _fill(upto)
    _say(f"{time.monotonic() - began:.0f}")
    pages: dict[str, Callable[[], None]] = {name: partial(_get, client, address) for name, address in _pages().items()}
    claimed = iter(_claimed(_ROUNDS + 1))
    pages["rejecting a case, up to the next one"] = lambda: _reject(client, next(claimed))
    for line in sys.stdin:
        if line.strip() == "names":
            _say(";".join(pages))
            continue
        started = time.perf_counter()
        pages[line.strip()]()
        _say(f"{1000 * (time.perf_counter() - started):.3f}")


def _pages() -> dict[str, str]:
    from django.utils import timezone

    from corrections.desk.queue import VIEWS
    from corrections.models import Case

    newest = Case.objects.order_by("-pk").values_list("pk", flat=True)[0]
    week_ago = timezone.now() - timedelta(days=7)
    low = Case.objects.filter(status="open", outcome="exact", priority__lte=40, first_reported_at__gt=week_ago)
    middle = low.most_urgent_first().values_list("pk", flat=True)[0]
    case = f"/admin/corrections/case/{middle}/change/"
    cuts = {slug: f"view={slug}" for slug in VIEWS} | _FILTERS
    return {
        "no case at all (the form for a new password)": "/admin/password_change/",
        **{f"queue, {what}": f"/admin/?{query}" for what, query in cuts.items()},
        "queue, a page in the middle": f"/admin/?after={middle}",
        **{f"arrivals, {what}": f"/admin/arrivals/?since={newest}&{query}" for what, query in cuts.items()},
        "arrivals, many": f"/admin/arrivals/?since={newest - 900}",
        **{f"case, {what}": f"{case}?{query}" for what, query in cuts.items()},
    }


def _get(client: Any, address: str) -> None:
    answer = client.get(address, headers={"host": "localhost"})
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}.")


def _claimed(count: int) -> list["Case"]:
    """Claim so many cases that nobody holds."""
    from django.contrib.auth.models import User

    from corrections import actions
    from corrections.models import Case

    cases = list(Case.objects.filter(status="open", outcome="exact").order_by("pk")[:count])
    for case in cases:
        actions.claim_case(case, by=User.objects.get())
    return cases


def _reject(client: Any, case: "Case") -> None:
    answer = client.post(
        f"/admin/corrections/case/{case.pk}/reject/",
        {"reason": "not_an_error", "revision": 1, "seen": case.exact},
        headers={"host": "localhost"},
    )
    if answer.status_code != 302:
        raise RuntimeError(f"Rejecting answered {answer.status_code}.")


def _signed_in() -> Any:
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client()
    client.force_login(User.objects.create_superuser("bench"))
    return client


def _fill(size: int) -> None:
    """Add articles, cases, reports and events up to ``size`` cases, in every state, the same ones each time.

    Up to ``_PATTERN`` cases are made one by one; the database multiplies them. What is rare is among the first ones.
    """
    from django.db import connection

    from corrections.models import Case

    have = Case.objects.count()
    _add_articles(have // _CASES_PER_ARTICLE, size // _CASES_PER_ARTICLE)
    last = Case.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    made = min(have + _PATTERN, size)
    Case.objects.bulk_create(_cases(have, made), batch_size=200)
    with connection.cursor() as cursor:
        if made < size:
            _multiply(cursor, last + 1, made, copies=(size - made) // _PATTERN)
        key = "gen_random_uuid()" if connection.vendor == "postgresql" else "lower(hex(randomblob(16)))"
        cursor.execute(_REPORTS.format(key=key), [last])
        cursor.execute(_EVENTS, [last])
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


_REPORTS = """
INSERT INTO corrections_report (id, token, article_id, url, part, exact, prefix, suffix, category, suggestion, comment,
    email, credit, language, reader, received_at, case_id, triaged_at)
SELECT {key}, 'token-' || id, article_id, '', part, exact, prefix, suffix, '', 'the', '', '', '', 'en', '',
    first_reported_at, id, first_reported_at
FROM corrections_case WHERE id > %s
"""
_EVENTS = """
INSERT INTO corrections_event (case_id, kind, at, old_status, new_status, note, data)
SELECT id, 'opened', first_reported_at, '', 'open', '', '{}' FROM corrections_case WHERE id > %s
"""


_SPREAD = ("first_reported_at", "came_at", "due_at", "resolved_at", "approval_due_at")


def _multiply(cursor: Any, first: int, made: int, *, copies: int) -> None:
    """Copy the last ``_PATTERN`` cases, from the key ``first`` on, each time with other articles and priorities."""
    from corrections.models import Case

    columns = [field.column for field in Case._meta.concrete_fields if not field.primary_key]  # noqa: SLF001  # Django's documented way
    changed = {"priority": "(c.priority + 37 * s.n) % 80", "article_id": "a.id", "revision_id": "a.current_id"}
    earlier = "{} - s.n * interval '100 seconds'"
    if cursor.db.vendor == "sqlite":
        earlier = "strftime('%Y-%m-%d %H:%M:%f000', {}, -100 * s.n || ' seconds')"
    changed |= {each: earlier.format(f"c.{each}") for each in _SPREAD}
    cursor.execute(
        f"""
        INSERT INTO corrections_case ({", ".join(f'"{column}"' for column in columns)})
        WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n + 1 < {copies})
        SELECT {", ".join(changed.get(column, f'c."{column}"') for column in columns)}
        FROM s CROSS JOIN corrections_case c JOIN articles_article a ON a.slug =
            'bridge-' || ({made // _CASES_PER_ARTICLE} + s.n * {_PATTERN // _CASES_PER_ARTICLE}
                          + (c.id - {first}) / {_CASES_PER_ARTICLE})
        WHERE c.id >= {first}
        """.replace("%", "%%"),  # noqa: S608  # all of it is ours
        [],
    )


def _add_articles(have: int, count: int) -> None:
    from django.db.models import OuterRef, Subquery

    from articles.models import Article, Revision

    articles = [
        Article(
            slug=f"bridge-{number}",
            section=f"Section {number % 12}" if number else "Rare",
            language="uk" if number == 1 else "en",
        )
        for number in range(have, count)
    ]
    Article.objects.bulk_create(articles, batch_size=_BATCH)
    body = "<p>The mayor opened teh bridge on Monday.</p>" * 20
    seven = f"{body}<p>It is number seven.</p>"
    Revision.objects.bulk_create(
        [
            Revision(article=article, number=1, headline="A bridge opens", body=seven if number == 7 else body)
            for number, article in enumerate(articles, have)
        ],
        batch_size=_BATCH,
    )
    texts = Revision.objects.filter(article=OuterRef("pk")).values("pk")[:1]
    Article.objects.filter(current=None).update(current=Subquery(texts))


def _cases(have: int, size: int) -> "Iterator[Case]":
    from django.contrib.auth.models import User
    from django.utils import timezone

    from articles.models import Article
    from corrections.models import Case

    now, editor = timezone.now(), User.objects.get()
    dice = random.Random(have)  # noqa: S311  # the same cases each time, not a secret
    articles = {
        article.slug: article
        for article in Article.objects.filter(
            slug__in=[f"bridge-{number // _CASES_PER_ARTICLE}" for number in range(have, size, _CASES_PER_ARTICLE)]
        )
    }
    for number in range(have, size):
        article = articles[f"bridge-{number // _CASES_PER_ARTICLE}"]
        state = "open"
        more: dict[str, Any] = {}
        if number % 10 < 4:
            resolved_at = now - timedelta(seconds=dice.randrange(900_000))
            state, more = "resolved", {"resolution": "spam", "resolved_at": resolved_at}
        elif number % 10 == 5:
            state, more = "snoozed", {"snoozed_until": now + timedelta(seconds=dice.randrange(900_000))}
        elif number % 20 == 6:
            state = "awaiting_approval"
        elif number % 20 == 7:
            state, more = "claimed", {"assignee": editor, "claim_expires_at": now + timedelta(minutes=15)}
        if number % 40 == 10:
            more["approval_due_at"] = now + timedelta(seconds=dice.randrange(-40_000, 40_000))
        if number < 1_000 and number % 20 == 4:
            more |= {"category": "fact", "arrival": "regression", "report_count": 10}
            more["first_reported_at"] = more["came_at"] = now - timedelta(days=20)
        exact = "often" if number % 40 == 9 else f"teh w{number % 500}"
        if number < 1_000 and number % 40 == 4:
            exact = "rarely"
        came_at = now - timedelta(seconds=dice.randrange(1_100_000))
        yield Case(
            article=article,
            exact=exact,
            prefix="The mayor opened ",
            suffix=" bridge on Monday.",
            revision_id=article.current_id,
            start=17,
            end=20,
            outcome="lost" if number % 20 == 8 else "exact",
            status=state,
            priority=dice.randrange(80),
            last_reported_at=now,
            due_at=now + timedelta(seconds=dice.randrange(-400_000, 400_000)),
            **{"report_count": 1, "first_reported_at": came_at, "came_at": came_at, **more},
        )


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        _serve(int(sys.argv[2]))
    else:
        main(tuple(map(int, sys.argv[1:])) or SIZES)
