"""What befalls a job: each injury happens at a moment of its own, to a process or to the server."""

import os
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg2

from dev.postgres import Cluster

from .rows import connect

SPARE = 96  # MB on the small disk, for what a job writes until it is filled
MOST = 200  # rows of a table that somebody else writes


class Injury:
    """Nothing happens: what the others are compared with."""

    has_moment = True  # at which it strikes; else it is there from the start

    def __init__(self, server, database):
        self.server, self.database = server, database

    def before(self, duration, random):
        """Prepare the server, before the job starts.

        :param duration: seconds that the job takes
        """

    def strike(self, process, job):
        """Injure the job while it runs."""

    def after(self):
        """Mend what is broken."""

    def _execute(self, statement, *values, database=None):
        connection = connect(self.server, database or "postgres")
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, values)
        finally:
            connection.close()


class KilledWorker(Injury):
    def strike(self, process, job):
        os.kill(process, signal.SIGKILL)


class LostConnection(Injury):
    def strike(self, process, job):
        self._execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", self.database)


class KilledServer(Injury):
    """All of PostgreSQL's processes at once, as when the power fails; then it recovers."""

    def strike(self, process, job):
        pid = int((Cluster().data / "postmaster.pid").read_text().split()[0])
        postmaster = psutil.Process(pid)
        everything = [postmaster, *postmaster.children(recursive=True)]
        for one in everything:
            try:
                one.kill()
            except psutil.NoSuchProcess:
                pass
        psutil.wait_procs(everything, timeout=10)

    def after(self):
        Cluster().restart()


class StatementTimeout(Injury):
    """Statements of the job may take no longer than its longest ones do."""

    has_moment = False

    def before(self, duration, random):
        limit = max(1, int(1000 * duration * random.uniform(0.005, 0.15)))
        self._execute(f'ALTER DATABASE "{self.database}" SET statement_timeout = {limit}')

    def after(self):
        self._execute(f'ALTER DATABASE "{self.database}" RESET statement_timeout')


class OthersWrite(Injury):
    """Another transaction writes the rows that the job is about to write: a serialization conflict."""

    def strike(self, process, job):
        connection = connect(self.server, self.database)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '20s'")
                for table in job.tables:
                    cursor.execute(f'UPDATE "{table}" SET id = id WHERE id IN (SELECT id FROM "{table}" LIMIT {MOST})')
        except psycopg2.errors.LockNotAvailable:
            pass
        finally:
            connection.close()


class FullDisk(Injury):
    """The database lies on a small file system of its own, which somebody fills."""

    tablespace = "faults"
    balloon = Path("/nowhere")

    @classmethod
    @contextmanager
    def disk(cls, server, size):
        """A file system in memory with a tablespace on it, of `size` MB."""
        cluster = Cluster()
        folder = cluster.home / "small-disk"
        folder.mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}m,mode=0755", "tmpfs", folder], check=True)
        try:
            space = folder / "tablespace"
            space.mkdir(mode=0o700)
            owner = cluster.data.stat()
            os.chown(space, owner.st_uid, owner.st_gid)
            cls.balloon = folder / "balloon"
            injury = cls(server, None)
            injury._execute(f"CREATE TABLESPACE {cls.tablespace} LOCATION '{space}'")
            yield
            injury._execute(f"DROP TABLESPACE {cls.tablespace}")
        finally:
            subprocess.run(["umount", "-l", folder], check=False)
            shutil.rmtree(folder, ignore_errors=True)

    def strike(self, process, job):
        with open(self.balloon, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * 65536)
            except OSError:  # it is full
                pass

    def after(self):
        self.balloon.unlink(missing_ok=True)


INJURIES = {
    "killed worker": KilledWorker,
    "lost connection": LostConnection,
    "killed PostgreSQL": KilledServer,
    "statement timeout": StatementTimeout,
    "serialization conflict": OthersWrite,
    "full disk": FullDisk,
}


def ended(process):
    """Whether a child has ended; its exit code is still to be fetched."""
    return os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def wait(process, seconds):
    """The exit code of a child, or None where it had to be stopped after so many seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        pid, status = os.waitpid(process, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return None
