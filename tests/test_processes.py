"""Real processes, killed for real: what was accepted is done, once."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from django.db import connection

from corrections.actions import submit_report
from corrections.anchoring import Quote
from corrections.models import Case, Event, Job, Report
from newsroom.broker.models import Message
from tests.desk import make_article

ROOT = Path(__file__).resolve().parent.parent
WORKER = ("-m", "celery", "--quiet", "--app", "newsroom", "worker", "--concurrency", "2")
SCHEDULER = ("manage.py", "scheduler")
REPORTS = 120

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]


class Processes:
    """Starts processes of the newsroom on the tests' database, and sees to it that none is left behind."""

    def __init__(self, folder: Path) -> None:
        self.log = (folder / "processes.log").open("w+")
        self.redis_url = _other_redis_database(os.environ.get("REDIS_URL", ""))
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, *command: str, **environment: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env={
                **os.environ,
                "DATABASE_URL": _database_url(),
                "REDIS_URL": self.redis_url,
                "JOB_LEASE_SECONDS": "3",
                **environment,
            },
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.running.append(process)
        return process

    def kill(self, process: subprocess.Popen[bytes], *, children_too: bool) -> None:
        """Do what a power cut does, or what the kernel does to the largest process when memory is short."""
        (os.killpg if children_too else os.kill)(process.pid, signal.SIGKILL)
        process.wait()
        if children_too:
            self.running.remove(process)  # its number may soon be another's

    def forget_messages(self) -> None:
        """Delete all that the broker holds."""
        if self.redis_url:
            with redis.Redis.from_url(self.redis_url) as client:
                client.flushdb()
        else:
            Message.objects.all().delete()

    def end(self) -> None:
        for process in self.running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.forget_messages()
        self.log.seek(0)
        sys.stdout.write(self.log.read()[-8000:])  # pytest shows it when the test failed
        self.log.close()


@pytest.fixture
def processes(transactional_db: None, tmp_path: Path) -> Iterator[Processes]:
    """Processes on the tests' database."""
    made = Processes(tmp_path)
    made.forget_messages()
    yield made
    made.end()


def wait_until(what: Callable[[], object], seconds: float = 60) -> None:
    """Wait for something to become true. On a busy machine a process takes long to start."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def done() -> int:
    """Count the reports whose triage is done."""
    return Job.objects.filter(kind="triage_report", done_at__isnull=False).count()


def test_every_report_becomes_one_case_though_workers_are_killed_and_messages_deleted(processes: Processes) -> None:
    words = [f"misteak{number}" for number in range(REPORTS)]
    article = make_article(body="".join(f"<p>Here is a {word} of its own.</p>" for word in words))
    for word in words:
        submit_report(article, Quote(word, "Here is a ", " of its own."), part="body")
    slow = {"DJANGO_SETTINGS_MODULE": "tests.slow_settings"}
    scheduler = processes.start(*SCHEDULER)

    for children_too in (True, False, True):
        before = done()
        worker = processes.start(*WORKER, **slow)
        wait_until(lambda before=before: done() >= before + 10)  # type: ignore[misc]
        processes.kill(worker, children_too=children_too)
        assert done() < REPORTS, "the kill came too late to prove anything"
        processes.forget_messages()
    processes.kill(scheduler, children_too=True)
    processes.start(*SCHEDULER)
    processes.start(*SCHEDULER)
    processes.start(*WORKER)
    processes.start(*WORKER)
    wait_until(lambda: done() == REPORTS)

    assert Case.objects.count() == REPORTS
    assert Report.objects.filter(case__isnull=False).count() == REPORTS
    assert set(Case.objects.values_list("report_count", flat=True)) == {1}
    assert Event.objects.filter(kind=Event.Kind.REPORTED).count() == REPORTS
    assert Event.objects.filter(kind=Event.Kind.OPENED).count() == REPORTS
    assert not Job.objects.parked().exists()
    assert Job.objects.filter(attempts__gt=1).exists(), "no kill came in the middle of a job"


def test_the_children_of_a_killed_worker_end_too(processes: Processes) -> None:
    worker = processes.start(*WORKER)
    wait_until(lambda: len(_family(worker.pid)) >= 3)

    processes.kill(worker, children_too=False)

    wait_until(lambda: not _family(worker.pid), seconds=30)


def test_make_run_restarts_what_dies_and_ends_all_together(processes: Processes, tmp_path: Path) -> None:
    port = _free_port()
    state = {"DATA_DIR": str(tmp_path / "state"), "DATABASE_URL": "", "REDIS_URL": "", "PORT": str(port)}
    state["DATABASE_URL"] = f"sqlite:///{tmp_path}/state/newsroom.sqlite3"
    supervisor = processes.start("-m", "newsroom.supervisor", **state)
    wait_until(lambda: _answers(port))
    # Webhooks have a worker of their own, and the demo has another site, which may start after the first answer.
    wait_until(
        lambda: {*map(_name, _children(supervisor.pid).values())} == {"gunicorn", "celery", "scheduler", "partner"}
    )
    family = {_name(command): pid for pid, command in _children(supervisor.pid).items()}
    assert len(_children(supervisor.pid)) == 5

    os.kill(family["scheduler"], signal.SIGKILL)
    wait_until(lambda: family["scheduler"] not in _children(supervisor.pid) and len(_children(supervisor.pid)) == 5)
    children = list(_children(supervisor.pid))
    supervisor.send_signal(signal.SIGTERM)

    assert supervisor.wait(timeout=15) == 0
    assert [pid for child in children for pid in _family(child)] == []


def test_a_process_ends_also_when_it_is_told_so_many_times_at_once(processes: Processes) -> None:
    scheduler = processes.start(*SCHEDULER)
    wait_until(lambda: "Scheduler started" in Path(processes.log.name).read_text())

    for _ in range(2_000):
        scheduler.send_signal(signal.SIGTERM)

    assert scheduler.wait(timeout=15) == 0


def test_nothing_outlives_a_supervisor_that_is_killed(processes: Processes, tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux tells a process that its parent has died")
    port = _free_port()
    database = f"sqlite:///{tmp_path}/state/newsroom.sqlite3"
    supervisor = processes.start(
        "-m", "newsroom.supervisor", DATA_DIR=str(tmp_path / "state"), DATABASE_URL=database, REDIS_URL="",
        PORT=str(port),
    )  # fmt: skip
    wait_until(lambda: _answers(port))
    children = list(_children(supervisor.pid))

    processes.kill(supervisor, children_too=False)

    wait_until(lambda: not any(_family(child) for child in children), seconds=30)


def test_make_run_says_in_one_line_that_the_port_is_taken(processes: Processes, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = subprocess.run(
            [sys.executable, "-m", "newsroom.supervisor"],
            cwd=ROOT, env={**os.environ, "PORT": str(port)}, capture_output=True, text=True, check=False,
        )  # fmt: skip

    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        f"Port {port} cannot be used (Address already in use): make run PORT={port + 1}"
    ]


def test_make_run_says_in_one_line_that_the_data_folder_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = subprocess.run(
        [sys.executable, "-m", "newsroom.supervisor"],
        cwd=ROOT, env={**os.environ, "PORT": str(_free_port()), "DATA_DIR": str(tmp_path / "file" / "folder")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("The data folder cannot be written")


def _processes() -> dict[int, tuple[int, int, str]]:
    """Give parent, group and command of every process that lives."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,pgid=,stat=,args="], capture_output=True, text=True, check=True
    )
    rows = [line.split(maxsplit=4) for line in listed.stdout.splitlines()]
    return {int(row[0]): (int(row[1]), int(row[2]), row[4]) for row in rows if len(row) == 5 and row[3][0] != "Z"}


def _children(pid: int) -> dict[int, str]:
    return {child: command for child, (parent, _, command) in _processes().items() if parent == pid}


def _family(group: int) -> list[int]:
    """Give what lives of a process group, orphans included."""
    return [pid for pid, (_, its_group, _) in _processes().items() if its_group == group]


def _name(command: str) -> str:
    return next(name for name in ("gunicorn", "celery", "scheduler", "partner") if name in command)


def _free_port() -> int:
    """Find a free port whose next one is free too: the demo's other site takes that."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as server, contextlib.suppress(OSError, OverflowError):
            port = int(server.getsockname()[1])
            socket.create_server(("127.0.0.1", port + 1)).close()
            return port


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):
            return True
    except OSError:
        return False


def _database_url() -> str:
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)


def _other_redis_database(url: str) -> str:
    """Give a Redis database beside the one of the tests in this process: this one is emptied."""
    server, _, number = url.rpartition("/")
    return f"{server}/{(int(number or 0) + 1) % 16}" if url else ""
