"""A streaming replica of our own PostgreSQL, beside it: a base backup that follows the server until the block ends."""

import os
import shutil
import time
from contextlib import contextmanager

from . import postgres
from .console import Failure, explain, step

PORT = "5433"  # of the socket, in the folder of the primary's
CATCH_UP = 30  # seconds


class Replica(postgres.Cluster):
    """The same binaries, account and socket folder as the primary's, data and log of its own."""

    def __init__(self):
        super().__init__()
        self.data = self.home / "replica"
        self.log = self.home / "replica.log"
        self.primary = dict(self.environment)
        self.environment["PGPORT"] = PORT
        self._binaries = self._find_binaries()

    @contextmanager
    def following(self):
        """The replica runs inside the block, and is thrown away after it."""
        self._discard()
        try:
            with step("PostgreSQL: a streaming replica"):
                self._copy()
                self._serve()
            yield postgres.Server(self.environment, "replica")
        finally:
            self._discard()

    def _copy(self):
        source = ["-h", self.primary["PGHOST"], "-p", self.primary["PGPORT"], "-U", "postgres"]
        if self._account:
            self.data.mkdir(mode=0o700)
            self.log.touch()
            for path in (self.data, self.log):
                os.chown(path, self._account.pw_uid, self._account.pw_gid)
        # -R: what makes a copy follow, -X stream: with all that was written meanwhile.
        self._as_server_user("pg_basebackup", *source, "-D", self.data, "-R", "-X", "stream", "-c", "fast")

    def _serve(self):
        options = f"-c listen_addresses='' -k {self.socket_folder} -p {PORT} -c max_connections=100"
        words = ["-D", self.data, "-l", self.log, "-w", "-t", postgres.START_TIMEOUT, "-o", options, "start"]
        if self._as_server_user("pg_ctl", *words, check=False).returncode:
            raise explain(self._log_tail(), "Starting the replica")

    def _discard(self):
        if (self.data / "PG_VERSION").is_file():
            self._as_server_user("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop", check=False)
        shutil.rmtree(self.data, ignore_errors=True)


def wait_until_even(primary, replica):
    """Return when the replica has replayed all that the primary has written.

    :param primary: postgres.Server, as the replica
    :raises Failure: where that takes longer than CATCH_UP
    """
    [(written,)] = primary.query("SELECT pg_current_wal_lsn()")
    deadline = time.monotonic() + CATCH_UP
    while time.monotonic() < deadline:
        if replica.query(f"SELECT pg_last_wal_replay_lsn() >= '{written}'") == [["True"]]:
            return
        time.sleep(0.2)
    raise Failure(f"The replica is behind the primary after {CATCH_UP} seconds.")
