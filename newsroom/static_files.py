"""Serves static files compressed, without a step that somebody could forget when the product is set up or upgraded.

What gzip makes smaller is compressed once for a data folder, when the first process starts that serves it. Addresses
stay as they are: other sites link to ``/static/corrections/report.js``.
"""

import gzip
import os
import tempfile
from hashlib import sha256
from pathlib import Path
from wsgiref.headers import Headers

from django.conf import settings
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

_TEXTS = (".css", ".js", ".svg")
_LEAST = 500
"""Bytes from which it is worth while."""


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]  # WhiteNoise has no types
    """WhiteNoise, with the compressed files in the data folder instead of beside the sources."""

    def get_static_file(self, path: str, url: str, stat_cache: dict[str, os.stat_result] | None = None) -> StaticFile:
        """Give a file, as WhiteNoise does, with its compressed form if there is one."""
        source = Path(path)
        if source.suffix not in _TEXTS or not source.is_file() or source.stat().st_size < _LEAST:
            return super().get_static_file(path, url, stat_cache=stat_cache)
        headers = Headers([("Access-Control-Allow-Origin", "*")])
        self.add_mime_headers(headers, path, url)
        self.add_cache_headers(headers, path, url)
        self.add_headers_function(headers, path, url)
        return StaticFile(path, headers.items(), encodings={"gzip": str(_compressed(source))})


def _compressed(source: Path) -> Path:
    """Give the compressed form of a file, made unless it is there. Several processes may be at it at once."""
    status = source.stat()
    known_by = f"{source} {status.st_size} {status.st_mtime_ns}"
    packed = settings.COMPRESSED_ROOT / f"{sha256(known_by.encode()).hexdigest()}.gz"
    if not packed.exists():
        with tempfile.NamedTemporaryFile(dir=settings.COMPRESSED_ROOT, delete=False) as file:
            file.write(gzip.compress(source.read_bytes(), 9, mtime=0))
        Path(file.name).replace(packed)
    return packed
