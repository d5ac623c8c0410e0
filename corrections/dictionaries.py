"""Hunspell dictionaries, where the newsroom has any: ``HUNSPELL_DIR`` names a folder with ``uk_UA.aff``, ``uk_UA.dic``.

A dictionary takes seconds to read, so it is read beside the requests, once a process; until then, and without one,
nothing is known about any word.
"""

import io
import logging
import re
import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from spylls.hunspell import Dictionary, readers

logger = logging.getLogger(__name__)

_TAG = re.compile(r"[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*")
_read: dict[Path, Any] = {}
_reading: dict[Path, threading.Thread] = {}
_lock = threading.Lock()


def knows(word: str, language: str) -> bool | None:
    """Tell whether the dictionary of a language (BCP 47) has a word; ``None`` while that cannot be told."""
    path = _find(language)
    if path is None:
        return None
    if path not in _read:
        _begin(path)
        return None
    dictionary = _read[path]
    return None if dictionary is None else bool(dictionary.lookup(word.replace("’", "'").replace("ʼ", "'")))


def wait() -> None:
    """Wait until the dictionaries that were asked for are read."""
    for thread in list(_reading.values()):
        thread.join()


class _Lines(readers.file_reader.BaseReader):  # type: ignore[misc]  # spylls has no types
    """The lines of a file that is read at once; spylls' own reader leaves files open."""

    def __init__(self, path: Path, encoding: str = "Windows-1252") -> None:
        self.content = path.read_bytes()
        super().__init__(self._open(encoding))

    def reset_encoding(self, encoding: str) -> None:
        """Go on from the same line in another encoding."""
        self.reset_io(self._open(encoding))

    def _open(self, encoding: str) -> io.StringIO:
        # Flags of some dictionaries are no text in the encoding that they name.
        return io.StringIO(self.content.decode(encoding, errors="surrogateescape"), newline=None)


def _find(language: str) -> Path | None:
    """Find the dictionary of a language: of its region, else of the language, else of any region."""
    if not settings.HUNSPELL_DIR or not _TAG.fullmatch(language):
        return None
    folder = Path(settings.HUNSPELL_DIR)
    name = language.replace("-", "_")
    primary = name.partition("_")[0].lower()
    candidates = [folder / f"{name}.aff", folder / f"{primary}.aff", *sorted(folder.glob(f"{primary}_*.aff"))]
    return next((path for path in candidates if path.is_file() and path.with_suffix(".dic").is_file()), None)


def _begin(path: Path) -> None:
    with _lock:
        if path not in _reading:
            _reading[path] = threading.Thread(target=_read_in, args=(path,), daemon=True)
            _reading[path].start()


def _read_in(path: Path) -> None:
    try:
        rules, context = readers.read_aff(_Lines(path))
        words = readers.read_dic(_Lines(path.with_suffix(".dic"), context.encoding), aff=rules, context=context)
        _read[path] = Dictionary(rules, words)
    except Exception:  # a dictionary can be broken in every way; the desk works without
        logger.exception("Cannot read the dictionary %s", path)
        _read[path] = None
