"""``python -m tests``: the whole suite on SQLite with the embedded broker, then on PostgreSQL with Redis.

Says at the end what could not be run, and why. With ``REQUIRE_ALL=1`` that is a failure. Arguments go to pytest.
"""

# ruff: noqa: T201 - it talks to a terminal

import os
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import psycopg
import redis

ROOT = Path(__file__).resolve().parent.parent
MARK = zlib.crc32(str(ROOT).encode())
"""Tells this checkout from others that test on the same servers."""

POSTGRES_URL = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")
REDIS_URL = os.environ.get("TEST_REDIS_URL", f"redis://127.0.0.1:6379/{1 + MARK % 15}")


def main(arguments: list[str]) -> int:
    """Run what can be run; give the exit status."""
    missing = [*_not_at_hand()]
    for reason in missing:
        print(f"Cannot run: {reason}", flush=True)
    if missing and os.environ.get("REQUIRE_ALL") == "1":
        print("REQUIRE_ALL=1 asks for all of it.")
        return 1
    print("\n=== SQLite, embedded broker ===", flush=True)
    failed = _pytest(arguments, REDIS_URL="")
    if not missing:
        print("\n=== PostgreSQL, Redis ===", flush=True)
        name = f"newsroom_{MARK:x}"
        failed |= _pytest(arguments, DATABASE_URL=f"{POSTGRES_URL.rpartition('/')[0]}/{name}", REDIS_URL=REDIS_URL)
    for reason in missing:
        print(f"Not run: {reason}")
    return failed


def _not_at_hand() -> list[str]:
    reasons = []
    try:
        psycopg.connect(POSTGRES_URL.replace("postgres://", "postgresql://"), connect_timeout=2).close()
    except psycopg.OperationalError:
        reasons.append("the tests on PostgreSQL: none at TEST_POSTGRES_URL (default 127.0.0.1:5432, user postgres)")
    try:
        with redis.Redis.from_url(REDIS_URL, socket_connect_timeout=2, socket_timeout=2) as client:
            client.ping()
    except redis.RedisError:
        reasons.append("the tests on Redis: none at TEST_REDIS_URL (default 127.0.0.1:6379)")
    return reasons


def _pytest(arguments: list[str], **environment: str) -> int:
    with tempfile.TemporaryDirectory() as data:
        return subprocess.call(
            [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", *arguments],
            cwd=ROOT,
            env={**os.environ, "DATA_DIR": data, "DATABASE_URL": f"sqlite:///{data}/newsroom.sqlite3", **environment},
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
