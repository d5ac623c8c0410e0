"""A whole newsroom in processes of its own, as in production, for tests that need the real thing."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 30
"""Seconds after which something that should happen counts as not happening."""


class Newsroom:
    """The processes of one newsroom, and the environment in which its commands run."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        unwanted = {"DATABASE_URL", "REDIS_URL", "DJANGO_ALLOW_ASYNC_UNSAFE", "SECRET_KEY", "EMAIL_URL"}
        kept = {name: value for name, value in os.environ.items() if name not in unwanted}
        self.environment = {
            **kept,
            "DATA_DIR": str(folder),
            "SITE_URL": self.url,
            "JOB_LEASE_SECONDS": "5",
            "REPORTS_PER_MINUTE": "1000",
            "REPORTS_PER_DAY": "100000",
            **environment,
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def command(self, *arguments: str, source: str | None = None) -> str:
        """Run a management command to its end and give what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            input=source,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{arguments} failed:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def python(self, code: str) -> str:
        """Run Python in the newsroom's Django and give what it printed, without the last line feed."""
        return self.command("shell", "-v", "0", "-c", code).rstrip("\n")

    def start(self, name: str) -> None:
        """Start one of ``web``, ``worker``, ``webhooks`` (the worker of these) and ``scheduler``."""
        worker = ["-m", "celery", "-A", "newsroom", "worker", "--loglevel", "warning"]
        commands = {
            "web": ["-m", "gunicorn", "newsroom.wsgi", "--bind", f"127.0.0.1:{self.port}", "--threads", "4"],
            "worker": [*worker, "--concurrency", "2", "--exclude-queues", "webhooks"],
            "webhooks": [*worker, "-n", "webhooks@%h", "-Q", "webhooks", "--pool", "threads", "--concurrency", "64"],
            "scheduler": ["manage.py", "scheduler"],
        }
        output = (self.folder / f"{name}.log").open("ab")
        self.processes[name] = subprocess.Popen(
            [sys.executable, *commands[name]],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        output.close()

    def kill(self, name: str) -> None:
        """Kill a process and all its children with ``-9``, as a failing machine would."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def wait_until_up(self) -> None:
        """Wait until the web process answers."""

        def answers() -> bool:
            try:
                with urllib.request.urlopen(f"{self.url}/livez", timeout=1) as response:
                    return bool(response.status == 200)
            except OSError:
                return False

        wait_for(answers, what="the web process answers", also=self._log("web"))

    def _log(self, name: str) -> str:
        path = self.folder / f"{name}.log"
        return path.read_text()[-3000:] if path.exists() else ""


@contextmanager
def running(folder: Path, **environment: str) -> Iterator[Newsroom]:
    """Run a newsroom on an empty database, and end all of it."""
    newsroom = Newsroom(folder, **environment)
    newsroom.command("migrate", "-v", "0")
    try:
        for name in ("web", "worker", "scheduler"):
            newsroom.start(name)
        newsroom.wait_until_up()
        yield newsroom
    finally:
        for name in list(newsroom.processes):
            newsroom.kill(name)


def wait_for(happened: Callable[[], bool], *, what: str, also: str = "", seconds: float = PATIENCE) -> None:
    """Wait until ``happened()`` is true, at most for ``seconds``."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if happened():
            return
        time.sleep(0.2)
    raise AssertionError(f"After {seconds:g} seconds still not: {what}\n{also}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def as_in_this_run() -> Iterator[dict[str, str]]:
    """Give the variables of the set-up that this test run is for, with an empty database; drop it at the end.

    ``python -m tests`` makes two runs: SQLite with the embedded broker, and PostgreSQL with Redis.
    """
    if connection.vendor != "postgresql":
        yield {}
        return
    url = os.environ["DATABASE_URL"].rpartition("/")[0]
    name = f"newsroom_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(f"{url}/postgres".replace("postgres://", "postgresql://"), autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield {"DATABASE_URL": f"{url}/{name}", "REDIS_URL": os.environ.get("REDIS_URL", "")}
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
