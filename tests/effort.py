"""How much work something takes, told without a stop-watch: by counting calls, or by what more of the same takes."""

import sys
import time
from collections.abc import Callable


def calls(action: Callable[[], object]) -> int:
    """Count the calls of functions, built-in ones too, that ``action`` makes: the same on any machine."""
    count = 0

    def note(*_: object) -> None:
        nonlocal count
        count += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        action()
    finally:
        sys.setprofile(before)
    return count


def growth(little: Callable[[], object], much: Callable[[], object]) -> float:
    """Say how many times the processor time of ``little`` that of ``much`` is, each at its best of five runs."""
    best = {little: float("inf"), much: float("inf")}
    for _ in range(5):
        for action in (little, much):
            began = time.process_time()
            action()
            best[action] = min(best[action], time.process_time() - began)
    return best[much] / max(best[little], 1e-4)
