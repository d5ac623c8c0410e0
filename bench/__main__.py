"""``python -m bench``: prints all tables.

``--full`` takes ten times as many passages; ``NEWSROOM_EVAL`` names a folder with further corpora of
revisions (``*.json.gz``), which are measured too.
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from bench import imports, pages, queue, speed, webhooks
from bench.accuracy import (
    Result,
    generated,
    given,
    measure,
    merged,
    report,
    report_applying,
    report_crossed,
    report_slices,
    same_revision,
)
from bench.corpus import LANGUAGES
from bench.engines import ENGINES

QUICK, FULL = 40, 450
"""Seeds; each makes a pair of revisions in every language at every level, with 24 passages."""
COMPARED = 10
"""Seeds on which the slow engines of others are measured too."""
BATCH = 5


def _ours(seeds: Sequence[int]) -> dict[str, Result]:
    return measure(generated(seeds, list(LANGUAGES)), [entry for entry in ENGINES if entry.ours])


def _print(*parts: str) -> None:
    for part in parts:
        sys.stdout.write(part + "\n\n")
        sys.stdout.flush()


def _measure_ours(seeds: Sequence[int]) -> dict[str, Result]:
    batches = [seeds[at : at + BATCH] for at in range(0, len(seeds), BATCH)]
    with ProcessPoolExecutor() as workers:
        return merged(workers.map(_ours, batches))


def main(arguments: Iterable[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--full", action="store_true", help="100,000 passages and more; takes some minutes")
    parser.add_argument("--seed", type=int, default=0, help="first seed of the generator")
    parser.add_argument(
        "--only", choices=["accuracy", "speed", "imports", "webhooks", "queue", "pages"], help="measure one of them"
    )
    parser.add_argument("--eval", type=Path, default=os.environ.get("NEWSROOM_EVAL"), help="folder of further corpora")
    options = parser.parse_args(None if arguments is None else list(arguments))
    began = time.monotonic()
    _print(f"Python {platform.python_version()}, {os.cpu_count()} processors")
    if options.only in (None, "speed"):
        _print(speed.finding(), speed.carrying(), speed.bad_input())
    if options.only in (None, "accuracy"):
        _accuracy(options.seed, FULL if options.full else QUICK, Path(options.eval) if options.eval else None)
    if options.only in (None, "imports"):
        imports.main()
    if options.only in (None, "webhooks"):
        _print(webhooks.report())
    if options.only in (None, "queue"):
        queue.main()
    if options.only in (None, "pages"):
        _print(pages.report())
    _print(f"Took {time.monotonic() - began:.0f} s")


def _accuracy(seed: int, count: int, folder: Path | None) -> None:
    compared = measure(generated(range(seed, seed + COMPARED), list(LANGUAGES)), ENGINES)
    _print(report("Own corpus, side by side", compared))
    ours = _measure_ours(range(seed, seed + count))
    _print(report("Own corpus", ours), report_applying({**compared, **ours}))
    for engine in ("newsroom carry", "newsroom locate"):
        _print(report_slices(ours, engine), report_crossed(ours, engine))
    _print(same_revision(generated(range(seed, seed + count), list(LANGUAGES)), 10_000))
    for file in sorted(folder.glob("*.json.gz")) if folder else ():
        pairs = given(file)
        results = measure(pairs, ENGINES)
        _print(report(file.name, results), report_applying(results), report_slices(results, "newsroom carry"))
        _print(same_revision(pairs, 10_000))


if __name__ == "__main__":
    main()
