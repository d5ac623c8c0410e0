"""Measures webhooks: how long an event takes to a healthy receiver, alone and among receivers that misbehave.

Real processes on a database of their own: a scheduler, a worker, and the worker of webhooks. Run it alone with
``python -m bench.webhooks``.
"""

import json
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import trustme

from bench.tables import table
from tests.newsroom import Newsroom
from tests.outside import Received, Server, drip, flood, hang, reply, serving, tls_of

EVENTS = 50
PAUSE = 0.5
"""Seconds between two events."""
COPIES = 2
"""How many receivers there are of each that misbehaves."""
TAR_PITS = 50
"""How many more there are that hold whoever asks them, half without a word, half with a byte a second."""

_MISBEHAVING: dict[str, Callable[[socket.socket, Received], None]] = {
    "500": reply(500, b"broken"),
    "410": reply(410, b"gone"),
    "429": reply(429, b"slowly", Retry_After="30"),
    "redirect": reply(302, b"", Location="http://127.0.0.1:9/"),
    "hang": hang,
    "one byte a second": drip(b"HTTP/1.1 200 OK\r\n\r\n", every=1),
    "100 MB": flood,
}
_BAD_TLS = "bad TLS"

_PREPARE = """
import json, sys
from django.contrib.auth.models import User
from articles.actions import Text, create_article
from corrections.webhooks.actions import create_endpoint
owner = User.objects.create_user("bench")
create_article(Text(headline="A bridge opens", body="<p>The mayor opened teh bridge.</p>"), slug="bridge")
for name, url in json.loads({addresses!r}).items():
    create_endpoint(url, events=["report.received"], description=name, by=owner)
"""
_REPORT = """
import time
from articles.models import Article
from corrections.actions import submit_report
from corrections.anchoring import Quote
article = Article.objects.get(slug="bridge")
for number in range({events}):
    submit_report(article, Quote("teh", "opened ", " bridge"), part="body")
    time.sleep({pause})
"""
_TRIES = """
import json
from django.db.models import Avg, Count
from corrections.webhooks.models import Attempt, Endpoint
found = {{}}
for endpoint in Endpoint.objects.all():
    tries = Attempt.objects.filter(delivery__endpoint=endpoint)
    found[endpoint.description] = [tries.count(), round(tries.aggregate(t=Avg("milliseconds"))["t"] or 0),
        endpoint.status, sorted({{t.reply_status or t.error[:40] for t in tries}}, key=str)]
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Result:
    """Seconds from event to arrival at the healthy receiver, one an event, and what came of the tries of each."""

    seconds: list[float]
    tries: dict[str, tuple[int, int, str, list[int | str]]]

    @property
    def p95(self) -> float:
        """What 95 of 100 stay under."""
        return sorted(self.seconds)[int(len(self.seconds) * 0.95) - 1]


def measure(
    folder: Path,
    *,
    misbehaving: bool,
    tar_pits: int = 0,
    events: int = EVENTS,
    environment: dict[str, str] | None = None,
) -> Result:
    """Run a newsroom that announces ``events`` events, one every ``PAUSE`` seconds, and see when they arrive."""
    with ExitStack() as stack:
        healthy = stack.enter_context(serving(reply()))
        addresses = {"ok": healthy.url}
        if misbehaving:
            addresses |= _misbehave(stack, tar_pits)
        more = {"JOB_LEASE_SECONDS": "90", "OUTGOING_PRIVATE": "127.0.0.0/8", "REDIS_URL": ""} | (environment or {})
        more["OUTGOING_PORTS"] = ",".join(url.split(":")[2].split("/")[0] for url in addresses.values())
        newsroom = Newsroom(folder, **more)
        newsroom.command("migrate", "-v", "0")
        newsroom.python(_PREPARE.format(addresses=json.dumps(addresses)))
        try:
            for name in ("worker", "webhooks", "scheduler"):
                newsroom.start(name)
            newsroom.python(_REPORT.format(events=1, pause=0))  # until it arrives, processes are starting
            _wait_for(healthy, 1)
            newsroom.python(_REPORT.format(events=events, pause=PAUSE))
            _wait_for(healthy, events + 1)
            tries = json.loads(newsroom.python(_TRIES.format()))
        finally:
            for name in list(newsroom.processes):
                newsroom.kill(name)
        arrived = healthy.requests[1 : events + 1]
        return Result([received.at - _happened(received) for received in arrived], tries)


def report() -> str:
    """Measure both and give a table."""
    with tempfile.TemporaryDirectory(prefix="bench-webhooks-") as folder:
        results = {}
        others = COPIES * (len(_MISBEHAVING) + 1)
        runs = {"alone": -1, f"among {others} that misbehave": 0, f"and {TAR_PITS} tar pits": TAR_PITS}
        for name, tar_pits in runs.items():
            place = Path(folder, name.replace(" ", "-"))
            place.mkdir()
            results[name] = measure(place, misbehaving=tar_pits >= 0, tar_pits=max(0, tar_pits))
    base = results["alone"]
    rows = [
        [
            name,
            f"{len(result.seconds)}",
            f"{statistics.median(result.seconds):.2f}",
            f"{result.p95:.2f}",
            f"{result.p95 / base.p95:.2f}",
            f"{max(result.seconds):.2f}",
        ]
        for name, result in results.items()
    ]
    tries = _by_kind(next(reversed(results.values())).tries)
    return "\n".join(
        [
            f"Webhooks: seconds from an event to the healthy receiver, one event every {PAUSE} s\n",
            table(["healthy receiver", "events", "median", "p95", "ratio", "longest"], rows),
            "\nWhat came of the others meanwhile\n",
            table(["receivers", "how many", "tries of each", "ms each", "endpoints", "replies"], tries),
        ]
    )


def _by_kind(tries: dict[str, tuple[int, int, str, list[int | str]]]) -> list[list[str]]:
    """Give a row for each kind of receiver."""
    kinds: dict[str, list[tuple[int, int, str, list[int | str]]]] = {}
    for name, found in tries.items():
        kinds.setdefault(name.partition(" (")[0], []).append(found)
    rows = []
    for name, alike in kinds.items():
        counts, times, statuses, said = zip(*alike, strict=True)
        replies = dict.fromkeys(str(reply) for replies in said for reply in replies)
        fewest, most = min(counts), max(counts)
        count = str(most) if fewest == most else f"{fewest} to {most}"
        row = [name, str(len(alike)), count, str(round(statistics.mean(times))), ", ".join(dict.fromkeys(statuses))]
        rows.append([*row, ", ".join(replies)])
    return rows


def _misbehave(stack: ExitStack, tar_pits: int) -> dict[str, str]:
    tls = tls_of(trustme.CA().issue_cert("127.0.0.1"))  # by an authority that nobody knows
    addresses = {}
    for copy in range(1, COPIES + 1):
        for name, behave in _MISBEHAVING.items():
            addresses[f"{name} ({copy})"] = stack.enter_context(serving(behave)).url
        server = stack.enter_context(serving(reply(), tls=tls))
        addresses[f"{_BAD_TLS} ({copy})"] = server.url.replace("http:", "https:")
    for number in range(tar_pits):
        name = ("hang", "one byte a second")[number % 2]
        addresses[f"{name} (tar pit {number})"] = stack.enter_context(serving(_MISBEHAVING[name])).url
    return addresses


def _happened(received: Received) -> float:
    return datetime.fromisoformat(json.loads(received.body)["timestamp"]).timestamp()


def _wait_for(server: Server, count: int) -> None:
    end = time.monotonic() + 60
    while len(server.requests) < count:
        if time.monotonic() > end:
            raise TimeoutError(f"Only {len(server.requests)} of {count} events arrived within a minute.")
        time.sleep(0.05)


if __name__ == "__main__":
    sys.stdout.write(report() + "\n")
