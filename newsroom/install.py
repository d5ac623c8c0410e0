"""Makes ``.venv`` with the locked dependencies, if it is not there yet: ``python3 newsroom/install.py run|dev``.

Runs before anything is installed, on any Python 3, so it uses the standard library alone and tells in one line what is
missing. A digest of the lock, kept in the environment, lets the next start skip all of it.
"""

# ruff: noqa: T201 - it talks to a terminal

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)


def main(lock_name: str) -> None:
    """Install a lock unless it is installed."""
    lock = ROOT / "requirements" / (lock_name + ".txt")
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    stamp = VENV / ("installed-" + lock_name)
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == digest:
        return
    if not PYTHON.exists():
        make_environment()
    install(lock)
    stamp.write_text(digest)
    if lock_name == "dev":  # holds everything that running needs
        run_lock = ROOT / "requirements" / "run.txt"
        (VENV / "installed-run").write_text(hashlib.sha256(run_lock.read_bytes()).hexdigest())


def make_environment() -> None:
    """Make ``.venv`` with the first Python that is new enough."""
    found = [sys.executable] if sys.version_info >= OLDEST else []
    found += [path for path in (shutil.which("python3.%d" % minor) for minor in range(14, 10, -1)) if path]  # noqa: UP031
    if not found:
        sys.exit(
            "Python 3.11 or newer is needed, and this is %d.%d: sudo apt install python3.11 python3.11-venv"  # noqa: UP031
            % sys.version_info[:2]
        )
    print("Making .venv with", found[0], flush=True)
    if subprocess.call([found[0], "-c", "import ensurepip, venv"], stderr=subprocess.DEVNULL):  # noqa: S603 - our own command
        sys.exit("Python's venv module is missing: sudo apt install python3-venv")
    if subprocess.call([found[0], "-m", "venv", "--clear", str(VENV)]):  # noqa: S603
        sys.exit("Python could not make .venv here: chmod u+w " + str(ROOT))


def install(lock: Path) -> None:
    """Install what a lock names, counting aloud."""
    print("Installing the packages of %s (once; about a minute)" % lock.name, flush=True)  # noqa: UP031
    command = [str(PYTHON), "-m", "pip", "install", "--require-hashes", "--no-deps", "--disable-pip-version-check"]
    environment = dict(os.environ, PIP_NO_INPUT="1")
    said = []
    seen = 0
    with subprocess.Popen(  # noqa: S603
        [*command, "-r", str(lock)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    ) as pip:
        for line in pip.stdout or ():
            said.append(line)
            if line.startswith(("Collecting ", "Requirement already satisfied: ")):
                seen += 1
                if seen % 10 == 0:
                    print("  %d found" % seen, flush=True)  # noqa: UP031
            elif line.startswith("Installing collected"):
                print("  unpacking", flush=True)
    if pip.returncode:
        sys.exit(
            "".join(said[-15:]) + "The packages could not be installed (see above). Mend that and repeat the command."
        )


if __name__ == "__main__":
    main(sys.argv[1])
