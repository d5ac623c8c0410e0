"""A healthy receiver among sixteen that misbehave in every way, in real processes: it hears of things in time."""

from pathlib import Path

import pytest

from bench.webhooks import COPIES, measure
from tests.newsroom import as_in_this_run

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]

EVENTS = 40


def test_the_healthy_receiver_is_told_in_two_seconds_whatever_the_others_do(tmp_path: Path) -> None:
    with as_in_this_run() as environment:
        result = measure(tmp_path, misbehaving=True, events=EVENTS, environment=environment)

    assert len(result.seconds) == EVENTS
    assert result.p95 < 2
    tries = {name.rpartition(" ")[0]: said for name, (_, _, _, said) in result.tries.items() if name != "ok"}
    assert {name: said[0] for name, said in tries.items() if name in ("500", "410", "429", "redirect")} == {
        "500": 500, "410": 410, "429": 429, "redirect": 302
    }  # fmt: skip
    assert "SSLCertVerificationError" in str(tries["bad TLS"])
    assert tries["100 MB"] == [200]
    assert all(status == "disabled" for name, (_, _, status, _) in result.tries.items() if name.startswith("410"))
    slow = [count for name, (count, *_) in result.tries.items() if name.startswith(("hang", "one byte"))]
    assert len(slow) == 2 * COPIES
    assert max(slow) <= 3, "a receiver that does not answer is asked again and again"
