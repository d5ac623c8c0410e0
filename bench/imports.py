"""Measures imports: articles a second and peak memory at 100, 1,000 and 10,000 articles, first and repeated.

Each figure comes from a process of its own, on a fresh SQLite file. Run it alone with ``python -m bench.imports``;
other sizes can be given as arguments.
"""

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path

SIZES = (100, 1_000, 10_000)
_WORDS = "harbour bridge council repair ferry detour mayor steel paint budget tide engineer winter vote market".split()


def main(sizes: tuple[int, ...] = SIZES) -> None:
    """Write one table a format."""
    with tempfile.TemporaryDirectory(prefix="bench-imports-") as folder:
        for name, write in _FORMATS.items():
            _say(f"\nImport of {name}, by the number of articles (ratios to {sizes[0]:,})\n")
            _say(f"| articles | {' | ratio | '.join(_FIGURES)} | ratio |")
            _say("|---|" + "---|" * 2 * len(_FIGURES))
            base: list[float] = []
            for size in sizes:
                place = f"{name}-{size}".replace(" ", "-")
                write(Path(folder, place), size)
                figures = _measure(Path(folder, place), Path(folder, f"data-{place}"), size)
                base = base or figures
                cells = [f"{figure:,.1f} | {figure / first:.2f}" for figure, first in zip(figures, base, strict=True)]
                _say(f"| {size:,} | {' | '.join(cells)} |")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


# Processor time beside the speed: on a busy machine or a slow disk it alone tells whether the work grows.
_FIGURES = ("first import, a second", "processor, ms each", "repeated, a second", "peak memory, MB")


def _measure(source: Path, data: Path, size: int) -> list[float]:
    first = _run(source, data)
    again = _run(source, data)
    peak = max(first["peak"], again["peak"]) / 1024
    return [size / first["seconds"], 1000 * first["processor"] / size, size / again["seconds"], peak]


def _run(source: Path, data: Path) -> dict[str, float]:
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    environment |= {"DATA_DIR": str(data), "DJANGO_SETTINGS_MODULE": "newsroom.settings"}
    command = [sys.executable, "-m", "bench.imports", "--one", str(source)]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)  # noqa: S603  # our own module
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _one(source: str) -> None:
    """Import a source in this process and print what it took."""
    import django  # a process that only writes the table needs no Django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    started, worked = time.perf_counter(), time.process_time()
    call_command("import_articles", source, verbosity=0)
    figures = {"seconds": time.perf_counter() - started, "processor": time.process_time() - worked}
    _say(json.dumps({**figures, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))


def _articles(size: int) -> Iterator[tuple[int, str, list[str]]]:
    """Make articles of about 3,000 characters, the same ones each time."""
    chance = random.Random(1)  # noqa: S311  # the same texts each time, nothing secret
    for number in range(size):
        paragraphs = [" ".join(chance.choices(_WORDS, k=60)).capitalize() + "." for _ in range(8)]
        yield number, f"{' '.join(chance.choices(_WORDS, k=7)).capitalize()} & {number}", paragraphs


def _body(paragraphs: list[str]) -> str:
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


def _write_json_lines(path: Path, size: int) -> None:
    with path.open("w") as file:
        for number, headline, paragraphs in _articles(size):
            file.write(json.dumps({"external_id": str(number), "headline": headline, "body": _body(paragraphs)}) + "\n")


def _write_export(path: Path, size: int) -> None:
    names = 'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wp="http://wordpress.org/export/1.2/"'
    with path.open("w") as file:
        file.write(f'<rss version="2.0" {names}><channel><title>T</title><link>https://post.example</link>')
        for number, headline, paragraphs in _articles(size):
            text = "\n\n".join(paragraphs)
            file.write(
                f"<item><title>{escape(headline)}</title><link>https://post.example/{number}/</link>"
                f"<content:encoded><![CDATA[{text}]]></content:encoded><wp:post_id>{number}</wp:post_id>"
                "<wp:post_date_gmt>2025-03-04 08:30:00</wp:post_date_gmt><wp:status>publish</wp:status>"
                "<wp:post_type>post</wp:post_type></item>\n"
            )
        file.write("</channel></rss>")


def _write_pages(path: Path, size: int) -> None:
    path.mkdir()
    links = "".join(f'<li><a href="/{n}">A link to another story</a></li>' for n in range(60))
    for number, headline, paragraphs in _articles(size):
        path.joinpath(f"{number}.html").write_text(
            f'<html lang="en"><head><title>{escape(headline)} | The Post</title>'
            f'<link rel="canonical" href="https://post.example/{number}/"></head><body><nav><ul>{links}</ul></nav>'
            f'<article><h1>{escape(headline)}</h1><div class="share"><a href="#">Share</a></div>'
            f'{_body(paragraphs)}<div class="adv">Advertisement</div></article><aside><ul>{links}</ul></aside></body>'
        )


_FORMATS: dict[str, Callable[[Path, int], None]] = {
    "JSON Lines": _write_json_lines,
    "a WordPress export": _write_export,
    "a folder of pages": _write_pages,
}

if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        _one(sys.argv[2])
    else:
        main(tuple(map(int, sys.argv[1:])) or SIZES)
