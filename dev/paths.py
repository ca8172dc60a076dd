"""Where things are, and how a folder or a file comes to be whole or not at all."""

import fcntl
import hashlib
import os
import shutil
from contextlib import contextmanager
from pathlib import Path

from .console import Failure

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / ".work"
ADDON = ROOT / "crm_pareto"
VENV = WORK / "venv"
LOGS = WORK / "log"
FILESTORE = WORK / "odoo-data"


@contextmanager
def whole_folder(target):
    """Yield an empty folder that becomes `target` only if the block ends well.

    A half-made folder is never taken for a whole one: it has another name, and
    the next run throws it away.
    """
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    yield partial
    shutil.rmtree(target, ignore_errors=True)
    os.replace(partial, target)


def digest(*paths):
    """A short hash of the files' names and contents; folders are walked."""
    result = hashlib.sha256()
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                result.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return result.hexdigest()[:16]


def read_stamp(path):
    return path.read_text() if path.is_file() else ""


@contextmanager
def only_one(purpose, name):
    """Hold a lock so that two commands do not set up the same thing at once."""
    WORK.mkdir(exist_ok=True)
    with open(WORK / f"{name}.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failure(f"Another command is {purpose} in {WORK}: wait for it, then run this again.") from None
        yield
