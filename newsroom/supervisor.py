"""``make run``: prepares the database, then runs web, worker and scheduler as one, until Ctrl-C.

A process that ends is started again, after growing pauses. Each has a process group of its own, so that Ctrl-C reaches
the supervisor alone, and so that nothing of a process outlives it. In production systemd or a container runs the same
three commands (see the README).
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

LONGEST_PAUSE = 30.0
STEADY_AFTER = 30.0
"""Seconds after which a process counts as well, and its next failure as its first."""
GRACE = 8.0
"""Seconds that the processes have to end by themselves."""

_END_WITH_PARENT = """
import ctypes, os, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, 15)  # PR_SET_PDEATHSIG, SIGTERM: not even kill -9 of the supervisor leaves us behind
os.execv(sys.argv[1], sys.argv[1:])
"""


@dataclass
class Process:
    """One of the processes, and how it has been doing (times of the monotonic clock)."""

    name: str
    command: Sequence[str]
    popen: subprocess.Popen[str] | None = None
    started_at: float = 0.0
    failures: int = 0
    start_again_at: float = 0.0

    def start(self) -> None:
        """Start it, with its output going through ours."""
        self.started_at = time.monotonic()
        self.popen = subprocess.Popen(  # noqa: S603 - our own commands
            [sys.executable, "-c", _END_WITH_PARENT, *self.command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        assert self.popen.stdout is not None  # noqa: S101 - asked for just above
        threading.Thread(target=_relay, args=(self.name, self.popen.stdout), daemon=True).start()

    def keep_alive(self, now: float) -> None:
        """Start it again if it ended and has waited for long enough."""
        if self.popen is None:
            if now >= self.start_again_at:
                self.start()
            return
        code = self.popen.poll()
        if code is None:
            return
        self.kill()
        self.failures = 1 if now - self.started_at > STEADY_AFTER else self.failures + 1
        pause = min(0.5 * 2 ** (self.failures - 1), LONGEST_PAUSE)
        self.start_again_at = now + pause
        self.popen = None
        _say(f"{self.name} ended ({_ended(code)}); starting it again in {pause:g} s")

    def terminate(self) -> None:
        """Ask it to end."""
        if self.popen is not None and self.popen.poll() is None:
            self.popen.terminate()

    def is_running(self) -> bool:
        """Tell whether it has not ended."""
        return self.popen is not None and self.popen.poll() is None

    def kill(self) -> None:
        """End whatever is left of it, children included."""
        if self.popen is not None:
            try:
                os.killpg(self.popen.pid, signal.SIGKILL)
            except ProcessLookupError:
                return


@dataclass
class Supervisor:
    """Keeps processes alive until it is told to stop."""

    processes: list[Process]
    is_told_to_stop: bool = False

    def run(self, url: str, greeting: str) -> None:
        """Run until SIGTERM, SIGHUP or Ctrl-C; say ``greeting`` once ``url`` answers."""

        def stop(*_: object) -> None:
            # No event: the second of two signals at once would wait for ever for the lock that the first one holds.
            self.is_told_to_stop = True

        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, stop)
        try:
            while not self.is_told_to_stop:
                time.sleep(0.1)
                for process in self.processes:
                    process.keep_alive(time.monotonic())
                if greeting and _answers(url):
                    print(greeting, flush=True)  # noqa: T201 - this is what the command is for
                    greeting = ""
        finally:
            self.end()

    def end(self) -> None:
        """End everything: politely first, then without asking."""
        _say("ending")
        for process in self.processes:
            process.terminate()
        deadline = time.monotonic() + GRACE
        while time.monotonic() < deadline and any(process.is_running() for process in self.processes):
            time.sleep(0.05)
        for process in self.processes:
            if process.is_running():
                _say(f"{process.name} did not end in {GRACE:g} s and is killed")
            process.kill()
        _say("ended")


def main() -> None:
    """Prepare the database and run the newsroom."""
    host, port = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8000"))
    _check_port(host, port)
    os.environ.setdefault("LOG_LEVEL", "WARNING")  # this is a terminal that somebody looks at
    partner_port = port + 1 if _can_listen(host, port + 1) else 0
    # The demo's other site is on this machine, where articles are otherwise never fetched from.
    os.environ.setdefault("OUTGOING_PRIVATE", f"localhost:{partner_port},127.0.0.1:{partner_port}")
    newsroom, greeting = _prepare(partner_port)
    from django.conf import settings  # not before Django is set up

    gunicorn = (
        *("-m", "gunicorn", "newsroom.wsgi", "--bind", f"{host}:{port}", "--threads", "8", "--graceful-timeout", "2"),
        *("--workers", os.environ.get("WEB_PROCESSES", "1"), "--log-level", "warning", "--no-control-socket"),
    )
    celery = (
        *("-m", "celery", "--quiet", "--app", "newsroom", "worker", "--loglevel", "WARNING"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    )
    # A server that does not answer holds a thread of this one, and nothing else waits for it.
    webhooks = (
        *(*celery, "--queues", "webhooks", "--hostname", "webhooks@%h"),
        *("--pool", "threads", "--concurrency", str(settings.WEBHOOK_THREADS)),
    )
    processes = [
        Process("web", (sys.executable, *gunicorn)),
        Process("worker", (sys.executable, *celery, "--exclude-queues", "webhooks")),
        Process("webhooks", (sys.executable, *webhooks)),
        Process("scheduler", (sys.executable, "manage.py", "scheduler")),
    ]
    if partner_port:
        processes.append(Process("partner", (sys.executable, "-m", "newsroom.partner", str(partner_port), newsroom)))
    Supervisor(processes).run(f"http://{host}:{port}/livez", greeting)


def _prepare(partner_port: int) -> tuple[str, str]:
    """Migrate, load the demo newsroom if there is nothing; give its address and the words of welcome."""
    import django  # after the port was looked at: it takes a second
    from django.core.management import call_command

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
    try:
        django.setup()
    except OSError as error:
        sys.exit(f"The data folder cannot be written ({error}): make run DATA_DIR=/a/folder/of/yours")
    from django.conf import settings

    from newsroom.health import missing_migrations

    if missing_migrations():  # looking takes a tenth of the time that migrating nothing does
        print("Preparing the database", flush=True)  # noqa: T201
        call_command("migrate", verbosity=0)
    call_command("load_demo", "--if-empty")
    welcome = "\n".join(
        [
            "",
            f"{settings.SITE_NAME} is open.",
            f"  articles          {settings.SITE_URL}/",
            f"  corrections log   {settings.SITE_URL}/corrections/",
            f"  desk              {settings.SITE_URL}/admin/",
            f"  API               {settings.SITE_URL}/api/v1/docs/",
            *_demo_site(partner_port),
            *_letterbox(),
            *_demo_log_ins(),
            "Ctrl-C ends everything.",
            "",
        ]
    )
    return settings.SITE_URL, welcome


def _demo_site(port: int) -> list[str]:
    """Let the demo's other site report from the port that it has this time."""
    from corrections.models import Site
    from newsroom.partner import KEY

    origins = [f"http://localhost:{port}", f"http://127.0.0.1:{port}"]
    if not port or not Site.objects.filter(key=KEY).update(origins="\n".join(origins)):
        return []
    return [f"  another site      {origins[0]}/  (with our script; we do not have its article yet)"]


def _letterbox() -> list[str]:
    from django.conf import settings

    if settings.EMAIL_HOST:
        return []
    return [f"  letters           {settings.LETTERBOX}  (a file each, until EMAIL_URL names a mail server)"]


def _demo_log_ins() -> list[str]:
    from django.contrib.auth.models import User

    from corrections.demo import EDITORS, PASSWORD

    names = ["admin", *(name for name, *_ in EDITORS)]
    there = list(User.objects.filter(username__in=names).prefetch_related("groups").order_by("username"))
    if not there or not there[0].check_password(PASSWORD):
        return []
    groups = {user: ", ".join(group.name for group in user.groups.all()) or "everything" for user in there}
    return [
        f"Demo log-ins for the desk, password {PASSWORD}:",
        *(f"  {user.username:<17} {groups[user].lower()}" for user in there),
    ]


def _check_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            sys.exit(f"Port {port} cannot be used ({error.strerror}): make run PORT={port + 1}")


def _can_listen(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError):
            return False
    return True


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1):  # noqa: S310 - our own address
            return True
    except (urllib.error.URLError, OSError):
        return False


def _relay(name: str, output: TextIO) -> None:
    for line in output:
        if line.strip():
            print(f"{name:<10}│ {line.rstrip()}", flush=True)  # noqa: T201


def _say(words: str) -> None:
    print(f"{'make run':<10}│ {words}", flush=True)  # noqa: T201


def _ended(code: int) -> str:
    return f"exit {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"


if __name__ == "__main__":
    main()
