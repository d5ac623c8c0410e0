"""Imported by worker processes under test: looking for a quote takes 30 ms more."""

import time
from typing import Any

from corrections import anchoring

_locate = anchoring.locate


def _slowly(*args: Any, **kwargs: Any) -> anchoring.Passage:
    time.sleep(0.03)
    return _locate(*args, **kwargs)


anchoring.locate = _slowly
