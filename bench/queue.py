"""Measures the desk: how long the queue's views and a case page take at 1,000 and at 1,000,000 cases.

``python -m bench`` runs it on a PostgreSQL database made for it and dropped afterwards, where there is one, else on a
SQLite file. Run alone with ``python -m bench.queue``, it takes the empty database that ``DATABASE_URL`` names (it is
filled, and not emptied again), else a SQLite file of its own; other sizes can be given as arguments.
"""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from tests.__main__ import POSTGRES_URL

if TYPE_CHECKING:
    from corrections.models import Case

SIZES = (1_000, 1_000_000)
_ROUNDS = 15
_BATCH = 2_000
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


def run_apart() -> None:
    """Measure in a process and a database of its own."""
    name = f"newsroom_bench_{os.getpid()}"
    address = f"{POSTGRES_URL.rpartition('/')[0]}/{name}"
    try:
        server = psycopg.connect(POSTGRES_URL.replace("postgres://", "postgresql://"), autocommit=True)
    except psycopg.OperationalError:
        _say("No PostgreSQL at TEST_POSTGRES_URL: the queue is measured on SQLite.")
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        subprocess.run([sys.executable, "-m", "bench.queue"], check=True, env=environment)
        return
    with server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            subprocess.run(
                [sys.executable, "-m", "bench.queue"], check=True, env=os.environ | {"DATABASE_URL": address}
            )
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def main(sizes: tuple[int, ...] = SIZES) -> None:
    """Write the table: median milliseconds of each page at each size, and the ratio to the first."""
    with tempfile.TemporaryDirectory(prefix="bench-queue-") as folder:
        os.environ |= {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "newsroom.settings", "LOG_LEVEL": "ERROR"}
        import django  # reads the environment that was just set

        django.setup()
        _write_table(sizes)


def _write_table(sizes: tuple[int, ...]) -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    client = _signed_in()
    articles = _articles(max(sizes) // _CASES_PER_ARTICLE)
    figures: dict[str, list[float]] = {}
    have = 0
    for size in sizes:
        _fill(articles, have, size)
        have = size
        for name, address in _pages(size).items():
            figures.setdefault(name, []).append(_median(client, address))
    _say("\nPages of the desk, milliseconds by the number of cases (ratio to the first)\n")
    _say(f"| page | {' | '.join(f'{size:,} | ratio' for size in sizes)} |")
    _say("|---|" + "---|" * 2 * len(sizes))
    for name, row in figures.items():
        _say(f"| {name} | {' | '.join(f'{figure:.1f} | {figure / row[0]:.2f}' for figure in row)} |")


def _pages(size: int) -> dict[str, str]:
    from corrections.desk.queue import VIEWS
    from corrections.models import Case

    middle = Case.objects.filter(status="open", priority=40).values_list("pk", flat=True).first()
    return {
        **{f"queue, {slug}": f"/admin/?view={slug}" for slug in VIEWS},
        "queue, a page in the middle": f"/admin/?after={middle}",
        **{f"queue, {what}": f"/admin/?{query}" for what, query in _FILTERS.items()},
        "case": f"/admin/corrections/case/{middle}/change/",
        "arrivals": f"/admin/arrivals/?since={size}",
    }


def _median(client: Any, address: str) -> float:
    times = []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        answer = client.get(address, headers={"host": "localhost"})
        times.append(1000 * (time.perf_counter() - started))
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}.")
    return statistics.median(times)


def _signed_in() -> Any:
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client()
    client.force_login(User.objects.create_superuser("bench"))
    return client


def _articles(count: int) -> list[Any]:
    from articles.models import Article, Revision

    articles = Article.objects.bulk_create(
        [
            Article(
                slug=f"bridge-{number}",
                section=f"Section {number % 12}" if number else "Rare",
                language="uk" if number == 1 else "en",
            )
            for number in range(count)
        ],
        batch_size=_BATCH,
    )
    body = "<p>The mayor opened teh bridge on Monday.</p>" * 20
    seven = f"{body}<p>It is number seven.</p>"
    revisions = Revision.objects.bulk_create(
        [
            Revision(article=article, number=1, headline="A bridge opens", body=seven if number == 7 else body)
            for number, article in enumerate(articles)
        ],
        batch_size=_BATCH,
    )
    for article, revision in zip(articles, revisions, strict=True):
        article.current = revision
    Article.objects.bulk_update(articles, ["current"], batch_size=500)
    return articles


def _fill(articles: list[Any], have: int, size: int) -> None:
    """Add cases up to ``size``, in every state, the same ones each time."""
    from django.db import connection

    from corrections.models import Case

    batch: list[Case] = []
    for case in _cases(articles, have, size):
        batch.append(case)
        if len(batch) == _BATCH:
            Case.objects.bulk_create(batch)
            batch.clear()
    Case.objects.bulk_create(batch)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _cases(articles: list[Any], have: int, size: int) -> "Iterator[Case]":
    from django.contrib.auth.models import User
    from django.utils import timezone

    from corrections.models import Case

    now, editor = timezone.now(), User.objects.get()
    dice = random.Random(have)  # noqa: S311  # the same cases each time, not a secret
    for number in range(have, size):
        article = articles[number // _CASES_PER_ARTICLE]
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
        if number < 1_000 and number % 20 == 4:
            more |= {"category": "fact", "arrival": "regression", "report_count": 10}
            more["first_reported_at"] = now - timedelta(days=20)
        exact = "rarely" if number < 1_000 and number % 40 == 4 else "often" if number % 40 == 9 else "teh"
        yield Case(
            article=article,
            exact=exact,
            prefix="The mayor opened ",
            suffix=" bridge on Monday.",
            revision=article.current,
            start=17,
            end=20,
            outcome="lost" if number % 20 == 8 else "exact",
            status=state,
            priority=dice.randrange(80),
            last_reported_at=now,
            due_at=now + timedelta(seconds=dice.randrange(-400_000, 400_000)),
            **{"report_count": 1, "first_reported_at": now - timedelta(seconds=dice.randrange(1_200_000)), **more},
        )


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or SIZES)
