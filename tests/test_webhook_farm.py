"""Webhooks in real processes: in time, whatever other receivers do, and none is lost when a worker is killed."""

import json
import socket
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest

from bench import webhooks as farm
from bench.webhooks import COPIES, TAR_PITS, measure
from tests.newsroom import Newsroom, as_in_this_run, wait_for
from tests.outside import Received, reply, serving

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]

EVENTS = 40


def test_the_healthy_receiver_is_told_in_two_seconds_whatever_the_others_do(tmp_path: Path) -> None:
    """Where the machine is too busy for that, the crowd still may not make it more than twice as long as alone."""
    crowd, quiet = tmp_path / "crowd", tmp_path / "quiet"
    crowd.mkdir()
    quiet.mkdir()
    with as_in_this_run() as environment:
        result = measure(crowd, misbehaving=True, tar_pits=TAR_PITS, events=EVENTS, environment=environment)
    allowed = 2.0
    if result.p95 >= allowed:
        with as_in_this_run() as environment:
            allowed = 2 * measure(quiet, misbehaving=False, events=EVENTS, environment=environment).p95

    assert len(result.seconds) == EVENTS
    assert result.p95 < allowed
    tries = {name.rpartition(" ")[0]: said for name, (_, _, _, said) in result.tries.items() if name != "ok"}
    assert {name: said[0] for name, said in tries.items() if name in ("500", "410", "429", "redirect")} == {
        "500": 500, "410": 410, "429": 429, "redirect": 302
    }  # fmt: skip
    assert "SSLCertVerificationError" in str(tries["bad TLS"])
    assert tries["100 MB"] == [200]
    assert all(status == "disabled" for name, (_, _, status, _) in result.tries.items() if name.startswith("410"))
    slow = [count for name, (count, *_) in result.tries.items() if name.startswith(("hang", "one byte"))]
    assert len(slow) == 2 * COPIES + TAR_PITS
    assert max(slow) <= 3, "a receiver that does not answer is asked again and again"


def _take_a_while(wire: socket.socket, received: Received) -> None:
    time.sleep(0.1)
    reply()(wire, received)


_DELIVERED = """
from corrections.webhooks.models import Delivery
print(Delivery.objects.filter(status="delivered").count(), Delivery.objects.count())
"""


def test_a_worker_killed_amid_deliveries_loses_none_and_repeats_one_only_under_its_id(tmp_path: Path) -> None:
    with as_in_this_run() as environment, ExitStack() as stack:
        receivers = [stack.enter_context(serving(_take_a_while)) for _ in range(3)]
        more = {"JOB_LEASE_SECONDS": "4", "OUTGOING_PRIVATE": "127.0.0.0/8", "REDIS_URL": ""} | environment
        more["OUTGOING_PORTS"] = ",".join(str(receiver.port) for receiver in receivers)
        newsroom = Newsroom(tmp_path, **more)
        newsroom.command("migrate", "-v", "0")
        addresses = {str(number): receiver.url for number, receiver in enumerate(receivers)}
        newsroom.python(farm._PREPARE.format(addresses=json.dumps(addresses)))
        newsroom.python(farm._REPORT.format(events=EVENTS, pause=0))

        def came() -> int:
            return sum(len(receiver.requests) for receiver in receivers)

        try:
            for name in ("worker", "scheduler"):
                newsroom.start(name)
            for _ in range(3):
                before = came()
                newsroom.start("webhooks")
                wait_for(lambda before=before: came() >= before + 10, what="messages arrive", seconds=240)  # type: ignore[misc]
                newsroom.kill("webhooks")
            assert came() < 3 * EVENTS, "the kills came too late to prove anything"
            newsroom.start("webhooks")
            all_of_them = f"{3 * EVENTS} {3 * EVENTS}"
            wait_for(lambda: newsroom.python(_DELIVERED) == all_of_them, what="all is delivered", seconds=240)
        finally:
            for name in list(newsroom.processes):
                newsroom.kill(name)

    for receiver in receivers:
        ids = Counter(received.headers["webhook-id"] for received in receiver.requests)
        assert len(ids) == EVENTS
        assert len({(received.headers["webhook-id"], received.body) for received in receiver.requests}) == EVENTS
    assert came() > 3 * EVENTS, "no kill came in the middle of a delivery"
