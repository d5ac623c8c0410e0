"""What is imported from: a file, a folder or standard input. Finds the files and each one's format."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from articles.importers import feed, html_page, newsroom_json, ninjs, wordpress
from articles.importers.items import Found, PassedOver, Refused
from articles.importers.json_values import read_values

_HEAD = 64 * 1024
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Format:
    """A format: how a file in it is told from others, and how it is read.

    ``recognises`` looks at a file's first bytes, ``fits`` at the first value of a file that holds JSON.
    """

    read: Callable[[BinaryIO, str, str], Iterator[Found]]
    recognises: Callable[[bytes], bool] | None = None
    fits: Callable[[object], bool] | None = None


# The first one that recognises a file reads it: what is told more surely comes first.
_FORMATS: dict[str, list[Format]] = {
    "wordpress": [
        Format(lambda file, where, _: wordpress.read_export(file, where), wordpress.recognises),
        Format(lambda file, where, _: wordpress.read_posts(file, where), fits=wordpress.fits),
    ],
    "ninjs": [Format(lambda file, where, _: ninjs.read(file, where), fits=ninjs.fits)],
    "rss": [Format(lambda file, where, _: feed.read(file, where), feed.recognises)],
    "html": [Format(lambda file, where, name: html_page.read(file, where, name=name), html_page.recognises)],
    "json": [Format(lambda file, where, _: newsroom_json.read(file, where), fits=newsroom_json.fits)],
}
FORMAT_NAMES = tuple(_FORMATS)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file to import. ``name`` is its path below the folder that was asked for."""

    path: Path
    name: str
    in_folder: bool

    def read(self, format_name: str, on_open: Callable[[BinaryIO], object] = lambda _: None) -> Iterator[Found]:
        """Yield what is in the file. Whatever is wrong with the file is one refusal, never an exception."""
        if not self.path.is_file():
            yield PassedOver(self.name, "is no regular file, or a link that leads nowhere")
            return
        try:
            with self.path.open("rb") as file:
                on_open(file)
                yield from _read(file, self, format_name)
        except OSError as error:
            yield Refused(self.name, f"could not be read: {error.strerror or error}")


@contextmanager
def open_source(source: str, stdin: BinaryIO) -> Iterator[list[Entry]]:
    """Give the files of a source: ``-`` is standard input, a folder is taken with all folders in it.

    Links to folders are not followed, hidden files are left out. Raises ``OSError`` when there is no such source.
    """
    if source == "-":
        with tempfile.NamedTemporaryFile(prefix="import-") as copy:
            shutil.copyfileobj(stdin, copy)
            copy.flush()
            yield [Entry(Path(copy.name), "standard input", in_folder=False)]
        return
    path = Path(source)
    if not path.is_dir():
        with path.open("rb"):
            pass
        yield [Entry(path, path.name, in_folder=False)]
        return
    yield list(_walk(path))


def _walk(folder: Path) -> Iterator[Entry]:
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith("."):
                path = Path(parent, name)
                yield Entry(path, path.relative_to(folder).as_posix(), in_folder=True)


def _read(file: BinaryIO, entry: Entry, format_name: str) -> Iterator[Found]:
    head = file.read(_HEAD)
    file.seek(0)
    if not head.strip():
        yield Refused(entry.name, "the file is empty")
        return
    formats = [f for name in FORMAT_NAMES if format_name in ("auto", name) for f in _FORMATS[name]]
    chosen = _detect(file, head, formats)
    if chosen is None and format_name != "auto" and b"\x00" not in head[:1024]:
        chosen = formats[-1] if _is_json(head) else formats[0]
    if chosen is not None:
        page_name = "" if entry.name == "standard input" else entry.name
        yield from chosen.read(file, entry.name, page_name)
        return
    is_text = b"\x00" not in head[:1024] or head.startswith(_BYTE_ORDER_MARKS)
    reason = "is in none of the formats that can be imported" if is_text else "is a binary file"
    # A folder holds pictures, style sheets and notes beside its articles; one file was meant to be an article.
    yield PassedOver(entry.name, reason) if entry.in_folder else Refused(entry.name, reason)


def _detect(file: BinaryIO, head: bytes, formats: list[Format]) -> Format | None:
    if _is_json(head):
        value = next(read_values(file, ""), None)
        file.seek(0)
        of_json = [f for f in formats if f.fits]
        if value is None or value.problem:
            # Whichever reads it will tell what is wrong with it.
            return of_json[-1] if of_json else None
        return next((f for f in of_json if f.fits and f.fits(value.value)), None)
    return next((f for f in formats if f.recognises and f.recognises(head)), None)


def _is_json(head: bytes) -> bool:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return start[:1] in (b"{", b"[") or head[2:4].strip(b"\x00") in (b"{", b"[")
